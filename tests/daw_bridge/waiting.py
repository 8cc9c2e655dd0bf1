"""Waiting for what another task, thread or process does: by looking, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE_S = 20.0
LOOK_S = 0.005


async def until(condition: Callable[[], object]) -> None:
    """Return when a condition holds; raise TimeoutError where it takes too long."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(LOOK_S)
