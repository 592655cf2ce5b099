"""Fit the last weights of a reader: `python -m index.training.calibrate VALIDATION.jsonl READER.onnx`.

Seven weights rank sentences, eleven make the answerability, and fourteen where a verifier looks at the answer as well,
on data that the network never saw; they are written into the file. What is printed was measured on articles that the
weights were not fitted to, in FOLDS parts.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from index.embedder import Embedder
from index.reader import SENTENCE_WEIGHTS
from index.snapshot import Snapshot
from index.trained import FIRST_READ, SIGNALS, WITH_VERIFIER, Network, Read, TrainedReader
from index.training.plain import ranking_loss
from index.training.questions import Asked, Context, contexts, kept
from index.verifier import ANSWERS, Verifier

ANSWERED, FOREIGN = 900, 100  # questions drawn; foreign ones per article, at most as many as its own
FOREIGN_WEIGHT = 0.5
FOLDS = 5  # at most; as many articles have twins in our data: each is measured with weights of the others
RIDGE = 0.001  # keeps weights of signals that hardly differ small
VERIFIED = list(range(WITH_VERIFIER))  # columns of TrainedReader.evidence
EVIDENCE = (VERIFIED[: SIGNALS - 1] + VERIFIED[-1:], VERIFIED)  # without what the verifier says, and with it
SHRINKAGE = 0.02  # the same for the answerability, whose signals say much the same: C of scikit-learn


@dataclass(frozen=True)
class Sample:
    """A question asked of some articles: what was read, whether each sentence answers, and the plain evidence."""

    asked: Asked
    title: str
    kind: str  # answered, twin or foreign
    reader: TrainedReader
    read: list[Read]
    gold: NDArray[np.bool_]
    plain: NDArray[np.float32]

    @property
    def columns(self) -> NDArray[np.float32]:
        return np.stack([one.signals for one in self.read])

    def scores(self, signals: Sequence[int]) -> NDArray[np.float32]:
        scores = self.reader.scores(self.read)
        return self.reader.reranked(self.asked.question, self.read, scores) if signals is VERIFIED else scores


def main(
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a reader that export wrote")],
    more: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="articles to fit to as well, measured apart")
    ] = None,
    verifier: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="what looks at answers too")] = ANSWERS,
) -> None:
    """Fit the last weights of a reader, and write them into it."""
    console = Console()
    read = contexts(data, *([more] if more else []))
    embedder, network, verify = Embedder(), Network(target), Verifier(verifier).logit
    snapshot = Snapshot(0, tuple(kept(read, embedder)))

    def made(snapshot: Snapshot) -> TrainedReader:
        reader = TrainedReader(snapshot, embedder, network, 0.5)
        reader.verify = verify  # whichever weights the network has now
        return reader

    whole = list(_whole_library(read, made(snapshot)))
    single = list(_single_articles(read, snapshot, made))
    # By whether it came with --more, and whether it was verified.
    firsts: dict[tuple[bool, bool], list[bool]] = defaultdict(list)
    chances: dict[tuple[bool, bool], list[tuple[float, bool]]] = defaultdict(list)
    titles = [sample.title for sample in whole + single]
    for _, places in GroupKFold(min(FOLDS, len(set(titles)))).split(titles, groups=titles):
        inside = {titles[place] for place in places}
        network.sentence_weights = _sentence_weights([s for s in whole if s.title not in inside])
        for sample in (s for s in whole if s.title in inside):
            for signals in EVIDENCE:
                right = bool(sample.gold[np.argmax(sample.scores(signals))])
                firsts[sample.asked.more, signals is VERIFIED].append(right)
        tested = [s for s in single if s.title in inside and s.kind != "foreign"]
        for signals in EVIDENCE if tested else ():
            model = _answer_weights([s for s in single if s.title not in inside], signals)
            for sample, evidence in zip(tested, _evidence(tested, signals), strict=True):
                chance = float(1 / (1 + np.exp(-(evidence @ model))))
                chances[sample.asked.more, signals is VERIFIED].append((chance, sample.kind == "answered"))
    for (further, verified), found in sorted(firsts.items()):
        name = f"{more if further else data}{', verified' * verified}"
        console.print(f"{name}: sentence@1 {np.mean(found):.3f} of {len(found)}")
    for (further, verified), said in sorted(chances.items()):
        values, truths = zip(*said, strict=True)
        auroc, error = roc_auc_score(truths, values), calibration_error(said)
        console.print(
            f"{more if further else data}: twins{', verified' * verified}: "
            f"AUROC {auroc:.3f}, calibration error {error:.3f} of {len(said)}"
        )
    network.sentence_weights = _sentence_weights(whole)
    last = {"answer": EVIDENCE[0], "verified": EVIDENCE[1]}
    fitted = {name: _answer_weights(single, signals).tolist() for name, signals in last.items()}
    write(target, {"sentence": network.sentence_weights.tolist()} | fitted)


def calibration_error(chances: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error (Naeini et al. 2015): how far chance and truth lie apart in each of ten bins."""
    return sum(abs(said - true) * size for said, true, size in bins(chances))


