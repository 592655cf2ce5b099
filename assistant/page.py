"""The web page as it is served: its files, as they lie in the package, and the headers that keep it to itself."""

import gzip
import hashlib
import re
from functools import cache
from importlib.resources import files

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def routes() -> list[Route]:
    """`/` is the page, `/page/NAME` what it loads."""
    return [Route("/", page), Route("/page/{name}", page)]


async def page(request: Request) -> Response:
    """One of the page's files; 304 where the browser holds it as it is, 404 where there is none of that name."""
    name = request.path_params.get("name", "index.html")
    if name not in _names():
        return Response("There is no such file.", status_code=404, media_type="text/plain")
    body, small, tag = _file(name)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if re.search(r"\bgzip\b", request.headers.get("accept-encoding", "")):
        body, headers["Content-Encoding"] = small, "gzip"
    return Response(body, media_type=KINDS[name.rpartition(".")[2]], headers=headers)


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in files("assistant.doors").joinpath("page").iterdir())


@cache
def _file(name: str) -> tuple[bytes, bytes, str]:
    """A file, the same compressed, and its entity tag."""
    body = files("assistant.doors").joinpath("page", name).read_bytes()
    return body, gzip.compress(body, 9, mtime=0), f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'


class SecurityHeaders:
    """Sets HEADERS on every reply: nothing is loaded from elsewhere, no script or style stands in the page itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(raw=list(Headers(raw=message.get("headers", ())).raw))
                for name, value in HEADERS.items():
                    given.setdefault(name, value)
                message = {**message, "headers": given.raw}
            await send(message)

        await self.app(scope, receive, headed if scope["type"] == "http" else send)
