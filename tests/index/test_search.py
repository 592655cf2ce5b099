import pytest

from index.article import Article, Block, Piece
from index.catalog import Catalog
from index.search import Search, standardised


def filled(catalog: Catalog) -> Catalog:
    """Four articles; one is in German."""
    for title, *texts in (
        ("Bridges", "The steel bridge was opened in 1902.", "Boats pass under it at high tide."),
        ("Bread", "Rye dough needs a long rest before it is baked.", "Salt slows the yeast."),
        ("Gas", "The pipeline carries natural gas to the coast.", "Compressors stand every ninety miles."),
    ):
        pieces = [Piece(kind, text, 2) for text in texts for kind in ("heading", "paragraph")]
        catalog.add(Article.of(pieces, title=title, language="en"))
    german = "Der Müller Konrad Voss stiftete im Jahr 1247 die Glocke. Sie hängt noch heute im Rathausturm."
    catalog.add(Article.of([Piece("paragraph", german)], title="Die Glocke", language="de"))
    return catalog


def search(catalog: Catalog, *articles: str, limit: int = 10) -> Search:
    snapshot = catalog.snapshot().of(articles)
    return Search(snapshot=snapshot, index=catalog.index, embedder=catalog.embedder, limit=limit)


@pytest.mark.parametrize(
    ("question", "title", "sentence"),
    [
        ("When was the bridge opened?", "Bridges", "The steel bridge was opened in 1902."),
        ("how far apart are the compressors", "Gas", "Compressors stand every ninety miles."),
        ("what does salt do to dough", "Bread", "Salt slows the yeast."),
        ("Was stiftete der Müller?", "Die Glocke", "Der Müller Konrad Voss stiftete im Jahr 1247 die Glocke."),
    ],
)
def test_the_passage_that_answers_comes_first(catalog: Catalog, question: str, title: str, sentence: str) -> None:
    best = search(filled(catalog)).invoke(question)[0]
    assert best.metadata["title"] == title
    assert sentence in best.page_content


def test_a_document_says_where_its_words_stand(catalog: Catalog) -> None:
    found = search(filled(catalog)).invoke("gas")
    texts = {kept.id: kept.article for kept in catalog.snapshot().kept}
    assert len(found) == len(catalog.snapshot().passages) == 7
    for document in found:
        article = texts[document.metadata["article"]]
        start, end = document.metadata["start"], document.metadata["end"]
        assert article.text[start:end] == document.page_content
        assert document.metadata["section"] == article.section(start)
        assert catalog.snapshot().passages[str(document.id)].passage.text == document.page_content
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


def test_only_passages_of_the_articles_of_a_snapshot_are_found(catalog: Catalog) -> None:
    found = search(filled(catalog), "bread", "gas").invoke("When was the bridge opened?")
    assert {document.metadata["article"] for document in found} == {"bread", "gas"}


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_than_so_many_passages_are_found(catalog: Catalog, limit: int) -> None:
    assert len(search(filled(catalog), limit=limit).invoke("bridge")) == limit


def test_words_that_stand_nowhere_still_give_the_nearest_by_meaning(catalog: Catalog) -> None:
    assert search(filled(catalog)).invoke("loaf")[0].metadata["title"] == "Bread"


def test_a_library_without_passages_finds_nothing(catalog: Catalog) -> None:
    catalog.add(Article("Heading", "Nothing but a heading", (Block(0, 21, "heading", 1),), ()))
    assert search(catalog).invoke("heading") == []


def test_scores_that_are_equal_say_nothing() -> None:
    from numpy import array, float32, testing

    testing.assert_array_equal(standardised(array([2, 2, 2], float32)), [0, 0, 0])
    testing.assert_array_equal(standardised(array([], float32)), [])
    testing.assert_allclose(standardised(array([1, 3], float32)), [-1, 1])
