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


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("\uf0b7\tone\no\ttwo\n+ three\n○ four", [("list item", word) for word in ("one", "two", "three", "four")]),
        (
            "1. It is - 5 degrees.\n☐ ink\n[x] pen",
            [("list item", t) for t in ("1. It is - 5 degrees.", "☐ ink", "[x] pen")],
        ),
        (
            "Done\n- the bug\n- the notes of it",
            [("heading", "Done"), ("list item", "the bug"), ("list item", "the notes of it")],
        ),
        (
            "It was late in the day\n- so said all -\nand cold.",
            [("paragraph", "It was late in the day - so said all - and cold.")],
        ),
        (
            '1.1 "Fee" means\n(a) a sum\n1.2 It is low',
            [("list item", t) for t in ('1.1 "Fee" means', "(a) a sum", "1.2 It is low")],
        ),
        (
            "The pipe is wide enough at a width of\n2.5 metres.",
            [("paragraph", "The pipe is wide enough at a width of 2.5 metres.")],
        ),
        (
            "Mon\t9:00\nTue\t8:00\nclosed",
            [("table row", "Mon | 9:00"), ("table row", "Tue | 8:00"), ("paragraph", "closed")],
        ),
    ],
)
def test_items_clauses_and_rows_stay_apart(text: str, pieces: list[tuple[str, str]]) -> None:
    _, found = read_plaintext("Above it stands a line that ends.\n\n" + text, "")
    assert [(piece.kind, piece.text) for piece in found][1:] == pieces


@pytest.mark.parametrize(
    "lines",
    [
        ["[12/03/2026, 10:15] Anna: it is down", "[12/03/2026, 10:16] Ben: which one"],
        ["12/03/2026, 10:20 - Carl: db-2", "12/03/2026, 10:21 - Anna: thanks"],
        ["From: Anna Berg <anna@example.org>", "Date: Tue, 3 Mar 2026"],
        ["00:12 When did it begin?", "00:31 In 1998"],
        ["Q: Who ran it?", "A: Klein did"],
    ],
)
def test_who_spoke_and_when_begins_a_line_of_its_own(lines: list[str]) -> None:
    _, pieces = read_plaintext("\n".join([*lines, "and so on"]), "")
    assert pieces == [Piece("list item", lines[0]), Piece("list item", f"{lines[1]} and so on")]
    _, pieces = read_plaintext("\n\n".join(lines), "")
    assert all(piece.kind == "paragraph" for piece in pieces)


def test_an_answered_mail_is_quoted_without_its_marks_and_its_signature_stands_apart() -> None:
    text = "It is on\n14 May.\n\n> When is it? I heard\n> 7 April.\n>> Soon.\n\nBest,\nAnna\n-- \nAnna, Mill Lane, Hale"
    assert read_plaintext(text, "")[1] == [
        Piece("paragraph", "It is on 14 May."),
        Piece("quote", "When is it? I heard 7 April."),
        Piece("quote", "Soon."),
        Piece("paragraph", "Best, Anna"),
        Piece("paragraph", "Anna, Mill Lane, Hale"),
    ]
    assert read_plaintext("> 90: normal.\n> 60: mild.", "")[1] == [Piece("paragraph", "> 90: normal. > 60: mild.")]


def test_subtitles_are_read_without_their_times() -> None:
    text = "1\n00:00:01,000 --> 00:00:04,000\nIt was built in 1932\n\n2\n00:00:04,500 --> 00:00:08,000\nby a king."
    assert read_plaintext(text, "")[1] == [Piece("paragraph", "It was built in 1932 by a king.")]


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
