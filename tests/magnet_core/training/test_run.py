"""A run's folder: it knows what it was made from, and is never mixed with another."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from magnet_core.errors import CheckpointError, ConfigError
from magnet_core.training.run import RunFolder, cosine_rate, digest, weights_digest

ORIGIN = {"recipe": "fine-tuning", "data": "d", "model": "m"}


def test_a_run_is_gone_on_with_only_from_what_it_began_with(tmp_path: Path) -> None:
    """What differs is named; the folder stays as it was."""
    RunFolder(tmp_path).claim(ORIGIN)
    RunFolder(tmp_path).claim(ORIGIN)
    said = (tmp_path / "run.json").read_bytes()
    for other, names in (
        (ORIGIN | {"data": "e"}, "data"),
        (ORIGIN | {"data": "e", "model": "n"}, "data and model"),
        ({"recipe": "bundled", "model": "m"}, "data and recipe"),
    ):
        with pytest.raises(ConfigError, match=f"its {names} differs?; give another --run"):
            RunFolder(tmp_path).claim(other)
    assert (tmp_path / "run.json").read_bytes() == said


def test_a_run_that_does_not_say_what_it_is(tmp_path: Path) -> None:
    """It is somebody else's, unless the caller knows better."""
    run = RunFolder(tmp_path)
    run.save("lm", {"step": 3})
    with pytest.raises(ConfigError, match="holds another run"):
        run.claim(ORIGIN)
    run.claim(ORIGIN, or_unsaid=True)
    run.claim(ORIGIN)


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_a_damaged_note_is_an_error(tmp_path: Path, text: str) -> None:
    """Never a reason to begin anew over an old run."""
    (tmp_path / "run.json").write_text(text)
    with pytest.raises((CheckpointError, ConfigError), match=r"run\.json|another run"):
        RunFolder(tmp_path).claim(ORIGIN)


def test_digests_are_of_every_part_and_its_bounds() -> None:
    """Parts do not run into each other."""
    assert digest(["ab", "c"]) == digest([b"ab", "c"]) != digest(["a", "bc"])


def test_a_digest_of_weights_is_of_their_values() -> None:
    """Equal for a copy; another for one other number, name or order of parts."""
    torch.manual_seed(0)
    one, other = nn.Linear(3, 2), nn.Linear(3, 2)
    first = weights_digest(one, other)
    assert weights_digest(one, other) == first
    assert weights_digest(other, one) != first
    with torch.no_grad():
        other.bias[1] += 1e-6
    assert weights_digest(one, other) != first


def test_the_rate_rises_and_falls() -> None:
    """Linear up to the peak, then a cosine to a twentieth of it."""
    rates = [cosine_rate(step, steps=100, peak=2.0, warmup=10) for step in range(101)]
    assert rates[9] == rates[10] == 2.0 and rates[0] == 0.2
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(0.1)
