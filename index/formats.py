"""txt, Markdown, HTML, PDF and DOCX -> Article. What a file is, its content says; a name is never a path."""

import codecs
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import astuple, dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from lxml import etree, html

from index.article import MOST_CHARACTERS, Article, Kind, Piece, detect, flat
from index.errors import BadSource

MOST_BYTES = 50_000_000
LONGEST_READ_S = 30.0
MOST_MEMORY = 512 * 2**20  # of address space; the child's is about 20 MB more than what it really uses
QUICK_MARKDOWN = 200_000  # bytes: under 4 s at the worst ("![" 100,000 times), and 35 s at 2 MB
GIVE = "give a text, Markdown, HTML, PDF or Word (.docx) file"


@dataclass(frozen=True)
class Found:
    """What a format reader found: a title, empty where there is none, and the pieces in reading order."""

    title: str
    pieces: list[Piece]


def read(data: bytes, *, name: str = "", url: str = "", title: str = "") -> Article:
    """The article in `data`, parsed in this process; its source is `url`, else `name`.

    Raises BadSource, one sentence for the person who gave it, for whatever cannot become an article.
    """
    kind, content = _recognise(data, name)
    return _article(_parse(kind, content, name), name=name, url=url, title=title)


def read_guarded(data: bytes, *, name: str = "", url: str = "", title: str = "") -> Article:
    """The same as `read`, with PDF, DOCX, HTML and long Markdown parsed in a child process.

    The child has LONGEST_READ_S and MOST_MEMORY; one that crashes, runs out of time or of memory is a BadSource too.
    """
    kind, content = _recognise(data, name)
    quick = kind == "txt" or (kind == "markdown" and len(content) <= QUICK_MARKDOWN)
    found = _parse(kind, content, name) if quick else _parse_in_child(kind, content)
    return _article(found, name=name, url=url, title=title)


def _article(found: Found, *, name: str, url: str, title: str) -> Article:
    pieces = list(_without_bylines(found.pieces))
    try:
        return Article.of(pieces, title=title or found.title[:300], source=url or name, url=url)
    except ValueError as error:
        raise BadSource(f"It cannot be read as an article: {error}; {GIVE} with the text in it.") from error


def _parse(kind: str, content: bytes, name: str = "") -> Found:
    try:
        if kind == "pdf":
            from index.pdf import read_pdf  # here, not above: only the process that needs it pays for pdfminer

            return Found(*read_pdf(content))
        if kind == "docx":
            return _docx(content)
        text = content.decode()
        return _html(text) if kind == "html" else _markdown(text) if kind == "markdown" else _txt(text, name)
    except BadSource:
        raise
    except MemoryError as error:
        raise BadSource(f"The file needs too much memory to read; {GIVE} that is smaller.") from error
    except Exception as error:  # the parsers raise whatever a damaged file makes them stumble over
        raise BadSource(f"The {kind.upper()} file is damaged; open it where it was made and save it again.") from error


# --- in a child process ---------------------------------------------------------------------------------------------


def _parse_in_child(kind: str, content: bytes) -> Found:
    # -P: the folder one happens to stand in must not name our modules
    code = "import sys; sys.path.append(sys.argv[1]); from index.formats import _child; _child(sys.argv[2])"
    command = [sys.executable, "-P", "-c", code, str(Path(__file__).parents[1]), kind]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=LONGEST_READ_S, check=False)
    except subprocess.TimeoutExpired:
        raise BadSource(f"Reading the file took longer than {LONGEST_READ_S:.0f} s; give a part of it.") from None
    if done.returncode:
        raise BadSource("The file made its reader crash; open it where it was made and save it again.")
    reply = json.loads(done.stdout)
    if "error" in reply:
        raise BadSource(reply["error"])
    return Found(reply["title"], [Piece(*piece) for piece in reply["pieces"]])


def _child(kind: str) -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = _parse(kind, sys.stdin.buffer.read())
        reply = {"title": found.title, "pieces": [astuple(piece) for piece in found.pieces]}
    except BadSource as error:
        reply = {"error": str(error)}
    sys.stdout.write(json.dumps(reply))


# --- what it is -----------------------------------------------------------------------------------------------------

