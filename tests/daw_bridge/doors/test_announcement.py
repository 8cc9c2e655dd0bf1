"""Zeroconf, in a network namespace with nothing but a loopback interface."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bridge_peers import serving

from daw_bridge.errors import TransportError

FOLDER = Path(__file__).parents[1]


def in_a_network_of_its_own(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command where no packet can leave this machine."""
    script = 'ip link set lo up && exec "$@"'
    return subprocess.run(
        ["unshare", "-n", "sh", "-c", script, "sh", *command],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=FOLDER,
        check=False,
    )


@pytest.fixture
def _network_namespace() -> None:
    for program in ("unshare", "ip"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")
    tried = in_a_network_of_its_own("true")
    if tried.returncode:
        pytest.skip(f"no network namespace can be made here: {tried.stderr.strip()}")


@pytest.mark.usefixtures("_network_namespace")
def test_two_servers_are_found_under_names_of_their_own() -> None:
    pytest.importorskip("zeroconf", reason="the extra [zeroconf] is not installed")
    path = f"{FOLDER}:{FOLDER.parents[1]}"
    ran = in_a_network_of_its_own("env", f"PYTHONPATH={path}", sys.executable, "zeroconf_peer.py")
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    expected = [
        [kind, ["127.0.0.1"], pair[index]]
        for index, kind in enumerate(("_osc._udp.local.", "_oscjson._tcp.local."))
        for pair in seen["ports"]
    ]
    assert sorted(seen["found"]) == sorted(expected)
    assert [seen["info"]["OSC_PORT"], seen["info"]["WS_PORT"]] == seen["ports"][0]


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is started."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(TransportError, match=r"pip install 'magnet-live\[zeroconf\]'"):
        start("127.0.0.1")


def test_a_host_name_is_not_announced() -> None:
    pytest.importorskip("zeroconf", reason="the extra [zeroconf] is not installed")
    with pytest.raises(TransportError, match=r"as an IP address, not 'studio\.lan'"):
        start("studio.lan")


def start(host: str) -> None:
    async def run() -> None:
        async with serving(host=host, zeroconf=True):
            raise AssertionError("it started")

    asyncio.run(run(), debug=True)
