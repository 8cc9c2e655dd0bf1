"""A session goes on in another worker with its music's context."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.config import LMConfig, Variant
from magnet_core.errors import SessionError
from magnet_core.model.lm import TransformerLM
from magnet_core.runtime.pcm_loop import RUN_IN_FRAMES
from magnet_core.runtime.session import LiveSession
from magnet_core.types import Codec
from tests.magnet_core.runtime.driving import HOP, applied, drive, joined, plans, playing
from tests.magnet_core.runtime.tiny import tiny_codec, tiny_encodec, tiny_model


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_model()


def _played(model: Model) -> LiveSession:
    session = playing(model, seed=4)
    session.set_prompt("techno 133 bpm, A minor")
    session.set_slot(2, "warm pads", 0.25)
    session.set_param("temperature", 1.5)
    session.set_tempo(140.0)
    drive(session, 150 * HOP)
    return session


def test_restored_session_has_everything_that_was_set(model: Model) -> None:
    """Words, weights, knobs, tempo, key, beat and the number of plans."""
    session = _played(model)
    other = playing(model)
    other.restore(session.snapshot())
    assert other.score.wanted == session.score.wanted
    assert other.harmony == session.harmony
    assert other.beat_grid.tempo_bpm == 140.0
    at, there = session.timeline.frozen, other.timeline.frozen
    assert other.beat_grid.metre(there).start_beat == session.beat_grid.metre(at).start_beat
    assert other.position == 0
    drive(other, 30 * HOP)
    made = plans(other.events())
    assert made[0].plan_id > plans(session.events())[-1].plan_id
    assert made[0].context_frames > 0


@pytest.mark.parametrize("codec", [tiny_codec, tiny_encodec])
@pytest.mark.parametrize("variant", list(Variant))
def test_restored_music_goes_on_from_what_was_heard(
    variant: Variant, codec: Callable[[], Codec]
) -> None:
    """The new frames sound as the offline decode of the old and the new ones together."""
    model = tiny_model(variant, codec=codec())
    session = playing(model)
    drive(session, 120 * HOP)
    heard = session.timeline.before(session.timeline.frozen, RUN_IN_FRAMES)
    other = playing(model)
    other.restore(session.snapshot())
    pcm = joined(drive(other, 60 * HOP))
    codes = other.timeline.before(other.timeline.frozen, 10_000)
    begin = _restored_frames(session)
    assert torch.equal(codes[:, begin - RUN_IN_FRAMES : begin], heard)
    whole = model.codec.decode(codes[:, begin - RUN_IN_FRAMES :]).numpy()[:, RUN_IN_FRAMES * HOP :]
    assert pcm.shape[1] >= 55 * HOP
    assert np.abs(pcm - whole[:, : pcm.shape[1]]).max() <= 1e-4


def _restored_frames(session: LiveSession) -> int:
    window, _ = session.score.window(session.settings.context_s)
    return min(window, session.timeline.frozen)


def test_snapshot_of_a_new_session_begins_anew(model: Model) -> None:
    """Nothing was heard yet, so nothing is gone on from; the settings are there all the same."""
    session = playing(model)
    session.set_prompt("dub")
    other = playing(model)
    other.restore(session.snapshot())
    joined(drive(other, 30 * HOP))
    assert plans(other.events())[0].context_frames == 0
    assert other.score.wanted == session.score.wanted


def test_reset_music_is_in_no_snapshot(model: Model) -> None:
    """What is forgotten stays forgotten."""
    session = playing(model)
    drive(session, 60 * HOP)
    session.reset()
    other = playing(model)
    other.restore(session.snapshot())
    assert other.timeline.frozen == 0


def test_restored_loop_goes_round_from_where_it_was(model: Model) -> None:
    """Sample after sample; and it is left at a bar line as if it had begun here."""
    session = playing(model)
    drive(session, 40 * HOP)
    session.loop(2)
    drive(session, 600 * HOP, stride=9 * HOP)
    one, position = session.loop_pcm(), session.position
    assert one is not None
    rounds = session._output.rounds
    assert rounds is not None
    other = playing(model)
    other.restore(session.snapshot())
    other.loop(2, ticket="replayed")
    pcm = joined(drive(other, 500 * HOP, stride=9 * HOP))
    expected = np.roll(np.tile(one, 3), -rounds.offset(position), axis=1)[:, : pcm.shape[1]]
    assert pcm.shape[1] > one.shape[1]
    assert np.abs(pcm[:, : expected.shape[1]] - expected).max() <= 1e-4
    other.events()
    other.loop(0, ticket="out")
    (out,) = applied(other.events())
    after = joined(drive(other, out.sample + 60 * HOP, stride=9 * HOP))
    assert np.abs(after).max() > 0
    assert other.beat_grid.beat % 4 == pytest.approx(session.beat_grid.metre(0).start_beat % 4)


def test_snapshot_is_small_and_says_what_it_is(model: Model) -> None:
    """A few kilobytes, whose header anyone can read."""
    data = _played(model).snapshot()
    assert len(data) < 8000
    assert data[:5] == b"MGSN\x01"
    (size,) = struct.unpack("<I", data[5:9])
    header = json.loads(data[13 : 13 + size])
    assert header["model"]["codebooks"] == 4
    assert header["slots"][0] == ["techno 133 bpm, A minor", 1.0]


def _with_header(data: bytes, **values: object) -> bytes:
    """Return a snapshot whose header says something else, and whose checksum is right."""
    (size,) = struct.unpack("<I", data[5:9])
    header = json.loads(data[13 : 13 + size]) | values
    text = json.dumps(header).encode()
    body = text + data[13 + size :]
    return data[:5] + struct.pack("<II", len(text), zlib.crc32(body)) + body


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"model": {"codebooks": 8}}, "model"),
        ({"frames": 3}, "tokens"),
        ({"tempo_bpm": 1.0}, "tempo"),
        ({"beat": "one"}, "tempo_bpm"),
        ({"key": [99, True]}, "key"),
        ({"chords": [[1]]}, "chords"),
        ({"slots": [["techno", 2.0]]}, "slots"),
        ({"slots": [[7, 1.0]]}, "slots"),
        ({"slots": [["a", 1.0]] * 7}, "slots"),
        ({"settings": {}}, "settings"),
        ({"plans": "many"}, "plans"),
        ({"loop": {"bars": 1}}, "loop"),
        ({"loop": {"bars": 1, "length_samples": 7, "next_sample": 0}}, "loop"),
    ],
)
def test_wrong_snapshots_are_refused_and_change_nothing(
    model: Model, values: dict[str, object], named: str
) -> None:
    """The message names what is wrong, and the music goes on as if nobody had asked."""
    data = _with_header(_played(model).snapshot(), **values)
    plain, session = playing(model), playing(model)
    chunks = drive(session, 40 * HOP)
    with pytest.raises(SessionError, match=named):
        session.restore(data)
    chunks += drive(session, 120 * HOP)
    assert np.array_equal(joined(chunks), joined(drive(plain, 120 * HOP)))


def test_snapshot_of_another_kind_of_model_is_refused(model: Model) -> None:
    """Its tokens would be noise to this one."""
    config = LMConfig(
        variant=Variant.HYBRID, dim=16, layers=1, heads=2, text_dim=16, card=32, codebooks=2,
        segment_frames=99,
    )  # fmt: skip
    small = tiny_model()
    small.lm = TransformerLM(config).eval()
    with pytest.raises(SessionError, match="codebooks"):
        playing(small).restore(_played(model).snapshot())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_snapshots_are_refused(model: Model, data: st.DataObject) -> None:
    """Whatever bytes are changed or missing: an error of ours, never another."""
    good = _GOOD.setdefault("data", _played(model).snapshot())
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] if data.draw(st.booleans()) else good[:at] + b"\xff\x00" + good[at + 2 :]
    session = playing(model)
    if bad != good:
        with pytest.raises(SessionError):
            session.restore(bad)
    assert (session.timeline.frozen, session.timeline.horizon) == (0, 0)


_GOOD: dict[str, bytes] = {}
