"""Plain values are read strictly: of the type and in the range that they must be, or an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.errors import ConfigError
from magnet_core.model.harmony import Chord, Key
from magnet_core.runtime import plain

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
_READERS = [
    plain.number, plain.whole, plain.switch, plain.text, plain.items, plain.members, plain.key,
    plain.chords,
]  # fmt: skip


@pytest.mark.parametrize("read", _READERS)
@given(value=_JSON)
def test_any_value_is_read_or_refused(read: Any, value: object) -> None:
    """Errors are of three kinds, which callers know."""
    try:
        read(value)
    except (TypeError, ValueError, ConfigError):
        return
    assert isinstance(value, str | list | dict | bool | int | float)


@given(
    key=st.builds(Key, st.none() | st.integers(0, 11), st.none() | st.booleans()),
    chords=st.lists(st.builds(Chord, st.integers(0, 11), st.integers(0, 2))),
)
def test_keys_and_chords_come_back(key: Key, chords: list[Chord]) -> None:
    written = json.loads(json.dumps([plain.key_json(key), plain.chords_json(chords)]))
    assert (plain.key(written[0]), plain.chords(written[1])) == (key, tuple(chords))


@pytest.mark.parametrize(
    ("read", "value", "what"),
    [
        (plain.number, True, "True is no number"),
        (plain.number, float("nan"), "nan is no number"),
        (plain.number, 10**400, "is no number"),
        (lambda value: plain.number(value, least=0.0), -1, "0 or more"),
        (lambda value: plain.number(value, least=20.0, most=999.0), 1000.5, "20 to 999"),
        (plain.whole, True, "True is no whole number"),
        (plain.whole, 2.0, "2.0 is no whole number"),
        (lambda value: plain.whole(value, most=16), 17, "0 to 16"),
        (plain.switch, 1, "neither true nor false"),
        (plain.text, None, "None is no text"),
        (plain.text, "\ud800", "surrogates"),
        (plain.items, {}, "a list"),
        (plain.members, [], "an object"),
    ],
)
def test_what_is_wrong_is_said(read: Any, value: object, what: str) -> None:
    with pytest.raises((TypeError, ValueError), match=what):
        read(value)
