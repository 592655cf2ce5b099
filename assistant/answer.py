"""What an answer is: claims, each with its state and the exact characters that support it."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from index.article import Span
from index.library import Kept

State = Literal["quoted", "supported", "unsupported"]


@dataclass(frozen=True)
class Citation:
    """Characters `start` to `end` of an article, and what stands there: `article.text[start:end] == quote`.

    `n` is its number in the answer, from 1. `url` is empty where the article has no address. `answer` are the
    characters, start and end in the article, of the very words inside the quote that answer; None where not known.
    """

    n: int
    article: str
    title: str
    section: str
    quote: str
    start: int
    end: int
    article_hash: str
    url: str
    answer: tuple[int, int] | None = None

    @property
    def place(self) -> str:
        """Its title and section, as people are told."""
        return " › ".join(filter(None, (self.title, self.section)))

    @classmethod
    def of(cls, n: int, kept: Kept, span: Span, answer: Span | None = None) -> "Citation":
        article = kept.article
        section = article.section(span.start)
        return cls(
            n, kept.id, article.title, section, article[span], span.start, span.end, article.hash, article.url,
            (answer.start, answer.end) if answer else None,
        )  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """One statement of an answer and what supports it; an `unsupported` one cites nothing and has a `reason`.

    The texts of a written answer, joined, are its Markdown without the citation markers.
    """

    text: str
    state: State
    citations: tuple[Citation, ...]
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Without its citations, which each place that keeps or sends it gives in its own way."""
        return {"text": self.text, "state": self.state, "reason": self.reason}


@dataclass(frozen=True)
class Searched:
    """What was searched for: the question, so that it needs no history. It comes before the claims."""

    searched_for: str


Part = Searched | Claim  # of an answer on its way; the Answer itself comes last


@dataclass(frozen=True)
class Answer:
    """The whole of what is said to a question. Not `found` means that no claim is supported; `nearest` then says
    what comes closest, at most three.

    `answerability` is 0 to 1; `sentences_read` of `sentences_held` in the articles asked were scored. `model_failure`
    says why the model that should have written it did not, and is empty when none failed; `prompt_version` is that of
    the prompts it was written with, empty without a model. `stages` are the seconds that each step took.
    """

    question: str
    searched_for: str
    claims: tuple[Claim, ...]
    nearest: tuple[Citation, ...]
    answerability: float
    sentences_read: int
    sentences_held: int
    articles_held: int
    answered_by: str
    seconds: float
    model_failure: str = ""
    prompt_version: str = ""
    stages: tuple[tuple[str, float], ...] = ()

    @property
    def found(self) -> bool:
        return any(claim.citations for claim in self.claims)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of the claims once, by number."""
        return tuple({c.n: c for claim in self.claims for c in claim.citations}.values())

    @property
    def not_found(self) -> str:
        """The words for an answer that was not found."""
        where = "the article" if self.articles_held == 1 else f"the {self.articles_held} articles"
        all_of_them = self.sentences_read == self.sentences_held
        count = f"all {self.sentences_held:,}" if all_of_them else f"{self.sentences_read:,} of {self.sentences_held:,}"
        nearest = "; the nearest are:" if len(self.nearest) > 1 else "; the nearest is:" if self.nearest else "."
        return f"I could not find this in {where}. I read {count} sentences{nearest}"

    def as_json(self) -> dict[str, Any]:
        """The answer as every door gives it out."""
        return {
            "question": self.question,
            "searched_for": self.searched_for,
            "found": self.found,
            "claims": [{**claim.as_json(), "citations": [c.n for c in claim.citations]} for claim in self.claims],
            "citations": [asdict(citation) for citation in self.citations],
            "nearest": [asdict(citation) for citation in self.nearest],
            "answerability": round(self.answerability, 4),
            "not_found": "" if self.found else self.not_found,
            "sentences_read": self.sentences_read,
            "sentences_held": self.sentences_held,
            "articles_held": self.articles_held,
            "answered_by": self.answered_by,
            "model_failure": self.model_failure,
            "prompt_version": self.prompt_version,
            "seconds": round(self.seconds, 3),
            "stages": {name: round(seconds, 3) for name, seconds in self.stages},
        }

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Answer":
        """The answer that `as_json` gave out, also that of an earlier version, which knew fewer members."""
        cited = {one["n"]: _citation(one) for one in given["citations"]}
        claims = [
            Claim(one["text"], one["state"], tuple(cited[n] for n in one["citations"]), one["reason"])
            for one in given["claims"]
        ]
        nearest, stages = tuple(map(_citation, given["nearest"])), tuple(given.get("stages", {}).items())
        made = ("claims", "nearest", "stages")
        kept = {f.name: given[f.name] for f in fields(cls) if f.name in given and f.name not in made}
        return cls(claims=tuple(claims), nearest=nearest, stages=stages, **kept)


def _citation(given: dict[str, Any]) -> Citation:
    answer = given["answer"]
    return Citation(**{**given, "answer": (answer[0], answer[1]) if answer else None})
