"""Writes with an Idempotency-Key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from tests.assistant.doors.serving import Web, body, problem, served

MARKET = b"# The Market\n\nThe weekly market sells cheese, wool and honey. It opens on Thursdays at six."


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
