"""The real bot beside a fake Slack: over signed HTTP, or over a socket."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from langchain_core.language_models import BaseChatModel
from starlette.applications import Starlette

from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.doors.slack import Bot
from assistant.doors.slack_http import PATH, signed
from assistant.doors.slack_socket import socket
from assistant.settings import Settings
from index.catalog import Catalog
from index.database import Database
from tests.assistant.doors.fake_slack import FakeSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
Scenario = Callable[["World"], Awaitable[None]]


class World:
    """A bot in the making: `slack`, `bot` once it runs, `post` to send it something by HTTP."""

    slack: FakeSlack
    bot: Bot
    web: httpx.AsyncClient

    def __init__(self, catalog: Catalog, folder: Path, model: BaseChatModel | None = None, **settings: Any) -> None:
        self.catalog, self.folder, self.model, self.given = catalog, folder, model, settings

    @asynccontextmanager
    async def running(self, *, http: bool = True) -> AsyncIterator[Bot]:
        """A bot process on the folder's databases."""
        settings = Settings(
            slack_bot_token="xoxb-test", slack_app_token="xapp-test", slack_signing_secret=SECRET,
            slack_api_url=self.slack.url, **{"stop_after_s": 20.0, **self.given},
        )  # fmt: skip
        kept = Database(f"sqlite:///{self.folder / 'conversations.db'}", "The database")
        assistant = Assistant(self.catalog, settings, self.model)
        self.bot = Bot(assistant, Conversations(kept), http=http)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.bot)
            if http:
                transport = httpx.ASGITransport(Starlette(routes=self.bot.routes()))
                self.web = await stack.enter_async_context(
                    httpx.AsyncClient(transport=transport, base_url="http://bot")
                )
            else:
                await stack.enter_async_context(socket(self.bot))
                await self.slack.connected.wait()
            yield self.bot
        kept.close()

    async def post(self, payload: dict[str, Any], **headers: str) -> httpx.Response:
        """Send an event as Slack does: JSON, signed."""
        return await self.raw(json.dumps(payload).encode(), "application/json", **headers)

    async def form(self, **fields: Any) -> httpx.Response:
        """Send an interaction or a command as Slack does: a form, signed."""
        plain = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
        return await self.raw(urlencode(plain).encode(), "application/x-www-form-urlencoded")

    async def raw(self, body: bytes, kind: str, stamp: str = "", signature: str = "", **more: str) -> httpx.Response:
        stamp = stamp or str(int(time.time()))
        headers = {
            "content-type": kind,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature or signed(SECRET, stamp, body),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        return await self.web.post(PATH, content=body, headers=headers)

    async def settled(self) -> None:
        """Wait until nothing is being worked on."""
        while self.bot.work.running:
            await asyncio.wait(self.bot.work.running.values())
            await asyncio.sleep(0)

    async def told(self, *payloads: dict[str, Any]) -> None:
        """Post events one after the other, each answered before the next."""
        for payload in payloads:
            assert (await self.post(payload)).status_code == 200
            await self.settled()


def play(world: World, scenario: Scenario, *, http: bool = True) -> FakeSlack:
    """Run a scenario with a bot that runs; the fake Slack remembers what happened."""

    async def run() -> FakeSlack:
        async with FakeSlack() as world.slack:
            async with world.running(http=http):
                await scenario(world)
            return world.slack

    return asyncio.run(asyncio.wait_for(run(), 120))


PROGRAM = """
from assistant.doors.slack_cli import slack_app
from assistant.settings import Settings
slack_app(obj=Settings.load())
"""


async def begun(slack: FakeSlack, folder: Path) -> asyncio.subprocess.Process:
    """The program in a process of its own, connected."""
    given = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test", "SLACK_API_URL": slack.url}
    environment = {**os.environ, **given, "ASSISTANT_DATA_DIR": str(folder)}
    slack.connected.clear()
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, env=environment, stderr=asyncio.subprocess.PIPE
    )
    await asyncio.wait_for(slack.connected.wait(), 120)
    return program


def words(blocks: Sequence[dict[str, Any]]) -> str:
    """All that is written in blocks."""
    return "\n".join(
        element["text"]
        for block in blocks
        for element in block.get("elements", [])
        if isinstance(element.get("text"), str)
    )
