"""Everything that decides what a plan sounds like, but the frames that it goes on from.

A plan depends on measured time, so that no run can work it out again; what was decided is kept
instead. A session decodes a ``Decision`` and tells its log of it, a replay decodes the one that it
finds there: the same codes come of it, on the same machine bit for bit, because nothing else goes
in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from magnet_core.api import Model
from magnet_core.config import DecodingParams
from magnet_core.model.harmony import Harmony, harmony_tensor
from magnet_core.model.lm import Conditions
from magnet_core.model.metre import Metre, metre_tensor
from magnet_core.runtime.planner import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A plan, and what it is decoded with.

    Attributes:
        plan: where and how much; its steps and prefix take the place of those in ``params``.
        prompts: texts and weights.
        metre: of the window's first frame, context included; None where the model has none.
        harmony: of the window; None where the model has none.
        params: how to decode.
        seed: of the window's randomness, 0 to 2 ** 63 - 1.
        future_first: the first of the plan's ``future_frames``, as a frame of the timeline.
        given: ``[K][n]``, a phrase that stands for the first ``n`` frames of the context; none: ().
    """

    plan: Plan
    prompts: tuple[tuple[str, float], ...]
    metre: Metre | None
    harmony: Harmony | None
    params: DecodingParams
    seed: int
    future_first: int = 0
    given: tuple[tuple[int, ...], ...] = ()

    @property
    def own_frames(self) -> int:
        """Frames of the context that are the stream's own, behind what is given."""
        return self.plan.context_frames - (len(self.given[0]) if self.given else 0)

    def prompt(self, own: Tensor) -> Tensor:
        """Return the whole context ``[K, context_frames]``; ``own`` is the stream's, ``[K, m]``."""
        if not self.given:
            return own
        return torch.cat([torch.tensor(self.given, dtype=torch.int64), own], dim=1)

    def generator(self, device: torch.device) -> torch.Generator:
        """Return the window's randomness, from its beginning."""
        return torch.Generator(device=device).manual_seed(self.seed)

    def conditions(self, model: Model, words: Conditions | None = None) -> Conditions:
        """Return what the decoder is told.

        Args:
            model: that decodes.
            words: ``model.blend(self.prompts)``, where the caller has it.
        """
        told = words or model.blend(self.prompts)
        device = model.lm.device
        metre = None if self.metre is None else metre_tensor([self.metre]).to(device)
        harmony = None if self.harmony is None else harmony_tensor([self.harmony]).to(device)
        return replace(told, metre=metre, harmony=harmony)
