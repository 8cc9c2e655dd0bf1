"""Bytes to typed messages and back, for OSC and for WebSocket; nothing here touches a socket.

Any bytes give messages or a MessageError, never another exception. Whether an address exists and
its values are allowed is the business of ``controls.py``.

OSC: ``python-osc`` reads and builds single messages. Bundles are walked here, because its bundle
class loops without end on an element of negative size, recurses without limit and skips what it
does not know. Outgoing messages use only the type tags ``i``, ``f`` and ``s``: every other one
fails in some real peer.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as OscParseError
from pythonosc.osc_message_builder import OscMessageBuilder

from daw_bridge.audio.pcm import PcmFormat
from daw_bridge.errors import MessageError
from daw_bridge.worker_protocol import Value

SESSION_NAME = re.compile(r"[A-Za-z0-9_.-]{1,32}", re.ASCII)
_BUNDLE = b"#bundle\x00"
_MAX_DEPTH = 8
_MAX_ELEMENTS = 256
_MAX_ARGUMENTS = 64  # no control takes so many; 65 kB of them would take 15 ms to read
_NTP_TO_UNIX_S = 2208988800
_IMMEDIATELY = 1
_FLOAT32_MAX = (2 - 2**-23) * 2.0**127


@dataclass(frozen=True, slots=True)
class Command:
    """An address with arguments, not yet validated; ``id`` is the client's own, or None."""

    address: str
    args: tuple[object, ...] = ()
    id: int | str | None = None


@dataclass(frozen=True, slots=True)
class TimedCommand:
    """An OSC command; ``when`` is the unix time of its bundle, None for at once."""

    when: float | None
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first message of a WebSocket client: what it wants to hear, and how.

    ``channels`` of a remote control, which hears nothing, is 0. ``resume_position`` is a stream
    position at ``sample_rate``.
    """

    session: str = "main"
    format: PcmFormat = PcmFormat.F32
    sample_rate: int = 48000
    channels: int = 2
    buffer_ms: float = 150.0
    token: str | None = None
    resume_position: int | None = None


@dataclass(frozen=True, slots=True)
class Playhead:
    """What a client has played: the stream position of its next sample, at its rate."""

    position: int


# --- OSC -----------------------------------------------------------------------------------------


def parse_osc(datagram: bytes) -> list[TimedCommand]:
    """Return the commands of one datagram, in order.

    Raises:
        MessageError: the datagram is not OSC, or holds what this server does not take.
    """
    commands: list[TimedCommand] = []
    _walk_osc(datagram, None, 0, commands)
    return commands


def _walk_osc(packet: bytes, when: float | None, depth: int, into: list[TimedCommand]) -> None:
    if not packet.startswith(_BUNDLE):
        into.append(TimedCommand(when, _osc_command(packet)))
        if len(into) > _MAX_ELEMENTS:
            raise MessageError(f"a bundle of more than {_MAX_ELEMENTS} messages")
        return
    if depth >= _MAX_DEPTH:
        raise MessageError(f"bundles nested more than {_MAX_DEPTH} deep")
    if len(packet) < 16:
        raise MessageError(f"a bundle of {len(packet)} bytes, cut off in its time tag")
    (tag,) = struct.unpack_from(">Q", packet, 8)
    when = None if tag == _IMMEDIATELY else tag / 2.0**32 - _NTP_TO_UNIX_S
    index = 16
    while index < len(packet):
        size = struct.unpack_from(">i", packet, index)[0] if index + 4 <= len(packet) else -1
        index += 4
        if size <= 0 or size % 4 or index + size > len(packet):
            raise MessageError(f"a bundle element at byte {index} that is cut off or has no size")
        _walk_osc(packet[index : index + size], when, depth + 1, into)
        index += size


def _osc_command(packet: bytes) -> Command:
    address = _osc_address(packet)
    start, tags = _osc_tags(packet)
    if len(tags) > _MAX_ARGUMENTS:
        raise MessageError(f"a message of more than {_MAX_ARGUMENTS} arguments", address=address)
    for index, tag in enumerate(tags):
        if tag not in "ifshdTFNI":
            raise MessageError(
                f"argument {index + 1} has the OSC type {tag!r}; only i, f and s are taken",
                address=address,
                argument=str(index + 1),
            )
    if "I" in tags:  # an impulse has no bytes of its own, like nil, which python-osc knows
        plain = tags.replace("I", "N").encode("ascii")
        packet = packet[: start + 1] + plain + packet[start + 1 + len(plain) :]
    try:
        params = OscMessage(packet).params
    except (OscParseError, UnicodeDecodeError, struct.error) as error:
        reason = f"an OSC message that is cut off or damaged: {error.args[-1]}"
        raise MessageError(reason, address=address) from error
    # Toggles of some peers send T and F for 1 and 0, and their triggers a nil or an impulse.
    args = tuple(int(p) if isinstance(p, bool) else p for p in params if p is not None)
    for arg in args:
        if isinstance(arg, str):
            _require_plain_text(arg, address, None)
    return Command(address, args)


def _osc_address(packet: bytes) -> str:
    end = packet.find(b"\0")
    if not packet.startswith(b"/") or len(packet) % 4 or end < 0:
        raise MessageError(f"{len(packet)} bytes that are not an OSC packet")
    try:
        return packet[:end].decode("ascii")
    except UnicodeDecodeError:
        raise MessageError("an OSC address that is not ASCII") from None


def _osc_tags(packet: bytes) -> tuple[int, str]:
    """Return where the type tag string is, and what follows its comma."""
    start = (packet.find(b"\0") // 4 + 1) * 4
    if start >= len(packet):
        return start, ""  # an old sender's message without type tags has no arguments
    end = packet.find(b"\0", start)
    tags = packet[start : end if end >= 0 else len(packet)]
    if not tags.startswith(b","):
        raise MessageError("an OSC message without a type tag string")
    return start, tags[1:].decode("latin-1")


def encode_osc(address: str, args: Sequence[Value]) -> bytes:
    """Return the datagram of a message with ``i``, ``f`` and ``s`` arguments only.

    A number that does not fit 32 bits travels as a string; a NUL in a text becomes a space.
    """
    builder = OscMessageBuilder(address=address)
    for value in args:
        if isinstance(value, bool) or (isinstance(value, int) and -(2**31) <= value < 2**31):
            builder.add_arg(int(value), OscMessageBuilder.ARG_TYPE_INT)
        elif isinstance(value, float) and not _FLOAT32_MAX < abs(value) < math.inf:
            builder.add_arg(value, OscMessageBuilder.ARG_TYPE_FLOAT)
        else:
            text = str(value).replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
            builder.add_arg(text, OscMessageBuilder.ARG_TYPE_STRING)
    datagram: bytes = builder.build().dgram
    return datagram


# --- WebSocket -----------------------------------------------------------------------------------


def parse_ws(text: str) -> Hello | Playhead | Command:
    """Return the message of one WebSocket text frame.

    Raises:
        MessageError: it is not one of the protocol.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise MessageError('a message is a JSON object such as {"cmd": "/magnet/play"}')
    cmd = value.get("cmd")
    if not isinstance(cmd, str):
        raise MessageError('a message needs "cmd": a string', argument="cmd")
    _require_plain_text(cmd, "", "cmd")
    if cmd == "hello":
        return _hello(value)
    if cmd == "playhead":
        return Playhead(_whole(value, "position", 0, 2**62, cmd))
    return _ws_command(cmd, value)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _ws_command(cmd: str, value: Mapping[str, object]) -> Command:
    message_id = value.get("id")
    if isinstance(message_id, bool) or not isinstance(message_id, (int, str, type(None))):
        raise MessageError("id must be a whole number or a string", address=cmd, argument="id")
    if isinstance(message_id, str):
        _require_plain_text(message_id, cmd, "id")
    args = value.get("args", [])
    if not isinstance(args, list):
        raise MessageError(
            "args must be a list", address=cmd, argument="args", message_id=message_id
        )
    for index, arg in enumerate(args):
        if isinstance(arg, str):
            _require_plain_text(arg, cmd, str(index + 1), message_id)
        elif isinstance(arg, bool) or not isinstance(arg, (int, float)):
            raise MessageError(
                f"argument {index + 1} must be a number or a string",
                address=cmd,
                argument=str(index + 1),
                message_id=message_id,
            )
    return Command(cmd, tuple(args), message_id)


