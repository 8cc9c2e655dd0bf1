"""The example clients, as a user runs them."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bridge_peers import with_server
from sound_servers import jack_server, needs_jack

from daw_bridge.app import RunningServer

EXAMPLES = Path(__file__).parents[2] / "examples"


async def run(name: str, *words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLES / name), *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": str(EXAMPLES.parent)},
    )
    said = (await asyncio.wait_for(process.communicate(), 30))[0].decode()
    assert process.returncode is not None
    return process.returncode, said


def test_osc_control_starts_the_stream_that_listen_writes_to_a_file(tmp_path: Path) -> None:
    async def scenario(server: RunningServer) -> None:
        port = str(server.osc_port)
        words = ("prompt/2", "warm pads", "steps", "20,10,10,10", "again", "play", "ping", "x")
        code, said = await run("osc_control.py", "--port", port, *words)
        assert code == 0, said
        assert "/magnet/done /magnet/prompt/2 1" in said
        assert "/magnet/pong x" in said
        file = tmp_path / "out.wav"
        url = f"ws://127.0.0.1:{server.port}/ws"
        code, said = await run("listen.py", "--url", url, "-o", str(file), "--seconds", "0.5")
        assert code == 0, said
        assert "of it 0.000 s concealed" in said and "position" in said
        samples, rate = soundfile.read(file)
        assert rate == 48000 and samples.shape[1] == 2 and len(samples) >= 24000
        assert np.abs(samples).max() > 0.4
        code, said = await run("osc_control.py", "--port", port, "top_p", "7")
        assert code == 1 and "top_p is 7" in said

    with_server(scenario)


def test_ten_lines_are_enough_to_play() -> None:
    async def scenario(server: RunningServer) -> None:
        code, said = await run("ten_lines.py", str(server.osc_port))
        assert code == 0, said
        assert "/magnet/done /magnet/prompt 1" in said and "/magnet/done /magnet/play 2" in said
        assert server.hub.status("main")["state"] in ("priming", "playing")

    with_server(scenario)


def test_listen_can_begin_by_itself_and_tells_the_latency() -> None:
    async def scenario(server: RunningServer) -> None:
        url = f"ws://127.0.0.1:{server.port}/ws"
        words = ("--prompt", "warm pads", "--seconds", "0.3", "--format", "s16")
        code, said = await run("listen.py", "--url", url, *words)
        assert code == 0, said
        assert "ms after play" in said and "gap" not in said

    with_server(scenario)


def test_listen_names_the_words_that_the_model_does_not_know() -> None:
    async def scenario(server: RunningServer) -> None:
        url = f"ws://127.0.0.1:{server.port}/ws"
        code, said = await run("listen.py", "--url", url, "--prompt", "purple", "--seconds", "0.1")
        assert code == 0, said
        assert "words the model does not know, ignored: purple\n" in said

    with_server(scenario)


@needs_jack
def test_listen_plays_on_a_sound_card(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(server: RunningServer) -> None:
        url = f"ws://127.0.0.1:{server.port}/ws"
        words = ("--prompt", "warm pads", "--seconds", "2", "--speaker", "system")
        code, said = await run("listen.py", "--url", url, *words)
        assert code == 0, said
        assert "of it 0.000 s concealed" in said and "gap" not in said

    with jack_server(monkeypatch):
        with_server(scenario)


def test_both_say_clearly_when_nobody_is_there() -> None:
    async def scenario() -> None:
        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            udp.bind(("127.0.0.1", 0))
            port, osc_port = tcp.getsockname()[1], udp.getsockname()[1]
        code, said = await run("listen.py", "--url", f"ws://127.0.0.1:{port}/ws")
        assert code == 1 and "Traceback" not in said
        code, said = await run("osc_control.py", "--port", str(osc_port), "play")
        assert code == 1 and f"nobody listens on 127.0.0.1:{osc_port}" in said

    asyncio.run(scenario())
