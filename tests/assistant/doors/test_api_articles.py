"""The native HTTP API: articles in and out, and what may be asked of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from tests.assistant.doors.serving import STATED, Web, body, events, problem, served

MARKET = b"# The Market\n\nThe weekly market sells cheese, wool and honey. It opens on Thursdays at six."


@pytest.fixture
def own(catalog: Catalog, tmp_path: Path) -> Iterator[Web]:
    """A server on a library of its own, which may be changed."""
    with served(Assistant(catalog, Settings()), tmp_path, most_upload_bytes=10_000) as made:
        yield made


def test_a_file_becomes_an_article_that_can_be_asked_read_replaced_and_removed(own: Web) -> None:
    def add(text: bytes) -> Any:
        return body(own.http.post("/v1/articles", files={"file": ("market.md", text)}), 201)

    added = add(MARKET)
    assert (added["id"], added["change"], added["own"], added["sentences"]) == ("the-market", "added", True, 2)
    assert add(MARKET)["change"] == "unchanged"
    assert add(MARKET + b" It ends at noon.")["change"] == "replaced"
    whole = body(own.http.get("/v1/articles/the-market"), 200)
    assert whole["counts"] == {"blocks": 2, "sentences": 3, "passages": 1}
    assert [whole["text"][s:e] for s, e in whole["sentences"]][-1] == "It ends at noon."
    assert body(own.ask("When does the market open?"), 200)["found"]
    assert own.http.delete("/v1/articles/the-market").status_code == 204
    problem(own.http.delete("/v1/articles/the-market"), 404, "unknown_article")


def test_a_text_is_added_with_its_progress(own: Web) -> None:
    given = {"title": "The Market", "text": "It opens on Thursdays at six."}
    told = events(own.http.post("/v1/articles", json=given, headers={"Accept": "text/event-stream"}).text)
    assert [name for name, _ in told] == ["progress", "done"]
    assert told[0][1] == {"done": 2, "of": 2}
    assert (told[1][1]["title"], told[1][1]["change"]) == ("The Market", "added")


def test_the_article_of_the_project_stays(own: Web) -> None:
    [shipped] = body(own.http.get("/v1/articles"), 200)["articles"]
    assert (shipped["shipped"], shipped["own"]) == (True, False)
    problem(own.http.delete(f"/v1/articles/{shipped['id']}"), 403, "shipped_article")


def test_suggestions_are_questions_that_the_articles_answer(town: Assistant, tmp_path: Path) -> None:
    with served(town, tmp_path) as web:
        suggested = body(web.http.get("/v1/suggestions", params={"article": "the-old-bridge"}), 200)["suggestions"]
        assert suggested
        assert all(body(web.ask(question), 200)["found"] for question in suggested)


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"files": {"file": ("x.png", b"\x89PNG" + STATED.encode())}}, 422, "bad_source"),
        ({"files": {"file": ("big.txt", b"word " * 3000)}}, 413, "http_413"),
        ({"files": {"other": ("x.txt", b"text")}}, 422, "invalid_request"),
        ({"json": {"url": "http://127.0.0.1:9/" + STATED}}, 422, "bad_source"),
        ({"json": {"url": STATED}}, 422, "bad_source"),
        ({"json": {"url": "https://example.org", "text": "both"}}, 422, "invalid_request"),
        ({"json": {"text": " "}}, 422, "bad_source"),
        ({"json": {STATED: 1}}, 422, "invalid_request"),
        ({"content": b"a=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 415, "unknown_body"),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "http_400"),
    ],
)
def test_what_cannot_become_an_article_is_refused_in_words(
    own: Web, given: dict[str, Any], status: int, code: str
) -> None:
    reply = own.http.post("/v1/articles", **given)
    found = body(reply, status)
    assert found["error"]["code"] == code
    if "127.0.0.1" not in str(given):  # an address that cannot be fetched is named
        problem(reply, status, code)
