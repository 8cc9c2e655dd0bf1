"""Pictures of the page at ``/`` while the bundled model plays: what a performer sees.

A real server, a real headless Chromium, music from the bundled model; ``pictures.py`` calls it, and

    python -m benchmarks.console_pictures FOLDER

takes them all: 1600 and 400 pixels, light and dark, and the box in Max.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "daw_bridge"))

from headless_browser import BROWSER, Page, open_page
from PIL import Image

from daw_bridge.app import ServerConfig, running_server

PROMPTS = (
    ("techno 128 bpm, A minor, kick and bass", 0.9),
    ("bright bells and strings", 0.4),
    ("dark pad, reverb", 0.2),
)
PLAYED_S = 11.0  # the picture is full
EXACT_COLOURS, MIXED_COLOURS = 160, 96  # of the page's own, and of the spectrogram's
MAX_BYTES = 300_000


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file's name, its size, and how the page is opened."""

    name: str
    width: int
    height: int
    scheme: str
    query: str = ""
    whole: bool = False  # as long as the page is


README_SHOTS = (
    Shot("console-dark.png", 1600, 950, "dark"),
    Shot("console-phone.png", 400, 860, "light"),
)
ALL_SHOTS = (
    *(Shot(f"1600-{scheme}.png", 1600, 950, scheme) for scheme in ("dark", "light")),
    *(Shot(f"1000-{scheme}.png", 1000, 800, scheme) for scheme in ("dark", "light")),
    *(Shot(f"400-{scheme}.png", 400, 860, scheme) for scheme in ("dark", "light")),
    *(
        Shot(f"400-{scheme}-whole.png", 400, 860, scheme, whole=True)
        for scheme in ("dark", "light")
    ),
    Shot("embed-1200.png", 1200, 600, "dark", "?embed=1"),
    Shot("embed-800.png", 800, 400, "dark", "?embed=1"),
    Shot("embed-640-light.png", 640, 320, "light", "?embed=1"),
    Shot("embed-500.png", 500, 169, "dark", "?embed=1"),
)


async def play(page: Page) -> None:
    """Let the page play a blend, another take of it, and keep two bars."""
    await page.until("document.querySelectorAll('.dial').length > 5")
    for number, (text, weight) in enumerate(PROMPTS, start=1):
        await page.press(str(number))
        await page.write(text)
        await page.press("Enter")
        await page.press("Escape")
        await page.evaluate(
            f"(fader => {{fader.value = {weight}; fader.dispatchEvent(new Event('input'))}})"
            f"(document.getElementById('weight-{number}'))"
        )
    await page.press(" ")
    await asyncio.sleep(PLAYED_S / 2)
    await page.evaluate("document.getElementById('take-bars').value = '1'")
    await page.press("k")
    await asyncio.sleep(PLAYED_S / 2)
    await page.press("a")
    await page.until("document.getElementById('latency').textContent.endsWith('(again)')")
    await page.until("document.getElementById('source').textContent == 'infill'")
    await asyncio.sleep(1.0)
    await page.press("k")
    await page.until("document.querySelectorAll('.take').length == 2")


async def shoot(page: Page, shot: Shot, folder: Path) -> None:
    """Save one picture, with few enough colours to be small."""
    await page.resize(shot.width, shot.height, prefers_color_scheme=shot.scheme)
    if shot.whole:
        length = await page.evaluate("document.documentElement.scrollHeight")
        await page.resize(shot.width, length, prefers_color_scheme=shot.scheme)
    await asyncio.sleep(0.4)
    target = folder / shot.name
    await page.screenshot(target)
    _with_few_colours(Image.open(io.BytesIO(target.read_bytes())).convert("RGB")).save(
        target, optimize=True
    )
    size = target.stat().st_size
    print(f"wrote {target}, {size // 1000} kB")
    if size > MAX_BYTES:
        raise SystemExit(f"{target} has {size} bytes; at most {MAX_BYTES} are wanted")


def _with_few_colours(picture: Image.Image) -> Image.Image:
    """Return a picture of 256 colours: those of the widgets as they are, the others near."""
    widgets = picture.crop((0, picture.height * 2 // 5, picture.width, picture.height))
    exact = _colours(widgets)[:EXACT_COLOURS]
    rest = [colour for colour in _colours(picture) if colour not in set(exact)] or exact
    others = Image.new("RGB", (len(rest), 1))
    others.putdata(rest)
    mixed = others.quantize(MIXED_COLOURS).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in exact for part in colour] + mixed)
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def _colours(picture: Image.Image) -> list[tuple[int, int, int]]:
    """Return every colour of a picture, the most frequent first."""
    counts = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
    return [colour for _, colour in counts]


async def take(shots: tuple[Shot, ...], folder: Path) -> None:
    """Take pictures of one server that plays."""
    if BROWSER is None:
        raise SystemExit("needs Chromium (apt install chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        own = Path(scratch)
        config = ServerConfig(osc_port=0, port=0, token_folder=own, takes_folder=own / "takes")
        async with running_server(config) as server:
            await server.hub.wait_for_model()
            for query in dict.fromkeys(shot.query for shot in shots):
                url = f"http://127.0.0.1:{server.port}/{query}"
                async with open_page(url) as page:
                    await page.resize(1600, 950, prefers_color_scheme="dark")
                    await play(page) if not query else await listen(page)
                    for shot in shots:
                        if shot.query == query:
                            await shoot(page, shot, folder)


async def listen(page: Page) -> None:
    """Join the music that plays already."""
    await page.until("document.getElementById('unlock')?.hidden === false")
    await page.click("unlock")
    await asyncio.sleep(PLAYED_S / 2)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    asyncio.run(take(ALL_SHOTS, parser.parse_args().folder))


if __name__ == "__main__":
    main()
