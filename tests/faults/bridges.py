"""A library of two articles, one of which is replaced without end, whose vectors are known beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import cast

import numpy as np

from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder, Vectors
from index.passages import cut


def bridge(year: int, sentences: int) -> Article:
    """An article in which every sentence names the year, so that a mixture of two is seen."""
    said = " ".join(f"In {year} the bridge had {number} lamps of another colour." for number in range(sentences))
    return Article.of([Piece("paragraph", said)], title="The Bridge", language="en", source="/bridge.md")


YEARS = (1903, 1950)
BRIDGES = tuple(bridge(year, count) for year, count in zip(YEARS, (120, 160), strict=True))
MILL = Article.of([Piece("paragraph", "The mill burned down in 1888.")], title="The Mill", language="en")


@dataclass(frozen=True)
class Known:
    """What the embedder said of all texts: a process that is soon killed has no time to load it."""

    longest: int
    counts: dict[str, int] = field(default_factory=dict)
    vectors: dict[str, Vectors] = field(default_factory=dict)

    @classmethod
    def of(cls, embedder: Embedder) -> "Known":
        known = cls(embedder.longest)

        def counted(text: str) -> int:
            return known.counts.setdefault(text, embedder.count_tokens(text))

        for article in (*BRIDGES, MILL):
            texts = [passage.searchable for passage in cut(article, counted, embedder.longest - 2)]
            texts += [article[span] for span in article.sentences]
            known.vectors.update(zip(texts, embedder.embed(texts), strict=True))
        return known

    def count_tokens(self, text: str) -> int:
        return self.counts[text]

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.vectors[text] for text in texts])

    def catalog(self, folder: Path) -> Catalog:
        return Catalog(folder, lambda: cast(Embedder, self), BUNDLED)


def begin(known: Known, folder: Path) -> None:
    """A library of two articles with its index."""
    catalog = known.catalog(folder)
    for article in (MILL, BRIDGES[0]):
        catalog.add(article)
    catalog.snapshot()
    catalog.close()


def write_on(known: Known, folder: Path, ready: Event) -> None:
    """Replace one article by the other and rebuild, without end."""
    catalog = known.catalog(folder)
    catalog.snapshot()
    ready.set()
    for article in cycle(reversed(BRIDGES)):
        catalog.add(article)
        catalog.snapshot()
        catalog.rebuild()


def wrong(catalog: Catalog) -> list[str]:
    """What is not as it should be in a library of the mill and one of the bridges."""
    snapshot = catalog.snapshot()
    texts = sorted(kept.article.text for kept in snapshot.kept)
    found = [] if texts in [sorted([MILL.text, one.text]) for one in BRIDGES] else ["an article is lost or mixed"]
    if catalog.index.keys() != snapshot.passages.keys():
        found.append("the index holds other passages than the library")
    if lost := catalog.unfound():
        found.append(f"{len(lost)} passages are not found by their own vectors")
    return found
