"""Controls of a playing session: slots, takes, tempo, knobs on their way, resets at a bar."""

from __future__ import annotations

import numpy as np
import pytest

from magnet_core.api import Model
from magnet_core.errors import ConfigError
from magnet_core.model.harmony import Key
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import PlanDone, Planned, SessionEvent
from magnet_core.runtime.session import LiveSession
from tests.magnet_core.runtime.driving import (
    HOP,
    applied,
    done,
    drive,
    joined,
    plans,
    playing,
    settle,
)
from tests.magnet_core.runtime.tiny import tiny_encodec, tiny_model


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_model()


def _decisions(events: list[SessionEvent]) -> list[Decision]:
    return [event.decision for event in events if isinstance(event, Planned)]


def _going(model: Model, frames: int = 60) -> LiveSession:
    """Return a session that has played a while, and has nothing to do for the moment."""
    session = playing(model)
    drive(session, frames * HOP)
    settle(session)
    session.events()
    return session


# -- words ----------------------------------------------------------------------------------------


def test_prompt_takes_slot_one_and_empties_the_others(model: Model) -> None:
    """One prompt at full weight, whatever was in the slots."""
    session = _going(model)
    session.set_slot(2, "dub", 0.5)
    session.set_prompt("techno")
    drive(session, session.position + 60 * HOP)
    assert _decisions(session.events())[-1].prompts == (("techno", 1.0),)
    assert session.score.wanted.prompts.slots[1].text == ""


def test_slots_are_blended_by_weight(model: Model) -> None:
    """All that have a text and a weight are told to the model at once, after the glide."""
    session = _going(model)
    session.set_prompt("techno 130 bpm")
    session.set_slot(2, "dub 90 bpm", 0.5, ticket="two")
    session.set_slot(6, "ambient", 0.25, ticket="six")
    drive(session, session.position + 200 * HOP)
    events = session.events()
    blend = _decisions(events)[-1].prompts
    assert blend == (("techno 130 bpm", 1.0), ("dub 90 bpm", 0.5), ("ambient", 0.25))
    assert {t for event in applied(events) for t in event.tickets} >= {"two", "six"}


def test_weights_glide_and_texts_do_not(model: Model) -> None:
    """A text that is put in a slot is heard at once, its weight takes ``slew_s``."""
    session = _going(model)
    session.set_param("slew_s", 1.0)
    session.set_prompt("techno")
    drive(session, session.position + 30 * HOP)
    session.events()
    session.set_slot(2, "dub", 1.0)
    drive(session, session.position + 150 * HOP)
    weights = [dict(decision.prompts)["dub"] for decision in _decisions(session.events())]
    assert weights[0] == pytest.approx(1 / 8)
    assert weights == sorted(weights)
    assert weights[-1] == 1.0
    assert len(set(weights)) > 3
    session.set_slot(2, "ambient", 1.0)
    drive(session, session.position + 30 * HOP)
    assert dict(_decisions(session.events())[0].prompts) == {"techno": 1.0, "ambient": 1.0}


def test_a_lone_text_is_there_at_once(model: Model) -> None:
    """There is nothing for it to be faded into, whichever slot it is in: one plan does it."""
    session = _going(model)
    session.set_param("slew_s", 1.0)
    for change in (
        lambda: session.set_prompt("techno"),
        lambda: session.set_prompt(""),
        lambda: session.set_slot(3, "dub", 0.5),
        lambda: session.set_prompt("ambient"),
    ):
        change()
        drive(session, session.position + 20 * HOP)
        settle(session)
        texts = {decision.prompts for decision in _decisions(session.events())}
        assert len(texts) == 1
        assert not session.score.differs(session.timeline.frozen, session.timeline.frozen + 100)


def test_a_weight_is_changed_without_its_text_and_a_text_without_its_weight(model: Model) -> None:
    """And a fader that was moved before there was a text holds for the one that comes."""
    session = _going(model)
    session.set_prompt("techno")
    session.set_slot(2, weight=0.5)
    session.set_slot(2, "dub")
    session.set_slot(1, weight=0.25, ticket="fader")
    drive(session, session.position + 200 * HOP)
    events = session.events()
    assert _decisions(events)[-1].prompts == (("techno", 0.25), ("dub", 0.5))
    assert "fader" in {ticket for event in applied(events) for ticket in event.tickets}
    session.set_slot(2, "house")
    drive(session, session.position + 60 * HOP)
    assert _decisions(session.events())[-1].prompts == (("techno", 0.25), ("house", 0.5))
    session.set_prompt("ambient")
    session.set_slot(2, "pads")
    drive(session, session.position + 200 * HOP)
    assert _decisions(session.events())[-1].prompts == (("ambient", 1.0), ("pads", 1.0))


