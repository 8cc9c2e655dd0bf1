"""WebSocket and HTTP on one port: the stream, the commands, and a page that plays.

Each connection has one task that reads and one that sends. The sender takes what the listener's
credit allows; nothing is queued for a client but its replies, so a slow one costs no memory and no
time of others. One that does not read for 5 s is disconnected, and so is one that does not say
hello in time.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import deque
from collections.abc import Mapping

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from daw_bridge.console_files import HEADERS as FILE_HEADERS
from daw_bridge.console_files import ConsoleFile, console_files
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.hub import Client, Hub
from daw_bridge.limits import TokenBucket
from daw_bridge.listener import Listener, Skip, encode_packet
from daw_bridge.messages import Command, Hello, Playhead, encode_ws, parse_ws
from daw_bridge.osc_server import bind_error
from daw_bridge.requests import Outcome
from daw_bridge.resample import map_position
from daw_bridge.session import Session
from daw_bridge.worker_protocol import Value, is_position

log = logging.getLogger(__name__)

MAX_CLIENTS = 64
MAX_OUTBOX = 512  # replies and events waiting for one client
SEND_BUFFER_BYTES = 32 * 1024
WRITE_LIMIT_BYTES = 8 * 1024
MAX_MESSAGE_BYTES = 64 * 1024
MESSAGES_PER_S, MESSAGE_BURST = 500.0, 50.0
TOO_SLOW_S = 5.0
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013


class WsClient(Client):
    """One connection that has said hello."""

    def __init__(self, session: Session, hello: Hello, listener: Listener) -> None:
        super().__init__(hello.session)
        self.hello = hello
        self.listener = listener
        self.stream = session
        self.outbox: deque[str] = deque()
        self.wake = asyncio.Event()
        self.overflowed = False

    def post(self, event: str, values: Mapping[str, object]) -> None:
        """Queue a text message."""
        self.overflowed = self.overflowed or len(self.outbox) >= MAX_OUTBOX
        if not self.overflowed:
            self.outbox.append(encode_ws(event, values))
        self.wake.set()

    def done(self, message_id: int | str, outcome: Outcome) -> None:
        """Queue a ``done`` event; the position is at the client's rate."""
        self.post(
            "done",
            {
                "id": message_id,
                "address": outcome.address,
                "position": self.at_client_rate(outcome.position),
                "seconds": outcome.seconds,
            },
        )

    def fail(self, message_id: int | str | None, address: str, reason: str) -> None:
        """Queue a ``fail`` event."""
        self.post("fail", {"id": message_id, "address": address, "reason": reason})

    def answer(self, kind: str, message_id: int | str, values: Mapping[str, Value]) -> None:
        """Queue a ``pong``, ``synced`` or ``status`` event."""
        if kind == "synced":
            self.post(kind, {"id": message_id, "sync": values["id"]})
        else:
            self.post(kind, {"id": message_id, **values})

    def on_event(self, session: str, event: str, values: Mapping[str, Value]) -> None:
        """Queue an event of the client's session; ``chunk`` is in the PCM headers already."""
        if event == "chunk" or session not in ("", self.session):
            return
        mapped = {
            name: self.at_client_rate(value)
            if is_position(name) and isinstance(value, int)
            else value
            for name, value in values.items()
        }
        position, samples = values.get("position"), values.get("samples")
        if isinstance(position, int) and isinstance(samples, int):
            end = self.at_client_rate(position + samples)
            mapped["samples"] = end - self.at_client_rate(position)
        self.post(event, {"session": session or self.session, **mapped})

    def at_client_rate(self, position: int) -> int:
        """Return a model-rate position at the client's rate."""
        if not self.stream.sample_rate:
            return 0
        return map_position(position, self.stream.sample_rate, self.hello.sample_rate)


