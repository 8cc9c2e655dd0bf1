"""The carrier codec: exact streaming, bounded state, bounded output, clear errors."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.codec.carrier import CarrierCodec
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.errors import ConfigError

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


def test_state_does_not_grow(codec: CarrierCodec) -> None:
    """What a stream carries has the same size after any number of frames."""
    stream, sizes = codec.stream(), []
    for seed in range(4):
        stream.push(_codes(16, seed))
        state = stream.snapshot().state
        sizes.append(sum(t.untyped_storage().nbytes() for t in (*state.pasts, state.last)))
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


def test_impossible_sizes_are_refused() -> None:
    """Sizes that make no codec, and names that mean nothing, are named."""
    with pytest.raises(ConfigError, match="Nyquist"):
        CarrierCodec(CarrierConfig(carriers=240))
    with pytest.raises(ConfigError, match="tail_fin"):
        CarrierCodec.from_config({"tail_fin": 1})