def test_the_fader_of_an_empty_slot_changes_no_music(model: Model) -> None:
    """It is answered at once, and nothing is planned anew."""
    session = _going(model)
    session.set_slot(4, weight=0.5, ticket="fader")
    assert [event.tickets for event in applied(session.events())] == [("fader",)]
    assert session.idle
    other = playing(model)
    other.restore(session.snapshot())
    assert other.score.wanted.prompts.slots[3].weight == 0.5


def test_tempo_and_key_are_of_the_heaviest_slot_that_asks(model: Model) -> None:
    """And of another as soon as that is heavier."""
    session = _going(model)
    session.set_prompt("warm pads")
    session.set_slot(2, "dub 90 bpm, A minor", 0.3)
    session.set_slot(3, "techno 133 bpm, C major", 0.2)
    drive(session, session.position + 60 * HOP)
    assert (session.beat_grid.tempo_bpm, session.harmony.key) == (90.0, Key(9, True))
    session.set_slot(3, "techno 133 bpm, C major", 0.4)
    drive(session, session.position + 60 * HOP)
    assert (session.beat_grid.tempo_bpm, session.harmony.key) == (133.0, Key(0, False))


@pytest.mark.parametrize(("number", "weight"), [(0, 1.0), (7, 1.0), (1, -1.0), (1, 1.5)])
def test_impossible_slots_change_nothing(model: Model, number: int, weight: float) -> None:
    """Refused before anything happens."""
    session = _going(model)
    before = session.score.wanted
    with pytest.raises(ConfigError):
        session.set_slot(number, "dub", weight)
    assert session.score.wanted == before
    assert session.idle


# -- takes, tempo, seed ---------------------------------------------------------------------------


@pytest.mark.parametrize("codec", [None, tiny_encodec])
def test_again_is_another_take_of_the_same(codec: object) -> None:
    """What was sent stays, what was planned is other music to the same words and settings."""
    model = tiny_model(codec=tiny_encodec() if codec else None)
    plain = _going(model)
    session = _going(model)
    session.again(ticket="take")
    chunks, other = drive(session, 200 * HOP), drive(plain, 200 * HOP)
    events = session.events()
    (take,) = applied(events)
    mine, theirs = joined(chunks), joined(other)
    until = take.sample - chunks[0].position
    assert np.array_equal(mine[:, :until], theirs[:, :until])
    assert not np.array_equal(mine[:, until : until + 9 * HOP], theirs[:, until : until + 9 * HOP])
    first, before = _decisions(events)[0], _decisions(plain.events())[-1]
    assert (first.prompts, first.params, first.harmony) == (
        before.prompts,
        before.params,
        before.harmony,
    )
    assert first.plan.context_frames == 40  # and it goes on from as much as any plan


def test_tempo_overrides_the_words_until_it_is_given_back(model: Model) -> None:
    """20 to 999 beats per minute; 0 is the prompt's again; the beat goes on."""
    session = _going(model)
    session.set_prompt("techno 130 bpm")
    session.set_tempo(97.5, ticket="tempo")
    drive(session, session.position + 60 * HOP)
    assert session.beat_grid.tempo_bpm == 97.5
    session.set_prompt("house 124 bpm")
    drive(session, session.position + 60 * HOP)
    assert session.beat_grid.tempo_bpm == 97.5
    old = session.beat_grid
    session.set_tempo(0.0)
    drive(session, session.position + 60 * HOP)
    new = session.beat_grid
    assert new.tempo_bpm == 124.0
    assert new.metre(new.frame).start_beat == pytest.approx(old.metre(new.frame).start_beat)
    for tempo_bpm in (19.9, 1000.0, -1.0, float("nan")):
        with pytest.raises(ConfigError, match="20 to 999"):
            session.set_tempo(tempo_bpm)


