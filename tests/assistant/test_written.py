"""Where the [n] of an answer stand."""

from dataclasses import replace

from assistant.answer import Answer
from assistant.ask import Assistant
from assistant.written import Written


def test_a_mark_is_where_it_was_written_whatever_the_quotes_hold(town: Assistant) -> None:
    answer: Answer = town.ask("How do I reverse a list in Python?")
    quotes = ("It is old.", "It is [1] long [3].", "[2] It is [1].")
    nearest = tuple(replace(one, quote=quote) for one, quote in zip(answer.nearest, quotes, strict=True))
    written = Written("https://ask.example.org")
    text, marks = written.end(replace(answer, nearest=nearest))
    assert text == written.text
    assert [text[: mark.end].splitlines()[-1] for mark in marks] == [
        "- “It is old.” [1]", "- “It is [1] long [3].” [2]", "- “[2] It is [1].” [3]",
    ]  # fmt: skip
    assert [text[mark.start : mark.end] for mark in marks] == ["[1]", "[2]", "[3]"]
