"""Which plan of a session begins when, and what becomes of it.

A plan begins because something was changed, because a loop is to be closed or music to begin anew,
because a knob is on its way, or because what is planned runs out: in this order. All but the last
take the place of what is planned.

The first of several changes begins a plan at once; those that come within one lead of it are merged
into the next. So a knob that is turned asks for a few plans a second, each of which is heard, and
not for one with each of its values. Only what comes right behind the first, before anything of its
plan is decoded, joins it: two messages that were sent as one should be heard as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from magnet_core.api import Model
from magnet_core.model.metre import BEATS_PER_BAR
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import Applied, PlanDone, Planned, SessionEvent
from magnet_core.runtime.loop import Loop
from magnet_core.runtime.outlook import Outlook, Turn
from magnet_core.runtime.output import Output
from magnet_core.runtime.planner import Plan
from magnet_core.runtime.score import Score
from magnet_core.runtime.timeline import Timeline
from magnet_core.runtime.window import WindowDecoding

_NEVER = -(1 << 60)
_MOST_JOIN, _MOST_PASSES = 2, 3  # so often changes join a plan that has made no more passes
_PATIENCE_S = 0.25  # of decoding that a change may undo before anything sounds


@dataclass(frozen=True, slots=True)
class Start:
    """Where a plan is to begin, and whether with what was changed since the last."""

    frame: int
    adopts: bool = False


@dataclass(slots=True)
class _Run:
    """A plan that is being decoded."""

    window: WindowDecoding
    passes: Iterator[None]
    sample: int  # at which it is first heard
    covered_until: float  # time at which that is, unless the stream is stopped


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
        plans: how many have begun.
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
        self._outlook, self._clock, self._note = outlook, clock, note
        self._planner, self.looper = outlook.planner, outlook.looper
        self.plans = 0
        self._run: _Run | None = None
        self._last_first = 0  # frame that the last plan began with
        self._has_changed = False  # since the last plan that adopted what is wanted
        self._breaks_off = False  # and so that the music before it should matter little
        self._pending: list[object] = []  # tickets of changes that are not yet applied
        self._adopted_at = _NEVER  # frame of the last plan that adopted something
        self._joined = 0  # plans that have taken the place of one there
        self._last_took_s = 0.0  # the last plan that was decoded to its end
        self._confirmed_lead_s = 0.0

    # -- requests ---------------------------------------------------------------------------------

    def request_change(self, ticket: object, *, breaks_off: bool = False) -> None:
        """Plan anew with what is wanted; an Applied event answers ``ticket``.

        Args:
            ticket: of who asked for it.
            breaks_off: go on from a short context only, so that the change is heard.
        """
        self._pending.append(ticket)
        self._has_changed = True
        self._breaks_off |= breaks_off

    def answer(self, ticket: object, sample: int) -> None:
        """Say that what ``ticket`` asked for is heard from ``sample`` on."""
        self._note(Applied((ticket,), sample))

    def apply_while_silent(self) -> None:
        """Changes made while nothing plays cost nothing: the next plan begins at once with them."""
        frozen = self._timeline.frozen
        if self._has_changed and not self.looper.holds(frozen):
            self._drop_plan(frozen)
            self._adopt(frozen, at_once=True)

    def begin_anew(self, *, memory_from: int | None = None) -> None:
        """Plan nothing but what begins anew at the first frame that is not sent.

        Args:
            memory_from: the first frame that plans go on from; None: they go on from nothing.
        """
        frozen = self._timeline.frozen
        self._drop_plan(frozen)
        self.forget_loop()
        self._outlook.turn = None
        self._outlook.memory_from = frozen if memory_from is None else memory_from

    def begin_anew_at_bar(self) -> int:
        """Let music begin anew at the next bar line; returns the sample at which it will."""
        if self._output.loop_goes_round:
            self._leave_loop()
            frame = self._timeline.frozen
        else:
            self.forget_loop()
            frame = self._score.beat_grid.next_bar(self._outlook.rewrite_point())
        self._outlook.turn = Turn(frame)
        return self._output.heard_from(frame)

    # -- loops ------------------------------------------------------------------------------------

    def place_loop(self, bars: int) -> int:
        """Let ``bars`` bars go round from the next bar line on; returns the sample of that.

        Raises:
            ConfigError: no such number of bars; nothing has changed.
        """
        tempo_bpm, codec = self._score.beat_grid.tempo_bpm, self._model.codec
        loop = Loop.at(0, bars, tempo_bpm, codec)
        if self.looper.loop is not None:
            self.release_loop()
        frame = self._score.beat_grid.next_bar(self._outlook.rewrite_point())
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
        rounds, sample = self._output.rounds, self.next_sample
        closing = self._outlook.closing_frame()
        self.forget_loop()
        if rounds is not None and rounds.left_at is None:
            sample = min(sample, rounds.seam)
        if closing is not None:
            sample = min(sample, self._output.heard_from(closing))
        if self._has_changed or self._is_gliding():  # what has waited for the loop to be left
            sample = min(sample, self._output.heard_from(self._outlook.rewrite_point()))
        return sample

    def forget_loop(self) -> None:
        """Let the music go on as if there had been no loop."""
        self.looper.drop()
        self._timeline.keep_from = self._output.held_from = None
        self._output.open_loop()

    @property
    def next_sample(self) -> int:
        """The first sample that what is planned from now on can change."""
        end = self._timeline.horizon
        if self._run is not None:
            end = max(end, self._run.window.plan.end_frame)
        return self._output.heard_from(end)

    def _end_plans_with(self, loop: Loop) -> None:
        """Plan nothing behind the loop's first round, and send its end when it is closed only."""
        self._output.held_from = loop.end_frame - 2  # the seam lies in these
        self._timeline.keep_from = min(loop.begin_frame, self._timeline.frozen)
        if self._run is not None and self._run.window.plan.end_frame > loop.end_frame:
            self._finish(replaced=True)
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
        return self._run is not None

    def follow(self) -> None:
        """Take note of what has been sent since the last call."""
        frozen, loop, looper = self._timeline.frozen, self.looper.loop, self.looper
        turn = self._outlook.turn
        if turn is not None and turn.is_planned and frozen >= turn.frame:
            self._outlook.memory_from, self._outlook.turn = turn.frame, None
        if loop is None or self._run is not None or self._output.rounds is not None:
            return
        if not looper.is_closed and self._timeline.horizon == loop.end_frame:
            looper.is_closed = self._outlook.closing_frame() is None  # there is no time for it
        if looper.is_closed and frozen > loop.begin_frame:
            self._output.close_loop(loop)

    def due(self) -> Start | None:
        """Return the plan that should begin now, if any."""
        if self._has_changed and self._outlook.can_rewrite() and not self._merges():
            return Start(self._outlook.rewrite_point(), adopts=True)
        turn, horizon = self._outlook.turn, self._timeline.horizon
        if turn is not None and not turn.is_planned and horizon >= turn.frame:
            return Start(turn.frame)
        if self._run is not None:
            return None
        closing = self._outlook.closing_frame()
        if closing is not None and closing <= horizon:
            return Start(closing)
        if self._is_gliding():
            return Start(self._outlook.rewrite_point())
        if self._outlook.runs_out():
            return Start(horizon, adopts=self._has_changed and not self.looper.holds(horizon))
        return None

    def begin(self, start: Start) -> None:
        """Begin a plan; the one under way, and all that is planned from there on, is dropped."""
        frame, breaks_off = start.frame, start.adopts and self._breaks_off
        joins = start.adopts and self._timeline.horizon <= self._adopted_at
        self._joined = self._joined + 1 if joins else 0
        self._drop_plan(frame)
        if start.adopts:
            self._adopt(frame, at_once=not self._output.sounding)
        turn = self._outlook.turn
        if turn is not None and not turn.is_planned and frame >= turn.frame:
            turn.is_planned = True
            self._score.beat_grid = self._score.beat_grid.restarted_at_bar(frame)
        wish = self._outlook.wish(frame, short=breaks_off)
        self.plans += 1
        self._last_first = frame
        self._outlook.follow_lead()
        plan = self._planner.plan(wish, self.plans)
        covered_s = self._planner.first_sound_s(wish) if wish.silent else wish.lead_s
        self._decode(self._score.decision(plan), covered_s)

    def advance(self) -> None:
        """Make one forward pass of the plan under way."""
        assert self._run is not None
        try:
            next(self._run.passes)
        except StopIteration:
            self._finish(replaced=False)

    def _decode(self, decision: Decision, covered_s: float) -> None:
        """Begin to decode; what is set from now on is for later plans.

        Args:
            decision: what.
            covered_s: seconds until its first frame is to be heard.
        """
        plan, model, output = decision.plan, self._model, self._output
        grid, timeline, loop = self._score.beat_grid, self._timeline, self.looper.loop
        sample, future = output.sample_of(plan.first_frame), None
        if plan.future_frames and loop is not None:
            begin = loop.begin_frame
            future = timeline.between(begin, begin + plan.future_frames)
            decision = replace(decision, future_first=begin)
        window = WindowDecoding(
            lm=model.lm,
            plan=plan,
            prompt=timeline.before(plan.first_frame, plan.context_frames),
            future=future,
            conditions=self._score.conditions(decision),
            params=decision.params,
            generator=decision.generator(model.lm.device),
            costs=self._planner.costs,
            clock=self._clock,
            deliver=partial(output.write, plan_id=plan.plan_id),
            hurry=self._hurried,
        )
        tempo_bpm = grid.tempo_bpm if model.lm.config.metre else 0.0
        bar_sample = output.sample_at(grid.bar_time(plan.first_frame))
        self._note(Planned(decision, sample, tempo_bpm, bar_sample))
        self._run = _Run(window, window.passes(), sample, self._clock() + covered_s)

    def _hurried(self, plan: Plan) -> Plan:
        """Return the plan with the steps that there still is time for, now that its prefix ends."""
        assert self._run is not None
        if not self._output.sounding:
            return plan
        heard_frames = max(plan.prefix_frames - self._outlook.held_frames, 0)
        by_clock_s = self._run.covered_until - self._clock() + heard_frames * self._planner.frame_s
        # Whoever demands faster than sound has more time than it seems; so has a stream that was
        # stopped in the meantime.
        return self._planner.hurried(plan, max(by_clock_s, self._output.left_s))

    def _finish(self, *, replaced: bool) -> None:
        if self._run is None:
            return
        run, self._run = self._run, None
        window = run.window
        self._note(PlanDone(window.plan, run.sample, window.seconds, window.passes_made, replaced))
        if not replaced:
            self._last_took_s = window.seconds
            self.looper.note_planned(self._timeline.horizon, window.plan.future_frames)

    def _drop_plan(self, frame: int) -> None:
        """Forget what is planned from ``frame`` on."""
        self._finish(replaced=True)
        if self._timeline.horizon > frame and self.looper.loop is not None:
            self.looper.is_closed = False
        self._output.rewrite_from(frame)
        turn = self._outlook.turn
        if turn is not None and frame < turn.frame:
            turn.is_planned = False

    def _adopt(self, frame: int, *, at_once: bool) -> None:
        """Let what is wanted hold from ``frame`` on, and say so."""
        self._score.adopt(frame, at_once=at_once)
        loop = self.looper.loop
        if loop is not None:  # the tempo may be another
            tempo_bpm = self._score.beat_grid.tempo_bpm
            same = Loop.at(loop.begin_frame, loop.bars, tempo_bpm, self._model.codec)
            self.looper.place(same)
            self._end_plans_with(same)
        self._has_changed = self._breaks_off = False
        self._adopted_at = frame
        if self._pending:
            heard_from = self._output.heard_from(frame)
            self._note(Applied(tuple(self._pending), heard_from))
            self._pending = []

    # -- where and when ---------------------------------------------------------------------------

    def _merges(self) -> bool:
        """Whether changes should wait for others that may come: one plan for each lead."""
        run = self._run
        if not self._output.sounding:  # nor ever will, if every change begins from the beginning
            spent_s = self._last_took_s if run is None else run.window.seconds
            return (run is not None or self._timeline.planned > 0) and spent_s > _PATIENCE_S
        is_new = run is not None and run.window.passes_made <= _MOST_PASSES
        if is_new and self._timeline.horizon <= self._adopted_at and self._joined < _MOST_JOIN:
            return False
        merges_until = self._adopted_at + self._score.frames(self._outlook.lead_s)
        return self._outlook.rewrite_point() < merges_until

    def _is_gliding(self) -> bool:
        """Whether a knob has moved on since the last plan, so that another should follow."""
        if not self._output.sounding or not self._outlook.can_rewrite():
            return False
        return self._score.differs(self._last_first, self._outlook.rewrite_point())
