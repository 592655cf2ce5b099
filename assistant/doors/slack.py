"""Slack: answers where it is mentioned, in threads and in direct messages, with sources and feedback buttons."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from starlette.routing import Route

from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.doors.slack_check import Identity, identity, needed
from assistant.doors.slack_http import belongs, routes
from assistant.doors.slack_inbox import Inbox, Job
from assistant.doors.slack_manifest import CHECK, COMMAND
from assistant.doors.slack_reply import FAILURES
from assistant.doors.slack_tasks import HELP, LIST, USE, Tasks
from assistant.doors.slack_text import mrkdwn
from assistant.doors.slack_work import Work
from assistant.errors import UnknownConversation
from assistant.settings import Settings
from assistant.suggest import Suggestions
from index.errors import UnknownArticle

TIMEOUT_S = 30
TRIES, TRIES_IN_TROUBLE = 4, 2  # again, of a call that Slack answers with 429, and with 500
SUBTYPES = (None, "file_share", "thread_broadcast")  # of messages that a person wrote
ANY = re.compile("")
THANKS = "Thank you. It is kept with the answer."


def client_of(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Slack's API as the settings name it; it waits and tries again where Slack asks for that."""
    return AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        session=session,
        timeout=TIMEOUT_S,
        logger=_quiet("slack_sdk"),
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(),
            AsyncRateLimitErrorRetryHandler(max_retry_count=TRIES),
            AsyncServerErrorRetryHandler(max_retry_count=TRIES_IN_TROUBLE),
        ],
    )


