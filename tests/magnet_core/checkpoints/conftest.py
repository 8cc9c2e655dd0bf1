"""The reference checkpoints, and copies of them with something changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor

from magnet_core.checkpoints.codec import hugging_face_name

DATA = Path(__file__).parents[2] / "data"
FILE = "compression_state_dict.bin"
OLD = ("weight_g", "weight_v")
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that copies a reference folder and changes one file's content."""

    def copy(
        folder: str,
        *,
        weights: Change | None = None,
        cfg: Change | None = None,
        content: Change | None = None,
        file: str = "state_dict.bin",
        name: str = "copy",
    ) -> Path:
        target = tmp_path / name
        shutil.copytree(DATA / folder, target)
        saved = torch.load(target / file, weights_only=True)
        if weights:
            weights(saved["best_state"])
        if cfg:
            tree = yaml.safe_load(saved["xp.cfg"])
            cfg(tree)
            saved["xp.cfg"] = yaml.safe_dump(tree)
        if content:
            content(saved)
        torch.save(saved, target / file)
        return target

    return copy


def with_names(state: dict[str, Tensor], names: tuple[str, str]) -> dict[str, Tensor]:
    """Return ``state`` with its weight-norm pairs under other names."""
    return {
        key.replace(OLD[0], names[0]).replace(OLD[1], names[1]): value
        for key, value in state.items()
    }


def write_hugging_face_folder(
    target: Path, *, names: tuple[str, str] = OLD, weights: str = "model.safetensors"
) -> Path:
    """Write the 16 kHz reference codec as transformers stores it."""
    state = torch.load(DATA / "magnet-16khz-fp16" / FILE, weights_only=True)["best_state"]
    state = with_names({hugging_face_name(key): value for key, value in state.items()}, names)
    target.mkdir(parents=True)
    if weights.endswith(".safetensors"):
        save_file(state, target / weights)
    else:
        torch.save(state, target / weights)
    config = {
        "model_type": "encodec",
        "sampling_rate": 16000,
        "audio_channels": 1,
        "codebook_size": 64,
        "codebook_dim": 8,
        "hidden_size": 8,
        "num_filters": 2,
        "upsampling_ratios": [8, 5, 4, 2],
        "use_causal_conv": False,
        "use_conv_shortcut": False,
        "pad_mode": "reflect",
        "norm_type": "weight_norm",
        "normalize": False,
        "chunk_length_s": None,
        "target_bandwidths": [1.2],
    }
    (target / "config.json").write_text(json.dumps(config))
    return target


@pytest.fixture(scope="session")
def hugging_face_folder() -> Callable[..., Path]:
    return write_hugging_face_folder
