"""What was heard in the last minutes, before the gain: takes are cut from it, and gaps filled.

It lies in pages of about two seconds. What is in a page is never changed, so that a take refers to
pages, and is copied out of them in the thread that saves it, however long it is. How long all of it
may get, is the performer's wish, up to ``MAX_BYTES``.

What nobody hears was not played to anyone: while a session has no listener its recording grows no
longer than what a gap is filled from. A longer one keeps its length, for a listener who comes back.

All recordings together have a budget. When it is spent, the longest recording that nobody hears
forgets its oldest page, then the longest of all; none gets shorter than what a gap is filled from.
The system gives memory when it is first written to; for music that is heard, that is done ahead of
it, a page at a time, so that a server that has played for a minute grows no more.

Threading: none of its own; called from the event loop only. ``parts`` may be read by any thread.
"""

from __future__ import annotations

import weakref
from collections import deque

import numpy as np

from daw_bridge.audio.resample import FloatArray
from daw_bridge.worker_protocol import FLAG_CONCEALED

MAX_BYTES = 128 * 2**20
BUDGET_BYTES = 256 * 2**20
PAGE_SAMPLES = 2**16
LEAST_PAGES = 8  # 16 s at 32 kHz: the longest bar, which a gap repeats, has 12
_BYTES_PER_SAMPLE = 4
_AHEAD = 16  # times as much as was heard is made ready


def samples_kept(seconds: float, sample_rate: int, channels: int) -> int:
    """Return how many samples of each channel are kept where ``seconds`` are wished for."""
    return min(round(seconds * sample_rate), MAX_BYTES // (_BYTES_PER_SAMPLE * channels))


class RecordingMemory:
    """The memory of all recordings of a server.

    Args:
        budget_bytes: of all of them together.
        page_samples: of a channel, in one page.
    """

    def __init__(self, budget_bytes: int = BUDGET_BYTES, page_samples: int = PAGE_SAMPLES) -> None:
        self.page_samples = page_samples
        self._budget_bytes = budget_bytes
        self._recordings: weakref.WeakSet[Recording] = weakref.WeakSet()

    def join(self, recording: Recording) -> None:
        """Let a recording share the budget, as long as it is there."""
        self._recordings.add(recording)

    @property
    def bytes(self) -> int:
        """What all recordings hold."""
        return sum(recording.bytes for recording in self._recordings)

    def has_room(self, needed_bytes: int) -> bool:
        """Return whether the budget allows for so much more."""
        return self.bytes + needed_bytes <= self._budget_bytes

    def make_room(self, needed_bytes: int) -> None:
        """Let recordings get shorter until the budget allows for so much more."""
        while not self.has_room(needed_bytes):
            givers = [one for one in self._recordings if one.pages > LEAST_PAGES]
            if not givers:
                return
            max(givers, key=lambda one: (not one.is_heard, one.bytes)).give_page()


class Recording:
    """The last ``keep_samples`` samples, fewer where memory is short, at positions of the stream.

    Args:
        channels: C.
        keep_samples: of each channel.
        memory: that it shares with others.

    Attributes:
        end: position after the newest sample.
        is_heard: someone listens; others grow no longer, and give up their memory first.
    """

    def __init__(self, channels: int, keep_samples: int, memory: RecordingMemory) -> None:
        self.end = 0
        self.is_heard = False
        self._channels, self._keep_samples, self._memory = channels, keep_samples, memory
        self._page_samples = memory.page_samples
        self._page_bytes = _BYTES_PER_SAMPLE * channels * memory.page_samples
        self._pages: deque[FloatArray] = deque()  # [C, page_samples] each; the last may be empty
        self._base = 0  # position of the first page
        self._concealed: deque[tuple[int, int]] = deque()  # from, to
        memory.join(self)

    @property
    def start(self) -> int:
        """The oldest position that is still there."""
        return max(self._base, self.end - self._keep_samples)

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return len(self._pages)

    @property
    def bytes(self) -> int:
        """What it holds of memory."""
        return len(self._pages) * self._page_bytes

    @property
    def _room_until(self) -> int:
        return self._base + len(self._pages) * self._page_samples

    def append(self, pcm: FloatArray, flags: int) -> None:
        """Add PCM ``[C, n]`` at the end, and forget the oldest."""
        if flags & FLAG_CONCEALED:
            self._note_concealed(self.end, self.end + pcm.shape[1])
        while pcm.shape[1]:
            if self.end == self._room_until:
                if not self.is_heard and self.pages >= LEAST_PAGES:
                    self._forget_oldest()
                self._memory.make_room(self._page_bytes)
                self._add_page()
            page, at = divmod(self.end - self._base, self._page_samples)
            count = min(self._page_samples - at, pcm.shape[1])
            self._pages[page][:, at : at + count] = pcm[:, :count]
            pcm = pcm[:, count:]
            self.end += count
        while self._pages and self._base + self._page_samples <= self.end - self._keep_samples:
            self._forget_oldest()
        self._make_ready()

    def _add_page(self) -> None:
        page = np.empty((self._channels, self._page_samples), np.float32)
        page.fill(0.0)  # now, and not while music is written
        self._pages.append(page)

    def _make_ready(self) -> None:
        wanted = self.start + min(_AHEAD * (self.end - self.start), self._keep_samples)
        if self.is_heard and self._room_until < wanted and self._memory.has_room(self._page_bytes):
            self._add_page()

    def give_page(self) -> None:
        """Give up a page: one that is empty, else the oldest."""
        if self._room_until - self._page_samples >= self.end:
            self._pages.pop()
        else:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._pages.popleft()
        self._base += self._page_samples

    def clear(self) -> None:
        """Forget everything: nothing of it can be kept any more."""
        self._pages.clear()
        self._base = self.end
        self._concealed.clear()

    def _note_concealed(self, begin: int, end: int) -> None:
        if self._concealed and self._concealed[-1][1] == begin:
            begin, _ = self._concealed.pop()
        self._concealed.append((begin, end))
        while self._concealed and self._concealed[0][1] <= self.start:
            self._concealed.popleft()

    def parts(self, begin: int, end: int) -> list[FloatArray]:
        """Return what was heard from ``begin`` to ``end``, all of which must still be there.

        Views ``[C, n]`` of one page each, in order, at least one; they stay as they are.
        """
        assert self.start <= begin <= end <= self.end, (self.start, begin, end, self.end)
        parts = [np.zeros((self._channels, 0), np.float32)] if begin == end else []
        while begin < end:
            page, at = divmod(begin - self._base, self._page_samples)
            part = self._pages[page][:, at : at + end - begin]
            parts.append(part)
            begin += part.shape[1]
        return parts

    def read(self, begin: int, end: int) -> FloatArray:
        """Return a copy ``[C, end - begin]``; all of it must still be there."""
        return np.concatenate(self.parts(begin, end), axis=1)

    def tail(self, samples: int) -> FloatArray:
        """Return a copy of the last ``samples`` samples, fewer where there are fewer."""
        return self.read(max(self.start, self.end - samples), self.end)

    def concealed(self, begin: int, end: int) -> int:
        """Return how many samples from ``begin`` to ``end`` stood in for music that was late."""
        overlaps = (min(end, last) - max(begin, first) for first, last in self._concealed)
        return sum(max(0, overlap) for overlap in overlaps)
