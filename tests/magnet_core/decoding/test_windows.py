"""Long pieces are covered by overlapping windows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from magnet_core.decoding.windows import plan_windows


@given(
    total=st.integers(4, 3000),
    segment=st.integers(30, 1500),
    prompt=st.integers(0, 2000),
    grid=st.sampled_from([1, 3]),
)
def test_windows_join_fit_the_segment_and_reach_the_end(
    total: int, segment: int, prompt: int, grid: int
) -> None:
    known = prompt
    for window in plan_windows(total, segment, prompt, grid):
        assert window.start + window.known == known
        assert window.known < window.frames <= segment
        assert window.start == 0 or window.known > 0
        assert window.frames % grid == 0
        known = window.start + window.frames
    assert known >= total or total - known < grid or (total - prompt) < grid


def test_a_piece_that_fits_is_one_window() -> None:
    (window,) = plan_windows(500, 500, 0, 3)
    assert (window.start, window.known, window.frames) == (0, 0, 498)
