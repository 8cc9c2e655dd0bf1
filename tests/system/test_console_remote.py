"""The page on a telephone: where a browser gives no sound, it is a remote control.

Browsers play on https and on localhost only; a page from another machine's address is neither.
"""

from __future__ import annotations

import pytest
from bridge_peers import with_server, ws_peer
from console_page import RECORD_SENT, opened, seconds, status, until
from headless_browser import BROWSER, open_page

from daw_bridge.app import RunningServer
from daw_bridge.doors.access import Access

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")

# A name that is this machine, and that no browser trusts as it trusts localhost.
FLAGS = ("--host-resolver-rules=MAP studio.test 127.0.0.1", "--disable-features=HttpsUpgrades")


def address_elsewhere(server: RunningServer) -> str:
    """Return the address that the server prints for other machines."""
    server.hub.access = Access(server.token, bound_to_loopback=False)
    return f"http://studio.test:{server.port}/#token={server.token}"


def test_a_page_that_cannot_play_controls_what_others_hear() -> None:
    """It says so, gets no samples, and follows the beat that the listener hears."""

    async def scenario(server: RunningServer) -> None:
        url = address_elsewhere(server)
        async with (
            ws_peer(server, channels=1) as peer,
            open_page(url, before=RECORD_SENT, flags=FLAGS) as page,
        ):
            await opened(page)
            assert await page.evaluate("isSecureContext") is False
            hello = await page.evaluate("sent[0]")
            assert (hello["cmd"], hello["channels"]) == ("hello", 0)
            assert await page.text("connection") == "connected"
            assert "at the server's machine" in await page.text("remote")
            assert await page.evaluate("document.getElementById('remote').checkVisibility()")
            assert len(server.hub.session("main").listeners) == 1  # the peer alone
            await page.press("2")
            await page.write("bells")
            await page.press("Enter")
            await until(lambda: status(server).get("prompt/2") == "bells")
            await page.press("Escape")
            await page.press(" ")
            await until(lambda: status(server)["state"] == "playing")
            await peer.hear(1.5)
            await page.until("document.querySelector('#lamps .on') !== null")
            await page.until("document.getElementById('source').textContent != 'nothing'")
            assert 0 < await seconds(page) < 60
            await page.evaluate("document.getElementById('take-bars').value = '1'")
            await page.press("k")
            await page.until("document.querySelectorAll('.take').length == 1")
            answer = await page.evaluate(
                "fetch(document.querySelector('.take a').href).then(({status}) => status)"
            )
            assert answer == 200  # a link can send no header: the token is in it
            await page.press(" ")
            await page.until("document.getElementById('source').textContent == 'nothing'")
            assert await page.text("message") == ""
            await page.click("knob-gain_db")
            await page.press("m")
            await page.until("document.getElementById('message').textContent.includes('https')")
            assert page.complaints == []

    with_server(scenario, options={"bpm": 240.0})


def test_a_page_whose_player_cannot_be_loaded_controls_all_the_same() -> None:
    broken = "AudioWorklet.prototype.addModule = () => Promise.reject(new Error('gone'));"

    async def scenario(server: RunningServer) -> None:
        url = f"http://127.0.0.1:{server.port}/"
        async with open_page(url, before=broken) as page:
            await opened(page)
            assert "gone" in await page.evaluate("document.getElementById('remote').title")
            await page.click("play")
            await until(lambda: status(server)["state"] == "playing")
            assert page.complaints == []

    with_server(scenario)
