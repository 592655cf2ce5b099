"""What the tests share: the bundled model, loaded once, and a catalog in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder

# A loaded machine makes no test wrong: how long things take is measured in tests/benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()


@pytest.fixture
def catalog(tmp_path: Path, embedder: Embedder) -> Iterator[Catalog]:
    made = Catalog(tmp_path, lambda: embedder, BUNDLED)
    yield made
    made.close()
