"""Claims -> safe HTML for the page: Markdown with a chip for each citation, cleaned after it was rendered."""

import html
import re
import string
from collections.abc import Iterator, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from assistant.answer import Citation, Claim
from assistant.links import fragment
from assistant.plain import BREAK
from index.article import flat

# A claim's number between two characters that no text has (Unicode: noncharacters) says where its citations belong.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
FORBIDDEN = re.compile(f"[{OPEN}{CLOSE}]")
PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)

TEXT_TAGS = {"a", "br", "code", "em", "s", "small", "span", "strong"}
BLOCK_TAGS = {"blockquote", "h4", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead", "tr", "ul"}
ATTRIBUTES = {
    "a": {"aria-label", "class", "data-n", "href", "role", "target", "title"},
    "ol": {"start"},
    "small": {"class"},
    "span": {"class"},
}


class Rendering:
    """The HTML of an answer on its way: top-level blocks, of which a further claim changes only the last ones."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.shown: list[str] = []

    def add(self, claim: Claim) -> tuple[int, list[str]]:
        """The place of the first block that `claim` changed, from 0, and the HTML of all blocks from there on."""
        self.claims.append(claim)
        made = blocks(self.claims)
        pairs = zip(self.shown, made, strict=False)
        same = next((n for n, (old, new) in enumerate(pairs) if old != new), min(len(self.shown), len(made)))
        self.shown = made
        return same, made[same:]


def blocks(claims: Sequence[Claim]) -> list[str]:
    """The HTML of each top-level block of an answer; joined they are the whole. No claims give no blocks."""
    tokens = MARKDOWN.parse(_source(claims))
    marks = _Marks(claims, _order(tokens))
    for token in tokens:
        _place(token, marks)
    made = [MARKDOWN.renderer.render(block, MARKDOWN.options, {}) for block in _top_level(tokens)]
    if rest := "".join(map(marks.chips, marks.missing())):
        made.append(f"<p>{rest}</p>\n")
    return [_clean(block) for block in made]


def _source(claims: Sequence[Claim]) -> str:
    """The Markdown of all claims, each marked behind its last word. What stands in the article is no Markdown."""
    parts: list[str] = []
    for number, claim in enumerate(claims):
        text = FORBIDDEN.sub("\ufffd", claim.text)
        if _verbatim(claim):
            if parts and not parts[-1][-1:].isspace():
                parts.append("\n\n")
            text = f"“{_escaped(flat(text))}”"
            parts += [_marked(text, number), "" if claim.text[-1:].isspace() else "\n\n"]
        else:
            parts.append(_marked(text, number))
    return "".join(parts)


def _verbatim(claim: Claim) -> bool:
    """Whether it is the article's own characters rather than Markdown."""
    return claim.state == "quoted" and any(claim.text == citation.quote for citation in claim.citations)


def _escaped(text: str) -> str:
    return PUNCTUATION.sub(r"\\\1", text)


def _marked(text: str, number: int) -> str:
    """`text` with the mark behind the line of its last word, inside the cell where that is a row of a table."""
    last = next((place for place in range(len(text), 0, -1) if text[place - 1].isalnum()), 0)
    if not last:
        return text
    end = text.find("\n", last)
    line = text[:end] if end >= 0 else text
    head = line.rstrip()
    if head.endswith("|") and head[head.rfind("\n") + 1 :].lstrip().startswith("|"):
        head = head[:-1].rstrip()
    return f"{head} {OPEN}{number}{CLOSE}{text[len(head) :]}"


class _Marks:
    """The claims whose marks were found, in the order of the text, and those that were shown."""

    def __init__(self, claims: Sequence[Claim], order: Sequence[int]) -> None:
        self.claims, self.order = claims, list(order)
        self.seen: set[int] = set()
        self.at = 0

    def current(self) -> str:
        """The state of the claim that the text at this place belongs to; empty behind the last mark."""
        return self.claims[self.order[self.at]].state if self.at < len(self.order) else ""

    def chips(self, number: int) -> str:
        """The HTML that stands for a mark."""
        self.at += 1
        if number in self.seen or number >= len(self.claims):
            return ""
        self.seen.add(number)
        claim = self.claims[number]
        if claim.state == "unsupported":
            reason = f' <small class="why">{html.escape(claim.reason)}</small>' if claim.reason else ""
            return f' <small class="unfound">not found in the article</small>{reason}'
        return " ".join(_chip(citation, claim.state) for citation in claim.citations)

    def missing(self) -> list[int]:
        """The claims whose mark got lost: inside an address, for instance."""
        worded = (n for n, claim in enumerate(self.claims) if any(map(str.isalnum, claim.text)))
        return [n for n in worded if n not in self.seen]


def _chip(citation: Citation, state: str) -> str:
    name = html.escape(f"Source {citation.n}: {flat(citation.quote)}")
    address = html.escape("#" + fragment(citation))
    return (
        f'<a class="cite {state}" role="doc-noteref" href="{address}" data-n="{citation.n}" '
        f'aria-label="{name}">{citation.n}</a>'
    )


def _order(tokens: Sequence[Token]) -> list[int]:
    """The numbers of all marks, in the order of the text."""
    found: list[int] = []
    for token in tokens:
        if token.type == "inline":
            found += _order(token.children or [])
        elif token.type == "mark":
            found.append(token.meta["number"])
        elif token.type.startswith(("code", "fence")):
            found += [int(number) for number in MARK.findall(token.content)]
    return found


def _place(token: Token, marks: _Marks) -> None:
    """Put the chips into a block, and its words into spans that say what state they have."""
    if token.type == "inline":
        token.children = _spanned(token.children or [], marks)
    elif token.type.startswith(("code", "fence")):
        _freed(token, marks)


def _freed(token: Token, marks: _Marks) -> None:
    """Take the marks out of code; the chips follow it."""
    numbers = [int(number) for number in MARK.findall(token.content)]
    token.content = re.sub(f" ?{MARK.pattern}", "", token.content)
    token.meta = {"after": "".join(map(marks.chips, numbers))}


def _spanned(children: Sequence[Token], marks: _Marks) -> list[Token]:
    made: list[Token] = []
    run: list[Token] = []
    for child in children:
        if child.type == "mark":
            if run and run[-1].type == "text":
                run[-1].content = run[-1].content.removesuffix(" ")
            made += _span(run, marks.current())
            made.append(_raw(marks.chips(child.meta["number"])))
            run = []
        elif child.nesting:  # a span ends where emphasis or a link begins or ends, so that tags never cross
            made += [*_span(run, marks.current()), child]
            run = []
        else:
            state = marks.current()
            if child.type == "code_inline" and MARK.search(child.content):
                _freed(child, marks)
                made += _span([*run, child], state)
                run = []
            else:
                run.append(child)
    return made + _span(run, marks.current())


def _span(run: Sequence[Token], state: str) -> list[Token]:
    """The words of a run in one span, without the space before them."""
    if not state or not any(token.content.strip() for token in run):
        return list(run)
    made = [_raw(f'<span class="claim {state}">'), *run, _raw("</span>")]
    if run[0].type == "text" and run[0].content.startswith(" "):
        run[0].content = run[0].content.lstrip(" ")
        made.insert(0, _raw(" "))
    return made


def _raw(content: str) -> Token:
    return Token("raw", "", 0, content=content)


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []


def _clean(made: str) -> str:
    tags, schemes = TEXT_TAGS | BLOCK_TAGS, {"http", "https", "mailto"}
    return nh3.clean(made, tags=tags, attributes=ATTRIBUTES, url_schemes=schemes, link_rel="noopener noreferrer")


def _mark(state: StateInline, silent: bool) -> bool:
    """The inline rule for a citation: the mark becomes a token of its own. Code and addresses have none."""
    found = MARK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("mark", "", 0).meta = {"number": int(found[1])}
    state.pos = found.end()
    return True


def _break(state: StateInline, silent: bool) -> bool:
    """The inline rule for `<br>`, without which a model's table has no lines in its cells."""
    found = BREAK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


class _Renderer(RendererHTML):
    """What is written otherwise than CommonMark's own renderer does."""

    def heading_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        return "<h4>"  # whatever its level: the page has three above it

    def heading_close(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        return "</h4>\n"

    def link_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        tokens[at].attrSet("target", "_blank")
        return self.renderToken(tokens, at, options, env)

    def code_inline(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        return f"<code>{html.escape(tokens[at].content)}</code>{tokens[at].meta.get('after', '')}"

    def code_block(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        after = tokens[at].meta.get("after", "")
        return f"<pre><code>{html.escape(tokens[at].content)}</code></pre>\n" + (f"<p>{after}</p>\n" if after else "")

    def fence(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        return self.code_block(tokens, at, options, env)

    def raw(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: Any) -> str:
        return tokens[at].content


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return LINK.match(url) is not None


def _markdown() -> MarkdownIt:
    made = _Markdown("commonmark", {"html": False}, renderer_cls=_Renderer)
    made.enable(["table", "strikethrough"]).disable("image")
    made.inline.ruler.before("escape", "mark", _mark)
    made.inline.ruler.before("escape", "break", _break)
    made.inline.add_terminator_char(OPEN)
    return made


MARKDOWN = _markdown()
