"""Who may connect: loopback by default, a token for everyone else.

Any web page can open a socket to this machine, and by DNS rebinding under any host name. So the
``Host`` header must name this machine, a foreign ``Origin`` needs the token, and so does any peer
that is not on this machine.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from daw_bridge.errors import TransportError

HOST, OSC_PORT, PORT = "127.0.0.1", 9000, 9001  # where a server listens unless it is told


def config_folder(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the user's configuration folder for this program (it may not exist)."""
    if platform == "win32":
        base = Path(environ.get("APPDATA") or Path.home())
    elif platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "magnet-live"


def load_token(folder: Path) -> str:
    """Return the token kept in ``folder``, made on first use, readable by its owner only.

    Raises:
        TransportError: it can be neither read nor written.
    """
    path = folder / "token"
    try:
        if path.exists() and (token := path.read_text("utf-8").strip()):
            return token
        folder.mkdir(parents=True, exist_ok=True)
        token = secrets.token_urlsafe(24)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TransportError(
            f"the token file {path} can be neither read nor made: {error}"
        ) from None
    return token


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine's loopback."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one server.

    Attributes:
        token: what strangers must show.
        bound_to_loopback: the server listens on this machine only.
    """

    token: str
    bound_to_loopback: bool = True

    def host_refused(self, host_header: str | None) -> str | None:
        """Return why a request under this ``Host`` is refused, None where it is not."""
        if not self.bound_to_loopback or (host_header and is_loopback(_host_of(host_header))):
            return None
        return f"Host is {host_header!r}; this server answers to 127.0.0.1 and localhost only\n"

    def needs_token(
        self,
        *,
        peer: str,
        host_header: str | None,
        origin: str | None,
        port: int,
        fetch_site: str | None = None,
    ) -> bool:
        """Return whether a client must show the token.

        Args:
            peer: its IP address.
            host_header: of its request.
            origin: of its request; native clients send none, nor do images and links of a page.
            port: where this server listens.
            fetch_site: its ``Sec-Fetch-Site`` header, which browsers send where they send no
                origin: ``none`` where the user typed the address.
        """
        if not is_loopback(peer) or not is_loopback(_host_of(host_header or "")):
            return True
        if origin is None:
            return fetch_site not in (None, "none", "same-origin")
        return not _is_own_origin(origin, port)

    def token_is_right(self, token: str | None) -> bool:
        """Return whether a token is the one; takes the same time for all wrong ones."""
        return token is not None and hmac.compare_digest(
            token.encode("utf-8", "surrogatepass"), self.token.encode()
        )


def _host_of(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_own_origin(origin: str, port: int) -> bool:
    try:
        parts = urlsplit(origin)
        return parts.scheme == "http" and parts.port == port and is_loopback(parts.hostname or "")
    except ValueError:
        return False
