"""Trees of tags -> pieces: HTML pages, and Markdown and Word once they are HTML."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lxml import etree, html

from index.article import Kind, Piece, flat
from index.comments import uncommented
from index.formula import formula
from index.superscript import superscript
from index.unshown import unshown

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
NAMED = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary")  # where a button's words are the article's
FURNITURE = {"nav", "footer", "aside", "dialog", "menu"}
ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert", "button", "menu"}
SHORT_CELL = 300  # characters: a list or paragraphs as short as this belong to a table's row
ASIDE_CLASS = re.compile(
    r"(^|[\s_-])(byline|author|share|sharing|social|related|newsletter|cookies?|consent|breadcrumbs?|promo|advert|ads?|"
    r"sidebar|comments?|subscribe|tags)([\s_-]|$)",
    re.I,
)


def read_html(text: str) -> tuple[str, list[Piece]]:
    """The title (may be empty) and the pieces of a page's article, without what the page hides or puts around it.

    They are trafilatura's finding, or our own walk where that lost the article's structure or its text.
    """
    from trafilatura import bare_extraction  # here, not above: importing it takes 0.5 s

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    page = html.document_fromstring(text.encode(), parser=parser)
    _say_formulas(page)
    _keep_named(page)
    _take_out(page, (element for element in page.iter() if unshown(element)))
    _quote(page)
    _mark_notes(page)
    found = bare_extraction(page, with_metadata=True, include_formatting=True, include_comments=False)
    theirs = list(_walk(found.body)) if found is not None and not isinstance(found, dict) else []
    root = _root(page)
    whole = _whole(root)
    _take_out(root, (element for element in root.iter() if element is not root and _furniture(element)))
    ours = list(_walk(root))
    title = getattr(found, "title", "") or " ".join(page.xpath("string((//h1|//title)[1])").split())
    return title, ours if _lost(theirs, ours, whole=whole) else theirs


def _say_formulas(page: html.HtmlElement) -> None:
    """MathML as one line of text: a hidden one only where it stands for the picture after it; KaTeX's twin goes."""
    hiding, found = None, list[tuple[html.HtmlElement, html.HtmlElement | None]]()
    for event, element in etree.iterwalk(page, events=("start", "end")):
        if event == "end":
            hiding = None if element is hiding else hiding
            continue
        if hiding is None and unshown(element):
            hiding = element
        if element.tag == "math" and not any(inner.tag in BLOCKS for inner in element.iter()):
            found.append((element, hiding))
    for element, hiding in found:
        after = hiding.getnext() if hiding is not None else None
        if hiding is None or (after is not None and after.tag == "img"):
            said = " ".join(formula(element).split())
            shown = element if hiding is None else hiding
            shown.clear(keep_tail=True)
            shown.tag, shown.text = "span", said
    _take_out(page, (twin for twin in page.iter("span") if twin.get("class") == "katex-html" and _doubled(twin)))


def _doubled(twin: html.HtmlElement) -> bool:
    other = twin.getprevious()
    return other is not None and other.get("class") == "katex-mathml"


def _keep_named(page: html.HtmlElement) -> None:
    """The button that opens a part of the page is its heading's words; a lesser one beside them is not."""
    for named in page.iter(*NAMED):
        words = len(named.text_content().strip())
        for button in [element for element in named.iter() if "button" in (element.tag, element.get("role"))]:
            if 3 * len(button.text_content().strip()) >= 2 * words:
                button.tag = "span" if button.tag == "button" else button.tag
                button.attrib.pop("role", None)


def _quote(page: html.HtmlElement) -> None:
    """Quotations within a sentence get the marks that a browser shows around them, and stay within it."""
    for q in page.iter("q"):
        q.text = "“" + (q.text or "")
        if len(q):
            q[-1].tail = (q[-1].tail or "") + "”"
        else:
            q.text += "”"
    etree.strip_tags(page, "q")


def _take_out(root: html.HtmlElement, elements: Iterable[html.HtmlElement]) -> None:
    """`root` without `elements`; all at once, since one by one costs the square of their number."""
    for element in list(elements):
        element.tag = "unseen"
    etree.strip_elements(root, "unseen", with_tail=False)


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


def _whole(root: html.HtmlElement) -> bool:
    """Whether all that `root` holds is the article: made for it, or a plain page, with nothing around its text."""
    if root.tag != "body" or root.find("p") is not None:
        return True
    if next(root.iter("nav", "header", "footer", "aside", "form"), None) is not None:
        return False
    linked = sum(len(a.text_content()) for a in root.iter("a"))
    return linked < 0.2 * len(root.text_content())


def _lost(theirs: Sequence[Piece], ours: Sequence[Piece], *, whole: bool) -> bool:
    """Whether `theirs` lost what `ours` kept; `whole` says that ours holds the article and little else."""

    def length(pieces: Sequence[Piece]) -> int:
        return sum(len(flat(piece.text)) for piece in pieces if not piece.aside)

    def kinds(pieces: Sequence[Piece]) -> set[Kind]:
        return {piece.kind for piece in pieces if not piece.aside and piece.kind not in ("paragraph", "caption")}

    collapsed = len(theirs) < 2 <= len(ours)
    return collapsed or (whole and (length(theirs) < 0.9 * length(ours) or bool(kinds(ours) - kinds(theirs))))


