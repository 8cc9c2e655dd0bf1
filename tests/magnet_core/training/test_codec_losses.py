"""What the codec is trained to: sound compared by magnitude, and pitch read from peaks."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.codec.carrier_bank import FLOOR, CarrierConfig, TonalPeaks
from magnet_core.training.codec import SpectralLoss

RATE = 32_000
LOUDNESS = 0.3


@pytest.fixture(scope="module")
def loss() -> SpectralLoss:
    return SpectralLoss(RATE)


@pytest.fixture(scope="module")
def peaks() -> TonalPeaks:
    return TonalPeaks(CarrierConfig())


def _tone(hz: float, *, phase: float = 0.0, frames: int = 25) -> Tensor:
    """A steady sine, ``[1, frames * 640]``."""
    time_s = torch.arange(frames * 640, dtype=torch.float64) / RATE
    return (LOUDNESS * torch.sin(2 * math.pi * hz * time_s + phase)).float()[None]


def _noise(seed: int, *, level: float = LOUDNESS, frames: int = 100) -> Tensor:
    return level * torch.randn(1, frames * 640, generator=torch.Generator().manual_seed(seed))


def test_equal_waveforms_lose_nothing(loss: SpectralLoss) -> None:
    """Both distances of a sound to itself are exactly 0, and of noise to a tone they are not."""
    for wave in (_tone(440.0), _noise(1, frames=25)):
        assert [value.item() for value in loss(wave, wave)] == [0.0, 0.0, 0.0]
    assert min(value.item() for value in loss(_noise(1, frames=25), _tone(440.0))) > 0.5


@pytest.mark.parametrize("hz", [220.0, 440.0, 1760.0])
@pytest.mark.parametrize("phase", [0.7, math.pi / 2, 3.0])
def test_phase_of_a_steady_tone_hardly_counts(loss: SpectralLoss, hz: float, phase: float) -> None:
    """Another phase of the right note costs a small part of what a semitone off costs."""
    wanted = _tone(hz)
    turned = loss(_tone(hz, phase=phase), wanted)
    detuned = loss(_tone(hz * 2 ** (1 / 12)), wanted)
    for same_note, other_note in zip(turned[:2], detuned[:2], strict=True):
        assert same_note < other_note / 3
    assert turned[2] < max(float(detuned[2]) / 3, 0.05)  # above 400 Hz both are next to nothing


@pytest.mark.parametrize("hz", [220.0, 440.0, 1760.0])
def test_wrong_pitch_costs_more_the_further_it_is(loss: SpectralLoss, hz: float) -> None:
    """A quarter, half, whole and two semitones off: each is worse than the one before."""
    wanted = _tone(hz)
    losses = [
        sum(value.item() for value in loss(_tone(hz * 2 ** (off / 12), phase=0.9), wanted))
        for off in (0.0, 0.25, 0.5, 1.0, 2.0)
    ]
    assert losses == sorted(losses)
    assert losses[1] > 2 * losses[0]


@settings(max_examples=30, deadline=None)
@given(octaves=st.floats(0.0, 5.0), phase=st.floats(0.0, 6.28))
def test_peak_of_a_sine_is_its_own_carrier(peaks: TonalPeaks, octaves: float, phase: float) -> None:
    """From 200 Hz up the loudest carrier is within a quarter tone of the sine and stands alone."""
    hz = 200.0 * 2.0**octaves
    config = CarrierConfig()
    amplitudes = peaks(_tone(hz, phase=phase)).exp()[0, 6:-6] - FLOOR  # away from the ends
    loudest = amplitudes.argmax(dim=-1)
    heard_hz = config.lowest_hz * 2.0 ** (loudest / config.carriers_per_octave)
    assert (12 * torch.log2(heard_hz / hz)).abs().max() <= 0.5
    assert amplitudes.max(dim=-1).values.min() > 0.15 * LOUDNESS
    near = torch.arange(config.carriers) - loudest[:, None]
    assert (amplitudes * (near.abs() > 4)).max() < 0.05 * amplitudes.max()


@pytest.mark.parametrize("level", [0.02, 0.1, 0.3])
def test_white_noise_has_no_peaks(peaks: TonalPeaks, level: float) -> None:
    """What is spread over many carriers is none of theirs: not one in a hundred sounds."""
    amplitudes = peaks(_noise(2, level=level)).exp() - FLOOR
    assert (amplitudes > 1e-5).float().mean() < 0.01
    assert amplitudes.max() < 0.05 * level


def test_peaks_of_silence_are_the_floor(peaks: TonalPeaks) -> None:
    """Silence is FLOOR everywhere, in every frame, and finite."""
    log_amplitudes = peaks(torch.zeros(2, 5 * 640))
    assert log_amplitudes.shape == (2, 5, CarrierConfig().carriers)
    assert torch.allclose(log_amplitudes, torch.full_like(log_amplitudes, math.log(FLOOR)))
