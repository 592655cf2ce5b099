"""Questions and statements made from others: one thing is changed, so that the passage no longer answers them.

SQuAD 2.0 has such twins, written by people: a changed name, date, number, an antonym, a negation. There are few of
them in the data, so most are made here, some by making an edit that people made in one question in others.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]*[a-z](?: (?:of |the |de |von )?[A-Z][\w'’-]+)*")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
ANTONYMS = """
first last, before after, increase decrease, increased decreased, largest smallest, high low, rise fall, higher
lower, highest lowest, more less, most least, early late, earlier later, begin end, old new, began ended, start
finish, started stopped, north south, northern southern, east west, eastern western, win lose, won lost, accept
reject, accepted rejected, allow forbid, allowed forbidden, open close, support oppose, supported opposed, buy
sell, bought sold, male female, men women, best worst, positive negative, public private, major minor, create
destroy, created destroyed, gain lose, longest shortest, strong weak, upper lower, internal external, inside
outside, above below, good bad, success failure, succeeded failed, always never, all none, import export, enter
leave, arrive depart, cause prevent, caused prevented, love hate, agree disagree, agreed disagreed, include
exclude, hot cold, included excluded, legal illegal, likely unlikely, friend enemy, allies enemies, attack
defend, up down, maximum minimum, light dark, rich poor, young old, fast slow, common rare, son daughter, king
queen, mother father, brother sister, husband wife, husband father, birth death, born buried, built demolished
"""
OPPOSITE = {a: b for pair in ANTONYMS.split(",") for a, b in (pair.split(), reversed(pair.split()))}
AUXILIARY = re.compile(
    r"\b(did|does|do|is|are|was|were|has|have|had|can|could|will|would|should)\b (\w+)?", re.IGNORECASE
)
WH = re.compile(
    r"\b(what (year|date|day|month|time|country|city|name|percentage|person|company|kind of \w+|type of \w+)"
    r"|which \w+|how many|how much|what|when|where|who|whom|why)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pool:
    """What a question's parts are exchanged for: names, numbers and words near it, and edits that people made.

    `edits` has, for one or two words in lower case, what stood in their place in a twin.
    """

    names: Sequence[str]
    numbers: Sequence[str]
    words: Sequence[str]
    edits: Mapping[str, Sequence[str]]


def altered(question: str, pool: Pool, chance: random.Random) -> str | None:
    """`question` with one thing changed; None where nothing in it can be."""
    ways = [_other_name, _other_number, _antonym, _negated, _other_word, _edited, _edited]
    chance.shuffle(ways)
    for way in ways:
        changed = way(question, pool, chance)
        if changed and changed.lower() != question.lower():
            return changed
    return None


def edit(question: str, twin: str) -> tuple[str, str] | None:
    """The one or two words of `question` that are others in `twin`, and those; None where more differs."""
    old, new = (text.rstrip("? ").lower().split() for text in (question, twin))
    changes = [
        (old[a:b], new[c:d])
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    if len(changes) != 1 or not all(1 <= len(part) <= 2 for part in changes[0]) or len(old) < 4:
        return None
    return " ".join(changes[0][0]), " ".join(changes[0][1])


def statement(question: str, answer: str) -> str | None:
    """The question with the answer in the place of its question word: "2003 was it built", as claims are scored."""
    body = question.rstrip("? ")
    return WH.sub(lambda _: answer, body, count=1) if WH.search(body) else None


def numbers_in(text: str) -> list[str]:
    """The numbers of `text`, as they are written."""
    return NUMBER.findall(text)


def names_in(text: str) -> list[str]:
    """The capitalised words of `text` that do not begin a sentence."""
    return NAME.findall(text)


def words_of(question: str) -> list[str]:
    """Its longer lower-case words."""
    return [word for word in re.findall(r"\b[a-z]{5,}\b", question) if word not in OPPOSITE]


def _other_name(question: str, pool: Pool, chance: random.Random) -> str | None:
    found = NAME.findall(question)
    others = [name for name in pool.names if name not in question]
    if not found or not others:
        return None
    old = chance.choice(found)
    alike = [name for name in others if len(name.split()) == len(old.split())] or others
    return question.replace(old, chance.choice(alike), 1)


def _other_number(question: str, pool: Pool, chance: random.Random) -> str | None:
    found = NUMBER.findall(question)
    if not found:
        return None
    old = chance.choice(found)
    alike = [number for number in pool.numbers if len(number) == len(old) and number not in question]
    if alike and chance.random() < 0.5:
        return question.replace(old, chance.choice(alike), 1)
    place = chance.choice([n for n, sign in enumerate(old) if sign.isdigit()])
    digit = str((int(old[place]) + chance.randint(1, 8)) % 10)
    return question.replace(old, old[:place] + digit + old[place + 1 :], 1)


def _antonym(question: str, _: Pool, chance: random.Random) -> str | None:
    found = [word for word in re.findall(r"\b[a-z]+\b", question) if word in OPPOSITE]
    if not found:
        return None
    old = chance.choice(found)
    return _exchanged(question, old, OPPOSITE[old])


def _negated(question: str, _: Pool, chance: random.Random) -> str | None:
    if chance.random() < 0.5 or re.search(r"\b(not|never|no)\b|n't", question):
        return None  # negation is the rarest of the ways in which people change questions
    found = AUXILIARY.search(question)
    if not found or not found[2]:
        return None
    word = chance.choice(["not", "never", "n't"])
    where = found.end(1) if word == "n't" or found[1].lower() in ("is", "was", "are", "were") else found.end()
    return question[:where] + ("n't" if word == "n't" else f" {word}") + question[where:]


def _other_word(question: str, pool: Pool, chance: random.Random) -> str | None:
    found = words_of(question)
    others = [word for word in pool.words if word not in question]
    if not found or not others:
        return None
    old = chance.choice(found)
    alike = [word for word in others if word[-2:] == old[-2:]] or others  # most often of the same form
    return _exchanged(question, old, chance.choice(alike))


def _edited(question: str, pool: Pool, chance: random.Random) -> str | None:
    words = re.findall(r"[^\s?]+", question)
    found = [one for one in [*words, *map(" ".join, pairwise(words))] if one.lower() in pool.edits]
    if not found:
        return None
    old = chance.choice(found)
    return _exchanged(question, old, chance.choice(pool.edits[old.lower()]))


def _exchanged(question: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, question, count=1)
