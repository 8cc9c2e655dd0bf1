"""What is heard when no music is there in time: the last bar again, so that the groove goes on.

    music ....... its last bar |  the bar  |  the bar  | a beat of it, fading | silence ...
                               ^ seam      ^ seam      ^ seam

A beat is repeated where less than a bar is there, and half a second where no tempo is known. What
follows the last sample of the music is not known, so at each seam the music is played backwards
while the repetition fades in over it. Nothing here knows of streams, clocks or workers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from daw_bridge.audio.fades import crossfaded, mirrored
from daw_bridge.audio.resample import FloatArray

REPEATS = 2
NO_TEMPO_S = 0.5
SHORTEST_S = 0.1  # what is shorter would buzz when repeated: it only fades


@dataclass(frozen=True, slots=True)
class Pulse:
    """How long a beat and a bar are, in samples; equal where no tempo is known."""

    beat: int
    bar: int

    @classmethod
    def of(cls, bpm: float, beats_per_bar: int, sample_rate: int) -> Self:
        """Return the pulse of a tempo; 0 bpm stands for none."""
        if bpm <= 0.0:
            return cls(round(NO_TEMPO_S * sample_rate), round(NO_TEMPO_S * sample_rate))
        beat_s = 60.0 / bpm
        return cls(round(beat_s * sample_rate), round(beat_s * beats_per_bar * sample_rate))

    def period(self, available: int, shortest: int) -> int:
        """Return how much to repeat of ``available`` samples: a bar, a beat or all; 0 for none."""
        for wanted in (self.bar, self.beat):
            if wanted <= available:
                return wanted
        return available if available >= shortest else 0


class Concealment:
    """Endless PCM that goes on from music which ended too soon.

    Args:
        music: what was heard, float32 ``[C, n]``; its last sample was the last one heard.
        pulse: its beat and bar.
        ramp: samples of the crossfade at each seam.
        shortest: samples that are worth repeating.
    """

    def __init__(self, music: FloatArray, pulse: Pulse, *, ramp: int, shortest: int) -> None:
        period = pulse.period(music.shape[1], shortest)
        if period:
            bar = music[:, music.shape[1] - period :]
            self._once = crossfaded(mirrored(bar, min(ramp, period)), bar)
            self._fade_from, self._fade = REPEATS * period, pulse.beat
        else:
            self._fade_from, self._fade = 0, min(max(music.shape[1], 1), ramp)
            self._once = mirrored(music, self._fade)
        self._played = 0

    @property
    def has_faded(self) -> bool:
        """Whether it is no longer at full level: what it played is not worth repeating."""
        return self._played > self._fade_from

    def take(self, frames: int) -> FloatArray:
        """Return the next samples ``[C, frames]``."""
        at = np.arange(self._played, self._played + frames)
        self._played += frames
        out: FloatArray = self._once[:, at % self._once.shape[1]] * self._gain(at)
        return out

    def _gain(self, at: np.ndarray) -> FloatArray:
        faded = np.clip((at - self._fade_from) / self._fade, 0.0, 1.0)
        gain: FloatArray = (np.cos(np.pi / 2 * faded) ** 2 * (faded < 1.0)).astype(np.float32)
        return gain
