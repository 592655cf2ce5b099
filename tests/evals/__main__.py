"""Print the tables: `python -m tests.evals`."""

import tempfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from index.training.questions import contexts
from tests.evals import answers, search


def main() -> None:
    console = Console()
    embedder = Embedder()
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(Path(folder), lambda: embedder, BUNDLED)
        console.print(
            _table(
                "Hand-made questions on the article of the project",
                {"": answers.figures(Assistant(catalog, Settings()))},
            )
        )
        catalog.close()
    if not search.DATA.exists():
        console.print(f"No search figures: {search.DATA} is not there.")
        return
    read = contexts(search.DATA)
    with tempfile.TemporaryDirectory() as folder, console.status("Reading and searching…"):
        rows = {
            "plain recipe (chunks of 1,000)": search.plain_recipe(read, embedder),
            "Article Assistant": search.ours(read, embedder, Path(folder)),
        }
    console.print(_table(f"{len(read)} contexts as one library, {search.QUESTIONS} questions", rows))


def _table(title: str, rows: dict[str, Any]) -> Table:
    table = Table("", *(field.name.replace("_", " ") for field in fields(next(iter(rows.values())))), title=title)
    for name, figures in rows.items():
        table.add_row(name, *("–" if value != value else f"{value:.3f}" for value in asdict(figures).values()))
    return table


if __name__ == "__main__":
    main()
