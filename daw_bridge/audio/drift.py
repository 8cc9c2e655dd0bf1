"""Two clocks that should run alike and do not: how fast a counter runs, and how to follow another.

A sound card's 48,000 Hz is a little more or less by the server's clock, and a browser's playhead
moves by a third one. A stream has one pace (``stream_clock.py``). The browser's clock cannot be
helped, so the card's speed is corrected, by parts in a million, until both move alike::

    ratio = pace of the leader / pace of the card * (1 + what keeps their distance)

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

from collections import deque

import numpy as np

BIN_S = 1.0
LEAST_BINS, MOST_BINS = 8, 64
SMOOTHING = 0.1  # of each new estimate; one comes with each bin
MAX_PACE = 0.01  # larger than any real clock drift: ignored
LAG_TIME_S = 2.0  # over which the lag is averaged: reports come in steps
PULL = 0.02  # of the lag is made up for in a second
LOSES_TRACK_S = 0.3  # a lag that no drift explains: the distance is what it is now
MAX_CORRECTION = 0.002  # 3.5 cents: nobody hears it come or go


class PaceMeter:
    """How fast a counter of samples runs by the server's clock.

    Counts come late and in steps, never early: so of each second only the observation that is
    furthest ahead counts, and the pace is the median of the slopes between any two of these
    (Theil and Sen), which no single stall can move.

    Args:
        rate: counts in a second, nominally.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._pace: float | None = None
        self._bins: deque[tuple[float, float]] = deque(maxlen=MOST_BINS)  # time, seconds ahead
        self._best: tuple[float, float] | None = None
        self._bin_ends = 0.0

    @property
    def pace(self) -> float:
        """Counted seconds in a second of the server; 1 until it is known."""
        return 1.0 if self._pace is None else self._pace

    @property
    def ppm(self) -> float:
        """The same in parts in a million too fast."""
        return 1e6 * (self.pace - 1.0)

    def note(self, now: float, count: float) -> None:
        """Note that ``count`` samples are counted by now; a count never goes back."""
        ahead_s = count / self._rate - now
        if self._best is None or now >= self._bin_ends:
            self._close_bin()
            self._best, self._bin_ends = (now, ahead_s), now + BIN_S
        elif ahead_s > self._best[1]:
            self._best = (now, ahead_s)

    def _close_bin(self) -> None:
        if self._best is None:
            return
        self._bins.append(self._best)
        if len(self._bins) < LEAST_BINS:
            return
        times, ahead = np.array(self._bins).T
        first, second = np.triu_indices(len(times), 1)
        slope = float(np.median((ahead[second] - ahead[first]) / (times[second] - times[first])))
        if abs(slope) > MAX_PACE:
            return
        if self._pace is None:
            self._pace = 1.0 + slope
        self._pace += SMOOTHING * (1.0 + slope - self._pace)


class Follower:
    """The speed at which a card must play to stay as far from another playhead as it is.

    Args:
        rate: samples of the stream in a second.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._leader: object = None
        self._distance = self._lag_s = self._at = 0.0
        self._pace = PaceMeter(rate)

    def let_go(self) -> None:
        """There is nobody to follow."""
        self._leader = None

    def ratio(self, now: float, leader: object, theirs: float, own: float, pace: float) -> float:
        """Return how many samples of the stream the card should take for one of its own.

        Args:
            now: seconds.
            leader: who is followed; the distance to another one is kept from now on.
            theirs: stream position that is heard there.
            own: and that which is heard from the card.
            pace: of the card by the server's clock.
        """
        lag_s = (theirs - own - self._distance) / self._rate
        if leader is not self._leader or abs(lag_s) > LOSES_TRACK_S:
            self._leader, self._distance = leader, theirs - own
            self._lag_s, self._pace = 0.0, PaceMeter(self._rate)
        else:
            share = min(max(now - self._at, 0.0) / LAG_TIME_S, 1.0)
            self._lag_s += share * (lag_s - self._lag_s)
        self._at = now
        self._pace.note(now, theirs)
        wanted = self._pace.pace / pace * (1.0 + PULL * self._lag_s)
        return min(max(wanted, 1.0 - MAX_CORRECTION), 1.0 + MAX_CORRECTION)
