"""The synthetic worker with a metre, and with noise: no two stretches of its music are alike.

Before the first samples, and before the next ones after ``/magnet/tempo``, it announces a plan
whose first sample is a bar line. Options, besides the synthetic worker's: ``bpm``, the first tempo.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from synthetic_worker import run_worker as run_synthetic

from daw_bridge import worker_protocol as wire


class _WithBars:
    """The connection of a synthetic worker, seen from the worker."""

    def __init__(self, connection: wire.WorkerConnection, bpm: float) -> None:
        self._connection = connection
        self._bpm = bpm
        self._tempos: dict[str, float] = {}  # not announced yet
        self._plans = 0

    def poll(self, timeout_s: float) -> bool:
        return self._connection.poll(timeout_s)

    def recv(self) -> wire.ServerMessage:
        message = self._connection.recv()
        if isinstance(message, wire.Open):
            self._tempos[message.session] = self._bpm
        if isinstance(message, wire.Command) and message.address == "/magnet/tempo":
            self._tempos[message.session] = float(message.args[0]) or self._bpm
        return message

    def send(self, message: wire.WorkerMessage) -> None:
        if isinstance(message, wire.Event) and message.name == "plan":
            return  # the synthetic worker's own, of one tempo for ever and half of its values
        if isinstance(message, wire.Chunk):
            if message.session in self._tempos:
                self._announce(message)
            noise = np.random.default_rng(message.position)
            pcm = noise.uniform(-0.5, 0.5, message.pcm.shape).astype(np.float32)
            message = replace(message, pcm=pcm)
        self._connection.send(message)

    def _announce(self, chunk: wire.Chunk) -> None:
        self._plans += 1
        values = {
            "position": chunk.position,
            "plan": self._plans,
            "context_frames": 0,
            "prefix_frames": 5,
            "frames": 500,
            "steps": "20,10,10,10",
            "reduced": 0,
            "bpm": self._tempos.pop(chunk.session),
            "bar_position": chunk.position,
        }
        self._connection.send(wire.Event(chunk.session, "plan", values))


def run_worker(connection: wire.WorkerConnection, config: wire.WorkerConfig) -> None:
    """Serve until the server is gone."""
    run_synthetic(_WithBars(connection, float(config.options["bpm"])), config)
