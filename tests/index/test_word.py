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


RUN = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'.format


STYLES = {"T": "Title", "H2": "heading 2", "Q": "Quote", "C": "Caption", "P": "Code", "O": "toc 1"}


def docx(body: str, *, note: str = "", title: str = "", entries: dict[str, str] | None = None) -> bytes:
    parts = {
        "[Content_Types].xml": TYPES,
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {W}>"
        + "".join(
            f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
            for key, name in STYLES.items()
        )
        + '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="Section"/><w:basedOn w:val="L"/></w:style>'
        + '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="Level"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr>'
        "</w:style>"
        + '<w:style w:type="paragraph" w:styleId="N"><w:name w:val="Unseen"/><w:rPr><w:vanish/></w:rPr></w:style>'
        + '<w:style w:type="paragraph" w:styleId="M"><w:name w:val="Unseen too"/><w:basedOn w:val="N"/></w:style>'
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


def test_styles_made_by_hand_are_headings_or_hidden_as_those_they_are_based_on() -> None:
    body = (
        paragraph("The locks", "H")
        + paragraph("Two.", "M")
        + paragraph("Three of them.", "M", props='<w:vanish w:val="0"/>')
    )
    assert read_docx(docx(body))[1] == [Piece("heading", "The locks", 3), Piece("paragraph", "Three of them.")]


def test_a_clause_that_is_numbered_as_a_heading_can_be_cited() -> None:
    long = "The Client shall pay the fee within 14 days of the invoice."
    body = paragraph("Terms of the service", "T") + paragraph("Payment", "H2") + paragraph(long, "H")
    body += (
        paragraph("No discounts apply to it", "H") + paragraph("Bank fees", "H") + paragraph("They are the Client's.")
    )
    assert [(piece.kind, piece.text) for piece in read_docx(docx(body))[1]] == [
        ("heading", "Terms of the service"),
        ("heading", "Payment"),
        ("paragraph", long),
        ("paragraph", "No discounts apply to it"),
        ("heading", "Bank fees"),
        ("paragraph", "They are the Client's."),
    ]


BOX = (
    '<w:sdt><w:sdtPr><x:checkbox xmlns:x="http://schemas.microsoft.com/office/word/2010/wordml"/></w:sdtPr>'
    "<w:sdtContent><w:r><w:t>{}</w:t></w:r></w:sdtContent></w:sdt>"
).format
OLD_BOX = (
    '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="{}"/></w:checkBox></w:ffData>'
    '</w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
).format


@pytest.mark.parametrize("boxes", [(BOX("☒"), BOX("☐")), (OLD_BOX(1), OLD_BOX(0))])
def test_a_box_says_whether_it_is_ticked(boxes: tuple[str, str]) -> None:
    body = paragraph("Member: ", more=boxes[0] + RUN(" yes ") + boxes[1] + RUN(" no."))
    assert [piece.text for piece in read_docx(docx(body))[1]] == ["Member: ☒ yes ☐ no."]


def test_a_page_break_parts_words_and_a_drop_capital_does_not() -> None:
    capital = '<w:p><w:pPr><w:framePr w:dropCap="drop"/></w:pPr><w:r><w:t>O</w:t></w:r></w:p>'
    body = capital + paragraph("nce it ended.", more='<w:r><w:br w:type="page"/></w:r>' + RUN("Then it began."))
    assert [piece.text for piece in read_docx(docx(body))[1]] == ["Once it ended. Then it began."]


def test_a_list_in_a_cell_stays_in_its_row_and_a_table_of_contents_is_no_evidence() -> None:
    item = f'<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>{RUN("{}")}</w:p>'.format
    rows = [(paragraph("Role"), paragraph("Duties")), (paragraph("Clerk"), item("files") + item("calls"))]
    table = "".join("<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    data = docx(paragraph("Duties 7", "O") + f"<w:tbl>{table}</w:tbl>", entries={"word/numbering.xml": numbering})
    assert read_docx(data)[1] == [
        Piece("paragraph", "Duties 7", aside=True),
        Piece("table row", "Role | Duties"),
        Piece("table row", "Clerk | files; calls"),
    ]


def test_a_strict_file_or_one_whose_main_part_is_numbered_is_a_word_file_too() -> None:
    body = paragraph("It is so.", more="<w:r><w:rPr><w:vanish/></w:rPr><w:t>Unseen.</w:t></w:r>")
    main = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    strict = main.replace(W[9:-1], "http://purl.oclc.org/ooxml/wordprocessingml/main")
    assert read_docx(docx("", entries={"word/document.xml": strict}))[1] == [Piece("paragraph", "It is so.")]
    schema = "http://schemas.openxmlformats.org"
    rels = (
        f'<Relationships xmlns="{schema}/package/2006/relationships"><Relationship Id="r1" Target="word/document2.xml" '
        f'Type="{schema}/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    )
    with zipfile.ZipFile(io.BytesIO(docx(body))) as made:
        parts = {name: made.read(name).decode() for name in made.namelist()}
    parts["word/document2.xml"] = parts.pop("word/document.xml")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (parts | {"_rels/.rels": rels}).items():
            archive.writestr(name, text)
    assert read_guarded(packed.getvalue()).text == "It is so."


M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


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
