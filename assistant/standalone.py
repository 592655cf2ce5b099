"""A follow-up question rewritten so that it needs no history."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Answer
from index.keywords import terms

# English words that lean on what was said before.
OPENING = re.compile(r"(and|but|so|then|or|also|what about|how about|what else|why not|how so|really)\b", re.IGNORECASE)
POINTER = re.compile(
    r"\b(he|him|his|she|hers?|it|its|they|them|theirs?|this|these|those|ones?|there|such)\b"
    r"|\bthe (same|former|latter|other)\b",
    re.IGNORECASE,
)
ENOUGH = 2  # words of substance before a pointing word: then it may point at them


@dataclass(frozen=True)
class Turn:
    """A question that was asked before, what was searched for, whether it was answered, and what was said."""

    question: str
    searched_for: str
    found: bool
    said: str = ""

    @classmethod
    def of(cls, answer: Answer) -> "Turn":
        said = " ".join(claim.text.strip() for claim in answer.claims if claim.citations)
        return cls(answer.question, answer.searched_for, answer.found, said)


def standalone(question: str, earlier: Sequence[Turn], language: str) -> str:
    """`question`, with the one before it in front where it leans on it; unchanged without earlier turns."""
    if not earlier or not leans(question, language):
        return question
    return f"{earlier[-1].searched_for} {question}"


def leans(question: str, language: str) -> bool:
    """Whether the question cannot be understood alone: it has hardly a word of substance, or points back."""
    if OPENING.match(question) or len(terms(question, language)) < ENOUGH:
        return True
    pointer = POINTER.search(question) if language == "en" else None
    return pointer is not None and len(terms(question[: pointer.start()], language)) < ENOUGH
