"""What the server counts: shown by ``/magnet/status`` and kept for the whole run."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Metrics:
    """Counters since the start.

    Attributes:
        chunks, samples: PCM that came from the worker (model rate).
        underruns, concealed_samples: times that no PCM was there in time, and for how long.
        reduced_plans: plans that were given fewer steps than asked for, since time was short.
        discontinuities: chunks of the worker that did not follow the one before.
        worker_restarts: workers that died and were replaced.
        commands, fails: commands taken, and those that were refused.
        bad_packets, flooded_packets: datagrams that were not OSC, and those beyond the rate limit.
        dropped_samples: skipped for listeners that fell behind (model rate).
        slow_clients: disconnected because they did not read.
        device_underruns: audio-callback blocks that found too little.
        clients: WebSocket clients connected now.
    """

    chunks: int = 0
    samples: int = 0
    underruns: int = 0
    concealed_samples: int = 0
    reduced_plans: int = 0
    discontinuities: int = 0
    worker_restarts: int = 0
    commands: int = 0
    fails: int = 0
    bad_packets: int = 0
    flooded_packets: int = 0
    dropped_samples: int = 0
    slow_clients: int = 0
    device_underruns: int = 0
    clients: int = 0

    def values(self) -> dict[str, int]:
        """Return all counters by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
