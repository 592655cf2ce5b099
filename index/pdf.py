"""PDF -> pieces: pdfminer finds the characters, this file their lines, pdf_layout what the lines make."""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import groupby
from statistics import median

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTCurve, LTFigure, LTItem, LTLayoutContainer, LTPage, LTRect, LTTextLine
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import dict_value, int_value, list_value, num_value, resolve1
from pdfminer.psparser import literal_name
from pdfminer.utils import decode_text

from index.article import MOST_CHARACTERS, Piece
from index.errors import BadSource
from index.pdf_layout import Line, joined, laid_out
from index.superscript import superscript

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of every oddity of every font

LAYOUT = LAParams()
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
UNREADABLE = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff]")  # the font does not say which letter it draws
SIGN = re.compile(rf"\A\s*(?:{UNREADABLE.pattern})(?=\s|$)")  # alone at the head of a line: a bullet of a symbol font
FIELD_SIZE = 10.0  # points: what is filled into a form does not say how large it is shown
PUSH_BUTTON, PASSWORD = 1 << 16, 1 << 13  # of a field's flags (PDF 32000-1, tables 226 and 228)
Rule = tuple[float, float, float]  # an upright one's x, foot and head; a level one's y, left and right end
Cells = dict[tuple[int, int], list[Line]]  # of a row, by the places of their left and right rule
MOST_RULES = 2_000  # on a page: what has more is a drawing or a map
LONGEST_CELL = 600  # characters: more between rules is a framed column, not a cell
UNKNOWN = "\ufffd"  # shown in its place, so that a word with a hole is seen to have one
MADE_UP = re.compile(
    r"microsoft \w+ - |untitled|no ?title|document\s?\d*$|slide \d|title$|\W*$|\(?anonymous|.{0,2}$|"
    r".*(\.(docx?|pdf|tex|dvi|indd|qxd|rtf|odt|txt|html?|pptx?|xlsx?|fm|p65)\b|[\\/]\w+[\\/])",
    re.IGNORECASE,
)


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
    pieces = laid_out(pages)
    headings = [piece for piece in pieces[:24] if piece.kind == "heading"]
    first = min(headings, key=lambda piece: piece.level).text if headings else ""
    return _stated_title(document) or first, pieces


def _stated_title(document: PDFDocument) -> str:
    """The title in the file's properties, unless a program made it up."""
    stated = next((info["Title"] for info in document.info if isinstance(info.get("Title"), bytes)), b"")
    title = " ".join(decode_text(stated).replace("\0", "").split())
    return "" if MADE_UP.match(title) or len(title) > 300 else title


def _pages(document: PDFDocument) -> Iterator[list[Line]]:
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources)
    interpreter = PDFPageInterpreter(resources, device)
    characters = 0
    for number, page in enumerate(PDFPage.create_pages(document)):
        interpreter.process_page(page)
        layout = device.get_result()
        upright, level = _rules(layout)
        found = (part for whole in _text_lines(layout) for part in _parted(whole, upright))
        lines = [line for items in found if (line := _line(items, layout, number))]
        lines = [*_in_rows(list(_with_dots(lines, layout)), upright, level), *_filled_in(page, number)]
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


def _rules(layout: LTPage) -> tuple[list[Rule], list[Rule]]:
    """What is ruled on a page, upright and level; nothing on one that is drawn all over."""
    upright, level = list[Rule](), list[Rule]()
    for item in layout:
        if not isinstance(item, LTCurve) or max(item.width, item.height) < 5:
            continue
        if item.width < 3 or isinstance(item, LTRect):
            upright += [(x, item.y0, item.y1) for x in {item.x0, item.x1}]
        if item.height < 3 or isinstance(item, LTRect):
            level += [(y, item.x0, item.x1) for y in {item.y0, item.y1}]
    return ([], []) if len(upright) + len(level) > MOST_RULES else (upright, level)


def _parted(found: LTTextLine, upright: Sequence[Rule]) -> Iterator[list[LTItem]]:
    """The characters of a line, apart where a rule stands between them."""
    middle = (found.y0 + found.y1) / 2
    places = [x for x, low, high in upright if low < middle < high and found.x0 < x < found.x1]
    part: list[LTItem] = []
    last = found.x0
    for item in found:
        if isinstance(item, LTChar) and item.get_text().strip():
            if part and any(last - 1 < x < item.x0 + 1 for x in places):
                yield part
                part = []
            last = item.x1
        part.append(item)
    yield part


