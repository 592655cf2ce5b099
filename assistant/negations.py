"""Words that deny, in several languages."""

from collections.abc import Iterable

import regex

from assistant.plain import listed

WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’]\p{L}+)?")
NEGATIONS = frozenset(
    listed("not never no none nobody nothing nowhere neither nor without cannot hardly barely scarcely unable")
)
# Verbs that deny; "did not fail" says yes, so they are counted apart.
DENIALS = regex.compile(
    r"fail(?:s|ed|ing|ure)?|refus(?:e|es|ed|ing|al)|den(?:y|ies|ied|ying|ial)|reject(?:s|ed|ing|ion)?|lack(?:s|ed|ing)?"
    r"|(?<!\b(?:the|a|an|this|its|their|of)\s)declin(?:e|es|ed|ing)(?= to\b)|refrain(?:s|ed)?|unsuccessful(?:ly)?"
    r"|avoid(?:s|ed)?|prevent(?:s|ed)?|false|untrue"
)
DENIAL = regex.compile(rf"\b(?:{DENIALS.pattern})\b")
FOREIGN = {
    "de": "nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden nichts weder ohne",
    "fr": "ne pas jamais rien aucun aucune sans ni nul nulle",
    "es": "no nunca jamás nadie nada ningún ninguno ninguna sin ni tampoco",
    "it": "non mai nessuno nessuna nessun niente nulla né senza neanche",
    "pt": "não nunca jamais ninguém nada nenhum nenhuma sem nem",
    "ru": "не ни нет никогда никто ничего ничто нельзя без никакой никаких никакого",
}
# Where "no" or "not" denies nothing.
IDLE = regex.compile(
    r"\bnot only\b|\bno\. ?(?=\d)|\bno doubt\b|\bwhether or not\b|\bnot least\b|\bno (?:more|fewer|less) than\b"
    r"|\bnothing but\b|\bnot (?:more|fewer|less) than\b|\bnone other than\b",
    regex.IGNORECASE,
)
# Words that deny without saying no: "undamaged", "free of charge".
IMPLYING = regex.compile(
    r"\b(?:un(?!der|til|less|it|iv|ion|iq|ic)\p{L}{4,}|\p{L}{3,}less|\p{L}+-free|free (?:of|from)|against|except"
    r"|avoid\p{L}*|forbid\p{L}*|prohibit\p{L}*|ban(?:s|ned)?|exclud\p{L}*|exempt\p{L}*|lack\p{L}*|absen(?:t|ce)"
    r"|rul(?:e|es|ed|ing) out|refrain\p{L}*|refus\p{L}*|impossible|invalid|inconclusive|insignificant|illegal"
    r"|(?:keep\p{L}*|kept) (?:away|out|off))\b",
    regex.IGNORECASE,
)
NOT_UNTIL = regex.compile(r"\bnot\b[^.;]*\b(?:until|before|unless)\b", regex.IGNORECASE)  # "only then"
CONTRACTED = regex.compile(r"n['’]t\b", regex.IGNORECASE)
NEGATION = regex.compile(rf"\b(?:{'|'.join(sorted(NEGATIONS))})\b|{CONTRACTED.pattern}", regex.IGNORECASE)


def denies(words: Iterable[str], language: str = "en") -> bool:
    """Whether a negation or a verb of denial stands among `words`."""
    text = IDLE.sub(" ", " ".join(words))
    return negative(text, language) or DENIAL.search(text.lower()) is not None


def negative(text: str, language: str) -> bool:
    """Whether a negation stands in `text`, verbs of denial aside."""
    known = NEGATIONS | frozenset(FOREIGN.get(language, "").split())
    return bool(CONTRACTED.search(text)) or any(word.lower() in known for word in WORD.findall(text))


def after(text: str) -> str:
    """What follows the first English negation in `text` up to a comma, verbs of denial aside; "" without any."""
    text = IDLE.sub(" ", text)
    found = NEGATION.search(text)
    return text[found.end() :].split(", ")[0] if found else ""
