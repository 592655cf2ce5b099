"""Where a model's text is cut, that nothing of it is lost, and that it takes no longer than it should."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.drafts import Draft, drafts
from assistant.pieces import LONGEST_BLOCK, ROOM


def cut(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(draft.raw, draft.numbers) for draft in drafts([text])]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It rose. [3] It fell [4]. Then", [("It rose. [3] ", (3,)), ("It fell [4]. ", (4,)), ("Then", ())]),
        ("It rose. [3]\n\n---\n\nIt fell.", [("It rose. [3]\n\n---\n\n", (3,)), ("It fell.", ())]),
        ("It rose.\n[3] It fell. [4]", [("It rose.\n[3] ", (3,)), ("It fell. [4]", (4,))]),
        ("It rose [1]\nIt fell [2]", [("It rose [1]\n", (1,)), ("It fell [2]", (2,))]),
        ("- It rose. [1]\n- It fell [2]\n  [3]\n", [("- It rose. [1]\n", (1,)), ("- It fell [2]\n  [3]\n", (2, 3))]),
        ("1. It rose [1].\n2. It fell.", [("1. It rose [1].\n", (1,)), ("2. It fell.", ())]),
        ("# Why\n\nReasons:\n\n- One [1]\n- Two [2]", [("# Why\n\nReasons:\n\n- One [1]\n", (1,)),
        ("- Two [2]", (2,))]),
        ("**Why**\n\nIt rose [1].", [("**Why**\n\nIt rose [1].", (1,))]),
        ("It rose [1].\n\n# Why", [("It rose [1].\n\n", (1,)), ("# Why", ())]),
        ("| a | b |\n|--|--|\n| 1 [1] | 2. No. |\n\n[2]\n\nIt", [
            ("| a | b |\n|--|--|\n| 1 [1] | 2. No. |\n\n[2]\n\n", (1, 2)), ("It", ())]),
        ("> It rose. It fell.\n> So [1]\n\nIt", [("> It rose. It fell.\n> So [1]\n\n", (1,)), ("It", ())]),
        ("```\nx = a[1]. No.\n\n# y\n```\n\n[2]", [("```\nx = a[1]. No.\n\n# y\n```\n\n[2]", (2,))]),
        ("See `a[1]. No` there [2]. It", [("See `a[1]. No` there [2]. ", (2,)), ("It", ())]),
        ("See [1](u) and [a](b) [sic]. It", [("See [1](u) and [a](b) [sic]. ", ()), ("It", ())]),
        ("“It rose. [1] It fell.” [2] Then", [("“It rose. [1] It fell.” [2] ", (1, 2)), ("Then", ())]),
        ("Dr. Ito came on Nov. 9, e.g. to the U.S. Army. It", [
            ("Dr. Ito came on Nov. 9, e.g. to the U.S. Army. ", ()), ("It", ())]),
        ("**It rose.** [1] It", [("**It rose.** [1] ", (1,)), ("It", ())]),
        ("桥高。[1]它老。好", [("桥高。[1]", (1,)), ("它老。", ()), ("好", ())]),
        ("Five. It rose [1].", [("Five. It rose [1].", (1,))]),
        ("Not so. It fell. It rose [1].", [("Not so. It fell. ", ()), ("It rose [1].", (1,))]),
        ("It rose [1]. Not there.", [("It rose [1]. ", (1,)), ("Not there.", ())]),
        ("[1] It rose.\n[2] It fell.", [("[1] It rose.\n", (1,)), ("[2] It fell.", (2,))]),
        ("[1] It rose. [2] It fell.", [("[1] It rose. ", (1,)), ("[2] It fell.", (2,))]),
        ("Two:\n[1] It rose.\n[2]: It fell.", [("Two:\n[1] It rose.\n", (1,)), ("[2]: It fell.", (2,))]),
        ("It rose. ([1], [2]) It fell. **[3]** So", [
            ("It rose. ([1], [2]) ", (1, 2)), ("It fell. **[3]** ", (3,)), ("So", ())]),
        ("---\n\nIt rose.", [("---\n\nIt rose.", ())]),
        ("\n", [("\n", ())]),
        ("", []),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_its_statements_end(text: str, wanted: list[tuple[str, tuple[int, ...]]]) -> None:
    assert cut(text) == wanted


@pytest.mark.parametrize(
    ("text", "said", "numbers"),
    [
        ("Up [1].", "Up.", (1,)),
        ("Up. [1, 2][2][3]", "Up.", (1, 2, 3)),
        ("Up [1-3] [5–6].", "Up.", (1, 2, 3, 5, 6)),
        ("Up 【1】【2†source】［3］[^4]", "Up", (1, 2, 3, 4)),
        ("Up [3-1]", "Up", (3, 2, 1)),
        ("Up [2023]", "Up", (2023,)),
        ("Up [1], [2] and [3].", "Up.", (1, 2, 3)),
        ("Up [1 and 2] ([3]; [4]).", "Up.", (1, 2, 3, 4)),
        ("Up **[1]** *[2]* [[3]] [[4]](#4)<sup>[5]</sup>.", "Up.", (1, 2, 3, 4, 5)),
        ("[1] Up", "Up", (1,)),
        ("[^1]: Up", "Up", (1,)),
        ("**Up [1] now** (see below)", "**Up now** (see below)", (1,)),
        ("Up [1-999999999]", "Up", (1, 999999999)),
        ("Up [1", "Up [1", ()),
        ("Up [1](x), [a], [], [1.5]", "Up [1](x), [a], [], [1.5]", ()),
        ("**Up** [1] now", "**Up** now", (1,)),
    ],
)
def test_markers_are_taken_out_and_their_numbers_kept(text: str, said: str, numbers: tuple[int, ...]) -> None:
    assert list(drafts([text])) == [Draft(text, said, numbers)]


def test_a_statement_comes_as_soon_as_the_next_one_begins() -> None:
    read: list[str] = []

    def chunks() -> "list[str]":
        return list("It rose. [1] It fell. [2] So it goes.")

    came = []
    for draft in drafts(read.append(chunk) or chunk for chunk in chunks()):  # type: ignore[func-returns-value]
        came.append((draft.raw, "".join(read)))
    assert came[:2] == [("It rose. [1] ", "It rose. [1] I"), ("It fell. [2] ", "It rose. [1] It fell. [2] S")]


PARTS = st.sampled_from(
    ["It rose", ". ", "! ", "[1]", "[1, 2]", "[1-3]", "[", "]", "(", ")", "**[1]**",
     "</sup>", "<sup>", "and", "【1†", "】", "\n", "\n\n", "  ", "- ",
    "1. ", "# ", "| ",
     "> ", "```", "`", "~~~", "“", "”", '"', "'", "*", "**", "_", ":", "…", "。", "桥", "U.S.", "e.g.",
     "a" * 50, "5", "\t",
     "\r\n", "\u00a0", "\u2028", "---"]
)  # fmt: skip
TEXTS = st.lists(PARTS, max_size=40).map("".join) | st.text(max_size=120)


@given(TEXTS, st.data())
def test_drafts_joined_are_the_text_however_it_came(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    whole = list(drafts([text]))
    assert "".join(draft.raw for draft in whole) == text
    assert list(drafts(text[a:b] for a, b in pairwise([0, *cuts, len(text)]))) == whole
    assert list(drafts(text)) == whole
    if any(map(str.isalnum, "".join(draft.said for draft in whole))):
        assert all(any(map(str.isalnum, draft.raw)) for draft in whole)


NASTY = ["It rose. [3] ", "a", "a ", "[", "[1", "[1,", "|", "*", '"', "`", "`a", "“", "e.g. ", "\n", "- a\n", "# a\n",
         "```\n", "1. ", ".", "【1†", "[1] ", "“a. [1] B", " ", "'a. ", "([1], ", "**[1]",
         "[1] a. ", "<sup>", "]. "]  # fmt: skip


@pytest.mark.parametrize("part", NASTY)
def test_time_grows_with_the_length_of_the_text_alone(part: str) -> None:
    assert _grows_alone(part, 31_250)


def test_time_grows_alike_up_to_a_megabyte() -> None:
    assert _grows_alone("".join(NASTY), 125_000)


def _grows_alone(part: str, size: int) -> bool:
    """Whether eight times the text takes less than 24 times as long: the quickest of three trials of either."""
    short = max(min(_seconds((part * size)[:size]) for _ in range(3)), 0.02)
    return any(_seconds((part * 8 * size)[: 8 * size]) <= 24 * short for _ in range(3))


def _seconds(text: str) -> float:
    """Of the processor, for the drafts of a text, which must make it up."""
    began = time.process_time()
    found = list(drafts([text]))
    spent = time.process_time() - began
    assert "".join(draft.raw for draft in found) == text
    return spent


def test_a_text_that_never_ends_a_sentence_is_cut_all_the_same() -> None:
    found = list(drafts(["a " * 100_000]))
    assert max(len(draft.raw) for draft in found) <= LONGEST_BLOCK + ROOM
