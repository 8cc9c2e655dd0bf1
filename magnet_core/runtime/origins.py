"""Who decoded which frames, and how: what samples tell everyone downstream."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from magnet_core.runtime.events import FLAG_INFILL


@dataclass(slots=True)
class Origin:
    """Who decoded the frames before ``end`` (and after the origin before it)."""

    end: int
    flags: int
    plan_id: int


class Origins:
    """The origins of planned and lately sent frames, in order."""

    def __init__(self) -> None:
        self._origins: deque[Origin] = deque()

    def add(self, end: int, flags: int, plan_id: int) -> None:
        """Note that the frames from the last origin's end to ``end`` come from a plan."""
        origins = self._origins
        if origins and (origins[-1].flags, origins[-1].plan_id) == (flags, plan_id):
            origins[-1].end = end
        else:
            origins.append(Origin(end, flags, plan_id))

    def rewrite_from(self, frame: int) -> None:
        """Forget who decoded the frames from ``frame`` on."""
        origins = self._origins
        while len(origins) > 1 and origins[-2].end >= frame:
            origins.pop()
        if origins:
            origins[-1].end = min(origins[-1].end, frame)

    @property
    def last_plan_id(self) -> int:
        """The plan of the last frame; 0 where there is none."""
        return self._origins[-1].plan_id if self._origins else 0

    def of(self, frame: int) -> Origin:
        """Return the origin of ``frame``, and forget those before it.

        The first and the last stand for what lies before and behind them: a codec that looks ahead
        gives samples between two pieces of music that belong to either.
        """
        origins = self._origins
        while len(origins) > 1 and origins[0].end <= frame:
            origins.popleft()
        return origins[0] if origins else Origin(frame, FLAG_INFILL, 0)
