"""The page at ``/`` in a real browser: it plays, shows what it plays, and needs no mouse."""

from __future__ import annotations

import asyncio
import json

import pytest
from bridge_peers import with_server, ws_peer
from console_page import IS_HEARD, RECORD_SENT, address_of, focus, opened, seconds, status, until
from headless_browser import BROWSER, open_page

from daw_bridge.app import RunningServer

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")


def test_the_page_plays_and_shows_what_is_heard() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            assert await page.text("connection") == "connected"
            assert await page.text("model") == "model synthetic"
            assert await page.text("source") == "nothing"
            await page.click("slot-1")
            await page.write("purple bells")
            await page.press("Enter")
            await page.until(
                "document.getElementById('words').textContent.includes('\u201cpurple\u201d in 1')"
            )
            await page.click("play")
            await page.until(IS_HEARD)
            begun = await seconds(page)
            assert begun > 0
            await asyncio.sleep(1.0)
            assert 0.7 < await seconds(page) - begun < 1.6
            assert await page.text("plan") == "1"
            assert (await page.text("first-pcm")).endswith(" ms")
            await page.until("document.getElementById('latency').textContent.endsWith('(play)')")
            await page.until("document.getElementById('play').ariaPressed == 'true'")
            await page.until("document.querySelector('#meters .meter').ariaValueNow > -12")
            (listener,) = server.hub.session("main").listeners
            assert listener.channels == 2 and server.hub.metrics.dropped_samples == 0
            await page.click("slot-1")
            await page.press("End")
            await page.write(" no more")
            await page.press("Enter")
            await page.until("document.getElementById('plan').textContent == '2'")
            await page.until(
                "document.getElementById('latency').textContent.endsWith('(prompt/1)')"
            )
            latency_ms = float((await page.text("latency")).split()[0])
            assert 0 < latency_ms < 1000
            assert status(server)["prompt/1"] == "purple bells no more"
            await page.click("stop")
            await page.until("document.getElementById('source').textContent == 'nothing'")
            await page.until("document.getElementById('play').ariaPressed == 'false'")
            assert await page.text("clip") == "clip"
            assert not await page.evaluate("document.getElementById('clip').matches('.lit')")
            assert page.complaints == []

    with_server(scenario)


