"""Decoding one plan's window, a forward pass at a time.

    | context: known frames | prefix: decoded one by one | infill: decoded in parallel | future |
                            ^ what is new is delivered from here on           known, or none ^

A hybrid model does all three parts, a purely parallel one has no prefix, an autoregressive one no
infill. Prefix frames are delivered as they come, since each is final at once and may sound while
the infill runs; an infill revises its frames until its last pass, so they are delivered together.

Here too every pass is timed, from its start until the device is done: the planner's knowledge of
what decoding costs on this device comes from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from magnet_core.config import DecodingParams
from magnet_core.decoding.autoregressive import AutoregressiveDecoding
from magnet_core.decoding.hybrid import HybridDecoding
from magnet_core.decoding.opening import Decoding, start
from magnet_core.decoding.request import Request
from magnet_core.device import wait_for
from magnet_core.model.lm import Conditions, TransformerLM
from magnet_core.runtime.costs import Cost, Costs
from magnet_core.runtime.events import FLAG_INFILL, FLAG_PREFIX
from magnet_core.runtime.planner import Plan


def _as_planned(plan: Plan) -> Plan:
    return plan


@dataclass(slots=True, kw_only=True)
class WindowDecoding:
    """One window on its way from a plan to code frames.

    Attributes:
        lm: the network.
        plan: what to decode; its steps and prefix take the place of those in ``params``.
        prompt: the context, int64 ``[K, context_frames]``.
        future: what follows the new frames, int64 ``[K, future_frames]``; None where nothing is
            known of it.
        conditions: one row: the text, and the metre at the window's first frame.
        params: how to decode.
        generator: the window's randomness, on the device of ``lm``.
        costs: learns what the passes take.
        clock: seconds.
        deliver: called with new frames that are final, int64 ``[K, n]`` on the CPU, each joining on
            to the last, and with what decoded them, FLAG_PREFIX or FLAG_INFILL.
        hurry: asked, where an infill follows a prefix, for the plan as time allows it by then; only
            its steps may differ.
        settle: returns when the device has done what it was given; before that no pass is over.
        seconds: that the passes have taken so far.
        passes_made: how many they were.
    """

    lm: TransformerLM
    plan: Plan
    prompt: Tensor
    conditions: Conditions
    params: DecodingParams
    generator: torch.Generator
    costs: Costs
    clock: Callable[[], float]
    deliver: Callable[[Tensor, int], None]
    future: Tensor | None = None
    hurry: Callable[[Plan], Plan] = _as_planned
    settle: Callable[[torch.device], None] = wait_for
    seconds: float = field(default=0.0, init=False)
    passes_made: int = field(default=0, init=False)
    _delivered: int = field(init=False)  # frames of the window, the context included

    def __post_init__(self) -> None:
        """Begin behind the context, which is known."""
        self._delivered = self.plan.context_frames

    def passes(self) -> Iterator[None]:
        """Decode; every ``next`` is one forward pass, and delivers what became final by it.

        Raises:
            DecodingError: the plan does not fit the model.
        """
        decoding = self._open()
        if isinstance(decoding, HybridDecoding):
            yield from self._prefix(decoding, decoding.prefix_steps())
            self.plan = self.hurry(self.plan)
            yield from self._infill(decoding.infill_steps(self.plan.steps))
        elif isinstance(decoding, AutoregressiveDecoding):
            yield from self._prefix(decoding, decoding.steps())
        else:
            yield from self._infill(decoding.steps())
        end = self.plan.context_frames + self.plan.frames
        self._deliver_to(end, decoding, FLAG_INFILL)

    def _open(self) -> Decoding:
        plan, known, frozen = self.plan, self.prompt, None
        if self.future is not None and self.future.shape[1]:
            holes = known.new_full((known.shape[0], plan.frames), self.lm.config.mask_id)
            known = torch.cat([known, holes, self.future], dim=1)
            frozen = torch.ones(plan.window_frames, dtype=torch.bool)
            frozen[plan.context_frames : plan.context_frames + plan.frames] = False
        return start(
            Request(
                lm=self.lm,
                conditions=self.conditions,
                frames=plan.window_frames,
                params=replace(self.params, steps=plan.steps, prefix_frames=plan.prefix_frames),
                generators=[self.generator],
                prompt_codes=known[None].to(self.lm.device) if known.shape[1] else None,
                frozen=frozen,
            )
        )

    def _prefix(
        self, decoding: HybridDecoding | AutoregressiveDecoding, steps: Iterator[object]
    ) -> Iterator[None]:
        # The first pass is that over the context, and costs its own kind of time.
        cost, frames = self.costs.prefix_frame, 0
        if self.plan.context_frames:
            cost, frames = self.costs.prefill, self.plan.context_frames
        started = self.clock()
        for _ in steps:
            self._note(cost, started, frames)
            self._deliver_to(decoding.complete_frames, decoding, FLAG_PREFIX)
            yield
            cost, frames, started = self.costs.prefix_frame, 0, self.clock()

    def _infill(self, steps: Iterator[object]) -> Iterator[None]:
        plan = self.plan
        frames = max(plan.frames - plan.prefix_frames + plan.future_frames, 1)
        started = self.clock()
        for _ in steps:
            self._note(self.costs.step, started, frames)
            yield
            started = self.clock()

    def _note(self, cost: Cost, started: float, frames: int) -> None:
        self.settle(self.lm.device)
        seconds = self.clock() - started
        cost.learn(seconds, frames)
        self.seconds += seconds
        self.passes_made += 1

    def _deliver_to(self, complete: int, decoding: Decoding, flags: int) -> None:
        """Deliver the window's frames before ``complete``, as far as they are new."""
        complete = min(complete, self.plan.context_frames + self.plan.frames)
        if complete > self._delivered:
            self.deliver(decoding.codes_between(self._delivered, complete)[0].cpu(), flags)
            self._delivered = complete
