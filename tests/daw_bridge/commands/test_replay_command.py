"""``serve --log-dir`` and ``replay``: from a real worker's log to the same samples in a file."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from bridge_peers import with_server, ws_peer

from daw_bridge.app import RunningServer
from daw_bridge.cli import main
from daw_bridge.commands.replay import container
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.supervision.worker_link import SocketConnection
from daw_bridge.worker.process import run_worker
from daw_bridge.worker_protocol import (
    FLAG_CONCEALED,
    Close,
    Done,
    Ready,
    Shutdown,
    WorkerConfig,
)
from magnet_core.checkpoints import native
from magnet_core.runtime.log_reader import read_log
from tests.daw_bridge.worker.test_process import PATIENCE_S, Server
from tests.magnet_core.runtime.tiny import tiny_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder."""
    path = tmp_path_factory.mktemp("model") / "tiny"
    native.save(tiny_model(), path)
    return path


@contextlib.contextmanager
def working(config: WorkerConfig) -> Iterator[Server]:
    """A whole worker in a thread, from its start to its Shutdown."""
    ours, theirs = socket.socketpair()
    server, connection = SocketConnection(ours), SocketConnection(theirs)
    thread = threading.Thread(target=run_worker, args=(connection, config))
    thread.start()
    try:
        assert server.poll(PATIENCE_S)
        assert isinstance(server.recv(), Ready)
        yield Server(server)
        server.send(Shutdown())
    finally:
        thread.join(PATIENCE_S)
        server.close()
        connection.close()
        gc.unfreeze()
    assert not thread.is_alive()


def play_a_set(server: Server, name: str, words: str) -> None:
    assert isinstance(server.ask(name, "/magnet/prompt", words), Done)
    assert isinstance(server.ask(name, "/magnet/param/steps", "3,1,1,1"), Done)
    assert isinstance(server.ask(name, "/magnet/play"), Done)
    server.hear(name, 70)
    assert isinstance(server.ask(name, "/magnet/tempo", 150.0), Done)
    assert isinstance(server.ask(name, "/magnet/prompt/2", "warm pads", 0.5), Done)
    server.hear(name, 60)
    assert isinstance(server.ask(name, "/magnet/stop"), Done)
    assert isinstance(server.ask(name, "/magnet/reset", "now"), Done)
    assert isinstance(server.ask(name, "/magnet/again"), Done)
    assert isinstance(server.ask(name, "/magnet/play"), Done)
    server.hear(name, 60)
    assert isinstance(server.ask(name, "/magnet/stop"), Done)


