"""`article-assistant slack`: the manifests, the check, and the program itself."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.doors.slack_cli import checked, slack_app
from assistant.doors.slack_manifest import SCOPES
from assistant.errors import BadSettings
from assistant.settings import Settings
from index.errors import Unreachable
from tests.assistant.doors.fake_slack import SCOPES as GRANTED
from tests.assistant.doors.fake_slack import FakeSlack, error, message
from tests.assistant.doors.slack_world import begun


def printed(*arguments: str, **settings: Any) -> dict[str, Any]:
    done = CliRunner().invoke(slack_app, ["manifest", *arguments], obj=Settings.load(**settings))
    assert done.exit_code == 0, done.output
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_the_manifest_asks_for_socket_mode_and_the_least_scopes() -> None:
    made = printed()
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    assert made["settings"]["event_subscriptions"] == {"bot_events": ["app_home_opened", "app_mention", "message.im"]}
    assert set(made["features"]) == {"app_home", "agent_view", "bot_user", "shortcuts", "slash_commands"}
    [shortcut] = made["features"]["shortcuts"]
    assert len(made["display_information"]["description"]) <= 140  # the limits of Slack's manifest schema
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150


def test_the_manifest_for_http_names_the_address_everywhere() -> None:
    made = printed("--http", "https://ask.example.org/")
    address = "https://ask.example.org/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert made["features"]["slash_commands"][0]["url"] == address
    assert isinstance(
        CliRunner().invoke(slack_app, ["manifest", "--http", "http://x"], obj=Settings()).exception, BadSettings
    )


def test_channel_history_is_asked_for_only_to_follow_threads() -> None:
    made = printed(slack_follow_threads=True)
    assert {"channels:history", "groups:history"} < set(made["oauth_config"]["scopes"]["bot"])
    assert "message.channels" in made["settings"]["event_subscriptions"]["bot_events"]


def tokens(slack: FakeSlack, **more: Any) -> Settings:
    given = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "slack_api_url": slack.url}
    return Settings.load(**{**given, **more})


def test_the_check_says_who_the_bot_is_and_which_scopes_it_lacks() -> None:
    async def run() -> None:
        async with FakeSlack() as slack:
            assert await checked(tokens(slack)) == ("It is article_assistant in Testers, in Socket Mode.", [])
            slack.scopes = GRANTED.replace("files:read,", "")
            assert (await checked(tokens(slack)))[1] == [
                "The scope files:read is missing, to read a file that is sent to it. "
                "Add it under OAuth & Permissions and install the app again."
            ]
            following = await checked(tokens(slack, slack_follow_threads=True))
            assert [line.split()[2] for line in following[1]] == ["files:read", "channels:history", "groups:history"]
            http = tokens(slack, slack_app_token="", slack_signing_secret="s")
            assert (await checked(http))[0] == "It is article_assistant in Testers, over HTTP."

    asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "code", "status", "raised", "said"),
    [
        ("auth.test", "invalid_auth", 200, BadSettings, "Slack refuses SLACK_BOT_TOKEN: invalid_auth"),
        ("apps.connections.open", "not_allowed_token_type", 200, BadSettings, "Slack refuses SLACK_APP_TOKEN"),
        ("auth.test", "internal_error", 500, Unreachable, "Slack is in trouble"),
    ],
)
def test_the_check_says_what_slack_refuses(
    method: str, code: str, status: int, raised: type[Exception], said: str
) -> None:
    async def run() -> None:
        async with FakeSlack() as slack:
            slack.once(method, lambda: error(code, status), times=9)
            with pytest.raises(raised, match=said):
                await checked(tokens(slack))

    asyncio.run(run())


def test_where_slack_is_not_there_the_check_says_so() -> None:
    with pytest.raises(Unreachable, match="Slack does not answer at http://127.0.0.1:9/api/"):
        asyncio.run(
            checked(
                Settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1", slack_api_url="http://127.0.0.1:9/api/")
            )
        )


def test_the_program_answers_over_the_socket_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async def run() -> FakeSlack:
        async with FakeSlack() as slack:
            program = await begun(slack, tmp_path)
            await slack.send(message("Why is Moscow ready to tolerate Baku's actions?"))
            while not slack.thread("100.1"):
                await asyncio.sleep(0.02)
            program.send_signal(signal.SIGTERM)
            _, said = await asyncio.wait_for(program.communicate(), 60)
            assert program.returncode == 0
            assert "article_assistant answers in Testers. Stop it with Ctrl-C." in said.decode().splitlines()
            return slack

    slack = asyncio.run(run())
    [answer] = slack.thread("100.1")
    assert "North-South route" in answer["markdown"]
    assert not any(slack.statuses.values())
