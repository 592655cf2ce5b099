"""Questions that an article's own headings and sentences suggest, by general rules of grammar."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from assistant.english import DATE, JOINING, NAME, NO_SUBJECT, PAST, POINTING, inverted, lowered, points
from index.article import Article, Block, Span

LONGEST = 90  # characters of a question
LONGEST_TOPIC = 60
# What follows a name that is no adjective before its noun.
AFTER_NAME = (
    r"(?=$|[,;:)]| (?:is|are|was|were|and|or|to|in|on|at|by|of|for|from|with|as|has|had|will|would|can|that)\b)"
)

# “What does the article say about …?”, where a topic in quotation marks needs no inflection.
ABOUT = {
    "de": "Was sagt der Artikel über „{}“?", "fr": "Que dit l’article sur « {} » ?",
    "es": "¿Qué dice el artículo sobre «{}»?", "it": "Che cosa dice l’articolo su «{}»?",
    "pt": "O que diz o artigo sobre “{}”?", "nl": "Wat zegt het artikel over “{}”?",
    "ru": "Что сказано в статье о теме «{}»?", "pl": "Co mówi artykuł na temat „{}”?",
    "sv": "Vad säger artikeln om ”{}”?", "tr": "Makale “{}” hakkında ne diyor?",
    "hy": "Ի՞նչ է ասվում հոդվածում «{}» թեմայի մասին", "uk": "Що сказано у статті про тему «{}»?",
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A question for `articles`, and the place that should answer it; None where any may."""

    question: str
    articles: tuple[str, ...]
    source: Span | None = None


def candidates(name: str, article: Article) -> Iterator[Candidate]:
    """The most natural kinds in turn, each from the beginning of the article to its end."""
    english = article.language == "en"
    kinds: list[Callable[[Article], Iterator[tuple[str, Span | None]]]] = (
        [_whys, _people, _headings, _whens, _things, _dates, _amounts, _topics] if english else [_titled]
    )
    for row in zip_longest(*(_spread(list(kind(article))) for kind in kinds)):
        for question, source in filter(None, row):
            if len(question) <= LONGEST:
                yield Candidate(question[0].upper() + question[1:], (name,), source)


def _spread(found: list[tuple[str, Span | None]]) -> list[tuple[str, Span | None]]:
    """The first, then one of the middle, then the rest: what is taken from the front comes from everywhere."""
    middle = len(found) // 2
    return [found[0], found[middle], *found[1:middle], *found[middle + 1 :]] if len(found) > 2 else found


def _sentences(article: Article) -> Iterator[tuple[str, Span]]:
    for span in article.sentences:
        yield re.sub(r"^\W+", "", article[span]).rstrip(" .!"), span


def _whys(article: Article) -> Iterator[tuple[str, Span | None]]:
    for text, span in _sentences(article):
        announced = re.search(r"\breasons? why (.+)$", text)
        caused = re.match(r"([^,;:]+?),? because (?!of\b)", text)
        clause = announced[1] if announced else caused[1] if caused else ""
        asked = inverted(clause, article.text) if clause and not points(clause) else ""
        if asked and not re.search(r"\breason\b", asked):
            yield f"Why {asked}?", span


def _people(article: Article) -> Iterator[tuple[str, Span | None]]:
    """Names with a title before them or “who” behind."""
    seen = set()
    for text, span in _sentences(article):
        ranked = (
            rf"(?:General|Colonel|President|Minister|Professor|Dr\.?|Mr\.?|Mrs\.?|Ms\.?|Sir|King|Queen|leader) ({NAME})"
        )
        for found in re.finditer(
            rf"({NAME}), (?:who|an?|the|former) |{ranked}|({NAME}) (?:was born|is an? \w+er\b)", text
        ):
            name = re.sub(r"^((General|Colonel|The) )+", "", next(filter(None, found.groups())))
            if " " in name and " of " not in name and name not in seen and name.split()[0].casefold() not in NO_SUBJECT:
                if re.search(rf"\bthe {re.escape(name)}", article.text, re.IGNORECASE):
                    continue
                seen.add(name)
                yield f"Who {'was' if ' born ' in text else 'is'} {name}?", span


def _headings(article: Article) -> Iterator[tuple[str, Span | None]]:
    for section, heading in _sections(article):
        topic = heading.rstrip(" .:")
        if topic.endswith("?"):
            yield topic, section
            continue
        told = re.search(r"(?:^|: )(why|what|how|where|when) (.+)$", topic, re.IGNORECASE)
        if told:
            word, clause = told.groups()
            asked = "" if points(clause) or "," in clause else inverted(clause, article.text)
            if asked:
                yield f"{word} {asked}?", section
        elif (
            len(topic) <= LONGEST_TOPIC
            and " " in topic
            and topic.split()[0].casefold() not in NO_SUBJECT
            and not points(topic)
            and not re.search(r"[:?]", topic)
        ):
            yield f"What does the article say about {_within(topic, article)}?", section


