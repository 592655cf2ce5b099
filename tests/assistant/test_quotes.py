import numpy as np
import pytest

from assistant.quotes import choose
from index.article import Article, Piece
from index.library import Kept
from index.reader import Reading, Scored

NONE = np.zeros((0, 0), np.float32)


def kept(*pieces: Piece) -> Kept:
    return Kept("one", Article.of(pieces, title="One", language="en"), (), NONE, NONE)


def read(article: Kept, *scores: float) -> Reading:
    """The article's first sentences with these scores."""
    scored = [Scored(article, number, score) for number, score in enumerate(scores)]
    return Reading(tuple(sorted(scored, key=lambda one: -one.score)), 0.9)


def quoted(question: str, reading: Reading, most: int = 4) -> list[str]:
    return [one.kept.article[one.span] for one in choose(question, reading, most)]


PLAIN = kept(
    Piece("paragraph", "The bridge was built in 1903. It is made of steel. Boats pass under it."),
    Piece("heading", "Later", level=2),
    Piece("paragraph", "A storm damaged the bridge. The town mended it. Nobody was hurt."),
)


def test_one_direct_sentence_answers_a_narrow_question() -> None:
    assert quoted("When was the bridge built?", read(PLAIN, 0.9, 0.2, 0.1, 0.1)) == ["The bridge was built in 1903."]


def test_sentences_that_stand_side_by_side_are_quoted_as_one() -> None:
    reading = read(PLAIN, 0.9, 0.8, 0.0, 0.0)
    assert quoted("When was the bridge built?", reading) == ["The bridge was built in 1903. It is made of steel."]


def test_the_most_direct_comes_first_and_the_others_as_the_article_has_them() -> None:
    reading = read(PLAIN, 0.6, 0.0, 0.7, 0.0, 0.9)
    found = ["The town mended it.", "The bridge was built in 1903.", "Boats pass under it."]
    assert quoted("What became of the bridge?", reading) == found


def test_a_heading_keeps_quotes_apart() -> None:
    reading = read(PLAIN, 0.0, 0.0, 0.9, 0.8)
    assert quoted("Why?", reading) == ["Boats pass under it.", "A storm damaged the bridge."]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_than_so_many_sentences_are_quoted(most: int) -> None:
    found = choose("Why?", read(PLAIN, 0.9, 0.89, 0.88, 0.87, 0.86, 0.85), most)
    assert sum(one.last - one.first + 1 for one in found) == most


def test_a_broad_question_gets_less_direct_sentences_too() -> None:
    reading = read(PLAIN, 0.9, 0.0, 0.3, 0.0)
    assert quoted("When was it built?", reading) == ["The bridge was built in 1903."]
    assert quoted("Why was it built?", reading) == ["The bridge was built in 1903.", "Boats pass under it."]


def test_announced_reasons_come_with_the_sentence_that_announces_them() -> None:
    article = kept(
        Piece("paragraph", "The town had several reasons to build. First, the ferry was slow. It often failed."),
        Piece("paragraph", "Second, the railway needed a crossing. On the other hand, the mayor was against it."),
    )
    assert quoted("Why did the town build?", read(article, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1)) == [
        "The town had several reasons to build. First, the ferry was slow.",
        "Second, the railway needed a crossing.",
    ]


def test_a_list_is_quoted_whole_to_a_broad_question() -> None:
    items = [Piece("list item", text) for text in ("Steel", "Stone", "Timber")]
    article = kept(Piece("paragraph", "Three materials were used:"), *items, Piece("paragraph", "All are local."))
    whole = "Three materials were used:\n\nSteel\nStone\nTimber"
    assert quoted("Which materials were used?", read(article, 0.9, 0.0, 0.1, 0.0, 0.0)) == [whole]
    assert quoted("What are the materials?", read(article, 0.0, 0.1, 0.9, 0.0, 0.0)) == ["Steel\nStone\nTimber"]
    assert quoted("Was stone used?", read(article, 0.0, 0.0, 0.9, 0.0, 0.0)) == ["Stone"]


def test_a_list_ends_at_a_heading() -> None:
    article = kept(
        Piece("heading", "For", 2), Piece("list item", "Cheap"), Piece("list item", "Quick"),
        Piece("heading", "Against", 2), Piece("list item", "Loud"), Piece("list item", "Slow"),
    )  # fmt: skip
    assert quoted("What are the reasons for?", read(article, 0.9, 0.0, 0.0, 0.0)) == ["Cheap\nQuick"]
    assert quoted("What are the reasons against?", read(article, 0.0, 0.0, 0.0, 0.9)) == ["Loud\nSlow"]


def test_a_long_list_is_not_quoted_whole() -> None:
    article = kept(*(Piece("list item", f"Item {n} " + "word " * 40) for n in range(12)))
    [found] = choose("What are the items?", read(article, 0.0, 0.9, *[0.0] * 10), 4)
    assert (found.first, found.last) == (1, 1)


def test_nothing_read_gives_no_quote() -> None:
    assert choose("Why?", Reading((), 0.0), 4) == []
