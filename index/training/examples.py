"""What the reader learns from: groups of (question, window of a passage), drawn anew for every epoch.

A group is a question with the window that answers it and one or two that do not: of a passage that search finds for it,
of its own passage without the answering sentence, or its own window under a changed question. Beside these the
questions that people made unanswerable, and statements made of a question and an answer.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Span
from index.embedder import Embedder
from index.keywords import Keywords, terms
from index.search import BM25_WEIGHT, COSINE_WEIGHT, standardised
from index.training.questions import Asked, Context
from index.training.twins import Pool, altered, edit, names_in, numbers_in, statement, words_of

NEIGHBOURS = 8  # passages that search finds for a question, from which a wrong one is drawn
# Words and marks of a window at most; a sentence alone now and then, as the reader looks at the best one once more.
WINDOWS = {12: 0.15, 45: 0.15, 75: 0.2, 110: 0.2, 160: 0.15, 240: 0.15}  # and how often
SHARES = {"squadshifts-amazon_reviews": 0.4, "squadshifts-reddit": 0.4}  # of a data set in an epoch; others whole
UNTITLED = tuple(SHARES)  # their titles say nothing
OWN = "written"  # the data set of articles written for the reader, of which teachers know nothing
ALTERED, WITHOUT = 0.4, 0.2  # of the questions are seen changed, or with their passage less the answer
OWN_ALTERED = 0.1  # of those of OWN, which have people's own questions without an answer beside them
STATEMENTS = 0.12  # of the questions are also seen as statements


@dataclass(frozen=True)
class Example:
    """A question and a window; `sentences` and `answers` count characters of `text`. No answers: it has none.

    Examples of one `group` ask the same question: their sentences compete. `own`: of an article written for the reader.
    """

    group: int
    question: str
    context: str
    text: str
    sentences: tuple[Span, ...]
    answers: tuple[Span, ...]
    own: bool = False


class Examples:
    """Draws the examples of an epoch from `read`; `neighbours` is (questions, NEIGHBOURS), places in `read`.

    `share` of the answered questions of an epoch is seen, those of further files always.
    """

    def __init__(
        self,
        read: Sequence[Context],
        neighbours: NDArray[np.int32],
        share: float = 1.0,
        windows: Mapping[int, float] = WINDOWS,
    ) -> None:
        self.read, self.neighbours, self.share, self.windows = read, neighbours, share, windows
        self.asked = [asked for context in read for asked in context.questions]
        edits = _edits(read)
        near = [_pool([context], edits) for context in read]
        titles: dict[str, list[Context]] = defaultdict(list)
        for context in read:
            titles[context.article.title].append(context)
        wide = {title: _pool(group, edits) for title, group in titles.items()}
        self.pools = [(one, wide[context.article.title]) for one, context in zip(near, read, strict=True)]

    def epoch(self, seed: int) -> list[list[Example]]:
        """The groups of an epoch, in random order; the same `seed` gives the same."""
        chance = random.Random(seed)
        groups: list[list[Example]] = []
        for place, asked in enumerate(self.asked):
            for group in self._of(place, asked, chance):
                groups.append([replace(example, group=len(groups)) for example in group])
        chance.shuffle(groups)
        return groups

    def _of(self, place: int, asked: Asked, chance: random.Random) -> Iterator[list[Example]]:
        context = self.read[asked.context]
        longest = chance.choices(list(self.windows), list(self.windows.values()))[0]
        if not asked.answers:
            yield [self._window(_as_typed(asked.question, chance), context, (), longest, chance)]
        elif asked.more or chance.random() < self.share * SHARES.get(context.dataset, 1.0):
            question = _as_typed(asked.question, chance)
            right = self._window(question, context, asked.answers, longest, chance)
            yield [right, *self._wrong(place, asked, right, longest, chance)]
            if chance.random() < STATEMENTS:
                yield from self._statements(asked, context, longest, chance)

    def _wrong(
        self, place: int, asked: Asked, right: Example, longest: int, chance: random.Random
    ) -> Iterator[Example]:
        """One or two windows that do not answer; none where the draw finds none."""
        context, question, way = self.read[asked.context], right.question, chance.random()
        answers = {context.article[span].lower() for span in asked.answers}
        changing = OWN_ALTERED if right.own else ALTERED
        if way < changing:
            changed = altered(question, chance.choice(self.pools[asked.context]), chance)
            if changed:
                yield Example(0, changed, right.context, right.text, right.sentences, ())
        elif way < changing + WITHOUT:
            rest = self._without(question, context, asked, longest, chance)
            if rest and not any(answer in rest.text.lower() for answer in answers):
                yield rest
        if not right.own and way < ALTERED + WITHOUT and chance.random() < 0.5:
            return
        others = [self.read[other] for other in self.neighbours[place].tolist() if other >= 0]
        others = [o for o in others if not any(answer in o.article.text.lower() for answer in answers)]
        if others:
            yield self._window(question, chance.choice(others), (), longest, chance)

    def _statements(
        self, asked: Asked, context: Context, longest: int, chance: random.Random
    ) -> Iterator[list[Example]]:
        answer = context.article[asked.answers[0]]
        true = statement(asked.question, answer)
        others = [a for a in context.questions if a.answers and not set(a.answers) & set(asked.answers)]
        if not true or not others or len(answer) > 80:
            return
        right = self._window(true, context, asked.answers, longest, chance)
        yield [right]
        false = statement(asked.question, context.article[chance.choice(others).answers[0]])
        if chance.random() < 0.4:
            false = altered(true, chance.choice(self.pools[asked.context]), chance)
        if false and false != true:
            yield [Example(0, false, right.context, right.text, right.sentences, ())]

    def _window(
        self, question: str, context: Context, answers: Sequence[Span], longest: int, chance: random.Random
    ) -> Example:
        """Consecutive sentences of a context with an answer, of at most `longest` words and marks.

        Without an answer those about the sentence that shares most words with the question: the likeliest trap.
        """
        article = context.article
        homes = [
            n for n, s in enumerate(article.sentences) if any(s.start < a.end and a.start < s.end for a in answers)
        ]
        core = chance.choice(homes) if homes else _trap(question, article, chance)
        first = last = core
        sizes = [len(article[s]) / 4.5 for s in article.sentences]
        while True:
            size = sum(sizes[first : last + 1])
            ways = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last + 1 < len(sizes))
            ways = [(a, b) for a, b in ways if size + sizes[a if a < first else b] <= longest]
            if not ways:
                return _cut(question, context, range(first, last + 1), answers, chance)
            first, last = chance.choice(ways)

    def _without(
        self, question: str, context: Context, asked: Asked, longest: int, chance: random.Random
    ) -> Example | None:
        """The longer side of the context before or after the sentences that answer; None where nothing is left."""
        sentences = context.article.sentences
        homes = [n for n, s in enumerate(sentences) if any(s.start < a.end and a.start < s.end for a in asked.answers)]
        if not homes:
            return None
        before, after = (0, homes[0] - 1), (homes[-1] + 1, len(sentences) - 1)
        first, last = max(before, after, key=lambda side: side[1] - side[0])
        if last < first:
            return None
        while last > first and sentences[last].end - sentences[first].start > longest * 4.5:
            first, last = (first + 1, last) if first == homes[-1] + 1 and chance.random() < 0.5 else (first, last - 1)
        return _cut(question, context, range(first, last + 1), (), chance)


def _trap(question: str, article: Article, chance: random.Random) -> int:
    """The number of the sentence that shares most words with the question."""
    words = set(terms(question, "en"))
    shared = [len(words & set(terms(article[s], "en"))) + 0.9 * chance.random() for s in article.sentences]
    return int(np.argmax(shared))


def _pool(read: Sequence[Context], edits: Mapping[str, Sequence[str]]) -> Pool:
    texts = [context.article.text for context in read]
    words = [word for context in read for asked in context.questions for word in words_of(asked.question)]
    return Pool([n for t in texts for n in names_in(t)], [n for t in texts for n in numbers_in(t)], words, edits)


def _edits(read: Sequence[Context]) -> dict[str, list[str]]:
    """What people changed in questions that are answered, to make them questions that are not."""
    found: dict[str, list[str]] = defaultdict(list)
    for context in read:
        for twin in (asked for asked in context.questions if not asked.answers):
            for asked in (asked for asked in context.questions if asked.answers):
                changed = edit(asked.question, twin.question)
                if changed and terms(changed[0], "en"):  # "what" for "where" would be a slip, not a twin
                    found[changed[0]].append(changed[1])
    return found


def _cut(question: str, context: Context, kept: range, answers: Sequence[Span], chance: random.Random) -> Example:
    article = context.article
    start, end = article.sentences[kept[0]].start, article.sentences[kept[-1]].end
    inside = [Span(max(start, a.start), min(end, a.end)) for a in answers if start < a.end and a.start < end]
    title = "" if context.dataset in UNTITLED or chance.random() < 0.25 else article.title
    moved = [Span(s.start - start, s.end - start) for s in (article.sentences[n] for n in kept)]
    spans = dict.fromkeys(Span(a.start - start, a.end - start) for a in inside)
    own = context.dataset == OWN
    return Example(0, question, title, article.text[start:end], tuple(moved), tuple(spans), own)


def _as_typed(question: str, chance: random.Random) -> str:
    """The question as people type it: often without its mark, now and then only its words of substance."""
    way = chance.random()
    if way < 0.1 and len(kept := [w for w in question.rstrip("?").split() if terms(w, "en")]) >= 3:
        return " ".join(kept)
    return question.rstrip("? ") if way < 0.4 else question


def neighbours(read: Sequence[Context], cache: Path) -> NDArray[np.int32]:
    """For each question the NEIGHBOURS contexts that search ranks highest, its own left out; kept in `cache`.

    A cache of other questions, of a run without --more for example, is made anew.
    """
    asked = [a for context in read for a in context.questions]
    if cache.exists() and len(known := np.load(cache)) == len(asked):
        return np.asarray(known, np.int32)
    embedder = Embedder()
    keywords = Keywords((f"{c.article.title}\n{c.article.text}", "en") for c in read)
    vectors = embedder.embed([f"{c.article.title}\n{c.article.text}" for c in read])
    questions = embedder.embed([a.question for a in asked])
    found = np.full((len(asked), NEIGHBOURS), -1, np.int32)
    for place, one in enumerate(asked):
        bm25 = keywords.scores(keywords.question_terms(one.question))
        fused = COSINE_WEIGHT * standardised(vectors @ questions[place]) + BM25_WEIGHT * standardised(bm25)
        fused[one.context] = -np.inf
        best = np.argpartition(-fused, NEIGHBOURS)[:NEIGHBOURS]
        found[place] = best[np.argsort(-fused[best])]
    np.save(cache, found)
    return found
