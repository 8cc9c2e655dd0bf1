"""Bytes to messages: any bytes give messages or a MessageError, and what we send is plain."""

from __future__ import annotations

import json
import math
import struct
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from daw_bridge.audio.pcm import PcmFormat
from daw_bridge.errors import MessageError
from daw_bridge.messages import (
    Command,
    Hello,
    Playhead,
    encode_osc,
    encode_ws,
    parse_osc,
    parse_ws,
)


def osc(address: str, *args: object) -> bytes:
    builder = OscMessageBuilder(address=address)
    for arg in args:
        builder.add_arg(arg)
    return builder.build().dgram


def bundle(when: float, *contents: bytes) -> bytes:
    builder = OscBundleBuilder(when)
    built = builder.build().dgram
    return built + b"".join(struct.pack(">i", len(part)) + part for part in contents)


# --- OSC ---


@pytest.mark.parametrize("args", [(), (1,), (1.5,), ("warm pads",), (3, 0.25, "ü ; , $")])
def test_osc_message_is_read_as_python_osc_wrote_it(args) -> None:
    assert parse_osc(osc("/magnet/prompt", *args))[0].command == Command("/magnet/prompt", args)


def test_osc_wide_numbers_are_taken_as_numbers() -> None:
    builder = OscMessageBuilder(address="/a")
    builder.add_arg(2**40, "h")
    builder.add_arg(0.1, "d")
    assert parse_osc(builder.build().dgram)[0].command.args == (2**40, 0.1)


def test_osc_message_without_type_tags_has_no_arguments() -> None:
    assert parse_osc(b"/magnet/play\0\0\0\0")[0].command == Command("/magnet/play", ())


def test_osc_toggles_are_numbers_and_triggers_have_no_value() -> None:
    """What some peers send for a switch (T, F) and for a button (nil, impulse)."""
    assert parse_osc(osc("/a", True, False))[0].command.args == (1, 0)
    assert parse_osc(osc("/a", None))[0].command.args == ()
    assert parse_osc(b"/a\0\0,IiI" + bytes(4) + bytes(3) + b"\7")[0].command.args == (7,)


@pytest.mark.parametrize("arg", [b"blob", [1, 2], (1, 2, 3, 4)])
def test_osc_types_that_real_peers_cannot_read_are_refused_by_name(arg) -> None:
    with pytest.raises(MessageError, match="argument 1 has the OSC type") as caught:
        parse_osc(osc("/magnet/prompt", arg))
    assert caught.value.address == "/magnet/prompt"


def test_osc_bundles_keep_order_and_times() -> None:
    """An element of a bundle acts at the time of the innermost bundle it is in."""
    at = round(time.time()) + 5.0
    packet = bundle(at, osc("/a", 1), bundle(at + 1, osc("/b", 2)), osc("/c", 3))
    timed = parse_osc(packet)
    assert [t.command.address for t in timed] == ["/a", "/b", "/c"]
    assert [t.when for t in timed] == pytest.approx([at, at + 1, at])
    assert parse_osc(bundle(IMMEDIATELY, osc("/a")))[0].when is None


def test_osc_message_of_far_too_many_arguments_is_refused_unread() -> None:
    """65 kB of them, damaged besides: their values are not looked at."""
    for tags in (b"i" * 65, b"N" * 60_000):
        packet = b"/magnet/ping\0\0\0\0," + tags + bytes(4 - (1 + len(tags)) % 4)
        with pytest.raises(MessageError, match="more than 64 arguments") as caught:
            parse_osc(packet)
        assert caught.value.address == "/magnet/ping"


def test_osc_bundle_with_a_negative_size_is_refused() -> None:
    """python-osc's own bundle class never returns from this one."""
    with pytest.raises(MessageError, match="no size"):
        parse_osc(b"#bundle\0" + struct.pack(">Qi", 1, -4) + b"/abc")


def test_osc_bundles_nested_too_deep_are_refused() -> None:
    packet = osc("/a")
    for _ in range(9):
        packet = bundle(IMMEDIATELY, packet)
    with pytest.raises(MessageError, match="nested"):
        parse_osc(packet)


def test_osc_bundle_of_too_many_messages_is_refused() -> None:
    with pytest.raises(MessageError, match="more than 256"):
        parse_osc(bundle(IMMEDIATELY, *[osc("/a")] * 257))


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"/",
        b"/a\0",
        b"magnet\0\0",
        b"/\xff\xfe\0",
        b"#bundle\0\0\0\0",
        b"#bundle\0" + struct.pack(">Qi", 1, 5) + b"/a\0\0\0",
        b"/a\0\0,i\0\0",
        b"/a\0\0,s\0\0abc",
        b"/a\0\0i\0\0\0",
        b"/a\0\0,s\0\0\xff\xff\xff\0",
        b"/a\0\0,s\0\0a\0\0",
    ],
)
def test_osc_damaged_packets_are_refused(packet) -> None:
    with pytest.raises(MessageError):
        parse_osc(packet)


VALID = [
    osc("/magnet/prompt", "warm pads"),
    osc("/magnet/param/steps", 3, 2.5, "x"),
    bundle(IMMEDIATELY, osc("/magnet/play"), bundle(1e9, osc("/b", "x"))),
]


@given(st.binary(max_size=200))
def test_osc_any_bytes_give_messages_or_a_message_error(data) -> None:
    try:
        parse_osc(data)
    except MessageError as error:
        assert error.reason


