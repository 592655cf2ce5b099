"""What a word that points back points at: names and noun phrases of the question before and of what was said to it."""

import re
from collections.abc import Iterator, Sequence

from assistant.english import AUXILIARIES, DATE, MONTH, NAME, NO_SUBJECT, PAST, words
from assistant.turn import Turn

TITLE = r"(?:Mr|Mrs|Ms|Dr|Sir|Mayor|President|General|Colonel|King|Queen|Minister|Professor|Lord|Lady)\.? "
TITLES = rf"(?:{TITLE})*"
NAMED = re.compile(rf"\b({TITLES}{NAME})")
PLACE = re.compile(rf"\b(?:in|at|from|to|near|of) (?:the )?({NAME})")
# “The Chilean tubers”, “Danish sailors”: a name that tells what kind of thing the next word means.
PEOPLES = re.compile(
    r"\b(?:(?<=\b[Tt]he )|(?<=\b[Aa] )|(?<=\b[Aa]n )|(?=[A-Z]\w+(?:ian|ean|ish|ese|ani)\b))"
    rf"([A-Z]\w+)(?= (?!{PAST}|(?:is|has|will|can)\b)[a-z])"
)
INSTITUTION = re.compile(rf"\b[Tt]he (?!{TITLE})({NAME})")
HE = re.compile(r"\b(he|him|his)\b", re.IGNORECASE)
SHE = re.compile(r"\b(she|hers?)\b", re.IGNORECASE)
MEN, WOMEN = (
    re.compile(rf"\b(?:{kin})[.,]? ({NAME})")
    for kin in (
        "[Ff]ather|[Bb]rother|[Ss]on|[Hh]usband|Mr|King|Sir|Lord",
        "[Mm]other|[Ss]ister|[Dd]aughter|[Ww]ife|Mrs|Ms|Queen|Lady",
    )
)
ASKS_WHO = re.compile(r"(?:who|by whom|whose|which)\b", re.IGNORECASE)
ASKS_ANYBODY = re.compile(r"\b(?:any|some)(?:body|one)\b", re.IGNORECASE)
WHO_IS = re.compile(r"[Ww]ho (?:is|was|are|were) ([^?]+)\?*$")
WHICH = re.compile(r"(?:which|what) (\w+) (?:is|are|was|were|has|had|will)(?: (?:been )?(\w+ed))?\b", re.IGNORECASE)
WHAT = re.compile(r"what (?:did|does|do|has|have|had|can|could|will)\b", re.IGNORECASE)
IS_WHO = re.compile(rf"[Ww]ho (?:is|was|are|were) ({TITLES}{NAME})\?*$")
NO_NAME = AUXILIARIES | NO_SUBJECT | words("which whose whom a an the he she it they his her its their this that these")
COUNTED = re.compile(
    r"(?:\w+ )?(?:how many|which|what) (?:(?:more|other|new|of the|kinds? of) )?(\w+s)\b", re.IGNORECASE
)
VERB_FOLLOWS = frozenset(("did", "do", "does", "will", "would", "can", "could", "should", "must", "may", "might"))
WORD = re.compile(r"[\w’'-]+")
DONE = re.compile(r"(ed|en|built|made|held|sold|lost)$")
PREPOSITION = r"(?:of|in|at|on|from|for|to|between|with|near)"
LONGEST = 8  # words of a phrase
CLAUSE = AUXILIARIES | words("who whom whose what which when where why how")
NO_BEGIN = words("behind against over under of in at on from for to between with near by into about after before and")
END = words(
    "by in on at for to from with as and or when if because after before since until than that during under about into"
    " now today then again worth"
)


def person(pronoun: str, earlier: Sequence[Turn]) -> str:
    """Whom “he” or “she” stands for, after `earlier` turns, newest last."""
    known, other = genders(earlier), "she" if pronoun == "he" else "he"
    for turn in reversed(earlier):
        question = turn.searched_for
        mine, told = list(people(question)), [name for name in people(turn.answer) if name not in question]
        if ASKS_ANYBODY.search(question) or (ASKS_WHO.match(question) and not IS_WHO.match(question)):
            called = WHO_IS.match(question) or WHICH.match(question)
            if not told and called and plain(called[1]):
                return called[1] if called.re is WHO_IS else which(called)
            mine, told = told, mine
        elif carried := _carried(pronoun, turn.question, question):
            return carried
        for group in (mine, told):
            if fitting := [name for name in group if known.get(name) != other]:
                best = next((name for name in fitting if known.get(name) == pronoun), fitting[0])
                return _full(best, [turn.answer for turn in earlier] + [turn.searched_for for turn in earlier])
    return ""


