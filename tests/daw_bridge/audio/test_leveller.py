"""The leveller: an even level, no clipped sample, nothing that depends on chunks, no latency."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.audio.leveller import CEILING, RANGE_DB, SLEW_DB_PER_S, TARGET_LUFS, Leveller
from magnet_core.training.synth import loudness_db

RATE = 32_000


def _music(seconds: float, lufs: float, seed: int = 0) -> np.ndarray:
    """Noise that beats twice a second over a chord, mono, at a loudness."""
    time_s = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).standard_normal(len(time_s)) * np.exp(-12 * (time_s % 0.5))
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 277.2, 329.6))
    sound = 0.3 * noise + 0.3 * chord  # at the target its peaks are below the knee
    sound *= 10 ** ((lufs - loudness_db(sound)) / 20)
    return sound[None].astype(np.float32)


def _loudness(pcm: np.ndarray) -> float:
    return loudness_db(pcm[0].astype(np.float64))


@pytest.mark.parametrize("off", [-5.0, -2.5, 2.5, 5.0])
def test_music_that_is_off_comes_to_the_target(off: float) -> None:
    """After a few seconds it is within a LU; at most RANGE_DB are made up."""
    out = Leveller(RATE, 1).process(_music(12.0, TARGET_LUFS + off))
    assert abs(_loudness(out[:, 5 * RATE :]) - TARGET_LUFS) <= 1.0


def test_whispers_stay_whispers() -> None:
    """What is far below is lifted by the range and no more."""
    music = _music(12.0, TARGET_LUFS - 20.0)
    out = Leveller(RATE, 1).process(music)
    assert _loudness(out[:, 6 * RATE :]) - _loudness(music[:, 6 * RATE :]) <= RANGE_DB + 0.1


def test_music_at_the_target_passes_unchanged() -> None:
    """Within the tolerance nothing is done at all, so the bar keeps its dynamics."""
    music = _music(8.0, TARGET_LUFS)
    assert np.array_equal(Leveller(RATE, 1).process(music), music)


def test_silence_stays_silent_and_moves_nothing() -> None:
    """A pause is no reason to turn up."""
    leveller = Leveller(RATE, 1)
    leveller.process(_music(5.0, TARGET_LUFS))
    before = leveller.gain_db
    assert not leveller.process(np.zeros((1, 6 * RATE), np.float32)).any()
    assert leveller.gain_db == before


def test_gain_moves_no_faster_than_its_slope() -> None:
    """A jump of the music is not answered by a jump of the gain."""
    leveller, gains = Leveller(RATE, 1), []
    for music in (_music(4.0, -12.0), _music(4.0, -24.0, seed=1)):
        for at in range(0, music.shape[1], 640):
            leveller.process(music[:, at : at + 640])
            gains.append(leveller.gain_db)
    assert np.abs(np.diff(gains)).max() <= SLEW_DB_PER_S * 0.02 + 1e-9
    assert min(gains) < -3.0
    assert gains[-1] > min(gains) + 3.0


def test_off_glides_to_no_gain() -> None:
    """Switched off, it ends at 0 dB without a jump, and then changes nothing."""
    leveller = Leveller(RATE, 1)
    leveller.process(_music(5.0, -22.0))
    assert leveller.gain_db > 2.0
    leveller.enabled = False
    leveller.process(_music(4.0, -22.0))
    music = _music(1.0, -22.0)
    assert np.array_equal(leveller.process(music), music)


@given(cuts=st.lists(st.integers(1, 5000), min_size=1, max_size=30), channels=st.integers(1, 2))
def test_chunks_do_not_matter(cuts: list[int], channels: int) -> None:
    """However the stream is cut, each sample comes out the same."""
    music = np.repeat(_music(1.5, -9.0), channels, axis=0)
    whole = Leveller(RATE, channels).process(music)
    leveller, parts, at = Leveller(RATE, channels), [], 0
    for cut in [*cuts, music.shape[1]]:
        parts.append(leveller.process(music[:, at : at + cut]))
        at += cut
    assert np.allclose(np.concatenate(parts, axis=1), whole, atol=1e-6)


@given(level=st.floats(0.01, 50.0), seed=st.integers(0, 99))
def test_nothing_reaches_full_scale(level: float, seed: int) -> None:
    """Whatever comes in, no sample is clipped, and its sign stays."""
    noise = (level * np.random.default_rng(seed).standard_normal((1, 4000))).astype(np.float32)
    out = Leveller(RATE, 1).process(noise)
    assert np.abs(out).max() <= CEILING + 1e-6
    assert np.array_equal(np.sign(out), np.sign(noise))


@given(st.integers(0, 40_000), st.floats(-RANGE_DB, RANGE_DB))
def test_a_gain_that_is_begun_at_holds_at_once_whatever_was_heard_before(heard, gain_db) -> None:
    """Then it goes on as one that has heard nothing else."""
    used, fresh = Leveller(RATE, 1), Leveller(RATE, 1)
    used.process(_music(2.0, TARGET_LUFS + 4.0)[:, :heard])
    music = _music(1.0, TARGET_LUFS - 12.0, seed=1)
    for leveller in (used, fresh):
        leveller.begin_at(gain_db)
    first, second = used.process(music), fresh.process(music)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first[:, :640], music[:, :640] * 10 ** (gain_db / 20), rtol=1e-5)