SIGNATURES = {
    rb"\x89PNG|\xff\xd8\xff|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP|....ftyp(hei|mif|avi)|\0\0[\x01\x02]\0": "a picture",
    rb"ID3|\xff[\xf2-\xfb]|OggS|fLaC|RIFF....WAVE|....ftypM4A|MThd|FORM....AIF": "a sound recording",
    rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI|\0\0\x01[\xb0-\xbf]|FLV\x01": "a film",
    rb"PK[\x03\x05\x07]|\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd|.{257}ustar": "an archive of files",
    rb"\x7fELF|MZ|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|\0asm": "a program",
    rb"SQLite format 3": "a database",
    rb"wOF[F2]|OTTO|\0\x01\0\0|ttcf": "a font",
    rb"\xd0\xcf\x11\xe0": "an old Office file, or one with a password",
    rb"PAR1|ARROW1": "a data table",
}
BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
EASTERN = {"az", "bs", "cs", "et", "hr", "hu", "lt", "lv", "mt", "pl", "ro", "sk", "sl", "sq", "sr", "tr", "vi"}
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
BEFORE_MARKUP = r"(?>\s+|<!--.*?-->|<\?.*?\?>)*+"
PAGE = re.compile(BEFORE_MARKUP + r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
TAGGED = re.compile(
    BEFORE_MARKUP + r"<(p|div|article|section|main|header|h[1-6]|table|ul|ol|dl|blockquote|figure|pre)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
XML = re.compile(r"\s*<(\?xml|!doctype|svg|rss|feed|opml|urlset|math)\b", re.IGNORECASE)
FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n((?:(?:[\w-]+[ \t]*[:=]|[ \t#-]).*\n|\n)+?)(\1|\.\.\.)[ \t]*(?:\n|\Z)")


def _recognise(data: bytes, name: str) -> tuple[str, bytes]:
    """What `data` is and, for text, its UTF-8 bytes."""
    if not data.strip(b"\0 \t\r\n\f"):
        raise BadSource(f"The file is empty; {GIVE} with text in it.")
    if len(data) > MOST_BYTES:
        raise BadSource(f"The file has {len(data):,} bytes, more than {MOST_BYTES:,}; give a part of it.")
    head = data[:1024]
    if re.search(rb"(\A|[\r\n\0])\s*%PDF-\d", head) and (head.lstrip().startswith(b"%PDF-") or b" obj" in data):
        return "pdf", data
    if data.startswith(b"PK\3\4"):
        return _zipped(data)
    if data.startswith(rb"{\rtf"):
        raise BadSource(f"It is an RTF file; save it as .docx, or {GIVE}.")
    text = _decoded(data)
    kind = _kind_of_text(text, name)
    most = 4 * MOST_CHARACTERS if kind == "html" else MOST_CHARACTERS * 3 // 2
    if len(text) > most:
        raise BadSource(f"The text has {len(text):,} characters, more than {MOST_CHARACTERS:,}; give a part of it.")
    return kind, text.encode(errors="replace")


def _zipped(data: bytes) -> tuple[str, bytes]:
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadSource(f"It is a damaged archive or Office file; save it again, or {GIVE}.") from error
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return "docx", data
    looks = {"xl/": "a spreadsheet", "ppt/": "a slide show", "META-INF/container.xml": "an e-book"}
    what = next((what for start, what in looks.items() if any(n.startswith(start) for n in names)), "")
    raise BadSource(f"It looks like {what or 'an archive of files'}, not an article; {GIVE}.")


def _decoded(data: bytes) -> str:
    """The characters of `data`: by its byte order mark, as UTF-8, as the page says, or by how its bytes are spread."""
    encoding = next((encoding for mark, encoding in BOMS if data.startswith(mark)), "") or _wide(data)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        binary = bool(re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:4096])) and not encoding
        _refuse_signature(data, also_letters=binary)
        text = data.decode(encoding or _guessed(data), errors="replace")
    if len(CONTROL.findall(text)) > len(text) / 200:
        _refuse_signature(data, also_letters=True)
        raise BadSource(f"It looks like a program's own data, not text; {GIVE}.")
    return text.replace("\0", "")


def _wide(data: bytes) -> str:
    """The UTF-16 that a text without a mark is in, if only every second byte of its beginning is ever zero."""
    even, odd = data[:2000:2], data[1:2000:2]
    if odd.count(0) > 0.05 * len(odd) and not even.count(0):
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > 0.05 * len(even) and not odd.count(0) else ""


def _refuse_signature(data: bytes, *, also_letters: bool) -> None:
    for pattern, what in SIGNATURES.items():
        if (also_letters or data[0] >= 0x80) and re.match(pattern, data[:300], re.DOTALL):
            raise BadSource(f"It looks like {what}, not an article; {GIVE}.")


def _guessed(data: bytes) -> str:
    stated = re.search(rb"<(?:meta|\?xml)[^>]{1,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]{2,20})", data[:4096], re.I)
    try:
        return codecs.lookup(stated[1].decode()).name if stated else _by_spread(data)
    except LookupError:
        return _by_spread(data)


def _by_spread(data: bytes) -> str:
    loose = data.decode(errors="replace")
    bad = loose.count("\ufffd")
    if bad * 10 <= len(data) - len(data.translate(None, bytes(range(128, 256)))) - bad:
        return "utf-8"
    from charset_normalizer import from_bytes  # here, not above: most text is UTF-8

    first = next(index for index, byte in enumerate(data) if byte >= 0x80)
    sample = data[max(0, first - 1000) : first + 50_000]
    best = from_bytes(sample).best()
    if best is None:
        raise BadSource(f"It is not text in a known encoding; save it as UTF-8, or {GIVE}.")
    letters = [letter for letter in str(best) if letter.isalpha() and not letter.isascii()]
    latin = sum(letter < "\u0250" for letter in letters) >= 0.9 * len(letters)
    # of the Latin ones it takes the wrong one even for long French and Spanish; the language tells them apart
    western = latin and detect(sample.decode("cp1252", "replace")) not in EASTERN
    return "cp1252" if western else best.encoding


def _kind_of_text(text: str, name: str) -> str:
    if PAGE.match(text):
        return "html"
    if XML.match(text):
        raise BadSource(f"It is XML data, not an article; {GIVE}.")
    marked = _marked_down(text)
    if TAGGED.match(text) and re.search(r"</(p|div|article|section|h[1-6]|li|td|pre)>", text, re.I) and not marked:
        return "html"
    return "markdown" if marked or name.lower().endswith((".md", ".markdown")) else "txt"


def _marked_down(text: str) -> bool:
    """Whether `text` has structure that only Markdown writes."""
    if FRONT_MATTER.match(text) or re.search(r"^\|?[ \t]*:?-{3,}:?[ \t]*\|[ \t:|-]*$|^\[\^[\w-]+\]:", text, re.M):
        return True
    count = {
        what: sum(1 for _ in re.finditer(pattern, text, re.M))
        for what, pattern in {
            "headings": r"^#{1,6} +\S",
            "fences": r"^(```|~~~)",
            "links": r"\]\((https?:|mailto:|[/#.])[^)\s]{0,2000}",
            "strong": r"\*\*\w[^*\n]{0,200}\*\*",
            "items": r"^[-*+] \S",
        }.items()
    }
    others = count["links"] + count["strong"] + count["items"]
    many = max(count["headings"], count["fences"], count["links"], count["strong"]) > 1
    return many or (count["headings"] == 1 and (others > 0 or text.lstrip().startswith("#")))


# --- trees of tags: pages, rendered Markdown, Word -------------------------------------------------------------------

KINDS: dict[str, Kind] = {
    **dict.fromkeys(("li", "item", "dt", "dd"), "list item"),
    **dict.fromkeys(("blockquote", "quote"), "quote"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "head"), "heading"),
    "pre": "code",
    "row": "table row",
}
BLOCKS = frozenset(KINDS) | frozenset(
    re.findall(
        r"\w+",
        "address article aside body center cell details div dl fieldset figure footer form header hgroup hr list main "
        "nav ol p section summary table tbody td tfoot th thead tr ul",
    )
)
UNSEEN = frozenset(
    re.findall(
        r"\w+",
        "script style template noscript iframe object embed svg canvas audio video picture img select textarea button "
        "input rp",
    )
)
FURNITURE = {"nav", "footer", "aside", "dialog", "menu"}
ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert", "button", "menu"}
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|font-size\s*:\s*0*\.?0+\s*([a-z%]+\s*)?(!|;|$)", re.I
)
UNSHOWN_CLASS = re.compile(r"(^|\s)(sr-only|screen-reader-text|visually-?hidden)(\s|$)", re.I)
ASIDE_CLASS = re.compile(
    r"(^|[\s_-])(byline|author|share|sharing|social|related|newsletter|cookies?|consent|breadcrumbs?|promo|advert|ads?|"
    r"sidebar|comments?|subscribe|tags)([\s_-]|$)",
    re.I,
)


def _html(text: str) -> Found:
    """The article of a page: trafilatura's finding, or our own walk where that lost its structure or its text."""
    from trafilatura import bare_extraction  # here, not above: importing it takes 0.5 s

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    page = html.document_fromstring(text.encode(), parser=parser)
    _take_out(page, (element for element in page.iter() if _unshown(element)))
    _mark_notes(page)
    found = bare_extraction(deepcopy(page), with_metadata=True, include_formatting=True, include_comments=False)
    theirs = list(_walk(found.body)) if found is not None and not isinstance(found, dict) else []
    root = _root(page)
    _take_out(root, (element for element in root.iter() if element is not root and _furniture(element)))
    ours = list(_walk(root))
    title = getattr(found, "title", "") or " ".join(page.xpath("string((//h1|//title)[1])").split())
    return Found(title, ours if _lost(theirs, ours, whole=root.tag != "body") else theirs)


def _take_out(root: html.HtmlElement, elements: Iterable[html.HtmlElement]) -> None:
    """`root` without `elements`; all at once, since one by one costs the square of their number."""
    for element in list(elements):
        element.tag = "unseen"
    etree.strip_elements(root, "unseen", with_tail=False)


def _unshown(element: html.HtmlElement) -> bool:
    if element.tag in ("html", "head", "body", "title") or element.getparent() is None:
        return False
    style = re.sub(r"/\*[^*]*\*/", "", element.get("style", ""))
    return (
        element.tag in UNSEEN
        or element.get("hidden") is not None
        or element.get("aria-hidden", "").lower() == "true"
        or bool(HIDING.search(style) or UNSHOWN_CLASS.search(element.get("class", "")))
    )


def _furniture(element: html.HtmlElement) -> bool:
    form = element.tag == "form" and element.find(".//p") is None and element.find(".//article") is None
    return form or element.tag in FURNITURE or element.get("role") in ROLES


def _root(page: html.HtmlElement) -> html.HtmlElement:
    """The one element that holds the article: <article>, <main>, else <body>."""
    for path in ("//article[not(ancestor::article)]", "//main", "//*[@role='main']"):
        held = page.xpath(path)
        if len(held) == 1 and held[0].text_content().strip():
            return held[0]
    body = page.find("body")
    return page if body is None else body


def _lost(theirs: Sequence[Piece], ours: Sequence[Piece], *, whole: bool) -> bool:
    """Whether `theirs` lost what `ours` kept; `whole` says that ours comes from an element made for the article."""

    def length(pieces: Sequence[Piece]) -> int:
        return sum(len(flat(piece.text)) for piece in pieces if not piece.aside)

    def kinds(pieces: Sequence[Piece]) -> set[Kind]:
        return {piece.kind for piece in pieces if not piece.aside and piece.kind not in ("paragraph", "caption")}

    collapsed = len(theirs) < 2 < 1 + len(ours)
    return collapsed or (whole and (length(theirs) < 0.6 * length(ours) or bool(kinds(ours) - kinds(theirs))))


def _mark_notes(root: html.HtmlElement) -> None:
    """Superscripts as characters, so that a note's number does not glue to the number before it; no links back."""
    from index.pdf import superscript

    _take_out(root, (a for a in root.iter("a") if len(a) == 0 and (a.text or "").strip(" \ufe0e") in ("↑", "↩", "^")))
    for sup in list(root.iter("sup")):
        mark = " ".join(sup.text_content().split())
        links = [*sup.iter("a"), *(a for a in sup.iterancestors("a"))]
        noted = any((a.get("href") or "").startswith("#") for a in links) and re.fullmatch(r"\[?(\w{1,4})\]?", mark)
        shown = f"[{noted[1]}]" if noted else superscript(_before(sup), mark)
        sup.clear(keep_tail=True)
        sup.text = shown
    etree.strip_tags(root, "sup")


def _before(element: html.HtmlElement) -> str:
    """The text that stands directly before `element` in its block."""
    while element is not None and element.tag not in BLOCKS:
        above, parent = element.getprevious(), element.getparent()
        if above is not None and (above.tail or above.text_content()):
            return str(above.tail or above.text_content())[-40:]
        if above is None and parent is not None and parent.text:
            return str(parent.text)[-40:]
        element = parent if above is None else above
    return ""


def _walk(root: etree._Element) -> Iterator[Piece]:
    """The blocks of a tree of HTML, or of trafilatura's own tags, each text once and in its innermost block."""
    _prepare(root)
    inside: list[Piece] = [Piece("paragraph", "")]
    words: list[str] = []

    def block() -> Iterator[Piece]:
        text = "".join(words)
        words.clear()
        if text.strip():
            yield replace(inside[-1], text=text)

    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if element.tag in BLOCKS:
                yield from block()
                inside.append(_context(element, inside[-1]))
            words.append(element.text or "")
        else:
            if element.tag in BLOCKS:
                yield from block()
                inside.pop()
            words.append((element.tail or "") if element is not root else "")
    yield from block()


def _context(element: etree._Element, outer: Piece) -> Piece:
    kind = KINDS.get(element.tag, outer.kind)
    named = f"{element.get('class', '')} {element.get('id', '')}"
    aside = outer.aside or element.tag == "figcaption"
    if not aside and ASIDE_CLASS.search(named) and element.tag not in ("body", "article", "main"):
        aside = element.find(".//h1") is None and len(element.findall(".//p")) < 3
    if not aside and element.tag in ("ul", "ol"):
        linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
        aside = linked > 0.8 * len("".join("".join(element.itertext()).split()))
    name = element.get("rend", "h2") if element.tag == "head" else element.tag
    level = int(name[1]) if kind == "heading" and name[1:2] in set("123456") else 2 if kind == "heading" else 0
    return Piece(kind, "", level, aside)


def _prepare(root: etree._Element) -> None:
    """Line breaks as characters, code blocks and table rows under one name, a row's cells as one text."""
    for element in list(root.iter()):
        if element.tag in ("br", "lb"):
            code = any(above.tag in ("pre", "code") for above in element.iterancestors())
            element.tail = ("\n" if code else " ") + (element.tail or "")
        elif element.tag == "code" and element.getparent() is not None and element.getparent().tag in ("body", "div"):
            element.tag = "pre" if "\n" in "".join(element.itertext()) or element.getparent() is root else "code"
    for table in list(root.iter("table")):
        if any(table.find(f".//{tag}") is not None for tag in ("table", "h1", "h2", "h3", "list", "ul", "article")):
            continue
        if len(table.findall(".//p")) > 2 * len([*table.iter("td", "th", "cell")]):
            continue
        for row in [*table.iter("tr", "row")]:
            cells = [_cell(cell) for cell in row.iter("td", "th", "cell")]
            for child in list(row):
                row.remove(child)
            row.tag, row.text = "row", " | ".join(cells) if any(cells) else ""


def _cell(cell: etree._Element) -> str:
    for inner in cell.iter():
        if inner.tag in BLOCKS and inner is not cell:
            inner.tail = " " + (inner.tail or "")
    return " ".join("".join(cell.itertext()).split())


def _fragment(markup: str) -> list[Piece]:
    body = html.document_fromstring(f"<html><body>{markup}</body></html>".encode(), html.HTMLParser(encoding="utf-8"))
    _mark_notes(body)
    return list(_walk(body.find("body")))


def _headline(pieces: Iterable[Piece]) -> str:
    return next((flat(piece.text) for piece in pieces if piece.kind == "heading" and piece.level == 1), "")


# --- Markdown -------------------------------------------------------------------------------------------------------

INLINE_TAGS = re.compile(r"&lt;(/?(?:br|sup|sub|b|i|u|em|strong|small|mark|kbd|p|div|span|center))\s*/?&gt;", re.I)
DROPPED_TAGS = re.compile(
    r"&lt;/?(?:img|a|p|div|span|center|details|summary|font|figure|picture|source)\b.*?&gt;", re.I
)


def _markdown(text: str) -> Found:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    front = FRONT_MATTER.match(text)
    stated = re.search(r"^title[ \t]*[:=][ \t]*(.+)$", front[2], re.M | re.I) if front else None
    text = _uncommented(text[front.end() :] if front else text)
    text = re.sub(r"^ {0,3}(\[\^[\w-]+\]):", r"\n\1\\:", text, flags=re.M)  # else read as the address of a link
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    plain = RendererHTML.text

    def words(self: RendererHTML, *args: object) -> str:
        shown = re.sub(r"\[\^([\w-]+)\]", r"[\1]", plain(self, *args))  # type: ignore[arg-type]
        return DROPPED_TAGS.sub("", INLINE_TAGS.sub(r"<\1>", shown))

    renderer.add_render_rule("text", words)
    pieces = _fragment(renderer.render(text))
    return Found(stated[1].strip().strip("\"'") if stated else _headline(pieces), pieces)


def _uncommented(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


# --- Word -----------------------------------------------------------------------------------------------------------

MOST_ENTRIES = 4_000
MOST_UNPACKED = 60_000_000  # bytes of XML: a 700-page book has about 20 million
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='caption'] => figcaption:fresh
p[style-name='Caption'] => figcaption:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
"""


def _docx(data: bytes) -> Found:
    import mammoth

    parts = _clean_parts(data)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as rebuilt:
        for name, xml in parts.items():
            rebuilt.writestr(name, xml)
    made = mammoth.convert_to_html(packed, style_map=STYLES, convert_image=lambda _: [], external_file_access=False)
    pieces = _fragment(made.value)
    core = parts.get("docProps/core.xml")
    stated = etree.fromstring(core).findtext("{http://purl.org/dc/elements/1.1/}title") if core else ""
    return Found((stated or "").strip() or _headline(pieces), pieces)


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
        if any(entry.flag_bits & 1 for entry in entries):
            raise BadSource("The Word file is protected by a password; save a copy without one and give that.")
        for entry in declared:
            with archive.open(entry) as packed:
                parts[entry.filename] = _clean_xml(packed.read(entry.file_size + 1))
    return parts


def _clean_xml(xml: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(xml, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadSource("The Word file holds a document type, which no Word program writes; save it again in Word.")
    for run in list(root.iter(f"{WORD}r")):
        vanish = run.find(f"{WORD}rPr/{WORD}vanish")
        if vanish is not None and vanish.get(f"{WORD}val", "1") not in ("0", "false", "off"):
            run.getparent().remove(run)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


# --- plain text -----------------------------------------------------------------------------------------------------

ITEM = re.compile(r"([-*•‣·–]|\d{1,3}[.)])\s+(?=\S)")
RULE = re.compile(r"([-=_*~•]\s*){3,}")
ENDED = re.compile(r"[.!?…:;,。！？；：؟]['\"”’»)\]]*$")
BYLINE = re.compile(
    r"(?:by|BY|By)\s+[^\W\d_a-z][\w.'’-]*(?:\s+(?:(?:de|van|von|der|al|bin|and|&)\s+)?[^\W\d_a-z][\w.'’-]*){0,6}"
    r"(?:\s*[,|·•–—-]\s.{0,40})?"
)
WRAPPED = 120  # characters: a line longer than this was not broken by hand or by an editor


def _txt(text: str, name: str) -> Found:
    pieces = list(_asides(list(_classified(list(_units(text))))))
    first = next((piece for piece in pieces if not piece.aside), None)
    if first and first.kind == "heading":
        return Found(first.text, pieces)
    stem = re.split(r"[\\/]", name)[-1].rsplit(".", 1)[0].strip(".")
    stem = " ".join(re.sub(r"[-_]+", " ", stem).split())
    return Found(stem[:1].upper() + stem[1:], pieces)


def _units(text: str) -> Iterator[Piece]:
    """Paragraphs, items and underlined headings; which of the paragraphs are headings is not known yet."""
    group: list[str] = []
    for line in [*re.sub(r"\r\n?|\x85|\u2028", "\n", re.sub(r"[\f\u2029]", "\n\n", text)).split("\n"), ""]:
        line = line.strip()
        if not line:
            yield from _group(group)
            group = []
        elif not RULE.fullmatch(line):
            group.append(line)
        elif len(group) == 1 and line[0] in "=-" and len(group[0]) < 80:
            yield Piece("heading", group.pop(), 1 if line[0] == "=" else 2)
        else:
            yield from _group(group)
            group = []


def _group(lines: Sequence[str]) -> Iterator[Piece]:
    """Lines without a blank one between: one paragraph if they were wrapped, else a paragraph each; items always."""
    longest = max(map(len, lines), default=0)
    copied = any(a == b and len(a) < 80 for a, b in pairwise(lines))
    apart = copied or (longest > WRAPPED and any(len(line) < 0.8 * longest for line in lines[:-1]))
    apart = apart or (len(lines) > 1 and all(len(line) > 100 and ENDED.search(line) for line in lines))
    kind: Kind = "paragraph"
    words = ""
    for line in lines:
        item = ITEM.match(line)
        if item and (not words or kind == "list item" or ENDED.search(words)):
            yield from [Piece(kind, words)] if words else []
            kind, words = "list item", line
        elif words and not apart:
            words = _rejoined(words, line)
        else:
            yield from [Piece(kind, words)] if words else []
            kind, words = "paragraph", line
    yield from [Piece(kind, words)] if words else []


def _rejoined(words: str, line: str) -> str:
    parted = re.search(r"\w-$", words) and line[0].islower()
    unspaced = re.search(r"[\u3040-\u30ff\u3400-\u9fff、。]$", words) and re.match(r"[\u3040-\u9fff]", line)
    return f"{words}{line}" if parted or unspaced else f"{words} {line}"


def _classified(units: Sequence[Piece]) -> Iterator[Piece]:
    for index, unit in enumerate(units):
        below = units[index + 1] if index + 1 < len(units) else None
        longer = below is not None and (below.kind == "list item" or len(below.text) > len(unit.text))
        alone = below is not None and below.kind == "paragraph" and below.text != unit.text
        short = len(unit.text) < 80 and not ENDED.search(unit.text) and bool(re.match(r"[^\W_a-z]", unit.text))
        numbered = unit.kind == "list item" and unit.text[0].isdigit() and alone and not _item_near(units, index)
        if short and longer and (numbered or (unit.kind == "paragraph" and not _repeats(units, index))):
            yield Piece("heading", unit.text, 1 if index == 0 else 2)
        elif unit.kind == "list item":
            yield replace(unit, text=ITEM.sub("", unit.text, count=1))
        else:
            yield unit


def _item_near(units: Sequence[Piece], index: int) -> bool:
    return index > 0 and units[index - 1].kind == "list item"


def _repeats(units: Sequence[Piece], index: int) -> bool:
    near = (*units[max(0, index - 1) : index], *units[index + 1 : index + 2])
    return any(unit.text == units[index].text for unit in near) or bool(BYLINE.fullmatch(units[index].text))


def _asides(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Short lines printed twice in a row are a picture's caption and the words for those who cannot see it."""
    for index, piece in enumerate(pieces):
        near = (*pieces[max(0, index - 1) : index], *pieces[index + 1 : index + 2])
        short = len(piece.text) < 80 and not ENDED.search(piece.text) and piece.kind == "paragraph"
        twice = short and any(other.text == piece.text for other in near)
        yield Piece("caption", piece.text, aside=True) if twice else piece


def _without_bylines(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces; a short line `By Some One` among the first is an aside."""
    for index, piece in enumerate(pieces):
        words = flat(piece.text) if index < 6 and piece.kind == "paragraph" and len(piece.text) < 200 else ""
        named = len(words) < 80 and BYLINE.fullmatch(words)
        yield Piece("caption", piece.text, aside=True) if named else piece
