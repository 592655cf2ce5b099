"""The library and its index kept as one: what is added can be found, what is removed cannot."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Literal

import numpy as np
from filelock import FileLock, Timeout

from index.article import Article
from index.embedder import Embedder, Vectors
from index.errors import BadStore, UnknownArticle
from index.formats import read
from index.keywords import Keywords
from index.library import Entry, Kept, Library
from index.passages import Passage, cut
from index.vectors import VectorIndex

Change = Literal["added", "replaced", "unchanged"]
Progress = Callable[[int, int], None]

BATCH = 32  # texts embedded at once
LOCK_TIMEOUT_S = 0.5
LONGEST_ID = 40  # characters, before the hash


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
        return _stack([kept.passage_vectors for kept in self.kept if kept.passages])

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


class Catalog:
    """A data folder: the library in SQL and the vectors in Chroma. One process at a time may have it open.

    An empty library holds the article that comes with the project, until the first one is added. Raises BadStore
    when another process has it open, it cannot be written, or it was embedded with another model.
    """

    def __init__(self, folder: Path, embedder: Callable[[], Embedder], model: str) -> None:
        self.folder, self.model = folder, model
        self._make_embedder = embedder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.lock = FileLock(folder / "lock")
            self.lock.acquire(timeout=LOCK_TIMEOUT_S)
        except Timeout as error:
            raise BadStore(
                f"Another Article Assistant has {folder} open. Stop it, or name another folder with --data-dir."
            ) from error
        except OSError as error:
            raise BadStore(f"{folder} cannot be used as the data folder: {error.strerror}. Name another.") from error
        try:
            self.library = Library.in_folder(folder)
        except BadStore:
            self.lock.release()
            raise
        self.index = VectorIndex(folder / "index")
        self._snapshot: Snapshot | None = None

    @cached_property
    def embedder(self) -> Embedder:
        """Made when it is first needed: loading it takes seconds."""
        return self._make_embedder()

    def entries(self) -> list[Entry]:
        """What is in the library, in the order it was added."""
        self._keep_shipped()
        return self.library.entries()

    def snapshot(self) -> Snapshot:
        """The library as it is now, with the index matched to it."""
        if self._snapshot is None or self._snapshot.revision != self.library.revision:
            self._check_model()
            self._keep_shipped()
            revision, kept = self.library.read()
            self._snapshot = Snapshot(revision, tuple(kept))
            self.index.match(*self._vectors(self._snapshot))
        return self._snapshot

    def add(self, article: Article, progress: Progress = lambda done, of: None) -> tuple[Entry, Change]:
        """Keep an article; the one that came from the same source is replaced in one step.

        The same text again changes nothing. The index follows with the next `snapshot`. `progress` is called with the
        texts embedded so far and their number.
        """
        self._check_model()
        entries = self.library.entries()
        same = next((e for e in entries if e.hash == article.hash and not e.shipped), None)
        old = next((e for e in entries if article.source and e.source == article.source and not e.shipped), None)
        if same:
            if old and old != same:
                self.library.remove(old.id)
            return same, "unchanged"
        name = old.id if old else _new_id(article.title, article.hash, {e.id for e in entries if not e.shipped})
        kept = self._cut(name, article, progress)
        shipped = [e.id for e in entries if e.shipped]
        self.library.put([kept], embedder=self.model, instead_of=shipped)
        return self.entry(name), "replaced" if old else "added"

    def remove(self, article_id: str) -> Entry:
        """Forget an article, in the library and the index. Raises UnknownArticle."""
        self._check_model()
        entry = self.entry(article_id)
        self.library.remove(entry.id)
        self.snapshot()
        return entry

    def entry(self, article_id: str) -> Entry:
        """The article of this id, or the only one whose id begins so; UnknownArticle when there is none or several."""
        entries = self.entries()
        exact = [e for e in entries if e.id == article_id]
        found = exact or [e for e in entries if article_id and e.id.startswith(article_id)]
        if len(found) != 1:
            ids = ", ".join(e.id for e in (found or entries))
            what = "Several articles begin" if found else "No article"
            raise UnknownArticle(f"{what} with {article_id!r}. There is: {ids}")
        return found[0]

    def rebuild(self, *, embed: bool = False, progress: Progress = lambda done, of: None) -> int:
        """Make the index anew from the library; with `embed`, the vectors as well, by the model of the settings.

        Returns how many passages it now holds.
        """
        if embed:
            self._embed_again(progress)
        self._snapshot = None
        snapshot = self.snapshot()
        self.index.rebuild(*self._vectors(snapshot))
        return len(snapshot.passages)

    def _embed_again(self, progress: Progress) -> None:
        shipped = [entry.id for entry in self.library.entries() if entry.shipped]
        _, kept = self.library.read()
        kept = [one for one in kept if one.id not in shipped]
        again = []
        for number, one in enumerate(kept):
            again.append(self._cut(one.id, one.article, lambda done, of: None))
            progress(number + 1, len(kept))
        self.library.put(again, embedder=self.model, instead_of=shipped)

    def unfound(self, progress: Progress = lambda done, of: None) -> list[str]:
        """The keys of passages that their own vector does not find first in the index: none when it is sound."""
        snapshot = self.snapshot()
        missing = []
        for position, key in enumerate(snapshot.passages):
            vector = snapshot.passage_vectors[position]
            near = [snapshot.positions[k] for k in self.index.nearest(vector, 5) if k in snapshot.positions]
            twins = [place for place in near if snapshot.passage_vectors[place] @ vector > 0.999]
            if position not in twins and len(twins) < 5:
                missing.append(key)
            progress(position + 1, len(snapshot.passages))
        return missing

    def close(self) -> None:
        self.index.close()
        self.library.close()
        self.lock.release()

    def _cut(self, name: str, article: Article, progress: Progress) -> Kept:
        embedder = self.embedder
        passages = cut(article, embedder.count_tokens, embedder.longest - 2)
        texts = [passage.searchable for passage in passages] + [article[s] for s in article.sentences]
        vectors = []
        for start in range(0, len(texts), BATCH):
            vectors.append(embedder.embed(texts[start : start + BATCH]))
            progress(min(start + BATCH, len(texts)), len(texts))
        stacked = _stack(vectors)
        return Kept(name, article, tuple(passages), stacked[: len(passages)], stacked[len(passages) :])

    def _keep_shipped(self) -> None:
        """Put the article that comes with the project into an empty library; a newer text of it takes its place."""
        entries = self.library.entries()
        if any(not e.shipped for e in entries):
            return
        article = shipped_article()
        if [e.hash for e in entries] != [article.hash] or self.library.embedder != self.model:
            kept = self._cut(_new_id(article.title, article.hash, set()), article, lambda done, of: None)
            gone = [e.id for e in entries]
            self.library.put([kept], embedder=self.model, instead_of=gone, shipped=True)

    def _check_model(self) -> None:
        held = self.library.embedder
        if held not in ("", self.model) and not all(entry.shipped for entry in self.library.entries()):
            raise BadStore(
                f"The articles in {self.folder} were embedded with {held!r}, not {self.model!r}. "
                "Run: article-assistant rebuild --embed, or set ASSISTANT_EMBEDDING_MODEL back."
            )

    def _vectors(self, snapshot: Snapshot) -> tuple[dict[str, Vectors], dict[str, str]]:
        vectors = dict(zip(snapshot.passages, snapshot.passage_vectors, strict=True))
        return vectors, {key: one.kept.id for key, one in snapshot.passages.items()}


def shipped_article() -> Article:
    """The article that is read when the library is empty."""
    [path] = [path for path in files("index").joinpath("articles").iterdir() if path.name.endswith(".md")]
    return read(path.read_bytes(), name=path.name)


def _new_id(title: str, content_hash: str, taken: set[str]) -> str:
    """A name to type: the title's first words, with part of the hash where that is taken or too short."""
    plain = unicodedata.normalize("NFKD", title.split(": ")[0].casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    name = words if len(words) <= LONGEST_ID else words[: LONGEST_ID + 1].rsplit("-", 1)[0][:LONGEST_ID]
    if len(name) > 2 and name not in taken:
        return name
    longer = (f"{name or 'article'}-{content_hash[:length]}" for length in (8, 16, 64))
    return next(name for name in longer if name not in taken)


def _stack(vectors: Sequence[Vectors]) -> Vectors:
    return np.concatenate(vectors) if vectors else np.zeros((0, 0), np.float32)
