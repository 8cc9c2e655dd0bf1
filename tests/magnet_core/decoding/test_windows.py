"""Long pieces are covered by overlapping windows, with holes in any place."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.decoding.windows import CONTEXT_SHARE, Window, plan_windows


def _known(total: int, *holes: tuple[int, int]) -> Tensor:
    known = torch.ones(4, total, dtype=torch.bool)
    for begin, end in holes:
        known[:, begin:end] = False
    return known


def _planned(known: Tensor, segment: int, grid: int = 1) -> list[tuple[int, int]]:
    return [(window.start, window.stop) for window in plan_windows(known, segment, grid)]


@given(
    total=st.integers(4, 3000),
    segment=st.integers(30, 1500),
    prompt=st.integers(0, 2000),
    grid=st.sampled_from([1, 3]),
)
def test_windows_join_fit_the_segment_and_reach_the_end(
    total: int, segment: int, prompt: int, grid: int
) -> None:
    """A piece that goes on from a prompt."""
    known = min(prompt, total)
    for window in plan_windows(_known(total, (known, total)), segment, grid):
        assert window.start + window.known == known
        assert window.known < window.frames <= segment
        assert window.start == 0 or window.known > 0
        assert window.frames % grid == 0
        known = window.stop
    assert known >= total or total - known < grid or (total - prompt) < grid


@given(
    holes=st.lists(st.tuples(st.integers(0, 900), st.integers(1, 300)), min_size=1, max_size=6),
    total=st.integers(50, 1200),
    segment=st.integers(60, 700),
    grid=st.sampled_from([1, 3]),
)
def test_windows_fill_every_hole_in_turn(
    holes: list[tuple[int, int]], total: int, segment: int, grid: int
) -> None:
    """Each begins at the first unknown frame, and nothing that is given is cut off at the end."""
    known = _known(total, *((begin, begin + length) for begin, length in holes))
    left = known.clone()
    for window in plan_windows(known, segment, grid):
        assert window.frames <= segment
        assert left[:, : window.start + window.known].all()
        assert not left[:, window.start + window.known].any()
        left[:, window.start : window.stop] = True
    unfilled = (~left[0]).nonzero()[:, 0].tolist()
    assert len(unfilled) < grid
    assert unfilled == list(range(total - len(unfilled), total))


@given(
    begin=st.integers(0, 900),
    length=st.integers(1, 500),
    other=st.integers(0, 1400),
    segment=st.integers(60, 500),
)
def test_the_end_of_every_hole_is_filled_in_sight_of_what_comes_after(
    begin: int, length: int, other: int, segment: int
) -> None:
    """At least a fifth of a segment of it, or all there is."""
    total = 1500
    known = _known(total, (begin, begin + length), (other, other + 30))
    ends = [t + 1 for t in range(total - 1) if not known[0, t] and known[0, t + 1]]
    windows = plan_windows(known, segment, 1)
    for end in ends:
        filler = next(window for window in windows if window.stop >= end)
        ahead = min(int(segment * CONTEXT_SHARE) // 2, total - end)
        nearest = next((t for t in range(end, end + ahead) if not known[0, t]), end + ahead)
        assert filler.stop >= nearest


def test_a_piece_that_fits_is_one_window() -> None:
    assert plan_windows(_known(500, (0, 500)), 500, 3) == [Window(start=0, known=0, frames=498)]
    assert plan_windows(_known(500, (80, 90), (300, 310)), 500, 1) == [
        Window(start=0, known=80, frames=500)
    ]


def test_what_is_given_at_the_end_is_not_left_out() -> None:
    """Frames 498 and 499 are no whole span; where one codebook of one is given, both stay."""
    known = _known(500, (10, 500))
    known[2, 499] = True
    assert _planned(known, 500, 3) == [(0, 500)]


def test_a_hole_that_does_not_fit_gets_a_window_of_its_own() -> None:
    assert _planned(_known(1000, (250, 260), (520, 560)), 500) == [(50, 520), (320, 820)]


def test_a_hole_that_would_end_with_the_window_is_filled_in_two() -> None:
    """The second window sees what comes after it."""
    assert _planned(_known(2000, (300, 590)), 500) == [(100, 445), (245, 745)]


def test_nothing_to_fill_needs_no_window() -> None:
    assert plan_windows(_known(100), 60, 3) == []
