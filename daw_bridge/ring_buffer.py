"""A ring of samples between one writer and one reader, neither of which ever waits.

Threading: ``write`` and ``space`` belong to one thread, ``read`` to another (the audio callback);
``available`` may be read by both. Each side changes only its own counter, after
the samples are in place, so no lock is needed under the interpreter's memory order.
"""

from __future__ import annotations

import numpy as np

from daw_bridge.resample import FloatArray


class RingBuffer:
    """``capacity`` sample frames of ``channels`` channels, interleaved, float32.

    Attributes:
        written, taken: sample frames since the start; their difference is in the ring.
    """

    def __init__(self, channels: int, capacity: int) -> None:
        self.written = 0
        self.taken = 0
        self._data = np.zeros((capacity, channels), np.float32)
        self._capacity = capacity

    @property
    def available(self) -> int:
        """Sample frames that can be read."""
        return self.written - self.taken

    @property
    def space(self) -> int:
        """Sample frames that can be written."""
        return self._capacity - self.available

    def write(self, samples: FloatArray) -> int:
        """Copy in as much of ``[n, channels]`` as there is space for; return how much."""
        count = min(len(samples), self.space)
        at = self.written % self._capacity
        head = min(count, self._capacity - at)
        self._data[at : at + head] = samples[:head]
        self._data[: count - head] = samples[head:count]
        self.written += count
        return count

    def read(self, out: FloatArray) -> int:
        """Fill ``out`` ``[n, channels]``; return how much was there.

        What is missing is filled with silence, and what is there is then faded out.
        """
        count = min(len(out), self.available)
        at = self.taken % self._capacity
        head = min(count, self._capacity - at)
        out[:head] = self._data[at : at + head]
        out[head:count] = self._data[: count - head]
        self.taken += count
        if count < len(out):
            out[:count] *= np.linspace(1.0, 0.0, count, dtype=np.float32)[:, None]
            out[count:] = 0.0
        return count
