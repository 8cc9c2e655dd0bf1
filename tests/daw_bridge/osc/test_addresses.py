"""Where the UDP port is, and what does not fit through it."""

from __future__ import annotations

import asyncio
import errno
import socket
import time

import pytest
from osc_port import Port
from pythonosc.osc_message import OscMessage
from silent_hub import silent_hub

from daw_bridge.errors import TransportError
from daw_bridge.messages import encode_osc
from daw_bridge.osc.receiver import OscReceiver
from daw_bridge.osc.server import (
    OscServer,
)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


NO_FAMILY = 999


class TwoAddresses(asyncio.SelectorEventLoop):
    """A loop on a machine whose name has an address of each kind, and of one that it has not."""

    async def getaddrinfo(self, host: str, port: int, **options: int) -> list:
        families = (
            (NO_FAMILY, ("somewhere", port)),
            (socket.AF_INET6, ("::1", port, 0, 0)),
            (socket.AF_INET, ("127.0.0.1", port)),
        )
        return [(family, socket.SOCK_DGRAM, 0, "", where) for family, where in families]


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_a_name_is_every_address_that_it_has() -> None:
    """A peer that resolves localhost for itself may come to either."""

    async def run() -> None:
        hub = silent_hub(time.monotonic)
        server = OscServer(hub, OscReceiver(hub))
        port = await server.start("localhost", 0)
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family, socket.SOCK_DGRAM) as peer:
                peer.setblocking(False)
                peer.bind((host, 0))
                peer.sendto(encode_osc("/magnet/ping", [host]), (host, port))
                async with asyncio.timeout(15):
                    loop = asyncio.get_running_loop()
                    answer = OscMessage(await loop.sock_recv(peer, 65535))
                assert (answer.address, answer.params) == ("/magnet/pong", [host])
        server.close()
        await asyncio.sleep(0)

    with asyncio.Runner(debug=True, loop_factory=TwoAddresses) as runner:
        runner.run(run())


def test_a_reply_that_no_datagram_holds_is_said(caplog) -> None:
    server = Port().server
    server.error_received(ConnectionRefusedError(errno.ECONNREFUSED, "nobody there"))
    assert not caplog.records
    server.error_received(OSError(errno.EMSGSIZE, "too long"))
    assert "too long for a datagram" in caplog.text


def test_a_host_of_another_machine_is_refused_by_name() -> None:
    async def run() -> None:
        server = Port().server
        with pytest.raises(TransportError, match=r"192\.0\.2\.1"):
            await server.start("192.0.2.1", 0)

    asyncio.run(run())
