"""Messages that nobody should send: half-right ones, damaged ones, and noise, from a seed.

What is right in them comes from the table of controls, so that a new control is under fire at once.
No datagram asks for events at another host's address: what a benchmark sends stays on this machine.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator

from daw_bridge.arguments import Argument, Kind
from daw_bridge.controls import CONTROLS, Control
from daw_bridge.messages import encode_osc
from daw_bridge.worker_protocol import Value

_STRANGE: tuple[Value, ...] = (
    *(0, -1, 2**31 - 1, -(2**31), 1e38, -1e38, float("nan"), float("inf"), 1e-45),
    *("", " ", "a" * 3000, "\x01\x7f", "ä" * 200, "../../etc/passwd", "%s%n", "1e999", "{}", "-0"),
)
_HOST_MATTERS = "/magnet/subscribe"


def value_for(argument: Argument, rng: random.Random) -> Value:
    """Return something for an argument: mostly in its range, else strange."""
    if rng.random() < 0.3:
        return rng.choice(_STRANGE)
    if argument.choices:
        return rng.choice(argument.choices)
    if argument.kind is Kind.TEXT:
        return "".join(rng.choices("abc 128bpm#/\u00e9\u4e2d", k=rng.randrange(60)))
    number = rng.uniform(argument.low, argument.high)
    return number if argument.kind is Kind.FLOAT else int(number)


def command(rng: random.Random) -> tuple[str, list[Value]]:
    """Return the address and arguments of a command, right or nearly so."""
    control: Control = rng.choice(CONTROLS)
    args = [value_for(argument, rng) for argument in control.arguments]
    if control.address == _HOST_MATTERS:
        return control.address, args[:1]
    if rng.random() < 0.1:
        args.append(rng.choice(_STRANGE))
    if rng.random() < 0.1:
        args = args[:-1]
    address = control.address
    if rng.random() < 0.1:
        address = address[: rng.randrange(len(address))] + rng.choice(("", "*", "/x", "[a-", "{"))
    return address, args


def _damaged(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    cut = data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data
    return cut[:at] + rng.randbytes(rng.randrange(8)) + cut[at + rng.randrange(8) :]


def _bundle(elements: list[bytes], rng: random.Random) -> bytes:
    when = rng.choice((1, 0, rng.getrandbits(64), 0xFFFFFFFFFFFFFFFF))
    parts = [b"#bundle\0", struct.pack(">Q", when)]
    for element in elements:
        size = len(element) if rng.random() < 0.9 else rng.randrange(-(2**31), 2**31)
        parts += [struct.pack(">i", size), element]
    return b"".join(parts)


def datagrams(seed: int) -> Iterator[bytes]:
    """Yield OSC datagrams without end."""
    rng = random.Random(seed)
    while True:
        address, args = command(rng)
        data = encode_osc(address or "/", args)
        match rng.randrange(8):
            case 0:
                data = rng.randbytes(rng.randrange(200))
            case 1 if not address.startswith(_HOST_MATTERS):
                data = _damaged(data, rng)
            case 2:
                data = _bundle([data] * rng.randrange(5), rng)
            case 3:
                data = _bundle([_bundle([data], rng)], rng)
        yield data


def frames(seed: int) -> Iterator[str | bytes]:
    """Yield WebSocket messages without end, for a client that has said hello."""
    rng = random.Random(seed)
    while True:
        address, args = command(rng)
        message: dict[str, object] = {"cmd": address, "args": args, "id": rng.randrange(1000)}
        match rng.randrange(8):
            case 0:
                yield rng.randbytes(rng.randrange(2000))
            case 1:
                yield _damaged(json.dumps(message).encode(), rng).decode("utf-8", "replace")
            case 2:
                yield json.dumps(rng.choice(([], {}, "x", 1e308, None, [[[]]] * 50, {"cmd": 1})))
            case 3:
                key = rng.choice(("cmd", "args", "id", "position"))
                yield json.dumps(message | {key: rng.choice((None, [], {}, -1, 1e300, "x" * 500))})
            case 4:
                yield json.dumps({"cmd": "playhead", "position": rng.getrandbits(70)})
            case _:
                yield json.dumps(message)
