"""Names: the capitalised words of a statement, each of which must stand in what it cites."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import regex

from assistant.plain import folded, listed
from index.keywords import terms

# Not the letter of °C and µg/L.
WORD = regex.compile(r"(?:\p{Lu}\.){2,}|(?<![°/]\s?)[\p{L}\p{M}\p{N}]+(?:['’]\p{L}+)*|(?<=[°/]\s?)\p{L}{2,}")
STARTS = regex.compile(r"[.!?:;|\n\"“„«‘(\[•…。]")  # between two words: what follows begins a sentence or a part of one
POSSESSIVE = regex.compile(r"['’]s?$")
CONNECTORS = frozenset(listed("of de von van der den del la le du da di bin al el ibn y the and"))
COURTESIES = frozenset(listed("mr mrs ms miss herr frau monsieur madame"))
TITLES = frozenset(
    listed(
        "president prime minister chancellor mayor king queen prince princess dr doctor professor prof sir lady lord "
        "general captain colonel judge senator governor secretary pope bishop saint director chairman chairwoman"
    )
)
# Words that begin English, German, French, Spanish, Italian, Portuguese and Russian sentences without being names.
OPENERS = frozenset(
    listed(
        "a an the this that these those it its he she they his her their there here we our you your one some many "
        "most few several all both each every any no not none neither either nobody everybody everyone someone what "
        "who when where why how which while although though because since if unless until before after during in on "
        "at by for from to with without within under over above below about around between among against through "
        "across along of as than like unlike despite besides beyond near off up down and or but so yet nor also "
        "however moreover furthermore therefore thus hence finally first second third firstly secondly thirdly next "
        "then later earlier meanwhile instead indeed overall additionally similarly according another other others "
        "such only even still just today yesterday now once again sometimes often usually never always perhaps maybe "
        "yes according based given due is are was were be been has have had do does did can could will would should "
        "may might must let more less fewer much people whether whereas der die das ein eine einer er sie es ihr ihre "
        "sein seine im in am an auf aus bei mit nach von vor zu zum zur für und oder aber auch dies diese dieser "
        "dieses wer was wann wo warum wie nicht kein keine laut als wenn weil le la les un une des il elle ils elles "
        "ce cette ces son sa ses leur dans en sur avec pour par sans selon mais et ou où quand qui que quoi pourquoi "
        "comment au aux du de el los las uno una unos unas lo su sus este esta estos estas con sin según pero y o "
        "cuando quien cómo por para al del i gli uno dei delle questo questa nel nella con senza secondo ma e quando "
        "chi come o os as um uma uns umas no na nos nas do da dos das com sem segundo mas quem в на с из от до по за "
        "при о об к у и а но или он она оно они это этот эта эти его её их не что кто когда где почему как если"
    )
)
# Common nouns and verbs that begin statements and headings.
COMMON = frozenset(
    listed(
        "answer summary overview background details conclusion results reasons causes effects facts points timeline "
        "note short brief key main article text author report study passage sentence source sources context question "
        "list table work people officials residents workers prices costs price cost visitors members experts critics "
        "supporters authorities police researchers scientists children women men students teachers farmers owners "
        "plans water part parts name length number total year date time place size item description value amount"
    )
)
# Stems of words that begin no name (index/training/words.py).
ORDINARY = frozenset(files("assistant").joinpath("ordinary.txt").read_text(encoding="utf-8").split())
COUNTRIES = (
    "france french|norway norwegian|spain spanish|wales welsh|netherlands dutch|greece greek|denmark danish"
    "|ireland irish|switzerland swiss|poland polish|turkey turkish|peru peruvian|cyprus cypriot"
    "|portugal portuguese|czechia czech|philippines filipino|iceland icelandic|france frenchman"
    "|scotland scottish|slovakia slovak|croatia croat|serbia serb"
)
ADJECTIVES = {tuple(pair.split()) for pair in COUNTRIES.split("|")}
ENDINGS = (
    ("", "n"), ("", "ian"), ("", "an"), ("", "ese"), ("", "i"), ("", "er"), ("y", "ian"), ("y", ""), ("a", "an"),
    ("a", "ese"), ("o", "an"), ("en", "ish"), ("and", "ish"), ("ain", "ish"), ("e", "ian"), ("um", "an"), ("a", "ian"),
    ("ia", "ish"), ("a", "ic"), ("ia", "e"),
)  # fmt: skip
STRANGERS = ({"niger", "nigerian"}, {"roman", "romanian"}, {"guinea", "guinean"})
SAME_SHORT = ({"us", "usa"},)
SHORTEST_STEM = 4
CYRILLIC = regex.compile(r"\p{Cyrillic}+")
MOST_SKIPPED = 2  # middle names between two words of a name
LABEL = regex.compile(r"\W*+((?:\p{L}[\p{L}’'-]*\s){0,4}\p{L}[\p{L}’'-]*)(?=:\s)")  # “Opening Hours: …”


@dataclass(frozen=True)
class Word:
    """A word, whether it begins a sentence, and whether the next one may belong to the same name."""

    text: str
    starts: bool
    joined: bool

    @property
    def bare(self) -> str:
        return folded(POSSESSIVE.sub("", self.text).replace(".", ""))

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or self.text[0].istitle()

    @property
    def acronym(self) -> bool:
        letters = POSSESSIVE.sub("", self.text).replace(".", "")
        return 2 <= len(letters) <= 5 and letters.isupper() and letters.isalpha()

    @property
    def initial(self) -> bool:
        return len(self.text) == 1 and self.capital


@lru_cache(4096)
def words(text: str) -> tuple[Word, ...]:
    """The words of `text` in order."""
    found = list(WORD.finditer(text))
    made: list[Word] = []
    for number, match in enumerate(found):
        gap = text[found[number - 1].end() : match.start()] if number else "\n"
        abbreviated = bool(made) and gap.startswith(".") and _abbreviates(made[-1])
        after = text[match.end() : found[number + 1].start()] if number + 1 < len(found) else "\n"
        joined = not POSSESSIVE.search(match.group()) and not after.strip(" \n\u00a0-‑") and "\n\n" not in after
        word = Word(match.group(), bool(STARTS.search(gap)) and not abbreviated, joined)
        made.append(Word(word.text, word.starts, joined or (after.strip() == "." and _abbreviates(word))))
    return tuple(made)


def missing(statement: str, cited: Sequence[str], titles: Sequence[str]) -> str:
    """The first name of `statement` that stands neither in the `cited` sentences nor in the `titles` above them.

    The words of one name must stand together, middle names and initials aside; case, accents, plurals, possessives and
    a country's adjective may differ; letters stand for a name whose initials they are.
    """
    label = LABEL.match(statement)
    if label and all(word.bare in OPENERS | COMMON or _ordinary(word.bare) for word in words(label[1])):
        statement = label[1].lower() + statement[label.end() :]
    there = [words(text) for text in cited]
    above = [words(text) for text in titles]
    for name in _names(words(statement)):
        if not _stands(name, there, above):
            return " ".join(word.text for word in name)
    return ""


def stands(name: str, text: str) -> bool:
    """Whether `name` stands in `text`."""
    return not missing(f"that {name}", [text], [])


def same(mine: str, theirs: str) -> bool:
    """Whether two folded words are one name: equal, plural, a country's adjective, a Russian case."""
    if mine == theirs or {mine, theirs} in SAME_SHORT:
        return True
    if {mine, theirs} in STRANGERS:
        return False
    if CYRILLIC.fullmatch(mine) and CYRILLIC.fullmatch(theirs):
        return _shared(mine, theirs) >= max(3, max(len(mine), len(theirs)) - 3)
    one, other = _singular(mine), _singular(theirs)
    return one == other or _adjective(one, other) or _adjective(other, one)


