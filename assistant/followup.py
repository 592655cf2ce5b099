"""English follow-up questions made whole by rules: pronouns, “and in 2025?”, “why?”, “what about X?”."""

import re
from collections.abc import Sequence

from assistant import antecedents
from assistant.english import AUXILIARIES, DATE, JOINING, MONTH, NAME, PAST
from assistant.turn import Turn
from index.keywords import terms

OPENING = re.compile(r"^(?:(?:and|but|so|then|or|also|ok(?:ay)?|well|now|yes|no)\b[,.]? )+", re.IGNORECASE)
ABOUT = re.compile(r"(?:(?:and|but|so)\b,? )?(?:what|how) about (?P<other>.+)$", re.IGNORECASE)
WORD = r"(?:who(?:m|se)?|what|which|when|where|why|how)"
BEFORE = r"(?:by|to|from|in|on|since|at|of|for|with|until|under) "
MANNER = "(?: (?:much|many|often|long|far|high|old|big|fast|large|so|not|exactly|else|come|for|year|month|day|date))*"
# A question that is only its question word: “By whom?”, “How often?”, “In what year?”.
BARE = re.compile(rf"(?:{BEFORE})?{WORD}{MANNER}\W*$", re.I)
# The same with its preposition behind it: “What of?”, “Where to?”.
STRANDED = re.compile(r"(?P<asks>who|what|where|when) (?P<rest>of|to|from|with|by|about|on|in|until|since)\W*$", re.I)
# A question word of what was told as a whole: “When was that?”, “Why did this happen?”.
EVENT = re.compile(
    rf"(?P<asks>(?:{BEFORE})?{WORD}{MANNER}) "
    r"(?:(?:was|is) (?:that|this)|(?<=when )was it|(?:did|does) (?:that|this|it) (?:happen|take place))\W*$",
    re.I,
)
WHY = re.compile(r"(?P<asks>why) (?P<rest>(?!not\b)\w+(?: \w+){0,2})\W*$", re.I)  # “Why so late?”
TIMES = re.compile(r"\b(?:before|after|during|since|until)\b", re.I)
NOUN = re.compile(r"why (?:the|this|that|such an?) \w+(?= ?(?:\?|$))", re.I)  # “Why the delay?”
ASKING = re.compile(rf"(?P<asks>(?:{BEFORE})?{WORD}\b.*?) ?\b(?P<rest>(?:{'|'.join(sorted(AUXILIARIES))})\b.*)$", re.I)
YEAR = re.compile(rf"\b(?:(?:{MONTH}) )?(?:1[0-9]|20)\d\d\b|\b(?:{MONTH})\b(?: \d{{1,2}})?")
# “That” alone, not “that bridge”: at the end, before the last word, or before a word that no noun follows.
ALONE = r"(?= ?(?:\?|$)| \w+ ?(?:\?|$)| (?:an?|the|in|on|at|of|for|by|to|with|so|too)\b)"
PRONOUN = re.compile(
    r"\b(?P<word>he|him|his|she|hers?|it|its|they|them|theirs?|there|then"
    rf"|(?:(?<=did )|(?<=does )|(?<=do )|(?<=was )|(?<=is )|(?<=were )|(?<=are ))(?:this|that|these|those){ALONE}"
    r"|(?:this|that|these|those)(?= ?(?:\?|$)))\b(?! own\b)",
    re.I,
)
AGENT = re.compile(r"\b(?:do|did|have|had|can|could|will|would) $", re.I)  # who is asked what they do
ONE = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.I)
POSSESSIVE = ("his", "its", "their", "her")
REACH = 2  # questions back, as far as “it” points
ENOUGH = 2  # words of substance before a possessive: then it may point at them
JOINED = JOINING | {"and", "after", "before", "until"}


def leans(question: str) -> bool:
    """Whether it cannot be understood without what was said before."""
    rest = OPENING.sub("", question, count=1)
    alone = ABOUT.match(question) or BARE.match(rest) or EVENT.match(rest) or _split(rest) or _short(question)
    return bool(alone or _pointing(rest))


def _split(question: str) -> re.Match[str] | None:
    """“Why so late?”, without a verb that one could see, or “What of?”: the rest goes behind the question before."""
    found = WHY.match(question) or STRANDED.match(question)
    return found if found and not AUXILIARIES & set(found["rest"].casefold().split()) else None


