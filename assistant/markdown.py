"""Answers as Markdown: with footnotes to keep and pass on, with numbers to show."""

from collections.abc import Sequence

from assistant.answer import Answer, Citation, Claim
from assistant.conversations import Conversation
from assistant.plain import RULE
from index.article import flat

CLOSES = ("```", "~~~", "$$")  # begin the last line of a block in which nothing else may stand


def numbered(claim: Claim, mark: str = "[{}]") -> str:
    """The claim's Markdown with its citation numbers behind its words, [1][2]; a quoted one in quotation marks."""
    words = claim.text.rstrip()
    space = claim.text[len(words) :]
    said = f"“{flat(words)}”" if claim.state == "quoted" and claim.citations[0].quote == claim.text else words
    marks = "".join(mark.format(citation.n) for citation in claim.citations) or "(unsupported)"
    return f"{_marked(said, marks)}{space}" if words else claim.text


def _marked(words: str, marks: str) -> str:
    """`marks` behind the `words`: in the last cell of a table, below a block of code, above a line across the page."""
    head = words
    while (end := head.rfind("\n")) >= 0 and RULE.fullmatch(head, end + 1):
        head = head[:end].rstrip()
    last, rest = head[head.rfind("\n") + 1 :].lstrip(), words[len(head) :]
    if last.startswith("|") and last.endswith("|") and last.strip("|"):
        return f"{head[:-1].rstrip()} {marks} |{rest}"
    return f"{head}\n\n{marks}{rest}" if last.startswith(CLOSES) else f"{head} {marks}{rest}"


def joined(claims: Sequence[Claim], mark: str = "[{}]") -> str:
    """The claims as one text; those without space of their own get a paragraph each."""
    return "".join(numbered(c, mark) + ("" if c.text[-1:].isspace() else "\n\n") for c in claims).strip()


def with_footnotes(answer: Answer, prefix: str = "") -> str:
    """The answer with a footnote for each citation: title, section, quote, characters and address."""
    mark = f"[^{prefix}{{}}]"
    if answer.found:
        cited, text = answer.citations, joined(answer.claims, mark)
    else:
        cited, text = answer.nearest, answer.not_found
        text += "".join(f"\n- {mark.format(c.n)}" for c in cited)
    return "\n".join([text, "", *(_footnote(c, prefix) for c in cited)]).strip() + "\n"


def exported(conversation: Conversation) -> str:
    """The whole conversation, each question a heading."""
    parts = [f"# {conversation.title or 'Conversation'}\n"]
    for turn in conversation.turns:
        parts.append(f"## {flat(turn.question)}\n")
        if turn.answer and turn.answer.searched_for != turn.answer.question:
            parts.append(f"Searched for: {flat(turn.answer.searched_for)}\n")
        if turn.answer:
            parts.append(with_footnotes(turn.answer, f"{turn.number}-"))
        else:
            parts.append(f"{_cut_off(turn.claims)}\n\n(This answer was cut off.)\n")
    return "\n".join(parts)


def _cut_off(claims: Sequence[Claim]) -> str:
    """What there is of an answer without its citations, with the states of its claims."""
    marked = [
        f"{_marked(words, '(unsupported)')}{claim.text[len(words) :]}"
        if claim.state == "unsupported" and words
        else claim.text
        for claim in claims
        for words in [claim.text.rstrip()]
    ]
    return "".join(text if text[-1:].isspace() else f"{text}\n\n" for text in marked).strip()


def _footnote(c: Citation, prefix: str) -> str:
    address = f" {c.url}" if c.url else ""
    return f"[^{prefix}{c.n}]: {flat(c.place)}, characters {c.start}–{c.end}: “{flat(c.quote)}”{address}"
