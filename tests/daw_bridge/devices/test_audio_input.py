"""Phrases from a sound card and from a WebSocket client, all the way to the worker."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import numpy as np
import pytest
from bridge_peers import WsPeer, osc_peer, with_server, ws_peer

from daw_bridge.app import RunningServer
from daw_bridge.audio.pcm import PcmFormat, PcmHeader
from daw_bridge.devices.audio_input import listen_to_card
from daw_bridge.devices.card import Card, Opener
from daw_bridge.devices.card_memory import CardMemory
from daw_bridge.devices.portaudio import CardRecorder


class FakeMicrophone:
    """A sound card that hears a tone, and sometimes nonsense."""

    name, channels, latency_s, lost = "fake", 2, 0.01, ""

    def __init__(self, sample_rate: int = 48000) -> None:
        self.sample_rate = sample_rate
        self.memory = CardMemory.allocated()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        recorder, count = CardRecorder(self.memory, 2), 0
        while True:
            times = np.arange(count, count + 480) / self.sample_rate
            block = np.repeat(np.sin(2 * np.pi * 440 * times)[:, None], 2, 1).astype(np.float32)
            block[0] = np.nan
            recorder.take(block)
            count += 480
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        self._task.cancel()


async def microphone(device: str, kind: str) -> Card:
    assert kind == "input"
    return FakeMicrophone()


@contextlib.asynccontextmanager
async def listening(server: RunningServer, opener: Opener = microphone):
    task = asyncio.create_task(listen_to_card(server.hub, "fake", opener=opener))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def input_states(peer: WsPeer) -> list[str]:
    return [event["state"] for event in peer.events if event["event"] == "input"]


async def hears_for(peer: WsPeer, seconds: float) -> None:
    """Take what comes for a while."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await peer.until(lambda: False)


async def recorded(peer: WsPeer) -> float:
    await peer.until(lambda: "recorded" in input_states(peer))
    return next(e["seconds"] for e in peer.events if e.get("state") == "recorded")


def message(samples: np.ndarray, rate: int, kind: PcmFormat = PcmFormat.F32) -> bytes:
    header = PcmHeader(
        format=kind,
        channels=samples.shape[1],
        sample_rate=rate,
        frames=len(samples),
        sequence=0,
        position=0,
    )
    if kind is PcmFormat.S16:
        return header.pack() + (samples * 32767).astype("<i2").tobytes()
    return header.pack() + samples.astype("<f4").tobytes()


def test_a_phrase_from_the_card_reaches_the_worker() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer, listening(server):
            await peer.until(lambda: any(e["event"] == "device" for e in peer.events))
            assert (await peer.command("/magnet/input/record", 1))["event"] == "done"
            await hears_for(peer, 1.0)
            assert (await peer.command("/magnet/input/record", 0, id=2))["event"] == "done"
            assert 0.4 < await recorded(peer) < 2.0
            assert input_states(peer)[0] == "recording"
            assert (await peer.command("/magnet/input/use", "continue", id=3))["event"] == "done"

    with_server(scenario)


def test_a_card_that_is_lost_ends_its_phrase_and_may_come_back_at_another_rate() -> None:
    """Its input is heard again then, and not before: nobody has to start the server anew."""

    async def scenario(server: RunningServer) -> None:
        sold: list[FakeMicrophone] = []

        async def opener(device: str, kind: str) -> Card:
            sold.append(FakeMicrophone((48000, 44100)[len(sold)]))
            return sold[-1]

        async with ws_peer(server) as peer, listening(server, opener):
            await peer.until(lambda: any(e["event"] == "device" for e in peer.events))
            await peer.command("/magnet/input/record", 1)
            await hears_for(peer, 0.8)
            sold[0].lost = "it is gone"
            assert 0.2 < await recorded(peer) < 2.0
            assert (await peer.command("/magnet/input/record", 0, id=2))["event"] == "done"
            assert (await peer.command("/magnet/input/use", "continue", id=3))["event"] == "done"
            await peer.until(lambda: len(sold) == 2)
            await peer.command("/magnet/input/record", 1, id=4)
            await hears_for(peer, 0.8)
            await peer.command("/magnet/input/record", 0, id=5)
            await peer.until(lambda: input_states(peer).count("recorded") == 2)
            assert server.hub.metrics.device_losses == 1

    with_server(scenario)


