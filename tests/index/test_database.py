"""A real SQLite database, set so that what was kept stays kept and what was deleted is gone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.database import Database
from index.errors import BadStore


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'a.db'}", "The notes")
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        connection.exec_driver_sql(
            "CREATE TABLE marks (note INTEGER NOT NULL REFERENCES notes (id) ON DELETE CASCADE, text TEXT)"
        )
    return made


def add(database: Database, text: str | None) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO notes (text) VALUES (?)", (text,))


def count(database: Database) -> int:
    with database.begin() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one())


@pytest.mark.parametrize("url", ["nothing", "mysql://host/name"])
def test_an_address_that_cannot_be_opened_is_refused_with_the_cure(url: str) -> None:
    cure = r"^The notes cannot be opened: .* pip install 'article-assistant\[postgresql\]'$"
    with pytest.raises(BadStore, match=cure):
        Database(url, "The notes")


def test_writers_that_read_first_wait_for_one_another(database: Database) -> None:
    others = [database, Database(str(database.engine.url), "The same notes")]

    def note(number: int) -> None:
        with others[number % 2].begin(write=True) as connection:
            held = connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one()
            connection.exec_driver_sql("INSERT INTO notes (text) VALUES (?)", (str(held),))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(200)))
    with database.begin() as connection:
        assert connection.exec_driver_sql("SELECT text FROM notes ORDER BY id").scalars().all() == [
            str(n) for n in range(200)
        ]


def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    add(database, "one")
    with pytest.raises(ZeroDivisionError), database.begin() as connection:  # noqa: PT012
        connection.exec_driver_sql("INSERT INTO notes (text) VALUES ('two')")
        connection.exec_driver_sql("CREATE TABLE more (id INTEGER)")
        raise ZeroDivisionError
    assert count(database) == 1
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE more (id INTEGER)")


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 5000)],
)
def test_every_connection_is_set_for_safety(database: Database, pragma: str, value: object) -> None:
    with database.begin() as one, database.begin() as other:
        assert [c.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for c in (one, other)] == [value, value]


def test_what_hangs_on_a_row_goes_with_it_and_leaves_nothing_in_the_file(database: Database, tmp_path: Path) -> None:
    add(database, "one")
    with database.begin() as connection:
        connection.exec_driver_sql("INSERT INTO marks VALUES (1, ?)", ("secretword " * 500,))
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM notes")
    with database.begin() as connection:
        assert connection.exec_driver_sql("SELECT * FROM marks").all() == []
    database.close()
    assert not any(b"secretword" in file.read_bytes() for file in tmp_path.iterdir())


def test_several_threads_write_without_losing_anything(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add(database, f"note {n}"), range(80)))
    assert count(database) == 80


def test_what_the_database_refuses_is_one_sentence_with_its_name(database: Database) -> None:
    with pytest.raises(BadStore) as refused:
        add(database, None)
    said = str(refused.value)
    assert said.startswith("The notes (sqlite:///")
    assert "could not be used: NOT NULL constraint failed: notes.text. Check the disk" in said
    assert count(database) == 0


@pytest.mark.parametrize("url", ["nonsense", "nobody://x", "sqlite+missing:///x"])
def test_an_address_that_is_none_is_told_at_once(url: str) -> None:
    with pytest.raises(BadStore, match="^The notes cannot be opened: "):
        Database(url, "The notes")


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    database = Database("postgresql+psycopg://ann:hunter2@127.0.0.1:9/x", "The notes")
    with pytest.raises(BadStore, match="Check that the server runs") as refused, database.begin():
        pass
    assert "hunter2" not in str(refused.value)
