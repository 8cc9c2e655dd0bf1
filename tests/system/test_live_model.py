"""The whole road with a real, tiny model: command and OSC in, music out."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bridge_peers import PATIENCE_S, osc_peer, with_server, ws_peer

from daw_bridge.app import RunningServer
from daw_bridge.cli import main
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_INFILL, FLAG_PREFIX, WorkerConfig
from magnet_core.checkpoints import native
from tests.magnet_core.runtime.tiny import tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny"
    native.save(tiny_model(), path)
    return path


def generate(folder: Path, *words: str) -> int:
    return main(["generate", "techno 128 bpm", "--model", str(folder), *words])


def test_generate_writes_the_same_music_for_the_same_seed(folder, tmp_path, capsys) -> None:
    files = [tmp_path / name for name in ("a.wav", "b.wav", "c.wav")]
    for file, seed in zip(files, ("1", "1", "2"), strict=True):
        assert generate(folder, "--seconds", "1.5", "--seed", seed, "-o", str(file)) == 0
    first, again, other = (soundfile.read(file)[0] for file in files)
    assert soundfile.info(files[0]).samplerate == 32000
    assert len(first) == 1.5 * 32000
    assert np.abs(first).max() > 0
    np.testing.assert_array_equal(first, again)
    assert len(other) != len(first) or np.abs(first - other).max() > 0
    printed = capsys.readouterr()
    assert "1.50 s of new music" in printed.out and "RTF" in printed.out
    assert "100%" in printed.err
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.wav", "b.wav", "c.wav"]


def test_generate_goes_on_from_audio_of_any_rate_and_channels(folder, tmp_path, capsys) -> None:
    times = np.arange(44100) / 44100
    stereo = 0.3 * np.sin(2 * np.pi * np.outer(times, [220, 330]))
    soundfile.write(tmp_path / "in.flac", stereo, 44100)
    words = ("--prompt-audio", str(tmp_path / "in.flac"), "--seconds", "0.5")
    assert generate(folder, *words, "-o", str(tmp_path / "out.wav")) == 0
    assert len(soundfile.read(tmp_path / "out.wav")[0]) == 1.5 * 32000
    assert "0.50 s of new music" in capsys.readouterr().out


def test_words_the_model_does_not_know_are_named(folder, tmp_path, capsys) -> None:
    """On stderr by generate; as an event before the prompt's done by the server."""
    words = ("--model", str(folder), "--seconds", "0.2", "-o", str(tmp_path / "out.wav"))
    assert main(["generate", "purple techno with elephants", *words]) == 0
    ignored = "words the model does not know, ignored: purple elephants\n"
    assert ignored in capsys.readouterr().err
    assert main(["generate", "techno", *words]) == 0
    assert "does not know" not in capsys.readouterr().err

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/prompt", "techno")
            assert not any(event["event"] == "words" for event in peer.events)
            await peer.command("/magnet/prompt", "purple techno with elephants")
            heard = [event for event in peer.events if event["event"] == "words"]
            assert heard == [{"event": "words", "session": "main", "unknown": "purple elephants"}]

    with_server(scenario, worker=WorkerConfig(model=str(folder)), target=WORKER_TARGET)


