"""The planner: the prefix covers the infill, or there are fewer steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from magnet_core.runtime.planner import Costs, Planner, Wish

WISH = Wish(
    first_frame=0,
    context_frames=0,
    frames=350,
    steps=(20, 10, 10, 10),
    prefix_frames=0,
    lead_s=0.2,
    can_prefix=True,
    can_infill=True,
    codebooks=4,
)


def _planner(prefix_ms: float, step_ms: float) -> Planner:
    return Planner(50, Costs(prefix_ms / 1e3, 0.02, step_ms / 1e3 / 350))


@given(
    prefix_ms=st.floats(0.5, 12),
    step_ms=st.floats(0.5, 60),
    lead_s=st.floats(0, 2),
    frames=st.integers(60, 500),
)
def test_prefix_lasts_until_the_infill_is_there(
    prefix_ms: float, step_ms: float, lead_s: float, frames: int
) -> None:
    """Played out with the costs that the planner knows, no plan runs dry before its infill ends."""
    planner = _planner(prefix_ms, step_ms)
    plan = planner.plan(replace(WISH, lead_s=lead_s, frames=frames))
    infill_s = sum(plan.steps) * plan.frames * planner.costs.step_frame_s
    ready_s = planner.costs.prefill_s + plan.prefix_frames * planner.costs.prefix_frame_s + infill_s
    heard_s = lead_s + max(plan.prefix_frames - 3, 0) * 0.02
    assume(plan.prefix_frames <= frames * 2 // 3)  # beyond that even one step each is too slow
    assert ready_s <= heard_s + 1e-9 or (plan.prefix_frames == 0 and ready_s <= lead_s + 1e-9)


def test_enough_time_needs_no_prefix_and_all_steps() -> None:
    """With music in hand the window is infill alone, at full quality."""
    plan = _planner(2, 5).plan(replace(WISH, lead_s=3.0))
    assert (plan.prefix_frames, plan.steps, plan.reduced) == (0, (20, 10, 10, 10), False)


def test_prefix_that_is_asked_for_is_decoded_where_it_pays() -> None:
    """More than the infill needs is a wish; where a prefix loses time it is not kept."""
    asked = replace(WISH, lead_s=3.0, prefix_frames=120)
    assert _planner(2, 5).plan(asked).prefix_frames == 120
    assert _planner(2, 5).plan(replace(asked, prefix_frames=999)).prefix_frames == 350
    assert _planner(40, 5).plan(asked).prefix_frames < 120


def test_slow_machine_takes_fewer_steps_and_says_so() -> None:
    """Where no prefix could cover the infill, steps are given up, never frames."""
    plan = _planner(10, 60).plan(WISH)
    assert plan.reduced
    assert sum(plan.steps) < 50
    assert min(plan.steps) >= 1
    assert plan.frames == 350


def test_models_that_do_one_thing_do_that() -> None:
    """An autoregressive model plays every frame, a plain MAGNeT fills every frame."""
    planner = _planner(2, 5)
    assert planner.plan(replace(WISH, can_infill=False)).prefix_frames == 350
    assert planner.plan(replace(WISH, can_prefix=False)).prefix_frames == 0


def test_plain_magnet_with_music_running_out_is_faster() -> None:
    """Infill alone meets its deadline by fewer steps."""
    plan = _planner(2, 50).plan(replace(WISH, can_prefix=False, context_frames=50, lead_s=1.0))
    assert plan.reduced
    assert sum(plan.steps) < 50


@pytest.mark.parametrize("hiccup_s", [0.05, 5.0])
def test_one_hiccup_moves_the_estimate_little(hiccup_s: float) -> None:
    """A single late step, however late, is no reason to change the plans."""
    costs = Costs(prefix_frame_s=0.002)
    costs.learn("prefix_frame_s", hiccup_s)
    assert costs.prefix_frame_s <= 0.002 * 1.6
    for _ in range(40):
        costs.learn("prefix_frame_s", 0.01)
    assert costs.prefix_frame_s == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize("lead_s", [0.0, 0.5, 2.0])
def test_prefix_that_is_slower_than_sound_is_not_begun(lead_s: float) -> None:
    """It would never catch up; the infill alone brings eight seconds of music in one."""
    planner = _planner(25, 20)
    plan = planner.plan(replace(WISH, context_frames=50, lead_s=lead_s))
    assert plan.prefix_frames == WISH.codebooks  # enough to notice that it has become quicker
    assert planner.infill_s(plan.frames, plan.steps) <= max(lead_s, 4 * 0.02 * 1.3)
