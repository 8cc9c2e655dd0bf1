"""Many WebSocket clients on one session: most listen, some stall, some come and go.

One process and one event loop for all of them; nothing is kept of the sound but where it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from daw_bridge.audio.pcm import PcmHeader
from daw_bridge.worker_protocol import FLAG_CONCEALED

_FORMATS = tuple(itertools.product((48000, 44100, 32000, 96000), ("f32", "s16"), (1, 2)))
_LONGEST_STAY_S = 3.0


@dataclass(slots=True)
class Listened:
    """What one client that only listens has met.

    Attributes:
        frames: that came, at its rate.
        missing: that did not come though later ones did, or that the server says it left out.
        concealed: that stand for music which was late.
        broken: how often its connection ended.
    """

    frames: int = 0
    missing: int = 0
    concealed: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many clients of each kind."""

    listeners: int
    stalled: int
    fleeting: int


@contextlib.asynccontextmanager
async def _connected(port: int, session: str, number: int) -> AsyncIterator[ClientConnection]:
    rate, form, channels = _FORMATS[number % len(_FORMATS)]
    hello = {"cmd": "hello", "version": 1, "session": session, "buffer_ms": 150}
    async with connect(f"ws://127.0.0.1:{port}/ws", compression=None, open_timeout=60) as socket:
        await socket.send(
            json.dumps(hello | {"sample_rate": rate, "format": form, "channels": channels})
        )
        yield socket


async def _listen(port: int, session: str, number: int, seconds: float) -> Listened:
    met, expected = Listened(), None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), _connected(port, session, number) as socket:
            with contextlib.suppress(ConnectionClosed):
                async for message in socket:
                    if isinstance(message, str):
                        event = json.loads(message)
                        if event["event"] == "dropped":
                            met.missing += event["samples"]
                        continue
                    header = PcmHeader.unpack(message)
                    if expected is not None:
                        met.missing += abs(header.position - expected)
                    expected = header.position + header.frames
                    met.frames += header.frames
                    met.concealed += header.frames * bool(header.flags & FLAG_CONCEALED)
            met.broken += 1
    return met


async def _stall(port: int, session: str, number: int) -> None:
    """Ask for music and never read any; come again when thrown out."""
    while True:
        with contextlib.suppress(OSError, WebSocketException):
            async with _connected(port, session, number) as socket:
                await socket.wait_closed()


async def _come_and_go(port: int, session: str, number: int, rng: random.Random) -> None:
    while True:
        with contextlib.suppress(OSError, WebSocketException, TimeoutError):
            async with _connected(port, session, number) as socket:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(rng.uniform(0.0, _LONGEST_STAY_S)):
                        async for _ in socket:
                            pass
                if rng.random() < 0.5:
                    socket.transport.abort()


async def gather_crowd(port: int, session: str, crowd: Crowd, seconds: float) -> list[Listened]:
    """Return what the listeners of a crowd met within ``seconds``."""
    others = [asyncio.create_task(_stall(port, session, number)) for number in range(crowd.stalled)]
    others += [
        asyncio.create_task(_come_and_go(port, session, number, random.Random(number)))
        for number in range(crowd.fleeting)
    ]
    try:
        listening = [_listen(port, session, n, seconds) for n in range(crowd.listeners)]
        return await asyncio.gather(*listening)
    finally:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
