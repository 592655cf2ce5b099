"""A statement of a model, checked against the sentences it cites."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant import bounds, dates, names, numbers, polarity, roles
from assistant.answer import State
from assistant.clauses import VERB
from assistant.drafts import Draft
from assistant.negations import WORD, denies
from assistant.plain import HEADING, listed, plain, tokens
from assistant.quotations import Run, fills, quotations, stands, without
from index.article import Span
from index.keywords import terms
from index.library import Kept

# How far sentences support a statement, from 0 to 1, and whether they were read for that, or only compared.
Support = Callable[[str, "Sequence[Shown]"], tuple[float, bool]]

ANSWERING = re.compile(r"^\W*(?:yes|no)(?:\s*[,.:;—–]|\s-)\s*", re.IGNORECASE)  # it says no to the question, of nothing
PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|them|his|hers|its|theirs?)\b", re.IGNORECASE)
REACH = 3  # sentences before a pronoun in which whom it means is looked for
SELF = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself)\b")
CUT_MARKER = re.compile(r"[\[【］][\d ,–-]*\Z")
LONGEST_CHECKED = 20_000  # characters of a statement; a longer one is none
# The support that overcomes a doubt of grammar: a weak one, which is raised as often for sound statements as for false
# ones in other words, and a strong one. Chosen with calibration_claims.jsonl and tests/evals.
LIKELY, SURE = 0.48, 0.55
ALMOST, PART, FEW, HALF = 0.9, 0.3, 6, 0.5  # of the words, and their number, that make a statement near to its source
COMMA_LANGUAGES = frozenset(listed("de fr es it pt ru nl pl cs da sv nb no fi tr uk ro el hu id"))  # 1.500 is 1500


@dataclass(frozen=True)
class Shown:
    """A sentence as the model saw it: its number, from 1, and where it stands, `kept.article.sentences[number]`."""

    n: int
    kept: Kept
    number: int

    @property
    def span(self) -> Span:
        return self.kept.article.sentences[self.number]

    @property
    def text(self) -> str:
        return self.kept.article[self.span]


@dataclass(frozen=True)
class Checked:
    """A draft with its state. `shown` is what supports it, in order; an unsupported one has none, and a `reason`."""

    draft: Draft
    state: State
    shown: tuple[Shown, ...]
    reason: str


class Checker:
    """Checks drafts against the sentences that were shown.

    `support` says how far the cited sentences support a statement; below `floor` they do not. What the rules of
    grammar doubt must have more of it, and must have been read.
    """

    def __init__(self, shown: Sequence[Shown], support: Support, floor: float) -> None:
        self.shown = {sentence.n: sentence for sentence in shown}
        self.support, self.floor = support, floor

    def check(self, draft: Draft) -> Checked:
        """The state of `draft`: `quoted` is verbatim, `supported` says no fact that the cited sentences lack."""
        if reason := self._uncited(draft):
            return Checked(draft, "unsupported", (), reason)
        cited = tuple(self.shown[number] for number in draft.numbers)
        state, reason = self._judged(draft.said, cited)
        if reason and (naming := self._naming(draft.said, cited)):
            again, why = self._judged(draft.said, cited, naming)
            state, reason, cited = (again, why, (*cited, *naming)) if not why else (state, reason, cited)
        return Checked(draft, state, () if reason else cited, reason)

    def _uncited(self, draft: Draft) -> str:
        if len(draft.said) > LONGEST_CHECKED:
            return "It is too long to be checked."
        if not any(map(str.isalnum, draft.said)):
            return "It says nothing."
        if not draft.numbers:
            return "It cites nothing."
        return next((f"It cites [{n}], which was not shown." for n in draft.numbers if n not in self.shown), "")

    def _naming(self, said: str, cited: tuple[Shown, ...]) -> tuple[Shown, ...]:
        """The shown sentences that name whom pronouns in `cited` mean; none where a name stays missing."""
        statement = dates.dates(plain(said))[1]
        found: list[Shown] = []
        while name := _unnamed(statement, [*cited, *found]):
            near = (one for one in self._before(cited) if one not in found)
            before = next((one for one in near if names.stands(name, one.text)), None)
            if before is None:
                return ()
            found.append(before)
        return tuple(found)

    def _before(self, cited: Sequence[Shown]) -> Iterator[Shown]:
        """The shown sentences not far before those of `cited` that have a pronoun, the nearest first."""
        there = {(one.kept.id, one.number): one for one in self.shown.values()}
        for back in range(1, REACH + 1):
            for one in cited:
                if PRONOUN.search(one.text) and (near := there.get((one.kept.id, one.number - back))):
                    yield near

    def _judged(self, said: str, cited: Sequence[Shown], naming: Sequence[Shown] = ()) -> tuple[State, str]:
        """`naming` are further sentences, which say who is meant and no more."""
        runs = _runs(cited)
        quoted, outside = quotations(said)
        negated = denies(WORD.findall(plain(outside)))
        for quotation in quoted:
            if not stands(quotation, runs, negated=negated):
                return "unsupported", f"“{_short(quotation)}” does not stand in the cited sentences."
        statement = _bare(said)
        if spoken := _self(plain(outside), cited):
            return "unsupported", f"“{spoken}” does not stand in the cited sentences."
        if fills(statement, runs):
            return "quoted", ""
        if "```" in said or "~~~" in said:
            return "unsupported", "It is code that does not stand in the cited sentences."
        text, every = plain(said), [*cited, *naming]
        figures = _figures(text, cited)
        if missing := numbers.missing(*figures) or _unnamed(dates.dates(text)[1], every):
            return "unsupported", f"“{missing}” does not stand in the cited sentences."
        if bounded := bounds.changed(*figures):
            doubt, needed = f"It gives “{bounded}” another limit than the cited sentences do.", SURE
        else:
            doubt, needed = _doubtful(text, plain(outside), quoted, every)
        if stands(statement, runs, negated=False):
            return ("unsupported", doubt) if doubt else ("quoted", "")
        told = plain(HEADING.sub(lambda found: found[0] if VERB.search(found[0]) else "", said))
        return self._weighed(told or text, every, doubt, needed)

    def _weighed(self, statement: str, cited: Sequence[Shown], doubt: str, needed: float) -> tuple[State, str]:
        """Whether the support is enough for a statement, of which there may be a `doubt`."""
        if doubt and _near(statement, cited):
            return "unsupported", doubt
        chance, read = self.support(statement, cited)
        if doubt and not (read and chance >= needed):
            return "unsupported", doubt
        if chance < self.floor:
            return "unsupported", "The cited sentences do not say this."
        return "supported", ""


def _unnamed(statement: str, cited: Sequence[Shown]) -> str:
    """The first name of `statement`, whose dates were taken out, that the cited sentences lack, or ""."""
    return names.missing(statement, [one.text for one in cited], list(_titles(cited)))


def _doubtful(statement: str, outside: str, quoted: Sequence[str], cited: Sequence[Shown]) -> tuple[str, float]:
    """Why the cited sentences seem to say something else than `statement`, and the support that overcomes it; or "".

    What is `quoted` is verbatim, so it is enough that the words `outside` deny no more and no less than theirs.
    """
    statement, outside = (ANSWERING.sub("", text) for text in (statement, outside))
    rest = [(without(text, quoted), language) for text, language in _spoken(cited)]
    if unheard := polarity.unheard(statement, [*_spoken(cited), *((title, "en") for title in _titles(cited))]):
        return f"“{unheard}” does not stand in the cited sentences.", LIKELY
    if denied := polarity.denial(statement, _spoken(cited)) and polarity.denial(outside, rest):
        return denied, LIKELY
    texts = [sentence.text for sentence in cited]
    contrary = polarity.contradiction(statement, _spoken(cited)) or roles.exchanged(
        statement, texts, _continental(cited)
    )
    return contrary, SURE


def _near(statement: str, cited: Sequence[Shown]) -> bool:
    """Whether it stays with the words of the cited sentences, or is short: there the verifier overlooks a turned word,
    which the rules do not."""
    language = cited[0].kept.article.language
    said = set(terms(statement, language))
    there = {word for text, spoken in _spoken(cited) for word in terms(text, spoken)}
    shared = len(said & there)
    return (shared >= ALMOST * len(said) and shared >= PART * len(there)) or (
        len(said) <= FEW and shared >= HALF * len(said)
    )


def _figures(statement: str, cited: Sequence[Shown]) -> tuple[numbers.Figures, numbers.Figures]:
    """The figures of the statement, and of what it cites."""
    texts = (statement, "\n".join(sentence.text for sentence in cited))
    said, there = (numbers.figures(text, _continental(cited)) for text in texts)
    return said, there


def _spoken(cited: Sequence[Shown]) -> list[tuple[str, str]]:
    """The cited sentences with their languages."""
    return [(sentence.text, sentence.kept.article.language) for sentence in cited]


def _continental(cited: Sequence[Shown]) -> bool:
    return any(sentence.kept.article.language in COMMA_LANGUAGES for sentence in cited)


def _self(statement: str, cited: Sequence[Shown]) -> str:
    """The word by which the model speaks of itself, "" where it does not or the cited sentences say it too."""
    said = dict.fromkeys(SELF.findall(statement))
    return next((word for word in said if not any(word in SELF.findall(sentence.text) for sentence in cited)), "")


def _titles(cited: Sequence[Shown]) -> Iterator[str]:
    for sentence in cited:
        yield sentence.kept.article.title
        yield from sentence.kept.article.section(sentence.span.start).split(" › ")


def _runs(cited: Sequence[Shown]) -> list[Run]:
    """The cited sentences in the order of their articles, adjacent ones as one run of its text."""
    runs: list[list[Shown]] = []
    for sentence in sorted(cited, key=lambda shown: (shown.kept.id, shown.number)):
        last = runs[-1][-1] if runs else None
        if last and last.kept.id == sentence.kept.id and last.number + 1 >= sentence.number:
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return [_run(run) for run in runs]


def _run(run: Sequence[Shown]) -> Run:
    whole = run[0].kept.article[Span(run[0].span.start, run[-1].span.end)]
    return Run(tokens(whole), tuple(tokens(sentence.text) for sentence in run))


def _bare(said: str) -> str:
    """What `said` says without Markdown and the punctuation that ends it."""
    return CUT_MARKER.sub("", plain(said)).rstrip(" \n.,;:!?。！？")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"
