"""Whose work is next: several sessions share one worker.

A session's *deadline* is the time until its audio runs out. Work goes to the session with the
earliest: where any order of work would keep every deadline, this one does. It is a bad order where
none would. A session that needs more time than there is (a hundred steps for each codebook, say)
soon has the earliest deadline for good, takes everything, and pulls the others down with it.

So a session that runs dry is on *probation* for a while. It is as urgent as ever while it is within
its share of the time, one of as many as there are sessions; beyond that it has what the others
leave. One that begins has no audio either, and may work ``ALLOWANCE_S`` ahead of its share. Nobody
whose needs are within their share runs dry for long because of another, and those who need more
share evenly what is left.

Plain arithmetic: no torch, no clock, and no session either, only names.
"""

from __future__ import annotations

from collections.abc import Mapping

ALLOWANCE_S = 0.25  # a session that starts has its first sound before it has to share
PROBATION_S = 10.0  # longer than a window: who cannot keep up has run dry again by then


class Scheduler:
    """Says who works next, and remembers who has worked how long."""

    def __init__(self) -> None:
        self._dry_at: dict[str, float] = {}  # who is on probation: when it was last without audio
        self._credit: dict[str, float] = {}  # and its share of the time less its work, at most 0
        self._last_turn: dict[str, int] = {}
        self._turns = 0
        self._shares: dict[str, float] = {}  # of those who waited at the last pick

    def pick(self, deadlines: Mapping[str, float], *, playing: int, now: float) -> str:
        """Return the name of the session that works next.

        Args:
            deadlines: of each session that has work (at least one): seconds until its audio runs
                out, 0 or less where it has.
            playing: sessions that play, whether or not they have work now.
            now: seconds, monotonic.
        """
        self._update_probation(deadlines, now)
        within = [name for name in deadlines if self._credit.get(name, 0.0) >= -ALLOWANCE_S]
        on_probation = sum(name in self._credit for name in deadlines)
        # Where all have run dry there is nobody to protect: they share the time among them.
        count = len(deadlines) if on_probation == len(deadlines) else max(playing, len(deadlines))
        self._shares = dict.fromkeys(deadlines, 1.0 / count)

        def least(name: str) -> tuple[float, float, int]:
            urgency = max(deadlines[name], 0.0) if within else 0.0
            return urgency, -self._credit.get(name, 0.0), self._last_turn.get(name, 0)

        return min(within or deadlines, key=least)

    def charge(self, name: str, seconds: float) -> None:
        """Note that the session picked last has worked for so long."""
        self._turns += 1
        self._last_turn[name] = self._turns
        for other, share in self._shares.items():
            if other in self._credit:
                earned = share * seconds - (seconds if other == name else 0.0)
                self._credit[other] = min(self._credit[other] + earned, 0.0)

    def forget(self, name: str) -> None:
        """Forget a session that is no more."""
        for memory in (self._dry_at, self._credit, self._last_turn, self._shares):
            memory.pop(name, None)

    def _update_probation(self, deadlines: Mapping[str, float], now: float) -> None:
        for name, deadline_s in deadlines.items():
            if deadline_s <= 0.0:
                self._dry_at[name] = now
                is_new = name not in self._last_turn
                self._credit.setdefault(name, 0.0 if is_new else -ALLOWANCE_S)
            elif now - self._dry_at.get(name, now) > PROBATION_S:
                del self._dry_at[name], self._credit[name]
