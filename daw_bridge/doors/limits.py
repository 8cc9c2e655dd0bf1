"""A token bucket: how much of something a client may do, on average and at once."""

from __future__ import annotations

from collections.abc import Callable


class TokenBucket:
    """Allows ``rate`` per second on average and ``burst`` at once."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def take(self, cost: float = 1.0) -> bool:
        """Return whether ``cost`` is allowed now, and count it if so."""
        if self.wait_s(cost) > 0:
            return False
        self._tokens -= cost
        return True

    def spend(self, cost: float = 1.0) -> float:
        """Count ``cost`` in any case; return the seconds to wait until it is paid."""
        wait_s = self.wait_s(cost)
        self._tokens -= cost
        return wait_s

    def wait_s(self, cost: float = 1.0) -> float:
        """Return the seconds until ``cost`` would be allowed."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (cost - self._tokens) / self._rate)
