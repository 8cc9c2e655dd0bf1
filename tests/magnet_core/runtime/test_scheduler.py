"""The scheduler, in simulated time: sessions that make blocks of music out of units of work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from magnet_core.runtime.scheduler import ALLOWANCE_S, PROBATION_S, Scheduler

_UNITS_S = (0.002, 0.005, 0.01, 0.02)
_IDLE_S = 0.004


@dataclass
class Stream:
    """A session that plays: every ``units`` units of work are ``block_s`` of audio.

    It wants to work when less than ``low_s`` is ahead. ``ahead_s`` below 0 is silence.
    """

    block_s: float
    units: int
    unit_s: float
    low_s: float
    ahead_s: float = 0.0
    starts_at: float = 0.0
    done: int = 0
    worked_s: float = 0.0
    dry_s: float = 0.0
    first_sound_at: float = math.inf
    dry_since: list[float] = field(default_factory=list)

    @property
    def load(self) -> float:
        return self.units * self.unit_s / self.block_s

    def waits(self, now: float) -> bool:
        return now >= self.starts_at and (self.done > 0 or self.ahead_s <= self.low_s)

    def play(self, now: float, seconds: float) -> None:
        if now < self.starts_at:
            return
        missing = seconds - max(self.ahead_s, 0.0)
        if missing > 1e-9:
            self.dry_s += missing
            self.dry_since.append(now)
        self.ahead_s = max(self.ahead_s - seconds, 0.0)

    def work(self, now: float) -> None:
        self.worked_s += self.unit_s
        self.done += 1
        if self.done == self.units:
            self.done = 0
            self.ahead_s += self.block_s
            self.first_sound_at = min(self.first_sound_at, now)


def run(streams: Sequence[Stream], until_s: float) -> None:
    """Let the scheduler drive the streams for so long."""
    scheduler, now = Scheduler(), 0.0
    while now < until_s:
        waiting = {str(i): s.ahead_s for i, s in enumerate(streams) if s.waits(now)}
        playing = sum(s.starts_at <= now for s in streams)
        seconds, chosen = _IDLE_S, None
        if waiting:
            name = scheduler.pick(waiting, playing=playing, now=now)
            assert name in waiting
            chosen = streams[int(name)]
            seconds = chosen.unit_s
            scheduler.charge(name, seconds)
        for stream in streams:
            stream.play(now, seconds)
        now += seconds
        if chosen is not None:
            chosen.work(now)


def _stream(
    block_s: float, units: int, unit_s: float, *, slack_s: float = 0.0, starts_at: float = 0.0
) -> Stream:
    """A stream that begins with as much audio as it likes to have ahead."""
    low_s = block_s + slack_s
    return Stream(block_s, units, unit_s, low_s, ahead_s=low_s, starts_at=starts_at)


def _with_load(load: float, block_s: float, unit_s: float, *, slack_s: float = 0.0) -> Stream:
    """The same, with ``load`` of the worker's time, or as near below as whole units come."""
    return _stream(block_s, max(int(load * block_s / unit_s), 1), unit_s, slack_s=slack_s)


