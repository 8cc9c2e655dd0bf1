"""The middle of a server whose worker never starts, on a clock of the test's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from daw_bridge.doors.access import Access
from daw_bridge.hub import Hub, HubConfig
from daw_bridge.takes.files import TakeStore


def silent_hub(clock: Callable[[], float], *, token: str = "secret") -> Hub:
    """Return a hub that keeps no takes and makes no music."""
    takes = TakeStore(Path("no takes are kept here"))
    return Hub(HubConfig(target="never:started"), access=Access(token), clock=clock, takes=takes)