def _abbreviates(word: Word) -> bool:
    return word.initial or word.bare in COURTESIES | {"dr", "st", "prof", "gen", "sen", "gov", "jr", "capt", "col"}


def _names(said: Sequence[Word]) -> Iterator[list[Word]]:
    """The names of a statement: runs of capitalised words with `of`, `de` and the like inside."""
    run: list[Word] = []
    for number, word in enumerate(said):
        follows = number + 1 < len(said) and said[number + 1].capital and word.joined
        opens = word.starts and (word.bare in OPENERS | COMMON or (not follows and _ordinary(word.bare)))
        if word.capital and not (opens and not (follows and word.bare in COMMON - OPENERS and run)):
            run.append(word)
        elif word.bare in CONNECTORS - {"and", "the"} and run and run[-1].joined and follows:
            run.append(word)
            continue
        elif run:
            yield run
            run = []
        if run and not word.joined:
            yield run
            run = []
    if run:
        yield run


def _ordinary(word: str) -> bool:
    """Whether an English word that begins a sentence is none that names something."""
    stems = terms(word.removesuffix("n't"), "en")
    return ORDINARY.issuperset(stems)


def _stands(name: list[Word], there: Sequence[Sequence[Word]], above: Sequence[Sequence[Word]]) -> bool:
    everywhere = [word for text in (*there, *above) for word in text]
    titles = [word for word in name if word.bare in TITLES]
    core = [word for word in name if word.bare not in TITLES | COURTESIES | CONNECTORS]
    if not core:
        return all(any(same(title.bare, word.bare) for word in everywhere) for title in titles)
    if len(core) == len(name) and _by_letters(core, [*there, *above]):
        return True
    if not all(any(same(title.bare, word.bare) for word in everywhere) for title in titles):
        return _as_written(name, [*there, *above])
    orders = [core, *_turned(name)]
    return any(_together(order, text, MOST_SKIPPED) for order in orders for text in there) or any(
        _together(order, text, 0) for order in orders for text in above
    )


