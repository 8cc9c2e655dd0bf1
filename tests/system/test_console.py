"""The page at ``/`` in a real browser: it plays, shows what it plays, and needs no mouse."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import numpy as np
import pytest
from bridge_peers import with_server, ws_peer
from headless_browser import BROWSER, PATIENCE_S, Page, open_page

from daw_bridge.app import RunningServer

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")


async def seconds(page: Page) -> float:
    minutes, _, rest = (await page.text("position")).partition(":")
    return 60 * int(minutes) + float(rest)


async def opened(page: Page) -> None:
    """Wait until the page is connected, and painted: a click before that is dropped."""
    await page.until("document.getElementById('play')?.disabled === false")
    await page.until("performance.getEntriesByType('paint').length > 0")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


def test_the_page_plays_and_shows_what_is_heard() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(f"http://127.0.0.1:{server.port}/") as page:
            await opened(page)
            assert await page.text("connection") == "connected"
            assert await page.text("source") == "nothing"
            await page.click("prompt")
            await page.write("purple bells")
            await page.click("send")
            await page.until("document.getElementById('words').textContent.endsWith('purple')")
            await page.click("play")
            await page.until("document.getElementById('source').textContent == 'infill'")
            begun = await seconds(page)
            assert begun > 0
            await asyncio.sleep(1.0)
            assert 0.7 < await seconds(page) - begun < 1.6
            assert await page.evaluate("document.getElementById('level').value") > -12
            assert await page.text("plan") == "1"
            assert (await page.text("latency")).endswith("ms (play)")
            await page.until("document.getElementById('state').textContent == 'playing'")
            (listener,) = server.hub.session("main").listeners
            assert listener.channels == 2 and listener.dropped_samples == 0
            await page.click("prompt")
            await page.write(" no more")
            await page.press("Enter")
            await page.until("document.getElementById('plan').textContent == '2'")
            await page.until("document.getElementById('latency').textContent.endsWith('(prompt)')")
            latency_ms = float((await page.text("latency")).split()[0])
            assert 0 < latency_ms < 1000
            assert server.hub.status("main")["prompt"] == "purple bells no more"
            await page.click("stop")
            await page.until("document.getElementById('source').textContent == 'nothing'")
            await page.until("document.getElementById('state').textContent == 'stopped'")
            assert page.complaints == []

    with_server(scenario)


def test_the_page_works_by_keyboard_and_follows_others() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(f"http://127.0.0.1:{server.port}/") as page, ws_peer(server) as peer:
            await opened(page)
            await peer.command("/magnet/prompt", "set elsewhere")
            await page.until("document.getElementById('prompt').value == 'set elsewhere'")
            order = []
            for _ in range(8):
                await page.press("Tab")
                order.append(await page.evaluate("document.activeElement.id"))
            buttons = ["play", "stop", "again", "reset", "reset-bar"]
            assert order == ["prompt", "send", *buttons, "gain"]
            await page.press("ArrowLeft")
            await page.until("document.getElementById('gain-value').textContent == '-1 dB'")
            await peer.until(lambda: server.hub.status("main").get("gain_db") == -1.0)
            await page.evaluate("document.getElementById('play').focus()")
            await page.press(" ")
            await page.until("document.getElementById('source').textContent == 'infill'")
            await page.evaluate("document.getElementById('prompt').select()")
            await page.write("refuse")
            await page.press("Enter")
            await page.until("document.getElementById('message').textContent == 'not that one'")
            assert page.complaints == []

    with_server(scenario)


def test_six_texts_are_blended_by_keyboard_and_shown_as_they_are() -> None:
    async def scenario(server: RunningServer) -> None:
        def status() -> dict:
            return server.hub.status("main")

        async with open_page(f"http://127.0.0.1:{server.port}/") as page, ws_peer(server) as peer:
            await opened(page)
            await page.evaluate("document.getElementById('slot-2').focus()")
            await page.write("bells")
            await page.press("Enter")
            await until(lambda: status().get("prompt/2") == "bells")
            assert status()["prompt/2/weight"] == 1.0
            await page.press("Tab")
            assert await page.evaluate("document.activeElement.id") == "weight-2"
            for _ in range(10):
                await page.press("ArrowLeft")
            await until(lambda: status()["prompt/2/weight"] == 0.9)
            assert status()["prompt/2"] == "bells"
            await peer.command("/magnet/prompt/6", "strings", 0.25)
            await page.until("document.getElementById('slot-6').value == 'strings'")
            assert await page.evaluate("document.getElementById('weight-6').value") == "0.25"
            await peer.command("/magnet/prompt", "all of it")
            await page.until("document.getElementById('slot-1').value == 'all of it'")
            await page.until("document.getElementById('slot-6').value == ''")
            assert page.complaints == []

    with_server(scenario)


def test_tempo_loop_again_and_reset_have_their_places() -> None:
    async def scenario(server: RunningServer) -> None:
        def status() -> dict:
            return server.hub.status("main")

        async with open_page(f"http://127.0.0.1:{server.port}/") as page, ws_peer(server) as peer:
            await opened(page)
            await page.evaluate("document.getElementById('tempo').focus()")
            await page.write("93.5")
            await page.press("Enter")
            await until(lambda: status().get("tempo") == 93.5)
            await page.evaluate("document.getElementById('tempo').select()")
            await page.write("7")
            await page.press("Enter")
            assert "20" in await page.evaluate(
                "document.getElementById('tempo').validationMessage"
            )  # the browser keeps it back
            await page.evaluate("[...document.querySelectorAll('#loop button')].at(3).focus()")
            await page.press(" ")
            await until(lambda: status().get("loop") == 4)
            await peer.command("/magnet/loop", 0, id=2)
            await page.until(
                "document.querySelector('#loop [aria-pressed=true]').textContent == 'Off'"
            )
            seen = server.hub.metrics.commands
            for button in ("again", "reset", "reset-bar"):
                await page.click(button)
            await until(lambda: server.hub.metrics.commands >= seen + 3)
            assert server.hub.metrics.fails == 0
            assert page.complaints == []

    with_server(scenario)


def test_the_page_fits_a_telephone() -> None:
    """At 400 pixels nothing is cut off or runs over, and every control has room for a finger."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(f"http://127.0.0.1:{server.port}/") as page:
            size = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": True}
            await page.call("Emulation.setDeviceMetricsOverride", **size)
            await opened(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 400
            boxes = await page.evaluate(
                "[...document.querySelectorAll('main button, main input')].map(e => "
                "(r => [e.id, r.left, r.right, r.width, r.height])(e.getBoundingClientRect()))"
            )
            assert len(boxes) > 25
            for name, left, right, width, height in boxes:
                assert left >= 0 and right <= 400, name
                assert width >= 40 and height >= 40, (name, width, height)

    with_server(scenario)


def test_the_page_says_when_the_worker_is_lost_and_plays_on() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(f"http://127.0.0.1:{server.port}/") as page:
            await opened(page)
            await page.click("play")
            await page.until("document.getElementById('source').textContent == 'infill'")
            await page.evaluate(
                "window.sources = new Set(); new MutationObserver(records => records.forEach("
                "record => sources.add(record.target.textContent)))"
                ".observe(document.getElementById('source'), {childList: true}); 0"
            )
            worker = server.hub.supervisor.pid
            assert worker is not None
            os.kill(worker, signal.SIGKILL)
            await page.until("sources.has('concealed') && sources.has('prefix')")
            await page.until("document.getElementById('server-underruns').textContent != '0'")

    with_server(scenario, options={"load_s": 0.5})  # else it would be back before it is missed


RENDER = """(async () => {
  const context = new OfflineAudioContext(2, 2560, 48000);
  await context.audioWorklet.addModule("worklet.js");
  const node = new AudioWorkletNode(context, "stream", {
    numberOfInputs: 0, outputChannelCount: [2], processorOptions: {bufferFrames: 900},
  });
  node.connect(context.destination);
  let position = 0;
  for (const [frames, channels] of [[1, 2], [299, 2], [640, 1], [1000, 2]]) {
    const samples = Float32Array.from({length: frames * channels}, (_, n) => {
      const at = position + Math.floor(n / channels);
      return n % channels ? -Math.sin(at / 20) : Math.sin(at / 20);
    });
    node.port.postMessage({channels, flags: 2, frames, position, plan: 1, samples});
    position += frames;
  }
  await new Promise((resolve) => setTimeout(resolve, 200));  // the audio thread takes them in
  const heard = await context.startRendering();
  return [0, 1].map((channel) => Array.from(heard.getChannelData(channel)));
})()"""


def test_packets_of_any_size_are_played_whole_and_end_without_a_click() -> None:
    """Sample for sample after the fade-in; mono in both channels; the last sample dies away."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(f"http://127.0.0.1:{server.port}/") as page:
            await opened(page)
            left, right = np.array(await page.evaluate(RENDER))
            sine = np.sin(np.arange(1940) / 20)
            fade = np.minimum(1.0, np.arange(1, 1941) / 256)
            np.testing.assert_allclose(left[:1940], fade * sine, atol=1e-6)
            mirrored = np.where((np.arange(1940) >= 300) & (np.arange(1940) < 940), sine, -sine)
            np.testing.assert_allclose(right[:1940], fade * mirrored, atol=1e-6)
            tail = left[1939] * 0.97 ** np.arange(1, 621)
            np.testing.assert_allclose(left[1940:], tail, atol=1e-5)

    with_server(scenario)
