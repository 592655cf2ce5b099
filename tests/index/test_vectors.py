"""The index in Chroma: exact, and made again from nothing whatever became of it."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from index.errors import BadStore
from index.vectors import COLLECTION, HNSW, POINTER, VectorIndex

Vector = np.ndarray[Any, Any]


def drawn(count: int, seed: int = 0) -> dict[str, Vector]:
    """So many random unit vectors, by key."""
    rows = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return {f"key {number}": row / np.linalg.norm(row) for number, row in enumerate(rows)}


def exact(vectors: dict[str, Vector], vector: Vector, limit: int) -> list[str]:
    keys = list(vectors)
    return [keys[place] for place in np.argsort(-(np.stack(list(vectors.values())) @ vector))[:limit]]


VECTORS = drawn(20)
ARTICLES = {key: f"article {number % 2}" for number, key in enumerate(VECTORS)}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    made = VectorIndex(tmp_path / "index")
    yield made
    made.close()


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The folder of a sound index that no process has open."""
    made = VectorIndex(tmp_path / "index")
    made.match(VECTORS, ARTICLES)
    made.close()
    return made.folder


def finds_all(index: VectorIndex, vectors: dict[str, Vector]) -> bool:
    return all(index.nearest(vector, 3) == exact(vectors, vector, 3) for vector in vectors.values())


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_index_is_built_where_there_is_none_and_matched_where_there_is_one(index: VectorIndex) -> None:
    assert [index.match(VECTORS, ARTICLES), index.match(VECTORS, ARTICLES)] == [True, False]
    assert index.keys() == VECTORS.keys()
    assert finds_all(index, VECTORS)


def test_an_index_that_is_closed_and_opened_again_still_finds(closed: Path) -> None:
    again = VectorIndex(closed)
    assert not again.match(VECTORS, ARTICLES)
    assert finds_all(again, VECTORS)
    again.close()
    again.close()


def test_an_index_of_nothing_finds_nothing(index: VectorIndex) -> None:
    assert index.keys() == set()
    assert index.match({}, {})
    assert index.keys() == set()
    assert index.nearest(VECTORS["key 0"], 5) == []


def test_matching_adds_what_is_missing_and_removes_what_is_left_over(index: VectorIndex) -> None:
    some = {key: vector for key, vector in VECTORS.items() if key != "key 3"}
    index.match(some, ARTICLES)
    others = {key: vector for key, vector in VECTORS.items() if key not in ("key 5", "key 6")}
    assert index.match(others, ARTICLES)
    assert index.keys() == others.keys()
    assert finds_all(index, others)
    assert index.match({}, {})
    assert index.nearest(VECTORS["key 0"], 5) == []


def test_nothing_of_what_was_left_over_stays_in_the_files(index: VectorIndex) -> None:
    keys = {key.replace("key", "passage"): key for key in VECTORS}
    held = {key: VECTORS[old] for key, old in keys.items()}
    index.match(held, dict.fromkeys(held, "article"))
    gone = held.pop("passage 7")
    index.match(held, dict.fromkeys(held, "article"))
    index.close()
    left = b"".join(path.read_bytes() for path in index.folder.rglob("*") if path.is_file())
    assert [trace in left for trace in (b"passage 7", gone.tobytes(), b"passage 8", held["passage 8"].tobytes())] == [
        False,
        False,
        True,
        True,
    ]


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def cut_in_half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def random_bytes(file: Path) -> None:
    file.write_bytes(np.random.default_rng(0).bytes(file.stat().st_size))


def one_spoilt_page(file: Path) -> None:
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + b"\xff" * 4096 + whole[middle + 4096 :])


def removed(file: Path) -> None:
    file.unlink()


