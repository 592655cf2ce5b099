"""PDFs written by hand, so that each says one thing; and the field's own bad ones where ../shared has them."""

import hashlib
import os
import re
from pathlib import Path

import pytest

from index.article import Article, Piece
from index.errors import BadSource
from index.formats import read_guarded
from index.pdf import read_pdf

BAD_PDFS = Path(__file__).parents[3] / "shared" / "data" / "pdfs"
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
Print = tuple[float, float, float, str, str]  # x, y, size, font, text


def rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def content(prints: list[Print]) -> bytes:
    shown = [
        f"BT /{font} {size} Tf {x} {y} Td ({text.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj ET"
        for x, y, size, font, text in prints
    ]
    return "\n".join(shown).encode("cp1252")


def pdf(*pages: list[Print], title: str = "", user: bytes | None = None, drawn: str = "", fields: str = "") -> bytes:
    """A PDF of `pages`, on each of which `drawn` is drawn and `fields` are filled in; with `user`, encrypted (RC4,
    40 bits) under that user password and some owner's. In its font S, x is a sign without a letter."""
    owner = rc4(hashlib.md5((b"owner" + PADDING)[:32]).digest()[:5], ((user or b"") + PADDING)[:32])
    secret = (user or b"") + PADDING
    key = hashlib.md5(secret[:32] + owner + (-4).to_bytes(4, "little", signed=True) + b"\1" * 16).digest()[:5]

    def sealed(number: int, data: bytes) -> bytes:
        own = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
        return data if user is None else rc4(own, data)

    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        5: b"<</Title<" + sealed(5, title.encode()).hex().encode() + b">>>",
        7: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[120/uniF0B7]>>>>",
        6: f"<</Filter/Standard/V 1/R 2/P -4/O<{owner.hex()}>/U<{rc4(key, PADDING).hex()}>>>".encode(),
    }
    for n, page in enumerate(pages):
        stream = sealed(11 + 2 * n, content(page) + f"\n{drawn}".encode())
        objects[10 + 2 * n] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {11 + 2 * n} 0 R"
            f"/Annots[{fields}]/Resources<</Font<</F 3 0 R/B 4 0 R/S 7 0 R>>>>>>"
        ).encode()
        objects[11 + 2 * n] = f"<</Length {len(stream)}>>stream\n".encode() + stream + b"\nendstream"
    out, places = b"%PDF-1.4\n", {}
    for number, body in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{number} 1\n{place:010} 00000 n \n" for number, place in places.items())
    encrypt = "" if user is None else f"/Encrypt 6 0 R/ID[<{'01' * 16}><{'01' * 16}>]"
    trailer = f"trailer<</Size {max(objects) + 1}/Root 1 0 R/Info 5 0 R{encrypt}>>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 1\n0000000000 65535 f \n{table}{trailer}".encode()


def column(*lines: str, x: float = 50, top: float = 700, size: float = 10, font: str = "F") -> list[Print]:
    return [(x, top - 12 * n, size, font, line) for n, line in enumerate(lines)]


def texts(data: bytes) -> list[str]:
    return [piece.text for piece in read_pdf(data)[1]]


def test_lines_become_paragraphs_and_large_or_bold_lines_headings() -> None:
    page = [
        *column("The Grand Canal", top=750, size=20),
        *column("Beginnings", top=720, font="B"),
        *column("The canal was dug by hand over many years and it was", "opened in 1810 by the king himself.", top=705),
        *column("A second paragraph stands apart from the first one.", top=665),
    ]
    assert read_pdf(pdf(page)) == (
        "The Grand Canal",
        [
            Piece("heading", "The Grand Canal", 1),
            Piece("heading", "Beginnings", 2),
            Piece(
                "paragraph",
                "The canal was dug by hand over many years and it was opened in 1810 by the king himself.",
            ),
            Piece("paragraph", "A second paragraph stands apart from the first one."),
        ],
    )


def test_bullets_are_list_items_and_cells_side_by_side_are_table_rows() -> None:
    page = [
        *column("• the first item of it", "• the second item of it", top=700),
        *column("Year", "1900", "1901", top=600),
        *column("Boats", "12", "15", x=250, top=600),
    ]
    assert [(piece.kind, piece.text) for piece in read_pdf(pdf(page))[1]] == [
        ("list item", "the first item of it"),
        ("list item", "the second item of it"),
        ("table row", "Year | Boats"),
        ("table row", "1900 | 12"),
        ("table row", "1901 | 15"),
    ]


