"""Many streams at once, in short; `python -m tests.faults.streams` does it with 50 clients and 20 turns."""

from pathlib import Path

from index.embedder import Embedder
from tests.faults.streams import SAID, measured, wrong


def test_no_claim_is_lost_doubled_or_out_of_order(embedder: Embedder, tmp_path: Path) -> None:
    figures = measured(embedder, tmp_path, clients=8, turns=3)
    assert (figures.turns, figures.wrong) == (24, [])


def test_a_lost_a_doubled_and_a_swapped_claim_would_be_noticed() -> None:
    done = ("done", {"turn": 1, "answered_by": "model: x", "claims": [{"text": text} for text in SAID]})
    told = [("claim", {"text": text}) for text in SAID]
    assert wrong([*told, done], 1) == []
    assert wrong([*told[1:], done], 1)
    assert wrong([*told, told[-1], done], 1)
    assert wrong([told[1], told[0], *told[2:], done], 1)
    assert wrong(told, 1)
