"""The marks by which a model cites sentence numbers, and the text without them."""

import re
from collections.abc import Iterator

LONGEST_MARKER = 200  # characters between the brackets; a longer one is text
LONGEST_RANGE = 500  # numbers; of a longer range only the ends are taken, so that [1-999999999] costs nothing

_NUMBERS = r" ?\^?\d{1,18}(?: ?(?:[,;&–—-]|and) ?\^?\d{1,18})* ?"
# [1], [1, 2], [1-3], [1 and 2], [^1], 【1】, 【1†source】; a Markdown link, [1](address), is none.
MARKER = re.compile(
    rf"\[(?=[^\]]{{1,{LONGEST_MARKER}}}\]){_NUMBERS}\](?!\()"
    rf"|[【［](?=[^】］]{{1,{LONGEST_MARKER}}}[】］]){_NUMBERS}(?:†[^】\n]*)?[】］]"
)
_ROW = rf"(?:{MARKER.pattern})(?: ?(?:[,;&]|and)? ?(?:{MARKER.pattern})){{0,20}}"
_WRAPPED = (
    rf"[(（]{_ROW}[)）]|\[{_ROW}\](?!\()|<sup>{_ROW}</sup>"
    rf"|\*\*{_ROW}\*\*(?![\w*])|\*{_ROW}\*(?![\w*])|__{_ROW}__(?!\w)|_{_ROW}_(?!\w)"
)
# One, or several with what stands around them: ([1], [2]), [[1]], **[1]**, <sup>[1]</sup>.
MARKERS = re.compile(rf"{_WRAPPED}|{MARKER.pattern}")
BRACKETS, WRAPPERS = "[【［", "(（*_<"
# What may still become one when more text comes.
OPENED = re.compile(r"[][【】［］()（）*_<>/\dsupan ,;&–—^-]+(?:(?<=\d)†[^】\n]*】?)?")
_LINKED = rf"\[{_ROW}\]\([^()\s]{{0,{LONGEST_MARKER}}}\)"
_SKIPPED = re.compile(
    rf"(?P<code>(?P<ticks>`{{1,3}})(?!`)[^`]{{1,400}}(?P=ticks)(?!`))"
    rf"|^(?:{_WRAPPED}|{_ROW}):?[^\S\n]{{0,9}}|[^\S\n]{{0,9}}(?:{_LINKED}|{_WRAPPED}|{_ROW})",
    re.MULTILINE,
)
_RANGE = re.compile(r"(\d+)(?: ?[–—-] ?\^?(\d+))?")


def unmarked(raw: str) -> tuple[str, tuple[int, ...]]:
    """`raw` without its markers, what only holds them and the white space before them; and the numbers that they cite,
    without repeats.

    What stands in a code span is no marker.
    """
    numbers: dict[int, None] = {}
    said, last = [], 0
    for found in _SKIPPED.finditer(raw):
        if found["code"] is None:
            said.append(raw[last : found.start()])
            last = found.end()
            for one in MARKER.finditer(found.group()):
                numbers |= dict.fromkeys(_cited(one.group().partition("†")[0]))
    return "".join([*said, raw[last:]]), tuple(numbers)


def ends_marked(text: str) -> bool:
    """Whether the last visible thing of `text` is a marker, or what stands around one."""
    tail = text[-2 * LONGEST_MARKER :].rstrip()
    opened = max(map(tail.rfind, BRACKETS))
    found = MARKER.match(tail, opened) if opened >= 0 else None
    return found is not None and tail[found.end() :].removesuffix("</sup>").strip(")）]*_") == ""


def _cited(marker: str) -> Iterator[int]:
    for found in _RANGE.finditer(marker):
        first, last = int(found[1]), int(found[2] or found[1])
        if abs(last - first) > LONGEST_RANGE:
            yield from (first, last)
        else:
            yield from range(first, last + 1) if first <= last else range(first, last - 1, -1)
