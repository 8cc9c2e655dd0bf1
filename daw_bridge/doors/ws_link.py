"""What the connections of the server share: who is a stranger, sending with patience, parting.

Threading: event loop only.
"""

from __future__ import annotations

import asyncio
import socket

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


async def dismiss(
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
