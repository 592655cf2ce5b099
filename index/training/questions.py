"""Questions with known answers, as articles.

One context a line: `{"dataset", "title", "context", "questions": [{"id", "question", "answers": [[start, end], …]}]}`,
offsets in code points of `context`; no answers means that the context does not answer. Further files may have other
contexts, or more questions of the same, which their sha256 names: `{"context": "…", "questions": [{"question",
"answers"}]}`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.article import Article, Piece, Span, flat
from index.embedder import Embedder
from index.library import Kept
from index.passages import cut


@dataclass(frozen=True)
class Asked:
    """A question about the context at `context`; `answers` are the spans that answer it, none where it does not.

    `more`: it came from one of the further files.
    """

    question: str
    context: int
    answers: tuple[Span, ...]
    more: bool = False

    def answered_by(self, sentence: Span) -> bool:
        """Whether an answer begins in `sentence`, a sentence of the question's own context."""
        return any(sentence.start <= answer.start < sentence.end for answer in self.answers)


@dataclass(frozen=True)
class Context:
    """A context as an article, with the questions asked of it."""

    dataset: str
    article: Article
    questions: tuple[Asked, ...]


def contexts(path: Path, *further: Path) -> list[Context]:
    """The contexts of .jsonl files, in their order; answers are moved to where they stand in the canonical text."""
    given = [(row, False) for row in rows(path)]
    others: dict[str, list[dict[str, Any]]] = {}
    for row in (row for file in further for row in rows(file)):
        if "title" in row:
            given.append((row, True))
        else:
            others.setdefault(row["context"], []).extend(row["questions"])
    read = []
    for number, (row, more) in enumerate(given):
        raw = row["context"]
        article = Article.of([Piece("paragraph", raw)], title=row["title"].replace("_", " "), language="en")
        added = others.get(hashlib.sha256(raw.encode()).hexdigest(), [])
        asked = [
            Asked(q["question"], number, tuple(_moved(raw, article.text, *span) for span in q["answers"]), more or late)
            for late, questions in ((False, row["questions"]), (True, added))
            for q in questions
        ]
        read.append(Context(row["dataset"], article, tuple(asked)))
    return read


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def kept(read: Iterable[Context], embedder: Embedder) -> list[Kept]:
    """The articles with their passages and vectors, embedded in one go; ids are their places in `read`."""
    articles = [context.article for context in read]
    passages = [cut(article, embedder.count_tokens, embedder.longest - 2) for article in articles]
    passage_vectors = embedder.embed([p.searchable for cuts in passages for p in cuts])
    sentence_vectors = embedder.embed([article[s] for article in articles for s in article.sentences])
    made, first, second = [], 0, 0
    for number, (article, cuts) in enumerate(zip(articles, passages, strict=True)):
        last, until = first + len(cuts), second + len(article.sentences)
        made.append(
            Kept(str(number), article, tuple(cuts), passage_vectors[first:last], sentence_vectors[second:until])
        )
        first, second = last, until
    return made


def _moved(raw: str, canonical: str, start: int, end: int) -> Span:
    """A span of the raw context in the canonical text: the same where nothing changed, else found by what is before."""
    if raw == canonical:
        return Span(start, end)
    begin = len(flat(raw[:start] + "|")) - 1
    return Span(begin, begin + len(flat(raw[start:end])))
