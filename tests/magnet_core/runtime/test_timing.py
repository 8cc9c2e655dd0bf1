"""Sessions in time: on machines of every speed, simulated, so that nothing depends on this one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import Applied, Late, PlanDone
from magnet_core.runtime.session import LiveSession
from tests.magnet_core.runtime.driving import (
    HOP,
    SAMPLE_RATE,
    Control,
    Machine,
    drive,
    joined,
    perform,
    playing,
    settle,
)
from tests.magnet_core.runtime.tiny import tiny_model

PROMPTS = ("dub 90 bpm", "techno 130 bpm", "house 124 bpm")


def _on(machine: Machine, model: Model) -> LiveSession:
    """Return a session that plays on a warm engine."""
    engine = Engine(model, machine)
    engine.warm_up()
    session = engine.open()
    session.play()
    return session


def _changes(
    asked_at: dict[object, float], machine: Machine, every_s: float, count: int
) -> list[tuple[float, Control]]:
    """Return changes of the prompt, each noting when it is made."""
    begin = machine.now

    def change(number: int) -> Control:
        def make(session: LiveSession) -> None:
            asked_at[number] = machine.now - begin
            session.set_prompt(PROMPTS[number % 3], ticket=number)

        return make

    return [(1.0 + every_s * number, change(number)) for number in range(count)]


@pytest.mark.parametrize(
    ("variant", "slowness", "jitter", "within_s"),
    [
        (Variant.HYBRID, 0.3, 0.0, 0.3),
        (Variant.HYBRID, 1.0, 1.0, 0.3),
        (Variant.HYBRID, 3.0, 0.5, 0.5),
        (Variant.HYBRID, 5.0, 0.0, 0.5),
        (Variant.HYBRID, 8.0, 0.0, 4.0),  # a prefix would be slower than sound: infill alone
        (Variant.MAGNET, 1.0, 1.0, 1.0),
        (Variant.MAGNET, 5.0, 0.0, 3.0),
        (Variant.AUTOREGRESSIVE, 3.0, 0.5, 0.5),
    ],
)
def test_changes_come_in_time_and_nothing_is_missing(
    variant: Variant, slowness: float, jitter: float, within_s: float
) -> None:
    """A new prompt every 0.7 s, on machines from quick to hardly able: no gap, no late plan."""
    model = tiny_model(variant)
    machine = Machine(model, slowness, jitter)
    session, asked_at = _on(machine, model), dict[object, float]()
    heard = perform(session, machine, 12.0, _changes(asked_at, machine, 0.7, 12))
    assert heard.gaps == []
    assert heard.events(Late) == []
    assert joined(heard.chunks).shape[1] >= 8 * SAMPLE_RATE
    latencies = sorted(heard.latencies_s(asked_at).values())
    assert len(latencies) == 12
    assert latencies[-1] <= within_s


@pytest.mark.parametrize(
    ("variant", "slowness", "within_s"),
    [(Variant.HYBRID, 5.0, 2.0), (Variant.MAGNET, 1.0, 1.2), (Variant.MAGNET, 3.0, 2.0)],
)
def test_change_is_heard_soon_where_a_prefix_gains_nothing(
    variant: Variant, slowness: float, within_s: float
) -> None:
    """Eight-second windows on a machine that takes seconds for one: short, rough plans come first.

    And the plans behind them are longer and finer again.
    """
    model = tiny_model(variant, segment_frames=399)
    model.params = replace(model.params, steps=(10, 5, 4, 4), prefix_frames=0)
    machine = Machine(model, slowness, 0.3)
    session, asked_at = _on(machine, model), dict[object, float]()
    changes = [(at + 6.0, control) for at, control in _changes(asked_at, machine, 2.0, 8)]
    heard = perform(session, machine, 30.0, changes)
    missing_s = sum(seconds for _, seconds in heard.gaps)
    assert missing_s <= (0.2 if variant is Variant.MAGNET else 0.0)
    latencies = sorted(heard.latencies_s(asked_at).values())
    assert len(latencies) == 8
    assert latencies[-1] <= within_s
    made = [event.plan for event in heard.events(PlanDone) if isinstance(event, PlanDone)]
    assert made[-1].frames >= min(plan.frames for plan in made)
    assert sum(made[-1].steps) > min(sum(plan.steps) for plan in made)


@pytest.mark.parametrize("slowness", [4.5, 5.0, 5.5, 6.0, 7.0])
def test_no_slower_machine_hears_a_change_sooner(slowness: float) -> None:
    """Where good steps would last but take too long, a change has fewer, as where they never last.

    Ten-second windows at the published steps, on machines about where a prefix stops to pay.
    """
    model = tiny_model(segment_frames=500)
    model.params = replace(model.params, steps=(20, 10, 10, 10), prefix_frames=24)
    machine = Machine(model, slowness, 0.3)
    session, asked_at = _on(machine, model), dict[object, float]()
    changes = [(at + 2.0, control) for at, control in _changes(asked_at, machine, 2.0, 6)]
    heard = perform(session, machine, 20.0, changes)
    assert heard.gaps == []
    latencies = sorted(heard.latencies_s(asked_at).values())
    assert len(latencies) == 6
    assert latencies[-1] <= 3.0


def test_sweep_of_a_knob_does_not_starve_the_music() -> None:
    """Turned thirty times a second: all is answered, at a few plans a second, without a gap."""
    model = tiny_model()
    machine = Machine(model)
    session = _on(machine, model)

    def turn(number: int) -> Control:
        return lambda s: s.set_param("temperature", 0.5 + number / 100, ticket=number)

    heard = perform(session, machine, 6.0, [(1.0 + i / 30, turn(i)) for i in range(90)])
    assert heard.gaps == []
    assert heard.events(Late) == []
    answers = [event for event in heard.events(Applied) if isinstance(event, Applied)]
    assert sorted(t for event in answers for t in event.tickets) == list(range(90))
    assert len(answers) <= 2 * 3 / session.lead_s


def test_lead_follows_the_machine() -> None:
    """Longer when it becomes five times slower, within a plan or two; and back again."""
    model = tiny_model()
    machine = Machine(model)
    session = _on(machine, model)
    perform(session, machine, 3.0)
    assert session.lead_s == 0.25

    def slow(factor: float) -> Control:
        def change(_session: LiveSession) -> None:
            machine.slowness = factor

        return change

    heard = perform(session, machine, 6.0, [(0.1, slow(5.0))])
    assert 0.3 < session.lead_s < 1.0
    assert heard.gaps == []
    perform(session, machine, 8.0, [(0.1, slow(1.0))])
    assert session.lead_s == 0.25


def test_lead_is_no_shorter_than_asked_for() -> None:
    """It is the performer's choice, as far as the machine allows."""
    model = tiny_model()
    session = _on(Machine(model, 0.1), model)
    for lead_ms in (1500.0, 40.0, 400.0):
        session.set_param("lead_ms", lead_ms)
        assert lead_ms / 1000 <= session.lead_s <= max(lead_ms / 1000, 0.25)


