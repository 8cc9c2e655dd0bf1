"""The server, wired: hub, OSC, WebSocket and HTTP, audio device.

Threading: one event loop; the audio callback is the only other thread that lasts.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from daw_bridge.access import Access, config_folder, is_loopback, load_token
from daw_bridge.audio_device import play_to_device
from daw_bridge.hub import Hub
from daw_bridge.osc_server import OscServer
from daw_bridge.session import DEFAULT_LEAD_MS
from daw_bridge.supervisor import SILENCE_LIMIT_S, WORKER_TARGET
from daw_bridge.worker_protocol import WorkerConfig
from daw_bridge.ws_server import WsServer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """What ``magnet-live serve`` is told.

    Attributes:
        worker: what the worker loads, and where it computes.
        host: address that both ports listen on.
        osc_port, port: UDP for OSC, TCP for WebSocket and HTTP; 0 takes a free one.
        audio_out: name or number of an output device; None plays to none.
        lead_ms: lead of new sessions.
        token_folder: where the token is kept.
        target: the worker's "module:function".
        hello_timeout_s, too_slow_s: patience with WebSocket clients.
        silence_limit_s: patience with a worker that is ready, is waited for and sends nothing.
    """

    worker: WorkerConfig = field(default_factory=WorkerConfig)
    host: str = "127.0.0.1"
    osc_port: int = 9000
    port: int = 9001
    audio_out: str | None = None
    lead_ms: float = DEFAULT_LEAD_MS
    token_folder: Path = field(default_factory=config_folder)
    target: str = WORKER_TARGET
    hello_timeout_s: float = 10.0
    too_slow_s: float = 5.0
    silence_limit_s: float = SILENCE_LIMIT_S


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that has its ports.

    Attributes:
        hub: its middle.
        osc_port, port: the ports bound.
        token: what strangers must show.
    """

    hub: Hub
    osc_port: int
    port: int
    token: str


@contextlib.asynccontextmanager
async def running_server(
    config: ServerConfig, *, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[RunningServer]:
    """Run a server while the context is open.

    Raises:
        TransportError: a port cannot be had.
    """
    token = load_token(config.token_folder)
    hub = Hub(
        config=config.worker,
        access=Access(token, is_loopback(config.host)),
        clock=clock,
        target=config.target,
        lead_ms=config.lead_ms,
        silence_limit_s=config.silence_limit_s,
    )
    osc = OscServer(hub)
    websocket = WsServer(hub, hello_timeout_s=config.hello_timeout_s, too_slow_s=config.too_slow_s)
    tasks: list[asyncio.Task[None]] = []
    try:
        osc_port = await osc.start(config.host, config.osc_port)
        port = await websocket.start(config.host, config.port)
        hub.supervisor.start()
        tasks.append(asyncio.create_task(hub.run()))
        if config.audio_out is not None:
            tasks.append(asyncio.create_task(play_to_device(hub, config.audio_out)))
        yield RunningServer(hub, osc_port, port, token)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await websocket.close()
        osc.close()
        await hub.supervisor.close()


async def serve_until_stopped(config: ServerConfig) -> None:
    """Run a server until SIGINT or SIGTERM.

    Raises:
        TransportError: a port cannot be had, or the model cannot be loaded.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises instead
            loop.add_signal_handler(number, stop.set)
    async with running_server(config) as server:
        _say_where(config, server)
        loading = asyncio.create_task(server.hub.wait_for_model())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((loading, stopping), return_when=asyncio.FIRST_COMPLETED)
            if loading.done():
                loading.result()
                log.info("ready: %s", server.hub.supervisor.detail)
                await stopping
        finally:
            loading.cancel()
            stopping.cancel()


def _say_where(config: ServerConfig, server: RunningServer) -> None:
    host = f"[{config.host}]" if ":" in config.host else config.host
    log.info("OSC         udp %s:%d", host, server.osc_port)
    log.info("WebSocket   ws://%s:%d/ws", host, server.port)
    log.info("page        http://%s:%d/", host, server.port)
    log.info("token       %s (needed by other machines and web pages only)", server.token)
