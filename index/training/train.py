"""Train the reader: `python -m index.training.train TRAIN.jsonl WORK [--epochs 3] [--minutes 90]`.

TRAIN.jsonl is what index/training/questions.py reads, WORK a folder for checkpoints. Stopped by anything, the same
command goes on from the last one. The learning rate falls to nothing as the epochs or the minutes run out, whichever is
first. A GPU is used where there is one. With --start READER.onnx it begins with the weights of that reader. Several
runs with other seeds can be the teachers of one more (--teacher WORK, once for each): it begins with the mean of their
weights and learns what they say in the mean, as well as what the data says; of questions without an answer, and of
articles that were written for the reader, only what the data says.
"""

import os
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor
from torch.utils.data import DataLoader

from index.embedder import bundled_folder
from index.pairs import Pairs
from index.training.examples import Example, Examples, neighbours
from index.training.export import restored
from index.training.network import Batch, Network, batch, loss
from index.training.questions import contexts

GROUPS, STUDENT_GROUPS = 32, 64  # in a step, of one to three pairs
SORTED = 40  # steps whose groups are sorted by length together, so that little is padded
RATE, WARM_UP, DECAY = 1e-4, 0.05, 0.01  # AdamW: highest learning rate, when it is reached, weight decay
DROPOUT = 0.1  # not for a student, whom its teachers keep from learning by heart
TAUGHT = 0.5  # of the loss is what the teachers say, where they are heard
SAVE_EVERY_S = 240.0

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass
class Progressed:
    """How far a training is; kept in its checkpoint."""

    epoch: int = 0
    step: int = 0
    seconds: float = 0.0


@app.command()
def main(  # noqa: PLR0913 (a command's options)
    data: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    work: Path,
    more: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="a file of more questions or contexts")
    ] = None,
    share: Annotated[
        float, typer.Option(min=0, max=1, help="of the answered questions, those of --more aside, seen an epoch")
    ] = 1.0,
    epochs: Annotated[int, typer.Option(help="times that the data is seen")] = 3,
    minutes: Annotated[float, typer.Option(help="time after which training ends")] = 100_000.0,
    start: Annotated[
        Path | None, typer.Option(exists=True, help="a reader to begin with, else the bundled encoder")
    ] = None,
    teacher: Annotated[
        list[Path] | None, typer.Option(exists=True, help="the WORK of a run whose answers are learned")
    ] = None,
    seed: Annotated[int, typer.Option(help="another one draws other windows and another order")] = 0,
    rate: Annotated[float, typer.Option(help="the highest learning rate")] = RATE,
) -> None:
    work.mkdir(parents=True, exist_ok=True)
    console = Console()
    with console.status("Reading and searching for wrong passages…"):
        read = contexts(data, *(more or ()))
        examples = Examples(read, neighbours(read, work / "neighbours.npy"), share)
    Training(examples, work, Plan(epochs, minutes * 60, seed, rate), start, teacher or []).run(console)


@dataclass(frozen=True)
class Plan:
    """How long a training lasts, whichever ends first, what chance draws, and the highest learning rate."""

    epochs: int
    seconds: float
    seed: int = 0
    rate: float = RATE


