"""The server, wired: hub, OSC, WebSocket and HTTP, sound cards.

What fails in a part of it is logged and begun again, the music first. A hub that cannot keep time
any more ends the server with ServerFault (exit code 4), so that somebody sees it and acts;
a sound card that cannot be used does not: others hear the stream.

Threading: one event loop. Sound cards, the MIDI input and the model have processes of their own;
files are read and written in the loop's thread pool.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from daw_bridge.controls import DEFAULT_LEAD_MS
from daw_bridge.devices.audio_input import listen_to_card
from daw_bridge.devices.audio_output import play_to_card
from daw_bridge.doors.access import (
    HOST,
    OSC_PORT,
    PORT,
    Access,
    config_folder,
    is_loopback,
    load_token,
)
from daw_bridge.doors.addresses import own_addresses
from daw_bridge.doors.announcement import announced, require
from daw_bridge.doors.http_routes import Routes
from daw_bridge.errors import TransportError
from daw_bridge.hub import Hub, HubConfig
from daw_bridge.osc.receiver import OscReceiver
from daw_bridge.osc.server import OscServer
from daw_bridge.supervision.supervisor import SILENCE_LIMIT_S, WORKER_TARGET
from daw_bridge.takes.files import TakeStore, default_folder
from daw_bridge.tasks import held, kept_up
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
    host: str = HOST
    osc_port: int = OSC_PORT
    port: int = PORT
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
        failed: ends with the ServerFault that the server cannot go on after.
    """

    hub: Hub
    osc_port: int
    port: int
    token: str
    failed: asyncio.Future[None]


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
    async with contextlib.AsyncExitStack() as stack:  # closes the last first, and whatever fails
        stack.push_async_callback(hub.supervisor.close)
        stack.push_async_callback(hub.takes.close)
        if source is not None:
            stack.push_async_callback(source.close)
        stack.callback(osc.close)
        osc_port = await osc.start(config.host, config.osc_port)
        stack.push_async_callback(websocket.close)
        port = await websocket.start(config.host, config.port)
        if source is not None:
            await source.start()
        hub.supervisor.start()
        failed = await stack.enter_async_context(_kept_up(config, hub, clock))
        if config.zeroconf:
            ports = {"osc_port": osc_port, "port": port}
            await stack.enter_async_context(announced(config.host, **ports))
        yield RunningServer(hub, osc_port, port, hub.access.token, failed)


async def _hub(config: ServerConfig, clock: Callable[[], float], source: TempoSource | None) -> Hub:
    """Return the middle of the server; raises TransportError where the token cannot be kept."""
    takes = TakeStore(config.takes_folder)
    await asyncio.to_thread(takes.open)
    told = HubConfig(
        worker=config.worker,
        target=config.target,
        silence_limit_s=config.silence_limit_s,
        lead_ms=config.lead_ms,
        recorded_s=60.0 * config.history_minutes,
        follow_transport=config.follow_transport,
    )
    return Hub(
        told,
        access=Access(load_token(config.token_folder), is_loopback(config.host)),
        clock=clock,
        takes=takes,
        tempo_source=source,
    )


@contextlib.asynccontextmanager
async def _kept_up(
    config: ServerConfig, hub: Hub, clock: Callable[[], float]
) -> AsyncIterator[asyncio.Future[None]]:
    """Run what runs as long as the server does; give what ends where the hub cannot go on."""
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(error: BaseException) -> None:
        failed.set_exception(error)
        failed.exception()  # seen: it is logged already, and whoever awaits it gets it too

    tasks = [held(kept_up(hub.run, "the hub", clock=clock), "the hub", fail)]
    for device, kind, use in (
        (config.audio_out, "audio output", play_to_card),
        (config.audio_in, "audio input", listen_to_card),
    ):
        if device is not None:
            run = functools.partial(use, hub, device)
            tasks.append(held(kept_up(run, kind, clock=clock), kind))
    try:
        yield failed
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
        names = ", ".join(source.name for source in sources)
        raise TransportError(f"only one clock can be followed: {names}; choose one of them")
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
        ServerFault: a part of the server fails again and again.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises instead
            loop.add_signal_handler(number, stop.set)
    async with running_server(config) as server:
        for line in _places(config.host, server):
            log.info("%s", line)
        await until_ended(server, stop)


async def until_ended(server: RunningServer, stop: asyncio.Event) -> None:
    """Return when ``stop`` is set.

    Raises:
        TransportError: the model cannot be loaded.
        ServerFault: a part of the server fails again and again.
    """
    loading = asyncio.create_task(server.hub.wait_for_model())
    stopping = asyncio.create_task(stop.wait())
    ends = (stopping, server.failed)
    try:
        await asyncio.wait((loading, *ends), return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            loading.result()
            log.info("ready: %s", server.hub.supervisor.detail)
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if server.failed.done():
            server.failed.result()
    finally:
        loading.cancel()
        stopping.cancel()


def _places(host: str, server: RunningServer) -> Iterator[str]:
    """Yield a line for everything that the server has, with an address that can be typed."""
    bracketed = [f"[{one}]" if ":" in one else one for one in own_addresses(host)]
    for one in bracketed:
        yield f"OSC         udp {one}:{server.osc_port}"
        yield f"WebSocket   ws://{one}:{server.port}/ws"
        token = "" if is_loopback(one.strip("[]")) else f"#token={server.token}"
        yield f"page        http://{one}:{server.port}/{token}"
    tempo = server.hub.tempo.values("main")
    if tempo["tempo_source"] != "off":
        yield f"tempo       from {tempo['tempo_source']}: {tempo['tempo_source_detail']}"
    yield f"token       {server.token} (needed by other machines and web pages only)"
