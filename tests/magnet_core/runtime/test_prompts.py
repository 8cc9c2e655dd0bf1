"""Six slots of prompts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.api import Model
from magnet_core.errors import ConfigError
from magnet_core.model.harmony import Key
from magnet_core.runtime.prompts import Prompts
from tests.magnet_core.runtime.tiny import tiny_model


@pytest.fixture(scope="module")
def model() -> Model:
    return tiny_model()


def test_single_prompt_is_itself_whatever_its_weight() -> None:
    """A text alone has full weight; empty slots take no part."""
    assert Prompts.only("techno").blend() == (("techno", 1.0),)
    assert Prompts().with_slot(3, "techno", 0.2).blend() == (("techno", 1.0),)
    assert Prompts.only("").with_slot(2, "dub", 0.5).blend() == (("dub", 1.0),)


def test_nothing_is_one_empty_text() -> None:
    """All slots empty, or all at weight 0."""
    assert Prompts().blend() == (("", 1.0),)
    assert Prompts.only("techno").with_slot(1, "techno", 0.0).blend() == (("", 1.0),)


def test_slots_are_blended_in_order() -> None:
    """Of the slots that have both a text and a weight."""
    prompts = Prompts.only("techno").with_slot(6, "dub", 0.25).with_slot(2, "ambient", 0.0)
    assert prompts.blend() == (("techno", 1.0), ("dub", 0.25))
    assert prompts.blend([1.0, 0.5, 0.0, 0.0, 0.0, 0.0]) == (("techno", 1.0), ("ambient", 0.5))


@pytest.mark.parametrize(
    ("number", "weight", "named"),
    [
        (0, 0.5, "1 to 6"),
        (7, 0.5, "1 to 6"),
        (2, -0.1, "0 to 1"),
        (2, 1.01, "0 to 1"),
        (2, float("nan"), "0 to 1"),
    ],
)
def test_unknown_slots_and_weights_are_refused_with_their_range(
    number: int, weight: float, named: str
) -> None:
    """The message says what would be right."""
    with pytest.raises(ConfigError, match=named):
        Prompts().with_slot(number, "techno", weight)


def test_tempo_and_key_are_those_of_the_heaviest_text_that_asks_for_one(model: Model) -> None:
    """A heavier text that says nothing of it does not count."""
    prompts = Prompts.only("warm pads").with_slot(2, "dub 90 bpm, A minor", 0.3)
    assert prompts.tempo_bpm(model) == 90.0
    assert prompts.key(model) == Key(9, True)
    prompts = prompts.with_slot(3, "techno 133 bpm, C major", 0.4)
    assert prompts.tempo_bpm(model) == 133.0
    assert prompts.key(model) == Key(0, False)
    assert Prompts().tempo_bpm(model) == model.tempo_bpm("")
    assert Prompts().key(model) == Key()


@given(
    slots=st.lists(
        st.tuples(st.integers(1, 6), st.text(max_size=5), st.floats(0.0, 1.0)), max_size=12
    )
)
def test_whatever_is_set_something_can_be_blended(
    slots: list[tuple[int, str, float]],
) -> None:
    """Never nothing at all, never a text without weight."""
    prompts = Prompts()
    for number, text, weight in slots:
        prompts = prompts.with_slot(number, text, weight)
    blend = prompts.blend()
    assert blend
    assert all(weight > 0.0 for _, weight in blend)
    assert len(blend) <= 6
