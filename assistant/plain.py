"""Text without what only formats it: as it is read, and as it is compared."""

import unicodedata
from collections.abc import Sequence

import regex

from assistant.dates import NUMBER_OF

# A number before a month is a day, not a place in a list.
LINE_MARK = regex.compile(
    rf"^\s*(?:(?:#{{1,6}}|>|[-*+•–]|\d{{1,3}}[.)](?!\s+(?i:{'|'.join(NUMBER_OF)})\b))\s+)*", regex.MULTILINE
)
HEADING = regex.compile(r"^[^\S\n]*#{1,6}[^\S\n].*$", regex.MULTILINE)
FENCE_LINE = regex.compile(r"^\s*(?:`{3,}|~{3,}).*$", regex.MULTILINE)
# A line under a table's head, or one across the page.
RULE = regex.compile(r"^[^\S\n]*(?:\|[ \t|:-]*|(?:[-*_=][ \t]*){3,})$", regex.MULTILINE)
BREAK = regex.compile(r"<br ?/?>", regex.IGNORECASE)
LINK = regex.compile(r"!?\[([^\[\]\n]{1,300})\]\([^()\n]{0,500}\)")
EMPHASIS = regex.compile(r"(?<=\S)(?:\*+|_+)(?!\w)|(?<!\w)(?:\*+|_+)(?=\S)|`+")

# Between words a dash is `—`, inside a word or a range and before a number it is `-`.
HYPHEN = regex.compile(r"(?<=\d)\s?[‐‑‒–−-]\s?(?=\d)|(?<!\s)[‐‑‒–−-]|[‐‑‒–−-](?!\s)")
DASH = regex.compile(r"\s[‐‑‒–−-]\s|[―—]+|--+")
QUOTE_MARKS = regex.compile(r"[\"“”„‟«»‹›「」『』]|(?<!\p{L})'|'(?!\p{L})")
# A note's number or sign; a raised number after a short word is an exponent (km²) and stays.
NOTES = regex.compile(r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]|[†‡]|(?<=\p{L}{4}|[.,;:!?”\"’)])[¹²³⁰⁴-⁹]+")
ELLIPSIS = regex.compile(r"\[\s*(?:…|\.\s?\.\s?\.)\s*\]|\.\s?\.\s?\.|…")
TOKEN = regex.compile(r"\p{Nd}+(?:[.,]\p{Nd}+)*|[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*|\S")


def listed(words: str) -> tuple[str, ...]:
    """Words that are written with spaces between them."""
    return tuple(words.split())


def plain(markdown: str) -> str:
    """The words of `markdown` without its marks; a table's cells are parted by `|`, what is no running text by an empty
    line."""
    text = HEADING.sub(r"\g<0>\n", BREAK.sub("\n", RULE.sub("", FENCE_LINE.sub("", markdown))))
    text = LINE_MARK.sub(lambda mark: "\n" if mark.group().strip("> ") else "", text)
    return str(EMPHASIS.sub("", LINK.sub(r"\1", text))).strip()


def tokens(text: str) -> tuple[str, ...]:
    """The words, numbers and signs of `text` as they are compared verbatim.

    Gone are white space, quotation marks, soft hyphens, emphasis and footnote marks; dashes and apostrophes are of
    one kind each, an ellipsis is one `…`.
    """
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "").translate({0x2018: "'", 0x2019: "'", 0x2BC: "'"})
    text = ELLIPSIS.sub("…", EMPHASIS.sub("", NOTES.sub("", text)))
    text = HYPHEN.sub("-", DASH.sub(" — ", text))
    return tuple(TOKEN.findall(QUOTE_MARKS.sub(" ", text)))


def folded(word: str) -> str:
    """`word` without case and accents."""
    spread = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def found_at(part: Sequence[str], whole: Sequence[str], start: int = 0) -> list[int]:
    """Where `part` stands in `whole` from `start`, token by token; only the first letter's case may differ."""
    if not part:
        return []
    firsts, rest = {part[0], _turned(part[0])}, tuple(part[1:])
    last = len(whole) - len(part)
    return [
        at for at in range(start, last + 1) if whole[at] in firsts and tuple(whole[at + 1 : at + len(part)]) == rest
    ]


def _turned(word: str) -> str:
    return word[0].swapcase() + word[1:]
