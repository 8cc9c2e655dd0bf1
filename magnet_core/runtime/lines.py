"""Where the plans of a session may begin, and on which lines of the beat they should.

    | sent ......... | kept ........ |      :      :      |      :   beats, bars
                     ^ frozen        ^ first                ^ bar

``outlook`` knows from which frame on there is time to plan anew; here that meets what was promised
(``kept_until``), the lines of the beat, and the clock that the beat follows.
"""

from __future__ import annotations

from magnet_core.model.metre import BEATS_PER_BAR
from magnet_core.runtime.parts import Parts


class Lines:
    """The frames that plans of one session begin with.

    Args:
        parts: of the session.

    Attributes:
        kept_until: no plan begins before this frame: what was said of it stays true.
        last_first: the frame that the last plan began with.
    """

    def __init__(self, parts: Parts) -> None:
        self.kept_until = 0
        self.last_first = 0
        self._model, self._timeline, self._feed = parts.model, parts.timeline, parts.feed
        self._output, self._score, self._outlook = parts.output, parts.score, parts.outlook
        self._follower = parts.follower

    def first(self) -> int:
        """Return the first frame that a plan may begin with: nothing that was said is broken."""
        return max(self._outlook.rewrite_point(), self.kept_until)

    def decided(self) -> int:
        """Return up to which frame it is known what the music and its beats are."""
        horizon, nudged_until = self._timeline.horizon, self._follower.nudged_until
        return horizon if nudged_until is None else min(horizon, nudged_until)

    def bar(self, first: int) -> int:
        """Return the frame from ``first`` on that holds a bar line."""
        return self._next(first, BEATS_PER_BAR)

    def for_change(self, first: int) -> int:
        """Return the frame from ``first`` on that quantised changes may begin with."""
        beats = self._score.wanted.settings.quantize.beats
        if not beats or not self._output.sounding:
            return first
        return self._next(first, beats)

    def _next(self, first: int, beats: int) -> int:
        score = self._score
        return self._follower.next_line(score.beat_grid, score.tempo_bpm, first, beats)

    # -- the clock --------------------------------------------------------------------------------

    def on_clock(self, first: int) -> int | None:
        """Return the frame from ``first`` on at which the beats should go on otherwise."""
        score, loop, follower = self._score, self._outlook.looper.loop, self._follower
        if not follower.is_active or not self._model.lm.config.metre:
            return None
        sample = self._feed.sample_of(first)
        frame = follower.due(score.beat_grid, score.tempo_bpm, first, sample)
        if loop is not None and (
            follower.nudged_until is None or frame is None or frame > loop.begin_frame
        ):
            return None
        return frame

    def due_on_clock(self) -> int | None:
        """Return the frame at which the beats should go on otherwise, if it must be planned now."""
        if not self._output.sounding or not self._outlook.can_rewrite():
            return None
        frame = self.on_clock(self.first())
        if frame is None or frame > self._timeline.horizon:
            return None
        return frame if self._outlook.is_urgent(frame) else None

    # -- knobs on their way -----------------------------------------------------------------------

    def is_gliding(self) -> bool:
        """Whether a knob has moved on since the last plan, so that another should follow."""
        if not self._output.sounding or not self._outlook.can_rewrite():
            return False
        first = self._outlook.rewrite_point()
        return first >= self.kept_until and self._score.differs(self.last_first, first)

    def first_missed(self, frame: int) -> int:
        """Return the first frame at which a knob would move on, if it were not for ``frame``."""
        frames = range(self._outlook.rewrite_point(), frame)
        moves = (f for f in frames if self._score.differs(self.last_first, f))
        return next(moves, frame) if self._output.sounding else frame

    def has_before(self, frame: int) -> bool:
        """Whether a clock or a knob wants a plan before a change that is to begin at ``frame``."""
        first = self._outlook.rewrite_point()
        if not self._output.sounding or frame <= first:
            return False
        on_clock = self.on_clock(self.first())
        is_on_clock = on_clock is not None and on_clock < frame
        return is_on_clock or self._score.differs(self.last_first, frame)
