"""What a session hands out: PCM that is final, and what happened on the way.

Plain values between the music and whoever serves it. Events carry stream positions in samples, so
that a change can be acknowledged with the very sample at which it is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnet_core.runtime.planner import Plan

FLAG_PREFIX, FLAG_INFILL = 1, 2  # of a chunk: decoded frame by frame, or in parallel


@dataclass(frozen=True, slots=True)
class PcmChunk:
    """Samples that are final: float32 ``[C, n]`` from sample ``position`` of the stream."""

    position: int
    pcm: NDArray[np.float32]
    flags: int
    plan_id: int


@dataclass(frozen=True, slots=True)
class Applied:
    """Changes took effect: the first sample that they are heard at, and who asked for them."""

    tickets: tuple[object, ...]
    sample: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan began."""

    plan: Plan
    sample: int


@dataclass(frozen=True, slots=True)
class Late:
    """The stream ran dry at ``sample``: the plan did not keep up."""

    sample: int


SessionEvent = Applied | Planned | Late
