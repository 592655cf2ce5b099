"""An article cut into passages: consecutive whole sentences of one section, as long as the embedder can read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.article import Article, Span

LONGEST_CONTEXT = 48  # tokens of title and headings that are embedded with a passage
FULL_ENOUGH = 0.5  # of the longest passage: from here a passage ends where its paragraph ends


@dataclass(frozen=True)
class Passage:
    """Consecutive sentences of an article, so that `article.text[start:end] == text`.

    `start` and `end` count code points from the beginning of the article; `first` to `last` (exclusive) are its
    sentences. `context` is the title and the headings above it: embedded and searched with it, not part of the text.
    """

    number: int
    start: int
    end: int
    first: int
    last: int
    text: str
    context: str

    @property
    def searchable(self) -> str:
        return f"{self.context}\n{self.text}"


def cut(article: Article, count_tokens: Callable[[str], int], longest: int) -> list[Passage]:
    """The passages of `article` in order; every sentence is in exactly one.

    A passage with its context has at most `longest` tokens by `count_tokens`, unless a single sentence has more; it
    never crosses a heading or an aside.
    """
    passages: list[Passage] = []
    for first, last, context in _runs(article, count_tokens, longest):
        start, end = article.sentences[first].start, article.sentences[last - 1].end
        text = article[Span(start, end)]
        passages.append(Passage(len(passages), start, end, first, last, text, context))
    return passages


def _runs(article: Article, count: Callable[[str], int], longest: int) -> Iterator[tuple[int, int, str]]:
    """First and last (exclusive) sentence of each passage, and its context."""
    first, tokens, room, context = 0, 0, 0, ""
    for number, sentence in enumerate(article.sentences):
        size = count(article[sentence])
        between = article.text[article.sentences[number - 1].end : sentence.start] if number else ""
        full = tokens + size > room or ("\n" in between and tokens > room * FULL_ENOUGH)
        if number and (full or between.strip()):
            yield first, number, context
            first, tokens = number, 0
        if tokens == 0:
            context = _context(article.title, article.section(sentence.start), count)
            room = longest - count(context)
        tokens += size
    if article.sentences:
        yield first, len(article.sentences), context


def _context(title: str, section: str, count: Callable[[str], int]) -> str:
    """Title and headings, the innermost kept longest when there are more than LONGEST_CONTEXT tokens."""
    parts = [title, *section.split(" › ")] if section else [title]
    while len(parts) > 1 and count(" › ".join(parts)) > LONGEST_CONTEXT:
        parts.pop(0)
    context = " › ".join(parts)
    while count(context) > LONGEST_CONTEXT:
        shorter = context[: len(context) * 3 // 4]
        context = shorter.rsplit(" ", 1)[0] if " " in shorter else shorter
    return context
