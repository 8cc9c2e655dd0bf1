"""The page with a MIDI controller and a keyboard, which stand behind a browser's Web MIDI."""

from __future__ import annotations

import asyncio

import pytest
from bridge_peers import with_server
from console_page import RECORD_SENT, address_of, focus, opened, status, until
from headless_browser import BROWSER, open_page

from daw_bridge.app import RunningServer

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")

# What a browser gives: one input. `play(...)` is what its device sends.
KEYBOARD = """
window.pads = {onmidimessage: null};
window.asked = 0;
navigator.requestMIDIAccess = async () => (asked++, {inputs: new Map([["1", pads]])});
window.play = (...bytes) => pads.onmidimessage({data: Uint8Array.from(bytes)});
"""


def test_a_controller_is_learnt_moves_its_knob_by_its_curve_and_is_kept() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server), before=KEYBOARD) as page:
            await opened(page)
            assert await page.evaluate("asked") == 0  # nobody who has no MIDI is asked for it
            await page.press("m")
            await page.until("document.getElementById('midi').textContent.includes('first')")
            await focus(page, "knob-gain_db")
            await page.press("m")
            await page.until("document.getElementById('midi').textContent.includes('move gain')")
            await page.evaluate("play(0xb0, 21, 127)")
            await until(lambda: status(server).get("gain_db") == 12.0)
            badge = "document.getElementById('knob-gain_db').closest('.knob').dataset.midi"
            assert await page.evaluate(badge) == "CC 21"
            assert await page.text("midi") == ""
            await page.evaluate("play(0xb0, 22, 0)")  # nobody's
            await page.evaluate("play(0xb0, 21, 0)")
            await until(lambda: status(server).get("gain_db") == -60.0)
            x, y = await page.box("weight-2")
            await page.mouse("mousePressed", x, y, button="right", clickCount=1)
            await page.mouse("mouseReleased", x, y, button="right", clickCount=1)
            await page.until("document.getElementById('midi').textContent.includes('slot 2')")
            await page.evaluate("play(0xb4, 7, 127)")
            await page.evaluate("play(0xb4, 7, 0)")
            await until(lambda: status(server).get("prompt/2/weight") == 0.0)
            await page.call("Page.reload")
            await opened(page)
            await page.until("pads.onmidimessage !== null")
            assert await page.evaluate(badge) == "CC 21"
            await page.evaluate("play(0xb0, 21, 127)")
            await until(lambda: status(server).get("gain_db") == 12.0)
            await focus(page, "knob-gain_db")
            await page.press("m", times=1)
            await page.until("document.getElementById('midi').textContent.includes('move gain')")
            await page.press("m")
            await page.until(f"{badge} === undefined")
            await page.evaluate("play(0xb0, 21, 0)")
            await asyncio.sleep(0.2)
            assert status(server)["gain_db"] == 12.0
            assert page.complaints == []

    with_server(scenario)


def test_chords_are_written_or_held_on_a_keyboard_once_that_is_wished_for() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server), before=KEYBOARD + RECORD_SENT) as page:
            await opened(page)
            await page.click("chord-names")
            await page.write("Am F C G")
            await page.press("Enter")
            await until(lambda: status(server).get("chords") == "Am F C G")
            await page.press("Escape")
            await page.click("played")
            await page.until("document.getElementById('played').ariaPressed == 'true'")
            await page.evaluate("[57, 60, 64].forEach(note => play(0x90, note, 90))")
            await until(lambda: status(server).get("chords") == "Am")
            await page.until("document.getElementById('chord-names').value == 'Am'")
            await page.evaluate("[57, 60, 64].forEach(note => play(0x80, note, 0))")
            await page.click("played")
            await page.evaluate("[53, 57, 60].forEach(note => play(0x90, note, 90))")
            await asyncio.sleep(0.3)
            assert status(server)["chords"] == "Am"
            assert page.complaints == []

    with_server(scenario)


def test_where_a_browser_gives_no_midi_the_page_says_why() -> None:
    none = "Object.defineProperty(navigator, 'requestMIDIAccess', {value: undefined});"

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server), before=none) as page:
            await opened(page)
            await page.click("played")
            await page.until("document.getElementById('message').textContent.includes('No MIDI')")
            assert await page.evaluate("document.getElementById('played').ariaPressed") == "false"
            assert page.complaints == []

    with_server(scenario)
