"""A chat model that says what it is told to, as a LangChain model; small chunks, one reply a call."""

from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult


class Speaking(BaseChatModel):
    """A chat model whose whole reply is what it streams."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        text = "".join(str(chunk.message.content) for chunk in self._stream(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])


class Scripted(Speaking):
    """Each reply is a text, or an exception that is raised, or a text and the exception that cuts it."""

    replies: list[Any]
    prompts: list[str] = []
    chunk: int = 3

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.prompts.append("\n\n".join(str(message.content) for message in messages))
        text, error = self._next()
        for start in range(0, max(1, len(text)), self.chunk):
            yield ChatGenerationChunk(message=AIMessageChunk(text[start : start + self.chunk]))
        if error:
            raise error

    def _next(self) -> tuple[str, Exception | None]:
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            return "", reply
        return reply if isinstance(reply, tuple) else (reply, None)
