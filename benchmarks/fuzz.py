"""Messages that nobody should send: half-right ones, damaged ones, and noise, from a seed.

Among them are those that cost a server most: patterns with many ways through them, addresses that
are nearly right, syncs, sessions that play to nobody, and bundles of hundreds of these.

What is right in them comes from the table of controls, so that a new control is under fire at once.
No datagram asks for events at another host's address: what a benchmark sends stays on this machine.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Iterator, Sequence

from daw_bridge.arguments import Argument, Kind
from daw_bridge.controls import CONTROLS, Control
from daw_bridge.messages import encode_osc
from daw_bridge.worker_protocol import Value

_STRANGE: tuple[Value, ...] = (
    *(0, -1, 2**31 - 1, -(2**31), 1e38, -1e38, float("nan"), float("inf"), 1e-45),
    *("", " ", "a" * 3000, "\x01\x7f", "ä" * 200, "../../etc/passwd", "%s%n", "1e999", "{}", "-0"),
)
_HOST_MATTERS = "/magnet/subscribe"
_DEAR_PIECES = ("*", "*a", "*?", "*[ -~]", "{,_}*", "[!x]", "{a,b,}")  # of patterns
_MOST_IN_A_BUNDLE, _MOST_PATTERNS = 256, 100  # more of these are never read: they cost too much


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


def _pattern(rng: random.Random) -> bytes:
    """Return a message to a pattern with as many ways through it as fit."""
    start = rng.choice(("/magnet/param/", "/magnet/*/", "/*/*/", "/"))
    piece = rng.choice(_DEAR_PIECES)
    return encode_osc(start + piece * rng.randrange(1, 250 // len(piece)), [rng.uniform(0, 2)])


def _typo(rng: random.Random) -> bytes:
    """Return a message to an address with a letter too many, or another one."""
    address = list(rng.choice(CONTROLS).address)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(1, len(address))
        address[at : at + rng.randrange(2)] = rng.choice("abcdefghijklmnopqrstuvwxyz/_")
    return encode_osc("".join(address), [1.0])


def _stream_of(number: int) -> bytes:
    """Return a message that opens a session, lets it play, or asks for all that was answered."""
    name = f"fuzz-{number % 40}"
    return (
        encode_osc("/magnet/session", [name]),
        encode_osc("/magnet/play", []),
        encode_osc("/magnet/sync", [number]),
    )[number % 3]


def _sync(rng: random.Random) -> bytes:
    return encode_osc("/magnet/sync", [rng.getrandbits(20)])


_DEAR: tuple[tuple[Callable[[random.Random], bytes], int], ...] = (
    (_pattern, _MOST_PATTERNS),
    (_typo, _MOST_IN_A_BUNDLE),
    (_sync, _MOST_IN_A_BUNDLE),
)


def _dear_bundle(rng: random.Random) -> bytes:
    """Return a bundle as large as is read, of what costs a server most."""
    make, most = rng.choice(_DEAR)
    return bundle([make(rng) for _ in range(most)], rng.choice((1, 0)))


def _damaged(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    cut = data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data
    return cut[:at] + rng.randbytes(rng.randrange(8)) + cut[at + rng.randrange(8) :]


def bundle(elements: Sequence[bytes], when: int, rng: random.Random | None = None) -> bytes:
    """Return a bundle with a time tag; of an ``rng``, with some sizes that are wrong."""
    parts = [b"#bundle\0", struct.pack(">Q", when)]
    for element in elements:
        is_wrong = rng is not None and rng.random() < 0.1
        size = rng.randrange(-(2**31), 2**31) if rng is not None and is_wrong else len(element)
        parts += [struct.pack(">i", size), element]
    return b"".join(parts)


def _time_tag(rng: random.Random) -> int:
    return rng.choice((1, 0, rng.getrandbits(64), 0xFFFFFFFFFFFFFFFF))


def datagrams(seed: int) -> Iterator[bytes]:
    """Yield OSC datagrams without end."""
    rng = random.Random(seed)
    while True:
        address, args = command(rng)
        data = encode_osc(address or "/", args)
        match rng.randrange(16):
            case 0 | 1:
                data = rng.randbytes(rng.randrange(200))
            case 2 | 3 if not address.startswith(_HOST_MATTERS):
                data = _damaged(data, rng)
            case 4 | 5:
                data = bundle([data] * rng.randrange(5), _time_tag(rng), rng)
            case 6 | 7:
                data = bundle([bundle([data], _time_tag(rng), rng)], _time_tag(rng), rng)
            case 8 if rng.random() < 0.25:
                data = _pattern(rng)
            case 9:
                data = _typo(rng)
            case 10:
                data = _stream_of(rng.getrandbits(16))
            case 11 if rng.random() < 0.01:
                data = _dear_bundle(rng)
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
