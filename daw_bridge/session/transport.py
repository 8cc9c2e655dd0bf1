"""Where the beats and bars of a stream lie, in exact fractions of samples.

    plan A, 120 bpm                      plan B, 127.3 bpm
    |     .     .     .     |     .     .|    .    .    .    |    .
    ^ bar line              ^ bar line   ^ B's first sample  ^ bar line

The worker says with each plan what its tempo is and where its bar began (``/magnet/event/plan``). A
plan that goes on in the beats of the last one says nothing new, so a grid is counted from one point
for as long as it holds, and no rounding adds up. Whatever moves music in the stream (a gap that is
concealed, a fade-out) moves its beats too.

Threading: none of its own; called from the event loop only. Positions are model-rate samples of the
stream.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

MAX_GRIDS = 4096  # of the past and the near future; a clock that is followed makes a few a second
_AGREES_SAMPLES = 1  # what rounding to a sample takes a bar line away from its place
_JUST_PASSED = Fraction(1, 8)  # beats before its first sample that a grid still counts as its own


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat of the stream.

    Attributes:
        position: its first sample.
        beat: in the bar; 0 is the bar line.
        bar: counted from 0 since the stream began.
        bpm: beats per minute from here on.
    """

    position: int
    beat: int
    bar: int
    bpm: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """Beats from ``start`` on: one of them, ``count``, falls on ``anchor``."""

    start: int
    anchor: Fraction
    count: int
    samples: Fraction  # of a beat
    bpm: float

    def beat_at(self, position: int | Fraction) -> Fraction:
        return self.count + (position - self.anchor) / self.samples

    def position_of(self, beat: int | Fraction) -> Fraction:
        return self.anchor + (beat - self.count) * self.samples

    def moved(self, start: int, by: int) -> _Grid:
        return replace(self, start=start, anchor=self.anchor + by)


class Transport:
    """The beats of one stream: past, present, and as far ahead as music is planned.

    Args:
        sample_rate: of the model, in Hz.
        beats_per_bar: of the model; 0 where it keeps no metre, and then there are no beats.
    """

    def __init__(self, sample_rate: int, beats_per_bar: int) -> None:
        self._rate, self._beats_per_bar = sample_rate, beats_per_bar
        self._grids: list[_Grid] = []  # by start
        self._told: int | None = None  # the last beat that was passed
        self._passed = 0  # where the playhead was then

    # --- what moves the beats ---

    def plan(self, position: int, bar_position: int, bpm: float) -> None:
        """Learn what holds from a plan's first sample on; plans from there on are forgotten.

        Args:
            position: of the first sample of the plan.
            bar_position: of the bar line before it, to a sample.
            bpm: beats per minute; 0 for a model that keeps none.
        """
        del self._grids[self._index(position - 1) + 1 :]
        del self._grids[:-MAX_GRIDS]
        if bpm <= 0.0 or not self._beats_per_bar:
            return
        held = self._grids[-1] if self._grids else None
        if held is not None and self._agrees(held, bar_position, bpm):
            return
        samples = 60 * self._rate / Fraction(bpm)
        count, bar = 0, self._beats_per_bar
        if held is not None:
            passed = held.beat_at(position) - (position - bar_position) / samples
            count = bar * math.ceil((passed - _JUST_PASSED) / bar)
        self._grids.append(_Grid(position, Fraction(bar_position), count, samples, bpm))

    def _agrees(self, grid: _Grid, bar_position: int, bpm: float) -> bool:
        bars = grid.beat_at(bar_position) / self._beats_per_bar
        off = (bars - round(bars)) * self._beats_per_bar * grid.samples
        return bpm == grid.bpm and abs(off) <= _AGREES_SAMPLES

    def shift(self, at: int, samples: int) -> None:
        """Let music from a position on be heard later, or earlier: its beats move with it.

        What is put in there counts on in the beats before it; what is taken out is forgotten. Bars
        that go by meanwhile count.
        """
        first = bisect_left(self._grids, at, key=lambda grid: grid.start)
        before, rest = self._grids[first - 1 : first], self._grids[first:]
        if before and (not rest or rest[0].start > at):
            rest.insert(0, before[-1])
        moved: dict[int, _Grid] = {}
        for grid in rest:
            start = max(max(grid.start, at) + samples, at)
            moved[start] = grid.moved(start, samples)
        passed = 0
        if before and moved and self._beats_per_bar:
            joins = next(iter(moved.values()))
            lost = before[-1].beat_at(joins.start) - joins.beat_at(joins.start)
            passed = max(round(lost / self._beats_per_bar), 0) * self._beats_per_bar
        self._grids[first:] = [replace(g, count=g.count + passed) for g in moved.values()]

    # --- questions ---

    def beat_at(self, position: int) -> Fraction | None:
        """Return the beats since the stream began; a bar line is a multiple of those of a bar.

        None where no beat is known: nothing was planned yet, or the model keeps no metre.
        """
        grid = self._grid(position)
        return None if grid is None else grid.beat_at(position)

    def tempo_at(self, position: int) -> float:
        """Return the beats per minute at a position; 0 where none is known."""
        grid = self._grid(position)
        return 0.0 if grid is None else grid.bpm

    def next_line(self, position: int, beats: int) -> int | None:
        """Return the first sample, from a position on, at which a multiple of so many beats falls.

        None where no beat is known.
        """
        for number in range(max(self._index(position), 0), len(self._grids)):
            grid = self._grids[number]
            begin = position if number == 0 else max(position, grid.start)
            count = (math.floor(grid.beat_at(begin - 1) / beats) + 1) * beats
            line = math.ceil(grid.position_of(count))
            if number + 1 == len(self._grids) or line < self._grids[number + 1].start:
                return line
        return None

    # --- time ---

    def pass_beats(self, playhead: int) -> Iterator[Beat]:
        """Yield the beats that the playhead has come to since the last call, each once.

        Takes no longer the longer a stream is: it begins where the last call ended.
        """
        for number in range(max(self._index(self._passed), 0), len(self._grids)):
            grid = self._grids[number]
            if grid.start > playhead:
                break
            is_last = number + 1 == len(self._grids)
            end = playhead if is_last else min(self._grids[number + 1].start - 1, playhead)
            first = math.ceil(grid.beat_at(grid.start) - _JUST_PASSED)
            if self._told is not None:
                first = max(first, self._told + 1)
            for count in range(first, math.floor(grid.beat_at(end)) + 1):
                self._told = count
                position = max(math.ceil(grid.position_of(count)), grid.start)
                bar, beat = divmod(count, self._beats_per_bar)
                yield Beat(position, beat, bar, grid.bpm)
        self._passed = max(self._passed, playhead)

    def _grid(self, position: int) -> _Grid | None:
        return self._grids[max(self._index(position), 0)] if self._grids else None

    def _index(self, position: int) -> int:
        """Return the index of the grid that holds at a position; -1 before the first."""
        return bisect_right(self._grids, position, key=lambda grid: grid.start) - 1
