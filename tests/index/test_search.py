"""Both rankings fused, over a small library in two languages."""

from collections.abc import Iterator

import numpy as np
import pytest

from index.article import Article, Piece
from index.catalog import Catalog, Snapshot
from index.embedder import BUNDLED, Embedder
from index.search import Search, standardised

PARTS = {
    "The harbour": [
        "The harbour was dug by hand between 1871 and 1879.",
        "A lighthouse keeper named Ada Holm kept the light burning for forty years.",
    ],
    "The mountain railway": [
        "The railway climbs 1,200 metres on a rack of steel teeth.",
        "In winter the trains stop, because avalanches bury the upper stations.",
    ],
}
GERMAN = [
    "Die Brücke über den Fluss wurde im Jahr 1902 aus Granit gebaut.",
    "Der Bürgermeister ließ sie nach dem Hochwasser mit Stahl verstärken.",
]


def article(title: str, paragraphs: list[str], language: str) -> Article:
    pieces = [(Piece("heading", f"{title}, {n}", 2), Piece("paragraph", text)) for n, text in enumerate(paragraphs)]
    return Article.of([piece for pair in pieces for piece in pair], title=title, language=language)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path_factory.mktemp("library"), lambda: embedder, BUNDLED)
    for title, paragraphs in PARTS.items():
        catalog.add(article(title, paragraphs, "en"))
    catalog.add(article("Die Brücke", GERMAN, "de"))
    yield catalog
    catalog.close()


def search(library: Catalog, limit: int = 3, articles: tuple[str, ...] = ()) -> Search:
    snapshot = library.snapshot().of(articles)
    return Search(snapshot=snapshot, index=library.index, embedder=library.embedder, limit=limit)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who looked after the lighthouse?", PARTS["The harbour"][1]),
        ("When was the harbour dug?", PARTS["The harbour"][0]),
        ("Ada Holm", PARTS["The harbour"][1]),
        ("Why is there no train service in the cold season?", PARTS["The mountain railway"][1]),
        ("1,200", PARTS["The mountain railway"][0]),
        ("Was ließ der Bürgermeister verstärken?", GERMAN[1]),
        ("Woraus ist die Brücke von 1902?", GERMAN[0]),
    ],
)
def test_the_passage_that_answers_comes_first(library: Catalog, question: str, text: str) -> None:
    assert search(library).invoke(question)[0].page_content == text


def test_a_document_says_where_in_which_article_it_stands(library: Catalog) -> None:
    [document] = search(library, limit=1).invoke("Who kept the light burning?")
    [(located, score)] = search(library, limit=1).ranked("Who kept the light burning?")
    kept, passage = located.kept, located.passage
    assert (document.id, document.page_content) == (located.key, passage.text)
    assert document.metadata == {
        "article": "the-harbour",
        "title": "The harbour",
        "section": "The harbour, 1",
        "start": passage.start,
        "end": passage.end,
        "score": score,
    }
    assert kept.article.text[passage.start : passage.end] == document.page_content


def test_every_document_is_the_articles_own_text_and_the_best_comes_first(library: Catalog) -> None:
    found = search(library, limit=10).invoke("the harbour and the railway")
    assert len(found) == 6
    assert len({document.id for document in found}) == 6
    for document in found:
        where = document.metadata
        text = library.library.article(where["article"]).text  # type: ignore[union-attr]
        assert text[where["start"] : where["end"]] == document.page_content
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 6, 50])
def test_no_more_passages_are_found_than_are_asked_for(library: Catalog, limit: int) -> None:
    assert len(search(library, limit).ranked("Who kept the light?")) == min(limit, 6)


@pytest.mark.parametrize("articles", [("die-brucke",), ("the-harbour", "die-brucke")])
def test_a_snapshot_of_some_articles_finds_only_their_passages(library: Catalog, articles: tuple[str, ...]) -> None:
    found = search(library, 50, articles).invoke("Why do the trains stop in winter?")
    assert {document.metadata["article"] for document in found} == set(articles)
    assert len(found) == 2 * len(articles)


@pytest.mark.parametrize("question", ["", "?", "xyzzy", "\ud800", "word " * 5_000])
def test_any_question_finds_something_to_read(library: Catalog, question: str) -> None:
    assert len(search(library).ranked(question)) == 3


def test_an_empty_library_finds_nothing(library: Catalog) -> None:
    empty = Search(snapshot=Snapshot(0, ()), index=library.index, embedder=library.embedder, limit=3)
    assert empty.invoke("Who?") == []


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([], []), ([5.0], [0.0]), ([2.0, 2.0, 2.0], [0.0, 0.0, 0.0]), ([1.0, 3.0], [-1.0, 1.0])],
)
def test_standardised_scores_have_mean_0_and_deviation_1_or_are_all_0(
    scores: list[float], expected: list[float]
) -> None:
    assert standardised(np.array(scores, np.float32)).tolist() == expected
