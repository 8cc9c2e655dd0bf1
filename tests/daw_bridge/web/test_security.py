"""Who gets what at the TCP port, for every route that there is, and how much of it.

Any web page can send requests to this machine, and by DNS rebinding under a name of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bridge_peers import BROWSER, PATIENCE_S, get, http, osc_peer, with_server, ws_peer
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from daw_bridge.app import RunningServer
from daw_bridge.doors.access import Access
from daw_bridge.doors.ws_link import MESSAGE_BURST, MESSAGES_PER_S
from daw_bridge.messages import encode_osc
from daw_bridge.web.console_files import console_files
from daw_bridge.web.server import MAX_CLIENTS, MAX_CONNECTIONS
from daw_bridge.web.ws_stream import MAX_STRANGERS

EVIL = "http://evil.test"
OPEN = {*console_files(), "/ws"}  # the page, and the stream, which asks for the token in its hello


async def paths(server: RunningServer) -> list[str]:
    """Return a path for every route, as the server itself lists them."""
    _, _, body = await http(server, get("/nothing", server))
    listed = body.decode().partition("; try ")[2].split()
    assert {"/", "/ws", "/osc", "/osc/", "/takes", "/takes/", "/metrics", "/healthz"} <= set(listed)
    return [path if path == "/" or not path.endswith("/") else f"{path}x" for path in listed]


async def status_of(server: RunningServer, path: str, *headers: str, **how: Any) -> int:
    status, head, _ = await http(server, get(path, server, *headers, **how))
    assert "Access-Control" not in head  # no page of another origin may read an answer
    if status not in (101, 426):
        assert "Cross-Origin-Resource-Policy: same-origin" in head
        assert "X-Content-Type-Options: nosniff" in head
    return status


def test_no_route_answers_under_a_foreign_host_name() -> None:
    """DNS rebinding: the page's own origin is then this very server."""

    async def scenario(server: RunningServer) -> None:
        for path in await paths(server):
            for headers in ((), (f"Origin: {EVIL}:{server.port}",), ("Upgrade: websocket",)):
                evil = f"evil.test:{server.port}"
                assert await status_of(server, path, *headers, host=evil) == 403
            token = f"Authorization: Bearer {server.token}"
            assert await status_of(server, path, token, host="evil.test") == 403

    with_server(scenario)


STRANGERS = (
    (f"Origin: {EVIL}",),
    ("Origin: null",),  # a file, or a sandboxed frame
    ("Origin: http://127.0.0.1:1",),
    ("Origin: http://127.0.0.1", f"Origin: {EVIL}"),
    ("Sec-Fetch-Site: cross-site",),  # an image, a script or a link of a foreign page
    ("Sec-Fetch-Site: same-site",),  # a page of another port
    ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"),
    (f"Origin: {EVIL}", "Authorization: Bearer wrong"),
    (f"Origin: {EVIL}", "Authorization: Basic TOKEN"),
)


def test_every_route_but_the_page_needs_the_token_from_a_foreign_page() -> None:
    async def scenario(server: RunningServer) -> None:
        for headers in STRANGERS:
            sent = [header.replace("TOKEN", server.token) for header in headers]
            for path in await paths(server):
                status = await status_of(server, path, BROWSER, *sent)
                assert (status == 401) == (path not in OPEN), (path, headers)
            for accept in ((), ("Accept: */*",)):  # there is the tree, not the page
                assert await status_of(server, "/", *sent, *accept) == 401
            assert await status_of(server, "/?HOST_INFO", *sent, BROWSER) == 401
            assert await status_of(server, "/metrics?token=wrong", *sent) == 401

    with_server(scenario)


def test_the_token_our_own_page_and_programs_are_let_in() -> None:
    async def scenario(server: RunningServer) -> None:
        foreign = f"Origin: {EVIL}"
        own = f"http://127.0.0.1:{server.port}"
        for headers in (
            (),
            ("Sec-Fetch-Site: none",),
            ("Sec-Fetch-Site: same-origin",),
            (f"Origin: {own}", "Sec-Fetch-Site: same-origin"),
            (foreign, f"Authorization: Bearer {server.token}"),
            (foreign, f"authorization: bearer {server.token}"),
        ):
            for path in ("/metrics", "/osc", "/takes"):
                assert await status_of(server, path, *headers) == 200, headers
        for path in ("/metrics", "/osc", "/takes"):
            assert await status_of(server, f"{path}?token={server.token}", foreign) == 200

    with_server(scenario)


