"""Which settings an OSC address pattern means."""

from __future__ import annotations

import contextlib
import re

import pytest
from counting import calls_of
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.controls import CONTROLS, PARAM_PREFIX
from daw_bridge.errors import MessageError
from daw_bridge.osc.patterns import MAX_PATTERN_CHARACTERS, is_pattern, matching_settings

PARAM_NAMES = [
    control.address.removeprefix(PARAM_PREFIX)
    for control in CONTROLS
    if control.address.startswith(PARAM_PREFIX)
]


def matched(pattern: str, *args: object) -> list[str]:
    return [control.address for control in matching_settings(pattern, args)]


def params(*names: str) -> list[str]:
    """Return addresses in the table's order."""
    return [PARAM_PREFIX + name for name in PARAM_NAMES if name in names]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("{guidance,temperature}", ("guidance", "temperature")),
        ("*temperature", ("temperature", "prefix_temperature")),
        ("*_k", ("top_k", "prefix_top_k")),
        ("top_?", ("top_p", "top_k")),
        ("top_[a-k]", ("top_k",)),
        ("top_[!a-k]", ("top_p",)),
        ("top_[-p]", ("top_p",)),
        ("guidance*", ("guidance", "guidance_min")),
        ("g*n*_*", ("guidance_min", "gain_db")),
        ("{}guidance", ("guidance",)),
        ("temperature*", ("temperature",)),
    ],
)
def test_a_pattern_means_the_settings_that_it_matches(pattern, names) -> None:
    assert matched(PARAM_PREFIX + pattern, 1) == params(*names)


def test_a_pattern_reaches_the_slots_too() -> None:
    assert matched("/magnet/prompt/[2-4]", "pads", 0.5) == [
        f"/magnet/prompt/{n}" for n in (2, 3, 4)
    ]
    assert matched("/*/prompt/?", "pads") == [f"/magnet/prompt/{n}" for n in range(1, 7)]
    assert matched("/magnet/prompt/*/weight", 0.0) == [
        f"/magnet/prompt/{n}/weight" for n in range(1, 7)
    ]


@pytest.mark.parametrize(
    ("pattern", "args", "word"),
    [
        ("/magnet/*", (), "settings only"),
        ("/magnet/{play,stop}", (), "/magnet/play; patterns are for settings only"),
        ("/*", (1,), "matches no control"),  # a star does not go beyond a slash
        ("/magnet?param/guidance", (1,), "matches no control"),
        ("/magnet[/]param/guidance", (1,), "matches no control"),
        ("/magnet/param/[!a]*/x", (1,), "matches no control"),
        ("/magnet/param/top_[z-a]", (1,), "matches no control"),
        ("/magnet/param/guidance*", (31,), "so nothing is set: guidance is 31"),
        ("/magnet/param/temperature*", ("x",), "it: temperature is 'x'"),
        ("/magnet/param/{a,b", (1,), "{ that is not closed"),
        ("/magnet/param/" + "*" * 300, (1,), "more than 256"),
    ],
)
def test_what_means_no_settings_is_refused_with_the_reason(pattern, args, word) -> None:
    with pytest.raises(MessageError) as caught:
        matching_settings(pattern, args)
    assert word in caught.value.reason
    assert len(caught.value.reason) < 300


def calls_for(pattern: str) -> int:
    """Return how many functions are called to know which settings a pattern means."""

    def match() -> None:
        with contextlib.suppress(MessageError):
            matching_settings(pattern, (1.0,))

    return calls_of(match, builtins=True)


@pytest.mark.parametrize(
    "piece", ["*", "*a", "*?", "*[ -~]", "*[!a]", "{,a}*", "*{}", "{,e}{,m}*", "[a-z]", "{a,b,c}"]
)
@pytest.mark.parametrize("start", ["/magnet/param/", "/magnet/*/", "/*/*/", "*"])
def test_no_pattern_costs_more_than_its_length_times_the_table(start, piece) -> None:
    """However many ways there are through it: they are walked at once."""
    room = MAX_PATTERN_CHARACTERS - len(start)
    pattern = start + piece * (room // len(piece))
    addresses = sum(1 + len(control.address) for control in CONTROLS)
    assert calls_for(pattern) < 4 * len(pattern) * len(CONTROLS)
    stars = calls_for(start + "*" * room)
    assert stars < 6 * addresses  # they are one


def test_no_address_of_the_table_is_a_pattern() -> None:
    assert not any(is_pattern(control.address) for control in CONTROLS)


PATTERNS = st.text("/magnetpr_[]{}!-*?,", max_size=300) | st.lists(
    st.sampled_from(["*", "?", "[a-z]", "[!_]", "{top,gain,}", "_", "/", "magnet", "param", "k"]),
    max_size=40,
).map("".join)


@given(PATTERNS, st.lists(st.integers() | st.text() | st.floats(), max_size=2))
def test_any_pattern_is_answered_and_means_settings_that_take_the_arguments(pattern, args) -> None:
    try:
        found = matching_settings(pattern, args)
    except MessageError:
        return
    assert found
    for control in found:
        assert control.setting
        control.validate(args)


@given(st.lists(st.sampled_from(["*", "?", "[a-m]", "[!a-m]", "a", "_", "k"]), max_size=6))
def test_patterns_match_as_the_same_regular_expression_does(pieces) -> None:
    """An independent reading of the rules, where no word has alternatives."""
    translated = {"*": "[^/]*", "?": "[^/]", "[!a-m]": "[^a-m/]"}
    expression = re.compile("".join(translated.get(piece, piece) for piece in pieces))
    expected = [name for name in PARAM_NAMES if expression.fullmatch(name)]
    try:
        found = matched(PARAM_PREFIX + "".join(pieces) + "{}", 1)
    except MessageError as error:
        none = "no control" in error.reason
        found = [] if none else params(*expected)  # of which one does not take a 1
    assert found == params(*expected)
