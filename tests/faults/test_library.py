"""A library that is killed and damaged, in short; `python -m tests.faults.library` does it hundreds of times."""

import random
from pathlib import Path

import pytest

from index.embedder import Embedder
from tests.faults.bridges import BRIDGES, Known, begin, wrong
from tests.faults.library import backed_up, killed


@pytest.fixture(scope="module")
def known(embedder: Embedder) -> Known:
    return Known.of(embedder)


def test_what_a_killed_writer_leaves_is_whole(known: Known, tmp_path: Path) -> None:
    figures = killed(known, tmp_path, 4, random.Random(0))
    assert (figures.tried, figures.wrong) == (4, [])


def test_copies_that_are_made_beside_a_writer_are_whole(known: Known, tmp_path: Path) -> None:
    figures = backed_up(known, tmp_path, 3)
    assert (figures.tried, figures.wrong) == (3, [])


def test_a_lost_article_and_a_lost_passage_would_be_noticed(known: Known, tmp_path: Path) -> None:
    begin(known, tmp_path)
    catalog = known.catalog(tmp_path)
    assert wrong(catalog) == []
    snapshot = catalog.snapshot()
    vectors = {key: -vector for key, vector in zip(snapshot.passages, snapshot.passage_vectors, strict=True)}
    catalog.index.rebuild(vectors, {key: one.kept.id for key, one in snapshot.passages.items()})
    assert len(wrong(catalog)) == 1
    catalog.remove(next(entry.id for entry in catalog.entries() if entry.hash == BRIDGES[0].hash))
    assert "an article is lost or mixed" in wrong(catalog)
    catalog.close()
