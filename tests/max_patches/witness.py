"""A WebSocket client that hears everything while a test waits for something else."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from bridge_peers import PATIENCE_S, WsPeer, ws_peer

from daw_bridge.app import RunningServer


class Witness:
    """What the server has streamed, as a client of a rate and a count of channels hears it."""

    def __init__(self, peer: WsPeer) -> None:
        self._peer = peer

    async def listen(self) -> None:
        """Take whatever comes."""
        async for message in self._peer.connection:
            self._peer._take(message)

    @property
    def begin(self) -> int:
        """Stream position of its first sample."""
        return self._peer.packets[0][0].position

    async def say(self, address: str, *args: object) -> None:
        """Send a command."""
        await self._peer.connection.send(json.dumps({"cmd": address, "args": args, "id": 1}))

    async def until(self, frames: int) -> None:
        """Wait until it has heard so many frames in all."""
        async with asyncio.timeout(2 * PATIENCE_S):
            while self._peer.frames < frames:
                await asyncio.sleep(0.01)

    async def hear(self, frames: int) -> None:
        """Wait until it has heard so many more."""
        await self.until(self._peer.frames + frames)

    def stream(self) -> np.ndarray:
        """Return all that it has heard, float32 ``[n, channels]``, without a gap."""
        self._peer.assert_no_gap()
        return self._peer.waveform()

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the events of a name so far."""
        return [event for event in self._peer.events if event["event"] == name]


@contextlib.asynccontextmanager
async def witness(server: RunningServer, **hello: Any) -> AsyncIterator[Witness]:
    """Connect a client that listens."""
    async with ws_peer(server, **hello) as peer:
        heard = Witness(peer)
        listening = asyncio.create_task(heard.listen())
        try:
            yield heard
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def begins_at(part: np.ndarray, stream: np.ndarray) -> int:
    """Return where in a stream a part of it begins, equal bit for bit; there must be one place."""
    starts = np.flatnonzero((stream[: max(0, len(stream) - len(part) + 1)] == part[0]).all(1))
    found = [at for at in starts if np.array_equal(stream[at : at + len(part)], part)]
    assert len(found) == 1, f"{len(found)} places in a stream of {len(stream)} hold these samples"
    return int(found[0])
