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

from daw_bridge.devices.audio_input import listen_to_card
from daw_bridge.devices.audio_output import play_to_card
from daw_bridge.doors.access import Access, config_folder, is_loopback, load_token
from daw_bridge.doors.announcement import announced, require
from daw_bridge.doors.http_routes import Routes
from daw_bridge.errors import TransportError
from daw_bridge.hub import Hub
from daw_bridge.osc.receiver import OscReceiver
from daw_bridge.osc.server import OscServer
from daw_bridge.session.session import DEFAULT_LEAD_MS
from daw_bridge.supervision.supervisor import SILENCE_LIMIT_S, WORKER_TARGET
from daw_bridge.takes.files import TakeStore, default_folder
from daw_bridge.tempo.ableton import AbletonAddress, AbletonClock
from daw_bridge.tempo.link_clock import LinkClock
from daw_bridge.tempo.midi_clock import MidiClock
from daw_bridge.tempo.source import TempoSource
from daw_bridge.web.console_files import add_console
from daw_bridge.web.monitoring import add_monitoring
from daw_bridge.web.oscquery_server import OscQuery
from daw_bridge.web.server import WsServer
from daw_bridge.web.ws_stream import StreamEndpoint
from daw_bridge.worker_protocol import WorkerConfig

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """What ``magnet-live serve`` is told.

    Attributes:
        worker: what the worker loads, and where it computes.
        host: address that both ports listen on.
        osc_port, port: UDP for OSC, TCP for WebSocket and HTTP; 0 takes a free one.
        audio_out: name or number of an output device; None plays to none.
        audio_in: name or number of an input device, to record phrases from; None: none.
        lead_ms: lead of new sessions.
        token_folder: where the token is kept.
        target: the worker's "module:function".
        hello_timeout_s, too_slow_s: patience with WebSocket clients.
        silence_limit_s: patience with a worker that is ready, is waited for and sends nothing.
        takes_folder: where takes are kept; made when the first is.
        history_minutes: so much of what was heard can still be kept.
        ableton, link, midi_clock: the clock to follow: where AbletonOSC listens, Ableton Link, or
            the name of a MIDI input; one of them at most.
        follow_transport: play and stop with that clock.
        zeroconf: announce both ports to whoever browses for them.
    """

    worker: WorkerConfig = field(default_factory=WorkerConfig)
    host: str = "127.0.0.1"
    osc_port: int = 9000
    port: int = 9001
    audio_out: str | None = None
    audio_in: str | None = None
    lead_ms: float = DEFAULT_LEAD_MS
    token_folder: Path = field(default_factory=config_folder)
    target: str = WORKER_TARGET
    hello_timeout_s: float = 10.0
    too_slow_s: float = 5.0
    silence_limit_s: float = SILENCE_LIMIT_S
    takes_folder: Path = field(default_factory=default_folder)
    history_minutes: float = 5.0
    ableton: AbletonAddress | None = None
    link: bool = False
    midi_clock: str | None = None
    follow_transport: bool = False
    zeroconf: bool = False


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
    if config.zeroconf:
        require(config.host)
    source = _tempo_source(config, clock)
    hub = await _hub(config, clock, source)
    receiver = OscReceiver(hub)
    osc = OscServer(hub, receiver)
    routes = Routes()
    websocket = _tcp_port(config, hub, routes)
    oscquery = OscQuery(
        hub,
        receiver,
        ports=lambda: (osc.port, websocket.port),
        too_slow_s=config.too_slow_s,
    )
    oscquery.add_to(routes)
    tasks: list[asyncio.Task[None]] = []
    try:
        osc_port = await osc.start(config.host, config.osc_port)
        port = await websocket.start(config.host, config.port)
        if source is not None:
            await source.start()
        hub.supervisor.start()
        tasks += _tasks(config, hub)
        async with contextlib.AsyncExitStack() as stack:
            if config.zeroconf:
                ports = {"osc_port": osc_port, "port": port}
                await stack.enter_async_context(announced(config.host, **ports))
            yield RunningServer(hub, osc_port, port, hub.access.token)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await websocket.close()
        osc.close()
        if source is not None:
            await source.close()
        await hub.takes.close()
        await hub.supervisor.close()


async def _hub(config: ServerConfig, clock: Callable[[], float], source: TempoSource | None) -> Hub:
    """Return the middle of the server; raises TransportError where the token cannot be kept."""
    takes = TakeStore(config.takes_folder)
    await asyncio.to_thread(takes.open)
    return Hub(
        config=config.worker,
        access=Access(load_token(config.token_folder), is_loopback(config.host)),
        clock=clock,
        target=config.target,
        lead_ms=config.lead_ms,
        silence_limit_s=config.silence_limit_s,
        takes=takes,
        recorded_s=60.0 * config.history_minutes,
        tempo_source=source,
        follow_transport=config.follow_transport,
    )


def _tasks(config: ServerConfig, hub: Hub) -> list[asyncio.Task[None]]:
    """Start what runs as long as the server does."""
    tasks = [asyncio.create_task(hub.run())]
    if config.audio_out is not None:
        tasks.append(asyncio.create_task(play_to_card(hub, config.audio_out)))
    if config.audio_in is not None:
        tasks.append(asyncio.create_task(listen_to_card(hub, config.audio_in)))
    return tasks


def _tempo_source(config: ServerConfig, clock: Callable[[], float]) -> TempoSource | None:
    """Return the clock that is to be followed; raises TransportError where it is several."""
    sources: list[TempoSource] = []
    if config.ableton is not None:
        sources.append(AbletonClock(config.ableton, clock))
    if config.link:
        sources.append(LinkClock(follow_transport=config.follow_transport))
    if config.midi_clock is not None:
        sources.append(MidiClock(config.midi_clock, clock))
    if len(sources) > 1:
        names = " and ".join(source.name for source in sources)
        raise TransportError(f"{names} cannot be followed both; choose one of them")
    return sources[0] if sources else None


def _tcp_port(config: ServerConfig, hub: Hub, routes: Routes) -> WsServer:
    """Return the server of the TCP port, with what is there whatever else is."""
    patience = {"hello_timeout_s": config.hello_timeout_s, "too_slow_s": config.too_slow_s}
    add_console(routes)
    add_monitoring(routes, hub)
    hub.takes.add_to(routes)
    routes.add_socket("/ws", StreamEndpoint(hub, **patience).serve, open=True)
    return WsServer(hub, routes, **patience)


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
    tempo = server.hub.tempo.values("main")
    if tempo["tempo_source"] != "off":
        log.info("tempo       from %s: %s", tempo["tempo_source"], tempo["tempo_source_detail"])
    log.info("token       %s (needed by other machines and web pages only)", server.token)
