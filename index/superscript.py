"""A raised number read as text: an exponent keeps its height, a note's number becomes [1]."""

import re

RAISED = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
UNITS = r"(?<![^\W\d_])(?:[kcmdµμn]?m|ft|in|yd|mi|s|kg|[a-zA-Z])$"


def superscript(before: str, mark: str) -> str:
    """How a raised `mark` reads after `before`: an exponent keeps its height (10⁶, km²), a note's number becomes [1].

    Whatever is not a number (1st, ™) stays as it is.
    """
    number = mark.strip()
    if not re.fullmatch(r"[+\-−]?\d{1,3}|n|\d{1,3}([,;–-]\s?\d{1,3})+", number):
        return mark
    if number[0] in "+-−n" or (number.isdigit() and re.search(rf"(?<![\d.,])(10|[2-9])$|{UNITS}|=\s*\w+$", before)):
        return number.translate(RAISED)
    return f"[{number}]"
