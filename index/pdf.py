"""PDF -> pieces: pdfminer finds the characters, this file their lines, pdf_layout what the lines make."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
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

from index.article import MOST_CHARACTERS, Piece
from index.errors import BadSource
from index.pdf_layout import Line, laid_out
from index.superscript import superscript

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it warns of every oddity of every font

LAYOUT = LAParams()
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
UNREADABLE = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff]")  # the font does not say which letter it draws
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
    headings = [piece for piece in pieces[:12] if piece.kind == "heading"]
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
    return Line(number, x0, x1, foot, size, bold, text) if text else None


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
