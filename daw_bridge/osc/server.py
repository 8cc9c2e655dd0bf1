"""OSC over UDP: datagrams to commands, replies and events back.

A reply goes to the sender's own port and to every subscriber of the same session, because TouchOSC
and Max listen on another port than they send from. What a packet says is ``receiver.py``'s
business.

Threading: event loop only; never blocks.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import socket
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial

from daw_bridge.doors.access import is_loopback
from daw_bridge.doors.limits import TokenBucket
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.hub import Hub
from daw_bridge.messages import Command, encode_osc
from daw_bridge.notices import EVENT_PREFIX
from daw_bridge.osc.receiver import OscClient, OscReceiver
from daw_bridge.worker_protocol import Value, is_position

log = logging.getLogger(__name__)

Address = tuple[str, int]

MAX_PEERS = 256
MAX_SUBSCRIBERS = 32
PACKETS_PER_S, PACKET_BURST = 2000.0, 2000.0  # of a sender; a KiB counts as one datagram more
COMPLAINTS_PER_S, COMPLAINT_BURST = 20.0, 40.0


class OscPeer(OscClient):
    """One sender, known by its address and port."""

    def __init__(self, server: OscServer, address: Address) -> None:
        super().__init__()
        self.address = address
        self.packets = TokenBucket(PACKETS_PER_S, PACKET_BURST, server.clock)
        self._server = server

    def reply(self, address: str, values: Sequence[Value]) -> None:
        """Send a reply to it and to the subscribers of its session."""
        self._server.reply(self, address, values)

    def subscribe(self, port: int, host: str | None) -> None:
        """Add another address for replies and events."""
        self._server.add_subscriber(self, (host or self.address[0], port))


class OscServer(asyncio.DatagramProtocol):
    """The UDP port of a server."""

    def __init__(self, hub: Hub, receiver: OscReceiver) -> None:
        self._hub = hub
        self._receiver = receiver
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._peers: OrderedDict[Address, OscPeer] = OrderedDict()
        self._subscribers: OrderedDict[Address, OscPeer] = OrderedDict()
        self._trusted: set[str] = set()
        self.clock = hub.clock
        self._complaints = TokenBucket(COMPLAINTS_PER_S, COMPLAINT_BURST, hub.clock)

    async def start(self, host: str, port: int) -> int:
        """Bind, and return the port bound (``port`` 0 takes a free one).

        Raises:
            TransportError: the port cannot be had.
        """
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(host, port)
            )
        except OSError as error:
            raise bind_error("OSC", host, port, "--osc-port", error) from None
        self._hub.watch(self._on_event)
        self.port = self._transport.get_extra_info("sockname")[1]
        return self.port

    def close(self) -> None:
        """Release the port, and forget what waits for its time."""
        self._receiver.close()
        if self._transport is not None:
            self._transport.close()

    # --- asyncio.DatagramProtocol ---

    def error_received(self, exc: Exception) -> None:
        """A reply could not be delivered (the peer's port is closed); it may come back."""
        log.debug("OSC: %s", exc)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Carry out a datagram, now or when its time tag says."""
        peer = self._peer((str(addr[0]), int(addr[1])))
        if not peer.packets.take(1 + len(data) / 1024):  # a flood of one is no silence of others
            self._hub.metrics.flooded_packets += 1
            return
        self._receiver.take(data, partial(self._carry_out, peer), partial(self._complain, peer))

    # --- commands ---

    def _peer(self, address: Address) -> OscPeer:
        peer = self._peers.get(address)
        if peer is None:
            peer = self._peers[address] = OscPeer(self, address)
            if len(self._peers) > MAX_PEERS:
                self._peers.popitem(last=False)
        self._peers.move_to_end(address)
        return peer

    def _carry_out(self, peer: OscPeer, command: Command) -> None:
        host = peer.address[0]
        if not is_loopback(host) and host not in self._trusted:
            if command.address != "/magnet/token":
                self._complain(peer, command.address, "first show the token: /magnet/token s")
                return
            self._hub.handle(peer, command)
            if peer.trusted:
                self._trusted.add(host)
            return
        self._receiver.carry_out(peer, command, partial(self._complain, peer))

    def _complain(self, peer: OscPeer, address: str, reason: str) -> None:
        """Refuse a message; not too often, so that a flood of them is not answered by another."""
        self._hub.metrics.fails += 1
        if self._complaints.take():
            peer.fail(None, address, reason)

    # --- replies and events ---

    def add_subscriber(self, peer: OscPeer, address: Address) -> None:
        """Send the replies and events of the peer's session to an address too.

        Of too many, the one that subscribed longest ago hears no more.

        Raises:
            MessageError: it is not an IP address.
        """
        host = "127.0.0.1" if address[0] == "localhost" else address[0]
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise MessageError(
                f"host is {address[0]!r}; it must be an IP address",
                address="/magnet/subscribe",
                argument="host",
            ) from None
        self._subscribers[host, address[1]] = peer
        self._subscribers.move_to_end((host, address[1]))
        if len(self._subscribers) > MAX_SUBSCRIBERS:
            self._subscribers.popitem(last=False)

    def reply(self, peer: OscPeer, address: str, values: Sequence[Value]) -> None:
        """Send a reply to a peer and to the subscribers of its session."""
        datagram = encode_osc(address, values)
        targets = {peer.address: None} | dict.fromkeys(self._listening(peer.session))
        for target in targets:
            self._send(datagram, target)

    def _listening(self, session: str) -> list[Address]:
        return [
            address
            for address, peer in self._subscribers.items()
            if not session or peer.session == session
        ]

    def _on_event(self, session: str, event: str, values: Mapping[str, Value]) -> None:
        targets = self._listening(session)
        if not targets:
            return
        plain = [str(v) if is_position(name) else v for name, v in values.items()]
        datagram = encode_osc(EVENT_PREFIX + event, plain)
        for target in targets:
            self._send(datagram, target)

    def _send(self, datagram: bytes, target: Address) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        try:
            self._transport.sendto(datagram, target)
        except (OSError, ValueError) as error:  # no route, or an address of the other family
            log.debug("OSC to %s: %s", target, error)


def bind_error(what: str, host: str, port: int, option: str, error: OSError) -> TransportError:
    """Return the error that says why a port cannot be had and what to do."""
    if error.errno == errno.EADDRINUSE:
        return TransportError(
            f"{what} port {port} on {host} is in use, perhaps by another magnet-live; "
            f"stop that, or choose another with {option}"
        )
    if isinstance(error, socket.gaierror):
        return TransportError(f"{host!r} is not an address of this machine; see --host")
    return TransportError(f"{what} port {port} on {host} cannot be opened ({option}): {error}")
