"""“Up to”, “at least” and the like before a number: a statement must keep them, and add none."""

import regex

from assistant.numbers import Figures, Quantity, alike
from assistant.units import SPANS

LOWER = "less|fewer|smaller|lower|shorter|younger|lighter|cheaper|earlier|slower|weaker|thinner|nearer"
MOST, LEAST, LESS, MORE, UNSURE = "at most", "at least", "less than", "more than", "over"
# What stands right before a number, or right behind it. “Over two years” may be “during”: then it is UNSURE.
BEFORE = (
    (
        MOST,
        rf"up to|as \w+ as|at (?:the )?most|not? (?:more|\w+er) than(?<!(?:{LOWER}) than)|max(?:imum)?"
        r"|(?:limited|restricted) to|(?:not|cannot) exceed(?:ing)?",
    ),
    (LEAST, rf"at (?:the very )?least|not? (?:{LOWER}) than|min(?:imum)?"),
    (LESS, rf"(?:{LOWER}) than|under|below"),
    (MORE, r"more than|\w+er than|over|above|exceed(?:s|ed|ing)?|upwards of"),
)
BEHIND = (
    (LEAST, r"(?:or (?:more|longer|older|higher)|(?:and|or) (?:over|up|above))\b|\+"),
    (MOST, r"(?:or (?:less|fewer|under|below|younger|lower)|at (?:the )?most|maximum)\b"),
)
SAID_BEFORE = [
    (bound, regex.compile(rf"\b(?:{words})\s(?:of\s)?(?:(?:about|around|some|an?)\s)?$", regex.IGNORECASE))
    for bound, words in BEFORE
]
SAID_BEHIND = [(bound, regex.compile(rf"\s?(?:{words})", regex.IGNORECASE)) for bound, words in BEHIND]
REACH = 32  # characters
UPPER, UNDER = frozenset((LEAST, MORE)), frozenset((MOST, LESS))


def changed(statement: Figures, cited: Figures) -> str:
    """The number of `statement` whose bound the `cited` sentences do not give it, as written; "" if there is none."""
    for quantity in statement.quantities:
        there = {_bound(other, cited.text) for other in cited.quantities if alike(quantity, other)}
        if there and not _kept(_bound(quantity, statement.text), there):
            return quantity.text
    return ""


def _kept(mine: str, there: set[str]) -> bool:
    return mine in there or UNSURE in {mine, *there} or any(mine in side and there & side for side in (UPPER, UNDER))


def _bound(quantity: Quantity, text: str) -> str:
    before, behind = text[max(0, quantity.start - REACH) : quantity.start], text[quantity.end : quantity.end + REACH]
    for bound, found in SAID_BEHIND:
        if found.match(behind):
            return bound
    bound = next((bound for bound, found in SAID_BEFORE if found.search(before.rstrip() + " ")), "")
    during = before.rstrip().lower().endswith("over") and any(unit in SPANS for _, unit in quantity.readings)
    return UNSURE if during else bound
