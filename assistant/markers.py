"""The marks by which a model cites sentence numbers, and the text without them."""

import re
from collections.abc import Iterator

LONGEST_MARKER = 200  # characters between the brackets; a longer one is text
LONGEST_RANGE = 500  # numbers; of a longer range only the ends are taken, so that [1-999999999] costs nothing

_NUMBERS = r" ?\^?\d{1,18}(?: ?[,;–—-] ?\^?\d{1,18})* ?"
# [1], [1, 2], [1-3], [^1], 【1】, 【1†source】; a Markdown link, [1](address), is none.
MARKER = re.compile(
    rf"\[(?=[^\]]{{1,{LONGEST_MARKER}}}\])(?P<a>{_NUMBERS})\](?!\()"
    rf"|[【［](?=[^】］]{{1,{LONGEST_MARKER}}}[】］])(?P<b>{_NUMBERS})(?:†[^】\n]*)?[】］]"
)
# What may still become a marker when more text comes.
OPENED = re.compile(
    rf"\[[\d ,;–—^-]{{0,{LONGEST_MARKER}}}\]?"
    rf"|[【［][\d ,;–—^-]{{0,{LONGEST_MARKER}}}(?:†[^】\n]{{0,{LONGEST_MARKER}}})?[】］]?"
)
_SKIPPED = re.compile(
    rf"(?P<code>(?P<ticks>`{{1,3}})(?!`)[^`]{{1,400}}(?P=ticks)(?!`))|[^\S\n]{{0,9}}(?:{MARKER.pattern})"
)
_RANGE = re.compile(r"(\d+)(?: ?[–—-] ?\^?(\d+))?")


def unmarked(raw: str) -> tuple[str, tuple[int, ...]]:
    """`raw` without its markers and the white space before them, and the numbers that they cite, without repeats.

    What stands in a code span is no marker.
    """
    numbers: dict[int, None] = {}
    said, last = [], 0
    for found in _SKIPPED.finditer(raw):
        if found["code"] is None:
            said.append(raw[last : found.start()])
            last = found.end()
            numbers |= dict.fromkeys(_cited(found["a"] or found["b"]))
    return "".join([*said, raw[last:]]), tuple(numbers)


def ends_marked(text: str) -> bool:
    """Whether the last visible thing of `text` is a marker."""
    tail = text[-2 * LONGEST_MARKER :].rstrip()
    opened = max(map(tail.rfind, "[【［"))
    found = MARKER.match(tail, opened) if opened >= 0 else None
    return found is not None and found.end() == len(tail)


def _cited(inside: str) -> Iterator[int]:
    for found in _RANGE.finditer(inside):
        first, last = int(found[1]), int(found[2] or found[1])
        if abs(last - first) > LONGEST_RANGE:
            yield from (first, last)
        else:
            yield from range(first, last + 1) if first <= last else range(first, last - 1, -1)