def plain(phrase: str) -> bool:
    """Whether it can stand in the place of a pronoun: short, no clause, nothing that begins with a preposition."""
    parts = [word.strip(".,;:").casefold() for word in phrase.split()]
    return 0 < len(parts) <= LONGEST and not re.search("[,;:]", phrase) and parts[0] not in NO_BEGIN and not (
        CLAUSE & set(parts)
    )  # fmt: skip


def _full(name: str, texts: Sequence[str]) -> str:
    """The name with what goes before or behind it in one of `texts`: “Agnes” → “Agnes Rowe”, with a title if any."""
    for text in reversed(texts):
        for full in names(text):
            if full != name and (full.endswith(f" {name}") or (" " not in name and full.startswith(f"{name} "))):
                return full
    return name


def _carried(pronoun: str, put: str, whole: str) -> str:
    """Whom the pronoun already stood for in the question before: what stands in its place now that it is whole."""
    found = re.search(rf"\b{pronoun}\b", put, re.IGNORECASE)
    if not found:
        return ""
    before, after = put[: found.start()].split(), put[found.end() :].rstrip("? ")
    place = whole.casefold().find(before[-1].casefold()) + len(before[-1]) if before else 0
    end = whole.rstrip("? ").rfind(after) if after else len(whole.rstrip("? "))
    carried = whole[place:end].strip() if place < end else ""
    return "" if HE.fullmatch(carried) or SHE.fullmatch(carried) else carried  # it was not made whole


def which(found: re.Match[str]) -> str:
    """What “Which general was dismissed?” asks about: “the dismissed general”."""
    return f"the {found[2]} {found[1]}" if found[2] else f"the {found[1]}"


def genders(earlier: Sequence[Turn]) -> dict[str, str]:
    """“he” or “she” for each name, as far as kin and the pronouns of earlier questions tell."""
    known: dict[str, str] = {}
    for turn in earlier:
        known |= {found[1]: "he" for found in MEN.finditer(turn.answer)}
        known |= {found[1]: "she" for found in WOMEN.finditer(turn.answer)}
    for put, whole in ((turn.question, turn.searched_for) for turn in earlier):
        if bool(HE.search(put)) != bool(SHE.search(put)):
            new = [
                name for name in people(whole) if name not in put and not re.search(rf"{re.escape(name)}['’]", whole)
            ]
            known = {name: "he" if HE.search(put) else "she" for name in new} | known
    return known


def people(text: str) -> Iterator[str]:
    """Names that are plainly neither of places, peoples, institutions nor months, the full ones first."""
    others = {found[1] for pattern in (PLACE, PEOPLES) for found in pattern.finditer(text)}
    others |= {found[1] for found in INSTITUTION.finditer(text) if " " in found[1]}  # “the Brannock Bank”
    found = [name for name in names(text) if name not in others and not re.match(rf"(?:{MONTH})\b", name)]
    yield from sorted(found, key=lambda name: " " not in name)


def names(text: str) -> list[str]:
    """Capitalised words as they follow one another, without those that only begin a sentence."""
    found = []
    for match in NAMED.finditer(text):
        name = re.sub(r"['’]s?$", "", match[1])
        first, _, rest = name.partition(" ")
        begins = not text[: match.start()].strip(" “\"'(") or re.search(r"[.?!:]\W*$", text[: match.start()])
        if begins and first.casefold() in NO_NAME:
            name = rest
        if name and name.casefold() not in NO_NAME and not (begins and " " not in name and name.endswith("s")):
            found.append(re.sub(r"^(?:[A-Z]\w+['’]s )+", "", name))
    return list(dict.fromkeys(found))


def thing(earlier: Sequence[Turn], known: dict[str, str]) -> str:
    """What “it” stands for: the phrase with an article in the question before, or a name that is nobody's in it."""
    for turn in reversed(earlier):
        question = turn.searched_for
        if told := _told(turn):
            return told
        found = [phrase for phrase in phrases(question, turn.answer) if not _plural(phrase)]
        if found:
            return found[0]
        if named := [name for name in names(question) if name not in known]:
            return named[-1]
    return ""


def _told(turn: Turn) -> str:
    """What “What did they find?” was answered with: “a mosaic”, with which an answer begins, is “the mosaic”."""
    found = WHAT.match(turn.searched_for) and re.fullmatch(r"(?:an?|the) (\w[\w '’-]*)", turn.words)
    phrase = f"the {found[1]}" if found else ""
    return phrase if phrase and plain(phrase) and not _plural(phrase) else ""


