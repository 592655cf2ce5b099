"""The library and its index under kill -9, damage and load: python -m tests.faults.library prints figures.

[--kills 400] a process that replaces an article and rebuilds, without end, is killed, every second time just after one
of its files changed, and what it left is opened. [--damages 10] times each file of the index is cut, zeroed, filled
with random bytes and removed, and the library opened in a process of its own. [--backups 20] are made beside such a
process, and opened. [--questions 10000 --rebuilds 50] are asked while the article is replaced and the index rebuilt.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from pathlib import Path

from rich.progress import track

from assistant.ask import Assistant
from assistant.backup import backup
from assistant.settings import Settings
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from tests.faults.bridges import BRIDGES, MILL, YEARS, Known, begin, write_on, wrong

OPENED_S = 5.0
MOST_CHANGES = 12  # of files in one round of a Writer, about
ASKING = 4  # threads
KINDS: Mapping[str, Callable[[bytes], bytes | None]] = {
    "cut": lambda data: data[: len(data) // 2],
    "zeroed": lambda data: bytes(len(data)),
    "random": lambda data: random.randbytes(len(data)),
    "removed": lambda data: None,
}


@dataclass
class Figures:
    """How often it was tried, what was wrong, and the longest opening."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def __str__(self) -> str:
        good = self.tried - len(self.wrong)
        return f"{good} of {self.tried} whole, opened within {self.slowest_s:.1f} s; wrong: {self.wrong[:3]}"


