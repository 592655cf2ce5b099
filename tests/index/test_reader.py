"""The plain reader on the article that comes with the project."""

from collections.abc import Iterator

import pytest

from index.article import Article, Piece
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder
from index.reader import PlainReader, Reading
from index.search import Search

ON_TOPIC = {
    "Who was dismissed as commander of the peacekeepers?": "Andrey Volkov",
    "What does the North-South route connect?": "North-South route",
    "When did Russia and Azerbaijan sign the Treaty of Union?": "February 2022",
    "Which villages are threatened?": "Mets Shen",
    "Where did Azerbaijan place a checkpoint?": "Lachin corridor",
}
OFF_TOPIC = [
    "How do I bake sourdough bread?",
    "What is the boiling point of ethanol?",
    "Who won the 1998 football world cup?",
    "Which chords does the song have?",
    "How long do cats sleep?",
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path_factory.mktemp("shipped"), lambda: embedder, BUNDLED)
    yield catalog
    catalog.close()


def read(catalog: Catalog, question: str, limit: int = 8) -> Reading:
    snapshot = catalog.snapshot()
    search = Search(snapshot=snapshot, index=catalog.index, embedder=catalog.embedder, limit=limit)
    return PlainReader(snapshot, catalog.embedder).read(question, [one for one, _ in search.ranked(question)])


@pytest.mark.parametrize("question", [*ON_TOPIC, *OFF_TOPIC, "", "???", "the of and", "word " * 2_000])
def test_every_sentence_is_read_once_and_the_best_comes_first(shipped: Catalog, question: str) -> None:
    snapshot = shipped.snapshot()
    reading = PlainReader(snapshot, shipped.embedder).read(question, list(snapshot.passages.values()))
    assert sorted(scored.number for scored in reading.sentences) == list(range(snapshot.sentence_count))
    scores = [scored.score for scored in reading.sentences]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] == pytest.approx(reading.answerability)
    assert reading.answerability <= 1


def test_only_the_sentences_of_the_passages_given_are_read(shipped: Catalog) -> None:
    snapshot = shipped.snapshot()
    first, *_, last = snapshot.passages.values()
    reading = PlainReader(snapshot, shipped.embedder).read("Who?", [last, first])
    numbers = [n for one in (first, last) for n in range(one.passage.first, one.passage.last)]
    assert sorted(scored.number for scored in reading.sentences) == numbers


def test_a_sentence_stands_where_its_article_says(shipped: Catalog) -> None:
    for scored in read(shipped, "Who is Lentsov?").sentences:
        assert scored.span == scored.kept.article.sentences[scored.number]


@pytest.mark.parametrize("question", ON_TOPIC)
def test_the_sentence_that_answers_is_among_the_first_three(shipped: Catalog, question: str) -> None:
    best = [scored.kept.article[scored.span] for scored in read(shipped, question).sentences[:3]]
    assert any(ON_TOPIC[question] in sentence for sentence in best), best


def test_questions_that_the_article_answers_are_told_from_those_it_does_not(shipped: Catalog) -> None:
    answered = {question: read(shipped, question).answerability for question in ON_TOPIC}
    foreign = {question: read(shipped, question).answerability for question in OFF_TOPIC}
    assert max(foreign.values()) < min(answered.values()), (answered, foreign)


def test_no_passages_are_no_reading_and_answer_nothing(shipped: Catalog) -> None:
    assert PlainReader(shipped.snapshot(), shipped.embedder).read("Who?", []) == Reading((), 0.0)


def test_the_sentences_of_several_articles_are_each_scored_as_their_own(catalog: Catalog) -> None:
    texts = {
        "Bridges": "Bridges are made of steel. The old bridge was built of granite in 1902.",
        "Cats": "A cat sleeps sixteen hours a day. It hunts at dusk.",
    }
    for title, text in texts.items():
        catalog.add(Article.of([Piece("paragraph", text)], title=title, language="en"))
    best = read(catalog, "How many hours does a cat sleep?").sentences[0]
    assert (best.kept.id, best.number) == ("cats", 0)
    best = read(catalog, "When was the old bridge built?").sentences[0]
    assert (best.kept.id, best.number) == ("bridges", 1)


def test_an_article_of_one_sentence_is_read_too(catalog: Catalog) -> None:
    catalog.add(Article.of([Piece("paragraph", "The bridge was built in 1902.")], language="en"))
    reading = read(catalog, "When was the bridge built?")
    assert [(scored.number, scored.score) for scored in reading.sentences] == [(0, reading.answerability)]
