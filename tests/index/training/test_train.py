"""The whole recipe at the size of a thimble: train, stop, go on, export, read."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from index.article import Article, Piece
from index.embedder import bundled_folder
from index.pairs import Pairs
from index.trained import Network as Shipped
from index.training import questions
from index.training.examples import NEIGHBOURS, OWN, Example, Examples, neighbours
from index.training.export import export, main, restored
from index.training.network import Network, batch, loss
from index.training.questions import Asked, Context, contexts
from index.training.train import Plan, Training
from tests.evals import talks
from tests.evals.search import INVENTED

WRITTEN, ARTICLES, CALIBRATION, CONVERSATIONS = (
    Path(questions.__file__).with_name(f"{name}.jsonl")
    for name in ("written", "articles", "calibration", "conversations")
)
TEXT = "The mill was built by Clara Voss in 1903. It burned down in 1954. A museum stands there now."


@pytest.fixture
def read(tmp_path: Path) -> list[Context]:
    rows = [
        {
            "dataset": "squad", "title": f"Mill_{n}", "context": TEXT.replace("1903", str(1903 + n)),
            "questions": [
                {"id": "1", "question": "Who built the mill?", "answers": [[22, 32]]},
                {"id": "2", "question": "When was the mill built?", "answers": [[36, 40]]},
                {"id": "3", "question": "When was the mill sold?", "answers": []},
            ],
        }
        for n in range(10)
    ]  # fmt: skip
    (tmp_path / "data.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return contexts(tmp_path / "data.jsonl")


@pytest.fixture
def examples(read: list[Context]) -> Examples:
    questions = sum(len(context.questions) for context in read)
    return Examples(read, np.tile(np.arange(NEIGHBOURS, dtype=np.int32), (questions, 1)))


def test_answers_stand_in_their_windows_and_an_epoch_can_be_drawn_again(examples: Examples) -> None:
    every = [one for group in examples.epoch(0) for one in group]
    assert every == [one for group in examples.epoch(0) for one in group]
    assert {one.text[a.start : a.end] for one in every for a in one.answers} <= {"Clara Voss"} | {
        str(1903 + n) for n in range(10)
    }
    assert any(one.answers for one in every)
    assert any(not one.answers for one in every)
    assert all(one.text[s.start : s.end].strip() for one in every for s in one.sentences)


def test_questions_of_a_second_file_join_those_of_their_context_or_bring_theirs_and_are_always_seen(
    tmp_path: Path,
) -> None:
    row = {"dataset": "squad", "title": "Mill", "context": f" {TEXT}", "questions": []}
    (tmp_path / "data.jsonl").write_text(json.dumps(row), encoding="utf-8")
    added = [
        {"question": "Who founded the museum?", "answers": []},
        {"question": "When did it burn?", "answers": [[61, 65]]},
    ]
    more = [
        {"context": hashlib.sha256(f" {TEXT}".encode()).hexdigest(), "questions": added},
        {"context": "of no other", "questions": added},
        row | {"title": "Another_Mill", "context": TEXT, "questions": added},
    ]
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, more)), encoding="utf-8")
    context, other = contexts(tmp_path / "data.jsonl", tmp_path / "more.jsonl")
    assert (other.article.title, [one.context for one in other.questions]) == ("Another Mill", [1, 1])
    assert all(one.more for one in context.questions + other.questions)
    assert [one.question for one in context.questions] == ["Who founded the museum?", "When did it burn?"]
    assert [context.article[answer] for answer in context.questions[1].answers] == ["1954"]
    few = Examples([context], np.full((2, NEIGHBOURS), -1, np.int32), share=0.0)
    assert {bool(one.answers) for group in few.epoch(0) for one in group} == {True, False}


def test_the_questions_that_come_along_are_of_both_kinds_and_each_is_asked_once_of_its_context() -> None:
    rows = [json.loads(line) for line in WRITTEN.read_text(encoding="utf-8").splitlines()]
    assert len({row["context"] for row in rows}) == len(rows)
    for row in rows:
        assert len(row["context"]) == 64
        asked = [one["question"].lower() for one in row["questions"]]
        assert len(set(asked)) == len(asked)
        assert all(0 <= start < end for one in row["questions"] for start, end in one["answers"])
    answered = [bool(one["answers"]) for row in rows for one in row["questions"]]
    assert (len(answered), sum(answered)) == (31_220, 10_388)


def test_wrong_passages_of_other_questions_are_searched_anew(read: list[Context], tmp_path: Path) -> None:
    cache = tmp_path / "neighbours.npy"
    np.save(cache, np.zeros((1, NEIGHBOURS), np.int32))
    questions = sum(len(context.questions) for context in read)
    found = neighbours(read, cache)
    assert len(found) == len(np.load(cache)) == questions
    known = np.full((questions, NEIGHBOURS), 7, np.int32)
    np.save(cache, known)
    assert np.array_equal(neighbours(read, cache), known)


def test_a_small_share_leaves_answered_questions_out(read: list[Context]) -> None:
    questions = sum(len(context.questions) for context in read)
    few = Examples(read, np.full((questions, NEIGHBOURS), -1, np.int32), share=0.0)
    assert {one.question.rstrip("?") for group in few.epoch(0) for one in group} == {"When was the mill sold"}


def test_a_question_without_an_answer_is_seen_with_the_sentence_that_shares_most_words() -> None:
    article = Article.of([Piece("paragraph", TEXT)], title="Mill", language="en")
    asked = Asked("Which museum burned down?", 0, ())
    examples = Examples([Context("squad", article, (asked,))], np.full((1, NEIGHBOURS), -1, np.int32))
    seen = [one.text for seed in range(40) for group in examples.epoch(seed) for one in group]
    assert all("It burned down" in text for text in seen)
    assert TEXT in seen
    assert len(set(seen)) > 1


def test_the_loss_falls_with_better_logits(examples: Examples) -> None:
    some = [one for group in examples.epoch(0) for one in group][:6]
    asked = batch(some, Pairs(bundled_folder()))
    tokens = torch.zeros(*asked.ids.shape, 3)
    good = tokens.clone()
    good[..., 0] = 9 * asked.starts
    good[..., 1] = 9 * asked.ends
    right = asked.right[asked.homes.clamp(min=0)] * (asked.homes >= 0)
    good[..., 2] = 18 * right - 9
    assert loss(good, 18 * asked.answered - 9, asked) < 0.1 < loss(tokens, torch.zeros(len(some)), asked)


def test_articles_that_come_along_are_of_three_kinds_and_none_is_in_two() -> None:
    read = [contexts(path) for path in (ARTICLES, CALIBRATION, INVENTED)]
    texts = [{context.article.text for context in part} for part in read]
    titles = [{context.article.title for context in part} for part in read]
    for kinds in (texts, titles):
        assert sum(map(len, kinds)) == len(set.union(*kinds))
    for context in (context for part in read for context in part):
        assert context.dataset == OWN
        assert {bool(asked.answers) for asked in context.questions} == {True, False}
        assert all(0 <= a.start < a.end <= len(context.article.text) for q in context.questions for a in q.answers)


def test_conversations_become_questions_of_the_passages_that_answer_them(tmp_path: Path) -> None:
    talks.main(ARTICLES, CONVERSATIONS, tmp_path / "more.jsonl")
    before, after = contexts(ARTICLES), contexts(ARTICLES, tmp_path / "more.jsonl")
    more = [(context, asked) for context in after for asked in context.questions if asked.more]
    assert sum(len(c.questions) for c in after) == sum(len(c.questions) for c in before) + len(more)
    assert len(more) > 20_000
    assert sum(bool(asked.answers) for _, asked in more) > 0.6 * len(more)
    turns = [
        {"question": "Who built the mill?", "whole": "Who built the mill?", "passage": 0, "answers": ["Clara Voss"]},
        {"question": "and when?", "whole": "When did Clara Voss build the mill?", "passage": 0, "answers": ["1903"]},
        {"question": "did she like it?", "whole": "Did Clara Voss like the mill?", "passage": None, "answers": []},
    ]
    made = list(talks.questions(turns, [TEXT]))
    assert (TEXT, "When did Clara Voss build the mill?", [[36, 40]]) in made
    assert {question for _, question, spans in made if not spans} > {"Did Clara Voss like the mill?"}
    assert any("(" in question and "built the mill" in question for _, question, _ in made)


def test_training_goes_on_where_it_stopped_and_what_it_made_reads_alike_as_onnx(
    examples: Examples, tmp_path: Path
) -> None:
    first = Training(examples, tmp_path, Plan(1, 1e9))
    first.run(Console(quiet=True))
    again = Training(examples, tmp_path, Plan(2, 1e9))
    assert (again.at.epoch, again.at.step) == (1, 0)
    for name, value in again.network.state_dict().items():
        assert torch.equal(value, first.network.state_dict()[name])
    export(again.network.eval(), tmp_path / "reader.onnx", quantised=False)
    shipped = Shipped(tmp_path / "reader.onnx")
    pair = shipped.pairs.pair("Who built the mill?", "Mill", TEXT)
    [(tokens, whole)] = shipped.run([pair])
    with torch.no_grad():
        ids, types = torch.tensor([pair.ids]), torch.tensor([pair.types])
        expected, expected_whole = again.network(ids, types, torch.ones_like(ids))
    assert np.allclose(tokens, expected[0].numpy(), atol=1e-3)
    assert whole == pytest.approx(float(expected_whole[0]), abs=1e-3)


def test_training_can_begin_with_a_reader_that_was_exported(examples: Examples, tmp_path: Path) -> None:
    made = Training(examples, tmp_path / "first", Plan(1, 1e9)).network.eval()
    export(made, tmp_path / "reader.onnx")
    begun = Training(examples, tmp_path / "next", Plan(1, 1e9), start=tmp_path / "reader.onnx").network.eval()
    pair = Pairs(bundled_folder()).pair("Who built the mill?", "Mill", TEXT)
    ids, types = torch.tensor([pair.ids]), torch.tensor([pair.types])
    with torch.no_grad():
        tokens, whole = begun(ids, types, torch.ones_like(ids))
        expected, expected_whole = made(ids, types, torch.ones_like(ids))
    spread = float(expected.std())
    assert torch.allclose(tokens, expected, atol=0.2 * spread)
    assert torch.allclose(whole, expected_whole, atol=0.2 * spread)


def test_weights_are_mixed_with_those_of_the_reader_that_training_began_with(tmp_path: Path) -> None:
    torch.manual_seed(0)
    new, old = Network(), Network()
    (tmp_path / "work").mkdir()
    torch.save({"network": new.state_dict()}, tmp_path / "work" / "checkpoint.pt")
    export(old.eval(), tmp_path / "old.onnx", quantised=False)
    main(tmp_path / "work", tmp_path / "made.onnx", base=tmp_path / "old.onnx", part=0.25, float32=True)
    made = restored(tmp_path / "made.onnx")
    expected = new.tokens.weight * 0.25 + old.tokens.weight * 0.75
    assert torch.allclose(made["tokens.weight"], expected, atol=1e-6)


def test_padding_changes_nothing_that_is_read() -> None:
    torch.manual_seed(0)
    network, pairs = Network().eval(), Pairs(bundled_folder())
    short = Example(0, "Who?", "", "Clara.", (), ())
    long = Example(1, "Who?", "", TEXT, (), ())
    alone, both = batch([short], pairs), batch([short, long], pairs)
    with torch.no_grad():
        one, _ = network(alone.ids, alone.types, alone.mask)
        two, _ = network(both.ids, both.types, both.mask)
    length = int(alone.mask.sum())
    assert torch.allclose(one[0, :length], two[0, :length], atol=1e-4)


def test_a_student_begins_with_the_mean_of_its_teachers(examples: Examples, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for seed, folder in enumerate(folders):
        folder.mkdir()
        Training(examples, folder, Plan(2, 1e9, seed)).run(Console(quiet=True))  # the first step's rate is 0
    (tmp_path / "student").mkdir()
    student = Training(examples, tmp_path / "student", Plan(2, 1e9), teachers=folders)
    one, two = (teacher.state_dict() for teacher in student.teachers)
    assert not torch.equal(one["tokens.weight"], two["tokens.weight"])
    begun = {name: value.clone() for name, value in student.network.state_dict().items()}
    for name, value in begun.items():
        assert torch.allclose(value.float(), (one[name].float() + two[name].float()) / 2, atol=1e-7)
    student.run(Console(quiet=True))
    assert not torch.equal(begun["tokens.weight"], student.network.state_dict()["tokens.weight"])


def test_nothing_is_nearer_to_the_teachers_than_what_they_say_and_they_are_heard_of_what_they_know(
    examples: Examples,
) -> None:
    some = [one for group in examples.epoch(0) for one in group][:6]
    asked = batch([*some[:5], replace(some[5], own=True)], Pairs(bundled_folder()))
    assert asked.taught.tolist() == [bool(one.answers) for one in some[:5]] + [0]
    torch.manual_seed(0)
    tokens, whole = torch.randn(*asked.ids.shape, 3), torch.randn(6)
    said = tokens, whole
    unheard = replace(asked, taught=torch.zeros(6))
    heard = replace(asked, taught=torch.ones(6))
    least = loss(tokens, whole, heard, said, 1.0)
    for other in range(3):
        moved = tokens.clone()
        moved[..., other] += torch.randn(*asked.ids.shape)
        assert loss(moved, whole, heard, said, 1.0) > least
        assert loss(moved, whole, unheard, said, 1.0) == loss(moved, whole, asked)
    assert loss(tokens, whole + 1, heard, said, 1.0) > least
