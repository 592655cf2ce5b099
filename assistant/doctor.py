"""Is everything as it should be? Each check says what it found."""

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from assistant.ask import Assistant
from assistant.settings import Settings
from index.embedder import BUNDLED, BUNDLED_SHA256, bundled_folder, bundled_sha256
from index.trained import PLAIN, network
from index.verifier import ANSWERS, CLAIMS, verifier

PACKAGES = ("article-assistant", "chromadb", "langchain", "langchain-chroma", "sentence-transformers", "torch", "bm25s")
LOOPBACK = ("127.", "::1", "localhost")


@dataclass(frozen=True)
class Finding:
    """What a check found: `sound`, or what to do about it in `found`."""

    check: str
    sound: bool
    found: str


def examine(
    assistant: Assistant, settings: Settings, progress: Callable[[int, int], None], calls: list[str] | None = None
) -> Iterator[Finding]:
    """The findings, one by one. `calls` is the list that `watch_network` fills; None leaves the network out."""
    catalog = assistant.catalog
    yield Finding("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield Finding("packages", True, ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    yield _model(settings.embedding_model)
    yield _reader(settings.reader)
    yield _verifier(settings.reader, CLAIMS)
    yield _verifier(settings.reader, ANSWERS)
    problems = catalog.library.problems()
    library = f"{catalog.folder / 'library.db'}: {problems[0] + '. Restore a copy' if problems else 'whole'}"
    yield Finding("library", not problems, library)
    assistant.ready()
    snapshot = catalog.snapshot()
    counts = (
        f"{len(snapshot.kept)} articles, {snapshot.sentence_count:,} sentences, {len(snapshot.passages):,} passages"
    )
    yield Finding("articles", True, f"{counts}, revision {snapshot.revision}")
    extra = len(catalog.index.keys() ^ snapshot.passages.keys())
    yield Finding("index", not extra, "holds exactly these passages" if not extra else f"{extra} differ. Run: rebuild")
    unfound = catalog.unfound(progress)
    found = (
        f"{len(snapshot.passages) - len(unfound):,} of {len(snapshot.passages):,} passages found by their own vector"
    )
    yield Finding("search", not unfound, found + (". Run: article-assistant rebuild" if unfound else ""))
    first = next(iter(snapshot.passages.values()))
    answer = assistant.ask(first.passage.text[:200])
    yield Finding("answer", answer.found, f"a question was answered in {answer.seconds * 1000:,.0f} ms")
    if calls is not None:
        what = "nothing tried to leave this machine" if not calls else f"tried to reach {', '.join(sorted(set(calls)))}"
        yield Finding("network", not calls, what)


def watch_network() -> list[str]:
    """A list that from now on collects every address outside this machine that this process tries to reach."""
    calls: list[str] = []

    def notice(name: str, details: tuple[object, ...]) -> None:
        if name == "socket.getaddrinfo":
            target = str(details[0])
        elif name in ("socket.connect", "socket.sendto") and isinstance(details[1], tuple):
            target = str(details[1][0])
        else:
            return
        if not target.startswith(LOOPBACK):
            calls.append(target)

    sys.addaudithook(notice)
    return calls


def cut_network() -> bool:
    """Move this process into a network of its own, where there is nothing to reach; False where that cannot be done.

    Linux only (a network namespace); it must come before the process starts a thread.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    clone_newuser, clone_newnet = 0x10000000, 0x40000000  # linux/sched.h
    return bool(ctypes.CDLL(None).unshare(clone_newuser | clone_newnet) == 0)


def _model(name: str) -> Finding:
    if name != BUNDLED:
        return Finding("model", True, f"{name}, set by ASSISTANT_EMBEDDING_MODEL")
    held = bundled_sha256()
    what = f"{name} in {bundled_folder()}, sha256 {held[:12]}…"
    return Finding("model", held == BUNDLED_SHA256, what if held == BUNDLED_SHA256 else f"{what} is not the right file")


def _verifier(reader: str, file: Path) -> Finding:
    made, name = verifier(reader, file), file.stem.replace("_", " ")
    if made is not None:
        return Finding(name, True, f"sha256 {made.file.sha256[:12]}…")
    instead = "words in common, and likeness" if file == CLAIMS else "none"
    missing = "" if reader == PLAIN else "; its file is missing. Install Article Assistant again"
    return Finding(name, not missing, f"{instead}{missing}")


def _reader(name: str) -> Finding:
    made = network(name)
    if made is not None:
        return Finding("reader", True, f"{name}, sha256 {made.sha256[:12]}…")
    missing = "" if name == PLAIN else f"; the file of the {name} reader is missing. Install Article Assistant again"
    return Finding("reader", not missing, f"cosine and BM25{missing}")
