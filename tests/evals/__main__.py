"""Print the tables and draw the reliability plot: `python -m tests.evals [--questions 900]`."""

import tempfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import matplotlib.pyplot as plt
import typer
from rich.console import Console
from rich.table import Table

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from index.reader import PlainReader, Reader
from index.snapshot import Snapshot
from index.trained import PLAIN, TRAINED, Network, TrainedReader, network
from index.training.calibrate import bins
from index.training.questions import Context, contexts
from index.verifier import ANSWERS, verifier
from tests.evals import answers, search

PLOT = Path(__file__).with_name("reliability.png")


def main(questions: Annotated[int, typer.Option(help="with an answer, at most; 900 takes half an hour")] = 900) -> None:
    console = Console(width=200)
    embedder = Embedder()
    trained = network(TRAINED)
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(Path(folder), lambda: embedder, BUNDLED)
        rows = {name: answers.figures(Assistant(catalog, Settings(reader=name))) for name in (PLAIN, TRAINED)}
        console.print(_table("Hand-made questions on the article of the project", rows))
        catalog.close()
    assert trained is not None
    console.print(_table("Invented articles", _compared(contexts(search.INVENTED), embedder, trained, questions)))
    if not search.DATA.exists():
        console.print(f"No other search figures: {search.DATA} is not there.")
        return
    read = contexts(search.DATA)
    table = _compared(read, embedder, trained, questions)
    console.print(_table(f"{len(read)} contexts as one library", table))
    _plot(table)


def _compared(
    read: Sequence[Context], embedder: Embedder, trained: Network, questions: int
) -> dict[str, search.Figures]:
    """The plain recipe, search and the readers on `read` as one library."""
    looked = verifier(TRAINED, ANSWERS)

    def reads(snapshot: Snapshot) -> Reader:
        return TrainedReader(snapshot, embedder, trained, search.FLOOR, looked and looked.logit)

    with tempfile.TemporaryDirectory() as folder, Console(stderr=True).status("Reading and searching…"):
        ours = search.Ours(read, embedder, Path(folder), questions)
        return {
            "plain recipe (chunks of 1,000)": search.plain_recipe(read, embedder, questions),
            "search alone": ours.search_alone(),
            "plain reader": ours.with_reader(lambda snapshot: PlainReader(snapshot, embedder)),
            "trained reader": ours.with_reader(reads),
        }


def _table(title: str, rows: dict[str, Any]) -> Table:
    shown = [f.name for f in fields(next(iter(rows.values()))) if not f.metadata.get("hidden")]
    table = Table("", *(name.replace("_", " ") for name in shown), title=title)
    for name, figures in rows.items():
        values = [getattr(figures, column) for column in shown]
        table.add_row(name, *("–" if value != value else f"{value:.3f}" for value in values))
    return table


def _plot(table: dict[str, search.Figures]) -> None:
    """How often a question has an answer, by the answerability that the reader gave it."""
    plot, axes = plt.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="what it should be")
    for name in ("plain reader", "trained reader"):
        points = bins(table[name].chances)
        axes.plot([said for said, _, _ in points], [true for _, true, _ in points], marker="o", label=name)
    axes.set(xlabel="answerability", ylabel="share of questions with an answer", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    plot.savefig(PLOT, dpi=110)


if __name__ == "__main__":
    typer.run(main)
