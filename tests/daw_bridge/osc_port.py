"""The UDP port of a server without a socket, on a clock that the test moves."""

from __future__ import annotations

import struct

from pythonosc.osc_message import OscMessage
from silent_hub import silent_hub

from daw_bridge.messages import encode_osc
from daw_bridge.osc.receiver import OscReceiver
from daw_bridge.osc.server import OscServer
from daw_bridge.worker_protocol import Value


def bundle(when: float, *messages: bytes) -> bytes:
    tag = 1 if when == 0 else int((when + 2208988800) * 2**32)
    packed = b"".join(struct.pack(">i", len(part)) + part for part in messages)
    return b"#bundle\0" + struct.pack(">Q", tag) + packed


class Port:
    """Hears what a test sends, and keeps what it would send itself."""

    def __init__(self) -> None:
        self.now = 0.0
        self.hub = silent_hub(lambda: self.now)
        self.server = Deaf(self.hub, OscReceiver(self.hub))

    def send(self, packet: bytes, port: int = 5000, host: str = "127.0.0.1") -> bool:
        """Return whether a datagram from there is read."""
        before = self.hub.metrics.flooded_packets
        self.server.datagram_received(packet, (host, port))
        return self.hub.metrics.flooded_packets == before

    def ask(self, address: str, *args: Value, port: int = 5000, host: str = "127.0.0.1") -> list:
        """Return the address and arguments of each answer."""
        self.server.sent.clear()
        self.send(encode_osc(address, args), port, host)
        return [[message.address, *message.params] for _, message in self.server.sent]


class Deaf(OscServer):
    """Keeps what it would send."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.sent: list[tuple[tuple[str, int], OscMessage]] = []

    def _send(self, datagram: bytes, target: tuple[str, int]) -> None:
        self.sent.append((target, OscMessage(datagram)))


PING = encode_osc("/magnet/ping", ["x"])
