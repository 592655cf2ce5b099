"""What stands under an answer in Slack, and all of it cut into messages that Slack takes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.answer import Answer, Citation
from assistant.doors.slack_text import mrkdwn
from assistant.links import deep_link
from index.article import flat

Block = dict[str, Any]

LONGEST_TEXT = 9_000  # characters of Markdown in a message; Slack takes 12,000, and about 13,000 with the blocks
LONGEST_MESSAGE = 12_000  # characters, blocks as JSON included
MOST_BLOCKS = 45  # of 50, so that the text has room
LONGEST_ELEMENT = 2_800  # of 3,000 characters
LONGEST_PLACE = 200  # characters of a source's title and section


@dataclass(frozen=True)
class Message:
    """One message: Markdown, and blocks below it."""

    markdown: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def all_blocks(self) -> list[Block]:
        """The blocks with the Markdown as the first."""
        return [{"type": "markdown", "text": self.markdown}, *self.blocks] if self.markdown.strip() else self.blocks


def pieces(text: str, longest: int) -> list[str]:
    """`text` in pieces of at most `longest` characters, cut at a paragraph, else a line, else a space."""
    found = []
    while len(text) > longest:
        cuts = (text.rfind(gap, longest // 2, longest) + len(gap) for gap in ("\n\n", "\n", " "))
        cut = next((cut for cut in cuts if cut > longest // 2), longest)
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text] if text else found


def packed(texts: Sequence[str], blocks: Sequence[Block]) -> list[Message]:
    """Messages that hold the `texts`, one each, and then the `blocks`; at least one."""
    messages = [Message(text) for text in texts] or [Message("")]
    for block in blocks:
        room = LONGEST_MESSAGE - len(messages[-1].markdown)
        if len(messages[-1].blocks) >= MOST_BLOCKS or _size([*messages[-1].blocks, block]) > room:
            messages.append(Message(""))
        messages[-1].blocks.append(block)
    return messages


def sources(citations: Sequence[Citation], public_url: str) -> list[Block]:
    """A block for each citation: where it stands, as a link where the page has an address, and its whole quote."""
    found: list[Block] = []
    for citation in citations:
        place = citation.place
        if len(place) > LONGEST_PLACE:
            place = place[: LONGEST_PLACE - 1] + "…"
        head = mrkdwn(f"[{citation.n}] {place}")
        link = deep_link(public_url, citation).replace("&", "&amp;")
        first = {"type": "mrkdwn", "text": f"*<{link}|{head}>*" if link else f"*{head}*", "verbatim": True}
        parts = [note(part) for part in pieces(f"“{flat(citation.quote)}”", LONGEST_ELEMENT)]
        parts[0]["elements"].insert(0, first)
        found += parts
    return found


def note(text: str) -> Block:
    """A small line below the answer; no character of it is markup."""
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": False}]}


def notes(answer: Answer, only: Sequence[str]) -> list[Block]:
    """What a person should know about an answer: how the question was understood, what failed, what was not read."""
    lines = []
    if answer.searched_for != answer.question:
        lines.append(f"Searched for: {answer.searched_for}")
    if answer.model_failure:
        lines.append(f"The model could not write the answer: {answer.model_failure}. The articles’ own words answer.")
    if only:
        lines.append(f"Asked of {', '.join(only)} only; say “use all” to ask all articles.")
    return [note(line[:LONGEST_ELEMENT]) for line in lines]


def feedback(conversation: str, turn: int) -> Block:
    """Two buttons; the value says which turn they are about."""

    def button(words: str, label: str, rating: int) -> dict[str, Any]:
        value = json.dumps({"conversation": conversation, "turn": turn, "rating": rating})
        return {"text": {"type": "plain_text", "text": words}, "accessibility_label": label, "value": value}

    buttons = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": button("Good", "This answer helps", 1),
        "negative_button": button("Bad", "This answer does not help", -1),
    }
    return {"type": "context_actions", "elements": [buttons]}


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))
