"""Quotes and checked statements -> claims, with their citations numbered through the answer."""

from collections.abc import Iterator, Sequence

from assistant.answer import Citation, Claim
from assistant.claims import Checked, Shown
from assistant.quotes import Quote
from index.article import Span
from index.library import Kept


class Cite:
    """Makes the claims of one answer. The same characters keep their number."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, Span], int] = {}

    def __call__(self, part: Quote | Checked) -> Claim:
        if isinstance(part, Quote):
            citation = self._citation(part.kept, part.span, part.answer)
            return Claim(citation.quote, "quoted", (citation,))
        citations = tuple(self._citation(kept, span) for kept, span in _ranges(part.shown))
        return Claim(part.draft.said, part.state, citations, part.reason)

    def _citation(self, kept: Kept, span: Span, answer: Span | None = None) -> Citation:
        n = self.numbers.setdefault((kept.id, span), len(self.numbers) + 1)
        citation = Citation.of(n, kept, span, answer)
        if kept.article.text[citation.start : citation.end] != citation.quote or not citation.quote:
            raise AssertionError(f"a quote is not in its article: {citation}")
        return citation


def _ranges(shown: Sequence[Shown]) -> Iterator[tuple[Kept, Span]]:
    """Consecutive sentences with nothing but space between them as one span, in the order of the text."""
    rest = sorted(shown, key=lambda one: one.n)
    while rest:
        run = [rest.pop(0)]
        while rest and _follows(run[-1], rest[0]):
            run.append(rest.pop(0))
        yield run[0].kept, Span(run[0].span.start, run[-1].span.end)


def _follows(one: Shown, other: Shown) -> bool:
    if one.kept is not other.kept or other.number != one.number + 1:
        return False
    return not one.kept.article.text[one.span.end : other.span.start].strip()
