"""A sentence's clauses, and whether each of them denies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from assistant.negations import DENIAL, IDLE, WORD, denies, negative
from index.keywords import terms

_VERBS = (
    "(?:am|are|is|was|were|has|have|had|will|would|shall|should|can|could|may|might|must|does|did|do|he|she|it|they|we|you"
    "|i|not|never|no|nicht|pas|non|não|не)"
)
VERB = regex.compile(rf"\s(?:{_VERBS})\b", regex.IGNORECASE)
GOES_ON = regex.compile(rf"(?:(?:and|or|but|yet|und|et|y|e|и)\s)?(?:{_VERBS})\s", regex.IGNORECASE)
RELATIVE = regex.compile(rf"(?:which|who)\b|that\s(?:{_VERBS})\b", regex.IGNORECASE)
# A clause that only says whose words the others are.
ATTRIBUTION = regex.compile(
    r"(?:according to|in the (?:words|view) of|laut|selon|según|secondo|segundo)\s.*|(?:\S+\s){1,4}(?:said|says"
    r"|wrote|writes|stated|states|reported|reports|added|adds|argued|argues|warned|warns|noted|notes|found"
    r"|told \S+)\W*",
    regex.IGNORECASE,
)
CLAUSE = regex.compile(
    rf"\s(?=(?:and|or|und|et|y|e|и)\s(?:{_VERBS})\s)|"
    r"[,;:()|\n.!?—–]+(?=\s|$)|\s[—–-]\s|\s(?=(?:but|although|though|while|whereas|because|which|who|that|after|before"
    r"|when|if|unless|since|until|yet|however|aber|sondern|weil|obwohl|während|mais|parce|tandis|pero|sino|porque|mientras|ma"
    r"|perché|mas|но|потому|хотя)\s)",
    regex.IGNORECASE,
)
AND = regex.compile(r"\s(?:and|or|und|et|y|e|и)\s", regex.IGNORECASE)
COMPLEMENT = regex.compile(r"(?:that|whether|to)\b", regex.IGNORECASE)
SHORTEST_CLAUSE = 4  # words; a shorter piece continues the clause before it
BOUNDS = {
    "atleast": regex.compile(r"\bat least\b|\bno(?:t)? (?:fewer|less) than\b", regex.IGNORECASE),
    "atmost": regex.compile(r"\bat most\b|\bno(?:t)? more than\b", regex.IGNORECASE),
}
MARKS = regex.compile(r"[“”„«»\"]")


@dataclass(frozen=True)
class Clause:
    """A clause, its stems, those of its subject among them, its words in small letters, and whether it denies."""

    text: str
    stems: frozenset[str]
    subject: frozenset[str]
    words: frozenset[str]
    denied: bool


@lru_cache(4096)
def clauses(text: str, language: str, split_and: bool = False) -> tuple[Clause, ...]:
    """`text` clause by clause; what a denial announces ("no evidence that …") is denied too, and a clause that begins
    with "which" or goes on with "and was" has the subject of the one before among its stems."""
    parts: list[str] = []
    for part in _split(joined(text), split_and):
        short = len(part.split()) < SHORTEST_CLAUSE and not split_and and not ATTRIBUTION.fullmatch(part)
        short = short and not denies([part], language)
        announced = COMPLEMENT.match(part) and parts and denies([parts[-1]], language)
        if parts and (short or announced):
            parts[-1] += (" " if announced else ", ") + part
        else:
            parts.append(part)
    return tuple(_with_subjects(parts, language))


def _with_subjects(parts: Sequence[str], language: str) -> Iterator[Clause]:
    last = ""
    for number, part in enumerate(parts):
        clause = clause_of(part, language)
        if GOES_ON.match(part) or RELATIVE.match(part):
            yield replace(clause, stems=clause.stems | subject(last, language))
            continue
        last = part
        bare = len(part.split()) < SHORTEST_CLAUSE and not VERB.search(f" {part}")
        if not (bare and number + 1 < len(parts) and RELATIVE.match(parts[number + 1])):
            yield clause


def subject(text: str, language: str, *, sure: bool = False) -> frozenset[str]:
    """The stems before the first verb that is known as one; without any the first two, or none to be `sure`."""
    found = VERB.search(text)
    stems = terms(text[: found.start()] if found else text, language)
    return frozenset(stems if found else [] if sure else stems[:2])


def with_complements(text: str) -> list[str]:
    """The clauses of `text`, one that begins with "that" or "to" together with the one before."""
    parts: list[str] = []
    for part in _split(joined(text), split_and=False):
        if parts and COMPLEMENT.match(part):
            parts[-1] += " " + part
        else:
            parts.append(part)
    return parts


@lru_cache(4096)
def clause_of(text: str, language: str) -> Clause:
    """`text` as one clause."""
    words = frozenset(word.lower() if word != "May" else word for word in WORD.findall(text))
    idle = IDLE.sub(" ", text)
    denied = negative(idle, language) != bool(DENIAL.search(idle.lower()))
    return Clause(text, frozenset(terms(text, language)), subject(text, language), words, denied)


def _split(text: str, split_and: bool) -> list[str]:
    parts = [part for part in CLAUSE.split(text) if part and part.strip()]
    return [piece.strip() for part in parts for piece in (AND.split(part) if split_and else [part]) if piece.strip()]


def joined(text: str) -> str:
    """`text` without quotation marks, "at least", "at most" and what means the same as one word each."""
    for bound, meaning in BOUNDS.items():
        text = meaning.sub(bound, text)
    return str(MARKS.sub("", text))
