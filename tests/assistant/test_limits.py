"""How much one caller may ask for."""

import pytest

from assistant import limits
from assistant.limits import Allowance, Limited, Rate, Slots


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    rate = Rate(60, clock)
    assert [rate.take("anna").remaining for _ in range(60)] == list(range(59, -1, -1))
    with pytest.raises(Limited, match="60 requests a minute") as caught:
        rate.take("anna")
    assert caught.value.retry_after_s == pytest.approx(1)
    assert caught.value.allowance == Allowance(60, 0, 1.0)
    assert rate.take("ben").remaining == 59
    clock.now = 1.0
    assert rate.take("anna").remaining == 0
    clock.now = 1000.0
    assert rate.take("anna") == Allowance(60, 59, 1.0)


def test_what_is_left_is_told_in_headers() -> None:
    told = Allowance(600, 12, 3.2).headers
    assert told == {"RateLimit-Policy": '"requests";q=600;w=60', "RateLimit": '"requests";r=12;t=4'}


def test_callers_without_number_do_not_fill_the_memory() -> None:
    rate = Rate(60, Clock())
    for number in range(limits.MOST_CALLERS + 50):
        rate.take(str(number))
    assert len(rate._held) == limits.MOST_CALLERS


def test_places_are_counted_for_each_and_for_all() -> None:
    slots = Slots(each=2, overall=3)
    with slots.one("anna"), slots.one("anna"):
        with pytest.raises(Limited, match="2 answers are on their way to you"), slots.one("anna"):
            pass
        with slots.one("ben"), pytest.raises(Limited, match="to others"), slots.one("carla"):
            pass
        assert slots.taken == 2
    assert slots.taken == 0
