"""Slack as a small local server: its Web API, its socket, its files and its limits. It writes down what it is told."""

import asyncio
import itertools
import json
import random
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

TEAM, BOT, SELF = "T1", "UBOT", "BBOT"
SCOPES = "app_mentions:read,assistant:write,chat:write,commands,files:read,im:history"
FILE_TOKEN = "Bearer xoxb-test"

Fault = Callable[[str, dict[str, Any]], web.Response | None]


def error(code: str, status: int = 200, **headers: str) -> web.Response:
    return web.json_response({"ok": False, "error": code}, status=status, headers=headers)


def overrun() -> web.Response:
    return error("ratelimited", 429, **{"Retry-After": "0"})


class FakeSlack:
    """`calls` are the methods with their arguments, in order; `messages` what stands in the channels, by ts.

    `faults` are asked before each call whether it fails. `statuses` hold the last status of each thread.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.messages: dict[str, dict[str, Any]] = {}
        self.whispers: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.statuses: dict[tuple[str, str], str] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.faults: list[Fault] = []
        self.scopes = SCOPES
        self.acknowledged: dict[str, Any] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.connected = asyncio.Event()
        self._ts = itertools.count(1)
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/socket", self._socket)
        app.router.add_get("/files/{id}", self._file)
        app.router.add_post("/respond", self._respond)
        self.server = TestServer(app)

    async def __aenter__(self) -> "FakeSlack":
        await self.server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self.sockets:
            await socket.close()
        await self.server.close()

    @property
    def url(self) -> str:
        return str(self.server.make_url("/api/"))

    def methods(self) -> list[str]:
        """The calls without those that only show a status."""
        return [name for name, _ in self.calls if name not in ("auth.test", "assistant.threads.setStatus")]

    def thread(self, ts: str, channel: str | None = None) -> list[dict[str, Any]]:
        """The messages in a thread, in order."""
        return [m for m in self.messages.values() if m["thread_ts"] == ts and m["channel"] == (channel or m["channel"])]

    def sometimes(self, share: float, seed: int = 0) -> None:
        """From now on this share of the calls is answered with 429 or 500, and does nothing."""
        dice = random.Random(seed)

        def fault(method: str, _: dict[str, Any]) -> web.Response | None:
            if dice.random() >= share:
                return None
            return overrun() if dice.random() < 0.5 else error("internal_error", 500)

        self.faults.append(fault)

    def once(self, method: str, response: Callable[[], web.Response], times: int = 1) -> None:
        """The next calls of a method fail so."""
        left = [times]

        def fault(called: str, _: dict[str, Any]) -> web.Response | None:
            if called != method or not left[0]:
                return None
            left[0] -= 1
            return response()

        self.faults.append(fault)

    async def send(self, payload: dict[str, Any], kind: str = "events_api", retry: int = 0) -> str:
        """Send an envelope over the socket."""
        envelope = f"E{next(self._ts)}"
        body = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
        await self.sockets[-1].send_json({**body, "retry_attempt": retry, "retry_reason": ""})
        return envelope

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            given = await request.json()
        else:
            given = {**request.query, **(await request.post())}
        for fault in self.faults:
            if (response := fault(method, given)) is not None:
                return response
        self.calls.append((method, given))
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            return error("unknown_method")
        result = handler(given)
        if isinstance(result, str):
            return error(result)
        return web.json_response({"ok": True, **result}, headers={"x-oauth-scopes": self.scopes})

    def _auth_test(self, given: dict[str, Any]) -> Any:
        return {"team_id": TEAM, "team": "Testers", "user_id": BOT, "bot_id": SELF, "user": "article_assistant"}

    def _apps_connections_open(self, given: dict[str, Any]) -> Any:
        return {"url": str(self.server.make_url("/socket")).replace("http", "ws", 1)}

    def _assistant_threads_setStatus(self, given: dict[str, Any]) -> Any:
        self.statuses[given["channel_id"], given["thread_ts"]] = given["status"]
        return {}

    def _assistant_threads_setSuggestedPrompts(self, given: dict[str, Any]) -> Any:
        return {}

    def _files_info(self, given: dict[str, Any]) -> Any:
        if given["file"] not in self.files:
            return "file_not_found"
        name, data = self.files[given["file"]]
        address = str(self.server.make_url(f"/files/{given['file']}"))
        return {"file": {"id": given["file"], "name": name, "size": len(data), "url_private_download": address}}

    def _chat_startStream(self, given: dict[str, Any]) -> Any:
        if not given.get("recipient_user_id") or not given.get("recipient_team_id"):
            return "missing_recipient"
        return self._new(given, streaming=True)

    def _chat_appendStream(self, given: dict[str, Any]) -> Any:
        message = self.messages.get(given["ts"])
        if message is None or not message["streaming"]:
            return "message_not_in_streaming_state"
        return self._said(message, given)

    def _chat_stopStream(self, given: dict[str, Any]) -> Any:
        message = self.messages.get(given["ts"])
        if message is None or not message["streaming"]:
            return "message_not_in_streaming_state"
        if (result := self._said(message, given)) == {"ts": message["ts"]}:
            message["streaming"] = False
        return result

    def _chat_update(self, given: dict[str, Any]) -> Any:
        message = self.messages.get(given["ts"])
        if message is None:
            return "message_not_found"
        if message["streaming"]:
            return "streaming_state_conflict"
        changed = {**message, "markdown": "", "blocks": []}
        if isinstance(result := self._said(changed, given), dict):
            message.update(changed)
        return result

    def _chat_postMessage(self, given: dict[str, Any]) -> Any:
        assert given["unfurl_links"] in (False, "0", 0)
        assert given["unfurl_media"] in (False, "0", 0)
        return self._new(given, streaming=False)

    def _chat_postEphemeral(self, given: dict[str, Any]) -> Any:
        self.whispers.append(given)
        return {"message_ts": "0"}

    def _new(self, given: dict[str, Any], *, streaming: bool) -> Any:
        ts = f"9000.{next(self._ts):06}"
        message = {"ts": ts, "channel": given["channel"], "thread_ts": given["thread_ts"], "markdown": "", "blocks": []}
        message["streaming"] = streaming
        if isinstance(result := self._said(message, given), dict):
            self.messages[ts] = message
        return result

    def _said(self, message: dict[str, Any], given: dict[str, Any]) -> Any:
        """Take text and blocks into a message, within the limits that Slack has."""
        chunks = given.get("chunks") or []
        blocks = given.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        texts = [chunk["text"] for chunk in chunks] + [block["text"] for block in blocks if block["type"] == "markdown"]
        others = [block for block in blocks if block["type"] != "markdown"]
        whole = message["markdown"] + "".join(texts)
        if any(len(text) > 12_000 for text in texts):
            return "msg_too_long"
        if len(message["blocks"]) + len(others) > 50 or not all(map(_sound, others)):
            return "invalid_blocks"
        if len(whole) + len(json.dumps([*message["blocks"], *others], ensure_ascii=False)) > 13_000:
            return "msg_blocks_too_long"
        message["markdown"] = whole or (given.get("text", "") if not others else "")
        message["blocks"] = [*message["blocks"], *others]
        return {"ts": message["ts"]}

    async def _file(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != FILE_TOKEN:
            return web.Response(status=302, headers={"Location": "/login"})
        return web.Response(body=self.files[request.match_info["id"]][1])

    async def _respond(self, request: web.Request) -> web.Response:
        self.responses.append(await request.json())
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.connected.set()
        async for message in socket:
            if message.type == WSMsgType.TEXT and message.data.startswith("{"):
                told = json.loads(message.data)
                self.acknowledged[told["envelope_id"]] = told.get("payload")
        return socket


def _sound(block: dict[str, Any]) -> bool:
    elements = block.get("elements", [])
    texts = [element["text"] for element in elements if isinstance(element.get("text"), str)]
    return 0 < len(elements) <= 10 and all(0 < len(text) <= 3_000 for text in texts)


def message(text: str, ts: str = "100.1", **more: Any) -> dict[str, Any]:
    """A direct message as the Events API tells it; `channel` C… makes it one in a channel."""
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": text, "ts": ts, **more}
    return {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{event['channel']}{ts}", "event": event}


def mention(text: str, ts: str = "100.1", **more: Any) -> dict[str, Any]:
    event = {"type": "app_mention", "channel": "C1", "user": "U1", "text": f"<@{BOT}> {text}", "ts": ts, **more}
    return {"type": "event_callback", "team_id": TEAM, "event_id": f"EvM{ts}", "event": event}
