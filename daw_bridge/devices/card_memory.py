"""What the server and the process of a sound card share: a ring of samples, and counters.

PortAudio runs in a process of its own (``card_process.py``): a driver that hangs, or that aborts
because its sound server has died, takes that process with it and not the music. Samples cross in
this memory, without a call or a copy between.

Threading: each counter has one writer: the card's callback for all but ``ENDED``, and the side of
the ring that ``ring_buffer`` says.
"""

from __future__ import annotations

import ctypes
import multiprocessing
from ctypes import Array
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np

from daw_bridge.audio.ring_buffer import CountArray, RingBuffer

RING_SAMPLES = 1 << 20  # of all channels: 2.7 s at 192 kHz in stereo, 10 s at 48 kHz


class Count(IntEnum):
    """Where each counter is.

    ``FRAMES`` were asked for or given by the card: its clock. ``SILENT`` of them went by since the
    last sound was played. ``UNDERRUNS`` are blocks that found too little while the stream was
    running. ``ENDED`` is 1 where the stream has come to its end: running dry is then right.
    ``LOST`` input frames found no space.
    """

    WRITTEN = 0
    TAKEN = 1
    FRAMES = 2
    SILENT = 3
    UNDERRUNS = 4
    ENDED = 5
    LOST = 6


@dataclass(frozen=True, slots=True)
class CardMemory:
    """The memory itself; it can be handed to a process that is being spawned."""

    samples: Array[ctypes.c_float]
    counters: Array[ctypes.c_longlong]

    @classmethod
    def allocated(cls) -> Self:
        """Return new memory: an empty ring, and a stream that has ended."""
        context = multiprocessing.get_context("spawn")
        memory = cls(
            context.RawArray(ctypes.c_float, RING_SAMPLES),
            context.RawArray(ctypes.c_longlong, len(Count)),
        )
        memory.counts[Count.ENDED] = 1
        return memory

    @property
    def counts(self) -> CountArray:
        """The counters, int64, by ``Count``."""
        return np.ctypeslib.as_array(self.counters)

    def ring(self, channels: int) -> RingBuffer:
        """Return the ring, for so many channels."""
        capacity = RING_SAMPLES // channels
        data = np.ctypeslib.as_array(self.samples)[: capacity * channels]
        return RingBuffer(data.reshape(capacity, channels), self.counts[:2])
