"""txt, Markdown, HTML, PDF and DOCX -> Article. What a file is, its content says; a name is never a path."""

import codecs
import json
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import astuple
from io import BytesIO
from pathlib import Path

from lxml.etree import XPathEvalError

from index.article import MOST_CHARACTERS, Article, Piece, detect
from index.errors import BadSource
from index.markup import FRONT_MATTER, read_html, read_markdown
from index.plaintext import read_plaintext, without_bylines

MOST_BYTES = 50_000_000
LONGEST_READ_S = 30.0
MOST_MEMORY = 512 * 2**20  # of address space; the child's is about 20 MB more than what it really uses
QUICK_MARKDOWN = 200_000  # bytes: under 4 s at the worst ("![" 100,000 times), and 35 s at 2 MB
GIVE = "give a text, Markdown, HTML, PDF or Word (.docx) file"
Found = tuple[str, list[Piece]]  # what a format's reader gives: a title, maybe empty, and pieces in reading order


def read(data: bytes, *, name: str = "", url: str = "", title: str = "", content_type: str = "") -> Article:
    """The article in `data`, parsed in this process; its source is `url`, else `name`.

    `content_type` is the HTTP header that came with it; only its charset counts.
    Raises BadSource, one sentence for the person who gave it, for whatever cannot become an article.
    """
    kind, content = _recognise(data, name, content_type)
    return _article(_parse(kind, content, name), name=name, url=url, title=title)


def read_guarded(data: bytes, *, name: str = "", url: str = "", title: str = "", content_type: str = "") -> Article:
    """The same as `read`, with PDF, DOCX, HTML and long Markdown parsed in a child process.

    The child has LONGEST_READ_S and MOST_MEMORY; one that crashes, runs out of time or of memory is a BadSource too.
    """
    kind, content = _recognise(data, name, content_type)
    quick = kind == "txt" or (kind == "markdown" and len(content) <= QUICK_MARKDOWN)
    found = _parse(kind, content, name) if quick else _parse_in_child(kind, content)
    return _article(found, name=name, url=url, title=title)


def _article(found: Found, *, name: str, url: str, title: str) -> Article:
    stated, pieces = found
    try:
        return Article.of(without_bylines(pieces), title=title or stated[:300], source=url or name, url=url)
    except ValueError as error:
        raise BadSource(f"It cannot be read as an article: {error}; {GIVE} with the text in it.") from error


def _parse(kind: str, content: bytes, name: str = "") -> Found:
    try:
        if kind == "pdf":
            from index.pdf import read_pdf  # here, not above: only the process that needs it pays for pdfminer

            return read_pdf(content)
        if kind == "docx":
            from index.word import read_docx  # nor for mammoth

            return read_docx(content)
        text = content.decode()
        if kind == "html":
            return read_html(text)
        return read_markdown(text) if kind == "markdown" else read_plaintext(text, name)
    except BadSource:
        raise
    except (MemoryError, XPathEvalError) as error:  # the second is what lxml's own paths raise when memory runs out
        raise BadSource(f"The file needs too much memory to read; {GIVE} that is smaller.") from error
    except Exception as error:  # the parsers raise whatever a damaged file makes them stumble over
        raise BadSource(f"The {kind.upper()} file is damaged; open it where it was made and save it again.") from error


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
    return reply["title"], [Piece(*piece) for piece in reply["pieces"]]


def _child(kind: str) -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        title, pieces = _parse(kind, sys.stdin.buffer.read())
        reply = {"title": title, "pieces": [astuple(piece) for piece in pieces]}
    except BadSource as error:
        reply = {"error": str(error)}
    sys.stdout.write(json.dumps(reply))


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
# What a page means by these names, of the codec as Python calls it (WHATWG Encoding, "Names and labels").
MEANT = {
    **dict.fromkeys(("ascii", "iso8859-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    **dict.fromkeys(("tis-620", "iso8859-11"), "cp874"),
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
EASTERN = {"az", "bs", "cs", "et", "hr", "hu", "lt", "lv", "mt", "pl", "ro", "sk", "sl", "sq", "sr", "tr", "vi"}
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
BEFORE_MARKUP = r"(?>\s+|<!--.*?-->|<\?.*?\?>)*+"
PAGE = re.compile(BEFORE_MARKUP + r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
TAGGED = re.compile(
    BEFORE_MARKUP + r"<(p|div|article|section|main|header|h[1-6]|table|ul|ol|dl|blockquote|figure|pre)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
XML = re.compile(r"\s*<(\?xml|!doctype|svg|rss|feed|opml|urlset|math)\b", re.IGNORECASE)


def _recognise(data: bytes, name: str, content_type: str) -> tuple[str, bytes]:
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
    text = _decoded(data, content_type)
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
    if "[Content_Types].xml" in names and any(re.fullmatch(r"word/document\d*\.xml", name) for name in names):
        return "docx", data
    looks = {"xl/": "a spreadsheet", "ppt/": "a slide show", "META-INF/container.xml": "an e-book"}
    what = next((what for start, what in looks.items() if any(n.startswith(start) for n in names)), "")
    raise BadSource(f"It looks like {what or 'an archive of files'}, not an article; {GIVE}.")


def _decoded(data: bytes, content_type: str) -> str:
    """The characters of `data`: by its byte order mark, as UTF-8, else as `_guessed`."""
    encoding = next((encoding for mark, encoding in BOMS if data.startswith(mark)), "") or _wide(data)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        binary = bool(re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:4096])) and not encoding
        _refuse_signature(data, also_letters=binary)
        text = data.decode(encoding, errors="replace") if encoding else _guessed(data, content_type)
    if len(CONTROL.findall(text)) > len(text) / 200:
        _refuse_signature(data, also_letters=True)
        raise BadSource(f"It looks like a program's own data, not text; {GIVE}.")
    return re.sub(r"\r\n?", "\n", text.replace("\0", ""))


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


def _guessed(data: bytes, content_type: str) -> str:
    """The characters of `data`, not UTF-8: as its sender, else the page or XML says, else by how its bytes are spread.

    Names are read as browsers do; bytes that the encoding leaves undefined are replaced.
    """
    sent = re.search(r"charset\s*=\s*[\"']?([\w-]{2,20})", content_type, re.I | re.A)
    stated = re.search(rb"<(?:meta|\?xml)[^>]{1,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]{2,20})", data[:4096], re.I)
    if sent:
        with suppress(LookupError, UnicodeError):  # a name that no one knows, or of a codec that is not for text
            if (encoding := _meant(sent[1])) != "utf-8":
                return data.decode(encoding, errors="replace")
    if stated:
        with suppress(LookupError, UnicodeError):
            text = data.decode(_meant(name := stated[1].decode()), errors="replace")
            if name in text:  # who can be read saying UTF-16 is not in it
                return text
    return data.decode(_by_spread(data), errors="replace")


def _meant(label: str) -> str:
    """Python's name of the encoding that browsers take for `label`. Raises LookupError where there is none."""
    known = codecs.lookup(re.sub(r"^windows-(?=874|949)", "cp", label.lower().removeprefix("x-"))).name
    return MEANT.get(known, known)


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
