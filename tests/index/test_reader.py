import pytest

from index.article import Article, Piece
from index.catalog import Catalog
from index.reader import PlainReader, Reading


@pytest.fixture
def reader(catalog: Catalog) -> PlainReader:
    """On the article that comes with the project."""
    return PlainReader(catalog.snapshot(), catalog.embedder)


def read(reader: PlainReader, question: str) -> Reading:
    return reader.read(question, list(reader.snapshot.passages.values()))


def test_every_sentence_is_read_once_and_the_best_comes_first(reader: PlainReader) -> None:
    reading = read(reader, "Which villages are threatened?")
    scores = [scored.score for scored in reading.sentences]
    assert sorted(scored.number for scored in reading.sentences) == list(range(reader.snapshot.sentence_count))
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] == reading.answerability <= 1
    best = reading.sentences[0]
    assert best.kept.article[best.span].startswith("The threatened villages are Mets Shen")


def test_questions_off_the_topic_are_less_answerable_than_any_on_it(reader: PlainReader) -> None:
    on_topic = ("Who insulted Putin?", "which villages are threatened", "When was the Treaty of Union signed?")
    off_topic = ("How do I reverse a list in Python?", "Who won the 2018 World Cup?", "a cake without eggs")
    worst = min(read(reader, question).answerability for question in on_topic)
    assert max(read(reader, question).answerability for question in off_topic) < 0.5 < worst


def test_only_the_passages_that_are_given_are_read(reader: PlainReader) -> None:
    some = list(reader.snapshot.passages.values())[2:4]
    reading = reader.read("Who?", some)
    assert sorted(scored.number for scored in reading.sentences) == list(
        range(some[0].passage.first, some[1].passage.last)
    )


def test_nothing_is_answered_by_no_passages(reader: PlainReader) -> None:
    assert reader.read("Who insulted Putin?", []) == Reading((), 0.0)


def test_in_a_language_that_the_model_does_not_know_only_shared_words_answer(catalog: Catalog) -> None:
    text = "Город Вязы был основан в 1247 году. Первым головой был мельник Константин Фосс."
    catalog.add(Article.of([Piece("paragraph", text)], title="Вязы", language="ru"))
    russian = PlainReader(catalog.snapshot(), catalog.embedder)
    assert read(russian, "Когда был основан город?").answerability > 0.5
    assert read(russian, "Как испечь хлеб?").answerability == 0
