"""A server on free ports with the synthetic worker, and clients that use real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from pythonosc.osc_message import OscMessage
from websockets.asyncio.client import ClientConnection, connect

from daw_bridge.app import RunningServer, ServerConfig, running_server
from daw_bridge.audio.pcm import HEADER_BYTES, PcmFormat, PcmHeader
from daw_bridge.messages import encode_osc
from daw_bridge.worker_protocol import FLAG_CONCEALED, Value, WorkerConfig

PATIENCE_S = 15.0


@contextlib.asynccontextmanager
async def serving(
    options: dict[str, Value] | None = None,
    clock: Callable[[], float] = time.monotonic,
    **config: Any,
) -> AsyncIterator[RunningServer]:
    """Run a server; ``config`` is more of its ServerConfig."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "worker": WorkerConfig(model="synthetic", options=options or {}),
            "osc_port": 0,
            "port": 0,
            "token_folder": Path(folder),
            "takes_folder": Path(folder) / "takes",
            "target": "synthetic_worker:run_worker",
        } | config
        async with running_server(ServerConfig(**settings), clock=clock) as server:
            yield server


def with_server(scenario: Callable[[RunningServer], Awaitable[None]], **config: Any) -> None:
    """Run a scenario against a fresh server, on a fresh event loop in debug mode."""

    async def run() -> None:
        async with asyncio.timeout(60), serving(**config) as server:
            await scenario(server)

    asyncio.run(run(), debug=True)


BROWSER = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


def get(path: str, server: RunningServer, *more: str, host: str | None = None) -> str:
    """Return a request; ``more`` are further header lines."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{server.port}'}", *more]
    return "\r\n".join([*lines, "", ""])


async def http(server: RunningServer, request: str | bytes) -> tuple[int, str, bytes]:
    """Send raw bytes; return the status (0: no answer), the headers and the body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request.encode() if isinstance(request, str) else request)
    try:
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, _, headers = head.decode("latin-1").partition("\r\n")
    return int(status.split()[1]) if status else 0, headers, body


class WsPeer:
    """A WebSocket client that keeps everything it gets."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.events: list[dict[str, Any]] = []
        self.packets: list[tuple[PcmHeader, np.ndarray]] = []

    async def say(self, message: dict[str, Any]) -> None:
        await self.connection.send(json.dumps(message))

    async def command(self, address: str, *args: Value, id: int | str = 1) -> dict[str, Any]:
        """Send a command; return its done or fail."""
        await self.say({"cmd": address, "args": list(args), "id": id})
        seen = len(self.events)
        await self.until(lambda: any(event.get("id") == id for event in self.events[seen:]))
        return next(event for event in self.events[seen:] if event.get("id") == id)

    async def event(self, name: str) -> dict[str, Any]:
        """Return the next event of a name that comes from now on."""
        seen = len(self.events)
        await self.until(lambda: any(e["event"] == name for e in self.events[seen:]))
        return next(e for e in self.events[seen:] if e["event"] == name)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._take(await self.connection.recv())

    async def hear(self, seconds: float) -> None:
        """Receive so much PCM."""
        wanted = self.frames + seconds * (self.packets[0][0].sample_rate if self.packets else 48000)
        await self.until(lambda: self.frames >= wanted)

    @property
    def frames(self) -> int:
        return sum(header.frames for header, _ in self.packets)

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self.events.append(json.loads(message))
            return
        header = PcmHeader.unpack(message)
        kind = "<f4" if header.format is PcmFormat.F32 else "<i2"
        samples = np.frombuffer(message[HEADER_BYTES:], kind).reshape(-1, header.channels)
        assert header.sequence == len(self.packets), "a sequence number is missing"
        self.packets.append((header, samples))

    def assert_no_gap(self) -> None:
        """Check that the PCM so far is one piece."""
        for (before, _), (after, _) in zip(self.packets, self.packets[1:], strict=False):
            assert after.position == before.position + before.frames

    def waveform(self) -> np.ndarray:
        return np.concatenate([samples for _, samples in self.packets])

    def concealed_frames(self) -> int:
        return sum(h.frames for h, _ in self.packets if h.flags & FLAG_CONCEALED)


@contextlib.asynccontextmanager
async def ws_peer(
    server: RunningServer, *, origin: str | None = None, **hello: Any
) -> AsyncIterator[WsPeer]:
    """Connect and say hello; the first event that is kept is ``ready``."""
    url = f"ws://127.0.0.1:{server.port}/ws"
    async with connect(url, compression=None, origin=origin, close_timeout=0.3) as connection:
        peer = WsPeer(connection)
        await peer.say({"cmd": "hello", "version": 1} | hello)
        await peer.until(lambda: any(event["event"] == "ready" for event in peer.events))
        while peer.events[0]["event"] == "worker":  # what it is told while the model loads
            del peer.events[0]
        assert peer.events[0]["event"] == "ready"
        yield peer


class OscPeer:
    """A UDP socket that speaks OSC."""

    def __init__(self, server_port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]
        self._server = ("127.0.0.1", server_port)

    def send(self, address: str, *args: Value) -> None:
        self.send_bytes(encode_osc(address, args))

    def send_bytes(self, datagram: bytes) -> None:
        self.socket.sendto(datagram, self._server)

    async def receive(self) -> OscMessage:
        async with asyncio.timeout(PATIENCE_S):
            loop = asyncio.get_running_loop()
            return OscMessage(await loop.sock_recv(self.socket, 65535))

    async def until(self, address: str) -> OscMessage:
        """Return the next message of an address, dropping others."""
        while True:
            message = await self.receive()
            if message.address == address:
                return message

    async def ask(self, address: str, *args: Value) -> OscMessage:
        """Send a command; return its answer."""
        self.send(address, *args)
        while True:
            message = await self.receive()
            if not message.address.startswith("/magnet/event/"):
                return message

    async def silence(self, seconds: float) -> None:
        """Check that nothing comes for a while."""
        try:
            async with asyncio.timeout(seconds):
                loop = asyncio.get_running_loop()
                message = OscMessage(await loop.sock_recv(self.socket, 65535))
        except TimeoutError:
            return
        raise AssertionError(f"got {message}")


@contextlib.contextmanager
def osc_peer(server: RunningServer) -> Any:
    """Open an OSC client."""
    peer = OscPeer(server.osc_port)
    try:
        yield peer
    finally:
        peer.socket.close()
