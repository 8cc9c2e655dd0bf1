"""Knobs take their time, in a few steps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.runtime.glide import Glide, Glides

values = st.floats(-10.0, 10.0)


@given(start=values, end=values, slew_s=st.floats(0.0, 10.0), first=st.integers(0, 10_000))
def test_value_arrives_in_time_in_at_most_eight_steps_of_equal_height(
    start: float, end: float, slew_s: float, first: int
) -> None:
    """From the frame of the change, never past the target, never back."""
    glides = Glides({"knob": start}, 50)
    glides.move({"knob": end}, first, slew_s)
    frames = range(first, first + round(slew_s * 50) + 1)
    path = [start] + [glides.at(frame)["knob"] for frame in frames]
    assert path[-1] == end
    moves = [b - a for a, b in pairwise(path) if b != a]
    assert len(moves) <= 8
    assert all(move == pytest.approx(moves[0], abs=1e-9) for move in moves)
    assert moves == [] or path[1] != path[0]  # the first step is heard at once


def test_default_glide_is_two_steps() -> None:
    """A jump is heard as a way of two steps, an eighth of a second apart."""
    glides = Glides({"knob": 0.0}, 50)
    glides.move({"knob": 1.0}, 100, 0.25)
    assert [glides.at(frame)["knob"] for frame in (100, 106, 107, 200)] == [0.5, 0.5, 1.0, 1.0]


def test_new_target_is_approached_from_where_the_value_is() -> None:
    """A fader that moves on does not jump back, and one that is not moved stays on its way."""
    glides = Glides({"a": 0.0, "b": 0.0}, 50)
    glides.move({"a": 8.0, "b": 8.0}, 0, 8.0)
    assert glides.at(200) == {"a": 5.0, "b": 5.0}
    glides.move({"a": 1.0, "b": 8.0}, 200, 1.0)
    assert glides.at(200) == {"a": 4.5, "b": 5.0}
    assert glides.at(399) == {"a": 1.0, "b": 8.0}


def test_no_time_is_a_jump() -> None:
    """With a slew of 0 s the first plan has the new value."""
    glides = Glides({"knob": 0.0}, 50)
    glides.move({"knob": 1.0}, 100, 0.0)
    assert glides.at(100)["knob"] == 1.0
    assert Glide(3.0, 4.0).at(0) == 4.0
