"""The JSON that goes in and out over HTTP, as the OpenAPI document describes it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from assistant.answer import State
from assistant.links import Now

Id = Annotated[str, Field(max_length=200)]
Articles = Annotated[list[Id], Field(max_length=1000)]
SHIPPED = "a-road-south-and-its-price"
CITATION: JsonDict = {
    "n": 1,
    "article": SHIPPED,
    "title": "A Road South and Its Price: Evstratov on Russia and Azerbaijan",
    "section": "Why Moscow puts up with it",
    "quote": "The first reason is the North-South route.",
    "start": 4820,
    "end": 4862,
    "article_hash": "9f2c…",
    "url": "",
    "answer": None,
}


class Shape(BaseModel):
    """Nothing that is not named belongs into it."""

    model_config = ConfigDict(extra="forbid")


class Error(Shape):
    message: str
    type: str
    param: str | None
    code: str


class ProblemDocument(Shape):
    """RFC 9457, with the `error` that clients of OpenAI's API read."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    request_id: str
    error: Error


class Message(Shape):
    role: Literal["user", "assistant", "system", "developer"]
    content: str = Field(max_length=100_000)


class AnswerRequest(Shape):
    """A question: alone, after `messages`, or in a kept conversation."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "Why is Moscow ready to tolerate it?"}]}
    )
    question: str = Field(min_length=1, max_length=10_000, description="at most 2,000 characters without white space")
    conversation_id: Id | None = Field(None, description="without it nothing is kept")
    articles: Articles = Field([], description="ids to answer from, none meaning all; a conversation takes them over")
    messages: list[Message] = Field([], max_length=200, description="earlier turns, without a conversation")
    stream: bool = Field(False, description="server-sent events; the same as Accept: text/event-stream")


class CitationBody(Shape):
    """Code points `start` to `end` of the article's text are the quote."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CITATION]})
    n: int
    article: str
    title: str
    section: str
    quote: str
    start: int
    end: int
    article_hash: str
    url: str
    answer: list[int] | None


class ClaimBody(Shape):
    text: str
    state: State
    citations: list[int]
    reason: str


class AnswerFacts(Shape):
    question: str
    searched_for: str
    found: bool
    claims: list[ClaimBody]
    answerability: float
    not_found: str
    sentences_read: int
    sentences_held: int
    articles_held: int
    answered_by: str
    model_failure: str
    prompt_version: str
    seconds: float
    stages: dict[str, float]


class AnswerJson(AnswerFacts):
    """An answer as every door gives it out."""

    citations: list[CitationBody]
    nearest: list[CitationBody]


class AnswerBody(AnswerJson):
    conversation_id: str | None
    turn: int | None
    html: list[str] = Field(description="top-level blocks of safe HTML")


class ArticleFacts(Shape):
    """`own` says whether the caller may remove it."""

    id: str
    title: str
    language: str
    url: str
    hash: str
    added: datetime
    shipped: bool
    own: bool


class Counts(Shape):
    blocks: int
    sentences: int
    passages: int


class ArticleBody(ArticleFacts, Counts):
    """What the library knows of an article."""


class ArticleList(Shape):
    articles: list[ArticleBody]


class Added(ArticleBody):
    change: Literal["added", "replaced", "unchanged"]


class BlockBody(Shape):
    start: int
    end: int
    kind: str
    level: int
    aside: bool


class WholeArticle(ArticleFacts):
    """The canonical text, in which all offsets count code points."""

    counts: Counts
    text: str
    blocks: list[BlockBody]
    sentences: list[list[int]]


class TextOrAddress(Shape):
    """Either `url`, of a page of the public web, or `text` with its `title`."""

    url: str = Field("", max_length=4_000)
    text: str = Field("", max_length=4_000_000)
    title: str = Field("", max_length=300)


class ConversationRequest(Shape):
    title: str = Field("", max_length=1_000)
    articles: Articles = []


class ConversationChange(ConversationRequest):
    """What is not given stays."""


class ConversationBody(Shape):
    id: str
    title: str
    articles: list[str]
    created: datetime
    changed: datetime
    turn_count: int


class ConversationList(Shape):
    conversations: list[ConversationBody]


class Said(Shape):
    text: str
    state: State
    reason: str


class KeptCitation(CitationBody):
    now: Now


class KeptAnswer(AnswerFacts):
    """The answer as it was given; each citation says where its quote stands now."""

    citations: list[KeptCitation]
    nearest: list[KeptCitation]


class TurnBody(Shape):
    """A cut turn has no answer, only the claims that had been shown."""

    number: int
    question: str
    asked: datetime
    cut: bool
    rating: Literal[-1, 0, 1]
    comment: str
    claims: list[Said]
    answer: KeptAnswer | None
    html: list[str]


class WholeConversation(ConversationBody):
    turns: list[TurnBody]


class Feedback(Shape):
    conversation_id: Id
    turn: int = Field(ge=1, le=1_000_000)
    rating: Literal[-1, 0, 1]
    comment: str = Field("", max_length=2_000)


class SuggestionList(Shape):
    suggestions: list[str]


class SessionBody(Shape):
    keys_required: bool
    signed_in: bool
    name: str


class SignIn(Shape):
    key: str = Field(min_length=1, max_length=200)


class Health(Shape):
    status: Literal["ok"]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that can end in these problems, besides those that any can end in."""
    said = {
        400: "The body could not be read",
        401: "No valid key",
        403: "Not allowed",
        404: "Not there, or another's",
        409: "Not now: another request is still being worked on",
        413: "The body is too large",
        415: "Not a kind of body that is read here",
        421: "The server does not go by this Host",
        422: "Something in the request is wrong; the detail says what",
        429: "Too much at once; Retry-After says when to try again",
        500: "A failure of the server",
        503: "Not ready, stopping, or the store cannot be used",
    }
    document = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    always = (401, 403, 421, 429, 500, 503)
    return {status: {"description": said[status], "content": document} for status in sorted({*always, *statuses})}


def stream(events: str, example: str, *names: str) -> dict[str, Any]:
    """The description of a reply as server-sent events of these names; without any, of events without a name."""
    named: dict[str, Any] = {"event": {"type": "string", "enum": list(names)}} if names else {}
    data = {"type": "string", "contentMediaType": "application/json", "description": events}
    item = {"type": "object", "required": [*named, "data"], "properties": {**named, "data": data}}
    return {"itemSchema": item, "example": example}
