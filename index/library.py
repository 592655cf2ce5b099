"""The library: articles, their passages and their vectors in one SQL database. The store of record."""

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from index.article import Article, Block, Span
from index.database import Database
from index.embedder import Vectors
from index.errors import BadStore
from index.passages import Passage

SCHEMA = "2"  # 1 had no owners

metadata = sa.MetaData()
facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)
articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("blocks", sa.Text, nullable=False),  # JSON: [[start, end, kind, level, aside], …]
    sa.Column("sentences", sa.Text, nullable=False),  # JSON: [[start, end], …]
    sa.Column("block_count", sa.Integer, nullable=False),
    sa.Column("sentence_count", sa.Integer, nullable=False),
    sa.Column("language", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("shipped", sa.Boolean, nullable=False),
    sa.Column("added", sa.DateTime(timezone=True), nullable=False),
    sa.Column("owner", sa.String, nullable=False, server_default=""),
    sa.Column("sentence_vectors", sa.LargeBinary, nullable=False),  # float32 (sentences, size)
)
passages = sa.Table(
    "passages",
    metadata,
    sa.Column("article", sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("context", sa.Text, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32 (size,)
)


@dataclass(frozen=True)
class Entry:
    """What the library knows of an article without opening it; `added` is UTC. Without an `owner` it is everyone's."""

    id: str
    title: str
    language: str
    source: str
    url: str
    hash: str
    shipped: bool
    added: datetime
    blocks: int
    sentences: int
    passages: int
    owner: str = ""


@dataclass(frozen=True)
class Kept:
    """An article as it is kept: its passages, and unit vectors for those and for its sentences.

    `passage_vectors` is float32 (passages, size), `sentence_vectors` float32 (sentences, size).
    """

    id: str
    article: Article
    passages: tuple[Passage, ...]
    passage_vectors: Vectors
    sentence_vectors: Vectors

    @cached_property
    def _version(self) -> str:
        return f"{self.id}@{self.article.hash[:12]}.{zlib.crc32(self.passage_vectors.tobytes()):08x}"

    def key(self, passage: Passage) -> str:
        """The passage's name in the index: another one when the article's text or its vectors change."""
        return f"{self._version}#{passage.number}"


class Library:
    """The database at `url`, made when it is not there. Raises BadStore when it cannot be opened or is another's."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, "The library")
        with self.database.begin() as connection:
            if not sa.inspect(connection).get_table_names():
                metadata.create_all(connection)
                _remember(connection, schema=SCHEMA, revision="0")
        with self.database.begin() as connection:
            schema = _fact(connection, "schema") if sa.inspect(connection).has_table("facts") else None
            if schema == "1":
                connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN owner VARCHAR NOT NULL DEFAULT ''")
                _remember(connection, schema=SCHEMA)
                schema = SCHEMA
        if schema != SCHEMA:
            found = f"schema {schema}, not {SCHEMA}" if schema else "no library"
            raise BadStore(
                f"{self.database} is of another program or version ({found}). Name another data folder, or update."
            )

    @classmethod
    def in_folder(cls, folder: Path) -> "Library":
        address = sa.URL.create("sqlite", database=str(folder / "library.db"))  # it quotes what the folder's name holds
        return cls(address.render_as_string(hide_password=False))

    @property
    def revision(self) -> int:
        """Counts the changes ever made; the same number means the same content."""
        with self.database.begin() as connection:
            return int(_fact(connection, "revision") or 0)

    @property
    def embedder(self) -> str:
        """The embedding model of all vectors in it; empty before the first article."""
        with self.database.begin() as connection:
            return _fact(connection, "embedder") or ""

    def entries(self) -> list[Entry]:
        """What is in it, in the order it was added."""
        counted = sa.select(sa.func.count()).where(passages.c.article == articles.c.id).scalar_subquery()
        columns = [c for c in articles.c if c.name not in ("text", "blocks", "sentences", "sentence_vectors")]
        with self.database.begin() as connection:
            rows = connection.execute(sa.select(*columns, counted.label("cut")).order_by(articles.c.added)).all()
        return [
            Entry(
                row.id, row.title, row.language, row.source, row.url, row.hash, row.shipped,
                row.added.replace(tzinfo=UTC), row.block_count, row.sentence_count, row.cut, row.owner,
            )
            for row in rows
        ]  # fmt: skip

    def article(self, article_id: str) -> Article | None:
        with self.database.begin() as connection:
            row = connection.execute(sa.select(articles).where(articles.c.id == article_id)).first()
        return _article(row) if row else None

    def read(self) -> tuple[int, list[Kept]]:
        """The revision and everything kept at that revision, in the order it was added."""
        with self.database.begin() as connection:
            revision = int(_fact(connection, "revision") or 0)
            rows = connection.execute(sa.select(articles).order_by(articles.c.added)).all()
            parts = connection.execute(sa.select(passages).order_by(passages.c.article, passages.c.number)).all()
        by_article: dict[str, list[Any]] = {row.id: [] for row in rows}
        for part in parts:
            by_article[part.article].append(part)
        return revision, [_kept(row, by_article[row.id]) for row in rows]

    def put(
        self,
        kept: Sequence[Kept],
        *,
        embedder: str,
        instead_of: Sequence[str] = (),
        shipped: bool = False,
        owner: str | None = "",
    ) -> None:
        """Add articles and remove those they take the place of, in one step; one of the same id is replaced.

        With `owner` None the replaced ones keep theirs.
        """
        with self.database.begin(write=True) as connection:
            going = [*instead_of, *(one.id for one in kept)]
            rows = connection.execute(sa.select(articles.c.id, articles.c.owner).where(articles.c.id.in_(going))).all()
            owners = {row.id: row.owner for row in rows} if owner is None else {}
            connection.execute(sa.delete(articles).where(articles.c.id.in_(going)))
            for one in kept:
                whose = owners.get(one.id, owner or "")
                connection.execute(sa.insert(articles).values(**_article_row(one), shipped=shipped, owner=whose))
                if one.passages:
                    connection.execute(sa.insert(passages), _passage_rows(one))
            _remember(connection, embedder=embedder, revision=str(int(_fact(connection, "revision") or 0) + 1))

    def remove(self, article_id: str) -> bool:
        """Whether it was there. Nothing of it is left in the files (in SQLite's, once no one reads the old state).

        Raises BadStore where the database cannot be written, also when the article is gone but not yet its traces.
        """
        with self.database.begin(write=True) as connection:
            gone = connection.execute(sa.delete(articles).where(articles.c.id == article_id)).rowcount
            if gone:
                _remember(connection, revision=str(int(_fact(connection, "revision") or 0) + 1))
        if gone:
            self.database.empty_log()
        return bool(gone)

    def problems(self) -> list[str]:
        """What the database itself says is wrong with it; nothing when it is sound (SQLite's integrity check)."""
        if self.database.engine.dialect.name != "sqlite":
            return []
        try:
            with self.database.begin() as connection:
                lines = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check").all()]
        except BadStore as error:
            return [str(error)]
        return [line for line in lines if line != "ok"]

    def close(self) -> None:
        self.database.close()


def _fact(connection: sa.Connection, name: str) -> str | None:
    return connection.execute(sa.select(facts.c.value).where(facts.c.name == name)).scalar()


def _remember(connection: sa.Connection, **values: str) -> None:
    connection.execute(sa.delete(facts).where(facts.c.name.in_(values)))
    connection.execute(sa.insert(facts), [{"name": name, "value": value} for name, value in values.items()])


def _article_row(kept: Kept) -> dict[str, Any]:
    article = kept.article
    return {
        "id": kept.id,
        "title": article.title,
        "text": article.text,
        "blocks": json.dumps([[b.start, b.end, b.kind, b.level, b.aside] for b in article.blocks]),
        "sentences": json.dumps([[s.start, s.end] for s in article.sentences]),
        "block_count": len(article.blocks),
        "sentence_count": len(article.sentences),
        "language": article.language,
        "source": article.source,
        "url": article.url,
        "hash": article.hash,
        "added": datetime.now(UTC),
        "sentence_vectors": kept.sentence_vectors.tobytes(),
    }


def _passage_rows(kept: Kept) -> list[dict[str, Any]]:
    return [
        {"article": kept.id, "number": p.number, "first": p.first, "last": p.last, "context": p.context,
         "vector": vector.tobytes()}
        for p, vector in zip(kept.passages, kept.passage_vectors, strict=True)
    ]  # fmt: skip


@contextmanager
def _naming(article_id: str) -> Iterator[None]:
    """Whatever damaged rows make their readers stumble over, as one error with the article's name."""
    try:
        yield
    except (ValueError, TypeError, IndexError) as error:
        raise BadStore(f"Article {article_id!r} was damaged in the library. Remove it and add it again.") from error


def _article(row: Any) -> Article:
    with _naming(row.id):
        blocks = tuple(Block(*block) for block in json.loads(row.blocks))
        sentences = tuple(Span(*sentence) for sentence in json.loads(row.sentences))
        article = Article(row.title, row.text, blocks, sentences, row.language, row.source, row.url)
        if article.hash != row.hash:
            raise ValueError("the text is not the one that was added")
        return article


def _kept(row: Any, parts: Sequence[Any]) -> Kept:
    article = _article(row)
    with _naming(row.id):
        cut = []
        for part in parts:
            start, end = article.sentences[part.first].start, article.sentences[part.last - 1].end
            cut.append(Passage(part.number, start, end, part.first, part.last, article.text[start:end], part.context))
        vectors = _rows(b"".join(part.vector for part in parts), len(cut))
        return Kept(row.id, article, tuple(cut), vectors, _rows(row.sentence_vectors, len(article.sentences)))


def _rows(data: bytes, count: int) -> Vectors:
    vectors = np.frombuffer(data, np.float32)
    return vectors.reshape(count, -1) if count else np.zeros((0, 0), np.float32)
