"""A chat whose conversation others have open too, in this process; the program's own is in test_cli.py."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.doors.chat import OWNER, Chat
from assistant.doors.terminal import Screen
from assistant.settings import Settings
from index.article import Article, Piece
from index.catalog import Catalog
from index.database import Database


@pytest.fixture
def talk(catalog: Catalog, tmp_path: Path) -> Iterator[Chat]:
    """A chat whose conversation another program has open too, as it is in PostgreSQL; it writes to a string."""
    kept = Conversations(Database(f"sqlite:///{tmp_path / 'conversations.db'}", "The database"))
    console = Console(file=io.StringIO(), width=200)
    made = Chat(Assistant(catalog, Settings(data_dir=tmp_path)), kept, Screen(console), console)
    made.conversation = kept.start(OWNER)
    yield made
    kept.database.close()


def test_a_chat_goes_on_when_its_conversation_is_asked_or_deleted_elsewhere(
    talk: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert talk.conversation
    talk.kept.begin(talk.conversation.id, OWNER, "Who built the dam?")
    monkeypatch.setattr("sys.stdin", io.StringIO("And when?\n"))
    talk.run([])
    assert "The last question of this conversation is still being answered." in shown(talk)
    deleted = talk.conversation
    talk.kept.delete(deleted.id, OWNER)
    for line in ("/sources", f"/export {tmp_path / 'talk.md'}", "Who built it?"):
        talk.conversation = deleted
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))
        talk.run([])
        assert talk.conversation is None
    assert shown(talk).count("This conversation was deleted.") == 3
    assert not (tmp_path / "talk.md").exists()


def test_a_chat_that_is_continued_asks_the_article_that_is_named_now(
    talk: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.assistant.catalog.add(Article.of([Piece("paragraph", "Noah Lind built the dam in 1911.")], title="Dam"))
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    talk.run(["dam"], last=True)
    assert talk.conversation == talk.kept.all(OWNER)[0]
    assert talk.conversation.articles == ("dam",)


def test_a_chat_keeps_the_whole_id_of_the_article_that_is_named(talk: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.assistant.catalog.add(Article.of([Piece("paragraph", "Noah Lind built the dam in 1911.")], title="Dam"))
    monkeypatch.setattr("sys.stdin", io.StringIO("/new\nWho built the dam?\n"))
    talk.run(["da"])
    assert talk.conversation is not None
    assert (talk.conversation.articles, talk.kept.get(talk.conversation.id, OWNER).turn_count) == (("dam",), 1)


def shown(talk: Chat) -> str:
    file = talk.screen.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()
