"""Copies of the databases: whole or not there at all."""

from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.ask import Assistant
from assistant.assemble import catalog, conversations
from assistant.backup import _move_up, backup
from assistant.conversations import Conversations
from assistant.errors import BadSettings
from assistant.settings import Settings
from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from index.errors import BadStore


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def opened(settings: Settings, embedder: Embedder) -> tuple[Assistant, Conversations]:
    return Assistant(Catalog(settings.data_dir, lambda: embedder, BUNDLED), settings), conversations(settings)


def test_the_copy_answers_and_goes_on_with_the_conversation(
    settings: Settings, tmp_path: Path, embedder: Embedder
) -> None:
    ours, talks = opened(settings, embedder)
    ours.catalog.add(Article.of([Piece("paragraph", "Clara Voss built the old bridge in 1903.")], title="The Bridge"))
    made = talks.start("anna")
    *_, told = talks.stream(ours, "Who built the old bridge?", made, scope=None)
    assert isinstance(told, Answer)
    copies = backup(settings, tmp_path / "copies" / "today")  # while both are open
    assert [copy.name for copy in copies] == ["conversations.db", "library.db"]
    ours.catalog.close()
    talks.database.close()

    ours, talks = opened(settings.model_copy(update={"data_dir": tmp_path / "copies" / "today"}), embedder)
    [turn] = talks.get(made.id, "anna").turns
    assert turn.answer
    assert turn.answer.claims == told.claims
    assert ours.ask("Who built the old bridge?").citations == told.citations
    ours.catalog.close()
    talks.database.close()


def test_a_database_of_another_name_becomes_what_a_data_folder_calls_it(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'library.db'}"
    settings = Settings(data_dir=tmp_path / "data", database_url=address)
    catalog(settings).close()
    talks = conversations(settings)
    made = talks.start("anna")
    talks.database.close()
    backup(settings, tmp_path / "copy")
    talks = conversations(Settings(data_dir=tmp_path / "copy"))
    assert talks.get(made.id, "anna").id == made.id
    talks.database.close()


def test_nothing_is_copied_over_what_is_there(settings: Settings, tmp_path: Path) -> None:
    catalog(settings).close()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    for target in (tmp_path / "full", tmp_path / "full" / "letter.txt"):
        with pytest.raises(BadSettings, match="is there already"):
            backup(settings, target)
    (tmp_path / "empty").mkdir()
    assert [copy.name for copy in backup(settings, tmp_path / "empty")] == ["library.db"]


def test_an_empty_folder_may_be_where_one_stands_or_behind_a_link(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog(settings).close()
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    monkeypatch.chdir(tmp_path / "here")
    assert backup(settings, Path()) == [Path("library.db")]
    assert backup(settings, tmp_path / "link") == [tmp_path / "link" / "library.db"]
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["library.db"]


def test_files_that_cannot_all_be_moved_up_leave_the_folder_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "making").mkdir()
    (tmp_path / "b" / "full").mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "making" / name).touch()
    with pytest.raises(OSError, match="directory"):
        _move_up(tmp_path / "making")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "making"]


def test_a_copy_that_cannot_be_made_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadStore, match="no library"):
        backup(settings, tmp_path / "copy")
    settings.data_dir.mkdir()
    (settings.data_dir / "library.db").write_bytes(b"no database at all, but something else" * 100)
    with pytest.raises(BadStore, match="could not be made"):
        backup(settings, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadStore, match="could not be made"):
        backup(settings, tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []
