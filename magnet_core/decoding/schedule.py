"""How a masked stage proceeds: how much is masked, how strongly guided, how hot, step by step.

The paper's Eq. 6 and section 3.2, as the released code has them: the masked fraction is
``cos(pi/2 * u)`` for u from 0 to 1 inclusive, so a stage begins with everything masked and its last
step still re-masks one span. Fractions are formed in float32 as the reference does, because the
counts are rounded down and would otherwise differ by one here and there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from magnet_core.config import DecodingParams

MIN_TEMPERATURE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """One forward pass of a stage.

    Attributes:
        masked: spans or tokens to mask.
        guidance: weight of the conditional row; 1 needs no null row.
        temperature: of sampling, at least ``MIN_TEMPERATURE``.
    """

    masked: int
    guidance: float
    temperature: float


def masked_fractions(steps: int) -> torch.Tensor:
    """Return the masked fraction of each step, float32 ``[steps]``, falling from 1 to 0."""
    # One cosine at a time, as the reference does: a vectorised one may round otherwise.
    places = torch.linspace(0, 1, steps)
    fractions = torch.stack([torch.cos(place * math.pi * 0.5) for place in places])
    return fractions.clamp(min=0.0)  # the cosine of float32 pi/2 is a little below zero


def masked_counts(steps: int, total: int) -> list[int]:
    """Return how many of ``total`` units are masked in each step: never increasing, at least 1."""
    return [max(int((fraction * total).item()), 1) for fraction in masked_fractions(steps)]


def stage_plan(steps: int, total: int, params: DecodingParams) -> list[StepPlan]:
    """Return the plan of a stage of ``steps`` steps that has ``total`` units to fill."""
    strong, weak = params.guidance
    plan = []
    for step, (fraction, masked) in enumerate(
        zip(masked_fractions(steps).tolist(), masked_counts(steps, total), strict=True)
    ):
        left = (steps - 1 - step) / steps if params.anneal_temperature else 1.0
        plan.append(
            StepPlan(
                masked=masked,
                guidance=fraction * strong + (1.0 - fraction) * weak,
                temperature=max(params.temperature * left, MIN_TEMPERATURE),
            )
        )
    return plan
