"""Plain texts, and what must become of their lines."""

import time
from pathlib import Path

import pytest

from index.article import Piece
from index.formats import read
from index.plaintext import read_plaintext, without_bylines

PASTED = Path(__file__).parents[3] / "shared" / "articles" / "evstratov-russia-azerbaijan.txt"


def test_a_text_has_headings_wrapped_paragraphs_items_and_asides() -> None:
    text = (
        "The Grand Canal\r\n===============\r\n\r\nBy Noah Smith\r\n\r\nA boat\r\nA boat\r\n\r\n"
        "The canal was opened in 1810 by a king\r\nwho liked well-\r\nknown things.\r\n\r\nTHE LOCKS\r\n\r\n"
        "There are two of them, and\r\nthey are these:\r\n- one of stone,\r\n  old\r\n- one of wood\r\n1. first\r\n"
    )
    title, pieces = read_plaintext(text, "x.txt")
    assert title == "The Grand Canal"
    assert list(without_bylines(pieces)) == [
        Piece("heading", "The Grand Canal", 1),
        Piece("caption", "By Noah Smith", aside=True),
        Piece("caption", "A boat", aside=True),
        Piece("caption", "A boat", aside=True),
        Piece("paragraph", "The canal was opened in 1810 by a king who liked well-known things."),
        Piece("heading", "THE LOCKS", 2),
        Piece("paragraph", "There are two of them, and they are these:"),
        Piece("list item", "one of stone, old"),
        Piece("list item", "one of wood"),
        Piece("list item", "1. first"),
    ]


@pytest.mark.parametrize("above", ["", "A line above it, long enough not to be a heading.\n\n"])
def test_a_numbered_line_alone_is_a_heading_and_numbered_lines_together_are_a_list(above: str) -> None:
    kinds = {
        "1. Beginnings\n\nThe canal was opened in 1810.": ["heading", "paragraph"],
        "1. Beginnings\n\n2. The locks of the canal": ["list item", "list item"],
    }
    for text, expected in kinds.items():
        _, pieces = read_plaintext(above + text, "")
        assert [piece.kind for piece in pieces][-2:] == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("3. Oktober 1990: Die Einheit wird gefeiert.", ["list item"]),
        ("42) Carl came last\n43) Dan came after him", ["list item", "list item"]),
        ("Beschlossen wurde es am Ende,\n3. Oktober 1990, unter Jubel.", ["paragraph"]),
        ("Two of them:\n1. of stone,\n2. of wood", ["paragraph", "list item", "list item"]),
    ],
)
def test_a_number_that_begins_a_line_stays_in_its_text(text: str, kinds: list[str]) -> None:
    _, pieces = read_plaintext(text, "")
    assert [piece.kind for piece in pieces] == kinds
    assert " ".join(piece.text for piece in pieces) == " ".join(text.split("\n"))


def test_lines_of_chinese_join_without_a_space() -> None:
    assert read_plaintext("运河于一八一〇年\n开通。", "")[1] == [Piece("paragraph", "运河于一八一〇年开通。")]


def test_a_paragraph_of_40_000_lines_is_read_in_seconds() -> None:
    before = time.monotonic()
    lines = ["The canal was opened in 1810 by a king who liked", "- it"] * 20_000
    assert read_plaintext("\n".join(lines), "")[1] == [Piece("paragraph", " ".join(lines))]
    assert time.monotonic() - before < 5


def test_long_lines_without_blank_ones_are_a_paragraph_each() -> None:
    lines = [f"Line {n} " + "goes on and on " * 12 + "to its end." for n in range(3)]
    assert read_plaintext("\n".join(["A short heading", *lines]), "") == (
        "A short heading",
        [Piece("heading", "A short heading", 1), *(Piece("paragraph", line) for line in lines)],
    )


@pytest.mark.parametrize(
    ("name", "title"), [("a/b\\my-first_file.txt", "My first file"), ("", "It was so."), ("..", "It was so.")]
)
def test_a_text_without_a_heading_is_called_after_its_file_or_first_words(name: str, title: str) -> None:
    assert read(b"It was so.", name=name).title == title
    assert read(b"It was so.", name=name, title="Given").title == "Given"


@pytest.mark.skipif(not PASTED.exists(), reason="../shared/articles is not there")
def test_a_page_pasted_as_text_keeps_its_paragraphs_and_sets_its_furniture_aside() -> None:
    article = read(PASTED.read_bytes(), name=PASTED.name)
    asides = [article[block] for block in article.blocks if block.aside]
    assert asides == ["By Anton Evstratov", "Anton Evstratov", "Anton Evstratov", "Share."]
    assert {block.kind for block in article.blocks if not block.aside} == {"paragraph"}
    assert len(article.blocks) == 24
