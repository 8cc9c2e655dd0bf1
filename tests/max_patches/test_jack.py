"""Sound from the server through JACK into Pure Data and SuperCollider, sample for sample."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bridge_peers import with_server
from pd_host import needs_pd, pd_host
from sound_servers import Jack, JackRecorder, jack_server, needs_jack
from test_supercollider import needs_scsynth, sclang
from witness import Witness, witness

from daw_bridge.app import RunningServer
from daw_bridge.worker_protocol import WorkerConfig

RATE = 48000
PATIENCE_S = 20.0


def bars(channels: int = 2) -> dict[str, object]:
    """Return the settings of a server whose music is noise in bars of 1 s, at the card's rate."""
    options = {"bpm": 240.0, "sample_rate": RATE, "channels": channels}
    worker = WorkerConfig(model="synthetic", options=options)
    return {"worker": worker, "target": "bar_worker:run_worker"}


async def device_runs(server: RunningServer) -> None:
    """Wait until the server plays to JACK."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(listener.is_card for listener in server.hub.session("main").listeners):
            await asyncio.sleep(0.02)


def connect(jack: Jack, cables: dict[str, str]) -> None:
    """Connect ports, as a patch bay does."""
    client = jack.client("patchbay")
    deadline = time.monotonic() + PATIENCE_S
    with client:
        for source, target in cables.items():
            while not (client.get_ports(source) and client.get_ports(target)):
                assert time.monotonic() < deadline, [port.name for port in client.get_ports()]
                time.sleep(0.05)
            client.connect(source, target)


def overlap(recorded: np.ndarray, streamed: np.ndarray, skip: int) -> np.ndarray:
    """Return the part of a recording from where it equals the stream, and check that it does.

    Both are float32 ``[n, channels]``; the first ``skip`` frames of the stream may differ: a fade.
    """
    mark = streamed[skip : skip + 64]
    for at in np.flatnonzero((recorded == mark[0]).all(1)):
        if np.array_equal(recorded[at : at + 64], mark):
            count = min(len(recorded) - at, len(streamed) - skip)
            np.testing.assert_array_equal(recorded[at : at + count], streamed[skip : skip + count])
            return recorded[at : at + count]
    raise AssertionError("the recording does not hold what was streamed")


async def play_for(peer: Witness, seconds: float) -> None:
    await peer.say("/magnet/play")
    await peer.hear(round(seconds * RATE))


@needs_jack
@needs_pd
def test_pd_records_from_adc_what_the_server_streams(monkeypatch, tmp_path: Path) -> None:
    file = tmp_path / "recorded.wav"
    options = (
        "-jack",
        "-audiobuf",
        "200",
        "-r",
        str(RATE),
        "-inchannels",
        "2",
        "-outchannels",
        "2",
    )

    async def scenario(server: RunningServer) -> None:
        await device_runs(server)
        async with (
            witness(server, sample_rate=RATE) as peer,
            pd_host(
                tmp_path,
                server.osc_port,
                options=(*options, "-nojackconnect"),
                recording=str(file),
            ) as pd,
        ):
            for message in ("road 1", "dac 0", "audio 1", "rec 1"):
                pd.send(message)
            await pd.tell("ping", "magnet", "pong")
            cables = {f"PortAudio:out_{n}": f"pure_data:input_{n + 1}" for n in (0, 1)}
            await asyncio.to_thread(connect, jack, cables)
            await play_for(peer, 3.0)
            pd.send("rec 0")
            await pd.tell("ping", "magnet", "pong")
            await asyncio.sleep(0.3)
            streamed = peer.stream()
        recorded, rate = soundfile.read(file, dtype="float32", always_2d=True)
        assert rate == RATE
        assert len(overlap(recorded, streamed, RATE // 10)) > 2 * RATE

    with jack_server(monkeypatch) as jack:
        with_server(scenario, audio_out="system", **bars())


@needs_jack
@needs_scsynth
@pytest.mark.parametrize("channels", [1, 2])
def test_scsynth_plays_a_take_sample_for_sample_from_the_servers_file(
    monkeypatch, tmp_path: Path, channels: int
) -> None:
    """A mono take sounds on both sides: the bundled model is mono."""

    async def scenario(server: RunningServer) -> None:
        async with (
            witness(server, sample_rate=RATE) as peer,
            sclang(tmp_path, server.osc_port, "takes") as example,
        ):
            await example.until("scsynth plays takes")
            sides = [
                await asyncio.to_thread(JackRecorder, jack, f"SuperCollider:out_{side}")
                for side in (1, 2)
            ]
            await peer.hear(3 * RATE)
            await peer.say("/magnet/take/keep", 1, "kept")
            line = await example.until("take kept: ")
            assert f"{RATE} frames of {RATE} Hz, 1 bars at 240" in line
            await example.until("take on")
            await peer.hear(round(1.5 * RATE))
            recorded = [side.close() for side in sides]
            (event,) = peer.events("take")
        take, _ = soundfile.read(event["file"], dtype="float32", always_2d=True)
        assert take.shape[1] == channels
        fade = RATE // 200
        for side, heard in enumerate(recorded):
            channel = take[:, min(side, channels - 1)]
            overlap(heard[:, None], np.tile(channel[:, None], (4, 1)), fade)

    with jack_server(monkeypatch) as jack:
        with_server(scenario, **bars(channels))