def test_an_oscquery_socket_needs_the_token_from_a_foreign_page() -> None:
    async def scenario(server: RunningServer) -> None:
        for url in (f"ws://127.0.0.1:{server.port}{path}" for path in ("/osc", "/")):
            for query in ("", "?token=wrong"):
                with pytest.raises(InvalidStatus) as caught:
                    await connect(url + query, origin=EVIL)
                assert caught.value.response.status_code == 401
            evil = url.replace("127.0.0.1", "evil.test")
            with pytest.raises(InvalidStatus) as caught:
                await connect(evil, host="127.0.0.1")
            assert caught.value.response.status_code == 403
            async with connect(f"{url}?token={server.token}", origin=EVIL) as connection:
                await connection.send(encode_osc("/magnet/ping", ["x"]))
                assert b"/magnet/pong" in await asyncio.wait_for(connection.recv(), PATIENCE_S)

    with_server(scenario)


# --- limits ---


@contextlib.asynccontextmanager
async def idle_connections(server: RunningServer, count: int) -> AsyncIterator[None]:
    """Hold connections that ask for nothing."""
    writers = []
    try:
        for _ in range(count):
            writers.append((await asyncio.open_connection("127.0.0.1", server.port))[1])
        yield
    finally:
        for writer in writers:
            writer.close()
        for writer in writers:
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def is_served(server: RunningServer) -> bool:
    with contextlib.suppress(ConnectionError):
        return (await http(server, get("/healthz", server)))[0] in (200, 503)
    return False


def test_connections_are_bounded_and_idle_ones_do_not_last() -> None:
    """Whoever is on keeps playing; there is room again when the idle ones are dropped."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")
            async with idle_connections(server, MAX_CONNECTIONS):
                assert not await is_served(server)
                await peer.hear(0.3)
                async with asyncio.timeout(PATIENCE_S):
                    while not await is_served(server):
                        await peer.hear(0.1)
            peer.assert_no_gap()

    with_server(scenario, hello_timeout_s=5.0)


def test_websockets_are_bounded_together() -> None:
    async def scenario(server: RunningServer) -> None:
        url = f"ws://127.0.0.1:{server.port}/osc"
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(MAX_CLIENTS):
                await stack.enter_async_context(connect(url, close_timeout=0.3))
            for path in ("/osc", "/ws"):
                with pytest.raises(InvalidStatus) as caught:
                    await connect(f"ws://127.0.0.1:{server.port}{path}")
                assert caught.value.response.status_code == 503
            assert server.hub.metrics.clients == MAX_CLIENTS
        assert await status_of(server, "/metrics") == 200

    with_server(scenario)


def test_foreign_pages_cannot_take_the_places_of_clients() -> None:
    """However many sockets a page opens without the token, there is room for those who play."""

    async def scenario(server: RunningServer) -> None:
        url = f"ws://127.0.0.1:{server.port}/ws"
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(MAX_STRANGERS):
                await stack.enter_async_context(connect(url, origin=EVIL, close_timeout=0.3))
            async with connect(url, origin=EVIL) as refused:
                assert await closed_with(refused) == 1013
                assert "token" in (refused.close_reason or "")
            async with ws_peer(server) as peer:
                assert peer.events[0]["event"] == "ready"
        async with ws_peer(server, origin=EVIL, token=server.token) as friend:
            assert friend.events[0]["event"] == "ready"

    with_server(scenario)


def test_headers_that_come_twice_are_nobodys_friend() -> None:
    async def scenario(server: RunningServer) -> None:
        own, evil = f"Origin: http://127.0.0.1:{server.port}", f"Origin: {EVIL}"
        assert await status_of(server, "/osc", own, own) == 401
        token = f"Authorization: Bearer {server.token}"
        assert await status_of(server, "/osc", evil, token, token) == 401
        assert await status_of(server, "/osc", "Accept: a/b", "Accept: c/d") == 200
        assert await status_of(server, "/osc", "Upgrade: a", "Upgrade: b") == 200
        url = f"ws://127.0.0.1:{server.port}/ws"
        with pytest.raises(InvalidStatus) as caught:
            await connect(url, additional_headers=[("Origin", "x"), ("Origin", "y")])
        assert caught.value.response.status_code == 400

    with_server(scenario)


SECOND = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        (f"Content-Length: {len(SECOND)}",),
        ("Content-Length: 0",),
        ("Transfer-Encoding: chunked",),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        (),  # and no body announced at all
    ],
)
def test_what_follows_a_request_is_never_taken_for_another(headers) -> None:
    """A request in the body of one that passed a proxy's checks would pass unchecked."""

    async def scenario(server: RunningServer) -> None:
        await server.hub.wait_for_model()
        request = get("/healthz", server, *headers).encode()
        _, head, body = await http(server, request + SECOND)
        assert b"magnet_live_" not in body and b"HTTP/1.1" not in body
        assert "Connection: close" in head or not head

    with_server(scenario)


