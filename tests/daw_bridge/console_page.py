"""The console in a headless browser, as its tests meet it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from headless_browser import PATIENCE_S, Page

from daw_bridge.app import RunningServer

# Keeps every text message that the page sends.
RECORD_SENT = """
window.sent = [];
const plainSend = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (typeof data === "string") sent.push(JSON.parse(data));
  plainSend.call(this, data);
};
"""
IS_HEARD = "document.getElementById('source').textContent == 'infill'"


async def seconds(page: Page) -> float:
    minutes, _, rest = (await page.text("position")).partition(":")
    return 60 * int(minutes) + float(rest)


async def opened(page: Page) -> None:
    """Wait until it is connected, has its knobs, and is painted: a click before is dropped."""
    await page.until("document.getElementById('play')?.disabled === false")
    await page.until("document.querySelectorAll('.dial').length > 5")
    await page.until("performance.getEntriesByType('paint').length > 0")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


async def focus(page: Page, element_id: str) -> None:
    """Go to an element by Tab alone, as who has no mouse."""
    for _ in range(90):
        if await page.evaluate("document.activeElement.id") == element_id:
            return
        await page.press("Tab")
    raise AssertionError(f"Tab never comes to {element_id}")


def address_of(server: RunningServer) -> str:
    return f"http://127.0.0.1:{server.port}/"


def status(server: RunningServer) -> dict[str, Any]:
    return dict(server.hub.status("main"))
