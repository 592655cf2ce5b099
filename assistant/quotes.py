"""Which sentences to quote, in which order: the answer when no chat model writes one."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.article import Article, Block, Span
from index.library import Kept
from index.reader import Reading, Scored

KEEP, KEEP_BROAD = 0.4, 0.2  # of the best score: what is quoted beside it
LONGEST_LIST = 1_200  # characters of a list that is quoted as one
REACH = 15  # sentences in which announced parts are looked for

# Questions that one sentence seldom answers: reasons, ways, lists, comparisons. For English; elsewhere KEEP decides.
BROAD = re.compile(
    r"\b(why|how come|what for|reasons?|causes?|explain|describe|compare|list|name (all|the|some|every)|differences?"
    r"|what (are|were|do|does|did|else|kinds?|types?|sorts?)|which (\w+ ){0,2}\w+s\b|who (are|were|all)"
    r"|how (do|does|did|is|are|was|were|has|have|can|could|will|would|should|to)|in what ways?|consequences|effects)\b",
    re.IGNORECASE,
)
ANNOUNCES = re.compile(
    r":$|\b(several|various|multiple|many|two|three|four|five|six|following|number of|both|some)\s(\S+\s){0,2}"
    r"(reason|way|factor|cause|goal|aim|step|point|condition|kind|type|part|example|advantage|benefit|problem|thing"
    r"|argument|consequence|effect|option|element|feature|respect|ground)s\b",
    re.IGNORECASE,
)
PART = re.compile(
    r"(first|second|third|fourth|fifth|last|another|next)(ly)?\b|(the|a) (first|second|third|fourth|fifth|last|final)\b"
    r"|(in addition|finally|moreover|furthermore|besides|also|then|on the (one|other) hand|one|the other)\b|\(?\d[.)]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quote:
    """Consecutive sentences of an article, `first` to `last` (inclusive), quoted as one.

    `answer` are the very words that answer, where they are known.
    """

    kept: Kept
    first: int
    last: int
    answer: Span | None = None

    @property
    def span(self) -> Span:
        sentences = self.kept.article.sentences
        return Span(sentences[self.first].start, sentences[self.last].end)


def choose(question: str, reading: Reading, most: int) -> list[Quote]:
    """The sentences that answer, adjacent ones joined: the most direct first, the others as the articles have them.

    At most `most` sentences, of which a list counts as one. Nothing read gives nothing.
    """
    if not reading.sentences:
        return []
    best = reading.sentences[0]
    broad = bool(BROAD.search(question))
    floor = best.score * (KEEP_BROAD if broad else KEEP)
    picked: dict[tuple[str, int], Quote] = {}
    for quote in [
        _whole(best, broad),
        *_parts(best),
        *(_whole(s, broad) for s in reading.sentences if s.score >= floor),
    ]:
        if len(picked) < most and not any(_holds(other, quote) for other in picked.values()):
            picked[(quote.kept.id, quote.first)] = quote
    joined = _join(sorted(picked.values(), key=lambda q: (q.kept.id, q.first)))
    marked = [replace(quote, answer=_answer(quote, reading)) for quote in joined]
    return sorted(marked, key=lambda quote: not (quote.kept is best.kept and quote.first <= best.number <= quote.last))


def _answer(quote: Quote, reading: Reading) -> Span | None:
    """The answering words of the quote's best sentence."""
    inside = (s for s in reading.sentences if s.kept is quote.kept and quote.first <= s.number <= quote.last)
    return next((scored.answer for scored in inside), None)


def _whole(scored: Scored, broad: bool) -> Quote:
    """The sentence; to a broad question the whole list that it stands in or announces with a colon."""
    article, number = scored.kept.article, scored.number
    first = last = number
    section = article.section(scored.span.start)

    def listed(number: int) -> bool:
        in_section = article.section(article.sentences[number].start) == section
        return in_section and block_of(article, number).kind == "list item"

    if broad:
        if listed(number):
            while first and listed(first - 1):
                first -= 1
        if listed(number) or article[article.sentences[number]].endswith(":"):
            while last + 1 < len(article.sentences) and listed(last + 1):
                last += 1
    quote = Quote(scored.kept, first, last)
    return quote if quote.span.end - quote.span.start <= LONGEST_LIST else Quote(scored.kept, number, number)


def _parts(scored: Scored) -> Iterator[Quote]:
    """The sentences that carry out what this one announces ("for several reasons. First, …")."""
    article = scored.kept.article
    if not ANNOUNCES.search(article[scored.span]):
        return
    section, home = article.section(scored.span.start), block_of(article, scored.number)
    for number in range(scored.number + 1, min(scored.number + REACH, len(article.sentences))):
        sentence = article.sentences[number]
        if article.section(sentence.start) != section:
            return
        begins = block_of(article, number) is home or block_of(article, number).start == sentence.start
        if number == scored.number + 1 or (begins and PART.match(article[sentence])):
            yield _whole(Scored(scored.kept, number, 0.0), broad=True)


def _holds(one: Quote, other: Quote) -> bool:
    return one.kept is other.kept and one.first <= other.last and other.first <= one.last


def _join(quotes: list[Quote]) -> list[Quote]:
    joined: list[Quote] = []
    for quote in quotes:
        if joined and joined[-1].kept is quote.kept and joined[-1].last + 1 == quote.first and _touch(quote):
            joined[-1] = Quote(quote.kept, joined[-1].first, quote.last)
        else:
            joined.append(quote)
    return joined


def _touch(quote: Quote) -> bool:
    """Whether nothing but space stands between the quote and the sentence before it."""
    article = quote.kept.article
    before = article.sentences[quote.first - 1]
    return not article.text[before.end : quote.span.start].strip()


def block_of(article: Article, number: int) -> Block:
    start = article.sentences[number].start
    return article.blocks[bisect_right(article.blocks, start, key=lambda block: block.start) - 1]
