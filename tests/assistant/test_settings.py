import re
from pathlib import Path

import pytest

from assistant.assemble import conversations
from assistant.errors import BadSettings
from assistant.settings import Settings, loopback


def test_a_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MOST_SENTENCES", "2")
    assert Settings.load().most_sentences == 2


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", "/of/the/environment")
    assert Settings.load(data_dir=Path("given")).data_dir == Path("given")
    assert Settings.load(data_dir=None).data_dir == Path("/of/the/environment")


def test_an_unknown_variable_is_refused_and_the_near_ones_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_DATADIR", "x")
    with pytest.raises(BadSettings, match=r"^ASSISTANT_DATADIR is not a setting\. Did you mean ASSISTANT_DATA_DIR"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTANT_MOST_SENTENCES", "none"),
        ("ASSISTANT_ANSWERABILITY_FLOOR", "1.5"),
        ("ASSISTANT_DATA_DIR", ""),
        ("ASSISTANT_PROMPTS_DIR", ""),
        ("ASSISTANT_PUBLIC_URL", "ftp://x"),
        ("ASSISTANT_PUBLIC_URL", "http://["),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=re.escape(f"{name} cannot be '{value}': ")):
        Settings.load()


@pytest.mark.parametrize("url", ["", "http://localhost:8000", "https://ask.example.org/"])
def test_the_public_address_is_one_of_the_web_or_none(url: str) -> None:
    assert Settings.load(public_url=url).public_url == url


@pytest.mark.parametrize("name", ["what?now", "50%25x", "a+b #é [1]"])
def test_the_conversations_are_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    conversations(Settings(data_dir=tmp_path / name)).database.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "conversations.db").exists()


def test_the_names_of_the_server_are_those_that_others_may_use() -> None:
    named = Settings(public_url="https://Ask.example.org/x", allowed_hosts="A.example, localhost,127.0.0.1,")
    assert named.hosts == {"ask.example.org", "a.example"}
    assert Settings(public_url="http://localhost:8000").hosts == set()
    assert [loopback(host) for host in ("::1", "127.0.0.2", "0.0.0.0", "")] == [True, True, False, False]
