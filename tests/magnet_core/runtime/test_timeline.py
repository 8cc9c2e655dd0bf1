"""The code timeline: zones, rewriting, bounded memory."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.runtime.timeline import Timeline


def _frames(first: int, count: int) -> torch.Tensor:
    return torch.arange(first, first + count).repeat(2, 1)


def test_sent_frames_stay_planned_frames_may_go() -> None:
    """Rewriting forgets the plan after a frame and nothing before it."""
    timeline = Timeline(2)
    timeline.write(0, _frames(0, 10))
    assert timeline.send(4).tolist() == _frames(0, 4).tolist()
    timeline.rewrite_from(6)
    assert (timeline.frozen, timeline.horizon, timeline.planned) == (4, 6, 2)
    timeline.write(6, _frames(100, 3))
    assert timeline.send(5)[0].tolist() == [4, 5, 100, 101, 102]


def test_context_ends_where_asked_and_stops_at_a_reset() -> None:
    """``before`` gives what there is, never from before ``since``."""
    timeline = Timeline(2)
    timeline.write(0, _frames(0, 10))
    assert timeline.before(10, 3)[0].tolist() == [7, 8, 9]
    assert timeline.before(10, 30)[0].tolist() == list(range(10))
    assert timeline.before(10, 5, since=8)[0].tolist() == [8, 9]
    assert timeline.before(10, 5, since=10).shape == (2, 0)


@settings(max_examples=20, deadline=None)
@given(moves=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), max_size=80))
def test_behaves_as_one_long_list_in_bounded_memory(moves: list[tuple[int, int]]) -> None:
    """Against a model that keeps everything: sent frames and context agree while it plays."""
    timeline, sent = Timeline(1), 0
    size = timeline._codes.numel()
    for written, wanted in moves:
        timeline.write(
            timeline.horizon, torch.arange(timeline.horizon, timeline.horizon + written)[None]
        )
        count = timeline.planned if timeline.planned > 1500 else min(wanted, timeline.planned)
        assert timeline.send(count)[0].tolist() == list(range(sent, sent + count))
        sent += count
        context = timeline.before(timeline.horizon, 500)[0].tolist()
        assert context == list(range(max(timeline.horizon - 500, 0), timeline.horizon))
    assert timeline._codes.numel() == size
