"""The trainer: repeatable, resumable, averaged, and it stops before it ruins a model."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import magnet_core
from magnet_core.config import LMConfig, Variant
from magnet_core.errors import CheckpointError, ConfigError, DeviceError
from magnet_core.model.harmony import Harmony
from magnet_core.model.metre import Metre
from magnet_core.training import lm as lm_module
from magnet_core.training.lm import (
    FrozenTexts,
    JointModel,
    LMRecipe,
    adopted,
    continued,
    train_lm,
)
from magnet_core.training.objective import Objective
from magnet_core.training.run import RunFolder
from magnet_core.training.tokens import Window
from tests.magnet_core.runtime.tiny import tiny_model

DATA = Path(__file__).parents[2] / "data"
RECIPE = LMRecipe(
    steps=6, batch=2, peak_rate=1e-3, warmup=1_000_000, average=0.9, save_every=2,
    objective=Objective(splice_frames=20),
)  # fmt: skip


class Noise:
    """Windows of random codes."""

    def window(self, frames: int, rng: np.random.Generator) -> Window:
        codes = torch.from_numpy(rng.integers(0, 32, (4, min(frames, 60))))
        caption = str(rng.choice(["techno", "dark dub", ""]))
        return Window(codes, caption, Metre(tempo_bpm=120.0), Harmony())


def _train(
    run: Path, recipe: LMRecipe = RECIPE, joint: JointModel | None = None
) -> tuple[JointModel, str]:
    trained = train_lm(joint or adopted(tiny_model()), recipe, Noise(), RunFolder(run), "cpu")
    lines = (run / "lm.jsonl").read_text().splitlines()
    return trained, "\n".join(line.split(', "elapsed_s"')[0] for line in lines)


def _weights(joint: JointModel) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in joint.state_dict().items()}


@pytest.mark.parametrize("variant", Variant)
def test_equal_seeds_give_equal_losses(tmp_path: Path, variant: Variant) -> None:
    """And equal weights; another seed gives others. The first 50 steps are logged one by one."""
    recipe = replace(RECIPE, steps=12)
    runs = [
        _train(tmp_path / str(i), replace(recipe, seed=seed), adopted(tiny_model(variant)))
        for i, seed in enumerate((0, 0, 1))
    ]
    assert runs[0][1] == runs[1][1] != runs[2][1]
    assert runs[0][1].count("\n") == 11
    for name, value in runs[0][0].state_dict().items():
        assert torch.equal(value, runs[1][0].state_dict()[name]), name


@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path: Path, bfloat16: bool) -> None:
    """Stopped at a checkpoint and started again: the same losses, weights and averages."""
    recipe = replace(RECIPE, bfloat16=bfloat16)
    whole, losses = _train(tmp_path / "a", recipe)
    _train(tmp_path / "b", replace(recipe, steps=2))
    parts, resumed = _train(tmp_path / "b", recipe)
    assert resumed == losses
    for name, value in whole.state_dict().items():
        assert torch.equal(value, parts.state_dict()[name]), name


def test_a_checkpoint_of_the_first_format_is_gone_on_with(tmp_path: Path) -> None:
    """Model, averages, optimizer and step, under these names: trainings exist that have them."""
    _train(tmp_path, replace(RECIPE, steps=2))
    saved = RunFolder(tmp_path).load("lm")
    assert saved is not None
    assert set(saved) == {"model", "averaged", "optimizer", "step"}
    names = set(adopted(tiny_model()).state_dict())
    assert set(saved["model"]) == set(saved["averaged"]) == names
    assert {name.partition(".")[0] for name in names} == {"lm", "text"}


def test_what_is_played_is_the_average_of_what_was_learned(tmp_path: Path) -> None:
    """The exponential moving average, recomputed here from the weights after every step."""
    means: dict[str, torch.Tensor] = _weights(adopted(tiny_model()))
    for step in range(4):
        trained, _ = _train(tmp_path, replace(RECIPE, steps=step + 1))
        saved = RunFolder(tmp_path).load("lm")
        assert saved is not None
        decay = min(0.9, (step + 1) / (step + 10))
        for name, now in saved["model"].items():
            means[name] = decay * means[name] + (1 - decay) * now
    for name, value in trained.state_dict().items():
        assert torch.allclose(value, means[name], atol=1e-6), name
    assert not trained.training and not any(p.requires_grad for p in trained.parameters())


def test_a_rate_that_ruins_the_model_stops_the_training(tmp_path: Path) -> None:
    """The step is named, and the checkpoint before it is a good one."""
    _train(tmp_path, replace(RECIPE, steps=2))
    with pytest.raises(ConfigError, match=r"gradient is no number; peak_rate is 1e\+30"):
        _train(tmp_path, replace(RECIPE, peak_rate=1e30, warmup=0, save_every=100))
    saved = RunFolder(tmp_path).load("lm")
    assert saved is not None and saved["step"] == 2
    assert all(value.isfinite().all() for value in saved["model"].values())


def test_a_device_that_is_too_small_is_an_error_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what helps."""

    def full(*args: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(lm_module, "draw_batch", full)
    with pytest.raises(DeviceError, match="2 windows at a time: ask for a smaller batch"):
        _train(tmp_path)


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    """Not half loaded."""
    _train(tmp_path, replace(RECIPE, steps=2))
    with pytest.raises(CheckpointError, match="holds a run of another model"):
        _train(tmp_path, joint=adopted(tiny_model(metre=False)))


@pytest.mark.parametrize(
    "wrong",
    [{"steps": 0}, {"batch": 0}, {"peak_rate": 0.0}, {"peak_rate": float("nan")}, {"seed": -1},
     {"average": 1.0}, {"save_every": 0}, {"warmup": -1}],
)  # fmt: skip
def test_a_recipe_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    """The value is named."""
    with pytest.raises(ConfigError, match=f"{next(iter(wrong))} is"):
        LMRecipe(**wrong)  # type: ignore[arg-type]


def test_a_frozen_encoder_says_what_it_says_elsewhere_and_once() -> None:
    """As when the model plays; computed once for each caption, in full precision, ungraphed."""
    model = magnet_core.load(
        DATA / "musicgen-32khz", text_encoder=DATA / "t5", codec=DATA / "magnet-32khz"
    )
    joint = adopted(model)
    assert isinstance(joint.text, FrozenTexts)
    assert not any(name.startswith("text") for name in joint.state_dict())
    texts = ["disco beat", "", "disco beat"]
    with torch.autocast("cpu", torch.bfloat16):
        said = joint.text(texts)
    for mine, theirs in zip(said, model.text_encoder.encode(texts), strict=True):
        assert torch.equal(mine, theirs)
        assert not mine.is_inference() and mine.dtype == torch.float32
    assert said[0] is said[2]


def test_a_model_with_another_kind_of_text_encoder_is_refused() -> None:
    """It could not be saved at the end."""

    class Other:
        dim = 16

        def encode(self, texts: object) -> list[torch.Tensor]:
            return []

    model = tiny_model()
    model.text_encoder = Other()  # type: ignore[assignment]
    with pytest.raises(ConfigError, match="has a Other; it must be words or a T5"):
        adopted(model)


def test_a_model_goes_on_as_one_that_is_told_more() -> None:
    """Conditions that it had not begin without effect; other sizes are refused."""
    model = tiny_model()
    values = {name: getattr(model.lm.config, name) for name in LMConfig.__slots__}
    joint = continued(model, LMConfig(**values | {"harmony": True}))
    codes = torch.from_numpy(np.random.default_rng(0).integers(0, 32, (4, 40)))
    plays = joint.with_codec(model.codec, model.params, "told")
    assert torch.equal(
        plays.logits(codes, "techno", metre=Metre(tempo_bpm=120.0)),
        model.logits(codes, "techno", metre=Metre(tempo_bpm=120.0)),
    )
    before = copy.deepcopy(model.lm.state_dict())
    with torch.no_grad():
        joint.lm.out_norm.weight.zero_()
    assert torch.equal(model.lm.out_norm.weight, before["out_norm.weight"])  # a copy
    with pytest.raises(ConfigError, match="is of other sizes"):
        continued(model, LMConfig(**values | {"dim": 32}))
    with pytest.raises(ConfigError, match="is another network"):
        continued(model, LMConfig(**values | {"layers": 1}))
