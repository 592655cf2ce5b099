"""How an answer looks in a terminal: in colour there, plain and unwrapped when piped."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from assistant.answer import Answer, Citation, Claim, Part, Searched
from index.catalog import Change
from index.library import Entry

MARKS = {"quoted": ("“", "”"), "supported": ("", ""), "unsupported": ("", "")}


class Screen:
    """Writes to a rich console. Article text is never read as markup."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def line(self, *parts: str | tuple[str, str]) -> None:
        """One line of texts, each alone or with a style; wrapped only on a terminal."""
        self.console.print(Text.assemble(*parts), soft_wrap=not self.console.is_terminal)

    def claim(self, claim: Claim) -> None:
        opening, closing = MARKS[claim.state]
        numbers = "".join(f"[{citation.n}]" for citation in claim.citations)
        before, words, after = _marked(claim)
        said = (numbers, "cyan") if numbers else (f"(unsupported: {claim.reason})", "yellow")
        self.line(opening, before, (words, "bold"), after, closing, " ", said)
        self.line()

    def rest(self, answer: Answer) -> None:
        """What follows the claims: the sources, or the words for "not found" and what is nearest."""
        if answer.searched_for != answer.question:
            self.line((f"Searched for: {answer.searched_for}", "dim"))
        if answer.model_failure:
            self.line((f"The model could not write the answer: {answer.model_failure}.", "yellow"))
        if answer.found:
            self.line(("Sources", "underline"))
            self.sources(answer.citations)
        else:
            self.line((answer.not_found, "yellow"))
            self.sources(answer.nearest)

    def sources(self, citations: Iterable[Citation]) -> None:
        for c in citations:
            self.line((f"[{c.n}]", "cyan"), " ", (c.place, "italic"), (f"  characters {c.start}–{c.end}", "dim"))
            self.line("    ", (f"“{' '.join(c.quote.split())}”", "dim"))
            if c.url:
                self.line("    ", (c.url, "dim"))

    def entry(self, entry: Entry, change: Change | None = None) -> None:
        numbers = {"block": entry.blocks, "sentence": entry.sentences, "passage": entry.passages}
        counts = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in numbers.items())
        said = f"  {change}" if change else "  comes with Article Assistant" if entry.shipped else ""
        self.line((entry.id, "cyan"), "  ", (entry.title, "bold"), "  ", counts, (said, "green"))

    def entries(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self.entry(entry)


def _marked(claim: Claim) -> tuple[str, str, str]:
    """A quoted claim in three parts, of which the middle answers; else nothing is marked."""
    citation = claim.citations[0] if claim.state == "quoted" else None
    if citation is None or citation.answer is None or claim.text != citation.quote:
        return claim.text.strip(), "", ""
    start, end = (place - citation.start for place in citation.answer)
    return claim.text[:start], claim.text[start:end], claim.text[end:]


def write_out(stream: Iterator[Part | Answer], screen: Screen, notes: Console) -> Answer:
    """Write each claim as it comes and what follows them; `notes` says that it is being read until then."""
    waiting = notes.status("Reading…")
    waiting.start()
    try:
        for part in stream:
            if isinstance(part, Searched):
                continue
            waiting.stop()
            if isinstance(part, Claim):
                screen.claim(part)
            else:
                screen.rest(part)
                return part
    finally:
        waiting.stop()
    raise AssertionError("a stream ends with its answer")


def progress_bar(console: Console) -> Progress:
    """A bar for long work, gone when it ends; none where nobody watches."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def follow(bar: Progress, task: TaskID) -> Callable[[int, int], None]:
    """A function that is told how much is done, of how much."""
    return lambda done, of: bar.update(task, completed=done, total=of)
