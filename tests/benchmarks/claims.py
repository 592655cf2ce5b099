"""Print what checking adds to each claim of a model: `python -m tests.benchmarks.claims`."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from assistant.claims import Checker
from assistant.drafts import drafts
from assistant.settings import Settings
from assistant.support import Supporter
from assistant.write import shown
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from index.reader import PlainReader
from index.trained import TRAINED
from index.verifier import verifier


def main() -> None:
    """The model is every sentence of the shipped article, cited rightly: each claim goes through all the checks."""
    embedder = Embedder()
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(Path(folder), lambda: embedder, BUNDLED)
        snapshot = catalog.snapshot()
        reading = PlainReader(snapshot, embedder).read("What does Russia want?", tuple(snapshot.passages.values()))
        sentences = shown(reading, snapshot)
        times: list[float] = []
        passed = 0
        checker = Checker(sentences, Supporter(embedder, verifier(TRAINED)), Settings().support_floor)
        for one in sentences:
            text = f"{one.text.rstrip('.')}, as is said [{one.n}]. "
            began = time.perf_counter()
            passed += sum(checker.check(draft).state == "supported" for draft in drafts([text]))
            times.append((time.perf_counter() - began) * 1000)
        catalog.close()
    slowest = statistics.quantiles(times, n=20)[-1]
    sys.stdout.write(
        f"checking a claim, ms: median {statistics.median(times):.1f}, slowest of twenty {slowest:.1f}, "
        f"of {len(times)} claims, {passed} supported\n"
    )


if __name__ == "__main__":
    main()
