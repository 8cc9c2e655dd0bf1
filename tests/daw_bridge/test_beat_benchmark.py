"""The benchmark of time keeping measures what it says: on onsets whose place is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("librosa", reason="librosa is not installed (magnet-live[bench])")

from benchmarks.beat import (
    detector_ms,
    frame_floor_ms,
    off_grid_ms,
    settled_after_s,
    tempo_error_percent,
)

TEMPI = st.floats(60, 200)


@given(TEMPI, st.integers(0, 2000), st.floats(-0.12, 0.12))
def test_an_onset_is_as_far_off_as_it_was_put(bpm, line, off) -> None:
    """Up to half a sixteenth it is nearest to its own line."""
    beats = np.array([line / 4 + off])
    assert off_grid_ms(beats, bpm) == pytest.approx(off * 60_000 / bpm, abs=1e-6)


@given(TEMPI, st.floats(-0.5, 0.5))
def test_a_tempo_that_is_off_is_measured(bpm, percent) -> None:
    """Onsets a little beside their lines, and slowly leaving them."""
    seconds = np.arange(0.0, 10.0, 60.0 / bpm / 2)
    beats = seconds * bpm / 60.0 * (1 + percent / 100)
    beats = np.round(beats * 4) / 4
    found = tempo_error_percent(beats, beats * 60.0 / bpm / (1 + percent / 100), bpm)
    assert found == pytest.approx(percent, abs=1e-6)


def test_the_floor_of_frames_is_that_of_a_uniform_error() -> None:
    floor = np.abs(frame_floor_ms(127.3, 600.0))
    assert floor.max() <= 10.0
    assert np.median(floor) == pytest.approx(5.0, abs=0.3)


def test_the_detector_finds_bursts_to_a_few_milliseconds() -> None:
    errors = detector_ms(127.3)
    assert len(errors) >= 70
    assert np.percentile(np.abs(errors), 95) < 5.0


def test_settled_is_when_no_error_comes_any_more() -> None:
    times = np.arange(10.0)
    errors = np.array([40.0, 20, 5, 5, 12, 5, 5, -3, 2, 1])
    assert settled_after_s(times, errors) == 5.0
    assert settled_after_s(times, errors / 10) == 0.0
