"""Decoding one plan's window, a forward pass at a time.

    | context: known frames | prefix: decoded one by one | infill: decoded in parallel |
                            ^ what is new is delivered from here on

A hybrid model does all three parts, a purely parallel one has no prefix, an autoregressive one no
infill. Prefix frames are delivered as they come, since each is final at once and may sound while
the infill runs; an infill revises its frames until its last pass, so they are delivered together.

Here too every pass is timed: the planner's knowledge of what decoding costs on this device comes
from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from magnet_core.config import DecodingParams
from magnet_core.decoding.autoregressive import AutoregressiveDecoding
from magnet_core.decoding.hybrid import HybridDecoding
from magnet_core.decoding.opening import Decoding, open_decoding
from magnet_core.model.lm import Conditions, TransformerLM
from magnet_core.runtime.events import FLAG_INFILL, FLAG_PREFIX
from magnet_core.runtime.planner import Costs, Plan


@dataclass(slots=True, kw_only=True)
class WindowDecoding:
    """One window on its way from a plan to code frames.

    Attributes:
        lm: the network.
        plan: what to decode; its steps and prefix take the place of those in ``params``.
        prompt: the context, int64 ``[K, context_frames]``.
        conditions: one row: the text, and the metre at the window's first frame.
        params: how to decode.
        generator: the window's randomness, on the device of ``lm``.
        costs: learns what the passes take.
        clock: seconds.
        deliver: called with new frames that are final, int64 ``[K, n]`` on the CPU, each joining on
            to the last, and with what decoded them, FLAG_PREFIX or FLAG_INFILL.
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
            yield from self._infill(decoding.infill_steps(self.plan.steps))
        elif isinstance(decoding, AutoregressiveDecoding):
            yield from self._prefix(decoding, decoding.steps())
        else:
            yield from self._infill(decoding.steps())
        self._deliver_to(self.plan.window_frames, decoding.codes, FLAG_INFILL)

    def _open(self) -> Decoding:
        plan = self.plan
        return open_decoding(
            self.lm,
            self.conditions,
            frames=plan.window_frames,
            params=replace(self.params, steps=plan.steps, prefix_frames=plan.prefix_frames),
            generators=[self.generator],
            prompt_codes=self.prompt[None].to(self.lm.device) if plan.context_frames else None,
        )

    def _prefix(
        self, decoding: HybridDecoding | AutoregressiveDecoding, steps: Iterator[object]
    ) -> Iterator[None]:
        # The first pass is that over the context, and costs its own kind of time.
        name = "prefill_s" if self.plan.context_frames else "prefix_frame_s"
        started = self.clock()
        for _ in steps:
            self.costs.learn(name, self.clock() - started)
            self._deliver_to(decoding.complete_frames, decoding.codes, FLAG_PREFIX)
            yield
            name, started = "prefix_frame_s", self.clock()

    def _infill(self, steps: Iterator[object]) -> Iterator[None]:
        frames = max(self.plan.frames - self.plan.prefix_frames, 1)
        started = self.clock()
        for _ in steps:
            self.costs.learn("step_frame_s", (self.clock() - started) / frames)
            yield
            started = self.clock()

    def _deliver_to(self, complete: int, codes: Tensor, flags: int) -> None:
        """Deliver the window's frames before ``complete``, as far as they are new."""
        if complete > self._delivered:
            self.deliver(codes[0, :, self._delivered : complete].cpu(), flags)
            self._delivered = complete
