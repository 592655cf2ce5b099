"""An answer as running text with [n] in it, as it grows, and where each [n] stands and leads."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from assistant.answer import Answer, Citation, Claim
from assistant.links import deep_link
from assistant.markdown import numbered
from index.article import flat


@dataclass(frozen=True)
class Mark:
    """Characters `start` to `end` of the text are the [n] of a citation; `url` opens its passage."""

    start: int
    end: int
    url: str
    title: str

    def chat(self) -> dict[str, Any]:
        """As an annotation of a chat completion."""
        cited = {"start_index": self.start, "end_index": self.end, "url": self.url, "title": self.title}
        return {"type": "url_citation", "url_citation": cited}

    def response(self) -> dict[str, Any]:
        """As an annotation of a response."""
        cited = {"start_index": self.start, "end_index": self.end, "url": self.url, "title": self.title}
        return {"type": "url_citation", **cited}


class Written:
    """The text so far. `address` is that of the page, for the links."""

    def __init__(self, address: str) -> None:
        self.address, self.text = address, ""
        self.marks: list[Mark] = []
        self.cited: dict[int, Citation] = {}
        self._space = ""

    def add(self, claim: Claim) -> tuple[str, list[Mark]]:
        """What is to be appended for a claim, and the marks in it. White space waits for what follows it."""
        shown = numbered(claim) + ("" if claim.text[-1:].isspace() else "\n\n")
        words = shown.rstrip() if self.text else shown.strip()
        if not words:
            self._space += shown
            return "", []
        more = (self._space if self.text else "") + words
        self._space = shown[len(shown.rstrip()) :]
        return self._append(more, ((more.rindex(f"[{c.n}]"), c) for c in claim.citations))

    def end(self, answer: Answer) -> tuple[str, list[Mark]]:
        """What is to be appended when the answer is complete: the words for "not found", and what is nearest."""
        if answer.found:
            return "", []
        more, places = ("\n\n" if self.text else "") + answer.not_found, []
        for citation in answer.nearest:
            more += f"\n- “{flat(citation.quote)}” "
            places.append((len(more), citation))
            more += f"[{citation.n}]"
        return self._append(more, places)

    def citations(self) -> list[dict[str, Any]]:
        """The whole citations that the marks stand for, by number."""
        return [asdict(self.cited[n]) for n in sorted(self.cited)]

    def _append(self, more: str, cited: Iterable[tuple[int, Citation]]) -> tuple[str, list[Mark]]:
        """`cited` has the place in `more` of each [n]."""
        marks = []
        for place, citation in cited:
            start = len(self.text) + place
            marks.append(Mark(start, start + len(f"[{citation.n}]"), deep_link(self.address, citation), citation.place))
            self.cited[citation.n] = citation
        self.text += more
        self.marks += marks
        return more, marks
