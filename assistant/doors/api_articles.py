"""The native HTTP API: articles, and questions that may be asked of them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from functools import partial
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from assistant import logs
from assistant.dependencies import Asking, Served
from assistant.guard import as_problem
from assistant.problems import Invalid, Refused
from assistant.replies import Events, Json, event, wants_events
from assistant.service import Caller, Service, own_or_refuse
from assistant.shapes import Added, ArticleList, SuggestionList, TextOrAddress, WholeArticle, problems, stream
from index.article import Article, flat
from index.catalog import Change
from index.errors import BadSource
from index.formats import read_guarded
from index.library import Entry
from index.sources import sources

LONGEST_NAME = 200  # characters of a file's name that are kept
EVENTS = stream(
    "`progress` with the texts embedded so far and their number, then exactly one `done` (the JSON reply) or `error`",
    'event: progress\ndata: {"done": 32, "of": 54}\n\nevent: done\ndata: {"id": "the-old-bridge", …}\n\n',
    *("progress", "done", "error"),
)
BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "title": {"type": "string", "maxLength": 300},
                },
            }
        },
        "application/json": {
            "schema": TextOrAddress.model_json_schema(),
            "examples": {
                "text": {"value": {"title": "The Market", "text": "The weekly market opens on Thursdays at six."}},
                "address": {"value": {"url": "https://example.org/market"}},
            },
        },
    },
}
router = APIRouter(tags=["articles"])


@router.get("/v1/articles", response_model=ArticleList, responses=problems(), summary="What is in the library")
async def articles(service: Served, caller: Asking) -> Response:
    entries = await service.work(lambda: service.assistant.catalog.entries(caller.scope))
    return Json({"articles": [_shown(entry, caller) for entry in entries]})


@router.get("/v1/articles/{id}", response_model=WholeArticle, responses=problems(404, 422), summary="An article, whole")
async def article(id: str, service: Served, caller: Asking) -> Response:
    entry, found = await service.work(lambda: _whole(service, id, caller))
    shown = _shown(entry, caller)
    counts = {name: shown.pop(name) for name in ("blocks", "sentences", "passages")}
    blocks = [
        {"start": b.start, "end": b.end, "kind": b.kind, "level": b.level, "aside": b.aside} for b in found.blocks
    ]
    sentences = [[sentence.start, sentence.end] for sentence in found.sentences]
    return Json({**shown, "counts": counts, "text": found.text, "blocks": blocks, "sentences": sentences})


@router.post(
    "/v1/articles",
    status_code=201,
    response_model=Added,
    responses={201: {"content": {"text/event-stream": EVENTS}}, **problems(400, 409, 413, 415, 422)},
    openapi_extra={"requestBody": BODY},
    summary="Add an article: a file, an address or a text",
)
async def add(request: Request, service: Served, caller: Asking) -> Response:
    made = await service.work(await _reading(request), service.articles_pool)
    adding = _Adding(service, made, caller)
    if wants_events(request):
        return Events(adding.events(), lambda: None, 201)
    entry, change = await service.work(lambda: adding.add(lambda done, of: None), service.articles_pool)
    return Json({**_shown(entry, caller), "change": change}, 201, headers={"Location": f"/v1/articles/{entry.id}"})


@router.delete(
    "/v1/articles/{id}", status_code=204, responses=problems(404, 409, 422), summary="Forget an article of one's own"
)
async def remove(id: str, service: Served, caller: Asking) -> Response:
    await service.work(lambda: _remove(service, id, caller))
    return Response(status_code=204)


@router.get(
    "/v1/suggestions",
    response_model=SuggestionList,
    responses=problems(404, 422),
    summary="Questions that the articles are known to answer",
)
async def suggestions(
    service: Served,
    caller: Asking,
    article: Annotated[list[str], Query(max_length=100, description="ids; none means all")] = [],  # noqa: B006
) -> Response:
    for one in article:
        await service.work(partial(service.entry, one, caller, "article"))
    found = await service.work(lambda: service.suggestions.of(article, caller.scope), service.articles_pool)
    return Json({"suggestions": found})


async def _reading(request: Request) -> Callable[[], Article]:
    """What reads the article of a request, a file on disk or what its JSON says: it blocks, and raises BadSource or
    Unreachable. Raises Refused, Invalid.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _file(await request.form(max_files=1, max_fields=4), request)
    if kind != "application/json":
        raise Refused(415, "unknown_body", "Send a file as multipart/form-data, or an address or a text as JSON.")
    try:
        given = TextOrAddress.model_validate_json(await request.body())
    except ValidationError as error:
        raise Invalid(error.errors(include_input=False, include_url=False)) from None
    if bool(given.url) == bool(given.text):
        raise Refused(422, "invalid_request", "Give either url or text.", "url")
    if given.text:
        return lambda: read_guarded(given.text.encode(), title=given.title)
    if "://" not in given.url:
        raise BadSource("That is not a public web address. Give one that begins with https:// or http://.")
    return lambda: next(sources(given.url, given.title)).read()


def _file(form: FormData, request: Request) -> Callable[[], Article]:
    file, title = form.get("file"), form.get("title", "")
    if not isinstance(file, UploadFile) or not isinstance(title, str) or len(title) > 300:
        raise Refused(
            422, "invalid_request", "Give one file named “file” and at most 300 characters as “title”.", "file"
        )
    most = request.app.state.service.settings.most_upload_bytes
    if (file.size or 0) > most:
        raise Refused(413, "http_413", f"The file has more than {most:,} bytes.", "file")
    name = flat(PurePosixPath((file.filename or "").replace("\\", "/")).name)[-LONGEST_NAME:]
    return lambda: read_guarded(file.file.read(), name=name, title=title)


class _Adding:
    """An article on its way into the library."""

    def __init__(self, service: Service, article: Article, caller: Caller) -> None:
        self.service, self.article, self.caller = service, article, caller

    def add(self, progress: Callable[[int, int], None]) -> tuple[Entry, Change]:
        catalog = self.service.assistant.catalog
        made = catalog.add(self.article, progress, self.caller.scope)
        catalog.snapshot()
        return made

    async def events(self) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()

        def put(made: bytes | None) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, made)

        def work() -> None:
            try:
                entry, change = self.add(lambda done, of: put(event("progress", {"done": done, "of": of})))
                put(event("done", {**_shown(entry, self.caller), "change": change}))
            except Exception as error:  # noqa: BLE001 (told to the reader: the status is sent already)
                logs.event("failure", error, request_id=self.caller.request_id)
                put(event("error", as_problem(error).document(self.caller.request_id)))
            put(None)

        self.service.articles_pool.submit(work)
        while (made := await queue.get()) is not None:
            yield made


def _whole(service: Service, id: str, caller: Caller) -> tuple[Entry, Article]:
    entry = service.entry(id, caller)
    return entry, service.assistant.catalog.article(entry.id, caller.scope)


def _remove(service: Service, id: str, caller: Caller) -> None:
    own_or_refuse(service.entry(id, caller), caller)
    service.assistant.catalog.remove(id, caller.scope)


def _shown(entry: Entry, caller: Caller) -> dict[str, Any]:
    names = ("id", "title", "language", "url", "hash", "blocks", "sentences", "passages", "shipped")
    own = not entry.shipped and (caller.scope is None or entry.owner == caller.name)
    return {**{name: getattr(entry, name) for name in names}, "added": entry.added.isoformat(), "own": own}
