"""The bank of carriers: its sizes, and how loud each carrier is in a sound.

Kept apart from the codec's networks (``carrier.py``), because training measures with it too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from magnet_core.config import require

HOPS_PER_FRAME = 4
LONG_FFT = 4096  # what pitch is read from
FLOOR = 2e-3  # amplitudes below this are silence


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierConfig:
    """Sizes of a carrier codec; the defaults are the bundled one's."""

    sample_rate: int = 32_000
    hop_length: int = 640
    codebooks: int = 4
    card: int = 512
    latent_dim: int = 64
    encoder_dim: int = 192
    decoder_dim: int = 256
    hop_dim: int = 160
    encoder_blocks: int = 4
    decoder_blocks: int = 4
    hop_blocks: int = 2
    carriers: int = 192
    lowest_hz: float = 32.703  # C1
    carriers_per_octave: int = 24
    noise_bands: int = 48

    def __post_init__(self) -> None:
        """Check that frames divide into hops and carriers stay below Nyquist."""
        require(self.hop_length % HOPS_PER_FRAME == 0, "hop_length", self.hop_length, "4 hops")
        highest = self.lowest_hz * 2.0 ** (self.carriers / self.carriers_per_octave)
        require(highest < self.sample_rate / 2, "carriers", self.carriers, "below Nyquist")


def mel_matrix(bands: int, bins: int, sample_rate: int) -> Tensor:
    """Return ``[bins, bands]``: triangular mel filters over an FFT of ``2 * (bins - 1)`` points."""
    top = 2595.0 * math.log10(1.0 + sample_rate / 2 / 700.0)
    edges = 700.0 * (10.0 ** (torch.linspace(0.0, top, bands + 2).double() / 2595.0) - 1.0)
    hz = torch.linspace(0.0, sample_rate / 2, bins).double()[:, None]
    rise = (hz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hz) / (edges[2:] - edges[1:-1])
    return torch.minimum(rise, fall).clamp(min=0.0).float()


class TonalPeaks(nn.Module):
    """Measures how loud each carrier is in a waveform, as far as it stands out of its surroundings.

    What noise and drums spread over many carriers is subtracted: 2.5 times the median of nine
    neighbours. The encoder reads pitch from this, and training shows it to the decoder as the
    carriers' amplitudes.
    """

    window: Tensor
    filters: Tensor

    def __init__(self, config: CarrierConfig) -> None:
        super().__init__()
        self.hop_length = config.hop_length
        bins, spacing = LONG_FFT // 2 + 1, 2.0 ** (1.0 / config.carriers_per_octave) - 1.0
        bin_hz = config.sample_rate / LONG_FFT
        octaves = torch.arange(config.carriers).double() / config.carriers_per_octave
        centres = config.lowest_hz * 2.0**octaves
        width = (centres * spacing).clamp(min=bin_hz)
        hz = torch.arange(bins).double()[:, None] * bin_hz
        triangles = (1.0 - (hz - centres).abs() / width).clamp(min=0.0).square()
        filters = triangles / triangles.sum(0).clamp(min=1e-6)
        self.register_buffer("filters", filters.float(), persistent=False)
        self.register_buffer("window", torch.hann_window(LONG_FFT), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Return ``[B, T, carriers]``: log of amplitude plus FLOOR, of ``[B, T * hop_length]``."""
        side = (LONG_FFT - self.hop_length) // 2
        padded = F.pad(waveform, (side, LONG_FFT - self.hop_length - side))
        spectrum = torch.fft.rfft(padded.unfold(1, LONG_FFT, self.hop_length) * self.window)
        power = (spectrum.real.square() + spectrum.imag.square()) * (2.0 / self.window.sum()) ** 2
        level = torch.sqrt(power @ self.filters + 1e-12)
        around = F.pad(level, (4, 4), mode="replicate").unfold(2, 9, 1).median(-1).values
        return torch.log((level - 2.5 * around).clamp(min=0.0) + FLOOR)
