"""MathML, and Word's equations once they are MathML -> one line of text."""

import re
from collections.abc import Sequence

from lxml import etree

from index.unshown import unshown

FORMULAS = {
    **dict.fromkeys(("msup", "mover"), "{}^{}"),
    **dict.fromkeys(("msub", "munder"), "{}_{}"),
    **dict.fromkeys(("msubsup", "munderover"), "{}_{}^{}"),
    "mfrac": "{}/{}",
    "mroot": "{}^(1/{})",
}
INVISIBLE = {0x2061: " ", 0x2062: None, 0x2063: None, 0x2064: " "}  # MathML's signs of what is meant and not written


def formula(element: etree._Element) -> str:
    """MathML on one line: ^ raises, _ lowers and / divides, with brackets around what has several parts."""
    if element.tag in ("annotation", "annotation-xml", "mphantom") or (element.tag != "math" and unshown(element)):
        return ""
    children = list(element.iterchildren("*"))
    if not children:
        text = {"mspace": " "}.get(element.tag, element.text or "").translate(INVISIBLE)
        return text if element.tag == "mtext" or not text.strip() else text.strip()
    parts = [formula(child) for child in children[: 1 if element.tag == "semantics" else None]]
    divided = element.tag == "mfrac" and not re.match(r"0(\D|$)", element.get("linethickness", ""))
    pattern = FORMULAS.get(element.tag, "") if element.tag != "mfrac" or divided else "({} {})"
    if pattern.count("{}") == len(parts):
        return pattern.format(*(part if _single(part) else f"({part})" for part in parts))
    if element.tag in ("mtable", "mtr", "mmultiscripts", "mfenced"):
        line = {"mtable": "; ", "mfenced": ", "}.get(element.tag, " ").join(parts)
        return f"{element.get('open', '(')}{line}{element.get('close', ')')}" if element.tag == "mfenced" else line
    line = _row((element.text or "").strip(), parts, [(child.tail or "").strip() for child in children])
    return f"√({line})" if element.tag == "msqrt" else line


def _single(part: str) -> bool:
    return bool(re.fullmatch(r"\d+(?:[.,]\d+)*|\([^()]*\)|.", part))


def _row(line: str, parts: Sequence[str], tails: Sequence[str]) -> str:
    """`parts` side by side, apart where 2^3 and 4 would become 2^34, or 1 and 1/2 become 11/2."""
    before = line
    for part, tail in zip(parts, tails, strict=False):
        apart = before[-1:].isalnum() and part[:1].isalnum() and re.search(r"[\^_/]", before + part)
        line += " " * bool(apart) + part + tail
        before = tail or part or before
    return line
