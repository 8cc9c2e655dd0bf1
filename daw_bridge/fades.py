"""Short ramps that keep a stream free of clicks where it begins, ends or changes loudness.

All take and return float32 ``[C, n]`` and write to nothing that they were given.
"""

from __future__ import annotations

import numpy as np

from daw_bridge.resample import FloatArray


def faded_in(pcm: FloatArray, ramp: int) -> FloatArray:
    """Return PCM whose first ``ramp`` samples rise from silence."""
    ramp = min(ramp, pcm.shape[1])
    out = pcm.copy()
    out[:, :ramp] *= np.sin(np.linspace(0, np.pi / 2, ramp, dtype=np.float32)) ** 2
    return out


def mirrored_out(tail: FloatArray, frames: int) -> FloatArray:
    """Return ``frames`` samples that close the sound that ended with ``tail``.

    They play the tail backwards while it fades: the first sample meets the last one heard.
    """
    mirrored = tail[:, ::-1][:, :frames]
    out = np.zeros((tail.shape[0], frames), np.float32)
    fade = np.cos(np.linspace(0, np.pi / 2, mirrored.shape[1], dtype=np.float32)) ** 2
    out[:, : mirrored.shape[1]] = mirrored * fade
    return out


def with_gain(pcm: FloatArray, before: float, after: float, ramp: int) -> FloatArray:
    """Return PCM scaled by ``after``, reached from ``before`` within ``ramp`` samples."""
    if before == after == 1.0:
        return pcm
    ramp = min(ramp, pcm.shape[1])
    gains = np.full(pcm.shape[1], after, np.float32)
    gains[:ramp] = np.linspace(before, after, ramp, dtype=np.float32)
    return pcm * gains