def _titled(article: Article) -> Iterator[tuple[str, Span | None]]:
    """Headings of an article in another language: those that ask, and those that can be asked about."""
    for section, heading in _sections(article):
        if heading.endswith(("?", "？", "؟", ";")):
            yield heading, section
        elif article.language in ABOUT and len(heading) <= LONGEST_TOPIC:
            yield ABOUT[article.language].format(heading.strip(' .:„“”«»"')), section


def _sections(article: Article) -> Iterator[tuple[Span, str]]:
    """Each heading below the title with the text under it."""
    headings = [block for block in article.blocks if block.kind == "heading" and not block.aside]
    for heading, after in pairwise([*headings, Block(len(article.text), len(article.text))]):
        words = article[heading]
        if words != article.title and any(heading.end <= s.start < after.start for s in article.sentences):
            yield Span(heading.end, after.start), words


def _within(topic: str, article: Article) -> str:
    return lowered(topic, article.text)


def _dates(article: Article) -> Iterator[tuple[str, Span | None]]:
    seen = set()
    for text, span in _sentences(article):
        for found in DATE.finditer(text):
            joint, date = found["joint"].lower(), found["date"]
            if date in seen or "mid" in date:
                continue
            seen.add(date)
            if re.search(r"\b(will|expires?|is to|would)\b", text):
                yield f"What will happen {joint} {date}?", span
            elif re.search(PAST, text):
                yield f"What happened {joint} {date}?", span


def _things(article: Article) -> Iterator[tuple[str, Span | None]]:
    """What a sentence says that something is."""
    for text, span in _sentences(article):
        found = re.match(r"(The [\w“”\"’' -]{3,40}?) (is|are|was|were) (?!not\b|also\b)(.+)", text)
        if found and _plain(found[1]):
            subject, verb, rest = found.groups()
            if re.match(r"(an?|the|one|intended|meant|designed|supposed|made|used|called)\b", rest):
                yield f"What {verb} {lowered(subject, article.text)}{_purpose(rest)}?", span


def _purpose(rest: str) -> str:
    meant = re.match(r"(intended|meant|designed|supposed) to\b", rest)
    return f" {meant[0]} do" if meant else ""


def _whens(article: Article) -> Iterator[tuple[str, Span | None]]:
    """The time of what a sentence says was done."""
    for text, span in _sentences(article):
        found = re.match(
            r"((?:The |[A-Z])[\w’' -]{3,60}?) (was|were) ((?:\w+ed|built|made|born|begun|held|sold|lost|won)\b[^,;]*)",
            text,
        )
        if found and _plain(found[1]) and DATE.search(found[3]):
            subject, verb, rest = found.groups()
            done = re.split(r" (?:by|in|on|at|for|with|to)\b", rest)[0]
            yield f"When {verb} {lowered(subject, article.text)} {done}?", span


def _amounts(article: Article) -> Iterator[tuple[str, Span | None]]:
    for text, span in _sentences(article):
        found = re.match(r"((?:The |[A-Z])[\w’' -]{2,50}?) (costs?) [^ ]*\d", text)
        if found and _plain(found[1]):
            yield f"How much {'does' if found[2] == 'costs' else 'did'} {lowered(found[1], article.text)} cost?", span


def _plain(subject: str) -> bool:
    """Whether it can be named in a question: it points at nothing, and no clause begins in it."""
    words = {word.casefold() for word in re.findall(r"\w+", subject)}
    return not words & (POINTING | JOINING | {"first", "second", "next", "last", "reason", "and"}) and (
        subject.split()[0].casefold() not in NO_SUBJECT
    )


def _topics(article: Article) -> Iterator[tuple[str, Span | None]]:
    """The names that the article comes back to."""
    counted: Counter[str] = Counter()
    for text, _ in _sentences(article):
        counted.update(found[1] for found in re.finditer(rf"(?<=[a-z,] )((?:the )?{NAME}){AFTER_NAME}", text))
    for name, count in sorted(counted.items(), key=lambda one: (" " not in one[0], -one[1])):
        if count > 1 and not re.fullmatch(r"[IVX]+|.*['’]s", name):
            yield f"What does the article say about {name}?", None
