"""Plain text -> pieces, by its lines and blank lines; and the bylines that any format may begin with."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from index.article import Kind, Piece, flat

BULLET = re.compile(r"[-*•‣·–]\s+(?=\S)")
NUMBER = re.compile(r"\d{1,3}[.)]\s+(?=\S)")  # of an item, a clause or a day: it stays in the text
RULE = re.compile(r"([-=_*~•]\s*){3,}")
ENDED = re.compile(r"[.!?…:;,。！？；：؟]['\"”’»)\]]*$")
BYLINE = re.compile(
    r"(?:by|BY|By)\s+[^\W\d_a-z][\w.'’-]*(?:\s+(?:(?:de|van|von|der|al|bin|and|&)\s+)?[^\W\d_a-z][\w.'’-]*){0,6}"
    r"(?:\s*[,|·•–—-]\s.{0,40})?"
)
WRAPPED = 120  # characters: a line longer than this was not broken by hand or by an editor


def read_plaintext(text: str, name: str) -> tuple[str, list[Piece]]:
    """The title (a heading that begins the text, else the words of the file's `name`; may be empty) and the pieces."""
    pieces = list(_asides(list(_classified(list(_units(text))))))
    first = next((piece for piece in pieces if not piece.aside), None)
    if first and first.kind == "heading":
        return first.text, pieces
    stem = re.split(r"[\\/]", name)[-1].rsplit(".", 1)[0].strip(".")
    stem = " ".join(re.sub(r"[-_]+", " ", stem).split())
    return stem[:1].upper() + stem[1:], pieces


def _units(text: str) -> Iterator[Piece]:
    """Paragraphs, items and underlined headings; which of the paragraphs are headings is not known yet."""
    group: list[str] = []
    for line in [*re.sub(r"[\f\u2029]", "\n\n", text).splitlines(), ""]:
        line = line.strip()
        if not line:
            yield from _group(group)
            group = []
        elif not RULE.fullmatch(line):
            group.append(line)
        elif len(group) == 1 and line[0] in "=-" and len(group[0]) < 80:
            yield Piece("heading", group.pop(), 1 if line[0] == "=" else 2)
        else:
            yield from _group(group)
            group = []


def _group(lines: Sequence[str]) -> list[Piece]:
    """Lines without a blank one between: one paragraph if they were wrapped, else a paragraph each; items always."""
    longest = max(map(len, lines), default=0)
    copied = any(a == b and len(a) < 80 for a, b in pairwise(lines))
    apart = copied or (longest > WRAPPED and any(len(line) < 0.8 * longest for line in lines[:-1]))
    apart = apart or (len(lines) > 1 and all(len(line) > 100 and ENDED.search(line) for line in lines))
    found: list[tuple[Kind, list[str]]] = []
    for line in lines:
        kind, above = found[-1] if found else ("paragraph", [])
        running = kind == "paragraph" and bool(above) and above[-1].endswith(",")
        item = BULLET.match(line) or (NUMBER.match(line) and not running)
        if item and (not above or kind == "list item" or ENDED.search(above[-1])):
            found.append(("list item", [line]))
        elif above and not apart:
            above.append(line)
        else:
            found.append(("paragraph", [line]))
    return [Piece(kind, _rejoined(parts)) for kind, parts in found]


def _rejoined(lines: Sequence[str]) -> str:
    """The lines with a space between, but for a word that was parted and for Chinese and Japanese."""
    text = [lines[0]]
    for above, line in pairwise(lines):
        parted = re.search(r"\w-$", above) and line[0].islower()
        unspaced = re.search(r"[\u3040-\u30ff\u3400-\u9fff、。]$", above) and re.match(r"[\u3040-\u9fff]", line)
        text += [line] if parted or unspaced else [" ", line]
    return "".join(text)


def _classified(units: Sequence[Piece]) -> Iterator[Piece]:
    for index, unit in enumerate(units):
        above, below = _beside(units, index)
        longer = below is not None and (below.kind == "list item" or len(below.text) > len(unit.text))
        if unit.kind == "list item":
            alone = (above is None or above.kind != "list item") and below is not None and below.kind == "paragraph"
            headed = alone and unit.text[0].isdigit()
        else:
            headed = unit.kind == "paragraph" and not _twice(units, index) and not BYLINE.fullmatch(unit.text)
        if headed and longer and _short(unit) and re.match(r"[^\W_a-z]", unit.text):
            yield Piece("heading", unit.text, 1 if index == 0 else 2)
        elif unit.kind == "list item":
            yield replace(unit, text=BULLET.sub("", unit.text, count=1))
        else:
            yield unit


def _asides(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Short lines printed twice in a row are a picture's caption and the words for those who cannot see it."""
    for index, piece in enumerate(pieces):
        caption = piece.kind == "paragraph" and _short(piece) and _twice(pieces, index)
        yield Piece("caption", piece.text, aside=True) if caption else piece


def _short(piece: Piece) -> bool:
    return len(piece.text) < 80 and not ENDED.search(piece.text)


def _twice(pieces: Sequence[Piece], index: int) -> bool:
    return any(near is not None and near.text == pieces[index].text for near in _beside(pieces, index))


def _beside(pieces: Sequence[Piece], index: int) -> tuple[Piece | None, Piece | None]:
    """The piece above and the piece below, where there is one."""
    return pieces[index - 1] if index else None, pieces[index + 1] if index + 1 < len(pieces) else None


def without_bylines(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces; a short line `By Some One` among the first is an aside."""
    for index, piece in enumerate(pieces):
        words = flat(piece.text) if index < 6 and piece.kind == "paragraph" and len(piece.text) < 200 else ""
        named = len(words) < 80 and BYLINE.fullmatch(words)
        yield Piece("caption", piece.text, aside=True) if named else piece
