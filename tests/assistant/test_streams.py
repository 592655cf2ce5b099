"""Blocking iterators, iterated from asyncio."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from assistant.errors import Stopped
from assistant.streams import streamed


class Parts:
    """Numbers, until `stop` is set or the end; says which thread made them and whether it was closed."""

    def __init__(self, count: int, stop: Event, fails: bool = False) -> None:
        self.count, self.stop, self.fails = count, stop, fails
        self.threads: set[str] = set()
        self.closed = Event()

    def __call__(self) -> Iterator[int]:
        try:
            for number in range(self.count):
                self.threads.add(threading.current_thread().name)
                yield number
                if number > 2:
                    self.stop.wait(0.02)
            if self.fails:
                raise ValueError("on the way")
        finally:
            self.closed.set()


async def gather(parts: Parts, pool: ThreadPoolExecutor, most: int = 1000) -> list[int]:
    found = []
    stream = streamed(parts(), parts.stop, pool)
    async for number in stream:
        found.append(number)
        if len(found) == most:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return found


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4, thread_name_prefix="pool") as made:
        yield made


def test_the_parts_come_in_order_from_a_thread_of_the_pool(pool: ThreadPoolExecutor) -> None:
    parts = Parts(20, Event())
    assert asyncio.run(gather(parts, pool)) == list(range(20))
    assert {name.split("_")[0] for name in parts.threads} == {"pool"}
    assert parts.closed.wait(1)


def test_what_they_raise_is_raised_here_after_what_came_before(pool: ThreadPoolExecutor) -> None:
    async def read() -> list[int]:
        found = []
        with pytest.raises(ValueError, match="on the way"):  # noqa: PT012
            async for number in streamed(Parts(3, Event(), fails=True)(), Event(), pool):
                found.append(number)
        return found

    assert asyncio.run(read()) == [0, 1, 2]


def test_leaving_the_loop_stops_and_closes_them(pool: ThreadPoolExecutor) -> None:
    parts = Parts(10_000, Event())
    assert asyncio.run(gather(parts, pool, most=4)) == [0, 1, 2, 3]
    assert parts.stop.is_set()
    assert parts.closed.wait(1)


def test_a_cancelled_reader_stops_them(pool: ThreadPoolExecutor) -> None:
    async def cancel(parts: Parts) -> None:
        reading = asyncio.create_task(gather(parts, pool))
        await asyncio.sleep(0.1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    parts = Parts(10_000, Event())
    asyncio.run(cancel(parts))
    assert parts.stop.is_set()
    assert parts.closed.wait(1)


def test_stopped_by_another_they_end_or_say_so(pool: ThreadPoolExecutor) -> None:
    def parts(stop: Event, last: int) -> Iterator[int]:
        for number in range(last):
            yield number
            stop.set()
        yield last

    async def read(last: int) -> list[int]:
        found, stop = [], Event()
        async for number in streamed(parts(stop, last), stop, pool):
            found.append(number)
        return found

    assert asyncio.run(read(1)) == [0, 1]
    with pytest.raises(Stopped):
        asyncio.run(read(2))


def test_what_they_raise_when_they_are_closed_is_raised_here(pool: ThreadPoolExecutor) -> None:
    def parts(stop: Event) -> Iterator[int]:
        try:
            while True:
                yield 1
                stop.set()
        finally:
            raise ValueError("database is locked")

    async def read() -> None:
        stop = Event()
        async for _ in streamed(parts(stop), stop, pool):
            pass

    with pytest.raises(ValueError, match="database is locked"):
        asyncio.run(asyncio.wait_for(read(), 5))


def test_several_are_read_side_by_side(pool: ThreadPoolExecutor) -> None:
    async def both() -> list[list[int]]:
        return await asyncio.gather(*(gather(Parts(8, Event()), pool) for _ in range(4)))

    assert asyncio.run(both()) == [list(range(8))] * 4


def test_a_pool_that_is_closed_is_an_error_and_stops_them() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    parts = Parts(3, Event())
    with pytest.raises(RuntimeError):
        asyncio.run(gather(parts, pool))
    assert parts.stop.is_set()
