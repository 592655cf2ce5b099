"""A blocking stream of claims, iterated by a door that must not block."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor
from threading import Event
from typing import TypeVar, cast

from assistant.errors import Stopped

T = TypeVar("T")
END = object()


async def streamed(parts: Iterator[T], stop: Event, pool: Executor) -> AsyncIterator[T]:
    """The `parts`, which a thread of `pool` works off, as they come; what they raise is raised here.

    `stop` is set when the loop over them is left, so that the thread ends soon after. Whoever else sets it gets the
    part that was being made, and then the end or Stopped.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[object] = asyncio.Queue()

    def put(part: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(queue.put_nowait, part)

    def work() -> None:
        try:
            for part in _until(parts, stop):
                put(part)
        except BaseException as error:  # noqa: BLE001 (raised again on the other side)
            put(_Raised(error))
        finally:
            put(END)

    try:
        pool.submit(work)
        while (part := await queue.get()) is not END:
            if isinstance(part, _Raised):
                raise part.error
            yield cast(T, part)
    finally:
        stop.set()


def _until(parts: Iterator[T], stop: Event) -> Iterator[T]:
    """The parts, closed at the end. Raises Stopped in place of one that was begun when `stop` was set already."""
    stopped = False
    try:
        for part in parts:
            if stopped:
                raise Stopped
            yield part
            stopped = stop.is_set()
    finally:
        if close := getattr(parts, "close", None):
            close()  # a generator keeps what it has to keep


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error
