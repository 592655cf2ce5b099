"""A stream of Markdown, cut where a sentence, a list item, a heading or a block ends."""

import re
from dataclasses import dataclass
from typing import Literal

import sentencex

from assistant.markers import BRACKETS, LONGEST_MARKER, MARKERS, OPENED, WRAPPERS, ends_marked, unmarked

LONGEST_TEXT, LONGEST_BLOCK = 2_000, 8_000  # characters; more is cut at white space, or anywhere ROOM later
ROOM = 200
WINDOW = 300  # characters before a full stop from which sentencex tells whether a sentence ends
LONGEST_WORD = 24  # characters of the word after it that are looked at

LEAD = re.compile(r"#{1,6}|`{1,64}|~{1,64}|\d{1,3}[.)]?|[-*+•–|>]")
ITEM = re.compile(r"\d{1,3}[.)]|[-*+•–]")
TEXT = re.compile(r"[^\s\[【［`.!?…。！？]+")
LINE = re.compile(r"[^\n]+")
STOPS, FULL_WIDTH = ".!?…。！？", "。！？"
CLOSERS = "\"'”’»)]*_）」』】"
TICKS = re.compile("`{1,64}")
QUOTED = re.compile(r"“[^“”]*”|(?<!\d)\"[^\"]*\"")
OPEN_QUOTE = re.compile(r"“|(?<!\d)\"")

PieceKind = Literal["text", "heading", "table", "quote", "code"]


@dataclass
class Piece:
    """What has been read of one statement so far.

    `worded`: something can be read in it beside markers. `stop`: the mark that may have ended its last sentence, `[`
    where a marker ended the line. `gap`: white space has followed it. `marked`: a marker stands beside it. `led`: a
    marker stands before all words. `breaks`: line ends since the last visible character. `ticks`: what opened a code
    span.
    """

    kind: PieceKind = "text"
    raw: str = ""
    worded: bool = False
    stop: str = ""
    gap: bool = False
    marked: bool = False
    led: bool = False
    breaks: int = 0
    ticks: str = ""

    @property
    def longest(self) -> int:
        return LONGEST_TEXT if self.kind in ("text", "heading") else LONGEST_BLOCK

    @property
    def quoting(self) -> bool:
        """Whether a quotation is open; a straight mark after a digit opens none (5")."""
        return bool(OPEN_QUOTE.search(QUOTED.sub("", self.raw)))

    @property
    def parted(self) -> bool:
        """Whether a marker that follows belongs to what comes behind it: after statements that begin with theirs, a
        heading and a colon."""
        ended = self.breaks > 0 or (self.stop and self.gap)
        announces = self.kind == "heading" or (self.breaks > 0 and self.raw.rstrip().endswith((":", "：")))
        return bool(self.worded and ended and (self.led or announces) and not self.quoting)


