"""Numbers in digits and in words, with their units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import regex

from assistant import dates
from assistant.numerals import (
    BOTH,
    CARDINAL,
    CLOCK,
    DIGITS,
    FRACTION,
    LARGE,
    LISTED,
    MANY,
    MULTIPLE,
    MULTIPLES,
    ORDINAL,
    PARTS,
    POWER,
    RAISED,
    RANGE,
    SEPARATOR,
    SINGLE,
    SPAN,
    SPOKEN,
    UNCOUNTED,
    UNCOUNTING,
    VULGAR,
)
from assistant.units import DOUBLE, SCALE, SCALES, SPANS, UNIT, same_unit, unit_of
from index.keywords import terms

Reading = tuple[Fraction, str]  # a value and its unit
MANY_OF = "s of"  # the unit of “thousands of people”


@dataclass(frozen=True)
class Quantity:
    """A number as written, where it stands, and its readings: values with units."""

    text: str
    start: int
    end: int
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Figures:
    """The numbers and dates of a text in order, and the pairs that it joins with a dash."""

    text: str
    quantities: tuple[Quantity, ...]
    dates: tuple[tuple[dates.Date, ...], ...]
    ranges: tuple[tuple[Quantity, Quantity], ...]


def figures(text: str, continental: bool = False) -> Figures:
    """The numbers and dates of `text`. `continental`: 1.500 may be fifteen hundred."""
    found_dates, rest = dates.dates(text)
    rest = rest.translate(dates.ODD)
    rest = UNCOUNTED.sub(lambda found: dates.GONE * len(found.group()), rest)
    found: list[Quantity] = []
    for form, read in (
        (CLOCK, _clock),
        (FRACTION, _fraction),
        (MULTIPLE, _multiple),
        (MANY, _many),
        (DIGITS, _digits),
        (SPOKEN, _said),
    ):
        for match in form.finditer(rest):
            found += read(match, rest, continental)
        for quantity in found:
            rest = rest[: quantity.start] + dates.GONE * (quantity.end - quantity.start) + rest[quantity.end :]
    found.sort(key=lambda quantity: quantity.start)
    joined = [(a, b) for a, b in zip(found, found[1:], strict=False) if RANGE.fullmatch(_between(text, a, b))]
    return Figures(text, tuple(found), tuple(found_dates), tuple(joined))


def missing(statement: Figures, cited: Figures) -> str:
    """The first number, date or range of `statement` that does not stand in `cited`, as written; "" if all do."""
    percent = "%" in statement.text or "percent" in statement.text or "per cent" in statement.text
    for readings in statement.dates:
        if not dates.supported(readings, cited.dates):
            return readings[0].text
    if spanned := dates.spanned(statement.text, cited.text):
        return f"in {spanned}"
    for quantity in statement.quantities:
        if not (_stands(quantity, cited, percent) or _counts(quantity, statement.text, cited.text)):
            return quantity.text
    for first, second in statement.ranges:
        pairs = zip(cited.quantities, cited.quantities[1:], strict=False)
        if not any(alike(first, a, True) and alike(second, b, True) for a, b in pairs):
            return statement.text[first.start : second.end]
    return ""


def _counts(quantity: Quantity, text: str, there: str) -> bool:
    """Whether a number counts what is listed after it, all of which stands `there`: “three things: a, b and c”."""
    if not (found := LISTED.match(text, quantity.end)):
        return False
    items = [item for item in SEPARATOR.split(found[1]) if item.strip()]
    said = frozenset(terms(found[1], "en"))
    return (Fraction(len(items)), "") in quantity.readings and bool(said) and said.issubset(terms(there, "en"))


def _between(text: str, first: Quantity, second: Quantity) -> str:
    return text[first.end - 1 : second.start] if first.end <= second.start else ""


def _stands(quantity: Quantity, cited: Figures, percent: bool) -> bool:
    if any(alike(quantity, other, percent) for other in cited.quantities):
        return True
    if quantity.text.lower() == "one":
        return SINGLE.search(cited.text) is not None
    if quantity.text.lower() == "two" and BOTH.search(cited.text):
        return True
    if any(reading in quantity.readings for found in SPAN.finditer(cited.text) for reading in _span(found[1])):
        return True
    if any(_among(quantity, other) for other in cited.quantities):
        return True
    if any(_bare(other, cited.text) and _as(quantity, other, cited) for other in cited.quantities):
        return True
    known = [date for readings in cited.dates for date in readings]
    years = {date.year for date in known} | {int(v) for q in cited.quantities for v, unit in q.readings if not unit}
    days = {date.day for date in known}
    return any(
        (unit == "" and int(value) in {date.year for date in known} and value >= 1000)
        or (unit == "s" and any(value <= year < value + 10 for year in years))
        or (unit == "th" and value in days)
        for value, unit in quantity.readings
    )


def _among(many: Quantity, other: Quantity) -> bool:
    """Whether `other` is a number of which one says “thousands”, as `many` does."""
    return any(
        unit == MANY_OF and size <= value < 1_000 * size for size, unit in many.readings for value, _ in other.readings
    )


def _bare(quantity: Quantity, text: str) -> bool:
    """Whether nothing that it might count follows it: “by 89 per cent, chlorine by 6”, “from 5 to 3%”."""
    return UNCOUNTING.match(text, quantity.end) is not None and not any(unit for _, unit in quantity.readings)


def _as(mine: Quantity, bare: Quantity, cited: Figures) -> bool:
    """Whether `bare` is the value of `mine` in a unit that another number has."""
    units = {unit for other in cited.quantities for _, unit in other.readings if unit}
    values = {value for value, _ in bare.readings}
    return any(value in values and unit in units for value, unit in mine.readings)


def alike(mine: Quantity, theirs: Quantity, percent: bool = True) -> bool:
    """Whether two numbers may be the same; `percent`: also where only one of them has its percent sign."""
    return any(
        value == other and same_unit(unit, its, percent_said=percent)
        for value, unit in mine.readings
        for other, its in theirs.readings
    )


def _measured(text: str, end: int, values: Sequence[Fraction], unit: str = "") -> tuple[int, tuple[Reading, ...]]:
    """The readings of `values` with the scale and unit that stand in `text` at `end`, and where those end."""
    scale = SCALE.match(text, end)
    if scale:
        values = [value * 10 ** SCALES[scale[1].lower()] for value in values]
        end = scale.end()
    found = UNIT.match(text, end)
    if not found:
        return end, tuple((value, unit) for value in values)
    name = found[1]
    doubles = DOUBLE.get(name, ((unit_of(name), 0),))
    readings = [(value * 10**power, its or unit) for value in values for its, power in doubles]
    if name == "m":
        later = UNIT.match(text, found.end())
        readings += [(value * 10**6, unit_of(later[1])) for value in values] if later else []
    halves = [(value / 100, "") for value, its in readings if its == "%"]
    spans = [(value * SPANS[its][1], SPANS[its][0]) for value, its in readings if its in SPANS]
    return found.end(), (*readings, *halves, *spans)


def _span(unit: str) -> tuple[Reading, Reading]:
    """One of a unit, and as so many of another."""
    unit = unit.translate(dates.ODD).lower()
    other, count = SPANS[unit]
    return (Fraction(1), unit), (Fraction(count), other)


def _digits(match: regex.Match[str], text: str, continental: bool) -> Iterator[Quantity]:
    tail, unit = match["tail"], unit_of(match["sign"] or "")
    minus = -1 if match["minus"] else 1
    values = [minus * (value + VULGAR.get(match["vulgar"] or "", 0)) for value in _values(match["digits"], continental)]
    if power := POWER.match(text, match.end() - 2) if match["digits"] == "10" else None:
        values = [Fraction(10) ** int(power[1].translate(RAISED))]
    if tail:
        readings: tuple[Reading, ...] = tuple((value, "s" if tail == "s" else "th") for value in values)
        yield Quantity(match.group().strip(), match.start(), match.end(), readings)
        return
    end, readings = _measured(text, match.end(), values, unit)
    yield Quantity(text[match.start() : end].strip(), match.start(), end, readings)


def _values(digits: str, continental: bool) -> list[Fraction]:
    """What `digits` may mean: a comma before three digits groups thousands, another one is a decimal comma."""
    digits = regex.sub(r"[\s\u00a0\u202f'’]", "", digits)
    if regex.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        return [Fraction(digits.replace(",", ""))]
    grouped = regex.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+(,\d+)?", digits)
    many = digits.count(".") > 1
    if grouped and (continental or (many or "," in digits)):
        whole = [Fraction(digits.replace(".", "").replace(",", "."))]
        return whole + ([] if many or "," in digits else [Fraction(digits)])
    if digits.count(".") + digits.count(",") == 1:
        return [Fraction(digits.replace(",", "."))]
    if many:  # 3.11.4 of a version or an address: every part counts
        return [
            sum((Fraction(int(part), 10 ** (20 * n)) for n, part in enumerate(regex.split("[.,]", digits))), Fraction())
        ]
    return [_plain(digits)]


def _plain(digits: str) -> Fraction:
    return Fraction(digits.replace(",", ""))


def _said(match: regex.Match[str], text: str, _: bool) -> Iterator[Quantity]:
    minus = -1 if match["minus"] else 1
    words = [word for word in regex.split(r"[\s-]+", match.group().lower()) if word not in ("a", "an", "and", "minus")]
    numbers = list(_added(words))
    if len(numbers) > 1 and numbers[0] == (Fraction(1), True):  # "the first two days" are two
        numbers = numbers[1:]
    for place, (value, ordinal) in enumerate(numbers, 1):
        if ordinal:
            yield Quantity(match.group(), match.start(), match.end(), ((minus * value, "th"),))
        else:
            last = place == len(numbers)
            end, readings = _measured(text, match.end(), [minus * value]) if last else (match.end(), ((value, ""),))
            yield Quantity(text[match.start() : end], match.start(), end, readings)


def _added(words: Sequence[str]) -> Iterator[tuple[Fraction, bool]]:
    """The numbers that `words` say, and which are ordinals: "two hundred and five" is one number, "two three" two."""
    total, part, open_ = 0, 0, False
    for word in words:
        small = CARDINAL.get(word, ORDINAL.get(word))
        if small is None:
            if word in ("hundred", "dozen"):
                part = max(part, 1) * LARGE[word]
            else:
                total, part = total + max(part, 1) * LARGE[word], 0
        elif open_ and part % 100 and not (part % 100 >= 20 and part % 10 == 0 and small < 10):
            yield Fraction(total + part), False
            total, part = 0, small
        else:
            part += small
        open_ = True
        if word in ORDINAL:
            yield Fraction(total + part), True
            total, part, open_ = 0, 0, False
    if open_:
        yield Fraction(total + part), False


def _clock(match: regex.Match[str], _: str, __: bool) -> Iterator[Quantity]:
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    minutes = Fraction(hour * 60 + int(match["minute"] or 0))
    yield Quantity(match.group(), match.start(), match.end(), ((minutes, "clock"),))


def _fraction(match: regex.Match[str], _: str, __: bool) -> Iterator[Quantity]:
    part = (match["part"] or "").lower()
    ordinal = ORDINAL.get(part, 0) if match["count"] in ("a", "one") else 0  # "a third bridge"
    if match["over"]:
        value = Fraction(int(match["over"]), int(match["under"]))
    elif match["some"]:
        some, of = (CARDINAL.get(match[name].lower()) or int(match[name]) for name in ("some", "of"))
        if some >= of:
            return
        value = Fraction(some, of)
    else:
        count = CARDINAL.get((match["count"] or "one").lower(), 1)
        value = VULGAR[match["vulgar"]] if match["vulgar"] else count * PARTS[part or "half"]
    if match["vulgar"] and match.start() and match.string[match.start() - 1].isdigit():
        return
    readings = ((value, ""), (Fraction(ordinal), "th")) if ordinal else ((value, ""),)
    yield Quantity(match.group(), match.start(), match.end(), readings)


def _multiple(match: regex.Match[str], _: str, __: bool) -> Iterator[Quantity]:
    said, fold = match.group().lower(), (match["fold"] or "").lower()
    value = MULTIPLES[said] if not fold else CARDINAL.get(fold) or LARGE.get(fold) or int(fold)
    yield Quantity(match.group(), match.start(), match.end(), ((Fraction(value), "times"),))


def _many(match: regex.Match[str], _: str, __: bool) -> Iterator[Quantity]:
    size = Fraction(LARGE[match.group().lower()[:-1]])
    yield Quantity(match.group(), match.start(), match.end(), ((size, MANY_OF),))
