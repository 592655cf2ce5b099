"""A chat model that says to each question what its script says, at the pace the script sets, as a LangChain model."""

import re
import time
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk

from tests.assistant.scripted import Speaking

SENTENCE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
CITED = re.compile(r"\[@([^\]]+)\]")


class Speaker(Speaking):
    """`script` holds for each question the pieces of its reply: text, seconds to wait, or an exception to raise.

    `[@words]` in a text becomes the number of the sentence shown that has these words. Where a question is not in the
    script, it finds nothing. `asked` counts the calls, `heard` those whose reply was taken to its end.
    """

    script: dict[str, list[Any]]
    asked: list[str] = []
    heard: list[str] = []

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        prompt = str(messages[-1].content)
        sentences = [(number, words) for number, words in SENTENCE.findall(prompt)]
        question = next((question for question in self.script if f"Question: {question}" in prompt), "")
        self.asked.append(question)
        for piece in self.script.get(question, ["NOT FOUND"]):
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, str):
                yield ChatGenerationChunk(message=AIMessageChunk(CITED.sub(lambda m: _number(m[1], sentences), piece)))
            else:
                time.sleep(piece)
        self.heard.append(question)


def _number(words: str, sentences: list[tuple[str, str]]) -> str:
    """The mark of the sentence that has these words; one that no sentence has where it was not shown."""
    return next((f"[{number}]" for number, sentence in sentences if words in sentence), "[999]")
