"""How much anyone may do: a token bucket, and a limit that many share and nobody can use up.

Threading: none of its own; called from the event loop only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

PART_BURST = 200.0  # of a member's own part, at once
NEW_UNTIL = 50.0  # spent: so long has a member just come


class TokenBucket:
    """Allows ``rate`` per second on average and ``burst`` at once.

    Attributes:
        rate: may be changed at any time.
    """

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float], *, empty: bool = False
    ) -> None:
        self.rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = 0.0 if empty else burst
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
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        return max(0.0, (cost - self._tokens) / self.rate)


@dataclass(slots=True)
class _Share:
    """What one of those who share a limit may do.

    Attributes:
        most: at most.
        part: whatever the others do; None for one that has just come.
        spent: what it has done so far.
    """

    most: TokenBucket
    part: TokenBucket | None = None
    spent: float = 0.0


class SharedLimit:
    """What many may do together, each at most ``most`` per second and all about ``together``.

    All pay from one purse. Where that is empty, each has an equal part of ``together`` to itself;
    only who has just come has not, since a crowd comes under ever new names, but they have a purse
    for themselves. So neither one that sends too much nor a crowd takes away what others need.
    """

    def __init__(self, most: float, together: float, clock: Callable[[], float]) -> None:
        self._most, self._together, self._clock = most, together, clock
        self._purse = TokenBucket(together, together, clock)
        self._newcomers = TokenBucket(together / 4, together / 4, clock)
        self._shares: dict[Hashable, _Share] = {}
        self._parts = 0

    def take(self, who: Hashable, cost: float = 1.0) -> bool:
        """Return whether one may do what costs so much now, and count it if so."""
        share = self._shares.get(who)
        if share is None:
            share = _Share(TokenBucket(self._most, self._most, self._clock))
            self._shares[who] = share
        if not share.most.take(cost):
            return False
        own = self._newcomers
        if share.part is not None:
            own, own.rate = share.part, self._together / self._parts
        if not self._purse.take(cost) and not own.take(cost):
            return False
        share.spent += cost
        if share.part is None and share.spent >= NEW_UNTIL:
            self._parts += 1
            share.part = TokenBucket(self._together, PART_BURST, self._clock, empty=True)
        return True

    def forget(self, who: Hashable) -> None:
        """One of them is gone."""
        share = self._shares.pop(who, None)
        self._parts -= share is not None and share.part is not None