class Pieces:
    """Reads text as it comes. `done` holds the finished pieces, `piece` the one that is being read.

    Every decision waits for the characters it depends on, so how the text is chunked changes nothing; each waits for
    a bounded number of them, so that time grows with the text alone.
    """

    def __init__(self) -> None:
        self.buffer, self.at, self.final = "", 0, False
        self.piece = Piece()
        self.done: list[Piece] = []
        self.line_start = True
        self.fence = ""

    def take(self, chunk: str, *, final: bool = False) -> None:
        self.buffer, self.final = self.buffer[self.at :] + chunk, final
        self.at = 0
        while self.at < len(self.buffer) and self._step():
            if len(self.piece.raw) >= self.piece.longest + ROOM:
                self._finish()
        if final:
            self._finish()

    def _step(self) -> bool:
        """Read one token; False when more text is needed to tell what comes."""
        character, piece = self.buffer[self.at], self.piece
        if character.isspace():
            return self._white(character)
        if self.line_start and not self.fence:
            return self._line(character)
        if self.fence:
            return self._code()
        if (character in BRACKETS or (character in WRAPPERS and not piece.raw[-1:].strip())) and not piece.ticks:
            marker, sure = self._marker()
            if marker or not sure:
                return sure and self._mark(marker)
        if piece.stop and not piece.gap and character in CLOSERS:
            return self._add(character)
        if character in STOPS and not (piece.stop and piece.gap):
            return self._stop(character)
        if piece.stop and not self._decided(character):
            return False
        return self._ticks() if character == "`" else self._read(TEXT)

    def _white(self, character: str) -> bool:
        piece = self.piece
        full = len(piece.raw) >= piece.longest
        if character == "\n":
            self.line_start = True
            piece.breaks += 1
            if not piece.stop and ends_marked(piece.raw):
                piece.stop, piece.marked = "[", True
        piece.gap = True
        self._add(character)
        if full:
            self._finish()
        return True

    def _line(self, character: str) -> bool:
        """What the first visible characters of a line say: whether a piece begins here, and of which kind."""
        if character in BRACKETS + WRAPPERS and self.piece.breaks < 2 and self.piece.kind != "code":
            marker, sure = self._marker()
            if marker or not sure:
                return sure and self._mark(marker)
        lead = LEAD.match(self.buffer, self.at)
        mark = lead.group() if lead else ""
        end = self.at + len(mark)
        after = self.buffer[end : end + 1]
        if mark and not after and not self.final:
            return False
        kind, item = _kind(mark, after)
        again = kind == self.piece.kind and kind in ("text", "table", "quote") and not item
        if self.piece.raw.strip() and (self.piece.breaks > 1 or not again):
            self._finish()
        self._begin(kind, mark if kind != "text" or item else "")
        return True

    def _begin(self, kind: PieceKind, mark: str) -> None:
        self.piece.kind = kind
        self.line_start = False
        self.fence = mark if kind == "code" else ""
        if mark:
            self._add(mark)

    def _code(self) -> bool:
        """A line of a code block; the fence that closes it must stand alone."""
        if not self.line_start:
            return self._read(LINE)
        lead = LEAD.match(self.buffer, self.at)
        end = self.at + len(lead.group() if lead else "")
        if lead and end == len(self.buffer) and not self.final:
            return False
        self.line_start = False
        if lead and lead.group().startswith(self.fence) and not self.buffer[end : end + 1].strip():
            self.fence = ""
            return self._add(lead.group())
        return self._read(LINE)

    def _marker(self) -> tuple[str, bool]:
        """The marker that begins here, or nothing; and whether that is sure before more text comes."""
        end = self.at + LONGEST_MARKER
        opened = OPENED.match(self.buffer, self.at, end)
        if opened is not None and opened.end() == len(self.buffer) < end and not self.final:
            return "", False
        found = MARKERS.match(self.buffer, self.at, end)
        return (found.group() if found else ""), True

    def _mark(self, marker: str) -> bool:
        if self.piece.parted:
            self._finish()
        self.piece.marked = True
        self.piece.led = self.piece.led or not self.piece.worded
        return self._add(marker)

    def _ticks(self) -> bool:
        found = TICKS.match(self.buffer, self.at)
        run = found.group() if found else "`"
        if self.at + len(run) == len(self.buffer) and len(run) < 64 and not self.final:
            return False
        if self.piece.ticks in ("", run):
            self.piece.ticks = "" if self.piece.ticks else run
        return self._add(run)

    def _stop(self, character: str) -> bool:
        self.piece.marked = ends_marked(self.piece.raw)
        self.piece.stop, self.piece.gap = character, False
        return self._add(character)

    def _decided(self, character: str) -> bool:
        """Finish the piece if a new one begins with `character`. False when more text is needed to tell."""
        piece = self.piece
        if piece.kind != "text" or piece.ticks:
            ends = False
        elif piece.marked:
            ends = not character.islower()
        elif piece.stop in FULL_WIDTH:
            ends = True
        elif piece.gap:
            word = self.buffer[self.at : self.at + LONGEST_WORD].split()[0]
            if self.at + len(word) == len(self.buffer) and len(word) < LONGEST_WORD and not self.final:
                return False
            ends = _ends_before(word, piece.raw)
        else:
            ends = False
        if ends and not piece.quoting:
            self._finish()
        self.piece.stop = ""
        return True

    def _read(self, pattern: re.Pattern[str]) -> bool:
        """Read what `pattern` matches, or one character, as far as the piece has room."""
        room = max(1, self.piece.longest + ROOM - len(self.piece.raw))
        found = pattern.match(self.buffer, self.at, self.at + room)
        return self._add(found.group() if found else self.buffer[self.at])

    def _add(self, text: str) -> bool:
        piece = self.piece
        self.at += len(text)
        piece.raw += text
        if not text.isspace():
            piece.breaks = 0
            piece.worded = piece.worded or (any(map(str.isalnum, text)) and not MARKERS.fullmatch(text))
        return True

    def _finish(self) -> None:
        if self.piece.raw:
            self.done.append(self.piece)
            self.piece = Piece("code" if self.fence else "text")


def _kind(mark: str, after: str) -> tuple[PieceKind, bool]:
    """The kind of line that `mark` and the character after it begin, and whether it is a list item."""
    blank = not after.strip()
    if len(mark) >= 3 and mark[0] in "`~":
        return "code", False
    if mark.startswith("#") and blank:
        return "heading", False
    kinds: dict[str, PieceKind] = {"|": "table", ">": "quote"}
    return kinds.get(mark, "text"), bool(ITEM.fullmatch(mark)) and blank


def _ends_before(word: str, raw: str) -> bool:
    """Whether the sentence that ends `raw` is over when `word` follows (sentencex)."""
    before = unmarked(raw[-WINDOW:])[0].replace("*", "").strip()
    cuts = sentencex.get_sentence_boundaries("en", f"{before} {word.lstrip('*_')}")
    return any(cut["end_index"] in (len(before), len(before) + 1) for cut in cuts)
