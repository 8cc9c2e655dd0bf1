"""What is at which path of the server's TCP port: the table that ``web/server.py`` dispatches by.

    routes.add("/metrics", handler)     exactly this path
    routes.add("/takes/", handler)      ends in /: all that is below it, which comes as ``tail``
    routes.add_socket("/osc", serve)    a WebSocket
    routes.add("/", tree, programs=True)    for all but browsers, which say that they take HTML

A handler gets a request that has passed the checks of its route: the Host header always, and the
rule for strangers (``access.py``) for everything that is not marked open, so that a page of another
origin reads nothing. Nothing here touches a socket or a file.

Threading: event loop only.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from websockets.asyncio.server import ServerConnection

MAX_TARGET_CHARACTERS = 2048
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; media-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A GET.

    Attributes:
        path: what it asks for, decoded; without the query.
        tail: what follows the route's own path; empty for an exact one.
        query: what follows the ``?``, as it came.
    """

    path: str
    tail: str = ""
    query: str = ""

    def parameters(self) -> dict[str, str]:
        """Return the query's names and values; the last of a name holds."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """An answer.

    Attributes:
        status: 200 to 599.
        content_type: of the body.
        body: its bytes, or the file that has them: a file is sent in slices, never read whole.
        headers: further ones, over the security headers where both have a name.
    """

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes | Path = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self, length: int) -> bytes:
        """Return the status line and the headers for a body of so many bytes."""
        fields = {**SECURITY_HEADERS, **self.headers}
        fields |= {"Content-Type": self.content_type, "Content-Length": str(length)}
        if self.status == HTTPStatus.NO_CONTENT:
            del fields["Content-Type"], fields["Content-Length"]
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        assert not any("\r" in line or "\n" in line for line in lines), "a header in a header"
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def text(status: int, message: str) -> HttpResponse:
    """Return a line of plain text."""
    return HttpResponse(status=status, body=f"{message}\n".encode("utf-8", "replace"))


def as_json(value: object, status: int = 200) -> HttpResponse:
    """Return a value as JSON.

    Raises:
        ValueError: it holds NaN or infinity, which JSON does not allow.
    """
    body = json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    return HttpResponse(status=status, content_type="application/json", body=body)


Handler = Callable[[HttpRequest], Awaitable[HttpResponse]]
SocketHandler = Callable[[ServerConnection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """What answers at a path.

    Attributes:
        handler: of a GET; None where only a WebSocket is here.
        socket: of a WebSocket; None where only a GET is.
        open: neither needs the token: the handler has nothing to hide, or checks for itself.
    """

    handler: Handler | None = None
    socket: SocketHandler | None = None
    open: bool = False


class Routes:
    """Handlers by path."""

    def __init__(self) -> None:
        self._exact: dict[str, Route] = {}
        self._below: dict[str, Route] = {}
        self._for_programs: dict[str, Route] = {}

    def add(
        self, path: str, handler: Handler, *, open: bool = False, programs: bool = False
    ) -> None:
        """Answer GET at a path, and below it where it ends in ``/`` (but ``/`` is the page).

        Args:
            path: where.
            handler: the answer.
            open: anyone may ask, without the token.
            programs: only where it is no browser that wants a page; comes before other handlers.
        """
        self._put(path, Route(handler, None, open), programs)

    def add_socket(
        self, path: str, socket: SocketHandler, *, open: bool = False, programs: bool = False
    ) -> None:
        """Serve WebSockets at an exact path; ``open``: the handler asks for the token itself."""
        self._put(path, Route(None, socket, open), programs)

    def _put(self, path: str, route: Route, programs: bool) -> None:
        table = self._below if path.endswith("/") and path != "/" else self._exact
        if programs:
            table = self._for_programs
        known = table.get(path)
        if known is not None:
            assert (known.handler is None) != (route.handler is None), f"{path} is taken"
            assert known.open == route.open, f"{path} cannot be half open"
            route = Route(known.handler or route.handler, known.socket or route.socket, route.open)
        table[path] = route

    @property
    def paths(self) -> list[str]:
        """Every path that there is."""
        return sorted((*self._exact, *self._below))

    def find(self, target: str, *, program: bool = False) -> tuple[Route, HttpRequest]:
        """Return what answers to a request target, and the request as its handler gets it.

        Args:
            target: path and query.
            program: who asks is no browser that wants a page.

        Raises:
            LookupError: nothing is there; the text says what would be.
            ValueError: it is not a path.
        """
        path, query = _parted(target)
        if program and path in self._for_programs:
            return self._for_programs[path], HttpRequest(path, "", query)
        if path in self._exact:
            return self._exact[path], HttpRequest(path, "", query)
        prefixes = [prefix for prefix in self._below if path.startswith(prefix)]
        if prefixes:
            prefix = max(prefixes, key=len)
            return self._below[prefix], HttpRequest(path, path.removeprefix(prefix), query)
        doors = " ".join(one for one in self.paths if "." not in one)  # not the page's own files
        raise LookupError(f"Nothing is at {path[:80]}; try {doors}")


def _parted(target: str) -> tuple[str, str]:
    if len(target) > MAX_TARGET_CHARACTERS:
        raise ValueError(f"a path of more than {MAX_TARGET_CHARACTERS} characters")
    raw, _, query = target.partition("?")
    try:
        path = unquote(raw, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("a path that is not UTF-8") from None
    if not path.startswith("/") or not path.isprintable():
        raise ValueError("a path that does not begin with / or holds control characters")
    return path, query
