"""The work of the bot: every job is a task of ours, tracked, tried again, and ended in words when we stop."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence
from typing import Any
from weakref import WeakValueDictionary

from assistant import logs
from assistant.doors.slack_check import passing
from assistant.doors.slack_inbox import Inbox, Job
from assistant.doors.slack_reply import FAILURES, Reply, whole
from assistant.doors.slack_tasks import AT_ONCE, Tasks
from assistant.errors import BadQuestion, Busy
from index.errors import BadSource, UnknownArticle, Unreachable

AGAIN_S = 30.0  # between two looks for what could not be said
GIVE_UP_S = 3600.0  # an older question gets an apology
LAST_WORDS_S = 5.0  # for telling people that we stop

THEIRS = (BadQuestion, BadSource, Busy, UnknownArticle, Unreachable)  # the person who asked can act on them
LOADING = ("Reading the articles…", "Looking for the sentences that answer…", "Checking every quote…")
STOPPING = "I am being restarted, and will answer here when I am back."
TOO_LATE = "I was away when you asked this. Please ask again."


class Work:
    """Takes jobs and sees that each ends, one after the other within a thread."""

    def __init__(self, tasks: Tasks, inbox: Inbox) -> None:
        self.tasks, self.inbox = tasks, inbox
        self.running: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._threads: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._again: asyncio.Task[None] | None = None
        self._asides: set[asyncio.Task[None]] = set()

    async def take(self, job: Job, event: str | None = None) -> None:
        """Keep a job, unless it was here before, and begin it. Raises BadStore, and then it is not kept."""
        if await asyncio.to_thread(self.inbox.accept, job, event):
            self._begin(job)

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for, and that may be left undone when we stop."""
        task = asyncio.create_task(self._quietly(work))
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 (nobody waits for it)
            logs.event("slack: something aside failed", error)

    async def start(self) -> None:
        """Go on with what was left, now and every AGAIN_S."""
        await self.resume()
        self._again = asyncio.create_task(self._look())

    async def stop(self, seconds: float) -> None:
        """Let the running jobs end within `seconds`; the others say that they will be answered later."""
        if self._again:
            self._again.cancel()
        if self.running:
            await asyncio.wait(self.running.values(), timeout=seconds)
        left = [*self.running.values(), *self._asides]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            try:
                await self.resume()
            except Exception as error:  # noqa: BLE001 (the next look may go better)
                logs.event("slack: could not look for what was left", error)

    async def resume(self) -> None:
        """Begin what is kept and neither done nor running."""
        for job in await asyncio.to_thread(self.inbox.left):
            if job.key not in self.running:
                self._begin(job)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._do(job))
        self.running[job.key] = task
        task.add_done_callback(lambda _: self.running.pop(job.key, None))

    async def _do(self, job: Job) -> None:
        async def keep(shown: Sequence[str]) -> None:
            await asyncio.to_thread(self.inbox.show, job.key, shown)

        reply = Reply(self.tasks.client, job, keep)
        try:
            if await self._answered(job, reply):
                await asyncio.to_thread(self.inbox.done, job.key)
        except asyncio.CancelledError:
            with contextlib.suppress(*FAILURES):
                async with asyncio.timeout(LAST_WORDS_S):
                    if not reply.finished:
                        await reply.pause(STOPPING)
        except Exception as error:  # noqa: BLE001 (our own store is away: the job is in it, and tried again)
            logs.event("slack: a job could not be ended", error)
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S):
                    await whole(reply.rest())

    async def _answered(self, job: Job, reply: Reply) -> bool:
        """Do the job; what goes wrong is told in words. False when it is to be tried again, because Slack is away."""
        late = job.asked < time.time() - GIVE_UP_S
        try:
            if late:
                await reply.fail(TOO_LATE)
            else:
                await reply.status("is reading…", *LOADING)
                async with self._threads.setdefault(job.conversation, asyncio.Lock()), self._room:
                    await self._told(job, reply)
        except FAILURES as error:
            logs.event("slack: an answer could not be said", error, job=job.key)
            return late or not passing(error)
        return True

    async def _told(self, job: Job, reply: Reply) -> None:
        """Do the job, or tell why not. Raises one of FAILURES when Slack takes no words."""
        try:
            await self.tasks.do(job, reply)
        except THEIRS as error:
            await reply.fail(str(error.args[0]))
        except Exception as error:  # noqa: BLE001 (the one catch-all of this door)
            if passing(error):
                raise
            logs.event("slack: a question failed", error, job=job.key)
            await reply.fail(f"Something went wrong that should not. Whoever runs me finds it under {job.key}.")
