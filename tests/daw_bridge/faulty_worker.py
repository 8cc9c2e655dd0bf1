"""Workers whose messages cannot be read, once they are ready."""

from __future__ import annotations

import struct
import time

from daw_bridge import worker_protocol as wire
from daw_bridge.supervision.worker_link import SocketConnection


def _say(connection: SocketConnection, payload: bytes) -> None:
    connection.send(wire.Ready(32000, 1, {"name": "faulty"}))
    connection._socket.sendall(struct.pack("!I", len(payload)) + payload)
    time.sleep(3600)  # it lives on, and must be ended


def sends_garbage(connection: SocketConnection, config: wire.WorkerConfig) -> None:
    """What follows is no pickle."""
    _say(connection, b"no pickle at all")


def sends_half(connection: SocketConnection, config: wire.WorkerConfig) -> None:
    """What follows is the beginning of one, which to pickle is the end of a file."""
    _say(connection, b"\x80\x05")
