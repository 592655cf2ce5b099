"""Named keys and what stands for them."""

from pathlib import Path

import pytest

from assistant.errors import BadSettings
from assistant.keys import Keys
from index.database import Database


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(Database(f"sqlite:///{tmp_path / 'keys.db'}", "The database"))


def test_a_key_is_known_by_its_name_until_it_is_revoked(keys: Keys) -> None:
    key = keys.add("anna")
    assert (keys.name_of(key), keys.name_of(key + "x"), keys.name_of("")) == ("anna", None, None)
    assert [one.name for one in keys.all()] == ["anna"]
    keys.revoke("anna")
    assert (keys.name_of(key), keys.all()) == (None, [])


def test_a_key_itself_is_nowhere_in_the_database(keys: Keys, tmp_path: Path) -> None:
    key = keys.add("anna")
    cookie = keys.sign_in(key) or ""
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"anna" in kept
    assert key.encode() not in kept
    assert cookie.encode() not in kept


def test_a_session_stands_for_a_key_and_ends_with_it(keys: Keys) -> None:
    first, second = keys.sign_in(keys.add("anna")) or "", keys.sign_in(keys.add("ben")) or ""
    assert (keys.name_of_session(first), keys.name_of_session(second)) == ("anna", "ben")
    keys.sign_out(second)
    keys.revoke("anna")
    assert (keys.name_of_session(first), keys.name_of_session(second)) == (None, None)
    assert keys.sign_in("no key") is None


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 41])
def test_what_cannot_be_a_name_is_refused(keys: Keys, name: str) -> None:
    with pytest.raises(BadSettings, match="cannot name a key"):
        keys.add(name)


def test_names_are_taken_once_and_must_exist_to_be_revoked(keys: Keys) -> None:
    keys.add("anna")
    with pytest.raises(BadSettings, match="already"):
        keys.add("anna")
    with pytest.raises(BadSettings, match="no key named"):
        keys.revoke("ben")
