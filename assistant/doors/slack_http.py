"""`POST /slack/events`: what Slack sends over HTTP, let in only when Slack signed it for this workspace."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.doors.slack_manifest import PATH

LONGEST_BODY = 2_000_000  # bytes
OLDEST_S = 300  # seconds: an older signature is a copy


def signed(secret: str, stamp: str, body: bytes) -> str:
    """Slack's signature of a body, version 0."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


def routes(app: Callable[[], tuple[AsyncApp, str]], secret: str) -> list[Route]:
    """The route, which asks `app` for the running bot and its workspace; whatever is odd about a request is a 401."""

    async def events(request: Request) -> Response:
        bolt, team = app()
        body = await _body(request)
        if body is None or not _genuine(request, body, secret):
            return Response(status_code=401)
        given = _given(body, request.headers.get("content-type", ""))
        if given is None or not (belongs(given, team) or given.get("type") == "url_verification"):
            return Response(status_code=401)
        headers: Any = dict(request.headers)
        answer = await bolt.async_dispatch(AsyncBoltRequest(body=body.decode(), headers=headers))
        status = 200 if answer.status == 404 else answer.status  # 404: nothing of ours wants it
        return Response(answer.body or "", status_code=status, headers=answer.first_headers_without_set_cookie())

    return [Route(PATH, events, methods=["POST"])]


def belongs(given: dict[str, Any], team: str) -> bool:
    """Whether what Slack sent is for this workspace; in a shared channel it may come from another."""
    whose = given.get("team")
    owners = [given.get("team_id"), whose.get("id") if isinstance(whose, dict) else whose]
    allowed = given.get("authorizations")
    if isinstance(allowed, list):
        owners += [one.get("team_id") for one in allowed if isinstance(one, dict)]
    return team in owners


async def _body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    return bytes(body)


def _genuine(request: Request, body: bytes, secret: str) -> bool:
    stamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12) or abs(time.time() - int(stamp)) > OLDEST_S:
        return False
    return hmac.compare_digest(signed(secret, stamp, body).encode(), signature.encode(errors="replace"))


def _given(body: bytes, kind: str) -> dict[str, Any] | None:
    """The object in a body, None where it is none: JSON, a form with JSON in `payload`, or a form alone."""
    try:
        text = body.decode()
        if kind.startswith("application/json"):
            found = json.loads(text)
        else:
            form = {name: values[0] for name, values in parse_qs(text, strict_parsing=True).items()}
            found = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
