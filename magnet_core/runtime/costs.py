"""What decoding takes on this device: running estimates of measured seconds.

A mean is the wrong thing to keep a deadline by: one plan in two would miss it, and a single hiccup
moves it for long. Each kind of work keeps its last measurements instead and says their median, what
to expect, and their 95th percentile, what to be prepared for. Of many pieces of work hardly all
take as long as the slowest: what to be prepared for there grows with the root of their number only.

Some kinds take longer the more frames they are about; for those a straight line is learned beside,
so that what was measured at one size tells of all others, and a machine that slows down is noticed
at every size at once.

Plain arithmetic: no tensors, no clock.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from statistics import fmean, pstdev

_HIGH, _DEVIATIONS = 0.95, 1.645  # that share of normal values is below so many deviations
_HICCUP = 4.0  # nothing counts as more than this many times the median
_FORGETTING = 0.97  # per measurement, of the line
_LEAST_SPREAD = 0.05  # of sizes, by their mean: below, a line would be drawn through one point
_SURPRISE = 1.3  # times what the line says: so far a measurement moves it
_LEAST_FIXED = 0.001  # nothing is free, however small
_REFERENCE_FRAMES = 200.0
_LEAST_S = 1e-6  # what a clock that ticks coarsely cannot see has taken some time all the same


@dataclass(slots=True)
class _Line:
    """A weighted line through (size, seconds): its fixed part as a share at the reference size."""

    fixed_share: float = 0.2
    weight: float = 0.0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def learn(self, x: float, y: float) -> None:
        keep = _FORGETTING
        self.weight = keep * self.weight + 1.0
        self.x, self.y = keep * self.x + x, keep * self.y + y
        self.xx, self.xy = keep * self.xx + x * x, keep * self.xy + x * y
        mean_x, mean_y = self.x / self.weight, self.y / self.weight
        variance = self.xx / self.weight - mean_x * mean_x
        if variance <= (_LEAST_SPREAD * max(mean_x, 1.0)) ** 2:
            return
        slope = (self.xy / self.weight - mean_x * mean_y) / variance
        at_reference = mean_y + slope * (_REFERENCE_FRAMES - mean_x)
        if at_reference > 0.0:
            fixed = (mean_y - slope * mean_x) / at_reference
            self.fixed_share = min(max(fixed, _LEAST_FIXED), 1.0)

    def shape(self, size: float) -> float:
        """Return the seconds at ``size`` by those at the reference size."""
        return self.fixed_share + (1.0 - self.fixed_share) * size / _REFERENCE_FRAMES


class Cost:
    """The seconds that one kind of work takes, by its size in frames.

    Args:
        guess_s: seconds until the first measurement: of any size, or at the reference size of 200
            frames where the size matters.
        sized: whether a bigger piece of work takes longer.
        kept: measurements that count: about as many as one plan or two have.
    """

    def __init__(self, guess_s: float, *, sized: bool = False, kept: int = 32) -> None:
        self._line = _Line() if sized else _Line(fixed_share=1.0)
        self._sized = sized
        self._guess_s = guess_s
        self._kept: deque[tuple[float, float]] = deque(maxlen=kept)  # size, seconds
        self._paces: _Paces | None = None

    def learn(self, seconds: float, frames: int = 0) -> None:
        """Take in a measurement; a hiccup, however long, is one of many."""
        size, seconds = float(frames), max(seconds, _LEAST_S)
        if self._sized:
            # By the pace of the moment: a machine that slows down is no steeper line.
            usual = self._measured().median if self._kept else seconds / self._line.shape(size)
            self._line.learn(size, min(seconds / usual, _SURPRISE * self._line.shape(size)))
        self._kept.append((size, seconds))
        self._paces = None

    def median_s(self, frames: int = 0, *, count: int = 1) -> float:
        """Return what to expect of ``count`` pieces of work of one size."""
        return count * self._measured().median * self._line.shape(float(frames))

    def high_s(self, frames: int = 0, *, count: int = 1) -> float:
        """Return what to be prepared for: 19 times of 20 they take no longer."""
        paces = self._measured()
        together = count * paces.mean + _DEVIATIONS * math.sqrt(count) * paces.deviation
        return min(count * paces.high, together) * self._line.shape(float(frames))

    def _measured(self) -> _Paces:
        if self._paces is None:
            paces = [seconds / self._line.shape(size) for size, seconds in self._kept]
            self._paces = _Paces.of(paces or [self._guess_s])
        return self._paces


@dataclass(frozen=True, slots=True)
class _Paces:
    """How measurements lie, each as if it had been at the reference size."""

    median: float
    high: float
    mean: float
    deviation: float

    @classmethod
    def of(cls, paces: list[float]) -> _Paces:
        paces.sort()
        median = paces[math.ceil(0.5 * len(paces)) - 1]
        clipped = [min(pace, _HICCUP * median) for pace in paces]
        return cls(
            median=median,
            high=clipped[math.ceil(_HIGH * len(paces)) - 1],
            mean=fmean(clipped),
            deviation=pstdev(clipped),
        )


@dataclass(slots=True)
class Costs:
    """Measured seconds; the first values are guesses that the first plan corrects.

    Attributes:
        prefix_frame: one autoregressive frame.
        prefill: the causal pass over a context of so many frames.
        step: one infill pass over so many frames.
        block: one whole block of frames through the codec.
    """

    prefix_frame: Cost = field(default_factory=lambda: Cost(0.004, kept=16))
    prefill: Cost = field(default_factory=lambda: Cost(0.03, sized=True, kept=8))
    step: Cost = field(default_factory=lambda: Cost(0.04, sized=True, kept=32))
    block: Cost = field(default_factory=lambda: Cost(0.004, kept=32))
