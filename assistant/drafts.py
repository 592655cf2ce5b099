"""A model's text, cut into statements while it comes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.markers import unmarked
from assistant.pieces import Piece, Pieces

CAPTION = re.compile(r"\s*\*\*[^*\n]+\*\*\s*")  # a paragraph in bold: a heading in all but name
FEW = 3  # words
# Not of Chinese or Japanese, where a sentence is no longer.
FEW_WORDS = re.compile(rf" *(?:[^\s\u2e80-\uffff]+ +){{0,{FEW - 1}}}[^\s\u2e80-\uffff]+ *")


@dataclass(frozen=True)
class Draft:
    """A statement as it was written, before it is checked. The `raw` of all drafts joined is the text, exactly.

    `said` is `raw` without the citation markers and the white space before them, Markdown kept. `numbers` are the
    sentences it cites, in order, without repeats.
    """

    raw: str
    said: str
    numbers: tuple[int, ...]


def drafts(chunks: Iterable[str]) -> Iterator[Draft]:
    """Yield each statement as soon as the text after it shows that it ended; how the text is chunked changes nothing.

    A heading, a line that ends with a colon, and FEW words that open the text and cite nothing belong to the statement
    that follows; a table, a quoted block and a code block are one statement each. Takes time in proportion to the text.
    """
    pieces, joiner = Pieces(), Joiner()
    for chunk in chunks:
        pieces.take(chunk)
        yield from joiner.take(pieces)
    pieces.take("", final=True)
    yield from joiner.take(pieces)
    yield from joiner.rest()


class Joiner:
    """Joins pieces that say nothing alone to the one before, and those that announce to the one after."""

    def __init__(self) -> None:
        self.held: list[Draft] = []  # a finished statement, until it is sure that nothing sticks to it
        self.begun = False  # whether a statement was seen
        self.carried: list[Draft] = []  # what announces the next statement, or stands before the first

    def take(self, pieces: Pieces) -> Iterator[Draft]:
        """The statements that the finished pieces complete."""
        done, pieces.done = pieces.done, []
        for piece in done:
            if piece.worded:
                yield from self._release()
            self._place(piece)
        if pieces.piece.worded:
            yield from self._release()

    def rest(self) -> Iterator[Draft]:
        """What is left when no more text comes."""
        if any(any(map(str.isalnum, draft.said)) for draft in self.carried):
            yield from self._release()
        self.held += self.carried
        yield from self._release()

    def _opens(self, piece: Piece, draft: Draft) -> bool:
        """Whether it is a word or three that open the text, and what supports them is cited behind the next sentence:
        “Five. According to the log, … [3]”."""
        first = not (self.begun or self.carried or draft.numbers)
        return first and piece.kind == "text" and FEW_WORDS.fullmatch(piece.raw) is not None

    def _release(self) -> Iterator[Draft]:
        if self.held:
            yield _joined(self.held)
            self.held = []

    def _place(self, piece: Piece) -> None:
        draft = Draft(piece.raw, piece.raw, ()) if piece.kind == "code" else Draft(piece.raw, *unmarked(piece.raw))
        if piece.worded and not (_announces(piece, draft) or self._opens(piece, draft)):
            self.begun = True
            self.held = [*self.carried, draft]
            self.carried = []
        elif piece.worded or self.carried or not self.held:
            self.carried.append(draft)
        else:
            self.held.append(draft)


def _announces(piece: Piece, draft: Draft) -> bool:
    """Whether it belongs to what follows: a heading, a paragraph in bold, a line that ends with a colon."""
    titled = piece.kind == "heading" or (CAPTION.fullmatch(draft.said) is not None and not draft.numbers)
    return titled or (piece.kind == "text" and draft.said.rstrip().rstrip("*_").endswith((":", "：")))


def _joined(parts: list[Draft]) -> Draft:
    numbers = dict.fromkeys(number for part in parts for number in part.numbers)
    return Draft("".join(part.raw for part in parts), "".join(part.said for part in parts), tuple(numbers))
