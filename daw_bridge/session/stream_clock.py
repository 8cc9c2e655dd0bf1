"""The time of a stream: where its playhead is, and how far ahead of it music is sent.

The playhead is that of the foremost listener, but never faster than a sound card. A client may
report any playhead. What it reports moves the stream on by no more than the time that went by, plus
a little drift and slack; so it can neither drain the stream nor make others miss anything.

A stream has this one clock. A sound card that plays it (``audio_output.py``) moves it, and is made
to run as fast as a client that reports; whoever does not report is sent music at its pace.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

MAX_CLOCK_DRIFT = 0.001  # a listener's clock may be this much fast
CLOCK_SLACK_S = 0.1  # and the playhead may catch up with it by this much at once
LONGEST_LEAD_S = 2.0
LEAD_RISE, LEAD_FALL = 0.5, 0.05  # seconds of lead in a second


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


class Lead:
    """How far ahead of the playhead a stream is sent: as wished, or more where that is too little.

    What the wish is changes at once. What the machine needs changes with its pace, and the lead
    glides there: up quickly, since music may run out, and down slowly, since it may again.

    Attributes:
        wish_s: what the performer asked for.
    """

    def __init__(self, wish_s: float) -> None:
        self.wish_s = wish_s
        self._needed_s = self._glide_s = 0.0
        self._at: float | None = None

    @property
    def seconds(self) -> float:
        """The lead as of the last ``advance``."""
        return max(self.wish_s, self._glide_s)

    def need(self, seconds: float) -> bool:
        """Note what the machine needs from now on; return whether that changes where it glides."""
        before = max(self.wish_s, self._needed_s)
        self._needed_s = min(seconds, LONGEST_LEAD_S)
        return max(self.wish_s, self._needed_s) != before

    def advance(self, now: float, *, silent: bool) -> None:
        """Move on to ``now``; while ``silent``, the lead may change at once."""
        elapsed_s = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        if silent:
            self._glide_s = self._needed_s
        highest_s = self.seconds + LEAD_RISE * elapsed_s
        lowest_s = self._glide_s - LEAD_FALL * elapsed_s
        self._glide_s = max(min(self._needed_s, highest_s), lowest_s)
