"""Small things that every endpoint needs."""

import re
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import JSONResponse

from assistant.service import Caller, Service


class Json(JSONResponse):
    """With what its reader is owed: nobody else may keep it."""

    def init_headers(self, headers: dict[str, str] | None = None) -> None:  # type: ignore[override]
        super().init_headers({"Cache-Control": "no-store", **(headers or {})})


async def caller_of(request: Request) -> Caller:
    """Who asks, as the gate found out. Not blocking, it needs no thread."""
    caller: Caller = request.state.caller
    return caller


async def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Asking = Annotated[Caller, Depends(caller_of)]
Served = Annotated[Service, Depends(service_of)]


def wants_events(request: Request) -> bool:
    """Whether the client accepts server-sent events, and does not prefer JSON."""
    accepted = re.split(r"\s*,\s*", request.headers.get("accept", "").lower())
    kinds = [kind.split(";")[0] for kind in accepted]
    return "text/event-stream" in kinds and "application/json" not in kinds[: kinds.index("text/event-stream")]
