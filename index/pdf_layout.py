"""Printed lines -> pieces: running heads go, columns, rows, paragraphs and headings are found."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from types import MappingProxyType

from index.article import Kind, Piece

BULLET = r"[•‣◦▪●○■□–*·-]"
MARK = rf"(?:{BULLET}|\(?\d{{1,2}}[.)])"  # of a list item; a number may be a clause's or a day and stays in the text
ITEM = re.compile(rf"{MARK}\s+(?=\S)")
CAPTION = re.compile(r"(fig(ure|\.)|table|chart|photo)\s*\d+\s*[.:|]", re.IGNORECASE)
LEADER = re.compile(r"(?:\. ?){5,}\s*(?:\d+|[ivxlc]+)$")  # the dots of a table of contents, up to the page's number
SENTENCE_END = re.compile(r"[.!?…:;。！？؟]['\"”’»)\]\d⁰¹²³⁴-⁹]*$")


@dataclass(frozen=True)
class Line:
    """One line of print: its place in points from the lower left of its page, its letters' size, and its text."""

    page: int
    x0: float
    x1: float
    bottom: float
    size: float
    bold: bool
    text: str
    column: int = 0
    cells: int = 1

    @property
    def top(self) -> float:
        return self.bottom + self.size


@dataclass
class Paragraph:
    """Lines that read as one; grown line by line, then turned into a piece."""

    lines: list[Line]
    kind: Kind = "paragraph"

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def last(self) -> Line:
        return self.lines[-1]


def laid_out(pages: list[list[Line]]) -> list[Piece]:
    """The pieces that the lines of `pages` make, in reading order; at least one page must have a line."""
    lines = [line for page in _without_furniture(pages) for line in _in_reading_order(page)]
    body = _body_size(lines)
    return _pieces(_joined(_paragraphs(lines, body), body), lines, body)


