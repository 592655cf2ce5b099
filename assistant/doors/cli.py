"""The terminal: `article-assistant`, and the way to the other doors."""

import codecs
import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import platformdirs
import typer
from rich.console import Console
from rich.progress import Progress

from assistant.doors import serve, slack_cli
from assistant.doors.chat import Chat
from assistant.doors.terminal import Screen, follow, progress_bar, write_out
from assistant.errors import BadQuestion, BadSettings
from assistant.settings import Settings
from assistant.turn import Turn
from index.article import flat
from index.errors import BadSource, BadStore, UnknownArticle, Unreachable

MISUSES = (BadQuestion, BadSettings, BadSource, UnknownArticle)
KNOWN = (*MISUSES, BadStore, Unreachable)
ANSWERED, NOT_FOUND, WRONG_USE, FAILED = 0, 1, 2, 3

app = typer.Typer(
    add_completion=False, invoke_without_command=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Ask an article; every sentence of the answer points at the exact characters that support it.",
)  # fmt: skip
screen = Screen(Console(highlight=False))
notes = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print the answer as a JSON object.")]
Articles = Annotated[list[str] | None, typer.Option("--article", help="Answer from this article only; repeatable.")]


@app.callback()
def options(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="The folder of the library (ASSISTANT_DATA_DIR).")] = None,
) -> None:
    if context.invoked_subcommand is None:
        screen.line(context.get_help())
    context.obj = Settings.load(data_dir=data_dir)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question; with --json, - reads one a line.")],
    as_json: Json = False,
    article: Articles = None,
) -> None:
    """Answer a question and exit: 0 answered, 1 not found, 2 wrong use, 3 failure."""
    with opened(context, to_answer=True) as assistant:
        articles = [assistant.catalog.entry(name).id for name in article or ()]
        if as_json and question == "-":
            raise typer.Exit(_ask_lines(assistant, articles))
        if as_json:
            answer = assistant.ask(question, articles=articles)
            _print_json(answer.as_json())
        else:
            answer = write_out(assistant.stream(question, articles=articles), screen, notes)
        raise typer.Exit(ANSWERED if answer.found else NOT_FOUND)


@app.command()
def chat(
    context: typer.Context,
    article: Articles = None,
    last: Annotated[bool, typer.Option("--continue", help="Go on with the last conversation.")] = False,
) -> None:
    """Talk about the articles; a question may follow on the one before, and what was said is kept."""
    with opened(context, to_answer=True) as assistant:
        from assistant.assemble import conversations

        kept = conversations(context.obj)
        try:
            Chat(assistant, kept, screen, notes).run(article or [], last=last)
        finally:
            kept.database.close()


@app.command()
def add(
    context: typer.Context,
    source: Annotated[list[str], typer.Argument(help="Files, folders, addresses, or - for standard input.")],
    title: Annotated[str, typer.Option(help="The title, where the file has none or a wrong one.")] = "",
) -> None:
    """Add articles to the library: text, Markdown, HTML, PDF or Word."""
    from index.sources import sources

    codes = {0}
    with opened(context) as assistant, progress_bar(notes) as bar:
        for given in source:
            try:
                for one in sources(given, title):
                    codes.add(_add(assistant, one, bar))
            except BadSource as error:
                codes.add(_refused(given, error))
        assistant.catalog.snapshot()
    raise typer.Exit(max(codes))


@app.command()
def articles(context: typer.Context) -> None:
    """List the library."""
    with opened(context) as assistant:
        screen.entries(assistant.catalog.entries())


@app.command()
def show(context: typer.Context, id: Annotated[str, typer.Argument(help="Its id, or how it begins.")]) -> None:
    """Print the canonical text of an article, to which citations point."""
    with opened(context) as assistant:
        found = assistant.catalog.library.article(assistant.catalog.entry(id).id)
        sys.stdout.write(found.text if found else "")
        sys.stdout.write("\n" if sys.stdout.isatty() else "")


@app.command()
def remove(context: typer.Context, id: Annotated[str, typer.Argument(help="Its id, or how it begins.")]) -> None:
    """Forget an article."""
    with opened(context) as assistant:
        screen.line("removed ", (assistant.catalog.remove(id).id, "cyan"))


@app.command()
def rebuild(
    context: typer.Context,
    embed: Annotated[
        bool, typer.Option("--embed", help="Make the vectors anew too, by the model of the settings.")
    ] = False,
) -> None:
    """Make the index anew from the library."""
    with opened(context) as assistant, progress_bar(notes) as bar:
        task = bar.add_task("rebuilding", total=None)
        count = assistant.catalog.rebuild(embed=embed, progress=follow(bar, task))
    screen.line(f"The index holds {count:,} passages.")


