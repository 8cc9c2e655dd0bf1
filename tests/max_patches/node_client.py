"""The Node for Max client under real Node, with a stub of max-api, as an asyncio process."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

PATCHES = Path(__file__).parents[2] / "max_patches"
CLIENT = PATCHES / "magnet-live-client.js"
STUBS = Path(__file__).parent / "stubs"
PATIENCE_S = 30.0

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


@functools.cache
def ws_folder() -> Path | None:
    """Return the node_modules that hold ``ws``; installed once where npm can; None where not."""
    beside = PATCHES / "node_modules"
    if (beside / "ws").is_dir():
        return beside
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder = Path(tempfile.gettempdir()) / f"magnet-live-node-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PATCHES / name, folder)
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        words = [npm, "ci", "--no-audit", "--no-fund"]
        subprocess.run(words, cwd=folder, timeout=60, check=True, capture_output=True)
    modules = folder / "node_modules"
    return modules if (modules / "ws").is_dir() else None


@pytest.fixture(scope="session")
def ws() -> Path:
    """Return where ``ws`` is, or skip."""
    folder = ws_folder()
    if folder is None:
        pytest.skip("the package ws is not there, and npm cannot install it")
    return folder


class NodeClient:
    """The script as Max runs it: messages in, messages out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[list[object]] = []

    def send(self, *atoms: object) -> None:
        """Send a message into its inlet."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(atoms).encode() + b"\n")

    async def until(self, condition: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> None:
        """Listen until something is so."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(patience_s):
                while not condition():
                    line = await self.process.stdout.readline()
                    assert line, f"node has ended; it said {self.said[-5:]}"
                    self.said.append(json.loads(line))
        except TimeoutError:
            raise AssertionError(f"waited in vain; it said last: {self.said[-8:]}") from None

    async def next(self, *begin: object) -> list[object]:
        """Return the next message that begins so, dropping those before it."""
        seen = len(self.said)
        size = len(begin)
        await self.until(lambda: any(m[:size] == list(begin) for m in self.said[seen:]))
        return next(m for m in self.said[seen:] if m[:size] == list(begin))

    def all(self, *begin: object) -> list[list[object]]:
        """Return the messages so far that begin so."""
        return [message for message in self.said if message[: len(begin)] == list(begin)]


@contextlib.asynccontextmanager
async def node_client(modules: Path | None, script: Path = CLIENT) -> AsyncIterator[NodeClient]:
    """Run the script; ``modules`` is where it may find ``ws``."""
    paths = [str(STUBS), *([str(modules)] if modules else [])]
    process = await asyncio.create_subprocess_exec(
        *("node", str(script)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"NODE_PATH": os.pathsep.join(paths)},
    )
    try:
        yield NodeClient(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
