"""Whether seams can be heard: the spectral flux where plans meet, against that of all other music.

The flux of a frame is how much of its spectrum was not there 20 ms before, as a share of both. A
seam that clicks or jumps has more of it than music has by itself. Each seam is given its
*percentile* among all stretches of the same length that hold no seam; if seams are like the rest,
half of these are below 50 and one in a hundred above 99.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

HOP_S, WINDOW_S = 0.02, 0.064
_BLOCK = 1024  # frames transformed at a time
_QUIET = 1e-4  # magnitude of a sample that is as good as silence

Floats = npt.NDArray[np.float64]


def spectral_flux(wave: npt.NDArray[np.float32], hop: int, window: int) -> Floats:
    """Return for each frame but the first how much of its spectrum is new, 0 to 1.

    Args:
        wave: ``[N]``.
        hop: samples from a frame to the next.
        window: samples in a frame.

    Returns:
        ``[T - 1]``; entry t compares the windows that begin at ``t * hop`` and ``(t + 1) * hop``.
    """
    if len(wave) < window:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(wave, window)[::hop]
    shape = np.hanning(window)
    flux = [np.zeros(0)]
    for first in range(0, len(frames) - 1, _BLOCK):
        magnitude = np.abs(np.fft.rfft(frames[first : first + _BLOCK + 1] * shape))
        rise = np.maximum(np.diff(magnitude, axis=0), 0.0).sum(axis=1)
        total = magnitude[1:].sum(axis=1) + magnitude[:-1].sum(axis=1)
        flux.append(rise / (total + _QUIET * window))
    return np.concatenate(flux)


def seam_percentiles(
    wave: npt.NDArray[np.float32], seams: Iterable[int], sample_rate: int
) -> Floats:
    """Return the percentile of each seam's flux among stretches without a seam.

    Args:
        wave: ``[N]``.
        seams: samples at which something else begins; those too near to an end are left out.
        sample_rate: of ``wave``.
    """
    hop, window = round(HOP_S * sample_rate), round(WINDOW_S * sample_rate)
    flux = spectral_flux(wave, hop, window)
    reach = -(-window // hop) + 1  # so many comparisons have the seam in one of their windows
    if len(flux) < reach:
        return np.zeros(0)
    peaks = np.lib.stride_tricks.sliding_window_view(flux, reach).max(axis=1)
    starts = [(seam - window) // hop for seam in seams]
    starts = [start for start in starts if 0 <= start < len(peaks)]
    others = np.ones(len(peaks), bool)
    for start in starts:
        others[max(start - reach, 0) : start + reach + 1] = False
    if not others.any():
        return np.zeros(0)
    ranked = np.sort(peaks[others])
    found: Floats = 100.0 * np.searchsorted(ranked, peaks[starts]) / len(ranked)
    return found
