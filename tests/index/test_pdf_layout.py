"""Printed lines in their places, and what they must make."""

from dataclasses import replace

import pytest

from index.pdf_layout import Line, laid_out


def column(*lines: str, x: float = 50, top: float = 700, size: float = 10) -> list[Line]:
    return [
        Line(0, x, x + size * len(line) / 2, top - 12 * n, size, False, line)  # letters half as wide as they are high
        for n, line in enumerate(lines)
    ]


def texts(*pages: list[Line]) -> list[str]:
    numbered = [[replace(line, page=number) for line in page] for number, page in enumerate(pages)]
    return [piece.text for piece in laid_out(numbered)]


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (("they gave infor-", "mation to all"), "they gave information to all"),
        (("of the Russian-", "Azerbaijani relations"), "of the Russian-Azerbaijani relations"),
        (("during 2020-", "2021 it rained"), "during 2020-2021 it rained"),
        (("a well-known king was a well-", "known man"), "a well-known king was a well-known man"),
        (("the end -", "of it"), "the end - of it"),
    ],
)
def test_a_word_parted_at_a_line_end_is_made_whole(lines: tuple[str, str], joined: str) -> None:
    assert texts(column(*lines)) == [joined]


def test_only_a_bullet_is_cut_off_and_a_number_stays_in_its_text() -> None:
    lines = ["It was decided.", "3. Oktober 1990: it is kept.", "42) Carl came last.", "(4) Dan.", "• Eve."]
    assert texts(column(*lines)) == [*lines[:-1], "Eve."]


def test_running_heads_and_page_numbers_are_left_out_and_a_paragraph_goes_on_over_the_page() -> None:
    pages = [
        [
            *column("The Journal of Canals", top=780),
            *column(f"Page {n} tells of a lock that was built with care and", "that was never opened because", top=700),
            *column("the money ran out before the winter came.", top=676),
            *column(str(n), x=300, top=30),
        ]
        for n in (1, 2, 3)
    ]
    found = texts(*pages)
    assert len(found) == 3
    assert not any("Journal" in text for text in found)
    cut = [
        [*column("Head of it all", top=780), *column("The lock was built with care", "and it was never", top=100)],
        [*column("Head of it all", top=780), *column("opened because the money ran out.", "And so on.", top=700)],
    ]
    assert texts(*cut) == ["The lock was built with care and it was never opened because the money ran out. And so on."]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"left column line {n} goes on and" for n in range(8)]
    right = [f"right column line {n} goes on and" for n in range(8)]
    page = [*column("A title over both of the columns", top=760, size=18), *column(*left), *column(*right, x=320)]
    assert texts(page) == ["A title over both of the columns", " ".join(left + right)]


def test_a_sidebar_is_read_apart_and_a_table_row_by_row() -> None:
    names = ["Skills", "Welding", "Rowing", "Oslo", "Chess"]
    told = [f"main column line {n} goes on and" for n in range(8)]
    beside = [replace(line, bottom=line.bottom - 7 * n) for n, line in enumerate(column(*names, top=697, size=9))]
    assert texts([*beside, *column(*told, x=200)]) == [*names, " ".join(told)]
    rows = [*column(*names), *column(*told[:5], x=200)]
    assert texts(rows) == [f"{name} | {line}" for name, line in zip(names, told, strict=False)]


def test_a_table_of_contents_is_no_evidence() -> None:
    lines = ["1 Beginnings ........ 2", "2 The locks . . . . . . 17", "It was opened by a king."]
    assert [(piece.text, piece.aside) for piece in laid_out([column(*lines)])] == [
        (lines[0], True),
        (lines[1], True),
        (lines[2], False),
    ]
