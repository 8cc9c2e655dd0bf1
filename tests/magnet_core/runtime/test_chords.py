"""Chords that a performer asks for: which bar each is of, in which key, and until when."""

from __future__ import annotations

import json
import math
import struct
import zlib
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.errors import ConfigError
from magnet_core.model.chord_names import chords_of
from magnet_core.model.harmony import Chord, Harmony, Key
from magnet_core.model.metre import BEATS_PER_BAR
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import Planned
from magnet_core.runtime.phrase import PhraseUse
from magnet_core.runtime.session import LiveSession
from tests.magnet_core.runtime.driving import HOP, SAMPLE_RATE, applied, drive, playing, settle
from tests.magnet_core.runtime.tiny import tiny_model

SONG = chords_of("Am F C G")
BPM = 133.0
BAR_FRAMES = BEATS_PER_BAR * 60 / BPM * 50


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_model(harmony=True)


def _going(model: Model, frames: int = 70, when: str = "off") -> LiveSession:
    """Return a session that plays at 133 bpm, and has nothing to do for the moment."""
    session = playing(model)
    session.set_tempo(BPM)
    session.set_param("quantize", when)
    drive(session, frames * HOP)
    settle(session)
    session.events()
    return session


def _last(session: LiveSession) -> Decision:
    return [event.decision for event in session.events() if isinstance(event, Planned)][-1]


def _told(decision: Decision, frame: int, frame_rate: int) -> tuple[Chord, float]:
    """Return the chord that the model is told for a frame, and the frame's beat in its bar."""
    assert decision.metre is not None and decision.harmony is not None
    begin = decision.plan.first_frame - decision.plan.context_frames
    beat = decision.metre.at_frame(frame - begin, frame_rate).start_beat
    chords = decision.harmony.chords
    return chords[math.floor(beat / BEATS_PER_BAR) % len(chords)], beat % BEATS_PER_BAR


@settings(max_examples=25, deadline=None)
@given(
    frames=st.integers(20, 400),
    when=st.sampled_from(["off", "beat", "bar"]),
    names=st.sampled_from(["Am F C G", "Dm G C", "F#m", "C G Am F Dm"]),
)
def test_the_first_chord_is_that_of_the_bar_in_which_the_change_is_heard(
    model: Model, frames: int, when: str, names: str
) -> None:
    """Wherever it comes; each bar behind has the next one, and the beats stay where they were."""
    session, chords = _going(model, frames, when), chords_of(names)
    session.set_chords(chords, "ticket")
    drive(session, session.position + 200 * HOP)
    events = session.events()
    (answer,) = [event for event in applied(events) if "ticket" in event.tickets]
    first = answer.sample // HOP
    decisions = [event.decision for event in events if isinstance(event, Planned)]
    adopted = [one for one in decisions if one.harmony and one.harmony.chords == chords]
    assert adopted[0].plan.first_frame == first
    into_bar = (first + 1) % BAR_FRAMES  # of the frame's end: a line lies within its frame
    for decision in adopted:
        for bar in range(3):
            inside = first + 1 + round(bar * BAR_FRAMES - into_bar + BAR_FRAMES / 2)
            told, beat = _told(decision, inside, model.frame_rate)
            assert told == chords[bar % len(chords)]
            assert beat == pytest.approx(inside / BAR_FRAMES % 1 * BEATS_PER_BAR, abs=1e-6)
    if when == "bar":
        assert into_bar <= 1 + 1e-6


def test_a_reset_begins_with_the_first_chord(model: Model) -> None:
    """At once as at the bar: the song starts again."""
    for at_bar in (False, True):
        session = _going(model)
        session.set_chords(SONG)
        drive(session, session.position + 150 * HOP)
        sample = session.reset(at_bar=at_bar)
        frame = (
            session.timeline.frozen
            + (sample - session._feed.sample_of(session.timeline.frozen)) // HOP
        )
        drive(session, session.position + 200 * HOP)
        decision = _last(session)
        inside = [frame + round((bar + 0.5) * BAR_FRAMES) for bar in range(4)]
        assert tuple(_told(decision, at, model.frame_rate)[0] for at in inside) == SONG


def test_what_plays_before_is_told_the_chords_of_before(model: Model) -> None:
    """On a line that lies ahead nothing but the plan from there on knows of it."""
    session = _going(model, 20, "bar")
    drawn = session.harmony
    session.set_chords(SONG)
    assert session.harmony == drawn
    frame = session.timeline.frozen
    drive(session, session.position + 200 * HOP)
    for decision in [e.decision for e in session.events() if isinstance(e, Planned)]:
        is_before = decision.plan.first_frame < math.floor(BAR_FRAMES)
        assert decision.harmony == (drawn if is_before else Harmony(Key(9, True), SONG))
    assert frame < BAR_FRAMES


def test_the_key_is_that_of_the_words_and_else_follows_from_the_chords(model: Model) -> None:
    """A word about the key changes it, and not the chords."""
    session = _going(model)
    session.set_chords(SONG)
    drive(session, session.position + 60 * HOP)
    assert session.harmony == Harmony(Key(9, True), SONG)
    session.set_prompt("house, C major")
    drive(session, session.position + 60 * HOP)
    assert session.harmony == Harmony(Key(0, False), SONG)
    session.set_prompt("house, minor")
    drive(session, session.position + 60 * HOP)
    assert session.harmony == Harmony(Key(9, True), SONG)
    session.set_chords(chords_of("Dm Bb"))
    drive(session, session.position + 60 * HOP)
    assert session.harmony == Harmony(Key(2, True), chords_of("Dm Bb"))


