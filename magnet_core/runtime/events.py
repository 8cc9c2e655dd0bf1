"""What a session hands out: PCM that is final, and what happened on the way.

Plain values between the music and whoever serves it. Events carry stream positions in samples, so
that a change can be acknowledged with the very sample at which it is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnet_core.runtime.decision import Decision
from magnet_core.runtime.joints import Joint
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
class Refused:
    """What was accepted cannot be done after all, and has changed nothing: who asked, and why."""

    tickets: tuple[object, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan began.

    Attributes:
        decision: what will be decoded, and all that decides how it sounds.
        sample: where its first frame is heard.
        tempo_bpm: its beats per minute; 0 for a model without a metre, which keeps none.
        bar_sample: where the bar begins that ``sample`` lies in.
    """

    decision: Decision
    sample: int
    tempo_bpm: float
    bar_sample: int

    @property
    def plan(self) -> Plan:
        """What will be decoded."""
        return self.decision.plan


@dataclass(frozen=True, slots=True)
class PlanDone:
    """A plan is decoded, or another has taken its place before its end.

    Attributes:
        plan: as it was decoded: its steps may be fewer than planned, where time ran out.
        sample: as in its ``Planned``.
        seconds: that the forward passes took, whatever else was done in the meantime.
        passes: forward passes made.
        replaced: another plan began before this one was decoded to its end.
    """

    plan: Plan
    sample: int
    seconds: float
    passes: int
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Late:
    """A plan did not keep up: what was decoded before it has been heard.

    Whether anyone hears a gap is for those to say who play the stream.

    Attributes:
        sample: at which its next music would have been heard.
        plan_id: of the plan that is late.
    """

    sample: int
    plan_id: int


@dataclass(frozen=True, slots=True)
class PhraseChanged:
    """A phrase that was played to the model is ready, in use, or not in use any more.

    Attributes:
        state: "recorded", "in use" or "off".
        seconds: how long it is.
    """

    state: str
    seconds: float


SessionEvent = Applied | Refused | Planned | PlanDone | Late | PhraseChanged | Joint
