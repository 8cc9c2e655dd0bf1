"""Metre: where each frame of a window lies in the beat and in the bar.

A masked model that hears "128 bpm" in its text must still find out, frame by frame, where it is in
the bar; at 50 frames a second a beat is not a whole number of frames. A model with
``LMConfig.metre`` is told instead: the input of each frame carries its beat position as sines and
cosines of the phase within 1/4 beat, 1/2 beat, beat, bar and four bars, and the tempo. Tempo is
then exact by construction, a control of its own beside the words, and a window that starts at any
beat of a running transport continues its grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from magnet_core.config import require

BEATS_PER_BAR = 4
_PERIODS_BEATS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_HARMONICS = 3
_TEMPO_FEATURES = 8
MIN_TEMPO_BPM, MAX_TEMPO_BPM = 20.0, 999.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Metre:
    """The beat grid of a window.

    Attributes:
        tempo_bpm: beats per minute, 20 to 999 (the range of Ableton Link).
        start_beat: beat position of the window's first frame; 0 is the first beat of a bar.
    """

    tempo_bpm: float
    start_beat: float = 0.0

    def __post_init__(self) -> None:
        """Check both values; raises ConfigError."""
        in_range = MIN_TEMPO_BPM <= self.tempo_bpm <= MAX_TEMPO_BPM
        require(in_range, "tempo_bpm", self.tempo_bpm, "a number from 20 to 999")
        require(math.isfinite(self.start_beat), "start_beat", self.start_beat, "finite")

    def at_frame(self, frame: int, frame_rate: float) -> Metre:
        """Return the metre of the window that begins ``frame`` frames later."""
        beats = frame / frame_rate * self.tempo_bpm / 60.0
        return Metre(tempo_bpm=self.tempo_bpm, start_beat=self.start_beat + beats)


def metre_tensor(metres: list[Metre]) -> Tensor:
    """Return ``[B, 2]`` float64: tempo and start beat of each row."""
    return torch.tensor([(m.tempo_bpm, m.start_beat) for m in metres], dtype=torch.float64)


def frame_beats(metre: Tensor, first_frame: int, frames: int, frame_rate: int) -> Tensor:
    """Return the beat position ``[B, frames]`` of each frame from ``first_frame`` on.

    Formed in float64: positions grow for as long as a stream plays.
    """
    metre = metre.to(torch.float64)
    index = torch.arange(first_frame, first_frame + frames, device=metre.device)
    return metre[:, 1:2] + index * (metre[:, 0:1] / (60.0 * frame_rate))


class MetreEmbedding(nn.Module):
    """Embeds the beat position of each frame.

    Args:
        dim: width D of the LM.
        frame_rate: frames per second.
    """

    def __init__(self, dim: int, frame_rate: int = 50) -> None:
        super().__init__()
        self.frame_rate = frame_rate
        features = 2 * _HARMONICS * len(_PERIODS_BEATS) + _TEMPO_FEATURES
        self.hidden = nn.Linear(features, dim)
        self.out = nn.Linear(dim, dim, bias=False)

    def forward(self, metre: Tensor, first_frame: int, frames: int) -> Tensor:
        """Return ``[B, frames, D]``, to be added to the token embeddings.

        Args:
            metre: ``[B, 2]``: tempo in bpm, beat position of the window's frame 0.
            first_frame: index in the window of the first frame wanted; may be negative.
            frames: how many.
        """
        beats = frame_beats(metre, first_frame, frames, self.frame_rate)
        parts = []
        for period in _PERIODS_BEATS:
            phase = 2.0 * math.pi * torch.frac(beats / period)
            for harmonic in range(1, _HARMONICS + 1):
                parts += [torch.sin(harmonic * phase), torch.cos(harmonic * phase)]
        octaves = torch.log2(metre[:, 0:1] / 120.0).expand_as(beats)
        parts += [torch.sin(math.pi * octaves * 2.0**i) for i in range(_TEMPO_FEATURES // 2)]
        parts += [torch.cos(math.pi * octaves * 2.0**i) for i in range(_TEMPO_FEATURES // 2)]
        features = torch.stack(parts, dim=-1).to(self.hidden.weight.dtype)
        embedded: Tensor = self.out(nn.functional.gelu(self.hidden(features)))
        return embedded
