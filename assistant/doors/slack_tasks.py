"""What a message in Slack asks for, done: a question answered, a text checked, an article read, articles chosen."""

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Event
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from assistant.answer import Answer, Claim
from assistant.ask import Assistant
from assistant.check import check_text
from assistant.conversations import Conversation, Conversations, StoredTurn
from assistant.doors.slack_blocks import Block, feedback, note, notes, sources
from assistant.doors.slack_files import downloaded
from assistant.doors.slack_inbox import Inbox, Job
from assistant.doors.slack_reply import Reply
from assistant.doors.slack_text import addresses, asked, decoded, inert, literal, spoken
from assistant.errors import BadQuestion
from assistant.plain import plain
from assistant.streams import streamed
from index.article import Article, flat
from index.errors import BadSource, Unreachable
from index.formats import read_guarded
from index.sources import sources as sources_of

T = TypeVar("T")

USE = re.compile(r"use\s+([\w.-]{1,100})\W*", re.IGNORECASE)
READ = re.compile(r"(?:please\s+)?read\s+(?:this|it|these)\b|(?:please\s+)?read\s*\W*https?://", re.IGNORECASE)
LIST = re.compile(r"articles\W*", re.IGNORECASE)
ALL = ("all", "everything", "any")
HELP = (
    "Ask me a question about the articles. Say “articles” for what I have read, “use ARTICLE” to ask only that one in "
    "this channel, “use all” to ask them all. In a direct message, send a file or a link and say “read this”."
)
AT_ONCE = 4  # jobs that are read for at the same time
SECONDS_BETWEEN = 2.0  # two messages about progress


