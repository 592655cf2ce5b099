"""Who did what, and which number is whose: what changed places between a statement and what it cites."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, pairwise, permutations, takewhile

import regex

from assistant.clauses import subject
from assistant.names import CONNECTORS, OPENERS, words
from assistant.negations import WORD
from assistant.numbers import Reading, figures
from assistant.plain import listed
from index.keywords import terms

PASSIVE = regex.compile(r"\b(?:by|von|par|por|da)\b(?!\s[\d$€£])", regex.IGNORECASE)
PARTS = regex.compile(
    r"[;|\n!?]+|\.(?=\s\p{Lu}|$)|,?\s(?:and|while|but|whereas|of which|of whom|und|et|y|e|и)\s", regex.IGNORECASE
)
YEARS = range(1000, 2101)
MOST_NUMBERS = 12  # of a text whose numbers are compared two by two
MUTUAL = frozenset(listed("met meet marri resembl join said say wrote told add"))  # who meets is met


@dataclass(frozen=True)
class Part:
    """A clause: its names with the stems of its subject, what else it says, and its numbers."""

    named: frozenset[str]
    about: frozenset[str]
    rest: frozenset[str]
    figures: tuple[tuple[Reading, ...], ...]

    @property
    def numbers(self) -> frozenset[Reading]:
        return frozenset(reading for readings in self.figures for reading in readings)


def exchanged(statement: str, cited: Sequence[str], continental: bool = False) -> str:
    """Why two names, or the deeds or numbers of two names, stand in each other's place; "" when they do not."""
    if any(_turned(statement, text) for text in cited):
        return "It turns round who did what to whom in the cited sentences."
    if any(_swapped(_held(statement, continental), _held(text, continental)) for text in cited):
        return "It gives a number to another than the cited sentences do."
    there = [part for text in cited for part in _parts(text, continental)]
    for part in _parts(statement, continental):
        if _deed_of_another(part, there):
            return "It gives what one did to another than the cited sentences do."
        if _number_of_another(part, there) or _paired_otherwise(part, there):
            return "It gives a number to another than the cited sentences do."
    return ""


def _turned(statement: str, text: str) -> bool:
    """Whether two names around a word stand the other way round in `text`; a passive turns them rightly."""
    if bool(PASSIVE.search(statement)) != bool(PASSIVE.search(text)):
        return False
    said, places = _order(statement), dict[str, int]()
    for place, (stem, _) in enumerate(_order(text)):
        places[stem] = -1 if stem in places else place  # what stands twice tells nothing
    shared = [(stem, named) for stem, named in said if places.get(stem, -1) >= 0]
    for first, second in pairwise([at for at, (_, named) in enumerate(shared) if named]):
        one, other = places[shared[first][0]], places[shared[second][0]]
        between = [places[stem] for stem, _ in shared[first + 1 : second] if stem not in MUTUAL]
        if any(other < place < one for place in between):
            return True
    return _another_did(said, _order(text))


def _another_did(said: Sequence[tuple[str, bool]], there: Sequence[tuple[str, bool]]) -> bool:
    """Whether a name that begins `said` stands in `there` only after what it is said to do, and another before."""
    opening = list(takewhile(lambda stem: stem[1], said))
    deed = said[len(opening)][0] if opening and len(opening) < len(said) else ""
    stems = [stem for stem, _ in there]
    if deed in MUTUAL or stems.count(deed) != 1:
        return False
    before, after = there[: stems.index(deed)], stems[stems.index(deed) :]
    mine = {stem for stem, _ in opening}
    other = any(named for _, named in before)
    return other and not mine & {stem for stem, _ in before} and mine <= set(after)


@lru_cache(4096)
def _held(text: str, continental: bool) -> tuple[tuple[frozenset[Reading], frozenset[str]], ...]:
    """The numbers of `text`, each with the stems that stand nearest to it in its clause."""
    found: list[tuple[frozenset[Reading], frozenset[str]]] = []
    for clause in PARTS.split(text):
        quantities = figures(clause, continental).quantities
        beside: dict[int, set[str]] = {place: set() for place in range(len(quantities))}
        for word in WORD.finditer(clause) if quantities else ():
            gaps = [max(q.start - word.end(), word.start() - q.end) for q in quantities]
            if min(gaps) >= 0:
                beside[gaps.index(min(gaps))].update(terms(word.group(), "en"))
        found += [(frozenset(q.readings), frozenset(beside[place])) for place, q in enumerate(quantities)]
    return tuple(found)