def _short(question: str) -> bool:
    """Whether it opens as one that goes on, and has no verb: “and in 2025?”, “or the market?”."""
    verbs = {
        word.strip("?!.,").casefold() for word in question.split()[:3] if word.strip("?!.,") != "May"
    } & AUXILIARIES
    return bool(OPENING.match(question)) and not verbs and not re.search(rf"\b{WORD}\b", question, re.I)


def _pointing(question: str) -> list[re.Match[str]]:
    """The words in it that point at what was said before, not at the question's own words."""
    found = []
    for match in PRONOUN.finditer(question):
        before = question[: match.start()]
        inner = match["word"].casefold() in POSSESSIVE and not _object(question, match)
        clause = any(word.casefold() in JOINED for word in re.findall(r"\w+", before)[1:])
        idle = match["word"].casefold() == "there" and re.search(r"\b(is|are|was|were|be|been)$", before.rstrip(), re.I)
        own = len(terms(before, "en"))  # words of substance that it may point at
        if not idle and not (inner and own >= ENOUGH) and not (clause and own):
            found.append(match)
    return found


def whole(question: str, earlier: Sequence[Turn]) -> str:
    """The question as it would be asked alone, after the `earlier` turns, newest last."""
    last = earlier[-1]
    about = ABOUT.match(question)
    rest = about["other"] if about else OPENING.sub("", question, count=1)
    if event := EVENT.match(rest):
        return _sentence(_asked_again(event["asks"], last))
    if drop := NOUN.match(rest):
        return _sentence(f"{drop[0]} ({topic(last.searched_for)})")
    if split := _split(rest):
        return _sentence(f"{_asked_again(split['asks'], last).rstrip(' ?')} {split['rest']}")
    rest = _resolved(rest, earlier)
    if not re.search(r"\w", rest):  # “And?”
        return question
    if about or _short(question):
        return _sentence(_parallel(rest.strip(" ?!."), last.searched_for))
    if BARE.match(rest):
        return _sentence(_asked_again(rest.strip(" ?!."), last))
    return _sentence(rest)


def topic(question: str) -> str:
    """What it asks about: the question without its question word."""
    rest = OPENING.sub("", question.rstrip("? "), count=1)
    return re.sub(rf"^(?:how (?:many|much)|{WORD})\b\s*", "", rest, flags=re.I)


def _sentence(text: str) -> str:
    text = text.strip(" ?")
    return f"{text[:1].upper()}{text[1:]}?"


def _resolved(question: str, earlier: Sequence[Turn]) -> str:
    """Each pointing word as what it points at, where that is plain; a second one of the same kind stays."""
    done: dict[str, str] = {}
    parts, last = [], 0
    for match in _pointing(question):
        word = match["word"].casefold()
        kind = {
            "him": "he",
            "his": "he",
            "her": "she",
            "hers": "she",
            "its": "it",
            "them": "they",
            "their": "they",
            "that": "it",
            "this": "it",
            "these": "they",
            "those": "they",
        }.get(word, word)
        agent = word == "they" and AGENT.search(question[: match.start()]) and not ONE.search(question)
        found = "" if kind in done else _antecedent("agents" if agent else kind, earlier)
        if not found or found in done.values():  # two pointing words of a question point at two things
            continue
        done[kind] = found
        owns = word in POSSESSIVE and not _object(question, match)
        parts += [question[last : match.start()], _owner(found) if owns else found]
        last = match.end()
    return "".join([*parts, question[last:]])


def _object(question: str, match: re.Match[str]) -> bool:
    """Whether “her” stands alone: “for her?”, not “her brother”."""
    after = question[match.end() :].split()
    return match["word"].casefold() == "her" and (
        not after or after[0] in ("in", "to", "for", "at", "on", "by", "from", "?")
    )


def _owner(name: str) -> str:
    return f"{name}'" if name.endswith("s") and name.islower() else f"{name}'s"


def _antecedent(kind: str, earlier: Sequence[Turn]) -> str:
    found = _found(kind, earlier)
    return found if kind in ("there", "then") or antecedents.plain(found) else ""


def _found(kind: str, earlier: Sequence[Turn]) -> str:
    if kind in ("he", "she"):
        return antecedents.person(kind, earlier)
    if kind == "agents" and (told := antecedents.told_who(earlier[-1])):
        return told
    if kind in ("they", "agents"):
        return antecedents.things(earlier)
    if kind == "there":
        return antecedents.place(earlier)
    if kind == "then":
        return antecedents.date(earlier)
    return antecedents.thing(earlier[-REACH:], antecedents.genders(earlier)) if kind == "it" else ""


