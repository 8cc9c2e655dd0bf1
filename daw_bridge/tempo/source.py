"""The seam to other people's clocks: what a source of tempo says, and tapping as the simplest one.

A server follows one source at most. Each says where its beat is *now*; the follower
(``follower.py``) brings that beat together with the sample that is heard now.

    AbletonClock (ableton.py)   MidiClock (midi_clock.py)   LinkClock (link_clock.py)   TapTempo

Threading: event loop only. A source that needs a thread of its own (Link) or a process of its own
(MIDI) keeps it to itself.
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from daw_bridge.controls import BPM

MIN_BPM, MAX_BPM = BPM.low, BPM.high
_TAPS = 8  # intervals that the median is of
_BOUNCE_S = 60.0 / MAX_BPM  # a finger that trembles
_PAUSE_S = 60.0 / MIN_BPM
_LIKE = 0.25  # by how much of it an interval may differ from the median and still be the same beat
_MISSED = 3  # beats in a row that may go untapped


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a clock says at a moment.

    Attributes:
        bpm: beats per minute.
        beat: its beat count at that moment, bar lines at the multiples of 4; None where it knows no
            beat, only a tempo.
        playing: whether its transport runs; None where it has none.
    """

    bpm: float
    beat: float | None = None
    playing: bool | None = None


class TempoSource(Protocol):
    """A clock that a server can follow."""

    @property
    def name(self) -> str:
        """What ``/magnet/event/tempo`` calls it."""

    @property
    def detail(self) -> str:
        """One line: where it is and how it is."""

    async def start(self) -> None:
        """Begin to listen; raises TransportError where that cannot be."""

    async def close(self) -> None:
        """Stop listening; never raises."""

    def read(self, now: float) -> ClockReading | None:
        """Return what it says at ``now`` (seconds of the server's clock); None while it is silent.

        ``now`` never goes back.
        """

    def offer(self, bpm: float) -> None:
        """Be told the tempo of the music, while it is silent: for clocks that others may join."""


class TapTempo:
    """Beats per minute from taps: the median of the last intervals, so that a slip does no harm.

    A finger that bounces is no tap; a beat that was not tapped, up to three in a row, is counted.
    An interval like no other is passed over, and two such that are alike are a new tempo.
    """

    def __init__(self) -> None:
        self._intervals: deque[float] = deque(maxlen=_TAPS)
        self._last: float | None = None
        self._odd: float | None = None  # the last interval, where it was like no other
        self._beat = 0

    def tap(self, now: float) -> ClockReading | None:
        """Note a tap; return tempo and count, None for the first tap after a pause."""
        if self._last is None:
            self._begin(now)
            return None
        interval = now - self._last
        if interval < _BOUNCE_S:
            return self._reading()
        if interval > _PAUSE_S:
            self._begin(now)
            return None
        self._last = now
        self._take(interval)
        return self._reading()

    def read(self, now: float) -> ClockReading | None:
        """Return where the beat is that was tapped; None where none was within the last bar."""
        reading = self._reading()
        if reading is None or reading.beat is None or self._last is None:
            return None
        beats = (now - self._last) * reading.bpm / 60.0
        return ClockReading(reading.bpm, reading.beat + beats) if beats <= 5.0 else None

    @property
    def taps(self) -> int:
        """How many beats have been counted."""
        return self._beat + 1

    def _begin(self, now: float) -> None:
        self._intervals.clear()
        self._last, self._odd, self._beat = now, None, 0

    def _take(self, interval: float) -> None:
        if not self._intervals:
            self._intervals.append(interval)
            self._beat += 1
            return
        usual = statistics.median(self._intervals)
        beats = max(round(interval / usual), 1)
        fits = beats <= _MISSED + 1 and abs(interval - beats * usual) <= _LIKE * usual
        again = self._odd is not None and abs(interval - self._odd) <= _LIKE * self._odd
        if again and self._odd is not None and not (fits and beats == 1):
            beats, self._intervals = 1, deque((self._odd, interval), _TAPS)
            self._odd = None
        elif fits:
            self._intervals.extend([interval / beats] * beats)
            self._odd = interval if beats > 1 else None
        else:
            beats, self._odd = 1, interval
        self._beat += beats

    def _reading(self) -> ClockReading | None:
        if not self._intervals:
            return None
        bpm = round(60.0 / statistics.median(self._intervals), 1)
        return ClockReading(min(max(bpm, MIN_BPM), MAX_BPM), float(self._beat))
