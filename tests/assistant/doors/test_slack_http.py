"""What is let in at /slack/events, and what is not: nothing of it is done, or logged."""

import asyncio
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.doors.slack import Bot
from assistant.doors.slack_http import belongs, signed
from assistant.errors import BadSettings
from assistant.settings import Settings
from index.database import Database
from tests.assistant.doors.fake_slack import TEAM, message
from tests.assistant.doors.slack_world import SECRET, World, play

QUESTION = "Who built the old bridge? swordfish"
BODY = json.dumps(message(QUESTION)).encode()
JSON = "application/json"
NOW = str(int(time.time()))
OLD, AHEAD = str(int(time.time()) - 301), str(int(time.time()) + 900)


def of(body: bytes, kind: str = JSON, stamp: str = "", signature: str = "") -> dict[str, Any]:
    return {"body": body, "kind": kind, "stamp": stamp, "signature": signature}


@pytest.mark.parametrize(
    "given",
    [
        of(BODY, signature="v0=" + "0" * 64),
        of(BODY, signature="no signature"),
        of(BODY, signature=signed("other secret", NOW, BODY), stamp=NOW),
        of(BODY, signature=signed(SECRET, NOW, BODY + b" "), stamp=NOW),
        of(BODY, stamp=OLD),
        of(BODY, stamp=AHEAD),
        of(BODY, stamp="yesterday"),
        of(BODY, stamp="-1"),
        of(BODY, stamp="9" * 400),
        of(b"", JSON),
        of(b"{", JSON),
        of(b"[1]", JSON),
        of(b"\xff\xfe", JSON),
        of(b"[" * 100_000, JSON),
        of(b"x" * 2_000_001, JSON),
        of(b"payload=%7B", "application/x-www-form-urlencoded"),
        of(b"payload", "application/x-www-form-urlencoded"),
        of(b"payload=5", "application/x-www-form-urlencoded"),
        of(b"text=use&team_id=T2", "application/x-www-form-urlencoded"),
        of(BODY, "text/plain"),
        of(json.dumps({**message(QUESTION), "team_id": "T2"}).encode()),
        of(json.dumps({"type": "event_callback"}).encode()),
    ],
    ids=lambda given: f"{given['body'][:12]!r} {given['kind'][:16]}",
)
def test_what_slack_did_not_sign_for_this_workspace_is_refused(
    town: Assistant, tmp_path: Path, caplog: pytest.LogCaptureFixture, given: dict[str, Any]
) -> None:
    async def scenario(w: World) -> None:
        reply = await w.raw(**given)
        assert (reply.status_code, reply.content) == (401, b"")
        assert w.bot.work.running == {}

    with caplog.at_level(logging.DEBUG):
        slack = play(World(town.catalog, tmp_path), scenario)
    assert slack.methods() == []
    assert "swordfish" not in caplog.text


def test_a_request_without_any_header_of_slack_is_refused(town: Assistant, tmp_path: Path) -> None:
    async def scenario(w: World) -> None:
        assert (await w.web.post("/slack/events", content=BODY)).status_code == 401
        assert (await w.web.get("/slack/events")).status_code == 405

    play(World(town.catalog, tmp_path), scenario)


def test_another_workspace_on_the_socket_is_not_answered(town: Assistant, tmp_path: Path) -> None:
    async def scenario(w: World) -> None:
        await w.slack.send({**message(QUESTION), "team_id": "T2"})
        envelope = await w.slack.send(message("Who built the old bridge?", ts="100.2"))
        while envelope not in w.slack.acknowledged:
            await w.settled()
            await asyncio.sleep(0.01)
        await w.settled()

    slack = play(World(town.catalog, tmp_path), scenario, http=False)
    assert slack.thread("100.1") == []
    assert len(slack.thread("100.2")) == 1


def test_in_a_shared_channel_the_workspace_is_that_of_the_installation() -> None:
    assert belongs({"team_id": "T2", "authorizations": [{"team_id": TEAM}]}, TEAM)
    assert belongs({"team": {"id": TEAM}}, TEAM)
    assert not belongs({"team": {"id": "T2"}, "authorizations": "T1"}, TEAM)


@pytest.mark.parametrize(
    ("given", "http", "name"),
    [
        ({}, False, "SLACK_BOT_TOKEN is not set"),
        ({"slack_bot_token": "xoxp-1"}, False, "SLACK_BOT_TOKEN is not the right one"),
        ({"slack_bot_token": "xoxb-1"}, False, "SLACK_APP_TOKEN is not set"),
        ({"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}, True, "SLACK_SIGNING_SECRET is not set"),
    ],
)
def test_without_its_tokens_the_bot_does_not_start(
    town: Assistant, tmp_path: Path, given: dict[str, str], http: bool, name: str
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.db'}", "The database")
    assistant = Assistant(town.catalog, Settings.load(**given))
    with pytest.raises(BadSettings, match=name):
        Bot(assistant, Conversations(database), http=http)
    database.close()


def test_variables_for_signing_in_do_not_change_the_bot(
    town: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-other")
    slack = play(World(town.catalog, tmp_path), lambda w: w.told(message("Who built the old bridge?")))
    assert len(slack.thread("100.1")) == 1