def _in_rows(lines: list[Line], upright: Sequence[Rule], level: Sequence[Rule]) -> list[Line]:
    """The lines, those between the same two level rules and parted by upright ones made one: a table's row."""

    def beside(at: float, across: float, rules: Sequence[Rule], way: int) -> float | None:
        near = [way * place for place, low, high in rules if low - 1 < across < high + 1 and way * (place - at) > 0]
        return way * min(near) if near else None

    cells: dict[tuple[int, int], Cells] = {}
    for line in lines:
        x, y = (line.x0 + line.x1) / 2, line.bottom + line.size / 2
        sides = beside(x, y, upright, -1), beside(x, y, upright, 1), beside(y, x, level, -1), beside(y, x, level, 1)
        left, right, low, high = (round(side) if side is not None else None for side in sides)
        if left is not None and right is not None and low is not None and high is not None:
            cells.setdefault((low, high), {}).setdefault((left, right), []).append(line)
    rows = [row for row in cells.values() if len(row) > 1]
    rows = [row for row in rows if max(sum(len(line.text) for line in cell) for cell in row.values()) <= LONGEST_CELL]
    gone = {id(line) for row in rows for cell in row.values() for line in cell}
    return [line for line in lines if id(line) not in gone] + [_row(row, rows) for row in rows]


def _row(row: Cells, rows: Sequence[Cells]) -> Line:
    """The cells of a row as one line, with a blank for each empty one between them."""
    table = [other for other in rows if min(other)[0] == min(row)[0] and max(other)[1] == max(row)[1]]
    lefts = {left for other in table for left, _ in other if min(row)[0] < left < max(row)[0]}
    blank: Cells = {(left, left): [] for left in lefts if not any(low <= left < high for low, high in row)}
    cells = [sorted(cell, key=lambda line: (-line.bottom, line.x0)) for _, cell in sorted((row | blank).items())]
    inside = [line for cell in cells for line in cell]
    first = max(inside, key=lambda line: line.bottom)
    x0, x1 = min(line.x0 for line in inside), max(line.x1 for line in inside)
    return replace(first, x0=x0, x1=x1, text=" | ".join(joined(cell) if cell else "" for cell in cells), cells=len(row))


def _line(found: Iterable[LTItem], page: LTPage, number: int) -> Line | None:
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
    return Line(number, x0, x1, foot, size, bold, text) if text else None


def _with_marks(found: Iterable[LTItem], size: float, foot: float) -> str:
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
    return " ".join(UNREADABLE.sub(UNKNOWN, SIGN.sub("•", text, count=1)).translate(LIGATURES).split())


def _with_dots(lines: Sequence[Line], layout: LTPage) -> Iterator[Line]:
    """The lines, each with the bullet that is drawn before it and after nothing else, as browsers print them."""
    dots = [item for item in layout if isinstance(item, LTCurve) and 2 < item.width < 8 and 2 < item.height < 8]
    dots = dots if len(dots) <= MOST_RULES else []
    for line in lines:
        middle = line.bottom + 0.5 * line.size
        near = [dot for dot in dots if abs((dot.y0 + dot.y1) / 2 - middle) < 0.3 * line.size]
        before = [dot.x0 for dot in near if 0 < line.x0 - dot.x1 < 1.5 * line.size]
        if len(before) == 1 and not any(
            0 <= line.x0 - left.x1 < 4 * line.size and abs(left.bottom - line.bottom) < 3 for left in lines
        ):
            yield replace(line, x0=before[0], text=f"• {line.text}")
        else:
            yield line


def _filled_in(page: PDFPage, number: int) -> Iterator[Line]:
    """What was filled into a form, where it stands: it is no part of the page's own content."""
    for field in map(dict_value, list_value(page.annots) if page.annots else []):
        sides = [num_value(side) for side in list_value(field.get("Rect", []))]
        if (
            literal_name(resolve1(field.get("Subtype"))) != "Widget"
            or len(sides) != 4
            or int_value(field.get("F", 0)) & 2
        ):
            continue
        x0, x1 = sorted(side - page.mediabox[0] for side in sides[::2])
        y0, y1 = sorted(side - page.mediabox[1] for side in sides[1::2])
        top = y1 if y1 - y0 > 2 * FIELD_SIZE else (y0 + y1 + FIELD_SIZE) / 2
        for n, text in enumerate(_values(field)):
            yield Line(number, x0, x1, top - FIELD_SIZE - 1.2 * FIELD_SIZE * n, FIELD_SIZE, False, text)


def _values(field: dict[str, object]) -> list[str]:
    """The lines, choices or tick in a form's field; nothing for a button and for a password."""
    kind, flags = literal_name(_inherited(field, "FT")), int_value(_inherited(field, "Ff") or 0)
    value = _inherited(field, "V")
    if kind == "Btn":
        state = literal_name(resolve1(field.get("AS")) or value)
        return [] if flags & PUSH_BUTTON else ["☐" if state in ("Off", "None") else "☒"]
    given = value if isinstance(value, list) else [value]
    texts = [decode_text(text) for text in map(resolve1, given) if isinstance(text, bytes)]
    lines = [" ".join(line.split()) for text in texts for line in re.split(r"[\r\n]+", text)]
    return [] if kind == "Tx" and flags & PASSWORD else [line for line in lines if line]


def _inherited(field: dict[str, object], key: str) -> object:
    """An entry of a form's field or of the nearest one above that has it."""
    for _ in range(32):
        if key in field or "Parent" not in field:
            break
        field = dict_value(field["Parent"])
    return resolve1(field.get(key))
