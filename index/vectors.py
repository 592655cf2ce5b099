"""Chroma, through langchain-chroma: an index of the passages' vectors, always to be made again from the library."""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError
from langchain_chroma import Chroma

from index.embedder import Vectors
from index.errors import BadStore

COLLECTION = "passages"
POINTER = "current"  # the file that names the folder in use
MOST_REBUILT = 5_000  # passages: so many are built anew in some 4 s on one core
MOST_AT_ONCE = 5_000  # Chroma takes at most 5,461 rows a call
# Vectors stay in Chroma's SQLite log: its hnsw files are rewritten in place without fsync, and a kill then can spoil
# them for good. The last three make search exact at this scale (recall@10 1.000 at 8,000 vectors, tests/benchmarks).
HNSW = {"space": "cosine", "sync_threshold": 1_000_000, "ef_search": 500, "ef_construction": 300, "max_neighbors": 32}


class VectorIndex:
    """The vectors of passages by key, in `folder`. Only one process may have it open.

    Raises BadStore where it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client: ClientAPI | None = None
        self._chroma: Chroma | None = None
        self._using = RLock()  # a search in one thread never meets a rebuild in another

    def match(self, vectors: Mapping[str, np.ndarray[Any, Any]], articles: Mapping[str, str]) -> bool:
        """Make the index hold exactly these keys; `articles` says whose each is. A key's vector never changes.

        Adds what is missing. Builds it anew where it cannot be read, and where something is left over: Chroma keeps
        the vectors and keys of what it deletes in its log. Of more than MOST_REBUILT passages what is left over is
        only deleted, and its traces stay until `rebuild`. True when it was built anew.
        """
        with self._usable("brought up to date"):
            held = self._held()
            if held is None or (held - vectors.keys() and len(vectors) <= MOST_REBUILT):
                self.rebuild(vectors, articles)
                return True
            collection = self._open().get_collection(COLLECTION, embedding_function=None)
            for keys in _batches(held - vectors.keys()):
                collection.delete(ids=keys)
            self._add(collection, [key for key in vectors if key not in held], vectors, articles)
            return False

    def rebuild(self, vectors: Mapping[str, np.ndarray[Any, Any]], articles: Mapping[str, str]) -> None:
        """A new folder is filled, then the pointer is switched to it in one step, then the old one goes."""
        with self._usable("made"):
            self.close()
            self.folder.mkdir(parents=True, exist_ok=True)
            old = {path for path in self.folder.iterdir() if path.is_dir()}
            numbers = [int(path.name) for path in old if path.name.isdigit()]
            new = self.folder / str(max(numbers, default=0) + 1)
            self.client = _client(new)
            settled: Any = {"hnsw": dict(HNSW)}  # Chroma writes into what it is given
            collection = self.client.create_collection(COLLECTION, configuration=settled, embedding_function=None)
            self._add(collection, list(vectors), vectors, articles)
            _blank(new)
            pointer = self.folder / f"{POINTER}.new"
            with open(pointer, "w", encoding="utf-8") as file:
                file.write(new.name)
                file.flush()
                os.fsync(file.fileno())
            os.replace(pointer, self.folder / POINTER)
            for path in old:
                shutil.rmtree(path, ignore_errors=True)

    def nearest(self, vector: Vectors, limit: int, articles: Sequence[str] = ()) -> list[str]:
        """The keys of the `limit` passages nearest to a unit vector, nearest first; of `articles` only, if any."""
        with self._usable("searched"):
            if self._chroma is None:  # made once: making it takes as long as a search
                self._chroma = Chroma(COLLECTION, client=self._open(), create_collection_if_not_exists=False)
            where: Any = {"article": {"$in": list(articles)}} if articles else None
            search = self._chroma.similarity_search_by_vector_with_relevance_scores
            return [str(document.id) for document, _ in search(vector.tolist(), k=limit, filter=where)]

    def keys(self) -> set[str]:
        with self._using:
            return self._held() or set()

    def close(self) -> None:
        with self._using:
            if self.client is not None:
                self.client.close()  # type: ignore[attr-defined]
                self.client = self._chroma = None

    @contextmanager
    def _usable(self, what: str) -> Iterator[None]:
        with self._using:
            try:
                yield
            except (ChromaError, sqlite3.Error, OSError) as error:
                raise BadStore(
                    f"The index in {self.folder} could not be {what}: {error}. Run: article-assistant rebuild"
                ) from error

    def _path(self) -> Path | None:
        try:
            name = (self.folder / POINTER).read_bytes()
        except OSError:
            return None
        return self.folder / name.decode() if name.isdigit() else None

    def _open(self) -> ClientAPI:
        if self.client is None:
            path = self._path()
            assert path is not None, "match() or rebuild() comes first"
            self.client = _client(path)
        return self.client

    def _held(self) -> set[str] | None:
        """The keys it holds; None when there is no index, or none that can be read."""
        path = self._path()
        if path is None or (self.client is None and not _sound(path / "chroma.sqlite3")):
            return None
        try:
            collection = self._open().get_collection(COLLECTION, embedding_function=None)
            settled = collection.configuration
            if settled.get("embedding_function") is not None or not _configured(settled.get("hnsw")):
                return None
            return set(collection.get(include=[])["ids"])
        except (ChromaError, ValueError, KeyError, sqlite3.Error):
            return None

    def _add(
        self, collection: Any, keys: Sequence[str], vectors: Mapping[str, Any], articles: Mapping[str, str]
    ) -> None:
        for batch in _batches(keys):
            collection.upsert(
                ids=batch,
                embeddings=np.stack([vectors[key] for key in batch]),
                metadatas=[{"article": articles[key]} for key in batch],
                documents=batch,  # langchain-chroma leaves out what has no document; the text itself is the library's
            )


def _client(path: Path) -> ClientAPI:
    return chromadb.PersistentClient(str(path), Settings(anonymized_telemetry=False))


def _blank(folder: Path) -> None:
    """Zero the room that Chroma keeps for vectors, none of which it ever writes here (HNSW): it holds whatever was in
    the memory that it is made of, vectors and keys of removed passages among it."""
    for name in ("data_level0.bin", "length.bin"):
        for path in folder.rglob(name):
            path.write_bytes(bytes(path.stat().st_size))


def _configured(hnsw: Any) -> bool:
    return bool(hnsw) and all(hnsw.get(name) == value for name, value in HNSW.items())


def _sound(file: Path) -> bool:
    """Whether SQLite finds its file whole. Chroma would open an empty file as a new database."""
    try:
        with sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True) as connection:
            return bool(file.stat().st_size) and connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    except (OSError, sqlite3.Error):
        return False


def _batches(keys: Iterable[str]) -> Iterable[list[str]]:
    keys = list(keys)
    return (keys[start : start + MOST_AT_ONCE] for start in range(0, len(keys), MOST_AT_ONCE))
