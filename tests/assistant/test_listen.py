"""Waiting for a model has an end: in time, or when nobody listens any more. With the real client and a slow server."""

import json
import select
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from assistant.errors import Stopped
from assistant.listen import heard, listen
from assistant.model import chat_model
from assistant.settings import Settings

ASKED = [HumanMessage("Hello?")]


class Slow(ThreadingHTTPServer):
    """Says `words`, then nothing for ten seconds; `left` is set once the other side has hung up."""

    daemon_threads = True
    words: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.left = Event()


class Handler(BaseHTTPRequestHandler):
    server: Slow

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for word in self.server.words:
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
        if select.select([self.connection], [], [], 10)[0]:
            self.server.left.set()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Slow]:
    made = Slow()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def model(server: Slow, monkeypatch: pytest.MonkeyPatch) -> BaseChatModel:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    made = chat_model(Settings(model="openai:any", model_base_url=f"http://127.0.0.1:{server.server_port}/v1"))
    assert made is not None
    list_first(made, server)  # the first call imports what later ones do not wait for
    server.left.clear()
    return made


def list_first(model: BaseChatModel, server: Slow) -> None:
    server.words = ("Hello",)
    pieces = listen(model, ASKED, 10.0, Event())
    assert next(pieces) == "Hello"
    pieces.close()  # type: ignore[attr-defined]
    assert server.left.wait(2)
    server.words = ()


def test_a_silent_model_is_given_up_in_time_and_the_connection_closed(server: Slow, model: BaseChatModel) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        list(listen(model, ASKED, 0.5, Event()))
    assert 0.4 < time.monotonic() - began < 1.5
    assert server.left.wait(1)


def test_a_model_that_falls_silent_is_given_up_after_what_it_said(server: Slow, model: BaseChatModel) -> None:
    server.words = ("One ", "two ")
    pieces = listen(model, ASKED, 0.8, Event())
    assert [next(pieces), next(pieces)] == ["One ", "two "]
    with pytest.raises(TimeoutError):
        next(pieces)
    assert server.left.wait(1)


def test_stop_from_another_thread_closes_the_connection_within_a_second(server: Slow, model: BaseChatModel) -> None:
    stop = Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        list(listen(model, ASKED, 30.0, stop))
    assert server.left.wait(1)
    assert time.monotonic() - began < 1.3


def test_leaving_the_loop_closes_the_connection(server: Slow, model: BaseChatModel) -> None:
    server.words = ("One ",)
    for _ in listen(model, ASKED, 30.0, Event()):
        break
    assert server.left.wait(1)


def test_a_listener_that_is_stopped_before_it_begins_hears_nothing(model: BaseChatModel) -> None:
    stop = Event()
    stop.set()
    with pytest.raises(Stopped):
        list(listen(model, ASKED, 30.0, stop))


@pytest.mark.parametrize("size", [1, 3, 1_000])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<think>\nSentence [1] says so.\n</think>It rose [1].", "It rose [1]."),
        ("\n<Thinking>No.</thinking>It fell.", "It fell."),
        ("<think>It has no end", ""),
        ("<thinner> and <think>", "<thinner> and <think>"),
        ("<th", "<th"),
        ("\ud83c\udf09 and \ud83c alone", "🌉 and \ufffd alone"),
    ],
)
def test_a_thought_is_not_heard_and_halves_of_a_character_are_put_together(text: str, said: str, size: int) -> None:
    assert "".join(heard((text[at : at + size] for at in range(0, len(text), size)), 100)) == said
