"""The native HTTP API: questions and answers, and the application that every other door of the web joins."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from assistant import logs, page
from assistant.answer import Answer, Claim, Part, Searched
from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.dependencies import Asking
from assistant.doors import api_articles, api_conversations, api_server
from assistant.guard import Guard, as_problem
from assistant.messages import turns
from assistant.problems import MEDIA_TYPE, Problem, Refused, invalid
from assistant.render import Rendering, blocks
from assistant.repeats import Repeats
from assistant.replies import Events, Gone, Json, event, unless_gone, wants_events
from assistant.service import Caller, Question, Running, Service
from assistant.settings import Settings
from assistant.shapes import AnswerBody, AnswerRequest, ProblemDocument, problems, stream

Background = Callable[[], AbstractAsyncContextManager[Any]]
EXAMPLE = (
    'event: searched\ndata: {"searched_for": "Why is Moscow ready to tolerate it?", "conversation_id": null, "turn": '
    'null}\n\nevent: claim\ndata: {"text": "…", "state": "quoted", "reason": "", "citations": [{"n": 1, …}]}\n\n'
    'event: html\ndata: {"from": 0, "blocks": ["<p>…</p>"]}\n\nevent: done\ndata: {"question": …}\n\n'
)
EVENTS = stream(
    "`searched`, then for each claim `claim` with whole citations and `html` (the blocks from `from` on are replaced), "
    "then exactly one `done` (the JSON reply) or `error` (a problem document)",
    EXAMPLE,
    *("searched", "claim", "html", "done", "error"),
)
router = APIRouter(tags=["answers"])


def application(
    assistant: Assistant, conversations: Conversations, settings: Settings, *, keyed: bool = False
) -> FastAPI:
    """The native API and the page; with `keyed` nobody comes in without a key. Its `state.service` is what doors share.

    What stands in its `state.background` runs while it does.
    """
    service = Service(assistant, conversations, settings, keyed=keyed)
    app = FastAPI(
        title="Article Assistant",
        version="1",
        summary="Answers about articles; every sentence points at the exact characters that support it.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.service = service
    app.state.background = []
    bearer = [Security(HTTPBearer(auto_error=False, description="a key, where the server has any"))]
    for part in (router, api_articles.router, api_conversations.router):
        app.include_router(part, dependencies=bearer)
    app.include_router(api_server.router)
    app.router.routes.extend(page.routes())
    app.add_exception_handler(HTTPException, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse)
    app.add_middleware(Repeats, service=service)
    app.add_middleware(Guard, service=service)
    app.add_middleware(page.SecurityHeaders)
    _describe(app)
    return app


@router.post(
    "/v1/answers",
    response_model=AnswerBody,
    responses={200: {"content": {"text/event-stream": EVENTS}}, **problems(400, 404, 409, 413, 422)},
    summary="Ask a question",
)
async def answers(asked: AnswerRequest, request: Request, caller: Asking) -> Response:
    service: Service = request.app.state.service
    question = await service.work(lambda: _question(service, asked, caller))
    request.state.conversation = asked.conversation_id or ""
    running = await service.start(question, caller)
    if asked.stream or wants_events(request):
        return Events(_events(service, running, caller, asked), lambda: service.leave(running))
    try:
        answer = await unless_gone(request, service.rest(running, caller))
    except Gone:
        return Response(status_code=499)
    finally:
        service.leave(running)
    return Json(_reply(answer, asked.conversation_id, running.turn, blocks(answer.claims)))


def _question(service: Service, asked: AnswerRequest, caller: Caller) -> Question:
    """What is asked. In a conversation it is asked of the articles of that, which `articles` change."""
    articles = tuple(asked.articles)
    if asked.conversation_id is None:
        earlier = turns((message.role, message.content) for message in asked.messages)
        return Question(asked.question, articles, earlier)
    if asked.messages:
        said = "A conversation has its own earlier turns: leave messages or conversation_id out."
        raise Refused(422, "messages_in_conversation", said, "messages")
    held = service.conversations.head(asked.conversation_id, caller.name)
    return Question(asked.question, articles, conversation=held)


async def _events(
    service: Service, running: Running, caller: Caller, asked: AnswerRequest
) -> AsyncGenerator[bytes, None]:
    rendering = Rendering()
    try:
        async with aclosing(service.follow(running, caller)) as parts:
            async for part in parts:
                for made in _told(part, rendering, asked.conversation_id, running.turn):
                    yield made
    except Exception as error:  # noqa: BLE001 (told to the reader: the status is sent already)
        found = as_problem(error)
        if found.status >= 500:
            logs.event("failure", error, request_id=caller.request_id)
        yield event("error", found.document(caller.request_id))


def _told(part: Part | Answer, rendering: Rendering, conversation_id: str | None, turn: int | None) -> list[bytes]:
    match part:
        case Searched():
            said = {"searched_for": part.searched_for, "conversation_id": conversation_id, "turn": turn}
            return [event("searched", said)]
        case Claim():
            place, changed = rendering.add(part)
            cited = [asdict(citation) for citation in part.citations]
            told = {**part.as_json(), "citations": cited}
            return [event("claim", told), event("html", {"from": place, "blocks": changed})]
    return [event("done", _reply(part, conversation_id, turn, rendering.shown))]


def _reply(answer: Answer, conversation_id: str | None, turn: int | None, html: list[str]) -> dict[str, Any]:
    return {**answer.as_json(), "conversation_id": conversation_id, "turn": turn, "html": html}


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    """What the framework finds wrong, as a problem."""
    found: Problem = invalid(error.errors()) if isinstance(error, RequestValidationError) else as_problem(error)
    document = found.document(request.state.request_id, request.url.path)
    return JSONResponse(document, found.status, dict(found.headers), media_type=MEDIA_TYPE)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    async with AsyncExitStack() as running:
        for begin in app.state.background:
            await running.enter_async_context(begin())
        if not service.loaded:
            await service.work(service.load)
        yield
    service.close()


def _describe(app: FastAPI) -> None:
    """The OpenAPI document, with the problem document among its schemas."""
    made = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = made().setdefault("components", {}).setdefault("schemas", {})
            schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs"))
            schemas["ProblemDocument"] = schema
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return made()

    app.openapi = described  # type: ignore[method-assign]
