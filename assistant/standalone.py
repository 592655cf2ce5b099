"""A follow-up question rewritten so that it needs no history."""

from collections.abc import Sequence

from assistant import followup
from assistant.turn import Turn
from index.keywords import terms

ENOUGH = 2  # words of substance of a question that stands alone
FEW = 2  # words of substance of a question that may lean although nothing in it points


def standalone(question: str, earlier: Sequence[Turn], language: str) -> str:
    """`question` as it would be asked alone; unchanged where it leans on nothing, or nothing was asked before.

    In English by rules of its grammar, in other languages with the question before in front.
    """
    if not earlier or not leans(question, language):
        return question
    if language != "en":
        return f"{earlier[-1].searched_for} {question}"
    return followup.whole(question, earlier)


def widened(question: str, earlier: Sequence[Turn], language: str) -> str:
    """The question with what the one before asked about behind it, for where rules do not see what it points at.

    Empty where it names enough itself, or nothing was asked before: “did it help”, after “Who drained the marsh?”, is
    widened to “did it help (drained the marsh)?”.
    """
    if not earlier or language != "en" or not goes_on(question, language):
        return ""
    return f"{question.rstrip('? ')} ({followup.topic(earlier[-1].searched_for)})?"


def leans(question: str, language: str) -> bool:
    """Whether the question cannot be understood alone; outside English: whether it has hardly a word of substance."""
    return followup.leans(question) if language == "en" else len(terms(question, language)) < ENOUGH


def goes_on(question: str, language: str) -> bool:
    """Whether the question leans, or names so little that it may."""
    return leans(question, language) or len(terms(question, language)) <= FEW