def _without_furniture(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without the running heads, feet and page numbers at their edges."""

    def shape(line: Line) -> str:
        return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.lower())

    edges = []
    for lines in pages:
        by_height = sorted(lines, key=lambda line: line.top)
        low, high = (by_height[0].bottom, by_height[-1].top) if lines else (0.0, 0.0)
        margin = 0.12 * (high - low)
        outer = [line for line in by_height if line.bottom < low + margin or line.top > high - margin]
        edges.append([line for line in outer if len(line.text) < 120])
    counts = Counter(key for lines in edges for key in {(shape(line), round(line.top / 6)) for line in lines})
    often = max(2.0, min(3.0, 0.3 * len(pages)))  # a chapter's running head may stand on few pages
    number = re.compile(r"\W*(page )?#(\s?(/|of|-)\s?#)?\W*")

    def repeats(line: Line, edge: list[Line]) -> bool:
        key = shape(line)
        near = sum(counts[key, round(line.top / 6) + step] for step in (-1, 0, 1))
        alone = line in (edge[0], edge[-1]) and sum(abs(other.bottom - line.bottom) < 3 for other in edge) == 1
        return near >= often or (alone and bool(number.fullmatch(key)))

    dropped = [{id(line) for line in edge if repeats(line, edge)} for edge in edges]
    kept = [[line for line in lines if id(line) not in gone] for lines, gone in zip(pages, dropped, strict=True)]
    return kept if any(kept) else pages


def _in_reading_order(lines: list[Line], column: int = 0) -> list[Line]:
    """Lines top to bottom; where a gutter parts the page, each band between full-width lines left column first."""
    gutter = _gutter(lines)
    if gutter is None:
        return [replace(row, column=column) for row in _rows(lines)]
    ordered: list[Line] = []
    band: list[Line] = []
    for line in [*sorted(lines, key=lambda line: -line.top), None]:
        if line and not line.x0 < gutter < line.x1:
            band.append(line)
            continue
        for step, side in enumerate(([b for b in band if b.x1 <= gutter], [b for b in band if b.x0 >= gutter])):
            ordered += _in_reading_order(side, 2 * column + 1 + step)
        ordered += [replace(line, column=column)] if line else []
        band = []
    return ordered


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where two columns part, if they do: few lines cross it, and both sides are running text or not in step."""
    long = [line for line in lines if len(line.text) >= 20]
    for some in (long, lines):
        if len(some) < 8:
            continue
        left, right = min(line.x0 for line in some), max(line.x1 for line in some)
        starts = Counter(round(line.x0) for line in some if line.x0 > left + 0.2 * (right - left))
        for start, _ in starts.most_common(3):
            gutter = start - 1.0
            crossing = sum(line.x0 < gutter < line.x1 for line in lines)
            sides = [line for line in lines if line.x1 <= gutter], [line for line in lines if line.x0 >= gutter]
            if crossing > 0.35 * len(lines) or min(map(len, sides)) < 4:
                continue
            if all(median(len(line.text) for line in side) >= 18 for side in sides) or not _in_step(*sides):
                return gutter
    return None


def _in_step(before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Whether lines side by side stand on the same heights, as a table's cells do and a sidebar's lines do not."""
    fewer, more = sorted((before, after), key=len)
    low, high = min(line.bottom for line in more), max(line.bottom for line in more)
    beside = [line for line in fewer if low <= line.bottom <= high]
    heights = {round(2 * line.bottom) + step for line in more for step in (-1, 0, 1)}
    level = sum(round(2 * line.bottom) in heights for line in beside)
    return len(beside) < 4 or level > 0.35 * len(beside)


def _rows(lines: Iterable[Line]) -> list[Line]:
    """Lines top to bottom, those on one height made one: side by side over several rows they are a table's cells."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: (-line.bottom, line.x0)):
        if rows and abs(rows[-1][0].bottom - line.bottom) < 0.35 * max(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    made = []
    for index, row in enumerate(rows):
        beside = [len(near) for near in rows[max(0, index - 1) : index] + rows[index + 1 : index + 2]]
        table = len(row) > 1 and max(beside, default=1) > 1
        row = sorted(row, key=lambda line: line.x0)
        bullet = re.fullmatch(MARK, row[0].text)
        text = (" " if bullet or not table else " | ").join(cell.text for cell in row)
        cells = len(row) if table and not bullet else row[0].cells if len(row) == 1 else 1
        x1 = max(cell.x1 for cell in row)
        made.append(replace(max(row, key=lambda c: len(c.text)), x0=row[0].x0, x1=x1, text=text, cells=cells))
    return made


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _paragraphs(lines: Sequence[Line], body: float) -> list[Paragraph]:
    steps = [a.bottom - b.bottom for a, b in pairwise(lines) if _same_column(a, b)]
    usual = [round(step / body, 1) for step in steps if 0.8 * body < step < 2.5 * body]
    spacing = Counter(usual).most_common(1)[0][0] if usual else 1.2
    edges: dict[tuple[int, int], float] = {}
    for line in lines:
        edges[line.page, line.column] = max(edges.get((line.page, line.column), 0.0), line.x1)
    found: list[Paragraph] = []
    for line in lines:
        if not found or _begins(found[-1], line, spacing, edges[line.page, line.column]):
            kind: Kind = "table row" if line.cells > 1 else "list item" if ITEM.match(line.text) else "paragraph"
            found.append(Paragraph([line], kind))
        else:
            found[-1].lines.append(line)
    return found


def _same_column(a: Line, b: Line) -> bool:
    return (a.page, a.column) == (b.page, b.column)


def _begins(above: Paragraph, line: Line, spacing: float, edge: float) -> bool:
    """Whether `line` begins a new paragraph after `above`."""
    last = above.last
    if line.cells > 1 or last.cells > 1 or not _same_column(last, line) or LEADER.search(last.text):
        return True
    if abs(last.size - line.size) > 0.08 * line.size or last.bold != line.bold:
        return True
    step = last.bottom - line.bottom
    if step < 0 or step > (max(spacing, 1.0) + 0.25) * line.size:
        return True
    ended = bool(SENTENCE_END.search(last.text))
    if ITEM.match(line.text) and (ended or above.kind == "list item" or line.text[0] in "•‣◦▪●○■□"):
        return True
    if above.kind == "list item":
        return line.x0 < above.first.x0 + 0.3 * line.size and ended
    indented = 0.7 * line.size < line.x0 - last.x0 < 6 * line.size
    short = last.x1 < edge - 0.2 * (edge - min(last.x0, line.x0))
    return ended and (indented or short)


def _joined(paragraphs: Iterable[Paragraph], body: float) -> list[Paragraph]:
    """Paragraphs that go on over a page, a column or a footnote made whole."""
    found: list[Paragraph] = []
    for paragraph in paragraphs:
        first = paragraph.first
        running = [p for p in found[-6:] if p.kind != "table row" and abs(p.last.size - first.size) < 0.5]
        above = running[-1] if running and abs(first.size - body) < 0.5 else None
        goes_on = above and not _same_column(above.last, first) and not CAPTION.match(above.first.text)
        cut = above and not SENTENCE_END.search(above.last.text) and above.last.bold == first.bold
        if above and goes_on and cut and paragraph.kind == "paragraph" and first.text[0].islower():
            above.lines += paragraph.lines
        else:
            found.append(paragraph)
    return found


def _pieces(paragraphs: Iterable[Paragraph], lines: Sequence[Line], body: float) -> list[Piece]:
    whole = Counter(word for line in lines for word in re.findall(r"\w+(?:-\w+)*", line.text.lower()))
    mostly_bold = sum(len(line.text) for line in lines if line.bold) > 0.4 * sum(len(line.text) for line in lines)
    pieces = [(p, joined(p.lines, whole)) for p in paragraphs]

    def heading(paragraph: Paragraph, text: str) -> bool:
        line = paragraph.first
        larger, heavier = line.size > 1.12 * body, line.bold and not mostly_bold and line.size > 0.9 * body
        plain = len(text) <= 200 and bool(re.search(r"[^\W\d_]{2}", text)) and not re.search(r"[.,;:]$", text)
        return paragraph.kind != "table row" and plain and (larger or (heavier and len(text) <= 120))

    rest = any(not heading(*piece) for piece in pieces)
    sizes = sorted({round(p.first.size) for p, text in pieces if heading(p, text)}, reverse=True)
    made = []
    for paragraph, text in pieces:
        if LEADER.search(text):
            made.append(Piece("paragraph", text, aside=True))
        elif rest and heading(paragraph, text):
            made.append(Piece("heading", text, min(6, 1 + sizes.index(round(paragraph.first.size)))))
        elif paragraph.kind == "paragraph" and CAPTION.match(text):
            made.append(Piece("caption", text))
        else:
            bare = re.sub(rf"^{BULLET}\s+(?=\S)", "", text) if paragraph.kind == "list item" else text
            made.append(Piece(paragraph.kind, bare))
    return made


def joined(lines: Sequence[Line], words: Mapping[str, int] = MappingProxyType({})) -> str:
    """The lines as one, words that were parted at a line's end made whole again, unless `words` has them hyphened."""
    text = lines[0].text
    for line in lines[1:]:
        head, tail = re.search(r"(\w+)[-\u00ad\u2010]$", text), re.match(r"\w+", line.text)
        if not (head and tail):
            text += " " + line.text
            continue
        hyphened = f"{head[1]}-{tail[0]}".lower() in words and not text.endswith("\u00ad")
        drop = tail[0][0].islower() and not head[1][-1].isdigit() and not hyphened
        text = (text[:-1] if drop else text) + line.text
    return text
