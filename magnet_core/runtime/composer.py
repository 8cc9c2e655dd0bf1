"""Which plan of a session begins when, and what becomes of it.

A plan begins because something was changed, because a loop is to be closed or music to begin anew,
because a knob is on its way, or because what is planned runs out: in this order. All but the last
take the place of what is planned.

The first of several changes begins a plan at once; those that come within one lead of it are merged
into the next. So a knob that is turned asks for a few plans a second, each of which is heard, and
not for one with each of its values. Only what comes right behind the first, before anything of its
plan is decoded, joins it: two messages that were sent as one should be heard as one.

Where changes are quantised (``settings.Quantize``) they begin on the next line of the beat that can
still be planned. The plan is decoded as soon as the music is planned up to the line; changes that
come later and still in time for the same line take its place there. What was told to begin at a
frame is kept: no later change begins before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from magnet_core.runtime.changes import Changes
from magnet_core.runtime.events import Applied
from magnet_core.runtime.lines import Lines
from magnet_core.runtime.loop_keeper import LoopKeeper
from magnet_core.runtime.outlook import Turn
from magnet_core.runtime.parts import Parts
from magnet_core.runtime.running import Running

_MOST_PASSES = 3  # that a plan has made which changes still join
_PATIENCE_S = 0.25  # of decoding that a change may undo before anything sounds


@dataclass(frozen=True, slots=True)
class Start:
    """Where a plan is to begin, and whether with what was changed since the last."""

    frame: int
    adopts: bool = False


class Composer:
    """Plans the music of one session.

    Args:
        parts: of the session.

    Attributes:
        playing: the stream runs.
        plans: how many have begun.
        loops: places and leaves loops.
    """

    def __init__(self, parts: Parts) -> None:
        self.playing = False
        self.plans = 0
        self._timeline, self._feed, self._output = parts.timeline, parts.feed, parts.output
        self._score, self._follower, self._outlook = parts.score, parts.follower, parts.outlook
        self._looper, self._planner = parts.outlook.looper, parts.outlook.planner
        self._note = parts.note
        self._running, self._lines, self._changes = Running(parts), Lines(parts), Changes()
        self.loops = LoopKeeper(parts, self._lines, self._changes, self._running)

    # -- requests ---------------------------------------------------------------------------------

    def request_change(self, ticket: object, *, breaks_off: bool = False) -> None:
        """Plan anew with what is wanted; an Applied event answers ``ticket``.

        Args:
            ticket: of who asked for it.
            breaks_off: go on from a short context only, so that the change is heard.
        """
        self._changes.add(ticket, breaks_off=breaks_off)

    @property
    def changes_wait(self) -> bool:
        """Whether something was changed since the last plan that adopted what is wanted."""
        return self._changes.wait

    def answer(self, ticket: object, sample: int) -> None:
        """Say that what ``ticket`` asked for is heard from ``sample`` on."""
        self._note(Applied((ticket,), sample))

    def settle(self) -> None:
        """Let changes hold at once where nothing plays: there they cost nothing."""
        frame = max(self._timeline.frozen, self._lines.kept_until)
        if not self.playing and self._changes.wait and not self._looper.holds(frame):
            self._drop_plan(frame)
            self._adopt(frame, at_once=True)

    def begin_anew(self, *, memory_from: int | None = None) -> None:
        """Plan nothing but what begins anew at the first frame that is not sent.

        Args:
            memory_from: the first frame that plans go on from; None: they go on from nothing.
        """
        frozen = self._timeline.frozen
        self._drop_plan(frozen)
        self.loops.forget()
        self._follower.begin_anew()
        self._lines.kept_until = frozen
        self._changes.begin_anew(frozen)
        self._outlook.turn = None
        self._outlook.memory_from = frozen if memory_from is None else memory_from

    def go_on_from(self, codes: Tensor) -> int:
        """Let music go on from ``codes`` ``[K, n]`` as if they had been heard last.

        Returns:
            the first frame behind them.
        """
        self._output.begin_anew()
        self._output.go_on_from(codes)
        frozen = self._timeline.frozen
        self.begin_anew(memory_from=frozen - codes.shape[1])
        return frozen

    def begin_anew_at_bar(self) -> int:
        """Let music begin anew at the next bar line; returns the sample at which it will."""
        if self.loops.leave() is not None:
            frame = self._timeline.frozen
        else:
            self.loops.forget()
            frame = self._lines.bar(self._lines.first())
        self._outlook.turn = Turn(frame)
        return self._output.heard_from(frame)

    # -- plans ------------------------------------------------------------------------------------

    @property
    def is_decoding(self) -> bool:
        """Whether a plan is under way."""
        return self._running.plan is not None

    def follow(self) -> None:
        """Take note of what has been sent since the last call."""
        turn = self._outlook.turn
        if turn is not None and turn.is_planned and self._timeline.frozen >= turn.frame:
            self._outlook.memory_from, self._outlook.turn = turn.frame, None
        self.loops.follow()

    def due(self) -> Start | None:
        """Return the plan that should begin now, if any."""
        changed = self._change_due()
        if changed is not None:
            return changed
        turn, horizon = self._outlook.turn, self._timeline.horizon
        if turn is not None and not turn.is_planned and turn.frame <= self._lines.decided():
            return Start(turn.frame)
        on_clock = self._lines.due_on_clock()
        if on_clock is not None:
            return Start(on_clock)
        if self.is_decoding:
            return None
        closing = self._outlook.closing_frame()
        if closing is not None and closing <= horizon:
            return Start(closing)
        if self._lines.is_gliding():
            return Start(self._outlook.rewrite_point())
        if self._outlook.runs_out():
            return Start(horizon, adopts=self._may_adopt_at(horizon))
        return None

    def begin(self, start: Start) -> None:
        """Begin a plan; the one under way, and all that is planned from there on, is dropped."""
        frame, breaks_off = start.frame, start.adopts and self._changes.break_off
        self._changes.note_plan(self._timeline.horizon, adopts=start.adopts)
        self._drop_plan(frame)
        if start.adopts:
            self._adopt(frame, at_once=not self._output.sounding)
        breaks_off |= self._follow_clock(frame)
        turn = self._outlook.turn
        if turn is not None and not turn.is_planned and frame >= turn.frame:
            turn.is_planned = True
            self._score.beat_grid = self._score.beat_grid.restarted_at_bar(frame)
        wish = self._outlook.wish(frame, short=breaks_off)
        self.plans += 1
        self._lines.last_first = frame
        self._score.forget(self._timeline.frozen)
        self._outlook.follow_lead()
        plan = self._planner.plan(wish, self.plans)
        covered_s = self._planner.first_sound_s(wish) if wish.silent else wish.lead_s
        self._running.begin(self._score.decision(plan), covered_s)

    def advance(self) -> None:
        """Make one forward pass of the plan under way."""
        self._running.advance()

    def _drop_plan(self, frame: int) -> None:
        """Forget what is planned from ``frame`` on."""
        self._running.finish(replaced=True)
        if self._timeline.horizon > frame and self._looper.loop is not None:
            self._looper.is_closed = False
        self._feed.rewrite_from(frame)
        turn = self._outlook.turn
        if turn is not None and frame < turn.frame:
            turn.is_planned = False

    def _adopt(self, frame: int, *, at_once: bool) -> None:
        """Let what is wanted hold from ``frame`` on, and say so."""
        since = self._lines.first_missed(frame)
        self._score.adopt(frame, at_once=at_once)
        self.loops.retime()
        tickets = self._changes.adopt(frame)
        self._lines.kept_until = frame
        if tickets:
            self._note(Applied(tickets, self._output.heard_from(since)))

    def _follow_clock(self, frame: int) -> bool:
        """Let the beats go on as a clock wants it, if it is time; return whether they jump."""
        follower, score, output = self._follower, self._score, self._output
        sample = self._feed.sample_of(frame)
        if output.sounding and self._lines.on_clock(frame) != frame:
            return False
        if self._looper.loop is not None:  # whose bars are of one length
            follower.nudged_until = None
            course = follower.steady(score.beat_grid, score.tempo_bpm, frame)
        elif follower.clock is None and follower.nudged_until is None:
            return False
        else:
            course = follower.course(
                score.beat_grid, score.tempo_bpm, frame, sample, at_once=not output.sounding
            )
        score.follow(frame, course, follower.tempo_bpm(0.0))
        self._lines.kept_until = max(self._lines.kept_until, frame)
        return course.jumps

    # -- when changes are adopted -----------------------------------------------------------------

    def _change_due(self) -> Start | None:
        """Return the plan that begins with what was changed, if it should begin now."""
        if not self._changes.wait or not self._outlook.can_rewrite():
            return None
        frame, loop = self._lines.for_change(self._lines.first()), self._looper.loop
        self._changes.note_line(frame)
        if frame > self._lines.decided() or (loop is not None and frame > loop.begin_frame):
            return None
        if self._lines.has_before(frame) and not self._outlook.is_urgent(frame):
            return None
        return None if self._merges(frame) else Start(frame, adopts=True)

    def _may_adopt_at(self, horizon: int) -> bool:
        """Whether what was changed may begin where all that is planned ends.

        A machine that can plan nothing but that misses lines, and must not miss them all.
        """
        if not self._changes.wait or self._looper.holds(horizon):
            return False
        missed = self._changes.have_missed_line(horizon)
        return missed or self._lines.for_change(horizon) == horizon

    def _merges(self, frame: int) -> bool:
        """Whether changes should wait for others that may come: one plan for each lead."""
        running, changes = self._running, self._changes
        if not self._output.sounding:  # nor ever will, if every change begins from the beginning
            spent_s = running.seconds if self.is_decoding else running.last_took_s
            return (self.is_decoding or self._timeline.planned > 0) and spent_s > _PATIENCE_S
        is_new = self.is_decoding and running.passes_made <= _MOST_PASSES
        if is_new and changes.can_join(self._timeline.horizon):
            return False
        if frame > self._outlook.rewrite_point():
            return self._can_wait(frame)
        return frame < changes.adopted_at + self._score.frames(self._outlook.lead_s)

    def _can_wait(self, frame: int) -> bool:
        """Whether a plan at ``frame``, ahead of what can be planned, can let another one end."""
        plan = self._running.plan
        is_for_it = plan is not None and plan.first_frame == frame == self._changes.adopted_at
        return is_for_it and not self._outlook.is_urgent(frame)
