"""The server plays to sound servers that run in real time: JACK's dummy driver, PulseAudio."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import numpy as np
import pytest
from bridge_peers import PATIENCE_S, WsPeer, with_server, ws_peer
from sound_servers import (
    JackRecorder,
    JackTone,
    end,
    jack_server,
    needs_jack,
    needs_pulseaudio,
    pulseaudio,
)
from synthetic_worker import pitch_of

from daw_bridge.app import RunningServer
from daw_bridge.worker_protocol import FLAG_LAST

RATE = 48000


async def until_device(peer: WsPeer, state: str) -> None:
    """Wait until that is the last that was said of the device."""

    def said() -> bool:
        states = [event["state"] for event in peer.events if event["event"] == "device"]
        return states[-1:] == [state]

    await peer.until(said)


async def device_runs(server: RunningServer) -> None:
    """Wait until the card is one of the session's listeners."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(listener.is_card for listener in server.hub.session("main").listeners):
            await asyncio.sleep(0.02)


def trimmed(wave: np.ndarray) -> np.ndarray:
    """Return it from the first sample that is not 0 to the last."""
    found = np.flatnonzero(wave)
    return wave[found[0] : found[-1] + 1]


async def played_and_heard(server: RunningServer, seconds: float) -> np.ndarray:
    """Play so long, and stop; return what a WebSocket client at the card's rate hears of it."""
    async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
        await peer.say({"cmd": "/magnet/play"})
        await peer.hear(seconds)
        await peer.say({"cmd": "/magnet/stop"})
        await peer.until(lambda: bool(peer.packets[-1][0].flags & FLAG_LAST))
        await asyncio.sleep(0.8)  # until the card has played it too
        peer.assert_no_gap()
        return trimmed(peer.waveform()[:, 0])


@needs_jack
def test_what_comes_out_of_jack_is_sample_for_sample_what_a_websocket_gets(monkeypatch) -> None:
    async def scenario(server: RunningServer) -> None:
        await device_runs(server)
        recorder = await asyncio.to_thread(JackRecorder, jack, "PortAudio:out_0")
        wanted = await played_and_heard(server, 4.0)
        played = trimmed(recorder.close())
        assert server.hub.metrics.device_underruns == 0
        assert len(wanted) > 3.5 * RATE
        np.testing.assert_array_equal(played, wanted)

    with jack_server(monkeypatch) as jack:
        with_server(scenario, audio_out="system")


@needs_jack
def test_a_jack_server_that_dies_is_lost_and_found_again_and_others_hear_nothing(
    monkeypatch,
) -> None:
    """PortAudio hangs or aborts there; the server does not."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=RATE, channels=1) as peer:
            await device_runs(server)
            await peer.say({"cmd": "/magnet/play"})
            await peer.hear(1.0)
            jack.stop()
            await until_device(peer, "missing")
            await asyncio.to_thread(jack.start)
            await until_device(peer, "running")
            recorder = await asyncio.to_thread(JackRecorder, jack, "PortAudio:out_0")
            await peer.hear(1.5)
            played = recorder.close()
            assert server.hub.metrics.device_losses == 1
            assert server.hub.metrics.underruns == 0
            peer.assert_no_gap()
            assert peer.concealed_frames() == 0
            assert np.abs(played).max() > 0.2

    with jack_server(monkeypatch) as jack:
        with_server(scenario, audio_out="system")


@needs_pulseaudio
def test_pulseaudio_gets_the_music_at_its_level_and_pitch(monkeypatch, tmp_path: Path) -> None:
    async def scenario(server: RunningServer) -> None:
        await device_runs(server)
        recording = tmp_path / "recording.f32"
        with recording.open("wb") as file:
            words = ["parec", "-d", "daw.monitor", "--format=float32le", f"--rate={RATE}"]
            parec = subprocess.Popen([*words, "--channels=2"], stdout=file)
            try:
                wanted = await played_and_heard(server, 4.0)
            finally:
                end(parec)
        wave = trimmed(np.fromfile(recording, "<f4").reshape(-1, 2)[:, 0])
        assert len(wave) > 3.0 * RATE
        spectrum = np.abs(np.fft.rfft(wave[RATE : RATE + 65536] * np.hanning(65536)))
        assert np.argmax(spectrum) * RATE / 65536 == pytest.approx(pitch_of(""), abs=1.0)
        level = np.sqrt(np.mean(wave[RATE : 2 * RATE] ** 2))
        assert level == pytest.approx(np.sqrt(np.mean(wanted[RATE : 2 * RATE] ** 2)), rel=0.02)
        assert np.abs(np.diff(wave[: 3 * RATE])).max() < 1.1 * np.abs(np.diff(wanted)).max()

    with pulseaudio(monkeypatch, tmp_path):
        with_server(scenario, audio_out="pulse")


@needs_jack
def test_a_phrase_is_recorded_from_jack(monkeypatch) -> None:
    """A client plays a tone into the server's input; what reaches the worker is as long as that."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await until_device(peer, "running")
            tone = await asyncio.to_thread(JackTone, jack, "PortAudio:in_0")
            try:
                assert (await peer.command("/magnet/input/record", 1))["event"] == "done"
                await asyncio.sleep(1.0)
                assert (await peer.command("/magnet/input/record", 0, id=2))["event"] == "done"
            finally:
                tone.close()
            await peer.until(lambda: any(e.get("state") == "recorded" for e in peer.events))
            heard = next(e["seconds"] for e in peer.events if e.get("state") == "recorded")
            assert 0.5 < heard < 2.0

    with jack_server(monkeypatch) as jack:
        with_server(scenario, audio_in="system")
