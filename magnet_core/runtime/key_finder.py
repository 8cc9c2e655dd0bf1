"""Which key a waveform is in, as far as its pitch classes tell.

Krumhansl and Kessler (1982) had listeners rate how well each pitch class fits a key. The key whose
ratings go best with how loud the twelve pitch classes are is the one that is heard; where none goes
well, as with drums, there is none.
"""

from __future__ import annotations

import torch
from torch import Tensor

from magnet_core.model.harmony import Key

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 2000.0
_WINDOW_S = 0.25  # semitones apart from 80 Hz on
_LEAST_FIT = 0.6  # correlation: what noise and drums stay below
_A4_HZ, _A4_CLASS = 440.0, 9  # pitch class 0 is C


def key_of(waveform: Tensor, sample_rate: int) -> Key:
    """Return the key of a waveform ``[C, N]``; an unknown one where it has none."""
    fits = torch.stack([_fits(chroma(waveform, sample_rate), p) for p in (_MAJOR, _MINOR)])
    best = int(fits.argmax())
    if not fits.flatten()[best] >= _LEAST_FIT:  # silence fits nothing: NaN
        return Key()
    return Key(best % 12, best >= 12)


def chroma(waveform: Tensor, sample_rate: int) -> Tensor:
    """Return how loud the twelve pitch classes of a waveform ``[C, N]`` are, from C on."""
    size = round(_WINDOW_S * sample_rate)
    mono = waveform.mean(0)
    padded = torch.nn.functional.pad(mono, (0, max(size - len(mono), 0)))
    window = torch.hann_window(size)
    spectra = torch.fft.rfft(padded.unfold(0, size, size // 2) * window).abs()
    hz = torch.fft.rfftfreq(size, 1.0 / sample_rate)
    pitched = (hz >= _LOWEST_HZ) & (hz <= _HIGHEST_HZ)
    classes = (torch.round(12 * torch.log2(hz[pitched] / _A4_HZ)) + _A4_CLASS).long() % 12
    loudness = spectra[:, pitched]
    # Only what stands out of its neighbours is a note: drums are as loud everywhere.
    floor = torch.nn.functional.avg_pool1d(loudness[:, None], 9, 1, 4)[:, 0]
    notes = (loudness - 1.5 * floor).clamp(min=0.0).sum(0).sqrt()
    return torch.zeros(12).index_add(0, classes, notes)


def _fits(loudness: Tensor, profile: tuple[float, ...]) -> Tensor:
    """Return how well each of the twelve keys of a mode fits, -1 to 1."""
    shifted = torch.stack([torch.roll(torch.tensor(profile), tonic) for tonic in range(12)])
    return torch.stack([torch.corrcoef(torch.stack([loudness, key]))[0, 1] for key in shifted])
