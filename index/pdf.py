"""PDF -> pieces: pdfminer finds the characters, this file finds lines, columns, paragraphs and headings."""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby
from statistics import median

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTFigure, LTLayoutContainer, LTPage, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.utils import decode_text

from index.article import MOST_CHARACTERS, Kind, Piece
from index.errors import BadSource

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of every oddity of every font

LAYOUT = LAParams()
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
RAISED = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
UNREADABLE = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff]")  # the font does not say which letter it draws
UNKNOWN = "\ufffd"  # shown in its place, so that a word with a hole is seen to have one
BULLET = re.compile(r"[•‣◦▪●○■□–*·-]\s+(?=\S)|\(?\d{1,2}[.)]\s+(?=\S)")
CAPTION = re.compile(r"(fig(ure|\.)|table|chart|photo)\s*\d+\s*[.:|]", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?…:;。！？؟]['\"”’»)\]\d⁰¹²³⁴-⁹]*$")
UNITS = r"(?<![^\W\d_])(?:[kcmdµμn]?m|ft|in|yd|mi|s|kg|[a-zA-Z])$"


@dataclass(frozen=True)
class Line:
    """One line of print: its corners in points from the lower left of its page, its letters' size, and its text."""

    page: int
    x0: float
    x1: float
    bottom: float
    top: float
    size: float
    bold: bool
    text: str
    column: int = 0
    cells: int = 1


@dataclass
class Paragraph:
    """Lines that read as one; grown line by line, then turned into a piece."""

    lines: list[Line]
    kind: Kind = "paragraph"

    @property
    def last(self) -> Line:
        return self.lines[-1]


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


def read_pdf(data: bytes) -> tuple[str, list[Piece]]:
    """The title (empty where there is none) and the pieces, in reading order.

    Raises BadSource for a password, for pages without text, and for more than MOST_CHARACTERS characters.
    """
    try:
        document = PDFDocument(PDFParser(BytesIO(data)))
        pages = list(_pages(document))
    except PDFPasswordIncorrect:
        raise BadSource("The PDF is protected by a password; save a copy without one and give that.") from None
    if not pages:
        raise BadSource("The PDF has no pages that can be read; open it in a viewer and save it again.")
    letters = sum(len(line.text) for page in pages for line in page)
    if letters < 2 * sum(line.text.count(UNKNOWN) for page in pages for line in page) or not letters:
        what = "its letters cannot be told apart" if letters else "no text"
        raise BadSource(f"The PDF has pages but {what}; run it through OCR first.")
    lines = [line for page in _without_furniture(pages) for line in _in_reading_order(page)]
    pieces = _pieces(_joined(_paragraphs(lines), _body_size(lines)), lines)
    headings = [piece for piece in pieces[:12] if piece.kind == "heading"]
    first = min(headings, key=lambda piece: piece.level).text if headings else ""
    return _stated_title(document) or first, pieces


def _stated_title(document: PDFDocument) -> str:
    """The title in the file's properties, unless a program made it up."""
    stated = next((info["Title"] for info in document.info if isinstance(info.get("Title"), bytes)), b"")
    title = " ".join(decode_text(stated).replace("\0", "").split())
    made_up = re.compile(
        r"microsoft \w+ - |untitled|no ?title|document\s?\d*$|slide \d|title$|\W*$|\(?anonymous|.{0,2}$|"
        r".*(\.(docx?|pdf|tex|dvi|indd|qxd|rtf|odt|txt|html?|pptx?|xlsx?|fm|p65)\b|[\\/]\w+[\\/])",
        re.IGNORECASE,
    )
    return "" if made_up.match(title) or len(title) > 300 else title


def _pages(document: PDFDocument) -> Iterator[list[Line]]:
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources)
    interpreter = PDFPageInterpreter(resources, device)
    characters = 0
    for number, page in enumerate(PDFPage.create_pages(document)):
        interpreter.process_page(page)
        layout = device.get_result()
        lines = [line for found in _text_lines(layout) if (line := _line(found, layout, number))]
        characters += sum(len(line.text) for line in lines)
        if characters > MOST_CHARACTERS:
            raise BadSource(f"The PDF has more than {MOST_CHARACTERS:,} characters; give a part of it.")
        yield lines