def test_what_is_set_already_changes_nothing(model: Model) -> None:
    """A fader that repeats itself: it is answered, and no music is thrown away."""
    session = _going(model)
    session.set_prompt("", ticket=1)
    session.set_param("temperature", session.settings.decoding.temperature, ticket=2)
    session.set_tempo(0.0, ticket=3)
    assert session.idle
    assert [t for event in applied(session.events()) for t in event.tickets] == [1, 2, 3]


# -- merging --------------------------------------------------------------------------------------


def test_changes_within_one_lead_become_one_plan(model: Model) -> None:
    """The first begins a plan at once; others that come within a lead share the next."""
    session = _going(model)
    until = session.position
    for number in range(10):
        session.set_param("temperature", 0.5 + number / 10, ticket=number)
        until += HOP  # a change every 20 ms, so ten are within the lead of 250 ms
        for _ in range(3):
            session.work(until)
    drive(session, session.position + 60 * HOP)
    events = session.events()
    answers = [event.tickets for event in applied(events)]
    assert sorted(t for tickets in answers for t in tickets) == list(range(10))
    assert len(answers) <= 4  # the first, two that join it, and all the others
    assert answers[0][0] == 0
    made = [decision.params.temperature for decision in _decisions(events)]
    assert made[-1] == pytest.approx(1.4)


def test_bundle_of_changes_is_one_plan(model: Model) -> None:
    """What comes between two units of work is heard together."""
    session = _going(model)
    session.set_prompt("dub 90 bpm", ticket=1)
    session.set_param("seed", 7, ticket=2)
    session.set_slot(2, "ambient", 0.5, ticket=3)
    session.again(ticket=4)
    drive(session, session.position + 20 * HOP)
    (answer,) = applied(session.events())
    assert answer.tickets == (1, 2, 3, 4)


# -- knobs on their way ---------------------------------------------------------------------------


def test_knob_takes_its_time_in_few_plans(model: Model) -> None:
    """From plan to plan towards the target; no more plans than steps, one after the other."""
    session = _going(model)
    session.set_param("slew_s", 2.0)
    session.events()
    session.set_param("temperature", 5.0, ticket="knob")
    drive(session, session.position + 250 * HOP)
    events = session.events()
    values = [decision.params.temperature for decision in _decisions(events)]
    assert values[0] == pytest.approx(1.5)  # 1 step of 8, of the way from 1 to 5
    assert values == sorted(values)
    assert values[-1] == 5.0
    assert 4 <= len(set(values)) <= 8
    assert [event.tickets for event in applied(events)] == [("knob",)]


def test_glide_replans_only_what_is_whole(model: Model) -> None:
    """A plan that is on the way is decoded to its end before the next step takes its place."""
    session = _going(model)
    session.set_param("slew_s", 4.0)
    session.set_param("guidance", 9.0)
    drive(session, session.position + 150 * HOP)
    ends = done(session.events())
    assert len(ends) >= 3
    assert not any(end.replaced for end in ends)


def test_default_knob_jump_is_two_plans(model: Model) -> None:
    """Half the way at once, and all of it an eighth of a second later."""
    session = _going(model)
    session.set_param("temperature", 3.0)
    drive(session, session.position + 40 * HOP)
    values = [decision.params.temperature for decision in _decisions(session.events())]
    assert values[:2] == [2.0, 3.0]
    assert set(values[2:]) <= {3.0}


def test_knob_jumps_while_nothing_sounds(model: Model) -> None:
    """There is no way to be heard."""
    session = _going(model)
    session.stop()
    session.set_param("temperature", 3.0)
    session.play()
    drive(session, session.position + 40 * HOP)
    values = {decision.params.temperature for decision in _decisions(session.events())}
    assert values == {3.0}


# -- beginning anew at a bar ----------------------------------------------------------------------


