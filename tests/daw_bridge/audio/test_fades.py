"""Where two sounds meet: no click, no more power than they have, nothing written to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from daw_bridge.audio.fades import Crossfade, crossfaded, mirrored

PCM = hnp.arrays(np.float32, (2, 100), elements=st.floats(-1, 1, width=32))


@given(PCM, PCM, st.integers(0, 100))
def test_a_crossfade_never_has_more_power_than_both_sounds(before, pcm, ramp) -> None:
    """At no sample; beyond the ramp it is the new sound, and what it was given stays as it is."""
    old, new = before[:, :ramp].copy(), pcm.copy()
    out = crossfaded(before[:, :ramp], pcm)
    power = out[:, :ramp] ** 2
    assert (power <= (old**2 + new[:, :ramp] ** 2) * (1 + 1e-5)).all()
    np.testing.assert_array_equal(out[:, ramp:], new[:, ramp:])
    np.testing.assert_array_equal(before[:, :ramp], old)
    np.testing.assert_array_equal(pcm, new)


@given(PCM)
def test_a_crossfade_of_a_sound_with_itself_is_that_sound(pcm) -> None:
    np.testing.assert_allclose(crossfaded(pcm, pcm), pcm, atol=1e-6)


@given(PCM, st.lists(st.integers(0, 60), max_size=6), st.integers(0, 100))
def test_a_crossfade_into_pieces_is_one_ramp(pcm, sizes, ramp) -> None:
    """From silence, where how alike two sounds are does not depend on the first piece."""
    fade, at, parts = Crossfade(np.zeros((2, ramp), np.float32)), 0, []
    for size in (*sizes, 100):
        parts.append(fade.into(pcm[:, at : at + size]))
        at += size
    whole = crossfaded(np.zeros((2, ramp), np.float32), pcm)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-7)


def test_a_crossfade_of_strangers_keeps_their_power() -> None:
    noise = np.random.default_rng(1).standard_normal((2, 1, 64_000)).astype(np.float32)
    out = crossfaded(noise[0], noise[1]).reshape(100, -1)
    assert np.abs(10 * np.log10((out**2).mean(axis=1))).max() < 1.0


def test_a_crossfade_begins_with_the_old_sound_and_ends_with_the_new() -> None:
    out = crossfaded(np.full((1, 50), 0.25, np.float32), np.full((1, 80), -0.5, np.float32))
    assert out[0, 0] == pytest.approx(0.25)
    assert out[0, 49] == pytest.approx(-0.5)


def test_a_sound_is_mirrored_from_its_end_and_silent_where_there_is_no_more() -> None:
    tail = np.array([[1, 2, 3]], np.float32)
    np.testing.assert_array_equal(mirrored(tail, 2), [[3, 2]])
    np.testing.assert_array_equal(mirrored(tail, 5), [[3, 2, 1, 0, 0]])
    np.testing.assert_array_equal(mirrored(tail[:, :0], 2), [[0, 0]])
