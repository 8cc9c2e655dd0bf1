"""The recipe ``bundled``: corpus, codec, tokens, language model, and the folder to load.

Each part resumes where it stopped, so a run may be killed at any moment and started again with the
same command. From scratch it makes a codec too; from a model it keeps that model's codec and goes
on with its language model, which is how the one in this repository was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from magnet_core.api import Model
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.config import DecodingParams, LMConfig, SpanArrangement, Variant
from magnet_core.training.codec import CodecRecipe, train_codec
from magnet_core.training.dataset import PieceStore, StoreConfig
from magnet_core.training.finetune import model_digest, save_model
from magnet_core.training.lm import LMRecipe, continued, train_lm, untrained
from magnet_core.training.run import RunFolder
from magnet_core.training.tokens import encode_store
from magnet_core.types import Codec

TEXT_DIM = 128

BUNDLED_PARAMS = DecodingParams(
    steps=(10, 5, 4, 4),
    temperature=3.0,
    top_p=0.9,
    guidance=(3.0, 1.5),
    span_arrangement=SpanArrangement.STRIDE1,
    prefix_frames=200,
    prefix_temperature=0.95,
    prefix_top_k=0,
    prefix_guidance=2.0,
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
    """Everything that the bundled model is made from; the defaults made the one that there is."""

    store: StoreConfig = field(default_factory=lambda: StoreConfig(pieces=7000))
    codec_config: CarrierConfig = field(default_factory=CarrierConfig)
    codec: CodecRecipe = field(default_factory=CodecRecipe)
    lm_config: LMConfig = field(default_factory=_bundled_lm)
    lm: LMRecipe = field(
        default_factory=lambda: LMRecipe(
            steps=8000, batch=8, peak_rate=1.5e-3, warmup=200, average=0.999, bfloat16=True
        )
    )
    params: DecodingParams = BUNDLED_PARAMS


def train(
    recipe: BundledRecipe,
    run_path: Path,
    *,
    device: str,
    workers: int,
    base: Model | None = None,
) -> Path:
    """Carry the recipe out; returns the folder of the finished model, ``run_path / "model"``.

    Args:
        recipe: sizes, lengths and seeds.
        run_path: the run's folder; what is already there is gone on with.
        device: "cpu" or "cuda".
        workers: processes that render the corpus.
        base: a model of the recipe's sizes, on ``device``, to go on from instead of from scratch;
            its codec is kept.

    Raises:
        ConfigError: the folder holds a run of other settings, or ``base`` is of other sizes.
        CheckpointError: what it holds cannot be read.
    """
    run = RunFolder(run_path)
    origin = "scratch" if base is None else model_digest(base)
    run.claim({"recipe": "bundled", "model": origin}, or_unsaid=True)
    store = PieceStore(run_path / "corpus", recipe.store)
    codec: Codec
    if base is None:
        store.render(workers)
        codec = made = train_codec(recipe.codec_config, recipe.codec, store, run, device)
        joint = untrained(recipe.lm_config, made.entries.cpu(), recipe.lm.seed)
    else:
        joint = continued(base, recipe.lm_config)  # before the corpus, which takes its time
        store.render(workers)
        codec = base.codec
    tokens = encode_store(codec, store, run, device)
    joint = train_lm(joint, recipe.lm, tokens, run, device)
    return save_model(joint.with_codec(codec, recipe.params, "bundled"), run_path)