_WORKLOADS = st.lists(
    st.tuples(
        st.floats(0.02, 3.0),  # seconds of audio in a block
        st.integers(1, 200),  # units of work for it
        st.sampled_from(_UNITS_S),
        st.floats(0.0, 3.0),  # when it starts
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=100)
@given(workload=_WORKLOADS)
def test_nobody_runs_dry_where_there_is_time_for_all(
    workload: list[tuple[float, int, float, float]],
) -> None:
    """Loads of 1 in all, however uneven: no session misses a deadline.

    A unit cannot be interrupted, so each needs the longest unit's time to spare.
    """
    slack_s = max(unit_s for _, _, unit_s, _ in workload) + _IDLE_S
    streams = [
        _stream(block_s, units, unit_s, slack_s=slack_s, starts_at=start)
        for block_s, units, unit_s, start in workload
    ]
    assume(sum(stream.load for stream in streams) <= 1.0)
    run(streams, 12.0)
    assert [stream.dry_s for stream in streams] == [0.0] * len(streams)


@settings(max_examples=40)
@given(
    light=st.lists(
        st.tuples(st.floats(0.2, 2.0), st.sampled_from(_UNITS_S), st.floats(0.2, 0.95)),
        min_size=1,
        max_size=4,
    ),
    heavy=st.lists(
        st.tuples(st.floats(0.02, 2.0), st.sampled_from(_UNITS_S), st.floats(1.1, 5.0)),
        min_size=1,
        max_size=3,
    ),
)
def test_who_stays_within_a_share_is_safe_from_those_who_do_not(
    light: list[tuple[float, float, float]], heavy: list[tuple[float, float, float]]
) -> None:
    """Sessions that need more than there is run dry; those within their share do not.

    They need the time to spare that the others are allowed to be ahead of their shares.
    """
    count = len(light) + len(heavy)
    slack_s = len(heavy) * ALLOWANCE_S * count / len(light) + 0.1
    modest = [
        _with_load(part / count, block_s, unit_s, slack_s=slack_s)
        for block_s, unit_s, part in light
    ]
    assume(all(stream.load <= 1.0 / count for stream in modest))
    greedy = [
        Stream(block_s, math.ceil(load * block_s / unit_s), unit_s, low_s=block_s)
        for block_s, unit_s, load in heavy
    ]
    run([*modest, *greedy], 3 * PROBATION_S)
    assert [stream.dry_s for stream in modest] == [0.0] * len(modest)
    assert all(stream.dry_s > 0.0 for stream in greedy)


@settings(max_examples=40)
@given(
    loads=st.lists(
        st.tuples(st.floats(0.1, 1.0), st.sampled_from(_UNITS_S), st.floats(1.5, 5.0)),
        min_size=2,
        max_size=5,
    )
)
def test_overloaded_sessions_share_the_time_evenly(
    loads: list[tuple[float, float, float]],
) -> None:
    """Where nobody's needs can be met, all get the same time, whatever the size of their units."""
    streams = [
        Stream(block_s, math.ceil(load * block_s / unit_s), unit_s, low_s=block_s)
        for block_s, unit_s, load in loads
    ]
    run(streams, 30.0)
    worked = [stream.worked_s for stream in streams]
    assert max(worked) - min(worked) <= 2 * ALLOWANCE_S + 2 * max(_UNITS_S)


def test_new_session_sounds_at_once_among_busy_ones() -> None:
    """It has run dry, as it were, so it is the most urgent until it has had its allowance."""
    busy = [_with_load(0.2, 1.2, 0.01, slack_s=0.5) for _ in range(3)]
    new = Stream(0.02, 1, 0.005, low_s=1.0, starts_at=5.003)
    run([*busy, new], 20.0)
    assert new.first_sound_at - new.starts_at <= 0.01 + 0.005
    assert new.dry_s <= 0.02
    assert [stream.dry_s for stream in busy] == [0.0] * 3


def test_sudden_greed_hurts_others_once_at_most() -> None:
    """A session that was modest and now asks for the impossible takes no one down for long.

    Its first block alone is trusted, as it had always been in time; then it has its share.
    """
    modest = [_with_load(0.25, 1.2, 0.01, slack_s=0.2) for _ in range(2)]
    greedy = _with_load(0.25, 1.2, 0.01)
    greedy.units *= 20
    run([*modest, greedy], 60.0)
    assert greedy.dry_s > 20.0
    for stream in modest:
        assert all(at < 2 * greedy.block_s for at in stream.dry_since)
        assert stream.dry_s < greedy.block_s


def test_equal_deadlines_take_turns() -> None:
    scheduler = Scheduler()
    order = []
    for _ in range(9):
        name = scheduler.pick(dict.fromkeys("abc", 1.0), playing=3, now=0.0)
        scheduler.charge(name, 0.01)
        order.append(name)
    assert order == list("abcabcabc")


def test_earliest_deadline_works_first() -> None:
    scheduler = Scheduler()
    assert scheduler.pick({"a": 2.0, "b": 0.5, "c": 1.0}, playing=3, now=0.0) == "b"
    assert scheduler.pick({"a": 2.0, "c": math.inf}, playing=3, now=0.0) == "a"


def test_probation_ends() -> None:
    """Ten seconds without running dry, and a session's deadline counts in full again."""
    scheduler = Scheduler()

    def turn(a_s: float, b_s: float, now: float) -> str:
        name = scheduler.pick({"a": a_s, "b": b_s}, playing=2, now=now)
        scheduler.charge(name, 1.0)
        return name

    assert turn(0.0, 5.0, now=0.0) == "a"
    assert turn(0.1, 5.0, now=1.0) == "b"  # "a" has had its allowance
    assert turn(0.1, 5.0, now=1.0 + PROBATION_S) == "a"
    assert turn(0.1, 5.0, now=2.0 + PROBATION_S) == "a"


def test_forgotten_session_begins_afresh() -> None:
    """A name may come back: it owes nothing."""
    scheduler = Scheduler()
    for _ in range(3):
        assert scheduler.pick({"a": 0.0}, playing=1, now=0.0) == "a"
        scheduler.pick({"a": 0.0, "b": 9.0}, playing=2, now=0.0)
        scheduler.charge("a", 60.0)
        assert scheduler.pick({"a": 0.0, "b": 9.0}, playing=2, now=0.0) == "b"
        scheduler.forget("a")
        assert scheduler.pick({"a": 0.0, "b": 9.0}, playing=2, now=0.0) == "a"
        scheduler.forget("a")


@pytest.mark.parametrize("deadline_s", [0.0, -5.0])
def test_how_long_a_session_has_been_dry_does_not_count(deadline_s: float) -> None:
    """Among those without audio it is work done that decides, not who is worst off."""
    scheduler = Scheduler()
    scheduler.pick({"a": 0.0, "b": deadline_s}, playing=2, now=0.0)
    scheduler.charge("b", 0.1)
    assert scheduler.pick({"a": 0.0, "b": deadline_s}, playing=2, now=0.0) == "a"
