"""Whether a statement says what it cites, the opposite, or more: negations, opposites and reserves."""

from collections.abc import Sequence

import regex

from assistant.clauses import ATTRIBUTION, Clause, clause_of, clauses, joined, with_complements
from assistant.negations import CONTRACTED, IDLE, IMPLYING, NOT_UNTIL, WORD, after, denies, negative
from assistant.numerals import CARDINAL
from assistant.plain import listed
from index.keywords import terms

OPPOSITES = [
    tuple(frozenset(side.split()) for side in pair.split("|"))
    for pair in (
        "increase increases increased increasing rise rises rose risen rising grow grows grew grown growing growth"
        " climbed surged jumped soared higher up upward raise raises raised raising gained"
        "|decrease decreases decreased decreasing fall falls fell fallen falling drop drops dropped decline declines"
        " declined shrink shrinks shrank shrunk lower down downward lowered lowers lowering reduce reduced reduces cut"
        " plunged sank",
        "before earlier prior|after afterwards later following",
        "win wins won winning victory victorious|lose loses lost losing defeat defeated loss",
        "first|last final",
        "above over|below under beneath",
        "more exceed exceeds exceeded atleast|less fewer atmost",
        "north northern northward|south southern southward",
        "east eastern eastward|west western westward",
        "open opens opened opening|close closes closed closing shut shuts",
        "begin begins began begun start starts started|end ends ended finish finishes finished stop stops stopped",
        "support supports supported back backs backed favour favours favoured favor favors favored"
        "|oppose opposes opposed opposing against",
        "accept accepts accepted approve approves approved|reject rejects rejected",
        "allow allows allowed permit permits permitted legal|ban bans banned forbid forbids forbade forbidden illegal",
        "buy buys bought purchase purchased|sell sells sold",
        "import imports imported|export exports exported",
        "arrive arrives arrived enter enters entered|leave leaves left depart departs departed",
        "largest biggest longest highest tallest most best oldest|smallest shortest lowest least worst youngest",
        "safe|unsafe dangerous", "true|false untrue", "born|died dead", "majority|minority", "profit profits|losses",
        "success succeed succeeds succeeded|failure fail fails failed",
        "warm hot warmer hotter|cold cooler colder cool",
        "male men man boys boy|female women woman girls girl", "always|never rarely seldom",
        "strong stronger|weak weaker",
        "fast faster quick quicker|slow slower", "rich richer|poor poorer", "expensive dearer|cheap cheaper",
        "inside|outside", "winter|summer", "morning|evening", "cause causes caused|prevent prevents prevented",
        "include includes included including|exclude excludes excluded excluding except",
        "all every everyone everybody both|none nobody neither some few", "upstream|downstream",
    )
]  # fmt: skip
_PHRASAL = listed(
    "make makes made making give gives gave given giving pick picks picked sign signs signed take takes took taken show"
    " shows showed write wrote written break breaks broke broken keep keeps kept settle settled tear tore torn call"
    " called look looked catch caught wake woke use used set sets setting end ends ended turn turns turned"
)
PHRASAL = regex.compile(  # where “up” and “down” are no direction
    rf"\b(?:{'|'.join(_PHRASAL)})\b\K (?:up|down|back)\b|\bgr[eo]w(?:s|n|ing)? up\b", regex.IGNORECASE
)
LABEL = 2  # words of substance
CONDITIONS = frozenset(listed("if unless whether"))
# Words by which a sentence keeps something back, and those by which a statement may do so.
RESERVES = tuple(
    (frozenset(listed(reserve)), frozenset(listed(f"{reserve} {excuse}")) | CONDITIONS)
    for reserve, excuse in (
        (
            "may might could would perhaps possibly probably nearly almost plans plan planned intends intend intended"
            " hopes hope hoped wants want wanted proposes propose proposed",
            "can will shall likely unlikely expected seems unclear when depends most idea proposal planning aims aim",
        ),
        (
            "allegedly reportedly supposedly claim claims claimed alleges allege alleged suspects suspect suspected"
            " fears feared believes believe believed rumoured",
            "says say said argue argues argued according accuses accused view opinion",
        ),
    )
)

