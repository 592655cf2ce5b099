"""Messages as turns, for a client that keeps the conversation itself; an answer as a message of LangChain."""

from collections.abc import Iterable
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.messages.content import ContentBlock, create_citation, create_text_block

from assistant.answer import Answer, Citation
from assistant.ask import LONGEST_QUESTION
from assistant.standalone import standalone
from assistant.turn import Turn
from index.article import flat

LONGEST_SAID = 4_000  # characters of an earlier answer that are of use to a follow-up


def turns(messages: Iterable[tuple[str, str]]) -> tuple[Turn, ...]:
    """The questions among `messages` (role, text) that were answered, oldest first. Instructions are not followed."""
    made: list[Turn] = []
    question = ""
    for role, text in messages:
        if role == "user":
            question = flat(text)[:LONGEST_QUESTION]
        elif role == "assistant" and question:
            made.append(Turn(question, standalone(question, made, "en"), True, flat(text)[:LONGEST_SAID]))
            question = ""
    return tuple(made)


def as_message(answer: Answer) -> AIMessage:
    """A text block for each claim, with LangChain's standard citations; one block without any where nothing was found.

    `extras` of a block say the claim's state and reason; those of a citation its number, article, hash, and `start`
    and `end` in the article.
    """
    blocks: list[ContentBlock] = []
    for claim in answer.claims:
        cited = list(map(_citation, claim.citations))
        blocks.append(create_text_block(claim.text, annotations=cited, state=claim.state, reason=claim.reason or None))
    if not answer.found:
        blocks.append(create_text_block(answer.not_found))
    return AIMessage(content_blocks=blocks)


def _citation(citation: Citation) -> Any:
    return create_citation(
        url=citation.url or None, title=citation.title, cited_text=citation.quote, n=citation.n,
        section=citation.section, article=citation.article, article_hash=citation.article_hash,
        start=citation.start, end=citation.end,
    )  # fmt: skip
