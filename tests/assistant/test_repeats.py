"""Writes with an Idempotency-Key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.answer import Answer, Part
from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from tests.assistant.doors.serving import QUESTION, Breaking, Waiting, Web, body, problem, served

MARKET = b"# The Market\n\nThe weekly market sells cheese, wool and honey. It opens on Thursdays at six."


class Recovering(Breaking):
    """Fails once it has begun, the first time."""

    late = True

    def stream(self, question: str, *given: Any, **more: Any) -> Iterator[Part | Answer]:
        if self.late:
            self.late = False
            return self._broken()
        return Assistant.stream(self, question, *given, **more)


@pytest.fixture
def own(catalog: Catalog, tmp_path: Path) -> Iterator[Web]:
    """A server on a library of its own, which may be changed."""
    with served(Assistant(catalog, Settings()), tmp_path, most_upload_bytes=10_000) as made:
        yield made


def test_a_write_with_an_idempotency_key_happens_once(own: Web) -> None:
    key = {"Idempotency-Key": "k1"}
    first = own.http.post("/v1/conversations", json={"title": "a"}, headers=key)
    again = own.http.post("/v1/conversations", json={"title": "a"}, headers=key)
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, first.json(), "true")
    assert again.headers["location"] == first.headers["location"]
    problem(own.http.post("/v1/conversations", json={"title": "b"}, headers=key), 422, "key_reused")
    assert len(body(own.http.get("/v1/conversations"), 200)["conversations"]) == 1


def test_a_repeated_upload_is_known_by_its_file_not_by_its_boundary(own: Web) -> None:
    key = {"Idempotency-Key": "k2"}
    replies = [own.http.post("/v1/articles", files={"file": ("m.md", MARKET)}, headers=key) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert [reply.json()["change"] for reply in replies] == ["added", "added"]


def test_a_refused_write_may_be_tried_again_with_its_key(own: Web) -> None:
    key = {"Idempotency-Key": "k3"}
    replies = [own.http.delete("/v1/conversations/x", headers=key) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [404, 404]


def test_what_was_said_in_a_deleted_conversation_is_in_no_kept_reply(own: Web) -> None:
    def kept() -> str:
        with own.service.once.database.begin() as connection:
            return repr(connection.exec_driver_sql("SELECT * FROM once").all())

    id = body(own.http.post("/v1/conversations", json={"title": "SECRET-1"}, headers={"Idempotency-Key": "k4"}), 201)[
        "id"
    ]
    asked = {"question": "Who sang SECRET-2?", "conversation_id": id}
    for stream in (False, True):
        reply = own.http.post("/v1/answers", json={**asked, "stream": stream}, headers={"Idempotency-Key": f"{stream}"})
        assert reply.status_code == 200
    own.http.patch(f"/v1/conversations/{id}", json={"title": "SECRET-3"}, headers={"Idempotency-Key": "k5"})
    own.http.post("/v1/conversations", json={"title": "another"}, headers={"Idempotency-Key": "k6"})
    assert all(f"SECRET-{number}" in kept() for number in (1, 2, 3))
    assert own.http.delete(f"/v1/conversations/{id}").status_code == 204
    assert "SECRET" not in kept()
    assert "another" in kept()
    again = own.http.post("/v1/answers", json={**asked, "stream": False}, headers={"Idempotency-Key": "False"})
    problem(again, 404, "unknown_conversation")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("answers", {"question": QUESTION}),
        ("chat/completions", {"model": "article-assistant", "messages": [{"role": "user", "content": QUESTION}]}),
        ("responses", {"model": "article-assistant", "input": QUESTION}),
    ],
)
def test_a_stream_that_failed_on_the_way_may_be_tried_again_with_its_key(
    town: Assistant, tmp_path: Path, path: str, asked: dict[str, Any]
) -> None:
    with served(Recovering(town.catalog, Settings()), tmp_path) as web:
        more = {"json": {**asked, "stream": True}, "headers": {"Idempotency-Key": "k7"}}
        failed, told, again = (web.http.post(f"/v1/{path}", **more) for _ in range(3))  # type: ignore[arg-type]
    assert [reply.status_code for reply in (failed, told, again)] == [200, 200, 200]
    assert '"internal"' in failed.text
    assert "Clara Voss" in told.text
    assert "idempotency-replayed" not in told.headers
    assert (again.text, again.headers["idempotency-replayed"]) == (told.text, "true")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("answers", {"question": QUESTION}),
        ("chat/completions", {"model": "article-assistant", "messages": [{"role": "user", "content": QUESTION}]}),
    ],
)
def test_whoever_hung_up_before_the_answer_came_may_ask_again_with_the_key(
    town: Assistant, tmp_path: Path, path: str, asked: dict[str, Any]
) -> None:
    model = Waiting.made("", "Clara Voss built the old bridge [1].")
    with served(Assistant(town.catalog, Settings(), model), tmp_path) as web:
        more: dict[str, Any] = {"json": asked, "headers": {"Idempotency-Key": "k8"}}
        with pytest.raises(httpx.ReadTimeout):
            web.http.post(f"/v1/{path}", **more, timeout=1)
        model.go.set()
        while (again := web.http.post(f"/v1/{path}", **more)).status_code == 409:
            pass  # the server has yet to see that nobody waits
    body(again, 200)
    assert "Clara Voss" in again.text
