"""How a stage proceeds: the reference's counts, guidance and temperature."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.config import DecodingParams
from magnet_core.decoding.schedule import MIN_TEMPERATURE, masked_counts, stage_plan

TWENTY = [166, 165, 163, 160, 157, 152, 145, 138, 130, 122, 112, 101, 90, 79, 66, 53, 40, 27, 13, 1]


@pytest.mark.parametrize(
    ("steps", "total", "counts"),
    [
        (20, 166, TWENTY),
        (10, 166, [166, 163, 155, 143, 127, 106, 83, 56, 28, 1]),
        (10, 500, [500, 492, 469, 433, 383, 321, 250, 171, 86, 1]),
        (1, 33, [33]),
    ],
)
def test_masked_counts_are_those_of_the_released_code(
    steps: int, total: int, counts: list[int]
) -> None:
    """Where the product is a whole number but for rounding, float32 may come out one lower."""
    for step, (count, expected) in enumerate(zip(masked_counts(steps, total), counts, strict=True)):
        exact = math.cos(math.pi / 2 * step / max(steps - 1, 1)) * total
        rounding = abs(exact - round(exact)) < 1e-3 and 0 < step < steps - 1
        assert count in ((expected - 1, expected) if rounding else (expected,))


@given(steps=st.integers(1, 80), total=st.integers(1, 2000))
def test_masked_counts_begin_with_all_never_grow_and_end_with_one(steps: int, total: int) -> None:
    counts = masked_counts(steps, total)
    assert counts[0] == total
    assert sorted(counts, reverse=True) == counts
    assert counts[-1] == 1 or steps == 1


def test_guidance_falls_from_the_first_weight_to_exactly_the_second() -> None:
    plan = stage_plan(10, 40, DecodingParams(guidance=(10.0, 1.0)))
    weights = [step.guidance for step in plan]
    assert weights[0] == 10.0
    assert weights[-1] == 1.0
    assert sorted(weights, reverse=True) == weights


def test_temperature_falls_linearly_and_stays_above_zero() -> None:
    plan = stage_plan(20, 40, DecodingParams(temperature=3.0))
    assert [step.temperature for step in plan[:2]] == pytest.approx([2.85, 2.7])
    assert plan[-1].temperature == MIN_TEMPERATURE


def test_temperature_can_be_held() -> None:
    plan = stage_plan(5, 40, DecodingParams(temperature=2.0, anneal_temperature=False))
    assert {step.temperature for step in plan} == {2.0}
