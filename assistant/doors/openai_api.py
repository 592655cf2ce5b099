"""The HTTP API that clients of OpenAI's know: models, chat completions, responses. It keeps nothing."""

import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Security
from fastapi.security import HTTPBearer
from starlette.responses import Response

from assistant import logs
from assistant.answer import Answer, Claim
from assistant.dependencies import Asking, Served
from assistant.guard import as_problem
from assistant.messages import turns
from assistant.openai_shapes import (
    ChatCompletion,
    ChatMessage,
    ChatRequest,
    ModelList,
    ResponseBody,
    ResponsesRequest,
)
from assistant.problems import Refused
from assistant.replies import Events, Gone, Json, event, unless_gone
from assistant.service import Caller, Question, Running, Service
from assistant.shapes import problems, stream
from assistant.written import Mark, Written

NAME = "article-assistant"
CHUNKS = stream(
    "`chat.completion.chunk` objects, one for each claim, then `[DONE]`; a late error is a last frame `error`",
    'data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "… [1]"}}]}\n\n',
)
RESPONSE_EVENTS = stream(
    "the events of a response: `response.created`, `response.output_text.delta` for each claim, `response.completed`",
    'event: response.output_text.delta\ndata: {"type": "response.output_text.delta", "delta": "… [1]"}\n\n',
)
bearer = Security(HTTPBearer(auto_error=False, description="a key, where the server has any"))
router = APIRouter(tags=["openai"], dependencies=[bearer])


@dataclass
class Reply:
    """A reply on its way: to which model's name, of what, in which words."""

    service: Service
    caller: Caller
    running: Running
    model: str
    asked: str
    written: Written
    id: str = field(default_factory=lambda: secrets.token_hex(12))
    created: int = field(default_factory=lambda: int(time.time()))

    def usage(self, names: tuple[str, str]) -> dict[str, int]:
        """Tokens of the embedding model: there need not be another that could count."""
        count = self.service.assistant.catalog.embedder.count_tokens
        went_in, came_out = count(self.asked), count(self.written.text)
        return {names[0]: went_in, names[1]: came_out, "total_tokens": went_in + came_out}

    async def pieces(self) -> AsyncGenerator[tuple[str, list[Mark]], None]:
        """What is appended to the text, with its marks, as it comes."""
        async with aclosing(self.service.follow(self.running, self.caller)) as parts:
            async for part in parts:
                if isinstance(part, Claim):
                    yield self.written.add(part)
                elif isinstance(part, Answer):
                    yield self.written.end(part)

    async def drained(self) -> None:
        async with aclosing(self.pieces()) as pieces:
            async for _ in pieces:
                pass

    def leave(self) -> None:
        self.service.leave(self.running)


@router.get("/v1/models", response_model=ModelList, responses=problems(), summary="The library and each article")
async def models(service: Served, caller: Asking) -> Response:
    entries = await service.work(lambda: service.assistant.catalog.entries(caller.scope))
    names = {NAME: 0, **{f"{NAME}/{entry.id}": int(entry.added.timestamp()) for entry in entries}}
    data = [{"id": name, "object": "model", "created": made, "owned_by": NAME} for name, made in names.items()]
    return Json({"object": "list", "data": data})


@router.post(
    "/v1/chat/completions",
    response_model=ChatCompletion,
    responses={200: {"content": {"text/event-stream": CHUNKS}}, **problems(400, 404, 409, 413, 422)},
    summary="Answer the last message, after those before it",
)
async def chat(asked: ChatRequest, request: Request, caller: Asking) -> Response:
    reply = await _begun(request, caller, asked.model, asked.messages)
    if asked.stream:
        usage = bool(asked.stream_options and asked.stream_options.include_usage)
        return Events(_told(reply, _chunks(reply, usage), _chat_error), reply.leave)
    return await _whole(request, reply, _completion)


@router.post(
    "/v1/responses",
    response_model=ResponseBody,
    responses={200: {"content": {"text/event-stream": RESPONSE_EVENTS}}, **problems(400, 404, 409, 413, 422)},
    summary="The same, in the form of a response",
)
async def responses(asked: ResponsesRequest, request: Request, caller: Asking) -> Response:
    messages = asked.input if isinstance(asked.input, list) else [ChatMessage(role="user", content=asked.input)]
    reply = await _begun(request, caller, asked.model, messages)
    if asked.stream:
        return Events(_told(reply, _response_events(reply), _response_error), reply.leave)
    return await _whole(request, reply, _response)


async def _begun(request: Request, caller: Caller, model: str, messages: Sequence[ChatMessage]) -> Reply:
    """The last message is the question. Raises Refused for an unknown model or when nobody asks."""
    service: Service = request.app.state.service
    name, _, article = model.partition("/")
    if name != NAME or (article == "" and model != NAME):
        raise Refused(
            404, "model_not_found", f"There is no such model: {NAME} is the library, {NAME}/ID an article.", "model"
        )
    if messages[-1].role != "user":
        raise Refused(422, "no_question", "The last message has to be the user's question.", "messages")
    if article:
        await service.work(lambda: service.entry(article, caller, "model"))
    earlier = turns((message.role, message.text) for message in messages[:-1])
    question = Question(messages[-1].text, (article,) if article else (), earlier)
    running = await service.start(question, caller)
    address = service.settings.public_url or str(request.base_url)
    said = "\n".join(message.text for message in messages)
    return Reply(service, caller, running, model, said, Written(address))


