"""A real browser without a window, driven by its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PATIENCE_S = 30.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)
KEYS = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    " ": (32, " "),
    "PageUp": (33, ""),
    "End": (35, ""),
    "Home": (36, ""),
    "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
    "Delete": (46, ""),
}
SHIFT = 8


class Page:
    """One page; ``complaints`` collects what goes wrong in it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.complaints: list[str] = []
        self._connection = connection
        self._last_id = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def listen(self) -> None:
        """Take what the browser says until it leaves."""
        async for text in self._connection:
            message = json.loads(text)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(message["params"]["exceptionDetails"]))
            elif message["method"] == "Log.entryAdded":
                entry = message["params"]["entry"]
                self.complaints.append(" ".join((entry["text"], entry.get("url", ""))).strip())

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol; return its result."""
        self._last_id += 1
        answer = self._answers[self._last_id] = asyncio.get_running_loop().create_future()
        await self._connection.send(
            json.dumps({"id": self._last_id, "method": method, "params": params})
        )
        message = await asyncio.wait_for(answer, PATIENCE_S)
        assert "error" not in message, message
        result: dict[str, Any] = message["result"]
        return result

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression."""
        answer = await self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def text(self, element_id: str) -> str:
        """Return the text of an element."""
        return str(await self.evaluate(f"document.getElementById({element_id!r}).textContent"))

    async def until(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self.evaluate(expression):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            shown = await self.evaluate("document.body.innerText")
            raise AssertionError(f"never true: {expression}; {self.complaints}\n{shown}") from None

    async def box(self, element_id: str) -> tuple[float, float]:
        """Return the middle of an element."""
        x, y = await self.evaluate(
            f"(e => {{e.scrollIntoView({{block: 'nearest'}}); const r = e.getBoundingClientRect();"
            f"return [r.x + r.width / 2, r.y + r.height / 2]}})"
            f"(document.getElementById({element_id!r}))"
        )
        return x, y

    async def mouse(self, kind: str, x: float, y: float, **values: Any) -> None:
        """Do something with the mouse at a place of the page."""
        await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **values)

    async def click(self, element_id: str, *, times: int = 1) -> None:
        """Click on the middle of an element with the mouse."""
        x, y = await self.box(element_id)
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                await self.mouse(kind, x, y, button="left", clickCount=count)

    async def press(self, key: str, *, times: int = 1, shift: bool = False) -> None:
        """Press a key."""
        code, text = KEYS.get(key) or (ord(key.upper()), key)
        values = {"key": key, "windowsVirtualKeyCode": code, "modifiers": SHIFT * shift}
        if key.isdigit():
            values["code"] = f"Digit{key}"
            if shift:
                values["key"] = text = ")!@#$%^&*("[int(key)]  # of an American keyboard
        for _ in range(times):
            await self.call(
                "Input.dispatchKeyEvent",
                type="keyDown" if text else "rawKeyDown",
                text=text,
                **values,
            )
            await self.call("Input.dispatchKeyEvent", type="keyUp", **values)

    async def resize(self, width: int, height: int, **features: str) -> None:
        """Give the page a size, and media features such as ``prefers_color_scheme="light"``."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        media = [
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()
        ]
        await self.call("Emulation.setEmulatedMedia", features=media)
        # Two frames: what follows a change of size has been laid out.
        await self.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    async def write(self, text: str) -> None:
        """Type a text where the focus is."""
        await self.call("Input.insertText", text=text)

    async def screenshot(self, path: Path) -> None:
        """Save what the page looks like as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.asynccontextmanager
async def open_page(
    url: str, *, before: str = "", flags: Sequence[str] = (), is_heard: bool = False
) -> AsyncIterator[Page]:
    """Open a page in a fresh browser.

    Args:
        url: of the page.
        before: JavaScript that runs before any of the page's own.
        flags: further ones of the browser.
        is_heard: it plays to the sound server of this process; else to nobody.
    """
    assert BROWSER is not None
    flags = (*flags, *(() if is_heard else ("--disable-audio-output",)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            BROWSER,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--no-first-run", "--disable-background-networking"),
            *("--remote-debugging-port=0", "--window-size=1100,820", f"--user-data-dir={folder}"),
            *flags,
            "about:blank",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            async with connect(await _page_address(Path(folder)), max_size=None) as connection:
                page = Page(connection)
                listening = asyncio.create_task(page.listen())
                for domain in ("Runtime", "Log", "Page"):
                    await page.call(f"{domain}.enable")
                await page.call("Page.addScriptToEvaluateOnNewDocument", source=before)
                await page.call("Page.navigate", url=url)
                try:
                    yield page
                finally:
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
        finally:
            process.kill()
            await process.wait()


async def _page_address(folder: Path) -> str:
    """Return the DevTools address of the browser's first page."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                port = int((folder / "DevToolsActivePort").read_text().split()[0])
                break
            except (FileNotFoundError, IndexError):
                await asyncio.sleep(0.05)
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            request = f"GET /json/list HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.splitlines()
                if line.lower().startswith(b"content-length")
            )
            pages = json.loads(await reader.readexactly(length))
            writer.close()
            for page in pages:
                if page["type"] == "page":
                    return str(page["webSocketDebuggerUrl"])
            await asyncio.sleep(0.05)
