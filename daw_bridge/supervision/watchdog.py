"""Tells a worker that hangs from one that is slow, without a heartbeat.

A worker that is waited for and sends nothing for ``limit_s`` hangs. One that came back from a long
silence once may be silent for twice as long again; and each time that one is given up the next is
waited for twice as long, until PCM comes. So a model that is far too slow for its machine is not
ended for ever before its first sample.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

_MAX_STEP_S = 1.0  # between two checks; more means that this program itself was held up


class Watchdog:
    """Measures how long a worker is silent while somebody waits for it."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._survived_s = 0.0  # the longest silence that ended with a message
        self._doubt = 1  # doubled at each worker given up since the last PCM
        self._silence_s = 0.0
        self._checked_at: float | None = None

    @property
    def patience_s(self) -> float:
        """How long a silence may last now."""
        return max(self._limit_s, 2 * self._survived_s) * self._doubt

    def heard(self, *, is_pcm: bool) -> None:
        """A message came."""
        self._survived_s = max(self._survived_s, self._silence_s)
        self._silence_s = 0.0
        if is_pcm:
            self._doubt = 1

    def hangs(self, now: float, *, waited_for: bool) -> bool:
        """Return whether the worker is to be given up; call it all the time."""
        elapsed = 0.0 if self._checked_at is None else now - self._checked_at
        self._checked_at = now
        if not waited_for:
            self._silence_s = 0.0
            return False
        self._silence_s += min(elapsed, _MAX_STEP_S)
        if self._silence_s < self.patience_s:
            return False
        self._silence_s = 0.0
        self._doubt *= 2
        return True
