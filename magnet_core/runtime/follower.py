"""Keeping a session's bars on those of an external clock.

    beat of the clock   0 . . . 4 . . . 8 . . . 12        readings, each a little wrong
    beat of the grid     0 . . . 4 . . . 8. . . 12        behind; a nudge makes up for it
                                 | nudge |

The readings of a clock tremble and sometimes lie, so they are filtered first: small differences are
taken in by a tenth, a large one is believed when the next reading says the same.

What is played must not tremble with it. A phase that is off by less than a quarter of a beat is
made good by a whole number of bars at a slightly other tempo, at most 3 %, so that after them the
error is gone, not halved; while such a *nudge* lasts nothing else is decided, and below 4 ms
nothing is done at all. So the grid approaches the clock once and rests: it cannot oscillate. A
phase that is off by more begins a new bar where the clock begins one, as a band does that lost its
place.

A stream that was interrupted is late for good: its own beats of before are then the clock
(``rejoin``), until the bars are where they would have been.

Plain arithmetic: no tensors, no time of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from magnet_core.config import require
from magnet_core.model.metre import BEATS_PER_BAR, MAX_TEMPO_BPM, MIN_TEMPO_BPM
from magnet_core.runtime.beat_grid import BeatGrid

LARGE_BEATS = 0.25  # a phase that is off by more begins a new bar
MOST_NUDGE = 0.03  # of the tempo
TOLERANCE_S = 0.004  # a phase that is off by less is left alone
_PHASE_GAIN, _TEMPO_GAIN = 0.1, 0.03  # how much of a difference is believed, after many readings
_OUTLIER_BEATS, _OUTLIER_TEMPO = 0.1, 0.01  # beyond: believed when it is said twice
_SAID_OFTEN, _TREMBLE = 3, 0.002  # a tempo that is that far off so often is another
_SAME_TEMPO = 0.0005  # a tempo that differs by less is the same
_ON_IT = 1e-6  # beats, frames: what rounding may take a bar line away from its frame
_OTHER_TEMPO = 0.005  # a tempo that differs by more is followed without waiting for a bar


@dataclass(frozen=True, slots=True)
class Clock:
    """A beat at a sample of the stream, and the tempo there."""

    sample: float
    beat: float
    tempo_bpm: float
    sample_rate: int

    def beat_at(self, sample: float) -> float:
        """Return the beat position at a sample of the stream."""
        return self.beat + (sample - self.sample) / self.sample_rate * self.tempo_bpm / 60.0

    def next_bar(self, sample: float) -> float:
        """Return where the first bar begins at or behind a sample of the stream."""
        ahead = -self.beat_at(sample) % BEATS_PER_BAR
        ahead = 0.0 if ahead > BEATS_PER_BAR - _ON_IT else ahead
        return sample + ahead * 60.0 / self.tempo_bpm * self.sample_rate


class Ear:
    """Makes a steady clock of trembling readings."""

    def __init__(self) -> None:
        self.clock: Clock | None = None
        self._readings = 0
        self._doubted: Clock | None = None  # what the last reading said, if that was not believed
        self._tempos: list[float] = []  # of the last readings

    def hear(self, reading: Clock) -> None:
        """Take in a reading."""
        self._tempos = [*self._tempos, reading.tempo_bpm][-_SAID_OFTEN:]
        self._take_in(reading)
        if self.clock is not None:
            self.clock = replace(self.clock, tempo_bpm=self._settled(self.clock.tempo_bpm))

    def _settled(self, tempo_bpm: float) -> float:
        """Return a tempo that is said again and again, where ``tempo_bpm`` has not got there yet.

        Who says the very same number twice does not tremble.
        """
        tempos = self._tempos
        if tempos[-2:] == [tempos[-1]] * 2:
            return tempos[-1]
        apart = [tempo / tempo_bpm - 1.0 for tempo in tempos]
        is_apart = min(apart) > _TREMBLE or max(apart) < -_TREMBLE
        return sum(tempos) / len(tempos) if is_apart and len(tempos) == _SAID_OFTEN else tempo_bpm

    def _take_in(self, reading: Clock) -> None:
        if self.clock is None or (self._doubted is not None and _agree(self._doubted, reading)):
            self.clock, self._doubted, self._readings = reading, None, 1
        elif not _agree(self.clock, reading):
            self._doubted = reading
        else:
            self._doubted = None
            self._readings += 1
            expected, tempo_bpm = self.clock.beat_at(reading.sample), self.clock.tempo_bpm
            of_phase, of_tempo = (
                max(1.0 / self._readings, least) for least in (_PHASE_GAIN, _TEMPO_GAIN)
            )
            self.clock = replace(
                reading,
                beat=expected + of_phase * (reading.beat - expected),
                tempo_bpm=tempo_bpm + of_tempo * (reading.tempo_bpm - tempo_bpm),
            )


def _agree(clock: Clock, reading: Clock) -> bool:
    off = reading.beat - clock.beat_at(reading.sample)
    tempo = abs(reading.tempo_bpm / clock.tempo_bpm - 1.0)
    return abs(off) <= _OUTLIER_BEATS and tempo <= _OUTLIER_TEMPO


@dataclass(frozen=True, slots=True)
class Course:
    """How the beats go on from a frame.

    Attributes:
        grid: from there on.
        until: the frame at which a nudge ends; None: for good.
        jumps: a new bar, not the beat that would have come.
    """

    grid: BeatGrid
    until: int | None = None
    jumps: bool = False


class Follower:
    """Says when a session's beats should go on otherwise, and how.

    Args:
        sample_rate, hop_length: of the codec.

    Attributes:
        nudged_until: frame at which a nudge that is planned ends; None where there is none.
    """

    def __init__(self, sample_rate: int, hop_length: int) -> None:
        self.nudged_until: int | None = None
        self._sample_rate, self._hop_length = sample_rate, hop_length
        self._ear = Ear()
        self._before: Clock | None = None

    @property
    def clock(self) -> Clock | None:
        """What is followed, if anything."""
        return self._ear.clock or self._before

    def next_line(self, grid: BeatGrid, tempo_bpm: float, first: int, beats: int) -> int:
        """Return the first frame from ``first`` on that holds a multiple of ``beats``.

        Args:
            grid: at ``first`` and behind, as far as it is planned.
            tempo_bpm: that is wanted, whatever a nudge makes of it.
            first: a frame.
            beats: from one line to the next.
        """
        line = grid.next_line(first, beats)
        if self.nudged_until is None or line < self.nudged_until:
            return line
        steady = grid.with_tempo(self.nudged_until, tempo_bpm)
        return steady.next_line(max(first, self.nudged_until), beats)

    @property
    def is_external(self) -> bool:
        """Whether there is a clock outside, whose tempo is to be taken."""
        return self._ear.clock is not None

    @property
    def is_active(self) -> bool:
        """Whether there is anything to do: a clock to follow, or a nudge to end."""
        return self.clock is not None or self.nudged_until is not None

    def read(self, sample: int, beat: float, tempo_bpm: float) -> None:
        """Take in a reading; a tempo of 0 says that there is no clock any more.

        Raises:
            ConfigError: no such beat or tempo; nothing has changed.
        """
        in_range = tempo_bpm == 0.0 or MIN_TEMPO_BPM <= tempo_bpm <= MAX_TEMPO_BPM
        require(in_range, "tempo", tempo_bpm, "20 to 999 beats per minute, or 0 for no clock")
        require(math.isfinite(beat), "beat", beat, "a finite number")
        if tempo_bpm:
            self._before = None
            self._ear.hear(Clock(float(sample), beat, tempo_bpm, self._sample_rate))
        else:
            self._ear = Ear()

    def rejoin(self, sample: int, beat: float, tempo_bpm: float) -> None:
        """Come to the beats that the stream had before it was interrupted, as to a clock.

        Args:
            sample: of the stream.
            beat: that falls on it for those who listen.
            tempo_bpm: of the session.
        """
        if not self.is_external and math.isfinite(beat):
            self._before = Clock(float(sample), beat, tempo_bpm, self._sample_rate)

    def begin_anew(self) -> None:
        """Forget what was so for the music so far; an external clock goes on."""
        self._before = self.nudged_until = None

    # -- decisions --------------------------------------------------------------------------------

    def due(self, grid: BeatGrid, tempo_bpm: float, first: int, sample: int) -> int | None:
        """Return the frame at which the beats should go on otherwise; None if they should not.

        Args:
            grid: at ``first`` and behind.
            tempo_bpm: that is wanted, whatever a nudge makes of it.
            first: the first frame that can be planned.
            sample: of the stream, at which that frame is heard.
        """
        clock = self.clock
        off_tempo = abs(self.tempo_bpm(tempo_bpm) / tempo_bpm - 1.0)
        if self.nudged_until is not None and off_tempo <= _OTHER_TEMPO:
            return max(self.nudged_until, first)
        if clock is None:
            return None
        at = first if off_tempo > _OTHER_TEMPO else grid.next_bar(first)
        error = self._error(clock, grid, at, sample + (at - first) * self._hop_length)
        if abs(error) > LARGE_BEATS:
            # Rounded so that it is the same frame whichever it is asked from: it would never come.
            return first + math.floor((clock.next_bar(sample) - sample) / self._hop_length + _ON_IT)
        if off_tempo <= _SAME_TEMPO and abs(error) <= self._tolerance(clock):
            self._before = None  # the bars are where they would have been
            return None
        return at

    def course(
        self, grid: BeatGrid, tempo_bpm: float, frame: int, sample: int, *, at_once: bool = False
    ) -> Course:
        """Return how the beats go on from a frame that ``due`` has named; note the nudge.

        Args:
            grid: so far.
            tempo_bpm: that is wanted, whatever a nudge makes of it.
            frame: of the timeline.
            sample: of the stream, at which it is heard.
            at_once: nothing sounds, so that nothing need be nudged.
        """
        clock = self.clock
        self.nudged_until = None
        if clock is None:
            return Course(grid.with_tempo(frame, tempo_bpm))
        tempo_bpm = self.tempo_bpm(tempo_bpm)
        error = self._error(clock, grid, frame, sample)
        if at_once or abs(error) > LARGE_BEATS:
            on_clock = replace(grid.going_on(frame, clock.beat_at(sample)), tempo_bpm=tempo_bpm)
            return Course(on_clock, jumps=True)
        steady = grid.with_tempo(frame, tempo_bpm)
        if abs(error) <= self._tolerance(clock) / 2.0:
            return Course(steady)
        bars = max(math.ceil(abs(error) / (BEATS_PER_BAR * MOST_NUDGE)), 1)
        beats = bars * BEATS_PER_BAR
        nudged_bpm = tempo_bpm * (1.0 + error / beats)
        nudged_bpm = min(max(nudged_bpm, MIN_TEMPO_BPM), MAX_TEMPO_BPM)
        frames = beats * 60.0 / tempo_bpm * grid.frame_rate
        self.nudged_until = frame + max(round(frames), 1)
        return Course(grid.with_tempo(frame, nudged_bpm), self.nudged_until)

    def steady(self, grid: BeatGrid, tempo_bpm: float, frame: int) -> Course:
        """Return how the beats go on from a frame where a nudge ends and none may follow."""
        self.nudged_until = None
        return Course(grid.with_tempo(frame, tempo_bpm))

    def tempo_bpm(self, otherwise: float) -> float:
        """Return the tempo of an external clock; ``otherwise`` where there is none."""
        return self._ear.clock.tempo_bpm if self._ear.clock is not None else otherwise

    def _tolerance(self, clock: Clock) -> float:
        return TOLERANCE_S * clock.tempo_bpm / 60.0

    @staticmethod
    def _error(clock: Clock, grid: BeatGrid, frame: int, sample: int) -> float:
        """Return by how many beats the grid is behind, -2 to 2: bars are not told apart."""
        off = clock.beat_at(sample) - grid.beat_at(frame)
        return off - BEATS_PER_BAR * round(off / BEATS_PER_BAR)
