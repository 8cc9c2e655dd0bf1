"""The page as an audience hears it: Chromium into PulseAudio, recorded at the loudspeaker's end."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import numpy as np
import pytest
from bridge_peers import with_server
from console_page import IS_HEARD, address_of, opened
from headless_browser import BROWSER, open_page
from sound_servers import end, needs_pulseaudio, pulseaudio

from daw_bridge.app import RunningServer
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.worker_protocol import WorkerConfig

RATE = 48000
BPM = 128
HEARD_S = 12.0


def longest_pause_s(wave: np.ndarray) -> float:
    """Return the longest stretch below -100 dB: music has none, an output that runs dry has."""
    loud = np.flatnonzero(np.abs(wave) > 1e-5)
    return float(np.diff(loud).max()) / RATE


def tempo_bpm(wave: np.ndarray) -> float:
    """Return the tempo, from 85 to 170, at which the low end repeats itself most."""
    hop = RATE // 100
    frames = wave[: len(wave) // hop * hop].reshape(-1, hop)
    power = np.abs(np.fft.rfft(frames * np.hanning(hop)))[:, :3].sum(axis=1)  # below 250 Hz
    onsets = np.maximum(np.diff(np.log(power + 1e-6)), 0.0)
    onsets -= onsets.mean()
    size = 1 << 15  # lags to a tenth of a hop
    likeness = np.fft.irfft(np.abs(np.fft.rfft(onsets, 2 * size)) ** 2)[: len(onsets) // 2]
    bpm = np.linspace(85.0, 170.0, 1701)
    lags = 60.0 / bpm * RATE / hop
    score = sum(np.interp(beats * lags, np.arange(len(likeness)), likeness) for beats in (1, 2, 4))
    return float(bpm[np.argmax(score)])


def test_the_measures_see_what_they_are_for() -> None:
    """A click track of 128 bpm, and a hole in it."""
    time = np.arange(round(HEARD_S * RATE)) / RATE
    wave = np.sin(2 * np.pi * 60 * time) * np.exp(-8 * (time % (60 / BPM)))
    assert tempo_bpm(wave) == pytest.approx(BPM, rel=0.02)
    assert longest_pause_s(wave) < 0.01
    wave[RATE : RATE + 960] = 0.0
    assert longest_pause_s(wave) > 0.019


@pytest.mark.slow  # a browser, a sound server and the model want two quiet cores
@needs_pulseaudio
@pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")
def test_what_comes_out_of_the_page_is_the_music(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a pause, at the level that the server sends, at the tempo that was asked for."""
    recording = tmp_path / "heard.f32"

    async def scenario(server: RunningServer) -> None:
        await server.hub.wait_for_model()
        async with open_page(address_of(server), is_heard=True) as page:
            await opened(page)
            await page.click("slot-1")
            await page.write(f"techno {BPM} bpm, driving kick and bass")
            await page.press("Enter")
            await page.click("play")
            await page.until(IS_HEARD)
            with recording.open("wb") as file:
                words = ("--format=float32le", f"--rate={RATE}", "--channels=1", "--raw")
                parec = subprocess.Popen(["parec", "-d", "daw.monitor", *words], stdout=file)
                try:
                    await asyncio.sleep(HEARD_S + 1.0)
                finally:
                    end(parec)
        history = server.hub.session("main").history
        assert history is not None
        sent = history.tail(round(8.0 * 32000))
        wave = np.fromfile(recording, "<f4")[RATE // 2 :]
        assert len(wave) > HEARD_S * RATE * 0.9
        assert longest_pause_s(wave) < 0.01
        levels = [10 * np.log10(np.mean(np.square(x, dtype=np.float64))) for x in (wave, sent)]
        assert levels[0] == pytest.approx(levels[1], abs=1.5)
        assert tempo_bpm(wave) == pytest.approx(BPM, rel=0.02)

    with pulseaudio(monkeypatch, tmp_path):
        with_server(scenario, worker=WorkerConfig(), target=WORKER_TARGET)