def _mark_notes(root: html.HtmlElement) -> None:
    """Superscripts as characters, so that a note's number does not glue to the number before it; no links back."""
    _take_out(root, (a for a in root.iter("a") if len(a) == 0 and (a.text or "").strip(" \ufe0e") in ("↑", "↩", "^")))
    for sup in list(root.iter("sup")):
        mark = " ".join(sup.text_content().split())
        links = [*sup.iter("a"), *sup.iterancestors("a")]
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
    rank = re.fullmatch(r"h([1-6])", name)
    return Piece(kind, "", (int(rank[1]) if rank else 2) if kind == "heading" else 0, aside)


def _prepare(root: etree._Element) -> None:
    """Line breaks as characters, code blocks and table rows under one name, a row's cells as one text."""
    for element in list(root.iter()):
        if element.tag in ("br", "lb"):
            code = any(above.tag in ("pre", "code") for above in element.iterancestors())
            element.tail = ("\n" if code else " ") + (element.tail or "")
        elif element.tag == "code" and element.getparent().tag in ("body", "div"):
            element.tag = "pre" if "\n" in "".join(element.itertext()) or element.getparent() is root else "code"
    for table in list(root.iter("table")):
        if _places(table):
            continue
        for row in [*table.iter("tr", "row")]:
            cells = [_cell(cell) for cell in row.iter("td", "th", "cell")]
            for child in list(row):
                row.remove(child)
            row.tag, row.text = "row", " | ".join(cells) if any(cells) else ""


def _places(table: etree._Element) -> bool:
    """Whether a table only gives what it holds a place on the page."""

    def holds(*tags: str) -> bool:
        return any(table.find(f".//{tag}") is not None for tag in tags)

    if holds("table", "h1", "h2", "h3", "article"):
        return True
    rows = [[*row.iter("td", "th", "cell")] for row in table.iter("tr", "row")]
    cells = [cell for row in rows for cell in row]
    if sum(len(row) > 1 for row in rows) > 1 and all(len("".join(cell.itertext())) <= SHORT_CELL for cell in cells):
        return False
    return holds("list", "ul") or len(table.findall(".//p")) > 2 * len(cells)


def _cell(cell: etree._Element) -> str:
    for inner in cell.iter():
        if inner.tag in BLOCKS and inner is not cell:
            parted = inner.tag in ("li", "item") and inner.getnext() is not None
            inner.tail = ("; " if parted else " ") + (inner.tail or "")
    return " ".join("".join(cell.itertext()).split())


def fragment(markup: str, *, title: str) -> tuple[str, list[Piece]]:
    """A piece of HTML without a page around it: `title`, else the first heading of level 1, and the pieces."""
    body = html.document_fromstring(f"<html><body>{markup}</body></html>".encode(), html.HTMLParser(encoding="utf-8"))
    _mark_notes(body)
    pieces = list(_walk(body.find("body")))
    headings = (flat(piece.text) for piece in pieces if piece.kind == "heading" and piece.level == 1)
    return title or next(headings, ""), pieces


FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\n((?:(?:[\w-]+[ \t]*[:=]|[ \t#-]).*\n|\n)+?)(\1|\.\.\.)[ \t]*(?:\n|\Z)")
INLINE_TAGS = re.compile(r"&lt;(/?(?:br|sup|sub|b|i|u|em|strong|small|mark|kbd|p|div|span|center))\s*/?&gt;", re.I)
DROPPED_TAGS = re.compile(
    r"&lt;/?(?:img|a|p|div|span|center|details|summary|font|figure|picture|source)\b.*?&gt;", re.I
)


def read_markdown(text: str) -> tuple[str, list[Piece]]:
    """The title (the front matter's, else the first heading of level 1; may be empty) and the pieces."""
    from markdown_it import MarkdownIt  # here, not above: a page and a Word file do without
    from markdown_it.renderer import RendererHTML

    front = FRONT_MATTER.match(text)
    stated = re.search(r"^title[ \t]*[:=][ \t]*(.+)$", front[2], re.M | re.I) if front else None
    text = uncommented(text[front.end() :] if front else text)
    text = re.sub(r"^ {0,3}(\[\^[\w-]+\]):", r"\n\1\\:", text, flags=re.M)  # else read as the address of a link
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    plain = RendererHTML.text

    def words(self: RendererHTML, *args: object) -> str:
        shown = re.sub(r"\[\^([\w-]+)\]", r"[\1]", plain(self, *args))  # type: ignore[arg-type]
        return DROPPED_TAGS.sub("", INLINE_TAGS.sub(r"<\1>", shown))

    renderer.add_render_rule("text", words)
    return fragment(renderer.render(text), title=stated[1].strip().strip("\"'") if stated else "")