# Words by which a statement says more than the sentences it cites, and those by which they say as much.
EXTENDING = tuple(
    (frozenset(listed(more)), frozenset(listed(f"{more} {enough}")))
    for more, enough in (
        (
            "all everyone everybody everything everywhere entire entirely whole wholly always",
            "every each any both anyone anybody anything nobody nothing never none no complete completely "
            "full fully total totally throughout except save daily weekly monthly yearly nightly annual annually per",
        ),
        ("never", "no none not nobody nothing any ever cannot without neither nor"),
        (
            "only solely exclusively",
            "alone sole single just except but unless nothing nobody merely no not restricted limited reserved if "
            "exclusive",
        ),
        (
            "because therefore thus hence consequently owing thanks",
            "as since so after following amid reason reasons why blame blames blamed blaming cite cites cited "
            "citing cause causes caused causing due result results resulted resulting lead leads led leading "
            "explain explains explained means meant make makes made force forces forced prompt "
            "prompted trigger triggered drive drives driven drove for to from with by if when",
        ),
    )
)  # fmt: skip
SO_MANY = regex.compile(  # only that it is few
    rf"\bonly (?=\d|(?:{'|'.join((*CARDINAL, 'half', 'a (?:few|third|quarter)'))})\b)", regex.IGNORECASE
)
# Words of one kind: a statement that has one of them where the sentences have another says something else.
KINDS = tuple(
    tuple(frozenset(listed(one)) for one in kind.split("|"))
    for kind in (
        "world worldwide global globally|europe european|continent continental|country national nationwide nation"
        "|region regional regionally|county|district|city municipal|town|village|household",
        "left|right", "noon midday|midnight", "spring|summer|autumn|winter", "day daytime|night nightly overnight",
        "daily|weekly|monthly|quarterly|yearly annual annually", "weekdays weekday|weekends weekend",
        "husband|wife widow|son sons|daughter daughters|brother brothers|sister sisters|father|mother|uncle|aunt|cousin"
        "|nephew|niece|grandfather|grandmother",
        "red|blue|green|yellow|white|black|brown|orange|purple|grey gray|pink|amber",
        "gold golden|silver|bronze", "may allowed permitted optional|must shall required obliged compulsory mandatory",
        "keep keeps kept retain retains retained|lose loses lost losing",
        "borrow borrows borrowed|lend lends lent", "income revenue sales turnover|profit profits|loss losses",
    )
)  # fmt: skip


def contradiction(statement: str, cited: Sequence[tuple[str, str]]) -> str:
    """Why `statement` turns round or overstates the `cited` sentences (text and language), or "" when it does not."""
    language = cited[0][1] if cited else "en"
    return _opposite(statement, cited, language) or _reserve(statement, cited, language) or _extended(statement, cited)


def denial(statement: str, cited: Sequence[tuple[str, str]]) -> str:
    """Why `statement` says no where the `cited` sentences (text and language) say yes or the other way round, or ""."""
    language = cited[0][1] if cited else "en"
    return _denial(statement, cited, language) or _word(statement, cited, language)


def unheard(statement: str, there: Sequence[tuple[str, str]]) -> str:
    """The first clause of `statement` none of whose words stands in the texts `there`, though others' do."""
    language = there[0][1] if there else "en"
    known = frozenset(stem for text, spoken in there for stem in terms(text, spoken))
    parts = [(clause.text, frozenset(terms(clause.text, language))) for clause in clauses(statement, language)]
    if not any(stems & known for _, stems in parts):
        return ""
    return next((text for text, stems in parts if sum(map(str.isalpha, stems)) > 1 and not stems & known), "")


def _denial(statement: str, cited: Sequence[tuple[str, str]], language: str) -> str:
    there = [clause for text, spoken in cited for clause in clauses(text, spoken)]
    implying, implied = _implying(statement, cited), _implied([text for text, _ in cited])
    mine = clauses(statement, language)
    denied_there = [near for clause in mine if clause.denied for near in _nearest(clause, there)]
    for clause in mine:
        nearest = _nearest(clause, there)
        if ATTRIBUTION.fullmatch(clause.text) or (_label(clause) and _within(nearest, denied_there)):
            continue
        if clause.denied and not (implied - implying or (all if nearest else any)(n.denied for n in nearest or there)):
            return "It denies what the cited sentences do not deny."
        if not clause.denied and not implying - implied and _left_out(nearest, there, statement, language):
            return "It leaves out a negation of the cited sentences."
    return ""


def _left_out(nearest: Sequence[Clause], there: Sequence[Clause], statement: str, language: str) -> bool:
    """Whether a clause without negation leaves out that of the `nearest` ones, or of all `there` where none is near.
    An English one about nothing that the statement says is not left out: “a tent” of “They did not know it, a tent”."""
    if not nearest:
        return all(near.denied for near in there)
    denied = [terms(after(near.text), language) for near in nearest if near.denied]
    said = terms(statement, language)
    return any(language != "en" or not stems or not set(said).isdisjoint(stems) for stems in denied)


def _label(clause: Clause) -> bool:
    """Whether a clause is too short to tell something: “Lost cards” in “Lost cards, however, are not replaced”."""
    return not clause.denied and len(clause.stems) <= LABEL


def _within(nearest: Sequence[Clause], others: Sequence[Clause]) -> bool:
    """Whether there are `others`, and the `nearest` clauses are all among them."""
    return bool(others) and all(any(near is other for other in others) for near in nearest)


def _implied(texts: Sequence[str]) -> set[str]:
    """The stems of the words of `texts` that deny without saying no."""
    return {stem for text in texts for found in IMPLYING.findall(text) for stem in terms(found, "en")}


