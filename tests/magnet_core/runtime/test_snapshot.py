"""A session goes on in another worker with its music's context."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.config import LMConfig, Variant
from magnet_core.errors import SessionError
from magnet_core.model.harmony import Chord
from magnet_core.model.lm import TransformerLM
from magnet_core.runtime.pcm_loop import RUN_IN_FRAMES
from magnet_core.runtime.phrase import PhraseUse
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
    header, _ = _parts(data)
    assert header["model"]["codebooks"] == 4
    assert header["slots"][0] == ["techno 133 bpm, A minor", 1.0]


def _with_header(data: bytes, **values: object) -> bytes:
    """Return a snapshot whose header says something else, and whose checksum is right."""
    header, codes = _parts(data)
    return _repacked(header | values, codes)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"model": {"codebooks": 8}}, "model"),
        ({"frames": 3}, "bytes of tokens"),
        ({"tempo_bpm": 1.0}, "tempo"),
        ({"beat": "one"}, "beat"),
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


def _repacked(header: object, codes: bytes) -> bytes:
    """Return a snapshot with a header and codes of one's own, whose checksum is right."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    body = text + codes
    return b"MGSN\x01" + struct.pack("<II", len(text), zlib.crc32(body)) + body


@pytest.fixture(scope="module")
def snapshots() -> list[bytes]:
    """Return snapshots with all that there may be in one: a phrase, a loop, changes that wait."""
    told = tiny_model(harmony=True)
    plain = _played(told)
    plain.take_phrase(0.3 * torch.sin(torch.arange(32000) * 0.05)[None])
    while plain._phrases.is_encoding:
        plain.work(plain.position)
    plain.use_phrase(PhraseUse.CONTEXT)
    plain.set_chords((Chord(9, 1), Chord(5, 0)))
    drive(plain, plain.position + 100 * HOP)
    looping = playing(told)
    looping.set_tempo(240.0)
    drive(looping, 40 * HOP)
    looping.loop(1)
    drive(looping, 300 * HOP, stride=9 * HOP)
    looping.set_prompt("dub")
    found = [plain.snapshot(), looping.snapshot()]
    headers = [_parts(data)[0] for data in found]
    assert headers[0]["phrase"] and headers[0]["chords_wanted"]
    assert headers[1]["loop"] and headers[1]["holds"]
    return found


def _parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    (size,) = struct.unpack("<I", data[5:9])
    return json.loads(data[13 : 13 + size]), data[13 + size :]


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70),
    st.sampled_from([1 << 31, 1 << 62, 1 << 64, -(1 << 70), 10**400]),
    st.floats(),
    st.text(max_size=3) | st.sampled_from(["2", "bar", "max", "\ud800"]),
    st.lists(st.integers(0, 9) | st.text(max_size=2), max_size=4),
    st.dictionaries(st.sampled_from(["frames", "bars", "seed", "key"]), st.integers(), max_size=2),
)


def _replaced(data: st.DataObject, value: Any) -> Any:
    """Return plain values with one of them, at any depth, replaced, added or left out."""
    if isinstance(value, dict | list) and value and data.draw(st.integers(0, 9)) < 8:
        copied = copy.copy(value)
        at = data.draw(
            st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value)))
        )
        if data.draw(st.integers(0, 9)) == 0:
            del copied[at]
        else:
            copied[at] = _replaced(data, value[at])
        return copied
    return data.draw(_VALUES)


def _restored_or_refused(snapshot: bytes) -> None:
    """Restore, and play what is restored, or be refused and stay as one is."""
    session = playing(tiny_model(harmony=True))
    try:
        session.restore(snapshot)
    except SessionError:
        assert (session.timeline.frozen, session.timeline.horizon) == (0, 0)
        return
    # A demand for what a few units of work give; all of a window with 1,000 steps would take long.
    for _ in range(40):
        session.work(session.position + 9 * HOP)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_damaged_header_is_refused_or_played(snapshots: list[bytes], data: st.DataObject) -> None:
    """Whatever a value is replaced by: an error of ours, never another, then or later."""
    header, codes = _parts(data.draw(st.sampled_from(snapshots)))
    _restored_or_refused(_repacked(_replaced(data, header), codes))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_with_a_right_checksum_is_refused_or_played(
    snapshots: list[bytes], data: st.DataObject
) -> None:
    """Bytes of the header or of the codes that are changed, cut off or put in."""
    snapshot = data.draw(st.sampled_from(snapshots))
    (size,) = struct.unpack("<I", snapshot[5:9])
    body, at = snapshot[13:], data.draw(st.integers(0, len(snapshot) - 14))
    put_in, left_out = data.draw(st.binary(max_size=3)), data.draw(st.integers(0, 3))
    body = body[:at] + put_in + body[at + left_out :]
    size += len(put_in) - min(left_out, size - at) if at < size else 0
    _restored_or_refused(_repacked(body[:size], body[size:]))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"plans": float("inf")}, "plans"),
        ({"loop": {"bars": "2", "length_samples": 1, "next_sample": 0}}, "loop"),
        ({"tempo_wanted_bpm": float("nan")}, "tempo_wanted_bpm"),
        ({"tempo_wanted_bpm": None}, "tempo_wanted_bpm"),
        ({"beat": 1e300}, "beat"),
        ({"plans": -1}, "plans"),
    ],
)
def test_values_of_another_type_or_size_are_named(
    snapshots: list[bytes], values: dict[str, object], named: str
) -> None:
    session = playing(tiny_model(harmony=True))
    with pytest.raises(SessionError, match=f"{named}.*damaged"):
        session.restore(_with_header(snapshots[0], **values))


def test_half_a_token_is_named(snapshots: list[bytes]) -> None:
    """An odd number of bytes, with a checksum that is right."""
    header, codes = _parts(snapshots[1])
    with pytest.raises(SessionError, match="bytes of tokens"):
        playing(tiny_model(harmony=True)).restore(_repacked(header, codes[:-1]))


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
