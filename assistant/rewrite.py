"""A follow-up question made whole by the chat model, where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from langchain_core.language_models import BaseChatModel

import prompts
from assistant.errors import ModelError
from assistant.listen import reply
from assistant.standalone import leans, standalone
from assistant.turn import Turn
from index.article import flat

CHARACTERS_A_TOKEN = 4  # of English, about
LONGEST = 500  # characters of a question that was made whole
LONGEST_WAIT_S = 15.0  # then the rules do it: the answer itself is still to come


@dataclass(frozen=True)
class Rewriter:
    """A chat model with what it is told; `history_tokens` is how much of the conversation it is shown, about."""

    model: BaseChatModel
    folder: Path | None
    timeout_s: float
    history_tokens: int
    stop: Event

    def __call__(self, question: str, earlier: Sequence[Turn], language: str) -> str:
        """`question` as it would be asked alone: by the model, or by rules where that fails. Raises Stopped."""
        if not earlier or (language == "en" and not leans(question, language)):
            return question
        history = trimmed(earlier, self.history_tokens * CHARACTERS_A_TOKEN)
        prompt = prompts.fill("standalone", self.folder, history=history, question=question)
        try:
            said = reply(self.model, prompt, min(self.timeout_s, LONGEST_WAIT_S), self.stop, most=2 * LONGEST)
        except ModelError:
            said = ""
        whole = flat(said).strip('"“”„«»* ')
        usable = whole and len(whole) <= LONGEST and "\n" not in said.strip() and asks(whole) >= asks(question)
        return whole if usable else standalone(question, earlier, language)


def asks(text: str) -> bool:
    return text.endswith(("?", "？", "؟", ";", "՞"))


def trimmed(earlier: Sequence[Turn], most: int) -> str:
    """The conversation in at most `most` characters, the newest turns of it; of the last at least the question."""
    kept: list[str] = []
    room = most
    for turn in reversed(earlier):
        said = f"Question: {flat(turn.searched_for)}\nAnswer: {flat(turn.said) or 'not found'}"
        if len(said) > room and kept:
            break
        kept.append(said[:room])
        room -= len(said) + 1
        if room <= 0:
            break
    return "\n".join(reversed(kept))