def test_longer_lead_is_counted_on_only_when_it_is_confirmed() -> None:
    """Who does not follow the lead is not overestimated: plans cover themselves, without a gap."""
    model = tiny_model()
    machine = Machine(model, 5.0)
    session, asked_at = _on(machine, model), dict[object, float]()
    changes = _changes(asked_at, machine, 1.1, 8)
    heard = perform(session, machine, 12.0, changes, follows_lead=False)
    assert session.lead_s > 0.25
    assert heard.gaps == []


def test_stall_is_reported_once_and_made_up_for() -> None:
    """The machine stands still for half a second in a prefix: one Late, then fewer steps."""
    model = tiny_model()
    machine = Machine(model, 4.0)
    session = _on(machine, model)
    perform(session, machine, 2.0)

    def change_and_stall(of: LiveSession) -> None:
        of.set_prompt("dub 90 bpm")
        for _ in range(6):
            of.work(of.position)
        machine.now += 0.5

    heard = perform(session, machine, 3.0, [(0.5, change_and_stall)])
    (late,) = heard.events(Late)
    assert isinstance(late, Late)
    ends = [event for event in heard.events(PlanDone) if isinstance(event, PlanDone)]
    (stalled,) = [end for end in ends if end.plan.plan_id == late.plan_id]
    assert stalled.plan.reduced
    assert sum(stalled.plan.steps) < sum(model.params.steps)
    assert len(heard.gaps) >= 1


