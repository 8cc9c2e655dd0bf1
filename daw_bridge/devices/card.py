"""A sound card as the server sees it: found, lost and found again.

    missing --opened--> running --stopped, process gone, no callback--> lost --opened--> running ...

Whoever uses a card is told of neither: ``keep_card`` opens it, calls ``use`` with it until it is
lost, says so (``/magnet/event/device``), and tries again, the more seldom the longer it is gone.
Whatever fails in between, a driver's fault or ours, is a card that is lost.

Threading: event loop only. Spawning and ending the card's process, which block, run in the loop's
thread pool.
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import socket
from collections.abc import Awaitable, Callable
from multiprocessing.context import SpawnProcess
from typing import Protocol

from daw_bridge.devices.card_memory import CardMemory, Count
from daw_bridge.devices.card_process import run_card
from daw_bridge.errors import TransportError
from daw_bridge.hub import Hub

OPEN_TIMEOUT_S = 20.0
END_TIMEOUT_S = 3.0
STALL_S = 3.0  # without a callback: the device is gone. PulseAudio may take 2 s to begin
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 8.0

log = logging.getLogger(__name__)


class Card(Protocol):
    """An output or input device that runs.

    Attributes:
        name, sample_rate, channels: of the device.
        latency_s: between the callback and the ear, or the microphone and the callback.
        memory: where its samples go or come from, and what it counts.
    """

    name: str
    sample_rate: int
    channels: int
    latency_s: float
    memory: CardMemory

    @property
    def lost(self) -> str:
        """Why it does not run any more; empty while it does."""

    async def close(self) -> None:
        """Stop and release the device."""


Opener = Callable[[str, str], Awaitable[Card]]  # device, "output" or "input"


class CardProcess:
    """A card in a process of its own; made by ``open_card``."""

    def __init__(
        self, process: SpawnProcess, memory: CardMemory, writer: asyncio.StreamWriter
    ) -> None:
        self.name, self.sample_rate, self.channels, self.latency_s = "", 0, 0, 0.0
        self.memory = memory
        self._process, self._writer = process, writer

    async def meet(self, device: str, reader: asyncio.StreamReader) -> None:
        """Wait until the device is open; raises TransportError where it cannot be."""
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                line = await reader.readline()
        except TimeoutError:
            line = b""
        if not line.endswith(b"\n"):  # nothing, or a line that it did not live to finish
            raise TransportError(f"the driver of audio device {device!r} died or hung")
        said = json.loads(line)
        if "failed" in said:
            raise TransportError(said["failed"])
        self.name, self.sample_rate = said["name"], said["sample_rate"]
        self.channels, self.latency_s = said["channels"], said["latency_s"]

    @property
    def lost(self) -> str:
        """Why it does not run any more; empty while it does."""
        return "" if self._process.is_alive() else "it has stopped"

    async def close(self) -> None:
        """Hang up; end the process by force where its driver hangs."""
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._process.join(END_TIMEOUT_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


async def open_card(device: str, kind: str) -> Card:
    """Return a device that runs.

    Args:
        device: name or part of it, number, or "default".
        kind: "output" or "input".

    Raises:
        TransportError: PortAudio is missing, or there is no such device, or it cannot be opened.
    """
    try:
        memory, (ours, theirs) = CardMemory.allocated(), socket.socketpair()
        process = await _started(device, kind, memory, ours, theirs)
        try:
            reader, writer = await asyncio.open_connection(sock=ours)
        except BaseException:
            process.kill()
            ours.close()
            raise
    except OSError as error:
        raise TransportError(f"no process for audio {kind} {device!r}: {error}") from None
    card = CardProcess(process, memory, writer)
    try:
        await card.meet(device, reader)
    except BaseException:
        process.kill()
        await asyncio.shield(card.close())
        raise
    return card


async def _started(
    device: str, kind: str, memory: CardMemory, ours: socket.socket, theirs: socket.socket
) -> SpawnProcess:
    """Return the process of a card; raises OSError, and then ``ours`` is closed."""
    with theirs:
        process = multiprocessing.get_context("spawn").Process(
            target=run_card, args=(device, kind, memory, theirs), daemon=True
        )
        starting = asyncio.create_task(asyncio.to_thread(process.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await starting
            process.kill()
            ours.close()
            raise
        except OSError:
            ours.close()
            raise
    return process


class StallWatch:
    """Notices that a card calls back no more."""

    def __init__(self, card: Card, now: float) -> None:
        self._card, self._since, self._frames = card, now, -1

    def why_lost(self, now: float) -> str:
        """Return why the card is lost; empty while it runs."""
        frames = int(self._card.memory.counts[Count.FRAMES])
        if frames != self._frames:
            self._frames, self._since = frames, now
        elif now - self._since > STALL_S:
            return f"it has asked for nothing for {STALL_S:g} s"
        return self._card.lost


async def keep_card(
    hub: Hub,
    device: str,
    kind: str,
    use: Callable[[Card], Awaitable[str]],
    *,
    opener: Opener = open_card,
    first_pause_s: float = FIRST_PAUSE_S,
) -> None:
    """Use a device whenever it is there, until cancelled.

    Args:
        hub: told of what becomes of the device.
        device: name or part of it, number, or "default".
        kind: "output" or "input".
        use: uses a card until it is lost, and returns why it was.
        opener: opens the device.
        first_pause_s: before it is tried again; doubles up to LONGEST_PAUSE_S.
    """
    await hub.wait_for_model()
    pause_s, last_said = first_pause_s, ""
    while True:
        try:
            card = await opener(device, kind)
        except Exception as error:
            if str(error) != last_said:  # once, not at every try
                fault = None if isinstance(error, TransportError) else error
                log.warning("%s; the stream goes on by WebSocket", error, exc_info=fault)
                _tell(hub, "missing", kind, str(error))
            last_said = str(error)
        else:
            last_said = ""
            if await _used(hub, card, kind, use):
                pause_s = first_pause_s
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def _used(hub: Hub, card: Card, kind: str, use: Callable[[Card], Awaitable[str]]) -> bool:
    """Use a card until it is lost, and say so; return whether that was without a fault of ours."""
    detail = f"{card.name}, {card.sample_rate} Hz, {card.channels} channels"
    log.info("audio %-6s %s", kind, detail)
    _tell(hub, "running", kind, detail)
    fault: Exception | None = None
    try:
        try:
            why = await use(card)
        finally:
            await asyncio.shield(card.close())
    except Exception as error:
        why, fault = f"it could not be used: {error!r}", error
    hub.metrics.device_losses += 1
    log.warning("audio %s %s is lost: %s", kind, card.name, why, exc_info=fault)
    _tell(hub, "lost", kind, f"{card.name}: {why}")
    return fault is None


def _tell(hub: Hub, state: str, kind: str, detail: str) -> None:
    hub.announce("device", {"state": state, "detail": f"{kind}: {detail}"})
