import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.article import Article, Piece
from index.catalog import Catalog
from index.errors import BadStore
from index.reader import PlainReader, Reading
from index.trained import FILE, FILE_SHA256, FIRST_READ, FOLLOWING, PLAIN, TRAINED, Network, TrainedReader, network
from index.training.calibrate import write


def reader(catalog: Catalog, floor: float = 0.5) -> TrainedReader:
    trained = network(TRAINED)
    assert trained is not None
    return TrainedReader(catalog.snapshot(), catalog.embedder, trained, floor)


def read(reader: TrainedReader, question: str) -> Reading:
    return reader.read(question, list(reader.snapshot.passages.values()))


def test_the_words_that_answer_are_marked_inside_the_first_sentence(catalog: Catalog) -> None:
    reading = read(reader(catalog), "When was the Treaty of Union signed?")
    best = reading.sentences[0]
    assert best.answer is not None
    assert best.kept.article[best.answer] == "February 2022"
    assert best.span.start <= best.answer.start < best.answer.end <= best.span.end


def test_scores_fall_from_the_answerability(catalog: Catalog) -> None:
    reading = read(reader(catalog), "Which villages are threatened?")
    scores = [scored.score for scored in reading.sentences]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(reading.answerability)
    assert 0 <= scores[-1] <= reading.answerability <= 1


def test_every_sentence_is_read_before_nothing_is_found(catalog: Catalog) -> None:
    assert len(catalog.snapshot().passages) > FIRST_READ
    reading = read(reader(catalog, floor=1.0), "How do I bake bread?")
    assert len(reading.sentences) == catalog.snapshot().sentence_count
    assert reading.answerability < 0.5


def test_the_rest_stays_unread_once_the_likeliest_passages_answer(catalog: Catalog) -> None:
    reading = read(reader(catalog, floor=0.0), "Who insulted Putin?")
    assert len(reading.sentences) < catalog.snapshot().sentence_count


def test_the_same_question_is_read_the_same_among_other_passages(catalog: Catalog) -> None:
    made = reader(catalog)
    some = list(made.snapshot.passages.values())[:3]
    assert made.read("Who wrote it?", some) == made.read("Who wrote it?", some)
    assert {s.number for s in made.read("Who?", some).sentences} == set(range(some[-1].passage.last))


@pytest.mark.parametrize("more", ["", " It burned down in 1954."])
def test_a_sentence_is_read_again_alone_unless_it_is_its_passage(catalog: Catalog, more: str) -> None:
    said, question = "The mill was built by Clara Voss in 1903.", "Who built the mill?"
    catalog.add(Article.of([Piece("paragraph", said + more)], title="Mill"))
    made = reader(catalog)
    located = list(made.snapshot.passages.values())[-1]
    plain = made.plain.signals(question, [located]).sentences
    one, *_ = made.through(question, [located], [0], plain)
    pair = made.network.pairs.pair(question, located.passage.context, said)
    [(_, alone)] = made.network.run([pair])
    assert made.again(question, one)[1] == pytest.approx((2 * one.signals[1] + alone) / 3, abs=1e-3)
    assert (alone == pytest.approx(one.signals[1], abs=1e-3)) is not bool(more)


def test_a_sentence_that_points_at_what_others_say_is_not_read_alone(catalog: Catalog) -> None:
    catalog.add(Article.of([Piece("paragraph", "Clara Voss built the mill. In 1954 it burned down.")], title="Mill"))
    made, question = reader(catalog), "When did the mill burn down?"
    located = list(made.snapshot.passages.values())[-1]
    named, pointing = made.through(question, [located], [0], made.plain.signals(question, [located]).sentences)
    assert made.again(question, pointing).tolist() == pointing.signals[:3].tolist()
    assert made.again(question, named).tolist() != named.signals[:3].tolist()


def test_what_follows_the_sentences_of_before_is_likelier_to_answer(catalog: Catalog) -> None:
    text = "The barn was painted by Clara Voss. It cost 40 crowns. The roof cost 90 crowns. The bell cost 70 crowns."
    entry, _ = catalog.add(Article.of([Piece("paragraph", text)], title="Barn"))
    made, question = reader(catalog, floor=0.0), "What did that cost?"
    passages = [one for one in made.snapshot.passages.values() if one.kept.id == entry.id]
    [first] = [n for n, span in enumerate(passages[0].kept.article.sentences) if span.start == text.index("The barn")]

    def score(number: int, after: list[tuple[str, int]]) -> float:
        reading = made.read(question, passages, after)
        scores = {one.number: one.score for one in reading.sentences}
        return scores[number] / scores[first]

    for number, more in zip((first + 1, first + 2), FOLLOWING, strict=True):
        assert score(number, [(entry.id, first)]) == pytest.approx(score(number, []) * math.exp(more), rel=1e-3)
    assert score(first + 3, [(entry.id, first)]) == pytest.approx(score(first + 3, []), rel=1e-3)
    assert score(first + 1, [("another", first)]) == pytest.approx(score(first + 1, []), rel=1e-3)
    both = [(entry.id, first), (entry.id, first + 1)]  # what was cited itself is not likelier
    assert score(first + 1, both) == pytest.approx(score(first + 1, []), rel=1e-3)
    assert score(first + 2, both) == pytest.approx(score(first + 2, []) * math.exp(FOLLOWING[0]), rel=1e-3)
    there = made.read(question, passages, [(entry.id, first)])
    assert there.answerability > made.read(question, passages).answerability


