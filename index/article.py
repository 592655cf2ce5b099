"""An article: canonical text and the spans that lie in it. The offset law is kept here."""

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Literal

import regex
import sentencex

Kind = Literal["heading", "paragraph", "list item", "table row", "quote", "code", "caption"]

LONGEST_SENTENCE = 600  # characters; a longer one is cut at a clause or a space, so that a quote stays readable
CUTS = (
    r"[;:,]\s|[،、，；。！？]",
    r"\s",
    r"(?s)\X(?=.)",
)  # where, the best first: after a clause, a word, a visible character
MOST_CHARACTERS = 2_000_000  # about 700 book pages; a longer text is refused rather than half read

# Characters that show nothing and can hide words or reorder them. ZWNJ and ZWJ (200C, 200D) have honest work
# between letters and emoji, so only they are judged by their neighbours.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
)
_PLAIN = "\\s\x00-\u02ff\u2000-\u200d"  # beside these a joiner has nothing to join
JOINER = re.compile(f"(?<![^{_PLAIN}])[\u200c\u200d]|[\u200c\u200d](?![^{_PLAIN}])")
JOINERS = re.compile("([\u200c\u200d])[\u200c\u200d]+")
BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True)
class Piece:
    """A block before it has a place: what a format reader found. `level` is 1 to 6 for headings, else 0.

    An `aside` is shown with the article and is never evidence (a byline, a caption, a share button).
    """

    kind: Kind
    text: str
    level: int = 0
    aside: bool = False


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` (exclusive) of an article's text, in code points from its beginning."""

    start: int
    end: int


@dataclass(frozen=True)
class Block(Span):
    """A heading, paragraph, list item, table row, quote, code block or caption in its place."""

    kind: Kind = "paragraph"
    level: int = 0
    aside: bool = False


@dataclass(frozen=True)
class Article:
    """A text made canonical once, its blocks and its sentences.

    The offset law: blocks follow one another without overlap, every sentence lies inside one block that is neither
    a heading nor an aside, begins and ends with a visible character, and `text` never changes. `language` is an
    ISO 639-1 code. `source` is the address or file it came from, `url` what a reader may open; both may be empty.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    sentences: tuple[Span, ...]
    language: str = "en"
    source: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if canonical(self.text) != self.text:
            raise ValueError("the text of an article must be canonical")
        spans = [*self.blocks, Span(len(self.text), len(self.text))]
        if any(not 0 <= a.start < a.end <= b.start for a, b in pairwise(spans)):
            raise ValueError("blocks must follow one another inside the text")
        homes = iter(self.blocks)
        home, last = next(homes, None), 0
        for sentence in self.sentences:
            while home and home.end <= sentence.start:
                home = next(homes, None)
            if not (home and last <= sentence.start < sentence.end <= home.end and home.start <= sentence.start):
                raise ValueError("every sentence must lie inside one block, after the one before")
            if home.kind == "heading" or home.aside:
                raise ValueError("a heading or an aside has no sentences")
            if self[sentence] != self[sentence].strip():
                raise ValueError("a sentence must begin and end with a visible character")
            last = sentence.end

    def __getitem__(self, span: Span) -> str:
        return self.text[span.start : span.end]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the text as UTF-8, in hexadecimal: the same text has the same hash wherever it came from."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def _sections(self) -> list[tuple[int, str]]:
        path: list[Block] = []
        found = [(0, "")]
        for block in self.blocks:
            if block.kind == "heading":
                path = [above for above in path if above.level < block.level] + [block]
                names = [self[heading] for heading in path]
                found.append((block.start, " › ".join(name for name in names if name != self.title)))
        return found

    def section(self, position: int) -> str:
        """The headings above `position`, outermost first, joined by ` › `; empty where there are none."""
        return self._sections[bisect_right(self._sections, position, key=lambda section: section[0]) - 1][1]

    @classmethod
    def of(
        cls, pieces: Iterable[Piece], *, title: str = "", language: str = "", source: str = "", url: str = ""
    ) -> "Article":
        """An article of `pieces`; empty ones are left out. Without a language, the text's own is detected.

        Raises ValueError when nothing readable or no sentence remains, or the text is longer than MOST_CHARACTERS.
        """
        texts: list[str] = []
        blocks: list[Block] = []
        end = 0
        for piece in pieces:
            text = canonical(piece.text) if piece.kind == "code" else flat(piece.text)
            if not text:
                continue
            gap = _gap(blocks[-1].kind, piece.kind) if blocks else ""
            start = end + len(gap)
            end = start + len(text)
            texts += [gap, text]
            blocks.append(Block(start, end, piece.kind, piece.level, piece.aside or bool(FURNITURE.fullmatch(text))))
        whole = "".join(texts)
        if not re.search(r"\w", whole):
            raise ValueError("there is no text in it")
        if len(whole) > MOST_CHARACTERS:
            raise ValueError(f"its text has {len(whole):,} characters, more than {MOST_CHARACTERS:,}")
        language = language or detect(whole)
        sentences = tuple(_sentences(whole, _once(whole, blocks), language))
        if not sentences:
            raise ValueError("there is no sentence in it, only headings or captions")
        return cls(flat(title) or first_words(whole), whole, tuple(blocks), sentences, language, source, url)


SEAM = 16  # characters before an end that say whether it is one
# Brackets that close and marks of notes belong to the end before them.
TAIL = re.compile(r"(?:(?<=[.!?…。．！？」』])[」』])*(?:[¹²³⁰-⁹]+|\[\w{1,5}\])*")
ORDINALS = {"cs", "da", "de", "et", "fi", "hr", "hu", "nb", "nn", "no", "sk", "sl"}  # they write 3. for the third
ORDINAL = r"(?:^|[ (])\d{1,2}\. ."
# After these no sentence ends: some before anything, some only before a number.
ABBREVIATIONS = {
    "de": (r"\b(?:[Cc]a|Fa)\. .", r"\b(?:[Nn]r|[Aa]bs)\. \d"),
    "en": (r"\b(?:Ft|[Aa]pprox)\. .", r"\b(?:[Vv]ol|[Cc]h|[Pp]ara|[Ff]igs?|[Ee]qs?|[Nn]o|[Mm]ax|pp)\. \d"),
    "fr": (r"\b(?:MM?|Mme|Dr|Ste?)\. .", r"\b[Aa]rt\. \d"),
    "ru": (r"\b(?:[Оо]к|[Тт]\. ?е)\. .", r"\b(?:[Рр]ис|[Тт]абл)\. \d"),
}

# What pages print around an article, as whole blocks: kept to be shown, never evidence.
FURNITURE = re.compile(
    r"(share|share (this|on \w+)( article| story| page)?|tweet|pin it|e-?mail|print|comments?|\d+ comments?|"
    r"advertisement|read more|related( articles| stories)?|subscribe|sign up|log ?in|follow us|"
    r"skip to (main )?content)\W*",
    re.IGNORECASE,
)

MOST_MARKS = 30  # combining ones, as in Unicode's stream-safe text: NFC takes the square of their number
SURPLUS = regex.compile(rf"(?<=\p{{M}}{{{MOST_MARKS}}})\p{{M}}+")


def canonical(text: str) -> str:
    """`text` as it is kept: NFC, LF line ends, tabs as spaces, nothing that is hidden or reorders, no white space at
    either end and none before a line end.

    Control, bidi, zero-width, tag and surplus variation characters go, and what more than MOST_MARKS stand on a letter.
    Applying it twice changes nothing.
    """
    text = unicodedata.normalize("NFC", SURPLUS.sub("", BREAKS.sub("\n", text))).replace("\t", "    ")
    while (cleaned := SURPLUS.sub("", JOINER.sub("", JOINERS.sub(r"\1", HIDDEN.sub("", text))))) != text:
        text = unicodedata.normalize("NFC", cleaned)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def flat(text: str) -> str:
    """`canonical` on one line: every run of white space is one space."""
    return canonical(" ".join(canonical(text).split()))


def first_words(text: str) -> str:
    """The beginning of `text`, whole words, at most 60 characters: the title of what has none."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= 60 else line[:60].rsplit(" ", 1)[0] + "…"


def detect(text: str) -> str:
    """The ISO 639-1 code of the language of `text` (py3langid); `en` where there are too few words to tell."""
    beginning = text[:20_000]
    if len("".join(filter(str.isalpha, beginning)).encode()) < 40:
        return "en"
    import py3langid  # here, not above: its model takes 0.7 s to load

    return str(py3langid.classify(beginning)[0])


def _gap(above: Kind, below: Kind) -> str:
    return "\n" if above == below and above in ("list item", "table row") else "\n\n"


def _once(text: str, blocks: list[Block]) -> Iterator[Block]:
    """The blocks that may be evidence: no heading, no aside, and of equal ones below one heading the first."""
    seen: set[str] = set()
    for block in blocks:
        words = text[block.start : block.end]
        if block.kind == "heading":
            seen.clear()
        elif not block.aside and words not in seen and re.search(r"\w", words):
            seen.add(words)
            yield block


def _sentences(text: str, blocks: Iterable[Block], language: str) -> Iterator[Span]:
    for block in blocks:
        words = text[block.start : block.end]
        if block.kind == "table row":
            ends = [(0, len(words))]
        elif block.kind == "code":
            ends = [line.span() for line in re.finditer(r".+", words)]
        else:
            found = sentencex.get_sentence_boundaries(language, words)
            ends = _whole(words, [(one["start_index"], one["end_index"]) for one in found], language)
        for start, end in ends:
            yield from _short(text, Span(block.start + start, block.start + end))


def _whole(words: str, spans: Iterable[tuple[int, int]], language: str) -> list[tuple[int, int]]:
    """The spans, made one where what parts two is no end; what belongs to an end goes with it, out of the next span."""
    unended = _unended(language)
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if not found:
            found.append((start, end))
            continue
        began, ended = found[-1]
        if start == ended and (tail := TAIL.match(words, start, end)):
            start = ended = tail.end()
            found[-1] = began, ended
        if not words[start:end].strip():
            continue
        left = words[max(began, ended - SEAM) : ended].strip()
        right = words[start : start + 2].strip()[:1]
        lower = right.islower() and re.search(r"[^.]\.$", left) and not words[began : began + 2].strip()[:1].islower()
        if lower or unended.search(f"{left} {right}"):
            found[-1] = began, end
        else:
            found.append((start, end))
    return found


@cache
def _unended(language: str) -> re.Pattern[str]:
    """What stands at a place that ends no sentence: the words before it, a space and the character after."""
    ways = [r"^\(?\d+[.)] .", *([ORDINAL] if language in ORDINALS else [])]
    return re.compile(f"(?:{'|'.join([*ways, *ABBREVIATIONS.get(language, ())])})$")


def _short(text: str, span: Span) -> Iterator[Span]:
    """`span` trimmed and cut into parts of at most LONGEST_SENTENCE characters; nothing if it is blank."""
    start, end = span.start, span.end
    while start < end:
        part = text[start : min(end, start + LONGEST_SENTENCE)]
        cut = len(part)
        if start + cut < end:
            ends = [[m.end() for m in regex.finditer(end, part)] for end in CUTS]
            cut = next((found[-1] for found in ends if found and found[-1] >= LONGEST_SENTENCE // 3), cut)
        lead = len(part[:cut]) - len(part[:cut].lstrip())
        body = part[:cut].strip()
        if body:
            yield Span(start + lead, start + lead + len(body))
        start += cut
