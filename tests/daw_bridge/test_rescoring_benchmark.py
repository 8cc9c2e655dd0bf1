"""The benchmark of rescoring compares what costs the same, pair by pair."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("librosa", reason="librosa is not installed (magnet-live[bench])")
pytest.importorskip("pyloudnorm", reason="pyloudnorm is not installed (magnet-live[bench])")

from benchmarks.rescoring import Found, table, variants
from benchmarks.words import TEMPO, Tally
from tests.magnet_core.runtime.tiny import tiny_model


def test_as_many_steps_as_rescoring_has_passes() -> None:
    model, passes = tiny_model(), {}
    for name, params in variants(model.params, [0.5, 1.0]).items():
        made: list[int] = []
        played = replace(model, params=params)
        played.generate("techno", frames=30, on_step=lambda done, _, made=made: made.append(done))
        passes[name] = made[-1]
    steps = sum(model.params.steps)
    assert passes == {
        "off": steps,
        "off, 2n - 1 steps": 2 * steps - 4,
        "w = 0.5": 2 * steps - 4,
        "w = 1": 2 * steps - 4,
    }


def test_a_gain_is_that_of_the_same_prompts() -> None:
    """Two prompts far apart, each 0.5 better: the error of the gain is none."""
    tally = Tally()
    tally.met[TEMPO] += [True, False]
    off = Found(tally, judged=[-1.0, -5.0], passes=[4, 4], seconds=[1.0, 2.0])
    on = Found(tally, judged=[-0.5, -4.5], passes=[7, 7], seconds=[1.5, 3.0])
    text = table({"off": off, "w = 0.5": on})
    assert f"| {TEMPO} | 1 of 2 | 1 of 2 |" in text
    assert "| -3.000 (+0.000 ± 0.000) | -2.500 (+0.500 ± 0.000) |" in text
    assert "| forward passes of a clip | 4.0 | 7.0 |" in text
