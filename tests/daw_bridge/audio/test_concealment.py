"""What stands in for music that is missing: the bar twice, a fading beat, silence; no clicks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.audio.concealment import NO_TEMPO_S, REPEATS, Concealment, Pulse
from daw_bridge.audio.resample import FloatArray

RATE = 8000
RAMP = 160  # 20 ms
SHORTEST = 800


@st.composite
def musics(draw: st.DrawFn) -> FloatArray:
    """Smooth stereo of any length: a few partials that rise and fall, as loud as 1."""
    count = draw(st.integers(0, 6000))
    times = np.arange(count) / RATE
    wave = np.zeros((2, count))
    for channel in range(2):
        for _ in range(draw(st.integers(0, 3))):
            hertz, phase = draw(st.floats(1, 600)), draw(st.floats(0, 6.28))
            swell = 1 + np.sin(2 * np.pi * draw(st.floats(0, 8)) * times)
            wave[channel] += swell * np.sin(2 * np.pi * hertz * times + phase)
    return (wave / max(np.abs(wave).max(initial=0.0), 1.0)).astype(np.float32)


PULSES = st.builds(
    lambda beat, beats: Pulse(beat, beat * beats),
    st.integers(200, 1200),
    st.sampled_from([1, 3, 4]),
)


def concealment(music: FloatArray, pulse: Pulse) -> Concealment:
    return Concealment(music, pulse, ramp=RAMP, shortest=SHORTEST)


def length(music: FloatArray, pulse: Pulse) -> tuple[int, int]:
    """Return the period, and after how many samples there is silence."""
    period = pulse.period(music.shape[1], SHORTEST)
    if not period:
        return 0, min(max(music.shape[1], 1), RAMP)
    return period, REPEATS * period + pulse.beat


@given(musics(), PULSES)
def test_the_seams_are_as_smooth_as_the_music(music, pulse) -> None:
    """From the last sample heard on, no step is larger than the music's own and the fades'."""
    period, until = length(music, pulse)
    heard = np.concatenate([music, concealment(music, pulse).take(until + 50)], axis=1)
    own = np.abs(np.diff(music, axis=1)).max(initial=0.0)
    peak = np.abs(music).max(initial=0.0)
    fades = 1.2 * np.pi * peak * (1 / RAMP + 1 / (pulse.beat if period else until))
    first = max(music.shape[1] - 1, 0)
    assert np.abs(np.diff(heard[:, first:], axis=1)).max() <= 2**0.5 * own + fades + 1e-6


@given(musics(), PULSES)
def test_it_plays_two_periods_a_fading_beat_and_silence_to_the_sample(music, pulse) -> None:
    period, until = length(music, pulse)
    out = concealment(music, pulse).take(until + 100)
    assert not out[:, until:].any()
    if not period:
        return
    bar = music[:, -period:]
    for repeat in range(REPEATS):
        once = out[:, repeat * period : (repeat + 1) * period]
        np.testing.assert_array_equal(once[:, RAMP:], bar[:, RAMP:])
    fade = np.cos(np.pi / 2 * np.arange(pulse.beat) / pulse.beat) ** 2
    again = np.resize(out[:, :period].T, (pulse.beat, 2)).T
    np.testing.assert_allclose(out[:, REPEATS * period : until], again * fade, atol=1e-6)


@given(musics(), PULSES)
def test_it_is_never_louder_than_the_music(music, pulse) -> None:
    """At a seam two moments of the music share one: at no sample more than their power."""
    period, until = length(music, pulse)
    out = concealment(music, pulse).take(until)
    once = np.zeros((2, period or until))
    if period:
        once += music[:, -period:].astype(np.float64) ** 2
    tail = music[:, ::-1][:, : min(RAMP, until)].astype(np.float64) ** 2
    once[:, : tail.shape[1]] += tail
    bound = np.resize(once.T, (until, 2)).T
    assert (out**2 <= bound * (1 + 1e-5) + 1e-12).all()


@given(musics(), PULSES, st.lists(st.integers(0, 700), max_size=12))
def test_how_it_is_taken_changes_nothing(music, pulse, sizes) -> None:
    whole, parts = concealment(music, pulse), concealment(music, pulse)
    taken = [parts.take(size) for size in sizes]
    assert [part.shape for part in taken] == [(2, size) for size in sizes]
    if sizes:
        np.testing.assert_array_equal(np.concatenate(taken, axis=1), whole.take(sum(sizes)))
    assert parts.has_faded == (sum(sizes) > REPEATS * length(music, pulse)[0])


def test_a_steady_sound_is_not_louder_at_its_seams() -> None:
    """By half a decibel at most, whether the repetition falls in with it or not."""
    times = np.arange(5000) / RATE
    for hertz in (110.0, 111.7, 313.3):
        music = np.sin(2 * np.pi * hertz * times, dtype=np.float32)[None]
        out = concealment(music, Pulse(400, 1600)).take(3200)
        power = np.convolve(out[0] ** 2, np.ones(RAMP) / RAMP, "valid")
        assert 10 * np.log10(power.max() / 0.5) < 0.5, hertz


@pytest.mark.parametrize(
    ("available", "expected"),
    [(9000, 1600), (1600, 1600), (1599, 400), (400, 400), (399, 399), (100, 100), (99, 0), (0, 0)],
)
def test_a_bar_is_repeated_or_a_beat_or_what_there_is(available, expected) -> None:
    assert Pulse(400, 1600).period(available, 100) == expected


def test_the_pulse_of_a_tempo() -> None:
    assert Pulse.of(120.0, 4, RATE) == Pulse(4000, 16000)
    assert Pulse.of(0.0, 4, RATE) == Pulse(round(NO_TEMPO_S * RATE), round(NO_TEMPO_S * RATE))