def _text_lines(layout: LTPage) -> Iterator[LTTextLine]:
    """pdfminer's lines without its text boxes, which take the square of a page's lines and know no columns."""
    waiting: list[LTLayoutContainer] = [layout]
    while waiting:
        inside = list(waiting.pop())
        waiting += [item for item in inside if isinstance(item, LTFigure)]
        if characters := [item for item in inside if isinstance(item, LTChar)]:
            yield from layout.group_objects(LAYOUT, characters)


def _line(found: LTTextLine, page: LTPage, number: int) -> Line | None:
    """The line as it shows: nothing outside the page, nothing too small to see, nothing that runs up the margin."""
    seen = [c for c in found if isinstance(c, LTChar) and c.size >= 1 and c.upright and page.is_hoverlap(c)]
    seen = [c for c in seen if page.is_voverlap(c) and c.get_text().strip()]
    if not seen:
        return None
    size = Counter(round(c.size, 1) for c in seen).most_common(1)[0][0]
    full = [c for c in seen if round(c.size, 1) == size]
    foot = median(c.y0 for c in full)
    text = _with_marks(found, size, foot)
    bold = sum(bool(re.search("bold|black|heavy|demi", str(c.fontname), re.IGNORECASE)) for c in seen) > 0.9 * len(seen)
    x0, x1 = min(c.x0 for c in seen), max(c.x1 for c in seen)
    return Line(number, x0, x1, foot, foot + size, size, bold, text) if text.strip() else None


def _with_marks(found: LTTextLine, size: float, foot: float) -> str:
    """The line's text, its ligatures spelled out and its raised numbers marked."""

    def raised(item: object) -> bool:
        return (
            isinstance(item, LTChar)
            and item.size < 0.85 * size
            and item.y0 > foot + 0.15 * size
            and bool(re.fullmatch(r"[\d,+−-]", item.get_text()))
        )

    text = ""
    for is_raised, items in groupby(found, raised):
        run = "".join(item.get_text() for item in items if hasattr(item, "get_text"))
        text += superscript(text, run) if is_raised and text.strip() else run
    return " ".join(UNREADABLE.sub(UNKNOWN, text).translate(LIGATURES).split())


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
    """Where two columns of running text part, if they do: few lines cross it and both sides have many long ones."""
    long = [line for line in lines if len(line.text) >= 20]
    if len(long) < 8:
        return None
    left, right = min(line.x0 for line in long), max(line.x1 for line in long)
    starts = Counter(round(line.x0) for line in long if line.x0 > left + 0.2 * (right - left))
    for start, _ in starts.most_common(3):
        gutter = start - 1.0
        crossing = sum(line.x0 < gutter < line.x1 for line in lines)
        before = [line for line in lines if line.x1 <= gutter]
        after = [line for line in lines if line.x0 >= gutter]
        few = crossing <= 0.35 * len(lines)
        if few and all(len(side) >= 4 and median(len(s.text) for s in side) >= 18 for side in (before, after)):
            return gutter
    return None


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
        bullet = re.fullmatch(r"[•‣◦▪●○■□–*·-]|\(?\d{1,2}[.)]", row[0].text)
        text = (" " if bullet or not table else " | ").join(cell.text for cell in row)
        cells = len(row) if table and not bullet else 1
        x1 = max(cell.x1 for cell in row)
        made.append(replace(max(row, key=lambda c: len(c.text)), x0=row[0].x0, x1=x1, text=text, cells=cells))
    return made


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    body = _body_size(lines)
    steps = [a.bottom - b.bottom for a, b in zip(lines, lines[1:], strict=False) if _same_column(a, b)]
    usual = [round(step / body, 1) for step in steps if 0.8 * body < step < 2.5 * body]
    spacing = Counter(usual).most_common(1)[0][0] if usual else 1.2
    edges: dict[tuple[int, int], float] = {}
    for line in lines:
        edges[line.page, line.column] = max(edges.get((line.page, line.column), 0.0), line.x1)
    found: list[Paragraph] = []
    for line in lines:
        if not found or _begins(found[-1], line, spacing, edges[line.page, line.column]):
            kind: Kind = "table row" if line.cells > 1 else "list item" if BULLET.match(line.text) else "paragraph"
            found.append(Paragraph([line], kind))
        else:
            found[-1].lines.append(line)
    return found


