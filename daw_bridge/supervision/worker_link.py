"""The wire between server and worker: pickled messages behind their length, on a socket pair.

The server's end is read and written by its event loop, without a thread: a thread would have to
wait for the interpreter's lock at every message, just when the loop is busy. The worker's end is
plain blocking calls.

Messages are pickled: both ends are this program, started by the same user, on a socket that has no
name. A link to another machine would need another encoding.
"""

from __future__ import annotations

import asyncio
import pickle
import selectors
import socket
import struct

from daw_bridge.worker_protocol import ServerMessage, WorkerMessage

_LENGTH = struct.Struct("!I")


def pack(message: ServerMessage | WorkerMessage) -> bytes:
    """Return the bytes of a message on the wire."""
    payload = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(payload)) + payload


async def read_message(reader: asyncio.StreamReader) -> WorkerMessage:
    """Return the next message from a worker.

    Raises:
        EOFError: the worker is gone.
        UnpicklingError: it has sent what is no message; unpickling may raise others too.
    """
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        payload = await reader.readexactly(length)
    except ConnectionError as error:
        raise EOFError("the worker is gone") from error
    try:
        message: WorkerMessage = pickle.loads(payload)
    except EOFError as error:
        raise pickle.UnpicklingError(f"{length} bytes that end before the message") from error
    return message


class SocketConnection:
    """The worker's end: a ``WorkerConnection`` on a blocking socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._selector = selectors.DefaultSelector()
        self._selector.register(sock, selectors.EVENT_READ)

    def send(self, message: WorkerMessage, /) -> None:
        """Send one message; raises OSError when the server is gone."""
        self._socket.sendall(pack(message))

    def recv(self) -> ServerMessage:
        """Return the next message, waiting for it; raises EOFError when the server is gone."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        message: ServerMessage = pickle.loads(self._read(length))
        return message

    def poll(self, timeout: float | None = 0.0, /) -> bool:
        """Return whether a message (or the end) is there, after at most ``timeout`` seconds."""
        return bool(self._selector.select(timeout))

    def close(self) -> None:
        """Close the socket."""
        self._selector.close()
        self._socket.close()

    def _read(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self._socket.recv(size - len(parts))
            if not part:
                raise EOFError("the server is gone")
            parts += part
        return bytes(parts)
