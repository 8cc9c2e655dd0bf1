"""Decoding parameters say what is wrong with a value, whoever gives it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.config import DecodingParams
from magnet_core.errors import ConfigError

NAMES = [field.name for field in fields(DecodingParams)]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 20),
        ("steps", "20"),
        ("steps", []),
        ("steps", [20, 10.0]),
        ("steps", [True]),
        ("steps", None),
        ("guidance", 3.0),
        ("guidance", "31"),
        ("guidance", [10]),
        ("guidance", [10, "1"]),
        ("guidance", [10, float("nan")]),
        ("temperature", True),
        ("temperature", 10**400),
        ("temperature", float("inf")),
        ("prefix_guidance", -1.0),
        ("sample", "false"),
        ("sample", 0),
        ("anneal_temperature", None),
        ("span_score", []),
        ("rescore_weight", -0.1),
        ("rescore_weight", 1.1),
        ("rescore_weight", float("nan")),
        ("rescore_weight", "0.5"),
    ],
)
@pytest.mark.parametrize("make", [lambda v: DecodingParams(**v), DecodingParams.from_json])
def test_a_wrong_value_is_named(make: Any, name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"^{name} is "):
        make({name: value})


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_json_gives_parameters_or_a_config_error(values: dict[str, Any]) -> None:
    """And those that it gives come back from their own JSON."""
    try:
        params = DecodingParams.from_json(values)
    except ConfigError:
        return
    assert DecodingParams.from_json(params.to_json()) == params
    assert all(isinstance(value, tuple) for value in (params.steps, params.guidance))


def test_lists_of_json_are_tuples() -> None:
    params = DecodingParams.from_json({"steps": [3, 2], "guidance": [2, 1]})
    assert params == DecodingParams(steps=(3, 2), guidance=(2, 1))
    assert hash(params) == hash(DecodingParams(steps=(3, 2), guidance=(2, 1)))
