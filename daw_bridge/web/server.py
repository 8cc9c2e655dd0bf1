"""The TCP port: checks who asks, then hands over to what ``http_routes.py`` has at the path.

WebSocket handshakes and HTTP come through the ``websockets`` library, which answers GET only and
reads no body. Plain answers are written here, in slices and no faster than they are read, because
the library gives an answer one second to leave. Whoever does not ask in time, or does not read, is
disconnected; so is whoever comes when all connections are taken.

Threading: event loop only; files are read on other threads.
"""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.protocol import State

from daw_bridge.doors.http_routes import HttpRequest, HttpResponse, Route, Routes, text
from daw_bridge.doors.limits import TokenBucket
from daw_bridge.doors.ws_link import (
    HELLO_TIMEOUT_S,
    INTERNAL_ERROR,
    TOO_SLOW_S,
    close_with_reason,
    header,
    is_stranger,
    limit_send_buffer,
)
from daw_bridge.hub import Hub
from daw_bridge.metrics import Metrics
from daw_bridge.osc.server import bind_error
from daw_bridge.web.oscquery_server import HOST_INFO

log = logging.getLogger(__name__)

MAX_CLIENTS = 64  # WebSockets
MAX_CONNECTIONS = 128  # of any kind, with those that have not asked for anything yet
MAX_MESSAGE_BYTES = 64 * 1024
WRITE_LIMIT_BYTES = 8 * 1024
REQUESTS_PER_S, REQUEST_BURST = 200.0, 200.0
SLICE_BYTES = 64 * 1024
LOOK_AGAIN_S = 0.005
REFUSALS = (401, 403, 429)


@dataclass(frozen=True, slots=True)
class _Present:
    """Who is connected.

    Attributes:
        metrics: told how many WebSockets there are.
        everyone: connections of any kind.
        clients: those of them that hold a place among the WebSockets.
    """

    metrics: Metrics
    everyone: set[ServerConnection] = field(default_factory=set)
    clients: set[ServerConnection] = field(default_factory=set)

    def place(self, client: ServerConnection) -> bool:
        """Give a WebSocket a place until it is gone; return whether there was one."""
        if len(self.clients) >= MAX_CLIENTS or client not in self.everyone:  # gone again already
            return False
        self.clients.add(client)
        self.metrics.clients = len(self.clients)
        return True

    def remove(self, connection: ServerConnection) -> None:
        """Note that it is gone."""
        self.everyone.discard(connection)
        self.clients.discard(connection)
        self.metrics.clients = len(self.clients)


