"""The sessions of a server, by name: which there are, and when one ends.

A session is used while someone hears it, holds it (a subscriber, a connection) or waits for its
answer. What is not used ends after ten minutes; and after one minute already where a new session
needs the place, those that are stopped first. So nobody keeps others out by music that plays to
nobody. ``main`` never ends.

Threading: event loop only; the time is that of the clock it is made with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from daw_bridge.errors import TransportError
from daw_bridge.session.session import Session

MAIN = "main"
MAX_SESSIONS = 16
SPARE_AFTER_S = 60.0  # unused for so long, it makes room where that is needed
ENDS_AFTER_S = 600.0
_LOOK_S = 1.0

log = logging.getLogger(__name__)

Names = Callable[[], Iterable[str]]
Release = Callable[[], None]


@dataclass(slots=True)
class _Use:
    session: Session
    last: float  # when it was used last
    waits: int = 0  # commands that are not answered
    failures: int = 0  # ticks in a row that raised


class Sessions:
    """Opens them and ends them.

    Args:
        make: returns the session of a name.
        clock: seconds.
        on_end: told of a session that has ended, and why.
    """

    def __init__(
        self,
        make: Callable[[str], Session],
        clock: Callable[[], float],
        on_end: Callable[[Session, str], None],
    ) -> None:
        self._make, self._clock, self._on_end = make, clock, on_end
        self._uses: dict[str, _Use] = {}
        self._holders: list[Names] = []
        self._looked_at = clock()

    def __iter__(self) -> Iterator[Session]:
        """Iterate over those that are open now; to look is no use of them."""
        return iter([use.session for use in self._uses.values()])

    def find(self, name: str) -> Session | None:
        """Return the session of a name; None where there is none."""
        use = self._uses.get(name)
        return use.session if use is not None else None

    def use(self, name: str) -> Session:
        """Return the session of a name, made where it is new.

        Raises:
            TransportError: there are too many, and all are used.
        """
        use = self._uses.get(name)
        if use is None:
            if len(self._uses) >= MAX_SESSIONS:
                self._make_room()
            use = self._uses[name] = _Use(self._make(name), self._clock())
        use.last = self._clock()
        return use.session

    def wait(self, session: Session) -> Release:
        """Note that a command of it waits for its answer; call what comes back when it has it."""
        use = self._uses[session.name]
        use.waits += 1

        def release() -> None:
            use.waits -= 1
            use.last = self._clock()

        return release

    def hold(self, names: Names) -> Release:
        """Let the sessions that ``names`` returns not end, until what comes back is called."""
        self._holders.append(names)
        return lambda: self._holders.remove(names)

    def tick(self, now: float) -> None:
        """Keep the time of each; one that fails is named in the log, and stops no other."""
        for use in list(self._uses.values()):
            try:
                use.session.tick(now)
            except Exception:
                use.failures += 1
                if (
                    use.failures.bit_count() == 1
                ):  # the 1st, 2nd, 4th, 8th ...: a log stays readable
                    name, times = use.session.name, use.failures
                    log.exception("session %s fails, %d times in a row", name, times)
            else:
                use.failures = 0

    def end_unused(self) -> None:
        """End those that nobody has used for long; looks once in a while."""
        if self._clock() - self._looked_at < _LOOK_S:
            return
        self._looked_at = self._clock()
        for use, unused_s in self._unused():
            if unused_s > ENDS_AFTER_S:
                self._end(use, f"nobody heard or controlled it for {ENDS_AFTER_S / 60:g} minutes")

    def _make_room(self) -> None:
        spare = [(use, s) for use, s in self._unused() if s > SPARE_AFTER_S]
        if not spare:
            raise TransportError(f"{MAX_SESSIONS} sessions are open already")
        use, _ = max(spare, key=lambda one: (not one[0].session.is_under_way, one[1]))
        self._end(use, "nobody heard or controlled it, and another session needed its place")

    def _unused(self) -> list[tuple[_Use, float]]:
        """Return each session with the seconds since it was used last."""
        now = self._clock()
        held = {name for names in self._holders for name in names()} | {MAIN}
        for name, use in self._uses.items():
            if use.session.listeners or use.waits or name in held:
                use.last = now
        return [(use, now - use.last) for use in self._uses.values()]

    def _end(self, use: _Use, reason: str) -> None:
        del self._uses[use.session.name]
        use.session.close(reason, self._clock())
        self._on_end(use.session, reason)
