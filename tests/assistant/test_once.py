"""What must be done once only."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.once import Done, Once
from index.database import Database


@pytest.fixture
def once(tmp_path: Path) -> Once:
    return Once(Database(f"sqlite:///{tmp_path / 'once.db'}", "The database"))


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
