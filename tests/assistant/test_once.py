"""What must be done once only."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.once import Done, Once, metadata
from index.database import Database
from tests.assistant.postgres import postgres  # noqa: F401 (a fixture)


@pytest.fixture(params=["sqlite", "postgresql"])
def once(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Once]:
    sqlite = f"sqlite:///{tmp_path / 'once.db'}"
    made = Once(Database(sqlite if request.param == "sqlite" else request.getfixturevalue("postgres"), "The database"))
    yield made
    with made.database.begin(write=True) as connection:
        metadata.drop_all(connection)
    made.database.close()


def test_a_key_is_claimed_once(once: Once) -> None:
    assert [once.claim("a"), once.claim("a"), once.claim("b")] == [True, False, True]


def test_a_claim_runs_out(once: Once) -> None:
    assert once.claim("a", ttl_s=-1)
    assert once.claim("a")


def test_of_many_at_once_one_gets_the_key(once: Once) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(once.claim, ["a"] * 40)) == 1


def test_what_a_request_led_to_is_kept(once: Once) -> None:
    once.claim("a")
    assert once.done("a") == Done("", 0, "{}", b"")
    kept = Done("hash", 201, '{"x": "y"}', b"made")
    once.keep("a", kept)
    assert once.done("a") == kept


def test_a_released_key_can_be_claimed_again(once: Once) -> None:
    once.claim("a")
    once.release("a")
    assert once.done("a") is None
    assert once.claim("a")


def test_what_is_forgotten_may_be_claimed_again(once: Once) -> None:
    for key, about in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "")):
        assert once.claim(key)
        once.keep(key, Done("", 200, "{}", key.encode()), about=about)
    once.forget("x")
    assert [once.done(key) is None for key in "abcd"] == [True, True, False, False]
    with once.database.begin() as connection:
        assert len(connection.exec_driver_sql("SELECT * FROM once").all()) == 4  # c and its note, d, that x is gone


def test_what_was_forgotten_while_it_was_worked_on_is_not_kept(once: Once) -> None:
    for key in "ab":
        assert once.claim(key)
    once.forget("x")
    once.forget("x")
    once.keep("a", Done("", 200, "{}", b"said in x"), about="x")
    once.keep("b", Done("", 200, "{}", b"said in y"), about="y")
    assert once.done("a") is None
    assert once.done("b") == Done("", 200, "{}", b"said in y")
