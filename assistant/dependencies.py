"""What FastAPI hands to an endpoint: who asks, and the service that all of them share."""

from typing import Annotated

from fastapi import Depends, Request

from assistant.service import Caller, Service


async def caller_of(request: Request) -> Caller:
    """Who asks, as the gate found out. Not blocking, it needs no thread."""
    caller: Caller = request.state.caller
    return caller


async def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Asking = Annotated[Caller, Depends(caller_of)]
Served = Annotated[Service, Depends(service_of)]
