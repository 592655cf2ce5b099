"""Word files written by hand, so that each says one thing."""

import io
import zipfile

import pytest

from index.article import Piece
from index.errors import BadSource
from index.formats import read_guarded
from index.word import read_docx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def docx(body: str, *, note: str = "", title: str = "", entries: dict[str, str] | None = None) -> bytes:
    parts = {
        "[Content_Types].xml": TYPES,
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {W}>"
        + "".join(
            f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
            for key, name in {"T": "Title", "H2": "heading 2", "Q": "Quote", "C": "Caption", "P": "Code"}.items()
        )
        + "</w:styles>",
        "word/footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="1">{paragraph(note)}</w:footnote></w:footnotes>',
        "docProps/core.xml": '<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/'
        f'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c:coreProperties>',
    } | (entries or {})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


def paragraph(text: str, style: str = "", more: str = "", props: str = "") -> str:
    run = f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run}{more}</w:p>'


def test_a_word_file_keeps_its_structure_and_its_notes_at_the_end() -> None:
    note = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("Year", "Boats"))
    hidden = paragraph("Hidden words", props="<w:vanish/>")
    body = (
        paragraph("The Canal", "T")
        + paragraph("It was opened in 1810", more=note)
        + hidden
        + paragraph("The locks", "H2")
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
        + paragraph("We built it.", "Q")
        + paragraph("A boat", "C")
        + paragraph("x = 1", "P")
        + paragraph("y = 2", "P")
    )
    data = docx(body, note="As a king said.")
    assert read_guarded(data, name="x.bin").title == "The Canal"
    assert read_docx(data) == (
        "The Canal",
        [
            Piece("heading", "The Canal", 1),
            Piece("paragraph", "It was opened in 1810[1]"),
            Piece("heading", "The locks", 2),
            Piece("table row", "Year | Boats"),
            Piece("quote", "We built it."),
            Piece("caption", "A boat", aside=True),
            Piece("code", "x = 1\ny = 2"),
            Piece("list item", "As a king said. "),
        ],
    )
    assert read_docx(docx(body, title="Stated"))[0] == "Stated"


M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
RUN = "<w:r><w:t>{}</w:t></w:r>".format


def m(tag: str, *inner: str) -> str:
    return f"<m:{tag} {M}>{''.join(inner)}</m:{tag}>"


def mt(text: str) -> str:
    return m("r", "<w:rPr><w:i/></w:rPr>", m("t", text))


@pytest.mark.parametrize("tag", ["fldSimple", "bdo", "dir"])
def test_what_wraps_runs_does_not_take_their_words_away(tag: str) -> None:
    body = paragraph("Sales rose, see ", more=f"<w:{tag}>{RUN('Table 7')}</w:{tag}>{RUN(', by half.')}")
    assert read_docx(docx(body))[1] == [Piece("paragraph", "Sales rose, see Table 7, by half.")]


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        (mt("k=4") + mt("2"), "k=42"),
        (mt("1") + m("f", m("fPr", m("ctrlPr")), m("num", mt("1")), m("den", mt("2"))), "1 1/2"),
        (m("f", m("num", mt("a+b")), m("den", mt("2π"))), "(a+b)/(2π)"),
        (mt("3×") + m("sSup", m("sSupPr"), m("e", mt("10")), m("sup", mt("-6"))), "3×10^(-6)"),
        (m("sSub", m("e", mt("a")), m("sub", mt("1"))), "a_1"),
        (m("d", m("e", mt("x+1"))) + mt("y"), "(x+1)y"),
        (m("rad", m("deg"), m("e", mt("x+1"))) + m("rad", m("deg", mt("3")), m("e", mt("8"))), "√(x+1)8^(1/3)"),
        (
            m("nary", m("naryPr", f'<m:chr {M} m:val="∑"/>'), m("sub", mt("i")), m("sup", mt("n")), m("e", mt("i"))),
            "∑_i^n i",
        ),
        (m("r", "<w:rPr><w:vanish/></w:rPr>", m("t", "Obey")) + mt("x"), "x"),
    ],
)
def test_an_equation_is_read_on_one_line(equation: str, said: str) -> None:
    for shown in (m("oMath", equation), m("oMathPara", m("oMath", equation))):
        body = paragraph("The rate is ", more=shown + RUN(" a year."))
        assert read_docx(docx(body))[1] == [Piece("paragraph", f"The rate is {said} a year.")]


LAUGHS = (
    f'<!DOCTYPE x [<!ENTITY a "ha">]><w:document {W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (docx("", entries={"word/document.xml": LAUGHS}), "document type"),
        (docx("", entries={"word/big.xml": "a" * 30_000_000}), "unpacks to far more"),
        (docx("", entries={f"word/{n}.bin": "" for n in range(4_001)}), "unpacks to far more"),
        (docx(paragraph("cut"))[:-200], "damaged"),
        (docx("", entries={"word/document.xml": "<not"}), "damaged"),
        (docx(""), "no text in it"),
    ],
)
def test_a_word_file_that_is_a_trap_or_broken_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(BadSource, match=says):
        read_guarded(data)
