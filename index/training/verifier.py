"""Train a verifier: `python -m index.training.verifier WORK VERIFIER.onnx [--data TRAIN.jsonl] [--steps 1000]`.

It begins with the weights of a reader, or of a verifier, and learns from statements, supported and not
(index/training/statements.py); with --data from questions with what answers them or does not (answered.py), and in
every third step from statements as well. Stopped by anything, the same command goes on. In the end it writes int8 ONNX
with two weights that make the network's logit a chance, fitted to statements that it never saw, and prints how well it
tells these apart. A GPU is used where there is one.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional

from index import trained
from index.embedder import bundled_folder
from index.pairs import LONGEST_STATEMENT, Pair, Pairs
from index.training.answered import Answered, examples
from index.training.calibrate import calibration_error, write
from index.training.examples import Examples
from index.training.export import export, restored
from index.training.network import Network, Verifier, padded
from index.training.statements import STEP, Statement, drawn, statements
from index.verifier import Verifier as Shipped

RATE, WARM_UP, DECAY, DROPOUT = 1e-4, 0.05, 0.01, 0.1
CLAIMS_EVERY = 3  # steps have statements beside the questions
REST = 0.3  # of the loss of the words that a false statement has in common with its sound twin
SAVE_EVERY = 100  # steps
CLAIMS, UNSEEN = (Path(__file__).with_name(name) for name in ("claims.jsonl", "calibration_claims.jsonl"))


def main(  # noqa: PLR0913 (a command's options)
    work: Path,
    target: Path,
    data: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="questions to learn from as well")
    ] = None,
    claims: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="statements that it learns from")] = CLAIMS,
    unseen: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="what it is fitted to")] = UNSEEN,
    start: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="a reader or verifier to begin with")
    ] = trained.FILE,
    steps: Annotated[int, typer.Option(help=f"of {STEP} statements or questions")] = 1000,
    kept: Annotated[float, typer.Option(min=0, max=1, help="part of the weights that stays as --start has them")] = 0,
    seed: Annotated[int, typer.Option(help="of what is drawn: another for each training that goes on from one")] = 0,
) -> None:
    """Train the verifier, and write it."""
    work.mkdir(parents=True, exist_ok=True)
    console = Console()
    if not (given := statements(claims)):
        raise typer.BadParameter(f"{claims} has no statements.")
    asked = examples(*data) if data else None
    training = Training(given, asked, work / "checkpoint.pt", restored(start), steps, seed)
    training.run(console)
    export(mixed(training.network.cpu().eval(), restored(start), kept), target)
    write(target, {"support": _fitted(Shipped(target), statements(unseen), console)})
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    console.print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, sha256 {digest}")


class Training:
    """One run of `steps`, kept in `checkpoint` now and then; it begins with the weights of `start`, a verifier's, or
    with the encoder's of a reader."""

    def __init__(  # noqa: PLR0913 (what a training is)
        self,
        given: Sequence[Statement],
        asked: Examples | None,
        checkpoint: Path,
        start: dict[str, Tensor],
        steps: int,
        seed: int = 0,
    ) -> None:
        torch.manual_seed(seed)
        self.given, self.checkpoint, self.steps, self.seed = given, checkpoint, steps, seed
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = Verifier(DROPOUT).to(self.device).train()
        own = self.network.state_dict()
        self.network.load_state_dict(own | {name: weight for name, weight in start.items() if name in own})
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
        self.pairs = Pairs(bundled_folder())
        self.answered: Answered | None = None
        if asked:
            reader = Network().to(self.device).eval()
            reader.load_state_dict(start if start.keys() == reader.state_dict().keys() else restored(trained.FILE))
            self.answered = Answered(asked, reader, self.pairs)
        self.done = 0
        if checkpoint.exists():
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.done = state["done"]

    def run(self, console: Console) -> None:
        left = islice(self._parts(), self.steps - self.done)
        for parts in track(left, "training", self.steps, console=console, completed=self.done):
            lost = self._step(parts)
            self.done += 1
            if self.done % SAVE_EVERY == 0 or self.done == self.steps:
                console.print(f"step {self.done}/{self.steps} loss {lost:.3f}")
                self._save()

    def _parts(self) -> Iterator[list[list[Statement]]]:
        """What is learned from in each step that is left."""
        if not self.answered:
            yield from ([some] for some in islice(drawn(self.given, self.seed), self.done, None))
            return
        claims = islice(drawn(self.given, self.seed), -(-self.done // CLAIMS_EVERY), None)
        for step, some in enumerate(self.answered.drawn(self.seed, self.done), self.done):
            yield [some] if step % CLAIMS_EVERY else [some, next(claims)]

    def _step(self, parts: Sequence[Sequence[Statement]]) -> float:
        done = self.done / self.steps
        for group in self.optimiser.param_groups:
            group["lr"] = RATE * (done / WARM_UP if done < WARM_UP else (1 - done) / (1 - WARM_UP))
        lost = sum(self._lost(some, 1 / len(parts)) for some in parts)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return lost

    def _lost(self, some: Sequence[Statement], part: float) -> float:
        made = [self.pairs.pair(one.claim, one.title, one.text, LONGEST_STATEMENT) for one in some]
        with torch.autocast(self.device.type, torch.bfloat16):
            doubts = self.network(*(one.to(self.device) for one in padded(made)))
        lost = loss(doubts.float(), some, made) * part
        lost.backward()  # type: ignore[no-untyped-call]
        return float(lost.detach())

    def _save(self) -> None:
        state = {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "done": self.done}
        new = self.checkpoint.with_suffix(".new")
        torch.save(state, new)
        os.replace(new, self.checkpoint)


def loss(doubts: Tensor, some: Sequence[Statement], made: Sequence[Pair]) -> Tensor:
    """Minus the log of the chance of what is known: that no word of a supported statement is wrong, that one of the
    `wrong` words of another is, and, to the part REST, that its other words are not; or that any of it is."""
    own, wrong = torch.zeros_like(doubts), torch.zeros_like(doubts)
    for row, (one, pair) in enumerate(zip(some, made, strict=True)):
        own[row, : len(pair.asked) + 1] = 1
        for place, (start, end) in enumerate(pair.asked, 1):
            wrong[row, place] = float(any(start < span.end and span.start < end for span in one.wrong))
    amounts = functional.softplus(doubts)
    whole, part = (amounts * own).sum(1), (amounts * wrong).sum(1)
    rest = (amounts * (own - wrong))[:, 1:].sum(1)
    twins = wrong.sum(1) > 0
    supported = torch.tensor([one.supported for one in some], device=doubts.device)
    some_wrong = torch.where(twins, REST * rest - _log_of_any(part, twins), -_log_of_any(whole, ~twins))
    return torch.where(supported, whole, some_wrong).mean()


def _log_of_any(amount: Tensor, where: Tensor) -> Tensor:
    """The log of the chance that something is, `amount` being minus the log that nothing is; 0 elsewhere."""
    return torch.where(where, torch.log(-torch.expm1(-torch.where(where, amount, 1.0))), 0.0)


def mixed(network: Verifier, start: dict[str, Tensor], kept: float) -> Verifier:
    """The network with the mean of its weights and those it began with (Wortsman et al. 2022, arXiv:2109.01903)."""
    own = network.state_dict()
    network.load_state_dict({name: torch.lerp(weight, start.get(name, weight), kept) for name, weight in own.items()})
    return network


def _fitted(shipped: Shipped, unseen: Sequence[Statement], console: Console) -> list[float]:
    """The slope and what is added, that make the logit of support the log odds of it."""
    logits = np.array([[shipped.logit(one.claim, one.title, one.text)] for one in unseen])
    truths = [one.supported for one in unseen]
    fitted = LogisticRegression().fit(logits, truths)
    said = list(zip(fitted.predict_proba(logits)[:, 1].tolist(), truths, strict=True))
    auroc, error = roc_auc_score(truths, logits[:, 0]), calibration_error(said)
    console.print(f"AUROC {auroc:.3f}, calibration error {error:.3f} of {len(said)} that were fitted to")
    return [float(fitted.coef_[0, 0]), float(fitted.intercept_[0])]


if __name__ == "__main__":
    typer.run(main)
