"""Answers on their way: clients that vanish, a server that is stopped, two questions at once."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assistant.ask import Assistant
from assistant.settings import Settings
from tests.assistant.doors.serving import QUESTION, Waiting, Web, events, served

SAID = "Clara Voss built the old bridge in 1903 [1].\n\n"


def waiting(town: Assistant, model: Waiting) -> Assistant:
    return Assistant(town.catalog, Settings(model="waiting"), model)


def until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def vanish(web: Web, number: int, wait: Callable[[], object]) -> float:
    """Ask, in one way or another, wait, hang up; the moment of that."""
    kinds = ({"stream": True}, {"stream": False})
    address = urlsplit(web.url)
    if number % 3 == 2:
        path, asked = "/v1/chat/completions", {"model": "article-assistant", "messages": [
            {"role": "user", "content": QUESTION}], "stream": number % 2 == 0}  # fmt: skip
    else:
        path, asked = "/v1/answers", {"question": QUESTION, **kinds[number % 2]}
    body = json.dumps(asked).encode()
    with socket.create_connection((address.hostname or "", address.port or 0)) as client:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        wait()
    return time.monotonic()


def test_a_client_that_goes_away_stops_the_model_within_a_second(town: Assistant, tmp_path: Path) -> None:
    model = Waiting.made()
    with served(waiting(town, model), tmp_path) as web:
        for number in range(6):  # each way to ask
            gone = vanish(web, number, lambda: model.began.acquire(timeout=10))
            assert until(lambda: len(model.left) > number)  # noqa: B023
            assert model.left[-1] - gone < 1
        assert until(lambda: web.service.slots.taken == 0)
        assert 'questions_total{outcome="cut"} 6.0' in web.http.get("/metrics").text


def test_clients_that_vanish_leave_nothing_behind(town: Assistant, tmp_path: Path) -> None:
    model = Waiting.made()

    def held() -> tuple[int, int, int]:
        return web.tasks(), threading.active_count(), len(os.listdir("/proc/self/fd"))

    def batch(count: int) -> None:
        with ThreadPoolExecutor(8) as clients:
            list(clients.map(lambda n: vanish(web, n, lambda: time.sleep(n * 7 % 200 / 1000)), range(count)))
        assert until(lambda: web.service.slots.taken == 0)

    with served(waiting(town, model), tmp_path, streams_per_key=8, most_streams=8) as web:
        web.http.get("/healthz")
        batch(40)  # the pools have their threads now
        before = held()
        batch(int(os.environ.get("VANISHING", "60")))  # 500 take 8 s
        assert until(lambda: all(now <= then + 2 for now, then in zip(held(), before, strict=True))), (before, held())


def test_a_client_that_goes_away_leaves_a_cut_turn_that_can_be_asked_again(town: Assistant, tmp_path: Path) -> None:
    model = Waiting.made(SAID + "It cost", " 40,000 crowns [2].")
    with served(waiting(town, model), tmp_path) as web:
        id = web.http.post("/v1/conversations", json={}).json()["id"]
        asked = {"question": QUESTION, "conversation_id": id, "stream": True}
        with web.http.stream("POST", "/v1/answers", json=asked) as reply:
            assert any("event: claim" in line for line in reply.iter_lines())
        [turn] = _turns(web, id)
        assert (turn["cut"], turn["answer"], len(turn["claims"])) == (True, None, 1)
        model.go.set()
        assert web.ask(conversation_id=id).json()["turn"] == 1
        [turn] = _turns(web, id)
        assert (turn["cut"], turn["answer"]["found"]) == (False, True)


def _turns(web: Web, id: str) -> list[dict[str, object]]:
    def turns() -> list[dict[str, object]]:
        return list(web.http.get(f"/v1/conversations/{id}").json()["turns"])

    assert until(lambda: len(turns()) == 1)
    return turns()


def test_two_questions_at_once_in_one_conversation_are_a_conflict(town: Assistant, tmp_path: Path) -> None:
    model = Waiting.made(SAID)
    with served(waiting(town, model), tmp_path) as web:
        id = web.http.post("/v1/conversations", json={}).json()["id"]
        asked = {"question": QUESTION, "conversation_id": id, "stream": True}
        with web.http.stream("POST", "/v1/answers", json=asked) as reply:
            assert model.began.acquire(timeout=10)
            second = web.ask("What did it cost?", conversation_id=id)
            assert (second.status_code, second.json()["error"]["code"]) == (409, "busy")
            assert second.headers["retry-after"] == "1"
            model.go.set()
            told = events("".join(reply.iter_text()))
        assert told[-1][0] == "done"
        assert web.ask("What did it cost?", conversation_id=id).json()["turn"] == 2


def test_a_server_that_is_stopped_lets_running_answers_end(town: Assistant, tmp_path: Path) -> None:
    model = Waiting.made(SAID)
    with served(waiting(town, model), tmp_path) as web:
        with web.http.stream("POST", "/v1/answers", json={"question": QUESTION, "stream": True}) as reply:
            assert model.began.acquire(timeout=10)
            web.server.handle_exit(signal.SIGTERM, None)
            refused = web.ask()
            assert (refused.status_code, refused.json()["error"]["code"]) == (503, "stopping")
            assert refused.headers["retry-after"] == "5"
            assert (web.http.get("/readyz").status_code, web.http.get("/healthz").status_code) == (503, 200)
            model.go.set()
            told = events("".join(reply.iter_text()))
        assert told[-1][0] == "done"
        assert until(lambda: web.server.should_exit)


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_that_takes_too_long_is_told_of_the_stop(town: Assistant, tmp_path: Path, stream: bool) -> None:
    model = Waiting.made(SAID)
    with served(waiting(town, model), tmp_path, stop_after_s=0.2) as web, ThreadPoolExecutor(1) as client:
        asking = client.submit(lambda: web.ask(stream=stream))
        assert model.began.acquire(timeout=10)
        web.server.handle_exit(signal.SIGTERM, None)
        reply = asking.result(10)
        told = events(reply.text)[-1][1] if stream else reply.json()
        assert (told["status"], told["error"]["code"]) == (503, "stopping")
