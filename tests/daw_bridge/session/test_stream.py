"""The sound that everyone hears: whole, free of clicks, and repeated where music is missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.audio.concealment import Pulse
from daw_bridge.audio.leveller import CEILING
from daw_bridge.session.stream import MIXED_CEILING, Stream
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_INFILL, FLAG_LAST

RATE = 8000
RAMP = 160
BLOCK = 160
PULSE = Pulse.of(240.0, 4, RATE)  # a beat of 2000 samples, a bar of 8000


class Musician:
    """A stream, and a sine that is played into it without a break, whatever gaps there are."""

    def __init__(self, gain: float = 1.0) -> None:
        self.stream = Stream(1, RATE, gain)
        self.stream.pulse = PULSE
        self.stream.leveller.enabled = False
        self.played = 0

    def play(self, frames: int, block: int = BLOCK) -> None:
        at = np.arange(self.played, self.played + frames)
        wave = (0.5 * np.sin(2 * np.pi * 100 * at / RATE)).astype(np.float32)[None]
        for offset in range(0, frames, block):
            self.stream.add(wave[:, offset : offset + block], FLAG_INFILL, 1)
        self.played += frames

    def heard(self) -> np.ndarray:
        return self.stream.history.tail(self.stream.position)[0]

    def flags(self) -> np.ndarray:
        history, position, flags = self.stream.history, 0, []
        while (block := history.read(position)) is not None:
            flags += [block.flags] * block.pcm.shape[1]
            position = block.end
        return np.array(flags)


def level(wave: np.ndarray) -> float:
    return float(np.sqrt((wave**2).mean()))


def test_a_gap_is_filled_with_the_last_bar_and_flagged() -> None:
    musician = Musician()
    musician.play(12_000)
    assert musician.stream.gap_from is None
    for _ in range(50):
        musician.stream.conceal(BLOCK)
    assert musician.stream.gap_from == 12_000
    musician.play(4000)
    assert musician.stream.gap_from is None
    heard, flags = musician.heard(), musician.flags()
    assert len(heard) == 24_000
    concealed = flags == FLAG_CONCEALED
    assert concealed[12_000:20_000].all() and concealed.sum() == 8000
    np.testing.assert_array_equal(heard[12_000 + RAMP : 20_000], heard[4000 + RAMP : 12_000])
    assert np.abs(np.diff(heard)).max() < 0.06  # the sine's own steepest step is 0.04


def test_after_two_bars_and_a_beat_there_is_silence_and_the_music_fades_in_again() -> None:
    musician = Musician()
    musician.play(12_000)
    for _ in range(150):
        musician.stream.conceal(BLOCK)
    musician.play(1600)
    heard = musician.heard()
    silent_from = 12_000 + 2 * PULSE.bar + PULSE.beat
    assert level(heard[silent_from - 1000 : silent_from - 900]) > 0.01
    assert not heard[silent_from : 12_000 + 150 * BLOCK].any()
    assert level(heard[-1000:]) == pytest.approx(0.5 / 2**0.5, rel=0.01)
    assert np.abs(np.diff(heard)).max() < 0.06


def test_silence_and_fades_are_never_repeated() -> None:
    """A second gap repeats what came after the first one faded; a short first gap is no matter."""
    musician = Musician()
    musician.play(12_000)
    for _ in range(150):
        musician.stream.conceal(BLOCK)
    musician.play(2400)  # more than a beat
    musician.stream.conceal(8 * BLOCK)
    assert level(musician.heard()[-1000:]) == pytest.approx(0.5 / 2**0.5, rel=0.05)


def test_a_performer_turns_down_what_is_repeated_too() -> None:
    musician = Musician()
    musician.play(12_000)
    musician.stream.conceal(BLOCK)
    musician.stream.gain = 0.1
    for _ in range(20):
        musician.stream.conceal(BLOCK)
    assert level(musician.heard()[-1600:]) == pytest.approx(0.05 / 2**0.5, rel=0.05)
    musician.play(1600)
    assert level(musician.heard()[-800:]) == pytest.approx(0.05 / 2**0.5, rel=0.05)
    assert np.abs(np.diff(musician.heard())).max() < 0.06


def test_an_end_is_faded_flagged_and_the_next_music_fades_in() -> None:
    musician = Musician()
    assert musician.stream.close() == 0  # nothing sounds
    musician.play(4000)
    assert musician.stream.close() == RAMP
    assert musician.stream.close() == 0
    musician.play(4000)
    heard, flags = musician.heard(), musician.flags()
    assert (flags[4000 : 4000 + RAMP] == FLAG_CONCEALED | FLAG_LAST).all()
    assert np.abs(heard[4000 + RAMP - 1 : 4000 + RAMP + 1]).max() < 1e-3
    assert np.abs(np.diff(heard)).max() < 0.06


def test_music_that_does_not_go_on_from_the_last_begins_without_a_click() -> None:
    musician = Musician()
    musician.play(4020)  # a quarter of a period: the last sample is a peak
    musician.stream.cut()
    musician.stream.add(np.full((1, 4000), -0.5, np.float32), FLAG_INFILL, 2)
    heard = musician.heard()
    assert len(heard) == 8020  # it takes no time
    assert np.abs(np.diff(heard)).max() < 0.06
    np.testing.assert_array_equal(heard[4020 + RAMP :], np.float32(-0.5))


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("play"), st.integers(1, 40)),
            st.tuples(st.just("crumbs"), st.integers(1, 400)),
            st.tuples(st.just("conceal"), st.integers(1, 200)),
            st.tuples(st.sampled_from(["close", "cut", "loud", "soft"]), st.none()),
        ),
        max_size=12,
    )
)
def test_whatever_happens_there_is_no_click_and_every_sample_is_counted(steps) -> None:
    musician = Musician()
    stream, expected = musician.stream, 0
    for what, count in steps:
        if what == "play":
            musician.play(count * BLOCK)
            expected += count * BLOCK
        elif what == "crumbs":
            musician.play(count, block=7)
            expected += count
        elif what == "conceal" and expected:
            for _ in range(count):
                expected += stream.conceal(BLOCK)
        elif what == "close":
            expected += stream.close()
        elif what == "cut":
            stream.cut()
        elif what in ("loud", "soft"):
            stream.gain = {"loud": 1.0, "soft": 0.2}[what]
    assert stream.position == expected
    heard = stream.history.tail(expected)
    assert np.abs(np.diff(heard)).max(initial=0.0) < 0.07
    assert np.abs(heard).max(initial=0.0) <= 0.5 * 2**0.5 + 1e-6


@pytest.mark.parametrize("after_s", [0.05, 1.1])
def test_two_loud_sounds_that_meet_stay_below_full_scale(after_s: float) -> None:
    """Uncorrelated noise at the leveller's ceiling, before, in and after a gap."""
    rng, stream = np.random.default_rng(3), Stream(1, RATE, 1.0)
    stream.pulse = PULSE
    alone = rng.choice([-CEILING, CEILING], (1, 2 * RATE)).astype(np.float32)
    stream.add_levelled(alone, FLAG_INFILL, 1)
    stream.conceal(round(after_s * RATE))
    stream.add_levelled(-alone, FLAG_INFILL, 1)
    heard = stream.history.tail(stream.position)[0]
    assert np.abs(heard).max() <= MIXED_CEILING
    assert np.array_equal(heard[RAMP : 2 * RATE], alone[0, RAMP:])  # one sound alone is as it was
    assert np.array_equal(heard[-RATE:], -alone[0, -RATE:])