class Bot:
    """The bot of one workspace, running from `start` to `stop`; `async with` does both.

    Raises BadSettings when a token is missing or Slack refuses it, BadStore.
    """

    app: AsyncApp
    work: Work
    who: Identity

    def __init__(self, assistant: Assistant, conversations: Conversations, *, http: bool) -> None:
        self.assistant, self.conversations = assistant, conversations
        self.settings, self.suggestions = assistant.settings, Suggestions(assistant)
        needed(self.settings, http=http)
        self.inbox = Inbox(conversations.database)

    def routes(self) -> list[Route]:
        """`POST /slack/events`, for a server that runs the bot."""
        secret = self.settings.slack_signing_secret.get_secret_value()
        return routes(lambda: (self.app, self.who.team), secret)

    async def start(self) -> None:
        limit = aiohttp.ClientTimeout(total=TIMEOUT_S)
        self.session = aiohttp.ClientSession(timeout=limit)
        try:
            self.client = client_of(self.settings, self.session)
            self.who = await identity(self.client)
            self.tasks = Tasks(self.assistant, self.conversations, self.inbox, self.client, self.who.user)
            self.work = Work(self.tasks, self.inbox)
            self.app = self._app()
            await self.work.start()
        except BaseException:
            await self.session.close()
            raise

    async def stop(self) -> None:
        """Let what is running end, within the setting; the rest is kept and done by the next process."""
        await self.work.stop(self.settings.stop_after_s)
        await asyncio.to_thread(self.tasks.pool.shutdown, cancel_futures=True)
        await self.session.close()

    async def __aenter__(self) -> "Bot":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _app(self) -> AsyncApp:
        """Bolt, told everything: variables of other apps must not turn a sign-in on or change the token."""
        who, token = self.who, self.client.token

        async def authorized(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id, bot_user_id=who.user, bot_id=who.bot, bot_token=token
            )

        app = AsyncApp(
            name="article-assistant",
            client=self.client,
            signing_secret=self.settings.slack_signing_secret.get_secret_value(),
            authorize=authorized,
            request_verification_enabled=False,  # done before bolt sees a request
            ssl_check_enabled=False,
            process_before_response=True,  # what is acknowledged is kept
            logger=_quiet("slack_bolt"),
        )
        app.event("app_home_opened")(self.opened)
        app.event("app_mention")(self.mentioned)
        app.event("message")(self.written)
        app.action("feedback")(self.rated)
        app.message_shortcut(CHECK)(self.checked)
        app.command(COMMAND)(self.commanded)
        for kind in (app.event, app.action, app.shortcut, app.command, app.view, app.options):
            kind(ANY)(self.unwanted)
        return app

    async def opened(self, event: dict[str, Any]) -> None:
        """Somebody opened the messages with the bot: suggest questions that the articles answer."""
        if event.get("tab") == "messages" and event.get("channel"):
            self.work.aside(self._suggest(event["channel"]))

    async def mentioned(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        if _by_person(event) and belongs(body, self.who.team):
            await self._take(event, body)

    async def written(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        """A direct message, or one in a thread that is followed."""
        if not _by_person(event) or not belongs(body, self.who.team):
            return
        followed = self.settings.slack_follow_threads and await asyncio.to_thread(self._answered_in, event)
        if event.get("channel_type") == "im" or followed:
            await self._take(event, body)

    async def checked(self, ack: Callable[..., Awaitable[Any]], shortcut: dict[str, Any]) -> None:
        """The shortcut on a message: check its sentences, below it."""
        message, channel = shortcut["message"], shortcut["channel"]["id"]
        key = str(shortcut.get("trigger_id") or f"{channel}-{message['ts']}-{shortcut.get('action_ts')}")
        if belongs(shortcut, self.who.team):
            job = Job(
                f"check-{key}", self.who.team, channel, message.get("thread_ts") or message["ts"],
                shortcut["user"]["id"], str(message.get("text") or ""), check=True,
                response_url=str(shortcut.get("response_url") or ""), asked=time.time(),
            )  # fmt: skip
            await self.work.take(job)
        await ack()

    async def commanded(self, ack: Callable[..., Awaitable[Any]], command: dict[str, Any]) -> None:
        """`/article-assistant use ARTICLE`, or `articles`."""
        words, team, channel = str(command.get("text") or "").strip(), self.who.team, command["channel_id"]
        chosen = USE.fullmatch(words)
        try:
            if chosen:
                said = await self.tasks.run(self.tasks.use, team, channel, chosen[1])
            else:
                said = await self.tasks.run(self.tasks.listed, team, channel) if LIST.fullmatch(words) else HELP
        except UnknownArticle as error:
            said, chosen = str(error.args[0]), None
        blocks = [{"type": "markdown", "text": said}]
        await ack(text=mrkdwn(said), blocks=blocks, response_type="in_channel" if chosen else "ephemeral")

    async def rated(self, ack: Callable[..., Awaitable[Any]], body: dict[str, Any], action: dict[str, Any]) -> None:
        """A feedback button: keep the rating with the turn, and say thanks to the person alone."""
        with suppress(ValueError, KeyError, TypeError, UnknownConversation):
            about = json.loads(action["value"])
            owner = f"slack:{self.who.team}"
            place = (str(about["conversation"]), owner, int(about["turn"]), 1 if about["rating"] > 0 else -1)
            if belongs(body, self.who.team):
                await self.tasks.run(self.conversations.rate, *place)
                self.work.aside(self._thank(body))
        await ack()

    async def unwanted(self, ack: Callable[..., Awaitable[Any]]) -> None:
        """Everything else is acknowledged, or Slack would send it again."""
        await ack()

    async def _take(self, event: dict[str, Any], body: dict[str, Any]) -> None:
        team, channel, ts = self.who.team, event["channel"], event["ts"]
        files = tuple((str(one.get("id")), str(one.get("name") or "file")) for one in event.get("files") or ())
        job = Job(
            f"{team}-{channel}-{ts}", team, channel, event.get("thread_ts") or ts, event["user"],
            str(event.get("text") or ""), direct=event.get("channel_type") == "im", files=files, asked=time.time(),
        )  # fmt: skip
        await self.work.take(job, body.get("event_id"))

    def _answered_in(self, event: dict[str, Any]) -> bool:
        """Whether the bot has answered in the thread of a message."""
        if not event.get("thread_ts"):
            return False
        team = self.who.team
        try:
            name = f"slack-{team}-{event['channel']}-{event['thread_ts']}"
            return self.conversations.head(name, f"slack:{team}").turn_count > 0
        except UnknownConversation:
            return False

    async def _suggest(self, channel: str) -> None:
        found = await self.tasks.run(lambda: self.suggestions.of((), f"slack:{self.who.team}"))
        prompts = [{"title": one, "message": one} for one in found]
        if prompts:
            await self.client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, title="Ask, for example", prompts=prompts
            )

    async def _thank(self, body: dict[str, Any]) -> None:
        place = {"channel": body["channel"]["id"], "user": body["user"]["id"]}
        thread = body.get("message", {}).get("thread_ts")
        with suppress(*FAILURES):
            await self.client.chat_postEphemeral(**place, text=THANKS, **({"thread_ts": thread} if thread else {}))


def _quiet(name: str) -> logging.Logger:
    """A library's log, only of errors: in its other lines stand bodies, with what people wrote."""
    log = logging.getLogger(name)
    log.setLevel(logging.ERROR)
    return log


def _by_person(event: dict[str, Any]) -> bool:
    """Whether a person wrote it just now, not a bot, and it was not edited or hidden."""
    plain = event.get("subtype") in SUBTYPES and not event.get("bot_id") and not event.get("hidden")
    return bool(plain and event.get("user") and event.get("ts") and (event.get("text") or event.get("files")))
