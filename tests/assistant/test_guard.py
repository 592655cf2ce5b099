"""Who may come in, how often, and what each may see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Assistant
from assistant.guard import OPEN
from assistant.settings import Settings
from index.article import Article, Piece
from index.catalog import Catalog
from tests.assistant.doors.serving import QUESTION, Waiting, Web, problem, served

LARK = "The Lark is a boat that Clara Voss owns. It lies in the harbour of Elmstadt."


@pytest.fixture
def web(catalog: Catalog, tmp_path: Path) -> Iterator[Web]:
    catalog.add(Article.of([Piece("paragraph", "The bridge was built by Clara Voss in 1903.")], title="The Bridge"))
    catalog.snapshot()
    with served(Assistant(catalog, Settings()), tmp_path, keyed=True) as made:
        yield made


def seen(web: Web, operation: tuple[str, str], ids: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
    """What an operation of the OpenAPI document says to a caller who names these ids."""
    method, path = operation
    described = web.openapi["paths"][path][method]
    more: dict[str, Any] = {"json": body(operation, ids)} if "requestBody" in described else {}
    asked = [one["name"] for one in described.get("parameters", ()) if one["in"] == "query"]
    place = path.replace("{id}", ids["article" if "/articles" in path else "conversation"])
    reply = web.http.request(method, place, headers=headers, params={name: ids[name] for name in asked}, **more)
    try:
        found = reply.json()
    except json.JSONDecodeError:
        return reply.status_code, reply.text
    return reply.status_code, {k: v for k, v in found.items() if k not in ("request_id", "instance")}


def body(operation: tuple[str, str], ids: dict[str, str]) -> Any:
    """A body for each operation that has one; a new operation fails here until it has."""
    article, conversation = ids["article"], ids["conversation"]
    message = {"role": "user", "content": "What is the Lark?"}
    return {
        "/v1/answers": {"question": "What is the Lark?", "conversation_id": conversation, "articles": [article]},
        "/v1/articles": {"text": "Some other text.", "title": "Other"},
        "/v1/conversations": {"articles": [article]},
        "/v1/conversations/{id}": {"title": "Other"},
        "/v1/feedback": {"conversation_id": conversation, "turn": 1, "rating": 1},
        "/v1/session": {"key": "no key"},
        "/v1/chat/completions": {"model": f"article-assistant/{article}", "messages": [message]},
        "/v1/responses": {"model": f"article-assistant/{article}", "input": [message]},
    }[operation[1]]


def test_another_s_things_read_exactly_like_unknown_ones(web: Web) -> None:
    """Every operation × {owner, other key, no key, revoked key}."""
    anna, ben, gone = web.key("anna"), web.key("ben"), web.key("gone")
    web.service.keys.revoke("gone")
    made = web.http.post("/v1/articles", json={"text": LARK, "title": "The Lark"}, headers=anna).json()
    conversation = web.http.post("/v1/conversations", json={}, headers=anna).json()["id"]
    asked = {"question": "What is the Lark?", "conversation_id": conversation}
    assert web.http.post("/v1/answers", json=asked, headers=anna).json()["found"]
    own, none = {"article": made["id"], "conversation": conversation}, {"article": "none", "conversation": "none"}
    operations = [(method, path) for path, found in web.openapi["paths"].items() for method in found]
    assert len(operations) >= 20
    for operation in sorted(operations, key=lambda one: one[0] == "delete"):
        if operation[1] not in OPEN:
            assert seen(web, operation, own, {})[0] == 401, operation
            assert seen(web, operation, own, gone)[0] == 401, operation
        others = seen(web, operation, own, ben)
        if "{id}" in operation[1] or operation[1] in ("/v1/answers", "/v1/feedback", "/v1/suggestions"):
            assert others == seen(web, operation, none, ben), operation
            assert others[0] == 404, operation
        assert "Lark" not in str(others[1]), operation
        assert conversation not in str(others[1]), operation
    for operation in sorted(operations, key=lambda one: one[0] == "delete"):
        status = seen(web, operation, own, anna)[0]
        assert status in (200, 201, 204) or operation == ("post", "/v1/session"), (operation, status)


def test_everyone_s_article_is_seen_by_all_and_removed_by_none(web: Web) -> None:
    anna = web.key("anna")
    [entry] = web.http.get("/v1/articles", headers=anna).json()["articles"]
    assert (entry["id"], entry["own"]) == ("the-bridge", False)
    reply = web.http.delete("/v1/articles/the-bridge", headers=anna)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "not_yours")


def test_a_browser_exchanges_its_key_for_a_cookie(web: Web) -> None:
    key = web.service.keys.add("anna")
    assert web.http.get("/v1/session").json() == {"keys_required": True, "signed_in": False, "name": ""}
    reply = web.http.post("/v1/session", json={"key": key})
    cookie = reply.headers["set-cookie"]
    assert (reply.status_code, key in cookie) == (204, False)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert web.http.get("/v1/session").json() == {"keys_required": True, "signed_in": True, "name": "anna"}
    assert web.http.get("/v1/articles").status_code == 200
    assert web.http.delete("/v1/session").status_code == 204
    assert web.http.get("/v1/articles").status_code == 401


@pytest.mark.parametrize("other", ['prefs={"a":"b"}', "note=a b", "=", "a=[1]; é", 'x="open'])
def test_an_odd_cookie_of_another_program_hides_ours_from_nobody(web: Web, other: str) -> None:
    web.http.post("/v1/session", json={"key": web.service.keys.add("anna")})
    ours = f"article_assistant={web.http.cookies['article_assistant']}"
    web.http.cookies.clear()
    for cookies in (f"{other}; {ours}", f"{ours}; {other}"):
        reply = web.http.get("/v1/session", headers={"Cookie": cookies.encode()})
        assert reply.json() == {"keys_required": True, "signed_in": True, "name": "anna"}


def test_guessing_keys_is_slowed_down(web: Web) -> None:
    codes = [web.http.post("/v1/session", json={"key": "guess"}).status_code for _ in range(25)]
    assert set(codes) == {401, 429}


def test_the_first_key_closes_a_server_that_runs(town: Assistant, tmp_path: Path) -> None:
    with served(town, tmp_path) as web:
        assert web.http.get("/v1/articles").status_code == 200
        key = web.key("anna")
        assert web.http.get("/v1/articles").status_code == 401
        assert web.http.get("/v1/articles", headers=key).status_code == 200
        web.service.keys.revoke("anna")
        assert web.http.get("/v1/articles").status_code == 401  # not open again


def test_too_many_requests_are_told_when_to_come_again(town: Assistant, tmp_path: Path) -> None:
    with served(town, tmp_path, requests_per_minute=3) as web:
        replies = [web.http.get("/v1/articles") for _ in range(4)]
        assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
        assert replies[0].headers["ratelimit"].startswith('"requests";r=2;')
        assert replies[0].headers["ratelimit-policy"] == '"requests";q=3;w=60'
        assert 1 <= int(replies[3].headers["retry-after"]) <= 20
        assert replies[3].headers["ratelimit"].startswith('"requests";r=0;')
        assert web.http.get("/healthz").status_code == 200


def test_too_many_answers_at_the_same_time_are_refused(town: Assistant, tmp_path: Path) -> None:
    model = Waiting.made()
    waiting = Assistant(town.catalog, Settings(model="waiting"), model)
    with served(waiting, tmp_path, streams_per_key=1) as web:
        asked = {"question": QUESTION, "stream": True}
        with web.http.stream("POST", "/v1/answers", json=asked):
            assert model.began.acquire(timeout=10)
            reply = web.ask()
            assert (reply.status_code, reply.json()["error"]["code"]) == (429, "limited")
            assert reply.headers["retry-after"] == "1"
            model.go.set()


def test_a_named_host_is_allowed(town: Assistant, tmp_path: Path) -> None:
    settings = {"allowed_hosts": "a.example, b.example", "public_url": "https://c.example/x"}
    with served(town, tmp_path, **settings) as web:
        for host, status in (("a.example", 200), ("B.example:81", 200), ("c.example", 200), ("d.example", 421)):
            assert web.http.get("/v1/articles", headers={"Host": host}).status_code == status


def test_addresses_that_are_none_are_refused(town: Assistant, tmp_path: Path) -> None:
    with served(town, tmp_path) as web:
        problem(web.http.get("/v1/articles", headers={"Host": "["}), 421, "unknown_host")
        problem(web.http.get("/v1/articles", headers={"Host": "localhost@[::1"}), 421, "unknown_host")
        problem(web.http.post("/v1/conversations", json={}, headers={"Origin": "http://["}), 403, "foreign_origin")


def test_slack_is_heard_under_any_name(town: Assistant, tmp_path: Path) -> None:
    with served(town, tmp_path) as web:
        elsewhere = {"Host": "ask.example.org"}
        assert web.http.post("/slack/events", headers=elsewhere).status_code == 404  # not set up here, but let in
        for path in ("/slack/", "/slack/events/", "/slack/events/more", "/v1/session"):
            problem(web.http.post(path, headers=elsewhere), 421, "unknown_host")
