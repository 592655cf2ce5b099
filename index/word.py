"""Word (.docx) -> pieces: its XML made harmless, then mammoth's HTML."""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import zip_longest

import mammoth
from lxml import etree

from index.article import Piece, flat
from index.errors import BadSource
from index.formula import formula
from index.markup import fragment

MOST_ENTRIES = 4_000
MOST_UNPACKED = 60_000_000  # bytes of XML: a 700-page book has about 20 million
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
STRICT = {  # the namespaces of a "Strict Open XML Document", as every other Word file names them
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": WORD.strip("{}").encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": MATH.strip("{}").encode(),
}
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
p[style-name^='toc '] => p.breadcrumbs:fresh
p[style-name='table of figures'] => p.breadcrumbs:fresh
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
    title, pieces = fragment(made.value, title=(stated or "").strip())
    return title, list(_clauses_said(pieces))


def _clauses_said(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces; a clause that was styled as a heading to be numbered is a paragraph.

    It ends as a sentence does, or has several words and nothing below it; a title may have nothing either.
    """
    for piece, below in zip_longest(pieces, pieces[1:]):
        text = flat(piece.text)
        bare = below is None or (below.kind == "heading" and below.level <= piece.level)
        empty = bare and piece is not pieces[0]
        said = len(text) > 200 or (len(text) > 40 and text[-1] in ".;,:") or (empty and len(text.split()) > 4)
        yield Piece("paragraph", piece.text) if piece.kind == "heading" and said else piece


def _clean_parts(data: bytes) -> dict[str, bytes]:
    """The XML parts, counted, without document types, what Word does not show and what mammoth would drop unread."""
    roots = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        declared = [entry for entry in entries if entry.filename.endswith((".xml", ".rels"))]
        total = sum(entry.file_size for entry in declared)
        steep = any(entry.file_size > 1_000_000 + 200 * entry.compress_size for entry in entries)
        if len(entries) > MOST_ENTRIES or total > MOST_UNPACKED or steep:
            raise BadSource("The Word file unpacks to far more than an article holds; copy its text into a new one.")
        for entry in declared:
            with archive.open(entry) as packed:
                roots[entry.filename] = _parsed(packed.read(entry.file_size + 1))  # read() alone trusts the file
    hidden = {key for root in roots.values() if root.tag == f"{WORD}styles" for key in _styles(root)}
    for root in roots.values():
        _clean(root, hidden)
    return {name: bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True)) for name, root in roots.items()}


def _parsed(xml: bytes) -> etree._Element:
    for strict, usual in STRICT.items():
        xml = xml.replace(strict, usual)
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False))
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadSource("The Word file holds a document type, which no Word program writes; save it again in Word.")
    return root


def _styles(root: etree._Element) -> set[str]:
    """The ids of the styles that hide their text; those made from a heading's style are named as it is."""
    styles = {style.get(f"{WORD}styleId", ""): style for style in root.iter(f"{WORD}style")}
    hidden = set()
    for key, style in styles.items():
        path, above = [style], _value(style.find(f"{WORD}basedOn"))
        while above in styles and styles[above] not in path:
            path.append(styles[above])
            above = _value(path[-1].find(f"{WORD}basedOn"))
        vanish = next((v for one in path if (v := one.find(f"{WORD}rPr/{WORD}vanish")) is not None), None)
        if _on(vanish):
            hidden.add(key)
        outline = next((v for one in path if (v := one.find(f"{WORD}pPr/{WORD}outlineLvl")) is not None), None)
        name = style.find(f"{WORD}name")
        if name is not None and len(path) > 1 and _value(outline) in list("012345"):
            name.set(f"{WORD}val", f"heading {int(_value(outline)) + 1}")
    return hidden


def _value(element: etree._Element | None) -> str:
    return "" if element is None else element.get(f"{WORD}val", "")


def _on(switch: etree._Element | None) -> bool:
    return switch is not None and switch.get(f"{WORD}val", "1") not in ("0", "false", "off")


def _clean(root: etree._Element, hidden: set[str]) -> None:
    for run in list(root.iter(f"{WORD}r", f"{MATH}r")):
        vanish = run.find(f"{WORD}rPr/{WORD}vanish")
        styles = {_value(run.find(f"{WORD}rPr/{WORD}rStyle")), _value(run.find(f"../{WORD}pPr/{WORD}pStyle"))}
        if _on(vanish) or (vanish is None and styles & hidden):
            run.getparent().remove(run)
    for equation in list(root.iter(f"{MATH}oMath")):
        words = _equation(equation)
        equation.clear(keep_tail=True)
        equation.tag = f"{WORD}r"
        etree.SubElement(equation, f"{WORD}t").text = words
    etree.strip_tags(root, *(f"{WORD}{tag}" for tag in ("fldSimple", "bdo", "dir")), f"{MATH}oMathPara")
    _keep_apart(root)
    _say_boxes(root)


def _keep_apart(root: etree._Element) -> None:
    """Breaks of a page and tabs to a margin part words, a drop capital does not."""
    for element in root.iter(f"{WORD}br", f"{WORD}ptab"):
        element.attrib.pop(f"{WORD}type", None)
        element.tag = f"{WORD}br"
    for frame in list(root.iterfind(f".//{WORD}pPr/{WORD}framePr[@{WORD}dropCap]")):
        capital = frame.getparent().getparent()
        below = capital.getnext()
        if below is not None and below.tag == f"{WORD}p":
            place = 0 if below.find(f"{WORD}pPr") is None else 1
            below[place:place] = capital.findall(f"{WORD}r")
            capital.getparent().remove(capital)


def _say_boxes(root: etree._Element) -> None:
    """Boxes to tick as the signs that they show."""
    etree.strip_elements(root, f"{WORD_2010}checkbox", with_tail=False)
    for box in list(root.iter(f"{WORD}checkBox")):
        ticked = box.find(f"{WORD}checked") if box.find(f"{WORD}checked") is not None else box.find(f"{WORD}default")
        run = next(box.iterancestors(f"{WORD}r"), None)
        if run is not None:
            box.getparent().remove(box)
            sign = etree.Element(f"{WORD}r")
            etree.SubElement(sign, f"{WORD}t").text = "☒" if _on(ticked) else "☐"
            run.addprevious(sign)


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