def test_a_card_that_is_lost_leaves_the_phrase_of_a_client_alone() -> None:
    async def scenario(server: RunningServer) -> None:
        sold: list[FakeMicrophone] = []

        async def opener(device: str, kind: str) -> Card:
            sold.append(FakeMicrophone())
            return sold[-1]

        async with ws_peer(server) as peer, listening(server, opener):
            await peer.until(lambda: bool(sold))
            await peer.command("/magnet/input/record", 1)
            half = message(np.full((24000, 1), 0.5), 48000, PcmFormat.S16)
            await peer.connection.send(half)
            await peer.command("/magnet/ping", "x", id=2)
            sold[0].lost = "it is gone"
            await peer.until(lambda: any(e.get("state") == "lost" for e in peer.events))
            await peer.connection.send(half)
            assert (await peer.command("/magnet/input/record", 0, id=3))["event"] == "done"
            assert await recorded(peer) == pytest.approx(1.0, abs=0.001)

    with_server(scenario)


@pytest.mark.parametrize("kind", list(PcmFormat))
def test_a_phrase_from_a_client_reaches_the_worker(kind) -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            samples = np.full((2400, 2), 0.5)
            await peer.connection.send(message(samples, 48000, kind))  # dropped: nothing records
            await peer.say({"cmd": "/magnet/input/record", "args": [1]})
            for _ in range(20):
                await peer.connection.send(message(samples, 48000, kind))
            assert (await peer.command("/magnet/input/record", 0, id=2))["event"] == "done"
            assert await recorded(peer) == pytest.approx(1.0, abs=0.001)
            assert not any(event["event"] == "fail" for event in peer.events)

    with_server(scenario)


def broken(**changes: Any) -> bytes:
    fields = {"format": PcmFormat.F32, "channels": 1, "sample_rate": 48000, "frames": 2}
    header = PcmHeader(**(fields | {"sequence": 0, "position": 0} | changes))
    size = header.frames * header.channels * 4
    return header.pack() + b"\0" * size


BAD = [
    (b"", "do not begin with a PCM header"),
    (b"MGNT" + b"\0" * 36, "version 0"),
    (broken()[:-1], "bytes of samples instead of"),
    (broken(channels=9), "1 to 8"),
    (broken(sample_rate=7999), "8000 to 192000 Hz"),
    (broken(sample_rate=192001), "8000 to 192000 Hz"),
    (message(np.full((4, 1), np.nan), 48000), "no sound"),
]


def test_what_is_no_pcm_is_refused_with_a_reason_and_the_stream_goes_on() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.say({"cmd": "/magnet/play"})
            await peer.command("/magnet/input/record", 1, id="r")
            for raw, _ in BAD:
                await peer.connection.send(raw)
            await peer.hear(0.5)
            fails = [event["reason"] for event in peer.events if event["event"] == "fail"]
            assert len(fails) == len(BAD)
            for reason, (_, expected) in zip(fails, BAD, strict=True):
                assert expected in reason
            answer = await peer.command("/magnet/input/record", 0, id=3)
            assert answer["event"] == "fail" and "0.00 s of sound" in answer["reason"]
            peer.assert_no_gap()

    with_server(scenario)


def test_a_client_cannot_send_faster_than_four_times_real_time() -> None:
    """So a phrase never fills the worker's pipe; nor is anything of it lost."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            loop = asyncio.get_running_loop()
            await peer.command("/magnet/input/record", 1, id="r")
            began = loop.time()
            for _ in range(20):
                await peer.connection.send(message(np.zeros((4000, 1)), 16000))
            await peer.command("/magnet/input/record", 0, id=2)
            assert loop.time() - began > 0.8  # 5 s of sound, of which 1 s at once
            assert await recorded(peer) == pytest.approx(5.0, abs=0.001)

    with_server(scenario)


def test_use_without_a_phrase_and_end_without_a_beginning_are_refused() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as osc:
            await server.hub.wait_for_model()
            for address, argument in (("record", 0), ("use", "continue"), ("use", "louder")):
                answer = await osc.ask(f"/magnet/input/{address}", argument)
                assert answer.address == "/magnet/fail", (address, argument)

    with_server(scenario)