def test_nothing_is_answered_by_no_passages(catalog: Catalog) -> None:
    assert reader(catalog).read("Who?", []) == Reading((), 0.0)


def test_other_languages_are_read_by_the_plain_reader(catalog: Catalog) -> None:
    text = "Город Вязы был основан в 1247 году. Первым головой был мельник Константин Фосс."
    catalog.add(Article.of([Piece("paragraph", text)], title="Вязы", language="ru"))
    question, passages = "Когда был основан город?", list(catalog.snapshot().passages.values())
    plain = PlainReader(catalog.snapshot(), catalog.embedder).read(question, passages)
    assert reader(catalog).read(question, passages) == plain


def test_the_file_is_the_one_that_the_code_names_and_another_is_refused(tmp_path: Path) -> None:
    assert Network(FILE, FILE_SHA256).sha256 == FILE_SHA256
    assert FILE.stat().st_size <= 25_000_000
    other = tmp_path / "reader.onnx"
    shutil.copy(FILE, other)
    with open(other, "ab") as file:
        file.write(b"x")
    with pytest.raises(BadStore, match="not the file it should be"):
        Network(other, FILE_SHA256)


def test_a_reader_whose_last_weights_are_of_another_version_is_named(tmp_path: Path) -> None:
    other = tmp_path / "reader.onnx"
    shutil.copy(FILE, other)
    write(other, {"sentence": [1.0] * 7, "answer": [1.0] * 9})
    with pytest.raises(BadStore, match=r"reader.onnx are of another version. Export and calibrate it again\.$"):
        Network(other)


@pytest.mark.parametrize(("content", "says"), [(None, "cannot be read"), (b"no network", "no network")])
def test_a_reader_that_is_none_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content:
        (tmp_path / "mine.onnx").write_bytes(content)
    with pytest.raises(BadStore, match=says):
        network(str(tmp_path / "mine.onnx"))


def test_the_plain_reader_needs_no_network() -> None:
    assert network(PLAIN) is None


def test_reading_does_without_torch() -> None:
    code = "import sys; from index.trained import network; network('trained'); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_verifier_sees_the_question_with_its_answer_and_its_doubt_counts(catalog: Catalog) -> None:
    trained = network(TRAINED)
    assert trained is not None
    seen: list[tuple[str, str, str]] = []

    def chance(logit: float) -> float:
        def verify(statement: str, title: str, text: str) -> float:
            seen.append((statement, title, text))
            return logit

        made = TrainedReader(catalog.snapshot(), catalog.embedder, trained, 0.0, verify)
        return read(made, "When was the Treaty of Union signed?").answerability

    assert chance(-5.0) < chance(5.0)
    question, answer = "When was the Treaty of Union signed?", "When was the Treaty of Union signed? February 2022"
    statement, _, text = seen[0]
    assert statement == answer
    assert "February 2022" in text
    *_, alone, unanswered = seen  # the best sentence, at last without its neighbours
    assert [alone[0], unanswered[0]] == [answer, question]
    assert alone[2] == unanswered[2] != text
    assert "February 2022" in alone[2] in text


def test_what_the_verifier_says_of_the_best_sentences_counts_in_their_order(catalog: Catalog) -> None:
    trained = network(TRAINED)
    assert trained is not None
    question = "When was the Treaty of Union signed?"
    before = read(TrainedReader(catalog.snapshot(), catalog.embedder, trained, 0.0), question).sentences
    second = before[1]
    assert second.answer
    said = f"{question} {second.kept.article[second.answer]}"

    def verify(statement: str, title: str, text: str) -> float:
        return 50.0 if statement == said and second.kept.article[second.span] in text else -50.0

    after = read(TrainedReader(catalog.snapshot(), catalog.embedder, trained, 0.0, verify), question).sentences
    assert [one.number for one in after[:2]] == [second.number, before[0].number]
    assert [one.number for one in after[2:]] == [one.number for one in before[2:]]
    assert [one.score for one in after] == sorted((one.score for one in after), reverse=True)
