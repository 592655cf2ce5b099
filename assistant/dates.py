"""Dates in any common form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

MONTHS = (
    "january jan januar janvier enero gennaio janeiro января январь январе",
    "february feb februar février fevrier febrero febbraio fevereiro февраля февраль феврале",
    "march mar märz mars marzo março марта март марте",
    "april apr avril abril aprile апреля апрель апреле",
    "may mai mayo maggio maio мая май мае",
    "june jun juni juin junio giugno junho июня июнь июне",
    "july jul juli juillet julio luglio julho июля июль июле",
    "august aug août aout agosto августа август августе",
    "september sept sep septembre septiembre settembre setembro сентября сентябрь сентябре",
    "october oct oktober octobre octubre ottobre outubro октября октябрь октябре",
    "november nov novembre noviembre novembro ноября ноябрь ноябре",
    "december dec dezember décembre decembre diciembre dicembre dezembro декабря декабрь декабре",
)
NUMBER_OF = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split()}
_MONTH = rf"(?P<month>\b(?:{'|'.join(sorted(NUMBER_OF, key=len, reverse=True))})\b)\.?"
_DAY = r"(?<![\d.,])(?P<day>[12]\d|3[01]|0?[1-9])"
_YEAR = r"(?P<year>[12]\d{3})(?!\d)"
FORMS = [
    regex.compile(form, regex.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>[12]\d{3})-(?P<month>0\d|1[0-2])-(?P<day>[0-3]\d)(?!\d)",
        r"(?<![\d.,/])(?P<one>\d{1,2})(?P<by>[./])(?P<two>\d{1,2})(?P=by)(?P<year>[12]\d{3})(?!\d)",
        rf"{_DAY}(?:st|nd|rd|th|er|º|\.)?\s(?:of\s|day\sof\s|de\s)?{_MONTH}(?:,?\s(?:de\s)?{_YEAR})?",
        rf"{_MONTH}\s(?:the\s)?{_DAY}(?:st|nd|rd|th)?(?![\d:]|[.,]\d)(?:,?\s{_YEAR})?",
        rf"{_MONTH},?\s(?:of\s|de\s)?{_YEAR}",
    )
]
_FULL = "January|February|March|April|May|June|July|August|September|October|November|December"
# “From 2 to 16 June”: the first day has its month from the second.
PAIRED = regex.compile(
    rf"{_DAY}(?:st|nd|rd|th|\.)?\s?(?:to|and|or|until|till|through|[-–—])\s?"
    rf"(?=(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|\.)?\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?)",
    regex.IGNORECASE,
)
# A month alone: only where "May" and "March" are no name and no verb.
ALONE = regex.compile(
    r"\b(?i:in|of|between|and|to|by|before|after|through|since|until|till|during|early|late|last|next|this|from|every)\s"
    rf"(?P<month>{_FULL})\b"
)
_END = rf"(\d{{4}}|(?:{_FULL}))"
SPAN = regex.compile(rf"\b(?:[Bb]etween|[Ff]rom)\s{_END}\s(?:and|to|until|till|through)\s{_END}\b")
ODD = {0x17F: "s", 0x130: "I", 0x131: "i"}  # which match s and i, and are others in small letters
GONE = "\0"  # stands where a date or number was taken out


@dataclass(frozen=True)
class Date:
    """A date as far as it is given: what is not is 0. `text` is how it was written."""

    text: str
    year: int = 0
    month: int = 0
    day: int = 0

    def within(self, other: "Date") -> bool:
        """Whether all that is given here is the same there."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(here in (0, there) for here, there in pairs)


def dates(text: str) -> tuple[list[tuple[Date, ...]], str]:
    """The dates of `text`, each with its readings (9/11/2020 has two), and the text with GONE in their places."""
    found: list[tuple[Date, ...]] = []
    for form in (PAIRED, *FORMS, ALONE):
        part = {PAIRED: "day", ALONE: "month"}.get(form, 0)
        for match in form.finditer(text):
            readings = tuple(_readings(match[part], match.groupdict()))
            if readings:
                found.append(readings)
                start, end = match.span(part)
                text = text[:start] + GONE * (end - start) + text[end:]
    return found, text


def spanned(statement: str, cited: str) -> str:
    """The month or year that `statement` says something happened in, where `cited` has it as one end of a span only."""
    for one, other in SPAN.findall(cited):
        for mine, end in ((one, other), (other, one)):
            if regex.search(rf"\b(?:[Ii]n|[Dd]uring)\s{mine}\b", statement) and cited.count(mine) == 1:
                return "" if end in statement else mine
    return ""


def supported(readings: Sequence[Date], there: Sequence[Sequence[Date]]) -> bool:
    return any(mine.within(other) for mine in readings for others in there for other in others)


def _readings(text: str, parts: dict[str, str | None]) -> Iterator[Date]:
    year = int(parts.get("year") or 0)
    if one := parts.get("one"):
        first, second = int(one), int(parts.get("two") or 0)
        orders = [(second, first)] if parts["by"] == "." else [(second, first), (first, second)]
        yield from (Date(text, year, month, day) for month, day in orders if 1 <= month <= 12 and 1 <= day <= 31)
        return
    month = parts.get("month") or ""
    yield Date(
        text,
        year,
        int(month) if month.isdecimal() else NUMBER_OF[month.translate(ODD).lower()],
        int(parts.get("day") or 0),
    )
