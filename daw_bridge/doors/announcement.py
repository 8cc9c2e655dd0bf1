"""The server's ports, announced on the network by zeroconf, for controllers that browse for them.

Opt-in (``serve --zeroconf``, extra ``[zeroconf]``): ``_osc._udp`` and ``_oscjson._tcp`` (OSCQuery).
A server that listens on this machine only is announced on the loopback interface only, so that
nothing leaves the machine; one that listens everywhere, on all its interfaces.

Threading: event loop; the library answers queries on it too.
"""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import logging
import re
import socket
from collections.abc import AsyncIterator

from daw_bridge.errors import TransportError

log = logging.getLogger(__name__)


def require(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address of a server that can be announced.

    Raises:
        TransportError: zeroconf is not installed, or ``host`` is a name.
    """
    if importlib.util.find_spec("zeroconf") is None:
        raise TransportError(
            "--zeroconf needs a package that is not installed: pip install 'magnet-live[zeroconf]'"
        )
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise TransportError(f"--zeroconf needs --host as an IP address, not {host!r}") from None


@contextlib.asynccontextmanager
async def announced(host: str, *, osc_port: int, port: int) -> AsyncIterator[None]:
    """Announce a server while the context is open.

    Args:
        host: the address that it is bound to.
        osc_port: UDP, for OSC.
        port: TCP, for OSCQuery.

    Raises:
        TransportError: the network does not let us; see also ``require``.
    """
    from zeroconf import Error, InterfaceChoice, IPVersion, ServiceInfo, get_all_addresses
    from zeroconf.asyncio import AsyncZeroconf

    address = require(host)
    everywhere = address.is_unspecified
    addresses = get_all_addresses() if everywhere else [str(address)]
    name = _name(port)
    services = [
        ServiceInfo(
            kind,
            f"{name}.{kind}",
            port=number,
            parsed_addresses=addresses,
            properties=properties,
            server=f"{name}.local.",
        )
        for kind, number, properties in (
            ("_osc._udp.local.", osc_port, {}),
            ("_oscjson._tcp.local.", port, {"path": "/osc"}),
        )
    ]
    try:
        zeroconf = AsyncZeroconf(
            interfaces=InterfaceChoice.All if everywhere else addresses,
            ip_version=IPVersion.V6Only if address.version == 6 else IPVersion.V4Only,
        )
    except OSError as error:
        raise _refused(host, error) from None
    try:
        try:
            for service in services:
                await (await zeroconf.async_register_service(service, allow_name_change=True))
        except (OSError, Error) as error:
            raise _refused(host, error) from None
        log.info("zeroconf    %s: udp %d, tcp %d", services[0].name, osc_port, port)
        yield
    finally:
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


def _name(port: int) -> str:
    """Return a name that no other server has, on this machine or another."""
    machine = re.sub("[^A-Za-z0-9]+", "-", socket.gethostname().partition(".")[0])[:32]
    return f"magnet-live-{machine.strip('-') or 'here'}-{port}"


def _refused(host: str, error: Exception) -> TransportError:
    return TransportError(f"--zeroconf: {host} cannot be announced: {error}")
