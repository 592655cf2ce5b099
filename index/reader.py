"""Which sentences of the passages answer a question, and whether any does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.article import Span
from index.embedder import Embedder
from index.keywords import terms
from index.library import Kept
from index.search import standardised
from index.snapshot import Located, Snapshot

Place = tuple[str, int]  # an article's id and the number of a sentence in it


@dataclass(frozen=True)
class Scored:
    """A sentence with how likely it is to answer, 0 to 1; `answer` are its very words that do, where they are known."""

    kept: Kept
    number: int
    score: float
    answer: Span | None = None

    @property
    def span(self) -> Span:
        return self.kept.article.sentences[self.number]


@dataclass(frozen=True)
class Reading:
    """The sentences that were read, best first, and how likely it is that the passages answer, 0 to 1."""

    sentences: tuple[Scored, ...]
    answerability: float


class Reader(Protocol):
    """What answers depend on: scores for every sentence of the passages, answer spans, answerability."""

    name: str

    def read(self, question: str, passages: Sequence[Located], after: Collection[Place] = ()) -> Reading:
        """Score each sentence of `passages`; none for no passages, which nothing answers.

        The sentences that follow those of `after`, where the talk is, are likelier to answer than others.
        """
        ...


# Fitted on ../shared/data/reader-train.jsonl by `python -m index.training.plain`: a softmax regression over the
# sentences of a library, and a logistic regression over questions that it answers or does not.
SENTENCE_WEIGHTS = np.array([0.71, 0.39, 0.66, 0.47])  # of the columns of `Signals.sentences`
ANSWER_WEIGHTS = np.array([7.82, 4.43, 3.33, -5.95])  # of `Signals.evidence`, and the bias


@dataclass(frozen=True)
class Signals:
    """What the plain reader goes by.

    `sentences` is (sentences, 4): cosine and BM25 of each sentence and of its passage, standardised over all that are
    read. `evidence` is (3,): cosine of the nearest sentence and of the nearest passage, and the share of the question's
    words, weighed by rarity, that stand in the sentence ranked first.
    """

    places: Sequence[tuple[Kept, int]]
    sentences: NDArray[np.float32]
    evidence: NDArray[np.float32]


class PlainReader:
    """Cosine and BM25 of sentences and their passages, fused: nothing is learnt but eight weights."""

    name = "reader: cosine and BM25"

    def __init__(self, snapshot: Snapshot, embedder: Embedder) -> None:
        self.snapshot, self.embedder = snapshot, embedder

    def read(self, question: str, passages: Sequence[Located], after: Collection[Place] = ()) -> Reading:
        """Score each sentence of `passages` by the question alone."""
        if not passages:
            return Reading((), 0.0)
        signals = self.signals(question, passages)
        fused = signals.sentences @ SENTENCE_WEIGHTS
        order = np.argsort(-fused, kind="stable")
        answerability = float(1 / (1 + np.exp(-(np.append(signals.evidence, 1.0) @ ANSWER_WEIGHTS))))
        if not signals.evidence[-1] and not self.embedder.understands(signals.places[order[0]][0].article.language):
            answerability = 0.0  # in a language that the model does not know, only shared words are evidence
        scores = answerability * np.exp(fused - fused.max())
        ranked = [(*signals.places[row], float(scores[row])) for row in order]
        return Reading(tuple(Scored(kept, number, score) for kept, number, score in ranked), answerability)

    def signals(self, question: str, passages: Sequence[Located]) -> Signals:
        """The signals for at least one passage."""
        snapshot = self.snapshot
        vector = self.embedder.embed_question(question)
        words = snapshot.keywords.question_terms(question)
        ranges = [(one.kept, one.passage.first, one.passage.last) for one in passages]
        places = [(kept, number) for kept, first, last in ranges for number in range(first, last)]
        near = np.concatenate([kept.sentence_vectors[first:last] for kept, first, last in ranges]) @ vector
        rows = [snapshot.sentence_position(kept, number) for kept, number in places]
        home = np.repeat(np.arange(len(passages)), [last - first for _, first, last in ranges])
        homes = [snapshot.positions[one.key] for one in passages]
        passage_near = snapshot.passage_vectors[homes] @ vector
        columns = [
            standardised(near),
            standardised(snapshot.sentence_keywords.scores(words)[rows]),
            standardised(passage_near)[home],
            standardised(snapshot.keywords.scores(words)[homes])[home],
        ]
        sentences = np.stack(columns, axis=1)
        kept, number = places[int(np.argmax(sentences @ SENTENCE_WEIGHTS))]
        covered = self.covered(words, kept.article[kept.article.sentences[number]], kept.article.language)
        return Signals(places, sentences, np.array([near.max(), passage_near.max(), covered]))

    def covered(self, words: Sequence[str], text: str, language: str) -> float:
        """The share of the question's words, weighed by their rarity in the library, that stand in `text`."""
        there = set(terms(text, language))
        counts = self.snapshot.keywords.document_frequencies(words)
        rarity = np.log(1 + (len(self.snapshot.passages) - counts + 0.5) / (counts + 0.5))
        present = np.array([word in there for word in words], bool)
        return float(rarity[present].sum() / rarity.sum()) if rarity.sum() > 0 else 0.0
