"""The carrier codec: exact streaming, bounded state, bounded output, clear errors."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.codec.carrier import CarrierCodec
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.errors import ConfigError, DecodingError
from magnet_core.types import Codec, CodecStream

SMALL = dict(
    card=16, latent_dim=8, encoder_dim=8, decoder_dim=12, hop_dim=8, encoder_blocks=1,
    decoder_blocks=2, hop_blocks=1, carriers=24, noise_bands=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def codec() -> CarrierCodec:
    torch.manual_seed(0)
    codec = CarrierCodec(CarrierConfig(**SMALL)).eval()
    for layer in codec.quantizer.vq.layers:
        layer._codebook.embed.normal_()
    torch.nn.init.constant_(codec.decoder.amplitude.bias, -1.0)
    return codec


def _codes(frames: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 16, (4, frames), generator=torch.Generator().manual_seed(seed))


def test_keeps_the_protocols(codec: CarrierCodec) -> None:
    """It is a Codec and its stream a CodecStream."""
    assert isinstance(codec, Codec)
    assert isinstance(codec.stream(), CodecStream)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 30), max_size=6))
def test_decode_streamed_equals_offline(codec: CarrierCodec, cuts: list[int]) -> None:
    """For any chunking, empty chunks included, the concatenation is the offline decode."""
    codes, stream = _codes(30), codec.stream()
    edges = [0, *sorted(cuts), 30]
    parts = [stream.push(codes[:, a:b]) for a, b in pairwise(edges)]
    streamed = torch.cat([*parts, stream.flush()], dim=1)
    offline = codec.decode(codes)
    assert streamed.shape == offline.shape == (1, 30 * 640)
    assert offline.abs().max() > 0.05
    assert (streamed - offline).abs().max() <= 1e-5


def test_future_codes_never_change_sent_samples(codec: CarrierCodec) -> None:
    """The look-ahead is 0: a frame's samples do not depend on later codes."""
    codes = _codes(20)
    changed = codes.clone()
    changed[:, 11:] = (changed[:, 11:] + 1) % 16
    a, b = codec.decode(codes), codec.decode(changed)
    assert torch.equal(a[:, : 11 * 640], b[:, : 11 * 640])
    assert not torch.equal(a, b)


def test_snapshot_is_not_changed_by_later_pushes(codec: CarrierCodec) -> None:
    """Restoring goes back, as often as wanted, also on another stream."""
    codes, stream = _codes(24), codec.stream()
    stream.push(codes[:, :10])
    snapshot = stream.snapshot()
    first = stream.push(codes[:, 10:])
    stream.restore(snapshot)
    other = codec.stream()
    other.restore(snapshot)
    assert torch.equal(stream.push(codes[:, 10:]), first)
    assert torch.equal(other.push(codes[:, 10:]), first)
    with pytest.raises(DecodingError, match="no snapshot"):
        stream.restore("yesterday")


def test_state_does_not_grow(codec: CarrierCodec) -> None:
    """What a stream carries has the same size after any number of frames."""
    stream, sizes = codec.stream(), []
    for seed in range(4):
        stream.push(_codes(16, seed))
        state = stream.snapshot()
        sizes.append(sum(t.numel() for t in (*state.pasts, state.last)))
    assert len(set(sizes)) == 1


def test_output_never_clips(codec: CarrierCodec) -> None:
    """However loud the carriers, the waveform stays below full scale."""
    bias = codec.decoder.amplitude.bias
    saved = bias.detach().clone()
    with torch.no_grad():
        bias.fill_(2.0)
    try:
        assert 0.9 < codec.decode(_codes(20)).abs().max() < 0.98 + 1e-6
    finally:
        with torch.no_grad():
            bias.copy_(saved)


def test_encode_covers_every_sample(codec: CarrierCodec) -> None:
    """A waveform of N samples gives ceil(N / 640) frames of valid codes, batched or not."""
    waveform = torch.randn(1, 1601, generator=torch.Generator().manual_seed(1)) * 0.1
    codes = codec.encode(waveform)
    assert codes.shape == (4, 3)
    assert codes.dtype == torch.int64
    assert 0 <= codes.min() <= codes.max() < 16
    assert torch.equal(codec.encode(torch.stack([waveform, waveform]))[1], codes)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (torch.zeros(3, 5, dtype=torch.int64), "expected 4 codebooks"),
        (torch.full((4, 5), 16), "0..15"),
        (torch.full((4, 5), -1), "0..15"),
    ],
)
def test_wrong_codes_are_refused(codec: CarrierCodec, codes: torch.Tensor, message: str) -> None:
    """Codes of another layout or card are named."""
    with pytest.raises(DecodingError, match=message):
        codec.decode(codes)


def test_wrong_waveforms_are_refused(codec: CarrierCodec) -> None:
    """Stereo and NaN are named; so are sizes that make no codec."""
    with pytest.raises(DecodingError, match="mono"):
        codec.encode(torch.zeros(2, 640))
    with pytest.raises(DecodingError, match="finite"):
        codec.encode(torch.full((1, 640), float("nan")))
    with pytest.raises(ConfigError, match="Nyquist"):
        CarrierCodec(CarrierConfig(carriers=240))
    with pytest.raises(ConfigError, match="tail_fin"):
        CarrierCodec.from_config({"tail_fin": 1})
