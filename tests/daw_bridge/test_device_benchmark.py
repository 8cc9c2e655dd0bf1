"""What the benchmark of sound cards measures: speed, gaps and jumps of what came out of one."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.device import JUMP_SAMPLES, RATE, course, gaps
from daw_bridge.audio.varispeed import Varispeed


def music(seconds: float) -> np.ndarray:
    """Noise with a bend to low frequencies, which never repeats."""
    white = np.random.default_rng(0).standard_normal(round(seconds * RATE))
    low = np.convolve(white, np.hanning(64) / 32, "same")
    return (0.2 * low).astype(np.float32)


def played(wave: np.ndarray, ppm: float) -> np.ndarray:
    """Return what a card plays of it that is corrected by so many parts in a million."""
    varispeed, parts = Varispeed(RATE, 1), []
    for at in range(0, len(wave), 960):
        if at >= RATE:
            varispeed.set_ratio(1 + ppm * 1e-6)
        parts.append(varispeed.push(wave[None, at : at + 960])[0])
    return np.concatenate([np.zeros(1234, np.float32), *parts])


@pytest.mark.parametrize("ppm", [0.0, -200.0, 1000.0])
def test_the_course_of_a_card_is_its_speed_and_has_no_jump(ppm) -> None:
    wave = music(12.0)
    where = course(played(wave, ppm), wave)
    later = where[where[:, 0] > 2 * RATE]
    assert 1e6 * np.polyfit(later[:, 0], later[:, 1], 1)[0] == pytest.approx(ppm, abs=1.0)
    assert np.abs(np.diff(later[:, 1], 2)).max() < 3.0
    assert np.abs(np.diff(where[:, 1], 2)).max() < JUMP_SAMPLES
    assert gaps(played(wave, ppm)[1234:]) == 0


@pytest.mark.parametrize("lost", [96, 960])
def test_what_is_left_out_is_a_jump(lost) -> None:
    wave = music(6.0)
    sound = played(wave, -200.0)
    broken = np.concatenate([sound[: 3 * RATE], sound[3 * RATE + lost :]])
    bends = np.abs(np.diff(course(broken, wave)[:, 1], 2))
    assert bends.max() > JUMP_SAMPLES


def test_silence_is_a_gap() -> None:
    sound = music(2.0)
    sound[RATE : RATE + 50] = 0.0
    assert gaps(sound) == 0
    sound[RATE : RATE + 256] = 0.0
    assert gaps(sound) == 1
