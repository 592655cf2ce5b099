"""What a page does not show: scripts and controls, and what its styles hide."""

import re

from lxml import etree

UNSEEN = frozenset(
    re.findall(
        r"\w+",
        "script style template noscript iframe object embed svg canvas audio video picture img select textarea button "
        "input rp",
    )
)
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|font-size\s*:\s*0*\.?0+\s*([a-z%]+\s*)?(!|;|$)", re.I
)
UNSHOWN_CLASS = re.compile(r"(^|\s)(sr-only|screen-reader-text|visually-?hidden)(\s|$)", re.I)


def unshown(element: etree._Element) -> bool:
    """Whether a browser shows nothing of it."""
    if element.tag in ("html", "head", "body", "title"):
        return False
    style = re.sub(r"/\*[^*]*\*/", "", element.get("style", ""))
    return (
        element.tag in UNSEEN
        or element.get("hidden") is not None
        or element.get("aria-hidden", "").lower() == "true"
        or bool(HIDING.search(style) or UNSHOWN_CLASS.search(element.get("class", "")))
    )
