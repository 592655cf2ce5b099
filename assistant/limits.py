"""How much one caller may ask for: requests a minute, and answers at the same time."""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

WINDOW_S = 60.0
MOST_CALLERS = 10_000  # remembered at once


class Limited(RuntimeError):
    """Too much was asked for at once; the caller may try again after `retry_after_s` seconds.

    `allowance` says so to programs, where it was too many requests.
    """

    def __init__(self, sentence: str, retry_after_s: float, allowance: "Allowance | None" = None) -> None:
        super().__init__(sentence)
        self.retry_after_s, self.allowance = retry_after_s, allowance


@dataclass(frozen=True)
class Allowance:
    """What is left: `remaining` of `limit` requests; after `reset_s` seconds there is one more, or all again."""

    limit: int
    remaining: int
    reset_s: float

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-10 has them."""
        return {
            "RateLimit-Policy": f'"requests";q={self.limit};w={WINDOW_S:.0f}',
            "RateLimit": f'"requests";r={self.remaining};t={math.ceil(self.reset_s)}',
        }


class Rate:
    """A bucket for each caller that holds `limit` requests and fills again within a minute."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.clock = limit, clock
        self._held: dict[str, tuple[float, float]] = {}  # requests left, and when
        self._lock = Lock()

    def take(self, caller: str) -> Allowance:
        """One request. Raises Limited when there is none left."""
        now, speed = self.clock(), self.limit / WINDOW_S
        with self._lock:
            left, then = self._held.get(caller, (float(self.limit), now))
            left = min(float(self.limit), left + (now - then) * speed)
            taken = left >= 1
            self._held[caller] = (left - taken, now)
            if len(self._held) > MOST_CALLERS:
                self._forget(now, speed)
        if not taken:
            wait = (1 - left) / speed
            said = f"More than {self.limit} requests a minute. Try again in {math.ceil(wait)} s."
            raise Limited(said, wait, Allowance(self.limit, 0, wait))
        return Allowance(self.limit, int(left - 1), (self.limit - left + 1) / speed)

    def _forget(self, now: float, speed: float) -> None:
        """Those whose bucket is full again; when all are busy, the ones that came first."""
        self._held = {c: (n, t) for c, (n, t) in self._held.items() if n + (now - t) * speed < self.limit}
        while len(self._held) > MOST_CALLERS:
            del self._held[next(iter(self._held))]


class Slots:
    """Places for answers on their way: `each` for one caller, `overall` for all together."""

    def __init__(self, each: int, overall: int) -> None:
        self.each, self.overall = each, overall
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    @property
    def taken(self) -> int:
        with self._lock:
            return self._taken.total()

    @contextmanager
    def one(self, caller: str) -> Iterator[None]:
        """A place while it lasts. Raises Limited when there is none."""
        with self._lock:
            if self._taken[caller] >= self.each:
                raise Limited(f"{self.each} answers are on their way to you. Wait for one of them to end.", 1)
            if self._taken.total() >= self.overall:
                raise Limited("Too many answers are on their way to others. Try again soon.", 2)
            self._taken[caller] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[caller] -= 1
                if not self._taken[caller]:
                    del self._taken[caller]
