"""A ring of samples between one writer and one reader, neither of which ever waits.

The two may be threads of one process or two processes: samples and counters may lie in shared
memory (``card_memory.py``).

Threading: ``write`` and ``space`` belong to one side, ``read`` to the other; ``available`` may be
read by both. Each side changes only its own counter, after the samples are in place, so no lock is
needed under the interpreter's memory order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from daw_bridge.audio.resample import FloatArray

CountArray = npt.NDArray[np.int64]


class RingBuffer:
    """Sample frames between one writer and one reader.

    Args:
        data: float32 ``[capacity, channels]``, the memory for the samples.
        counts: int64 ``[2]``: sample frames written, and taken, since the start.
    """

    def __init__(self, data: FloatArray, counts: CountArray) -> None:
        self._data, self._counts = data, counts
        self._capacity = len(data)

    @property
    def available(self) -> int:
        """Sample frames that can be read."""
        return int(self._counts[0] - self._counts[1])

    @property
    def space(self) -> int:
        """Sample frames that can be written."""
        return self._capacity - self.available

    def write(self, samples: FloatArray) -> int:
        """Copy in as much of ``[n, channels]`` as there is space for; return how much."""
        count = min(len(samples), self.space)
        at = int(self._counts[0]) % self._capacity
        head = min(count, self._capacity - at)
        self._data[at : at + head] = samples[:head]
        self._data[: count - head] = samples[head:count]
        self._counts[0] += count
        return count

    def read(self, out: FloatArray, *, fades: bool = True) -> int:
        """Fill ``out`` ``[n, channels]``; return how much was there.

        What is missing is filled with silence, and what is there is then faded out where that is
        asked for: where the stream has not ended by itself.
        """
        count = min(len(out), self.available)
        at = int(self._counts[1]) % self._capacity
        head = min(count, self._capacity - at)
        out[:head] = self._data[at : at + head]
        out[head:count] = self._data[: count - head]
        self._counts[1] += count
        out[count:] = 0.0
        if fades and count < len(out):
            out[:count] *= np.linspace(1.0, 0.0, count, dtype=np.float32)[:, None]
        return count
