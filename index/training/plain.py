"""Fit the eight weights of the plain reader: `python -m index.training.plain ../shared/data/reader-train.jsonl`.

Questions are cut short at random for half of the fit, since people type fewer words than annotators do.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from index.embedder import Embedder
from index.keywords import terms
from index.reader import PlainReader
from index.snapshot import Snapshot
from index.training.questions import Asked, Context, contexts, kept

TITLES, FEWEST_CONTEXTS, QUESTIONS_A_TITLE = 12, 20, 240
CANDIDATES = 60  # sentences of which one is chosen
TWIN_WEIGHT = 0.5  # of unanswerable questions about the same article: the plain signals hardly see them

Sample = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], str]


def main(path: Path) -> None:
    """Print the weights and how often they are right on the data they were fitted to."""
    samples = list(_samples(contexts(path)))
    chosen = [(columns, gold) for columns, _, gold, kind in samples if kind == "answered" and gold.any()]
    fitted = minimize(ranking_loss, np.full(4, 0.4), args=(chosen,)).x
    evidence = np.stack([found for _, found, _, _ in samples])
    answered = np.array([kind == "answered" for *_, kind in samples])
    weights = [TWIN_WEIGHT if kind == "twin" else 1.0 for *_, kind in samples]
    logistic = LogisticRegression(C=100).fit(evidence, answered, weights)
    right = np.mean([gold[np.argmax(columns @ fitted)] for columns, gold in chosen])
    console = Console()
    console.print("sentence weights", fitted.round(2).tolist(), f"right first: {right:.3f} of {len(chosen)}")
    console.print("answer weights", [*logistic.coef_[0].round(2).tolist(), round(float(logistic.intercept_[0]), 2)])
    sure = logistic.predict_proba(evidence)[:, 1]
    for kind in ("answered", "twin", "other"):
        of = sure[[k == kind for *_, k in samples]]
        console.print(
            kind, {floor: round(float((of >= floor).mean()), 3) for floor in (0.3, 0.35, 0.4, 0.45, 0.5, 0.6)}
        )


def _samples(read: list[Context]) -> Iterator[Sample]:
    """For each question its signals, its evidence, which sentences answer, and its kind: answered, twin or other."""
    chance = random.Random(0)
    by_title: dict[str, list[Context]] = defaultdict(list)
    for context in read:
        by_title[context.article.title].append(context)
    titles = [title for title, group in by_title.items() if len(group) >= FEWEST_CONTEXTS]
    embedder = Embedder()
    every = [asked for context in read for asked in context.questions]
    for title in track(chance.sample(titles, TITLES), "reading", console=Console(stderr=True)):
        group = by_title[title]
        reader = PlainReader(Snapshot(0, tuple(kept(group, embedder))), embedder)
        own = [(asked, place) for place, context in enumerate(group) for asked in context.questions]
        own = chance.sample(own, min(len(own), QUESTIONS_A_TITLE))
        foreign = [
            (asked, -1) for asked in chance.sample(every, QUESTIONS_A_TITLE // 2) if read[asked.context] not in group
        ]
        for asked, place in own + foreign:
            yield _sample(reader, asked, place, chance)


def _sample(reader: PlainReader, asked: Asked, place: int, chance: random.Random) -> Sample:
    question = asked.question if chance.random() < 0.5 else _shortened(asked.question, chance)
    signals = reader.signals(question, list(reader.snapshot.passages.values()))
    gold = np.array(
        [kept.id == str(place) and asked.answered_by(kept.article.sentences[n]) for kept, n in signals.places]
    )
    top = np.argsort(-(signals.sentences.sum(axis=1)))[:CANDIDATES]
    kind = "other" if place < 0 else "answered" if asked.answers else "twin"
    return signals.sentences[top], signals.evidence, gold[top], kind


def _shortened(question: str, chance: random.Random) -> str:
    """The question with only two to four of its words of substance, as in "when treaty signed"."""
    words = question.rstrip("?").split()
    heavy = [place for place, word in enumerate(words) if terms(word, "en")]
    keep = set(chance.sample(heavy, min(len(heavy), chance.randint(2, 4))))
    return " ".join(word for place, word in enumerate(words) if place in keep or place not in heavy)


def ranking_loss(weights: NDArray[np.float64], samples: list[tuple[NDArray[np.float32], NDArray[np.bool_]]]) -> float:
    """The mean surprise at the sentences that answer, where the softmax of their weighed columns is their chance."""
    total = 0.0
    for columns, gold in samples:
        scores = columns @ weights
        scores = scores - scores.max()
        total -= np.log(np.exp(scores[gold]).sum() / np.exp(scores).sum())
    return total / len(samples)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
