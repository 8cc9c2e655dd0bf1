"""The page at ``/`` at every size, in light and dark, and in Max: it fits, and can be read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from bridge_peers import with_server
from console_page import IS_HEARD, address_of, opened, status, until
from headless_browser import BROWSER, Page, open_page

from daw_bridge.app import RunningServer

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium (apt install chromium)")

SCHEMES = ("dark", "light")
# Each text with its colour, and what lies behind it, from the innermost ground outwards.
TEXTS = """(() => {
  const read = (colour) => {
    const parts = colour.match(/[\\d.]+/g).map(Number);
    return [parts[0], parts[1], parts[2], parts[3] ?? 1];
  };
  const found = [];
  const add = (element, text, colour) => {
    const grounds = [];
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      grounds.push(read(style.backgroundColor));
      opacity *= Number(style.opacity);
    }
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const name = element.id || `${element.tagName} ${element.className}`;
    const weight = Number(style.fontWeight);
    found.push({name, text, colour: read(colour), grounds, opacity, size, weight});
  };
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = all.nextNode(); node; node = all.nextNode()) {
    const element = node.parentElement;
    const isSeen = element.checkVisibility({visibilityProperty: true});
    if (element.closest(".unseen, :disabled")) continue;
    if (node.data.trim() && isSeen) add(element, node.data.trim(), getComputedStyle(element).color);
  }
  for (const input of document.querySelectorAll("input:enabled")) {
    if (!input.checkVisibility() || ["range", "checkbox"].includes(input.type)) continue;
    add(input, input.value || input.placeholder,
        getComputedStyle(input, input.value ? null : "::placeholder").color);
  }
  return found;
})()"""


def luminance(rgb: list[float]) -> float:
    """Return the relative luminance of WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(text: dict[str, Any]) -> float:
    """Return the contrast of a text with what lies behind it."""
    behind = [1.0, 1.0, 1.0]
    for *rgb, alpha in reversed(text["grounds"]):
        behind = [alpha * c / 255 + (1 - alpha) * b for c, b in zip(rgb, behind, strict=True)]
    *rgb, alpha = text["colour"]
    front = [alpha * c / 255 + (1 - alpha) * b for c, b in zip(rgb, behind, strict=True)]
    lights = sorted((luminance(front), luminance(behind)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


async def filled(page: Page) -> None:
    """Bring the page into a state with everything on it: a blend, a take, a warning, open lists."""
    for slot, text in ((1, "techno"), (2, "purple bells"), (4, "strings"), (6, "pad")):
        await page.press(str(slot))
        await page.write(text)
        await page.press("Enter")
        await page.press("Escape")
    await page.until("document.getElementById('words').textContent != ''")
    await page.evaluate("document.getElementById('play').click()")
    await page.until(IS_HEARD)
    await page.evaluate("for (const more of document.querySelectorAll('details')) more.open = true")
    await asyncio.sleep(1.1)
    await page.evaluate("document.getElementById('take-bars').value = '1'")
    await page.evaluate("document.getElementById('keep').click()")
    await page.until("document.querySelectorAll('.take').length == 1")
    await page.press("3")
    await page.write("not sent yet")


async def assert_it_fits(page: Page, width: int) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = await page.evaluate(
        "[...document.querySelectorAll('button, input, select, a, .dial')]"
        ".filter(e => e.checkVisibility() && !e.closest('dialog'))"
        ".map(e => (r => [e.id || e.textContent, r.left, r.right, r.width, r.height])"
        "(e.getBoundingClientRect()))"
    )
    assert len(boxes) > 40
    for name, left, right, own_width, height in boxes:
        assert left >= 0 and right <= width, (name, left, right)
        is_finger_wide = own_width >= 40 and height >= 40
        is_aside = name in {"clip"} or height >= 24  # WCAG 2.5.8
        assert is_finger_wide or (is_aside and own_width >= 24), (name, own_width, height)


def test_the_page_fits_and_can_be_read_at_every_size_in_light_and_dark() -> None:
    """From 400 to 1600 pixels nothing is cut off or runs over, and every text has WCAG AA."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            await page.resize(1600, 950)
            length = await page.evaluate("document.documentElement.scrollHeight")
            assert length == 950  # a desk sees everything at once
            await filled(page)
            for scheme in SCHEMES:
                for width, height in ((1600, 950), (1000, 800), (400, 860)):
                    await page.resize(width, height, prefers_color_scheme=scheme)
                    theme = await page.evaluate("document.documentElement.dataset.theme")
                    assert theme == scheme
                    await assert_it_fits(page, width)
                texts = await page.evaluate(TEXTS)
                assert len(texts) > 100
                for text in texts:
                    if text["opacity"] == 1:  # what takes no part is dimmed, like what is disabled
                        is_large = text["size"] >= 24 or (
                            text["size"] >= 18.66 and text["weight"] >= 700
                        )
                        assert contrast(text) >= (3.0 if is_large else 4.5), (scheme, text)
            assert page.complaints == []

    with_server(scenario, options={"bpm": 240.0})


def test_parts_that_are_played_stand_out_from_their_ground() -> None:
    """WCAG 1.4.11: hands and arcs of knobs, faders, lamps and the focus ring have 3 to 1."""

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            for scheme in SCHEMES:
                await page.resize(1600, 950, prefers_color_scheme=scheme)
                colours = await page.evaluate(
                    "(style => Object.fromEntries(['ground', 'panel', 'well', 'raised', 'rim', "
                    "'text', 'accent', 'prefix', 'infill', 'concealed', 'slot-1', 'slot-2', "
                    "'slot-3', 'slot-4', 'slot-5', 'slot-6'].map(name => "
                    "[name, style.getPropertyValue('--' + name).trim()])))"
                    "(getComputedStyle(document.documentElement))"
                )

                def against(front: str, behind: str, of: dict[str, str] = colours) -> float:
                    lights = sorted(
                        luminance([int(of[name][n : n + 2], 16) / 255 for n in (1, 3, 5)])
                        for name in (front, behind)
                    )
                    return (lights[1] + 0.05) / (lights[0] + 0.05)

                for front in ("accent", "rim", *(f"slot-{n}" for n in range(1, 7))):
                    assert against(front, "panel") >= 3, (scheme, front)
                for front in ("prefix", "infill", "concealed", "accent"):
                    assert against(front, "well") >= 3, (scheme, front)
                assert against("text", "raised") >= 4.5

    with_server(scenario)


def test_the_theme_is_the_systems_until_it_is_chosen() -> None:
    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            theme = "document.documentElement.dataset.theme"
            await page.resize(1600, 950, prefers_color_scheme="dark")
            assert await page.evaluate(theme) == "dark"
            await page.press("d")
            assert await page.evaluate(theme) == "light"
            await page.call("Page.reload")
            await page.until("document.querySelectorAll('.dial').length > 5")
            assert await page.evaluate(theme) == "light"
            await page.click("theme")
            assert await page.evaluate(theme) == "dark"
            await page.resize(1600, 950, prefers_color_scheme="light")
            assert await page.evaluate(theme) == "light"

    with_server(scenario)


def test_the_picture_moves_with_the_music_and_stands_still_where_motion_is_reduced() -> None:
    """It scrolls some thirty times a second; else it is drawn a few times, and turns pages."""
    count = (
        "new Promise(done => {const context = document.getElementById('spectrogram')"
        ".getContext('2d'); let drawn = 0; const plain = context.setTransform.bind(context);"
        "context.setTransform = (...args) => {drawn += 1; plain(...args)};"
        "setTimeout(() => {delete context.setTransform; done(drawn)}, 2000)})"
    )

    async def scenario(server: RunningServer) -> None:
        async with open_page(address_of(server)) as page:
            await opened(page)
            await page.click("play")
            await page.until(IS_HEARD)
            moving = await page.evaluate(count)
            await page.resize(1600, 950, prefers_reduced_motion="reduce")
            still = await page.evaluate(count)
            assert 0 < still <= 10 < moving
            colours = await page.evaluate(
                "(canvas => new Set(canvas.getContext('2d').getImageData(0, 22, canvas.width, "
                "canvas.height - 42).data).size)(document.getElementById('spectrogram'))"
            )
            assert colours > 50, "the sine is seen"

    with_server(scenario)


MAX = """
window.said = [];
window.inlets = {};
window.max = {
  outlet: (...atoms) => said.push(atoms),
  bindInlet: (name, take) => (inlets[name] = take),
};
"""


def test_in_max_it_fits_its_box_and_talks_to_the_patch() -> None:
    async def scenario(server: RunningServer) -> None:
        url = address_of(server) + "?embed=1"
        async with open_page(url, before=MAX) as page:
            await opened(page)
            for width, height in ((1200, 600), (800, 400), (640, 320), (500, 169), (400, 300)):
                await page.resize(width, height)
                size = await page.evaluate(
                    "(e => [e.scrollWidth, e.scrollHeight])(document.scrollingElement)"
                )
                assert size == [width, height], "the page itself never scrolls"
                for button in ("play", "stop", "again"):
                    x, y = await page.box(button)
                    assert 0 < x < width and 0 < y < height
            await page.resize(800, 400)
            shown = "[...document.querySelectorAll('.panel')].filter(e => e.checkVisibility())"
            assert await page.evaluate(f"{shown}.map(e => e.id)") == ["prompts"]
            await page.evaluate("document.getElementById('tab-prompts').focus()")
            await page.press("ArrowRight")
            assert await page.evaluate(f"{shown}.map(e => e.id)") == ["knobs"]
            await page.until("said.some(([word]) => word == 'ready')")
            ready = await page.evaluate("said.find(([word]) => word == 'ready')")
            assert ready[1] > 8000 and ready[2:] == [2, "main"]
            await page.evaluate("inlets.slot(2, 0.5, 'warm', 'pad')")
            await until(lambda: status(server).get("prompt/2") == "warm pad")
            assert status(server)["prompt/2/weight"] == 0.5
            await page.evaluate("inlets.param('gain_db', -6)")
            await until(lambda: status(server).get("gain_db") == -6.0)
            await page.evaluate("inlets.param('gain_db', 600)")
            await page.until("said.some(([word]) => word == 'fail')")
            fail = await page.evaluate("said.find(([word]) => word == 'fail')")
            assert fail[1] == "/magnet/param/gain_db" and "12" in fail[2]
            # The browser forbids sound until it is asked for; in Max it may not.
            await page.until("document.getElementById('unlock').hidden === false")
            await page.click("unlock")
            await page.evaluate("inlets.play()")
            await page.until("said.filter(([word]) => word == 'beat').length >= 5")
            beats = await page.evaluate("said.filter(([word]) => word == 'beat')")
            assert [beat for _, beat, *_ in beats] == [
                (beats[0][1] + n) % 4 for n in range(len(beats))
            ]
            assert {bpm for *_, bpm in beats} == {150}
            assert await page.evaluate("document.getElementById('unlock').hidden")
            assert all("AudioContext" in complaint for complaint in page.complaints)

    with_server(scenario, options={"bpm": 150.0})
