"""Where the beats of a stream fall.

A model with a metre is told the beat position of each window that it decodes (see
``magnet_core.model.metre``). Windows begin anywhere and a prompt may change the tempo in the middle
of a bar, so a session keeps one grid for all of its windows: a point where a beat is known, and the
tempo from there on. A new tempo moves the point to the frame of the change, where the old and the
new grid have the same beat, so that the music does not jump.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from magnet_core.model.metre import BEATS_PER_BAR, Metre

_ON_IT = 1e-6  # beats: what rounding may take a bar line away from its frame


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatGrid:
    """Beats by absolute frame number; a change gives a new grid.

    Attributes:
        frame_rate: frames per second.
        frame: the frame on which ``beat`` falls.
        beat: beat position of that frame; 0 is the first beat of a bar.
        tempo_bpm: beats per minute.
    """

    frame_rate: float
    frame: int = 0
    beat: float = 0.0
    tempo_bpm: float = 120.0

    def metre(self, frame: int) -> Metre:
        """Return the metre of a window that begins at ``frame``."""
        here = Metre(tempo_bpm=self.tempo_bpm, start_beat=self.beat)
        return here.at_frame(frame - self.frame, self.frame_rate)

    def with_tempo(self, frame: int, tempo_bpm: float) -> BeatGrid:
        """Return the grid that goes on from ``frame`` at ``tempo_bpm``, without a jump there."""
        return replace(self.going_on(frame, self.metre(frame).start_beat), tempo_bpm=tempo_bpm)

    def going_on(self, frame: int, beat: float) -> BeatGrid:
        """Return the grid whose ``beat`` falls on ``frame``, at the same tempo."""
        return replace(self, frame=frame, beat=beat)

    def restarted(self, frame: int) -> BeatGrid:
        """Return the grid whose beat 0 falls on ``frame``, at the same tempo."""
        return self.going_on(frame, 0.0)

    def restarted_at_bar(self, frame: int) -> BeatGrid:
        """Return the same beats, counted from the bar that is heard in ``frame`` as beat 0.

        A bar line lies between its frame and the next, so that where ``frame`` holds one it is a
        little before beat 0: the beats stay where they are.
        """
        bar = math.floor((self.beat_at(frame + 1) - _ON_IT) / BEATS_PER_BAR)
        return self.going_on(frame, self.metre(frame).start_beat - BEATS_PER_BAR * bar)

    def counted_after(self, other: BeatGrid, frame: int) -> BeatGrid:
        """Return the same beats; the bar at ``frame`` is the next one that ``other`` would begin.

        Where ``other`` begins one right there, it is that.
        """
        bars = math.ceil((other.beat_at(frame) - _ON_IT) / BEATS_PER_BAR)
        anew = self.restarted_at_bar(frame)
        return anew.going_on(frame, anew.beat + BEATS_PER_BAR * bars)

    def beat_at(self, frame_time: float) -> float:
        """Return the beat position at a time in frames, parts of one included."""
        return self.beat + (frame_time - self.frame) / self.frame_rate * self.tempo_bpm / 60.0

    def next_line(self, frame: int, beats: int) -> int:
        """Return the first frame from ``frame`` on that holds a multiple of ``beats``."""
        number = math.ceil((self.beat_at(frame) - _ON_IT) / beats)
        return math.floor(self._frames_at(number * beats) + _ON_IT)

    def next_bar(self, frame: int) -> int:
        """Return the first frame from ``frame`` on that holds a bar line."""
        return self.next_line(frame, BEATS_PER_BAR)

    def bar_time(self, frame: int) -> float:
        """Return where the bar that ``frame`` lies in begins, in frames, parts of one included."""
        bar = math.floor((self.metre(frame).start_beat + _ON_IT) / BEATS_PER_BAR)
        return self._frames_at(bar * BEATS_PER_BAR)

    def _frames_at(self, beat: float) -> float:
        return self.frame + (beat - self.beat) * 60.0 / self.tempo_bpm * self.frame_rate
