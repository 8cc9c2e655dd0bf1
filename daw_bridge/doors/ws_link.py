"""What the connections of the server share: who is a stranger, what waits to be sent, parting.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Coroutine
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

from daw_bridge.doors.access import Access
from daw_bridge.errors import TransportError
from daw_bridge.metrics import Metrics

MAX_OUTBOX = 512  # replies and events waiting for one client
SEND_BUFFER_BYTES = 32 * 1024
MESSAGES_PER_S, MESSAGE_BURST = 500.0, 50.0
HELLO_TIMEOUT_S = 10.0
TOO_SLOW_S = 5.0
POLICY_VIOLATION = 1008
INTERNAL_ERROR = 1011
TRY_AGAIN_LATER = 1013


def is_stranger(access: Access, connection: ServerConnection, headers: Headers) -> bool:
    """Return whether whoever is at the other end must show the token."""
    peer, here = connection.remote_address, connection.local_address  # None where it has gone
    return access.needs_token(
        peer=str(peer[0]) if peer else "",
        host_header=header(headers, "Host"),
        origin=header(headers, "Origin"),
        port=here[1] if here else 0,
        fetch_site=header(headers, "Sec-Fetch-Site"),
    )


def header(headers: Headers, name: str) -> str | None:
    """Return a header's value; of several, one that nothing trusts."""
    values = headers.get_all(name)
    return "; ".join(values) if values else None


def limit_send_buffer(connection: ServerConnection) -> None:
    """Let the system take no more of what a client has not read than it must."""
    sock: socket.socket = connection.transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


class Outbox:
    """Messages that wait for one client to read those before them.

    Attributes:
        wake: set when there is something to send, by ``put`` or by whoever else has something.
    """

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self._messages: deque[str | bytes] = deque()
        self._overflowed = False

    def put(self, message: str | bytes) -> None:
        """Queue a message; one too many is dropped, and ends the connection at the next ``pop``."""
        self._overflowed = self._overflowed or len(self._messages) >= MAX_OUTBOX
        if not self._overflowed:
            self._messages.append(message)
        self.wake.set()

    def pop(self) -> str | bytes | None:
        """Return the next message; None where nothing waits.

        Raises:
            TransportError: the client has left too much unread.
        """
        if self._overflowed:
            raise TransportError(f"{MAX_OUTBOX} messages wait; this client does not read")
        return self._messages.popleft() if self._messages else None

    async def wait(self, patience_s: float | None = None) -> None:
        """Return when there is something to send, or after so long."""
        try:
            async with asyncio.timeout(patience_s):
                await self.wake.wait()
        except TimeoutError:
            return


async def until_first(*works: Coroutine[Any, Any, None]) -> None:
    """Do several things at once until the first of them ends; raise what it raised.

    The others are cancelled, and have ended when this returns.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def send_in_time(
    connection: ServerConnection, message: str | bytes, patience_s: float, metrics: Metrics
) -> None:
    """Send a message.

    Raises:
        TransportError: the client has read nothing for so long; it is counted.
    """
    try:
        async with asyncio.timeout(patience_s):
            await connection.send(message)
    except TimeoutError:
        metrics.slow_clients += 1
        raise TransportError(f"this client has read nothing for {patience_s:g} s") from None


async def close_with_reason(
    connection: ServerConnection, code: int, reason: str, last_words: str | None = None
) -> None:
    """Say some last words and close a connection; by force where the client does not take it."""
    try:
        async with asyncio.timeout(1.0):
            if last_words is not None:
                await connection.send(last_words)
            await connection.close(code, reason.encode()[:120].decode("utf-8", "ignore"))
    except (ConnectionClosed, TimeoutError):
        connection.transport.abort()