@pytest.mark.parametrize(
    "request_of",
    [
        lambda server: get("/healthz", server, f"X-Long: {'x' * 20_000}"),
        lambda server: get("/healthz", server, *(f"X-{n}: x" for n in range(1000))),
        lambda server: get("/healthz" + "x" * 20_000, server),
        lambda server: get("/healthz", server, "No colon here"),
        lambda server: get("/healthz", server, " folded: x"),
    ],
)
def test_headers_beyond_measure_are_refused_and_the_connection_ends(request_of) -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            status, _, _ = await http(server, request_of(server))
            assert status in (0, 400, 414, 431)
            assert (await peer.command("/magnet/ping", "x"))["text"] == "x"

    with_server(scenario)


def test_headers_that_come_by_and_by_do_not_hold_a_connection() -> None:
    """However regularly another byte comes: the whole request is due in time."""

    async def scenario(server: RunningServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")

        async def trickle() -> None:
            while True:
                writer.write(b"x")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(trickle())
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    with_server(scenario, hello_timeout_s=0.3)


async def closed_with(connection: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        while True:
            await asyncio.wait_for(connection.recv(), PATIENCE_S)
    return connection.close_code


def test_a_message_that_is_too_big_ends_its_own_connection_only() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")
            url = f"ws://127.0.0.1:{server.port}/osc"
            for message in (b"/" * 65_537, "x" * 65_537):
                async with connect(url) as connection:
                    await connection.send(message)
                    assert await closed_with(connection) == 1009
            await peer.hear(0.2)
            peer.assert_no_gap()
            assert peer.concealed_frames() == 0

    with_server(scenario)


def test_a_flood_on_the_oscquery_socket_is_slowed_and_the_stream_of_others_goes_on() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as good:
            await good.command("/magnet/play")
            async with connect(f"ws://127.0.0.1:{server.port}/osc?session=noisy") as bad:

                async def flood() -> None:
                    packet = encode_osc("/magnet/param/gain_db", [-3.0])
                    while True:
                        await bad.send(packet)
                        await asyncio.sleep(0.0003)

                began, before = server.hub.clock(), server.hub.metrics.commands
                noise = asyncio.create_task(flood())
                await good.hear(0.6)
                let_in = server.hub.metrics.commands - before
                elapsed_s = server.hub.clock() - began
                assert let_in <= 1 + MESSAGE_BURST + MESSAGES_PER_S * elapsed_s
                noise.cancel()
                await asyncio.gather(noise, return_exceptions=True)
            good.assert_no_gap()
            assert good.concealed_frames() == 0

    with_server(scenario)


# --- anything at all ---


def test_random_requests_and_packets_hurt_nobody() -> None:
    async def scenario(server: RunningServer) -> None:
        numbers = random.Random(5)
        words = ["/osc", "/magnet", "/takes/", "..", "%00", "%ff", "?VALUE", "&", "=", "\x7f", "é"]
        url = f"ws://127.0.0.1:{server.port}/osc"
        async with ws_peer(server) as peer, connect(url, close_timeout=0.3) as socket:
            await peer.command("/magnet/play")
            for _ in range(60):
                path = "/" + "".join(numbers.choices(words, k=numbers.randrange(6)))
                with contextlib.suppress(ConnectionError):
                    status, _, _ = await http(server, get(path, server))
                    assert status in (0, 200, 204, 400, 404, 426, 429)
                await socket.send(numbers.randbytes(numbers.randrange(200)))
                await socket.send(numbers.randbytes(numbers.randrange(200)).hex())
            with osc_peer(server) as osc:
                assert (await osc.ask("/magnet/ping", "alive")).params == ["alive"]
            await peer.hear(0.2)
            peer.assert_no_gap()

    with_server(scenario)


@given(st.text(), st.none() | st.text(), st.none() | st.text(), st.none() | st.text())
def test_any_headers_are_judged_and_never_let_in_by_mistake(peer, host, origin, site) -> None:
    access = Access("secret")
    access.host_refused(host)
    needs = access.needs_token(
        peer=peer, host_header=host, origin=origin, port=9001, fetch_site=site
    )
    loopback = ("127.", "localhost", "::1", "::ffff:127.")
    if not peer.lower().startswith(loopback) or (origin and "9001" not in origin):
        assert needs


@given(st.text(st.characters()))  # lone surrogates too: JSON may hold them
def test_no_text_but_the_token_is_the_token(text: str) -> None:
    assert Access("secret").token_is_right(text) == (text == "secret")
