"""The terminal as its user meets it: the program, in a process of its own."""

import json
import os
import pty
import select
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.program import program

Run = Callable[..., subprocess.CompletedProcess[str]]
PROGRAM = [sys.executable, "-c", "from assistant.doors.cli import main; main()"]

BRIDGE = """# The Old Bridge

The old bridge over the Elm was built by Clara Voss in 1903. It cost 40,000 crowns.

## Damage

A storm tore away two of its arches in 1954. The town council paid for new ones.
"""


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "ASSISTANT_DATA_DIR": str(folder), **more}


@pytest.fixture(scope="session")
def added(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder whose library holds the article about the bridge, and what the program said when it was added."""
    folder = tmp_path_factory.mktemp("added")
    (folder / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    return folder, program("add", "bridge.md", folder=folder)


@pytest.fixture
def run(tmp_path: Path, added: tuple[Path, subprocess.CompletedProcess[str]]) -> Run:
    """The program on a library of the test's own that holds the article about the bridge."""
    shutil.copytree(added[0], tmp_path, dirs_exist_ok=True)
    return partial(program, folder=tmp_path)


def test_an_article_that_is_added_has_its_line(added: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    done = added[1]
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "the-old-bridge  The Old Bridge  4 blocks, 4 sentences, 2 passages  added\n"


def test_a_question_is_answered_with_its_sources_or_not_found(run: Run) -> None:
    asked = run("ask", "Who built the old bridge?")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout == (
        "“The old bridge over the Elm was built by Clara Voss in 1903.” [1]\n\n"
        "Sources\n[1] The Old Bridge  characters 16–76\n"
        "    “The old bridge over the Elm was built by Clara Voss in 1903.”\n"
    )
    lost = run("ask", "How do I reverse a list in Python?")
    assert lost.returncode == 1
    assert lost.stdout.startswith(
        "I could not find this in the article. I read all 4 sentences; the nearest are:\n[1] "
    )


def test_an_article_is_replaced_listed_shown_and_removed(run: Run, tmp_path: Path) -> None:
    again = run("add", "bridge.md")
    assert (again.returncode, again.stdout.split()[-1]) == (0, "unchanged")
    for year, change in (("1904", "added"), ("1905", "replaced")):  # the first came from another folder
        (tmp_path / "bridge.md").write_text(BRIDGE.replace("1903", year).replace("Old", "New"), encoding="utf-8")
        assert run("add", "bridge.md").stdout.split()[-1] == change
    assert run("remove", "the-old-bridge").stdout == "removed the-old-bridge\n"
    assert run("articles").stdout == "the-new-bridge  The New Bridge  4 blocks, 4 sentences, 2 passages\n"
    shown = run("show", "the-new").stdout
    assert shown[16:76] == "The old bridge over the Elm was built by Clara Voss in 1905."
    run("remove", "the-new-bridge")
    assert "comes with Article Assistant" in run("articles").stdout
    kept = run("remove", "a-road")
    assert (kept.returncode, kept.stdout) == (2, "")
    assert kept.stderr.endswith(" comes with the project; the first article you add replaces it.\n")


def test_json_lines_follow_on_one_another_and_an_empty_line_starts_anew(run: Run) -> None:
    lines = "Who built the old bridge?\nAnd when?\n\nAnd when?\n?!\n"
    done = run("ask", "--json", "-", given=lines)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a.get("searched_for") for a in answers] == [
        "Who built the old bridge?", "When was it that Clara Voss built the old bridge?", "And when?", None,
    ]  # fmt: skip
    assert answers[3] == {"question": "?!", "error": "The question is empty. Ask something in words."}
    assert done.returncode == 2
    text = run("show", "the-old-bridge").stdout
    for answer in answers[:3]:
        for citation in answer["citations"] + answer["nearest"]:
            assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_one_question_as_json_is_one_object(run: Run) -> None:
    added = run("add", "-", "--title", "Dam", given="Noah Lind built the dam in 1911.").stdout
    assert added == "dam  Dam  1 block, 1 sentence, 1 passage  added\n"
    done = run("ask", "--json", "Who built the dam?", "--article", "dam")
    assert json.loads(done.stdout)["claims"] == [
        {"text": "Noah Lind built the dam in 1911.", "state": "quoted", "citations": [1], "reason": ""}
    ]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask", ""], 2, "The question is empty. Ask something in words."),
        (["ask"], 2, "Missing argument 'question'. See: article-assistant ask --help"),
        (["ask", "Who?", "--article", "nope"], 2, "No article with 'nope'. There is: the-old-bridge"),
        (["ask", "--colour", "Who?"], 2, "No such option: --colour See: article-assistant ask --help"),
        (["keys"], 2, "Missing command. See: article-assistant keys --help"),
        (["show", "nope"], 2, "No article with 'nope'. There is: the-old-bridge"),
        (["remove", "nope"], 2, "No article with 'nope'. There is: the-old-bridge"),
        (["add", "nope.txt"], 2, "nope.txt: There is no file or folder 'nope.txt'. Check the name."),
        (["--data-dir", "/dev/null", "articles"], 3, "/dev/null cannot be used as the data folder: File exists."),
    ],
)
def test_what_goes_wrong_is_one_sentence_and_a_code(run: Run, arguments: list[str], code: int, words: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(words)
    assert done.stderr.count("\n") == 1


def test_an_unknown_setting_is_refused(run: Run) -> None:
    done = run("articles", ASSISTANT_FLOOR="1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ASSISTANT_FLOOR is not a setting. Did you mean ASSISTANT_")


def test_one_bad_file_does_not_keep_the_others_out(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.md").write_text(BRIDGE.replace("Old Bridge", "New Bridge"), encoding="utf-8")
    (folder / "b.txt").write_bytes(b"")
    (folder / "market.txt").write_text("Wool is sold on Thursdays at the market.", encoding="utf-8")
    done = run("add", "folder")
    assert done.returncode == 2
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["the-new-bridge", "market"]
    assert "b.txt: " in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_second_process_on_the_folder_is_told_so(run: Run, tmp_path: Path) -> None:
    first = subprocess.Popen(
        [*PROGRAM, "chat"], env=environment(tmp_path / "data"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    first.stdout.readline()
    second = run("articles")
    first.communicate("/quit\n", timeout=60)
    assert (second.returncode, second.stdout) == (3, "")
    assert second.stderr.startswith("Another Article Assistant has ")
    assert run("articles").returncode == 0


def test_a_chat_follows_on_and_shows_its_sources(run: Run) -> None:
    done = run(
        "chat", given="Who built the old bridge?\nAnd when?\n/sources\n/articles\n/nonsense\n?\n/quit\nnever asked\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Searched for: When was it that Clara Voss built the old bridge?" in done.stdout
    assert done.stdout.count("Sources") == 2
    assert "the-old-bridge  The Old Bridge" in done.stdout
    assert "There is no /nonsense; there are /sources, /articles, /new," in done.stdout
    assert "The question is empty." in done.stdout
    assert "never asked" not in done.stdout


def test_a_question_that_cannot_be_asked_begins_no_conversation(run: Run) -> None:
    done = run("chat", given="?\n/conversations\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The question is empty." in done.stdout
    assert "Without a question" not in done.stdout


def test_a_chat_is_kept_and_can_be_continued_listed_and_exported(run: Run, tmp_path: Path) -> None:
    assert run("chat", given="Who built the old bridge?\n").returncode == 0
    given = "How much did it cost?\n/export ~who/talk.md\n/export talk.md\n/export talk.md\n/new\n"
    given += "What did the storm tear away?\n"
    done = run("chat", "--continue", given=f"{given}/conversations\n/open 2\n/open 7\n/export\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Going on with: Who built the old bridge?" in done.stdout
    assert "Searched for: How much did the old bridge cost?" in done.stdout
    assert "~who/talk.md cannot be written: No such file or directory." in done.stdout
    assert "\ntalk.md cannot be written: File exists." in done.stdout
    assert "1  What did the storm tear away? (this one)  " in done.stdout
    assert "2  Who built the old bridge?  " in done.stdout
    assert done.stdout.count("Going on with: Who built the old bridge?") == 2
    assert "There is no conversation '7'" in done.stdout
    assert "Name the file: /export FILE" in done.stdout
    exported = (tmp_path / "talk.md").read_text(encoding="utf-8")
    headings = [line for line in exported.splitlines() if line.startswith("#")]
    assert headings == ["# Who built the old bridge?", "## Who built the old bridge?", "## How much did it cost?"]
    assert "[^2-1]: The Old Bridge, characters" in exported


def test_a_chat_goes_on_when_its_article_is_gone(run: Run) -> None:
    assert run("chat", "--article", "the-old-bridge", given="Who built the old bridge?\n").returncode == 0
    run("remove", "the-old-bridge")
    done = run("chat", "--continue", given="And when?\n/new\nWhy is Moscow ready to tolerate Baku?\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No article with 'the-old-bridge'. There is: " in done.stdout
    assert "/new begins another conversation.\n" in done.stdout
    assert "Sources" in done.stdout


def test_the_index_is_made_anew_and_the_doctor_finds_all_well(run: Run) -> None:
    assert run("rebuild").stdout == "The index holds 2 passages.\n"
    done = run("doctor", "--offline")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 12
    assert "2 of 2 passages found by their own vector" in done.stdout
    assert "nothing tried to leave this machine" in done.stdout


def test_a_copy_is_a_data_folder_itself(run: Run, tmp_path: Path) -> None:
    done = run("backup", "copy")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["copy/library.db"]
    assert run("--data-dir", "copy", "articles").stdout == run("articles").stdout
    again = run("backup", "copy")
    assert (again.returncode, again.stderr) == (2, "copy is there already. Name a new folder for the copy.\n")


def test_the_doctor_says_what_is_wrong_and_what_to_do(run: Run, tmp_path: Path) -> None:
    with open(tmp_path / "data" / "library.db", "r+b") as file:
        file.seek(0, os.SEEK_END)
        file.truncate(file.tell() // 2)
    done = run("doctor")
    assert done.returncode == 3
    assert "library" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_on_a_terminal_the_answer_is_coloured_and_piped_it_is_plain(run: Run, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        [*PROGRAM, "ask", "Who built the old bridge?"], env=environment(tmp_path / "data", TERM="xterm-256color"),
        stdout=theirs, stderr=subprocess.DEVNULL, check=True, timeout=120,
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    assert "\x1b[" in shown
    assert "Clara Voss" in shown
    assert "\x1b" not in run("ask", "Who built the old bridge?").stdout


def test_json_is_whole_where_the_terminal_has_fewer_characters(run: Run, tmp_path: Path) -> None:
    said = "The tram in Łódź costs 5 € – “cheap”."
    run("add", "-", given=said)
    asked = [*PROGRAM, "ask", "--json", "What does the tram cost?", "--article", "the-tram"]
    given = environment(tmp_path / "data", PYTHONIOENCODING="latin-1")
    done = subprocess.run(asked, env=given, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout)["citations"][0]["quote"] == said


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_stream_that_was_closed_does_no_harm(run: Run, tmp_path: Path, closed: str) -> None:
    command = f"{shlex.join(PROGRAM)} show the-old-bridge {closed}"
    given = environment(tmp_path / "data")
    done = subprocess.run(["sh", "-c", command], env=given, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert run("articles").stdout.startswith("the-old-bridge")


def test_in_a_chat_on_a_terminal_a_line_can_be_edited(run: Run, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    given = environment(tmp_path / "data", TERM="xterm-256color")
    program = subprocess.Popen([*PROGRAM, "chat"], env=given, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        for typed, said in (("", "› "), ("/nonsensE\x1b[D\x7f\r", "There is no /nonsenE;"), ("\x1b[A\r", "/nonsenE;")):
            os.write(ours, typed.encode())
            shown = b""
            while said.encode() not in shown and select.select([ours], [], [], 60)[0]:
                shown += os.read(ours, 10_000)
            assert said in shown.decode()
        os.write(ours, b"/quit\r")
        assert program.wait(60) == 0
    finally:
        program.kill()
        program.wait()
        os.close(ours)


def test_escapes_and_markup_in_an_article_reach_no_terminal(run: Run) -> None:
    hostile = "The \x1b[31mred\x1b[0m dam [bold]was built[/bold] by Noah \x07Lind :smile: in 1911."
    run("add", "-", given=hostile + "\n\n" + "It is a long dam. " * 30)
    done = run("ask", "Who built the red dam?")
    assert "The [31mred[0m dam [bold]was built[/bold] by Noah Lind :smile: in 1911." in done.stdout
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert "\x1b" not in run("add", "\x1b[31mnope").stderr
