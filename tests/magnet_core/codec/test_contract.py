"""What every codec promises (``types.Codec``, ``types.CodecStream``), asked of each of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.checkpoints.codec import load_codec
from magnet_core.codec.carrier import CarrierCodec
from magnet_core.codec.encodec import EncodecCodec
from magnet_core.errors import DecodingError, SessionError
from magnet_core.types import Codec, CodecStream
from tests.magnet_core.pretended import DEVICE, PretendedAccelerator
from tests.magnet_core.runtime.tiny import tiny_codec

DATA = Path(__file__).parents[2] / "data"
AnyCodec: TypeAlias = CarrierCodec | EncodecCodec


def _encodec() -> EncodecCodec:
    return load_codec(DATA / "magnet-32khz", by_hand=[])


MAKERS: dict[str, Callable[[], AnyCodec]] = {"carrier": tiny_codec, "encodec": _encodec}
CODECS = {name: make() for name, make in MAKERS.items()}
every_codec = pytest.mark.parametrize("name", CODECS)


def _codes(codec: Codec, frames: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(codec.card, (codec.codebooks, frames), generator=generator)


def _wave(codec: Codec, samples: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return 0.2 * torch.randn(codec.channels, samples, generator=generator)


@every_codec
def test_keeps_the_protocols(name: str) -> None:
    """It is a Codec, and its stream a CodecStream."""
    codec = CODECS[name]
    assert isinstance(codec, Codec) and isinstance(codec.stream(), CodecStream)
    assert codec.frame_rate * codec.hop_length == codec.sample_rate


@every_codec
@settings(max_examples=20, deadline=None)
@given(samples=st.integers(0, 4000))
def test_frames_cover_any_length(name: str, samples: int) -> None:
    """N samples give ceil(N / hop) frames of valid int64 codes, whose decode covers them."""
    codec = CODECS[name]
    codes = codec.encode(_wave(codec, samples))
    frames = -(-samples // codec.hop_length)
    assert codes.shape == (codec.codebooks, frames) and codes.dtype == torch.int64
    assert ((codes >= 0) & (codes < codec.card)).all()
    waveform = codec.decode(codes)
    assert waveform.shape == (codec.channels, frames * codec.hop_length)
    assert waveform.dtype == torch.float32 and waveform.isfinite().all()


@every_codec
@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 20), max_size=5))
def test_decode_streamed_equals_offline(name: str, cuts: list[int]) -> None:
    """However a sequence is cut, empty parts included, its stream gives the offline decode."""
    codec = CODECS[name]
    codes, stream = _codes(codec, 20), codec.stream()
    parts = [stream.push(codes[:, a:b]) for a, b in pairwise([0, *sorted(cuts), 20])]
    streamed = torch.cat([*parts, stream.flush()], dim=1)
    torch.testing.assert_close(streamed, codec.decode(codes), atol=1e-5, rtol=0)
    assert streamed.abs().max() > 1e-3


@every_codec
def test_a_snapshot_goes_back_whatever_came_after_it(name: str) -> None:
    """After a detour and a flush, or on another stream, a restored state gives the same bits."""
    codec = CODECS[name]
    codes, stream = _codes(codec, 24), codec.stream()
    stream.push(codes[:, :10])
    snapshot = stream.snapshot()
    first = torch.cat([stream.push(codes[:, 10:]), stream.flush()], dim=1)
    for other in (stream, codec.stream(), stream):
        other.restore(snapshot)
        other.push(_codes(codec, 3, seed=9))
        other.restore(snapshot)
        again = torch.cat([other.push(codes[:, 10:]), other.flush()], dim=1)
        assert torch.equal(again, first)


@every_codec
def test_flush_ends_the_stream(name: str) -> None:
    """After it a push, even of nothing, and another flush raise SessionError."""
    codec = CODECS[name]
    stream = codec.stream()
    stream.push(_codes(codec, 5))
    stream.flush()
    for frames in (0, 3):
        with pytest.raises(SessionError, match="flushed"):
            stream.push(_codes(codec, frames))
    with pytest.raises(SessionError, match="flushed"):
        stream.flush()
    ended, other = stream.snapshot(), codec.stream()
    other.restore(ended)
    with pytest.raises(SessionError, match="flushed"):
        other.push(_codes(codec, 3))


@every_codec
def test_foreign_snapshots_are_refused_and_change_nothing(name: str) -> None:
    """What is no snapshot, or one of another codec, raises SessionError."""
    codec = CODECS[name]
    codes, stream = _codes(codec, 8), codec.stream()
    head = stream.push(codes[:, :4])
    others = [make().stream().snapshot() for make in MAKERS.values()]
    for foreign in (*others, None, {}, "yesterday"):
        with pytest.raises(SessionError, match="this codec"):
            stream.restore(foreign)
    whole = torch.cat([head, stream.push(codes[:, 4:]), stream.flush()], dim=1)
    torch.testing.assert_close(whole, codec.decode(codes), atol=1e-5, rtol=0)


BAD_CODES: dict[str, Callable[[Codec], Tensor]] = {
    "no codebook axis": lambda codec: torch.zeros(5, dtype=torch.int64),
    "a batch axis": lambda codec: torch.zeros(1, codec.codebooks, 5, dtype=torch.int64),
    "too few codebooks": lambda codec: torch.zeros(codec.codebooks - 1, 5, dtype=torch.int64),
    "floats": lambda codec: torch.zeros(codec.codebooks, 5),
    "booleans": lambda codec: torch.zeros(codec.codebooks, 5, dtype=torch.bool),
    "negative": lambda codec: torch.full((codec.codebooks, 5), -1),
    "mask id": lambda codec: torch.full((codec.codebooks, 5), codec.card),
}


@every_codec
@pytest.mark.parametrize("bad", BAD_CODES.values(), ids=BAD_CODES.keys())
def test_wrong_codes_are_refused_and_change_nothing(
    name: str, bad: Callable[[Codec], Tensor]
) -> None:
    """Codes of another shape, type or range raise DecodingError; a stream goes on as before."""
    codec = CODECS[name]
    codes, stream = _codes(codec, 8), codec.stream()
    with pytest.raises(DecodingError, match="code"):
        codec.decode(bad(codec))
    head = stream.push(codes[:, :4])
    with pytest.raises(DecodingError, match="code"):
        stream.push(bad(codec))
    whole = torch.cat([head, stream.push(codes[:, 4:]), stream.flush()], dim=1)
    torch.testing.assert_close(whole, codec.decode(codes), atol=1e-5, rtol=0)


BAD_AUDIO = {
    "no channel axis": torch.zeros(100),
    "stereo": torch.zeros(2, 100),
    "a batch axis": torch.zeros(1, 1, 100),
    "whole numbers": torch.zeros(1, 100, dtype=torch.int64),
    "nan": torch.full((1, 100), float("nan")),
    "infinity": torch.full((1, 100), float("inf")),
}


@every_codec
@pytest.mark.parametrize("waveform", BAD_AUDIO.values(), ids=BAD_AUDIO.keys())
def test_wrong_audio_is_refused(name: str, waveform: Tensor) -> None:
    """A waveform of another shape or type, or of what is no number, raises DecodingError."""
    with pytest.raises(DecodingError, match="waveform"):
        CODECS[name].encode(waveform)


@every_codec
def test_input_is_moved_to_the_weights(name: str) -> None:
    """On a device it takes input from the CPU and from there, and gives the same result there."""
    on_cpu, codec = CODECS[name], MAKERS[name]()
    codes, waveform = _codes(on_cpu, 12), _wave(on_cpu, 7000)
    with PretendedAccelerator():
        codec.to(DEVICE)
        for given_codes, given_waveform in (
            (codes, waveform),
            (codes.to(DEVICE), waveform.to(DEVICE)),
        ):
            stream = codec.stream()
            parts = [stream.push(given_codes[:, :5]), stream.push(given_codes[:, 5:])]
            streamed = torch.cat([*parts, stream.flush()], dim=1)
            results = codec.encode(given_waveform), codec.decode(given_codes), streamed
            assert all(result.device == DEVICE for result in results)
            encoded, decoded, streamed = (result.cpu() for result in results)
            assert torch.equal(encoded, on_cpu.encode(waveform))
            torch.testing.assert_close(decoded, on_cpu.decode(codes), atol=1e-5, rtol=0)
            torch.testing.assert_close(streamed, on_cpu.decode(codes), atol=1e-5, rtol=0)
