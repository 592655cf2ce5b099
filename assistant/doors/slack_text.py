"""Slack's text as a person reads it, and an article's or a model's as Slack must not act on it."""

import re
from html import unescape

from assistant.answer import Claim
from assistant.markdown import numbered
from index.article import flat

JOINER = "\u2060"  # word joiner: not seen, and what stands on its two sides is no mention, tag or address any more
ANGLED = re.compile(r"<([^<>\n]{1,3000})>")
ADDRESS = re.compile(r"https?://\S+|mailto:\S+")
ENTITY = re.compile(r"&(?=#?\w{1,10};)")
TAG = re.compile(r"<(?=[^\s\d=-])")
EVERYBODY = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
MARKS = re.compile(r"[\\`*_~\[\]]")


def asked(text: str, bot: str) -> str:
    """What a person typed: mentions of the `bot` are gone, other people, channels and links are as they look."""
    return flat(decoded(text, bot))


def decoded(text: str, bot: str) -> str:
    """The same with its line breaks."""
    return unescape(ANGLED.sub(lambda found: _seen(found[1], bot), text))


def addresses(text: str) -> list[str]:
    """The web addresses in a message, in order."""
    found = (unescape(one.partition("|")[0]) for one in ANGLED.findall(text))
    return [one for one in found if one.startswith(("http://", "https://"))]


def _seen(inside: str, bot: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return " " if target == f"@{bot}" else f"@{label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or "@" + target[1:].partition("^")[0]
    return label or target if ADDRESS.match(target) else f"<{inside}>"


def _broken(text: str) -> str:
    """Without addresses that a client would find, and without calls to everybody."""
    text = text.replace("://", f":{JOINER}//").replace("mailto:", f"mailto{JOINER}:")
    return EVERYBODY.sub("@" + JOINER, text)


def inert(markdown: str) -> str:
    """The same to read, but it mentions nobody, links nowhere and unfurls nothing."""
    return _broken(TAG.sub("<" + JOINER, ENTITY.sub("&amp;", markdown)))


def literal(text: str) -> str:
    """`inert` as Markdown that shows every character of `text`."""
    return inert(MARKS.sub(r"\\\g<0>", flat(text)))


def mrkdwn(text: str) -> str:
    """`text` for Slack's own markup, which has no way to escape the marks of emphasis: others look like them."""
    escaped = _broken(flat(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.translate({ord("*"): "∗", ord("~"): "∼", ord("`"): "ˋ", ord("_"): "ˍ"})


def spoken(claim: Claim) -> str:
    """A claim as Markdown with its numbers, as a paragraph where it brings no space of its own."""
    if not claim.text.strip():
        return claim.text
    if claim.state == "quoted" and claim.citations[0].quote == claim.text:
        said = f"“{literal(claim.text)}” " + "".join(f"[{citation.n}]" for citation in claim.citations)
    elif claim.state == "unsupported":
        words = claim.text.rstrip()
        said = inert(f"{words} (unsupported: {claim.reason}){claim.text[len(words) :]}")
    else:
        said = inert(numbered(claim))
    return said if said[-1:].isspace() else said + "\n\n"
