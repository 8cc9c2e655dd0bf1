"""A speed that is corrected without a click, and nothing at all in the way until it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.audio.varispeed import RUN_IN_SAMPLES, Varispeed

RATE = 48000
HZ = 997.0


def sine(start: int, frames: int, channels: int = 1) -> np.ndarray:
    times = np.arange(start, start + frames) / RATE
    wave = 0.5 * np.sin(2 * np.pi * HZ * times)
    return np.repeat(wave.astype(np.float32)[None], channels, 0)


def played(ratios: dict[int, float], blocks: int, size: int = 960, channels: int = 1):
    """Return what comes of a sine whose speed changes at some blocks, and the varispeed."""
    varispeed, parts = Varispeed(RATE, channels), []
    for number in range(blocks):
        if number in ratios:
            varispeed.set_ratio(ratios[number])
        parts.append(varispeed.push(sine(number * size, size, channels)))
    return np.concatenate(parts, axis=1), varispeed


def largest_bend(wave: np.ndarray) -> float:
    """Return the largest second difference: a click of the height h adds about h to it."""
    return float(np.abs(np.diff(wave, 2)).max())


SMOOTH = 0.5 * (2 * np.pi * HZ / RATE) ** 2


def test_every_sample_goes_through_as_it_is_until_a_ratio_is_set() -> None:
    varispeed = Varispeed(RATE, 2)
    block = sine(0, 960, 2)
    varispeed.set_ratio(1.0)
    assert varispeed.push(block) is block
    assert varispeed.held == 0
    assert varispeed.flush().shape == (2, 0)


@pytest.mark.parametrize("first", [0, 1, 40])
def test_no_change_of_speed_clicks(first) -> None:
    """Not the first one, whenever it comes, nor any later, nor that back to 1."""
    ratios = {first: 1.0005, 60: 0.999, 61: 1.002, 80: 0.998, 100: 1.0}
    wave, _ = played(ratios, 200, channels=2)
    np.testing.assert_array_equal(wave[0], wave[1])
    assert largest_bend(wave[0]) < 1.03 * SMOOTH
    assert np.abs(wave[0][2 * 960 :]).max() == pytest.approx(0.5, abs=0.002)


def test_it_plays_at_the_speed_it_is_told() -> None:
    ratio = 1.0005
    wave, varispeed = played({10: ratio}, 2000)
    count = wave.shape[1]
    expected = 10 * 960 + (1990 * 960 - varispeed.held) / ratio
    assert count == pytest.approx(expected, abs=3.0)
    assert 0 < varispeed.held < 1000
    tail = wave[0, -RATE:]
    spectrum = np.angle(np.vdot(np.exp(2j * np.pi * HZ * ratio * np.arange(RATE) / RATE), tail))
    halves = [tail[: RATE // 2], tail[RATE // 2 :]]
    tone = np.exp(-2j * np.pi * HZ * ratio * np.arange(RATE // 2) / RATE)
    first, second = (np.angle(np.sum(half * tone)) for half in halves)
    turned = (second - first + np.pi - 2 * np.pi * HZ * ratio / 2) % (2 * np.pi) - np.pi
    assert abs(turned) < 0.02 and np.isfinite(spectrum)  # the frequency is right to 0.01 Hz


def test_what_is_heard_is_where_it_says() -> None:
    """Pushed less held is the input position of the output's end."""
    wave, varispeed = played({5: 1.001, 30: 1.0}, 120)
    end = 120 * 960 - varispeed.held
    np.testing.assert_allclose(wave[0, -480:], sine(end - 480, 480)[0], atol=0.5 * 0.14)


def test_a_stream_that_ends_comes_out_whole_and_the_next_goes_through_as_it_is() -> None:
    wave, varispeed = played({3: 1.0001}, 50)
    tail = varispeed.flush()
    assert wave.shape[1] + tail.shape[1] == pytest.approx(50 * 960 - 3, abs=8)
    assert largest_bend(np.concatenate([wave, tail], axis=1)[0, :-300]) < 1.03 * SMOOTH
    block = sine(0, 960)
    assert varispeed.push(block) is block


@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from([1.0, 0.999, 1.002])), max_size=25))
@settings(max_examples=40, deadline=None)
def test_blocks_of_any_size_give_one_smooth_stream(steps) -> None:
    varispeed, at, parts = Varispeed(RATE, 1), 0, [np.zeros((1, 0), np.float32)]
    for size, ratio in steps:
        varispeed.set_ratio(ratio)
        parts.append(varispeed.push(sine(at, size)))
        at += size
    wave = np.concatenate(parts, axis=1)[0]
    assert wave.size <= at * 1.003 + 8
    if at > RUN_IN_SAMPLES and wave.size > 2:
        assert largest_bend(wave) < 1.05 * SMOOTH
