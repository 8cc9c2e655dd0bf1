"""A take: whole bars of what was heard, and all that is needed to go on from there.

    recording   ...... | bar | bar | bar | bar | ... | snapshot ... | newest sample
                       ^ pcm: what the WAV holds ^ after            ^

The worker sends a snapshot of the music as soon as a bar has been sent, so it lies a little behind
the last bar line. What is between them is kept too: whoever recalls the take hears it to the end of
its last bar and on to the snapshot, from which new music goes on. Where no snapshot is there yet,
an older one does: the new music then runs unheard up to the end of the take.

Threading: a take never changes. What it is cut out of is noted on the event loop, at once; it is
put together in a thread, since five minutes of music take longer than a stream may wait.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from daw_bridge.audio.resample import FloatArray
from daw_bridge.errors import TakeError
from daw_bridge.session.settings import Setting
from daw_bridge.session.stream import Stream
from daw_bridge.session.transport import Transport

MAX_UNHEARD_S = 2.0  # of new music, from a snapshot before the end of a take
_ROUNDING_SAMPLES = 2  # what whole samples and a plan's rounded bar line make of exact bars


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where in the stream the music of a snapshot goes on.

    Attributes:
        position: of the stream.
        data: the snapshot.
        gain_db: of the leveller, there.
        key: of the music, such as "Am"; empty where it is not known.
    """

    position: int
    data: bytes
    gain_db: float
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Take:
    """Music that is kept.

    Attributes:
        sample_rate: in Hz.
        bars: how many there are in ``pcm``, of four beats each; 0 where it is of no whole bars.
        bpm: their tempo, exactly ``bars`` long in ``pcm``; 0 where there is none.
        key: such as "F#m"; empty where it is not known.
        settings: what the performer had set.
        pcm: float32 ``[C, n]``, before the gain.
        after: ``[C, m]``, what was heard behind it, up to the joint and for a crossfade from there.
        snapshot: what a worker goes on from; empty where there was none.
        snapshot_at: the sample from the beginning of ``pcm`` at which it does.
        gain_db: of the leveller at the joint.
        concealed_samples: of ``pcm``, so many stood in for music that was late.
    """

    sample_rate: int
    bars: int
    bpm: float
    key: str
    settings: tuple[Setting, ...]
    pcm: FloatArray
    after: FloatArray
    snapshot: bytes
    snapshot_at: int
    gain_db: float
    concealed_samples: int = 0

    @property
    def joint(self) -> int:
        """The sample from the beginning at which new music follows the take."""
        return max(int(self.pcm.shape[1]), self.snapshot_at)

    @property
    def unheard(self) -> int:
        """How many samples of the new music are passed over before the joint."""
        return self.joint - self.snapshot_at


@dataclass(frozen=True, slots=True)
class Draft:
    """A take that is not put together yet.

    Attributes:
        take: puts it together, in a thread.
        begin: where in the stream it begins; None where it was not cut out of it.
    """

    take: Callable[[], Take]
    begin: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a stream, and the bars that it is; 0 where it is of no whole bars."""

    begin: int
    end: int
    bars: int = 0
    bpm: float = 0.0


def samples_of(beats: int, bpm: float, sample_rate: int) -> int:
    """Return how many samples are so many beats."""
    return round(beats * 60 * sample_rate / bpm)


class Bars:
    """The whole bars of a recording.

    Args:
        transport: knows the beats.
        beats_per_bar: 0 where there are none.
        sample_rate: in Hz.
        start, end: of the recording.
    """

    def __init__(
        self, transport: Transport, beats_per_bar: int, sample_rate: int, start: int, end: int
    ) -> None:
        self._transport, self._beats, self._rate = transport, beats_per_bar, sample_rate
        self._start, self._end = start, end

    def last(self, bars: int) -> Span:
        """Return the last whole bars.

        Raises:
            TakeError: there are fewer, or no bars are known.
        """
        first, last = self._numbers()
        if last - first < bars:
            raise TakeError(
                f"{bars} bars were asked for; {max(last - first, 0)} whole ones have been played"
            )
        span = self._uniform(last - bars, last)
        if span is not None:
            return span
        begin, end = self._line(last - bars), self._line(last)
        bpm = bars * self._beats * 60.0 * self._rate / (end - begin)  # in the mean
        return Span(begin, end, bars, bpm)

    def all(self) -> Span:
        """Return all whole bars; where they are not of one tempo, all that was heard as it is."""
        try:
            first, last = self._numbers()
        except TakeError:
            first = last = 0
        span = self._uniform(first, last) if last > first else None
        return span or Span(self._start, self._end)

    def _numbers(self) -> tuple[int, int]:
        """Return the numbers of the first and the last bar line."""
        ends = [self._transport.beat_at(position) for position in (self._start, self._end)]
        if not self._beats or ends[0] is None or ends[1] is None:
            raise TakeError("no bars are known of this music; 0 bars keeps all of it")
        return math.ceil(ends[0] / self._beats), math.floor(ends[1] / self._beats)

    def _uniform(self, first: int, last: int) -> Span | None:
        """Return the bars between two lines if they are of one tempo, to the sample."""
        begin, end, bars = self._line(first), self._line(last), last - first
        bpm = self._transport.tempo_at(end - 1)
        samples = samples_of(bars * self._beats, bpm, self._rate)
        if abs(end - begin - samples) > _ROUNDING_SAMPLES or end - samples < self._start:
            return None
        return Span(end - samples, end, bars, bpm)

    def _line(self, number: int) -> int:
        """Return the first sample that is not before a bar line."""

        def beats(position: int) -> int:
            found = self._transport.beat_at(position)
            assert found is not None
            return math.floor(found)

        positions = range(self._start, self._end)
        return self._start + bisect_left(positions, number * self._beats, key=beats)


def cut_take(
    stream: Stream,
    span: Span,
    bookmarks: Sequence[Bookmark],
    settings: Sequence[Setting],
) -> Draft:
    """Return a piece of what was heard as the draft of a take.

    Args:
        stream: whose recording holds it.
        span: the piece.
        bookmarks: where music may go on, in order.
        settings: what is set.
    """
    recording = stream.recording
    mark = _mark(span.end, recording.end - stream.ramp, bookmarks, stream.sample_rate)
    joint = span.end if mark is None else max(span.end, mark.position)
    pcm = recording.parts(span.begin, span.end)
    after = recording.parts(span.end, min(joint + stream.ramp, recording.end))
    goes_on = mark or Bookmark(span.end, b"", stream.leveller.gain_db)
    concealed_samples = recording.concealed(span.begin, span.end)

    def put_together() -> Take:
        return Take(
            sample_rate=stream.sample_rate,
            bars=span.bars,
            bpm=span.bpm,
            key=goes_on.key,
            settings=tuple(settings),
            pcm=np.concatenate(pcm, axis=1),
            after=np.concatenate(after, axis=1),
            snapshot=goes_on.data,
            snapshot_at=goes_on.position - span.begin,
            gain_db=goes_on.gain_db,
            concealed_samples=concealed_samples,
        )

    return Draft(put_together, span.begin)


def _mark(
    end: int, latest: int, bookmarks: Sequence[Bookmark], sample_rate: int
) -> Bookmark | None:
    """Return the first bookmark behind the end of a take, else the last one shortly before it."""
    behind = [mark for mark in bookmarks if end <= mark.position <= latest]
    earliest = end - MAX_UNHEARD_S * sample_rate
    before = [mark for mark in bookmarks if earliest <= mark.position < end]
    return next(iter(behind), before[-1] if before else None)
