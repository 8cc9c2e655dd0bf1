"""magnet-live.pd in real, headless Pure Data: as an object in a patch that a test talks to.

The patch around it passes messages both ways over one TCP connection, as Pd writes them (FUDI).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

PATCHES = Path(__file__).parents[2] / "max_patches"
PATIENCE_S = 20.0

needs_pd = pytest.mark.skipif(
    shutil.which("pd") is None, reason="Pure Data is not installed (puredata-core)"
)


def host_patch(test_port: int, osc_port: int, reply_port: int, recording: str = "") -> str:
    """Return a patch around ``[magnet-live]``; ``rec 1`` records its outlets into a file."""
    lines = [
        "#N canvas 0 0 600 400 12;",
        "#X obj 20 20 loadbang;",
        f"#X msg 20 50 connect 127.0.0.1 {test_port};",
        "#X obj 20 80 netsend;",
        "#X obj 20 110 route rec start quit;",
        f"#X obj 20 200 magnet-live {osc_port} {reply_port};",
        "#X obj 20 240 list prepend send;",
        "#X obj 20 270 list trim;",
        "#X obj 300 240 writesf~ 2;",
        f"#X msg 300 140 open -wave -bytes 4 {recording or 'none'};",
        "#X msg 300 200 start;",
        "#X msg 420 200 stop;",
        "#X msg 420 140 \\; pd quit;",
        "#X obj 300 110 sel 1 0;",
        "#X obj 200 140 t b b;",
        "#X connect 0 0 1 0;",
        "#X connect 1 0 2 0;",
        "#X connect 2 1 3 0;",
        "#X connect 3 0 12 0;",
        "#X connect 12 0 13 0;",
        "#X connect 13 1 8 0;",
        "#X connect 13 0 9 0;",
        "#X connect 12 1 10 0;",
        "#X connect 8 0 7 0;",
        "#X connect 9 0 7 0;",
        "#X connect 10 0 7 0;",
        "#X connect 3 2 11 0;",
        "#X connect 3 3 4 0;",
        "#X connect 4 0 7 0;",
        "#X connect 4 1 7 1;",
        "#X connect 4 2 5 0;",
        "#X connect 5 0 6 0;",
        "#X connect 6 0 2 0;",
    ]
    return "\n".join(lines) + "\n"


def free_udp_port() -> int:
    """Return a port that nobody has at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class PdHost:
    """A running Pd with the patch in it.

    Attributes:
        said: the messages from the patch's outlet: words without backslashes.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[list[str]] = []
        self.complaints: list[str] = []
        self._writer: asyncio.StreamWriter | None = None
        self._connected = asyncio.Event()
        self._news = asyncio.Event()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what Pd sends."""
        self._writer = writer
        self._connected.set()
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                line = (await reader.readuntil(b";\n")).decode().rstrip(";\n")
                words = re.split(r"(?<!\\) ", line.replace("\n", " "))
                self.said.append([re.sub(r"\\(.)", r"\1", word) for word in words])
                self._news.set()

    async def listen_to_complaints(self) -> None:
        """Keep what Pd prints."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            if not line.startswith(b"verbose("):  # a busy machine: a socket was waited for
                self.complaints.append(line.decode(errors="replace").rstrip())

    async def connected(self) -> None:
        """Wait until the patch is there."""
        await asyncio.wait_for(self._connected.wait(), PATIENCE_S)

    def send(self, message: str) -> None:
        """Send a message, as one would write it into a message box."""
        assert self._writer is not None
        self._writer.write(message.encode() + b";\n")

    async def next(self, *begin: str, since: int | None = None) -> list[str]:
        """Return the next message from the outlet that begins so."""
        seen = len(self.said) if since is None else since
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    for words in self.said[seen:]:
                        if words[: len(begin)] == list(begin):
                            return words
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {begin}; {self.said[-6:]}; {self.complaints}") from None

    async def tell(self, message: str, *answer: str) -> list[str]:
        """Send a message; return the answer that begins so."""
        seen = len(self.said)
        self.send(message)
        return await self.next(*answer, since=seen)


@contextlib.asynccontextmanager
async def pd_host(
    folder: Path,
    osc_port: int,
    *,
    options: Sequence[str] = ("-noaudio",),
    recording: str = "",
    environment: dict[str, str] | None = None,
) -> AsyncIterator[PdHost]:
    """Run the patch in Pd."""
    hosts: list[PdHost] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not hosts:
            await asyncio.sleep(0.01)
        await hosts[0].accept(reader, writer)
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    patch = folder / "host.pd"
    port = server.sockets[0].getsockname()[1]
    patch.write_text(host_patch(port, osc_port, free_udp_port(), recording))
    process = await asyncio.create_subprocess_exec(
        *("pd", "-nogui", "-nomidi", "-nrt", "-stderr", "-noprefs", *options),
        *("-path", str(PATCHES), "-open", str(patch)),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    host = PdHost(process)
    hosts.append(host)
    complaining = asyncio.create_task(host.listen_to_complaints())
    try:
        await host.connected()
        yield host
        host.send("quit")
        await asyncio.wait_for(process.wait(), 10)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        server.close()
        await complaining
