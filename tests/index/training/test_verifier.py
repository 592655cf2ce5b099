"""Statements, and a verifier that learns from them."""

import json
from itertools import islice
from pathlib import Path

import pytest
from rich.console import Console

from index.errors import BadStore
from index.training.export import export
from index.training.network import Network
from index.training.statements import STEP, Statement, drawn, statements
from index.training.verifier import CLAIMS, UNSEEN, Training
from index.verifier import Verifier
from tests.index.training.test_train import TEXT


def test_false_statements_that_share_little_and_true_ones_that_share_all_are_drawn_beside_those_given(
    tmp_path: Path,
) -> None:
    rows = [
        {"title": "Mill", "text": text, "claim": claim, "supported": supported}
        for text, claim, supported in [
            ("The mill was built by Clara Voss, and it cost a fortune.", "Clara Voss built the mill.", True),
            ("A museum stands there now.", "A museum was there once.", False),
        ]
    ]
    (tmp_path / "claims.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    given = statements(tmp_path / "claims.jsonl")
    assert [one.supported for one in given] == [True, False]
    made = [one for step in islice(drawn(given * STEP, 1), 20) for one in step]
    assert made[: 2 * STEP] == [one for step in islice(drawn(given * STEP, 1), 3) for one in step][: 2 * STEP]
    more = {one for one in made if one not in given}
    assert Statement("Clara Voss built the mill.", "Mill", given[1].text, supported=False) in more
    assert {one.claim for one in more if one.supported} == {
        given[0].text, "The mill was built by Clara Voss", given[1].text
    }  # fmt: skip


def test_the_claims_that_come_along_are_of_both_kinds_and_each_stands_once() -> None:
    for path, count in ((CLAIMS, 5_000), (UNSEEN, 500)):
        read = statements(path)
        assert len({(one.claim, one.text) for one in read}) == len(read) > count
        assert 0.45 < sum(one.supported for one in read) / len(read) < 0.55


def test_a_verifier_is_trained_on_from_a_reader_goes_on_where_it_stopped_and_knows_what_it_saw(tmp_path: Path) -> None:
    given = [
        Statement("Clara Voss built the mill.", "Mill", TEXT, supported=True),
        Statement("Clara Voss sold the mill.", "Mill", TEXT, supported=False),
    ] * STEP
    start = Network().state_dict()
    Training(given, tmp_path / "checkpoint.pt", start, 3).run(Console(quiet=True))
    again = Training(given, tmp_path / "checkpoint.pt", start, 4)
    assert again.done == 6
    again.run(Console(quiet=True))
    export(again.network.eval(), tmp_path / "verifier.onnx")
    made = Verifier(tmp_path / "verifier.onnx")
    chances = [made(one.claim, one.title, one.text) for one in given[:2]]
    assert chances[0] > chances[1]
    with pytest.raises(BadStore, match="not the file it should be"):
        Verifier(tmp_path / "verifier.onnx", "0" * 64)
