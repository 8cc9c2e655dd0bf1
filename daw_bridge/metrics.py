"""What the server counts: shown by ``/magnet/status`` and ``/metrics``, kept for the whole run."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from itertools import accumulate


def _counter(doc: str) -> int:
    """Return a field that only grows."""
    count: int = field(default=0, metadata={"doc": doc, "gauge": False})
    return count


def _gauge(doc: str) -> int:
    """Return a field that goes up and down."""
    count: int = field(default=0, metadata={"doc": doc, "gauge": True})
    return count


@dataclass(slots=True)
class Metrics:
    """Counters since the start, and what is so now (gauges)."""

    chunks: int = _counter("chunks of PCM that came from the worker")
    samples: int = _counter("samples in them, at the model's rate")
    underruns: int = _counter("times that no PCM was there in time")
    concealed_samples: int = _counter("samples that were concealed then, at the model's rate")
    reduced_plans: int = _counter("plans with fewer steps than asked for, since time was short")
    discontinuities: int = _counter("chunks that did not follow the one before")
    worker_restarts: int = _counter("workers that died and were replaced")
    commands: int = _counter("commands taken")
    fails: int = _counter("commands and messages refused")
    bad_packets: int = _counter("malformed OSC packets")
    flooded_packets: int = _counter("datagrams beyond the rate limit, dropped")
    dropped_samples: int = _counter("samples skipped for clients that fell behind, model's rate")
    slow_clients: int = _counter("clients disconnected because they did not read")
    device_underruns: int = _counter("blocks of the audio device that found too little")
    device_losses: int = _counter("times that the audio device went away")
    device_drift_ppm: float = _gauge("how much faster the device's clock runs than this machine's")
    device_correction_ppm: float = _gauge("how much faster the stream is played to the device")
    refused_requests: int = _counter("requests refused: a stranger's, or one too many")
    clients: int = _gauge("WebSocket clients connected now")

    def values(self) -> dict[str, int | float]:
        """Return all counters by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


class Histogram:
    """How often a duration was how long."""

    def __init__(self, bounds_s: Sequence[float]) -> None:
        """Prepare; ``bounds_s`` rise, and a last bucket without a bound is added to theirs."""
        self._bounds_s = tuple(bounds_s)
        self._counts = [0] * (len(self._bounds_s) + 1)
        self.sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect.bisect_left(self._bounds_s, seconds)] += 1
        self.sum_s += seconds

    def buckets(self) -> list[tuple[float, int]]:
        """Return each bound, infinity at last, with how many were no longer."""
        return list(zip((*self._bounds_s, math.inf), accumulate(self._counts), strict=True))
