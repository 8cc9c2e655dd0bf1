"""xp.cfg values are found by path and their references resolved; anything else is an error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.checkpoints.settings import Settings
from magnet_core.errors import CheckpointError

TEXT = """
sample_rate: 32000
channels: 1
name: codec
encodec: {sample_rate: "${sample_rate}", label: "${name}-${channels}", up: "${.sample_rate}"}
seanet: {ratios: [8, 5, "${channels}"], pad: null, hop: "${seanet.ratios[1]}"}
alias: ${encodec}
loop: ${pool}
pool: ${loop}
inside: {itself: "${inside.itself}"}
grow: "x${grow}"
env: ${oc.env:HOME}
gone: ${no.such.key}
"""


@pytest.fixture(scope="module")
def cfg() -> Settings:
    return Settings(TEXT, "state_dict.bin")


def test_references_are_resolved(cfg: Settings) -> None:
    """A whole value, a part of a text, a list entry, a relative path and a section can refer."""
    assert cfg.get("encodec.sample_rate", int) == 32000
    assert cfg.get("encodec.label", str) == "codec-1"
    assert cfg.get("encodec.up", int) == 32000
    assert cfg.get("seanet.ratios", list) == [8, 5, 1]
    assert cfg.get("seanet.hop", int) == 5
    assert cfg.get("alias.sample_rate", int) == 32000


def test_absent_and_null_take_the_default(cfg: Settings) -> None:
    """A key that is not there, or null, gives the default; required ones are named."""
    assert cfg.get("seanet.pad", str, "constant") == "constant"
    assert cfg.get("seanet.ratios.depth", int, 7) == 7
    with pytest.raises(CheckpointError, match=r"state_dict.bin: xp.cfg has no seanet.kernel_size"):
        cfg.require("seanet.kernel_size", int)


@pytest.mark.parametrize("path", ["loop", "inside.itself", "grow", "loop.deeper"])
def test_a_circle_is_an_error(cfg: Settings, path: str) -> None:
    """A reference to itself, however long the way round, is named and does not hang."""
    with pytest.raises(CheckpointError, match="refers to itself"):
        cfg.get(path, str)


@pytest.mark.parametrize("path", ["env", "gone"])
def test_what_cannot_be_resolved_is_an_error(cfg: Settings, path: str) -> None:
    """Environment resolvers and missing keys are named; no variable is read."""
    with pytest.raises(CheckpointError, match=rf"xp.cfg {path} refers to"):
        cfg.get(path, str)


def test_another_type_is_an_error(cfg: Settings) -> None:
    """A text for a number is named; a whole number does for a float, but true for no number."""
    with pytest.raises(CheckpointError, match=r"name is 'codec', not of type int"):
        cfg.get("name", int)
    assert cfg.get("channels", float) == 1.0
    with pytest.raises(CheckpointError):
        Settings("flag: true", "x").get("flag", int)


@pytest.mark.parametrize("text", [None, 3, "[1, 2]", "a: [", "- a\n- b", "just words", "{" * 5000])
def test_what_is_no_mapping_is_an_error(text: object) -> None:
    """Anything but a YAML mapping raises CheckpointError, also when it nests without end."""
    with pytest.raises(CheckpointError, match=r"xp\.cfg"):
        Settings(text, "state_dict.bin")


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(alphabet="ab:{}[].$\n -&*!\"'\\1", max_size=60),
    path=st.text("ab.[]01", max_size=8),
)
def test_any_text_gives_a_value_or_a_checkpoint_error(text: str, path: str) -> None:
    """No text and no path raises anything else."""
    with suppress(CheckpointError):
        Settings(text, "x").get(path, object)
