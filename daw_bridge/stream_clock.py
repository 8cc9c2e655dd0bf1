"""The playhead of a stream: that of its foremost listener, but never faster than a sound card.

A client may report any playhead. What it reports moves the stream on by no more than the time that
went by, plus a little drift and slack; so it can neither drain the stream nor make others miss
anything.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

MAX_CLOCK_DRIFT = 0.001  # a listener's clock may be this much fast
CLOCK_SLACK_S = 0.1  # and the playhead may catch up with it by this much at once


class StreamClock:
    """Counts model samples; begins at 0 and never goes back."""

    def __init__(self) -> None:
        self._playhead = 0.0
        self._at = 0.0
        self._credit = 0.0  # samples that the playhead may move on by

    @property
    def playhead(self) -> float:
        """The position as of the last ``advance``."""
        return self._playhead

    def advance(
        self, now: float, sample_rate: int, *, reported: float | None, end: int, holds: bool
    ) -> int:
        """Move on to ``now``, and return the position.

        Args:
            now: seconds.
            sample_rate: samples in a second.
            reported: the foremost listener's position; None where nobody listens.
            end: where the stream ends so far.
            holds: the stream waits to begin; only the time is noted.
        """
        elapsed = max(0.0, now - self._at) * sample_rate
        self._at = now
        target = self._playhead + elapsed if reported is None else reported
        slack = CLOCK_SLACK_S * sample_rate
        self._credit = min(self._credit + elapsed * (1 + MAX_CLOCK_DRIFT), elapsed + slack)
        if not holds:
            step = min(max(0.0, min(target, float(end)) - self._playhead), self._credit)
            self._playhead += step
            self._credit -= step
        return int(self._playhead)
