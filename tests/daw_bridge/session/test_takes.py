"""Takes cut out of what was heard: whole bars to the sample, and where the music goes on."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.errors import TakeError
from daw_bridge.session.stream import Stream
from daw_bridge.session.takes import MAX_UNHEARD_S, Bars, Bookmark, Span, cut_take, samples_of
from daw_bridge.session.transport import Transport

RATE = 8000
RAMP = 160


def bars_of(plans: list[tuple[int, int, float]], start: int, end: int) -> Bars:
    transport = Transport(RATE, 4)
    for position, bar_position, bpm in plans:
        transport.plan(position, bar_position, bpm)
    return Bars(transport, 4, RATE, start, end)


@given(
    st.floats(20, 999),
    st.integers(0, 5000),
    st.integers(0, 400_000),
    st.integers(1, 16),
    st.integers(0, 3),
)
def test_bars_of_one_tempo_are_exactly_as_long_as_the_tempo_says(
    bpm, first_line, length, bars, replans
) -> None:
    """And end with the last bar line, however often the same beats are planned again."""
    bar = Fraction(240 * RATE) / Fraction(bpm)
    plans = [(first_line, first_line, bpm)]
    for number in range(1, replans + 1):
        line = first_line + 3 * number * bar
        plans.append((round(line) + 17, round(line), bpm))
    played = bars_of(plans, 0, first_line + length)
    whole = length // bar
    if whole < bars:
        # What was heard before the first plan counts in its beats, too.
        before = first_line // bar
        if whole + before < bars:
            with pytest.raises(TakeError, match="have been played"):
                played.last(bars)
        return
    span = played.last(bars)
    assert (span.bars, span.bpm) == (bars, bpm)
    assert span.end - span.begin == samples_of(bars * 4, bpm, RATE)
    assert abs(span.end - (first_line + whole * bar)) <= 2
    assert span.begin >= 0 and span.end <= first_line + length


def test_bars_across_a_change_of_tempo_have_the_mean_one() -> None:
    """They begin and end with a line, and their tempo is true of their length."""
    played = bars_of([(0, 0, 120.0), (24_000, 20_000, 240.0)], 0, 40_000)
    span = played.last(2)
    # Two beats of the first are 8000 samples at 120, the other two 4000 at 240; the second: 8000.
    assert span == Span(16_000, 36_000, 2, 192.0)
    assert samples_of(8, span.bpm, RATE) == span.end - span.begin


def test_all_is_all_bars_of_one_tempo_or_else_all_that_was_heard() -> None:
    assert bars_of([(0, 0, 120.0)], 1000, 70_000).all() == Span(16_000, 64_000, 3, 120.0)
    changed = bars_of([(0, 0, 120.0), (20_000, 16_000, 90.0)], 1000, 70_000)
    assert changed.all() == Span(1000, 70_000)
    assert bars_of([], 1000, 70_000).all() == Span(1000, 70_000)
    assert bars_of([(0, 0, 120.0)], 1000, 9_000).all() == Span(1000, 9_000)


def test_without_a_metre_no_bars_can_be_asked_for() -> None:
    with pytest.raises(TakeError, match="0 bars keeps all"):
        bars_of([], 0, 70_000).last(1)


def stream_of(samples: int) -> Stream:
    stream = Stream(1, RATE, 0.5, recorded_s=60.0)
    stream.leveller.enabled = False
    wave = np.sin(np.arange(samples, dtype=np.float32))[None] * np.float32(0.5)
    stream.add(wave, 2, 1)
    return stream


def mark(position: int, name: str) -> Bookmark:
    return Bookmark(position, name.encode(), -2.0, "Am")


@pytest.mark.parametrize(
    "positions, found",
    [
        ([15_000, 16_200, 17_000], 16_200),  # the first one behind the end
        ([16_000], 16_000),
        ([12_000, 15_000], 15_000),  # none: the last one before it
        ([19_900, 15_000], 15_000),  # too new: its crossfade has not been heard
        ([], None),
        ([16_000 - round(MAX_UNHEARD_S * RATE) - 1], None),
    ],
)
def test_a_take_goes_on_from_the_snapshot_that_lies_best(positions, found) -> None:
    stream = stream_of(20_000)
    marks = [mark(position, str(position)) for position in sorted(positions)]
    settings = [("/magnet/tempo", (240.0,))]
    take = cut_take(stream, Span(8_000, 16_000, 1, 240.0), marks, settings).take()
    np.testing.assert_array_equal(take.pcm, stream.recording.read(8_000, 16_000))
    np.testing.assert_array_equal(stream.history.tail(1), take_last := stream.recording.tail(1) / 2)
    assert take_last.size == 1  # a take is kept before the gain
    joint = max(16_000, found or 0)
    np.testing.assert_array_equal(take.after, stream.recording.read(16_000, joint + RAMP))
    assert take.joint == joint - 8_000
    if found is None:
        assert take.snapshot == b"" and take.unheard == 0 and take.key == ""
    else:
        assert take.snapshot == str(found).encode() and take.key == "Am"
        assert take.snapshot_at == found - 8_000 and take.gain_db == -2.0
        assert take.unheard == joint - found


def test_what_was_concealed_in_a_take_is_counted() -> None:
    stream = stream_of(9_000)
    stream.conceal(500)
    stream.add(np.zeros((1, 9_000), np.float32), 2, 1)
    assert cut_take(stream, Span(8_000, 16_000), [], []).take().concealed_samples == 500