class Training:
    """One run: its network, its optimiser and how far it is."""

    def __init__(
        self, examples: Examples, work: Path, plan: Plan, start: Path | None = None, teachers: Sequence[Path] = ()
    ) -> None:
        torch.manual_seed(0)  # the same first weights for every seed: means of runs are of use
        self.examples, self.checkpoint = examples, work / "checkpoint.pt"
        self.plan = plan
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = Network(DROPOUT if not teachers else 0.0).to(self.device).train()
        torch.manual_seed(plan.seed)
        self.teachers = [self._taught(folder) for folder in teachers]
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=plan.rate, weight_decay=DECAY, fused=True)
        self.pairs = Pairs(bundled_folder())
        self.at = Progressed()
        if self.checkpoint.exists():
            self._resume()
        elif start:
            self.network.load_state_dict(restored(start))
        elif teachers:
            self.network.load_state_dict(mean([teacher.state_dict() for teacher in self.teachers]))

    def _taught(self, folder: Path) -> Network:
        teacher = Network().to(self.device).eval()
        state = torch.load(folder / "checkpoint.pt", map_location=self.device, weights_only=True)
        teacher.load_state_dict(state["network"])
        return teacher

    def run(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        began = saved = time.monotonic() - self.at.seconds
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("training", total=1.0)
            level = 0.0
            while self.at.epoch < self.plan.epochs and self.at.seconds < self.plan.seconds:
                steps = self._steps(self.at.epoch)
                for number, asked in enumerate(self._batches(steps[self.at.step :]), self.at.step):
                    done = self._done(len(steps))
                    lost = self._step(asked, done)
                    level = lost if not level else 0.98 * level + 0.02 * lost
                    self.at.step, self.at.seconds = number + 1, time.monotonic() - began
                    bar.update(task, completed=done, description=f"epoch {self.at.epoch + 1}, loss {level:.3f}")
                    if number % 100 == 0:
                        console.print(
                            f"epoch {self.at.epoch + 1} step {number}/{len(steps)} loss {level:.3f} {done:.3f}"
                        )
                    if time.monotonic() - saved > SAVE_EVERY_S:
                        self._save()
                        saved = time.monotonic()
                    if self.at.seconds >= self.plan.seconds:
                        break
                else:
                    self.at.epoch, self.at.step = self.at.epoch + 1, 0
        self._save()

    def _batches(self, steps: list[list[Example]]) -> DataLoader[Batch]:
        """The steps as tensors; a GPU would wait for one process that makes them."""
        workers = min(4, os.cpu_count() or 1) if self.device.type == "cuda" else 0
        return DataLoader(steps, batch_size=None, collate_fn=partial(batch, pairs=self.pairs), num_workers=workers)  # type: ignore[arg-type]

    def _steps(self, epoch: int) -> list[list[Example]]:
        """The epoch's groups in batches, those of like length together."""
        chance = random.Random(epoch)
        steps: list[list[Example]] = []
        drawn = self.examples.epoch(1000 * self.plan.seed + epoch)
        size = STUDENT_GROUPS if self.teachers else GROUPS
        for first in range(0, len(drawn), size * SORTED):
            alike = sorted(drawn[first : first + size * SORTED], key=lambda group: max(len(one.text) for one in group))
            cuts = [alike[place : place + size] for place in range(0, len(alike), size)]
            chance.shuffle(cuts)
            steps += [[one for group in groups for one in group] for groups in cuts]
        return steps

    def _done(self, steps: int) -> float:
        """How much of the training is done, 0 to 1, by epochs or by time, whichever is more."""
        return min(
            1.0, max((self.at.epoch + self.at.step / steps) / self.plan.epochs, self.at.seconds / self.plan.seconds)
        )

    def _step(self, asked: Batch, done: float) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate * (done / WARM_UP if done < WARM_UP else (1 - done) / (1 - WARM_UP))
        asked = asked.to(self.device)
        tokens, whole = self._logits(self.network, asked)
        lost = loss(tokens, whole, asked, self._said(asked), TAUGHT)
        lost.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return float(lost.detach())

    def _said(self, asked: Batch) -> tuple[Tensor, Tensor] | None:
        """What the teachers say in the mean, None without any."""
        if not self.teachers:
            return None
        with torch.no_grad():
            tokens, wholes = zip(*(self._logits(teacher, asked) for teacher in self.teachers), strict=True)
        return torch.stack(tokens).mean(0), torch.stack(wholes).mean(0)

    def _logits(self, network: Network, asked: Batch) -> tuple[Tensor, Tensor]:
        with torch.autocast(self.device.type, torch.bfloat16):
            tokens, whole = network(asked.ids, asked.types, asked.mask)
        return tokens.float(), whole.float()

    def _save(self) -> None:
        state: dict[str, Any] = {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict()}
        new = self.checkpoint.with_suffix(".new")
        torch.save(state | {"at": asdict(self.at)}, new)
        os.replace(new, self.checkpoint)

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.at = Progressed(**state["at"])


def mean(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of networks' weights."""
    return {
        name: torch.stack([state[name].float() for state in states]).mean(0).to(value.dtype)
        for name, value in states[0].items()
    }


if __name__ == "__main__":
    app()
