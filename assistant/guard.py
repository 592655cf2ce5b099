"""The gate that every request passes: its id, Host and Origin, key, rate and size, and the log of what came of it."""

import re
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException as BaseHTTPException
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant import logs
from assistant.problems import MEDIA_TYPE, Problem, Refused, problem
from assistant.service import Caller, Service
from assistant.settings import loopback

COOKIE = "article_assistant"
SAFE = ("GET", "HEAD", "OPTIONS")
OPEN = ("/", "/favicon.ico", "/healthz", "/readyz", "/openapi.json", "/v1/session")  # no key needed
OPEN_FOLDERS = ("/page/", "/slack/")  # the page's own files; Slack signs what it sends
ANY_NAME = ("/healthz", "/readyz", "/slack/events")  # asked by address, and they tell nothing; signed by Slack
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
MOST_JSON = 2_000_000  # bytes of a body; a text given as an article may have eight times as many
MULTIPART = 100_000  # bytes around a file
LEFT = 499  # the status that is noted when whoever asked has gone before all was read


class Guard:
    """Wraps the whole application. What it refuses is a problem document; so is what goes wrong unexpectedly."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service
        self.hosts = service.settings.hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        visit = _Visit(scope, send, given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8))
        scope.setdefault("state", {})["request_id"] = visit.request_id
        try:
            caller = await self._admit(scope, headers, visit)
            scope["state"]["caller"] = caller
            most = self._most_bytes(scope["path"], headers)
            await self.app(scope, _counted(receive, headers, most), visit.send)
        except ClientDisconnect:
            visit.status = visit.status or LEFT
        except Exception as error:  # noqa: BLE001 (the one catch-all of the web)
            await self._failed(error, visit, scope, receive)
        finally:
            self._record(visit, scope)

    async def _admit(self, scope: Scope, headers: Headers, visit: "_Visit") -> Caller:
        """Who it is. Raises Refused or Limited for whoever may not come in."""
        path, method = scope["path"], scope["method"]
        self._check_host(headers, path)
        if method not in SAFE:
            self._check_origin(headers)
        client = (scope.get("client") or ("", 0))[0]
        free = path in OPEN or path.startswith(OPEN_FOLDERS)
        name = None if free else await self.service.work(lambda: named(self.service, headers), self.service.gate)
        if not free and name is None:
            visit.headers.update(self.service.rate.take(f"address {client}").headers)
            visit.headers["WWW-Authenticate"] = "Bearer"
            raise Refused(401, "no_key", "Give a valid key: Authorization: Bearer KEY.")
        if path == "/v1/session" and method == "POST":
            visit.headers.update(self.service.sign_ins.take(f"address {client}").headers)
        elif not free:
            visit.headers.update(self.service.rate.take(f"key {name}" if name else f"address {client}").headers)
        return Caller(name or "", (name or "") if self.service.keyed else None, visit.request_id)

    def _check_host(self, headers: Headers, path: str) -> None:
        """Refuse names that are not the server's: a page elsewhere can make a browser call any address by its name."""
        host = headers.get("host", "")
        name = (_split(f"//{host}").hostname or "") if "@" not in host else ""
        if path not in ANY_NAME and name not in self.hosts and not loopback(name):
            said = "The server does not go by this name. Whoever runs it may add it to ASSISTANT_ALLOWED_HOSTS."
            raise Refused(421, "unknown_host", said)

    def _check_origin(self, headers: Headers) -> None:
        """Refuse writes that a browser makes for a page of another place."""
        origin, public = headers.get("origin"), self.service.settings.public_url.rstrip("/")
        same = origin is None or _split(origin).netloc == headers.get("host") or (public and origin == public)
        if not same or headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise Refused(403, "foreign_origin", "A page of another place may not do this.")

    def _most_bytes(self, path: str, headers: Headers) -> int:
        if path != "/v1/articles":
            return MOST_JSON
        multipart = headers.get("content-type", "").lower().startswith("multipart/")
        return self.service.settings.most_upload_bytes + MULTIPART if multipart else 8 * MOST_JSON

    async def _failed(self, error: Exception, visit: "_Visit", scope: Scope, receive: Receive) -> None:
        found = as_problem(error)
        if found.status >= 500:
            logs.event("failure", error, request_id=visit.request_id, path=scope["path"])
        if visit.status:
            return  # too late to say so: what was sent ends here
        document = found.document(visit.request_id, scope["path"])
        reply = JSONResponse(document, found.status, dict(found.headers), media_type=MEDIA_TYPE)
        await reply(scope, receive, visit.send)

    def _record(self, visit: "_Visit", scope: Scope) -> None:
        self.service.metrics.requests.labels(_method(scope["method"]), str(visit.status)).inc()
        seconds = round(time.perf_counter() - visit.began, 4)
        caller = scope["state"].get("caller")
        logs.event(
            "request", request_id=visit.request_id, method=_method(scope["method"]), path=scope["path"][:200],
            status=visit.status, seconds=seconds, key=caller.name if caller else "",
        )  # fmt: skip


class _Visit:
    """One request on its way out: what was sent, and the headers that every reply gets."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._send, self.request_id = send, request_id
        self.status, self.began = 0, time.perf_counter()
        self.headers: dict[str, str] = {"X-Request-ID": request_id}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            for name, value in self.headers.items():
                headers[name] = value
            message = {**message, "headers": headers.raw}
        await self._send(message)


def as_problem(error: BaseException) -> Problem:
    """`problem`, for the errors of the framework as well."""
    if isinstance(error, BaseHTTPException):
        said = {
            400: "The body could not be read.", 404: "There is nothing at this address.",
            405: "This address does not take this method.", 413: "The body is too large.",
        }.get(error.status_code, "The request could not be answered.")  # fmt: skip
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        return Problem(error.status_code, f"http_{error.status_code}", said, headers=headers)
    return problem(error)


def named(service: Service, headers: Headers) -> str | None:
    """The name of the key, empty where none is needed, None where it is missing or wrong."""
    keys = service.keys
    if not service.keyed:
        service.keyed = bool(keys.all())  # the first key may be made while the server runs
    if not service.keyed:
        return ""
    kind, _, key = headers.get("authorization", "").partition(" ")
    if kind:
        return keys.name_of(key.strip()) if kind.lower() == "bearer" else None
    cookie = session_cookie(headers)
    return keys.name_of_session(cookie) if cookie else None


def session_cookie(headers: Headers) -> str:
    """The cookie that stands for a key, or nothing."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")  # it takes the odd ones of other programs


def _counted(receive: Receive, headers: Headers, most: int) -> Callable[[], Any]:
    """`receive`, until more than `most` bytes have come."""
    declared = headers.get("content-length", "")
    count = 0

    async def counted() -> Message:
        nonlocal count
        if declared.isdigit() and int(declared[:20]) > most:
            raise HTTPException(413)
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise HTTPException(413)
        return message

    return counted


def _split(address: str) -> SplitResult:
    """The parts of an address, all of them empty where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _method(method: str) -> str:
    known = (*SAFE, "POST", "PUT", "PATCH", "DELETE")
    return method if method in known else "other"
