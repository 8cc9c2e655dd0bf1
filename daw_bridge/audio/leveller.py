"""An even level whatever is asked for: a slow automatic gain with a soft ceiling.

A solo pad and a full band differ by several LU, and a model's samples differ among themselves; who
changes words on stage should not have to reach for the fader. The gain follows the loudness of the
last seconds towards ``TARGET_LUFS``: slowly, by at most ``RANGE_DB``, and not at all while the
music is within ``TOLERANCE_LU`` of it, so that the dynamics inside a bar stay. It only looks back:
no latency. What the gain lifts too high is rounded off below full scale.

The output depends on the samples alone, not on how they are cut into chunks.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from daw_bridge.audio.resample import FloatArray

TARGET_LUFS = -17.0
RANGE_DB = 6.0
TOLERANCE_LU = 0.7
SLEW_DB_PER_S = 3.0
KNEE, CEILING = 0.7, 0.89  # -1 dB: a resampler between here and the ear overshoots
_BLOCK_S = 0.02
_MEMORY_BLOCKS = 200  # 4 s
_GATING_BLOCKS = 20  # 0.4 s
_SURE_BLOCKS = 100  # before 2 s little is: one bar may be louder than the next
_GATE_LUFS = -50.0  # quieter blocks are pauses
_RELATIVE_GATE_LU = 10.0


def _k_weights(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power response of BS.1770's K filter, to about 0.5 dB."""
    high_pass = 1.0 / (1.0 + (38.0 / np.maximum(hz, 1e-3)) ** 2) ** 2
    shelf = (1.0 + (10.0 ** (4.0 / 20.0) - 1.0) / (1.0 + (1500.0 / np.maximum(hz, 1e-3)) ** 2)) ** 2
    return np.asarray(high_pass * shelf)


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10.0 * np.log10(np.asarray(power) + 1e-12))


def soft_ceiling(pcm: FloatArray, knee: float = KNEE, ceiling: float = CEILING) -> FloatArray:
    """Return ``pcm`` unchanged up to ``knee`` and bent towards ``ceiling`` above it."""
    size = np.abs(pcm)
    if not size.size or size.max() <= knee:
        return pcm
    room = ceiling - knee
    bent = knee + room * np.tanh((size - knee) / room)
    return np.where(size > knee, np.sign(pcm) * bent, pcm).astype(np.float32)


class Leveller:
    """The level of one stream.

    Args:
        sample_rate: samples per second.
        channels: rows of the arrays that ``process`` takes.

    Attributes:
        enabled: off, the gain glides back to 0 dB, and then nothing is changed any more.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self.enabled = True
        self._block = round(_BLOCK_S * sample_rate)
        self._weights = _k_weights(
            np.fft.rfftfreq(self._block, 1.0 / sample_rate).astype(np.float64)
        )
        self._powers: deque[float] = deque(maxlen=_MEMORY_BLOCKS)
        self._step_db = SLEW_DB_PER_S * self._block / sample_rate
        self._partial = np.zeros((channels, self._block), np.float32)
        self._filled = 0  # samples of the current block that have passed
        self._gain_db = self._next_db = 0.0  # at the beginning and the end of the current block

    @property
    def gain_db(self) -> float:
        """The gain now."""
        return self._gain_db

    def begin_at(self, gain_db: float) -> None:
        """Go on at a gain, and judge by what comes from now on."""
        self._powers.clear()
        self._filled = 0
        self._gain_db = self._next_db = gain_db

    def process(self, pcm: FloatArray) -> FloatArray:
        """Return ``pcm`` float32 ``[C, n]`` at an even level, as many samples."""
        out, at = np.empty(pcm.shape, np.float32), 0
        while at < pcm.shape[1]:
            count = min(self._block - self._filled, pcm.shape[1] - at)
            piece = pcm[:, at : at + count]
            span = slice(self._filled, self._filled + count)
            along = np.arange(span.start, span.stop, dtype=np.float32) / self._block
            gain_db = self._gain_db + (self._next_db - self._gain_db) * along
            out[:, at : at + count] = piece * 10.0 ** (gain_db / 20.0)
            self._partial[:, span] = piece
            self._filled += count
            at += count
            if self._filled == self._block:
                self._end_block()
        is_off = not self.enabled and self._gain_db == 0.0
        return out if is_off else soft_ceiling(out)

    def _end_block(self) -> None:
        spectrum = np.abs(np.fft.rfft(self._partial, axis=1)) ** 2 @ self._weights
        self._powers.append(float(2.0 * spectrum.sum() / self._block**2))
        self._filled = 0
        self._gain_db = self._next_db
        wanted = self._wanted_db()
        self._next_db += float(np.clip(wanted - self._next_db, -self._step_db, self._step_db))

    def _wanted_db(self) -> float:
        """Return the gain that the last seconds ask for; the present one where that is no news."""
        if not self.enabled:
            return 0.0
        if len(self._powers) < _GATING_BLOCKS:
            return self._next_db
        # As in BS.1770: means over 0.4 s at a time, without pauses and what is far below the rest.
        powers = np.convolve(self._powers, np.full(_GATING_BLOCKS, 1.0 / _GATING_BLOCKS), "valid")
        heard = powers[_lufs(powers) > _GATE_LUFS]
        if heard.size <= powers.size // 2:  # mostly pause: nothing to judge by
            return self._next_db
        kept = heard[_lufs(heard) > _lufs(heard.mean()) - _RELATIVE_GATE_LU]
        wanted = float(np.clip(TARGET_LUFS - _lufs(kept.mean()), -RANGE_DB, RANGE_DB))
        tolerance = TOLERANCE_LU * max(_SURE_BLOCKS / len(self._powers), 1.0)
        return wanted if abs(wanted - self._next_db) > tolerance else self._next_db
