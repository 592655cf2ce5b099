"""MCP: tools to search, fetch and ask, and the articles as resources, over streamable HTTP and over stdio."""

import json
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import CallToolResult, Resource, TextContent, ToolAnnotations
from pydantic import Field
from starlette.routing import BaseRoute

from assistant import logs
from assistant.answer import Answer, Citation
from assistant.links import deep_link
from assistant.markdown import with_footnotes
from assistant.problems import Problem, problem, unknown
from assistant.service import Caller, Question, Service
from assistant.shapes import AnswerJson
from index.article import Span
from index.snapshot import Located

T = TypeVar("T")
MOST_FOUND = 10  # passages that a search gives
INSTRUCTIONS = (
    "Answers questions about the articles of a library. `ask` gives checked claims, each with the exact characters of "
    "the article that support it; `search` finds passages and `fetch` gives their text."
)
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
Query = Annotated[str, Field(min_length=1, max_length=2_000, description="words or a question")]
Id = Annotated[str, Field(min_length=1, max_length=200, description="an id that search gave, or that of an article")]
Asked = Annotated[str, Field(min_length=1, max_length=10_000, description="a question that stands alone")]
Only = Annotated[list[str], Field(max_length=100, description="ids of the articles to answer from; none means all")]


@dataclass(frozen=True)
class Visit:
    """Who calls, and the address of the page, which may be empty."""

    caller: Caller
    address: str


VISIT: ContextVar[Visit] = ContextVar("visit")


class Door(MCPServer[Any]):
    """The server. What may be seen is the caller's, also in the list of resources."""

    def __init__(self, service: Service) -> None:
        self.service = service
        super().__init__(
            "article-assistant", title="Article Assistant", instructions=INSTRUCTIONS, version="1",
            middleware=[_visit(service)],
        )  # fmt: skip
        self.tool(annotations=READ_ONLY, structured_output=False)(self.search)
        self.tool(annotations=READ_ONLY, structured_output=False)(self.fetch)
        self.tool(annotations=READ_ONLY)(self.ask)
        self.resource("article://{id}", name="article", title="An article", mime_type="text/plain")(self.article)

    async def search(self, query: Query) -> str:
        """Find passages of the articles: {"results": [{"id", "title", "url"}]}, the best first."""
        found = await _words(partial(self.service.work, partial(self._found, query, VISIT.get())))
        return json.dumps({"results": found}, ensure_ascii=False)

    async def fetch(self, id: Id) -> str:
        """The text of a passage or of a whole article: {"id", "title", "text", "url", "metadata"}."""
        found = await _words(partial(self.service.work, partial(self._fetched, id, VISIT.get())))
        return json.dumps(found, ensure_ascii=False)

    async def ask(self, question: Asked, articles: Only = []) -> Annotated[CallToolResult, AnswerJson]:  # noqa: B006
        """Answer a question from the articles; every claim cites the exact characters that support it."""
        answer = await _words(partial(self._answer, question, tuple(articles), VISIT.get().caller))
        text = TextContent(type="text", text=with_footnotes(answer))
        return CallToolResult(content=[text], structured_content=answer.as_json())

    async def article(self, id: str) -> str:
        """The canonical text of an article, in which all offsets count code points."""
        caller = VISIT.get().caller
        try:
            entry = await self.service.work(lambda: self.service.entry(id, caller))
            found = await self.service.work(lambda: self.service.assistant.catalog.article(entry.id, caller.scope))
        except Exception as error:  # noqa: BLE001 (the edge of the door)
            told = _told(error)
            raise (ResourceNotFoundError if told.status == 404 else ResourceError)(told.detail) from None
        return found.text

    async def list_resources(self) -> list[Resource]:
        """Every article that the caller may see."""
        scope = VISIT.get().caller.scope
        entries = await self.service.work(lambda: self.service.assistant.catalog.entries(scope))
        return [
            Resource(uri=f"article://{entry.id}", name=entry.id, title=entry.title, mime_type="text/plain")
            for entry in entries
        ]

    async def _answer(self, question: str, articles: tuple[str, ...], caller: Caller) -> Answer:
        running = await self.service.start(Question(question, articles), caller)
        try:
            return await self.service.rest(running, caller)
        finally:
            self.service.leave(running)

    def _found(self, query: str, visit: Visit) -> list[dict[str, str]]:
        passages = self.service.passages(query, visit.caller, MOST_FOUND)
        return [{"id": _name(one), "title": _citation(one).place, "url": _url(one, visit.address)} for one in passages]

    def _fetched(self, name: str, visit: Visit) -> dict[str, Any]:
        id, _, place = name.partition("#")
        entry = self.service.entry(id, visit.caller)
        view = self.service.assistant.catalog.view([entry.id], visit.caller.scope)
        metadata: dict[str, Any] = {"article": entry.id, "article_hash": entry.hash}
        if not place:
            text, url = view.kept[0].article.text, entry.url or f"article://{entry.id}"
            return {"id": name, "title": entry.title, "text": text, "url": url, "metadata": metadata}
        found = next((one for one in view.passages.values() if _name(one) == name), None)
        if found is None:
            raise unknown("article")
        passage = found.passage
        metadata |= {"start": passage.start, "end": passage.end}
        url = _url(found, visit.address)
        return {"id": name, "title": _citation(found).place, "text": passage.text, "url": url, "metadata": metadata}


def routes(door: Door) -> list[BaseRoute]:
    """`/mcp`, for an application that checks Host, Origin and key itself; `door.session_manager.run()` serves it."""
    checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return list(door.streamable_http_app(stateless_http=True, transport_security=checked).routes)


def _visit(service: Service) -> ServerMiddleware[Any]:
    """Every request begins with who makes it: the caller of the HTTP request, or whoever started the program."""

    async def visit(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        address = service.settings.public_url
        if ctx.request is None:
            VISIT.set(Visit(Caller("", None, str(ctx.request_id)), address))
        else:
            VISIT.set(Visit(ctx.request.state.caller, address or str(ctx.request.base_url)))
        return await call_next(ctx)

    return visit


async def _words(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives; what goes wrong in it, as words for the model that called."""
    try:
        return await work()
    except Exception as error:  # noqa: BLE001 (the edge of the door)
        told = _told(error)
        number = f" (request_id: {VISIT.get().caller.request_id})" if told.status >= 500 else ""
        raise ToolError(told.detail + number) from None


def _told(error: Exception) -> Problem:
    told = problem(error)
    if told.status >= 500:
        logs.event("failure", error, request_id=VISIT.get().caller.request_id)
    return told


def _name(one: Located) -> str:
    return f"{one.kept.id}#{one.passage.start}-{one.passage.end}"


def _url(one: Located, address: str) -> str:
    """The passage on the page; without a page the article's own address, or its name as a resource."""
    citation = _citation(one)
    return deep_link(address, citation) or citation.url or f"article://{citation.article}"


def _citation(one: Located) -> Citation:
    return Citation.of(1, one.kept, Span(one.passage.start, one.passage.end))