def _implying(statement: str, cited: Sequence[tuple[str, str]]) -> set[str]:
    """Those of a statement; with “only”, where the cited sentences say “not until”: “rebuilt only in 1926”."""
    only = "only" in WORD.findall(statement) and any(NOT_UNTIL.search(text) for text, _ in cited)
    return _implied([statement]) | ({"only"} if only else set())


def _word(statement: str, cited: Sequence[tuple[str, str]], language: str) -> str:
    """A word of a statement without negation that the cited sentences only have right after one ("not conclusive")."""
    if language != "en" or denies(WORD.findall(statement)) or _implying(statement, cited):
        return ""
    after: set[str] = set()
    free: set[str] = set()
    for text, _ in cited:
        said = WORD.findall(IDLE.sub(" ", text))
        for place, word in enumerate(said):
            denied = place and negative(said[place - 1], language)
            (after if denied else free).update(terms(word, language))
    word = next((word for word in WORD.findall(statement) if {*terms(word, language)} & (after - free)), "")
    return f"The cited sentences deny “{word}”." if word else ""


def _opposite(statement: str, cited: Sequence[tuple[str, str]], language: str) -> str:
    """A word of direction whose opposite stands alone where it should: in all cited sentences, or in the clause about
    the same thing (what stands before the word counts twice)."""
    statement = PHRASAL.sub("", statement)
    everywhere = frozenset(word for text, spoken in cited for word in clause_of(joined(text), spoken).words)
    there = [clause for text, spoken in cited for clause in clauses(text, spoken, split_and=True)]
    for clause in clauses(statement, language, split_and=True):
        for one, other in (*OPPOSITES, *((other, one) for one, other in OPPOSITES)):
            word = min(clause.words & one, default="")
            if word and any(
                words & other and not words & one
                for words in (everywhere, _about(clause, one | other, there, language))
            ):
                return f"It says “{word}” where the cited sentences say the opposite."
    return ""


def _extended(statement: str, cited: Sequence[tuple[str, str]]) -> str:
    """A word of a statement that says more than English sentences do: “all”, “only”, “because”."""
    if any(language != "en" for _, language in cited):
        return ""
    there = frozenset(word.lower() for text, _ in cited for word in WORD.findall(text))
    said = [word.lower() for word in WORD.findall(SO_MANY.sub("", statement))]
    for more, enough in EXTENDING:
        word = next((word for word in said if word in more), "")
        if word and not there & enough and not any(CONTRACTED.search(text) for text, _ in cited):
            return f"It says “{word}”, which the cited sentences do not."
    for kind in KINDS:
        mine, its = ([group for group in kind if group & words] for words in (frozenset(said), there))
        word = next((word for word in said for group in mine if word in group and group not in its), "")
        if word and any(group not in mine for group in its):
            return f"It says “{word}”, which the cited sentences do not."
    return ""


def _about(clause: Clause, pair: frozenset[str], there: Sequence[Clause], language: str) -> frozenset[str]:
    """The words of the clauses that are about the same thing as `clause`, whatever they say of it."""
    subject, rest = _around(clause.text, pair)
    stems = (frozenset(terms(subject, language)), frozenset(terms(f"{subject} {rest}", language)))
    scores = [sum(len(mine & frozenset(terms(" ".join(_around(near.text, pair)), language))) for mine in stems)
              for near in there]  # fmt: skip
    most = max(scores, default=0)
    return frozenset(
        word for near, score in zip(there, scores, strict=True) if most and score == most for word in near.words
    )


def _around(text: str, pair: frozenset[str]) -> tuple[str, str]:
    """What stands before the first word of `pair` in `text`, and after it, without such words."""
    found = WORD.findall(text)
    at = next((n for n, word in enumerate(found) if word.lower() in pair), len(found))
    return " ".join(found[:at]), " ".join(word for word in found[at:] if word.lower() not in pair)


def _reserve(statement: str, cited: Sequence[tuple[str, str]], language: str) -> str:
    said = clause_of(statement, language)
    if language != "en":
        return ""
    whole = _nearest(said, [clause_of(text, spoken) for text, spoken in cited])
    left_out = [word for near in whole for word in near.words & CONDITIONS if not said.words & CONDITIONS]
    there = [clause_of(part, spoken) for text, spoken in cited for part in with_complements(text)]
    for part in with_complements(statement):
        nearest = _nearest(clause_of(part, language), there)
        for reserves, excuses in RESERVES:
            left_out += [word for near in nearest for word in near.words & reserves if not said.words & excuses]
    return f"It leaves out the reserve “{min(left_out)}” of the cited sentences." if left_out else ""


def _nearest(clause: Clause, there: Sequence[Clause]) -> list[Clause]:
    """The clauses that share most stems with `clause`, its subject counted thrice; none when nothing is shared."""
    scores = [len(clause.stems & other.stems) + 2 * len(clause.subject & other.stems) for other in there]
    most = max(scores, default=0)
    return [other for other, score in zip(there, scores, strict=True) if most and score == most]
