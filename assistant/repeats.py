"""Writes with an Idempotency-Key: a repeated one changes nothing and is told what the first one was told."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import partial

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.guard import LEFT
from assistant.once import Done
from assistant.problems import Refused
from assistant.service import Caller, Service

WORKING_S = 900.0  # after so long a request that never came to an end may be repeated
MOST_KEPT = 4_000_000  # bytes of a reply; a longer one is not remembered
LONGEST_KEY = 255
PASSED_ON = ("content-type", "location")
ERRORS = (b"event: error", b'data: {"error"')  # how the last event of a stream begins that failed on the way
CONVERSATION = "conversation"  # in the state of a request: the id of the one that the reply tells of


class _Digest:
    """SHA-256 of a body without the boundary of its parts, which every client makes up anew each time."""

    def __init__(self, scope: Scope) -> None:
        found = re.search(r'boundary="?([^";,]{8,})', Headers(scope=scope).get("content-type", ""))
        self.boundary = found[1].strip().encode() if found else b""
        self.hash, self.rest = hashlib.sha256(), b""

    def add(self, chunk: bytes) -> None:
        if not self.boundary:
            self.hash.update(chunk)
            return
        held = (self.rest + chunk).replace(self.boundary, b"")
        cut = max(0, len(held) - len(self.boundary) + 1)  # what follows may be the beginning of one
        self.hash.update(held[:cut])
        self.rest = held[cut:]

    def end(self) -> str:
        self.hash.update(self.rest)
        self.rest = b""
        return self.hash.hexdigest()


@dataclass
class _Taped:
    """What went in and what came out."""

    asked: "_Digest"
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    heard: bool = False  # all of the request
    ended: bool = False

    def hear(self, message: Message) -> None:
        self.asked.add(message.get("body", b""))
        self.heard = self.heard or not message.get("more_body", False)

    def done(self) -> Done:
        return Done(self.asked.end(), self.status, json.dumps(self.headers), bytes(self.body))

    @property
    def worth_keeping(self) -> bool:
        passing = self.status >= LEFT or self.status in (401, 409, 429)
        return self.heard and self.ended and not passing and len(self.body) <= MOST_KEPT and not self._failed

    @property
    def _failed(self) -> bool:
        """Whether it is a stream of events that ended with an error."""
        streamed = self.headers.get("content-type", "").startswith("text/event-stream")
        return streamed and bytes(self.body).rstrip().rpartition(b"\n\n")[2].startswith(ERRORS)


class Repeats:
    """Between the gate and the endpoints. Another key's repeats are its own."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        if given is None or scope["method"] in ("GET", "HEAD", "OPTIONS") or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        if not 0 < len(given) <= LONGEST_KEY:
            raise Refused(422, "bad_idempotency_key", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
        key, once, work = _key(scope, given), self.service.once, self.service.work
        if await work(partial(once.claim, key, WORKING_S)):
            await self._first(key, scope, receive, send)
        else:
            await self._again(await work(partial(once.done, key)), scope, receive, send)

    async def _first(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        taped, once = _Taped(_Digest(scope)), self.service.once
        before = [await receive()]  # not every endpoint reads its body
        taped.hear(before[0])

        async def heard() -> Message:
            if before:
                return before.pop()
            message = await receive()
            if not taped.heard:
                taped.hear(message)
            return message

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                taped.status = message["status"]
                sent = Headers(raw=list(message.get("headers", ())))
                taped.headers = {name: sent[name] for name in PASSED_ON if name in sent}
            else:
                taped.body += message.get("body", b"")[: MOST_KEPT + 1 - len(taped.body)]
                taped.ended = not message.get("more_body", False)
                if taped.worth_keeping:  # before it is sent: the client may ask again at once
                    about = scope["state"].get(CONVERSATION, "")
                    await self.service.work(partial(once.keep, key, taped.done(), about=about))
            await send(message)

        try:
            await self.app(scope, heard, said)
        finally:
            if not taped.worth_keeping:
                await self.service.work(partial(once.release, key))

    async def _again(self, done: Done | None, scope: Scope, receive: Receive, send: Send) -> None:
        if done is None or not done.status:
            raise Refused(409, "in_progress", "The first request of this Idempotency-Key is still being worked on.")
        asked = _Digest(scope)
        while True:
            message = await receive()
            asked.add(message.get("body", b""))
            if not message.get("more_body", False):
                break
        if asked.end() != done.asked:
            raise Refused(422, "key_reused", "This Idempotency-Key was used for another request. Take a new one.")
        headers = {**json.loads(done.headers), "idempotency-replayed": "true"}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": done.status, "headers": raw})
        await send({"type": "http.response.body", "body": done.body})


def _key(scope: Scope, given: str) -> str:
    caller: Caller = scope["state"]["caller"]
    parts = json.dumps([caller.name, scope["method"], scope["path"], given])
    return "request " + hashlib.sha256(parts.encode(errors="surrogatepass")).hexdigest()
