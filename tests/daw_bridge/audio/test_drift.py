"""Clocks that drift are measured through late and coarse counts, and followed by speed alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.audio.drift import MAX_CORRECTION, Follower, PaceMeter

RATE, BLOCK = 48000, 256
TICK_S = 0.005


def observed(seconds: float, ppm: float, seed: int = 0, stall_at: float | None = None):
    """Yield times and counts as the server sees them: in blocks, at ticks that come late."""
    rng = np.random.default_rng(seed)
    now, until = 0.0, 0.0
    while now < seconds:
        now += TICK_S + rng.exponential(0.002) * (rng.random() < 0.3)
        if stall_at is not None and stall_at < now < stall_at + 0.8:
            continue
        until = max(until, now)
        yield until, BLOCK * int(until * RATE * (1 + ppm * 1e-6) / BLOCK)


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 35.0, 200.0])
def test_pace_of_a_card_is_known_within_a_minute(ppm) -> None:
    meter = PaceMeter(RATE)
    assert meter.pace == 1.0  # not known yet
    for now, count in observed(90.0, ppm):
        meter.note(1000.0 + now, count)
    assert meter.ppm == pytest.approx(ppm, abs=12.0)


def test_a_server_that_was_busy_for_a_while_does_not_move_the_pace() -> None:
    meter = PaceMeter(RATE)
    for now, count in observed(90.0, 100.0, stall_at=60.0):
        meter.note(now, count)
    assert meter.ppm == pytest.approx(100.0, abs=15.0)


@given(st.lists(st.tuples(st.floats(0.0, 5.0), st.integers(0, 10**6)), max_size=60))
@settings(max_examples=60)
def test_any_counts_give_a_pace_that_is_one_of_a_clock(steps) -> None:
    meter, now, count = PaceMeter(RATE), 0.0, 0
    for wait_s, more in steps:
        now, count = now + wait_s, count + more
        meter.note(now, count)
        assert 0.98 < meter.pace < 1.02


def follow(card_ppm: float, leader_ppm: float, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the card has moved from its leader, in ms, and the ratios that it was given.

    The leader is a browser that reports ten times a second, up to 30 ms late.
    """
    rng, model = np.random.default_rng(1), 32000
    meter, follower, leader = PaceMeter(RATE), Follower(model), object()
    own, ratio, reported, report_at, now = 5000.0, 1.0, (0.0, 0.0), 0.0, 0.0
    moved, ratios = [], []
    step = 0.1
    while now < seconds:
        now += step
        own += step * model * (1 + card_ppm * 1e-6) * ratio
        theirs = now * model * (1 + leader_ppm * 1e-6)
        if now >= report_at:
            reported, report_at = (theirs - rng.uniform(0, 0.03) * model, now), now + 0.1
        card_frames = BLOCK * int(now * RATE * (1 + card_ppm * 1e-6) / BLOCK)
        meter.note(now, card_frames)
        seen = reported[0] + (now - reported[1]) * model
        ratio = follower.ratio(now, leader, seen, own - rng.uniform(0, 0.01) * model, meter.pace)
        moved.append((own - 5000.0 - theirs) / model * 1000)
        ratios.append(ratio)
    return np.array(moved), np.array(ratios)


@pytest.mark.parametrize(("card", "leader"), [(200.0, -100.0), (-200.0, 100.0), (0.0, 0.0)])
def test_a_card_stays_where_it_is_beside_its_leader(card, leader) -> None:
    """Uncorrected, half an hour at 300 ppm would be 540 ms; the ear hears no change of speed."""
    moved, ratios = follow(card, leader, 1800.0)
    assert np.abs(moved).max() < 30.0
    assert 1e6 * (np.mean(ratios[3000:]) - 1) == pytest.approx(leader - card, abs=10.0)
    assert np.abs(ratios - 1).max() < 0.0015
    assert np.abs(np.diff(ratios[3000:])).max() < 1e-4


def test_a_leader_that_jumps_is_not_chased() -> None:
    follower, leader = Follower(32000), object()
    follower.ratio(0.0, leader, 0.0, 0.0, 1.0)
    assert follower.ratio(0.1, leader, 10**7, 3200.0, 1.0) == 1.0
    assert follower.ratio(0.2, object(), 0.0, 6400.0, 1.0) == 1.0  # and another is another distance


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 1e9), st.floats(0, 1e9)), max_size=40))
@settings(max_examples=60)
def test_no_report_makes_the_card_audibly_fast_or_slow(steps) -> None:
    follower, now, leader = Follower(32000), 0.0, object()
    for wait_s, theirs, own in steps:
        now += wait_s
        ratio = follower.ratio(now, leader, theirs, own, 1.0)
        assert abs(ratio - 1.0) <= MAX_CORRECTION + 1e-12
