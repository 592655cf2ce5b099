"""The trained reader: a small network that reads a question and a passage together.

It was made by index/training, whose README.md is its model card, from the encoder all-MiniLM-L6-v2.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.article import Span
from index.embedder import Embedder, bundled_folder
from index.errors import BadStore
from index.library import Kept
from index.pairs import Pair, Pairs
from index.reader import SENTENCE_WEIGHTS, Place, PlainReader, Reading, Scored
from index.snapshot import Located, Snapshot
from index.weights import Floats, Weights

TRAINED, PLAIN = "trained", "plain"  # the readers that come along
FILE = Path(__file__).with_name("reader.onnx")
FILE_SHA256 = "94f965230d15d91312652ade3d602ea16064a2476e463feec8a8d930f4601eda"

FIRST_READ = 16  # passages that are read at once; the others when none of these answers
BATCH = 8  # passages that go through the network together, of like length
LONGEST_ANSWER = 40  # tokens
CUT_OFF = (-10.0, -10.0, -20.0)  # the network's signals for a sentence that it does not see
UNSAID = -10.0  # the verifier's logit where there is no answer to verify
SIGNALS, WITH_VERIFIER = 11, 14  # of the answerability, the constant among them
VERIFIED = 5  # sentences, the best, that the verifier looks at
SAY = 0.2  # what its logit counts in their order; chosen with the questions that the last weights were fitted to
MARKED = 20  # sentences, the best, whose answering words are marked
# A sentence with one of these among its first four words: alone nobody could say whom it is about.
POINTS = re.compile(r"\W*(?:\w+,? ){0,3}?(?:he|she|it|they|his|her|its|their|this|these|that|those)\b", re.IGNORECASE)

# A question that goes on from an answer: how much better the next sentence and the one after it score, and the log odds
# that they answer. Chosen with the 218 follow-up questions of round 5 (tests/assistant/test_followups.py): with
# twice the score and thrice the odds fewer were right, and more were answered that have no answer.
FOLLOWING, FOLLOWS = (1.0, 0.75), 0.4
NONE: Mapping[Place, float] = {}
Verify = Callable[[str, str, str], float]  # index/verifier.py's logit: of a statement, a title and a text


class Network:
    """A file that index/training/export.py wrote. Raises BadStore when it is another than `sha256` says, or none."""

    def __init__(self, path: Path, sha256: str = "") -> None:
        self.file = Weights(path, sha256)
        self.sha256 = self.file.sha256
        weights = self.file.last
        self.sentence_weights = np.array(weights.get("sentence", [1.0, 0, 0, 0, 0, 0, 0]), np.float32)
        self.answer_weights = np.array(weights.get("answer", [0, 1.0, *[0] * (SIGNALS - 2)]), np.float32)
        self.verified_weights = np.array(weights.get("verified", []), np.float32)  # none: it does without
        if len(self.answer_weights) != SIGNALS or len(self.verified_weights) not in (0, WITH_VERIFIER):
            raise BadStore(f"The last weights of {path} are of another version. Export and calibrate it again.")
        self.pairs = Pairs(bundled_folder())

    def run(self, pairs: Sequence[Pair]) -> Iterator[tuple[Floats, float]]:
        """For each pair the logits of span start, span end and relevance, (tokens, 3), and that of answerability."""
        if pairs:
            tokens, whole = self.file.run(("tokens", "whole"), pairs)
            for row, pair in enumerate(pairs):
                yield tokens[row, : len(pair.ids)], float(whole[row])


@cache
def network(name: str) -> Network | None:
    """The network of a setting: TRAINED, PLAIN (which has none), or a file. Loaded once."""
    if name == PLAIN or (name == TRAINED and not FILE.exists()):
        return None
    return Network(FILE, FILE_SHA256) if name == TRAINED else Network(Path(name))


@dataclass(frozen=True)
class Read:
    """A sentence as the network saw it; `answer` are its words that answer best.

    `signals` is (7,): relevance, answerability of its passage, how far its best span is above none, and the four
    columns of the plain reader.
    """

    kept: Kept
    number: int
    passage: Located
    signals: Floats
    answer: Span | None

    @property
    def place(self) -> Place:
        return self.kept.id, self.number

    @property
    def sentence(self) -> Span:
        return self.kept.article.sentences[self.number]

    @property
    def near(self) -> Span:
        """The sentence and its neighbours in the passage."""
        sentences, passage = self.kept.article.sentences, self.passage.passage
        first, last = max(passage.first, self.number - 1), min(passage.last - 1, self.number + 1)
        return Span(sentences[first].start, sentences[last].end)

    @property
    def alone(self) -> Span:
        """The sentence, with its neighbours where it points at what they say."""
        return self.near if POINTS.match(self.kept.article[self.sentence]) else self.sentence

    def answering(self, question: str) -> str:
        """The question with the words that answer it, as one statement."""
        return f"{question} {self.kept.article[self.answer]}" if self.answer else question


class TrainedReader:
    """Reads the likeliest passages, and all the others when those do not answer. For English; else the plain reader.

    `verify` looks at the best answers once more, if the network's last weights were fitted with it. `stop` is called
    before each batch; it raises where nobody waits for the answer any more.
    """

    def __init__(
        self, snapshot: Snapshot, embedder: Embedder, network: Network, floor: float, verify: Verify | None = None
    ) -> None:
        self.snapshot, self.embedder, self.network, self.floor = snapshot, embedder, network, floor
        self.verify = verify if len(network.verified_weights) else None
        self.plain = PlainReader(snapshot, embedder)
        self.seen_again: dict[tuple[str, Place], Floats] = {}  # by question
        self.said: dict[tuple[str, Place, Span], float] = {}  # by statement
        self.stop: Callable[[], None] | None = None
        self.name = f"reader: trained, {network.sha256[:12]}"

    def read(self, question: str, passages: Sequence[Located], after: Collection[Place] = ()) -> Reading:
        """Score the sentences of `passages`; those of passages that were left unread are not among them."""
        if not passages:
            return Reading((), 0.0)
        signals = self.plain.signals(question, passages)
        likelier = _likelier(after)
        fused = signals.sentences @ SENTENCE_WEIGHTS
        fused += [likelier.get((kept.id, number), 0.0) for kept, number in signals.places]
        if not self.embedder.understands(signals.places[int(np.argmax(fused))][0].article.language):
            return self.plain.read(question, passages)
        read: list[Read] = []
        answerability = 0.0
        order = self.likeliest(passages, fused)
        for places in filter(None, (order[:FIRST_READ], order[FIRST_READ:])):
            read += self.through(question, passages, places, signals.sentences)
            scores = self.reranked(question, read, self.scores(read, likelier))
            best = read[int(np.argmax(scores))]
            weights = self.network.verified_weights if self.verify else self.network.answer_weights
            logit = self.evidence(question, read, best, signals.evidence) @ weights
            logit += FOLLOWS if best.place in likelier else 0.0
            answerability = float(1 / (1 + np.exp(-logit)))
            if answerability >= self.floor:
                break
        return Reading(tuple(self._ranked(read, scores, answerability)), answerability)

    def scores(self, read: Sequence[Read], likelier: Mapping[Place, float] = NONE) -> Floats:
        """How well each sentence answers, (sentences,): log odds that can be compared; `likelier` is added."""
        more = [likelier.get(one.place, 0.0) for one in read]
        return np.stack([one.signals for one in read]) @ self.network.sentence_weights + np.array(more, np.float32)

    def reranked(self, question: str, read: Sequence[Read], scores: Floats) -> Floats:
        """The scores, those of the best sentences exchanged so that their order is also the verifier's."""
        if not self.verify:
            return scores
        first = np.argsort(-scores, kind="stable")[:VERIFIED]
        best = [read[row] for row in first]
        said = np.array([self.verified(one.answering(question), one, one.near, self.verify) for one in best])
        made = scores.copy()
        made[first[np.argsort(-(scores[first] + SAY * said), kind="stable")]] = scores[first]
        return made

    @staticmethod
    def _ranked(read: Sequence[Read], scores: Floats, answerability: float) -> Iterator[Scored]:
        """The sentences with the best first, whose score is the answerability."""
        scores = answerability * np.exp(scores - scores.max())
        for place, row in enumerate(np.argsort(-scores, kind="stable")):
            one = read[row]
            yield Scored(one.kept, one.number, float(scores[row]), one.answer if place < MARKED else None)

    def evidence(self, question: str, read: Sequence[Read], best: Read, plain: NDArray[np.float32]) -> Floats:
        """What tells whether the best sentence answers, (SIGNALS,), or (WITH_VERIFIER,) with `verify`.

        The three signals of the network for that sentence, read thrice (`again`), the highest answerability of a
        passage, the plain reader's three, the share of the question's words, weighed by rarity, that stand in the
        sentence's passage and in the sentence, how far that passage is behind the first by BM25, what the verifier says
        of the answer beside the sentence with its neighbours and alone, and of the question alone, and 1.
        """
        words, article = self.snapshot.keywords.question_terms(question), best.kept.article
        texts = best.passage.passage.searchable, article[best.sentence]
        covered = [self.plain.covered(words, text, article.language) for text in texts]
        every = np.stack([one.signals for one in read])
        highest, behind = every[:, 1].max(), best.signals[-1] - every[:, -1].max()
        answer = best.answering(question)
        looks = ((answer, best.near), (answer, best.alone), (question, best.alone))
        verified = [self.verified(said, best, span, self.verify) for said, span in looks if self.verify]
        found = [*self.again(question, best), highest, *plain, *covered, behind, *verified, 1.0]
        return np.array(found, np.float32)

    def verified(self, statement: str, one: Read, span: Span, verify: Verify) -> float:
        """The verifier's logit that what stands at `span` supports a statement; UNSAID of a sentence without answer."""
        if not one.answer:
            return UNSAID
        key = statement, one.place, span
        if key not in self.said:
            self.said[key] = verify(statement, one.passage.passage.context, one.kept.article[span])
        return self.said[key]

    def again(self, question: str, one: Read) -> Floats:
        """`_again`, once for each question and sentence: it may be the best of the first passages, and of all."""
        key = question, one.place
        if key not in self.seen_again:
            self.seen_again[key] = self._again(question, one)
        return self.seen_again[key]

    def _again(self, question: str, one: Read) -> Floats:
        """The three signals of the network in the mean of three readings: the passage, the sentence and its neighbours,
        the sentence alone unless it points at what they say. A network that is not sure of itself says other things of
        each.
        """
        article, passage, here = one.kept.article, one.passage.passage, one.sentence
        texts = [Span(passage.start, passage.end), one.near]
        if one.alone == here:
            texts.append(here)
        seen = {texts[0]: one.signals[:3]}  # of a short passage they are the same: nothing is read twice
        pairs = {t: self.network.pairs.pair(question, passage.context, article[t]) for t in texts if t not in seen}
        for (text, pair), (tokens, whole) in zip(pairs.items(), self.network.run(list(pairs.values())), strict=True):
            starts = np.array([start + text.start for start, _ in pair.offsets])
            inside = np.flatnonzero((starts >= here.start) & (starts < here.end))
            seen[text] = np.array(_seen(inside, pair, tokens, whole)[0] if inside.size else CUT_OFF, np.float32)
        return np.asarray(np.mean([seen[text] for text in texts], axis=0), np.float32)

    @staticmethod
    def likeliest(passages: Sequence[Located], fused: NDArray[np.float64]) -> list[int]:
        """The places of the passages, that with the best sentence first."""
        sizes = [one.passage.last - one.passage.first for one in passages]
        ends = np.cumsum(sizes)
        best = [fused[end - size : end].max() for size, end in zip(sizes, ends, strict=True)]
        return [int(place) for place in np.argsort(-np.array(best), kind="stable")]

    def through(
        self, question: str, passages: Sequence[Located], places: Sequence[int], plain: NDArray[np.float32]
    ) -> Iterator[Read]:
        """The passages at `places`, through the network; `plain` has the plain signals of all sentences."""
        ends = np.cumsum([one.passage.last - one.passage.first for one in passages])
        pairs = {
            place: self.network.pairs.pair(question, passages[place].passage.context, passages[place].passage.text)
            for place in places
        }
        alike = sorted(places, key=lambda place: len(pairs[place].ids))
        for first in range(0, len(alike), BATCH):
            if self.stop:
                self.stop()
            some = alike[first : first + BATCH]
            for place, (tokens, whole) in zip(some, self.network.run([pairs[p] for p in some]), strict=True):
                located = passages[place]
                begin = int(ends[place]) - (located.passage.last - located.passage.first)
                yield from _sentences(located, pairs[place], tokens, whole, plain[begin : int(ends[place])])


