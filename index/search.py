"""Both rankings of the passages, by meaning and by words, fused; a LangChain retriever."""

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict

from index.embedder import Embedder
from index.snapshot import Located, Snapshot
from index.vectors import VectorIndex

COSINE_WEIGHT, BM25_WEIGHT = 0.7, 0.3  # each standardised over the library; tests/evals shows what they give
DEPTH = 100  # passages taken from each ranking


class Search(BaseRetriever):
    """The `limit` best passages of a snapshot, best first, as documents whose `id` is the passage's key.

    The metadata of a document are article, title, section, start, end and score, so that chains and tracing see what
    was found. An empty library gives none.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    snapshot: Snapshot
    index: VectorIndex
    embedder: Embedder
    limit: int

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(located, score) for located, score in self.ranked(query)]

    def ranked(self, question: str) -> list[tuple[Located, float]]:
        """The passages with their fused score."""
        snapshot = self.snapshot
        if not snapshot.passages:
            return []
        vector = self.embedder.embed_question(question)
        bm25 = snapshot.keywords.scores(snapshot.keywords.question_terms(question))
        depth = min(DEPTH, len(snapshot.passages))
        near = self.index.nearest(vector, depth, [kept.id for kept in snapshot.kept] if snapshot.partial else [])
        by_meaning = [snapshot.positions[key] for key in near if key in snapshot.positions]
        candidates = np.union1d(np.argsort(-bm25, kind="stable")[:depth], np.array(by_meaning, np.int64))
        fused = COSINE_WEIGHT * standardised(snapshot.passage_vectors @ vector) + BM25_WEIGHT * standardised(bm25)
        passages = list(snapshot.passages.values())
        best = candidates[np.argsort(-fused[candidates], kind="stable")[: self.limit]]
        return [(passages[place], float(fused[place])) for place in best]


def standardised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """`scores` with mean 0 and deviation 1; all 0 where they are equal."""
    spread = float(scores.std()) if scores.size else 0.0
    return (scores - scores.mean()) / spread if spread > 1e-6 else np.zeros_like(scores)


def _document(located: Located, score: float) -> Document:
    kept, passage = located.kept, located.passage
    section = kept.article.section(passage.start)
    where = {"article": kept.id, "title": kept.article.title, "section": section}
    return Document(
        id=located.key,
        page_content=passage.text,
        metadata={**where, "start": passage.start, "end": passage.end, "score": score},
    )
