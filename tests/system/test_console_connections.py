"""The page at ``/`` when the worker, the connection or the server is lost, and as a stranger."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import AsyncIterator

import pytest
from bridge_peers import serving, with_server
from console_page import IS_HEARD, address_of, focus, opened, seconds, status, until
from headless_browser import BROWSER, open_page

from daw_bridge.app import RunningServer

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")

# Keeps the position and the length of each packet that comes.
RECORD_PACKETS = """
window.packets = [];
const Plain = WebSocket;
window.WebSocket = class extends Plain {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", ({data}) => {
      if (typeof data === "string") return;
      const view = new DataView(data);
      packets.push([Number(view.getBigUint64(24, true)), view.getUint32(12, true)]);
    });
  }
};
"""


def test_the_page_says_when_the_worker_is_lost_and_plays_on() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            await page.click("play")
            await page.until(IS_HEARD)
            await page.evaluate(
                "window.seen = new Set(); const watch = new MutationObserver(records => records"
                ".forEach(record => seen.add(record.target.textContent)));"
                "for (const id of ['source', 'message'])"
                "watch.observe(document.getElementById(id), {childList: true}); 0"
            )
            worker = server.hub.supervisor.pid
            assert worker is not None
            os.kill(worker, signal.SIGKILL)
            await page.until("seen.has('concealed') && seen.has('prefix')")
            await page.until("[...seen].some(text => text.includes('another one is starting'))")
            await page.until("document.getElementById('server-underruns').textContent != '0'")
            await page.until("document.getElementById('message').textContent == ''")
            assert "another one is starting" in await page.text("log")

    with_server(scenario, options={"load_s": 0.5})  # else it would be back before it is missed


def test_the_page_says_that_the_model_is_loading() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await page.until(
                "document.getElementById('connection').textContent"
                " == 'connecting: The model is loading: loading synthetic'"
            )
            assert await page.evaluate("document.getElementById('play').disabled")
            await page.until("document.getElementById('connection').textContent == 'connected'")
            assert await page.text("message") == ""
            assert page.complaints == []

    with_server(scenario, options={"load_s": 6.0})


def test_the_page_survives_a_server_that_is_started_again() -> None:
    """It comes back by itself, tells the new server what was set, and plays on."""

    async def run() -> None:
        async with asyncio.timeout(90):
            async with contextlib.AsyncExitStack() as stack:
                async with serving() as first:
                    port = first.port
                    page = await stack.enter_async_context(open_page(address_of(first)))
                    await opened(page)
                    await page.press("3")
                    await page.write("strings")
                    await page.press("Enter")
                    await focus(page, "knob-gain_db")
                    await page.press("Home")
                    await page.click("play")
                    await page.until(IS_HEARD)
                    await until(lambda: status(first).get("gain_db") == -60.0)
                    await page.evaluate("new Promise(done => setTimeout(done, 1500))")  # a status
                await page.until("!document.getElementById('connection').matches('.up')")
                assert "not connected" in await page.text("connection")
                assert await page.evaluate("document.getElementById('play').disabled")
                await page.evaluate("new Promise(done => setTimeout(done, 1500))")  # three tries
                assert (await page.text("log")).count("The connection was lost") == 1
                async with serving(port=port) as second:
                    await page.until("document.getElementById('connection').matches('.up')")
                    await until(lambda: status(second).get("prompt/3") == "strings")
                    await until(lambda: status(second).get("gain_db") == -60.0)
                    await until(lambda: status(second)["state"] == "playing")
                    await page.until(IS_HEARD)
                    assert await seconds(page) < 60

    asyncio.run(run(), debug=True)


class Gateway:
    """A TCP port in front of a server's, whose connections can be cut, or fall silent."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self._way = asyncio.Event()
        self._way.set()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        way = self._way
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await way.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers |= {writer, up_writer}
        for pair in ((reader, up_writer), (up_reader, writer)):
            task = asyncio.create_task(self._pump(*pair))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def fall_silent(self) -> None:
        """Pass nothing on of the connections that are there; nobody is told."""
        self._way.clear()
        self._way = asyncio.Event()
        self._way.set()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            self.cut()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)


def test_a_stranger_shows_the_token_and_a_lost_connection_is_resumed_to_the_sample() -> None:
    """Through another port the page is a stranger: it asks for the token, and keeps it."""

    async def scenario(server: RunningServer) -> None:
        gateway = Gateway(server.port)
        async with (
            gateway.listening() as port,
            open_page(f"http://127.0.0.1:{port}/", before=RECORD_PACKETS) as page,
        ):
            await page.until("document.getElementById('token-form')?.hidden === false")
            assert "token" in await page.text("connection")
            await page.click("token")
            await page.write(server.token)
            await page.press("Enter")
            await opened(page)
            assert await page.evaluate("document.getElementById('token-form').hidden")
            await page.click("play")
            await page.until(IS_HEARD)
            await page.evaluate("packets.length = 0")
            await page.until("packets.length > 20")
            before = gateway.connections
            gateway.cut()
            await until(lambda: gateway.connections > before)
            await page.until("packets.length > 200")
            await page.until(IS_HEARD)
            packets = await page.evaluate("packets")
            for (begin, frames), (following, _) in itertools.pairwise(packets):
                assert following == begin + frames
            assert await page.text("dropped") == "0 ms"

    with_server(scenario)


def test_a_connection_that_falls_silent_is_noticed_and_replaced() -> None:
    """As where a tablet changes its network: nothing is closed, and nothing comes any more."""

    async def scenario(server: RunningServer) -> None:
        gateway = Gateway(server.port)
        async with gateway.listening() as port, open_page(f"http://127.0.0.1:{port}/") as page:
            await page.until("document.getElementById('token-form')?.hidden === false")
            await page.click("token")
            await page.write(server.token)
            await page.press("Enter")
            await opened(page)
            await page.click("play")
            await page.until(IS_HEARD)
            await page.evaluate(
                "window.shown = []; new MutationObserver(() => "
                "shown.push(document.getElementById('connection').textContent))"
                ".observe(document.getElementById('connection'), {childList: true}); 0"
            )
            lost = (await page.text("log")).count("The connection was lost")
            gateway.fall_silent()
            await page.until("shown.some(text => text.includes('does not answer'))")
            await page.until("shown.at(-1) == 'connected'")
            await page.until(IS_HEARD)
            assert (await page.text("log")).count("The connection was lost") == lost + 1

    with_server(scenario)


def test_another_session_is_another_stream() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server) + "?session=left") as page:
            await opened(page)
            assert await page.evaluate("document.getElementById('session').value") == "left"
            await page.click("play")
            await page.until(IS_HEARD)
            assert server.hub.session("left").state.value == "playing"
            await page.evaluate("document.getElementById('session').select()")
            await page.evaluate("document.getElementById('session').focus()")
            await page.write("right")
            await page.press("Enter")
            await page.until("document.getElementById('play').ariaPressed == 'false'")
            await until(lambda: len(server.hub.session("right").listeners) == 1)
            assert (await page.evaluate("location.search")) == "?session=right"
            await page.press("Escape")
            await page.press(" ")
            await until(lambda: server.hub.session("right").state.value == "playing")
            await page.until(IS_HEARD)
            assert page.complaints == []

    with_server(scenario)
