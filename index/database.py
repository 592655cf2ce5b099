"""A database as we use it: one transaction at a time, and SQLite set so that what was kept stays kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from index.errors import BadStore


class Database:
    """The database at `url`, called `what` in errors. Raises BadStore when it cannot be used."""

    def __init__(self, url: str, what: str) -> None:
        self.what = what
        try:
            self.engine = sa.create_engine(url, **({} if url.startswith("sqlite") else {"pool_pre_ping": True}))
        except (SQLAlchemyError, ImportError) as error:
            raise BadStore(f"{what} cannot be opened: {_first_line(error)}.") from error
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))

    def __str__(self) -> str:
        return f"{self.what} ({self.engine.url.render_as_string()})"

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """One transaction: all of it is kept or none."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            reason = _first_line(getattr(error, "orig", None) or error)
            raise BadStore(
                f"{self} could not be used: {reason}. Check the disk and the file, or restore a copy."
                if self.engine.dialect.name == "sqlite"
                else f"{self} could not be used: {reason}. Check that the server runs and may be reached."
            ) from error

    def close(self) -> None:
        self.engine.dispose()


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # else the driver begins no transaction before the first write
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