class Tasks:
    """What a bot does for a job; its `user` in Slack is the one that is mentioned. Blocking work is done in `pool`."""

    def __init__(
        self, assistant: Assistant, conversations: Conversations, inbox: Inbox, client: AsyncWebClient, user: str
    ) -> None:
        self.assistant, self.conversations, self.inbox, self.client = assistant, conversations, inbox, client
        self.user = user
        self.pool = ThreadPoolExecutor(2 * AT_ONCE, thread_name_prefix="slack")  # a stream holds a thread

    async def do(self, job: Job, reply: Reply) -> None:
        """Answer a job, whatever it asks for. Raises what the parts raise."""
        words = asked(job.text, self.user)
        if job.check:
            await self._check(job, reply)
        elif chosen := USE.fullmatch(words):
            await reply.add(await self.run(self.use, job.team, job.channel, chosen[1]))
            await reply.finish()
        elif LIST.fullmatch(words):
            await reply.add(await self.run(self.listed, job.team, job.channel))
            await reply.finish()
        elif READ.match(words):
            await self._read(job, reply)
        elif not any(map(str.isalnum, words)):
            raise BadQuestion(HELP)
        else:
            await self._answer(job, reply, words)

    async def run(self, work: Callable[..., T], *given: object) -> T:
        """Blocking work, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, partial(work, *given))

    def use(self, team: str, channel: str, name: str) -> str:
        """Remember which article a channel asks; says so. Raises UnknownArticle."""
        if name.casefold() in ALL:
            self.inbox.choose(team, channel, ())
            return "Questions here are now asked of all articles."
        entry = self.assistant.catalog.entry(name, f"slack:{team}")
        self.inbox.choose(team, channel, (entry.id,))
        return f"Questions here are now asked of “{literal(entry.title)}” only. Say “use all” to ask all articles."

    def listed(self, team: str, channel: str) -> str:
        """The articles that a workspace can ask."""
        chosen = self.inbox.chosen(team, channel)
        lines = [
            f"- `{entry.id}` {literal(entry.title)}" + (" (asked here)" if entry.id in chosen else "")
            for entry in self.assistant.catalog.entries(f"slack:{team}")
        ]
        return "\n".join(["I have read:", *lines, "", "Say “use ARTICLE” to ask only one of them here."])

    async def _answer(self, job: Job, reply: Reply, question: str) -> None:
        conversation = await self.run(self._conversation, job)
        turn = _answered(conversation, job, question)
        if turn and turn.answer:  # only Slack was not told
            answer, number = turn.answer, turn.number
            for claim in answer.claims:
                await reply.add(spoken(claim))
        else:
            answer = await self._asked(reply, conversation, question)
            number = (await self.run(self.conversations.get, conversation.id, job.owner)).turns[-1].number
        if not answer.found:
            await reply.add(inert(answer.not_found))
        await reply.finish(await self.run(self._below, answer, conversation, number))

    async def _asked(self, reply: Reply, conversation: Conversation, question: str) -> Answer:
        stop = Event()
        ask = partial(self.conversations.stream, scope=conversation.owner, stop=stop)
        parts = await self.run(ask, self.assistant, question, conversation)
        async for part in streamed(parts, stop, self.pool):
            if isinstance(part, Claim):
                await reply.add(spoken(part))
            elif isinstance(part, Answer):
                return part
        raise AssertionError("a stream ends with its answer")

    def _conversation(self, job: Job) -> Conversation:
        """That of the thread, on the articles that its channel asks now."""
        articles = self.inbox.chosen(job.team, job.channel)
        found = self.conversations.start(job.owner, id=job.conversation, articles=articles)
        if found.articles != articles:
            found = self.conversations.change(found.id, job.owner, articles=articles)
        return found

    def _below(self, answer: Answer, conversation: Conversation, turn: int) -> list[Block]:
        cited = answer.citations if answer.found else answer.nearest
        titles = {entry.id: entry.title for entry in self.assistant.catalog.entries(conversation.owner)}
        only = [titles.get(id, id) for id in conversation.articles]
        public = self.assistant.settings.public_url
        return [*notes(answer, only), *sources(cited, public), feedback(conversation.id, turn)]

    async def _check(self, job: Job, reply: Reply) -> None:
        articles = await self.run(self.inbox.chosen, job.team, job.channel)
        claims = await self.run(check_text, self.assistant, decoded(job.text, ""), articles, job.owner)
        for claim in claims:
            said = spoken(replace(claim, text=plain(claim.text)))
            await reply.add(f"- {said.strip()}\n")
        cited = {c.n: c for claim in claims for c in claim.citations}
        right = sum(claim.state != "unsupported" for claim in claims)
        summary = note(f"{right} of {len(claims)} statements are supported by the articles.")
        await reply.finish([summary, *sources(list(cited.values()), self.assistant.settings.public_url)])

    async def _read(self, job: Job, reply: Reply) -> None:
        links = addresses(job.text)
        if not job.direct:
            raise BadSource("Send me the file or the link in a direct message; I read for the whole workspace.")
        if not job.files and not links:
            raise BadSource("There is nothing to read. Send a file or a link, and say “read this” with it.")
        wanted = [(name, partial(self._file, job, reply, id, name)) for id, name in job.files]
        for name, read in [*wanted, *((link, partial(self._page, job, reply, link)) for link in links)]:
            try:
                await read()
            except (BadSource, Unreachable) as error:  # it keeps none of the others out
                await reply.add(f"{literal(name)}: {inert(str(error.args[0]))}\n\n")
        await reply.finish()

    async def _file(self, job: Job, reply: Reply, id: str, name: str) -> None:
        await reply.status(f"is fetching {flat(name)[:80]}…")
        data = await downloaded(self.client, id)
        await self._keep(job, reply, partial(read_guarded, data, name=name))

    async def _page(self, job: Job, reply: Reply, link: str) -> None:
        await reply.status("is fetching the page…")
        for source in sources_of(link):
            await self._keep(job, reply, source.read)

    async def _keep(self, job: Job, reply: Reply, read: Callable[[], Article]) -> None:
        """Read an article and keep it for the workspace, telling how far it is."""
        loop, told = asyncio.get_running_loop(), [time.monotonic()]

        def progress(done: int, of: int) -> None:
            if time.monotonic() - told[0] > SECONDS_BETWEEN:
                told[0] = time.monotonic()
                asyncio.run_coroutine_threadsafe(reply.status(f"is reading, {done} of {of}…"), loop)

        await reply.status("is reading…")
        article = await self.run(read)
        entry, change = await self.run(self.assistant.catalog.add, article, progress, job.owner)
        done = {"added": "I have read", "replaced": "I have read the new text of", "unchanged": "I already know"}
        await reply.add(
            f"{done[change]} “{literal(entry.title)}”; its sentences are {entry.sentences}. Ask me about it; "
            f"“use {entry.id}” in a channel asks only it there.\n\n"
        )


def _answered(conversation: Conversation, job: Job, question: str) -> StoredTurn | None:
    """The turn that an earlier try of a job has ended, if one has."""
    turns = conversation.turns if job.again else ()
    same = (turn for turn in reversed(turns) if turn.answer and turn.question == flat(question))
    return next((turn for turn in same if turn.asked.timestamp() > job.asked - 1), None)
