"""The whole application on a port of its own, behind a wire that can be cut."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from langchain_core.language_models import BaseChatModel

from assistant import assemble
from assistant.ask import Assistant
from assistant.doors.api import application
from assistant.keys import Keys
from assistant.settings import Settings
from index.article import Article
from index.catalog import Catalog
from index.embedder import BUNDLED, Embedder


class Wire:
    """Carries bytes from a port of its own to a server; `cut` ends every connection at once, as a crash does."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = 0
        self.target = 0
        self.server: asyncio.Server | None = None
        self.open: set[asyncio.StreamWriter] = set()
        self.mend()

    def mend(self) -> None:
        asyncio.run_coroutine_threadsafe(self._mend(), self.loop).result(10)

    def cut(self) -> None:
        asyncio.run_coroutine_threadsafe(self._cut(), self.loop).result(10)

    async def _mend(self) -> None:
        if self.server and self.server.is_serving():
            return
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self.server:
            self.server.close()
        for writer in self.open:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self.open |= ends
        await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        self.open -= ends


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Site:
    """The application on the data folder `folder`, at the address `url`; `key` is the one it asks for, if `keyed`."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        speaker: BaseChatModel | None = None,
        *,
        keyed: bool = False,
        **settings: Any,
    ) -> None:
        self.embedder, self.speaker = embedder, speaker
        self.settings = Settings(data_dir=folder, **settings)
        self.keyed, self.key = keyed, ""
        self.wire = Wire()
        self.url = f"http://127.0.0.1:{self.wire.port}"
        self.start()

    def start(self) -> None:
        self.catalog = Catalog(self.settings.data_dir, lambda: self.embedder, BUNDLED)
        self.catalog.snapshot()
        self.conversations = assemble.conversations(self.settings)
        if self.keyed and not self.key:
            self.key = Keys(self.conversations.database).add("ann")
        assistant = Assistant(self.catalog, self.settings, self.speaker)
        self.app = application(assistant, self.conversations, self.settings)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.wire.target = free.getsockname()[1]
        config = uvicorn.Config(self.app, port=self.wire.target, log_level="error", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        end = time.monotonic() + 30
        while not self.server.started and time.monotonic() < end:
            time.sleep(0.02)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.catalog.close()
        self.conversations.database.close()

    def restart(self) -> None:
        """A crash, and a new start on the same folder."""
        self.wire.cut()
        self.stop()
        self.start()
        self.wire.mend()

    def add(self, article: Article) -> str:
        entry, _ = self.catalog.add(article)
        self.catalog.snapshot()
        return entry.id


@contextmanager
def running(folder: Path, embedder: Embedder, speaker: BaseChatModel | None = None, **settings: Any) -> Iterator[Site]:
    made = Site(folder, embedder, speaker, **settings)
    try:
        yield made
    finally:
        made.wire.cut()
        made.stop()
