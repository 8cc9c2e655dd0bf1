"""The playhead of a stream: time passes, listeners report, and nobody can make it run ahead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.session.stream_clock import (
    CLOCK_SLACK_S,
    LEAD_FALL,
    LEAD_RISE,
    LONGEST_LEAD_S,
    MAX_CLOCK_DRIFT,
    Lead,
    StreamClock,
)

RATE = 32000
FAR = 10**12


def clock_at(now: float) -> StreamClock:
    clock = StreamClock()
    clock.advance(now, RATE, reported=None, end=0, holds=False)
    return clock


def test_it_follows_the_time_as_far_as_there_is_music() -> None:
    clock = clock_at(100.0)
    assert clock.advance(101.0, RATE, reported=None, end=FAR, holds=False) == RATE
    assert clock.advance(103.0, RATE, reported=None, end=2 * RATE, holds=False) == 2 * RATE
    assert clock.advance(103.0, RATE, reported=None, end=FAR, holds=False) == 2 * RATE


def test_it_follows_the_foremost_listener_and_never_goes_back() -> None:
    clock = clock_at(0.0)
    assert clock.advance(1.0, RATE, reported=20000.0, end=FAR, holds=False) == 20000
    assert clock.advance(2.0, RATE, reported=100.0, end=FAR, holds=False) == 20000
    assert clock.playhead == 20000


def test_time_before_the_beginning_is_not_made_up_for() -> None:
    clock = clock_at(0.0)
    assert clock.advance(9.0, RATE, reported=None, end=FAR, holds=True) == 0
    assert clock.advance(9.5, RATE, reported=None, end=FAR, holds=False) == RATE // 2


@given(
    st.lists(st.tuples(st.floats(0, 3), st.none() | st.floats(0, 1e9), st.booleans()), max_size=30)
)
def test_no_report_makes_it_faster_than_a_sound_card(steps) -> None:
    """Over any span it moves on by that time, the drift and the slack at most."""
    clock, now, before = clock_at(0.0), 0.0, 0
    for wait_s, reported, holds in steps:
        now += wait_s
        position = clock.advance(now, RATE, reported=reported, end=FAR, holds=holds)
        assert position >= before
        before = position
        assert position <= RATE * (now * (1 + MAX_CLOCK_DRIFT) + CLOCK_SLACK_S) + 1


def test_time_that_it_stood_is_caught_up_with_by_the_slack_only() -> None:
    clock = clock_at(0.0)
    clock.advance(1.0, RATE, reported=0.0, end=FAR, holds=False)
    caught_up = clock.advance(1.0, RATE, reported=1e9, end=FAR, holds=False)
    assert caught_up == pytest.approx(RATE * CLOCK_SLACK_S, abs=1)


def test_a_lead_that_is_wished_for_holds_at_once() -> None:
    lead = Lead(0.25)
    lead.wish_s = 1.0
    assert lead.seconds == 1.0
    lead.wish_s = 0.1
    assert lead.seconds == 0.1


def test_a_lead_that_is_needed_is_reached_by_and_by_and_given_up_slowly() -> None:
    lead = Lead(0.25)
    lead.advance(10.0, silent=False)
    lead.need(0.75)
    assert lead.seconds == 0.25
    lead.advance(10.5, silent=False)
    assert lead.seconds == pytest.approx(0.25 + 0.5 * LEAD_RISE)
    lead.advance(20.0, silent=False)
    assert lead.seconds == 0.75
    lead.need(0.3)
    lead.advance(22.0, silent=False)
    assert lead.seconds == pytest.approx(0.75 - 2 * LEAD_FALL)
    lead.advance(90.0, silent=False)
    assert lead.seconds == pytest.approx(0.3)


def test_while_nothing_sounds_the_lead_is_what_is_needed_at_once() -> None:
    lead = Lead(0.25)
    for needed_s, expected_s in ((0.75, 0.75), (0.5, 0.5), (0.1, 0.25)):
        lead.need(needed_s)
        lead.advance(10.0, silent=True)
        assert lead.seconds == expected_s


STEPS = st.tuples(st.floats(0, 1), st.none() | st.floats(0, 5), st.none() | st.floats(0.04, 2))


@given(st.lists(STEPS, max_size=30))
def test_a_lead_never_jumps_but_to_a_wish_and_is_never_below_it(steps) -> None:
    lead, now = Lead(0.25), 0.0
    lead.advance(now, silent=False)
    for wait_s, needed_s, wish_s in steps:
        if needed_s is not None:
            lead.need(needed_s)
        if wish_s is not None:
            lead.wish_s = wish_s
        before = lead.seconds
        now += wait_s
        lead.advance(now, silent=False)
        assert -LEAD_FALL * wait_s - 1e-9 <= lead.seconds - before <= LEAD_RISE * wait_s + 1e-9
        assert lead.wish_s <= lead.seconds <= LONGEST_LEAD_S
