"""Playing on a sound card: what the callback does, and what happens where there is none."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
import pytest
from bridge_peers import osc_peer, with_server
from synthetic_worker import pitch_of

from daw_bridge.app import RunningServer
from daw_bridge.audio_device import DevicePlayer, list_outputs, open_output, play_to_device
from daw_bridge.errors import TransportError
from daw_bridge.resample import FloatArray
from daw_bridge.ring_buffer import RingBuffer


def block(frames: int) -> FloatArray:
    return np.full((frames, 1), 9.0, np.float32)


def test_player_primes_plays_and_counts_running_dry() -> None:
    ring = RingBuffer(1, 1000)
    player = DevicePlayer(ring, prime_frames=100)
    player.ended = False
    ring.write(np.ones((60, 1), np.float32))
    out = block(50)
    player.fill(out)
    assert not out.any()  # 60 of 100: still priming
    ring.write(np.ones((60, 1), np.float32))
    for _ in range(2):
        player.fill(out)
        assert (out == 1).all()
    player.fill(out)  # 20 left
    assert out[0] == 1 and not out[20:].any()
    assert (np.diff(out[:20, 0]) <= 0).all()
    assert player.underruns == 1
    player.fill(out)
    assert not out.any() and player.underruns == 1  # priming again, not a second underrun


def test_player_runs_dry_at_the_end_without_an_underrun() -> None:
    ring = RingBuffer(1, 1000)
    player = DevicePlayer(ring, prime_frames=100)
    player.ended = False
    ring.write(np.ones((10, 1), np.float32))
    player.ended = True
    out = block(50)
    player.fill(out)
    assert out[0] == 1 and not out[10:].any()
    player.fill(out)
    assert player.underruns == 0


class FakeCard:
    """A sound card whose clock is a task of the event loop."""

    name, sample_rate, channels = "fake", 44100, 2

    def __init__(self) -> None:
        self.heard: list[FloatArray] = []
        self.closed = False

    def start(self, fill) -> None:
        self._task = asyncio.create_task(self._run(fill))

    async def _run(self, fill) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            out = np.zeros((441, 2), np.float32)
            fill(out)
            self.heard.append(out)
            due += 0.01
            await asyncio.sleep(max(0.0, due - loop.time()))

    def close(self) -> None:
        self._task.cancel()
        self.closed = True


def test_the_card_plays_the_session_main_and_is_closed() -> None:
    async def scenario(server: RunningServer) -> None:
        card = FakeCard()
        playing = asyncio.create_task(play_to_device(server.hub, "fake", opener=lambda name: card))
        with osc_peer(server) as osc:
            await osc.ask("/magnet/play")
            await asyncio.sleep(0.6)
            await osc.ask("/magnet/stop")
        await asyncio.sleep(0.5)
        assert server.hub.metrics.device_underruns == 0
        assert server.hub.metrics.underruns == 0
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        assert card.closed
        heard = np.concatenate(card.heard)[:, 0]
        sound = heard[np.flatnonzero(heard)[0] : np.flatnonzero(heard)[-1]]
        assert 0.6 < len(sound) / 44100 < 1.1
        spectrum = np.abs(np.fft.rfft(sound[2000:18384] * np.hanning(16384)))
        assert np.argmax(spectrum) * 44100 / 16384 == pytest.approx(pitch_of(""), abs=3)
        assert np.abs(np.diff(sound)).max() < 0.05  # no click from the beginning to the end

    with_server(scenario)


def test_a_device_that_is_not_there_is_said_and_streaming_goes_on(caplog) -> None:
    async def scenario(server: RunningServer) -> None:
        await asyncio.wait_for(play_to_device(server.hub, "no such card"), 10)
        with osc_peer(server) as osc:
            assert (await osc.ask("/magnet/play")).address == "/magnet/done"

    with caplog.at_level(logging.WARNING):
        with_server(scenario)
    assert "the stream goes on by WebSocket" in caplog.text


def no_portaudio(name: str) -> object:
    raise OSError("PortAudio library not found")  # what sounddevice raises on import


def test_a_machine_without_portaudio_is_told_what_to_install() -> None:
    for call in (lambda: list_outputs(no_portaudio), lambda: open_output("default", no_portaudio)):
        with pytest.raises(TransportError, match="install PortAudio"):
            call()
