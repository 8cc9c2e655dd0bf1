"""Reference checkpoints with what audiocraft computes from them, and tiny models made up here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import magnet_core
from magnet_core.api import Model
from magnet_core.config import LMConfig, Variant
from magnet_core.model.lm import Conditions, TransformerLM

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Reference:
    """A published-format checkpoint and its expected arrays."""

    model: Model
    prompts: list[str]
    steps: tuple[int, ...]
    arrays: dict[str, Tensor]

    def conditions(self, index: int) -> Conditions:
        """Return prompt ``index`` as the reference conditioned it, without this side's T5."""
        context = self.arrays[f"text{index}_condition"][:1]
        return self.model.lm.condition_projected(context, [context.shape[1]])


@cache
def _reference(name: str) -> Reference:
    about = json.loads((DATA / name / "about.json").read_text())
    with np.load(DATA / name / "expected.npz") as file:
        arrays = {key: torch.from_numpy(file[key]) for key in file.files}
    model = magnet_core.load(DATA / name, text_encoder=DATA / "t5")
    return Reference(model, about["prompts"], tuple(about["decoding_steps"]), arrays)


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Reference]:
    """Return the loader of reference checkpoints; each is loaded once."""
    return _reference


@pytest.fixture(scope="session")
def tiny_lm() -> Callable[..., TransformerLM]:
    """Return a maker of 2-layer models of width 16 with random weights."""

    def make(variant: Variant = Variant.HYBRID, **values: Any) -> TransformerLM:
        sizes: dict[str, Any] = {
            "dim": 16,
            "layers": 2,
            "heads": 2,
            "text_dim": 8,
            "card": 32,
            "segment_frames": 60,
        }
        lm = TransformerLM(LMConfig(variant=variant, **(sizes | values)))
        lm.initialise(torch.Generator().manual_seed(0))
        return lm.eval()

    return make