def test_the_page_is_played_by_keyboard_alone() -> None:
    """Words, play, a knob, a take: from Tab and the keys that the list of shortcuts names."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            await page.press("2")  # goes to slot 2
            await page.write("bells")
            await page.press("Enter")
            await until(lambda: status(server).get("prompt/2") == "bells")
            await page.press("Escape")
            await page.press(" ")
            await page.until(IS_HEARD)
            await focus(page, "knob-gain_db")
            await page.press("ArrowLeft")
            await until(lambda: status(server).get("gain_db", 0) < 0)
            one_step = status(server)["gain_db"]
            assert -1.0 <= one_step < 0
            await page.press("PageUp", times=2)
            await page.until(f"document.activeElement.ariaValueNow > {one_step + 5}")
            await page.press("Home")
            await until(lambda: status(server).get("gain_db") == -60.0)
            await page.press("Delete")
            await until(lambda: status(server).get("gain_db") == 0.0)
            await page.press("Enter")
            await page.write("-4.5")
            await page.press("Enter")
            await until(lambda: status(server).get("gain_db") == -4.5)
            assert await page.evaluate("document.activeElement.id") == "knob-gain_db"
            while await seconds(page) < 1.5:  # a bar is a second
                await asyncio.sleep(0.05)
            await focus(page, "take-bars")
            await page.press("Home")  # the shortest: one bar
            await page.press("Tab")
            await page.write("first")
            await page.press("Enter")
            await page.until("document.querySelector('.take .name')?.title == 'first'")
            await page.press("Escape")
            await page.press("k")
            await page.until("document.querySelectorAll('.take').length == 2")
            await page.press(" ")
            await page.until("document.getElementById('source').textContent == 'nothing'")
            assert page.complaints == []

    with_server(scenario, options={"bpm": 240.0})


def test_keys_are_listed_and_do_not_disturb_who_writes() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server), before=RECORD_SENT) as page:
            await opened(page)
            await page.press("?")
            assert await page.evaluate("document.getElementById('shortcuts').open")
            listed = await page.text("keys")
            for word in ("Space", "Play, stop", "Tap the tempo", "Keep a take", "Escape"):
                assert word in listed
            await page.press("q")  # nothing behind the list is played
            await page.press("Escape")
            await page.until("!document.getElementById('shortcuts').open")
            await page.press("1")
            for letter in "tak u?":
                await page.press(letter)
            assert await page.evaluate("document.getElementById('slot-1').value") == "tak u?"
            assert not await page.evaluate("document.getElementById('shortcuts').open")
            assert status(server).get("quantize", "off") == "off"
            await page.press("Escape")
            assert await page.evaluate("document.getElementById('slot-1').value") == ""
            await page.press("q")
            await until(lambda: status(server).get("quantize") == "beat")
            await page.press("l")
            await until(lambda: status(server).get("loop") == 1)
            await page.press("0")  # beside the digits of the slots: it must not reset
            await asyncio.sleep(0.2)
            assert not await page.evaluate("sent.some(({cmd}) => cmd == '/magnet/reset')")
            await page.press("0", shift=True)
            await page.until(
                "sent.some(({cmd, args}) => cmd == '/magnet/reset' && args[0] == 'now')"
            )
            await page.click("help")
            await page.click("single-keys")
            await page.click("close-shortcuts")
            seen = server.hub.metrics.commands
            await page.press("a")
            await page.evaluate("new Promise(done => setTimeout(done, 100))")
            assert await page.evaluate("document.getElementById('play').ariaPressed") == "false"
            await page.press("?")  # the list is always there
            assert await page.evaluate("document.getElementById('shortcuts').open")
            assert server.hub.metrics.commands - seen <= 2  # status alone
            assert page.complaints == []

    with_server(scenario)


def test_a_knob_is_played_by_mouse_and_wheel_and_follows_others() -> None:
    async def scenario(server: RunningServer) -> None:
        def gain() -> float:
            return float(status(server).get("gain_db", 0.0))

        async with open_page(address_of(server)) as page, ws_peer(server) as peer:
            await opened(page)
            x, y = await page.box("knob-gain_db")
            await page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-100)  # it is only on the way
            await asyncio.sleep(0.3)
            assert "gain_db" not in status(server)
            x, y = await page.box("knob-gain_db")  # the page has scrolled
            await page.mouse("mousePressed", x, y, button="left", clickCount=1)
            for step in range(1, 6):
                await page.mouse("mouseMoved", x, y + 10 * step, button="left", buttons=1)
            await page.mouse("mouseReleased", x, y + 50, button="left", clickCount=1)
            await until(lambda: -22 < gain() < -18)  # 50 of 180 pixels, of 72 dB
            before = gain()
            await page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-100)
            await until(lambda: before < gain() < before + 1)
            await page.click("knob-gain_db", times=2)
            await until(lambda: gain() == 0.0)
            await peer.command("/magnet/param/gain_db", -12.0)
            await page.until("document.getElementById('knob-gain_db').ariaValueText == '-12.0 dB'")
            role = await page.evaluate(
                "(e => [e.role, e.ariaLabel, e.ariaValueMin, e.ariaValueMax, e.ariaValueNow])"
                "(document.getElementById('knob-gain_db'))"
            )
            assert role == ["slider", "gain", "-60", "12", "-12"]
            assert page.complaints == []

    with_server(scenario)


def test_every_parameter_of_the_table_has_its_widget() -> None:
    from daw_bridge.controls import CONTROLS, PARAM_PREFIX

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            shown = await page.evaluate(
                "[...document.querySelectorAll('[id^=knob-]')].map(e => e.id.slice(5))"
            )
            names = [c.address for c in CONTROLS if c.address.startswith(PARAM_PREFIX)]
            assert sorted(PARAM_PREFIX + name for name in shown) == sorted(names)
            await page.evaluate("document.getElementById('knob-level').click()")
            await until(lambda: status(server).get("level") == 0)
            await page.evaluate("document.getElementById('knob-seed').select()")
            await page.evaluate("document.getElementById('knob-seed').focus()")
            await page.write("77")
            await page.press("Enter")
            await until(lambda: status(server).get("seed") == 77)

    with_server(scenario)


def test_six_texts_are_blended_and_shown_as_they_are() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page, ws_peer(server) as peer:
            await opened(page)
            await page.press("2")
            await page.write("bells")
            await page.press("Enter")
            await until(lambda: status(server).get("prompt/2") == "bells")
            assert status(server)["prompt/2/weight"] == 1.0
            await focus(page, "weight-2")
            await page.press("ArrowLeft", times=10)
            await until(lambda: status(server)["prompt/2/weight"] == 0.9)
            assert status(server)["prompt/2"] == "bells"
            await peer.command("/magnet/prompt/6", "strings", 0.3)
            await page.until("document.getElementById('slot-6').value == 'strings'")
            assert await page.evaluate("document.getElementById('weight-6').value") == "0.3"
            blend = await page.evaluate("document.getElementById('blend').ariaLabel")
            assert blend == "Blend: slot 2 75 %, slot 6 25 %"
            await peer.command("/magnet/prompt", "all of it")
            await page.until("document.getElementById('slot-1').value == 'all of it'")
            await page.until("document.getElementById('slot-6').value == ''")
            await page.press("Escape")
            await page.press("1")
            await page.write("refuse")
            await page.press("Enter")
            await page.until("document.getElementById('message').textContent == 'not that one'")
            assert page.complaints == []

    with_server(scenario)


def test_tempo_taps_loop_and_quantize_have_their_places() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page, ws_peer(server) as peer:
            await opened(page)
            await page.click("tempo")
            await page.write("93.5")
            await page.press("Enter")
            await until(lambda: status(server).get("tempo") == 93.5)
            await page.evaluate("document.getElementById('tempo').select()")
            await page.write("7")
            await page.press("Enter")
            assert "20" in await page.evaluate(
                "document.getElementById('tempo').validationMessage"
            )  # the browser keeps it back
            await page.press("Escape")
            await page.click("tempo")
            await page.evaluate("document.getElementById('tempo').select()")
            await page.write("101")
            await page.press("Tab")  # as who has no Return key leaves it
            await until(lambda: status(server).get("tempo") == 101.0)
            await page.evaluate("document.querySelectorAll('#loop button')[0].focus()")
            await page.press("ArrowRight", times=3)
            await until(lambda: status(server).get("loop") == 4)
            await peer.command("/magnet/loop", 0, id=2)
            await page.until(
                "document.querySelector('#loop [aria-checked=true]').textContent == 'off'"
            )
            await peer.command("/magnet/loop", 3, id=4)  # no button has it
            await page.until("document.getElementById('loop-label').textContent == 'Loop, 3 bars'")
            assert not await page.evaluate("document.querySelector('#loop [aria-checked=true]')")
            assert await page.evaluate("document.getElementById('loop').ariaLabel") == (
                "Loop, 3 bars"
            )
            await peer.command("/magnet/quantize", "bar", id=3)
            await page.until(
                "document.querySelector('#quantize [aria-checked=true]').textContent == 'on bar'"
            )
            for _ in range(4):
                await page.click("tap")
                await asyncio.sleep(0.4)
            await until(lambda: 100 < status(server)["tempo"] < 160)
            seen = server.hub.metrics.commands
            for button in ("again", "reset", "reset-bar"):
                await page.click(button)
            await until(lambda: server.hub.metrics.commands >= seen + 3)
            assert server.hub.metrics.fails == 0
            assert page.complaints == []

    with_server(scenario)


def test_the_lamps_follow_the_beat_that_is_heard() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            await page.evaluate(
                "window.lit = []; new MutationObserver(records => records.forEach(({target}) => {"
                "if (target.matches('.on')) lit.push("
                "[...target.parentNode.children].indexOf(target))}))"
                ".observe(document.getElementById('lamps'), "
                "{subtree: true, attributes: true, attributeFilter: ['class']}); 0"
            )
            await page.click("play")
            await page.until("lit.length >= 10")
            lit = await page.evaluate("lit")
            assert lit == [(lit[0] + n) % 4 for n in range(len(lit))]
            assert await page.evaluate("document.getElementById('tempo').placeholder") == "150"
            assert page.complaints == []

    with_server(scenario, options={"bpm": 150.0})


def test_a_change_that_is_not_heard_yet_is_shown_where_it_will_be() -> None:
    """With a lead of two seconds it waits for two seconds."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            await page.evaluate(
                "window.drawn = new Set(); const {fillText} = CanvasRenderingContext2D.prototype;"
                "CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {"
                "drawn.add(text); fillText.call(this, text, ...at)}; 0"
            )
            await page.click("play")
            await page.until(IS_HEARD)
            await asyncio.sleep(2.5)  # so much is there ahead
            assert not await page.evaluate("[...drawn].some(text => / in .* s$/.test(text))")
            await page.press("1")
            await page.write("bells")
            await page.press("Enter")
            await page.until("[...drawn].some(text => /^prompt.1 in [12]\\.\\d s$/.test(text))")
            await page.until(
                "document.getElementById('summary').textContent.includes('prompt/1 in')"
            )
            await page.until(
                "document.getElementById('latency').textContent.endsWith('(prompt/1)')"
            )
            await page.until(
                "!document.getElementById('summary').textContent.includes('prompt/1 in')"
            )
            assert page.complaints == []

    with_server(scenario, lead_ms=2000.0)


