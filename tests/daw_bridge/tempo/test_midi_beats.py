"""A MIDI clock read through its jitter: tempo, beat, start, continue, stop and song position."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.tempo.midi_beats import FEWEST, SILENT_S, MidiBeats

TEMPI = st.floats(30, 300)


def feed(beats: MidiBeats, bpm: float, ticks: int, at: float = 0.0, jitter_s: float = 0.0) -> float:
    """Send ticks with normal jitter, the same each time; return when the next is due."""
    every, chance = 60.0 / bpm / 24, random.Random(1)
    times = [at + n * every + chance.gauss(0.0, jitter_s) for n in range(ticks)]
    for time in sorted(times):
        beats.tick(time)
    return at + ticks * every


def test_the_jitter_of_jack_is_averaged_away() -> None:
    """2.9 ms on each tick: after 16 beats the tempo is right to 0.05 bpm, the beat to 1 ms."""
    for bpm in (80.0, 127.3, 174.0):
        beats = MidiBeats()
        beats.start()
        now = feed(beats, bpm, 16 * 24, jitter_s=0.0029)
        reading = beats.read(now)
        assert reading is not None and reading.beat is not None
        assert reading.bpm == pytest.approx(bpm, abs=0.05 * bpm / 80)
        assert (reading.beat - 16) * 60 / bpm == pytest.approx(0.0, abs=0.001)


def test_a_steady_clock_gives_a_steady_tempo() -> None:
    """What is given out changes a few times while it is being found, and then no more."""
    beats, given_out = MidiBeats(), []
    every, chance = 60.0 / 127.3 / 24, random.Random(2)
    for number in range(60 * 24):
        beats.tick(number * every + chance.uniform(0.0, 0.0053))
        reading = beats.read(number * every)
        if reading is not None and (not given_out or reading.bpm != given_out[-1][1]):
            given_out.append((number, reading.bpm))
    assert len(given_out) <= 6
    assert given_out[-1][0] < 20 * 24
    assert given_out[-1][1] == pytest.approx(127.3, abs=0.05)


@given(TEMPI, st.floats(0, 0.003), st.lists(st.floats(0, 1), min_size=FEWEST + 1, max_size=100))
def test_whatever_the_jitter_the_tempo_is_within_its_bounds(bpm, most_s, shares) -> None:
    """No jitter of 3 ms at most can move a line through 24 ticks by more than geometry allows."""
    beats, every = MidiBeats(), 60.0 / bpm / 24
    for number, share in enumerate(shares):
        beats.tick(number * every + most_s * share)
    reading = beats.read(len(shares) * every)
    assert reading is not None
    # Least squares of 24 points: the slope is off by at most 0.063 of the jitter's width, and the
    # tempo given out is held while it is within 4 standard errors of it.
    allowed = most_s * (0.063 + 4 * 0.0295 / 2)
    found = 60.0 / reading.bpm / 24
    assert abs(found - every) <= allowed + 0.02 / bpm * every * 1.01 + 1e-9


@given(TEMPI, TEMPI)
def test_another_tempo_is_found_within_three_beats(before, after) -> None:
    beats = MidiBeats()
    now = feed(beats, before, 100)
    now = feed(beats, after, 72, now)
    reading = beats.read(now)
    assert reading is not None
    assert reading.bpm == pytest.approx(after, rel=0.01, abs=0.03)


@given(TEMPI, st.integers(0, 16383))
def test_start_continue_stop_and_song_position(bpm, sixteenths) -> None:
    beats = MidiBeats()
    now = feed(beats, bpm, 30)
    reading = beats.read(now)
    assert reading is not None
    assert (reading.beat, reading.playing) == (None, None)
    beats.start()
    now = feed(beats, bpm, 60, now)
    reading = beats.read(now)
    assert reading is not None
    assert (reading.beat, reading.playing) == (pytest.approx(60 / 24), True)
    beats.stop()
    now = feed(beats, bpm, 7, now)
    assert beats.read(now).playing is False
    beats.go_on()
    now = feed(beats, bpm, 12, now)
    assert beats.read(now).beat == pytest.approx(72 / 24)
    beats.stop()
    beats.locate(sixteenths)
    beats.go_on()
    now = feed(beats, bpm, 24, now)
    assert beats.read(now).beat == pytest.approx(sixteenths / 4 + 1)
    beats.locate(8)  # while it plays: a loop of the DAW
    assert beats.read(now).beat == pytest.approx(2.0)


def test_a_clock_that_stops_is_silent_and_may_come_back() -> None:
    beats = MidiBeats()
    assert beats.read(0.0) is None
    now = feed(beats, 120.0, 100)
    assert beats.read(now) is not None
    assert beats.read(now + SILENT_S) is None
    now = feed(beats, 60.0, FEWEST - 1, now + 30.0)
    assert beats.read(now) is None
    now = feed(beats, 60.0, 1, now)
    assert beats.read(now).bpm == pytest.approx(60.0)


@given(st.lists(st.floats(0, 5), max_size=200))
def test_any_times_give_a_reading_or_none(times) -> None:
    """Also ticks that come all at once, as after a machine has slept."""
    beats = MidiBeats()
    for time in sorted(times):
        beats.tick(time)
    reading = beats.read(max(times, default=0.0))
    assert reading is None or reading.bpm >= 0.0
