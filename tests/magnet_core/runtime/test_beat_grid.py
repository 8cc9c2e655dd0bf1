"""Beats by frame, across changes of tempo and of the count."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.runtime.beat_grid import BeatGrid

grids = st.builds(
    lambda frame, beat, bpm: BeatGrid(frame_rate=50, frame=frame, beat=beat, tempo_bpm=bpm),
    st.integers(0, 10_000),
    st.floats(0.0, 64.0),
    st.floats(20.0, 999.0),
)


@given(grid=grids, ahead=st.integers(0, 5000))
def test_next_bar_is_the_first_frame_that_holds_a_bar_line(grid: BeatGrid, ahead: int) -> None:
    """A bar line lies in it, and in none between."""
    frame = grid.frame + ahead
    bar = grid.next_bar(frame)
    a_bar = 4 * 60 / grid.tempo_bpm * 50
    assert frame <= bar <= frame + a_bar + 1
    before, after = grid.metre(bar).start_beat, grid.metre(bar + 1).start_beat
    nearest = round(before / 4) * 4 if before % 4 < 1e-5 else (before // 4 + 1) * 4
    assert before - 1e-5 <= nearest <= after + 1e-5
    assert grid.next_bar(bar) == bar


@given(grid=grids, ahead=st.integers(0, 5000))
def test_bars_are_counted_anew_without_moving_a_beat(grid: BeatGrid, ahead: int) -> None:
    """At a bar line the count begins at 0, less than a frame after the frame that holds it."""
    frame = grid.next_bar(grid.frame + ahead)
    anew = grid.restarted_at_bar(frame)
    beats_a_frame = grid.tempo_bpm / 60 / 50
    assert -beats_a_frame - 1e-5 <= anew.metre(frame).start_beat <= 1e-5
    moved = grid.metre(frame + 77).start_beat - anew.metre(frame + 77).start_beat
    assert moved / 4 == pytest.approx(round(moved / 4), abs=1e-6)


@given(grid=grids, ahead=st.integers(0, 5000), bpm=st.floats(20.0, 999.0))
def test_new_tempo_does_not_jump(grid: BeatGrid, ahead: int, bpm: float) -> None:
    """Old and new grid have the same beat at the frame of the change."""
    frame = grid.frame + ahead
    new = grid.with_tempo(frame, bpm)
    assert new.metre(frame).start_beat == pytest.approx(grid.metre(frame).start_beat)
    assert new.metre(frame).tempo_bpm == bpm


@pytest.mark.parametrize("tempo", ["127.3", "128", "97", "80.001", "174.5"])
def test_bars_do_not_drift_in_three_hours(tempo: str) -> None:
    """Counted one by one, each begins in the frame in which it begins in exact fractions."""
    grid = BeatGrid(frame_rate=50, tempo_bpm=float(tempo))
    a_bar, frame = Fraction(4 * 60 * 50) / Fraction(tempo), 0
    bars = int(3 * 3600 * 50 / a_bar)
    for number in range(1, bars + 1):
        frame = grid.next_bar(frame + 1)
        assert frame == math.floor(number * a_bar)


def test_bar_time_is_where_the_bar_of_a_frame_begins() -> None:
    """Parts of a frame included."""
    grid = BeatGrid(frame_rate=50, tempo_bpm=130.0)
    a_bar = 4 * 60 / 130 * 50
    assert grid.bar_time(0) == 0.0
    assert grid.bar_time(92) == 0.0
    assert grid.bar_time(93) == pytest.approx(a_bar)
    assert grid.bar_time(200) == pytest.approx(2 * a_bar)
