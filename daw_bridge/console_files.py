"""The page at ``/`` and the files that it loads, as the HTTP server sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

_FOLDER = "console"
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class ConsoleFile:
    """One file: its type and its bytes."""

    content_type: str
    body: bytes


def console_files() -> dict[str, ConsoleFile]:
    """Return every file of the console by its path on the server; ``/`` is the page."""
    found = {}
    for item in files("daw_bridge").joinpath(_FOLDER).iterdir():
        kind = _TYPES.get(item.name.rpartition(".")[2])
        if kind is not None:
            path = "/" if item.name == "index.html" else f"/{item.name}"
            found[path] = ConsoleFile(f"{kind}; charset=utf-8", item.read_bytes())
    return found
