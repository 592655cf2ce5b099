"""A model's text as it comes, with an end to waiting: a silent model is given up in time, a stopped one at once."""

import asyncio
import re
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from functools import cache
from queue import Empty, Queue
from threading import Event, Thread

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage

from assistant.errors import ModelError, Stopped
from assistant.model import failure, retries

FIRST_PAUSE_S = 0.5  # before the second try; twice that before the third
LOOK_EVERY_S = 0.1  # how often a silent model's listener looks whether it should stop
# Around what a model thinks before it answers, where its server does not part the two.
TAGS = ("<think>", "<thinking>")
OPENED, CLOSED = (re.compile(rf"\s*<{slash}think(?:ing)?>\s*", re.IGNORECASE) for slash in ("", "/"))
# What a provider says of a reply that it ended before the model did, and where it says so.
BROKEN_OFF = ("length", "max_tokens", "content_filter", "safety", "recitation", "refusal")
REASONS = ("finish_reason", "stop_reason", "done_reason")
LONGEST_TAG = 64  # characters of one, with the space before it


def listen(model: BaseChatModel, messages: Sequence[BaseMessage], timeout_s: float, stop: Event) -> Iterator[str]:
    """The pieces of the reply. Leaving the loop closes the connection to the model.

    Raises TimeoutError after `timeout_s` seconds, Stopped within LOOK_EVERY_S of `stop`, ModelError when the reply was
    broken off, or what the provider raises.
    """
    pieces: Queue[str | BaseException | None] = Queue()
    reading = asyncio.run_coroutine_threadsafe(_read(model, list(messages), pieces), _loop())
    end = time.monotonic() + timeout_s
    try:
        while True:
            if stop.is_set():
                raise Stopped
            if time.monotonic() > end:
                raise TimeoutError
            try:
                piece = pieces.get(timeout=LOOK_EVERY_S)
            except Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        reading.cancel()


def heard(listening: Iterator[str], most: int, *, thoughts: bool = False) -> Iterator[str]:
    """What `listen` gives, up to about `most` characters, and the model's thoughts only where they are wanted.

    Whatever fails is a ModelError in words, or Stopped.
    """
    size = 0
    try:
        for piece in _whole(listening) if thoughts else _answering(_whole(listening)):
            size += len(piece)
            yield piece
            if size > most:
                return
    except (ModelError, Stopped):
        raise
    except Exception as error:  # noqa: BLE001 (each provider has its own errors)
        raise failure(error) from error


def reply(model: BaseChatModel, prompt: str, timeout_s: float, stop: Event, most: int = 4_000) -> str:
    """The whole reply to a prompt, at most about `most` characters. Raises ModelError, or Stopped."""
    return "".join(heard(listen(model, [HumanMessage(prompt)], timeout_s, stop), most))


def _whole(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces with the halves of a character together that some servers send apart; a half alone is none."""
    decoder = getincrementaldecoder("utf-16-le")("replace")
    for piece in pieces:
        yield decoder.decode(piece.encode("utf-16-le", "surrogatepass"))
    yield decoder.decode(b"", final=True)


def _answering(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces behind the thought that they begin with; none where that has no end."""
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > LONGEST_TAG or not any(tag.startswith(text.strip().lower()) for tag in TAGS):
            break
    if opened := OPENED.match(text):
        text = text[opened.end() :]
        while not (closed := CLOSED.search(text)):
            if (more := next(pieces, None)) is None:
                return
            text = text[-LONGEST_TAG:] + more
        text = text[closed.end() :]
    yield text
    yield from pieces


async def _read(model: BaseChatModel, messages: list[BaseMessage], pieces: Queue[str | BaseException | None]) -> None:
    tried, begun = 0, False
    while True:
        try:
            async for chunk in model.astream(messages):
                begun = begun or bool(chunk.text)
                pieces.put(str(chunk.text))
                reasons = (str(chunk.response_metadata.get(name)).lower() for name in REASONS)
                if reason := next((one for one in reasons if one in BROKEN_OFF), ""):
                    return pieces.put(ModelError(f"it broke off what it wrote ({reason})"))
        except Exception as error:  # noqa: BLE001 (each provider has its own errors; raised again by the listener)
            if begun or tried >= retries(model, error):
                return pieces.put(error)
        else:
            return pieces.put(None)
        await asyncio.sleep(FIRST_PAUSE_S * 2**tried)
        tried += 1


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop in a thread of its own for all models: their clients keep connections that belong to a loop."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop
