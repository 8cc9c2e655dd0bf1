"""Ableton Link between real peers, in a network namespace with nothing but a loopback."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from daw_bridge.cli import main
from daw_bridge.tempo.link_clock import LinkClock

HERE = Path(__file__).parents[1]


@functools.cache
def why_not() -> str:
    """Return why Link cannot be tested here; empty where it can."""
    if importlib.util.find_spec("aalink") is None:
        return "aalink is not installed (pip install aalink)"
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "unshare or ip is not installed (util-linux, iproute2)"
    tried = subprocess.run(
        ["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False
    )
    return "" if tried.returncode == 0 else "this user may not make a network namespace"


def in_a_network_of_its_own(scenario: str) -> dict[str, Any]:
    if reason := why_not():
        pytest.skip(reason)
    command = f'ip link set lo up && exec "$0" {HERE / "link_scenario.py"} {scenario}'
    ran = subprocess.run(
        ["unshare", "-n", "sh", "-c", command, sys.executable],
        capture_output=True,
        text=True,
        timeout=100,
        env=os.environ | {"PYTHONPATH": f"{HERE.parents[1]}:{HERE}"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def test_a_clock_joins_a_session_without_changing_it() -> None:
    told = in_a_network_of_its_own("clocks")
    assert told["joined"] == pytest.approx([97.0, 97.0], abs=0.01)
    assert abs(told["phase_error_beats"]) < 0.01
    assert (told["alone"], told["detail"]) == ("nobody else is there", "1 peer")
    assert told["playing"] is False
    assert told["followed"] == pytest.approx([141.5], abs=0.01)
    assert told["late_peer_finds"] == pytest.approx(88.0, abs=0.01)


def test_a_server_follows_tempo_phase_and_transport_of_a_peer() -> None:
    told = in_a_network_of_its_own("server")
    source, bpm, detail = told["event"]
    assert (source, detail) == ("link", "1 peer")
    assert bpm == pytest.approx(112.0, abs=0.01)
    assert told["bpm"] == pytest.approx(123.4, abs=0.01)
    assert abs(told["phase_error_beats"]) < 0.1
    address, reason = told["refused"]
    assert address == "/magnet/fail" and "follows link" in reason
    assert told["peer_tempo"] == pytest.approx(123.4, abs=0.01)
    assert told["status"] == "link"


def test_link_is_off_where_it_was_not_asked_for() -> None:
    clock = LinkClock(follow_transport=False)
    assert clock.read(0.0) is None
    clock.offer(120.0)
    asyncio.run(clock.close())


def test_without_aalink_the_error_says_what_to_install(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setitem(sys.modules, "aalink", None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert main(["serve", "--link", "--port", "0", "--osc-port", "0"]) == 3
    said = capsys.readouterr().err
    assert "magnet-live[link]" in said and "GPL" in said
