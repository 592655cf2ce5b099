"""Conversations: turns kept in SQL, each with its whole answer, as it was given."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import sqlalchemy as sa

from assistant.answer import Answer, Claim, Part
from assistant.ask import Assistant
from assistant.errors import ArticleGone, Busy, UnknownConversation, UnknownTurn
from assistant.turn import Turn
from index.article import flat
from index.database import Database
from index.errors import UnknownArticle

LONGEST_TITLE = 80  # characters
STALE_S = 900.0  # after so long an open turn of another process counts as cut

metadata = sa.MetaData()
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("articles", sa.Text, nullable=False),  # JSON: the ids to answer from; none means all
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
)
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.String, nullable=False),  # open, done or cut
    sa.Column("process", sa.String, nullable=False),  # that opened it
    sa.Column("answer", sa.Text, nullable=False),  # JSON of an Answer; of a cut turn {"claims": …} or nothing
    sa.Column("rating", sa.Integer, nullable=False, server_default="0"),
    sa.Column("comment", sa.Text, nullable=False, server_default=""),
)


@dataclass(frozen=True)
class StoredTurn:
    """A question of a conversation, numbered from 1. A `cut` one has no answer, only the claims that had been shown.

    `rating` is 1, -1 or 0 for none. `answer` is exactly what was given out, quotes, offsets and hashes included.
    """

    number: int
    question: str
    asked: datetime
    cut: bool
    answer: Answer | None
    claims: tuple[Claim, ...]
    rating: int = 0
    comment: str = ""


@dataclass(frozen=True)
class Conversation:
    """What was asked in one place; `articles` are the ids it is answered from, none meaning all. Times are UTC."""

    id: str
    owner: str
    title: str
    articles: tuple[str, ...]
    created: datetime
    changed: datetime
    turn_count: int
    turns: tuple[StoredTurn, ...] = ()

    @property
    def earlier(self) -> tuple[Turn, ...]:
        """The answered turns, as a follow-up question needs them."""
        return tuple(Turn.of(turn.answer) for turn in self.turns if turn.answer)


class Conversations:
    """The conversations of every `owner`. One's id means nothing to another: it reads like an unknown one."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.process = secrets.token_hex(8)
        with database.begin(write=True) as connection:
            metadata.create_all(connection)
            if database.engine.dialect.name == "sqlite":  # its folder is locked: no other process has a turn open
                connection.execute(sa.update(turns).where(turns.c.state == "open").values(state="cut"))

    def start(self, owner: str, *, id: str = "", articles: Sequence[str] = ()) -> Conversation:
        """A new conversation, or the one of this `id`. Raises UnknownConversation when that is another owner's."""
        name, now = id or secrets.token_urlsafe(12), datetime.now(UTC)
        with self.database.begin(write=True) as connection:
            row = {"id": name, "owner": owner, "title": "", "articles": json.dumps(list(articles))}
            new = self.database.insert(conversations).values(**row, created=now, changed=now)
            connection.execute(new.on_conflict_do_nothing())
        return self.get(name, owner)

    def all(self, owner: str) -> list[Conversation]:
        """Without their turns, the one that changed last first."""
        counted = sa.select(sa.func.count()).where(turns.c.conversation == conversations.c.id).scalar_subquery()
        chosen = sa.select(*conversations.c, counted.label("turns")).where(conversations.c.owner == owner)
        with self.database.begin() as connection:
            rows = connection.execute(chosen.order_by(conversations.c.changed.desc())).all()
        return [_conversation(row, row.turns) for row in rows]

    def head(self, id: str, owner: str) -> Conversation:
        """Without its turns. Raises UnknownConversation."""
        with self.database.begin() as connection:
            row = self._row(connection, id, owner)
            counted = sa.select(sa.func.count()).where(turns.c.conversation == id)
            return _conversation(row, connection.execute(counted).scalar_one())

    def get(self, id: str, owner: str) -> Conversation:
        """With its turns. Raises UnknownConversation."""
        with self.database.begin() as connection:
            row = self._row(connection, id, owner)
            kept = connection.execute(sa.select(turns).where(turns.c.conversation == id).order_by(turns.c.number)).all()
        return _conversation(row, len(kept), tuple(_turn(one) for one in kept if one.state != "open"))

    def change(self, id: str, owner: str, **values: Any) -> Conversation:
        """Give it another `title` or other `articles`. Raises UnknownConversation."""
        if "articles" in values:
            values["articles"] = json.dumps(list(values["articles"]))
        if "title" in values:
            values["title"] = flat(values["title"])[:LONGEST_TITLE]
        with self.database.begin(write=True) as connection:
            self._row(connection, id, owner)
            connection.execute(sa.update(conversations).where(conversations.c.id == id).values(**values))
        return self.get(id, owner)

    def delete(self, id: str, owner: str) -> None:
        """Forget it with all its turns. Raises UnknownConversation."""
        with self.database.begin(write=True) as connection:
            self._row(connection, id, owner)
            connection.execute(sa.delete(conversations).where(conversations.c.id == id))

    def rate(self, id: str, owner: str, number: int, rating: int, comment: str = "") -> None:
        """Keep what the reader thinks of a turn: 1, -1, or 0 to take it back.

        Raises UnknownConversation, UnknownTurn.
        """
        said = comment.replace("\0", "")  # PostgreSQL has no such character
        with self.database.begin(write=True) as connection:
            self._row(connection, id, owner)
            place = (turns.c.conversation == id) & (turns.c.number == number)
            if not connection.execute(sa.update(turns).where(place).values(rating=rating, comment=said)).rowcount:
                raise UnknownTurn(f"The conversation has no turn {number}.")

    def begin(self, id: str, owner: str, question: str, articles: Sequence[str] = ()) -> int:
        """Open a turn and return its number; a cut turn of the same question at the end is taken up again.

        From now on the conversation asks `articles`, where any are given.

        Raises Busy while another turn is open, UnknownConversation.
        """
        now = datetime.now(UTC)
        with self.database.begin(write=True) as connection:
            row = self._row(connection, id, owner)
            newest = sa.select(turns).where(turns.c.conversation == id).order_by(turns.c.number.desc()).limit(1)
            last = connection.execute(newest).first()
            if last and last.state == "open" and now - last.asked.replace(tzinfo=UTC) < timedelta(seconds=STALE_S):
                raise Busy("The last question of this conversation is still being answered. Wait for it, or stop it.")
            again = last is not None and last.state != "done" and last.question == question
            number = last.number + (not again) if last else 1
            connection.execute(sa.delete(turns).where((turns.c.conversation == id) & (turns.c.number == number)))
            kept = {"conversation": id, "number": number, "question": question, "asked": now, "answer": ""}
            connection.execute(sa.insert(turns).values(**kept, state="open", process=self.process))
            values = {"changed": now, "title": row.title or flat(question)[:LONGEST_TITLE]}
            values |= {"articles": json.dumps(list(articles))} if articles else {}
            connection.execute(sa.update(conversations).where(conversations.c.id == id).values(**values))
        return number

    def end(self, id: str, number: int, answer: Answer | None, claims: Sequence[Claim] = ()) -> None:
        """Close a turn with its answer, or as cut with the claims that had been shown."""
        kept = answer.as_json() if answer else {"claims": [claim.as_json() for claim in claims]}
        values = {"state": "done" if answer else "cut", "answer": json.dumps(kept, ensure_ascii=False)}
        place = (turns.c.conversation == id) & (turns.c.number == number) & (turns.c.process == self.process)
        with self.database.begin(write=True) as connection:
            connection.execute(sa.update(turns).where(place & (turns.c.state == "open")).values(**values))

    def stream(  # noqa: PLR0913 (what a question is)
        self,
        assistant: Assistant,
        question: str,
        conversation: Conversation,
        articles: Sequence[str] = (),
        *,
        scope: str | None,
        stop: Event | None = None,
    ) -> Iterator[Part | Answer]:
        """`Assistant.stream` on a conversation's articles after its earlier turns; the answer comes once it is kept.

        The conversation goes on with `articles`, where any are given. `scope` is whose articles may be seen. A turn
        that does not come to its end is kept as cut. Raises at once what `Assistant.stream` and `begin` raise, and
        ArticleGone.
        """
        id, owner = conversation.id, conversation.owner
        held = self.get(id, owner)
        try:
            parts = assistant.stream(question, held.earlier, articles or held.articles, owner=scope, stop=stop)
        except UnknownArticle as error:
            raise ArticleGone(*error.args) from error
        number = self.begin(id, owner, flat(question), articles)
        return self._kept(id, number, parts)

    def _kept(self, id: str, number: int, parts: Iterator[Part | Answer]) -> Iterator[Part | Answer]:
        claims: list[Claim] = []
        answer: Answer | None = None
        try:
            for part in parts:
                if isinstance(part, Answer):
                    answer = part
                    continue
                if isinstance(part, Claim):
                    claims.append(part)
                yield part
        finally:
            self.end(id, number, answer, claims)
        if answer:
            yield answer

    def _row(self, connection: sa.Connection, id: str, owner: str) -> Any:
        own = sa.select(conversations).where((conversations.c.id == id) & (conversations.c.owner == owner))
        row = None if "\0" in id else connection.execute(own.with_for_update()).first()
        if row is None:
            raise UnknownConversation(f"There is no conversation {flat(id)[:40]!r}.")
        return row


def _conversation(row: Any, count: int, kept: tuple[StoredTurn, ...] = ()) -> Conversation:
    created, changed = row.created.replace(tzinfo=UTC), row.changed.replace(tzinfo=UTC)
    return Conversation(row.id, row.owner, row.title, tuple(json.loads(row.articles)), created, changed, count, kept)


def _turn(row: Any) -> StoredTurn:
    kept = json.loads(row.answer or "{}")
    answer = Answer.from_json(kept) if row.state == "done" else None
    shown = answer.claims if answer else tuple(Claim(**one, citations=()) for one in kept.get("claims", ()))
    asked = row.asked.replace(tzinfo=UTC)
    return StoredTurn(row.number, row.question, asked, not answer, answer, shown, row.rating, row.comment)
