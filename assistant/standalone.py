"""A follow-up question rewritten so that it needs no history."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant import followup
from assistant.answer import Answer
from index.keywords import terms

ENOUGH = 2  # words of substance of a question that stands alone
FEW = 2  # words of substance of a question that may lean although nothing in it points


@dataclass(frozen=True)
class Turn:
    """A question that was asked before, what was searched for, whether it was answered, and what was said.

    `words` are the very words that answered, where they are known.
    """

    question: str
    searched_for: str
    found: bool
    said: str = ""
    words: str = ""

    @classmethod
    def of(cls, answer: Answer) -> "Turn":
        said = " ".join(claim.text.strip() for claim in answer.claims if claim.citations)
        first = next((c for c in answer.citations if c.answer), None)
        words = (
            first.quote[first.answer[0] - first.start : first.answer[1] - first.start] if first and first.answer else ""
        )
        return cls(answer.question, answer.searched_for, answer.found, said, words)


def standalone(question: str, earlier: Sequence[Turn], language: str) -> str:
    """`question` as it would be asked alone; unchanged where it leans on nothing, or nothing was asked before.

    In English by rules of its grammar, in other languages with the question before in front.
    """
    if not earlier or not leans(question, language):
        return question
    if language != "en":
        return f"{earlier[-1].searched_for} {question}"
    asked = [(turn.question, turn.searched_for) for turn in earlier]
    return followup.whole(question, asked, [f"{turn.words}. {turn.said}" for turn in earlier])


def widened(question: str, earlier: Sequence[Turn], language: str) -> str:
    """The question with what the one before asked about behind it, for where rules do not see what it points at.

    Empty where it names enough itself, or nothing was asked before: “did it help”, after “Who drained the marsh?”, is
    widened to “did it help (drained the marsh)?”.
    """
    if not earlier or language != "en" or not (leans(question, language) or len(terms(question, language)) <= FEW):
        return ""
    return f"{question.rstrip('? ')} ({followup.topic(earlier[-1].searched_for)})?"


def leans(question: str, language: str) -> bool:
    """Whether the question cannot be understood alone; outside English: whether it has hardly a word of substance."""
    return followup.leans(question) if language == "en" else len(terms(question, language)) < ENOUGH
