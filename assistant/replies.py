"""The replies that every endpoint gives: JSON, or server-sent events, which end when their reader goes."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Send

T = TypeVar("T")
PING_S = 15.0  # of silence, after which proxies would give the connection up


class Json(JSONResponse):
    """With what its reader is owed: nobody else may keep it."""

    def init_headers(self, headers: dict[str, str] | None = None) -> None:  # type: ignore[override]
        super().init_headers({"Cache-Control": "no-store", **(headers or {})})


class Gone(Exception):
    """Whoever asked has hung up."""


class Events(StreamingResponse):
    """Server-sent events from a generator, which is closed when the client hangs up, even while nothing is sent."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None], leave: Callable[[], None], status: int = 200) -> None:
        """`leave` is called at the end, even where the client was gone before the first event."""
        self.events, self.pinged, self.leave = events, _pinged(events), leave
        super().__init__(self.pinged, status, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            with anyio.CancelScope(shield=True):
                await self.pinged.aclose()
                await self.events.aclose()
                self.leave()


def event(name: str, data: Any) -> bytes:
    """One event; `data` as JSON."""
    return format_sse_event(event=name or None, data_str=json.dumps(data, ensure_ascii=False))


async def _pinged(events: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The events, and a comment after each PING_S of silence."""
    waiting: asyncio.Task[bytes] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(_next(events))
            done, _ = await asyncio.wait({waiting}, timeout=PING_S)
            if not done:
                yield KEEPALIVE_COMMENT
                continue
            try:
                made = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield made
    finally:
        if waiting:
            await _ended(waiting)


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel what still runs and wait until nothing does, whoever else is being cancelled."""
    for task in tasks:
        task.cancel()
    with anyio.CancelScope(shield=True):
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is told that it was not


async def _next(events: AsyncIterator[bytes]) -> bytes:
    return await anext(events)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives; it is cancelled, and Gone raised, as soon as the client hangs up."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Gone
        return await working
    finally:
        await _ended(working, leaving)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def wants_events(request: Request) -> bool:
    """Whether the client accepts server-sent events, and does not prefer JSON."""
    accepted = re.split(r"\s*,\s*", request.headers.get("accept", "").lower())
    kinds = [kind.split(";")[0] for kind in accepted]
    return "text/event-stream" in kinds and "application/json" not in kinds[: kinds.index("text/event-stream")]
