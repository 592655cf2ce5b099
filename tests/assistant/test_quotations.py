"""Which words count as quoted, and when they stand in a text."""

import pytest

from assistant.plain import tokens
from assistant.quotations import Run, fills, quotations, stands


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("He said “no way” twice.", ["no way"]),
        ('He said "no way" twice.', ["no way"]),
        ("Er sagte „nein“ und «ja» und »so«.", ["nein", "ja", "so"]),
        ("He said ‘not on my boat’ and 'never on mine'.", ["not on my boat", "never on mine"]),
        ("The dogs' and cats' don't and rock 'n' roll’s ’90s.", ["n"]),
        ('A 5" pipe and a 6" pipe', []),
        ("He said “no way and left.", ["no way and left."]),
        ("> No way.\n> Never.\n> — Ann", ["No way.\nNever."]),
        ("A “…” and “!”", []),
        ("「桥」", ["桥"]),
    ],
)
def test_what_stands_in_quotation_marks_or_a_quoted_block_is_a_quotation(said: str, quoted: list[str]) -> None:
    assert quotations(said)[0] == quoted


def run(*sentences: str) -> list[Run]:
    return [Run(tokens(" ".join(sentences)), tuple(map(tokens, sentences)))]


@pytest.mark.parametrize(
    ("quotation", "verbatim"),
    [
        ("the Elm - 5 km² wide - is old", True),
        ("The Elm", True),
        ("The elm", False),
        ("the Elm – 5 km wide", False),
        ("the Elm is", False),
        ("5 km² … old", True),
        ("old … old", False),
        ("old. About $3 million", True),
        ("old … paid", False),
        ("3 million was paid", False),
        ("About $3", False),
        ("was paid", False),
        ("was … more", False),
        ("was paid never more.", False),
        ("was not paid more, ever", True),
        ("paid more", False),
        ("ever,", True),
        ("eve", False),
        ("", False),
    ],
)
def test_a_quotation_stands_only_where_it_does_word_for_word(quotation: str, verbatim: bool) -> None:
    runs = run("Anyhow, the Elm — 5 km² wide — is old.", "About $3 million was not paid more, ever.")
    assert stands(quotation, runs, negated=False) == verbatim


def test_a_negation_of_the_statement_itself_lets_a_quotation_begin_after_one() -> None:
    runs = run("The dam is not safe.")
    assert [stands("safe", runs, negated=negated) for negated in (False, True)] == [False, True]


def test_whole_sentences_are_told_from_parts() -> None:
    runs = run("The dam is safe.", "It is old.", "It leaks.")
    statements = ["The dam is safe", "It is old. It leaks", "The dam is", "is safe. It is old"]
    assert [fills(statement, runs) for statement in statements] == [True, True, False, False]
