"""Word (.docx) -> pieces: its XML made harmless, then mammoth's HTML."""

import zipfile
from io import BytesIO

import mammoth
from lxml import etree

from index.article import Piece
from index.errors import BadSource
from index.formula import formula
from index.markup import fragment

MOST_ENTRIES = 4_000
MOST_UNPACKED = 60_000_000  # bytes of XML: a 700-page book has about 20 million
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MATHML = {
    "f": "mfrac", "sSup": "msup", "sSub": "msub", "sSubSup": "msubsup", "limLow": "munder", "limUpp": "mover",
    "d": "mfenced", "m": "mtable", "eqArr": "mtable", "mr": "mtr", "sPre": "mmultiscripts", "t": "mtext",
}  # fmt: skip
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='caption'] => figcaption:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
"""


def read_docx(data: bytes) -> tuple[str, list[Piece]]:
    """The title (the one stated, else the first heading; may be empty) and the pieces; footnotes come at the end.

    Raises BadSource for a file that would unpack to far more than an article, or that declares a document type.
    """
    parts = _clean_parts(data)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as rebuilt:
        for name, xml in parts.items():
            rebuilt.writestr(name, xml)
    made = mammoth.convert_to_html(packed, style_map=STYLES, convert_image=lambda _: [], external_file_access=False)
    core = parts.get("docProps/core.xml")
    stated = etree.fromstring(core).findtext("{http://purl.org/dc/elements/1.1/}title") if core else ""
    return fragment(made.value, title=(stated or "").strip())


def _clean_parts(data: bytes) -> dict[str, bytes]:
    """The XML parts, counted, without document types, what Word does not show and what mammoth would drop unread."""
    parts = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        declared = [entry for entry in entries if entry.filename.endswith((".xml", ".rels"))]
        total = sum(entry.file_size for entry in declared)
        steep = any(entry.file_size > 1_000_000 + 200 * entry.compress_size for entry in entries)
        if len(entries) > MOST_ENTRIES or total > MOST_UNPACKED or steep:
            raise BadSource("The Word file unpacks to far more than an article holds; copy its text into a new one.")
        for entry in declared:
            with archive.open(entry) as packed:
                parts[entry.filename] = _clean_xml(packed.read(entry.file_size + 1))  # read() alone trusts the file
    return parts


def _clean_xml(xml: bytes) -> bytes:
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False))
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadSource("The Word file holds a document type, which no Word program writes; save it again in Word.")
    for run in list(root.iter(f"{WORD}r", f"{MATH}r")):
        vanish = run.find(f"{WORD}rPr/{WORD}vanish")
        if vanish is not None and vanish.get(f"{WORD}val", "1") not in ("0", "false", "off"):
            run.getparent().remove(run)
    for equation in list(root.iter(f"{MATH}oMath")):
        words = _equation(equation)
        equation.clear(keep_tail=True)
        equation.tag = f"{WORD}r"
        etree.SubElement(equation, f"{WORD}t").text = words
    etree.strip_tags(root, *(f"{WORD}{tag}" for tag in ("fldSimple", "bdo", "dir")), f"{MATH}oMathPara")
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _equation(equation: etree._Element) -> str:
    """The equation on one line, as `formula` gives it once Word's elements are MathML's."""
    for element in list(equation.iter(f"{MATH}*")):
        name = etree.QName(element).localname
        if not name.endswith("Pr"):
            element.tag = MATHML.get(name, "mrow")
        if name in ("d", "nary", "f", "rad"):
            _translate(element, name)
    etree.strip_elements(equation, f"{MATH}*", f"{WORD}del", f"{WORD}rPr", with_tail=False)
    return " ".join(formula(equation).split())


def _translate(element: etree._Element, name: str) -> None:
    """What Word states as a property of `element`, or in another order, as MathML has it."""
    stated = {etree.QName(p).localname: p.get(f"{MATH}val", "") for p in element.iterfind(f"{MATH}{name}Pr/{MATH}*")}
    inner = {etree.QName(child).localname: child for child in element.iterchildren(f"{MATH}*")}
    if name == "d":
        element.set("open", stated.get("begChr", "("))
        element.set("close", stated.get("endChr", ")"))
    elif name == "f" and stated.get("type") == "noBar":
        element.tag = "mtr"
    elif name == "nary":
        limits = [tag for tag in ("sub", "sup") if tag in inner and "".join(inner[tag].itertext()).strip()]
        sign = etree.Element("".join(["m", *limits]))
        etree.SubElement(sign, "mo").text = stated.get("chr", "∫")
        sign.extend(inner[tag] for tag in limits)
        element.insert(0, sign)
    elif name == "rad" and {"deg", "e"} <= inner.keys():
        element.tag = "mroot" if "".join(inner["deg"].itertext()).strip() else "msqrt"
        element.append(inner["deg"])