def _asked_again(word: str, turn: Turn) -> str:
    """The question before with another question word: “How did he die?”, “When?” → “When did he die?”."""
    word, before = "why" if word.casefold() == "what for" else word, turn.searched_for
    if word.casefold().endswith(" else"):
        asks = re.match(rf"{WORD}\b", before, re.I)
        return f"{word} {before[asks.end() :].strip()}" if asks else f"{word} {before}"
    if subject := re.match(r"(who|what|which \w+) (?!(?:do|does|did|is|are|was|were)\b)(.+)$", before, re.I):
        told = [name for name in antecedents.people(turn.answer) if name not in before]
        one = told[0] if told else "someone" if subject[1].casefold() == "who" else "something"
        verb = "was" if re.match(PAST, subject[2]) else "is"
        return f"{word} {verb} it that {one} {subject[2]}"
    asking = ASKING.match(before)
    rest = asking["rest"] if asking else before
    return f"{word} {rest[:1].lower()}{rest[1:]}"


def _parallel(other: str, before: str) -> str:
    """The question before with `other` in the place of what stands beside it."""
    if (time := TIMES.fullmatch(other)) and TIMES.search(before):
        return TIMES.sub(time[0].lower(), before)
    other = _counted(other, before)
    place = _beside(other, before)
    if place and (place[0] == place[1] or before[place[0] : place[1]] not in other):
        head = before[: place[0]]
        if re.match(r"the \w+s$|\w+ and ", place[2]) and head.endswith(" does "):
            head = f"{head[:-6]} do "
        return f"{head}{place[2]}{before[place[1] :]}"
    return f"{before.rstrip(' ?')}, and {other}" if re.match(BEFORE, other) else f"What about {other}"


def _counted(other: str, before: str) -> str:
    """“The second one” of a question about “the first survey of the glacier”: “the second survey”."""
    found = re.match(r"(?P<which>(?:the )?\w+(?: \w+)?) (?P<one>ones?)$", other, re.I)
    named = antecedents.phrases(before, "") if found else []
    if not found or not named:
        return other
    head = re.split(rf" {antecedents.PREPOSITION} ", named[0])[0].split()[-1]
    return f"{found['which']} {head}"


def _beside(other: str, before: str) -> tuple[int, int, str] | None:
    """The characters of the question before that `other` takes the place of, and how it is written there."""
    year, years = YEAR.search(other), list(YEAR.finditer(before))
    if year and years:
        return years[-1].start(), years[-1].end(), year[0]
    if DATE.search(other) or YEAR.fullmatch(other):
        end = len(before.rstrip(" ?"))
        return end, end, f" {other}" if DATE.search(other) else f" in {other}"
    if one := re.match(rf"(?:the )?ones? ({BEFORE}.+)", other):
        other = one[1]
    joint = re.match(BEFORE, other)
    shapes = [rf"(?i:\b{joint[0]}(?:the )?)(?:{NAME}|\w+)"] if joint else []
    for pattern in [*shapes, *_shapes(other)]:
        if found := list(re.finditer(pattern, before)):
            beside = found[-1] if joint else found[0]
            return beside.start(), beside.end(), other
    return None


def _shapes(other: str) -> list[str]:
    """What may stand beside `other`, the likest first: the same last word, a name for a name, so many words."""
    words = other.split()
    head = re.escape(words[-1])
    shapes = [rf"\b(?:(?:[Tt]he|[Aa]n?) )?(?!(?:the|a|an)\b)[\w-]+ {head}\b"] if len(words) > 1 else []
    if words[-1].isdigit() and len(words) > 1:
        shapes = [rf"\b{re.escape(words[0])} \d+\b"]
    article = words[0].casefold() in ("the", "a", "an")
    named = rf"(?<!^)\b(?:the )?{NAME}"
    subject = "(?:" + "|".join(rf"(?<=\b{auxiliary} )" for auxiliary in sorted(AUXILIARIES)) + ")"
    several = " ".join([r"[\w-]+"] * max(1, len(words) - article))
    common = rf"{subject}(?:the|an?) (?:[\w-]+['’]s )?{several}\b(?!['’])"
    bare = rf"{subject}(?!the\b|an?\b)[a-z][\w-]+s\b"
    return shapes + ([named, common, bare] if words[-1][:1].isupper() else [common, bare, named])