def forking() -> ForkServerContext:
    """Processes that begin with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.bridges"])
    return context


def killed(known: Known, folder: Path, times: int, chance: random.Random) -> Figures:
    """Kill a writer again and again, always on the same folder."""
    figures, context = Figures(), forking()
    begin(known, folder)
    for number in track(range(times), description="kills"):
        ready = context.Event()
        writer = context.Process(target=write_on, args=(known, folder, ready), daemon=True)
        writer.start()
        ready.wait(60)
        if number % 2:
            _after_changes(folder, chance.randint(1, MOST_CHANGES))
        else:
            time.sleep(chance.uniform(0, 1))
        alive = writer.is_alive()
        writer.kill()
        writer.join()
        figures.tried += 1
        began = time.monotonic()
        catalog = known.catalog(folder)
        found = wrong(catalog) if alive else ["the writer had ended by itself"]
        catalog.close()
        figures.slowest_s = max(figures.slowest_s, took := time.monotonic() - began)
        figures.wrong += [f"{number}: {one}" for one in (*found, *(["too slow"] if took > OPENED_S else []))]
    return figures


def backed_up(known: Known, folder: Path, times: int) -> Figures:
    """Copy the library again and again while a writer works on it, and open the copies."""
    figures, context = Figures(), forking()
    begin(known, folder / "data")
    ready = context.Event()
    writer = context.Process(target=write_on, args=(known, folder / "data", ready), daemon=True)
    writer.start()
    ready.wait(60)
    for number in track(range(times), description="backups"):
        began = time.monotonic()
        backup(Settings(data_dir=folder / "data"), folder / str(number))
        catalog = known.catalog(folder / str(number))
        found = wrong(catalog) if writer.is_alive() else ["the writer had ended by itself"]
        catalog.close()
        figures.tried += 1
        figures.slowest_s = max(figures.slowest_s, time.monotonic() - began)
        figures.wrong += [f"{number}: {one}" for one in found]
    writer.kill()
    writer.join()
    return figures


def _after_changes(folder: Path, count: int) -> None:
    """Wait until the files of the folder have changed `count` times."""
    until, seen = time.monotonic() + 10, _state(folder)
    while count and time.monotonic() < until:
        if (now := _state(folder)) != seen:
            count, seen = count - 1, now


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                known = os.stat(f"{place}/{name}")
            except FileNotFoundError:
                continue
            found[f"{place}/{name}"] = known.st_size, known.st_mtime_ns
    return found


def damaged(known: Known, folder: Path, times: int) -> Figures:
    """Damage each file of the index in each way, and open the library in a process of its own."""
    figures, context = Figures(), forking()
    whole = folder / "whole"
    begin(known, whole)
    files = [path.relative_to(whole) for path in (whole / "index").rglob("*") if path.is_file()]
    cases = [(file, kind) for file in files for kind in KINDS for _ in range(1 if kind == "removed" else times)]
    for file, kind in track(cases, description="damages"):
        copy = folder / "copy"
        shutil.copytree(whole, copy)
        left = KINDS[kind]((copy / file).read_bytes())
        if left is None:
            (copy / file).unlink()
        else:
            (copy / file).write_bytes(left)
        began = time.monotonic()
        opener = context.Process(target=_open, args=(known, copy), daemon=True)
        opener.start()
        opener.join(60)
        figures.tried += 1
        figures.slowest_s = max(figures.slowest_s, time.monotonic() - began)
        if opener.exitcode != 0:
            figures.wrong.append(f"{file} {kind}: exit {opener.exitcode}")
        shutil.rmtree(copy)
    return figures


def _open(known: Known, folder: Path) -> None:
    catalog = known.catalog(folder)
    found = wrong(catalog)
    catalog.close()
    sys.exit(1 if found else 0)


def asked(embedder: Embedder, folder: Path, questions: int, rebuilds: int) -> tuple[Figures, float]:
    """Questions while an article is replaced and the index rebuilt; and the size of the index by that of a new one."""
    catalog = Catalog(folder / "asked", lambda: embedder, BUNDLED)
    for article in (MILL, BRIDGES[0]):
        catalog.add(article)
    assistant = Assistant(catalog, Settings(reader="plain"))
    figures, left = Figures(), iter(range(questions))

    def ask() -> None:
        for number in left:  # what the other threads have not taken
            figures.tried += 1
            try:
                citations = assistant.ask(f"When had the bridge {number % 40} lamps of another colour?").citations
            except Exception as error:  # noqa: BLE001 (counted)
                figures.wrong.append(repr(error))
                continue
            years = {year for citation in citations for year in YEARS if str(year) in citation.quote}
            if len(years) != 1 or len({citation.article_hash for citation in citations}) != 1:
                figures.wrong.append(f"cited {years or 'nothing'}")

    with ThreadPoolExecutor(ASKING) as pool:
        asking = [pool.submit(ask) for _ in range(ASKING)]
        for number in track(range(rebuilds), description="rebuilds"):
            catalog.add(BRIDGES[(number + 1) % 2])
            catalog.rebuild()
            while figures.tried < questions * (number + 1) / rebuilds and not all(one.done() for one in asking):
                time.sleep(0.01)
        for one in asking:
            one.result()
    catalog.add(BRIDGES[0])
    catalog.rebuild()
    catalog.close()
    begin(Known.of(embedder), folder / "new")
    return figures, _size(folder / "asked" / "index") / _size(folder / "new" / "index")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=400)
    parser.add_argument("--damages", type=int, default=10)
    parser.add_argument("--backups", type=int, default=20)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--rebuilds", type=int, default=50)
    given = parser.parse_args()
    embedder = Embedder()
    known = Known.of(embedder)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sys.stdout.write(f"killed: {killed(known, folder / 'killed', given.kills, random.Random(0))}\n")
        sys.stdout.write(f"damaged: {damaged(known, folder / 'damaged', given.damages)}\n")
        sys.stdout.write(f"backed up: {backed_up(known, folder / 'backed-up', given.backups)}\n")
        figures, size = asked(embedder, folder, given.questions, given.rebuilds)
        sys.stdout.write(f"asked: {len(figures.wrong)} of {figures.tried} wrong over {given.rebuilds} rebuilds")
        sys.stdout.write(f" {figures.wrong[:3]}; the index has {size:.3f} of the size of a new one\n")


if __name__ == "__main__":
    main()
