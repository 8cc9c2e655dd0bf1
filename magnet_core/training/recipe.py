"""The recipe ``bundled``: corpus, codec, tokens, language model, and the folder to load.

Each part resumes where it stopped, so a run may be killed at any moment and started again with the
same command.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import torch

from magnet_core.api import Model
from magnet_core.checkpoints import native
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.config import DecodingParams, LMConfig, SpanArrangement, Variant
from magnet_core.training.codec import CodecRecipe, train_codec
from magnet_core.training.dataset import PieceStore, StoreConfig
from magnet_core.training.lm import LMRecipe, train_lm, untrained
from magnet_core.training.run import RunFolder
from magnet_core.training.tokens import encode_store

TEXT_DIM = 128

BUNDLED_PARAMS = DecodingParams(
    steps=(10, 5, 4, 4),
    temperature=0.8,
    top_p=0.95,
    guidance=(3.0, 3.0),
    span_arrangement=SpanArrangement.STRIDE1,
    prefix_frames=200,
    prefix_temperature=0.8,
    prefix_top_k=32,
    prefix_guidance=3.0,
)


def _bundled_lm() -> LMConfig:
    return LMConfig(
        variant=Variant.HYBRID,
        dim=192,
        layers=6,
        heads=3,
        text_dim=TEXT_DIM,
        card=CarrierConfig().card,
        segment_frames=399,
        metre=True,
        harmony=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledRecipe:
    """Everything that the bundled model is made from."""

    store: StoreConfig = field(default_factory=StoreConfig)
    codec_config: CarrierConfig = field(default_factory=CarrierConfig)
    codec: CodecRecipe = field(default_factory=CodecRecipe)
    lm_config: LMConfig = field(default_factory=_bundled_lm)
    lm: LMRecipe = field(default_factory=LMRecipe)
    params: DecodingParams = BUNDLED_PARAMS


def train(recipe: BundledRecipe, run_path: Path, *, device: str, workers: int) -> Path:
    """Carry the recipe out; returns the folder of the finished model, ``run_path / "model"``.

    Args:
        recipe: sizes, lengths and seeds.
        run_path: the run's folder; what is already there is gone on with.
        device: "cpu" or "cuda".
        workers: processes that render the corpus.

    Raises:
        ConfigError: the folder holds a run of other settings.
        CheckpointError: what it holds cannot be read.
    """
    run = RunFolder(run_path)
    store = PieceStore(run_path / "corpus", recipe.store)
    store.render(workers)
    codec = train_codec(recipe.codec_config, recipe.codec, store, run, device)
    tokens = encode_store(codec, store, run, device)
    joint = untrained(recipe.lm_config, codec.entries.cpu(), recipe.lm.seed)
    joint = train_lm(joint, recipe.lm, tokens, run, device)
    model = Model(
        lm=joint.lm.to("cpu"),
        codec=codec.to("cpu"),
        text_encoder=joint.text.to("cpu"),
        params=recipe.params,
        name="bundled",
    )
    folder, staging = run_path / "model", run_path / "model.partial"
    shutil.rmtree(staging, ignore_errors=True)
    native.save(model, staging, dtype=torch.float16)
    shutil.rmtree(folder, ignore_errors=True)
    staging.rename(folder)
    return folder