def test_osc_plays_a_real_model_to_a_websocket_client(folder) -> None:
    """Prefix first, infill after it, a change at the sample that done names, no gap."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=32000, channels=1) as peer:
            assert peer.events[0]["model"]["variant"] == "hybrid"
            with osc_peer(server) as osc:
                prompt = await osc.ask("/magnet/prompt", "techno 128 bpm driving kick and bass")
                assert prompt.address == "/magnet/done"
                await osc.ask("/magnet/param/steps", "2,1,1,1")
                assert (await osc.ask("/magnet/play")).address == "/magnet/done"
                await peer.hear(1.0)
                changed = await osc.ask("/magnet/prompt", "warm pads")
                assert changed.address == "/magnet/done"
                assert int(changed.params[3]) > 32000
                wrong = await osc.ask("/magnet/param/steps", "1,2")
                assert wrong.address == "/magnet/fail" and "steps" in wrong.params[2]
            await peer.hear(0.5)
            peer.assert_no_gap()
            flags = {header.flags & ~FLAG_CONCEALED for header, _ in peer.packets}
            assert flags >= {FLAG_PREFIX, FLAG_INFILL}
            assert np.abs(peer.waveform()).max() > 0

    with_server(scenario, worker=WorkerConfig(model=str(folder)), target=WORKER_TARGET)


def longest_silence(wave: np.ndarray) -> int:
    """Return the length of the longest run of samples that nobody could hear."""
    loud = np.flatnonzero(np.abs(wave) > 1e-5)
    return int(np.diff(loud, prepend=-1, append=len(wave)).max()) - 1


def test_a_killed_worker_is_replaced_while_its_last_bar_goes_round(folder) -> None:
    """One gap of the reported length, no silence while two bars last; then the music goes on.

    It goes on from what was heard before, with the same words, tempo and settings.
    """
    bar = 4 * 32000  # at 60 beats per minute

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=32000, channels=1) as peer:
            await peer.command("/magnet/prompt", "techno 128 bpm")
            await peer.command("/magnet/prompt/2", "warm pads", 0.5, id=2)
            await peer.command("/magnet/param/steps", "2,1,1,1", id=3)
            await peer.command("/magnet/tempo", 60, id=4)
            await peer.command("/magnet/play", id=5)
            await peer.hear(4.5)
            worker = server.hub.supervisor.pid
            assert worker is not None
            killed_at, seen = peer.frames, len(peer.events)
            os.kill(worker, signal.SIGKILL)
            underrun = await peer.event("underrun")
            await peer.until(lambda: any(e["event"] == "plan" for e in peer.events[seen:]))
            await peer.hear(1.0)
            peer.assert_no_gap()
            after = peer.events[seen:]
            lates = [event["position"] for event in after if event["event"] == "late"]
            assert lates == [underrun["position"]]
            assert underrun["position"] >= killed_at
            assert underrun["samples"] == peer.concealed_frames()
            gap = peer.waveform()[underrun["position"] :, 0][: underrun["samples"]]
            music = peer.waveform()[: underrun["position"], 0]
            assert longest_silence(gap[: 2 * bar]) <= longest_silence(music) + 640
            np.testing.assert_array_equal(gap[640:6400], music[-bar + 640 : -bar + 6400])
            plan = next(event for event in after if event["event"] == "plan")
            assert plan["context_frames"] > 0
            assert (plan["bpm"], plan["steps"]) == (60.0, "2,1,1,1")
            status = server.hub.status("main")
            assert (status["prompt"], status["prompt/2"]) == ("techno 128 bpm", "warm pads")
            assert server.hub.metrics.underruns == server.hub.metrics.worker_restarts == 1
            assert server.hub.metrics.discontinuities == 0

    with_server(scenario, worker=WorkerConfig(model=str(folder)), target=WORKER_TARGET)


async def serve(folder: Path | str, config_home: Path) -> asyncio.subprocess.Process:
    words = ("serve", "--model", str(folder), "--port", "0", "--osc-port", "0")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "daw_bridge.cli", *words),
        stderr=subprocess.PIPE,
        env=os.environ | {"XDG_CONFIG_HOME": str(config_home)},
    )


def test_serve_says_where_it_is_and_leaves_cleanly_on_ctrl_c(folder, tmp_path) -> None:
    async def scenario() -> None:
        process = await serve(folder, tmp_path)
        assert process.stderr is not None
        said = ""
        async with asyncio.timeout(60):
            while "ready:" not in said:
                line = await process.stderr.readline()
                assert line, said
                said += line.decode()
        assert "ws://127.0.0.1:" in said and "udp 127.0.0.1:" in said and "token" in said
        process.send_signal(signal.SIGINT)
        rest = (await asyncio.wait_for(process.communicate(), PATIENCE_S))[1].decode()
        assert process.returncode == 0
        assert "Traceback" not in said + rest

    asyncio.run(scenario())


def test_serve_without_its_model_says_why_and_exits_with_3(tmp_path) -> None:
    async def scenario() -> None:
        process = await serve(tmp_path / "no-such-model", tmp_path)
        said = (await asyncio.wait_for(process.communicate(), 60))[1].decode()
        assert process.returncode == 3
        assert "no-such-model" in said.splitlines()[-1]
        assert "Traceback" not in said

    asyncio.run(scenario())
