"""Word (.docx) -> pieces: its XML made harmless, then mammoth's HTML."""

import zipfile
from io import BytesIO

import mammoth
from lxml import etree

from index.article import Piece
from index.errors import BadSource
from index.markup import fragment

MOST_ENTRIES = 4_000
MOST_UNPACKED = 60_000_000  # bytes of XML: a 700-page book has about 20 million
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
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
    """The XML parts, counted, without document types and without runs that Word does not show."""
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
    for run in list(root.iter(f"{WORD}r")):
        vanish = run.find(f"{WORD}rPr/{WORD}vanish")
        if vanish is not None and vanish.get(f"{WORD}val", "1") not in ("0", "false", "off"):
            run.getparent().remove(run)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