def _as_written(name: list[Word], texts: Sequence[Sequence[Word]]) -> bool:
    return any(_together([word for word in name if word.bare not in COURTESIES], text, 0) for text in texts)


def _turned(name: list[Word]) -> list[list[Word]]:
    """`Ministry of Trade of Kenya` as `Kenya Ministry Trade` and the like."""
    empty = TITLES | CONNECTORS | COURTESIES
    places = [at for at, word in enumerate(name) if word.bare == "of"]
    return [[word for word in name[at + 1 :] + name[:at] if word.bare not in empty] for at in places]


def _together(name: Sequence[Word], text: Sequence[Word], skip: int) -> bool:
    return any(_alike(name[0], word) and _follows(name[1:], text, at, skip) for at, word in enumerate(text))


def _follows(rest: Sequence[Word], text: Sequence[Word], at: int, skip: int) -> bool:
    """Whether `rest` follows `text[at]`, with at most `skip` middle names, initials and titles between its words."""
    for word in rest:
        skipped = 0
        while True:
            if not (text[at].joined or text[at].text.endswith(("'s", "’s"))) or at + 1 >= len(text):
                return False
            at += 1
            if _alike(word, text[at]):
                break
            free = text[at].initial or text[at].bare in CONNECTORS | TITLES | COURTESIES
            skipped += 0 if free else 1
            if skipped > skip or not (free or text[at].capital):
                return False
    return True


def _alike(mine: Word, theirs: Word) -> bool:
    if mine.acronym:
        return theirs.acronym and same(mine.bare, theirs.bare)
    return same(mine.bare, theirs.bare)


def _by_letters(name: Sequence[Word], texts: Sequence[Sequence[Word]]) -> bool:
    """Whether `name` is letters for a name that stands there, or a name whose letters stand there."""
    if len(name) > 1:
        letters = "".join(word.bare[0] for word in name)
        return any(word.acronym and same(letters, word.bare) for text in texts for word in text)
    if not name[0].acronym:
        return False
    runs = ([w for w in run if w.bare not in CONNECTORS] for text in texts for run in _names(text))
    short = name[0].bare
    spelled = ("".join(word.bare[0] for word in run) for run in runs if len(run) > 1)
    return any(short == letters or {short, letters} in SAME_SHORT for letters in spelled)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _adjective(noun: str, adjective: str) -> bool:
    if (noun, adjective) in ADJECTIVES:
        return True
    shared = _shared(noun, adjective)
    for back in range(4):
        stem = shared - back
        if stem >= min(SHORTEST_STEM, len(noun)) and stem >= 3 and (noun[stem:], adjective[stem:]) in ENDINGS:
            return True
    return False


def _shared(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
