"""The figures that must not sink; `python -m tests.evals` prints them all."""

from pathlib import Path

import pytest

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from index.embedder import Embedder
from index.trained import TRAINED, TrainedReader, network
from index.training.calibrate import calibration_error
from index.training.questions import contexts
from index.verifier import ANSWERS, verifier
from tests.evals import answers, search
from tests.evals.measures import auroc


def test_auroc_is_the_chance_that_a_positive_scores_higher() -> None:
    assert auroc([3, 4], [1, 2]) == 1
    assert auroc([1, 2], [3, 4]) == 0
    assert auroc([1, 1], [1, 1]) == 0.5
    assert auroc([1, 3], [2]) == 0.5
    assert auroc([2, 3], [2, 1]) == 0.875


def test_the_calibration_error_is_the_distance_of_chance_and_truth() -> None:
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0
    assert calibration_error([(1.0, False), (1.0, False), (0.0, False), (0.0, False)]) == 0.5


def test_hand_made_questions_are_answered_and_every_citation_is_exact(catalog: Catalog) -> None:
    figures = answers.figures(Assistant(catalog, Settings()))
    assert figures.exact == 1
    assert figures.some >= 0.65
    assert figures.refused <= 0.25
    assert figures.wrong <= 0.25
    assert figures.auroc >= 0.85


@pytest.mark.skipif(not search.DATA.exists(), reason=f"{search.DATA} is not there")
def test_search_and_reader_keep_their_figures(tmp_path: Path, embedder: Embedder) -> None:
    trained, looked = network(TRAINED), verifier(TRAINED, ANSWERS)
    assert trained is not None
    assert looked is not None
    eighth = tmp_path / "eighth.jsonl"  # the whole takes minutes
    eighth.write_text("".join(search.DATA.read_text(encoding="utf-8").splitlines(True)[::8]), encoding="utf-8")
    ours = search.Ours(contexts(eighth), embedder, tmp_path, 20)
    figures = ours.with_reader(lambda snapshot: TrainedReader(snapshot, embedder, trained, 0.5, looked.logit))
    assert ours.search_alone().context_5 >= 0.8
    assert figures.sentence_1 >= 0.6
    assert figures.foreign >= 0.9
