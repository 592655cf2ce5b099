"""What a person names on the way in: files, folders, addresses, standard input -> what can be read as an article."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.errors import BadSource
from index.fetch import Fetched, fetch
from index.formats import read_guarded

MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class Source:
    """Something to be read: `name` is shown to the person, `read` gives the article or raises."""

    name: str
    read: Callable[[], Article]


def sources(given: str, title: str = "") -> Iterator[Source]:
    """One source for a file, an address or `-` (standard input), one for each file in a folder, by name.

    Raises BadSource when there is no such thing, or the folder holds no file.
    """
    if given == "-":
        yield Source("standard input", lambda: read_guarded(sys.stdin.buffer.read(MOST_BYTES + 1), title=title))
    elif "://" in given:
        yield Source(given, lambda: from_page(fetch(given), title))
    else:
        path = Path(given if os.path.exists(given) else os.path.expanduser(given))  # they let odd names be
        if not given or not os.path.exists(path):
            raise BadSource(f"There is no file or folder {given!r}. Check the name.")
        found = (
            [path]
            if not path.is_dir()  # `is_file` would raise in a folder that may not be entered
            else sorted(p for p in path.rglob("*") if os.path.isfile(p) and not _hidden(p, path))
        )
        if not found:
            raise BadSource(f"The folder {given!r} holds no file. Name another.")
        for file in found:
            yield Source(str(file), lambda file=file: _from_file(file, title))  # type: ignore[misc]


def _from_file(path: Path, title: str) -> Article:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadSource(f"{path.name} cannot be read: {error.strerror}.") from error
    return read_guarded(data, name=os.fsencode(path.resolve()).decode(errors="replace"), title=title)


def from_page(page: Fetched, title: str = "") -> Article:
    """The article of what an address delivered. Raises BadSource."""
    return read_guarded(page.data, name=page.url, url=page.url, title=title, content_type=page.content_type)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
