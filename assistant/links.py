"""Where a citation can be looked at: its place on the page, and where it stands now if its article has changed."""

from dataclasses import dataclass
from typing import Literal

from assistant.answer import Citation
from index.article import Article


@dataclass(frozen=True)
class Now:
    """Where a citation's quote stands in the article as it is now, `start` and `end` in code points.

    `same` text, `moved` to another place, `changed` so that the quote is no longer in it, or `gone`; in the last two
    cases the numbers are the old ones and point at nothing.
    """

    state: Literal["same", "moved", "changed", "gone"]
    start: int
    end: int


def now(citation: Citation, article: Article | None) -> Now:
    """Look a kept citation up again in its article, None where that was removed; the nearest of several wins."""
    if article is None:
        return Now("gone", citation.start, citation.end)
    if article.hash == citation.article_hash:
        return Now("same", citation.start, citation.end)
    before = article.text.rfind(citation.quote, 0, citation.end)
    after = article.text.find(citation.quote, citation.start)
    found = [place for place in (before, after) if place >= 0]
    if not found:
        return Now("changed", citation.start, citation.end)
    start = min(found, key=lambda place: abs(place - citation.start))
    return Now("moved", start, start + len(citation.quote))


def fragment(citation: Citation) -> str:
    """The part of the page's address that opens the article at the citation: a=ARTICLE&c=START-END."""
    return f"a={citation.article}&c={citation.start}-{citation.end}"


def deep_link(public_url: str, citation: Citation) -> str:
    """The page's address of a citation; empty without a `public_url`."""
    return f"{public_url.rstrip('/')}/#{fragment(citation)}" if public_url else ""
