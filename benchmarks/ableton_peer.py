"""A small Live with AbletonOSC: a real UDP peer that answers as the reference says AbletonOSC does.

Questions come to its port, answers and listened-to values go to the asker's IP at the port after
it, on the address of the question; ``start_listen`` sends the value at once and whenever it
changes; beats go out as whole numbers after they came, late by up to ``late_s``; unknown addresses
are not answered. The benchmark of beats and the tests follow it.
"""

from __future__ import annotations

import asyncio
import math
import random
import time

from pythonosc.osc_message import OscMessage

from daw_bridge.messages import encode_osc


class FakeLive(asyncio.DatagramProtocol):
    """Tempo, transport and beat of a set; the song's time runs by this machine's clock.

    Args:
        bpm: of the set.
        late_s: the most that a beat is told late.
        seed: of how late each is.

    Attributes:
        asked: addresses of all questions so far.
        port: where it listens, once it is started.
    """

    def __init__(self, bpm: float = 120.0, *, late_s: float = 0.0, seed: int = 0) -> None:
        self.bpm, self.playing = bpm, False
        self.late_s, self._random = late_s, random.Random(seed)
        self.asked: list[str] = []
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._client: str | None = None
        self._listened: set[str] = set()
        self._origin, self._origin_beat = 0.0, 0.0
        self._beats: asyncio.Task[None] | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on a port, 0 for a free one."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", port)
        )
        self.port = self._transport.get_extra_info("sockname")[1]
        if self._client:
            self._send("/live/startup")

    async def close(self) -> None:
        """Quit: the port is closed, and who listened is forgotten."""
        if self._beats is not None:
            self._beats.cancel()
            await asyncio.gather(self._beats, return_exceptions=True)
        self._listened.clear()
        self.playing = False
        if self._transport is not None:
            self._transport.close()
        await asyncio.sleep(0)

    def beat_at(self, when: float) -> float:
        """Return the song's time in beats at a time of this machine's monotonic clock."""
        if not self.playing:
            return self._origin_beat
        return self._origin_beat + (when - self._origin) * self.bpm / 60.0

    def play(self, beat: float = 0.0) -> None:
        """Play from a beat."""
        self._origin, self._origin_beat, self.playing = time.monotonic(), beat, True
        self._tell("is_playing", 1)
        self._beats = asyncio.create_task(self._tell_beats())

    def stop(self) -> None:
        """Stop where it is."""
        self._origin_beat, self.playing = self.beat_at(time.monotonic()), False
        if self._beats is not None:
            self._beats.cancel()
        self._tell("is_playing", 0)

    def set_tempo(self, bpm: float) -> None:
        """Go on at another tempo."""
        now = time.monotonic()
        self._origin_beat, self._origin = self.beat_at(now), now
        self.bpm = bpm
        self._tell("tempo", bpm)

    async def _tell_beats(self) -> None:
        told = math.floor(self.beat_at(time.monotonic())) - 1
        while True:
            beat = math.floor(self.beat_at(time.monotonic()))
            if beat != told:
                told = beat
                await asyncio.sleep(self._random.uniform(0.0, self.late_s))
                self._tell("beat", beat)
            await asyncio.sleep(0.001)

    def _tell(self, name: str, value: float) -> None:
        if name in self._listened:
            self._send(f"/live/song/get/{name}", value)

    def _send(self, address: str, *args: float) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(encode_osc(address, args), (self._client, self.port + 1))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question."""
        message = OscMessage(data)
        self._client = addr[0]
        self.asked.append(message.address)
        verb, _, name = message.address.removeprefix("/live/song/").partition("/")
        values = {"tempo": float(self.bpm), "is_playing": int(self.playing)}
        if verb == "start_listen" and name in (*values, "beat"):
            self._listened.add(name)
        if name in values:
            self._send(f"/live/song/get/{name}", values[name])
