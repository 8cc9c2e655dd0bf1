"""Deciding what to decode next. Plain arithmetic over measured costs: no tensors, no clock.

A replanned stream must have its next frame ready when the audio already sent runs out. With ``a``
seconds per autoregressive frame, ``f`` seconds for the infill, ``L`` seconds of lead and 0.02 s of
audio a frame, a prefix covers its infill if ``L + P * 0.02 >= P * a + f``, so

    P >= (f - L) / (0.02 - a)

(and 0.02 s more above the line for each of the last K - 1 frames, which the delay pattern leaves to
the infill). The planner keeps running estimates of ``a`` and of what an infill step costs per
frame, and where even the longest prefix would not do it takes fewer steps, never fewer frames of
music.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_SAFETY = 1.3  # costs vary; a plan that is 30 % slower than measured still makes it
_LEARNING = 0.2


@dataclass(slots=True)
class Costs:
    """Measured seconds; the first values are guesses that the first plan corrects.

    Attributes:
        prefix_frame_s: one autoregressive frame.
        prefill_s: the causal pass over a context.
        step_frame_s: one infill step, per frame of its window.
    """

    prefix_frame_s: float = 0.004
    prefill_s: float = 0.03
    step_frame_s: float = 0.0002

    def learn(self, name: str, seconds: float) -> None:
        """Move the estimate ``name`` towards a measurement; a single hiccup moves it little."""
        old = getattr(self, name)
        setattr(self, name, old + _LEARNING * (min(seconds, 4.0 * old) - old))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One window to decode.

    Attributes:
        plan_id: counts up from 1 in a session.
        first_frame: absolute number of the first new frame.
        context_frames: known frames before it that the window begins with.
        prefix_frames: new frames to decode autoregressively.
        frames: new frames in all.
        steps: infill steps of each codebook's stage.
        reduced: fewer steps than asked for, since the deadline was near.
    """

    plan_id: int
    first_frame: int
    context_frames: int
    prefix_frames: int
    frames: int
    steps: tuple[int, ...]
    reduced: bool

    @property
    def window_frames(self) -> int:
        """Context and new frames together."""
        return self.context_frames + self.frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a plan is asked for.

    Attributes:
        first_frame, context_frames, frames: as in Plan.
        steps: infill steps wanted.
        prefix_frames: autoregressive frames wanted where time is not what decides; more are
            planned where the infill needs cover, fewer where a prefix would not pay.
        lead_s: audio that is still to be heard before ``first_frame``.
        can_prefix: the model can decode autoregressively.
        can_infill: the model can fill in parallel.
        codebooks: the last K - 1 frames of a prefix wait for the infill (the delay pattern).
    """

    first_frame: int
    context_frames: int
    frames: int
    steps: tuple[int, ...]
    prefix_frames: int
    lead_s: float
    can_prefix: bool
    can_infill: bool
    codebooks: int


def _reduced(steps: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(max(1, math.floor(count * share)) for count in steps)


class Planner:
    """Makes plans that meet their deadline as far as measured costs can tell.

    Args:
        frame_rate: frames per second.
        costs: what decoding takes; kept up to date by whoever measures.
    """

    def __init__(self, frame_rate: float, costs: Costs) -> None:
        self.frame_s = 1.0 / frame_rate
        self.costs = costs
        self._count = 0

    def infill_s(self, frames: int, steps: tuple[int, ...]) -> float:
        """Return the predicted time of an infill over ``frames``, with its safety margin."""
        return _SAFETY * sum(steps) * frames * self.costs.step_frame_s

    @property
    def prefix_pays(self) -> bool:
        """Whether a prefix frame lasts longer than it takes, so that a prefix gains time."""
        return self.frame_s > _SAFETY * self.costs.prefix_frame_s

    def prefix_frames(self, wish: Wish, steps: tuple[int, ...]) -> int:
        """Return the P that covers the infill, which may be more than the window has."""
        gain_s = self.frame_s - _SAFETY * self.costs.prefix_frame_s
        uncovered_s = self.infill_s(wish.frames, steps) + self.costs.prefill_s - wish.lead_s
        if uncovered_s <= 0.0:
            return 0
        assert self.prefix_pays
        ragged_s = (wish.codebooks - 1) * self.frame_s  # decoded, but not heard before the infill
        return math.ceil((uncovered_s + ragged_s) / gain_s)

    def plan(self, wish: Wish) -> Plan:
        """Return the plan that serves ``wish``: all steps if there is time, fewer if not."""
        steps, reduced = wish.steps, False
        if not wish.can_infill:
            prefix = wish.frames
        elif not wish.can_prefix or not self.prefix_pays:
            # Just so many frames that a machine that is quick again is noticed.
            prefix = min(wish.codebooks, wish.frames) if wish.can_prefix else 0
            needed_s = self.infill_s(wish.frames, steps)
            if wish.context_frames and needed_s > wish.lead_s:
                steps, reduced = _reduced(steps, max(wish.lead_s, 0.0) / needed_s), True
        else:
            prefix = self.prefix_frames(wish, steps)
            longest = wish.frames * 2 // 3
            while prefix > longest and sum(steps) > len(steps):
                steps, reduced = _reduced(steps, 0.8), True
                prefix = self.prefix_frames(wish, steps)
            prefix = min(max(prefix, wish.prefix_frames), wish.frames)
        self._count += 1
        return Plan(
            plan_id=self._count,
            first_frame=wish.first_frame,
            context_frames=wish.context_frames,
            prefix_frames=prefix,
            frames=wish.frames,
            steps=steps,
            reduced=reduced,
        )

    def low_water_frames(self, frames: int, steps: tuple[int, ...]) -> int:
        """Return how many planned frames must be left when the next plan begins."""
        seconds = self.costs.prefill_s + 1.5 * self.infill_s(frames, steps)
        return math.ceil(seconds / self.frame_s)
