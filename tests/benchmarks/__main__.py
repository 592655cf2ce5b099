"""Print how fast and how large it is: `python -m tests.benchmarks`."""

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from index.trained import TRAINED, network
from index.vectors import VectorIndex

QUESTIONS = [
    "Why is the corridor important?", "Who insulted the president?", "What will happen in 2025?",
    "Which villages are threatened?", "How long is the mandate?", "Where did the talks take place?",
]  # fmt: skip
ROUNDS = 20
PASSAGES = 5


def main() -> None:
    console = Console()
    began = time.perf_counter()
    embedder = Embedder()
    loading = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(Path(folder), lambda: embedder, BUNDLED)
        assistant = Assistant(catalog, Settings())
        assistant.ready()
        rounds = [_timed(lambda n=n: assistant.ask(f"{QUESTIONS[n % 6]} {n}")) for n in range(6 * ROUNDS)]
        reading = _reading(assistant)
        catalog.close()
    table = Table("what", "figure", title="A library of one article")
    table.add_row("loading the embedding model, s", f"{loading:.1f}")
    table.add_row("a question, median, ms", f"{statistics.median(rounds):.0f}")
    table.add_row("a question, slowest of twenty, ms", f"{statistics.quantiles(rounds, n=20)[-1]:.0f}")
    table.add_row(f"reading {PASSAGES} passages, median, ms", f"{reading:.0f}")
    table.add_row("memory at most, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
    console.print(table)
    console.print(_recall())


def _reading(assistant: Assistant) -> float:
    """Milliseconds that the network takes for PASSAGES passages, the median."""
    trained = network(TRAINED)
    assert trained is not None
    some = [one.passage for one in assistant.catalog.snapshot().passages.values()][:PASSAGES]
    pairs = [trained.pairs.pair(QUESTIONS[0], passage.context, passage.text) for passage in some]
    return statistics.median(_timed(lambda: list(trained.run(pairs))) for _ in range(ROUNDS))


def _recall() -> Table:
    columns = ("vectors", "recall@10", "recall@100", "first search, ms", "a search, ms")
    table = Table(*columns, title="Chroma beside exact search")
    for size in (1_000, 8_000):
        with tempfile.TemporaryDirectory() as folder:
            table.add_row(f"{size:,}", *_recall_of(size, VectorIndex(Path(folder))))
    return table


def _recall_of(size: int, index: VectorIndex) -> list[str]:
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(size, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = [str(number) for number in range(size)]
    index.rebuild(dict(zip(keys, vectors, strict=True)), dict.fromkeys(keys, "one"))
    first = _timed(lambda: index.nearest(vectors[0], 10))
    questions = vectors[:100] + 0.03 * chance.normal(size=(100, 384)).astype(np.float32)
    times = [_timed(lambda question=question: index.nearest(question, 100)) for question in questions]
    found = [index.nearest(question, 100) for question in questions]
    index.close()
    exact = [np.argsort(-(vectors @ question))[:100].astype(str).tolist() for question in questions]
    shares = [np.mean([len({*a[:k]} & {*b[:k]}) / k for a, b in zip(found, exact, strict=True)]) for k in (10, 100)]
    return [f"{shares[0]:.3f}", f"{shares[1]:.3f}", f"{first:.0f}", f"{statistics.median(times):.1f}"]


def _timed(act: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