def test_without_chords_the_model_goes_on_with_its_own_in_the_same_key(model: Model) -> None:
    """Those that the seed draws there."""
    session = _going(model)
    session.set_chords(chords_of("Ebm Abm"))
    drive(session, session.position + 60 * HOP)
    key = session.harmony.key
    session.set_chords(())
    drive(session, session.position + 60 * HOP)
    assert session.harmony == Harmony.draw(key, session.settings.seed)
    assert key == Key(3, True)


def test_the_same_chords_again_change_nothing(model: Model) -> None:
    """They are answered at once, and nothing is planned anew."""
    session = _going(model)
    session.set_chords(SONG)
    drive(session, session.position + 60 * HOP)
    settle(session)
    session.events()
    session.set_chords(chords_of("Am | F | C | G7"), "ticket")
    (answer,) = applied(session.events())
    assert answer.tickets == ("ticket",)
    assert session.idle


def test_a_model_that_is_told_no_chords_and_too_many_are_refused() -> None:
    """Nothing changes, and what a model does without can always be taken away."""
    session = _going(tiny_model())
    with pytest.raises(ConfigError, match="tiny is not told chords"):
        session.set_chords(SONG)
    session.set_chords((), "ticket")
    assert [event.tickets for event in applied(session.events())] == [("ticket",)]
    assert session.idle
    session = _going(tiny_model(harmony=True))
    with pytest.raises(ConfigError, match="the number of chords is 65; it must be 0 to 64"):
        session.set_chords(SONG[:1] * 65)
    assert session.idle
    session.set_chords(SONG[:1] * 64)


def test_a_phrase_does_not_change_the_chords(model: Model) -> None:
    """What was asked for by name comes before what is heard in a recording."""
    session = _going(model)
    session.set_chords(SONG)
    tone = torch.sin(torch.arange(4 * SAMPLE_RATE) * (2 * math.pi * 311.1 / SAMPLE_RATE))
    session.take_phrase(0.5 * tone[None])
    drive(session, session.position + 60 * HOP)
    session.use_phrase(PhraseUse.CONTINUE)
    drive(session, session.position + 100 * HOP)
    assert session.harmony == Harmony(Key(9, True), SONG)


def test_a_session_that_goes_on_elsewhere_goes_on_in_the_same_bar_of_the_song(
    model: Model,
) -> None:
    """Wanted and heard, also where the change still waits for its line."""
    session, other = _going(model, when="bar"), playing(model)
    session.set_chords(SONG)
    drive(session, session.position + 250 * HOP)
    session.set_chords(chords_of("Dm G"))
    other.restore(session.snapshot())
    assert other.harmony == session.harmony == Harmony(Key(9, True), SONG)
    assert other.score.wanted == session.score.wanted
    assert other.score.wanted.chords == chords_of("Dm G")
    here = session.beat_grid.beat_at(session.timeline.frozen)
    assert other.beat_grid.beat_at(other.timeline.frozen) == here
    drive(other, 200 * HOP)
    assert other.harmony.chords == chords_of("Dm G")


@pytest.mark.parametrize("beat", [0.0, 25.3, -7.9, 1e6 + 3.5])
def test_chords_come_in_order_however_a_clock_counts_its_bars(model: Model, beat: float) -> None:
    """The first when it starts to play, and the next where the bars jump to the clock's."""
    session = playing(model)
    session.stop()
    session.set_chords(SONG)
    session.align(0, beat, 150.0)
    session.play()
    drive(session, 150 * HOP)
    for _ in range(2):  # said twice, it is believed
        sample = session.position
        session.align(sample, beat + 1.6 + sample / SAMPLE_RATE * 150.0 / 60.0, 150.0)
    drive(session, 600 * HOP)
    told: dict[int, tuple[Chord, float]] = {}
    for decision in [event.decision for event in session.events() if isinstance(event, Planned)]:
        first = decision.plan.first_frame
        told = {frame: value for frame, value in told.items() if frame < first}
        told |= {f: _told(decision, f, 50) for f in range(first, decision.plan.end_frame)}
    chords = [told[frame][0] for frame in range(600)]
    bars = [chord for before, chord in pairwise([None, *chords]) if chord != before]
    assert bars == [SONG[bar % 4] for bar in range(len(bars))]
    assert len(bars) >= 7
    here = (beat + 1.6 + 599 / 50 * 2.5) % BEATS_PER_BAR
    assert told[599][1] == pytest.approx(here, abs=0.06)


def test_a_snapshot_of_before_there_were_chords_is_read(model: Model) -> None:
    """A take on a disk may be older than this program."""
    session = _going(model)
    data = session.snapshot()
    magic, version, size, _ = struct.unpack_from("<4sBII", data)
    header = json.loads(data[13 : 13 + size])
    del header["chords_wanted"]
    text = json.dumps(header).encode()
    body = text + data[13 + size :]
    other = playing(model)
    other.restore(struct.pack("<4sBII", magic, version, len(text), zlib.crc32(body)) + body)
    assert other.score.wanted.chords == ()
    assert other.harmony == session.harmony
