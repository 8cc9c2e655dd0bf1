"""magnet-live.scd in real, headless SuperCollider with the real server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from bridge_peers import with_server
from pd_host import PATCHES, free_udp_port
from witness import witness

from daw_bridge.app import RunningServer

PATIENCE_S = 45.0  # the class library is compiled at each start

needs_sclang = pytest.mark.skipif(
    shutil.which("sclang") is None, reason="SuperCollider is not installed (supercollider-language)"
)
needs_scsynth = pytest.mark.skipif(
    shutil.which("sclang") is None or shutil.which("scsynth") is None,
    reason="SuperCollider is not installed (supercollider-language, supercollider-server)",
)


class Sclang:
    """A running sclang, and the lines that it has posted."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def until(self, part: str) -> str:
        """Return the next line that holds a text."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                async for raw in self.process.stdout:
                    line = raw.decode(errors="replace").rstrip()
                    self.lines.append(line)
                    assert "ERROR" not in line, self.lines[-20:]
                    if part in line:
                        return line
        except TimeoutError:
            pass
        raise AssertionError(f"it has not said {part!r}: {self.lines[-20:]}")


@contextlib.asynccontextmanager
async def sclang(folder: Path, osc_port: int, road: str) -> AsyncIterator[Sclang]:
    """Run the example."""
    environment = os.environ | {
        "MAGNET_OSC_PORT": str(osc_port),
        "MAGNET_ROAD": road,
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
    }
    process = await asyncio.create_subprocess_exec(
        *("sclang", "-u", str(free_udp_port()), str(PATCHES / "magnet-live.scd")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        start_new_session=True,  # scsynth is its child, and ends with it
    )
    try:
        yield Sclang(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def run(scenario: Callable[[RunningServer], Awaitable[None]], **config: object) -> None:
    with_server(scenario, **config)


@needs_sclang
def test_it_plays_and_hears_the_answers(tmp_path: Path) -> None:
    async def scenario(server: RunningServer) -> None:
        async with witness(server) as peer, sclang(tmp_path, server.osc_port, "off") as example:
            await example.until("done /magnet/prompt")
            await example.until("done /magnet/play")
            await peer.hear(4800)
            assert server.hub.status("main")["prompt"] == "techno 128 bpm, A minor, kick and bass"
            await peer.say("/magnet/prompt", "purple")
            await example.until("not known, ignored: purple")

    run(scenario)
