"""One listener of a session: a cursor in its history, a resampler, a playhead and a credit.

A listener takes messages as fast as its credit allows: the server stays at most ``lead`` ahead of
the listener's playhead, which it reports, or which is estimated from the clock where it does not. A
listener that falls behind holds nobody up: it is moved on to the session's playhead, and told so.
One that was away and comes back may stay as far behind as it was then, as long as there is history.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from daw_bridge.audio.history import Block, History
from daw_bridge.audio.pcm import PcmFormat, PcmHeader
from daw_bridge.audio.resample import FloatArray, StreamResampler, map_channels, map_position
from daw_bridge.worker_protocol import FLAG_LAST

MAX_LAG_S = 2.0  # behind the newest PCM, beyond the lead, before a listener is moved on
MAX_EXTRAPOLATION_S = 0.5  # a playhead that is not reported for longer stands still
PREROLL_S = 0.05  # heard by the resampler only, so that its filter is warm at the first sample
RESUME_MARGIN_S = 1.0  # of history beyond what it asks for, which else would soon be forgotten
BUFFER_MARGIN_S = 0.04  # sent beyond what a client waits for before it begins to play


@dataclass(frozen=True, slots=True)
class Packet:
    """Samples at the listener's rate: float32 ``[channels, n]`` with position and provenance."""

    position: int
    pcm: FloatArray
    flags: int
    plan_id: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Samples that a listener did not get, at its rate, because it fell behind."""

    position: int
    frames: int


class Listener:
    """The stream as one client or device hears it.

    Attributes:
        sample_rate, channels: of the listener.
        cursor: model-rate position of the next PCM to be taken from the history.
        position: stream position of the next sample to be sent, at the listener's rate.
        is_card: a sound card of this machine, whose clock is better than an estimated one.
    """

    def __init__(
        self,
        history: History,
        model_rate: int,
        *,
        sample_rate: int,
        channels: int,
        buffer_s: float = 0.0,
        is_card: bool = False,
    ) -> None:
        self.is_card = is_card
        self.sample_rate = sample_rate
        self.channels = channels
        self.buffer_s = buffer_s
        self.position = 0
        self.cursor = 0
        self._history = history
        self._model_rate = model_rate
        self._ready: deque[Packet] = deque()
        self._marks: deque[tuple[int, int, int]] = deque()  # from position: flags, plan_id
        self._anchor = 0.0  # model samples played at _anchor_time
        self._anchor_time = 0.0
        self._pace = 1.0  # seconds of the stream in a second, where it is estimated
        self._reporting = False
        self._needs_restart = False
        self._may_lag = 0  # model samples that it may be behind, since it was away

    # --- where it listens ---

    def join(self, position: int, now: float) -> None:
        """Begin at a model-rate position of the history."""
        self._begin(map_position(position, self._model_rate, self.sample_rate), now)

    def resume(self, position: int, now: float) -> bool:
        """Begin at a position at the listener's rate; return False where it is not there any more.

        Whoever resumes gets every sample from there on: it is not moved on for what it was away.
        """
        wanted, history = position * self._model_rate // self.sample_rate, self._history
        margin = round(RESUME_MARGIN_S * self._model_rate) if history.start else 0
        if not history.start + margin <= wanted <= history.end:
            return False
        self._begin(position, now)
        self._may_lag = history.end - self.cursor
        return True

    def _begin(self, position: int, now: float) -> None:
        self._may_lag = 0
        self._ready.clear()
        self._restart(position)
        self._anchor = position * self._model_rate / self.sample_rate
        self._anchor_time = now
        self._reporting = False

    def _restart(self, position: int) -> None:
        """Set up a warm resampler whose first sample sent is ``position``."""
        wanted = position * self._model_rate // self.sample_rate
        rates = StreamResampler(self._model_rate, self.sample_rate, 1)
        early = wanted - round(PREROLL_S * self._model_rate)
        early -= early % rates.alignment
        start = max(early, self._history.start)
        if self._history.start % rates.alignment and start == self._history.start:
            start = min(wanted, start + -start % rates.alignment)
        self._resampler = StreamResampler(
            self._model_rate, self.sample_rate, self._history.channels, start
        )
        self._marks.clear()
        self.position = position
        self.cursor = start
        while self.cursor < wanted and (block := self._history.read(self.cursor)) is not None:
            warm_up = block.pcm[:, : wanted - self.cursor]
            self._feed(Block(block.position, warm_up, block.flags & ~FLAG_LAST, block.plan_id))
        self._needs_restart = False

    # --- its playhead ---

    def report(self, position: int, now: float) -> None:
        """Note what the client says it has played (its rate); never more than it was sent."""
        played = position * self._model_rate / self.sample_rate
        self._anchor = min(played, float(self.cursor))
        self._anchor_time = now
        self._reporting = True

    @property
    def reports(self) -> bool:
        """Whether it says what it has played."""
        return self._reporting

    def is_heard(self, now: float) -> bool:
        """Whether it has reported of late, and has something left to play."""
        fresh = now - self._anchor_time < MAX_EXTRAPOLATION_S
        return self._reporting and fresh and self.playhead(now) < self.cursor

    def keep_pace(self, pace: float, now: float) -> None:
        """Be taken, from now on, to play so many seconds of the stream in a second."""
        if not self._reporting:
            self._anchor, self._anchor_time = self.playhead(now), now
            self._pace = pace

    def playhead(self, now: float) -> float:
        """Return the model-rate position that it is playing, by report or by estimate."""
        elapsed = max(0.0, now - self._anchor_time) * self._pace
        if self._reporting:
            elapsed = min(max(0.0, now - self._anchor_time), MAX_EXTRAPOLATION_S)
        played = self._anchor + elapsed * self._model_rate
        if played < self.cursor:
            return played
        if not self._reporting:  # it has nothing left to play: its clock goes on from here
            self._anchor, self._anchor_time = float(self.cursor), now
        return float(self.cursor)

    def lead_samples(self, lead_s: float) -> int:
        """Return how far ahead of its playhead it is sent, in model samples."""
        wanted = max(lead_s, self.buffer_s + BUFFER_MARGIN_S if self.buffer_s else 0.0)
        return round(wanted * self._model_rate)

    # --- what it gets ---

    def catch_up(self, session_playhead: int, lead_s: float, now: float) -> Skip | None:
        """Move on to the session's playhead if it fell too far behind; return what it misses.

        To be called before each ``take``: while a packet was sent, the stream went on.
        """
        behind = self._history.end - self.cursor
        self._may_lag = min(self._may_lag, behind)  # what was caught up with is no excuse
        limit = self.lead_samples(lead_s) + round(MAX_LAG_S * self._model_rate) + self._may_lag
        if behind <= limit and self.cursor >= self._history.start:
            return None
        before = self._ready[0].position if self._ready else self.position  # those are dropped too
        target = max(session_playhead, self._history.start, self.cursor)
        self.join(target, now)
        return Skip(before, self.position - before)

    def take(self, now: float, lead_s: float) -> Packet | None:
        """Return the next packet that its credit allows, or None."""
        while not self._ready:
            block = self._history.read(self.cursor)
            if block is None or self.cursor >= self.playhead(now) + self.lead_samples(lead_s):
                return None
            if self._needs_restart:
                self._restart(self.position)
                continue
            self._feed(block)
        return self._ready.popleft()

    def _feed(self, block: Block) -> None:
        """Resample a block and queue what comes out, cut where the provenance changes."""
        last = bool(block.flags & FLAG_LAST)
        begins = map_position(block.position, self._model_rate, self.sample_rate)
        self._marks.append((begins, block.flags, block.plan_id))
        at = self._resampler.position
        pcm = map_channels(self._resampler.push(block.pcm, last=last), self.channels)
        end = at + pcm.shape[1]
        self.cursor = block.end
        while at < end:
            while len(self._marks) > 1 and self._marks[1][0] <= at:
                self._marks.popleft()
            until = min(end, self._marks[1][0]) if len(self._marks) > 1 else end
            self._queue(at, pcm[:, : until - at])
            pcm = pcm[:, until - at :]
            at = until
        self._needs_restart = last

    def _queue(self, at: int, pcm: FloatArray) -> None:
        skip = max(0, self.position - at)  # the filter's warm-up, or before the resume position
        if skip < pcm.shape[1]:
            _, flags, plan_id = self._marks[0]
            self._ready.append(Packet(at + skip, pcm[:, skip:], flags, plan_id))
            self.position = at + pcm.shape[1]


def foremost(listeners: Iterable[Listener], now: float) -> float | None:
    """Return the playhead that paces a stream: the foremost; None where nobody listens.

    Beside a sound card, a listener that does not report is only estimated, and paces nothing.
    """
    everyone = list(listeners)
    beside_card = any(listener.is_card for listener in everyone)
    return max(
        (
            listener.playhead(now)
            for listener in everyone
            if not beside_card or listener.is_card or listener.reports
        ),
        default=None,
    )


def encode_packet(packet: Packet, sample_rate: int, kind: PcmFormat, sequence: int) -> bytes:
    """Return the binary WebSocket message of a packet: 40 bytes of header, interleaved samples."""
    channels, frames = packet.pcm.shape
    header = PcmHeader(
        format=kind,
        channels=channels,
        sample_rate=sample_rate,
        frames=frames,
        sequence=sequence,
        position=packet.position,
        flags=packet.flags,
        plan_id=packet.plan_id,
    )
    samples = packet.pcm.T
    if kind is PcmFormat.S16:
        return header.pack() + (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2").tobytes()
    return header.pack() + samples.astype("<f4").tobytes()
