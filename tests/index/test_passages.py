"""Passages of articles of every shape, counted in words or in characters."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.article import Article, Block, Piece
from index.passages import LONGEST_CONTEXT, Passage, cut

WORDS = ["Baku", "Moscow", "corridor", "price", "road", "1992", "gas"]
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join)
sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(lambda words: f"The {' '.join(words)}.")
paragraph = st.lists(sentence, min_size=1, max_size=6).map(" ".join)
headings = st.builds(Piece, st.just("heading"), st.sampled_from(["Notes", "Roads"]) | names, st.integers(1, 4))
blocks = st.builds(Piece, st.sampled_from(["paragraph", "list item", "quote", "table row"]), paragraph)
asides = st.builds(Piece, st.just("caption"), paragraph, st.just(0), st.just(True))
articles = st.builds(
    lambda pieces, title: Article.of([*pieces, Piece("paragraph", "The end.")], title=title, language="en"),
    st.lists(headings | blocks | asides, max_size=12),
    names,
)
longest = st.integers(60, 200)


def words(text: str) -> int:
    return len(text.split())


def of(*pieces: Piece, title: str = "A title") -> Article:
    return Article.of(pieces, title=title, language="en")


def text(words: str) -> Piece:
    return Piece("paragraph", words)


def heading(words: str, level: int = 2) -> Piece:
    return Piece("heading", words, level)


@given(articles, longest)
def test_every_sentence_is_in_exactly_one_passage(article: Article, longest: int) -> None:
    passages = cut(article, words, longest)
    assert [number for p in passages for number in range(p.first, p.last)] == list(range(len(article.sentences)))
    assert [passage.number for passage in passages] == list(range(len(passages)))


@given(articles, longest)
def test_a_passage_is_the_articles_own_text_from_its_first_to_its_last_sentence(article: Article, longest: int) -> None:
    for passage in cut(article, words, longest):
        assert passage.text == article.text[passage.start : passage.end]
        assert passage.start == article.sentences[passage.first].start
        assert passage.end == article.sentences[passage.last - 1].end


@given(articles, longest)
@example(of(heading("Notes"), text("One here."), heading("Notes"), text("Two here.")), 100)
def test_a_passage_never_crosses_a_heading(article: Article, longest: int) -> None:
    crossed = [
        (passage.text, article[block])
        for passage in cut(article, words, longest)
        for block in article.blocks
        if block.kind == "heading" and passage.start < block.end and block.start < passage.end
    ]
    assert crossed == []


@given(articles, longest)
@example(of(text("One here."), Piece("caption", "word " * 90, aside=True), text("Two here.")), 60)
@example(of(text("word " * 40), text("One here."), text("word " * 40), text("Two here.")), 60)
def test_a_passage_of_several_sentences_keeps_to_the_token_budget(article: Article, longest: int) -> None:
    passages = cut(article, words, longest)
    assert [p.searchable for p in passages if words(p.searchable) > longest and p.last > p.first + 1] == []


@pytest.mark.parametrize("count", [words, len], ids=["words", "characters"])
@given(articles, st.integers(100, 200))
@example(of(heading("总统签署声明" * 20), text("One here."), title="总统签署声明" * 20), 100)
def test_the_context_has_at_most_so_many_tokens(count: Callable[[str], int], article: Article, longest: int) -> None:
    contexts = {passage.context for passage in cut(article, count, longest)}
    assert [context for context in contexts if not 0 < count(context) <= LONGEST_CONTEXT] == []


def test_an_article_becomes_passages_with_its_title_and_headings_above_them() -> None:
    article = of(
        text("First words."),
        heading("Part"),
        heading("Detail", 3),
        text("In detail. In more detail."),
        heading("Next"),
        text("Next thing."),
    )
    assert cut(article, words, 100) == [
        Passage(0, 0, 12, 0, 1, "First words.", "A title"),
        Passage(1, 28, 54, 1, 3, "In detail. In more detail.", "A title › Part › Detail"),
        Passage(2, 62, 73, 3, 4, "Next thing.", "A title › Next"),
    ]
    assert cut(article, words, 100)[1].searchable == "A title › Part › Detail\nIn detail. In more detail."


def test_a_passage_ends_where_its_paragraph_does_once_it_is_half_full() -> None:
    six, half, other_half = "A b c d e f.", "G h i j k.", "L m n o p."
    article = of(text(six), text(half), text(other_half), text("Q r."), title="T")
    assert [p.text for p in cut(article, words, 10 + words("T"))] == [six, f"{half}\n\n{other_half}", "Q r."]


def test_a_sentence_longer_than_the_budget_is_a_passage_of_its_own() -> None:
    long = "Word " * 80 + "end."
    article = of(text(f"Before. {long} After."))
    assert [p.text for p in cut(article, words, 60)] == ["Before.", long, "After."]


def test_the_innermost_headings_are_kept_when_there_are_more_tokens_than_fit() -> None:
    outer, inner = " ".join(["outer"] * 40), " ".join(["inner"] * 40)
    [passage] = cut(of(heading(outer), heading(inner, 3), text("Words.")), words, 100)
    assert passage.context == inner
    [passage] = cut(of(heading("Short"), heading(inner, 3), text("Words."), title=outer), words, 100)
    assert passage.context == f"Short › {inner}"


def test_a_heading_that_is_too_long_loses_its_last_words() -> None:
    words_of_it = [f"w{number}" for number in range(60)]
    [passage] = cut(of(heading(" ".join(words_of_it)), text("Words.")), words, 100)
    kept = passage.context.split(" ")
    assert kept == words_of_it[: len(kept)]
    assert LONGEST_CONTEXT / 2 < len(kept) <= LONGEST_CONTEXT


def test_an_article_of_headings_alone_has_no_passages() -> None:
    only = Article("Only this", "Only this", (Block(0, 9, "heading", 1),), ())
    assert cut(only, words, 100) == []
