"""The plan of a session that is being decoded, from its decision to its last frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import PlanDone, Planned
from magnet_core.runtime.parts import Parts
from magnet_core.runtime.planner import Plan
from magnet_core.runtime.window import WindowDecoding


@dataclass(slots=True)
class _Run:
    """A plan that is being decoded."""

    window: WindowDecoding
    passes: Iterator[None]
    sample: int  # at which it is first heard
    covered_until: float  # time at which that is, unless the stream is stopped


class Running:
    """Decodes one plan at a time.

    Args:
        parts: of the session.

    Attributes:
        last_took_s: how long the passes of the last plan took that was decoded to its end.
    """

    def __init__(self, parts: Parts) -> None:
        self._model, self._timeline, self._feed = parts.model, parts.timeline, parts.feed
        self._output, self._score, self._outlook = parts.output, parts.score, parts.outlook
        self._clock, self._note = parts.clock, parts.note
        self._run: _Run | None = None
        self.last_took_s = 0.0

    @property
    def plan(self) -> Plan | None:
        """The plan that is under way, if any."""
        return None if self._run is None else self._run.window.plan

    @property
    def passes_made(self) -> int:
        """Forward passes that the plan under way has made."""
        return 0 if self._run is None else self._run.window.passes_made

    @property
    def seconds(self) -> float:
        """The time that they took."""
        return 0.0 if self._run is None else self._run.window.seconds

    def begin(self, decision: Decision, covered_s: float) -> None:
        """Begin to decode; what is set from now on is for later plans.

        Args:
            decision: what.
            covered_s: seconds until its first frame is to be heard.
        """
        plan, model, feed, grid = decision.plan, self._model, self._feed, self._score.beat_grid
        timeline, loop = self._timeline, self._outlook.looper.loop
        sample, future = feed.sample_of(plan.first_frame), None
        if plan.future_frames and loop is not None:
            begin = loop.begin_frame
            future = timeline.between(begin, begin + plan.future_frames)
            decision = replace(decision, future_first=begin)
        decision = replace(decision, given=self._outlook.given(plan))
        window = WindowDecoding(
            lm=model.lm,
            plan=plan,
            prompt=decision.prompt(timeline.before(plan.first_frame, decision.own_frames)),
            future=future,
            conditions=self._score.conditions(decision),
            params=decision.params,
            generator=decision.generator(model.lm.device),
            costs=self._outlook.planner.costs,
            clock=self._clock,
            deliver=partial(feed.write, plan_id=plan.plan_id),
            hurry=self._hurried,
        )
        tempo_bpm = grid.tempo_bpm if model.lm.config.metre else 0.0
        bar_sample = feed.sample_at(grid.bar_time(plan.first_frame))
        self._note(Planned(decision, sample, tempo_bpm, bar_sample))
        self._run = _Run(window, window.passes(), sample, self._clock() + covered_s)

    def advance(self) -> None:
        """Make one forward pass."""
        assert self._run is not None
        try:
            next(self._run.passes)
        except StopIteration:
            self.finish(replaced=False)

    def finish(self, *, replaced: bool) -> None:
        """Be done with the plan under way, if there is one."""
        if self._run is None:
            return
        run, self._run = self._run, None
        window, looper = run.window, self._outlook.looper
        self._note(PlanDone(window.plan, run.sample, window.seconds, window.passes_made, replaced))
        if not replaced:
            self.last_took_s = window.seconds
            looper.note_planned(self._timeline.horizon, window.plan.future_frames)

    def _hurried(self, plan: Plan) -> Plan:
        """Return the plan with the steps that there still is time for, now that its prefix ends."""
        assert self._run is not None
        if not self._output.sounding:
            return plan
        planner = self._outlook.planner
        heard_frames = max(plan.prefix_frames - self._outlook.held_frames, 0)
        by_clock_s = self._run.covered_until - self._clock() + heard_frames * planner.frame_s
        # Whoever demands faster than sound has more time than it seems; so has a stream that was
        # stopped in the meantime.
        return planner.hurried(plan, max(by_clock_s, self._output.left_s))
