"""A copy of the library and the conversations, made while they are in use."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import make_url

from assistant.errors import BadSettings
from assistant.settings import Settings
from index.errors import BadStore


def backup(settings: Settings, target: Path) -> list[Path]:
    """Copy the databases of `settings` that are files into `target`; returns the copies.

    Each copy is of one moment, the library's of the latest: it has the articles that the conversations cite. The index
    is not copied, it is made again from the library. The copies have the names that a data folder gives them. `target`
    must be new or an empty folder, else BadSettings; it holds all copies or is left as it was. Raises BadStore where
    there is no library, or a copy cannot be made.
    """
    library = settings.data_dir / "library.db"
    if not library.exists():
        raise BadStore(f"There is no library in {settings.data_dir}. Name its folder with --data-dir.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadSettings(f"{target} is there already. Name a new folder for the copy.")
    address = make_url(settings.conversations_url)
    talks = Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None
    place = target if target.is_dir() else target.parent  # what is there may be a link, or another disk
    try:
        place.mkdir(parents=True, exist_ok=True)
        making = Path(mkdtemp(prefix=f"{target.name}.", dir=place))
        try:
            if talks and talks.exists():
                _copy(talks, making / "conversations.db")
            _copy(library, making / "library.db")
            if place is target:
                _move_up(making)
            else:
                making.rename(target)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except (OSError, sqlite3.Error) as error:
        raise BadStore(f"The copy could not be made in {target}: {error}. Check the disk.") from error
    return sorted(target.iterdir())


def _copy(file: Path, copy: Path) -> None:
    """SQLite's own backup: what others write meanwhile is in it whole or not at all."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as made:
        source.backup(made)


def _move_up(folder: Path) -> None:
    """The files of a folder, to that which holds it: all of them or none."""
    moved: list[Path] = []
    try:
        for file in sorted(folder.iterdir()):
            moved.append(file.rename(folder.parent / file.name))
    except BaseException:
        for file in moved:
            file.unlink()
        raise
