"""Playing on a sound card: exact alone, at another's pace beside it, lost and found again."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import numpy as np
import pytest
from bridge_peers import PATIENCE_S, WsPeer, osc_peer, with_server, ws_peer
from synthetic_worker import pitch_of
from waiting import until

from daw_bridge.app import RunningServer
from daw_bridge.audio.resample import FloatArray
from daw_bridge.devices.audio_output import play_to_card
from daw_bridge.devices.card import Card
from daw_bridge.devices.card_memory import CardMemory, Count
from daw_bridge.devices.portaudio import PRIME_S, CardPlayer
from daw_bridge.errors import TransportError

RATE = 48000


class FakeCard:
    """A sound card whose clock is a task of the event loop; ``speed`` is how fast it runs."""

    name, sample_rate, channels, latency_s = "fake", RATE, 2, 0.02

    def __init__(self, speed: float = 1.0) -> None:
        self.heard: list[FloatArray] = []
        self.closed, self.lost, self.speed = False, "", speed
        self.memory = CardMemory.allocated()
        self._player = CardPlayer(self.memory, 2, round(PRIME_S * RATE))
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            out = np.zeros((480, 2), np.float32)
            self._player.fill(out)
            self.heard.append(out)
            due += 0.01 / self.speed
            await asyncio.sleep(max(0.0, due - loop.time()))

    def stop_calling(self) -> None:
        self._task.cancel()

    async def close(self) -> None:
        self._task.cancel()
        self.closed = True

    def sound(self) -> np.ndarray:
        """Return what it played, from the first sample that is not 0 to the last."""
        heard = np.concatenate(self.heard)[:, 0]
        found = np.flatnonzero(heard)
        return heard[found[0] : found[-1] + 1]


class Shop:
    """Where cards come from: one after the other, or an error."""

    def __init__(self, *stock: float | str) -> None:
        self.stock, self.sold = list(stock), []

    async def open(self, device: str, kind: str) -> Card:
        item = self.stock.pop(0) if self.stock else "no more cards"
        if isinstance(item, str):
            raise TransportError(item)
        self.sold.append(FakeCard(item))
        return self.sold[-1]


@contextlib.asynccontextmanager
async def playing_on(server: RunningServer, shop: Shop):
    task = asyncio.create_task(play_to_card(server.hub, "fake", opener=shop.open))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def heard_by_resuming(server: RunningServer, seconds: float) -> np.ndarray:
    """Return the beginning of the stream, as a WebSocket client at the card's rate gets it."""
    async with ws_peer(server, sample_rate=RATE, channels=1, resume_position=0) as peer:
        await peer.hear(seconds)
        assert peer.packets[0][0].position == 0
        peer.assert_no_gap()
        return peer.waveform()[:, 0]


def test_alone_a_card_plays_the_very_samples_that_a_websocket_gets() -> None:
    """However far off its clock is: it paces the stream, and nothing is corrected."""

    async def scenario(server: RunningServer) -> None:
        shop = Shop(1.02)
        async with playing_on(server, shop):
            await until(lambda: shop.sold)
            card = shop.sold[0]
            with osc_peer(server) as osc:
                await osc.ask("/magnet/play")
                await until(lambda: int(card.memory.counts[Count.FRAMES]) > 1.5 * RATE)
                await osc.ask("/magnet/stop")
            await until(lambda: int(card.memory.counts[Count.SILENT]) > 0.2 * RATE)
            assert server.hub.metrics.device_underruns == 0
            assert server.hub.metrics.device_correction_ppm == 0.0
            assert server.hub.status("main")["playhead"] == str(server.hub.session("main").position)
        assert card.closed
        sound = card.sound()
        wanted = await heard_by_resuming(server, 0.8)
        begins = np.flatnonzero(wanted)[0]
        count = min(len(sound), len(wanted) - begins)
        assert count > 0.7 * RATE
        np.testing.assert_array_equal(sound[:count], wanted[begins : begins + count])
        spectrum = np.abs(np.fft.rfft(sound[2000:18384] * np.hanning(16384)))
        assert np.argmax(spectrum) * RATE / 16384 == pytest.approx(pitch_of(""), abs=3)
        assert np.abs(np.diff(sound)).max() < 0.05  # no click from the beginning to the end

    with_server(scenario)


def test_beside_a_client_that_reports_it_plays_at_that_ones_pace_without_a_click() -> None:
    """The client's clock is 0.15 % slow: so the card is slowed down, and both stay in step."""

    async def scenario(server: RunningServer) -> None:
        shop = Shop(1.0)
        async with playing_on(server, shop), ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await until(lambda: shop.sold)
            await peer.say({"cmd": "/magnet/play"})
            await peer.hear(0.2)
            loop, metrics = asyncio.get_running_loop(), server.hub.metrics
            began, start = loop.time(), peer.packets[0][0].position
            slower = 0  # reports in a row: a machine that stalls bends the course for a while
            while slower < 40 and loop.time() - began < PATIENCE_S:
                played = (loop.time() - began) * RATE * 0.9985
                await peer.say({"cmd": "playhead", "position": round(start + played)})
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await peer.until(lambda: False)
                slower = slower + 1 if -2000.0 <= metrics.device_correction_ppm < 0.0 else 0
            assert slower == 40
            assert metrics.device_underruns == 0
            peer.assert_no_gap()
            card = shop.sold[0]
        sound = card.sound()
        smooth = 0.5 * (2 * np.pi * pitch_of("") / RATE) ** 2
        assert np.abs(np.diff(sound[4800:], 2)).max() < 1.2 * smooth + 1e-4

    with_server(scenario)


def test_a_card_that_is_lost_is_said_and_found_again_and_others_hear_nothing_of_it() -> None:
    async def scenario(server: RunningServer) -> None:
        shop = Shop("it is not plugged in", 1.0, "it is gone", 1.0)
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            async with playing_on(server, shop):
                await peer.until(lambda: states(peer)[-1:] == ["running"])
                await peer.say({"cmd": "/magnet/play"})
                await peer.hear(0.5)
                first = shop.sold[0]
                first.stop_calling()
                await peer.until(lambda: "lost" in states(peer))
                assert first.closed
                await peer.until(lambda: states(peer)[-1] == "running")
                await peer.hear(1.0)
            assert states(peer) == ["missing", "running", "lost", "missing", "running"]
            assert "asked for nothing" in detail(peer, "lost")
            assert "not plugged in" in detail(peer, "missing")
            assert server.hub.metrics.device_losses == 1
            peer.assert_no_gap()
            assert peer.concealed_frames() == 0
            assert server.hub.metrics.underruns == 0
            assert np.abs(np.diff(peer.waveform()[:, 0])).max() < 0.05
        assert len(shop.sold[1].sound()) > 0.3 * RATE

    with_server(scenario)


def states(peer: WsPeer) -> list[str]:
    return [event["state"] for event in peer.events if event["event"] == "device"]


def detail(peer: WsPeer, state: str) -> str:
    events = (event for event in peer.events if event["event"] == "device")
    return next(event["detail"] for event in events if event["state"] == state)


def test_a_device_that_is_not_there_is_said_once_and_streaming_goes_on(caplog) -> None:
    async def scenario(server: RunningServer) -> None:
        shop = Shop()
        async with playing_on(server, shop), ws_peer(server) as peer:
            await peer.say({"cmd": "/magnet/play"})
            await peer.hear(1.2)
            assert server.hub.metrics.underruns == 0

    with caplog.at_level(logging.WARNING):
        with_server(scenario)
    assert caplog.text.count("the stream goes on by WebSocket") == 1
