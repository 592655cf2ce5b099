"""What the verifier learns from: statements, and whether the sentences that they cite say it.

One statement a line: `{"title", "text", "claim", "supported"}`, where `text` are the cited sentences, with " … "
between those that do not follow each other.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.keywords import terms
from index.training.questions import rows

STEP = 32  # statements
SORTED = 20  # steps whose statements are sorted by length together, so that little is padded
# Who writes a false statement stays near the article's words, who writes a true one goes away from them. Lest the
# network learn that: beside some true ones sentences that share little with them, and sentences as they stand.
MISCITED, VERBATIM, LITTLE = 0.12, 0.06, 0.6
PARTS = re.compile(r"; |, (?=and |but |which |who |so )")


@dataclass(frozen=True)
class Statement:
    """A claim, the sentences that it cites under their title, and whether they support it."""

    claim: str
    title: str
    text: str
    supported: bool


def statements(path: Path) -> list[Statement]:
    """The statements of a .jsonl file, in their order."""
    return [Statement(row["claim"], row["title"], row["text"], row["supported"]) for row in rows(path)]


def drawn(given: Sequence[Statement], seed: int) -> Iterator[list[Statement]]:
    """STEP statements at a time, of like length, without end; the same for the same `seed`."""
    chance = random.Random(seed)
    titles: dict[str, list[str]] = defaultdict(list)
    for one in given:
        titles[one.title].append(one.text)
    while True:
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
    if chance.random() < VERBATIM:
        part = chance.choice([one.text, *PARTS.split(one.text)[:1]])
        yield Statement(part, one.title, one.text, supported=True)


def _shared(claim: str, text: str) -> int:
    return len(set(terms(claim, "en")) & set(terms(text, "en")))
