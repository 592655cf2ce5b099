"""The library and its index kept as one: what is added can be found, what is removed cannot."""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib.resources import files
from itertools import chain, count
from pathlib import Path
from threading import Lock, RLock
from typing import Literal

from filelock import FileLock, Timeout

from index.article import Article
from index.embedder import Embedder, Vectors
from index.errors import BadSource, BadStore, UnknownArticle
from index.formats import read
from index.library import Entry, Kept, Library
from index.passages import cut
from index.snapshot import Snapshot, stacked
from index.vectors import VectorIndex

Change = Literal["added", "replaced", "unchanged"]
Progress = Callable[[int, int], None]

BATCH = 32  # texts embedded at once
LONGEST_PASSAGE = 254  # tokens: what the reader reads whole, also where the embedder reads more
LOCK_TIMEOUT_S = 0.5
MOST_VIEWS = 16  # parts of the library kept ready to be asked
LONGEST_ID = 40  # characters, before the hash


class Catalog:
    """A data folder: the library in SQL and the vectors in Chroma. One process at a time may have it open.

    An empty library holds the article that comes with the project, until the first one is added. Where `owner` is
    given, only the articles of that owner and everyone's are there; None stands for all. It may be used from several
    threads. Raises BadStore when another process has it open, it cannot be written, or it was embedded with another
    model.
    """

    def __init__(self, folder: Path, embedder: Callable[[], Embedder], model: str) -> None:
        self.folder, self.model = folder, model
        self._make_embedder = embedder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.lock = FileLock(folder / "lock", thread_local=False)  # another thread may close it
            self.lock.acquire(timeout=LOCK_TIMEOUT_S)
        except Timeout as error:
            raise BadStore(
                f"Another Article Assistant has {folder} open. Stop it, or name another folder with --data-dir."
            ) from error
        except OSError as error:
            raise BadStore(f"{folder} cannot be used as the data folder: {error.strerror}. Name another.") from error
        try:
            self.library = Library.in_folder(folder)
        except BadStore:
            self.lock.release()
            raise
        self.index = VectorIndex(folder / "index")
        self._snapshot: Snapshot | None = None
        self._views: dict[tuple[str, ...], Snapshot] = {}
        self._changing, self._adding = RLock(), Lock()

    @cached_property
    def embedder(self) -> Embedder:
        """Made when it is first needed: loading it takes seconds."""
        return self._make_embedder()

    def entries(self, owner: str | None = None) -> list[Entry]:
        """What is in the library, in the order it was added."""
        with self._changing:
            self._keep_shipped()
            return _visible(self.library.entries(), owner)

    def snapshot(self) -> Snapshot:
        """The library as it is now, with the index matched to it."""
        with self._changing:
            if self._snapshot is None or self._snapshot.revision != self.library.revision:
                read = self._read()
                self.index.match(*self._vectors(read))
                self._snapshot, self._views = read, {}
            return self._snapshot

    def _read(self) -> Snapshot:
        self._check_model()
        self._keep_shipped()
        revision, kept = self.library.read()
        of = {entry.id: entry for entry in self.library.entries()}
        return Snapshot(revision, tuple(kept), entries=tuple(of[one.id] for one in kept))

    def view(self, articles: Sequence[str] = (), owner: str | None = None) -> Snapshot:
        """The snapshot of what an owner may see, or only of the articles of just these ids. Raises UnknownArticle."""
        with self._changing:
            whole = self.snapshot()
            seen = _visible(whole.entries, owner)
            there = [entry.id for entry in seen]
            if gone := [name for name in articles if name not in there]:
                raise UnknownArticle(f"No article with {gone[0]!r}. There is: {', '.join(there)}")
            chosen = tuple(dict.fromkeys(articles)) or tuple(there)
            if len(chosen) == len(whole.kept):
                return whole
            if chosen not in self._views:
                while len(self._views) >= MOST_VIEWS:
                    del self._views[next(iter(self._views))]
                self._views[chosen] = whole.of(chosen)
            return self._views[chosen]

    def add(
        self, article: Article, progress: Progress = lambda done, of: None, owner: str | None = None
    ) -> tuple[Entry, Change]:
        """Keep an article; the one that came from the same source is replaced in one step.

        The same text again changes nothing; with another title, language, blocks or sentences it takes its own place.
        The index follows with the next `snapshot`. `progress` is called with the texts embedded so far and their
        number.
        """
        mine = owner or ""
        with self._adding:  # questions go on meanwhile: embedding takes long
            self._check_model()
            everyones = self.library.entries()
            entries = [e for e in everyones if e.owner == mine]
            same = next((e for e in entries if e.hash == article.hash and not e.shipped), None)
            old = next((e for e in entries if article.source and e.source == article.source and not e.shipped), None)
            if same:
                if self.library.article(same.id) == replace(article, source=same.source, url=same.url):
                    if old and old != same:
                        self.library.remove(old.id)
                    return same, "unchanged"
                article = replace(article, source=article.source or same.source, url=article.url or same.url)
            taken = {e.id for e in everyones if mine or not e.shipped}
            held = same or old
            name = held.id if held else _new_id(article.title, article.hash, taken)
            kept = self._cut(name, article, progress)
            gone = [e.id for e in entries if e.shipped or e == old]
            with self._changing:
                self.library.put([kept], embedder=self.model, instead_of=gone, owner=mine)
                return self.entry(name), "replaced" if held else "added"

    def remove(self, article_id: str, owner: str | None = None) -> Entry:
        """Forget an article, in the library and the index. Raises UnknownArticle, BadSource for the shipped one."""
        with self._changing:
            self._check_model()
            entry = self.entry(article_id, owner)
            if entry.shipped:
                raise BadSource(f"{entry.id} comes with the project; the first article you add replaces it.")
            self.library.remove(entry.id)
            self.snapshot()
            return entry

    def entry(self, article_id: str, owner: str | None = None) -> Entry:
        """The article of this id, or the only one whose id begins so; UnknownArticle when there is none or several."""
        return _named(article_id, self.entries(owner))

    def article(self, article_id: str, owner: str | None = None) -> Article:
        """The article that `entry` names, whole. Raises UnknownArticle."""
        entry = self.entry(article_id, owner)
        found = self.library.article(entry.id)
        if found is None:
            raise UnknownArticle(f"No article {entry.id!r} is there any more.")
        return found

    def rebuild(self, *, embed: bool = False, progress: Progress = lambda done, of: None) -> int:
        """Make the index anew from the library; with `embed`, the vectors as well, by the model of the settings.

        Returns how many passages it now holds.
        """
        with self._changing:
            if embed:
                self._embed_again(progress)
            read = self._read()
            self.index.rebuild(*self._vectors(read))
            self._snapshot, self._views = read, {}
            return len(read.passages)

    def _embed_again(self, progress: Progress) -> None:
        shipped = [entry.id for entry in self.library.entries() if entry.shipped]
        _, kept = self.library.read()
        kept = [one for one in kept if one.id not in shipped]
        again = []
        for number, one in enumerate(kept):
            again.append(self._cut(one.id, one.article, lambda done, of: None))
            progress(number + 1, len(kept))
        self.library.put(again, embedder=self.model, instead_of=shipped, owner=None)

    def unfound(self, progress: Progress = lambda done, of: None) -> list[str]:
        """The keys of passages that their own vector does not find first in the index: none when it is sound."""
        snapshot = self.snapshot()
        missing = []
        for position, key in enumerate(snapshot.passages):
            if not self._finds(snapshot, position):
                missing.append(key)
            progress(position + 1, len(snapshot.passages))
        return missing

    def check(self) -> None:
        """Raises BadStore where the library cannot be read, or the index does not find a passage, drawn by chance."""
        snapshot = self.snapshot()
        count = len(snapshot.passages)
        if count and not self._finds(snapshot, random.randrange(count)):
            raise BadStore(f"The index in {self.index.folder} is damaged. Run: article-assistant rebuild")

    def _finds(self, snapshot: Snapshot, position: int) -> bool:
        vector = snapshot.passage_vectors[position]
        near = [snapshot.positions[k] for k in self.index.nearest(vector, 5) if k in snapshot.positions]
        twins = [place for place in near if snapshot.passage_vectors[place] @ vector > 0.999]
        return position in twins or len(twins) == 5

    def close(self) -> None:
        self.index.close()
        self.library.close()
        self.lock.release()

    def _cut(self, name: str, article: Article, progress: Progress) -> Kept:
        embedder = self.embedder
        passages = cut(article, embedder.count_tokens, min(embedder.longest - 2, LONGEST_PASSAGE))
        texts = [passage.searchable for passage in passages] + [article[s] for s in article.sentences]
        vectors = []
        for start in range(0, len(texts), BATCH):
            vectors.append(embedder.embed(texts[start : start + BATCH]))
            progress(min(start + BATCH, len(texts)), len(texts))
        made = stacked(vectors)
        return Kept(name, article, tuple(passages), made[: len(passages)], made[len(passages) :])

    def _keep_shipped(self) -> None:
        """Put the article that comes with the project into an empty library; a newer text of it takes its place."""
        entries = self.library.entries()
        added, same_model = [e for e in entries if not e.shipped], self.library.embedder == self.model
        if any(not e.owner for e in added) or (added and not same_model):  # what was added must be embedded again first
            return
        article, held = shipped_article(), [e for e in entries if e.shipped]
        if [e.hash for e in held] != [article.hash] or not same_model:
            taken = {e.id for e in added}
            kept = self._cut(_new_id(article.title, article.hash, taken), article, lambda done, of: None)
            gone = [e.id for e in held]
            self.library.put([kept], embedder=self.model, instead_of=gone, shipped=True)

    def _check_model(self) -> None:
        held = self.library.embedder
        if held not in ("", self.model) and not all(entry.shipped for entry in self.library.entries()):
            raise BadStore(
                f"The articles in {self.folder} were embedded with {held!r}, not {self.model!r}. "
                "Run: article-assistant rebuild --embed, or set ASSISTANT_EMBEDDING_MODEL back."
            )

    def _vectors(self, snapshot: Snapshot) -> tuple[dict[str, Vectors], dict[str, str]]:
        vectors = dict(zip(snapshot.passages, snapshot.passage_vectors, strict=True))
        return vectors, {key: one.kept.id for key, one in snapshot.passages.items()}


