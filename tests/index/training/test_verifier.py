"""Statements, and a verifier that learns from them."""

import json
from itertools import islice
from pathlib import Path

import pytest
import torch
from rich.console import Console

from index.embedder import bundled_folder
from index.errors import BadStore
from index.pairs import Pairs
from index.trained import FILE
from index.training.answered import Answered, examples
from index.training.examples import Examples
from index.training.export import export, restored
from index.training.network import Network
from index.training.network import Verifier as Made
from index.training.statements import STEP, Statement, drawn, statements
from index.training.verifier import CLAIMS, UNSEEN, Training, mixed
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


def questions(tmp_path: Path) -> Examples:
    asked = [
        {"id": "1", "question": "Who built the mill?", "answers": [[22, 32]]},
        {"id": "2", "question": "Who sold the mill?", "answers": []},
    ]
    row = {"dataset": "written", "title": "Mill", "context": TEXT, "questions": asked}
    (tmp_path / "questions.jsonl").write_text("\n".join([json.dumps(row)] * STEP), encoding="utf-8")
    return examples(tmp_path / "questions.jsonl")


def test_a_question_is_stated_with_its_answer_or_with_what_the_reader_says_where_there_is_none(tmp_path: Path) -> None:
    reader = Network().eval()
    reader.load_state_dict(restored(FILE))
    answered = Answered(questions(tmp_path), reader, Pairs(bundled_folder()))
    every = list(islice(answered.drawn(0), 3))
    assert next(answered.drawn(0, 2)) == every[2]
    made = [one for step in every for one in step]
    assert {one.supported for one in made if one.claim == "Who built the mill? Clara Voss"} == {True}
    false = [one for one in made if one.claim.startswith("Who sold the mill?")]
    assert false
    assert not any(one.supported for one in false)
    assert {one.claim.removeprefix("Who sold the mill? ") in one.text for one in false} == {True}


def test_a_verifier_is_trained_on_from_a_reader_goes_on_where_it_stopped_and_knows_what_it_saw(tmp_path: Path) -> None:
    given = [
        Statement("Clara Voss built the mill.", "Mill", TEXT, supported=True),
        Statement("Clara Voss sold the mill.", "Mill", TEXT, supported=False),
    ] * STEP
    start = restored(FILE)
    Training(given, None, tmp_path / "claims.pt", start, 2).run(Console(quiet=True))
    assert Training(given, None, tmp_path / "claims.pt", start, 2).done == 2
    Training(given, questions(tmp_path), tmp_path / "checkpoint.pt", start, 6).run(Console(quiet=True))
    again = Training(given, questions(tmp_path), tmp_path / "checkpoint.pt", start, 12)
    assert again.done == 6
    again.run(Console(quiet=True))
    export(again.network.eval(), tmp_path / "verifier.onnx")
    made = Verifier(tmp_path / "verifier.onnx")
    chances = [made(one.claim, one.title, one.text) for one in given[:2]]
    assert chances[0] > chances[1]
    with pytest.raises(BadStore, match="not the file it should be"):
        Verifier(tmp_path / "verifier.onnx", "0" * 64)
    further = Training(given, None, tmp_path / "further.pt", restored(tmp_path / "verifier.onnx"), 2)
    doubt, learned = further.network.doubt[0].weight, again.network.doubt[0].weight
    assert torch.allclose(doubt, learned, atol=0.01)


def test_a_part_of_the_weights_stays_as_they_were() -> None:
    network = Made(0.0)
    own = {name: weight.clone() for name, weight in network.state_dict().items()}
    new = next(name for name in own if name.startswith("doubt"))  # a reader has none
    made = mixed(network, {name: weight + 2 for name, weight in own.items() if name != new}, 0.25).state_dict()
    assert all(torch.allclose(made[name], own[name] + (0 if name == new else 0.5), atol=1e-5) for name in own)
