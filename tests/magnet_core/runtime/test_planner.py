"""The planner: the prefix covers the infill, or there are fewer steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from magnet_core.runtime.costs import Costs
from magnet_core.runtime.planner import Plan, Planner, Wish

FRAME_S = 0.02
WISH = Wish(
    first_frame=0,
    context_frames=25,
    frames=350,
    steps=(20, 10, 10, 10),
    prefix_frames=0,
    lead_s=0.25,
    held_frames=6,
    can_prefix=True,
    can_infill=True,
)


def _planner(prefix_ms: float, step_ms: float, block_ms: float = 2.5) -> Planner:
    """Return one that has measured these costs, of a step over 350 frames, again and again."""
    costs = Costs()
    for _ in range(32):
        costs.prefix_frame.learn(prefix_ms / 1e3)
        costs.block.learn(block_ms / 1e3)
        costs.prefill.learn(0.005 + 0.0001 * 25, 25)
        for frames in (100, 350):
            costs.step.learn(step_ms / 1e3 * (0.1 + 0.9 * frames / 350), frames)
    return Planner(FRAME_S, 4, costs)


def _play_out(planner: Planner, wish: Wish, plan: Plan) -> float:
    """Return by how much the infill comes too late, by going through the plan frame by frame."""
    costs, now = planner.costs, 0.0
    busy = costs.block.high_s(count=32) / 32 / (4 * FRAME_S)  # of the time, for the codec
    if wish.context_frames:
        now += costs.prefill.high_s(wish.context_frames) / (1 - busy)
    now += plan.prefix_frames * costs.prefix_frame.high_s(count=32) / 32 / (1 - busy)
    behind = plan.frames - plan.prefix_frames + plan.future_frames
    now += costs.step.high_s(behind, count=sum(plan.steps)) / (1 - busy)
    heard_s = wish.lead_s + max(plan.prefix_frames - wish.held_frames, 0) * FRAME_S
    return now - heard_s


costs_ms = st.tuples(st.floats(0.3, 12), st.floats(0.5, 80), st.floats(0.2, 20))
wishes = st.builds(
    lambda lead_s, frames, context, future, steps, wanted, held: replace(
        WISH,
        lead_s=lead_s,
        frames=frames,
        context_frames=context,
        future_frames=future,
        steps=steps,
        prefix_frames=wanted,
        held_frames=held,
    ),
    st.floats(0, 3),
    st.integers(12, 500),
    st.integers(0, 250),
    st.sampled_from([0, 0, 50]),
    st.tuples(*[st.integers(1, 40)] * 4),
    st.sampled_from([0, 0, 30, 200]),
    st.integers(0, 12),
)


@given(costs=costs_ms, wish=wishes)
def test_prefix_lasts_until_the_infill_is_there(
    costs: tuple[float, float, float], wish: Wish
) -> None:
    """Played out with the costs that the planner knows, no plan runs dry before its infill ends."""
    planner = _planner(*costs)
    plan = planner.plan(wish, 1)
    assume(planner.prefix_pays and sum(plan.steps) > 4)  # else nothing would do
    assert _play_out(planner, wish, plan) <= 1e-6


@given(costs=costs_ms, wish=wishes, variant=st.sampled_from(["hybrid", "infill", "prefix"]))
def test_plans_stay_in_their_window(
    costs: tuple[float, float, float], wish: Wish, variant: str
) -> None:
    """Frames are never given up; steps are, down to one; a prefix is no longer than the plan."""
    wish = replace(wish, can_prefix=variant != "infill", can_infill=variant != "prefix")
    plan = _planner(*costs).plan(wish, 7)
    assert (plan.plan_id, plan.first_frame, plan.frames) == (7, wish.first_frame, wish.frames)
    assert plan.window_frames == wish.context_frames + wish.frames + wish.future_frames
    assert 0 <= plan.prefix_frames <= plan.frames
    assert all(1 <= made <= asked for made, asked in zip(plan.steps, wish.steps, strict=True))
    assert plan.reduced == (plan.steps != wish.steps)
    assert plan.seconds > 0.0
    assert plan.start_in_s >= 0.0
    if variant == "prefix":
        assert (plan.prefix_frames, plan.reduced) == (plan.frames, False)


@given(
    costs=st.tuples(st.floats(6, 12), st.floats(150, 500), st.floats(0.2, 10)),
    wish=wishes.filter(lambda wish: sum(wish.steps) > 20),
)
def test_steps_are_reduced_only_if_they_must_be(
    costs: tuple[float, float, float], wish: Wish
) -> None:
    """If any prefix of at most two thirds covers all steps, all steps are made."""
    planner = _planner(*costs)
    plan = planner.plan(wish, 1)
    assume(plan.reduced)
    for prefix in range(int(wish.frames * 2 / 3) + 1):
        full = replace(plan, prefix_frames=prefix, steps=wish.steps)
        in_time = _play_out(planner, wish, full) + planner.spare_s
        assert in_time > -1e-6 or 0 < prefix < wish.held_frames


@given(costs=costs_ms, wish=wishes, slower=st.floats(1.05, 4.0))
def test_slower_machine_makes_longer_prefixes_and_no_more_steps(
    costs: tuple[float, float, float], wish: Wish, slower: float
) -> None:
    """Monotone in slowness: first the prefix grows, then there are fewer steps."""
    quick = _planner(*costs)
    slow = _planner(*(slower * cost for cost in costs))
    assume(slow.prefix_pays)
    before, after = quick.plan(wish, 1), slow.plan(wish, 1)
    assert sum(after.steps) <= sum(before.steps)
    if after.steps == before.steps:
        assert after.prefix_frames >= before.prefix_frames - 1  # rounding
    assert slow.lead_s(wish) > quick.lead_s(wish)
    assert slow.first_sound_s(wish) > quick.first_sound_s(wish)
    assert slow.start_in_s(wish) <= quick.start_in_s(wish)


def test_enough_time_needs_no_prefix_and_all_steps() -> None:
    """With music in hand the window is infill, at full quality, and may even wait.

    But for a few frames, from which the cost of a prefix is known when it is needed.
    """
    plan = _planner(2, 5).plan(replace(WISH, lead_s=3.0), 1)
    assert (plan.prefix_frames, plan.steps, plan.reduced) == (8, (20, 10, 10, 10), False)
    seeing = replace(WISH, lead_s=3.0, future_frames=50)
    assert _planner(2, 5).plan(seeing, 1).prefix_frames == 0
    assert plan.start_in_s == pytest.approx(2.0)


def test_plan_with_nothing_in_hand_starts_now() -> None:
    """A change cannot wait, nor what follows when a second of music is left."""
    planner = _planner(2, 5)
    assert planner.plan(WISH, 1).start_in_s == 0.0
    assert planner.start_in_s(replace(WISH, lead_s=1.0)) == 0.0
    assert _planner(2, 60).start_in_s(replace(WISH, lead_s=3.0)) == 0.0


def test_prefix_that_is_asked_for_is_decoded_where_it_pays() -> None:
    """More than the infill needs is a wish; where a prefix loses time it is not kept."""
    asked = replace(WISH, lead_s=3.0, prefix_frames=120)
    assert _planner(2, 5).plan(asked, 1).prefix_frames == 120
    assert _planner(2, 5).plan(replace(asked, prefix_frames=999), 1).prefix_frames == 350
    assert _planner(40, 5).plan(asked, 1).prefix_frames < 120


def test_codec_takes_its_share() -> None:
    """A codec that takes half of the time leaves half as much for everything else."""
    idle, busy = _planner(2, 20, 0.001), _planner(2, 20, 40)
    assert busy.share() == pytest.approx(0.5)
    assert busy.plan(WISH, 1).prefix_frames > 1.5 * idle.plan(WISH, 1).prefix_frames
    assert busy.plan(WISH, 1).seconds > 1.8 * idle.plan(WISH, 1).seconds


def test_loops_head_is_seen_by_every_pass() -> None:
    """The frames behind the new ones cost time too."""
    planner, asked = _planner(2, 20), replace(WISH, frames=100)
    alone, seeing = planner.plan(asked, 1), planner.plan(replace(asked, future_frames=100), 1)
    assert seeing.window_frames == alone.window_frames + 100
    assert seeing.seconds > alone.seconds


def test_slow_machine_takes_fewer_steps_and_says_so() -> None:
    """Where no prefix could cover the infill, steps are given up, never frames."""
    plan = _planner(10, 200).plan(WISH, 1)
    assert plan.reduced
    assert sum(plan.steps) < 50
    assert plan.frames == 350


def test_plain_magnet_with_music_running_out_is_faster() -> None:
    """Infill alone meets its deadline by fewer steps; before anything sounds, there is none."""
    alone = replace(WISH, can_prefix=False, lead_s=1.0)
    plan = _planner(2, 50).plan(alone, 1)
    assert plan.reduced
    assert _play_out(_planner(2, 50), replace(alone, context_frames=0), plan) <= 0.0
    assert not _planner(2, 50).plan(replace(alone, silent=True), 1).reduced


def test_hurried_plan_keeps_its_frames_and_loses_steps() -> None:
    """When the prefix took longer than it should have, the infill makes up for it."""
    planner = _planner(2, 20)
    plan = planner.plan(WISH, 1)
    assert planner.hurried(plan, 10.0) == plan
    hurried = planner.hurried(plan, 0.4)
    assert hurried.reduced
    assert sum(hurried.steps) < sum(plan.steps)
    assert replace(hurried, steps=plan.steps, reduced=False) == plan
    assert planner.hurried(plan, -1.0).steps == (1, 1, 1, 1)


@pytest.mark.parametrize("lead_s", [0.0, 0.5, 2.0])
def test_prefix_that_is_slower_than_sound_is_not_begun(lead_s: float) -> None:
    """It would never catch up; the infill alone brings eight seconds of music in one."""
    planner = _planner(25, 20)
    plan = planner.plan(replace(WISH, lead_s=lead_s), 1)
    assert plan.prefix_frames == 8  # enough to notice that it has become quicker
    assert _play_out(planner, replace(WISH, lead_s=lead_s), plan) <= 0.0 or plan.steps == (1,) * 4
