"""Search and the readers on the contexts of a file as one library.

The files are ../shared/data/reader-validation.jsonl and articles.jsonl: invented articles, with questions in a reader's
own words.

Beside them the plain recipe that most programs of this kind follow, with the same embedding model in the same run:
RecursiveCharacterTextSplitter (1,000 characters, overlap 200), Chroma, the four nearest chunks.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

from assistant.settings import Settings
from index.article import Article
from index.embedder import Embedder
from index.reader import Reader, Reading, Scored
from index.search import Search
from index.snapshot import Located, Snapshot
from index.training.calibrate import calibration_error
from index.training.questions import Asked, Context, kept
from index.vectors import VectorIndex
from tests.evals.measures import auroc, share

DATA = Path(__file__).parents[3] / "shared" / "data" / "reader-validation.jsonl"
INVENTED = Path(__file__).with_name("articles.jsonl")
CANDIDATES, FLOOR = (Settings.model_fields[name].default for name in ("candidates", "answerability_floor"))
FOREIGN = 50  # questions about other articles, asked of each article; fewer when few are drawn
NOTHING = float("nan")

MakeReader = Callable[[Snapshot], Reader]


@dataclass(frozen=True)
class Figures:
    """One row of the table; NaN where a figure does not apply.

    Contexts and sentences are right when they hold the annotated answer. `span_f1` is of the words marked in the first
    sentence. `auroc` tells answerable questions from unanswerable ones about the same articles, and `foreign` from
    questions about other articles; `calibration_error`, `refused` and `wrong` (at FLOOR) are of the former.
    """

    context_1: float
    context_4: float
    context_5: float
    sentence_1: float = NOTHING
    sentence_5: float = NOTHING
    span_f1: float = NOTHING
    auroc: float = NOTHING
    foreign: float = NOTHING
    calibration_error: float = NOTHING
    refused: float = NOTHING
    wrong: float = NOTHING
    chances: tuple[tuple[float, bool], ...] = field(default=(), metadata={"hidden": True})


def draw(read: Sequence[Context], questions: int) -> tuple[list[Asked], list[Asked]]:
    """At most so many answerable questions to ask, and the same share of the unanswerable ones: how many of each there
    are is part of what an answerability says.
    """
    every = [asked for context in read for asked in context.questions]
    answerable, unanswerable = [a for a in every if a.answers], [a for a in every if not a.answers]
    chance, drawn = random.Random(0), min(questions, len(answerable))
    twins = round(len(unanswerable) * drawn / len(answerable))
    return chance.sample(answerable, drawn), chance.sample(unanswerable, twins)


def plain_recipe(read: Sequence[Context], embedder: Embedder, questions: int) -> Figures:
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = [
        Document(chunk, metadata={"context": place})
        for place, context in enumerate(read)
        for chunk in splitter.split_text(context.article.text)
    ]
    chroma = Chroma("recipe", embedder, collection_configuration={"hnsw": {"space": "cosine"}})
    for start in range(0, len(chunks), 5000):
        chroma.add_documents(chunks[start : start + 5000])

    def ranked(asked: Asked) -> list[int]:
        found = chroma.similarity_search_by_vector(embedder.embed_query(asked.question), k=10)
        return [document.metadata["context"] for document in found]

    answerable, _ = draw(read, questions)
    return Figures(*_contexts(answerable, [ranked(asked) for asked in answerable]))


class Ours:
    """Our search on the contexts, with whichever reader."""

    def __init__(self, read: Sequence[Context], embedder: Embedder, folder: Path, questions: int) -> None:
        self.read, self.snapshot = read, Snapshot(0, tuple(kept(read, embedder)))
        index = VectorIndex(folder)
        vectors = dict(zip(self.snapshot.passages, self.snapshot.passage_vectors, strict=True))
        index.rebuild(vectors, {key: one.kept.id for key, one in self.snapshot.passages.items()})
        search = Search(snapshot=self.snapshot, index=index, embedder=embedder, limit=CANDIDATES)
        self.answerable, self.unanswerable = draw(read, questions)
        self.found = [[one for one, _ in search.ranked(asked.question)] for asked in self.answerable]
        index.close()

    def search_alone(self) -> Figures:
        return Figures(*_contexts(self.answerable, [[int(one.kept.id) for one in found] for found in self.found]))

    def with_reader(self, make: MakeReader) -> Figures:
        reader = make(self.snapshot)
        pairs = list(zip(self.answerable, self.found, strict=True))
        readings = [reader.read(asked.question, found) for asked, found in pairs]
        contexts = [[int(scored.kept.id) for scored in reading.sentences] for reading in readings]
        right = [
            [_right(scored, asked) for scored in reading.sentences[:5]]
            for asked, reading in zip(self.answerable, readings, strict=True)
        ]
        sure, twins, foreign = self._by_article(make)
        chances = [*((chance, True) for chance in sure), *((chance, False) for chance in twins)]
        return Figures(
            *_contexts(self.answerable, contexts),
            share([hits[0] for hits in right]), share([any(hits) for hits in right]), self._span_f1(readings),
            auroc(sure, twins), auroc(sure, foreign), calibration_error(chances),
            share([chance < FLOOR for chance in sure]), share([chance >= FLOOR for chance in twins]), tuple(chances),
        )  # fmt: skip

    def _span_f1(self, readings: Sequence[Reading]) -> float:
        if not any(reading.sentences[0].answer for reading in readings):
            return NOTHING
        total = 0.0
        for asked, reading in zip(self.answerable, readings, strict=True):
            first, article = reading.sentences[0], self.read[asked.context].article
            if first.answer:
                total += max(_f1(first.kept.article[first.answer], article[gold]) for gold in asked.answers)
        return total / len(readings)

    def _by_article(self, make: MakeReader) -> tuple[list[float], list[float], list[float]]:
        """Answerability of questions, of their twins without an answer, and of foreign ones, each asked of one
        article: all contexts of one title that has twins.
        """
        sure: list[float] = []
        twins: list[float] = []
        foreign: list[float] = []
        for title in sorted({self._article(asked).title for asked in self.unanswerable}):
            part = Snapshot(0, tuple(k for k in self.snapshot.kept if k.article.title == title))
            reader, passages = make(part), list(part.passages.values())
            others = [asked for asked in self.answerable if self._article(asked).title != title]
            for into, asked_of in (
                (sure, [a for a in self.answerable if self._article(a).title == title]),
                (twins, [a for a in self.unanswerable if self._article(a).title == title]),
                (foreign, random.Random(0).sample(others, min(FOREIGN, len(self.answerable) // 6))),
            ):
                into += [_sure(reader, asked, passages) for asked in asked_of]
        return sure, twins, foreign

    def _article(self, asked: Asked) -> Article:
        return self.read[asked.context].article


def _sure(reader: Reader, asked: Asked, passages: Sequence[Located]) -> float:
    return reader.read(asked.question, passages).answerability


def _contexts(questions: Sequence[Asked], ranked: Sequence[Sequence[int]]) -> tuple[float, ...]:
    places = []
    for asked, found in zip(questions, ranked, strict=True):
        order = list(dict.fromkeys(found))
        places.append(order.index(asked.context) if asked.context in order else len(order) + 99)
    return tuple(share([place < k for place in places]) for k in (1, 4, 5))


def _right(scored: Scored, asked: Asked) -> bool:
    return int(scored.kept.id) == asked.context and asked.answered_by(scored.span)


def _f1(said: str, gold: str) -> float:
    """The overlap of words, as SQuAD counts it: without case, articles and punctuation."""
    first, second = (re.findall(r"\w+", re.sub(r"\b(a|an|the)\b", " ", text.lower())) for text in (said, gold))
    same = sum((Counter(first) & Counter(second)).values())
    return 2 * same / (len(first) + len(second)) if same else 0.0
