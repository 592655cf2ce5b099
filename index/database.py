"""A database as we use it: one transaction at a time, and SQLite set so that what was kept stays kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from index.errors import BadStore


class Database:
    """The database at `url`, called `what` in errors. Raises BadStore when it cannot be used."""

    def __init__(self, url: str, what: str) -> None:
        self.what = what
        self._writing: AbstractContextManager[object] = nullcontext()
        try:
            self.engine = sa.create_engine(url, **({} if url.startswith("sqlite") else {"pool_pre_ping": True}))
        except (SQLAlchemyError, ImportError) as error:
            raise BadStore(
                f"{what} cannot be opened: {_first_line(error)}. Its address is sqlite:///FILE or "
                "postgresql+psycopg://USER:PASSWORD@HOST/NAME, for which: pip install 'article-assistant[postgresql]'"
            ) from error
        if self.engine.dialect.name == "sqlite":
            self._writing = Lock()  # it takes one writer, and to wait here is better than to look again and again
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writer = self.engine.execution_options(immediate=True)

    def __str__(self) -> str:
        return f"{self.what} ({self.engine.url.render_as_string()})"

    @contextmanager
    def begin(self, *, write: bool = False) -> Iterator[sa.Connection]:
        """One transaction: all of it is kept or none. One that reads before it may write must say `write`."""
        try:
            with (
                self._writing if write else nullcontext(),
                (self._writer if write else self.engine).begin() as connection,
            ):
                yield connection
        except SQLAlchemyError as error:
            raise self._bad(error) from error

    def empty_log(self) -> None:
        """Write SQLite's log into its file, where what was deleted is overwritten, and cut the log to nothing."""
        if self.engine.dialect.name != "sqlite":
            return
        try:
            with closing(self.engine.raw_connection()) as connection:  # it must not be in a transaction
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (sqlite3.Error, SQLAlchemyError) as error:
            raise self._bad(error) from error

    def _bad(self, error: Exception) -> BadStore:
        reason = _first_line(getattr(error, "orig", None) or error)
        return BadStore(
            f"{self} could not be used: {reason}. Check the disk and the file, or restore a copy."
            if self.engine.dialect.name == "sqlite"
            else f"{self} could not be used: {reason}. Check that the server runs and may be reached."
        )

    def insert(self, table: sa.Table) -> Any:
        """An insert of this database's own kind, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(table)

    def close(self) -> None:
        self.engine.dispose()


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _begin_sqlite(connection: sa.Connection) -> None:
    # Two transactions that have read and now want to write cannot wait for each other: SQLite refuses one at once.
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # else the driver begins no transaction before the first write
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
