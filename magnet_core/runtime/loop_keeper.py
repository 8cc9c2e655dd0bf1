"""What a loop does to the plans of its session, from the wish for one until it is left.

``looper`` says how a loop shapes a plan, ``rounds`` how it goes round. Here it is placed on a bar
line, closed when its music is there, and left or given up for new music.
"""

from __future__ import annotations

from magnet_core.model.metre import BEATS_PER_BAR
from magnet_core.runtime.changes import Changes
from magnet_core.runtime.lines import Lines
from magnet_core.runtime.loop import Loop
from magnet_core.runtime.parts import Parts
from magnet_core.runtime.rounds import Rounds
from magnet_core.runtime.running import Running


class LoopKeeper:
    """Places and leaves the loops of one session.

    Args:
        parts: of the session.
        lines: where plans may begin.
        changes: that wait until a loop is left.
        running: the plan that is being decoded.
    """

    def __init__(self, parts: Parts, lines: Lines, changes: Changes, running: Running) -> None:
        self._model, self._timeline, self._feed = parts.model, parts.timeline, parts.feed
        self._output, self._score, self._outlook = parts.output, parts.score, parts.outlook
        self._follower, self._looper = parts.follower, parts.outlook.looper
        self._lines, self._changes, self._running = lines, changes, running

    def want(self, bars: int) -> int:
        """Let so many bars go round, or new music follow the loop with 0; return the sample.

        Returns:
            where the loop begins, or the first sample of the new music.

        Raises:
            ConfigError: no such number of bars; nothing has changed.
        """
        loop = self._looper.loop
        if bars == 0:
            return self.next_sample if loop is None else self._release()
        if loop is None or loop.bars != bars:
            return self._place(bars)
        return self._output.heard_from(loop.begin_frame)

    def _place(self, bars: int) -> int:
        """Let ``bars`` bars go round from the next bar line on."""
        loop = Loop.at(0, bars, self._score.tempo_bpm, self._model.codec)
        if self._looper.loop is not None:
            self._release()
        # Its tempo is the one that is wanted, so that a nudge has to end before.
        frame = self._lines.bar(max(self._lines.first(), self._follower.nudged_until or 0))
        if self._outlook.turn is not None:
            frame = max(frame, self._outlook.turn.frame)
        self._end_plans_with(loop.at_frame(frame))
        return self._feed.sample_of(frame)

    def _release(self) -> int:
        """Let new music follow the loop; return the first sample that it changes."""
        left_at = self.leave()
        if left_at is not None:
            return left_at
        rounds, sample, loop = self._output.rounds, self.next_sample, self._looper.loop
        if loop is not None:  # the block that it ends in is cut there
            sample = min(sample, self._output.heard_from(self._feed.block_of(loop.end_frame)))
        closing = self._outlook.closing_frame()
        self.forget()
        if rounds is not None and rounds.left_at is None:
            sample = min(sample, rounds.seam)
        if closing is not None:
            sample = min(sample, self._output.heard_from(closing))
        if (
            self._changes.wait or self._lines.is_gliding()
        ):  # what has waited for the loop to be left
            sample = min(sample, self._output.heard_from(self._lines.first()))
        return sample

    def leave(self) -> int | None:
        """Leave a loop that goes round at its next bar line; return the sample of that.

        None where no loop goes round.
        """
        rounds, loop = self._output.endless_rounds, self._looper.loop
        return None if rounds is None or loop is None else self._leave(rounds, loop)

    def _leave(self, rounds: Rounds, loop: Loop) -> int:
        output, outlook, score = self._output, self._outlook, self._score
        window, _ = score.window(score.wanted.settings.context_s)
        first_s = outlook.planner.first_sound_s(outlook.wish(self._timeline.frozen))
        way_out = output.way_out(rounds, loop, first_s)
        begins_with = score.beat_grid.metre(loop.begin_frame).start_beat
        left_at = output.leave_loop(rounds, way_out, window)
        frozen, beat = self._timeline.frozen, begins_with + BEATS_PER_BAR * way_out.bar
        score.beat_grid = score.beat_grid.going_on(frozen, beat)
        self._looper.drop()
        self._timeline.keep_from = None
        outlook.memory_from = frozen - window
        return left_at

    def forget(self) -> None:
        """Let the music go on as if there had been no loop."""
        self._looper.drop()
        self._timeline.keep_from = self._feed.held_from = None
        self._output.open_loop()

    def retime(self) -> None:
        """Let the loop, if there is one, be as long as the tempo makes it now."""
        loop = self._looper.loop
        if loop is not None:
            tempo_bpm, codec = self._score.tempo_bpm, self._model.codec
            self._end_plans_with(Loop.at(loop.begin_frame, loop.bars, tempo_bpm, codec))

    def follow(self) -> None:
        """Close the loop when its music is there: all planned, and its beginning sent."""
        loop, looper, timeline = self._looper.loop, self._looper, self._timeline
        if loop is None or self._running.plan is not None or self._output.rounds is not None:
            return
        if not looper.is_closed and timeline.horizon == loop.end_frame:
            looper.is_closed = self._outlook.closing_frame() is None  # there is no time for it
        if looper.is_closed and timeline.frozen > loop.begin_frame:
            self._output.close_loop(loop)

    @property
    def next_sample(self) -> int:
        """The first sample that what is planned from now on can change."""
        plan, end = self._running.plan, self._timeline.horizon
        return self._output.heard_from(end if plan is None else max(end, plan.end_frame))

    def _end_plans_with(self, loop: Loop) -> None:
        """Plan nothing behind the loop's first round, and send its end when it is closed only."""
        self._looper.place(loop)
        self._feed.held_from = loop.end_frame - 2  # the seam lies in these
        self._timeline.keep_from = min(loop.begin_frame, self._timeline.frozen)
        plan = self._running.plan
        if plan is not None and plan.end_frame > loop.end_frame:
            self._running.finish(replaced=True)
        if self._timeline.horizon > loop.end_frame:
            self._feed.rewrite_from(loop.end_frame)
