"""Short ramps that keep a stream free of clicks where two sounds meet or its loudness changes.

All take and return float32 ``[C, n]`` and write to nothing that they were given.
"""

from __future__ import annotations

import numpy as np

from daw_bridge.audio.resample import FloatArray


def mirrored(tail: FloatArray, frames: int) -> FloatArray:
    """Return ``frames`` samples to follow a sound that ended with ``tail`` and is now missing.

    They play the tail backwards, so that the first sample meets the last one heard; where the tail
    is too short they are silent.
    """
    backwards = tail[:, ::-1][:, :frames]
    out = np.zeros((tail.shape[0], frames), np.float32)
    out[:, : backwards.shape[1]] = backwards
    return out


class Crossfade:
    """One sound into another that comes in pieces.

    The gains keep the power of two sounds that have nothing in common, a cosine and a sine. Two
    that are alike, such as a bar and its repetition, would add up to 3 dB more: both gains are
    divided by what their correlation adds, which for equal sounds gives the sound itself.

    Args:
        before: the sound that fades out, ``[C, n]``; the crossfade is as long.
    """

    def __init__(self, before: FloatArray) -> None:
        self._before = before
        self._at = 0
        self._alike: float | None = None  # correlation, by the first piece

    def into(self, pcm: FloatArray) -> FloatArray:
        """Return the next piece of the other sound, with what is left of the first fading out."""
        out, ramp = pcm.copy(), self._before.shape[1]
        end = min(self._at + pcm.shape[1], ramp)
        old, new = self._before[:, self._at : end], pcm[:, : end - self._at]
        if new.shape[1] == 0:
            return out
        if self._alike is None:
            self._alike = _correlation(old, new)
        angle = np.linspace(0, np.pi / 2, ramp)[self._at : end]
        common = np.sqrt(1.0 + self._alike * np.sin(2 * angle))
        out[:, : end - self._at] = old * (np.cos(angle) / common) + new * (np.sin(angle) / common)
        self._at = end
        return out


def _correlation(one: FloatArray, other: FloatArray) -> float:
    power = float(np.vdot(one, one)) * float(np.vdot(other, other))
    return max(float(np.vdot(one, other)), 0.0) / power**0.5 if power > 0.0 else 0.0


def crossfaded(before: FloatArray, pcm: FloatArray) -> FloatArray:
    """Return ``pcm`` with all of ``before``, which is not longer, fading out over its beginning."""
    return Crossfade(before).into(pcm)


def with_gain(pcm: FloatArray, before: float, after: float, ramp: int) -> FloatArray:
    """Return PCM scaled by ``after``, reached from ``before`` within ``ramp`` samples."""
    if before == after == 1.0:
        return pcm
    ramp = min(ramp, pcm.shape[1])
    gains = np.full(pcm.shape[1], after, np.float32)
    gains[:ramp] = np.linspace(before, after, ramp, dtype=np.float32)
    return pcm * gains
