"""A training run on disk: checkpoints written atomically, metrics as JSON lines; resumable."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from magnet_core.errors import CheckpointError


@dataclass(slots=True)
class RunFolder:
    """The folder of one run."""

    path: Path
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Make the folder."""
        self.path.mkdir(parents=True, exist_ok=True)

    def save(self, name: str, state: dict[str, Any]) -> None:
        """Write ``name.pt``; a run that is killed meanwhile keeps the one before."""
        temporary = self.path / f"{name}.pt.partial"
        torch.save(state, temporary)
        os.replace(temporary, self.path / f"{name}.pt")

    def load(self, name: str) -> dict[str, Any] | None:
        """Return what ``save`` wrote, or None; raises CheckpointError if it cannot be read."""
        path = self.path / f"{name}.pt"
        if not path.exists():
            return None
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            raise CheckpointError(f"{path} cannot be resumed from: {error}") from error
        return state

    def log(self, name: str, **metrics: float) -> None:
        """Append a line to ``name.jsonl``, with the seconds since this process began."""
        metrics["elapsed_s"] = round(time.monotonic() - self._started, 1)
        with (self.path / f"{name}.jsonl").open("a") as file:
            file.write(json.dumps(metrics) + "\n")


def cosine_rate(step: int, *, steps: int, peak: float, warmup: int) -> float:
    """Return the learning rate at ``step``: linear warm-up, then a cosine down to a twentieth."""
    if step < warmup:
        return peak * (step + 1) / warmup
    along = min((step - warmup) / max(steps - warmup, 1), 1.0)
    return peak * (0.05 + 0.95 * 0.5 * (1.0 + math.cos(math.pi * along)))
