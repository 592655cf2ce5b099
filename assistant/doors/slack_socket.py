"""Socket Mode: Slack's events over a connection that we open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from assistant.doors.slack import Bot
from assistant.doors.slack_check import connects
from assistant.doors.slack_inbox import Inbox
from assistant.settings import Settings
from index.database import Database


def inbox(settings: Settings) -> Inbox:
    """That of the settings: in the data folder a file of its own, so that no two writers meet in one."""
    url = settings.database_url or f"sqlite:///{settings.data_dir / 'slack.db'}"
    return Inbox(Database(url, "The database of the Slack bot"))


@asynccontextmanager
async def socket(bot: Bot) -> AsyncIterator[None]:
    """Let events in until the block ends; the connection is opened anew whenever it is lost.

    Raises BadSettings when Slack refuses the app's token.
    """
    token = bot.settings.slack_app_token.get_secret_value()
    await connects(bot.client, token)
    handler = AsyncSocketModeHandler(bot.app, token)
    await handler.client.connect()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        await handler.client.close()  # type: ignore[no-untyped-call]
