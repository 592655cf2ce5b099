"""The library at one moment: all that a question is answered from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from index.embedder import Vectors
from index.keywords import Keywords
from index.library import Entry, Kept
from index.passages import Passage


@dataclass(frozen=True)
class Located:
    """A passage and the article it stands in."""

    key: str
    kept: Kept
    passage: Passage


@dataclass(frozen=True)
class Snapshot:
    """All that a question is answered from, at one revision of the library. It never changes."""

    revision: int
    kept: tuple[Kept, ...]
    partial: bool = False  # whether the library has more articles than these
    entries: tuple[Entry, ...] = ()  # of each in `kept`

    @cached_property
    def passages(self) -> dict[str, Located]:
        """Every passage by key, in the order of the library."""
        located = (Located(kept.key(passage), kept, passage) for kept in self.kept for passage in kept.passages)
        return {one.key: one for one in located}

    @cached_property
    def positions(self) -> dict[str, int]:
        """The place of each key in `passages`, `passage_vectors` and `keywords`."""
        return {key: position for position, key in enumerate(self.passages)}

    @cached_property
    def passage_vectors(self) -> Vectors:
        """Unit vectors, float32 (passages, size)."""
        return stacked([kept.passage_vectors for kept in self.kept if kept.passages])

    @cached_property
    def keywords(self) -> Keywords:
        """BM25 over the passages with their context."""
        return Keywords((one.passage.searchable, one.kept.article.language) for one in self.passages.values())

    @cached_property
    def sentence_keywords(self) -> Keywords:
        """BM25 over the sentences alone, in the order of the library; long ones lose nothing (b 0)."""
        texts = ((k.article[s], k.article.language) for k in self.kept for s in k.article.sentences)
        return Keywords(texts, k1=0.8, b=0.0)

    @cached_property
    def _first_sentence(self) -> dict[str, int]:
        counts = [len(kept.article.sentences) for kept in self.kept]
        return dict(zip((kept.id for kept in self.kept), accumulate(counts, initial=0), strict=False))

    def sentence_position(self, kept: Kept, number: int) -> int:
        """The place of a sentence in `sentence_keywords`."""
        return self._first_sentence[kept.id] + number

    @cached_property
    def sentence_count(self) -> int:
        return sum(len(kept.article.sentences) for kept in self.kept)

    def of(self, articles: Sequence[str]) -> "Snapshot":
        """Only these articles; all of them when none is named."""
        kept = tuple(k for k in self.kept if k.id in articles)
        return Snapshot(self.revision, kept, partial=len(kept) < len(self.kept)) if articles else self


def stacked(vectors: Sequence[Vectors]) -> Vectors:
    """All their rows; shape (0, 0) where there are none."""
    return np.concatenate(vectors) if vectors else np.zeros((0, 0), np.float32)
