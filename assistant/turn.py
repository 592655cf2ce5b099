"""An earlier turn of a conversation, as far as a follow-up question needs it."""

from dataclasses import dataclass

from assistant.answer import Answer


@dataclass(frozen=True)
class Turn:
    """A question that was asked before, what was searched for, whether it was answered, and what was said.

    `words` are the very words that answered, where they are known; `cited` what was cited: the id of an article and
    the hash of its text, start and end.
    """

    question: str
    searched_for: str
    found: bool
    said: str = ""
    words: str = ""
    cited: tuple[tuple[str, str, int, int], ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> "Turn":
        said = " ".join(claim.text.strip() for claim in answer.claims if claim.citations)
        first = next((c for c in answer.citations if c.answer), None)
        words = (
            first.quote[first.answer[0] - first.start : first.answer[1] - first.start] if first and first.answer else ""
        )
        cited = tuple((one.article, one.article_hash, one.start, one.end) for one in answer.citations)
        return cls(answer.question, answer.searched_for, answer.found, said, words, cited)

    @property
    def answer(self) -> str:
        """What was said, behind the very words that answered."""
        return f"{self.words}. {self.said}"