def _hello(value: Mapping[str, object]) -> Hello:
    version = value.get("version")
    if version != 1 or isinstance(version, bool):
        raise MessageError(
            f"version is {version!r}; this server speaks version 1",
            address="hello",
            argument="version",
        )
    wanted = value.get("format", "f32")
    if not isinstance(wanted, str) or wanted not in list(PcmFormat):
        raise MessageError(
            f"format is {wanted!r}; it must be f32 or s16", address="hello", argument="format"
        )
    token = value.get("token")
    if token is not None and not isinstance(token, str):
        raise MessageError("token must be a string", address="hello", argument="token")
    buffer_ms = value.get("buffer_ms", 150)
    if (
        isinstance(buffer_ms, bool)
        or not isinstance(buffer_ms, (int, float))
        or not 0 <= buffer_ms <= 2000
    ):
        raise MessageError(
            f"buffer_ms is {buffer_ms!r}; it must be a number from 0 to 2000",
            address="hello",
            argument="buffer_ms",
        )
    resume = value.get("resume_position")
    return Hello(
        session=session_name(value.get("session", "main"), "hello"),
        format=PcmFormat(wanted),
        sample_rate=_whole(value, "sample_rate", 8000, 192000, "hello", 48000),
        channels=_whole(value, "channels", 0, 8, "hello", 2),
        buffer_ms=float(buffer_ms),
        token=token,
        resume_position=None
        if resume is None
        else _whole(value, "resume_position", 0, 2**62, "hello"),
    )


def session_name(value: object, address: str) -> str:
    """Return a valid session name.

    Raises:
        MessageError: it is not 1 to 32 letters, digits, dots, dashes and underscores.
    """
    if isinstance(value, str) and SESSION_NAME.fullmatch(value):
        return value
    raise MessageError(
        f"session is {str(value)[:40]!r}; it must be 1 to 32 of A-Z a-z 0-9 _ . -",
        address=address,
        argument="session",
    )


def _whole(
    value: Mapping[str, object],
    name: str,
    low: int,
    high: int,
    address: str,
    default: int | None = None,
) -> int:
    number = value.get(name, default)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
        raise MessageError(
            f"{name} is {str(number)[:40]}; it must be a whole number from {low} to {high}",
            address=address,
            argument=name,
        )
    return number


def _require_plain_text(
    text: str, address: str, argument: str | None, message_id: int | str | None = None
) -> None:
    """Refuse what neither OSC nor UTF-8 can carry on: NUL and lone surrogates."""
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise MessageError(
            "a text with a NUL or a lone surrogate is not valid Unicode text",
            address=address,
            argument=argument,
            message_id=message_id,
        )


def encode_ws(event: str, values: Mapping[str, object]) -> str:
    """Return the JSON text of an event; NaN and infinities become null."""
    plain = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
    return json.dumps({"event": event, **plain}, allow_nan=False, separators=(",", ":"))
