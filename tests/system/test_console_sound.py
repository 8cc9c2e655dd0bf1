"""The page's sound in a real browser: what it plays, and what its microphone records."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from bridge_peers import with_server
from console_page import IS_HEARD, address_of, opened, until
from headless_browser import BROWSER, open_page

from daw_bridge.app import RunningServer

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")

MICROPHONE = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",  # it beeps once a second
)


def test_the_microphone_is_recorded_and_the_music_goes_on_from_it() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server), flags=MICROPHONE) as page:
            await opened(page)
            await page.click("record")
            await page.until("document.getElementById('input-state').textContent == 'recording'")
            assert await page.evaluate("document.getElementById('record').ariaPressed") == "true"
            await page.until("document.getElementById('input-level').ariaValueNow > -50")
            await asyncio.sleep(1.0)
            await page.click("record")
            await page.until(
                "/^recorded, [1-9]/.test(document.getElementById('input-state').textContent)"
            )
            await page.evaluate("document.querySelectorAll('#use button')[1].click()")
            await page.until(
                "document.querySelector('#use [aria-checked=true]').textContent == 'context'"
            )
            assert page.complaints == []

    with_server(scenario)


def test_without_a_microphone_the_page_says_so_and_plays_on() -> None:
    async def scenario(server: RunningServer) -> None:
        refuse = """navigator.mediaDevices.getUserMedia = () =>
            Promise.reject(new DOMException("no", "NotFoundError"));"""
        async with open_page(address_of(server), before=refuse) as page:
            await opened(page)
            await page.click("play")
            await page.until(IS_HEARD)
            await page.click("record")
            await page.until(
                "document.getElementById('message').textContent.includes('no microphone')"
            )
            assert await page.evaluate("document.getElementById('record').ariaPressed") == "false"
            await page.until(IS_HEARD)

    with_server(scenario)


# The browser takes its time to ask; keeps every track that it gives.
SLOW_MICROPHONE = """
window.tracks = [];
const give = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  await new Promise((resolve) => setTimeout(resolve, 400));
  const stream = await give(wanted);
  tracks.push(...stream.getTracks());
  return stream;
};
"""
ARE_CLOSED = "tracks.every(({readyState}) => readyState == 'ended')"


def test_keys_that_are_pressed_twice_open_the_microphone_once() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server), before=SLOW_MICROPHONE, flags=MICROPHONE) as page:
            await opened(page)
            await page.press("i", times=2)
            await page.until("document.getElementById('record').ariaPressed == 'true'")
            await asyncio.sleep(0.6)  # a second one would be here now
            assert await page.evaluate("tracks.length") == 1
            await page.press("i")
            await page.until("document.getElementById('record').ariaPressed == 'false'")
            assert await page.evaluate(ARE_CLOSED)
            assert page.complaints == []

    with_server(scenario)


def test_a_phrase_that_the_server_ends_closes_the_microphone() -> None:
    """At its longest, or because somebody else says so."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server), before=SLOW_MICROPHONE, flags=MICROPHONE) as page:
            await opened(page)
            recorder = server.hub.session("main").recorder
            assert recorder is not None
            await page.click("record")
            await page.until("document.getElementById('input-level').ariaValueNow > -50")
            await until(lambda: recorder.is_recording)
            await asyncio.sleep(0.5)
            assert recorder.end() == ""
            await page.until("document.getElementById('record').ariaPressed == 'false'")
            assert await page.text("record") == "Record"
            assert await page.evaluate(ARE_CLOSED)
            assert page.complaints == []

    with_server(scenario)


def test_a_recorder_that_cannot_be_loaded_lets_go_of_the_microphone() -> None:
    broken = """
    const load = AudioWorklet.prototype.addModule;
    AudioWorklet.prototype.addModule = function (name) {
      if (name.startsWith("recorder")) return Promise.reject(new Error("gone"));
      return load.call(this, name);
    };"""

    async def scenario(server: RunningServer) -> None:
        async with open_page(
            address_of(server), before=SLOW_MICROPHONE + broken, flags=MICROPHONE
        ) as page:
            await opened(page)
            await page.click("record")
            await page.until("document.getElementById('message').textContent.includes('gone')")
            assert await page.evaluate("tracks.length") == 1
            assert await page.evaluate(ARE_CLOSED)
            assert await page.evaluate("document.getElementById('record').ariaPressed") == "false"

    with_server(scenario)


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
        async with open_page(address_of(server)) as page:
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


RENDER_JUMP = """(async (given) => {
  const context = new OfflineAudioContext(1, 4096, 48000);
  await context.audioWorklet.addModule("worklet.js");
  const node = new AudioWorkletNode(context, "stream", {
    numberOfInputs: 0, outputChannelCount: [1], processorOptions: {bufferFrames: 100},
  });
  node.connect(context.destination);
  for (const [position, frames, value] of given) {
    const samples = new Float32Array(frames).fill(value);
    node.port.postMessage({channels: 1, flags: 2, frames, position, plan: 1, samples});
  }
  await new Promise((resolve) => setTimeout(resolve, 200));  // the audio thread takes them in
  const heard = await context.startRendering();
  return Array.from(heard.getChannelData(0));
})(%s)"""


def test_a_stretch_that_was_left_out_makes_no_click() -> None:
    """From +0.5 to -0.5: over 5 ms, and not from one sample to the next."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            jump = "[[0, 1500, 0.5], [90000, 1500, -0.5]]"
            heard = np.array(await page.evaluate(RENDER_JUMP % jump))
            assert heard[1259] == pytest.approx(0.5) and heard[1500] == pytest.approx(-0.5)
            slope = np.diff(heard[1259:1501])
            np.testing.assert_allclose(slope, -1 / 241, atol=1e-6)

    with_server(scenario)
