"""Answers and conversations as Markdown to keep and pass on."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.answer import Answer, Citation, Claim
from assistant.conversations import Conversation, StoredTurn
from assistant.markdown import exported, joined, numbered, with_footnotes

ONE = Citation(1, "a", "The\nBridge", "Damage", "It cost [1] crown.", 3, 21, "0" * 64, "https://example.org/é")
TWO = Citation(2, "b", "The Mill", "", "It\n\nburned.", 7, 18, "1" * 64, "")
QUOTED = Claim(ONE.quote, "quoted", (ONE,))
OWN = Claim("It burned and cost [1] crown.\n\n", "supported", (ONE, TWO))
WRONG = Claim("It sank. ", "unsupported", (), "no")
FOUND = Answer("Why?", "Why did it burn?", (QUOTED, OWN, WRONG), (), 0.9, 4, 4, 1, "reader", 0.1)
NOT_FOUND = replace(FOUND, question="Who?", searched_for="Who?", claims=(), nearest=(ONE, TWO))


def test_a_claim_has_its_numbers_behind_it_and_is_quoted_where_it_is_verbatim() -> None:
    assert [numbered(claim) for claim in (QUOTED, OWN, WRONG)] == [
        "“It cost [1] crown.” [1]",
        "It burned and cost [1] crown. [1][2]\n\n",
        "It sank. (unsupported) ",
    ]
    assert numbered(Claim("\n\n", "unsupported", ())) == "\n\n"
    assert joined([]) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("| a | b |\n|---|---|\n| c | d |\n\n", "| a | b |\n|---|---|\n| c | d [1][2] |\n\n"),
        ("```\nx = 1\n```\n\n", "```\nx = 1\n```\n\n[1][2]\n\n"),
        ("It rose.\n\n---\n\n", "It rose. [1][2]\n\n---\n\n"),
        ("a" + "\n---" * 2_000, "a [1][2]" + "\n---" * 2_000),
    ],
)
def test_its_numbers_break_no_table_no_block_of_code_and_no_line(text: str, shown: str) -> None:
    assert numbered(Claim(text, "supported", (ONE, TWO))) == shown


def test_footnotes_hold_title_section_quote_characters_and_address() -> None:
    assert with_footnotes(FOUND) == (
        "“It cost [1] crown.” [^1]\n\n"
        "It burned and cost [1] crown. [^1][^2]\n\n"
        "It sank. (unsupported)\n\n"
        "[^1]: The Bridge › Damage, characters 3–21: “It cost [1] crown.” https://example.org/é\n"
        "[^2]: The Mill, characters 7–18: “It burned.”\n"
    )


def test_what_was_not_found_names_the_nearest() -> None:
    assert with_footnotes(NOT_FOUND, "3-") == (
        "I could not find this in the article. I read all 4 sentences; the nearest are:\n- [^3-1]\n- [^3-2]\n\n"
        "[^3-1]: The Bridge › Damage, characters 3–21: “It cost [1] crown.” https://example.org/é\n"
        "[^3-2]: The Mill, characters 7–18: “It burned.”\n"
    )


def test_a_conversation_is_exported_with_footnotes_of_its_own_for_each_turn() -> None:
    now = datetime.now(UTC)
    turns = (
        StoredTurn(1, "Why\nnot?", now, False, FOUND, FOUND.claims),
        StoredTurn(2, "Who?", now, False, NOT_FOUND, ()),
        StoredTurn(3, "When?", now, True, None, (QUOTED, OWN, WRONG)),
    )
    text = exported(Conversation("id", "ann", "Bridges", (), now, now, 3, turns))
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("#")] == ["# Bridges", "## Why not?", "## Who?", "## When?"]
    assert "Searched for: Why did it burn?" in lines
    assert sum(line.startswith("Searched for") for line in lines) == 1
    assert [line.split(":")[0] for line in lines if line.startswith("[^")] == ["[^1-1]", "[^1-2]", "[^2-1]", "[^2-2]"]
    assert text.endswith(f"{ONE.quote}\n\n{OWN.text}It sank. (unsupported)\n\n(This answer was cut off.)\n")
    assert exported(Conversation("id", "ann", "", (), now, now, 0)) == "# Conversation\n"
