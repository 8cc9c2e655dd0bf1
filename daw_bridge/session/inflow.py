"""Music on its way into a stream: from the worker as it comes, or from a take that is recalled.

    worker's count      | music ......... |~~~~~ passed over |  music that goes on from the take
    stream's count      | music ... |~gap~| music | the take, as it was heard |  music .........
                                                  ^ splice                    ^ joint

Here the worker's positions become those of the stream: ``origin`` is the difference, and moves with
whatever the stream holds that the worker did not send (a gap that is concealed, a fade, a take).
The beats of the music move with it.

Threading: none of its own; called from the event loop only, with the time passed in.
"""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from daw_bridge.audio.concealment import Pulse
from daw_bridge.audio.resample import FloatArray
from daw_bridge.metrics import Metrics
from daw_bridge.session.stream import Stream
from daw_bridge.session.takes import Bookmark, Take
from daw_bridge.session.transport import Transport
from daw_bridge.worker_protocol import FLAG_TAKE, Chunk, Snapshot

_BOOKMARKS = 8  # the last ones: a take ends with the last bar


@dataclass(slots=True)
class _Playback:
    """A take that is being heard again."""

    take: Take
    heard: FloatArray  # up to the joint
    left: int


class Inflow:
    """What goes into one stream.

    Args:
        stream: where it goes.
        transport: whose beats move with it.
        beats_per_bar: of the model; 0 where it keeps no metre.
        metrics: counts what is out of place.

    Attributes:
        stream, transport, beats_per_bar: as given.
        origin: stream position of the worker's position 0.
        bookmarks: where a worker could go on from, in order.
        line_beats: music waits at the next line of so many beats; 0: it does not.
    """

    def __init__(
        self, stream: Stream, transport: Transport, beats_per_bar: int, metrics: Metrics
    ) -> None:
        self.stream, self.transport, self.beats_per_bar = stream, transport, beats_per_bar
        self.origin = 0
        self.bookmarks: deque[Bookmark] = deque(maxlen=_BOOKMARKS)
        self.line_beats = 0
        self._metrics = metrics
        self._coming: deque[Snapshot] = deque(maxlen=_BOOKMARKS)  # of music not in the stream yet
        self._held: list[Chunk] = []  # music that is there, but too little to begin with
        self._held_since = 0.0
        self._cut_at: int | None = None  # worker's position where the music begins anew
        self._heard_from: int | None = None  # worker's position before which nothing is heard
        self._playback: _Playback | None = None

    # --- a worker's life ---

    def begin(self) -> None:
        """A new worker counts from 0: what it sends follows what is there."""
        self._held.clear()
        self._coming.clear()
        self._cut_at = None
        playback = self._playback
        unheard = 0 if playback is None else playback.take.unheard
        self._heard_from = unheard or None
        self.origin = self.stream.position + self.replaying - unheard

    def lose_worker(self) -> None:
        """What was not passed on is lost with the worker."""
        self._held.clear()
        self._coming.clear()

    # --- the worker's music ---

    @property
    def held_samples(self) -> int:
        """How much music is held back."""
        return sum(chunk.pcm.shape[1] for chunk in self._held)

    def to_stream(self, position: int) -> int:
        """Return the stream's position for one of the worker's; no earlier than it is heard."""
        if self._heard_from is not None:
            position = max(position, self._heard_from)
        return position + self.origin

    def hold(self, chunk: Chunk, now: float) -> None:
        """Take PCM that became final."""
        if self._heard_from is not None:
            early = self._heard_from - chunk.position
            if early >= chunk.pcm.shape[1]:
                return
            if early > 0:
                chunk = replace(chunk, position=self._heard_from, pcm=chunk.pcm[:, early:])
        self._held_since = self._held_since if self._held else now
        self._held.append(chunk)

    def release(self, now: float, *, enough: float, patience_s: float) -> list[Chunk]:
        """Return what is held: when it is ``enough`` samples, or some wait has been in vain."""
        is_patient = now - self._held_since < patience_s
        if self._playback is not None or (is_patient and self.held_samples < enough):
            return []
        held, self._held = self._held, []
        passed: list[Chunk] = []
        room = self._room()
        for chunk in held:
            if room > 0:
                passed.append(replace(chunk, pcm=chunk.pcm[:, :room]))
            at = min(max(room, 0), chunk.pcm.shape[1])
            if at < chunk.pcm.shape[1]:
                rest = replace(chunk, position=chunk.position + at, pcm=chunk.pcm[:, at:])
                self._held.append(rest)
            room -= chunk.pcm.shape[1]
        return passed

    def _room(self) -> int:
        """Return how much music may come before it waits at a line."""
        line = None
        if self.line_beats:
            line = self.transport.next_line(self.stream.position, self.line_beats)
        return sys.maxsize if line is None else line - self.stream.position

    @property
    def is_at_line(self) -> bool:
        """Whether what comes next waits at a line, or there are no lines."""
        return self._room() in (0, sys.maxsize)

    def add(self, chunk: Chunk) -> None:
        """Pass a chunk on into the stream."""
        stream = self.stream
        if chunk.position + self.origin != stream.position:
            self._metrics.discontinuities += 1
            self._shift(stream.position, stream.position - chunk.position - self.origin)
            stream.cut()
        self._heard_from = None
        pcm = np.asarray(chunk.pcm, np.float32)
        before = -1 if self._cut_at is None else self._cut_at - chunk.position
        if 0 <= before < pcm.shape[1]:
            self._cut_at = None
            if before:
                stream.add(pcm[:, :before], chunk.flags, chunk.plan_id)
            stream.cut()
            pcm = pcm[:, before:]
        stream.add(pcm, chunk.flags, chunk.plan_id)
        while self._coming and self._coming[0].position + self.origin <= stream.position:
            self._mark(self._coming.popleft())

    def _mark(self, snapshot: Snapshot) -> None:
        position, gain_db = snapshot.position + self.origin, self.stream.leveller.gain_db
        self.bookmarks.append(Bookmark(position, snapshot.data, gain_db, snapshot.key))

    def note_snapshot(self, snapshot: Snapshot) -> bool:
        """Learn what the music could go on from; return whether it is of what is heard now."""
        if self._heard_from is None or snapshot.position >= self._heard_from:
            if self._coming and self._coming[-1].position == snapshot.position:
                self._coming.pop()  # while nothing plays, they are all of one place
            self._coming.append(snapshot)
        return self._playback is None and self._heard_from is None

    def note_plan(self, position: int, bar_position: int, bpm: float) -> None:
        """Learn the beats from a position of the stream on."""
        self.stream.pulse = Pulse.of(bpm, self.beats_per_bar, self.stream.sample_rate)
        self.transport.plan(position, bar_position, bpm)

    def begin_anew(self, position: int) -> None:
        """Expect other music from a position of the worker on, and no take any more."""
        self._coming.clear()
        self.bookmarks.clear()
        if self._playback is None:
            self._cut_at = position  # what the codec still holds is heard first
            return
        self._playback = None
        self._held.clear()
        self._heard_from = position
        self._shift(self.stream.position, self.stream.position - position - self.origin)
        self.stream.cut()

    # --- takes ---

    @property
    def replaying(self) -> int:
        """How many samples of a take are still to be heard."""
        return 0 if self._playback is None else self._playback.left

    def cannot_play(self, take: Take) -> str:
        """Return why a take does not fit this stream; nothing where it does."""
        theirs = take.sample_rate, take.pcm.shape[0]
        ours = self.stream.sample_rate, self.stream.history.channels
        if theirs == ours:
            return ""
        shape = "{} Hz with {} channel(s)".format
        return f"the take is of another kind of model: {shape(*theirs)}, not {shape(*ours)}"

    def splice(self, take: Take, position: int | None) -> None:
        """Let a take be heard from here on, and the worker's music after it.

        Args:
            take: of the stream's rate and channels.
            position: of the worker, from which on its music goes on from the take's snapshot; None:
                it goes on with what it plays.
        """
        stream = self.stream
        if position is None:
            self._shift(stream.position, take.joint - self.replaying)
        else:
            self._held.clear()
            self._coming.clear()
            self._cut_at, self._heard_from = None, position + take.unheard
            self.origin = stream.position + take.joint - self._heard_from
        self.bookmarks.clear()
        heard = np.concatenate([take.pcm, take.after], axis=1)[:, : take.joint]
        self._playback = _Playback(take, heard, heard.shape[1])
        self.note_plan(stream.position, stream.position, take.bpm)
        stream.cut()

    def can_replay(self, until: int) -> bool:
        """Whether there is something of a take to be heard before a position."""
        return bool(self.replaying) and min(until - self.stream.position, self._room()) > 0

    def replay(self, until: int) -> None:
        """Put the take that is heard again into the stream, up to a position."""
        playback = self._playback
        assert playback is not None
        count = min(until - self.stream.position, playback.left, self._room())
        if count > 0:
            at = playback.heard.shape[1] - playback.left
            pcm = playback.heard[:, at : at + count]
            self.stream.add_levelled(pcm, FLAG_TAKE, 0)
            playback.left -= count
        if not playback.left:
            self._end_playback(playback.take)

    def _end_playback(self, take: Take) -> None:
        self._playback = None
        after = take.after[:, take.joint - take.pcm.shape[1] :]
        if after.shape[1] == self.stream.ramp:
            self.stream.lead_over(after)
        else:
            self.stream.cut()
        if take.snapshot:
            self.stream.leveller.begin_at(take.gain_db)
            position = self.stream.position - take.unheard
            self.bookmarks.append(Bookmark(position, take.snapshot, take.gain_db, take.key))

    # --- what the worker does not send ---

    def conceal(self, frames: int) -> None:
        """Fill so much of a gap."""
        at = self.stream.position
        self._shift(at, self.stream.conceal(frames))

    def close(self) -> None:
        """Fade out what sounds; what was held is not heard, unless a take comes before it."""
        at = self.stream.position
        if self._playback is None:
            self._shift(at, -self.held_samples)
            self._held.clear()
        self._shift(at, self.stream.close())

    def _shift(self, at: int, samples: int) -> None:
        """What the worker sends from a position on is heard so much later, or earlier."""
        self.origin += samples
        self.transport.shift(at, samples)