@pytest.mark.parametrize("codec", [None, tiny_encodec])
def test_reset_at_a_bar_goes_on_to_the_bar_line(codec: object) -> None:
    """Until there nothing changes; there music begins without context, and the beat goes on."""
    model = tiny_model(codec=tiny_encodec() if codec else None)
    plain, session = _going(model), _going(model)
    begin = session.reset(at_bar=True)
    chunks, other = drive(session, 260 * HOP), drive(plain, 260 * HOP)
    mine, theirs = joined(chunks), joined(other)
    until = begin - chunks[0].position
    assert 0 < until <= 101 * HOP
    assert np.array_equal(mine[:, :until], theirs[:, :until])
    assert not np.array_equal(mine[:, until:], theirs[:, until : mine.shape[1]])
    (plan,) = [plan for plan in plans(session.events()) if not plan.context_frames]
    frame = plan.first_frame
    assert begin == (frame - model.codec.lookahead_frames) * HOP
    moved = plain.beat_grid.metre(frame).start_beat - session.beat_grid.metre(frame).start_beat
    assert moved == pytest.approx(4 * round(moved / 4)) and moved >= 4
    assert abs(session.beat_grid.metre(frame).start_beat) <= 0.05
    codes = session.timeline.before(session.timeline.frozen, 10_000)
    offline = model.codec.decode(codes).numpy()
    at = chunks[0].position
    assert np.abs(mine - offline[:, at : at + mine.shape[1]]).max() <= 1e-5


def test_reset_at_a_bar_survives_a_change_before_it(model: Model) -> None:
    """New words until the bar line, and from there on music that has forgotten them all."""
    session = _going(model)
    session.set_tempo(60.0)
    drive(session, session.position + 60 * HOP)
    settle(session)
    session.events()
    begin = session.reset(at_bar=True)
    for _ in range(3):  # it is planned by now, and planned anew
        session.work(session.position)
    session.set_prompt("dub 60 bpm", ticket="words")
    drive(session, begin + 60 * HOP)
    made = plans(session.events())
    anew = [plan for plan in made if plan.first_frame * HOP == begin]
    assert anew and anew[-1].context_frames == 0
    later = [plan for plan in made if plan.first_frame * HOP > begin]
    assert all(plan.context_frames <= plan.first_frame - begin // HOP for plan in later)


def test_reset_at_a_bar_while_nothing_sounds_is_at_once(model: Model) -> None:
    """Nobody waits for a bar that is not played."""
    session = _going(model)
    session.stop()
    frozen = session.timeline.frozen
    assert session.reset(at_bar=True) == frozen * HOP
    assert session.beat_grid.metre(frozen).start_beat == 0.0


# -- what plans took ------------------------------------------------------------------------------


def test_every_plan_says_what_it_took(model: Model) -> None:
    """One PlanDone for each Planned, in order; passes and seconds as they were made."""
    session = playing(model)
    drive(session, 100 * HOP)
    session.set_prompt("dub")
    for _ in range(3):
        session.work(session.position)
    session.again()
    drive(session, 300 * HOP)
    settle(session)
    events = session.events()
    made, ends = plans(events), done(events)
    assert [plan.plan_id for plan in made] == [end.plan.plan_id for end in ends]
    assert any(end.replaced for end in ends) and not ends[-1].replaced
    for end in ends:
        plan = end.plan
        whole = bool(plan.context_frames) + plan.prefix_frames + sum(plan.steps)
        assert end.passes <= whole if end.replaced else end.passes == whole
        # Each look at this clock takes a tenth of a millisecond: that is what a pass takes.
        assert end.seconds == pytest.approx(end.passes * 1e-4)
    starts = {e.plan.plan_id: e.sample for e in events if isinstance(e, Planned)}
    assert all(e.sample == starts[e.plan.plan_id] for e in events if isinstance(e, PlanDone))


def test_planned_tells_tempo_and_bar(model: Model) -> None:
    """Where the bar begins that the plan begins in, and how fast it is."""
    session = _going(model)
    session.set_tempo(133.0)
    drive(session, session.position + 200 * HOP)
    a_bar = 4 * 60 / 133 * 32000
    made = [event for event in session.events() if isinstance(event, Planned)]
    assert {event.tempo_bpm for event in made} == {133.0}
    for event in made:
        assert 0 <= event.sample - event.bar_sample < a_bar + 1
        beat = session.beat_grid.metre(event.plan.first_frame).start_beat % 4
        assert event.sample - event.bar_sample == pytest.approx(beat / 4 * a_bar, abs=1)
    no_metre = playing(tiny_model(metre=False))
    drive(no_metre, 30 * HOP)
    assert [e.tempo_bpm for e in no_metre.events() if isinstance(e, Planned)] == [0.0]
