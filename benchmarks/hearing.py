"""What a listener would measure of a clip: tempo, key, drums, low end, brightness, level, silence.

Librosa and pyloudnorm (ITU-R BS.1770) do the measuring; nothing here knows how the clip was made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import librosa
import numpy as np
import pyloudnorm
from numpy.typing import NDArray

Audio = NDArray[np.float32]

# Krumhansl and Kessler (1982): how well each pitch class fits a key.
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
# Steps of a major, minor and diminished triad, in the order of the qualities of model/harmony.py.
_TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6))
_HOP = 128
_SILENCE = 10 ** (-55 / 20)


@dataclass(frozen=True, slots=True)
class Sound:
    """A mono clip ``[N]`` and its sample rate."""

    audio: Audio
    rate: int

    def tempo_met(self, bpm: float) -> bool:
        """Whether ``bpm``, half of it or double is what the onsets repeat at, within 2 %."""
        envelope = librosa.onset.onset_strength(y=self.audio, sr=self.rate, hop_length=_HOP)
        # The autocorrelation of onsets, read at fine lags: librosa's own grid is coarser than 2 %.
        correlation = librosa.autocorrelate(envelope)
        correlation /= np.arange(len(correlation), 0, -1)
        tempi = np.exp(np.linspace(math.log(40), math.log(350), 2000))
        lags = 60.0 * self.rate / _HOP / tempi
        strength = sum(
            np.interp(lags * k, np.arange(len(correlation)), correlation) for k in (1, 2, 4)
        )
        prior = np.exp(-0.5 * (np.log2(tempi / 120.0) / 1.0) ** 2)
        found = float(tempi[np.argmax(strength * prior)])
        return any(abs(found / (bpm * f) - 1.0) <= 0.02 for f in (0.5, 1.0, 2.0))

    def key_met(self, tonic: int, minor: bool) -> bool:
        """Whether the key or its relative is among the three best of 24 key profiles."""
        harmonic = librosa.effects.harmonic(self.audio)
        chroma = librosa.feature.chroma_cqt(y=harmonic, sr=self.rate).mean(axis=1)
        scores = {
            (shift, is_minor): np.corrcoef(chroma, np.roll(profile, shift))[0, 1]
            for is_minor, profile in ((False, _MAJOR), (True, _MINOR))
            for shift in range(12)
        }
        best = sorted(scores, key=lambda key: -scores[key])[:3]
        relative = ((tonic + 3) % 12, False) if minor else ((tonic - 3) % 12, True)
        return (tonic, minor) in best or relative in best

    def triads(self, seconds: float) -> list[tuple[int, int]]:
        """Return the triad that each whole piece of ``seconds`` fits best: root and quality.

        Of all 36, by the cosine between its three notes and how loud the pitch classes are.
        """
        harmonic = librosa.effects.harmonic(self.audio)
        chroma = librosa.feature.chroma_cqt(y=harmonic, sr=self.rate)
        per_s = chroma.shape[1] * self.rate / len(self.audio)
        templates = np.zeros((12, 3, 12))
        for root in range(12):
            for quality, steps in enumerate(_TRIADS):
                templates[root, quality, [(root + step) % 12 for step in steps]] = 1.0
        found = []
        for number in range(int(len(self.audio) / self.rate / seconds + 1e-6)):
            part = slice(round(number * seconds * per_s), round((number + 1) * seconds * per_s))
            best = np.argmax(templates @ chroma[:, part].mean(axis=1))
            found.append((int(best) // 3, int(best) % 3))
        return found

    def percussive_share(self) -> float:
        """Energy of the percussive part of an HPSS over the whole."""
        harmonic, percussive = librosa.effects.hpss(self.audio)
        p, h = float(np.sum(percussive**2)), float(np.sum(harmonic**2))
        return p / max(p + h, 1e-9)

    def low_db(self) -> float:
        """Level below 150 Hz."""
        spectrum = np.abs(np.fft.rfft(self.audio)) ** 2
        hz = np.fft.rfftfreq(len(self.audio), 1.0 / self.rate)
        return float(10.0 * np.log10(spectrum[hz < 150.0].sum() / len(self.audio) + 1e-9))

    def centroid_hz(self) -> float:
        """Median spectral centroid."""
        return float(np.median(librosa.feature.spectral_centroid(y=self.audio, sr=self.rate)))

    def loudness_lufs(self) -> float:
        """Integrated loudness."""
        return float(pyloudnorm.Meter(self.rate).integrated_loudness(self.audio))

    def longest_silence_s(self) -> float:
        """The longest run below -55 dB of full scale, in blocks of 20 ms."""
        block = self.rate // 50
        peaks = np.abs(self.audio[: len(self.audio) // block * block]).reshape(-1, block).max(1)
        run = longest = 0
        for quiet in peaks < _SILENCE:
            run = run + 1 if quiet else 0
            longest = max(longest, run)
        return longest / 50

    def is_clipped(self) -> bool:
        """Whether a sample is at full scale or beyond."""
        return bool(np.abs(self.audio).max() >= 1.0)

    def sections(self, seconds: float) -> list[Sound]:
        """Return the clip in whole pieces of ``seconds``."""
        size = round(seconds * self.rate)
        starts = range(0, len(self.audio) - size + 1, size)
        return [Sound(self.audio[start : start + size], self.rate) for start in starts]
