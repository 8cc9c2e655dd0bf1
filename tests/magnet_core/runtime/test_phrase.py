"""A phrase that is played to a session: encoded beside the music, gone on from, logged."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.errors import LogError, SessionError
from magnet_core.model.harmony import Key
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import PhraseChanged, Planned, Refused
from magnet_core.runtime.log_reader import read_log
from magnet_core.runtime.phrase import LONGEST_S, OWN_SHARE, Phrase, PhraseEncoder, PhraseUse
from magnet_core.runtime.session import LiveSession
from tests.magnet_core.runtime.driving import HOP, applied, drive, joined, plans, playing
from tests.magnet_core.runtime.test_replay import Recording, assert_same
from tests.magnet_core.runtime.tiny import tiny_model

RATE = 32000


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_model()


def tone(seconds: float, hz: float = 440.0) -> torch.Tensor:
    times = torch.arange(round(seconds * RATE)) / RATE
    return 0.5 * torch.sin(2 * torch.pi * hz * times)[None]


def told(session: LiveSession, phrase: torch.Tensor) -> None:
    """Let a session take a phrase, and encode it."""
    session.take_phrase(phrase)
    while session._phrases.is_encoding:
        session.work(session.position)


def decisions(session: LiveSession) -> list[Decision]:
    """Return what was decided since the last call."""
    return [event.decision for event in session.events() if isinstance(event, Planned)]


@pytest.mark.parametrize("seconds", [0.21, 0.5, 3.333, 7.0])
def test_codes_of_steps_are_those_of_the_whole(model: Model, seconds: float) -> None:
    torch.manual_seed(0)
    waveform = 0.3 * torch.randn(1, round(seconds * RATE))
    encoder, phrase = PhraseEncoder(model.codec, torch.device("cpu"), waveform), None
    while phrase is None:
        phrase = encoder.step()
    torch.testing.assert_close(phrase.codes, model.codec.encode(waveform))
    assert phrase.seconds == pytest.approx(seconds, abs=0.02)


@pytest.mark.parametrize("seconds", [0.0, 0.1, LONGEST_S + 2])
def test_a_phrase_that_is_no_phrase_is_refused(model: Model, seconds: float) -> None:
    session = playing(model)
    with pytest.raises(SessionError, match="it must be"):
        session.take_phrase(tone(seconds))
    with pytest.raises(SessionError, match="record one first"):
        session.use_phrase(PhraseUse.CONTINUE)


def phrase_of(frames: int) -> Phrase:
    return Phrase(torch.arange(frames).repeat(4, 1), 50.0, Key())


@pytest.mark.parametrize(
    ("seconds", "bars", "end_beat"),
    [(4.0, 2, 0.0), (3.84, 2, 0.0), (4.18, 2, 0.0), (4.5, 0, 1.0), (1.0, 0, 2.0), (7.9, 4, 0.0)],
)
def test_whole_bars_are_so_within_five_percent(seconds, bars, end_beat) -> None:
    phrase = phrase_of(round(seconds * 50))
    assert phrase.bars(120.0) == bars
    assert phrase.end_beat(120.0) == pytest.approx(end_beat)


@given(st.integers(10, 400), st.floats(0.0, 100.0), st.floats(40.0, 300.0), st.integers(0, 200))
def test_frames_that_lead_to_a_beat_are_consecutive_and_as_many_as_asked(
    frames, beat, tempo, count
) -> None:
    phrase = phrase_of(frames)
    codes = phrase.leading_to(beat, tempo, count)
    row = codes[0].numpy()
    bars = phrase.bars(tempo)
    assert len(row) == (count if bars else min(count, frames))
    np.testing.assert_array_equal(np.diff(row) % frames, np.ones(max(len(row) - 1, 0)) % frames)
    if bars and count:
        in_bars = (row[-1] + 1) / frames * bars * 4
        off = (in_bars - beat + 2.0) % 4.0 - 2.0
        assert abs(off) <= 4.0 * bars / frames + 1e-6


def test_music_goes_on_from_the_phrase_at_once(model: Model) -> None:
    """It stands where the past was, and its end is a bar line."""
    session = playing(model)
    session.set_tempo(120.0)
    drive(session, 60 * HOP)
    told(session, tone(2.03))
    session.events()
    session.use_phrase(PhraseUse.CONTINUE, "ticket")
    frozen, position = session.timeline.frozen, session.position
    heard = session.timeline.before(frozen, 102)
    assert torch.equal(heard[:, -99:], model.codec.encode(tone(2.03))[:, -99:])
    assert session.beat_grid.metre(frozen).start_beat == pytest.approx(0.0)
    happened = session.events()
    [answer] = applied(happened)
    assert answer.tickets == ("ticket",) and answer.sample >= position
    assert [e.state for e in happened if isinstance(e, PhraseChanged)] == ["in use"]
    chunks = drive(session, position + 100 * HOP)
    assert joined(chunks).shape[1] > 90 * HOP
    [first, *_] = plans(session.events())
    assert first.first_frame == frozen and first.context_frames == 40


def test_a_phrase_of_part_of_a_bar_ends_within_it(model: Model) -> None:
    session = playing(model)
    session.set_tempo(120.0)
    told(session, tone(1.5))
    session.use_phrase(PhraseUse.CONTINUE)
    at = session.timeline.frozen
    assert session.beat_grid.metre(at).start_beat == pytest.approx(3.0)


def test_later_plans_hear_the_phrase_and_then_what_was_heard_last(model: Model) -> None:
    session = playing(model)
    session.set_tempo(120.0)
    drive(session, 100 * HOP)
    told(session, tone(2.0))
    decisions(session)
    session.use_phrase(PhraseUse.CONTEXT, "ticket")
    [answer] = applied(session.events())
    drive(session, 350 * HOP)
    made = decisions(session)
    assert made and all(decision.given for decision in made)
    for decision in made:
        plan = decision.plan
        assert decision.own_frames == 40 // OWN_SHARE
        codes = torch.tensor(decision.given)
        own_begins = plan.first_frame - decision.own_frames
        beat = session.beat_grid.metre(own_begins).start_beat % 4
        end = round(beat / 4 * 100)
        expected = model.codec.encode(tone(2.0))
        index = torch.arange(end - codes.shape[1], end) % 100
        assert torch.equal(codes, expected[:, index])
    assert answer.sample <= made[0].plan.first_frame * HOP
    session.use_phrase(PhraseUse.OFF)
    drive(session, 550 * HOP)
    assert not any(decision.given for decision in decisions(session)[1:])


def test_use_waits_for_a_phrase_that_is_still_encoded(model: Model) -> None:
    session = playing(model)
    drive(session, 20 * HOP)
    session.take_phrase(tone(4.0))
    session.use_phrase(PhraseUse.CONTEXT, "ticket")
    assert not list(applied(session.events()))
    drive(session, 60 * HOP)
    happened = session.events()
    assert [answer.tickets for answer in applied(happened)] == [("ticket",)]
    states = [event.state for event in happened if isinstance(event, PhraseChanged)]
    assert states == ["recorded", "in use"]


def test_music_does_not_wait_for_a_phrase_longer_than_a_unit_of_work(model: Model) -> None:
    """Between any two steps of the phrase the session does something else, or sends sound."""
    session = playing(model)
    drive(session, 20 * HOP)
    session.take_phrase(tone(8.0))
    steps, encoder = [], session._phrases
    until = session.position + 200 * HOP
    while encoder.is_encoding:
        before = encoder._encoder._encoded
        session.work(until)
        steps.append(encoder._encoder is None or encoder._encoder._encoded != before)
    assert sum(steps) == 16
    assert not any(first and second for first, second in pairwise(steps))


def test_a_stopped_session_encodes_without_being_played(model: Model) -> None:
    session = playing(model)
    session.stop()
    session.take_phrase(tone(1.0))
    assert session.deadline_s > 10.0  # whoever plays comes first
    told(session, tone(1.0))
    assert session.position == 0 and session.deadline_s == float("inf")


def broken() -> torch.Tensor:
    """Return a phrase that the codec cannot encode."""
    return torch.full((1, RATE), float("nan"))


def test_a_phrase_that_cannot_be_encoded_costs_nothing_else(model: Model) -> None:
    """The music goes on, who waits is refused, and the next phrase is used for nothing."""
    session = playing(model)
    drive(session, 20 * HOP)
    session.take_phrase(broken())
    session.use_phrase(PhraseUse.CONTINUE, "first")
    session.use_phrase(PhraseUse.CONTEXT, "second")
    session.events()
    chunks = drive(session, 60 * HOP)
    happened = session.events()
    [refused] = [event for event in happened if isinstance(event, Refused)]
    assert refused.tickets == ("first", "second") and "cannot be encoded" in refused.reason
    assert [e for e in happened if isinstance(e, PhraseChanged)] == [PhraseChanged("off", 0.0)]
    assert joined(chunks).shape[1] >= 30 * HOP and not list(applied(happened))
    told(session, tone(1.0))
    happened = session.events()
    assert [e.state for e in happened if isinstance(e, PhraseChanged)] == ["recorded"]
    assert not list(applied(happened))


@pytest.mark.parametrize(
    ("how", "state"), [(PhraseUse.OFF, "recorded"), (PhraseUse.CONTEXT, "in use")]
)
def test_the_phrase_before_stays_where_another_cannot_be_encoded(
    model: Model, how: PhraseUse, state: str
) -> None:
    session = playing(model)
    told(session, tone(2.0))
    session.use_phrase(how)
    session.events()
    told(session, broken())
    changes = [event for event in session.events() if isinstance(event, PhraseChanged)]
    assert changes == [PhraseChanged(state, 2.0)]
    session.use_phrase(PhraseUse.CONTINUE)


def test_nothing_is_said_where_there_is_nothing_to_put_away(model: Model) -> None:
    """Off is answered each time, but is news only after a phrase was recorded or used."""
    session = playing(model)

    def off() -> list[str]:
        session.use_phrase(PhraseUse.OFF, "ticket")
        happened = session.events()
        assert [answer.tickets for answer in applied(happened)] == [("ticket",)]
        return [event.state for event in happened if isinstance(event, PhraseChanged)]

    assert [off(), off()] == [[], []]
    told(session, tone(1.0))
    session.events()
    assert [off(), off()] == [["off"], []]
    session.use_phrase(PhraseUse.CONTEXT)
    session.events()
    other = playing(model)
    other.restore(session.snapshot())
    assert [off(), off()] == [["off"], []]
    session = other
    session.events()
    assert [off(), off()] == [["off"], []]


@pytest.mark.parametrize("how", [PhraseUse.CONTINUE, PhraseUse.CONTEXT, PhraseUse.OFF])
def test_a_snapshot_holds_the_phrase_and_what_it_is_used_for(model: Model, how) -> None:
    session = playing(model)
    drive(session, 60 * HOP)
    told(session, tone(2.0))
    session.use_phrase(how)
    drive(session, session.position + 20 * HOP)
    other = playing(model)
    other.restore(session.snapshot())
    assert torch.equal(other._phrase.phrase.codes, session._phrase.phrase.codes)
    assert other._phrase.is_context is (how is PhraseUse.CONTEXT)
    other.events()
    drive(other, 300 * HOP)
    assert any(decision.given for decision in decisions(other)) is (how is PhraseUse.CONTEXT)
    other.use_phrase(PhraseUse.CONTINUE)


def test_a_replay_gives_the_same_bits(model: Model, tmp_path: Path) -> None:
    recording = Recording(model, tmp_path)
    session = recording.session
    session.play()
    recording.hear(60)
    session.take_phrase(tone(2.0))
    recording.hear(40)
    session.use_phrase(PhraseUse.CONTEXT)
    recording.hear(150)
    session.again()
    recording.hear(40)
    session.use_phrase(PhraseUse.CONTINUE)
    recording.hear(150)
    session.use_phrase(PhraseUse.OFF)
    recording.hear(100)
    record = assert_same(recording)
    assert [kind for kind, _ in record.remarks].count("phrase") == 4
    assert any(values.get("given") for _, values in record.remarks)


def test_a_log_whose_phrase_is_damaged_is_refused(model: Model, tmp_path: Path) -> None:
    recording = Recording(model, tmp_path)
    session = recording.session
    session.play()
    told(session, tone(2.0))
    session.use_phrase(PhraseUse.CONTEXT)
    recording.hear(150)
    recording.end()
    text = recording.log.path.read_text()
    for old, new in (('"given": [[', '"given": [[99, '), ('"given": [[', '"given": [[32], [')):
        assert old in text
        path = tmp_path / "damaged.jsonl"
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(LogError, match="given must be 4 lists"):
            read_log(path)
