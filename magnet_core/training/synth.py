"""Sounds of the synthesised corpus: drum hits and pitched notes, numpy only.

Every function returns a mono float64 array at ``SAMPLE_RATE``. A *patch* (drawn once for a piece)
fixes the colour of an instrument, so that a piece has one kick and one bass throughout, and pieces
differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 32_000
Audio = NDArray[np.float64]

DRUMS = ("kick", "snare", "hats")
PITCHED = ("bass", "pad", "chords", "pluck", "lead", "strings", "bells")
INSTRUMENTS = DRUMS + PITCHED


@dataclass(frozen=True, slots=True)
class Patch:
    """The colour of one instrument in one piece.

    Attributes:
        instrument: one of INSTRUMENTS.
        shape: 0 to 1, moves between the instrument's variants (sine-like to saw-like, tight to
            boomy).
        brightness: -1 dark, 0 neutral, 1 bright: tilts the partials by about 6 dB an octave.
        seed: of the noise in it.
    """

    instrument: str
    shape: float
    brightness: float
    seed: int


def _time(seconds: float) -> Audio:
    return np.arange(max(int(seconds * SAMPLE_RATE), 1)) / SAMPLE_RATE


def _decay(t: Audio, half_life_s: float) -> Audio:
    return np.exp2(-t / half_life_s)


def _fade_ends(x: Audio, attack_s: float, release_s: float) -> Audio:
    attack = min(int(attack_s * SAMPLE_RATE), len(x) // 2)
    release = min(int(release_s * SAMPLE_RATE), len(x) // 2)
    if attack:
        x[:attack] *= np.linspace(0.0, 1.0, attack, endpoint=False)
    if release:
        x[-release:] *= np.linspace(1.0, 0.0, release)
    return x


def _band_noise(n: int, low_hz: float, high_hz: float, rng: np.random.Generator) -> Audio:
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1.0 / SAMPLE_RATE)
    gain = 1.0 / (1.0 + (low_hz / np.maximum(hz, 1.0)) ** 6) / (1.0 + (hz / high_hz) ** 6)
    noise = np.fft.irfft(spectrum * gain, n)
    return noise / (np.std(noise) + 1e-9)


def _kick(patch: Patch, velocity: float) -> Audio:
    t = _time(0.42)
    floor_hz = 44.0 + 12.0 * patch.shape
    sweep_hz = (150.0 + 120.0 * patch.shape) * np.exp(-t / 0.022)
    phase = 2.0 * np.pi * np.cumsum(floor_hz + sweep_hz) / SAMPLE_RATE
    body = np.sin(phase) * _decay(t, 0.07 + 0.05 * (1.0 - patch.shape))
    click = _band_noise(len(t), 1500.0, 6000.0, np.random.default_rng(patch.seed))
    click *= np.exp(-t / 0.003) * (0.1 + 0.12 * (patch.brightness > 0))
    return _fade_ends(velocity * (body + click), 0.0005, 0.05)


def _snare(patch: Patch, velocity: float) -> Audio:
    t = _time(0.28)
    rng = np.random.default_rng(patch.seed)
    high_hz = 9000.0 * 2.0 ** (0.6 * patch.brightness)
    noise = _band_noise(len(t), 900.0, high_hz, rng) * _decay(t, 0.035 + 0.04 * patch.shape)
    tone_hz = 170.0 + 60.0 * patch.shape
    tone = np.sin(2 * np.pi * tone_hz * t) + 0.5 * np.sin(2 * np.pi * 1.59 * tone_hz * t)
    return _fade_ends(velocity * (0.22 * noise + 0.35 * tone * _decay(t, 0.03)), 0.0005, 0.05)


def _hat(patch: Patch, velocity: float, *, is_open: bool) -> Audio:
    t = _time(0.3 if is_open else 0.09)
    rng = np.random.default_rng(patch.seed)
    low_hz = (5200.0 + 2500.0 * patch.shape) * 2.0 ** (0.3 * patch.brightness)
    noise = _band_noise(len(t), low_hz, 14_500.0, rng)
    level = 0.11 * 2.0 ** (0.8 * patch.brightness)
    return _fade_ends(
        velocity * level * noise * _decay(t, 0.08 if is_open else 0.014), 0.0003, 0.02
    )


def drum_hit(patch: Patch, sound: str, velocity: float) -> Audio:
    """Return one hit; ``sound`` is kick, snare, hat or open_hat."""
    if sound == "kick":
        return _kick(patch, velocity)
    if sound == "snare":
        return _snare(patch, velocity)
    return _hat(patch, velocity, is_open=sound == "open_hat")


@dataclass(frozen=True, slots=True)
class _Voice:
    """How a pitched instrument sounds: partials, envelope, no vibrato, so that chroma is clean."""

    partials: int
    rolloff_soft: float  # amplitude of partial h is h ** -rolloff; soft and hard ends of ``shape``
    rolloff_hard: float
    attack_s: float
    half_life_s: float  # of the decay; 0 sustains
    damping: float  # how much faster higher partials decay
    level: float
    odd_only: bool = False
    inharmonic: tuple[float, ...] = ()


_VOICES = {
    "bass": _Voice(12, 2.2, 1.1, 0.004, 0.30, 0.3, 0.42),
    "pad": _Voice(10, 2.2, 1.3, 0.12, 0.0, 0.0, 0.085),
    "chords": _Voice(12, 1.9, 1.1, 0.003, 0.22, 0.25, 0.13),
    "pluck": _Voice(12, 1.9, 1.1, 0.002, 0.10, 0.35, 0.17),
    "lead": _Voice(14, 1.5, 0.9, 0.008, 1.2, 0.1, 0.14, odd_only=True),
    "strings": _Voice(14, 1.5, 1.0, 0.09, 0.0, 0.0, 0.07),
    "bells": _Voice(4, 1.0, 0.7, 0.001, 0.32, 0.4, 0.13, inharmonic=(1.0, 2.0, 4.0, 5.33)),
}


@lru_cache(maxsize=4096)
def _note(patch: Patch, midi: int, samples: int) -> Audio:
    voice = _VOICES[patch.instrument]
    release_s = 0.12 if voice.half_life_s == 0.0 else 0.05
    t = _time(samples / SAMPLE_RATE + release_s)
    base_hz = 440.0 * 2.0 ** ((midi - 69) / 12.0)
    rolloff = voice.rolloff_soft + (voice.rolloff_hard - voice.rolloff_soft) * patch.shape
    rolloff -= 0.7 * patch.brightness
    ratios = (
        voice.inharmonic
        or tuple(float(h) for h in range(1, 2 * voice.partials, 2 if voice.odd_only else 1))[
            : voice.partials
        ]
    )
    out = np.zeros_like(t)
    rng = np.random.default_rng((patch.seed, midi))
    for ratio in ratios:
        hz = base_hz * ratio
        if hz > 12_000.0:
            break
        partial = np.sin(2.0 * np.pi * (hz * t + rng.random())) * ratio**-rolloff
        if voice.half_life_s:
            partial *= _decay(t, voice.half_life_s / (1.0 + voice.damping * (ratio - 1.0)))
        out += partial
    out /= sum(ratio ** (-2.0 * rolloff) for ratio in ratios) ** 0.5
    return _fade_ends(voice.level * out, voice.attack_s, release_s)


def note(patch: Patch, midi: int, duration_s: float, velocity: float) -> Audio:
    """Return one note of a pitched instrument: 12-tone equal temperament, A4 = 440 Hz."""
    return velocity * _note(patch, midi, int(duration_s * SAMPLE_RATE))


@lru_cache(maxsize=32)
def _impulse_response_spectrum(n_fft: int, half_life_s: float, seed: int) -> NDArray[np.complex128]:
    t = np.arange(int(half_life_s * 6 * SAMPLE_RATE)) / SAMPLE_RATE
    tail = _band_noise(len(t), 250.0, 5000.0, np.random.default_rng(seed)) * _decay(t, half_life_s)
    tail[: int(0.012 * SAMPLE_RATE)] = 0.0  # pre-delay keeps attacks clear
    return np.fft.rfft(tail / np.sqrt(np.sum(tail**2)), n_fft)


def reverb(dry: Audio, *, wet: float, half_life_s: float, seed: int) -> Audio:
    """Return ``dry`` with a diffuse tail of relative level ``wet`` added; the length stays."""
    if wet <= 0.0:
        return dry
    n_fft = 1 << (len(dry) + int(half_life_s * 6 * SAMPLE_RATE) - 1).bit_length()
    response = _impulse_response_spectrum(n_fft, half_life_s, seed)
    tail = np.fft.irfft(np.fft.rfft(dry, n_fft) * response, n_fft)[: len(dry)]
    return dry + wet * tail


def loudness_db(x: Audio) -> float:
    """Return a clip's loudness in LUFS to about 0.5 dB (BS.1770 K curve, 0.4 s blocks, gated)."""
    spectrum = np.fft.rfft(x)
    hz = np.fft.rfftfreq(len(x), 1.0 / SAMPLE_RATE)
    high_pass = 1.0 / (1.0 + (38.0 / np.maximum(hz, 1e-3)) ** 2)
    shelf = 1.0 + (10.0 ** (4.0 / 20.0) - 1.0) / (1.0 + (1500.0 / np.maximum(hz, 1e-3)) ** 2)
    weighted = np.fft.irfft(spectrum * high_pass * shelf, len(x))
    block = int(0.4 * SAMPLE_RATE)
    count = max(len(x) // block, 1)
    power = np.mean(weighted[: count * block].reshape(count, -1) ** 2, axis=1) + 1e-12
    level = -0.691 + 10.0 * np.log10(power)
    kept = power[level > -70.0]
    if not len(kept):
        return -70.0
    gate = -0.691 + 10.0 * np.log10(kept.mean()) - 10.0
    kept = power[level > gate]
    return float(-0.691 + 10.0 * np.log10(kept.mean()))