def bins(chances: Sequence[tuple[float, bool]]) -> list[tuple[float, float, float]]:
    """Of each bin of a tenth that is not empty: the mean chance, the share that is true, the share of all."""
    values = np.array(chances, float)
    places = np.minimum((values[:, 0] * 10).astype(int), 9)
    return [
        (float(values[places == b, 0].mean()), float(values[places == b, 1].mean()), float((places == b).mean()))
        for b in range(10)
        if (places == b).any()
    ]


def _whole_library(read: Sequence[Context], reader: TrainedReader) -> Iterator[Sample]:
    every = [asked for context in read for asked in context.questions if asked.answers]
    drawn = random.Random(0).sample(every, min(ANSWERED, len(every)))
    for asked in track(drawn, "one library", console=Console(stderr=True)):
        yield _sample(reader, asked, read[asked.context].article.title, "answered")


def _single_articles(
    read: Sequence[Context], snapshot: Snapshot, made: Callable[[Snapshot], TrainedReader]
) -> Iterator[Sample]:
    """Questions, their twins and foreign ones, each asked of all contexts of one title."""
    chance = random.Random(0)
    every = [asked for context in read for asked in context.questions]
    titles = sorted({read[asked.context].article.title for asked in every if not asked.answers})
    for title in track(titles, "single articles", console=Console(stderr=True)):
        places = {place for place, context in enumerate(read) if context.article.title == title}
        reader = made(Snapshot(0, tuple(one for one in snapshot.kept if int(one.id) in places)))
        own = [asked for asked in every if asked.context in places]
        others = [asked for asked in every if asked.context not in places]
        foreign = chance.sample(others, min(FOREIGN, len(own), len(others)))
        for asked in own:
            yield _sample(reader, asked, title, "answered" if asked.answers else "twin")
        for asked in foreign:
            yield _sample(reader, asked, title, "foreign")


def _sample(reader: TrainedReader, asked: Asked, title: str, kind: str) -> Sample:
    passages = list(reader.snapshot.passages.values())
    signals = reader.plain.signals(asked.question, passages)
    order = reader.likeliest(passages, signals.sentences @ SENTENCE_WEIGHTS)[:FIRST_READ]
    read = list(reader.through(asked.question, passages, order, signals.sentences))
    gold = [
        kind == "answered" and int(one.kept.id) == asked.context and asked.answered_by(one.sentence) for one in read
    ]
    return Sample(asked, title, kind, reader, read, np.array(gold), signals.evidence)


def _sentence_weights(samples: Sequence[Sample]) -> NDArray[np.float32]:
    chosen = [(sample.columns, sample.gold) for sample in samples if sample.gold.any()]

    def loss(weights: NDArray[np.float64]) -> float:
        return ranking_loss(weights, chosen) + RIDGE * float(weights @ weights)

    start = np.array([0.7, 0.3, 0.1, 0.3, 0.2, 0.3, 0.2])
    return np.asarray(minimize(loss, start).x, np.float32)


def _evidence(samples: Sequence[Sample], signals: Sequence[int]) -> NDArray[np.float32]:
    bests = [s.read[int(np.argmax(s.scores(signals)))] for s in samples]
    evidence = [
        s.reader.evidence(s.asked.question, s.read, best, s.plain) for s, best in zip(samples, bests, strict=True)
    ]
    return np.stack(evidence)[:, signals]


def _answer_weights(samples: Sequence[Sample], signals: Sequence[int]) -> NDArray[np.float32]:
    evidence = _evidence(samples, signals)
    weights = [FOREIGN_WEIGHT if sample.kind == "foreign" else 1.0 for sample in samples]
    scaled = StandardScaler()
    fitted = LogisticRegression(C=SHRINKAGE, max_iter=2000).fit(
        scaled.fit_transform(evidence[:, :-1]), [sample.kind == "answered" for sample in samples], weights
    )
    slopes = fitted.coef_[0] / scaled.scale_
    return np.append(slopes, fitted.intercept_ - slopes @ scaled.mean_).astype(np.float32)


def write(target: Path, weights: dict[str, list[float]]) -> None:
    """Keep weights that were fitted after a network was trained in its file."""
    model = onnx.load(target)
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {"weights": json.dumps(weights)})
    onnx.save(model, target)


if __name__ == "__main__":
    typer.run(main)