def _likelier(after: Collection[Place]) -> dict[Place, float]:
    """The sentences that follow those of `after`, and how much is added to their scores."""
    found: dict[Place, float] = {}
    for step, more in reversed(list(enumerate(FOLLOWING, 1))):
        found |= {(id, number + step): more for id, number in after}
    return {place: more for place, more in found.items() if place not in after}


def _sentences(
    located: Located, pair: Pair, tokens: Floats, whole: float, plain: NDArray[np.float32]
) -> Iterator[Read]:
    """The sentences of a passage with their signals."""
    kept, passage = located.kept, located.passage
    starts = np.array([start for start, _ in pair.offsets])
    for row, number in enumerate(range(passage.first, passage.last)):
        sentence = kept.article.sentences[number]
        inside = np.flatnonzero((starts >= sentence.start - passage.start) & (starts < sentence.end - passage.start))
        if not inside.size:  # cut off: the passage is longer than the network reads
            yield Read(kept, number, located, np.array([*CUT_OFF, *plain[row]], np.float32), None)
            continue
        signals, first, last = _seen(inside, pair, tokens, whole)
        answer = Span(passage.start + pair.offsets[first][0], passage.start + pair.offsets[last][1])
        yield Read(kept, number, located, np.array([*signals, *plain[row]], np.float32), answer)


def _seen(inside: NDArray[np.intp], pair: Pair, tokens: Floats, whole: float) -> tuple[list[float], int, int]:
    """The network's three signals for the sentence whose tokens are `inside`, and the ends of its best span."""
    logits = tokens[pair.first + inside]
    first, last, height = best_span(logits[:, 0], logits[:, 1])
    none = float(tokens[0, 0] + tokens[0, 1])
    return [float(logits[:, 2].mean()), whole, height - none], int(inside[first]), int(inside[last])


def best_span(starts: Floats, ends: Floats) -> tuple[int, int, float]:
    """First and last token of the best span of at most LONGEST_ANSWER tokens, and its logit."""
    sums = starts[:, None] + ends[None, :]
    first, last = np.unravel_index(int(np.argmax(np.where(_allowed(len(starts)), sums, -np.inf))), sums.shape)
    return int(first), int(last), float(sums[first, last])


@lru_cache(maxsize=128)
def _allowed(tokens: int) -> NDArray[np.bool_]:
    """Which spans may be an answer, by their first and last token, (tokens, tokens)."""
    return np.triu(np.tril(np.ones((tokens, tokens), bool), LONGEST_ANSWER - 1))
