"""What Slack asked of us, kept until it is answered: nothing is done twice, and nothing is lost when we stop."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from index.database import Database

REMEMBERED_S = 3600.0  # for so long a second delivery is known as one; Slack stops trying after about 30 minutes
STALE_S = 900.0  # after so long what another process began is taken over

metadata = sa.MetaData()
jobs = sa.Table(
    "slack_jobs",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("event", sa.String, unique=True),
    sa.Column("process", sa.String, nullable=False),
    sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
    sa.Column("job", sa.Text, nullable=False),  # JSON of a Job; nothing once it is done
    sa.Column("shown", sa.Text, nullable=False),  # JSON: the messages it already has
)
channels = sa.Table(
    "slack_channels",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("articles", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Job:
    """A message to be answered in its thread; `text` is Slack's own. `files` are their ids and names.

    A `check` is a message whose sentences are to be checked. `again` is one that was begun before; `shown` are the
    messages that it has got so far, by their ts.
    """

    key: str
    team: str
    channel: str
    thread: str
    user: str
    text: str
    direct: bool = False
    check: bool = False
    files: tuple[tuple[str, str], ...] = ()
    response_url: str = ""
    asked: float = 0.0
    again: bool = False
    shown: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        return f"slack:{self.team}"

    @property
    def conversation(self) -> str:
        return f"slack-{self.team}-{self.channel}-{self.thread}"


class Inbox:
    """The jobs of a bot. May be used from several threads; raises BadStore."""

    def __init__(self, database: Database) -> None:
        self.database, self.process = database, secrets.token_hex(8)
        self._lone = database.engine.dialect.name == "sqlite"  # the data folder is locked: no other process lives
        with database.begin() as connection:
            metadata.create_all(connection)

    def accept(self, job: Job, event: str | None = None) -> bool:
        """Keep a job; False when its key or its `event` was here before."""
        now = datetime.now(UTC)
        row = {"key": job.key, "event": event, "process": self.process, "taken": now, "done": False, "shown": "[]"}
        old = jobs.c.done & (jobs.c.taken < now - timedelta(seconds=REMEMBERED_S))
        with self.database.begin(write=True) as connection:
            connection.execute(sa.delete(jobs).where(old))
            put = self.database.insert(jobs).values(**row, job=json.dumps(asdict(job))).on_conflict_do_nothing()
            return connection.execute(put.returning(jobs.c.key)).first() is not None

    def show(self, key: str, shown: Sequence[str]) -> None:
        """Remember which messages a job has got."""
        self._change(key, shown=json.dumps(list(shown)))

    def done(self, key: str) -> None:
        """It is answered; what it said is forgotten, not that it was here."""
        self._change(key, done=True, job="")

    def left(self) -> list[Job]:
        """What was begun and not done, by a process that is no more or by us, taken over; the oldest first."""
        now = datetime.now(UTC)
        stale = sa.true() if self._lone else jobs.c.taken < now - timedelta(seconds=STALE_S)
        mine = (jobs.c.process == self.process) | stale
        with self.database.begin(write=True) as connection:
            taken = sa.update(jobs).where(~jobs.c.done & mine).values(process=self.process, taken=now)
            connection.execute(taken)
            own = sa.select(jobs).where(~jobs.c.done & (jobs.c.process == self.process))
            return sorted((_job(row) for row in connection.execute(own).all()), key=lambda job: job.asked)

    def choose(self, team: str, channel: str, articles: Sequence[str]) -> None:
        """From now on questions in this channel are asked of these articles; none means all."""
        row = {"team": team, "channel": channel, "articles": json.dumps(list(articles))}
        put = self.database.insert(channels).values(**row)
        put = put.on_conflict_do_update(index_elements=["team", "channel"], set_={"articles": row["articles"]})
        with self.database.begin(write=True) as connection:
            connection.execute(put)

    def chosen(self, team: str, channel: str) -> tuple[str, ...]:
        """The articles that were chosen for a channel."""
        place = (channels.c.team == team) & (channels.c.channel == channel)
        with self.database.begin() as connection:
            return tuple(json.loads(connection.execute(sa.select(channels.c.articles).where(place)).scalar() or "[]"))

    def _change(self, key: str, **values: Any) -> None:
        with self.database.begin(write=True) as connection:
            connection.execute(sa.update(jobs).where(jobs.c.key == key).values(**values))


def _job(row: Any) -> Job:
    kept = json.loads(row.job)
    files = tuple((id, name) for id, name in kept.pop("files"))
    return replace(Job(**{**kept, "shown": tuple(json.loads(row.shown))}, files=files), again=True)
