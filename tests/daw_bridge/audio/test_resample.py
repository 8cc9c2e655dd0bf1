"""Streaming resampling: the same samples as offline, at exact positions, for ever."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.audio.resample import StreamResampler, map_channels, map_position

RATES = [(32000, 48000), (32000, 44100), (32000, 16000), (48000, 44100), (32000, 96000)]


def noise(frames: int, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((channels, frames)).astype(np.float32)


@pytest.mark.parametrize(("in_rate", "out_rate"), RATES)
def test_streamed_equals_offline(in_rate, out_rate) -> None:
    pcm = noise(in_rate // 2, 2)
    resampler = StreamResampler(in_rate, out_rate, 2)
    parts = [resampler.push(pcm[:, at : at + 640]) for at in range(0, pcm.shape[1], 640)]
    parts.append(resampler.push(pcm[:, :0], last=True))
    streamed = np.concatenate(parts, axis=1)
    offline = soxr.resample(pcm.T, in_rate, out_rate, quality="HQ").T
    assert streamed.shape[1] == resampler.position
    assert abs(streamed.shape[1] - offline.shape[1]) <= 1
    frames = min(streamed.shape[1], offline.shape[1])
    np.testing.assert_allclose(streamed[:, :frames], offline[:, :frames], atol=1e-4)


@pytest.mark.parametrize(("in_rate", "out_rate"), RATES)
def test_a_late_start_gives_the_same_samples_at_the_same_positions(in_rate, out_rate) -> None:
    """A listener that joins on the alignment grid hears what the first one hears."""
    pcm = noise(in_rate)
    early = StreamResampler(in_rate, out_rate, 1)
    whole = early.push(pcm)
    start = 20 * early.alignment
    late = StreamResampler(in_rate, out_rate, 1, start)
    first = late.position
    assert first * in_rate == start * out_rate
    part = late.push(pcm[:, start:])
    warm = round(0.05 * out_rate)  # the filter's own length, before which it hears silence
    count = min(whole.shape[1] - first, part.shape[1])
    np.testing.assert_allclose(
        part[:, warm:count], whole[:, first + warm : first + count], atol=1e-5
    )


def test_positions_do_not_drift_over_ten_minutes() -> None:
    """44,100 Hz of 32,000 Hz: after 600 pushes of 1 s the count is off by the filter only."""
    resampler = StreamResampler(32000, 44100, 1)
    second = np.zeros((1, 32000), np.float32)
    for _ in range(600):
        resampler.push(second)
    ahead = 600 * 44100 - resampler.position
    assert 0 <= ahead < 0.05 * 44100


def test_equal_rates_pass_through() -> None:
    pcm = noise(100)
    resampler = StreamResampler(48000, 48000, 1, position=7)
    assert resampler.push(pcm) is pcm
    assert resampler.position == 107


@given(st.integers(0, 2**53), st.sampled_from(RATES))
@settings(max_examples=50)
def test_mapped_position_is_the_first_sample_not_before(position, rates) -> None:
    in_rate, out_rate = rates
    mapped = map_position(position, in_rate, out_rate)
    assert mapped * in_rate >= position * out_rate > (mapped - 1) * in_rate


def test_channels_are_copied_averaged_or_cut() -> None:
    mono, stereo = noise(4), noise(4, 2)
    np.testing.assert_array_equal(map_channels(mono, 2), np.repeat(mono, 2, 0))
    np.testing.assert_allclose(map_channels(stereo, 1)[0], stereo.mean(0), rtol=1e-6)
    assert map_channels(stereo, 2) is stereo
    four = map_channels(stereo, 4)
    np.testing.assert_array_equal(four[:2], stereo)
    assert not four[2:].any()
    np.testing.assert_array_equal(map_channels(four, 3), four[:3])
