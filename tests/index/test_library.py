"""The store of record, in a real SQLite file."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from index.article import Article, Block, Piece
from index.errors import BadStore
from index.library import Entry, Kept, Library
from index.passages import cut


def kept(name: str, sentences: int = 3, title: str = "A title") -> Kept:
    """An article of so many sentences, two to a passage, with vectors of eight numbers drawn for its name."""
    pieces = [Piece("heading", title, 1), Piece("caption", "By Somebody", aside=True)]
    pieces += [Piece("paragraph", f"Sentence {number} of {name}, é 👍🏽.") for number in range(sentences)]
    article = Article.of(pieces, title=title, language="en", source=f"/{name}.md", url="https://example.org/é?a=1")
    passages = tuple(cut(article, lambda text: len(text.split()), 14))
    drawn = np.random.default_rng(sum(name.encode()))
    vectors = drawn.normal(size=(len(passages) + sentences, 8)).astype(np.float32)
    return Kept(name, article, passages, vectors[: len(passages)], vectors[len(passages) :])


def same(one: Kept, other: Kept) -> bool:
    """Whether they are equal in everything, the vectors bit for bit."""
    return (
        (one.id, one.article, one.passages) == (other.id, other.article, other.passages)
        and one.passage_vectors.tobytes() == other.passage_vectors.tobytes()
        and one.passage_vectors.shape == other.passage_vectors.shape
        and one.sentence_vectors.tobytes() == other.sentence_vectors.tobytes()
        and one.sentence_vectors.shape == other.sentence_vectors.shape
    )


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library.in_folder(tmp_path)
    yield made
    made.close()


def by_hand(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "library.db")) as connection, connection:
        connection.execute(statement, values)


def test_a_new_library_is_empty(library: Library) -> None:
    assert (library.revision, library.embedder, library.entries(), library.read()) == (0, "", [], (0, []))
    assert library.article("a") is None
    assert library.problems() == []


def test_what_is_put_is_read_back_equal_in_the_order_it_was_added(library: Library) -> None:
    given = [kept("b", 5), kept("a", 1), kept("c", 40)]
    for one in given:
        library.put([one], embedder="model")
    revision, read = library.read()
    assert (revision, len(read), library.embedder) == (3, 3, "model")
    assert [same(one, other) for one, other in zip(read, given, strict=True)] == [True, True, True]
    assert library.article("c") == given[2].article
    assert [one.key(one.passages[0]) for one in read] == [one.key(one.passages[0]) for one in given]


def test_the_library_outlives_its_closing(tmp_path: Path) -> None:
    first = Library.in_folder(tmp_path)
    first.put([kept("a")], embedder="model")
    first.close()
    again = Library.in_folder(tmp_path)
    revision, [read] = again.read()
    assert (revision, same(read, kept("a")), again.embedder) == (1, True, "model")
    again.close()


def test_an_entry_says_what_is_known_of_an_article_without_opening_it(library: Library) -> None:
    one = kept("a", 5, title="The title")
    library.put([one], embedder="model", shipped=True)
    [entry] = library.entries()
    assert replace(entry, added=datetime.min) == Entry(
        id="a",
        title="The title",
        language="en",
        source="/a.md",
        url="https://example.org/é?a=1",
        hash=one.article.hash,
        shipped=True,
        added=datetime.min,
        blocks=7,
        sentences=5,
        passages=len(one.passages),
    )


def test_the_time_an_article_was_added_is_utc_and_says_so(library: Library) -> None:
    before = datetime.now(UTC)
    library.put([kept("a")], embedder="model")
    [entry] = library.entries()
    assert entry.added.tzinfo is not None
    assert before <= entry.added <= datetime.now(UTC)


def test_an_article_without_sentences_is_kept_too(library: Library) -> None:
    article = Article("Nothing but this", "Nothing but this", (Block(0, 16, "heading", 1),), ())
    nothing = np.zeros((0, 0), np.float32)
    library.put([Kept("a", article, (), nothing, nothing)], embedder="model")
    [read] = library.read()[1]
    assert same(read, Kept("a", article, (), nothing, nothing))


def test_an_article_of_the_same_id_is_replaced_with_its_passages(library: Library) -> None:
    library.put([kept("a", 40)], embedder="model")
    shorter = replace(kept("x", 2), id="a")
    library.put([shorter], embedder="model")
    revision, read = library.read()
    assert (revision, [same(one, shorter) for one in read]) == (2, [True])


def test_articles_take_the_place_of_others_in_one_step(library: Library) -> None:
    library.put([kept("a"), kept("b"), kept("c")], embedder="model")
    library.put([kept("d"), kept("e")], embedder="other", instead_of=["a", "c", "unknown"])
    assert [entry.id for entry in library.entries()] == ["b", "d", "e"]
    assert (library.revision, library.embedder) == (2, "other")


def test_what_cannot_be_kept_whole_is_not_kept_at_all(library: Library) -> None:
    library.put([kept("a")], embedder="model")
    with pytest.raises(BadStore):
        library.put([kept("b"), kept("b")], embedder="other", instead_of=["a"])
    revision, [read] = library.read()
    assert (revision, same(read, kept("a")), library.embedder) == (1, True, "model")


def test_an_article_is_removed_once(library: Library) -> None:
    library.put([kept("a"), kept("b")], embedder="model")
    assert [library.remove("a"), library.remove("a"), library.remove("")] == [True, False, False]
    revision, [read] = library.read()
    assert (revision, same(read, kept("b"))) == (2, True)


def test_nothing_of_a_removed_article_stays_in_the_files(library: Library, tmp_path: Path) -> None:
    library.put([kept("zebra", 400), kept("a")], embedder="model")
    library.remove("zebra")
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (b"of zebra" in left, b"of a," in left) == (False, True)


@pytest.mark.parametrize("name", ["what?now", "50%25x", "a#b", "ü é"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    library = Library.in_folder(tmp_path / name)
    library.put([kept("a")], embedder="model")
    library.close()
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*.db")] == [Path(name, "library.db")]


def test_a_reader_sees_the_old_article_or_the_new_one_and_never_a_mix(library: Library) -> None:
    versions = [replace(kept("even", 3), id="a"), replace(kept("odd", 60), id="a")]
    library.put([versions[1]], embedder="model")
    done = Event()

    def read_on() -> Counter[str]:
        seen: Counter[str] = Counter()
        while not done.is_set():
            try:
                revision, [read] = library.read()
            except (IndexError, KeyError, ValueError) as error:
                seen[f"{type(error).__name__}: {error}"] += 1
                continue
            seen["whole" if same(read, versions[revision % 2]) else "mixed"] += 1
        return seen

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read_on) for _ in range(2)]
        try:
            for _ in range(100):
                library.put([versions[0]], embedder="model")
                library.put([versions[1]], embedder="model")
        finally:
            done.set()
        seen = sum((reader.result() for reader in readers), Counter())
    assert set(seen) == {"whole"}, seen
    assert library.revision == 201


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "Another text, put there by hand."),
        ("text", "Not canonical \r\n"),
        ("hash", "0" * 64),
        ("blocks", "[]"),
        ("blocks", "[[0, 9999]]"),
        ("blocks", "not JSON"),
        ("sentences", "[[0, 7]]"),
        ("sentences", "[[0"),
        ("sentence_vectors", b"123"),
        ("sentence_vectors", b"1234" * 8),
    ],
)
def test_an_article_that_was_damaged_is_refused_by_its_name(tmp_path: Path, column: str, value: object) -> None:
    library = Library.in_folder(tmp_path)
    library.put([kept("sound"), kept("damaged")], embedder="model")
    by_hand(tmp_path, f"UPDATE articles SET {column} = ? WHERE id = 'damaged'", value)
    with pytest.raises(BadStore, match="'damaged'"):
        library.read()
    library.close()


@pytest.mark.parametrize("change", ["last = 99", "first = 99", "vector = x'01'", "vector = x'01020304'"])
def test_passages_that_were_damaged_are_refused_by_the_name_of_their_article(tmp_path: Path, change: str) -> None:
    library = Library.in_folder(tmp_path)
    library.put([kept("sound"), kept("damaged", 9)], embedder="model")
    by_hand(tmp_path, f"UPDATE passages SET {change} WHERE article = 'damaged' AND number = 1")
    with pytest.raises(BadStore, match="'damaged'"):
        library.read()
    library.close()


def test_a_damaged_article_can_be_removed(tmp_path: Path) -> None:
    library = Library.in_folder(tmp_path)
    library.put([kept("a"), kept("b")], embedder="model")
    by_hand(tmp_path, "UPDATE articles SET text = 'x' WHERE id = 'a'")
    with pytest.raises(BadStore, match=r"^Article 'a' was damaged in the library\."):
        library.article("a")
    assert library.remove("a")
    assert [one.id for one in library.read()[1]] == ["b"]
    library.close()


def test_a_library_of_another_version_is_refused(tmp_path: Path) -> None:
    Library.in_folder(tmp_path).close()
    by_hand(tmp_path, "UPDATE facts SET value = '0' WHERE name = 'schema'")
    with pytest.raises(BadStore, match=r"^The library .* is of another program or version \(schema 0, not 2\)\. Name"):
        Library.in_folder(tmp_path)


@pytest.mark.parametrize("table", ["articles (name TEXT)", "facts (number INTEGER)", "notes (text TEXT)"])
def test_the_database_of_another_program_is_refused_and_left_as_it_was(tmp_path: Path, table: str) -> None:
    by_hand(tmp_path, f"CREATE TABLE {table}")
    with pytest.raises(BadStore):
        Library.in_folder(tmp_path)
    with closing(sqlite3.connect(tmp_path / "library.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [(table.split()[0],)]


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_bytes(b"a letter to a friend\n" * 500)
    with pytest.raises(BadStore, match=r"library\.db\) could not be used: file is not a database\. Check the disk"):
        Library.in_folder(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadStore, match="unable to open database file"):
        Library.in_folder(tmp_path / "missing")


def test_a_page_that_was_spoilt_is_a_problem_that_is_named(tmp_path: Path) -> None:
    library = Library.in_folder(tmp_path)
    library.put([kept("a")], embedder="model")
    library.close()
    file = tmp_path / "library.db"
    with closing(sqlite3.connect(file)) as connection:
        [size] = connection.execute("PRAGMA page_size").fetchone()
        [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages'").fetchone()
    whole = file.read_bytes()
    file.write_bytes(whole[: (page - 1) * size] + b"\xff" * size + whole[page * size :])
    damaged = Library.in_folder(tmp_path)
    assert damaged.problems() != []
    damaged.close()


def test_articles_have_an_owner_that_a_replacement_may_keep(library: Library) -> None:
    library.put([kept("a")], embedder="model", owner="ann")
    library.put([kept("b")], embedder="model")
    library.put([replace(kept("x"), id="a")], embedder="model", owner=None)
    assert {entry.id: entry.owner for entry in library.entries()} == {"a": "ann", "b": ""}
    library.put([kept("a")], embedder="model", owner="bob")
    assert {entry.id: entry.owner for entry in library.entries()} == {"a": "bob", "b": ""}


def test_a_library_from_before_there_were_owners_is_opened_and_upgraded(tmp_path: Path) -> None:
    library = Library.in_folder(tmp_path)
    library.put([kept("a")], embedder="model")
    library.close()
    by_hand(tmp_path, "ALTER TABLE articles DROP COLUMN owner")
    by_hand(tmp_path, "UPDATE facts SET value = '1' WHERE name = 'schema'")
    for _ in range(2):
        again = Library.in_folder(tmp_path)
        revision, [read] = again.read()
        assert (revision, same(read, kept("a"))) == (1, True)
        assert [entry.owner for entry in again.entries()] == [""]
        again.close()
    again = Library.in_folder(tmp_path)
    again.put([kept("b")], embedder="model", owner="ann")
    assert [entry.owner for entry in again.entries()] == ["", "ann"]
    again.close()
