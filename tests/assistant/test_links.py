"""Where a kept citation stands now, and how it is linked to."""

import pytest

from assistant.answer import Citation
from assistant.links import Now, deep_link, fragment, now
from index.article import Article, Piece

TEXT = "👍🏽 The mill burned. It rained. The mill burned. The end."
OLD = Article.of([Piece("paragraph", TEXT)], language="en")
START = TEXT.rindex("The mill")
CITED = Citation(1, "mill", "The Mill", "", "The mill burned.", START, START + 16, OLD.hash, "")


def of(text: str) -> Article:
    return Article.of([Piece("paragraph", text)], language="en")


def test_the_same_text_has_it_in_the_same_place() -> None:
    assert now(CITED, OLD) == Now("same", START, START + 16)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("New. " + TEXT, START + 5),
        (TEXT[2:], START - 2 if TEXT[2:][0] != " " else START - 3),
        ("The mill burned.", 0),
        ("The mill burned. " + "x" * 200, 0),
    ],
)
def test_a_quote_that_moved_is_found_where_it_is_nearest(text: str, start: int) -> None:
    article = of(text)
    found = now(CITED, article)
    assert found.state == "moved"
    assert article.text[found.start : found.end] == CITED.quote
    assert found.start == start


def test_a_quote_that_is_no_longer_there_or_whose_article_is_gone() -> None:
    assert now(CITED, of("The mill did not burn.")) == Now("changed", START, START + 16)
    assert now(CITED, None) == Now("gone", START, START + 16)


def test_a_link_opens_the_page_at_the_characters() -> None:
    assert fragment(CITED) == f"a=mill&c={START}-{START + 16}"
    assert deep_link("https://ask.example.org/", CITED) == f"https://ask.example.org/#a=mill&c={START}-{START + 16}"
    assert deep_link("", CITED) == ""
