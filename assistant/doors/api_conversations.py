"""The native HTTP API: conversations, and what their readers think of the answers."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from assistant.answer import Answer
from assistant.conversations import Conversation, StoredTurn
from assistant.dependencies import Asking, Served
from assistant.links import now
from assistant.markdown import exported
from assistant.render import blocks
from assistant.replies import Json
from assistant.service import Caller, Service
from assistant.shapes import (
    ConversationBody,
    ConversationChange,
    ConversationList,
    ConversationRequest,
    Feedback,
    WholeConversation,
    problems,
)
from index.article import Article
from index.errors import UnknownArticle

router = APIRouter(tags=["conversations"])


@router.get(
    "/v1/conversations",
    response_model=ConversationList,
    responses=problems(),
    summary="One's conversations, the newest first",
)
async def conversations(service: Served, caller: Asking) -> Response:
    found = await service.work(lambda: service.conversations.all(caller.name))
    return Json({"conversations": [_shown(one) for one in found]})


@router.post(
    "/v1/conversations",
    status_code=201,
    response_model=ConversationBody,
    responses=problems(400, 404, 409, 413, 422),
    summary="Begin a conversation",
)
async def begin(asked: ConversationRequest, request: Request, service: Served, caller: Asking) -> Response:
    made = await service.work(lambda: _begin(service, asked, caller))
    request.state.conversation = made.id
    return Json(_shown(made), 201, headers={"Location": f"/v1/conversations/{made.id}"})


@router.get(
    "/v1/conversations/{id}",
    response_model=WholeConversation,
    responses=problems(404, 422),
    summary="A conversation with its turns",
)
async def conversation(id: str, service: Served, caller: Asking) -> Response:
    return Json(await service.work(lambda: _whole(service, id, caller)))


@router.get(
    "/v1/conversations/{id}/markdown",
    response_class=Response,
    responses={200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}, **problems(404, 422)},
    summary="A conversation as Markdown with footnotes",
)
async def markdown(id: str, service: Served, caller: Asking) -> Response:
    found = await service.work(lambda: service.conversations.get(id, caller.name))
    headers = {"Content-Disposition": 'attachment; filename="conversation.md"', "Cache-Control": "no-store"}
    return Response(exported(found), media_type="text/markdown", headers=headers)


@router.patch(
    "/v1/conversations/{id}",
    response_model=ConversationBody,
    responses=problems(400, 404, 409, 413, 422),
    summary="Give a conversation another title or other articles",
)
async def change(id: str, asked: ConversationChange, request: Request, service: Served, caller: Asking) -> Response:
    request.state.conversation = id
    return Json(_shown(await service.work(lambda: _change(service, id, asked, caller))))


@router.delete(
    "/v1/conversations/{id}",
    status_code=204,
    responses=problems(404, 409, 422),
    summary="Forget a conversation with all its turns",
)
async def delete(id: str, service: Served, caller: Asking) -> Response:
    await service.work(lambda: _delete(service, id, caller))
    return Response(status_code=204)


@router.post(
    "/v1/feedback",
    status_code=204,
    responses=problems(400, 404, 409, 413, 422),
    summary="Say what one thinks of an answer; 0 takes it back",
)
async def feedback(asked: Feedback, service: Served, caller: Asking) -> Response:
    rated = (asked.conversation_id, caller.name, asked.turn, asked.rating, asked.comment)
    await service.work(lambda: service.conversations.rate(*rated))
    return Response(status_code=204)


def _begin(service: Service, asked: ConversationRequest, caller: Caller) -> Conversation:
    for article in asked.articles:
        service.entry(article, caller, "articles")
    made = service.conversations.start(caller.name, articles=asked.articles)
    return service.conversations.change(made.id, caller.name, title=asked.title) if asked.title else made


def _change(service: Service, id: str, asked: ConversationChange, caller: Caller) -> Conversation:
    held = service.conversations.head(id, caller.name)
    for article in asked.articles:
        service.entry(article, caller, "articles")
    values = asked.model_dump(exclude_unset=True)
    return service.conversations.change(id, caller.name, **values) if values else held


def _delete(service: Service, id: str, caller: Caller) -> None:
    service.conversations.delete(id, caller.name)
    service.once.forget(id)  # replies that repeat what was said in it


def _whole(service: Service, id: str, caller: Caller) -> dict[str, Any]:
    found = service.conversations.get(id, caller.name)
    articles: dict[str, Article | None] = {}
    return {**_shown(found), "turns": [_turn(service, turn, caller, articles) for turn in found.turns]}


def _shown(found: Conversation) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "articles": list(found.articles),
        "created": found.created.isoformat(),
        "changed": found.changed.isoformat(),
        "turn_count": found.turn_count,
    }


def _turn(service: Service, turn: StoredTurn, caller: Caller, articles: dict[str, Article | None]) -> dict[str, Any]:
    answer = _answer(service, turn.answer, caller, articles) if turn.answer else None
    return {
        "number": turn.number,
        "question": turn.question,
        "asked": turn.asked.isoformat(),
        "cut": turn.cut,
        "rating": turn.rating,
        "comment": turn.comment,
        "claims": [claim.as_json() for claim in turn.claims],
        "answer": answer,
        "html": blocks(turn.claims),
    }


def _answer(service: Service, answer: Answer, caller: Caller, articles: dict[str, Article | None]) -> dict[str, Any]:
    """The answer as it was given; each citation says where its quote stands now."""
    for name in {c.article for c in (*answer.citations, *answer.nearest)} - articles.keys():
        articles[name] = _article(service, name, caller)
    shown = answer.as_json()
    for kind, cited in (("citations", answer.citations), ("nearest", answer.nearest)):
        places: Iterable[Any] = (now(c, articles[c.article]) for c in cited)
        shown[kind] = [{**one, "now": asdict(place)} for one, place in zip(shown[kind], places, strict=True)]
    return shown


def _article(service: Service, name: str, caller: Caller) -> Article | None:
    try:
        found = service.assistant.catalog.entry(name, caller.scope)
        return service.assistant.catalog.article(found.id, caller.scope) if found.id == name else None
    except UnknownArticle:
        return None
