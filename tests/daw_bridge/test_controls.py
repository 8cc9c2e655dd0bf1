"""The table of controls: what it takes, and what it says to what it does not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.arguments import Curve, Kind
from daw_bridge.controls import BPM, BY_ADDRESS, CONTROLS, LEAD_MS, lookup, validate
from daw_bridge.errors import MessageError
from magnet_core.config import DecodingParams
from magnet_core.errors import ConfigError
from magnet_core.model.metre import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from magnet_core.runtime.settings import Settings

PARAM = "/magnet/param/"


def test_addresses_are_unique_and_documented() -> None:
    assert len(BY_ADDRESS) == len(CONTROLS)
    assert all(control.doc.endswith(".") for control in CONTROLS)


def test_a_dial_can_be_made_of_every_number() -> None:
    """Whatever shows the table, page or patch, finds a range, and a curve that the range has."""
    for control in CONTROLS:
        for argument in control.arguments:
            if argument.kind in (Kind.FLOAT, Kind.INT, Kind.SEED, Kind.STEPS):
                assert argument.low < argument.high
                assert argument.low > 0 or argument.curve is Curve.LINEAR
                assert not argument.unit or argument.unit in argument.allowed
            else:
                assert (argument.unit, argument.curve) == ("", Curve.LINEAR)


def test_a_setting_always_has_all_its_values() -> None:
    """However short it was set: each value is shown, kept and replayed."""
    for control in CONTROLS:
        if control.setting:
            assert all(one.default is not None for one in control.arguments if one.optional)


def test_every_default_passes_its_own_check() -> None:
    for control in CONTROLS:
        for argument in control.arguments:
            if argument.default is not None:
                assert argument.check(argument.default) == argument.default


@pytest.mark.parametrize(
    ("address", "args", "expected"),
    [
        ("/magnet/play", (), ()),
        ("/magnet/prompt", ("warm pads",), ("warm pads",)),
        ("/magnet/prompt", ("",), ("",)),
        ("/magnet/prompt/3", ("warm pads",), ("warm pads",)),  # at the weight that it has
        ("/magnet/prompt/6", ("warm pads", 0), ("warm pads", 0.0)),
        ("/magnet/prompt/6/weight", (1,), (1.0,)),
        ("/magnet/chords", ("Am F C G",), ("Am F C G",)),
        ("/magnet/chords", ("",), ("",)),
        ("/magnet/reset", (), ("now",)),
        ("/magnet/reset", ("bar",), ("bar",)),
        ("/magnet/tempo", (0,), (0.0,)),
        ("/magnet/tempo", (20,), (20.0,)),
        ("/magnet/loop", (4.0,), (4,)),
        (PARAM + "temperature", (3,), (3.0,)),
        (PARAM + "top_k", (250.0,), (250,)),  # Pure Data knows only floats
        (PARAM + "top_k", (0,), (0,)),
        (PARAM + "steps", ("20, 10,10,10",), ("20,10,10,10",)),
        (PARAM + "steps", ("12",), (12,)),
        (PARAM + "steps", (12.0,), (12,)),
        (PARAM + "seed", ("2147483647",), (2147483647,)),  # more than a float32 holds
        ("/magnet/subscribe", (9100, "127.0.0.1"), (9100, "127.0.0.1")),
        ("/magnet/subscribe", (9100.0,), (9100,)),
    ],
)
def test_valid_arguments_come_back_in_their_type(address, args, expected) -> None:
    control, checked = validate(address, args)
    assert control.address == address
    assert checked == expected
    assert [type(value) for value in checked] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("address", "args", "words"),
    [
        (PARAM + "temperature", (math.nan,), ("temperature is nan", "from 0 to 10")),
        (PARAM + "temperature", (math.inf,), ("inf", "from 0 to 10")),
        (PARAM + "top_p", (1.5,), ("top_p is 1.5", "from 0 to 1")),
        (PARAM + "top_p", (-0.1,), ("-0.1",)),
        (PARAM + "top_p", ("0.5",), ("top_p is '0.5'", "a number")),
        (PARAM + "top_p", (10**400,), ("top_p is 1000",)),
        (PARAM + "top_k", (2.5,), ("top_k is 2.5", "0 or a whole number from 1 to 65536 tokens")),
        (PARAM + "top_k", (True,), ("top_k is True",)),
        (PARAM + "steps", ("20,10,x",), ("steps is '20,10,x'", "20,10,10,10")),
        (PARAM + "steps", ("0,10",), ("steps",)),
        (PARAM + "steps", (",".join(["1"] * 17),), ("steps",)),
        (PARAM + "seed", (-1,), ("seed is -1", "2147483647")),
        (PARAM + "seed", ("9" * 5000,), ("seed",)),
        ("/magnet/prompt", ("x" * 10_000,), ("10000 characters", "0 to 2000")),
        ("/magnet/prompt", (3,), ("text is 3", "a string")),
        ("/magnet/prompt", (), ("0 arguments", "text")),
        ("/magnet/prompt", ("warm", "pads"), ("2 arguments", "one string")),
        ("/magnet/prompt/1", ("x", 1.5), ("weight is 1.5", "from 0 to 1")),
        ("/magnet/prompt/1", (0.5, "x"), ("text is 0.5", "a string")),
        ("/magnet/prompt/1", ("x", 1, 2), ("3 arguments", "text, [weight]")),
        ("/magnet/prompt/1/weight", (1.5,), ("weight is 1.5", "from 0 to 1")),
        ("/magnet/prompt/1/weight", ("x",), ("weight is 'x'", "a number")),
        ("/magnet/chords", ("Am " * 200,), ("600 characters", "0 to 500")),
        ("/magnet/chords", ("Am", "F"), ("2 arguments", "one string")),
        ("/magnet/reset", ("beat",), ("when is 'beat'", '"now" or "bar"')),
        ("/magnet/tempo", (19.9,), ("bpm is 19.9", "0 or a number from 20 to 999")),
        ("/magnet/tempo", (-0.5,), ("bpm is -0.5",)),
        ("/magnet/loop", (17,), ("bars is 17", "a whole number from 0 to 16")),
        ("/magnet/loop", (0.5,), ("bars is 0.5",)),
        ("/magnet/play", (1,), ("1 argument;", "takes none")),
        ("/magnet/subscribe", (70000,), ("port is 70000", "65535")),
    ],
)
def test_a_refusal_names_the_value_and_the_range(address, args, words) -> None:
    with pytest.raises(MessageError) as caught:
        validate(address, args)
    assert caught.value.address == address
    for word in words:
        assert word in caught.value.reason
    assert len(caught.value.reason) < 300


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/magnet/paly", "/magnet/play"),
        ("/magnet/param/temprature", "/magnet/param/temperature"),
        ("/prompt", "/magnet/prompt"),
        ("/magnet/prompt/7", "/magnet/prompt/6"),
    ],
)
def test_an_unknown_address_is_answered_with_the_nearest(address, near) -> None:
    with pytest.raises(MessageError, match=near):
        lookup(address)


@pytest.mark.parametrize("address", ["/foo/bar", "/1/fader1", "/x", "/live/song/get/tempo", ""])
def test_an_address_of_another_program_is_answered_without_a_guess(address) -> None:
    with pytest.raises(MessageError, match="see /magnet/status"):
        lookup(address)


def test_the_core_takes_what_the_table_allows_and_no_more() -> None:
    """The server imports nothing of it, so each says its ranges for itself."""
    assert (BPM.low, BPM.high) == (MIN_TEMPO_BPM, MAX_TEMPO_BPM)
    core = Settings(decoding=DecodingParams(), window_s=10.0, context_s=5.0)
    assert core.lead_ms == LEAD_MS.default
    for outside in (LEAD_MS.low - 1, LEAD_MS.high + 1):
        with pytest.raises(ConfigError):
            core.with_control("lead_ms", outside)
    for limit in (LEAD_MS.low, LEAD_MS.high):
        assert core.with_control("lead_ms", limit).lead_ms == limit


def test_short_names_tell_all_values_apart() -> None:
    names = [control.short_name for control in CONTROLS if control.setting]
    assert len(set(names)) == len(names)
    assert {"temperature", "tempo", "prompt/3"} <= set(names)


def test_an_unknown_address_that_is_near_nothing_is_cut_short() -> None:
    with pytest.raises(MessageError) as caught:
        lookup("/" + "é" * 5000)
    assert len(caught.value.reason) < 200


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.none()),
)


@given(st.sampled_from(CONTROLS), st.lists(ANYTHING, max_size=3))
def test_any_arguments_are_checked_or_refused(control, args) -> None:
    """A value that passes is in its range and of a plain type; nothing else gets through."""
    try:
        _, checked = validate(control.address, args)
    except MessageError:
        return
    for argument, value in zip(control.arguments, checked, strict=False):
        assert type(value) in (int, float, str)
        if argument.kind in (Kind.FLOAT, Kind.INT, Kind.SEED):
            in_range = argument.low <= float(value) <= argument.high
            assert in_range or (argument.or_zero and value == 0)
