"""A card in a process of its own: what cannot be opened is said, a driver that dies is noticed."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import resource
import socket
import time
from typing import Any, cast

import pytest

from daw_bridge.devices.card import Card, CardProcess, StallWatch, keep_card, open_card
from daw_bridge.devices.card_memory import CardMemory, Count
from daw_bridge.devices.card_process import run_card
from daw_bridge.errors import TransportError
from daw_bridge.hub import Hub
from daw_bridge.metrics import Metrics

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


@pytest.mark.parametrize("line", [b'{"name": "us', b"", b"{}\n", b"nonsense\n"])
def test_what_a_driver_did_not_live_to_say_is_no_card(line) -> None:
    """It must be refused, and its process ended, whatever it is that came."""

    async def scenario() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(line)
        reader.feed_eof()
        card = CardProcess(SPAWN.Process(), CardMemory.allocated(), cast("Any", None))
        with pytest.raises((TransportError, ValueError, KeyError)):
            await card.meet("usb", reader)

    asyncio.run(scenario(), debug=True)


def test_a_card_for_which_no_process_is_to_be_had_is_refused_and_nothing_stays_open() -> None:
    async def scenario() -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for spare in range(4):  # the files run out at one step after the other
            free = [os.dup(0) for _ in range(spare + 1)]
            for number in free:
                os.close(number)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(free), hard))
            try:
                with pytest.raises(TransportError, match=r"no process for audio output 'usb'"):
                    await open_card("usb", "output")
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            gc.collect()  # a socket that was left open would be complained of here

    asyncio.run(scenario(), debug=True)


class Market:
    """Where cards come from; hub, opener and user of a card in one."""

    def __init__(self, *offers: Exception | str) -> None:
        self.offers, self.told, self.now = list(offers), [], 0.0
        self.metrics, self.closed = Metrics(), 0
        self.name, self.sample_rate, self.channels = "usb", 48000, 2

    async def wait_for_model(self) -> None: ...

    def announce(self, event: str, values: dict[str, str]) -> None:
        assert event == "device"
        self.told.append((values["state"], values["detail"]))

    async def open(self, device: str, kind: str) -> Card:
        offer = self.offers.pop(0) if self.offers else asyncio.CancelledError()
        if isinstance(offer, BaseException):
            raise offer
        self.use_ends = offer
        return cast("Card", self)

    async def use(self, card: Card) -> str:
        if self.use_ends == "fault":
            raise KeyError("a fault of ours")
        return self.use_ends

    async def close(self) -> None:
        self.closed += 1
        if self.use_ends == "will not close":
            raise OSError("no child process")


def test_whatever_fails_about_a_card_it_is_lost_and_looked_for_again(caplog) -> None:
    """Faults of ours with their traceback; only being cancelled ends it."""
    market = Market(
        TransportError("not plugged in"),
        OSError("too many open files"),
        ValueError("no JSON"),
        "fault",
        "will not close",
        "it has stopped",
    )

    async def scenario() -> None:
        kept = keep_card(
            cast("Hub", market), "usb", "input", market.use, opener=market.open, first_pause_s=0.0
        )
        with pytest.raises(asyncio.CancelledError):
            await kept

    asyncio.run(scenario(), debug=True)
    assert [state for state, _ in market.told] == ["missing"] * 3 + ["running", "lost"] * 3
    assert "KeyError('a fault of ours')" in market.told[4][1]
    assert "no child process" in market.told[6][1]
    assert market.told[8] == ("lost", "input: usb: it has stopped")
    assert (market.closed, market.metrics.device_losses) == (3, 3)
    with_traceback = [record.exc_info is not None for record in caplog.records]
    assert with_traceback.count(True) == 4


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