def told_who(turn: Turn) -> str:
    """Who did it, where that was asked: “Who pumped the air?”, answered with “two boys”, is “the two boys”."""
    words = re.sub(r"^by ", "", turn.words)
    if not re.match(r"who (?!(?:is|was|are|were)\b)", turn.searched_for, re.IGNORECASE) or not plain(words):
        return ""
    return words if re.match(r"[A-Z]|the\b", words) else f"the {re.sub('^an? ', '', words)}"


def things(earlier: Sequence[Turn]) -> str:
    """What “they” stands for: a plural of the question before."""
    for turn in reversed(earlier):
        question = turn.searched_for
        words = question.rstrip("?").split()
        subject = next((n for n, word in enumerate(words) if word.casefold() in AUXILIARIES), -1) + 1
        both, counted = re.search(rf"\b({NAME} and {NAME})", question), COUNTED.match(question)
        found = [
            both[1] if both else "",
            *(phrase for phrase in phrases(question, turn.answer) if _plural(phrase)),
            _bare_plural(words[subject:]),
            which(asks) if (asks := WHICH.match(question)) and _plural(asks[1]) else "",
            f"the {counted[1]}" if counted else "",
            _bare_plural(words),
        ]
        if first := next(filter(None, found), ""):
            return first
    asked = (word for turn in reversed(earlier) for word in reversed(WORD.findall(turn.searched_for)))
    return next((word for word in asked if len(word) > 3 and _plural(word)), "")


def _bare_plural(words: Sequence[str]) -> str:
    """The first run of common words that ends in a plural: “night trams”."""
    for place, word in enumerate(words[:3]):
        if _plural(word) and word.casefold() not in AUXILIARIES and len(word) > 3:
            alone = any(before.casefold() in NO_NAME | END for before in words[:place])
            return word if alone else " ".join(words[: place + 1])
    return ""


def _plural(phrase: str) -> bool:
    head = re.split(rf" {PREPOSITION} ", phrase)[0].split()[-1]
    return bool(re.search(r"[^s\W]s$", head)) and head.islower() and not head.endswith(("us", "is"))


def place(earlier: Sequence[Turn]) -> str:
    """What “there” stands for: “in Amsterdam”."""
    for text in _back(earlier):
        found = re.findall(rf"\b((?:in|at|on|near|to) (?:the )?{NAME})", text)
        if found:
            return re.sub("^to ", "in ", found[-1])
    return ""


def date(earlier: Sequence[Turn]) -> str:
    """What “then” stands for: “in May 1903”."""
    for text in _back(earlier):
        if found := DATE.search(text):
            return found[0]
    return ""


def _back(earlier: Sequence[Turn]) -> Iterator[str]:
    for turn in reversed(earlier):
        yield turn.searched_for
        yield turn.answer


def phrases(question: str, answer: str) -> list[str]:
    """The phrases that begin with an article in a question, the first first: “the lighthouse at Storr Point”."""
    words = question.rstrip("?!. ").split()
    found = []
    place = 0
    while place < len(words):
        if words[place].casefold() in ("the", "a", "an") or re.search(r"\w['’]s$", words[place]):
            end = _end(words, place, answer)
            if end > place + 1:
                first = "the" if words[place].casefold() in ("a", "an") else words[place]
                found.append(" ".join([first, *words[place + 1 : end]]))
                place = end - 1
        place += 1
    return found


def _end(words: Sequence[str], start: int, answer: str) -> int:
    """Where the phrase that begins at `start` ends: before a verb, or the preposition of something else."""
    end = start + 1
    while end < len(words) and words[end].casefold() not in AUXILIARIES and (
        words[end].casefold() not in END or _attached(words, end)
    ):  # fmt: skip
        end += 1
    asks = words[start - 1].casefold() if start else ""
    if asks not in AUXILIARIES:
        return end
    told = " ".join(WORD.findall(answer.casefold()))
    last = end - (asks in VERB_FOLLOWS)  # a subject leaves room for its verb
    if last == len(words) and words[-1][:1].isupper():  # no participle: “when were the talks in Washington”
        return last
    for stop in range(last, start + 1, -1):
        phrase = " ".join(WORD.findall(" ".join(words[start + 1 : stop]).casefold()))
        if stop < len(words) and re.search(rf"\b{re.escape(phrase)}\b", told):
            return stop
    done = end > start + 2 and DONE.search(words[end - 1])
    return end - 1 if done else last


def _attached(words: Sequence[str], place: int) -> bool:
    """Whether a preposition joins a name or a thing to the phrase: “the factory in Porto”, “the end of the war”."""
    after = words[place + 1] if place + 1 < len(words) else ""
    joins = re.fullmatch(PREPOSITION, words[place].casefold())
    return (
        bool(joins) and (after[:1].isupper() or words[place] == "of") and not after.startswith(tuple(MONTH.split("|")))
    )
