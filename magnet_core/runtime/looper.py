"""The loop of a session, from the wish for one until it is left.

    placed     its bars are known, its music is not: plans end with it
    closed     its last part was decoded with its head in sight; nothing more is planned
    sent       all of its frames are with the codec: it goes round until it is left

Nothing in a loop is planned anew once its first frame could have been sent: it is what the
performer wants to keep. Changes wait until it is left.
"""

from __future__ import annotations

from magnet_core.runtime.loop import Loop


class Looper:
    """Says how a loop shapes the plans of its session.

    Args:
        span_len: windows are whole multiples of this many frames.
        can_infill: the model can fill in what lies before the loop's head.

    Attributes:
        loop: the loop; None where there is none.
        is_closed: its last frames lead back to its first.
    """

    def __init__(self, *, span_len: int, can_infill: bool) -> None:
        self.loop: Loop | None = None
        self.is_closed = False
        self._span_len, self._can_infill = span_len, can_infill

    def place(self, loop: Loop) -> None:
        """Want this loop, or the same at another tempo; its end is to be planned."""
        self.loop, self.is_closed = loop, False

    def restore(self, loop: Loop) -> None:
        """Know of a loop that goes round already."""
        self.loop, self.is_closed = loop, True

    def drop(self) -> None:
        """Want no loop."""
        self.loop, self.is_closed = None, False

    def holds(self, frame: int) -> bool:
        """Return whether ``frame`` is kept as it is."""
        return self.loop is not None and frame >= self.loop.begin_frame

    def cut(self, first_frame: int, window: int, context: int) -> tuple[int, int]:
        """Return how many frames a plan that begins there decodes, and of what future it knows.

        Args:
            first_frame: of the plan.
            window: frames of a window.
            context: of these, so many are context.
        """
        loop, room = self.loop, window - context
        if loop is None or first_frame >= loop.end_frame:
            return room, 0
        left, future = loop.end_frame - first_frame, self._future(loop, room)
        knows_head = first_frame >= loop.begin_frame + future
        if future and knows_head and left <= room - future:
            return left, future
        if left >= room or not self._can_infill:
            return min(left, room), 0
        return max(left - (context + left) % self._span_len, 1), 0

    def closing_frame(self, window: int, context: int) -> int | None:
        """Return the first frame of a plan that would close the loop; None if none should.

        Args:
            window: frames of a window.
            context: of these, so many are context.
        """
        loop = self.loop
        if loop is None or self.is_closed or not self._can_infill:
            return None
        room = window - context
        return loop.closing_frame(room, self._future(loop, room))

    def note_planned(self, horizon: int, future_frames: int) -> None:
        """Note that a plan has been decoded to its end, the ``horizon``."""
        if self.loop is not None and horizon == self.loop.end_frame:
            self.is_closed = future_frames > 0 or not self._can_infill

    def _future(self, loop: Loop, room: int) -> int:
        return loop.future_frames(room) if self._can_infill else 0
