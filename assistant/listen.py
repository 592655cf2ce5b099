"""A model's text as it comes, with an end to waiting: a silent model is given up in time, a stopped one at once."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from functools import cache
from queue import Empty, Queue
from threading import Event, Thread

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage

from assistant.errors import Stopped
from assistant.model import failure, retries

FIRST_PAUSE_S = 0.5  # before the second try; twice that before the third
LOOK_EVERY_S = 0.1  # how often a silent model's listener looks whether it should stop


def listen(model: BaseChatModel, messages: Sequence[BaseMessage], timeout_s: float, stop: Event) -> Iterator[str]:
    """The pieces of the reply. Leaving the loop closes the connection to the model.

    Raises TimeoutError after `timeout_s` seconds, Stopped within LOOK_EVERY_S of `stop`, or what the provider raises.
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


def heard(listening: Iterator[str], most: int) -> Iterator[str]:
    """What `listen` gives, up to about `most` characters. Whatever fails is a ModelError in words, or Stopped."""
    size = 0
    try:
        for piece in listening:
            size += len(piece)
            yield piece
            if size > most:
                return
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001 (each provider has its own errors)
        raise failure(error) from error


def reply(model: BaseChatModel, prompt: str, timeout_s: float, stop: Event, most: int = 4_000) -> str:
    """The whole reply to a prompt, at most about `most` characters. Raises ModelError, or Stopped."""
    return "".join(heard(listen(model, [HumanMessage(prompt)], timeout_s, stop), most))


async def _read(model: BaseChatModel, messages: list[BaseMessage], pieces: Queue[str | BaseException | None]) -> None:
    tried, begun = 0, False
    while True:
        try:
            async for chunk in model.astream(messages):
                begun = begun or bool(chunk.text)
                pieces.put(str(chunk.text))
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
