"""Search and the reader on ../shared/data/reader-validation.jsonl, all of its contexts as one library.

Beside them the plain recipe that most programs of this kind follow, with the same embedding model in the same run:
RecursiveCharacterTextSplitter (1,000 characters, overlap 200), Chroma, the four nearest chunks.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

from index.catalog import Snapshot
from index.embedder import Embedder
from index.reader import PlainReader, Reading
from index.search import Search
from index.training.questions import Asked, Context, kept
from index.vectors import VectorIndex
from tests.evals.measures import auroc, share

DATA = Path(__file__).parents[3] / "shared" / "data" / "reader-validation.jsonl"
QUESTIONS = 900  # answerable ones, drawn at random; all that have no answer are asked


@dataclass(frozen=True)
class Figures:
    """One row of the table; NaN where a figure does not apply.

    Contexts and sentences are right when they hold the annotated answer. `auroc` tells answerable questions from
    unanswerable ones about the same articles, and `auroc_foreign` from questions about other articles.
    """

    context_at_1: float
    context_at_4: float
    context_at_5: float
    sentence_at_1: float = float("nan")
    sentence_at_5: float = float("nan")
    auroc: float = float("nan")
    auroc_foreign: float = float("nan")


def draw(read: Sequence[Context]) -> tuple[list[Asked], list[Asked]]:
    """The answerable and the unanswerable questions to ask."""
    every = [asked for context in read for asked in context.questions]
    answerable = [asked for asked in every if asked.answers]
    return random.Random(0).sample(answerable, min(QUESTIONS, len(answerable))), [a for a in every if not a.answers]


def plain_recipe(read: Sequence[Context], embedder: Embedder) -> Figures:
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

    return _contexts(draw(read)[0], ranked)


def ours(read: Sequence[Context], embedder: Embedder, folder: Path) -> Figures:
    snapshot = Snapshot(0, tuple(kept(read, embedder)))
    index = VectorIndex(folder)
    vectors = dict(zip(snapshot.passages, snapshot.passage_vectors, strict=True))
    index.rebuild(vectors, {key: one.kept.id for key, one in snapshot.passages.items()})
    search = Search(snapshot=snapshot, index=index, embedder=embedder, limit=50)
    answerable, unanswerable = draw(read)
    found = _contexts(answerable, lambda asked: [int(one.kept.id) for one, _ in search.ranked(asked.question)])
    index.close()

    reader = PlainReader(snapshot, embedder)
    passages = list(snapshot.passages.values())
    readings = [(asked, reader.read(asked.question, passages)) for asked in answerable]
    first = [[_right(reading, place, asked) for place in range(5)] for asked, reading in readings]
    sure, twins, foreign = _by_article(read, snapshot, embedder, answerable, unanswerable)
    return Figures(
        found.context_at_1, found.context_at_4, found.context_at_5,
        share([hits[0] for hits in first]), share([any(hits) for hits in first]),
        auroc(sure, twins), auroc(sure, foreign),
    )  # fmt: skip


def _by_article(
    read: Sequence[Context], snapshot: Snapshot, embedder: Embedder, answerable: list[Asked], unanswerable: list[Asked]
) -> tuple[list[float], list[float], list[float]]:
    """Answerability of questions, of their twins without an answer, and of foreign ones, each asked of one article.

    An article is all contexts of one title that has twins.
    """
    titles = sorted({read[asked.context].article.title for asked in unanswerable})
    sure: list[float] = []
    twins: list[float] = []
    foreign: list[float] = []
    for title in titles:
        places = {place for place, context in enumerate(read) if context.article.title == title}
        part = Snapshot(0, tuple(one for one in snapshot.kept if int(one.id) in places))
        reader, passages = PlainReader(part, embedder), list(part.passages.values())
        others = [asked for asked in answerable if asked.context not in places]
        for asked in answerable:
            if asked.context in places:
                sure.append(reader.read(asked.question, passages).answerability)
        for asked in unanswerable:
            if asked.context in places:
                twins.append(reader.read(asked.question, passages).answerability)
        for asked in random.Random(0).sample(others, min(100, len(others))):
            foreign.append(reader.read(asked.question, passages).answerability)
    return sure, twins, foreign


def _contexts(questions: Sequence[Asked], ranked: Callable[[Asked], Sequence[int]]) -> Figures:
    places = []
    for asked in questions:
        order = list(dict.fromkeys(ranked(asked)))
        places.append(order.index(asked.context) if asked.context in order else len(order) + 99)
    return Figures(*(share([place < k for place in places]) for k in (1, 4, 5)))


def _right(reading: Reading, place: int, asked: Asked) -> bool:
    sentence = reading.sentences[place]
    inside = any(sentence.span.start <= answer.start < sentence.span.end for answer in asked.answers)
    return inside and int(sentence.kept.id) == asked.context
