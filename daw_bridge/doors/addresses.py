"""Under which addresses others find a server that listens on all of this machine's.

The system is asked which of its addresses it would send from; nothing is sent, and no name is
looked up.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket

# One in each kind of network that a stage may have: with a router to everywhere (an address kept
# for documentation, which is nobody's), private ones without, and without anyone who hands out
# addresses.
_ELSEWHERE = {
    socket.AF_INET: ("192.0.2.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.0.1"),
    socket.AF_INET6: ("2001:db8::1", "fd00::1"),
}


def own_addresses(host: str) -> list[str]:
    """Return what to type to reach a server that is bound to ``host``.

    Args:
        host: name or IP address; the unspecified one stands for all of this machine.

    Returns:
        ``host`` itself; for the unspecified address those that other machines reach, the likeliest
        first. Where there is no network the loopback address is all that there is.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [host]
    if not address.is_unspecified:
        return [host]
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    found: dict[str, None] = {}
    for there in _ELSEWHERE[family]:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((there, 9))  # of UDP: chooses a route, and no more
            found[sock.getsockname()[0]] = None
    return list(found) or ["::1" if address.version == 6 else "127.0.0.1"]
