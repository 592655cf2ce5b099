"""Named keys, kept as SHA-256 beside the conversations, and the sessions of browsers that stand for one."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from assistant.errors import BadSettings
from index.article import flat
from index.database import Database

LONGEST_NAME = 40  # characters
SESSION_S = 30 * 86_400.0
PREFIX = "aa_"  # so that a key that was left lying about is known for what it is

metadata = sa.MetaData()
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("hash", sa.String, nullable=False, unique=True),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.String, primary_key=True),  # of the cookie
    sa.Column("key", sa.ForeignKey("keys.hash", ondelete="CASCADE"), nullable=False),
    sa.Column("until", sa.Float, nullable=False),  # seconds since 1970
)


@dataclass(frozen=True)
class Key:
    """A key without its secret; `created` is UTC."""

    name: str
    created: datetime


class Keys:
    """The keys of a database. Who comes without one is nobody, once there is any. Raises BadStore."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.begin(write=True) as connection:
            metadata.create_all(connection)

    def add(self, name: str) -> str:
        """A new key, which is shown this once. Raises BadSettings for a name that is taken or cannot be one."""
        if not name or name != flat(name) or len(name) > LONGEST_NAME:
            raise BadSettings(f"{name!r} cannot name a key: give 1 to {LONGEST_NAME} visible characters.")
        key = PREFIX + secrets.token_urlsafe(32)
        with self.database.begin(write=True) as connection:
            if connection.execute(sa.select(keys).where(keys.c.name == name)).first():
                raise BadSettings(f"There is a key named {name!r} already. Revoke it first, or take another name.")
            connection.execute(sa.insert(keys).values(name=name, hash=_hash(key), created=datetime.now(UTC)))
        return key

    def all(self) -> list[Key]:
        """In the order they were made."""
        with self.database.begin() as connection:
            rows = connection.execute(sa.select(keys).order_by(keys.c.created)).all()
        return [Key(row.name, row.created.replace(tzinfo=UTC)) for row in rows]

    def revoke(self, name: str) -> None:
        """From now on the key and its sessions open nothing. Raises BadSettings for an unknown name."""
        with self.database.begin(write=True) as connection:
            held = sa.select(keys.c.hash).where(keys.c.name == name).scalar_subquery()
            connection.execute(sa.delete(sessions).where(sessions.c.key == held))
            if not connection.execute(sa.delete(keys).where(keys.c.name == name)).rowcount:
                raise BadSettings(f"There is no key named {name!r}. See: article-assistant keys list")

    def name_of(self, key: str) -> str | None:
        """Whose key it is; None for an unknown or revoked one. Takes as long for every key."""
        return self._name(_hash(key))

    def sign_in(self, key: str) -> str | None:
        """A secret for a cookie that stands for the key for 30 days; None for an unknown key."""
        if self.name_of(key) is None:
            return None
        cookie, now = secrets.token_urlsafe(32), time.time()
        row = {"hash": _hash(cookie), "key": _hash(key), "until": now + SESSION_S}
        with self.database.begin(write=True) as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.until < now))
            connection.execute(sa.insert(sessions).values(**row))
        return cookie

    def name_of_session(self, cookie: str) -> str | None:
        """Whose key a cookie stands for; None when it stands for none, or not any more."""
        place = (sessions.c.hash == _hash(cookie)) & (sessions.c.until > time.time())
        with self.database.begin() as connection:
            key = connection.execute(sa.select(sessions.c.key).where(place)).scalar()
        return self._name(key) if key else None

    def sign_out(self, cookie: str) -> None:
        with self.database.begin(write=True) as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == _hash(cookie)))

    def _name(self, hashed: str) -> str | None:
        with self.database.begin() as connection:
            rows = connection.execute(sa.select(keys.c.name, keys.c.hash)).all()
        found = [row.name for row in rows if hmac.compare_digest(row.hash, hashed)]
        return found[0] if found else None


def _hash(secret: str) -> str:
    """A key has 256 random bits: it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
