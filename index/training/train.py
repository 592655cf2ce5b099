"""Train the reader: `python -m index.training.train TRAIN.jsonl WORK [--epochs 3] [--minutes 90]`.

TRAIN.jsonl is what index/training/questions.py reads, WORK a folder for checkpoints. Stopped by anything, the same
command goes on from the last one. The learning rate falls to nothing as the epochs or the minutes run out, whichever is
first. A GPU is used where there is one. With --start READER.onnx it begins with the weights of that reader.
"""

import os
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from index.embedder import bundled_folder
from index.pairs import Pairs
from index.training.examples import Example, Examples, neighbours
from index.training.export import restored
from index.training.network import Network, batch, loss
from index.training.questions import contexts

GROUPS = 24  # in a step, of one or two pairs
SORTED = 40  # steps whose groups are sorted by length together, so that little is padded
RATE, WARM_UP = 1.2e-4, 0.05  # AdamW's highest learning rate, reached in the first part
SAVE_EVERY_S = 240.0

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass
class Progressed:
    """How far a training is; kept in its checkpoint."""

    epoch: int = 0
    step: int = 0
    seconds: float = 0.0


@app.command()
def main(
    data: Path,
    work: Path,
    epochs: Annotated[int, typer.Option(help="times that the data is seen")] = 3,
    minutes: Annotated[float, typer.Option(help="time after which training ends")] = 100_000.0,
    start: Annotated[Path | None, typer.Option(help="a reader to begin with, else the bundled encoder")] = None,
) -> None:
    work.mkdir(parents=True, exist_ok=True)
    console = Console()
    with console.status("Reading and searching for wrong passages…"):
        read = contexts(data)
        examples = Examples(read, neighbours(read, work / "neighbours.npy"))
    Training(examples, work, epochs, minutes * 60, start).run(console)


class Training:
    """One run: its network, its optimiser and how far it is."""

    def __init__(self, examples: Examples, work: Path, epochs: int, seconds: float, start: Path | None = None) -> None:
        torch.manual_seed(0)
        self.examples, self.checkpoint = examples, work / "checkpoint.pt"
        self.epochs, self.seconds = epochs, seconds
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = Network().to(self.device)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=RATE, weight_decay=0.01, fused=True)
        self.pairs = Pairs(bundled_folder())
        self.at = Progressed()
        if self.checkpoint.exists():
            self._resume()
        elif start:
            self.network.load_state_dict(restored(start))

    def run(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        began = saved = time.monotonic() - self.at.seconds
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("training", total=1.0)
            mean = 0.0
            while self.at.epoch < self.epochs and self.at.seconds < self.seconds:
                steps = self._steps(self.at.epoch)
                for number in range(self.at.step, len(steps)):
                    done = self._done(len(steps))
                    lost = self._step(steps[number], done)
                    mean = lost if not mean else 0.98 * mean + 0.02 * lost
                    self.at.step, self.at.seconds = number + 1, time.monotonic() - began
                    bar.update(task, completed=done, description=f"epoch {self.at.epoch + 1}, loss {mean:.3f}")
                    if number % 100 == 0:
                        console.print(
                            f"epoch {self.at.epoch + 1} step {number}/{len(steps)} loss {mean:.3f} {done:.3f}"
                        )
                    if time.monotonic() - saved > SAVE_EVERY_S:
                        self._save()
                        saved = time.monotonic()
                    if self.at.seconds >= self.seconds:
                        break
                else:
                    self.at.epoch, self.at.step = self.at.epoch + 1, 0
        self._save()

    def _steps(self, epoch: int) -> list[list[Example]]:
        """The epoch's groups in batches, those of like length together."""
        chance = random.Random(epoch)
        steps: list[list[Example]] = []
        drawn = self.examples.epoch(epoch)
        for first in range(0, len(drawn), GROUPS * SORTED):
            alike = sorted(
                drawn[first : first + GROUPS * SORTED], key=lambda group: max(len(one.text) for one in group)
            )
            cuts = [alike[place : place + GROUPS] for place in range(0, len(alike), GROUPS)]
            chance.shuffle(cuts)
            steps += [[one for group in groups for one in group] for groups in cuts]
        return steps

    def _done(self, steps: int) -> float:
        """How much of the training is done, 0 to 1, by epochs or by time, whichever is more."""
        return min(1.0, max((self.at.epoch + self.at.step / steps) / self.epochs, self.at.seconds / self.seconds))

    def _step(self, examples: list[Example], done: float) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = RATE * (done / WARM_UP if done < WARM_UP else (1 - done) / (1 - WARM_UP))
        asked = batch(examples, self.pairs).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            tokens, whole = self.network(asked.ids, asked.types, asked.mask)
        lost = loss(tokens.float(), whole.float(), asked)
        lost.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return float(lost.detach())

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


if __name__ == "__main__":
    app()
