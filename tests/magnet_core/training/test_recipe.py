"""The recipe, small but whole: resumes exactly, repeats exactly, and ends in a model that loads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import magnet_core
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.config import DecodingParams, LMConfig, Variant
from magnet_core.errors import CheckpointError, ConfigError
from magnet_core.training.codec import CodecRecipe
from magnet_core.training.dataset import StoreConfig
from magnet_core.training.lm import LMRecipe
from magnet_core.training.objective import Objective
from magnet_core.training.recipe import TEXT_DIM, BundledRecipe, train
from magnet_core.training.run import RunFolder

TINY = BundledRecipe(
    store=StoreConfig(pieces=3, seconds=2.0),
    codec_config=CarrierConfig(
        card=16, latent_dim=8, encoder_dim=8, decoder_dim=8, hop_dim=8, encoder_blocks=1,
        decoder_blocks=1, hop_blocks=1, carriers=24, noise_bands=8,
    ),
    codec=CodecRecipe(
        steps=3, batch=2, crop_frames=20, sound_from=1, quantize_from=1, save_every=2,
    ),
    lm_config=LMConfig(
        variant=Variant.HYBRID, dim=16, layers=1, heads=2, text_dim=TEXT_DIM, card=16,
        segment_frames=30, metre=True,
    ),
    lm=LMRecipe(steps=6, batch=2, save_every=2, objective=Objective(splice_frames=8)),
    params=DecodingParams(steps=(2, 1, 1, 1), prefix_frames=4),
)  # fmt: skip


def _losses(run: Path) -> list[dict[str, float]]:
    lines = (run / "lm.jsonl").read_text().splitlines() + (
        run / "codec.jsonl"
    ).read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return [{k: v for k, v in row.items() if k != "elapsed_s"} for row in rows]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    train(TINY, run, device="cpu", workers=1)
    return run


def test_trained_model_loads_and_plays(finished: Path) -> None:
    """The folder that the recipe writes is one that ``magnet_core.load`` reads."""
    model = magnet_core.load(str(finished / "model"))
    codes = model.generate("techno 128 bpm", frames=30, seed=1)
    assert codes.shape == (4, 30)
    assert model.codec.decode(codes).isfinite().all()


def test_same_seed_gives_the_same_losses(finished: Path, tmp_path: Path) -> None:
    """Two trainings from one seed on one device log the same numbers."""
    train(TINY, tmp_path, device="cpu", workers=1)
    assert _losses(tmp_path) == _losses(finished)


def test_resumed_training_equals_uninterrupted(finished: Path, tmp_path: Path) -> None:
    """Stopped after two steps and started again, it arrives at the same weights."""
    half = replace(TINY, lm=replace(TINY.lm, steps=2))
    # The rate schedule depends on the length asked for, so only a constant-rate recipe may be cut.
    constant = dict(warmup=1_000_000)
    for recipe, path in ((half, tmp_path / "a"), (TINY, tmp_path / "a"), (TINY, tmp_path / "b")):
        train(replace(recipe, lm=replace(recipe.lm, **constant)), path, device="cpu", workers=1)
    a, b = RunFolder(tmp_path / "a").load("lm"), RunFolder(tmp_path / "b").load("lm")
    assert a is not None and b is not None
    for name, value in a["model"].items():
        assert torch.equal(value, b["model"][name]), name


def test_run_of_other_settings_is_refused(finished: Path) -> None:
    """A folder whose corpus is another is not overwritten."""
    other = replace(TINY, store=StoreConfig(pieces=4, seconds=2.0))
    with pytest.raises(ConfigError, match="another --run"):
        train(other, finished, device="cpu", workers=1)


def test_recipe_goes_on_from_a_model_and_keeps_its_codec(finished: Path, tmp_path: Path) -> None:
    """No codec is trained; the language model begins with what it knew, and moves."""
    base = magnet_core.load(finished / "model")
    told_more = replace(TINY, lm_config=replace(TINY.lm_config, harmony=True))
    folder = train(told_more, tmp_path, device="cpu", workers=1, base=base)
    assert not (tmp_path / "codec.pt").exists()
    made = magnet_core.load(folder)
    assert isinstance(made.codec, torch.nn.Module) and isinstance(base.codec, torch.nn.Module)
    for name, value in base.codec.state_dict().items():
        assert torch.equal(value, made.codec.state_dict()[name]), name
    assert made.lm.config.harmony and not base.lm.config.harmony
    before, after = base.lm.linears[0].weight, made.lm.linears[0].weight
    assert not torch.equal(before, after) and torch.allclose(before, after, atol=0.02)


def test_run_from_another_model_is_refused(finished: Path, tmp_path: Path) -> None:
    """Neither a run from scratch nor one from other weights goes on in this folder."""
    base = magnet_core.load(finished / "model")
    with pytest.raises(ConfigError, match="its model differs"):
        train(TINY, finished, device="cpu", workers=1, base=base)
    other = replace(TINY.lm_config, layers=2)
    with pytest.raises(ConfigError, match="is another network"):
        train(replace(TINY, lm_config=other), tmp_path, device="cpu", workers=1, base=base)
    assert not (tmp_path / "corpus" / "ready.txt").exists()  # before anything is rendered


def test_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    """A checkpoint that cannot be read is an error with its path, never a fresh start."""
    run = RunFolder(tmp_path)
    (tmp_path / "lm.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match=r"lm\.pt"):
        run.load("lm")