@app.command()
def backup(context: typer.Context, folder: Annotated[Path, typer.Argument(help="A new one, or an empty one.")]) -> None:
    """Copy the library and the conversations, also while they are in use."""
    from assistant import backup as copies

    with notes.status("Copying…"):
        made = copies.backup(context.obj, folder)
    for copy in made:
        screen.line(str(copy), f" {copy.stat().st_size / 1e6:,.1f} MB")
    if not context.obj.conversations_url.startswith("sqlite"):
        notes.print("The conversations are in another database: copy it with its own tools.", style="yellow")


@app.command()
def doctor(
    context: typer.Context,
    offline: Annotated[
        bool, typer.Option("--offline", help="Cut the network off first, and tell what tries it.")
    ] = False,
) -> None:
    """Check versions, models, library and index; exit with 3 where something is wrong."""
    from assistant.doctor import cut_network, examine, watch_network

    cut = offline and cut_network()
    calls = watch_network() if offline else None
    with opened(context) as assistant, progress_bar(notes) as bar:
        task = bar.add_task("searching every passage", total=None)
        sound = True
        for finding in examine(assistant, context.obj, follow(bar, task), calls):
            sound = sound and finding.sound
            said = " (and was cut off from it)" if cut and finding.check == "network" else ""
            mark = ("ok   ", "green") if finding.sound else ("WRONG", "bold red")
            screen.line(mark, f" {finding.check:<16}", finding.found, said)
    raise typer.Exit(0 if sound else FAILED)


for door in (serve, slack_cli):
    door.register(app)


def main() -> None:
    """Run the command line. An error is one sentence on standard error; one of ours leaves its traceback in a log."""
    _quieten()
    try:
        sys.exit(app(prog_name="article-assistant", standalone_mode=False) or 0)
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except typer.TyperException as error:
        asked = getattr(error, "ctx", None)
        _fail(f"{error.format_message()} See: {asked.command_path if asked else 'article-assistant'} --help", WRONG_USE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that Python's last flush finds a place
        sys.exit(FAILED)
    except KNOWN as error:
        _fail(str(error.args[0]), _code(error))
    except Exception:  # noqa: BLE001 (the one catch-all of this door)
        log = platformdirs.user_log_path("article-assistant", appauthor=False, ensure_exists=True) / "failures.log"
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()}\n{traceback.format_exc()}\n")
        _fail(f"Something went wrong that should not; what it was is in {log}. Run: article-assistant doctor", FAILED)


@contextmanager
def opened(context: typer.Context, *, to_answer: bool = False) -> Iterator[Any]:
    """The assistant of the settings, closed at the end; `to_answer` loads the models first."""
    with notes.status("Opening the library…"):
        from assistant.assemble import assistant  # here, not above: importing torch and Chroma takes seconds

        made = assistant(context.obj)
    try:
        if to_answer:
            with notes.status("Loading the models…"):
                warning = made.ready()
            if warning:
                notes.print(warning, style="yellow", markup=False, soft_wrap=True)
        yield made
    finally:
        made.catalog.close()


def _ask_lines(assistant: Any, articles: list[str]) -> int:
    """Answer each line of standard input; a line may follow on the one before, an empty one starts anew."""
    turns: list[Turn] = []
    code = ANSWERED
    for line in sys.stdin:
        if not line.strip():
            turns = []
            continue
        try:
            answer = assistant.ask(line, turns, articles)
        except BadQuestion as error:
            _print_json({"question": line.strip(), "error": str(error)})
            code = WRONG_USE
            continue
        _print_json(answer.as_json())
        turns.append(Turn.of(answer))
        code = max(code, ANSWERED if answer.found else NOT_FOUND)
    return code


def _add(assistant: Any, source: Any, bar: Progress) -> int:
    task = bar.add_task(flat(source.name), total=None)
    try:
        entry, change = assistant.catalog.add(source.read(), follow(bar, task))
    except (BadSource, Unreachable) as error:
        return _refused(source.name, error)
    finally:
        bar.remove_task(task)
    screen.entry(entry, change)
    return 0


def _refused(name: str, error: Exception) -> int:
    notes.print(flat(f"{name}: {error}"), style="red", markup=False, soft_wrap=True)
    return _code(error)


def _print_json(value: object) -> None:
    whole = codecs.lookup(sys.stdout.encoding).name == "utf-8"  # else what the encoding lacks would be lost
    sys.stdout.write(json.dumps(value, ensure_ascii=not whole) + "\n")
    sys.stdout.flush()


def _code(error: Exception) -> int:
    return WRONG_USE if isinstance(error, MISUSES) else FAILED


def _fail(sentence: str, code: int) -> None:
    notes.print(flat(sentence), style="red", markup=False, soft_wrap=True)
    sys.exit(code)


def _quieten() -> None:
    """What libraries print or send is not ours to show."""
    for name in ("HF_HUB_DISABLE_PROGRESS_BARS", "HF_HUB_DISABLE_TELEMETRY", "TRANSFORMERS_NO_ADVISORY_WARNINGS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.getLogger().addHandler(logging.NullHandler())
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started us; its number must not become that of a store's file
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
        getattr(sys, name).reconfigure(errors="replace")
