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
# What bounds a number that may as well be told without a bound.
LOOSELY = (
    (LEAST, r"start(?:s|ing)? (?:at|from)|available from|minimum (?:\p{L}+ ){0,3}is"),
    (MOST, r"within|maximum (?:\p{L}+ ){0,3}is|(?:capacity|limit) is|room for"),
)
SAID = [
    [
        (bound, regex.compile(rf"\b(?:{words})\s(?:of\s)?(?:(?:about|around|some|an?)\s)?$", regex.IGNORECASE))
        for bound, words in said
    ]
    for said in (BEFORE, LOOSELY)
]
SAID_BEHIND = [(bound, regex.compile(rf"\s?(?:{words})", regex.IGNORECASE)) for bound, words in BEHIND]
REACH = 32  # characters
UPPER, UNDER = frozenset((LEAST, MORE)), frozenset((MOST, LESS))


def changed(statement: Figures, cited: Figures) -> str:
    """The number of `statement` whose bound the `cited` sentences do not give it, as written; "" if there is none."""
    for quantity in statement.quantities:
        like = [other for other in cited.quantities if alike(quantity, other)]
        there = {bound for other in like for bound in _bounds(other, cited.text)}
        if there and not any(_kept(mine, there) for mine in _bounds(quantity, statement.text)):
            return quantity.text
    return ""


def _kept(mine: str, there: set[str]) -> bool:
    return mine in there or UNSURE in {mine, *there} or any(mine in side and there & side for side in (UPPER, UNDER))


def _bounds(quantity: Quantity, text: str) -> set[str]:
    """The bound of a number in `text`, or "" for none; both where it is given loosely."""
    before, behind = text[max(0, quantity.start - REACH) : quantity.start], text[quantity.end : quantity.end + REACH]
    for bound, found in SAID_BEHIND:
        if found.match(behind):
            return {bound}
    if before.rstrip().lower().endswith("over") and any(unit in SPANS for _, unit in quantity.readings):
        return {UNSURE}
    bound, loose = (next((b for b, found in said if found.search(before.rstrip() + " ")), "") for said in SAID)
    return {bound} if bound else {"", loose}
