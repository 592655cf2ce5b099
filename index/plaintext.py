"""Plain text -> pieces, by its lines and blank lines; and the bylines that any format may begin with."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from index.article import Kind, Piece, flat

BULLET = re.compile("\\A(?:[-*+•‣·–◦▪●○■□➢➤►\uf000-\uf0ff]|o(?=\t))\\s+(?=\\S)")  # \uf0b7 and o are Word's
# Of an item, a clause, a day or a task: it stays in the text.
NUMBER = re.compile(
    r"\A(?:\d{1,3}[.)]|\d{1,3}(?:\.\d{1,3}){1,4}\.?(?=\s+\W*[^\W\d_a-z])|\(?(?:[a-z]|[ivx]{1,5})\)|[✓✔☐☑☒]|\[[ xX]\])"
    r"\s+(?=\S)"
)
# When, who or what: `[10:15:22] Anna:`, `12/03/2026, 10:20 - Anna:`, `Place of birth:`.
LABEL = re.compile(
    r"\[?(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s)?\d{1,2}:\d{2}(?::\d{2})?\b"
    r"|[^\W\d_a-z](?:[\w.'’/-]|[ ](?=\S)){0,30}:\s+(?=\S)"
)
CUE = re.compile(r"\s*+(?:\d+:)?\d\d:\d\d[.,]\d{3}\s*-->")  # when a subtitle is shown
QUOTED = re.compile(r"(?:>[ \t]?)+")  # the marks of a mail that is answered
TAB = re.compile(r"\s*\t\s*")
RULE = re.compile(r"([-=_*~•]\s*){3,}|--")
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
    """Blocks with their lines still apart; which of the paragraphs are headings is not known yet."""
    group: list[str] = []
    depth = 0
    for marks, line in _unquoted([*_uncued(re.sub(r"[\f\u2029]", "\n\n", text).splitlines()), ""]):
        ruled = bool(RULE.fullmatch(line))
        if ruled and len(group) == 1 and line != "--" and line[0] in "=-" and len(group[0]) < 80:
            yield Piece("heading", group.pop(), 1 if line[0] == "=" else 2)
        elif ruled or not line or marks != depth:
            for piece in _group(group):
                yield replace(piece, kind="quote") if depth and piece.kind == "paragraph" else piece
            group = []
        group += [line] if line and not ruled else []
        depth = marks


def _uncued(lines: Iterable[str]) -> list[str]:
    """The lines without the numbers and times of subtitles, and what those parted made one."""
    kept: list[str] = []
    for line in lines:
        if not CUE.match(line):
            kept.append(line)
            continue
        if kept and (kept[-1].strip().isdigit() or kept[-1].startswith("WEBVTT")):
            kept.pop()
        while kept and not kept[-1].strip():
            kept.pop()
    return kept


def _unquoted(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """How many marks of a quoted mail each line has, and its words; `> 5` may be more than five."""
    for marked, together in groupby(map(str.strip, lines), key=lambda line: line.startswith(">")):
        run = list(together)
        mail = marked and not all(re.match(r">\s*\d", line) for line in run)
        for line in run:
            mark = QUOTED.match(line) if mail else None
            yield (mark[0].count(">"), line[mark.end() :].strip()) if mark else (0, line)


def _group(lines: Sequence[str]) -> list[Piece]:
    """Lines without a blank one between: one paragraph if they were wrapped, else a paragraph each; items always."""
    longest = max(map(len, lines), default=0)
    copied = any(a == b and len(a) < 80 for a, b in pairwise(lines))
    apart = copied or (longest > WRAPPED and any(len(line) < 0.8 * longest for line in lines[:-1]))
    apart = apart or (len(lines) > 1 and all(len(line) > 100 and ENDED.search(line) for line in lines))
    labelled = bool(lines) and bool(LABEL.match(lines[0])) and any(LABEL.match(line) for line in lines[1:])
    tabbed = [bool(TAB.search(_unmarked(line))) for line in lines]
    found: list[tuple[Kind, list[str]]] = []
    for index, line in enumerate(lines):
        kind, above = found[-1] if found else ("paragraph", [])
        running = kind == "paragraph" and bool(above) and above[-1].endswith(",")
        item = BULLET.match(line) or (NUMBER.match(line) and not running)
        mark = " ".join(line.split(maxsplit=2)[:2])
        broken = bool(above) and len(above[-1]) + 1 + len(mark) <= longest  # by hand: the mark had room above
        free = broken or not above or kind != "paragraph" or ENDED.search(above[-1])
        if tabbed[index] and any(tabbed[max(0, index - 1) : index] + tabbed[index + 1 : index + 2]):
            found.append(("table row", [TAB.sub(" | ", line)]))
        elif (item and free) or (labelled and LABEL.match(line)):
            found.append(("list item", [line]))
        elif above and kind != "table row" and not apart:
            above.append(line)
        else:
            found.append(("paragraph", [line]))
    return [Piece(kind, _rejoined(parts)) for kind, parts in found]


def _unmarked(line: str) -> str:
    """`line` without the mark of an item at its beginning."""
    return BULLET.sub("", NUMBER.sub("", line, count=1), count=1)


def _rejoined(lines: Sequence[str]) -> str:
    """The lines as they stand, but for a word that was parted and for Chinese and Japanese, which need no space."""
    text = [lines[0]]
    for above, line in pairwise(lines):
        parted = re.search(r"\w-$", above) and line[0].islower()
        unspaced = re.search(r"[\u3040-\u30ff\u3400-\u9fff、。]$", above) and re.match(r"[\u3040-\u9fff]", line)
        text += [line] if parted or unspaced else ["\n", line]
    return "".join(text)


def _classified(units: Sequence[Piece]) -> Iterator[Piece]:
    for index, unit in enumerate(units):
        above, below = _beside(units, index)
        longer = below is not None and (below.kind == "list item" or len(below.text) > len(unit.text))
        if unit.kind == "list item":
            alone = (above is None or above.kind != "list item") and below is not None and below.kind == "paragraph"
            headed = alone and unit.text[0].isdigit()
        else:
            told = LABEL.match(unit.text) and any(near and LABEL.match(near.text) for near in (above, below))
            headed = unit.kind == "paragraph" and not (told or _twice(units, index) or BYLINE.fullmatch(unit.text))
        headed = headed and (index == 0 or "\n" not in unit.text)
        text = (BULLET.sub("", unit.text, count=1) if unit.kind == "list item" else unit.text).replace("\n", " ")
        if headed and longer and _short(unit) and re.match(r"[^\W_a-z]", unit.text):
            yield Piece("heading", text, 1 if index == 0 else 2)
        else:
            yield replace(unit, text=text)


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
