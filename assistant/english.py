"""The little English grammar that questions are made with."""

import re


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AUXILIARIES = words("is was are were will would can could must should shall may might has had have did does do")
POINTING = words(
    "i we you he she it they them him her his its their theirs us me my your our this that these those there here such"
    " one ones former latter same other others another itself himself herself themselves"
)
NO_SUBJECT = words(  # no subject begins with one of these
    "after although and as at because before but by during even finally first for from further hence here how however"
    " if in indeed instead moreover nor not now of on once only or out over second since so some still then there"
    " therefore third though through thus to today under undoubtedly unless until what when where whether which while"
    " who why with without yet also among besides despite except like many most much neither no none nonetheless"
    " perhaps several should were had according both each either every few all any just likewise meanwhile nevertheless"
    " next often otherwise rather sometimes soon later"
)
JOINING = words("that which who whom whose if when while because although though where whether as than")
IRREGULAR = {"has": "have", "is": "be", "does": "do", "goes": "go"}
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
DATE = re.compile(
    rf"\b(?P<joint>[Ii]n|[Oo]n) (?P<date>(?:(?:early|late) )?"
    rf"(?:(?:{MONTH}) \d{{1,2}},? \d{{4}}|\d{{1,2}} (?:{MONTH}) \d{{4}}"
    rf"|(?:{MONTH}),? \d{{4}}|1[0-9]\d\d|20\d\d))\b(?![-–]\d)"
)
PAST = (
    r"\b(was|were|had|\w{3,}ed|became|began|bought|broke|brought|built|came|fell|found|gave|grew|held|left|lost|made|met"
    r"|paid|ran|rose|sank|saw|sent|set|sold|spoke|spread|stood|struck|took|tore|went|won|wrote)\b"
)
NAME = r"[A-Z][\w’'-]*[\w](?: (?:of |of the |de |van |von |al-)?[A-Z][\w’'-]*\w)*"


def bare(verb: str) -> str:
    """The plain form of a verb in -s: puts → put, carries → carry, passes → pass."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if re.search(r"(ss|sh|ch|x|zz|o)es$", verb):
        return verb[:-2]
    return verb[:-1]


def points(text: str) -> bool:
    """Whether a word in it points at something that only its surroundings name."""
    return any(word.casefold() in POINTING for word in re.findall(r"[A-Za-z]+", text))


def lowered(phrase: str, text: str) -> str:
    """`phrase` from the beginning of a sentence as it is written within one; a name of `text` keeps its capital."""
    first, _, rest = phrase.partition(" ")
    if first.casefold() in ("the", "a", "an"):
        return f"{first.casefold()} {rest}"
    if first[1:] != first[1:].casefold() or re.search(rf"[\w,;] {re.escape(first)}\b", text):
        return phrase
    common = re.search(rf"\b{re.escape(first.casefold())}\b", text) or not re.search(
        rf"[^\n] {re.escape(first)}\b", text
    )
    return f"{phrase[0].casefold()}{phrase[1:]}" if common else phrase


def inverted(clause: str, text: str) -> str:
    """A clause as the rest of a question: “Moscow puts up with Baku” → “does Moscow put up with Baku”.

    Empty where its verb is not plain to see: an auxiliary behind a short subject, or a form in -s behind a name.
    """
    words = clause.split()
    for place in range(1, min(len(words), 9)):
        subject = words[:place]
        if any(word.casefold() in JOINING or word[-1] in ",;:.)" for word in subject):
            return ""
        rest = " ".join(words[place + 1 :])
        if words[place] in AUXILIARIES and not (
            words[place] in ("has", "had", "have", "do", "does", "did") and not rest
        ):
            return _asked(words[place], subject, rest, text)
        named = place <= 3 and all(word[:1].isupper() for word in subject)
        if named and re.fullmatch(r"[a-z]{2,}[^s\W]s", words[place]) and _object(rest):
            return _asked("does", subject, f"{bare(words[place])} {rest}", text)
    return ""


def _object(rest: str) -> bool:
    """Whether what follows can only follow a verb."""
    return bool(re.match(r"(the|an?|to|that|in|on|for|with|as|up|out|its|how|what|whether|[A-Z0-9])", rest + " "))


def _asked(auxiliary: str, subject: list[str], rest: str, text: str) -> str:
    first = subject[0].casefold()
    if first in NO_SUBJECT or first in POINTING:
        return ""
    if auxiliary in ("has", "had", "have") and not re.match(r"(\w+ed|been|\w+en|made|given|had|lost|set|put)\b", rest):
        return ""  # it is the verb itself
    return f"{auxiliary} {lowered(' '.join(subject), text)} {rest}".strip()
