"""Conversations as questions that a reader trains on.

`python -m tests.evals.talks ARTICLES.jsonl CONVERSATIONS.jsonl MORE.jsonl` writes a file for `index.training.train
--more`. ARTICLES.jsonl is as index/training/questions.py reads it, the contexts of one title being the passages of an
article; a conversation is `{"title", "turns": [{"question", "whole", "passage", "answers"}, …]}`: `whole` is the
question as it would be asked alone, `passage` the number of the passage that answers it, null for none, in the words
`answers`.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from assistant.standalone import standalone, widened
from assistant.turn import Turn
from index.article import Article, Piece
from index.keywords import terms
from index.training.questions import rows
from index.training.twins import names_in

FEW = 3  # words of substance that a follow-up needs to be asked as it was put


def main(
    articles: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    conversations: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    target: Path,
) -> None:
    passages: dict[str, list[str]] = defaultdict(list)
    for row in rows(articles):
        passages[row["title"]].append(row["context"])
    asked: dict[str, dict[str, list[list[int]]]] = defaultdict(dict)
    for talk in rows(conversations):
        for text, question, answers in questions(talk["turns"], passages[talk["title"]]):
            asked[hashlib.sha256(text.encode()).hexdigest()].setdefault(question, answers)
    made = [
        {"context": name, "questions": [{"question": q, "answers": spans} for q, spans in found.items()]}
        for name, found in asked.items()
    ]
    target.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), encoding="utf-8")
    Console().print(f"{target}: {sum(len(row['questions']) for row in made):,} questions")


def questions(turns: list[dict[str, Any]], passages: list[str]) -> Iterator[tuple[str, str, list[list[int]]]]:
    """A passage, a question and where its answers stand there: of each turn the whole question and what a follow-up
    is read as. One without an answer is asked of the passage that answered last.
    """
    earlier: list[Turn] = []
    last = passages[0]
    for turn in turns:
        text = last if turn["passage"] is None else passages[turn["passage"]]
        spans = [[text.index(answer), text.index(answer) + len(answer)] for answer in turn["answers"]]
        for question in dict.fromkeys([turn["whole"], *_read_as(turn, earlier)]):
            yield text, question, spans
        said = _sentence(text, spans[0][0]) if spans else ""
        earlier.append(Turn(turn["question"], turn["whole"], bool(spans), said, turn["answers"][0] if spans else ""))
        last = text


def _read_as(turn: dict[str, Any], earlier: list[Turn]) -> Iterator[str]:
    """What the rules make of a follow-up, unless they name who was not meant: that would teach to mistake them."""
    question, whole = turn["question"], turn["whole"]
    if question == whole:
        return
    ruled = standalone(question, earlier, "en")
    meant = {*names_in(ruled)} <= {*names_in(whole), *names_in(question)}
    if meant and (ruled != question or len(terms(ruled, "en")) >= FEW):
        yield ruled
    if wide := widened(question, earlier, "en"):
        yield wide


def _sentence(text: str, at: int) -> str:
    article = Article.of([Piece("paragraph", text)], title="", language="en")
    return next((article[s] for s in article.sentences if s.start <= at < s.end), "")


if __name__ == "__main__":
    typer.run(main)