def test_the_bullet_of_a_symbol_font_or_one_that_is_drawn_makes_a_list_item() -> None:
    signs = [*column("x", "x", font="S"), *column("the first item", "the second item", x=58)]
    assert texts(pdf([*column("the letter"), (89, 700, 10, "S", "x")])) == ["the letter\ufffd"]
    dots = "".join(f" 40 {y} m 44 {y} l 44 {y + 4} l 40 {y + 4} l h f" for y in (701, 689))
    for data in (pdf(signs), pdf(column("the first item", "the second item"), drawn=dots)):
        assert read_pdf(data)[1] == [Piece("list item", "the first item"), Piece("list item", "the second item")]


def test_the_cells_between_the_rules_of_a_table_are_its_rows() -> None:
    page = [
        *column("North", "South", "West", x=50, top=688),
        *column("12 boats", x=110, top=688),
        *column("It has a new shop that was", "opened in Hale.", x=200, top=694),
        (200, 664, 10, "F", "closed"),
        (110, 643, 10, "F", "7 boats"),
        *column("Sales fell for want of a man-", "ager.", x=200, top=650),
    ]
    page[1:3] = [(50, 664, 10, "F", "South"), (50, 643, 10, "F", "West")]
    rules = " ".join(
        f"{x} {y} {width} {height} re S"
        for y, height in ((678, 30), (658, 20), (632, 26))
        for x, width in ((45, 60), (105, 90), (195, 200))
    )
    assert [(piece.kind, piece.text) for piece in read_pdf(pdf(page, drawn=rules))[1]] == [
        ("table row", "North | 12 boats | It has a new shop that was opened in Hale."),
        ("table row", "South |  | closed"),
        ("table row", "West | 7 boats | Sales fell for want of a manager."),
    ]


def test_what_was_filled_into_a_form_is_read_beside_its_label() -> None:
    page = column("Name:", "Member:", "Password:", "Send:", "Remarks:")
    fields = "".join(
        f"<</Subtype/Widget/Rect[110 {698 - 12 * n} 200 {710 - 12 * n}]{field}>>"
        for n, field in enumerate(
            [
                "/FT/Tx/V(Anna  Berg)",
                "/Parent<</FT/Btn/V/Yes>>/AS/Yes",
                "/FT/Tx/Ff 8192/V(secret)",
                "/FT/Btn/Ff 65536",
                "/FT/Tx/F 2/V(unseen)",
            ]
        )
    )
    assert texts(pdf(page, fields=fields, user=None)) == [
        "Name: | Anna Berg",
        "Member: | ☒",
        "Password:",
        "Send:",
        "Remarks:",
    ]


def test_a_small_number_that_stands_higher_is_a_note() -> None:
    page: list[Print] = [
        (50, 700, 10, "F", "It was in 2020"),
        (111.7, 704, 6, "F", "1"),
        (118, 700, 10, "F", "and later."),
    ]
    assert texts(pdf(page)) == ["It was in 2020[1] and later."]


@pytest.mark.parametrize(("stated", "title"), [("On Canals", "On Canals"), ("Microsoft Word - x.doc", "")])
def test_a_title_that_a_program_made_up_is_not_one(stated: str, title: str) -> None:
    assert read_pdf(pdf(column("Some words."), title=stated))[0] == title


def test_only_a_password_that_is_needed_to_read_keeps_the_reader_out() -> None:
    assert texts(pdf(column("Open to read, closed to change."), user=b"")) == ["Open to read, closed to change."]
    with pytest.raises(BadSource, match="password"):
        read_pdf(pdf(column("Closed."), user=b"secret"))


def test_pages_without_text_are_sent_to_ocr_and_words_outside_the_page_are_not_read() -> None:
    with pytest.raises(BadSource, match="has pages but no text; run it through OCR first"):
        read_pdf(pdf([]))
    assert texts(pdf([*column("Seen."), (50, 2000, 10, "F", "unseen"), (50, 650, 0.5, "F", "tiny")])) == ["Seen."]


FILES = sorted(BAD_PDFS.glob("*.pdf")) if BAD_PDFS.is_dir() else []
SAMPLE = FILES if os.environ.get("ALL_PDFS") else FILES[::6]


@pytest.mark.skipif(not FILES, reason="../shared/data/pdfs is not there")
def test_every_bad_pdf_becomes_an_article_or_one_sentence_to_its_giver() -> None:
    verdicts = [verdict(path.read_bytes()) for path in SAMPLE]
    assert all(said == "" or re.fullmatch(r"[^\n]{20,200}\.", said) for said in verdicts)
    assert "" in verdicts


def verdict(data: bytes) -> str:
    try:
        assert isinstance(read_guarded(data), Article)
    except BadSource as error:
        return str(error)
    return ""
