"""A card in a process of its own: what cannot be opened is said, a driver that dies is noticed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import time

import pytest

from daw_bridge.devices.card import CardProcess, StallWatch, open_card
from daw_bridge.devices.card_memory import CardMemory, Count
from daw_bridge.devices.card_process import run_card
from daw_bridge.errors import TransportError

SPAWN = multiprocessing.get_context("spawn")


def dies(*_: object) -> None:
    """What a driver does whose sound server has died."""
    os._exit(134)


def test_a_device_that_is_not_there_is_refused_with_advice() -> None:
    async def scenario() -> None:
        with pytest.raises(TransportError, match=r"magnet-live devices|install PortAudio"):
            await open_card("no such card", "output")

    asyncio.run(scenario(), debug=True)


def test_a_driver_that_dies_while_it_opens_is_refused() -> None:
    async def scenario() -> None:
        ours, theirs = socket.socketpair()
        process = SPAWN.Process(target=dies, args=(theirs,), daemon=True)
        with theirs:
            await asyncio.to_thread(process.start)
        reader, writer = await asyncio.open_connection(sock=ours)
        card = CardProcess(process, CardMemory.allocated(), writer)
        with pytest.raises(TransportError, match="died or hung"):
            await card.meet("usb", reader)
        await card.close()
        assert card.lost

    asyncio.run(scenario(), debug=True)


def test_a_driver_that_hangs_is_ended() -> None:
    async def scenario() -> None:
        ours, theirs = socket.socketpair()
        process = SPAWN.Process(target=time.sleep, args=(3600,), daemon=True)
        with theirs:
            await asyncio.to_thread(process.start)
        _, writer = await asyncio.open_connection(sock=ours)
        card = CardProcess(process, CardMemory.allocated(), writer)
        assert not card.lost
        await card.close()
        assert card.lost

    asyncio.run(scenario(), debug=True)


def test_a_card_that_asks_for_nothing_any_more_is_lost() -> None:
    class Still:
        name, sample_rate, channels, latency_s, lost = "still", 48000, 2, 0.0, ""
        memory = CardMemory.allocated()

        async def close(self) -> None: ...

    card = Still()
    watch = StallWatch(card, 10.0)
    for now in (10.0, 11.0, 12.0):
        card.memory.counts[Count.FRAMES] += 100
        assert watch.why_lost(now) == ""
    assert watch.why_lost(14.9) == ""
    assert "asked for nothing" in watch.why_lost(15.1)
    card.lost = "it has stopped"
    card.memory.counts[Count.FRAMES] += 100
    assert watch.why_lost(15.2) == "it has stopped"


def test_the_process_says_why_it_cannot_open_a_device(monkeypatch) -> None:
    """Run in this process, with an exit that can be seen."""

    class Left(Exception):
        pass

    def leave(code: int) -> None:
        raise Left(code)

    monkeypatch.setattr("daw_bridge.devices.card_process.os._exit", leave)
    monkeypatch.setattr("daw_bridge.devices.card_process.signal.signal", lambda *_: None)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(Left, match="3"):
            run_card("no such card", "input", CardMemory.allocated(), theirs)
        assert b'"failed": ' in ours.recv(4096)
