"""What the verifier learns from: statements, and whether the sentences that they cite say it.

One statement a line: `{"title", "text", "claim", "supported"}`, where `text` are the cited sentences, with " … "
between those that do not follow each other.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from index.article import Span
from index.keywords import terms
from index.training.questions import rows

STEP = 32  # statements
SORTED = 20  # steps whose statements are sorted by length together, so that little is padded
# Who writes a false statement stays near the article's words, who writes a true one goes away from them. Lest the
# network learn that: beside some true ones sentences that share little with them, and sentences as they stand.
MISCITED, VERBATIM, LITTLE = 0.12, 0.1, 0.6
FLIPPED = 0.3  # of the statements, or sentences, are seen with a word turned
# Words that turn a sentence into what it does not say, or say less surely, when one stands for the other.
EXCHANGES = """
    is|is not, was|was not, are|are not, were|were not, has|has not, had|had not, can|cannot, will|will not,
    did|did not, does|does not, would|would not, should|should not, may|must, always|never, before|after, with|without,
    all|some, everybody|nobody, everyone|no one, both|neither of the, more than|less than, at least|at most,
    up to|more than, increased|decreased, rose|fell, higher|lower, larger|smaller, most|few, first|last,
    agreed to|refused to, managed to|failed to, said|denied, says|denies, confirmed|denied, accepted|rejected,
    approved|rejected, allowed|forbidden, supports|opposes, supported|opposed, because of|in spite of, won|lost,
    opened|closed, started|stopped, begins|ends, buys|sells, bought|sold, early|late, inside|outside, above|below,
    increase|decrease, the only|one of the, every|hardly any, often|seldom, still|no longer, already|not yet,
    safe|dangerous, cheaper|dearer
"""
# What a sentence that plans, supposes or quotes becomes when it tells a fact; not the other way round.
HARDENED = """
    may|will, might|will, could|did, would|did, plans to|has begun to, planned to|began to, wants to|is about to,
    hopes to|will, intends to|has decided to, is expected to|will, are expected to|will, is said to|is known to,
    reportedly|certainly, allegedly|undoubtedly, probably|certainly, perhaps|certainly, apparently|clearly,
    claims|has proved, believes|knows, suspects|knows, nearly|fully, almost|entirely, some|all, many|all, most|all,
    sometimes|always, usually|always, often|always, partly|entirely, one of the reasons|the only reason,
    not true|true, unless|if, if|since, suggests|proves, suggested|proved
"""
TWIN = 0.6  # of their words at least are the same, in the same order
WORD = re.compile(r"\w+|[^\w\s]")
_PAIRS = [tuple(pair.strip().split("|")) for pair in EXCHANGES.split(",")]
TURNS = [*_PAIRS, *((b, a) for a, b in _PAIRS), *(tuple(pair.strip().split("|")) for pair in HARDENED.split(","))]
PARTS = re.compile(r"; |, (?=and |but |which |who |so )")


@dataclass(frozen=True)
class Statement:
    """A claim, the sentences that it cites under their title, and whether they support it.

    `wrong` are the words by which one that is not supported differs from one that is, as far as there is such a twin.
    """

    claim: str
    title: str
    text: str
    supported: bool
    wrong: tuple[Span, ...] = ()


def statements(path: Path) -> list[Statement]:
    """The statements of a .jsonl file, in their order."""
    read = [Statement(row["claim"], row["title"], row["text"], row["supported"]) for row in rows(path)]
    sound: dict[str, list[str]] = defaultdict(list)
    for one in read:
        if one.supported:
            sound[one.title].append(one.claim)
    return [one if one.supported else replace(one, wrong=differing(one.claim, sound[one.title])) for one in read]


def differing(claim: str, sound: Sequence[str]) -> tuple[Span, ...]:
    """Where `claim` differs from the likest of the `sound` ones: none where they are not twins. Of words that it lacks
    those beside their place."""
    words = list(WORD.finditer(claim))
    mine = [word.group().lower() for word in words]
    others = [[word.lower() for word in WORD.findall(other)] for other in sound]
    matchers = [SequenceMatcher(None, other, mine, autojunk=False) for other in others]
    best = max(matchers, key=SequenceMatcher.ratio, default=None)
    if best is None or best.ratio() < TWIN:
        return ()
    found = []
    for kind, _, _, first, last in best.get_opcodes():
        if kind != "equal":
            begin, end = (first, last) if last > first else (max(0, first - 1), min(len(words), first + 1))
            found.append(Span(words[begin].start(), words[end - 1].end()))
    return tuple(found)


def drawn(given: Sequence[Statement], seed: int) -> Iterator[list[Statement]]:
    """STEP statements at a time, of like length, without end; the same for the same `seed`. None of none."""
    chance = random.Random(seed)
    titles: dict[str, list[str]] = defaultdict(list)
    for one in given:
        titles[one.title].append(one.text)
    while given:
        every = [made for one in given for made in (one, *_beside(one, titles[one.title], chance))]
        chance.shuffle(every)
        for first in range(0, len(every), STEP * SORTED):
            alike = sorted(every[first : first + STEP * SORTED], key=lambda one: len(one.claim) + len(one.text))
            cuts = [alike[place : place + STEP] for place in range(0, len(alike), STEP)]
            chance.shuffle(cuts)
            yield from cuts


def _beside(one: Statement, others: Sequence[str], chance: random.Random) -> Iterator[Statement]:
    if one.supported and chance.random() < MISCITED:
        most = LITTLE * _shared(one.claim, one.text)
        far = [text for text in others if text not in one.text and _shared(one.claim, text) < most]
        if far:
            yield Statement(one.claim, one.title, chance.choice(far), supported=False)
    part = chance.choice([one.text.split(" … ")[0], *PARTS.split(one.text)[:1]])
    if chance.random() < VERBATIM:
        yield Statement(part, one.title, one.text, supported=True)
    base = one.claim if one.supported and chance.random() < 0.5 else part
    if chance.random() < FLIPPED and (turned := flipped(base, chance)):
        yield Statement(turned, one.title, one.text, supported=False, wrong=differing(turned, [base]))


def flipped(text: str, chance: random.Random) -> str | None:
    """`text` with one of EXCHANGES or HARDENED made in it; None where nothing in it can be exchanged."""
    for old, new in chance.sample(TURNS, len(TURNS)):
        found = list(re.finditer(rf"\b{old}\b", text))
        if found:
            place = chance.choice(found)
            return text[: place.start()] + new + text[place.end() :]
    return None


def _shared(claim: str, text: str) -> int:
    return len(set(terms(claim, "en")) & set(terms(text, "en")))
