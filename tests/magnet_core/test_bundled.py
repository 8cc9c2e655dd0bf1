"""The bundled model: small, always there, exact in streaming, and different for different words."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import torch

import magnet_core
from magnet_core.api import Model

FOLDER = Path(magnet_core.__file__).parent / "bundled"


@pytest.fixture(scope="module")
def bundled() -> Model:
    return magnet_core.load("bundled")


def test_all_weights_fit_in_24_mib() -> None:
    """What every clone carries stays small."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.safetensors")) <= 24 * 2**20


def test_is_what_its_card_says(bundled: Model) -> None:
    """A 32 kHz codec of 50 frames a second and 4 codebooks, with no look-ahead."""
    assert (bundled.sample_rate, bundled.frame_rate, bundled.codebooks) == (32_000, 50, 4)
    assert bundled.codec.lookahead_frames == 0
    assert bundled.lm.config.metre and bundled.lm.config.harmony


PLAY_AND_TRAIN = """
import sys
import torch
import magnet_core
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.runtime.engine import Engine
from magnet_core.training.codec import CodecRecipe, _Trainer

model = magnet_core.load("bundled")
codes = model.codec.encode(0.1 * torch.randn(1, 6400))
assert model.codec.decode(codes).shape == (1, 6400)
Engine(model).open(0).play()
sizes = dict(card=8, latent_dim=8, encoder_dim=8, decoder_dim=8, hop_dim=8)
trainer = _Trainer(CarrierConfig(**sizes), CodecRecipe(quantize_from=0)).train()
losses = trainer(0.1 * torch.randn(2, 640 * 8), 0, torch.Generator())
assert losses["commitment"].isfinite()
assert "encodec" not in sys.modules
"""


def test_nothing_of_encodec_is_imported_to_play_or_to_train() -> None:
    """The package, whose licence excludes commercial use, serves published checkpoints alone."""
    result = subprocess.run(
        [sys.executable, "-c", PLAY_AND_TRAIN], capture_output=True, text=True, timeout=110
    )
    assert result.returncode == 0, result.stderr


def test_plays_sound_that_is_neither_silent_nor_clipped(bundled: Model) -> None:
    """Three seconds at default settings; the same seed gives the same codes."""
    codes = bundled.generate("techno 128 bpm driving kick and bass", frames=150, seed=1)
    assert torch.equal(
        codes, bundled.generate("techno 128 bpm driving kick and bass", frames=150, seed=1)
    )
    waveform = bundled.codec.decode(codes)
    assert waveform.shape == (1, 150 * 640)
    assert 0.02 < waveform.std() < 0.5
    assert waveform.abs().max() < 1.0


def test_streams_its_own_music_exactly(bundled: Model) -> None:
    """Pushed in uneven chunks, the stream is the offline decode to 1e-5 of full scale."""
    codes = bundled.generate("house, chords and bass", frames=100, seed=2)
    stream, edges = bundled.codec.stream(), (0, 1, 4, 9, 31, 60, 100)
    parts = [stream.push(codes[:, a:b]) for a, b in pairwise(edges)]
    streamed = torch.cat([*parts, stream.flush()], dim=1)
    assert (streamed - bundled.codec.decode(codes)).abs().max() <= 1e-5


def _onset_share(waveform: torch.Tensor) -> float:
    """How much of the level's movement is sudden: the mean rise of 10 ms levels over their mean."""
    level = waveform[0].unfold(0, 320, 320).square().mean(1).sqrt()
    return float(level.diff().clamp(min=0.0).mean() / level.mean())


def test_drums_are_heard_where_they_are_asked_for(bundled: Model) -> None:
    """Drums alone have sharper onsets than pads without drums, for every one of four seeds."""
    for seed in range(4):
        drums, pads = (
            bundled.codec.decode(bundled.generate(text, frames=200, seed=seed))
            for text in ("techno 128 bpm, drums only", "ambient pad and strings, no drums")
        )
        assert _onset_share(drums) > _onset_share(pads)


def _pitch_classes(waveform: torch.Tensor) -> torch.Tensor:
    """Energy ``[12]`` of each pitch class from 100 to 1000 Hz; the sum is 1."""
    power = torch.fft.rfft(waveform[0]).abs().square()
    hz = torch.fft.rfftfreq(waveform.shape[1], 1 / 32_000)
    inside = (hz > 100.0) & (hz < 1000.0)
    classes = (12 * torch.log2(hz[inside] / 440.0) + 9).round().long() % 12
    energy = torch.zeros(12).index_add_(0, classes, power[inside])
    return energy / energy.sum()


@pytest.mark.parametrize(("tonic", "name"), [(0, "C"), (6, "F#")])
def test_key_that_is_asked_for_is_heard(bundled: Model, tonic: int, name: str) -> None:
    """The seven notes of the key hold most of the energy, whatever the seed; five of 12 do not."""
    scale = [(tonic + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)]
    for seed in range(3):
        text = f"house, {name} major, chords and pad, no drums"
        waveform = bundled.codec.decode(bundled.generate(text, frames=300, seed=seed))
        assert _pitch_classes(waveform)[scale].sum() > 0.8