@given(st.sampled_from(VALID), st.integers(0, 200), st.binary(max_size=8), st.integers(0, 200))
def test_osc_damaged_messages_give_messages_or_a_message_error(packet, at, patch, end) -> None:
    damaged = (packet[:at] + patch + packet[at + len(patch) :])[: max(end, 4)]
    try:
        timed = parse_osc(damaged)
    except MessageError:
        return
    for one in timed:
        assert all(type(arg) in (int, float, str) for arg in one.command.args)


PLAIN = st.one_of(st.integers(), st.floats(width=32), st.text())


@given(st.lists(PLAIN, max_size=5))
@example([(2 - 2**-23) * 2.0**127])
def test_osc_output_has_only_i_f_s_and_reads_back(args) -> None:
    datagram = encode_osc("/magnet/done", args)
    read = OscMessage(datagram).params
    tags = datagram[16:].split(b"\0")[0]
    assert set(tags) <= set(b",ifs")
    for sent, got in zip(args, read, strict=True):
        if isinstance(sent, float) and math.isnan(sent):
            assert math.isnan(got)
        elif isinstance(sent, int) and not -(2**31) <= sent < 2**31:
            assert got == str(sent)
        elif not isinstance(sent, str):
            assert got == sent


def test_osc_output_takes_a_float_that_float32_does_not_hold() -> None:
    assert OscMessage(encode_osc("/a", [1e300])).params == ["1e+300"]


# --- WebSocket ---


def test_ws_hello_has_the_documented_defaults() -> None:
    assert parse_ws('{"cmd": "hello", "version": 1}') == Hello()


def test_ws_hello_is_read_in_full() -> None:
    text = json.dumps(
        {
            "cmd": "hello",
            "version": 1,
            "session": "b-2",
            "format": "s16",
            "sample_rate": 44100.0,
            "channels": 1,
            "buffer_ms": 80,
            "token": "t",
            "resume_position": 77,
        }
    )
    assert parse_ws(text) == Hello(
        session="b-2",
        format=PcmFormat.S16,
        sample_rate=44100,
        channels=1,
        buffer_ms=80.0,
        token="t",
        resume_position=77,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("version", True),
        ("session", "no spaces"),
        ("session", ""),
        ("session", 5),
        ("format", "mp3"),
        ("format", ["f32"]),
        ("sample_rate", 7999),
        ("sample_rate", 48000.5),
        ("sample_rate", "48000"),
        ("channels", -1),
        ("channels", 9),
        ("channels", True),
        ("buffer_ms", -1),
        ("buffer_ms", "150"),
        ("token", 5),
        ("resume_position", -1),
    ],
)
def test_ws_hello_names_the_field_that_is_wrong(field, value) -> None:
    hello = {"cmd": "hello", "version": 1} | {field: value}
    with pytest.raises(MessageError, match=field) as caught:
        parse_ws(json.dumps(hello))
    assert caught.value.argument == field


def test_ws_command_and_playhead_are_read() -> None:
    assert parse_ws('{"cmd": "/magnet/prompt", "args": ["a"], "id": 7}') == Command(
        "/magnet/prompt", ("a",), 7
    )
    assert parse_ws('{"cmd": "/magnet/play"}') == Command("/magnet/play")
    assert parse_ws('{"cmd": "playhead", "position": 12}') == Playhead(12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "play",
        "[]",
        "7",
        "{}",
        '{"cmd": 5}',
        '{"cmd": "a\\u0000"}',
        '{"cmd": "/a", "args": "x"}',
        '{"cmd": "/a", "args": [null]}',
        '{"cmd": "/a", "args": [true]}',
        '{"cmd": "/a", "args": [[1]]}',
        '{"cmd": "/a", "args": [NaN]}',
        '{"cmd": "/a", "args": ["\\ud800"]}',
        '{"cmd": "/a", "id": 1.5}',
        '{"cmd": "/a", "id": "\\ud800"}',
        '{"cmd": "playhead"}',
        '{"cmd": "playhead", "position": -1}',
        "[" * 100_000,
        '{"cmd": "/a", "args": [' + "9" * 10_000 + "]}",
    ],
)
def test_ws_damaged_messages_are_refused(text) -> None:
    with pytest.raises(MessageError):
        parse_ws(text)


def test_ws_refusal_of_an_argument_carries_the_id() -> None:
    with pytest.raises(MessageError) as caught:
        parse_ws('{"cmd": "/a", "args": [null], "id": "x"}')
    assert (caught.value.address, caught.value.message_id) == ("/a", "x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = ("cmd", "args", "id", "version", "session", "format", "sample_rate", "position", "token")


@given(st.text() | JSON.map(json.dumps))
def test_ws_any_text_gives_a_message_or_a_message_error(text) -> None:
    try:
        parse_ws(text)
    except MessageError as error:
        assert error.reason


@given(
    st.sampled_from(["hello", "playhead", "/magnet/prompt"]),
    st.dictionaries(st.sampled_from(FIELDS), JSON),
)
def test_ws_any_fields_give_a_message_or_a_message_error(cmd, fields) -> None:
    try:
        message = parse_ws(json.dumps({"version": 1} | fields | {"cmd": cmd}))
    except MessageError:
        return
    assert isinstance(message, (Hello, Playhead, Command))


def test_ws_output_is_json_even_of_nan() -> None:
    text = encode_ws("late", {"position": 5, "seconds": math.nan})
    assert json.loads(text) == {"event": "late", "position": 5, "seconds": None}