async def _whole(request: Request, reply: Reply, made: Callable[[Reply], dict[str, Any]]) -> Response:
    try:
        await unless_gone(request, reply.drained())
    except Gone:
        return Response(status_code=499)
    finally:
        reply.leave()
    return Json(await reply.service.work(lambda: made(reply)))


async def _told(
    reply: Reply, frames: AsyncGenerator[bytes, None], told: Callable[[dict[str, Any]], bytes]
) -> AsyncGenerator[bytes, None]:
    """The frames, and where something fails a last one that says so: the status is sent already."""
    try:
        async with aclosing(frames):
            async for frame in frames:
                yield frame
    except Exception as error:  # noqa: BLE001 (the reader is told)
        found = as_problem(error)
        if found.status >= 500:
            logs.event("failure", error, request_id=reply.caller.request_id)
        yield told(found.document(reply.caller.request_id)["error"])


def _chat_error(error: dict[str, Any]) -> bytes:
    return event("", {"error": error})


def _response_error(error: dict[str, Any]) -> bytes:
    said = {"type": "error", "code": error["code"], "message": error["message"], "param": error["param"]}
    return event("error", {**said, "sequence_number": 0, "error": error})  # the client looks into the last


def _completion(reply: Reply) -> dict[str, Any]:
    written = reply.written
    message = {
        "role": "assistant",
        "content": written.text,
        "refusal": None,
        "annotations": [mark.chat() for mark in written.marks],
    }
    return {
        "id": f"chatcmpl-{reply.id}",
        "object": "chat.completion",
        "created": reply.created,
        "model": reply.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": reply.usage(("prompt_tokens", "completion_tokens")),
        "citations": written.citations(),
    }


async def _chunks(reply: Reply, usage: bool) -> AsyncGenerator[bytes, None]:
    shared = {
        "id": f"chatcmpl-{reply.id}",
        "object": "chat.completion.chunk",
        "created": reply.created,
        "model": reply.model,
    }

    def chunk(delta: dict[str, Any], end: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": end}
        return event("", {**shared, "choices": [choice], **({"usage": None} if usage else {}), **more})

    yield chunk({"role": "assistant", "content": ""})
    async with aclosing(reply.pieces()) as pieces:
        async for text, marks in pieces:
            if text:
                yield chunk({"content": text, "annotations": [mark.chat() for mark in marks]})
    yield chunk({}, "stop", citations=reply.written.citations())
    if usage:
        counted = await reply.service.work(lambda: reply.usage(("prompt_tokens", "completion_tokens")))
        yield event("", {**shared, "choices": [], "usage": counted})
    yield b"data: [DONE]\n\n"


def _response(reply: Reply) -> dict[str, Any]:
    usage = reply.usage(("input_tokens", "output_tokens"))
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    shown = {"output": [_item(reply)], "usage": {**usage, **details}, "citations": reply.written.citations()}
    return {**_bare(reply), "status": "completed", **shown}


def _bare(reply: Reply) -> dict[str, Any]:
    """A response before it has said anything."""
    nothing = ("error", "incomplete_details", "instructions", "max_output_tokens", "previous_response_id", "usage")
    return {
        "id": f"resp_{reply.id}",
        "object": "response",
        "created_at": reply.created,
        "status": "in_progress",
        "model": reply.model,
        "output": [],
        "parallel_tool_calls": False,
        "tool_choice": "none",
        "tools": [],
        "text": {"format": {"type": "text"}},
        "temperature": None,
        "top_p": None,
        "truncation": "disabled",
        "store": False,
        "metadata": {},
        **dict.fromkeys(nothing),
    }


def _item(reply: Reply, status: str = "completed") -> dict[str, Any]:
    content = [_part(reply)] if status == "completed" else []
    return {"id": f"msg_{reply.id}", "type": "message", "status": status, "role": "assistant", "content": content}


def _part(reply: Reply) -> dict[str, Any]:
    marks = [mark.response() for mark in reply.written.marks]
    return {"type": "output_text", "text": reply.written.text, "annotations": marks, "logprobs": []}


async def _response_events(reply: Reply) -> AsyncGenerator[bytes, None]:
    number = iter(range(1_000_000))
    place = {"item_id": f"msg_{reply.id}", "output_index": 0, "content_index": 0}

    def told(kind: str, **members: Any) -> bytes:
        return event(kind, {"type": kind, "sequence_number": next(number), **members})

    yield told("response.created", response=_bare(reply))
    yield told("response.in_progress", response=_bare(reply))
    yield told("response.output_item.added", output_index=0, item=_item(reply, "in_progress"))
    yield told("response.content_part.added", **place, part=_part(reply))
    noted = 0
    async with aclosing(reply.pieces()) as pieces:
        async for text, marks in pieces:
            if text:
                yield told("response.output_text.delta", **place, delta=text, logprobs=[])
            for mark in marks:
                noting = {"annotation_index": noted, "annotation": mark.response()}
                yield told("response.output_text.annotation.added", **place, **noting)
                noted += 1
    yield told("response.output_text.done", **place, text=reply.written.text, logprobs=[])
    yield told("response.content_part.done", **place, part=_part(reply))
    yield told("response.output_item.done", output_index=0, item=_item(reply))
    yield told("response.completed", response=await reply.service.work(lambda: _response(reply)))
