"""The messages of a client that keeps the conversation itself, as the turns that a follow-up question needs."""

from collections.abc import Iterable

from assistant.ask import LONGEST_QUESTION
from assistant.standalone import Turn, standalone
from index.article import flat

LONGEST_SAID = 4_000  # characters of an earlier answer that are of use to a follow-up


def turns(messages: Iterable[tuple[str, str]]) -> tuple[Turn, ...]:
    """The questions among `messages` (role, text) that were answered, oldest first. Instructions are not followed."""
    made: list[Turn] = []
    question = ""
    for role, text in messages:
        if role == "user":
            question = flat(text)[:LONGEST_QUESTION]
        elif role == "assistant" and question:
            made.append(Turn(question, standalone(question, made, "en"), True, flat(text)[:LONGEST_SAID]))
            question = ""
    return tuple(made)
