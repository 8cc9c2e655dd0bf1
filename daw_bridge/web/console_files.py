"""The page at ``/`` and the files that it loads, as the HTTP server sends them."""

from __future__ import annotations

from importlib.resources import files

from daw_bridge.doors.http_routes import HttpRequest, HttpResponse, Routes

_FOLDER = "console"
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


def add_console(routes: Routes) -> None:
    """Put every file of the console at its path; ``/`` is the page. All are open to anyone."""
    pages = console_files()

    async def answer(request: HttpRequest) -> HttpResponse:
        return pages[request.path]

    for path in pages:
        routes.add(path, answer, open=True)


def console_files() -> dict[str, HttpResponse]:
    """Return every file of the console by its path on the server."""
    found = {}
    for item in files("daw_bridge").joinpath(_FOLDER).iterdir():
        kind = _TYPES.get(item.name.rpartition(".")[2])
        if kind is not None:
            path = "/" if item.name == "index.html" else f"/{item.name}"
            found[path] = HttpResponse(
                content_type=f"{kind}; charset=utf-8", body=item.read_bytes()
            )
    return found
