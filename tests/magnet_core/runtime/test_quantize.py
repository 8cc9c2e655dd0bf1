"""Changes that wait for the beat: they sound on the line, together, and where it is said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from magnet_core.api import Model
from magnet_core.errors import ConfigError
from magnet_core.model.chord_names import chords_of
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import Applied, Late, Planned
from magnet_core.runtime.session import LiveSession
from tests.magnet_core.runtime.driving import (
    HOP,
    SAMPLE_RATE,
    Machine,
    applied,
    drive,
    joined,
    perform,
    plans,
    playing,
    settle,
)
from tests.magnet_core.runtime.tiny import tiny_encodec, tiny_model

BPM = 133.0
BEAT = 60 / BPM * SAMPLE_RATE

CHANGES: dict[str, Callable[[LiveSession], None]] = {
    "prompt": lambda s: s.set_prompt("dub, warm pads", "ticket"),
    "slot": lambda s: s.set_slot(2, "dub", 0.5, "ticket"),
    "tempo": lambda s: s.set_tempo(97.0, "ticket"),
    "chords": lambda s: s.set_chords(chords_of("Dm G"), "ticket"),
    "again": lambda s: s.again("ticket"),
    "temperature": lambda s: s.set_param("temperature", 3.0, "ticket"),
    "guidance": lambda s: s.set_param("guidance", 9.0, "ticket"),
    "steps": lambda s: s.set_param("steps", "5,1,1,1", "ticket"),
    "seed": lambda s: s.set_param("seed", 9, "ticket"),
}


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_model()


def _going(model: Model, when: str, frames: int = 70) -> LiveSession:
    """Return a session that has played a while at 133 bpm, with what it planned meanwhile."""
    session = playing(model)
    session.set_tempo(BPM)
    session.set_param("quantize", when)
    drive(session, frames * HOP)
    session.events()
    return session


def _line(sample: int, beats: int) -> float:
    """Return the first line from ``sample`` on, at 133 bpm from sample 0 on."""
    return -(-sample // (beats * BEAT)) * beats * BEAT


@pytest.mark.parametrize("codec", [None, tiny_encodec])
@pytest.mark.parametrize(("when", "beats"), [("beat", 1), ("bar", 4)])
@pytest.mark.parametrize("change", list(CHANGES))
def test_change_sounds_on_the_next_line(change: str, when: str, beats: int, codec: object) -> None:
    """The stream is the old one up to the sample that is named, within a frame of the line."""
    model = tiny_model(codec=tiny_encodec() if codec else None, harmony=change == "chords")
    plain, session = _going(model, when), _going(model, when)
    rewrite = session._feed.sample_of(session._outlook.rewrite_point())
    CHANGES[change](session)
    mine, theirs = drive(session, 260 * HOP), drive(plain, 260 * HOP)
    (answer,) = applied(session.events())
    ahead = model.codec.lookahead_frames * HOP
    line = _line(rewrite, beats)
    assert answer.sample + ahead <= line + 1 < answer.sample + ahead + HOP + 2
    until = answer.sample - mine[0].position
    new, old = joined(mine), joined(theirs)
    count = min(new.shape[1], old.shape[1])
    assert np.array_equal(new[:, :until], old[:, :until])
    different = np.flatnonzero((new[:, :count] != old[:, :count]).any(axis=0))
    assert until <= different[0] < until + ahead + 3 * HOP


def test_changes_before_one_line_begin_together(model: Model) -> None:
    """However they are spread over the bar; the last one of each kind holds."""
    session = _going(model, "bar", 30)
    session.set_prompt("dub", 1)
    drive(session, session.position + 6 * HOP)
    session.set_param("temperature", 2.0, 2)
    drive(session, session.position + 6 * HOP)
    session.set_prompt("house", 3)
    drive(session, session.position + 200 * HOP)
    events = session.events()
    answers = {ticket: event.sample for event in applied(events) for ticket in event.tickets}
    assert len(answers) == 3
    assert len(set(answers.values())) == 1
    last = [event.decision for event in events if isinstance(event, Planned)][-1]
    assert last.prompts == (("house", 1.0),)
    assert last.params.temperature == 2.0


def test_knob_begins_its_way_on_the_line(model: Model) -> None:
    """Not before, and with its first step there."""
    session = _going(model, "bar", 20)
    session.set_param("slew_s", 1.0)
    session.set_param("temperature", 5.0, "knob")
    drive(session, session.position + 260 * HOP)
    events = session.events()
    (answer,) = [event for event in applied(events) if "knob" in event.tickets]
    made = [event for event in events if isinstance(event, Planned)]
    before = {e.decision.params.temperature for e in made if e.sample < answer.sample}
    after = [e.decision.params.temperature for e in made if e.sample >= answer.sample]
    assert before <= {1.0}
    assert after[0] == pytest.approx(1.5)
    assert after == sorted(after) and after[-1] == 5.0


@pytest.mark.parametrize("units", range(0, 30, 5))
def test_knob_that_is_on_its_way_goes_on_until_the_line(model: Model, units: int) -> None:
    """A change waits for its line, and the steps of a slow glide before that are made."""
    sessions = []
    for _ in range(2):
        session = _going(model, "off", 20)
        session.set_param("slew_s", 4.0)
        session.set_param("temperature", 5.0)
        session.set_param("quantize", "bar")
        drive(session, session.position + 12 * HOP)
        for _ in range(units):
            session.work(session.position + 2 * HOP)
        session.events()
        sessions.append(session)
    session, plain = sessions
    session.set_prompt("dub", "words")
    mine, theirs = drive(session, 330 * HOP), drive(plain, 330 * HOP)
    (answer,) = [event for event in applied(session.events()) if "words" in event.tickets]
    line = _line(answer.sample, 4)
    assert line - 0.5 * SAMPLE_RATE <= answer.sample <= line + 1
    until = answer.sample - mine[0].position
    assert np.array_equal(joined(mine)[:, :until], joined(theirs)[:, :until])


def test_line_that_is_too_near_is_left_to_what_is_planned(model: Model) -> None:
    """A change that can no longer be heard on a line takes the next."""
    machine = Machine(model, 2.0)
    engine = Engine(model, machine)
    engine.warm_up()
    session = engine.open()
    session.set_tempo(120.0)
    session.set_param("quantize", "beat")
    session.play()
    asked: dict[object, float] = {}
    begin = machine.now

    def change(number: int) -> Callable[[LiveSession], None]:
        def make(of: LiveSession) -> None:
            asked[number] = machine.now - begin
            of.set_prompt(("dub", "house", "techno")[number % 3], number)

        return make

    heard = perform(session, machine, 14.0, [(1.0 + 1.07 * n, change(n)) for n in range(10)])
    assert heard.gaps == [] and heard.events(Late) == []
    answers = [e for e in heard.events(Applied) if isinstance(e, Applied) and e.tickets != (None,)]
    assert [event.tickets for event in answers] == [(n,) for n in range(10)]
    for event in answers:
        beat = event.sample / (SAMPLE_RATE / 2)
        assert -(HOP + 1) / (SAMPLE_RATE / 2) <= beat - round(beat) <= 1e-6
    waits = heard.latencies_s({**asked, None: 0.0})
    del waits[None]
    assert max(waits.values()) <= session.lead_s + 0.5 + 0.3
    assert min(waits.values()) >= 0.0


def test_change_while_nothing_sounds_waits_for_nothing(model: Model) -> None:
    session = _going(model, "bar")
    settle(session)
    session.stop()
    session.set_prompt("dub", "now")
    (answer,) = applied(session.events())
    assert answer.sample <= session._feed.sample_of(session.timeline.frozen)


def test_what_is_told_for_a_line_is_kept_when_changes_come_at_once_again(model: Model) -> None:
    """Quantising is switched off before the line: nothing begins before what was said."""
    session = _going(model, "bar", 20)
    session.set_prompt("dub", "bar")
    drive(session, session.position + 14 * HOP)  # the line is still some frames ahead
    (bar,) = applied(session.events())
    session.set_param("quantize", "off")
    session.set_param("seed", 5, "free")
    assert session.position < bar.sample
    drive(session, session.position + 160 * HOP)
    samples = {t: e.sample for e in applied(session.events()) for t in e.tickets}
    assert samples["free"] >= bar.sample


def test_loop_of_a_change_begins_with_it(model: Model) -> None:
    """Both on the same bar line: the loop is of the new words."""
    session = _going(model, "bar", 20)
    session.set_prompt("dub", "words")
    session.loop(1, "loop")
    drive(session, session.position + 400 * HOP)
    events = session.events()
    samples = {t: e.sample for e in applied(events) for t in e.tickets}
    assert samples["words"] == samples["loop"]
    in_loop = [e.decision for e in events if isinstance(e, Planned) and e.sample >= samples["loop"]]
    assert in_loop and all(decision.prompts == (("dub", 1.0),) for decision in in_loop)
    assert session.loop_pcm() is not None


def test_change_in_a_loop_waits_until_it_is_left(model: Model) -> None:
    """And then begins with the new music, at a bar line."""
    session = _going(model, "bar", 20)
    session.loop(1)
    drive(session, session.position + 400 * HOP)
    session.set_prompt("dub", "words")
    drive(session, session.position + 100 * HOP)
    assert not [e for e in applied(session.events()) if "words" in e.tickets]
    session.loop(0, "left")
    drive(session, session.position + 200 * HOP)
    samples = {t: e.sample for e in applied(session.events()) for t in e.tickets}
    assert samples["left"] <= samples["words"] <= samples["left"] + 2 * HOP


def test_reset_at_the_bar_of_a_change(model: Model) -> None:
    """One plan, without context and of the new words."""
    session = _going(model, "bar", 20)
    begin = session.reset(at_bar=True)
    session.set_prompt("dub", "words")
    drive(session, session.position + 200 * HOP)
    events = session.events()
    (answer,) = applied(events)
    assert answer.sample == begin
    made = [e for e in events if isinstance(e, Planned) and e.sample == begin]
    assert made[-1].decision.prompts == (("dub", 1.0),)
    assert made[-1].plan.context_frames == 0


@pytest.mark.parametrize("is_planned", [False, True])
def test_snapshot_holds_what_waits_for_a_line(model: Model, is_planned: bool) -> None:
    """Another session plays the old words and the old tempo up to the line, and then the new."""
    session = _going(model, "bar", 20)
    session.set_prompt("techno, dark")
    drive(session, session.position + 150 * HOP)
    session.set_prompt("dub")
    session.set_tempo(90.0)
    if is_planned:
        settle(session)
        assert list(applied(session.events()))
    other = playing(model)
    other.restore(session.snapshot())
    assert other.settings.quantize == "bar"
    assert other.score.holds.prompts.slots[0].text == "techno, dark"
    assert other.beat_grid.tempo_bpm == BPM
    drive(other, other.position + 300 * HOP)
    made = [event.decision for event in other.events() if isinstance(event, Planned)]
    assert made[-1].prompts == (("dub", 1.0),)
    assert other.beat_grid.tempo_bpm == 90.0


def test_other_words_for_when_are_refused(model: Model) -> None:
    session = playing(model)
    with pytest.raises(ConfigError, match="off, beat, bar"):
        session.set_param("quantize", "later")
    session.set_param("quantize", "beat", "told")
    assert [e.tickets for e in applied(session.events())] == [("told",)]
    assert plans(session.events()) == []
