"""What was heard in the last minutes, before the gain: takes are cut from it, and gaps filled.

One block of memory holds it. The system gives memory when it is first written to; here that is done
ahead of the music, a little at a time, so that nothing is held up and a server that has played for
a minute grows no more. How long it is, is the performer's wish, up to ``MAX_BYTES``.

Threading: none of its own; called from the event loop only.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from daw_bridge.audio.resample import FloatArray
from daw_bridge.worker_protocol import FLAG_CONCEALED

MAX_BYTES = 128 * 2**20
_BYTES_PER_SAMPLE = 4
_AHEAD = 16  # times as much as comes is made ready


def samples_kept(seconds: float, sample_rate: int, channels: int) -> int:
    """Return how many samples of each channel are kept where ``seconds`` are wished for."""
    return min(round(seconds * sample_rate), MAX_BYTES // (_BYTES_PER_SAMPLE * channels))


class Recording:
    """The last ``keep_samples`` samples, at positions of the stream.

    Attributes:
        end: position after the newest sample.
    """

    def __init__(self, channels: int, keep_samples: int) -> None:
        self.end = 0
        self._pcm = np.zeros((channels, keep_samples), np.float32)
        self._ready = 0  # samples whose memory is there
        self._concealed: deque[tuple[int, int]] = deque()  # from, to

    @property
    def start(self) -> int:
        """The oldest position that is still there."""
        return max(0, self.end - self._pcm.shape[1])

    def append(self, pcm: FloatArray, flags: int) -> None:
        """Add PCM ``[C, n]`` at the end, and forget the oldest."""
        kept = self._pcm.shape[1]
        if flags & FLAG_CONCEALED:
            self._note_concealed(self.end, self.end + pcm.shape[1])
        self.end += pcm.shape[1]
        newest = pcm[:, -kept:]
        at = (self.end - newest.shape[1]) % kept
        first = min(newest.shape[1], kept - at)
        self._pcm[:, at : at + first] = newest[:, :first]
        self._pcm[:, : newest.shape[1] - first] = newest[:, first:]
        if self._ready < kept:
            ready = max(self._ready, self.end)
            self._ready = ready + _AHEAD * pcm.shape[1]
            self._pcm[:, ready : self._ready] = 0.0

    def _note_concealed(self, begin: int, end: int) -> None:
        if self._concealed and self._concealed[-1][1] == begin:
            begin, _ = self._concealed.pop()
        self._concealed.append((begin, end))
        while self._concealed and self._concealed[0][1] <= self.start:
            self._concealed.popleft()

    def read(self, begin: int, end: int) -> FloatArray:
        """Return a copy ``[C, end - begin]``; all of it must still be there."""
        assert self.start <= begin <= end <= self.end, (self.start, begin, end, self.end)
        kept = self._pcm.shape[1]
        at = begin % kept
        first = min(end - begin, kept - at)
        parts = (self._pcm[:, at : at + first], self._pcm[:, : end - begin - first])
        return np.concatenate(parts, axis=1)

    def tail(self, samples: int) -> FloatArray:
        """Return a copy of the last ``samples`` samples, fewer where there are fewer."""
        return self.read(max(self.start, self.end - samples), self.end)

    def concealed(self, begin: int, end: int) -> int:
        """Return how many samples from ``begin`` to ``end`` stood in for music that was late."""
        overlaps = (min(end, last) - max(begin, first) for first, last in self._concealed)
        return sum(max(0, overlap) for overlap in overlaps)
