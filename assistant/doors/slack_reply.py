"""What is said to one message in Slack: a status, a text that streams, the sources. It ends in words whatever fails."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_chat_stream import AsyncChatStream
from slack_sdk.web.async_client import AsyncWebClient

from assistant import logs
from assistant.doors.slack_blocks import LONGEST_TEXT, Block, Message, packed, pieces
from assistant.doors.slack_check import passing
from assistant.doors.slack_inbox import Job
from assistant.doors.slack_text import inert, mrkdwn

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
LONGEST_NOTICE = 200  # characters of a message's plain text, which notifications show
LONGEST_PLAIN = 3_500  # characters of a message that is only text
TOO_MUCH = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long")
NOT_THERE = ("not_in_channel", "channel_not_found", "is_archived", "restricted_action", "thread_not_found")
LONGEST_CALL_S = 5.0  # that a stop waits for a call on its way
HOOKS = "hooks.slack.com"

T = TypeVar("T")
Keep = Callable[[Sequence[str]], Awaitable[None]]


class Reply:
    """The messages in the thread of one job. `keep` is told their ts, so that a later process goes on with them.

    The whole text is held here: a stream that Slack ends is finished by changing its message, else by a new one.
    """

    def __init__(self, client: AsyncWebClient, job: Job, keep: Keep) -> None:
        self.client, self.job, self.keep = client, job, keep
        self.texts: list[str] = []
        self.shown = list(job.shown)
        self.stream: AsyncChatStream | None = None
        self.streams = not self.shown  # until Slack refuses
        self.finished = False
        self._status = asyncio.Lock()
        self._over = False

    async def status(self, words: str, *loading: str) -> None:
        """Show that the work goes on, until `rest`; no harm where Slack does not."""
        async with self._status:
            if not self._over:
                await self._set(words, loading)

    async def rest(self) -> None:
        """Take the status away, for good."""
        async with self._status:
            self._over = True
            await self._set("", ())

    async def _set(self, words: str, loading: Sequence[str]) -> None:
        place: dict[str, Any] = {"channel_id": self.job.channel, "thread_ts": self.job.thread}
        shown: dict[str, Any] = {"loading_messages": list(loading)} if loading else {}
        try:
            await whole(self.client.assistant_threads_setStatus(**place, status=words, **shown))
        except FAILURES as error:
            logs.event("slack: no status", why=_said(error))

    async def add(self, markdown: str) -> None:
        """Say more: as it comes where Slack streams, else at the end."""
        for piece in pieces(markdown, LONGEST_TEXT):
            if self.texts and len(self.texts[-1]) + len(piece) <= LONGEST_TEXT:
                self.texts[-1] += piece
            else:
                self.texts.append(piece)
            if len(self.texts) == 1 and self.streams:
                await whole(self._stream(piece))

    async def finish(self, blocks: Sequence[Block] = ()) -> None:
        """End the text with its blocks, in as many messages as it takes. Raises one of FAILURES if Slack took none."""
        for number, message in enumerate(packed(self.texts, blocks)):
            if number or not await whole(self._stopped(message.blocks)):
                await whole(self._put(number, message))
        self.finished = True

    async def fail(self, words: str) -> None:
        """Say why there is no answer: below what was said so far, else to the person who asked alone."""
        if self.texts or self.shown or self.job.direct:
            await self.add(f"\n\n{inert(words)}" if self.texts else inert(words))
            return await self.finish()
        place: dict[str, Any] = {"channel": self.job.channel, "user": self.job.user, "text": mrkdwn(words)}
        try:
            await self.client.chat_postEphemeral(**place, thread_ts=self.job.thread)
        except SlackApiError as error:
            if not (_code(error) in NOT_THERE and await self._respond(Message(inert(words)))):
                await self.add(inert(words))
                await self.finish()
        self.finished = True

    async def pause(self, words: str) -> None:
        """Say why no more comes for now; a later process puts the answer in this place."""
        if self.stream and self.streams:
            await self.stream.stop(markdown_text=f"\n\n{words}")
        elif not self.shown:
            await whole(self._post(Message(words)))

    async def _stream(self, piece: str) -> None:
        job = self.job
        try:
            if self.stream is None:
                self.stream = await self.client.chat_stream(
                    buffer_size=1, channel=job.channel, thread_ts=job.thread,
                    recipient_team_id=job.team, recipient_user_id=job.user,
                )  # fmt: skip
            await self.stream.append(markdown_text=piece)
        except FAILURES as error:
            logs.event("slack: no stream", why=_said(error))
            self.streams = False
        if self.stream and self.stream.ts and not self.shown:
            await self._show(self.stream.ts)

    async def _stopped(self, blocks: Sequence[Block]) -> bool:
        """Whether the stream, which has all its text, could be ended with its blocks."""
        if self.stream is None or not self.streams:
            return False
        try:
            await self.stream.stop(blocks=blocks)
        except FAILURES as error:
            logs.event("slack: the stream could not be ended", why=_said(error))
            return False
        return True

    async def _put(self, number: int, message: Message) -> None:
        """Make `message` the one of this number: changed where there is one, else new."""
        if number < len(self.shown):
            ts = self.shown[number]
            with suppress(*FAILURES):  # it may be no stream, or no longer one
                await self.client.chat_stopStream(channel=self.job.channel, ts=ts)
            try:
                await self.client.chat_update(channel=self.job.channel, ts=ts, **_content(message))
                return
            except SlackApiError as error:
                if passing(error):
                    raise
                logs.event("slack: the message could not be changed", why=_said(error))
        await self._post(message)

    async def _post(self, message: Message) -> None:
        place: dict[str, Any] = {"channel": self.job.channel, "thread_ts": self.job.thread}
        place |= {"unfurl_links": False, "unfurl_media": False}
        try:
            sent = await self.client.chat_postMessage(**place, **_content(message))
        except SlackApiError as error:
            if _code(error) in NOT_THERE and await self._respond(message):
                return
            if _code(error) not in TOO_MUCH:
                raise
            logs.event("slack: the blocks were refused", why=_said(error))
            for text in pieces(mrkdwn_of(message), LONGEST_PLAIN):
                sent = await self.client.chat_postMessage(**place, text=text)
        await self._show(str(sent["ts"]))

    async def _respond(self, message: Message) -> bool:
        """Answer by the address that came with the job, to the person alone; False where there is none."""
        url = urlsplit(self.job.response_url)
        base = urlsplit(self.client.base_url)
        known = (url.scheme, url.netloc) in (("https", HOOKS), (base.scheme, base.netloc))
        if not known or self.client.session is None:
            return False
        body = {"response_type": "ephemeral", **_content(message)}
        async with self.client.session.post(self.job.response_url, json=body, allow_redirects=False) as reply:
            return reply.status == 200

    async def _show(self, ts: str) -> None:
        self.shown.append(ts)
        await self.keep(self.shown)


async def whole(work: Coroutine[Any, Any, T]) -> T:
    """Do it to its end even when we are to stop: what Slack shows must be known to who goes on."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=LONGEST_CALL_S)
        raise


def _content(message: Message) -> dict[str, Any]:
    return {"blocks": message.all_blocks, "text": mrkdwn(message.markdown)[:LONGEST_NOTICE] or "Sources"}


def mrkdwn_of(message: Message) -> str:
    """All the words of a message for Slack's own markup."""
    lines = [mrkdwn(line) for line in message.markdown.splitlines()]
    lines += [mrkdwn(one["text"]) for block in message.blocks for one in block["elements"] if "text" in one]
    return "\n".join(lines)


def _code(error: SlackApiError) -> str:
    try:
        return str(error.response["error"])
    except (KeyError, TypeError):
        return ""


def _said(error: BaseException) -> str:
    """What Slack said, without anything of ours."""
    if isinstance(error, SlackApiError):
        return _code(error) or "no reason"
    return "time was up" if isinstance(error, asyncio.TimeoutError) else type(error).__name__