def test_a_take_is_dragged_out_as_a_file_and_recalled() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            await page.click("play")
            await page.until(IS_HEARD)
            await asyncio.sleep(1.2)  # a bar and more
            await page.evaluate("document.getElementById('take-bars').value = '1'")
            await page.click("keep")
            await page.until("document.querySelectorAll('.take').length == 1")
            dragged = await page.evaluate(
                "(row => {const dataTransfer = new DataTransfer();"
                "row.dispatchEvent(new DragEvent('dragstart', {dataTransfer, bubbles: true}));"
                "return dataTransfer.getData('DownloadURL')})(document.querySelector('.take'))"
            )
            kind, name, url = dragged.split(":", 2)
            assert kind == "audio/wav" and name.endswith(".wav")
            size = await page.evaluate(
                f"fetch({json.dumps(url)}).then(answer => answer.arrayBuffer())"
                ".then(data => "
                "[String.fromCharCode(...new Uint8Array(data, 0, 4)), data.byteLength])"
            )
            assert size[0] == "RIFF" and size[1] > 32000 * 2
            assert "1 bar, 240 bpm" in await page.evaluate(
                "document.querySelector('.take .what').textContent"
            )
            await page.evaluate("document.querySelector('.take button').click()")
            await page.until("document.getElementById('latency').textContent.includes('recall')")
            assert page.complaints == []

    with_server(scenario, options={"bpm": 240.0})
