"""The whole pipeline on hand-made questions about the article that comes with the project (questions.jsonl).

Forty questions have an answer, in one sentence or several; twenty-four have none: half of those are about the
article's own topic.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from assistant.ask import Assistant
from tests.evals.measures import auroc, share

QUESTIONS = Path(__file__).with_name("questions.jsonl")


@dataclass(frozen=True)
class Figures:
    """Shares of the questions. `first`: the first claim holds an annotated sentence; `complete`: the claims hold all.

    `refused` are answerable questions that were not found, `wrong` unanswerable ones that were answered; `auroc` is of
    the answerability over both.
    """

    first: float
    some: float
    complete: float
    refused: float
    wrong: float
    auroc: float
    exact: float


def figures(assistant: Assistant) -> Figures:
    """Ask everything of a fresh library, which holds the article that comes with the project."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    [kept] = assistant.catalog.snapshot().kept
    asked = [(row["answers"], assistant.ask(row["question"])) for row in rows]
    citations = [c for _, answer in asked for c in (*answer.citations, *answer.nearest)]
    answered = [(answers, [c.quote for c in answer.citations]) for answers, answer in asked if answers]
    sure = [answer.answerability for answers, answer in asked if answers]
    unsure = [answer.answerability for answers, answer in asked if not answers]
    return Figures(
        first=share([any(a in quote for a in answers for quote in quotes[:1]) for answers, quotes in answered]),
        some=share([any(a in quote for a in answers for quote in quotes) for answers, quotes in answered]),
        complete=share([all(any(a in quote for quote in quotes) for a in answers) for answers, quotes in answered]),
        refused=share([not answer.found for answers, answer in asked if answers]),
        wrong=share([answer.found for answers, answer in asked if not answers]),
        auroc=auroc(sure, unsure),
        exact=share([kept.article.text[c.start : c.end] == c.quote for c in citations]),
    )
