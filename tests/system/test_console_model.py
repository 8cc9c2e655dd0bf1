"""The page at ``/`` with the bundled model: its words, its own settings, its plans and beats."""

from __future__ import annotations

import pytest
from bridge_peers import with_server
from console_page import IS_HEARD, address_of, opened
from headless_browser import BROWSER, open_page

import magnet_core
from daw_bridge.app import RunningServer
from daw_bridge.controls import CONTROLS, PARAM_PREFIX, lookup
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.worker.model import describe
from daw_bridge.worker_protocol import WorkerConfig
from magnet_core.runtime.engine import Engine


def test_a_model_says_its_words_and_its_own_value_of_each_knob() -> None:
    """The words are understood, and each value is one that the table allows."""
    model = magnet_core.load("bundled")
    description = describe(model, Engine(model).open().settings)
    words = str(description["words"]).split(", ")
    assert {"techno", "bass", "dark", "minor"} <= set(words)
    for word in words:
        assert model.unknown_words(word) == ()
    for control in CONTROLS:
        if control.address.startswith(PARAM_PREFIX) and control.arguments[0].default is None:
            name = control.address.removeprefix(PARAM_PREFIX)
            own = description[f"param/{name}"]
            assert lookup(control.address).validate([own]) == (own,)


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")
def test_the_page_shows_what_the_model_plans_and_knows() -> None:
    async def scenario(server: RunningServer) -> None:
        await server.hub.wait_for_model()
        async with open_page(address_of(server)) as page:
            await opened(page)
            assert await page.text("model") == "model bundled"
            guidance = "document.getElementById('knob-guidance').ariaValueText"
            assert float((await page.evaluate(guidance)).split()[0]) > 0
            await page.evaluate("document.getElementById('known').open = true")
            await page.evaluate(
                "[...document.querySelectorAll('#vocabulary button')]"
                ".find(button => button.textContent == 'techno').click()"
            )
            assert await page.evaluate("document.activeElement.value") == "techno"
            await page.write(" 128 bpm xyzzy")
            await page.press("Enter")
            await page.until("document.getElementById('words').textContent.includes('xyzzy')")
            await page.click("play")
            await page.until(IS_HEARD)
            await page.until("document.querySelector('#lamps .on') !== null")
            assert await page.evaluate("document.getElementById('tempo').placeholder") == "128"
            await page.until(
                "Number(document.getElementById('summary').textContent"
                ".match(/, ([0-9.]+) s more are planned/)[1]) > 0.5"
            )
            assert page.complaints == []

    with_server(scenario, worker=WorkerConfig(), target=WORKER_TARGET)
