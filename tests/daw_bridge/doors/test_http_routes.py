"""What is at which path, and how an answer leaves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from bridge_peers import PATIENCE_S
from hypothesis import given
from hypothesis import strategies as st
from silent_hub import silent_hub
from waiting import until

from daw_bridge.doors.http_routes import HttpRequest, HttpResponse, Routes, as_json, text
from daw_bridge.web.server import REQUEST_BURST, WsServer


async def echo(request: HttpRequest) -> HttpResponse:
    return as_json([request.path, request.tail, request.query])


async def other(request: HttpRequest) -> HttpResponse:
    return text(200, "other")


def table() -> Routes:
    routes = Routes()
    routes.add("/", echo)
    routes.add("/takes", echo)
    routes.add("/takes/", echo)
    routes.add("/takes/old/", other)
    routes.add("/", other, programs=True)
    return routes


@pytest.mark.parametrize(
    ("target", "path", "tail", "query"),
    [
        ("/", "/", "", ""),
        ("/?embed=1", "/", "", "embed=1"),
        ("/takes", "/takes", "", ""),
        ("/takes/a.wav", "/takes/a.wav", "a.wav", ""),
        ("/takes/two%20words%2Bone.wav?x", "/takes/two words+one.wav", "two words+one.wav", "x"),
        ("/takes/%2e%2e/x", "/takes/../x", "../x", ""),  # for the handler to refuse
        ("/takes/", "/takes/", "", ""),
    ],
)
def test_a_target_finds_its_handler_and_comes_decoded(target, path, tail, query) -> None:
    route, request = table().find(target)
    assert route.handler is echo
    assert request == HttpRequest(path, tail, query)


def test_the_longest_prefix_answers_and_programs_are_answered_apart() -> None:
    assert table().find("/takes/old/x")[0].handler is other
    assert table().find("/", program=True)[0].handler is other
    assert table().find("/takes", program=True)[0].handler is echo


@pytest.mark.parametrize(
    "target", ["/nothing", "/take", "/takesx", "//takes", "/Takes", "/./takes"]
)
def test_nothing_else_is_there(target) -> None:
    with pytest.raises(LookupError, match="try / /takes /takes/"):
        table().find(target)


@pytest.mark.parametrize("target", ["", "takes", "*", "/%ff", "/a%00", "/a%0d%0aX: y", "/" * 3000])
def test_what_is_no_path_is_refused(target) -> None:
    with pytest.raises(ValueError, match="a path"):
        table().find(target)


@given(st.text() | st.text("/.%takesold0129af?&=", max_size=60))
def test_any_target_is_answered_or_refused(target) -> None:
    try:
        _, request = table().find(target)
    except (LookupError, ValueError):
        return
    assert request.path.startswith("/") and request.path.isprintable()
    assert request.path.endswith(request.tail)
    request.parameters()


def test_an_answer_is_safe_by_itself() -> None:
    head = as_json({"a": 1}).head(7).decode()
    assert head.startswith("HTTP/1.1 200 OK\r\n") and head.endswith("\r\n\r\n")
    assert "Content-Length: 7\r\n" in head
    assert "Content-Type: application/json\r\n" in head
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert f"\r\n{name}: " in head
    assert "Access-Control" not in head
    assert "Content-Length" not in HttpResponse(status=204).head(0).decode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json(float("nan"))


# --- the port ---


@contextlib.asynccontextmanager
async def listening(routes: Routes, **patience: float) -> AsyncIterator[WsServer]:
    """Run the TCP port alone, on a clock that stands still."""
    hub = silent_hub(lambda: 0.0)
    server = WsServer(hub, routes, **patience)
    await server.start("127.0.0.1", 0)
    try:
        yield server
    finally:
        await server.close()


def with_port(
    scenario: Callable[[WsServer], Awaitable[None]], routes: Routes, **patience: float
) -> None:
    async def run() -> None:
        async with asyncio.timeout(60), listening(routes, **patience) as server:
            await scenario(server)

    asyncio.run(run(), debug=True)


def slow_socket(server: WsServer) -> socket.socket:
    """Return a connection that takes little at a time, and has asked for ``/file``."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
    sock.connect(("127.0.0.1", server.port))
    sock.sendall(f"GET /file HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
    sock.setblocking(False)
    return sock


def file_routes(path: Path) -> Routes:
    async def file(_: HttpRequest) -> HttpResponse:
        return HttpResponse(content_type="audio/wav", body=path)

    routes = Routes()
    routes.add("/file", file)
    return routes


def test_a_file_comes_whole_to_one_who_reads_slowly(tmp_path: Path) -> None:
    """For longer than the patience with one who does not read at all."""
    path = tmp_path / "take.wav"
    body = bytes(range(256)) * 60_000
    path.write_bytes(body)

    async def scenario(server: WsServer) -> None:
        with slow_socket(server) as sock:
            loop, got = asyncio.get_running_loop(), b""
            started = loop.time()
            while part := await asyncio.wait_for(loop.sock_recv(sock, 65536), PATIENCE_S):
                got += part
                if loop.time() - started < 2.0:
                    await asyncio.sleep(0.02)
            assert loop.time() - started > 2.0
        head, _, received = got.partition(b"\r\n\r\n")
        assert b"Content-Length: 15360000" in head
        assert received == body

    with_port(scenario, file_routes(path), too_slow_s=1.0)


def test_one_who_does_not_read_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(bytes(10_000_000))

    async def scenario(server: WsServer) -> None:
        with slow_socket(server) as sock:
            await until(lambda: server._present.everyone)
            await until(lambda: not server._present.everyone)
            loop, got = asyncio.get_running_loop(), 0
            with contextlib.suppress(ConnectionError):
                while part := await asyncio.wait_for(loop.sock_recv(sock, 65536), PATIENCE_S):
                    got += len(part)
            assert got < 10_000_000

    with_port(scenario, file_routes(path), too_slow_s=0.2)


async def ask(server: WsServer, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    writer.close()
    await writer.wait_closed()
    return answer


def test_a_file_that_has_gone_is_not_found(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(server: WsServer) -> None:
        answer = await ask(server, "/file")
        assert answer.startswith(b"HTTP/1.1 404 ")
        assert b"no longer exists" in answer and str(tmp_path).encode() not in answer

    with_port(scenario, file_routes(tmp_path / "gone.wav"))
    assert "gone.wav" in caplog.text


def test_a_handler_that_fails_is_our_fault_and_the_server_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def faulty(_: HttpRequest) -> HttpResponse:
        raise RuntimeError("inner workings")

    routes = table()
    routes.add("/faulty", faulty)

    async def scenario(server: WsServer) -> None:
        answer = await ask(server, "/faulty")
        assert answer.startswith(b"HTTP/1.1 500 ") and b"inner" not in answer
        assert (await ask(server, "/takes")).startswith(b"HTTP/1.1 200 ")

    with caplog.at_level(logging.ERROR):
        with_port(scenario, routes)
    assert "RuntimeError: inner workings" in caplog.text


def test_requests_are_bounded_and_what_is_open_to_all_is_still_served() -> None:
    routes = table()
    routes.add("/open", other, open=True)

    async def scenario(server: WsServer) -> None:
        for _ in range(int(REQUEST_BURST)):
            assert (await ask(server, "/takes")).startswith(b"HTTP/1.1 200 ")
        answer = await ask(server, "/takes")
        assert answer.startswith(b"HTTP/1.1 429 ") and b"Retry-After: 1" in answer
        assert (await ask(server, "/open")).startswith(b"HTTP/1.1 200 ")

    with_port(scenario, routes)


def test_closing_waits_for_nobody(tmp_path: Path) -> None:
    """Neither for one who has asked for nothing, nor for one who takes long over a file."""
    path = tmp_path / "take.wav"
    path.write_bytes(bytes(10_000_000))

    async def scenario(server: WsServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        with slow_socket(server):
            await until(lambda: len(server._present.everyone) == 2)
            await asyncio.wait_for(server.close(), 10.0)
            assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        writer.close()
        await writer.wait_closed()

    with_port(scenario, file_routes(path), too_slow_s=60.0, hello_timeout_s=60.0)