class _Connection(ServerConnection):
    """A connection that is counted, and dropped where it asks for nothing in time."""

    def __init__(self, *args: Any, present: _Present, patience_s: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._present = present
        self._patience_s = patience_s
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or end at once where there are too many."""
        super().connection_made(transport)
        self._present.everyone.add(self)
        self._patience = self.loop.call_later(self._patience_s, self._give_up)
        if len(self._present.everyone) > MAX_CONNECTIONS:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._present.remove(self)
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        if self.request is None:
            self.transport.abort()


class WsServer:
    """The TCP port of a server."""

    def __init__(
        self,
        hub: Hub,
        routes: Routes,
        *,
        hello_timeout_s: float = HELLO_TIMEOUT_S,
        too_slow_s: float = TOO_SLOW_S,
    ) -> None:
        self._hub = hub
        self._routes = routes
        self._hello_timeout_s = hello_timeout_s
        self._too_slow_s = too_slow_s
        self._server: Server | None = None
        self._present = _Present(hub.metrics)
        self._requests = TokenBucket(REQUESTS_PER_S, REQUEST_BURST, hub.clock)
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
                process_request=self._answer,
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                write_limit=WRITE_LIMIT_BYTES,
                open_timeout=None,  # a file may take its time; see _Connection and _send
                close_timeout=1.0,
                server_header="magnet-live",
                logger=quiet,
                create_connection=cast(
                    "type[ServerConnection]",
                    partial(_Connection, present=self._present, patience_s=self._hello_timeout_s),
                ),
            )
        except OSError as error:
            raise bind_error("WebSocket", host, port, "--port", error) from None
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self.port

    async def close(self) -> None:
        """Disconnect everyone and release the port."""
        if self._server is not None:
            self._server.close()
            for connection in list(self._present.everyone):
                if connection.state is not State.OPEN:  # those the library would wait for
                    connection.transport.abort()
            await self._server.wait_closed()

    # --- who asks for what ---

    async def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no WebSocket handshake, or a refused one; None lets a WebSocket in."""
        response = await self._response(connection, request)
        if response is None:
            return None
        self._hub.metrics.refused_requests += response.status in REFUSALS
        try:
            async with asyncio.timeout(self._too_slow_s) as patience:
                await self._send(connection, response, patience)
        except (TimeoutError, OSError):
            connection.transport.abort()
            await connection.wait_closed()
        return connection.respond(500, "")  # never sent: the connection is closed

    async def _response(
        self, connection: ServerConnection, request: Request
    ) -> HttpResponse | None:
        hosts = request.headers.get_all("Host")
        refused = self._hub.access.host_refused(hosts[0] if len(hosts) == 1 else None)
        if refused is not None:
            return text(403, refused)
        if getattr(request, "method", "GET") != "GET":  # older websockets refuse these themselves
            allow = {"Allow": "GET"}
            return HttpResponse(status=405, body=b"Only GET is answered here\n", headers=allow)
        is_socket = _is_socket(request)
        try:
            route, asked = self._routes.find(request.path, program=_is_program(request))
        except LookupError as error:
            return text(404, str(error))
        except ValueError as error:
            return text(400, str(error))
        refusal = self._refusal(connection, request, route, asked)
        if refusal is not None:
            return refusal
        if is_socket:
            return self._socket_refusal(connection, route, asked)
        if route.handler is None:
            return text(426, f"This address speaks WebSocket: ws://HOST:PORT{asked.path}")
        try:
            return await route.handler(asked)
        except Exception:
            log.exception("no answer at %s", asked.path)
            return text(500, "This is a fault of the server; its log has more")

    def _refusal(
        self, connection: ServerConnection, request: Request, route: Route, asked: HttpRequest
    ) -> HttpResponse | None:
        """Return why a stranger, or someone who asks too often, gets nothing here."""
        if route.open:
            return None
        if is_stranger(self._hub.access, connection, request.headers):
            scheme, _, token = (header(request.headers, "Authorization") or "").partition(" ")
            shown = token if scheme.lower() == "bearer" else asked.parameters().get("token")
            if not self._hub.access.token_is_right(shown):
                return HttpResponse(
                    status=401,
                    body=b"This needs the token of this server: Authorization: Bearer TOKEN, or "
                    b"?token=TOKEN\n",
                    headers={"WWW-Authenticate": "Bearer"},
                )
        if not self._requests.take():
            busy = f"More than {REQUESTS_PER_S:g} requests a second; slow down\n"
            return HttpResponse(status=429, body=busy.encode(), headers={"Retry-After": "1"})
        return None

    def _socket_refusal(
        self, connection: ServerConnection, route: Route, asked: HttpRequest
    ) -> HttpResponse | None:
        if route.socket is None:
            return text(404, f"No WebSocket is at {asked.path[:80]}; try /ws")
        if not self._present.place(connection):  # the last check: it is a client from here on
            return text(503, f"{MAX_CLIENTS} clients are connected already")
        return None

    # --- answers ---

    async def _send(
        self, connection: ServerConnection, response: HttpResponse, patience: asyncio.Timeout
    ) -> None:
        """Write an answer and close; raise TimeoutError where none of it is read for a while."""
        loop, transport = asyncio.get_running_loop(), connection.transport
        limit_send_buffer(connection)  # else a slow reader of megabytes looks like none
        try:
            body = await _opened(response.body)
        except OSError as error:
            log.warning("%s: %s", response.body, error)
            response = text(404, "This file no longer exists")
            body = await _opened(response.body)
        with body:
            left = body.seek(0, io.SEEK_END)
            body.seek(0)
            transport.write(response.head(left))
            while left and (part := await _read(body, min(left, SLICE_BYTES))):
                left -= len(part)
                transport.write(part)
                while waiting := transport.get_write_buffer_size():
                    await asyncio.sleep(LOOK_AGAIN_S)
                    if transport.get_write_buffer_size() < waiting:
                        patience.reschedule(loop.time() + self._too_slow_s)
                patience.reschedule(loop.time() + self._too_slow_s)
        transport.close()
        await connection.wait_closed()

    async def _serve_client(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        route, asked = self._routes.find(connection.request.path, program=True)
        assert route.socket is not None
        try:
            await route.socket(connection)
        except Exception:  # the library would close it without a word in the log
            log.exception("the connection at %s has failed", asked.path)
            reason = "this is a fault of the server; its log has more"
            await close_with_reason(connection, INTERNAL_ERROR, reason)


def _is_socket(request: Request) -> bool:
    return "websocket" in (header(request.headers, "Upgrade") or "").lower()


def _is_program(request: Request) -> bool:
    """Return whether who asks is no browser that wants a page: those say that they take HTML."""
    query = request.path.partition("?")[2]
    return (
        _is_socket(request)
        or "text/html" not in (header(request.headers, "Accept") or "")
        or HOST_INFO in query.split("&")
    )


async def _opened(body: bytes | Path) -> BinaryIO:
    """Return something to read a body from; raises OSError."""
    return io.BytesIO(body) if isinstance(body, bytes) else await asyncio.to_thread(body.open, "rb")


async def _read(body: BinaryIO, size: int) -> bytes:
    if isinstance(body, io.BytesIO):
        return body.read(size)
    return await asyncio.to_thread(body.read, size)