def test_codec_is_part_of_what_plans_reckon_with() -> None:
    """What a block through the codec takes is measured where it is done."""
    model = tiny_model()
    machine = Machine(model, 2.0)
    session = _on(machine, model)
    assert session.planner.costs.block.median_s() == pytest.approx(2 * (0.002 + 16 * 0.00012))
    assert session.planner.share() == pytest.approx(1 - session.planner.costs.block.high_s() / 0.08)


def test_plans_expect_what_they_then_take() -> None:
    """The seconds that a plan says beforehand are those that it took, on a steady machine."""
    model = tiny_model()
    machine = Machine(model, 2.0)
    session = _on(machine, model)
    heard = perform(session, machine, 20.0)
    ends = [event for event in heard.events(PlanDone) if isinstance(event, PlanDone)][2:]
    assert len(ends) >= 5
    for end in ends:
        busy = 1 - session.planner.share(safe=False)
        assert end.seconds == pytest.approx(end.plan.seconds * (1 - busy), rel=0.15)


# -- whose turn it is -----------------------------------------------------------------------------


def test_deadline_is_when_the_sound_runs_out() -> None:
    """Of what has gone out, while more can go out; else of what is decoded as well."""
    session = playing(tiny_model())
    assert session.deadline_s == 0.0  # nothing sounds yet: nobody is more urgent
    chunks = drive(session, 60 * HOP)
    position = session.position
    assert joined(chunks).shape[1] == position
    session.work(position + 2 * HOP)  # nothing more is wanted than is there
    settle(session)
    assert session.deadline_s == math.inf
    session.again()
    lead = round(session.settings.lead_ms / 1000 * SAMPLE_RATE)
    assert 0.2 - 2 * 0.02 <= session.deadline_s <= 0.25 + session.timeline.planned / 50
    session.work(position + lead + 8 * HOP)
    assert session.deadline_s <= 0.25
    session.stop()
    assert session.deadline_s == math.inf


def test_idle_session_has_time_and_a_stopped_one_all_of_it() -> None:
    """Where there is nothing to do there is no deadline, and work does nothing."""
    session = Engine(tiny_model()).open()
    assert session.idle and session.deadline_s == math.inf
    session.play()
    assert not session.idle and session.deadline_s == 0.0
    settle(session)
    assert session.deadline_s == math.inf
    before = session.timeline.horizon
    assert session.work(session.position) == []
    assert session.timeline.horizon == before


def test_session_on_a_slow_clock_plays_the_same_codes_for_the_same_plans() -> None:
    """Time decides what is planned; a plan, once made, sounds the same on any machine."""
    quick, slow = tiny_model(), tiny_model()
    sessions = [_on(Machine(quick, 1.0), quick), _on(Machine(slow, 1.5), slow)]
    pcm = [joined(drive(session, 30 * HOP)) for session in sessions]
    first = min(session.events()[0].plan.prefix_frames for session in sessions)  # type: ignore[union-attr]
    same = (first - 3) * HOP
    assert same > 5 * HOP
    assert np.array_equal(pcm[0][:, :same], pcm[1][:, :same])
