"""Socket Mode: Slack's events over a connection that we open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from assistant.doors.slack import Bot
from assistant.doors.slack_check import connects


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
