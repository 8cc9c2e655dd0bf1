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

from collections.abc import Callable
from dataclasses import dataclass

from magnet_core.api import Model
from magnet_core.model.metre import BEATS_PER_BAR
from magnet_core.runtime.events import Applied, SessionEvent
from magnet_core.runtime.follower import Follower
from magnet_core.runtime.loop import Loop
from magnet_core.runtime.outlook import Outlook, Turn
from magnet_core.runtime.output import Output
from magnet_core.runtime.running import Running
from magnet_core.runtime.score import Score
from magnet_core.runtime.timeline import Timeline

_NEVER = -(1 << 60)
_MOST_JOIN, _MOST_PASSES = 2, 3  # so often changes join a plan that has made no more passes
_PATIENCE_S = 0.25  # of decoding that a change may undo before anything sounds


@dataclass(frozen=True, slots=True)
class Start:
    """Where a plan is to begin, and whether with what was changed since the last."""

    frame: int
    adopts: bool = False


class Composer:
    """Plans the music of one session.

    Args:
        model: that plays.
        timeline: of the session.
        output: of the session.
        score: what is to be played.
        outlook: what can be planned.
        clock: seconds.
        note: told what happens.

    Attributes:
        looper: the loop, if there is one.
        follower: keeps the bars on those of a clock.
        plans: how many have begun.
        has_changed: something was changed since the last plan that adopted what is wanted.
    """

    def __init__(
        self,
        model: Model,
        timeline: Timeline,
        output: Output,
        score: Score,
        outlook: Outlook,
        clock: Callable[[], float],
        note: Callable[[SessionEvent], None],
    ) -> None:
        self._model, self._timeline, self._output, self._score = model, timeline, output, score
        self._outlook, self._note = outlook, note
        self._planner, self.looper = outlook.planner, outlook.looper
        self._running = Running(model, timeline, output, score, outlook, clock, note)
        self.follower = Follower(model.sample_rate, model.codec.hop_length)
        self.plans = 0
        self._last_first = 0  # frame that the last plan began with
        self.has_changed = False
        self._breaks_off = False  # and so that the music before it should matter little
        self._pending: list[object] = []  # tickets of changes that are not yet applied
        self._adopted_at = _NEVER  # frame of the last plan that adopted something
        self._joined = 0  # plans that have taken the place of one there
        self._kept_until = 0  # no plan begins before this frame: what was said of it stays true
        self._line_asked: int | None = None  # the first that the changes could have begun on

    # -- requests ---------------------------------------------------------------------------------

    def request_change(self, ticket: object, *, breaks_off: bool = False) -> None:
        """Plan anew with what is wanted; an Applied event answers ``ticket``.

        Args:
            ticket: of who asked for it.
            breaks_off: go on from a short context only, so that the change is heard.
        """
        if not self.has_changed:
            self._line_asked = None
        self._pending.append(ticket)
        self.has_changed = True
        self._breaks_off |= breaks_off

    def answer(self, ticket: object, sample: int) -> None:
        """Say that what ``ticket`` asked for is heard from ``sample`` on."""
        self._note(Applied((ticket,), sample))

    def apply_while_silent(self) -> None:
        """Changes made while nothing plays cost nothing: the next plan begins at once with them."""
        frame = max(self._timeline.frozen, self._kept_until)
        if self.has_changed and not self.looper.holds(frame):
            self._drop_plan(frame)
            self._adopt(frame, at_once=True)

    def begin_anew(self, *, memory_from: int | None = None) -> None:
        """Plan nothing but what begins anew at the first frame that is not sent.

        Args:
            memory_from: the first frame that plans go on from; None: they go on from nothing.
        """
        frozen = self._timeline.frozen
        self._drop_plan(frozen)
        self.forget_loop()
        self.follower.begin_anew()
        self._kept_until = frozen
        self._adopted_at = min(self._adopted_at, frozen)
        self._outlook.turn = None
        self._outlook.memory_from = frozen if memory_from is None else memory_from

    def begin_anew_at_bar(self) -> int:
        """Let music begin anew at the next bar line; returns the sample at which it will."""
        if self._output.loop_goes_round:
            self._leave_loop()
            frame = self._timeline.frozen
        else:
            self.forget_loop()
            frame = self._next_line(self._first(), BEATS_PER_BAR)
        self._outlook.turn = Turn(frame)
        return self._output.heard_from(frame)

    # -- loops ------------------------------------------------------------------------------------

    def place_loop(self, bars: int) -> int:
        """Let ``bars`` bars go round from the next bar line on; returns the sample of that.

        Raises:
            ConfigError: no such number of bars; nothing has changed.
        """
        loop = Loop.at(0, bars, self._score.tempo_bpm, self._model.codec)
        if self.looper.loop is not None:
            self.release_loop()
        # Its tempo is the one that is wanted, so that a nudge has to end before.
        since = max(self._first(), self.follower.nudged_until or 0)
        frame = self._next_line(since, BEATS_PER_BAR)
        if self._outlook.turn is not None:
            frame = max(frame, self._outlook.turn.frame)
        loop = loop.at_frame(frame)
        self.looper.place(loop)
        self._end_plans_with(loop)
        return self._output.sample_of(frame)

    def release_loop(self) -> int:
        """Let new music follow the loop; returns the first sample that it changes."""
        if self._output.loop_goes_round:
            return self._leave_loop()
        rounds, sample, loop = self._output.rounds, self.next_sample, self.looper.loop
        if loop is not None:  # the block that it ends in is cut there
            sample = min(sample, self._output.heard_from(self._output.block_of(loop.end_frame)))
        closing = self._outlook.closing_frame()
        self.forget_loop()
        if rounds is not None and rounds.left_at is None:
            sample = min(sample, rounds.seam)
        if closing is not None:
            sample = min(sample, self._output.heard_from(closing))
        if self.has_changed or self._is_gliding():  # what has waited for the loop to be left
            sample = min(sample, self._output.heard_from(self._first()))
        return sample

    def forget_loop(self) -> None:
        """Let the music go on as if there had been no loop."""
        self.looper.drop()
        self._timeline.keep_from = self._output.held_from = None
        self._output.open_loop()

    @property
    def next_sample(self) -> int:
        """The first sample that what is planned from now on can change."""
        plan, end = self._running.plan, self._timeline.horizon
        return self._output.heard_from(end if plan is None else max(end, plan.end_frame))

    def _end_plans_with(self, loop: Loop) -> None:
        """Plan nothing behind the loop's first round, and send its end when it is closed only."""
        self._output.held_from = loop.end_frame - 2  # the seam lies in these
        self._timeline.keep_from = min(loop.begin_frame, self._timeline.frozen)
        plan = self._running.plan
        if plan is not None and plan.end_frame > loop.end_frame:
            self._running.finish(replaced=True)
        if self._timeline.horizon > loop.end_frame:
            self._output.rewrite_from(loop.end_frame)

    def _leave_loop(self) -> int:
        """Leave a loop that goes round at its next bar line; returns the sample of that."""
        loop, output, grid = self.looper.loop, self._output, self._score.beat_grid
        assert loop is not None
        at = self._timeline.frozen
        window, _ = self._score.window(self._score.wanted.settings.context_s)
        way_out = output.way_out(loop, self._planner.first_sound_s(self._outlook.wish(at)))
        begins_with = grid.metre(loop.begin_frame).start_beat
        output.leave_loop(way_out, window)
        frozen = self._timeline.frozen
        self._score.beat_grid = grid.going_on(frozen, begins_with + BEATS_PER_BAR * way_out.bar)
        self.looper.drop()
        self._timeline.keep_from = None
        self._outlook.memory_from = frozen - window
        assert output.rounds is not None and output.rounds.left_at is not None
        return output.rounds.left_at

    # -- plans ------------------------------------------------------------------------------------

    @property
    def is_decoding(self) -> bool:
        """Whether a plan is under way."""
        return self._running.plan is not None

    def follow(self) -> None:
        """Take note of what has been sent since the last call."""
        frozen, loop, looper = self._timeline.frozen, self.looper.loop, self.looper
        turn = self._outlook.turn
        if turn is not None and turn.is_planned and frozen >= turn.frame:
            self._outlook.memory_from, self._outlook.turn = turn.frame, None
        if loop is None or self.is_decoding or self._output.rounds is not None:
            return
        if not looper.is_closed and self._timeline.horizon == loop.end_frame:
            looper.is_closed = self._outlook.closing_frame() is None  # there is no time for it
        if looper.is_closed and frozen > loop.begin_frame:
            self._output.close_loop(loop)

    def due(self) -> Start | None:
        """Return the plan that should begin now, if any."""
        changed = self._change_due()
        if changed is not None:
            return changed
        turn, horizon = self._outlook.turn, self._timeline.horizon
        if turn is not None and not turn.is_planned and turn.frame <= self._decided():
            return Start(turn.frame)
        on_clock = self._clock_due()
        if on_clock is not None:
            return Start(on_clock)
        if self.is_decoding:
            return None
        closing = self._outlook.closing_frame()
        if closing is not None and closing <= horizon:
            return Start(closing)
        if self._is_gliding():
            return Start(self._outlook.rewrite_point())
        if self._outlook.runs_out():
            return Start(horizon, adopts=self._may_adopt_at(horizon))
        return None

    def begin(self, start: Start) -> None:
        """Begin a plan; the one under way, and all that is planned from there on, is dropped."""
        frame, breaks_off = start.frame, start.adopts and self._breaks_off
        joins = start.adopts and self._timeline.horizon <= self._adopted_at
        self._joined = self._joined + 1 if joins else 0
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
        self._last_first = frame
        self._score.forget(self._timeline.frozen)
        self._outlook.follow_lead()
        plan = self._planner.plan(wish, self.plans)
        covered_s = self._planner.first_sound_s(wish) if wish.silent else wish.lead_s
        self._running.begin(self._score.decision(plan), self._score.beat_grid, covered_s)

    def advance(self) -> None:
        """Make one forward pass of the plan under way."""
        self._running.advance()

    def _drop_plan(self, frame: int) -> None:
        """Forget what is planned from ``frame`` on."""
        self._running.finish(replaced=True)
        if self._timeline.horizon > frame and self.looper.loop is not None:
            self.looper.is_closed = False
        self._output.rewrite_from(frame)
        turn = self._outlook.turn
        if turn is not None and frame < turn.frame:
            turn.is_planned = False

    def _adopt(self, frame: int, *, at_once: bool) -> None:
        """Let what is wanted hold from ``frame`` on, and say so."""
        since = self._first_missed(frame)
        self._score.adopt(frame, at_once=at_once)
        loop = self.looper.loop
        if loop is not None:  # the tempo may be another
            tempo_bpm = self._score.tempo_bpm
            same = Loop.at(loop.begin_frame, loop.bars, tempo_bpm, self._model.codec)
            self.looper.place(same)
            self._end_plans_with(same)
        self.has_changed = self._breaks_off = False
        self._adopted_at = self._kept_until = frame
        if self._pending:
            heard_from = self._output.heard_from(since)
            self._note(Applied(tuple(self._pending), heard_from))
            self._pending = []

    def _follow_clock(self, frame: int) -> bool:
        """Let the beats go on as a clock wants it, if it is time; return whether they jump."""
        follower, score, output = self.follower, self._score, self._output
        sample = output.sample_of(frame)
        if output.sounding and self._clock_line(frame) != frame:
            return False
        if self.looper.loop is not None:  # whose bars are of one length
            follower.nudged_until = None
            course = follower.steady(score.beat_grid, score.tempo_bpm, frame)
        elif follower.clock is None and follower.nudged_until is None:
            return False
        else:
            course = follower.course(
                score.beat_grid, score.tempo_bpm, frame, sample, at_once=not output.sounding
            )
        score.follow(frame, course, follower.tempo_bpm(0.0))
        self._kept_until = max(self._kept_until, frame)
        return course.jumps

    # -- where and when ---------------------------------------------------------------------------

    def _first(self) -> int:
        """Return the first frame that a plan may begin with: nothing that was said is broken."""
        return max(self._outlook.rewrite_point(), self._kept_until)

    def _change_due(self) -> Start | None:
        """Return the plan that begins with what was changed, if it should begin now."""
        if not self.has_changed or not self._outlook.can_rewrite():
            return None
        frame, loop = self._line(self._first()), self.looper.loop
        if self._line_asked is None:
            self._line_asked = frame
        if frame > self._decided() or (loop is not None and frame > loop.begin_frame):
            return None
        if self._comes_first(frame) and not self._outlook.is_urgent(frame):
            return None
        return None if self._merges(frame) else Start(frame, adopts=True)

    def _comes_first(self, frame: int) -> bool:
        """Whether another plan should begin before a change that is to begin at ``frame``."""
        first = self._outlook.rewrite_point()
        if not self._output.sounding or frame <= first:
            return False
        on_clock = self._clock_line(self._first())
        is_on_clock = on_clock is not None and on_clock < frame
        return is_on_clock or self._score.differs(self._last_first, frame)

    def _first_missed(self, frame: int) -> int:
        """Return the first frame at which a knob would move on, if it were not for ``frame``."""
        frames = range(self._outlook.rewrite_point(), frame)
        moves = (f for f in frames if self._score.differs(self._last_first, f))
        return next(moves, frame) if self._output.sounding else frame

    def _decided(self) -> int:
        """Return up to which frame it is known what the music and its beats are."""
        horizon, nudged_until = self._timeline.horizon, self.follower.nudged_until
        return horizon if nudged_until is None else min(horizon, nudged_until)

    def _line(self, first: int) -> int:
        """Return the frame from ``first`` on that changes may begin with."""
        beats = self._score.wanted.settings.quantize.beats
        if not beats or not self._output.sounding:
            return first
        return self._next_line(first, beats)

    def _next_line(self, first: int, beats: int) -> int:
        score = self._score
        return self.follower.next_line(score.beat_grid, score.tempo_bpm, first, beats)

    def _may_adopt_at(self, horizon: int) -> bool:
        """Whether what was changed may begin where all that is planned ends.

        A machine that can plan nothing but that misses lines, and must not miss them all.
        """
        if not self.has_changed or self.looper.holds(horizon):
            return False
        missed = self._line_asked is not None and self._line_asked < horizon
        return missed or self._line(horizon) == horizon

    def _merges(self, frame: int) -> bool:
        """Whether changes should wait for others that may come: one plan for each lead."""
        running = self._running
        if not self._output.sounding:  # nor ever will, if every change begins from the beginning
            spent_s = running.seconds if self.is_decoding else running.last_took_s
            return (self.is_decoding or self._timeline.planned > 0) and spent_s > _PATIENCE_S
        is_new = self.is_decoding and running.passes_made <= _MOST_PASSES
        if is_new and self._timeline.horizon <= self._adopted_at and self._joined < _MOST_JOIN:
            return False
        if frame > self._outlook.rewrite_point():
            return self._can_wait(frame)
        return frame < self._adopted_at + self._score.frames(self._outlook.lead_s)

    def _can_wait(self, frame: int) -> bool:
        """Whether a plan at ``frame``, ahead of what can be planned, can let another one end."""
        plan = self._running.plan
        is_for_it = plan is not None and plan.first_frame == frame == self._adopted_at
        return is_for_it and not self._outlook.is_urgent(frame)

    def _clock_due(self) -> int | None:
        """Return the frame at which the beats should go on otherwise, if it must be planned now."""
        if not self._output.sounding or not self._outlook.can_rewrite():
            return None
        frame = self._clock_line(self._first())
        if frame is None or frame > self._timeline.horizon:
            return None
        return frame if self._outlook.is_urgent(frame) else None

    def _clock_line(self, first: int) -> int | None:
        """Return the frame from ``first`` on at which the beats should go on otherwise."""
        score, loop, follower = self._score, self.looper.loop, self.follower
        if not follower.is_active or not self._model.lm.config.metre:
            return None
        sample = self._output.sample_of(first)
        frame = follower.due(score.beat_grid, score.tempo_bpm, first, sample)
        if loop is not None and (
            follower.nudged_until is None or frame is None or frame > loop.begin_frame
        ):
            return None
        return frame

    def _is_gliding(self) -> bool:
        """Whether a knob has moved on since the last plan, so that another should follow."""
        if not self._output.sounding or not self._outlook.can_rewrite():
            return False
        first = self._outlook.rewrite_point()
        return first >= self._kept_until and self._score.differs(self._last_first, first)