class WsServer:
    """The TCP port of a server."""

    def __init__(
        self, hub: Hub, *, hello_timeout_s: float = 10.0, too_slow_s: float = TOO_SLOW_S
    ) -> None:
        self._hub = hub
        self._hello_timeout_s = hello_timeout_s
        self._too_slow_s = too_slow_s
        self._server: Server | None = None
        self._connections = 0
        self._files = console_files()
        self.port = 0

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port bound (``port`` 0 takes a free one).

        Raises:
            TransportError: the port cannot be had.
        """
        quiet = logging.getLogger("daw_bridge.websockets")
        quiet.setLevel(logging.CRITICAL)  # what strangers send is no error of ours
        try:
            self._server = await serve(
                self._serve_client,
                host,
                port,
                process_request=self._answer_http,
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                write_limit=WRITE_LIMIT_BYTES,
                open_timeout=self._hello_timeout_s,
                close_timeout=1.0,
                server_header="magnet-live",
                logger=quiet,
            )
        except OSError as error:
            raise bind_error("WebSocket", host, port, "--port", error) from None
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self.port

    async def close(self) -> None:
        """Disconnect everyone and release the port."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    # --- HTTP ---

    def _answer_http(self, connection: ServerConnection, request: Request) -> Response | None:
        """Return the answer to a request that is no WebSocket's; None lets a WebSocket in."""
        hosts = request.headers.get_all("Host")
        refused = self._hub.access.host_refused(hosts[0] if len(hosts) == 1 else None)
        if refused is not None:
            return connection.respond(403, refused)
        if getattr(request, "method", "GET") != "GET":  # older websockets refuse these themselves
            response = connection.respond(405, "Only GET is answered here\n")
            response.headers["Allow"] = "GET"
            return response
        path = request.path.partition("?")[0]
        is_upgrade = "websocket" in request.headers.get("Upgrade", "").lower()
        if path in self._files and not is_upgrade:
            return _file_response(self._files[path])
        if path != "/ws":
            return connection.respond(404, f"Nothing is at {path[:80]}; try / or /ws\n")
        if not is_upgrade:
            return connection.respond(426, "This address speaks WebSocket: ws://HOST:PORT/ws\n")
        if self._connections >= MAX_CLIENTS:
            return connection.respond(503, f"{MAX_CLIENTS} clients are connected already\n")
        return None

    # --- WebSocket ---

    async def _serve_client(self, connection: ServerConnection) -> None:
        self._connections += 1
        self._hub.metrics.clients = self._connections
        try:
            sock: socket.socket = connection.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            hello = await self._hello(connection)
            await self._hub.wait_for_model()
            await self._stream(connection, hello)
        except ConnectionClosed:
            log.debug("a WebSocket client has left")
        except TimeoutError:
            await _dismiss(connection, POLICY_VIOLATION, "no hello came in time")
        except MessageError as error:
            values = {"id": error.message_id, "address": "hello", "reason": str(error)}
            await _dismiss(connection, POLICY_VIOLATION, str(error), encode_ws("fail", values))
        except TransportError as error:
            await _dismiss(connection, TRY_AGAIN_LATER, str(error))
        finally:
            self._connections -= 1
            self._hub.metrics.clients = self._connections

    async def _hello(self, connection: ServerConnection) -> Hello:
        async with asyncio.timeout(self._hello_timeout_s):
            raw = await connection.recv()
        if isinstance(raw, bytes):
            raise MessageError("the first message is a JSON text: hello")
        hello = parse_ws(raw)
        if not isinstance(hello, Hello):
            raise MessageError('the first message must be {"cmd": "hello", "version": 1, ...}')
        assert connection.request is not None
        headers = connection.request.headers
        needs_token = self._hub.access.needs_token(
            peer=str(connection.remote_address[0]),
            host_header=headers.get("Host"),
            origin=headers.get("Origin"),
            port=self.port,
        )
        if needs_token and not self._hub.access.token_is_right(hello.token):
            raise MessageError('this client needs the token of this server: "token" in hello')
        return hello

    async def _stream(self, connection: ServerConnection, hello: Hello) -> None:
        session = self._hub.session(hello.session)
        assert session.history is not None
        assert self._hub.ready is not None
        listener = Listener(
            session.history,
            session.sample_rate,
            sample_rate=hello.sample_rate,
            channels=hello.channels,
            buffer_s=hello.buffer_ms / 1000,
        )
        session.join(listener, self._hub.clock(), hello.resume_position)
        client = WsClient(session, hello, listener)
        client.post(
            "ready",
            {
                "version": 1,
                "session": hello.session,
                "state": session.state.value,
                "format": hello.format.value,
                "sample_rate": hello.sample_rate,
                "channels": hello.channels,
                "position": listener.position,
                "model": dict(self._hub.ready.model),
                "model_sample_rate": session.sample_rate,
            },
        )
        with contextlib.ExitStack() as stack:
            stack.callback(session.leave, listener)
            stack.callback(self._hub.watch(client.on_event))
            stack.callback(self._hub.on_progress(client.wake.set))
            await self._talk(connection, client)

    async def _talk(self, connection: ServerConnection, client: WsClient) -> None:
        """Read and send until either ends."""
        reading = asyncio.create_task(self._read(connection, client))
        try:
            await self._send(connection, client, reading)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, connection: ServerConnection, client: WsClient) -> None:
        bucket = TokenBucket(MESSAGES_PER_S, MESSAGE_BURST, self._hub.clock)
        async for raw in connection:
            await asyncio.sleep(bucket.spend())  # at least lets others run
            try:
                if isinstance(raw, bytes):
                    raise MessageError("binary messages from a client are not in version 1")
                message = parse_ws(raw)
            except MessageError as error:
                self._hub.metrics.fails += 1
                client.fail(error.message_id, error.address, str(error))
                continue
            if isinstance(message, Command):
                self._hub.handle(client, message)
            elif isinstance(message, Playhead):
                client.listener.report(message.position, self._hub.clock())
            else:
                client.fail(None, "hello", "hello was said already")

    async def _send(
        self, connection: ServerConnection, client: WsClient, reading: asyncio.Task[None]
    ) -> None:
        sequence = 0
        reading.add_done_callback(lambda _: client.wake.set())
        while not reading.done():
            await client.wake.wait()
            client.wake.clear()
            if client.overflowed:
                raise TransportError(f"{MAX_OUTBOX} messages wait; this client does not read")
            now = self._hub.clock()
            skip = client.listener.catch_up(client.stream.playhead(now), client.stream.lead_s, now)
            if skip is not None:
                self._note_skip(client, skip)
            while client.outbox:
                await self._send_one(connection, client.outbox.popleft())
            while packet := client.listener.take(self._hub.clock(), client.stream.lead_s):
                await self._send_one(
                    connection,
                    encode_packet(packet, client.hello.sample_rate, client.hello.format, sequence),
                )
                sequence += 1

    def _note_skip(self, client: WsClient, skip: Skip) -> None:
        self._hub.metrics.dropped_samples += (
            skip.frames * client.stream.sample_rate // client.hello.sample_rate
        )
        client.post(
            "dropped",
            {"session": client.session, "position": skip.position, "samples": skip.frames},
        )

    async def _send_one(self, connection: ServerConnection, message: str | bytes) -> None:
        try:
            async with asyncio.timeout(self._too_slow_s):
                await connection.send(message)
        except TimeoutError:
            self._hub.metrics.slow_clients += 1
            raise TransportError(
                f"this client has read nothing for {self._too_slow_s:g} s"
            ) from None


def _file_response(file: ConsoleFile) -> Response:
    headers = Headers(FILE_HEADERS)
    headers["Content-Type"] = file.content_type
    headers["Content-Length"] = str(len(file.body))
    return Response(200, "OK", headers, file.body)


async def _dismiss(
    connection: ServerConnection, code: int, reason: str, last_words: str | None = None
) -> None:
    """Close a connection with a reason; by force where the client does not take it."""
    try:
        async with asyncio.timeout(1.0):
            if last_words is not None:
                await connection.send(last_words)
            await connection.close(code, reason.encode()[:120].decode("utf-8", "ignore"))
    except (ConnectionClosed, TimeoutError):
        connection.transport.abort()
