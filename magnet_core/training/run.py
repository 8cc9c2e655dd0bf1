"""A training run on disk: checkpoints written atomically, metrics as JSON lines; resumable."""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from magnet_core.errors import CheckpointError, ConfigError

_ORIGIN = "run.json"
_ELSEWHERE = "give another --run folder, or remove that one"


@dataclass(slots=True)
class RunFolder:
    """The folder of one run."""

    path: Path
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Make the folder."""
        self.path.mkdir(parents=True, exist_ok=True)

    def claim(self, origin: Mapping[str, str], *, or_unsaid: bool = False) -> None:
        """Note what the run is made from; a folder that was begun from something else is refused.

        Args:
            origin: names and digests.
            or_unsaid: take over a run that does not say what it is made from.

        Raises:
            ConfigError: the folder holds another run.
        """
        path, origin = self.path / _ORIGIN, dict(origin)
        if not path.exists():
            if (self.path / "lm.pt").exists() and not or_unsaid:
                raise ConfigError(f"{self.path} holds another run; {_ELSEWHERE}")
            write_whole(path, json.dumps(origin, indent=1))
            return
        try:
            began = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CheckpointError(f"{path} cannot be read: {error}") from error
        if began != origin:
            began = began if isinstance(began, dict) else {}
            names = sorted(n for n in origin | began if began.get(n) != origin.get(n))
            differ = f"{' and '.join(names)} {'differs' if len(names) == 1 else 'differ'}"
            raise ConfigError(f"{self.path} holds another run: its {differ}; {_ELSEWHERE}")

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


def write_whole(path: Path, text: str) -> None:
    """Write a small file in one move: a run that is killed meanwhile keeps the one before."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write a ``.npy`` file in one move, as ``write_whole`` does a text."""
    partial = path.with_suffix(".partial.npy")
    np.save(partial, array)
    os.replace(partial, path)


def digest(parts: Iterable[str | bytes]) -> str:
    """Return one digest of all parts, each with its length."""
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def weights_digest(*modules: nn.Module) -> str:
    """Return a digest of the modules' weights: equal for equal weights, wherever they are."""

    def parts() -> Iterable[str | bytes]:
        for module in modules:
            for name, value in module.state_dict().items():
                data: Tensor = value.detach().cpu().contiguous()
                yield f"{name} {data.dtype} {list(data.shape)}"
                yield data.reshape(-1).view(torch.uint8).numpy().tobytes()

    return digest(parts())


def cosine_rate(step: int, *, steps: int, peak: float, warmup: int) -> float:
    """Return the learning rate at ``step``: linear warm-up, then a cosine down to a twentieth."""
    if step < warmup:
        return peak * (step + 1) / warmup
    along = min((step - warmup) / max(steps - warmup, 1), 1.0)
    return peak * (0.05 + 0.95 * 0.5 * (1.0 + math.cos(math.pi * along)))
