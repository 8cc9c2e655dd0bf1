"""Streaming resampling from the model's rate to a listener's, with exact positions.

A position at the model's rate maps to ``position * out_rate / in_rate`` at the listener's, in whole
numbers: there is no drift however long the stream. Where the first input sample sits on a multiple
of ``alignment`` the mapping has no fraction at all, and every listener of that rate gets the same
samples at the same positions, whenever it joined.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

FloatArray = npt.NDArray[np.float32]


def map_position(position: int, in_rate: int, out_rate: int) -> int:
    """Return the first sample at ``out_rate`` that is not before ``position`` at ``in_rate``."""
    return -(-position * out_rate // in_rate)


def map_channels(pcm: FloatArray, channels: int) -> FloatArray:
    """Return ``[channels, n]`` of ``[C, n]``: mono is copied, a mix is averaged, others are cut.

    Channels that the source does not have are silent.
    """
    have = pcm.shape[0]
    if have == channels:
        return pcm
    if have == 1:
        return np.repeat(pcm, channels, axis=0)
    if channels == 1:
        mixed: FloatArray = pcm.mean(axis=0, keepdims=True, dtype=np.float32)
        return mixed
    out = np.zeros((channels, pcm.shape[1]), np.float32)
    out[: min(have, channels)] = pcm[: min(have, channels)]
    return out


class StreamResampler:
    """One listener's resampler: blocks in, blocks out, positions counted.

    Attributes:
        alignment: input positions on a multiple of it map to output positions without a fraction.
        position: output position of the next sample that ``push`` returns.
    """

    def __init__(self, in_rate: int, out_rate: int, channels: int, position: int = 0) -> None:
        """Begin at an input ``position``; ``channels`` is that of the input."""
        self.in_rate = in_rate
        self.out_rate = out_rate
        self.alignment = in_rate // math.gcd(in_rate, out_rate)
        self.position = map_position(position, in_rate, out_rate)
        self._soxr: Any = None
        if in_rate != out_rate:
            self._soxr = soxr.ResampleStream(
                in_rate, out_rate, channels, dtype="float32", quality="HQ"
            )

    def push(self, pcm: FloatArray, *, last: bool = False) -> FloatArray:
        """Return the output that became final, ``[C, m]``, of input ``[C, n]``.

        With ``last`` the filter is emptied too; the stream has ended.
        """
        out = pcm
        if self._soxr is not None:
            interleaved = self._soxr.resample_chunk(np.ascontiguousarray(pcm.T), last=last)
            out = np.ascontiguousarray(interleaved.T)
        self.position += out.shape[1]
        return out
