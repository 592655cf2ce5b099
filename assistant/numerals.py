"""How numbers are written: words, and patterns."""

from fractions import Fraction

import regex

from assistant.plain import listed
from assistant.units import SIGNS, SPANS, UNIT

ONES = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS = listed(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
CARDINAL = {word: n for n, word in enumerate(ONES)} | {word: 10 * n for n, word in enumerate(TENS, 2)}
ORDINAL = {word: n for n, word in enumerate(ORDINALS)} | {f"{word[:-1]}ieth": 10 * n for n, word in enumerate(TENS, 2)}
LARGE = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
PARTS = {"half": Fraction(1, 2), "halves": Fraction(1, 2), "quarter": Fraction(1, 4), "quarters": Fraction(1, 4)}
PARTS |= {word + end: Fraction(1, n) for n, word in enumerate(ORDINALS[:11]) if n > 2 for end in ("", "s")}
MULTIPLES: dict[str, Fraction | int] = {
    "twice": 2, "double": 2, "doubled": 2, "doubles": 2, "doubling": 2, "triple": 3, "tripled": 3, "thrice": 3,
             "quadrupled": 4, "halved": Fraction(1, 2)}  # fmt: skip
VULGAR = {"½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}

_WORD = "|".join(sorted((*CARDINAL, *ORDINAL, *LARGE), key=len, reverse=True))
SPOKEN = regex.compile(
    rf"(?P<minus>\bminus\s)?\b(?:(?:a|an)\s(?=(?:{'|'.join(LARGE)})\b))?(?:{_WORD})\b(?:(?:[\s-]|\sand\s)(?:{_WORD})\b)*",
    regex.IGNORECASE,
)
GROUPED = r"\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d{1,3}(?:[\s\u00a0\u202f'’]\d{3})+(?!\d)(?:[.,]\d+)?"
DIGITS = regex.compile(
    rf"(?P<minus>(?<![\p{{L}}\d.,)%])[-−–](?=[\d$€£])|\bminus\s)?(?P<sign>{SIGNS})?\s?"
    rf"(?<![\p{{Latin}}\p{{Cyrillic}}\p{{Greek}}\d_]|\d[.,])(?P<digits>{GROUPED}|\d+(?:[.,]\d+)*)(?P<vulgar>[½⅓⅔¼¾])?"
    r"(?P<tail>(?:st|nd|rd|th|s)\b)?"
)
CLOCK = regex.compile(
    r"(?<![\d:.,])(?P<hour>[01]?\d|2[0-4])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\b\.?"
    r"|(?<![\d:.,])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?![\d:])",
    regex.IGNORECASE,
)
_FEW = "|".join(ONES[1:13])
FRACTION = regex.compile(
    rf"\b(?P<count>a|{_FEW})[\s-](?P<part>{'|'.join(PARTS)})\b(?!-)"
    rf"|\b(?P<some>{_FEW}|\d{{1,2}})\s(?:in|out of)\s(?:every\s)?(?P<of>{_FEW}|\d{{1,2}}|100)\b"
    rf"(?![\s-]*{UNIT.pattern}|[.,:]\d)"
    r"|\b(?P<part>half|halves)\b|(?P<vulgar>[½⅓⅔¼¾])|(?<![\d/])(?P<over>\d{1,3})/(?P<under>[1-9]\d{0,2})(?![\d/])",
    regex.IGNORECASE,
)
MULTIPLE = regex.compile(
    rf"\b(?:{'|'.join(MULTIPLES)})\b|(?<![\d.,])\b(?P<fold>{'|'.join(ONES[2:])}|{'|'.join(TENS)}|hundred|\d{{1,4}})-?fold\b",
    regex.IGNORECASE,
)
MANY = regex.compile(rf"\b(?:{'|'.join(LARGE)})s\b", regex.IGNORECASE)  # “thousands of people”
POWER = regex.compile(r"10(⁻?[⁰¹²³⁴-⁹]{1,3})")
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
RANGE = regex.compile(r"\d\s?[-–—−]\s?")
LISTED = regex.compile(r"(?:\s\p{Ll}+){1,4}:\s([^.;:\n]+)")  # behind a number: “ things: skis and boots”
SEPARATOR = regex.compile(r",? (?:and|or) |, ")
# Where "one", "first" and "second" count nothing.
UNCOUNTED = regex.compile(
    r"\b(?:no|any|every|some|each|this|that|the|which|another|only) one\b|\bone (?:of|another|day|can|must|should|could"
    r"|may|might|who)\b|\bone-\w+|^\W*(?:first|firstly|second|secondly|third|thirdly),|\bat first\b|\bfirst of all\b"
    r"|\bzero in\b|\bsplit second\b|\bon the one hand\b|\bone by one\b",
    regex.IGNORECASE,
)
BOTH = regex.compile(r"\b(?:both|pair|couple|twins?|each other|neither|either)\b", regex.IGNORECASE)
UNCOUNTING = regex.compile(
    r"\s*(?:[.,;)]|$|(?:to|and|or|with|for|in|by|from|at|on|as|than|while|but)\b)", regex.IGNORECASE
)
SINGLE = regex.compile(r"\b(?:a|an|one|single|sole|1)\b", regex.IGNORECASE)

SPAN = regex.compile(rf"\b(?:a|an|another|each|every|per)\s(?:\w+\s)?({'|'.join(SPANS)})\b", regex.IGNORECASE)  # one