def another_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def without_its_segments(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM segments")


def without_its_folder(file: Path) -> None:
    shutil.rmtree(file.parent)


@pytest.mark.parametrize(
    "damage",
    [emptied, cut_in_half, random_bytes, one_spoilt_page, removed, another_database, without_its_segments,
     without_its_folder],
)  # fmt: skip
def test_an_index_that_cannot_be_read_is_built_anew(closed: Path, damage: Callable[[Path], None]) -> None:
    damage(closed / "1" / "chroma.sqlite3")
    index = VectorIndex(closed)
    assert index.match(VECTORS, ARTICLES)
    assert finds_all(index, VECTORS)
    index.close()


@pytest.mark.parametrize("named", [None, b"", b"9", b"\n", b"..", b"\xff\xfe", b"\0\0\0\0", b"nothing\n" * 1_000])
def test_a_pointer_that_names_no_index_is_followed_nowhere(closed: Path, named: bytes | None) -> None:
    (closed / POINTER).unlink()
    if named is not None:
        (closed / POINTER).write_bytes(named)
    index = VectorIndex(closed)
    assert index.keys() == set()
    assert index.match(VECTORS, ARTICLES)
    assert finds_all(index, VECTORS)
    assert generations(closed) == ["2", POINTER]
    index.close()


def test_rebuilding_leaves_one_generation_on_disk(index: VectorIndex) -> None:
    index.match(VECTORS, ARTICLES)
    fewer = {key: VECTORS[key] for key in list(VECTORS)[:5]}
    index.rebuild(VECTORS, ARTICLES)
    index.rebuild(fewer, ARTICLES)
    assert generations(index.folder) == ["3", POINTER]
    assert (index.folder / POINTER).read_text() == "3"
    assert index.keys() == fewer.keys()
    assert finds_all(index, fewer)


def test_what_a_broken_off_rebuild_left_is_cleared_by_the_next(closed: Path) -> None:
    shutil.copytree(closed / "1", closed / "2")
    (closed / f"{POINTER}.new").write_text("2")
    index = VectorIndex(closed)
    assert not index.match(VECTORS, ARTICLES)
    index.rebuild(VECTORS, ARTICLES)
    assert generations(closed) == ["3", POINTER]
    assert finds_all(index, VECTORS)
    index.close()


def test_the_nearest_of_a_thousand_are_exactly_the_nearest(index: VectorIndex) -> None:
    thousand = drawn(1_000)
    index.match(thousand, dict.fromkeys(thousand, "article"))
    questions = [*drawn(50, seed=2).values(), *list(thousand.values())[::100]]
    assert [index.nearest(v, 10) for v in questions] == [exact(thousand, v, 10) for v in questions]
    assert sorted(index.nearest(questions[0], 2_000)) == sorted(thousand)


@pytest.mark.parametrize("articles", [["article 1"], ["article 0", "article 1"], ["unknown"], ["unknown", "article 0"]])
def test_only_the_passages_of_the_articles_that_are_named_are_found(index: VectorIndex, articles: list[str]) -> None:
    index.match(VECTORS, ARTICLES)
    theirs = {key: vector for key, vector in VECTORS.items() if ARTICLES[key] in articles}
    expected = exact(theirs, VECTORS["key 0"], 20) if theirs else []
    assert index.nearest(VECTORS["key 0"], 20, articles) == expected


@pytest.mark.parametrize(
    "known",
    [
        {"configuration": {"hnsw": dict(HNSW)}},  # Chroma's own embedding function is stored with it
        {"configuration": {"hnsw": HNSW | {"space": "l2"}}, "embedding_function": None},
        {"configuration": {"hnsw": HNSW | {"sync_threshold": 1_000}}, "embedding_function": None},
        {"embedding_function": None},
    ],
    ids=["an embedding function", "another space", "files written in place", "the defaults"],
)
def test_a_collection_that_was_made_otherwise_is_not_used(closed: Path, known: dict[str, Any]) -> None:
    client = chromadb.PersistentClient(str(closed / "1"), Settings(anonymized_telemetry=False))
    client.delete_collection(COLLECTION)
    other = client.create_collection(COLLECTION, **known)
    other.add(ids=list(VECTORS), embeddings=np.stack(list(VECTORS.values())), documents=list(VECTORS))
    client.close()
    index = VectorIndex(closed)
    assert index.match(VECTORS, ARTICLES)
    assert generations(closed) == ["2", POINTER]
    assert finds_all(index, VECTORS)
    index.close()


def test_an_index_that_cannot_be_searched_is_an_error_that_says_what_to_do(index: VectorIndex) -> None:
    index.match(VECTORS, ARTICLES)
    assert finds_all(index, VECTORS)
    assert index.client is not None
    index.client.delete_collection(COLLECTION)
    with pytest.raises(BadStore, match="could not be searched.*article-assistant rebuild"):
        index.nearest(VECTORS["key 1"], 3)
