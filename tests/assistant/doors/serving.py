"""The whole server on a free port, in a thread; a chat model that waits; an assistant that breaks."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from rich.console import Console

from assistant.answer import Answer, Part, Searched
from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.doors.serve_app import Server, composed
from assistant.service import Service
from assistant.settings import Settings
from index.database import Database

QUESTION = "Who built the old bridge?"
STATED = "SECRET-4711"  # what no reply, log or metric may repeat


@dataclass
class Web:
    """A running server: its address, a client, and what its doors share."""

    url: str
    http: httpx.Client
    service: Service
    server: Server
    openapi: dict[str, Any]
    loop: asyncio.AbstractEventLoop

    def key(self, name: str) -> dict[str, str]:
        """A new key, as a header."""
        return {"Authorization": f"Bearer {self.service.keys.add(name)}"}

    def tasks(self) -> int:
        """How many tasks the server's loop has."""

        async def count() -> int:
            return len(asyncio.all_tasks()) - 1

        return asyncio.run_coroutine_threadsafe(count(), self.loop).result(10)

    def ask(self, question: str = QUESTION, **more: Any) -> httpx.Response:
        return self.http.post("/v1/answers", json={"question": question, **more})


@contextmanager
def served(
    assistant: Assistant, folder: Path, *, keyed: bool = False, address: str = "", **settings: Any
) -> Iterator[Web]:
    """With its database at `address`, else a file in `folder`."""
    database = Database(address or f"sqlite:///{folder / 'conversations.db'}", "The database of conversations")
    app = composed(assistant, Conversations(database), Settings(**settings), keyed=keyed)
    app.state.service.loaded = True
    loops: Queue[asyncio.AbstractEventLoop] = Queue()
    app.state.background.append(lambda: _noting(loops))
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = Server(app, "127.0.0.1", 0, Console(quiet=True))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        with httpx.Client(base_url=url, timeout=60) as http:
            yield Web(url, http, app.state.service, server, app.openapi(), loops.get(timeout=30))
    finally:
        server.should_exit = True
        thread.join(30)
        database.close()


@asynccontextmanager
async def _noting(loops: Queue[asyncio.AbstractEventLoop]) -> AsyncIterator[None]:
    loops.put(asyncio.get_running_loop())
    yield


def events(text: str) -> list[tuple[str, Any]]:
    """The server-sent events of a body: name and data."""
    found = []
    for block in filter(None, text.split("\n\n")):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields.get("event", ""), fields["data"] if "[DONE]" in block else json.loads(fields["data"])))
    return found


def body(reply: httpx.Response, status: int) -> Any:
    assert reply.status_code == status, reply.text
    return reply.json()


def problem(reply: httpx.Response, status: int, code: str) -> dict[str, Any]:
    found = body(reply, status)
    assert reply.headers["content-type"] == "application/problem+json"
    assert set(found) - {"instance"} == {"type", "title", "status", "detail", "request_id", "error"}
    assert (found["status"], found["error"]["code"]) == (status, code)
    assert found["request_id"] == reply.headers["x-request-id"]
    assert STATED not in reply.text
    return dict(found)


class Waiting(BaseChatModel):
    """Says `first`, waits until `go` is set, then says `rest`; notes when it was left in the middle of it."""

    first: str = ""
    rest: str = ""
    go: threading.Event
    began: threading.Semaphore
    left: list[float]

    model_config = {"arbitrary_types_allowed": True}

    @classmethod
    def made(cls, first: str = "", rest: str = "") -> "Waiting":
        return cls(first=first, rest=rest, go=threading.Event(), began=threading.Semaphore(0), left=[])

    @property
    def _llm_type(self) -> str:
        return "waiting"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        raise NotImplementedError

    async def _astream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        yield ChatGenerationChunk(message=AIMessageChunk(self.first))
        self.began.release()
        try:
            while not self.go.is_set():
                await asyncio.sleep(0.01)
        except (asyncio.CancelledError, GeneratorExit):
            self.left.append(time.monotonic())
            raise
        yield ChatGenerationChunk(message=AIMessageChunk(self.rest))


class Breaking(Assistant):
    """Fails in a way that nobody thought of: at once, or once it has begun."""

    late = False

    def stream(self, question: str, *given: Any, **more: Any) -> Iterator[Part | Answer]:
        if not self.late:
            raise ZeroDivisionError(STATED)
        return self._broken()

    def _broken(self) -> Iterator[Part | Answer]:
        yield Searched("what")
        raise ZeroDivisionError(STATED)