@pytest.fixture(scope="module")
def logged(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """The log of a set, and what came out of the worker, ``[N, C]``."""
    logs = tmp_path_factory.mktemp("logs") / "made" / "for it"
    with working(WorkerConfig(model=str(folder), log_folder=str(logs))) as server:
        server.open("main")
        play_a_set(server, "main", "techno 128 bpm")
        pcm = server.waveform("main").T
    (log,) = logs.iterdir()
    return log, pcm


def test_replay_writes_the_samples_that_the_worker_sent(
    logged: tuple[Path, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bit for bit, with a progress bar and no warning, and no file but the one asked for."""
    log, pcm = logged
    output = tmp_path / "out.wav"
    assert main(["replay", str(log), "-o", str(output)]) == 0
    found, sample_rate = soundfile.read(output, dtype="float32", always_2d=True)
    assert (sample_rate, soundfile.info(output).subtype) == (32000, "FLOAT")
    np.testing.assert_array_equal(found, pcm)
    printed = capsys.readouterr()
    assert f"{len(pcm) / 32000:.2f} s of session main" in printed.out
    assert "decoding: 100%" in printed.err
    assert "magnet-live:" not in printed.err
    assert [path.name for path in tmp_path.iterdir()] == ["out.wav"]


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [("1.5:2.25", 48000, 72000), (":0.5", 0, 16000), ("2.5:", 80000, None), ("3:999", 96000, None)],
)
def test_part_of_a_log_is_written(
    logged: tuple[Path, np.ndarray], tmp_path: Path, part: str, first: int, last: int | None
) -> None:
    log, pcm = logged
    output = tmp_path / "out.wav"
    assert main(["replay", str(log), "-o", str(output), "--seconds", part]) == 0
    found = soundfile.read(output, dtype="float32", always_2d=True)[0]
    np.testing.assert_array_equal(found, pcm[first:last])


def test_log_says_who_played_and_what_was_asked_for(
    logged: tuple[Path, np.ndarray], folder: Path
) -> None:
    """Every control with the sample at which it is first heard, as its sender was told."""
    log, pcm = logged
    record = read_log(log)
    assert (record.header.session, record.header.source) == ("main", str(folder.resolve()))
    assert (record.end, record.warnings) == (len(pcm), ())
    controls = [values for kind, values in record.remarks if kind == "control"]
    assert [(control["address"], control["args"]) for control in controls] == [
        ("/magnet/prompt", ["techno 128 bpm"]),
        ("/magnet/param/steps", ["3,1,1,1"]),
        ("/magnet/play", []),
        ("/magnet/tempo", [150.0]),
        ("/magnet/prompt/2", ["warm pads", 0.5]),
        ("/magnet/stop", []),
        ("/magnet/reset", ["now"]),
        ("/magnet/again", []),
        ("/magnet/play", []),
        ("/magnet/stop", []),
    ]
    for control in controls:
        assert 0 <= control["position"] <= control["sample"] <= len(pcm) + 32000


def test_sessions_share_a_worker_and_not_a_log(folder: Path, tmp_path: Path) -> None:
    """Each plays on, whoever works at the moment, and is replayed by itself."""
    with working(WorkerConfig(model=str(folder), log_folder=str(tmp_path / "logs"))) as server:
        server.open("main", "other")
        for name, words in (("main", "dub 90 bpm"), ("other", "house")):
            server.ask(name, "/magnet/prompt", words)
            server.ask(name, "/magnet/play")
        server.until(lambda: min(server.position(name) for name in server.chunks) > 200 * 640)
        server.say(Close("other"))
        server.ask("main", "/magnet/stop")
        heard = {name: server.waveform(name).T for name in server.chunks}
    logs = {read_log(path).header.session: path for path in (tmp_path / "logs").iterdir()}
    assert set(logs) == {"main", "other"}
    for name, pcm in heard.items():
        output = tmp_path / f"{name}.wav"
        assert main(["replay", str(logs[name]), "-o", str(output)]) == 0
        found = soundfile.read(output, dtype="float32", always_2d=True)[0]
        assert len(found) >= len(pcm)  # what "other" had ready may have gone out unread
        np.testing.assert_array_equal(found[: len(pcm)], pcm)


def test_folder_that_vanishes_does_not_stop_the_music(folder: Path, tmp_path: Path) -> None:
    """Neither before a session is opened nor while it plays."""
    logs = tmp_path / "logs"
    with working(WorkerConfig(model=str(folder), log_folder=str(logs))) as server:
        server.open("main")
        server.ask("main", "/magnet/play")
        server.hear("main", 20)
        shutil.rmtree(logs)
        logs.write_text("in the way")
        server.open("other")
        server.ask("other", "/magnet/play")
        server.hear("main", 80)
        server.hear("other", 30)
    assert logs.read_text() == "in the way"


@pytest.mark.parametrize(
    ("hours", "channels", "name"), [(9, 1, "WAV"), (10, 1, "RF64"), (4, 2, "WAV"), (5, 2, "RF64")]
)
def test_long_sets_go_into_a_file_that_can_hold_them(hours: int, channels: int, name: str) -> None:
    """A WAV ends at 4 GiB: 9.3 hours of mono floats at 32 kHz."""
    assert container(hours * 3600 * 32000, channels) == name


# -- what is refused -------------------------------------------------------------------------------


def test_other_model_is_refused_unless_forced(
    logged: tuple[Path, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, pcm = logged
    model = tiny_model()
    with torch.no_grad():
        model.lm.out_norm.weight.mul_(1.5)
    native.save(model, tmp_path / "louder")
    words = ["replay", str(log), "-o", str(tmp_path / "out.wav"), "--model"]
    assert main([*words, str(tmp_path / "louder")]) == 1
    assert "the log was made with other weights" in capsys.readouterr().err
    assert not (tmp_path / "out.wav").exists()
    assert main([*words, str(tmp_path / "louder"), "--force"]) == 0
    assert "the log was made with other weights" in capsys.readouterr().err
    found = soundfile.read(tmp_path / "out.wav", dtype="float32", always_2d=True)[0]
    assert found.shape == pcm.shape
    assert not np.array_equal(found, pcm)


def test_replay_computes_in_the_precision_of_the_log(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A GPU's log, say: those weights again, and the same samples, without being asked."""
    config = WorkerConfig(model=str(folder), dtype="bfloat16", log_folder=str(tmp_path / "logs"))
    with working(config) as server:
        server.open("main")
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 40)
        assert isinstance(server.ask("main", "/magnet/stop"), Done)
        pcm = server.waveform("main").T
    (log,), output = (tmp_path / "logs").iterdir(), tmp_path / "out.wav"
    assert read_log(log).header.dtype == "bfloat16"
    assert main(["replay", str(log), "-o", str(output)]) == 0
    assert "differ" not in capsys.readouterr().err
    found, _ = soundfile.read(output, dtype="float32", always_2d=True)
    np.testing.assert_array_equal(found[: len(pcm)], pcm)


def test_other_number_of_threads_is_a_warning(
    logged: tuple[Path, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, _ = logged
    before = torch.get_num_threads()
    try:
        words = ["replay", str(log), "-o", str(tmp_path / "out.wav"), "--seconds", ":0.1"]
        assert main([*words, "--threads", "2"]) == 0
    finally:
        torch.set_num_threads(before)
    assert "threads was 1 and is 2: the last bits may differ" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["no-such-log"], "no-such-log cannot be read"),
        ([__file__], "is no session log"),
        (["LOG", "-o", "no/such/folder/out.wav"], "not a folder"),
        (["LOG", "--seconds", "1000:1001"], "nothing is there to write: the log has"),
        (["LOG", "--model", "no-such-model"], "no-such-model"),
        (["LOG", "--device", "abacus"], "abacus"),
    ],
)
def test_replay_refuses_with_a_reason(
    words: list[str],
    what: str,
    logged: tuple[Path, np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 1, and no file."""
    monkeypatch.chdir(tmp_path)
    assert main(["replay", *(str(logged[0]) if word == "LOG" else word for word in words)]) == 1
    assert what in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_log_that_promises_too_much_leaves_no_file(
    logged: tuple[Path, np.ndarray], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found out at the end: the part that was written is taken away."""
    lines = [json.loads(line) for line in logged[0].read_text().splitlines()]
    lines[-1]["position"] += 10**6
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["replay", str(log), "-o", str(tmp_path / "out.wav")]) == 1
    assert "the plans in the log end at sample" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonl"]


@pytest.mark.parametrize("part", ["5", "3:2", "x:2", "nan:1", ":nan", "-1:2", ""])
def test_part_that_is_none_exits_with_2(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["replay", "log", f"--seconds={part}"])
    assert caught.value.code == 2
    assert "is not A:B" in capsys.readouterr().err


def test_help_imports_nothing_heavy() -> None:
    words = [sys.executable, "-X", "importtime", "-m", "daw_bridge.cli", "replay", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert "usage: magnet-live replay" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"torch", "numpy", "soundfile", "magnet_core", "asyncio"}


# -- through the whole server ----------------------------------------------------------------------


def test_log_folder_that_cannot_be_is_refused_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is loaded: a set that is not logged is noticed too late."""
    (tmp_path / "file").touch()
    assert main(["serve", "--log-dir", str(tmp_path / "file"), "--model", "no-such-model"]) == 1
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_killed_worker_leaves_a_log_that_can_be_replayed(folder: Path, tmp_path: Path) -> None:
    """What listeners had heard by then, to the last bit; and so can that of the next worker."""
    logs, heard = tmp_path / "logs", []

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=32000, channels=1) as peer:
            await peer.command("/magnet/param/level", 0)
            await peer.command("/magnet/prompt", "techno 128 bpm", id=3)
            await peer.command("/magnet/play", id=2)
            await peer.hear(2.0)
            worker = server.hub.supervisor.pid
            assert worker is not None
            seen = len(peer.events)
            music = takewhile(lambda packet: not packet[0].flags & FLAG_CONCEALED, peer.packets)
            heard.extend(samples for _, samples in music)
            os.kill(worker, signal.SIGKILL)
            await peer.until(lambda: any(e["event"] == "plan" for e in peer.events[seen:]))
            await peer.hear(1.0)

    config = WorkerConfig(model=str(folder), log_folder=str(logs))
    with_server(scenario, worker=config, target=WORKER_TARGET)
    first, second = sorted(logs.iterdir(), key=lambda path: path.stat().st_mtime)
    assert read_log(first).end is None
    assert read_log(second).end is not None
    assert any(kind == "resumed" for kind, _ in read_log(second).remarks)
    found = []
    for log in (first, second):
        output = tmp_path / f"{log.stem}.wav"
        assert main(["replay", str(log), "-o", str(output)]) == 0
        found.append(soundfile.read(output, dtype="float32", always_2d=True)[0])
    faded_in = 640  # by the server
    music = np.concatenate(heard)[faded_in:]
    assert len(music) > 32000
    np.testing.assert_array_equal(found[0][faded_in : faded_in + len(music)], music)
    assert np.abs(found[1][:3200]).max() > 0


def test_serve_logs_where_it_is_told(folder: Path, tmp_path: Path) -> None:
    """The command itself: a log of the session that is always there, whole after Ctrl-C."""
    logs = tmp_path / "logs"
    words = ["serve", "--model", str(folder), "--port", "0", "--osc-port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "daw_bridge.cli", *words, "--log-dir", str(logs)],
        stderr=subprocess.PIPE,
        env=os.environ | {"XDG_CONFIG_HOME": str(tmp_path)},
    )
    try:
        deadline = time.monotonic() + 60
        while not (logs.is_dir() and any(logs.iterdir())):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE_S)[1].decode()
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, said
    (log,) = logs.iterdir()
    assert (read_log(log).header.session, read_log(log).end) == ("main", 0)
