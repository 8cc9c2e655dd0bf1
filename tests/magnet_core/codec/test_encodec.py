"""EnCodec equals the reference, and says what is wrong with what it is given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.checkpoints.codec import load_codec
from magnet_core.codec.encodec import EncodecCodec, EncodecConfig
from magnet_core.errors import ConfigError, DecodingError

DATA = Path(__file__).parents[2] / "data"
FOLDERS = ["magnet-32khz", "magnet-16khz-fp16"]


def load(folder: str) -> tuple[EncodecCodec, dict[str, Tensor]]:
    arrays = np.load(DATA / folder / "expected.npz")
    expected = {k: torch.from_numpy(arrays[k])[0] for k in arrays.files if k.startswith("codec_")}
    return load_codec(DATA / folder, by_hand=[]), expected


@pytest.mark.parametrize("folder", FOLDERS)
def test_decode_equals_the_reference(folder: str) -> None:
    """The waveform of the reference's codes is the reference's to 1e-5."""
    codec, expected = load(folder)
    waveform = codec.decode(expected["codec_codes"])
    torch.testing.assert_close(waveform, expected["codec_wav"], atol=1e-5, rtol=0)


@pytest.mark.parametrize("folder", FOLDERS)
def test_encode_equals_the_reference(folder: str) -> None:
    """The codes of the reference's waveform are the reference's, each of them."""
    codec, expected = load(folder)
    assert torch.equal(codec.encode(expected["codec_in_wav"]), expected["codec_in_codes"])


@pytest.mark.parametrize("folder", FOLDERS)
def test_streamed_reference_equals_the_reference(folder: str) -> None:
    """Pushed frame by frame, the reference's codes give the reference's waveform to 1e-5."""
    codec, expected = load(folder)
    stream = codec.stream()
    codes = expected["codec_codes"]
    parts = [stream.push(codes[:, t : t + 1]) for t in range(codes.shape[1])]
    waveform = torch.cat([*parts, stream.flush()], dim=1)
    torch.testing.assert_close(waveform, expected["codec_wav"], atol=1e-5, rtol=0)


def test_sizes_are_the_checkpoints() -> None:
    """Rates, codebooks and entries are those of the file."""
    codec, _ = load("magnet-16khz-fp16")
    assert (codec.sample_rate, codec.frame_rate, codec.hop_length) == (16000, 50, 320)
    assert (codec.channels, codec.codebooks, codec.card) == (1, 4, 64)


@settings(max_examples=30, deadline=None)
@given(samples=st.integers(0, 300))
def test_audio_shorter_than_the_padding_is_encoded(samples: int) -> None:
    """N samples give ceil(N / hop) frames, also where N is shorter than a convolution's padding."""
    codec = EncodecCodec(EncodecConfig(sample_rate=800, ratios=(4, 4), n_filters=2, card=8))
    codes = codec.encode(torch.linspace(-1, 1, samples)[None])
    assert codes.shape == (4, -(-samples // 16))
    assert codec.decode(codes).shape == (1, codes.shape[1] * 16)


def test_a_wrong_code_is_named() -> None:
    """The message gives the code, where it is, and that it is the mask id."""
    codec, expected = load("magnet-32khz")
    codes = expected["codec_codes"].clone()
    codes[2, 31] = 64
    with pytest.raises(DecodingError, match=r"code 64 \(the mask id.*codebook 2, frame 31"):
        codec.decode(codes)


def test_one_sample_that_is_no_number_is_found() -> None:
    """One NaN among the samples raises DecodingError."""
    codec, expected = load("magnet-32khz")
    waveform = expected["codec_in_wav"].clone()
    waveform[0, 1234] = float("nan")
    with pytest.raises(DecodingError, match="NaN"):
        codec.encode(waveform)


@pytest.mark.parametrize(
    "change",
    [
        {"sample_rate": 0},
        {"sample_rate": 31999},
        {"ratios": ()},
        {"ratios": (8, 0)},
        {"ratios": 5},
        {"pad_mode": "circular"},
        {"activation": "Linear"},
        {"final_activation": "__class__"},
        {"trim_right_ratio": 0.5},
        {"causal": 1},
        {"lstm": -1},
        {"alpha": float("nan")},
        {"unknown": 1},
    ],
    ids=str,
)
def test_impossible_settings_are_refused(change: dict[str, object]) -> None:
    """A configuration that no codec can have raises ConfigError."""
    with pytest.raises(ConfigError):
        EncodecConfig.from_json({"sample_rate": 32000} | change)


def test_config_survives_json() -> None:
    """A configuration read back from its JSON values equals itself."""
    config = EncodecConfig(
        sample_rate=16000, ratios=(8, 5, 4, 2), causal=True, trim_right_ratio=0.5
    )
    assert EncodecConfig.from_json(config.to_json()) == config
