"""A stream played a little faster or slower, by parts in a thousand, without a click.

    unchanged  |===============|= faded out =|
    resampled            | run in |= faded in =|====================>

Until that is asked for nothing is in the way, and every sample goes through as it is. Then soxr's
variable-rate filter is run in with what was heard last, and faded into: it is a little late (two
samples) and a little softer at the top than what it takes the place of.

Threading: none of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import soxr

from daw_bridge.audio.resample import FloatArray

MAX_RATIO = 1.05
RUN_IN_SAMPLES = 4096
LATE_SAMPLES = 2  # soxr 1.1 for ratios that may pass 1, measured: 1.6
FADE_S, SLEW_S = 0.02, 0.1


class Varispeed:
    """One stream's speed.

    Attributes:
        ratio: input samples for one of output; exactly 1.0 until another is set.
        held: input samples that were pushed and are not heard in the output yet.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.ratio = 1.0
        self.held = 0
        self._rate, self._channels = rate, channels
        self._fade = np.linspace(0.0, 1.0, round(FADE_S * rate), dtype=np.float32)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.ratio, self.held = 1.0, 0
        self._soxr: Any = None
        self._skip = self._faded = 0
        self._direct = np.zeros((self._channels, 0), np.float32)  # last input, unchanged

    def set_ratio(self, ratio: float) -> None:
        """Glide to another ratio, no more than MAX_RATIO."""
        if ratio != self.ratio and self._soxr is not None:
            self._glide(ratio)
        self.ratio = ratio

    def _glide(self, ratio: float) -> None:
        self._soxr.set_io_ratio(self._rate * ratio, self._rate, round(SLEW_S * self._rate))

    def push(self, pcm: FloatArray) -> FloatArray:
        """Return the output ``[C, m]`` that became final by input ``[C, n]``."""
        if self._soxr is None and self.ratio == 1.0:
            self._direct = np.concatenate([self._direct, pcm], axis=1)[:, -RUN_IN_SAMPLES:]
            return pcm
        if self._soxr is None:
            self._run_in()
        out = self._resampled(pcm)
        dropped = min(self._skip, out.shape[1])
        self._skip -= dropped
        return self._faded_in(pcm, out[:, dropped:])

    def flush(self) -> FloatArray:
        """Return the output ``[C, m]`` that waited; what is pushed next goes through unchanged."""
        nothing = np.zeros((self._channels, 0), np.float32)
        out = nothing
        if self._soxr is not None:
            out = np.ascontiguousarray(self._soxr.resample_chunk(nothing.T, last=True).T)
            out = out[:, self._skip :]
        self._begin_anew()
        return out

    def _run_in(self) -> None:
        """Bring the filter to where it would be had it been there from the beginning."""
        self._soxr = soxr.ResampleStream(
            self._rate * MAX_RATIO,
            self._rate,
            self._channels,
            dtype="float32",
            quality="HQ",
            vr=True,
        )
        self._soxr.set_io_ratio(self._rate, self._rate, 0)
        past = np.zeros((self._channels, RUN_IN_SAMPLES), np.float32)
        past[:, RUN_IN_SAMPLES - self._direct.shape[1] :] = self._direct
        came_out = self._resampled(past).shape[1]
        self.held = self._skip = RUN_IN_SAMPLES - came_out + LATE_SAMPLES
        self._direct = self._direct[:, :0]
        self._glide(self.ratio)

    def _resampled(self, pcm: FloatArray) -> FloatArray:
        return np.ascontiguousarray(self._soxr.resample_chunk(np.ascontiguousarray(pcm.T)).T)

    def _faded_in(self, pcm: FloatArray, out: FloatArray) -> FloatArray:
        """Return the filter's output, faded into from what goes through unchanged."""
        left = len(self._fade) - self._faded
        if left <= 0:
            return out
        self._direct = np.concatenate([self._direct, pcm], axis=1)
        count = min(left, out.shape[1])
        part = slice(self._faded, self._faded + count)
        weight = self._fade[part]
        out[:, :count] = weight * out[:, :count] + (1.0 - weight) * self._direct[:, part]
        self._faded += count
        return out
