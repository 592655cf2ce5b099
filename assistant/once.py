"""What must be done once only, however often it is asked for: kept in SQL, so that a second process knows it too."""

import time
from dataclasses import dataclass

import sqlalchemy as sa

from index.database import Database

DAY_S = 86_400.0

metadata = sa.MetaData()
once = sa.Table(
    "once",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("until", sa.Float, nullable=False, index=True),  # seconds since 1970
    sa.Column("asked", sa.String, nullable=False, server_default=""),  # what was asked, as a hash
    sa.Column("status", sa.Integer, nullable=False, server_default="0"),  # 0 while it is being done
    sa.Column("headers", sa.Text, nullable=False, server_default="{}"),  # JSON
    sa.Column("body", sa.LargeBinary, nullable=False, server_default=""),
)


@dataclass(frozen=True)
class Done:
    """What a request of some key led to: `asked` is a hash of it, `headers` is JSON.

    `status` is 0 while it is still being worked on.
    """

    asked: str
    status: int
    headers: str
    body: bytes


class Once:
    """The keys that were used. Raises BadStore when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.begin(write=True) as connection:
            metadata.create_all(connection)

    def claim(self, key: str, ttl_s: float = 3600) -> bool:
        """Whether nobody has claimed `key` within the last `ttl_s` seconds; from now on somebody has."""
        now = time.time()
        row = self.database.insert(once).values(key=key, until=now + ttl_s, body=b"").on_conflict_do_nothing()
        with self.database.begin(write=True) as connection:
            connection.execute(sa.delete(once).where(once.c.until < now))
            return connection.execute(row.returning(once.c.key)).first() is not None

    def done(self, key: str) -> Done | None:
        """What became of a claimed key; None when it is not claimed any more."""
        with self.database.begin() as connection:
            row = connection.execute(sa.select(once).where(once.c.key == key)).first()
        return Done(row.asked, row.status, row.headers, row.body) if row else None

    def keep(self, key: str, done: Done, ttl_s: float = DAY_S, about: str = "") -> None:
        """Remember for `ttl_s` seconds what the request of a claimed key led to, and what it was `about`.

        If that was forgotten meanwhile, the key is released instead.
        """
        until, begin = time.time() + ttl_s, _begin(about)
        kept = {"asked": done.asked, "status": done.status, "headers": done.headers, "body": done.body}
        with self.database.begin(write=True) as connection:
            if about and connection.execute(sa.select(once.c.key).where(once.c.key == begin)).first():
                connection.execute(sa.delete(once).where(once.c.key == key))
                return
            connection.execute(sa.update(once).where(once.c.key == key).values(**kept, until=until))
            if about:
                connection.execute(sa.insert(once).values(key=f"{begin}{key}", until=until, body=b""))

    def forget(self, about: str) -> None:
        """Release all keys whose requests were about it, and within a day those that are still being worked on."""
        begin = _begin(about)
        noted = once.c.key.startswith(begin, autoescape=True)
        with self.database.begin(write=True) as connection:
            notes = connection.execute(sa.select(once.c.key).where(noted)).scalars().all()
            connection.execute(sa.delete(once).where(once.c.key.in_([*notes, *(n[len(begin) :] for n in notes)])))
            connection.execute(sa.insert(once).values(key=begin, until=time.time() + DAY_S, body=b""))

    def release(self, key: str) -> None:
        """Let a claimed key be used again: what was asked for did not happen."""
        with self.database.begin(write=True) as connection:
            connection.execute(sa.delete(once).where(once.c.key == key))


def _begin(about: str) -> str:
    """How the keys of rows begin that say what another row is about."""
    return f"about {about}: "
