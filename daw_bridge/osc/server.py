"""OSC over UDP: datagrams to commands, replies and events back.

A reply goes to the sender's own port and to every subscriber of the same session, because TouchOSC
and Max listen on another port than they send from. What a packet says is ``receiver.py``'s
business; who may send, and how much, is decided here, before anything else is done with it.

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

from daw_bridge.doors.access import is_loopback
from daw_bridge.doors.limits import SharedLimit, TokenBucket
from daw_bridge.errors import MessageError, TransportError
from daw_bridge.hub import Hub
from daw_bridge.messages import encode_osc
from daw_bridge.notices import EVENT_PREFIX
from daw_bridge.osc.receiver import OscClient, OscReceiver, cost
from daw_bridge.session.sessions import MAIN
from daw_bridge.worker_protocol import Value, is_position

log = logging.getLogger(__name__)

Address = tuple[str, int]

MAX_PEERS = 256
MAX_SUBSCRIBERS = 32
PACKETS_PER_S = 2000.0  # of a sender; a KiB counts as one more, and so does a message of a bundle
ALL_PACKETS_PER_S = 3000.0  # of all together, each its fair part
STRANGERS_PER_S, STRANGERS_BURST = 100.0, 200.0  # of all that have not shown the token
COMPLAINTS_PER_S, COMPLAINT_BURST = 20.0, 40.0
SEND_BUFFER_BYTES = 256 * 1024  # macOS sends no larger datagram than it has room for
TOKEN = "/magnet/token"

_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class OscPeer(OscClient):
    """One sender, known by its address and port.

    Attributes:
        address: where it sends from.
        datagrams: that came from there.
        complaints: how often it is told what is no command.
    """

    def __init__(self, server: OscServer, address: Address, complaints: TokenBucket) -> None:
        super().__init__()
        self.address = address
        self.datagrams = 0
        self._server = server
        self.complaints = complaints

    def reply(self, address: str, values: Sequence[Value]) -> None:
        """Send a reply to it and to the subscribers of its session."""
        self._server.reply(self, address, values)

    def complain(self, address: str, reason: str) -> None:
        """Refuse a message; not too often, so that a flood is not answered by another."""
        if self.complaints.take():
            self.fail(None, address, reason)

    def subscribe(self, port: int, host: str | None) -> None:
        """Add another address for replies and events."""
        self._server.add_subscriber(self, (host or self.address[0], port))


class OscServer(asyncio.DatagramProtocol):
    """The UDP port of a server."""

    def __init__(self, hub: Hub, receiver: OscReceiver) -> None:
        self._hub = hub
        self._receiver = receiver
        self.port = 0
        self._transports: dict[int, asyncio.DatagramTransport] = {}  # by address family
        self._peers: OrderedDict[Address, OscPeer] = OrderedDict()
        self._subscribers: OrderedDict[Address, OscPeer] = OrderedDict()
        self._trusted: set[str] = set()
        self._limit = SharedLimit(PACKETS_PER_S, ALL_PACKETS_PER_S, hub.clock)
        self._strangers = TokenBucket(STRANGERS_PER_S, STRANGERS_BURST, hub.clock)
        self._complaints, self._stranger_complaints = (
            TokenBucket(COMPLAINTS_PER_S, COMPLAINT_BURST, hub.clock) for _ in range(2)
        )

    async def start(self, host: str, port: int) -> int:
        """Bind to every address of a host, and return the port (``port`` 0 takes a free one).

        Raises:
            TransportError: the port cannot be had.
        """
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            for family, *_, where in found:
                if family not in self._transports:
                    await self._bind(family, (where[0], self.port or port, *where[2:]))
            if not self._transports:
                raise OSError(errno.EADDRNOTAVAIL, f"{host} is no address of this machine")
        except OSError as error:
            self.close()
            raise bind_error("OSC", host, port, "--osc-port", error) from None
        self._hub.watch(self._on_event)
        self._hub.hold(lambda: {peer.session for peer in self._subscribers.values()})
        return self.port

    async def _bind(self, family: int, where: tuple[object, ...]) -> None:
        """Open one socket, if there is such an address: a name may have one of IPv6 in vain."""
        sock = None
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            sock.setblocking(False)
            sock.bind(where)
        except OSError as error:
            if sock is not None:
                sock.close()
            if error.errno in _NOT_HERE:
                return
            raise
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=sock)
        self._transports[family] = transport
        self.port = sock.getsockname()[1]

    def close(self) -> None:
        """Release the port, and forget what waits for its time."""
        self._receiver.close()
        for transport in self._transports.values():
            transport.close()

    # --- asyncio.DatagramProtocol ---

    def error_received(self, exc: Exception) -> None:
        """A reply could not be delivered (the peer's port is closed); it may come back."""
        if isinstance(exc, OSError) and exc.errno == errno.EMSGSIZE:
            log.warning("OSC: a reply was too long for a datagram, and is lost")
        log.debug("OSC: %s", exc)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Carry out a datagram, now or when its time tag says."""
        address, size = (str(addr[0]), int(addr[1])), 1 + len(data) / 1024
        if not self._is_trusted(address[0]):
            self._hear_stranger(address, data, size)
            return
        peer = self._peer(address)
        if not self._limit.take(address, size):
            self._hub.metrics.flooded_packets += 1
            return
        commands = self._receiver.read(peer, data)
        if not self._limit.take(address, max(0.0, cost(commands) - 1)):
            self._hub.metrics.flooded_packets += 1
            return
        self._receiver.take(peer, commands)

    # --- who sends ---

    def _is_trusted(self, host: str) -> bool:
        return is_loopback(host) or host in self._trusted

    def _hear_stranger(self, address: Address, data: bytes, size: float) -> None:
        """Let someone who is not trusted show the token, and nothing else; nothing is kept of it.

        What follows the token in the same packet is carried out.
        """
        if not self._strangers.take(size):
            self._hub.metrics.flooded_packets += 1
            return
        stranger = OscPeer(self, address, self._stranger_complaints)
        commands = self._receiver.read(stranger, data)
        if not self._strangers.take(max(0.0, cost(commands) - 1)):
            self._hub.metrics.flooded_packets += 1
            return
        for index, timed in enumerate(commands):
            if timed.command.address != TOKEN:
                self._hub.metrics.fails += 1
                stranger.complain(timed.command.address, f"first show the token: {TOKEN} s")
                continue
            self._hub.handle(stranger, timed.command)
            if stranger.trusted:
                self._trusted.add(address[0])
                stranger.complaints = self._complaints
                self._add(stranger)
                self._receiver.take(stranger, commands[index + 1 :])
                return

    def _peer(self, address: Address) -> OscPeer:
        peer = self._peers.get(address)
        if peer is None:
            peer = OscPeer(self, address, self._complaints)
            self._add(peer)
        peer.datagrams += 1
        self._peers.move_to_end(address)
        return peer

    def _add(self, peer: OscPeer) -> None:
        if len(self._peers) >= MAX_PEERS:
            self._forget_one()
        self._peers[peer.address] = peer

    def _forget_one(self) -> None:
        """Forget who has least to lose, and of those who was silent for longest; no subscriber.

        A program such as oscsend comes from another port each time, and is heard once there.
        """
        subscribed = set(self._subscribers.values())
        others = [peer for peer in self._peers.values() if peer not in subscribed]
        forgotten = min(others, key=lambda peer: (peer.session != MAIN) + (peer.datagrams > 1))
        del self._peers[forgotten.address]
        self._limit.forget(forgotten.address)

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
        family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
        transport = self._transports.get(family)
        if transport is None or transport.is_closing():
            log.debug("OSC to %s: no socket of that family", target)
            return
        try:
            transport.sendto(datagram, target)
        except (OSError, ValueError) as error:  # no route
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
