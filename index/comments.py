"""Markdown without its comments."""

import re

FENCE = re.compile(r"\s*+(?>(?:[-+*>]|\d{1,9}[.)])\s++)*+(`{3,}+(?!.*`)|~{3,}+)")
STARTS = re.compile(r"\s*+(?:(?:[-+*]|\d{1,9}[.)])\s|#{1,6}\s)")  # a list item or a heading, whatever stands before it
INLINE = re.compile(r"\\.|`++|<!--")


def uncommented(text: str) -> str:
    """Markdown without comments: one that begins a line may hold anything, others end within their paragraph."""
    kept: list[str] = []
    paragraph: list[str] = []
    fence, last = "", text.rfind("-->")

    def flush() -> None:
        if paragraph:
            kept.append(_uncommented_inline("".join(paragraph)))
            paragraph.clear()

    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        line = text[at:end]
        opened = None if fence else FENCE.match(line)
        if not (fence or opened) and re.match(r" {0,3}<!--", line) and (start := text.find("<!--", at)) + 4 <= last:
            end = text.find("-->", start + 4) + 3
            paragraph += ["\n"] if paragraph else []  # a comment that begins a line parts what it stands between
            flush()
        elif fence or opened:
            flush()
            kept.append(line)
            closing = re.fullmatch(r"[\s>]*+(`{3,}+|~{3,}+)\s*", line)
            closed = fence and closing and closing[1].startswith(fence)
            fence = opened[1] if opened else "" if closed else fence
        else:
            if not line.strip() or STARTS.match(line):
                flush()
            paragraph.append(line)
        at = end
    flush()
    return "".join(kept)


def _uncommented_inline(paragraph: str) -> str:
    """The same within a paragraph, where what stands between two equal runs of backticks is code."""
    marks = list(INLINE.finditer(paragraph))
    closing: dict[str, list[int]] = {}
    for mark in reversed(marks):
        closing.setdefault(mark[0].lstrip("\\"), []).append(mark.end())
    kept, at, skip, last = [], 0, 0, paragraph.rfind("-->")
    for mark in marks:
        if mark.start() < skip:
            continue
        if mark[0] == "<!--" and mark.end() <= last:
            kept.append(paragraph[at : mark.start()])
            at = skip = paragraph.find("-->", mark.end()) + 3
        elif mark[0][0] == "`":
            ends = closing[mark[0]]
            while ends and ends[-1] <= mark.end():
                ends.pop()
            skip = ends[-1] if ends else skip
    return "".join([*kept, paragraph[at:]])
