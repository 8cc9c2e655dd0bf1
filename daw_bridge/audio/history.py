"""The recent PCM of a session: what listeners read from, each with its own cursor.

One copy serves all listeners, so that a slow one costs no memory: its cursor falls behind, and when
it falls out of the history it is moved on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

import numpy as np

from daw_bridge.audio.resample import FloatArray
from daw_bridge.worker_protocol import FLAG_LAST

BLOCK_FRAMES = 640  # at most so many samples in a block: 20 ms at 32 kHz, the grain of sending


@dataclass(frozen=True, slots=True)
class Block:
    """Some PCM with its provenance.

    Attributes:
        position: stream position of the first sample, model rate.
        pcm: float32 ``[C, n]``; nobody writes to it.
        flags: FLAG_* of ``worker_protocol``, or-ed.
        plan_id: the plan that made it.
    """

    position: int
    pcm: FloatArray
    flags: int = 0
    plan_id: int = 0

    @property
    def end(self) -> int:
        """Position after the last sample."""
        return self.position + int(self.pcm.shape[1])


class History:
    """The last ``keep_samples`` samples, in blocks without gap or overlap."""

    def __init__(self, channels: int, keep_samples: int) -> None:
        self.channels = channels
        self.end = 0
        self._keep_samples = keep_samples
        self._blocks: deque[Block] = deque()

    @property
    def start(self) -> int:
        """The oldest position that can still be read."""
        return self._blocks[0].position if self._blocks else self.end

    def append(self, pcm: FloatArray, flags: int, plan_id: int) -> None:
        """Add PCM ``[C, n]`` at the end, and forget the oldest."""
        for offset in range(0, pcm.shape[1], BLOCK_FRAMES):
            is_final = offset + BLOCK_FRAMES >= pcm.shape[1]
            block_flags = flags if is_final else flags & ~FLAG_LAST
            block = Block(self.end, pcm[:, offset : offset + BLOCK_FRAMES], block_flags, plan_id)
            self._blocks.append(block)
            self.end = block.end
        while self._blocks and self._blocks[0].end <= self.end - self._keep_samples:
            self._blocks.popleft()

    def read(self, position: int) -> Block | None:
        """Return the rest of the block that holds ``position``; None at or past the end.

        A position older than ``start`` is an error of the caller.
        """
        if position >= self.end:
            return None
        assert position >= self.start, (position, self.start)
        found = bisect_right(self._blocks, position, key=lambda block: block.position)
        block = self._blocks[found - 1]
        skip = position - block.position
        return Block(position, block.pcm[:, skip:], block.flags, block.plan_id)

    def tail(self, samples: int) -> FloatArray:
        """Return the last ``samples`` samples ``[C, n]``, fewer where there are fewer."""
        first = self.end - samples
        parts = [np.zeros((self.channels, 0), np.float32)]
        parts += [
            block.pcm[:, max(first - block.position, 0) :]
            for block in self._blocks
            if block.end > first
        ]
        return np.concatenate(parts, axis=1)
