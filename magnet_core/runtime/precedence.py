"""Which sessions come first where there is not time for all.

One worker plays as many streams at once as its machine has time for, and no message of anyone can
make that more. So those that somebody hears come before those that nobody does, and of the heard
ones those that began first: a stream that runs is never thinned out by one that comes later.

    entitled    heard, and among the first that the machine has time for
    heard       the others that somebody hears
    unheard

Each has the time that those before it leave; within one, the ``scheduler`` decides.

Plain bookkeeping: no torch, no clock, only names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum


class Rank(IntEnum):
    """The ranks, first to last."""

    ENTITLED = 0
    HEARD = 1
    UNHEARD = 2


class Precedence:
    """Remembers who was heard first."""

    def __init__(self) -> None:
        self._heard: dict[str, None] = {}  # who plays and is heard, in the order of beginning
        self._ranks: dict[str, Rank] = {}

    def update(self, playing: Mapping[str, bool], streams_at_once: int) -> None:
        """Note who plays.

        Args:
            playing: the sessions that play, and whether somebody hears them.
            streams_at_once: for how many there is time; at least 1.
        """
        heard = [name for name, is_heard in playing.items() if is_heard]
        before = [name for name in self._heard if playing.get(name)]
        self._heard = dict.fromkeys([*before, *heard])
        self._ranks = dict.fromkeys(playing, Rank.UNHEARD)
        for place, name in enumerate(self._heard):
            self._ranks[name] = Rank.ENTITLED if place < streams_at_once else Rank.HEARD

    def rank(self, name: str) -> Rank:
        """Return the rank of a session; one that does not play is unheard."""
        return self._ranks.get(name, Rank.UNHEARD)

    def first_of(self, waiting: Collection[str]) -> list[str]:
        """Return those of ``waiting`` (at least one) whose rank is the first that there is."""
        best = min(map(self.rank, waiting))
        return [name for name in waiting if self.rank(name) is best]

    def rivals(self, name: str) -> int:
        """Return how many sessions that play have the rank of ``name``; at least 1."""
        rank = self.rank(name)
        return max(sum(other is rank for other in self._ranks.values()), 1)
