"""The command: instant help, clear refusals, documented exit codes."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time

import pytest

from daw_bridge.app import ServerConfig
from daw_bridge.cli import main
from daw_bridge.commands.serve import add_serve
from daw_bridge.devices.virtual_cables import advice

HEAVY = ("torch", "numpy", "asyncio", "websockets", "transformers", "soundfile", "magnet_core")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "daw_bridge.cli", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", [(), ("serve",), ("generate",), ("convert",), ("devices",)])
def test_help_imports_nothing_heavy(command) -> None:
    words = [sys.executable, "-X", "importtime", "-m", "daw_bridge.cli", *command, "--help"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert "usage: magnet-live" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & set(HEAVY)


@pytest.mark.slow  # it measures time: what it must not import is tested above
def test_help_is_instant() -> None:
    """Under 0.3 s on an idle machine; the best of three on a busy one."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        assert run("--help").returncode == 0
        times.append(time.perf_counter() - started)
    assert min(times) < 0.3


def test_train_help_does_not_load_the_model() -> None:
    done = run("train", "--help")
    assert done.returncode == 0
    assert "--device" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["sing"],
        ["serve", "--port", "70000"],
        ["serve", "--osc-port", "-1"],
        ["serve", "--lead-ms", "5"],
        ["generate"],
        ["train", "--recipe", "bundled", "--data", "."],
    ],
)
def test_a_wrong_command_line_exits_with_2(words, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: magnet-live" in capsys.readouterr().err


def test_a_port_in_use_is_named_with_its_option(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", 0))
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp_port, tcp_port = udp.getsockname()[1], tcp.getsockname()[1]
        assert main(["serve", "--osc-port", str(udp_port), "--port", "0"]) == 3
        error = capsys.readouterr().err
        assert f"OSC port {udp_port}" in error and "in use" in error and "--osc-port" in error
        assert main(["serve", "--osc-port", "0", "--port", str(tcp_port)]) == 3
        error = capsys.readouterr().err
        assert f"WebSocket port {tcp_port}" in error and "--port" in error


def test_what_serve_is_not_told_is_as_the_server_has_it() -> None:
    parser, config = argparse.ArgumentParser(), ServerConfig()
    add_serve(parser)
    args = parser.parse_args([])
    assert (args.host, args.osc_port, args.port) == (config.host, config.osc_port, config.port)
    assert args.lead_ms == config.lead_ms


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_ours_is_named(host, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert main(["serve", "--osc-port", "0", "--port", "0", "--host", host]) == 3
    assert host in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--seconds", "nan"], "seconds is nan"),
        (["--seconds", "0"], "seconds is 0"),
        (["-o", "no/such/folder/out.wav"], "not a folder"),
        (["--prompt-audio", "missing.wav"], "missing.wav cannot be read as audio"),
        (["--rescore-weight", "1.5"], "rescore_weight is 1.5; it must be a number from 0 to 1"),
        (["--rescore-weight", "nan"], "rescore_weight is nan"),
        (["--rescorer", "no-such-model"], "--rescorer needs --rescore-weight"),
    ],
)
def test_generate_refuses_before_it_loads_a_model(words, what, capsys) -> None:
    assert main(["generate", "warm pads", "--model", "no-such-model", *words]) == 1
    assert what in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--data", "no/such/folder"], "no/such/folder does not exist; it must be a folder"),
        (["--data", __file__], "test_cli.py is a file; it must be a folder"),
        (["--data", ".", "--pieces", "5"], "--pieces is for --recipe"),
        (["--data", ".", "--threads", "0"], "threads is 0"),
        (["--device", "abacus"], "'abacus' is no device"),
    ],
)
def test_train_refuses_before_it_loads_a_model(words, what, capsys) -> None:
    assert main(["train", "--from", "no-such-model", *words]) == 1
    assert what in capsys.readouterr().err


def test_convert_of_what_is_no_checkpoint_exits_with_1(tmp_path, capsys) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["convert", str(tmp_path / "empty"), str(tmp_path / "out")]) == 1
    assert "empty" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--audio-out", "--audio-in"])
def test_serve_lists_the_audio_devices_instead_of_serving(option, capsys) -> None:
    assert main(["serve", option, "list"]) == 0
    assert "audio devices" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("platform", "cable"),
    [("darwin", "BlackHole"), ("win32", "CABLE Input"), ("linux", "pw-jack"), ("sunos", "JACK")],
)
def test_cables_are_explained_for_each_system(platform, cable) -> None:
    text = advice(platform)
    assert cable in text and "--audio-out" in text
    for daw in ("Live", "Reaper", "Bitwig", "Logic"):
        assert daw in text


def test_devices_lists_what_there_is(capsys) -> None:
    assert main(["devices"]) == 0
    listed = capsys.readouterr().out
    assert "audio devices" in listed and "cpu:" in listed
    assert "In the DAW" in listed
