"""How much anyone may do, on a clock that the test moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.doors.limits import NEW_UNTIL, PART_BURST, SharedLimit, TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_allows_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(10.0, 5.0, clock)
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    clock.now = 0.2
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    assert bucket.spend(2.0) == pytest.approx(0.2)
    clock.now = 100.0
    assert bucket.take(5.0) and not bucket.take(0.1)


STEPS = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 300), st.floats(0, 0.5)), max_size=60)


@given(STEPS)
def test_nobody_gets_more_than_the_most_and_all_no_more_than_the_purses(steps) -> None:
    """Whoever sends what when: each its own rate, all together three times theirs."""
    clock, spent = Clock(), dict.fromkeys(range(6), 0.0)
    limit = SharedLimit(most=100.0, together=200.0, clock=clock)
    for who, cost, wait_s in steps:
        clock.now += wait_s
        spent[who] += cost * limit.take(who, cost)
    assert all(amount <= 100.0 * (1 + clock.now) + 1e-6 for amount in spent.values())
    purses = 200.0 + 200.0 / 4
    bound = purses * (1 + clock.now) + 200.0 * clock.now
    assert sum(spent.values()) <= bound + 1e-6


@given(st.integers(1, 20), st.integers(1, 60))
def test_one_who_keeps_to_its_part_is_never_shut_out(flooders, tries) -> None:
    """However many flood, and under ever new names besides."""
    clock = Clock()
    limit = SharedLimit(most=2000.0, together=3000.0, clock=clock)
    assert all(limit.take("performer") for _ in range(int(NEW_UNTIL)))
    part = 3000.0 / (flooders + 1)
    for step in range(50):
        clock.now += 1.01 / part
        for number in range(tries):
            limit.take(number % flooders, 20.0)
            limit.take(("new", step, number))
        assert limit.take("performer")


def test_a_newcomer_is_heard_beside_floods_and_who_left_leaves_its_part() -> None:
    clock = Clock()
    limit = SharedLimit(most=2000.0, together=3000.0, clock=clock)
    for name in ("one", "other"):
        while limit.take(name):
            pass
    assert limit.take("newcomer")
    for name in ("one", "other"):
        limit.forget(name)
        limit.forget(name)  # which is none of it twice
    assert all(limit.take("newcomer") for _ in range(int(NEW_UNTIL) - 1))  # and is new no more
    while limit.take("newcomer"):
        pass
    clock.now += PART_BURST / 3000.0
    flooding = True
    while flooding:
        flooding = any(limit.take(name) for name in ("one", "other", "third"))
    assert limit.take("newcomer", PART_BURST / 5)