def _swapped(
    said: Sequence[tuple[frozenset[Reading], frozenset[str]]],
    there: Sequence[tuple[frozenset[Reading], frozenset[str]]],
) -> bool:
    """Whether two numbers stand each beside the words that the other one stands beside `there`."""
    if max(len(said), len(there)) > MOST_NUMBERS:
        return False
    for (one, mine), (other, yours) in combinations(said, 2):
        for (first, its), (second, theirs) in permutations(there, 2):
            if _alike(one, other) and one & first and other & second and not (one & second or other & first):
                crossed = (mine - yours) & (theirs - its) and (yours - mine) & (its - theirs)
                straight = (mine - yours) & (its - theirs) and (yours - mine) & (theirs - its)
                if crossed and not straight:
                    return True
    return False


def _alike(one: frozenset[Reading], other: frozenset[Reading]) -> bool:
    """Whether the numbers may count the same: only such are taken for each other."""
    first, second = ({"year" if not unit and value in YEARS else unit for value, unit in it} for it in (one, other))
    return bool(first & second) or ("" in first | second and "year" not in first | second)


def _order(text: str) -> list[tuple[str, bool]]:
    """The stems of `text` in order, each with whether it is a name."""
    order = []
    for word in words(text):
        stem = next(iter(terms(word.bare, "en")), "")
        if stem:
            order.append((stem, word.capital and word.bare not in OPENERS | CONNECTORS))
    return order


@lru_cache(4096)
def _parts(text: str, continental: bool) -> tuple[Part, ...]:
    """The clauses of `text`; one that names nothing is about what the one before was."""
    parts: list[Part] = []
    for clause in PARTS.split(text):
        part = _part(clause, continental)
        parts.append(replace(part, about=part.about or parts[-1].about) if parts else part)
    return tuple(parts)


def _part(text: str, continental: bool) -> Part:
    order = _order(text)
    named = frozenset(stem for stem, name in order if name)
    about = named | subject(text, "en", sure=True)
    rest = frozenset(stem for stem, name in order if not name and stem.isalpha()) - about
    found = figures(text, continental).quantities
    return Part(named, about, rest, tuple(quantity.readings for quantity in found))


def _deed_of_another(part: Part, there: Sequence[Part]) -> bool:
    """Whether what `part` says is said only beside other names, and its own names stand elsewhere."""
    most = max((len(part.rest & other.rest) for other in there), default=0)
    nearest = [other.named for other in there if most and len(part.rest & other.rest) == most]
    known = any(other.named & part.named for other in there)
    return bool(part.named and nearest and known) and all(names and not names & part.named for names in nearest)


def _number_of_another(part: Part, there: Sequence[Part]) -> bool:
    """Whether a number of `part` stands beside others, while what it is about has other numbers.

    A clause that does not name what it is about ("It cost …") may be about the same.
    """
    if any(not other.about and other.numbers & part.numbers for other in there):
        return False
    shares = [(len(other.about & part.about), bool(other.numbers & part.numbers)) for other in there if other.numbers]
    most = max((share for share, _ in shares), default=0)
    elsewhere = any(held for _, held in shares)
    return bool(part.numbers and most and elsewhere) and {held for share, held in shares if share == most} == {False}


def _paired_otherwise(part: Part, there: Sequence[Part]) -> bool:
    """Whether the only two numbers of `part` stand apart, each beside another number."""
    if len(part.figures) != 2:
        return False
    one, other = map(frozenset, part.figures)
    homes = [(bool(home.numbers & one), bool(home.numbers & other)) for home in there if len(home.figures) > 1]
    return (True, False) in homes and (False, True) in homes and (True, True) not in homes
