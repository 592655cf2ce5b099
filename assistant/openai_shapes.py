"""What clients of OpenAI's API send and read, as far as it means something here. Other members are not looked at."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["user", "assistant", "system", "developer", "tool", "function"]
Text = Annotated[str, Field(max_length=100_000)]


class Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Part(Loose):
    type: str = "text"
    text: Text = ""


class ChatMessage(Loose):
    role: Role
    content: Text | Annotated[list[Part], Field(max_length=100)] | None = None

    @property
    def text(self) -> str:
        """All its text; pictures and sounds are not seen."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptions(Loose):
    include_usage: bool = False


class ChatRequest(Loose):
    """Instructions (system messages), temperature and the like change nothing: answers come from the articles."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "model": "article-assistant",
                    "messages": [{"role": "user", "content": "Why does Moscow tolerate it?"}],
                }
            ]
        },
    )
    model: str = Field(max_length=300)
    messages: list[ChatMessage] = Field(min_length=1, max_length=400)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = 1


class ResponsesRequest(Loose):
    """Stateless: nothing is stored, so that earlier turns come as `input`."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={"examples": [{"model": "article-assistant", "input": "Why does Moscow tolerate it?"}]},
    )
    model: str = Field(max_length=300)
    input: Text | Annotated[list[ChatMessage], Field(min_length=1, max_length=400)]
    stream: bool | None = False
    previous_response_id: None = None
    conversation: None = None
    background: Literal[False] | None = None


class Open(BaseModel):
    """A reply may have more members than these."""

    model_config = ConfigDict(extra="allow")


class Model(Open):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(Open):
    object: Literal["list"]
    data: list[Model]


class ChatUsage(Open):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatReplyMessage(Open):
    role: Literal["assistant"]
    content: str
    annotations: list[dict[str, Any]]


class Choice(Open):
    index: int
    message: ChatReplyMessage
    finish_reason: Literal["stop"]


class ChatCompletion(Open):
    """`message.annotations` are url_citation objects for the [n] in the text, `citations` what they stand for."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: ChatUsage
    citations: list[dict[str, Any]]


class ResponseUsage(Open):
    input_tokens: int
    output_tokens: int
    total_tokens: int


class ResponseBody(Open):
    id: str
    object: Literal["response"]
    created_at: float
    status: Literal["completed"]
    model: str
    output: list[dict[str, Any]]
    usage: ResponseUsage
    citations: list[dict[str, Any]]
