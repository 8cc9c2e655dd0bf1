"""The errors of the bridge: what a message from outside, a socket or a device can cause.

    BridgeError
     ├── MessageError    a message that is not in the protocol; names the address and the argument
     ├── ServerFault     a part of the server that fails again and again: a fault of ours
     ├── TakeError       a take that cannot be kept, found or read; says what is wrong with it
     └── TransportError  a port, a socket, an audio device or a worker that cannot be had

A MessageError is answered to its sender as ``/magnet/fail`` and changes nothing.
"""

from __future__ import annotations


class BridgeError(Exception):
    """Base class: catch this to catch every error of daw_bridge."""


class MessageError(BridgeError, ValueError):
    """A message from outside does not fit the protocol.

    Attributes:
        address: the address or command it was sent to; empty where it could not be read.
        argument: the argument at fault, by name; None where the fault is in no one argument.
        message_id: the id the client gave it, so that the answer can carry it.
    """

    def __init__(
        self,
        reason: str,
        *,
        address: str = "",
        argument: str | None = None,
        message_id: int | str | None = None,
    ) -> None:
        super().__init__(reason)
        self.address = address
        self.argument = argument
        self.message_id = message_id

    @property
    def reason(self) -> str:
        """The sentence to send back."""
        return str(self)


class ServerFault(BridgeError):
    """A part of the server fails again and again, and it cannot go on."""


class TransportError(BridgeError):
    """A port, a socket, an audio device or the worker process cannot be had."""


class TakeError(BridgeError):
    """A take cannot be kept, is not there, or is damaged."""
