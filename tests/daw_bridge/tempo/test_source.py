"""Tapping: the median of the intervals, whatever a finger does between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.tempo.source import MAX_BPM, MIN_BPM, TapTempo


def tap_at(*times: float) -> TapTempo:
    taps = TapTempo()
    for time in times:
        taps.tap(time)
    return taps


def tempo(taps: TapTempo, at: float) -> float | None:
    reading = taps.read(at)
    return None if reading is None else reading.bpm


@given(st.floats(20.5, 900), st.integers(2, 40))
def test_even_taps_give_their_tempo_and_their_count(bpm, count) -> None:
    taps, every = TapTempo(), 60.0 / bpm
    assert taps.tap(0.0) is None
    for number in range(1, count):
        reading = taps.tap(number * every)
        assert reading is not None
        assert reading.bpm == pytest.approx(bpm, abs=0.051)
        assert reading.beat == number
    assert taps.taps == count


@given(st.lists(st.floats(-0.03, 0.03), min_size=9, max_size=9))
def test_a_hand_that_is_uneven_is_averaged(off) -> None:
    """30 ms at most on each tap: an interval is off by 60 ms at most, and their median too."""
    taps = tap_at(*(0.5 * number + error for number, error in enumerate(off)))
    found = tempo(taps, 4.1)
    assert found is not None
    assert 60 / 0.5601 <= found <= 60 / 0.4399


def test_one_slip_changes_nothing() -> None:
    """A tap too early, and the next in its place again."""
    taps = tap_at(0.0, 0.5, 1.0, 1.5, 1.8, 2.5, 3.0)
    assert tempo(taps, 3.0) == 120.0


def test_a_bounce_is_no_tap() -> None:
    taps = tap_at(0.0, 0.5, 0.53, 1.0, 1.04, 1.5)
    assert tempo(taps, 1.5) == 120.0
    assert taps.taps == 4


@pytest.mark.parametrize("missed", [1, 2, 3])
def test_beats_that_were_not_tapped_are_counted(missed) -> None:
    at = 1.0 + 0.5 * (missed + 1)
    taps = tap_at(0.0, 0.5, 1.0, at)
    assert tempo(taps, at) == 120.0
    assert taps.taps == 4 + missed


def test_another_tempo_needs_two_intervals_that_are_alike() -> None:
    times = [0.0, 0.5, 1.0, 1.5, 1.5 + 0.8]
    assert tempo(tap_at(*times), 2.4) == 120.0
    assert tempo(tap_at(*times, 1.5 + 1.6), 3.2) == 75.0


def test_half_the_tempo_is_another_tempo() -> None:
    """And no beats that were left out, as soon as it is tapped twice."""
    taps = tap_at(0.0, 0.5, 1.0, 1.5, 2.5)
    assert tempo(taps, 2.5) == 120.0
    taps.tap(3.5)
    assert tempo(taps, 3.5) == 60.0


def test_after_a_pause_it_begins_anew() -> None:
    taps = tap_at(0.0, 0.5, 1.0)
    assert taps.tap(5.0) is None
    assert taps.tap(6.0) is not None
    assert tempo(taps, 6.0) == 60.0


def test_the_beat_goes_on_for_a_bar_after_the_last_tap() -> None:
    taps = tap_at(0.0, 0.5, 1.0, 1.5)
    reading = taps.read(2.0)
    assert reading is not None
    assert reading.beat == pytest.approx(4.0)
    assert taps.read(4.1) is None
    assert tap_at(0.0).read(0.1) is None
    assert TapTempo().read(0.0) is None


@given(st.lists(st.floats(0, 10), max_size=60))
def test_any_taps_give_a_tempo_within_range_or_none(gaps) -> None:
    taps, now = TapTempo(), 0.0
    for gap in gaps:
        now += gap
        reading = taps.tap(now)
        assert reading is None or MIN_BPM <= reading.bpm <= MAX_BPM
