"""The native HTTP API, asked as its clients ask it."""

import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.ask import Assistant
from assistant.settings import Settings
from assistant.shapes import WholeConversation
from index.article import Article, Piece
from index.catalog import Catalog
from tests.assistant.doors.serving import QUESTION, STATED, Breaking, Web, body, events, problem, served
from tests.assistant.postgres import postgres  # noqa: F401 (a fixture)

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def web(town: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with served(town, tmp_path_factory.mktemp("web"), requests_per_minute=100_000) as made:
        yield made


def test_an_answer_is_the_json_of_every_door_with_its_html(web: Web) -> None:
    reply = body(web.ask(), 200)
    answer = Answer.from_json(reply)
    text = body(web.http.get(f"/v1/articles/{answer.citations[0].article}"), 200)["text"]
    assert [text[c.start : c.end] for c in answer.citations] == [c.quote for c in answer.citations]
    assert "Clara Voss" in answer.claims[0].text
    assert (reply["conversation_id"], reply["turn"]) == (None, None)
    assert 'class="cite' in "".join(reply["html"])


def test_a_stream_tells_what_was_searched_for_then_claims_then_the_whole_answer(web: Web) -> None:
    told = events(web.ask(stream=True).text)
    names = [name for name, _ in told]
    assert names == ["searched", *["claim", "html"] * (len(told) // 2 - 1), "done"]
    done = told[-1][1]
    assert [data["text"] for name, data in told if name == "claim"] == [claim["text"] for claim in done["claims"]]
    shown: list[str] = []
    for data in (data for name, data in told if name == "html"):
        shown = [*shown[: data["from"]], *data["blocks"]]
    assert shown == done["html"]
    whole = body(web.ask(), 200)
    assert {**done, "seconds": 0, "stages": {}} == {**whole, "seconds": 0, "stages": {}}


def test_whoever_accepts_events_is_given_them(web: Web) -> None:
    reply = web.http.post("/v1/answers", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert events(reply.text)[-1][0] == "done"


def test_what_the_articles_do_not_answer_is_not_found_with_the_nearest(web: Web) -> None:
    reply = body(web.ask("What is the capital of Peru?"), 200)
    assert (reply["found"], reply["claims"], reply["html"]) == (False, [], [])
    assert reply["not_found"].startswith("I could not find this")
    assert reply["nearest"]


def test_earlier_messages_make_a_follow_up_understood(web: Web) -> None:
    earlier = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "Clara Voss built it."}]
    reply = body(web.ask("What did it cost?", messages=earlier), 200)
    assert reply["searched_for"] != "What did it cost?"
    assert "bridge" in reply["searched_for"]


def test_only_the_articles_that_are_named_are_asked(web: Web) -> None:
    assert body(web.ask(articles=["the-market"]), 200)["articles_held"] == 1
    problem(web.ask(articles=["the-mark"]), 404, "unknown_article")


def test_a_conversation_keeps_turns_whole_and_says_where_quotes_stand_now(web: Web) -> None:
    made = web.http.post("/v1/conversations", json={"articles": ["the-old-bridge"]})
    place = made.headers["location"]
    id = body(made, 201)["id"]
    given = body(web.ask(conversation_id=id), 200)
    assert (given["conversation_id"], given["turn"]) == (id, 1)
    assert body(web.ask("What did it cost?", conversation_id=id), 200)["turn"] == 2
    kept = body(web.http.get(place), 200)
    WholeConversation.model_validate(kept)
    assert (kept["title"], kept["turn_count"], kept["articles"]) == (QUESTION, 2, ["the-old-bridge"])
    first = kept["turns"][0]
    assert [one.pop("now")["state"] for one in first["answer"]["citations"]] == ["same"] * len(given["citations"])
    assert first["answer"]["citations"] == given["citations"]
    assert first["html"] == given["html"]
    assert QUESTION in web.http.get(f"{place}/markdown").text


def test_a_streamed_turn_says_its_number_first(web: Web) -> None:
    id = body(web.http.post("/v1/conversations", json={}), 201)["id"]
    told = events(web.ask(conversation_id=id, stream=True).text)
    assert told[0] == ("searched", {"searched_for": QUESTION, "conversation_id": id, "turn": 1})
    assert (told[-1][1]["conversation_id"], told[-1][1]["turn"]) == (id, 1)


def test_a_conversation_can_be_renamed_rated_listed_and_forgotten(web: Web) -> None:
    id = body(web.http.post("/v1/conversations", json={"title": "Bridges"}), 201)["id"]
    web.ask(conversation_id=id)
    changed = body(web.http.patch(f"/v1/conversations/{id}", json={"title": "The bridge"}), 200)
    assert changed["title"] == "The bridge"
    rated = {"conversation_id": id, "turn": 1, "rating": 1, "comment": "good"}
    assert web.http.post("/v1/feedback", json=rated).status_code == 204
    problem(web.http.post("/v1/feedback", json={**rated, "turn": 2}), 404, "unknown_turn")
    turn = body(web.http.get(f"/v1/conversations/{id}"), 200)["turns"][0]
    assert (turn["rating"], turn["comment"]) == (1, "good")
    assert id in [one["id"] for one in body(web.http.get("/v1/conversations"), 200)["conversations"]]
    assert web.http.delete(f"/v1/conversations/{id}").status_code == 204
    problem(web.http.get(f"/v1/conversations/{id}"), 404, "unknown_conversation")
    problem(web.http.post("/v1/feedback", json=rated), 404, "unknown_conversation")


def test_a_conversation_whose_article_is_gone_says_so(web: Web) -> None:
    id = web.service.conversations.start("", articles=["the-old"]).id
    assert "this conversation" in problem(web.ask(conversation_id=id), 404, "unknown_article")["detail"]
    assert body(web.ask(conversation_id=id, articles=["the-old-bridge"]), 200)["turn"] == 1


def test_a_question_may_give_its_conversation_other_articles(web: Web) -> None:
    id = body(web.http.post("/v1/conversations", json={}), 201)["id"]
    assert body(web.ask(conversation_id=id, articles=["the-market"]), 200)["articles_held"] == 1
    assert body(web.http.get(f"/v1/conversations/{id}"), 200)["articles"] == ["the-market"]
    problem(web.ask(conversation_id=id, articles=["nope"]), 404, "unknown_article")
    problem(web.ask(" ", conversation_id=id, articles=["the-old-bridge"]), 422, "bad_question")
    kept = body(web.http.get(f"/v1/conversations/{id}"), 200)
    assert (kept["articles"], kept["turn_count"]) == (["the-market"], 1)  # what was refused changed nothing


@pytest.mark.parametrize(
    ("asked", "more", "told"),
    [
        (f"GET /{STATED}", {}, "404 http_404"),
        ("PUT /v1/answers", {}, "405 http_405"),
        ("POST /v1/answers", {"json": {"question": "?!"}}, "422 bad_question"),
        ("POST /v1/answers", {"json": {"question": "word " * 500}}, "422 bad_question"),
        ("POST /v1/answers", {"json": {"question": "x" * 1_000_000}}, "422 invalid_request"),
        ("POST /v1/answers", {"json": {"question": [STATED]}}, "422 invalid_request"),
        ("POST /v1/answers", {"json": {"question": "what?", STATED: STATED}}, "422 invalid_request"),
        ("POST /v1/answers", {"json": {"question": "why?", "conversation_id": STATED}}, "404 unknown_conversation"),
        ("POST /v1/answers", {"content": b'{"question": "\xff"}', "headers": JSON}, "400 http_400"),
        ("POST /v1/answers", {"content": b'{"question": "\\ud800 x"}', "headers": JSON}, "422 invalid_request"),
        ("POST /v1/answers", {"content": b"[" * 10_000, "headers": JSON}, "400 http_400"),
        ("POST /v1/answers", {"content": b"question=" + STATED.encode()}, "422 invalid_request"),
        ("POST /v1/answers", {"content": b" " * 2_000_001, "headers": JSON}, "413 http_413"),
        ("POST /v1/answers", {"content": iter([b" " * 1_000_001] * 2), "headers": JSON}, "413 http_413"),
        ("GET /v1/articles", {"headers": {"Host": "rebound.example"}}, "421 unknown_host"),
        ("POST /v1/conversations", {"json": {}, "headers": {"Origin": "http://evil.example"}}, "403 foreign_origin"),
        ("POST /v1/conversations", {"json": {}, "headers": {"Origin": "null"}}, "403 foreign_origin"),
        ("DELETE /v1/conversations/x", {"headers": {"Sec-Fetch-Site": "cross-site"}}, "403 foreign_origin"),
        (f"GET /v1/articles/{STATED}", {}, "404 unknown_article"),
        ("GET /v1/articles/%00%2e%2e", {}, "404 unknown_article"),
        ("POST /v1/session", {"json": {"key": STATED}}, "401 no_key"),
    ],
)
def test_what_is_wrong_is_a_problem_document_that_repeats_nothing(
    web: Web, asked: str, more: dict[str, Any], told: str
) -> None:
    (method, path), (status, code) = asked.split(), told.split()
    reply = web.http.request(method, path, **more)
    found = body(reply, int(status))
    if STATED in path:
        assert found.pop("instance") == path
        assert STATED not in json.dumps(found)
        assert found["error"]["code"] == code
    else:
        problem(reply, int(status), code)


@pytest.mark.parametrize("sent", [b'{"question": "Who built it?"}', b""])
def test_a_body_that_is_not_sent_as_json_is_told_how_to_be(web: Web, sent: bytes) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    found = problem(web.http.post("/v1/answers", content=sent, headers=kind), 422, "invalid_request")
    assert found["detail"].endswith(" Send a JSON object, as Content-Type: application/json.")


def test_messages_and_a_conversation_exclude_each_other(web: Web) -> None:
    id = body(web.http.post("/v1/conversations", json={}), 201)["id"]
    said = [{"role": "user", "content": "hello"}]
    problem(web.ask(conversation_id=id, messages=said), 422, "messages_in_conversation")


def test_a_page_of_the_server_itself_may_write(web: Web) -> None:
    same = {"Origin": web.url, "Sec-Fetch-Site": "same-origin"}
    assert web.http.post("/v1/conversations", json={}, headers=same).status_code == 201


def test_a_request_id_is_taken_over_when_it_is_one(web: Web) -> None:
    assert web.http.get("/healthz", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    odd = web.http.get("/healthz", headers={"X-Request-ID": "a b"}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", odd)


def test_a_failure_that_nobody_thought_of_is_a_problem_with_a_request_id(
    catalog: Catalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(Breaking(catalog, Settings()), tmp_path) as web, caplog.at_level(logging.INFO, "assistant"):
        found = problem(web.ask(), 500, "internal")
        problem(web.ask(stream=True), 500, "internal")
        [failure, _] = [r for r in caplog.records if r.getMessage() == "failure"]
        assert (failure.exc_info is not None, failure.fields["request_id"]) == (True, found["request_id"])  # type: ignore[attr-defined]
        web.service.assistant.late = True  # type: ignore[attr-defined]
        told = events(web.ask(stream=True).text)
        assert [name for name, _ in told] == ["searched", "error"]
        assert (told[1][1]["status"], STATED in str(told)) == (500, False)
        assert 'questions_total{outcome="failed"} 1.0' in web.http.get("/metrics").text


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json"])
def test_an_upload_that_breaks_off_is_no_failure_of_the_server(
    web: Web, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    host, port = web.url.removeprefix("http://").split(":")
    head = f"POST /v1/articles HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: 9999\r\n\r\n--x\r\n"
    with caplog.at_level(logging.INFO, "assistant"):
        with socket.create_connection((host, int(port))) as sending:
            sending.sendall(head.encode())
            time.sleep(0.3)
        for _ in range(100):
            if caplog.records:
                break
            time.sleep(0.1)
    [request] = caplog.records
    assert (request.getMessage(), request.fields["status"]) == ("request", 499)  # type: ignore[attr-defined]


def test_metrics_count_without_texts(web: Web) -> None:
    web.ask()
    web.ask(STATED + " what?")
    told = web.http.get("/metrics").text
    assert STATED not in told
    for name in ("questions", "claims", "stage_seconds", "model_failures", "active_streams", "requests"):
        assert f"assistant_{name}" in told
    assert "assistant_active_streams 0.0" in told


def test_the_log_holds_questions_only_where_that_was_asked_for(
    town: Assistant, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "assistant")
    for wanted in (False, True):
        caplog.clear()
        with served(town, tmp_path, log_questions=wanted) as web:
            web.ask(f"{STATED} what?")
            web.ask(f"{STATED} what?", stream=True)
        assert any(STATED in str(vars(record)) for record in caplog.records) == wanted


def test_it_is_ready_when_models_library_and_databases_are(town: Assistant, tmp_path: Path) -> None:
    with served(town, tmp_path) as web:
        assert body(web.http.get("/readyz", headers={"Host": "10.0.0.7"}), 200) == {"status": "ok"}
        web.service.loaded = False
        problem(web.http.get("/readyz"), 503, "loading")
        assert body(web.http.get("/healthz"), 200) == {"status": "ok"}


def test_it_is_not_ready_when_the_index_finds_nothing(tmp_path: Path, catalog: Catalog) -> None:
    catalog.add(Article.of([Piece("paragraph", "The road to the mill is closed.")], title="The Mill"))
    with served(Assistant(catalog, Settings()), tmp_path) as web:
        assert body(web.http.get("/readyz"), 200) == {"status": "ok"}
        assert catalog.index.client is not None
        collection = catalog.index.client.get_collection("passages", embedding_function=None)
        collection.delete(ids=list(catalog.snapshot().passages))
        problem(web.http.get("/readyz"), 503, "store_unusable")


def test_a_server_keeps_everything_in_postgresql_as_well(
    town: Assistant,
    tmp_path: Path,
    postgres: str,  # noqa: F811
) -> None:
    with served(town, tmp_path, keyed=True, address=postgres) as web:
        ann, bob = web.key("ann"), web.key("bob")
        once = {**ann, "Idempotency-Key": "k"}
        begun = [body(web.http.post("/v1/conversations", json={}, headers=once), 201)["id"] for _ in range(2)]
        assert begun[0] == begun[1]
        asked = {"question": QUESTION, "conversation_id": begun[0]}
        first = body(web.http.post("/v1/answers", json=asked, headers={**ann, "Idempotency-Key": "a"}), 200)
        told = events(web.http.post("/v1/answers", json={**asked, "stream": True}, headers=ann).text)
        assert (first["turn"], told[-1][0], told[-1][1]["turn"]) == (1, "done", 2)
        rated = {"conversation_id": begun[0], "turn": 1, "rating": 1}
        assert web.http.post("/v1/feedback", json=rated, headers=ann).status_code == 204
        address = f"/v1/conversations/{begun[0]}"
        kept = body(web.http.get(address, headers=ann), 200)["turns"]
        assert [(turn["number"], turn["rating"], turn["cut"]) for turn in kept] == [(1, 1, False), (2, 0, False)]
        problem(web.http.get(address, headers=bob), 404, "unknown_conversation")
        assert web.http.delete(address, headers=ann).status_code == 204
        again = web.http.post("/v1/answers", json=asked, headers={**ann, "Idempotency-Key": "a"})
        problem(again, 404, "unknown_conversation")


def test_every_operation_is_described_with_all_its_problems(web: Web) -> None:
    described = body(web.http.get("/openapi.json"), 200)
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            for status in ("403", "421", "429", "500", "503"):
                assert "application/problem+json" in operation["responses"][status]["content"], (method, path)
    assert "HTTPValidationError" not in json.dumps(described)
