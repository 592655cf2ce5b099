"""What all doors of the web share: who asks, how much may be asked, and the one way a question takes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TypeVar

from assistant import logs
from assistant.answer import Answer, Claim, Part
from assistant.ask import Assistant
from assistant.conversations import Conversation, Conversations
from assistant.errors import Stopped
from assistant.keys import Keys
from assistant.limits import Rate, Slots
from assistant.metrics import Metrics
from assistant.once import Once
from assistant.problems import Refused, unknown
from assistant.settings import Settings
from assistant.streams import streamed
from assistant.suggest import Suggestions
from assistant.turn import Turn
from index.library import Entry
from index.search import Search
from index.snapshot import Located

T = TypeVar("T")
MOST_PARSED = 2  # files read at the same time: each may take half a gigabyte
SIGN_INS = 20  # a minute from one address


@dataclass(frozen=True)
class Caller:
    """Who asks: the name of a key, empty where no keys are needed. `scope` is whose articles may be seen."""

    name: str
    scope: str | None
    request_id: str


@dataclass(frozen=True)
class Question:
    """What is asked, of which articles, after what; in a conversation after its turns, by default of its articles."""

    text: str
    articles: tuple[str, ...] = ()
    earlier: tuple[Turn, ...] = ()
    conversation: Conversation | None = None


@dataclass
class Running:
    """An answer on its way. Everything that can be refused has been; `turn` is None without a conversation."""

    parts: Iterator[Part | Answer]
    turn: int | None
    stop: Event = field(default_factory=Event)
    places: ExitStack = field(default_factory=ExitStack)
    followed: bool = False


class Service:
    """One of them for a server. `keyed` says that nobody comes in without a key, though there may be none."""

    def __init__(
        self, assistant: Assistant, conversations: Conversations, settings: Settings, *, keyed: bool = False
    ) -> None:
        self.assistant, self.conversations, self.settings = assistant, conversations, settings
        self.keys, self.once = Keys(conversations.database), Once(conversations.database)
        self.keyed = keyed or bool(self.keys.all())
        self.rate, self.sign_ins = Rate(settings.requests_per_minute), Rate(SIGN_INS)
        self.slots = Slots(settings.streams_per_key, settings.most_streams)
        self.metrics = Metrics()
        self.metrics.streams.set_function(lambda: self.slots.taken)
        self.suggestions = Suggestions(assistant)
        self.pool = ThreadPoolExecutor(settings.most_streams, thread_name_prefix="answers")
        self.articles_pool = ThreadPoolExecutor(MOST_PARSED, thread_name_prefix="articles")
        self.quick = ThreadPoolExecutor(8, thread_name_prefix="quick")
        self.gate = ThreadPoolExecutor(2, thread_name_prefix="gate")  # so that a slow library holds up no health check
        self.loaded = False
        self.stopping = False
        self._running: set[Event] = set()
        self._lock = Lock()

    def load(self) -> None:
        """Load the models; from now on it is ready."""
        self.assistant.ready()
        self.loaded = True

    def entry(self, article_id: str, caller: Caller, param: str | None = None) -> Entry:
        """The article of exactly this id, if the caller may see it. Raises Refused."""
        entries = self.assistant.catalog.entries(caller.scope)
        found = next((entry for entry in entries if entry.id == article_id), None)
        if found is None:
            raise unknown("article", param)
        return found

    async def work(self, what: Callable[[], T], pool: ThreadPoolExecutor | None = None) -> T:
        """Do something that blocks, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(pool or self.quick, what)

    async def start(self, question: Question, caller: Caller) -> Running:
        """Begin to answer. Raises at once whatever can be refused: Limited, Stopped, Busy, BadQuestion, Refused."""
        if self.stopping:
            raise Stopped
        places = ExitStack()
        places.enter_context(self.slots.one(caller.name))
        beginning = asyncio.ensure_future(self.work(lambda: self._start(question, caller), self.pool))
        try:
            running = await asyncio.shield(beginning)
        except BaseException:
            places.close()
            beginning.add_done_callback(self._abandon)
            raise
        running.places = places
        with self._lock:
            self._running.add(running.stop)
        return running

    def _abandon(self, begun: asyncio.Future[Running]) -> None:
        """Leave what was begun for someone who went meanwhile."""
        if not begun.cancelled() and begun.exception() is None:
            self.leave(begun.result())

    def _start(self, question: Question, caller: Caller) -> Running:
        for article in question.articles:
            self.entry(article, caller, "articles")
        stop, held = Event(), question.conversation
        if held is None:
            parts = self.assistant.stream(
                question.text, question.earlier, question.articles, owner=caller.scope, stop=stop
            )
            return Running(parts, None, stop)
        parts = self.conversations.stream(
            self.assistant, question.text, held, question.articles, scope=caller.scope, stop=stop
        )
        return Running(parts, self.conversations.head(held.id, caller.name).turn_count, stop)

    async def follow(self, running: Running, caller: Caller) -> AsyncGenerator[Part | Answer, None]:
        """The parts of a running answer as they come; leaving the loop stops it. Raises Stopped, or what failed."""
        began, outcome, shown = time.perf_counter(), "cut", 0
        running.followed = True
        try:
            async with aclosing(streamed(running.parts, running.stop, self.pool)) as parts:  # type: ignore[type-var]
                async for part in parts:
                    shown += isinstance(part, Claim)
                    if isinstance(part, Answer):
                        outcome = "found" if part.found else "not_found"
                        self.metrics.answered(part)
                        self._log_question(part, caller)
                    yield part
        except Exception as error:
            outcome = "cut" if isinstance(error, Stopped) else "failed"
            raise
        finally:
            if outcome in ("cut", "failed"):
                self.metrics.questions.labels(outcome).inc()
            self.leave(running)
            seconds = round(time.perf_counter() - began, 3)
            logs.event("answer", request_id=caller.request_id, outcome=outcome, claims=shown, seconds=seconds)

    def leave(self, running: Running) -> None:
        """Stop an answer, or do nothing where it has ended. One that nobody followed still has a turn to close."""
        running.stop.set()
        with self._lock:
            self._running.discard(running.stop)
        running.places.close()
        if not running.followed:
            running.followed = True
            self.pool.submit(_run_out, running.parts)

    def _log_question(self, answer: Answer, caller: Caller) -> None:
        if self.settings.log_questions:
            logs.event("question", request_id=caller.request_id, question=answer.question)

    async def rest(self, running: Running, caller: Caller) -> Answer:
        """The answer of what `start` gave."""
        async with aclosing(self.follow(running, caller)) as parts:
            async for part in parts:
                if isinstance(part, Answer):
                    return part
        raise AssertionError("a stream ends with its answer")

    def passages(self, query: str, caller: Caller, limit: int) -> list[Located]:
        """The passages that search finds, the best first, of what the caller may see."""
        catalog = self.assistant.catalog
        snapshot = catalog.view((), caller.scope)
        search = Search(snapshot=snapshot, index=catalog.index, embedder=catalog.embedder, limit=limit)
        return [snapshot.passages[str(found.id)] for found in search.invoke(query)]

    @property
    def busy(self) -> bool:
        with self._lock:
            return bool(self._running)

    def cut(self) -> None:
        """Stop every running answer: whoever waits for one is told."""
        with self._lock:
            for stop in self._running:
                stop.set()

    def close(self) -> None:
        self.cut()
        for pool in (self.pool, self.articles_pool, self.quick, self.gate):
            pool.shutdown(wait=True, cancel_futures=True)


def _run_out(parts: Iterator[Part | Answer]) -> None:
    with suppress(Stopped):
        for _ in parts:
            pass


def own_or_refuse(entry: Entry, caller: Caller) -> None:
    """Raises Refused where the caller may see an article but not remove it."""
    if entry.shipped:
        raise Refused(403, "shipped_article", "This article comes with the project; the first one you add replaces it.")
    if caller.scope is not None and entry.owner != caller.name:
        raise Refused(403, "not_yours", "This article is everyone's. Whoever runs the server may remove it.")