def _same_column(a: Line, b: Line) -> bool:
    return (a.page, a.column) == (b.page, b.column)


def _begins(above: Paragraph, line: Line, spacing: float, edge: float) -> bool:
    """Whether `line` begins a new paragraph after `above`."""
    last, first = above.last, above.lines[0]
    if line.cells > 1 or last.cells > 1 or not _same_column(last, line):
        return True
    if abs(last.size - line.size) > 0.08 * line.size or last.bold != line.bold:
        return True
    step = last.bottom - line.bottom
    if step < 0 or step > (max(spacing, 1.0) + 0.25) * line.size:
        return True
    ended = bool(SENTENCE_END.search(last.text))
    if BULLET.match(line.text) and (ended or above.kind == "list item" or line.text[0] in "•‣◦▪●○■□"):
        return True
    if above.kind == "list item":
        return line.x0 < first.x0 + 0.3 * line.size and ended
    indented = 0.7 * line.size < line.x0 - last.x0 < 6 * line.size
    short = last.x1 < edge - 0.2 * (edge - min(last.x0, line.x0))
    return ended and (indented or short)


def _joined(paragraphs: Iterable[Paragraph], body: float) -> list[Paragraph]:
    """Paragraphs that go on over a page, a column or a footnote made whole."""
    found: list[Paragraph] = []
    for paragraph in paragraphs:
        running = [p for p in found[-6:] if p.kind != "table row" and abs(p.last.size - paragraph.lines[0].size) < 0.5]
        above = running[-1] if running and abs(paragraph.lines[0].size - body) < 0.5 else None
        goes_on = above and not _same_column(above.last, paragraph.lines[0]) and not CAPTION.match(above.lines[0].text)
        cut = above and not SENTENCE_END.search(above.last.text) and above.last.bold == paragraph.lines[0].bold
        if above and goes_on and cut and paragraph.kind == "paragraph" and paragraph.lines[0].text[0].islower():
            above.lines += paragraph.lines
        else:
            found.append(paragraph)
    return found


def _pieces(paragraphs: Iterable[Paragraph], lines: Sequence[Line]) -> list[Piece]:
    body = _body_size(lines)
    whole = Counter(word for line in lines for word in re.findall(r"\w+(?:-\w+)*", line.text.lower()))
    mostly_bold = sum(len(line.text) for line in lines if line.bold) > 0.4 * sum(len(line.text) for line in lines)
    pieces: list[tuple[Paragraph, str]] = [(p, _text(p, whole)) for p in paragraphs]

    def heading(paragraph: Paragraph, text: str) -> bool:
        line = paragraph.lines[0]
        larger, heavier = line.size > 1.12 * body, line.bold and not mostly_bold and line.size > 0.9 * body
        plain = len(text) <= 200 and bool(re.search(r"[^\W\d_]{2}", text)) and not re.search(r"[.,;:]$", text)
        return paragraph.kind != "table row" and plain and (larger or (heavier and len(text) <= 120))

    rest = any(not heading(*piece) for piece in pieces)
    sizes = sorted({round(p.lines[0].size) for p, text in pieces if heading(p, text)}, reverse=True)
    made = []
    for paragraph, text in pieces:
        if rest and heading(paragraph, text):
            made.append(Piece("heading", text, min(6, 1 + sizes.index(round(paragraph.lines[0].size)))))
        elif paragraph.kind == "paragraph" and CAPTION.match(text):
            made.append(Piece("caption", text))
        else:
            bare = BULLET.sub("", text, count=1) if paragraph.kind == "list item" else text
            made.append(Piece(paragraph.kind, bare))
    return made


def _text(paragraph: Paragraph, words: Counter[str]) -> str:
    """The lines as one, words that were parted at a line's end made whole again."""
    text = paragraph.lines[0].text
    for line in paragraph.lines[1:]:
        head, tail = re.search(r"(\w+)[-\u00ad\u2010]$", text), re.match(r"\w+", line.text)
        if not (head and tail):
            text += " " + line.text
            continue
        hyphened = f"{head[1]}-{tail[0]}".lower() in words and not text.endswith("\u00ad")
        drop = tail[0][0].islower() and not head[1][-1].isdigit() and not hyphened
        text = (text[:-1] if drop else text) + line.text
    return text
