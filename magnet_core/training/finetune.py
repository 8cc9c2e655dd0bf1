"""Fine-tuning: a loaded model goes on learning, from a folder of someone's own music.

The model keeps its codec, its kind and its decoding defaults; the language model learns, and with
it the words of the bundled kind. It is asked what it was trained on before (``objective.py``). A
run may be killed at any moment and started again with the same command.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from magnet_core.api import Model
from magnet_core.checkpoints import native
from magnet_core.model.words import WordEncoder
from magnet_core.training.folder import FolderMusic, read_folder
from magnet_core.training.lm import LMRecipe, adopted, train_lm
from magnet_core.training.objective import Objective
from magnet_core.training.run import RunFolder, weights_digest

# As the published models were trained: every codebook counts the same, texts are dropped at 0.3.
PUBLISHED_OBJECTIVE = Objective(
    text_dropout=0.3, splice=0.0, stage_odds=(1.0,), codebook_weights=(1.0,)
)
_RATE_TIMES_WIDTH = 0.06  # 3e-4 at width 192, 6e-5 at 1024: wide networks bear smaller steps
_HIGHEST_RATE = 2e-3


@dataclass(frozen=True, slots=True)
class FineTuned:
    """A finished run.

    Attributes:
        folder: of the model, to load.
        music: what it was trained on.
    """

    folder: Path
    music: FolderMusic


def fine_tuning(model: Model) -> LMRecipe:
    """Return how to fine-tune ``model``: some minutes for the bundled one on two cores."""
    rate = min(_RATE_TIMES_WIDTH / model.lm.config.dim, _HIGHEST_RATE)
    own_words = isinstance(model.text_encoder, WordEncoder)
    return LMRecipe(
        steps=1000,
        batch=8 if own_words else 4,
        peak_rate=rate,
        warmup=50,
        average=0.99,
        save_every=100,
        objective=Objective() if own_words else PUBLISHED_OBJECTIVE,
    )


def fine_tune(
    model: Model, data: Path, recipe: LMRecipe, run_path: Path, *, device: str = "cpu"
) -> FineTuned:
    """Train ``model`` on the music in ``data``; goes on where an earlier call stopped.

    Args:
        model: what to begin with, on ``device``; its weights change.
        data: a folder, see ``descriptions``.
        recipe: how long and how; see ``fine_tuning``.
        run_path: the run's folder; the finished model is in ``run_path / "model"``.
        device: "cpu", "cuda" or "cuda:N".

    Raises:
        ConfigError: ``data`` holds nothing to learn from, or ``run_path`` another run.
        CheckpointError: the model has no codec, or the run cannot be gone on with.
        DeviceError: the device has too little memory.
    """
    joint = adopted(model)
    music = read_folder(data, model, run_path / "codes")
    run = RunFolder(run_path)
    run.claim({"recipe": "fine-tuning", "data": music.digest, "model": model_digest(model)})
    joint = train_lm(joint, recipe, music, run, device)
    trained = joint.with_codec(model.codec, model.params, data.resolve().name)
    return FineTuned(save_model(trained, run_path), music)


def model_digest(model: Model) -> str:
    """Return a digest of all weights of ``model``."""
    parts = (model.lm, model.codec, model.text_encoder)
    return weights_digest(*(part for part in parts if isinstance(part, nn.Module)))


def save_model(model: Model, run_path: Path) -> Path:
    """Write ``model`` into the run's folder ``model``, in place of an earlier one; return it.

    The bundled kind is stored in float16, as it comes; a published model in float32, so that its
    codec stays what it was.
    """
    own_words = isinstance(model.text_encoder, WordEncoder)
    folder, staging = run_path / "model", run_path / "model.partial"
    shutil.rmtree(staging, ignore_errors=True)
    native.save(model, staging, dtype=torch.float16 if own_words else torch.float32)
    shutil.rmtree(folder, ignore_errors=True)
    staging.rename(folder)
    return folder
