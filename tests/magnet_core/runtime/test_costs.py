"""Running estimates of what decoding takes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.runtime.costs import Cost


def _learned(seconds: list[float], frames: int = 0, *, sized: bool = False) -> Cost:
    cost = Cost(0.01, sized=sized)
    for value in seconds:
        cost.learn(value, frames)
    return cost


def test_guess_counts_until_the_first_measurement() -> None:
    """However wrong it was, nothing of it is left."""
    assert Cost(0.004).median_s() == 0.004
    assert _learned([1.7]).median_s() == 1.7
    assert Cost(0.04, sized=True).median_s(400) > Cost(0.04, sized=True).median_s(200)


@pytest.mark.parametrize("hiccup_s", [0.05, 5.0])
def test_one_hiccup_moves_the_estimates_little(hiccup_s: float) -> None:
    """A single late pass, however late, is no reason to change the plans."""
    cost = _learned([0.002] * 31 + [hiccup_s])
    assert cost.median_s() == 0.002
    assert cost.high_s() == 0.002
    assert cost.high_s(count=30) <= 30 * 0.002 * 1.2


def test_median_and_high_are_what_they_are_called() -> None:
    """Half of the last measurements are below the one, 19 of 20 below the other."""
    values = [0.001 * i for i in range(1, 33)]
    random.Random(1).shuffle(values)
    cost = _learned(values)
    assert cost.median_s() == pytest.approx(0.016)
    assert cost.high_s() == pytest.approx(0.031)


def test_many_together_are_less_uncertain_than_one() -> None:
    """The chance that all of them are slow is small; but they do take their time on average."""
    rng = random.Random(2)
    cost = _learned([0.01 * (1 + rng.random()) for _ in range(32)])
    assert 100 * cost.median_s() < cost.high_s(count=100) < 100 * cost.high_s()
    total = [sum(0.01 * (1 + rng.random()) for _ in range(25)) for _ in range(200)]
    assert sum(t <= cost.high_s(count=25) for t in total) >= 180


def test_machine_that_slows_down_is_noticed_within_a_plan() -> None:
    """After 32 passes nothing of the old speed is left, faster or slower."""
    cost = _learned([0.002] * 100 + [0.006] * 32)
    assert (cost.median_s(), cost.high_s()) == (0.006, 0.006)
    assert _learned([0.006] * 100 + [0.002] * 32).high_s() == 0.002


@given(
    fixed_s=st.floats(0.001, 0.02),
    each_s=st.floats(1e-5, 1e-3),
    sizes=st.lists(st.integers(20, 600), min_size=3, max_size=6, unique=True),
    other=st.integers(20, 600),
)
def test_line_is_learned_from_a_few_sizes(
    fixed_s: float, each_s: float, sizes: list[int], other: int
) -> None:
    """What was measured at some sizes tells of all others."""
    if max(sizes) < 2 * min(sizes):
        sizes = [20, 600]
    cost = Cost(0.04, sized=True)
    for _ in range(40):
        for size in sizes:
            cost.learn(fixed_s + each_s * size, size)
    assert cost.median_s(other) == pytest.approx(fixed_s + each_s * other, rel=0.05)


def test_slower_machine_is_noticed_at_every_size() -> None:
    """Measured at one size only, the others are three times as slow too."""
    cost = Cost(0.04, sized=True)
    for size in (100, 300) * 40:
        cost.learn(0.005 + 0.0001 * size, size)
    for _ in range(32):
        cost.learn(3 * (0.005 + 0.0001 * 300), 300)
    assert cost.median_s(100) == pytest.approx(3 * 0.015, rel=0.15)


@given(
    measured=st.lists(
        st.tuples(st.floats(1e-5, 10.0), st.integers(1, 600)), min_size=1, max_size=60
    ),
    size=st.integers(1, 600),
    count=st.integers(1, 100),
)
def test_whatever_is_measured_the_estimates_are_in_order(
    measured: list[tuple[float, int]], size: int, count: int
) -> None:
    """Positive, the high one no less than the usual one, more for more work and for bigger work."""
    cost = Cost(0.04, sized=True)
    for seconds, frames in measured:
        cost.learn(seconds, frames)
    assert 0.0 < cost.median_s(size) <= cost.high_s(size) + 1e-12
    assert cost.high_s(size, count=count) <= cost.high_s(size, count=count + 1) + 1e-12
    assert cost.high_s(size, count=count) <= cost.high_s(size + 50, count=count) + 1e-12


def test_what_a_coarse_clock_cannot_see_costs_next_to_nothing() -> None:
    """Passes within one tick are learned as short, at every size, and so are those after them."""
    cost = Cost(0.03, sized=True)
    for frames in (10, 200, 10, 400):
        cost.learn(0.0, frames)
    assert 0.0 < cost.median_s(200) < 1e-4
    for _ in range(20):
        cost.learn(0.015, 200)
    assert cost.median_s(200) == pytest.approx(0.015)
