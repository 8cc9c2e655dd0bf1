"""What was changed since the last plan that adopted what is wanted, and who waits to hear it.

changed  +  +        +                + +
adopted        |plan ............|plan ........ each Applied answers all that came before it
"""

from __future__ import annotations

_NEVER = -(1 << 60)
_MOST_JOIN = 2  # so often changes join the plan that was to be the first with others


class Changes:
    """The changes of one session that no plan has adopted yet.

    Attributes:
        wait: there are some.
        break_off: the music before them should matter little.
        adopted_at: the frame that the last plan with changes began with; long ago without one.
    """

    def __init__(self) -> None:
        self.wait = self.break_off = False
        self.adopted_at = _NEVER
        self._tickets: list[object] = []
        self._joined = 0  # plans that have taken the place of one at the same frame
        self._first_line: int | None = None

    def add(self, ticket: object, *, breaks_off: bool) -> None:
        """Note a change, and who is to be told when it is heard."""
        if not self.wait:
            self._first_line = None
        self._tickets.append(ticket)
        self.wait = True
        self.break_off |= breaks_off

    def note_line(self, frame: int) -> None:
        """Note a frame that they could begin with: the first is what they were asked for."""
        if self._first_line is None:
            self._first_line = frame

    def have_missed_line(self, frame: int) -> bool:
        """Whether they could have begun before ``frame``."""
        return self._first_line is not None and self._first_line < frame

    def can_join(self, horizon: int) -> bool:
        """Whether the plan that adopted the last ones has no frames yet, and few have joined it."""
        return horizon <= self.adopted_at and self._joined < _MOST_JOIN

    def note_plan(self, horizon: int, *, adopts: bool) -> None:
        """Note that a plan begins where so much is planned already; ``adopts``: with them."""
        self._joined = self._joined + 1 if adopts and horizon <= self.adopted_at else 0

    def adopt(self, frame: int) -> tuple[object, ...]:
        """Be adopted by a plan from ``frame`` on; return who is to be told."""
        tickets, self._tickets = tuple(self._tickets), []
        self.wait = self.break_off = False
        self.adopted_at = frame
        return tickets

    def begin_anew(self, frame: int) -> None:
        """Forget that anything was adopted behind ``frame``, where music begins anew."""
        self.adopted_at = min(self.adopted_at, frame)
