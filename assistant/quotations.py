"""Quotations inside a statement, and whether they stand in what it cites, word for word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from assistant.negations import NEGATIONS, denies
from assistant.plain import found_at, listed, tokens

QUOTED = regex.compile(
    r"„(?P<q>[^„“”]*)(?:[“”]|$)|“(?P<q>[^“”]*)(?:”|$)|«(?P<q>[^«»]*)(?:»|$)|»(?P<q>[^«»]+)«"
    r"|[「『](?P<q>[^」』]*)(?:[」』]|$)|(?<!\d)\"(?P<q>[^\"]*)(?:\"|$)"
    r"|(?<![\w’])‘(?P<q>[^‘\n]*?)’(?!\w)"
    r"|(?<![\w'])'(?=\S)(?P<q>[^'\n]*(?:(?<=\w)'(?=\w)[^'\n]*)*)(?<=\S)'(?!\w)"
)
BLOCK_LINE = regex.compile(r"^[^\S\n]*>[^\S\n]?(.*)$", regex.MULTILINE)
SIGNATURE = regex.compile(r"\s*[—–-]")  # the line of a quoted block that says whose words they are

REACH = 6  # words before a quotation in which a negation reaches into it
BREAKS = frozenset(".,;:!?()—…") | {"but", "and", "or", "although", "though", "while", "whereas", "yet", "because"}
LEFT_OPEN = frozenset(
    listed("am are be been can could did do does had has have is may might must ought shall should was were will would")
)
SIGNS = frozenset("$€£¥₽₹-+")  # a number that is cut off from one of these is another number
MEASURES = frozenset(listed("% ‰ ° € £ $ - hundred thousand million billion trillion percent per pct dozen"))


@dataclass(frozen=True)
class Run:
    """Text of an article from the first to the last of adjacent cited sentences, and each of them, as tokens."""

    whole: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]


def quotations(said: str) -> tuple[list[str], str]:
    """What `said` puts in quotation marks or quotes as a block, and the words around it."""
    lines = [line for line in BLOCK_LINE.findall(said) if line.strip() and not SIGNATURE.match(line)]
    outside = BLOCK_LINE.sub(lambda line: line[1] if SIGNATURE.match(line[1]) else "", said)
    quoted = ["\n".join(lines)] if lines else []
    quoted += [found["q"] for found in QUOTED.finditer(outside)]
    return [quote for quote in quoted if any(map(str.isalnum, quote))], QUOTED.sub(" ", outside)


def stands(quotation: str, runs: Sequence[Run], *, negated: bool) -> bool:
    """Whether `quotation` stands verbatim in one of `runs`, uncut before or after a negation, unless the statement
    around it is `negated`, and with no number parted from its sign or measure.

    An ellipsis may part words of one sentence when no negation is left out.
    """
    words = _without_end(tokens(quotation))
    if any(_uncut(run.whole, at, at + len(words), negated) for run in runs for at in found_at(words, run.whole)):
        return True
    parts = _parts(words)
    alone = [run.whole for run in runs] if len(parts) == 1 else [sentence for run in runs for sentence in run.sentences]
    return any(_in_order(parts, 0, sentence, negated) for sentence in alone)


def without(text: str, quoted: Sequence[str]) -> str:
    """`text` without the words that are `quoted`."""
    for quotation in quoted:
        words = r"[\s\p{P}\u00ad]*".join(regex.escape(word) for word in _without_end(tokens(quotation)))
        text = regex.sub(words, " ", text, flags=regex.IGNORECASE) if words else text
    return text


def fills(statement: str, runs: Sequence[Run]) -> bool:
    """Whether `statement` is one or more whole sentences of a run, word for word."""
    words = _without_end(tokens(statement))
    return any(words == _without_end(whole) for run in runs for whole in _wholes(run, len(words)))


def _wholes(run: Run, count: int) -> Iterator[tuple[str, ...]]:
    """The stretches of whole sentences that have about `count` words."""
    yield run.whole
    for first in range(len(run.sentences)):
        joined: tuple[str, ...] = ()
        for sentence in run.sentences[first:]:
            joined += sentence
            yield joined
            if len(joined) > count + 2:
                break


def _without_end(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[-1] in (".", ",", "。"):
        words = words[:-1]
    return words


def _parts(words: Sequence[str]) -> list[tuple[str, ...]]:
    parts: list[tuple[str, ...]] = [()]
    for word in words:
        parts = [*parts, ()] if word == "…" else [*parts[:-1], (*parts[-1], word)]
    return [part for part in map(_without_end, parts) if part]


def _in_order(parts: Sequence[Sequence[str]], start: int, sentence: Sequence[str], negated: bool) -> bool:
    """Whether `parts` follow one another in `sentence` from `start` and no negation stands between them."""
    if not parts:
        return False
    for at in found_at(parts[0], sentence, start):
        end = at + len(parts[0])
        if (start and denies(sentence[start:at])) or not _measured(sentence, at, end):
            continue
        if not start and not negated and _reached(sentence, at):
            continue
        if len(parts) == 1 and (negated or not _flips(sentence, end)):
            return True
        if _in_order(parts[1:], end, sentence, negated):
            return True
    return False


def _uncut(words: Sequence[str], start: int, end: int, negated: bool) -> bool:
    return _measured(words, start, end) and (negated or not (_reached(words, start) or _flips(words, end)))


def _reached(words: Sequence[str], start: int) -> bool:
    """Whether a negation before `start` speaks about what begins there."""
    if start > 1 and words[start - 1] == "-" and words[start - 2].lower() == "non":
        return True
    reach: list[str] = []
    for word in reversed(words[max(0, start - REACH) : start]):
        if word.lower() in BREAKS:
            break
        reach.insert(0, word)
    return denies(reach)


def _flips(words: Sequence[str], end: int) -> bool:
    """Whether what ends at `end` goes on with a negation."""
    ahead: list[str] = []
    for word in words[end : end + (4 if words[end - 1].lower() in LEFT_OPEN else 1)]:
        if word.lower() in BREAKS:
            break
        ahead.append(word.lower())
    return any(word in NEGATIONS for word in ahead)


def _measured(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a number at either end keeps its sign, its currency and its measure."""
    before, after = words[start - 1] if start else "", words[end].lower() if end < len(words) else ""
    first, last = words[start], words[end - 1]
    if first[0].isdecimal() and before in SIGNS:
        return False
    return not (after in MEASURES and (last[0].isdecimal() or after.isalpha() and after not in ("per",)))
