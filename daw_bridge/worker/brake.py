"""A worker made slower on purpose, to see what a server does with a machine that cannot keep up.

While work is done time runs ``factor`` times faster, and afterwards the worker waits until the real
time has caught up. So everyone agrees: those who measure the work and those who wait for it.

Threading: one thread.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class Brake:
    """A clock, and the work that is slowed down by it.

    Args:
        factor: how many times longer work takes; 1 changes nothing.
        clock: seconds, monotonic.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        factor: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._factor, self._clock, self._sleep = factor, clock, sleep
        self._working_since: float | None = None

    def now(self) -> float:
        """Return the time, in seconds; it never goes back."""
        real, since = self._clock(), self._working_since
        return real if since is None else since + self._factor * (real - since)

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Slow down what is done inside."""
        self._working_since = self._clock()
        try:
            yield
        finally:
            until, self._working_since = self.now(), None
            if self._factor > 1.0:
                self._sleep(max(until - self._clock(), 0.0))
