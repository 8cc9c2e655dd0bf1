"""Beats of a stream: exact, each told once, and moved by whatever moves the music."""

from __future__ import annotations

from fractions import Fraction

import pytest
from counting import calls_of
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.session.transport import MAX_GRIDS, Beat, Transport

RATE = 32000
TEMPI = st.floats(20, 999)


def playing(bpm: float, *, at: int = 0, bar: int = 0) -> Transport:
    transport = Transport(RATE, 4)
    transport.plan(at, bar, bpm)
    return transport


def passed(transport: Transport, until: int, step: int = 160) -> list[Beat]:
    """Let the playhead go to a position, a little at a time as the server's clock does."""
    return [
        beat
        for playhead in [*range(0, until, step), until]
        for beat in transport.pass_beats(playhead)
    ]


@given(TEMPI, st.integers(0, 10**9))
def test_beats_are_exact_however_long_the_stream(bpm, bars) -> None:
    """A bar line is within one sample of its place after a billion bars: nothing adds up."""
    transport = playing(bpm)
    exact = bars * 4 * 60 * RATE / Fraction(bpm)
    assert transport.beat_at(int(exact)) == int(exact) * Fraction(bpm) / (60 * RATE)


@given(TEMPI, st.lists(st.integers(1, 200), min_size=1, max_size=20))
def test_plans_that_go_on_in_the_same_beats_change_nothing(bpm, bars) -> None:
    """Each says its bar line rounded to a sample; the grid stays where the first put it."""
    transport, bar = playing(bpm), 0
    samples = 4 * 60 * RATE / Fraction(bpm)
    for more in bars:
        bar += more
        line = round(bar * samples)
        transport.plan(line + int(samples) // 3, line, bpm)
    at = line + int(samples) // 3
    assert transport.beat_at(at) == at / samples * 4


def test_each_beat_is_told_when_the_playhead_comes_to_it() -> None:
    transport = playing(127.3)
    told = passed(transport, 10 * RATE)
    assert [(beat.bar, beat.beat) for beat in told] == [divmod(n, 4) for n in range(len(told))]
    spacing = 60 * RATE / Fraction(127.3)
    assert [beat.position for beat in told] == [-(-n * spacing // 1) for n in range(len(told))]
    assert len(told) == 22


@given(
    TEMPI,
    st.lists(st.tuples(st.integers(1, 60_000), TEMPI, st.integers(0, 3000)), max_size=6),
    st.integers(400, 4000),
)
def test_no_beat_is_told_twice_or_before_its_time(bpm, changes, step) -> None:
    """Whatever plans come: positions and counts only grow, and none is ahead of the playhead."""
    transport, at, told = playing(bpm), 0, []
    for wait, tempo, back in changes:
        at += wait
        transport.plan(at, max(at - back, 0), tempo)
    for playhead in range(0, at + 50_000, step):
        new = list(transport.pass_beats(playhead))
        assert all(beat.position <= playhead for beat in new)
        told += new
    counts = [4 * beat.bar + beat.beat for beat in told]
    assert counts == sorted(set(counts))
    positions = [beat.position for beat in told]
    assert positions == sorted(positions)


def test_a_new_tempo_goes_on_in_the_same_bar() -> None:
    """From its plan's first sample on, and the beats before it stay where they were."""
    transport = playing(120)
    transport.plan(40_000, 24_000, 60)  # 2.5 beats at 120 are 40,000 samples; so are 0.5 at 60
    assert transport.beat_at(32_000) == 2
    assert transport.tempo_at(39_999) == 120
    assert transport.tempo_at(40_000) == 60
    transport = playing(120)
    transport.plan(40_000, 40_000 - 80_000, 60)
    assert transport.beat_at(40_000) == 2.5
    assert transport.beat_at(88_000) == 4
    assert [(b.bar, b.beat, b.position) for b in passed(transport, 130_000)] == [
        (0, 0, 0),
        (0, 1, 16_000),
        (0, 2, 32_000),
        (0, 3, 56_000),
        (1, 0, 88_000),
        (1, 1, 120_000),
    ]


def test_music_that_begins_anew_begins_a_new_bar() -> None:
    transport = playing(120)
    transport.plan(100_000, 100_000, 90)  # in the middle of bar 1
    lines = [beat for beat in passed(transport, 200_000) if beat.beat == 0]
    assert [(line.bar, line.position) for line in lines] == [
        (0, 0),
        (1, 64_000),
        (2, 100_000),
        (3, 185_334),
    ]


def test_a_plan_that_is_replaced_before_it_is_heard_leaves_no_trace() -> None:
    transport = playing(120)
    transport.plan(50_000, 50_000, 175)
    transport.plan(48_000, 0, 120)
    assert transport.beat_at(192_000) == 12
    assert transport.tempo_at(60_000) == 120


def test_a_gap_keeps_its_beat_and_delays_the_music_after_it() -> None:
    """Concealment repeats the last bar in time; the music goes on where it stopped."""
    transport = playing(120)
    for piece in range(10):
        transport.shift(40_000 + 640 * piece, 640)
    assert transport.beat_at(39_000) == Fraction(39, 16)
    assert transport.beat_at(45_000) == Fraction(45, 16)
    assert transport.beat_at(46_400) == Fraction(40, 16)
    assert transport.beat_at(70_400) == 4


def test_bars_that_go_by_in_a_gap_count() -> None:
    transport = playing(120)
    transport.shift(64_000, 128_000)
    told = passed(transport, 300_000)
    assert [(beat.bar, beat.beat) for beat in told] == [divmod(n, 4) for n in range(len(told))]


def test_music_that_is_taken_out_takes_its_beats_with_it() -> None:
    transport = playing(120)
    transport.plan(50_000, 50_000, 60)
    transport.shift(40_000, -20_000)
    assert transport.beat_at(39_999) == Fraction(39_999, 16_000)
    assert transport.tempo_at(40_000) == 60
    assert transport.beat_at(45_000) == 4 + Fraction(15_000, 32_000)  # bar 1 began at 30,000


@given(TEMPI, st.integers(0, 200_000), st.sampled_from([1, 4]), st.integers(0, 100_000))
def test_the_next_line_is_the_first_that_will_be_told(bpm, position, beats, begins) -> None:
    """And who has come to it is there."""
    transport = playing(bpm, at=begins, bar=begins)
    position += begins
    line = transport.next_line(position, beats)
    assert line is not None
    told = [beat.position for beat in passed(transport, line, 977) if beat.beat % beats == 0]
    assert [told_at for told_at in told if told_at >= position] == [line]
    assert transport.next_line(line, beats) == line


def test_the_next_line_moves_with_the_music_in_a_gap() -> None:
    """Who waits at a line while a gap is filled is at that line still."""
    transport = playing(120)
    for piece in range(10):
        at = 64_000 + 640 * piece
        assert transport.next_line(at, 4) == at
        transport.shift(at, 640)
    assert transport.next_line(70_000, 4) == 70_400


def test_the_next_line_is_that_of_a_change_which_comes_before_it() -> None:
    transport = playing(120)
    transport.plan(50_000, 50_000, 60)
    assert transport.next_line(40_000, 4) == 50_000
    assert transport.next_line(50_001, 1) == 82_000
    assert transport.next_line(10_000, 1) == 16_000
    assert Transport(RATE, 4).next_line(0, 4) is None


@given(
    TEMPI,
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(-60_000, 60_000)), max_size=8),
)
def test_whatever_moves_the_music_order_is_kept(bpm, moves) -> None:
    transport = playing(bpm)
    transport.plan(70_000, 70_000, 100)
    for at, samples in moves:
        transport.shift(at, samples)
    counts = [4 * beat.bar + beat.beat for beat in passed(transport, 300_000, 977)]
    assert counts == sorted(set(counts))


def test_a_stream_with_many_changes_of_tempo_keeps_time_as_cheaply_as_a_new_one() -> None:
    """On each tick of the server, and where a gap moves the music: a search in order at most."""
    work: list[list[int]] = []
    for changes in (16, MAX_GRIDS):
        transport = playing(120)
        for number in range(changes):
            transport.plan(640 * (number + 1), 640 * number, 120 + number % 7)
        end = 640 * changes
        list(transport.pass_beats(end))
        work.append(
            [
                calls_of(lambda end=end, t=transport: list(t.pass_beats(end + 160))),
                calls_of(lambda end=end, t=transport: t.shift(end + 640, 640)),
                calls_of(lambda end=end, t=transport: t.plan(end + 6400, end + 6400, 99.0)),
                calls_of(lambda end=end, t=transport: t.beat_at(end)),
            ]
        )
    search = MAX_GRIDS.bit_length()
    assert all(many <= few + search for few, many in zip(*work, strict=True)), work


@pytest.mark.parametrize("transport", [playing(0.0), Transport(RATE, 4), Transport(RATE, 0)])
def test_where_no_beat_is_known_there_is_none(transport) -> None:
    transport.plan(1000, 1000, 0.0)
    transport.shift(500, 100)
    assert transport.beat_at(0) is None
    assert transport.tempo_at(0) == 0.0
    assert list(transport.pass_beats(100_000)) == []