def _visible(entries: Sequence[Entry], owner: str | None) -> list[Entry]:
    """Everyone's and the owner's; the shipped article only where there is no other."""
    seen = [e for e in entries if owner is None or e.owner in ("", owner)]
    return [e for e in seen if not e.shipped] or seen


def _named(article_id: str, entries: Sequence[Entry]) -> Entry:
    exact = [e for e in entries if e.id == article_id]
    found = exact or [e for e in entries if article_id and e.id.startswith(article_id)]
    if len(found) != 1:
        ids = ", ".join(e.id for e in (found or entries))
        what = "Several articles begin" if found else "No article"
        raise UnknownArticle(f"{what} with {article_id!r}. There is: {ids}")
    return found[0]


@cache
def shipped_article() -> Article:
    """The article that is read when the library is empty."""
    [path] = [path for path in files("index").joinpath("articles").iterdir() if path.name.endswith(".md")]
    return read(path.read_bytes(), name=path.name)


def _new_id(title: str, content_hash: str, taken: set[str]) -> str:
    """A name to type: the title's first words, with part of the hash where that is taken or too short."""
    plain = unicodedata.normalize("NFKD", title.split(": ")[0].casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    name = words if len(words) <= LONGEST_ID else words[: LONGEST_ID + 1].rsplit("-", 1)[0][:LONGEST_ID]
    if len(name) > 2 and name not in taken:
        return name
    longer = f"{name or 'article'}-{content_hash[:8]}"
    ways = chain([longer], (f"{longer}-{number}" for number in count(2)))
    return next(name for name in ways if name not in taken)
