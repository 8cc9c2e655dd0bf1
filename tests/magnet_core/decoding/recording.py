"""A guided forward pass that keeps what it returned."""

from __future__ import annotations

from torch import Tensor

from magnet_core.decoding.forward import GuidedForward, Places


class Recorded(GuidedForward):
    """Keeps the guided logits of every infill step."""

    logits: list[Tensor]

    @classmethod
    def of(cls, forward: GuidedForward) -> Recorded:
        recorded = cls(forward.lm, forward._told, forward.shortcuts, forward.counter)
        recorded.logits = []
        return recorded

    def stage_logits(self, states: Tensor, stage: int, places: Places, weight: float) -> Tensor:
        self.logits.append(super().stage_logits(states, stage, places, weight))
        return self.logits[-1]
