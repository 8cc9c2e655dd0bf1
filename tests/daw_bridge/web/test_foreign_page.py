"""A page of another origin in a real browser: it can neither read nor control anything."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from bridge_peers import WsPeer, with_server, ws_peer
from headless_browser import BROWSER, open_page

from daw_bridge.app import RunningServer

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

PAGE = """<!doctype html><title>evil</title><script>
const at = "127.0.0.1:PORT";
const tries = {
  "read the tree": () => fetch(`http://${at}/osc`).then((r) => r.json()),
  "read the metrics": () => fetch(`http://${at}/metrics`).then((r) => r.text()),
  "read the takes": () => fetch(`http://${at}/takes`).then((r) => r.json()),
  "read with a guess": () => fetch(`http://${at}/osc?token=guess`).then((r) => r.json()),
  "read by no-cors": () => fetch(`http://${at}/osc`, { mode: "no-cors" }).then((r) => r.text())
    .then((text) => { if (!text) throw new Error("opaque"); return text; }),
  "run its script": () => load("script", { src: `http://${at}/console.js`, type: "module" }),
  "run json as script": () => load("script", { src: `http://${at}/osc` }),
  "show its image": () => load("img", { src: `http://${at}/metrics` }),
  "hear a take": () => load("audio", { src: `http://${at}/takes/x.wav` }),
  "frame the page": () => framed(`http://${at}/`),
  "stream": () => socket(`ws://${at}/ws`, JSON.stringify({ cmd: "hello", version: 1 })),
  "send OSC": () => socket(`ws://${at}/osc`, new TextEncoder().encode("/magnet/play\\0\\0\\0\\0")),
  "send OSC at the root": () => socket(`ws://${at}/`, "{}"),
};
function load(kind, attributes) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(kind), attributes);
    element.onload = element.oncanplay = () => resolve("loaded");
    element.onerror = () => reject(new Error("refused"));
    document.documentElement.append(element);
  });
}
async function framed(src) {
  const frame = Object.assign(document.createElement("iframe"), { src });
  const loaded = new Promise((resolve) => { frame.onload = resolve; });
  document.documentElement.append(frame);
  await loaded;
  return frame.contentDocument.title;  // throws: another origin, or no page at all
}
function socket(url, message) {
  return new Promise((resolve, reject) => {
    const connection = new WebSocket(url);
    connection.onopen = () => connection.send(message);
    connection.onmessage = ({ data }) => {
      const isRefused = typeof data === "string" && JSON.parse(data).event === "fail";
      if (!isRefused) resolve(String(data));
    };
    connection.onclose = ({ code }) => reject(new Error(`closed ${code}`));
  });
}
globalThis.results = (async () => {
  const found = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try { found[name] = `GOT ${await attempt()}`; } catch (error) { found[name] = "no"; }
  }
  return JSON.stringify(found);
})();
</script>"""


@contextlib.asynccontextmanager
async def evil_server(page: str) -> AsyncIterator[str]:
    """Serve a page on another port; return its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            body = page.encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}"
            writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def results(server: RunningServer) -> dict[str, str]:
    page_text = PAGE.replace("PORT", str(server.port))
    async with evil_server(page_text) as url, open_page(url) as page:
        await page.until("globalThis.results !== undefined")
        found: dict[str, str] = json.loads(await page.evaluate("globalThis.results"))
        return found


def test_a_page_of_another_origin_gets_nothing_and_changes_nothing() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            found = await results(server)
            assert len(found) == 13
            assert set(found.values()) == {"no"}, found
            await assert_untouched(peer)

    with_server(scenario)


async def assert_untouched(peer: WsPeer) -> None:
    status = await peer.command("/magnet/status", id="status")
    assert (status["state"], status["clients"], status["commands"]) == ("stopped", 1, 1)
