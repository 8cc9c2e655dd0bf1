"""Tempo and beat out of a MIDI clock: 24 ticks a beat that come with milliseconds of jitter.

A tick alone says little: through JACK each is off by 2.9 ms (standard deviation) where two are
20 ms apart. So a line is fitted through the last ticks by least squares, 24 at least and up to 384
(16 beats), over which jitter falls to hundredths of a beat per minute. Where the newest ticks leave
that line by more than jitter can, the tempo has changed, and the line begins anew.

Threading: none of its own, and no clock: times are passed in, and go up.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from daw_bridge.tempo.source import ClockReading

TICKS_PER_BEAT = 24
FEWEST, MOST = 24, 384  # ticks of a line
SILENT_S = 1.0  # the slowest tempo has 8 ticks in that time
_TICKS_PER_SIXTEENTH = 6
_NEWEST = 12  # ticks that may be the first of a new tempo
_LEAST_OFF_S = 0.003  # that they must be off for it, however little jitter there was
_SURE = 4.0  # standard errors
_LEAST_STEP_BPM = 0.02  # of the tempo that is given out


@dataclass(frozen=True, slots=True)
class _Line:
    """Ticks against time: tick ``number`` comes at ``at + number * every``."""

    at: float
    every: float
    count: int
    rms: float  # of what the ticks are off, in seconds

    @classmethod
    def through(cls, first: int, times: np.ndarray) -> _Line:
        count = len(times)
        centred = np.arange(count) - (count - 1) / 2
        every = float(centred @ times / (centred @ centred))
        at = float(times.mean()) - every * (first + (count - 1) / 2)
        off = times - (at + every * np.arange(first, first + count))
        return cls(at, every, count, float(np.sqrt(np.mean(off**2))))

    def number_at(self, when: float) -> float:
        return (when - self.at) / self.every

    def error_of(self, ahead: float) -> float:
        """Return the standard error of the line so many ticks ahead of its middle."""
        return self.rms * math.sqrt(1 / self.count + 12 * ahead**2 / self.count**3)


class MidiBeats:
    """What a MIDI clock says; fed with its realtime messages."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MOST)
        self._ticks = 0  # that have come
        self._origin: int | None = None  # the tick that is beat 0; None where nobody said
        self._playing: bool | None = None
        self._stopped_at = 0  # ticks from beat 0
        self._line: _Line | None = None
        self._bpm = 0.0

    # --- messages ---

    def tick(self, at: float) -> None:
        """F8: a 24th of a beat has passed."""
        if self._times and at - self._times[-1] > SILENT_S:
            self._times.clear()
            self._line = None
        self._times.append(max(at, self._times[-1]) if self._times else at)
        self._ticks += 1
        if len(self._times) < FEWEST:
            return
        times = np.array(self._times)
        if len(times) >= FEWEST + _NEWEST and (new := self._off_the_line(times)):
            self._times = deque(times[-new:].tolist(), MOST)
            return  # the old line holds until there is a new one
        self._line = _Line.through(self._ticks - len(times), times)
        self._choose_tempo(self._line)

    def start(self) -> None:
        """FA: the next tick is beat 0."""
        self._origin, self._playing = self._ticks, True

    def go_on(self) -> None:
        """FB: the next tick is where it was stopped, or where F2 said."""
        self._origin, self._playing = self._ticks - self._stopped_at, True

    def stop(self) -> None:
        """FC: the song stands; ticks may go on."""
        if self._playing and self._origin is not None:
            self._stopped_at = self._ticks - self._origin
        self._playing = False

    def locate(self, sixteenths: int) -> None:
        """F2: the song stands at, or plays from, so many sixteenths from its beginning."""
        self._stopped_at = sixteenths * _TICKS_PER_SIXTEENTH
        if self._playing:
            self._origin = self._ticks - self._stopped_at

    # --- what they say ---

    def read(self, now: float) -> ClockReading | None:
        """Return tempo and beat; None until 24 ticks have come, and a second after the last."""
        if self._line is None or now - self._times[-1] > SILENT_S:
            return None
        beat = None
        if self._origin is not None:
            beat = (self._line.number_at(now) - self._origin) / TICKS_PER_BEAT
        return ClockReading(self._bpm, beat, self._playing)

    def _off_the_line(self, times: np.ndarray) -> int:
        """Return how many of the newest ticks are of another tempo than those before them."""
        older = len(times) - _NEWEST
        line = _Line.through(0, times[:older])
        off = times[older:] - (line.at + line.every * np.arange(older, len(times)))
        ahead = (older + _NEWEST) / 2  # of the older ticks' middle
        error = math.hypot(line.error_of(ahead), line.rms / math.sqrt(_NEWEST))
        if abs(off.mean()) <= max(_LEAST_OFF_S, _SURE * error):
            return 0
        on_it = np.flatnonzero(np.abs(off) <= max(_LEAST_OFF_S, line.rms))
        return _NEWEST - int(on_it[-1]) if len(on_it) else _NEWEST

    def _choose_tempo(self, line: _Line) -> None:
        """Give out another tempo only where this one is surely another: a change is work."""
        if line.every <= 0.0:
            return
        bpm = 60.0 / (TICKS_PER_BEAT * line.every)
        error = bpm * line.rms * math.sqrt(12 / line.count**3) / line.every
        if abs(bpm - self._bpm) > max(_LEAST_STEP_BPM, _SURE * error) or not self._bpm:
            self._bpm = bpm
