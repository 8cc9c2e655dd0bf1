"""Somebody's own loops: a model learns them, end to end, and plays."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

import magnet_core
from daw_bridge.cli import main
from magnet_core.api import Model
from magnet_core.checkpoints import native
from magnet_core.checkpoints.codec import trimmed_state
from magnet_core.config import Variant
from magnet_core.errors import ConfigError
from magnet_core.training.corpus import draw_piece, render
from magnet_core.training.finetune import fine_tune, fine_tuning
from magnet_core.training.folder import read_folder
from magnet_core.training.lm import LMRecipe, adopted
from magnet_core.training.objective import Objective, draw_batch, total
from magnet_core.training.synth import SAMPLE_RATE
from tests.magnet_core.runtime.tiny import tiny_model
from tests.magnet_core.training.music_files import bad_files, write_tone

DATA = Path(__file__).parents[2] / "data"
NOTHING_WITHHELD = Objective(text_dropout=0.0, harmony_dropout=0.0, splice=0.0)


@pytest.fixture(scope="module")
def loops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small folder as people have it: some described, some not, some of no use."""
    folder = tmp_path_factory.mktemp("my loops")
    for seed, suffix in ((1, "wav"), (2, "flac"), (3, "wav")):
        piece = draw_piece(seed)
        path = folder / f"piece{seed}.{suffix}"
        soundfile.write(path, render(piece, 3.0 + 0.5 * seed), SAMPLE_RATE)
        content = {"description": piece.style, "bpm": piece.bpm, "key": ""}
        path.with_suffix(".json").write_text(json.dumps(content))
    write_tone(folder / "tones" / "low_125bpm.wav", 1.92, rate=44_100)
    write_tone(folder / "tones" / "high_125bpm.flac", 0.7, hz=880.0)
    (folder / "tones" / "low_125bpm.txt").write_text("dark bass")
    bad_files(folder / "broken")
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "model"
    native.save(tiny_model(), folder)
    return folder


def _loss(model: Model, music: Path, cache: Path) -> float:
    """Mean loss on the folder, of the same 48 windows for every model."""
    read, joint = read_folder(music, model, cache), adopted(model)
    batch, windows = draw_batch(
        read, model.lm.config, NOTHING_WITHHELD, 48, np.random.default_rng(5)
    )
    with torch.no_grad():
        return float(total(joint.losses(batch, windows, (1.0,))))


def _losses(run: Path) -> list[dict[str, float]]:
    rows = [json.loads(line) for line in (run / "lm.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k != "elapsed_s"} for row in rows]


def test_a_model_learns_a_folder_and_plays_it(
    loops: Path, tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the command line: its loss there falls clearly, and the commands that it prints work."""
    run = tmp_path / "run"
    options = ["--from", str(tiny), "--run", str(run), "--lm-steps", "60", "--rate", "5e-3"]
    assert main(["train", "--data", str(loops), *options, "--threads", "1"]) == 0
    said = capsys.readouterr().out
    prompt = shlex.quote(draw_piece(1).style)
    assert f"magnet-live generate {prompt} --model {run / 'model'} -o out.wav" in said
    assert f"magnet-live serve --model {run / 'model'}" in said
    before, after = magnet_core.load(tiny), magnet_core.load(run / "model")
    assert after.name == loops.name
    old, new = (_loss(model, loops, run / "codes") for model in (before, after))
    assert new < 0.8 * old, (old, new)
    assert len(_losses(run)) == 51
    wav = tmp_path / "out.wav"
    words = ["generate", "dark bass", "--model", str(run / "model"), "-o", str(wav)]
    assert main([*words, "--seconds", "1"]) == 0
    assert soundfile.info(wav).frames == 32_000


def _tuned(tiny: Path, loops: Path, run: Path, **changes: object) -> Path:
    model = magnet_core.load(tiny)
    recipe = replace(fine_tuning(model), steps=4, batch=2, save_every=2, warmup=1_000_000)
    return fine_tune(model, loops, replace(recipe, **changes), run).folder  # type: ignore[arg-type]


def test_equal_seeds_give_equal_models(loops: Path, tiny: Path, tmp_path: Path) -> None:
    """Equal losses, step by step, and equal files; another seed gives others."""
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        _tuned(tiny, loops, tmp_path / name, seed=seed)
    a, b, c = (tmp_path / name for name in "abc")
    assert _losses(a) == _losses(b) != _losses(c)
    file = Path("model") / native.LM_FILE
    assert (a / file).read_bytes() == (b / file).read_bytes() != (c / file).read_bytes()


def test_a_stopped_run_goes_on(loops: Path, tiny: Path, tmp_path: Path) -> None:
    """It ends where an uninterrupted one does; no file is encoded a second time."""
    _tuned(tiny, loops, tmp_path / "a")
    _tuned(tiny, loops, tmp_path / "b", steps=2)
    codes = {path: path.stat().st_mtime_ns for path in (tmp_path / "b/codes").iterdir()}
    _tuned(tiny, loops, tmp_path / "b")
    assert _losses(tmp_path / "a") == _losses(tmp_path / "b")
    file = Path("model") / native.LM_FILE
    assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert codes == {path: path.stat().st_mtime_ns for path in (tmp_path / "b/codes").iterdir()}


def test_runs_are_not_mixed(loops: Path, tiny: Path, tmp_path: Path) -> None:
    """Other music, another model, or another kind of run in the same folder is refused."""
    run = tmp_path / "run"
    _tuned(tiny, loops, run, steps=1)
    kept = (run / "lm.pt").read_bytes()
    write_tone(tmp_path / "other" / "a_120bpm.wav")
    with pytest.raises(ConfigError, match="its data differs; give another --run folder"):
        _tuned(tiny, tmp_path / "other", run)
    model = magnet_core.load(tiny)
    with torch.no_grad():
        model.lm.out_norm.weight[0] += 1.0
    with pytest.raises(ConfigError, match="its model differs; give another --run folder"):
        fine_tune(model, loops, LMRecipe(steps=1), run)
    assert (run / "lm.pt").read_bytes() == kept


@pytest.mark.parametrize(
    "name", ["magnet-32khz", "magnet-16khz-fp16", "musicgen-32khz", "hybrid-32khz"]
)
def test_published_checkpoints_are_fine_tuned(loops: Path, tmp_path: Path, name: str) -> None:
    """All variants: the language model moves, codec and T5 stay to the bit, and it plays."""
    own_codec = (DATA / name / "compression_state_dict.bin").exists()
    codec = None if own_codec else DATA / "magnet-32khz"

    def load() -> Model:
        return magnet_core.load(DATA / name, text_encoder=DATA / "t5", codec=codec)

    before, model = load(), load()
    recipe = replace(fine_tuning(model), steps=2, batch=2)
    assert recipe.objective.text_dropout == 0.3 and recipe.objective.splice == 0.0
    after = magnet_core.load(fine_tune(model, loops, recipe, tmp_path).folder)
    assert after.lm.config == before.lm.config and after.params == before.params
    for old, new in (
        (trimmed_state(before.codec), trimmed_state(after.codec)),  # type: ignore[arg-type]
        (before.text_encoder.state_dict(), after.text_encoder.state_dict()),  # type: ignore[attr-defined]
    ):
        assert old.keys() == new.keys()
        assert all(torch.equal(value, new[key]) for key, value in old.items())
    assert not torch.equal(before.lm.out_norm.weight, after.lm.out_norm.weight)
    names = {"causal", "masked"}
    names &= {
        Variant.MAGNET: {"masked"},
        Variant.AUTOREGRESSIVE: {"causal"},
        Variant.HYBRID: names,
    }[after.lm.config.variant]
    assert {key for row in _losses(tmp_path) for key in row} - {"step", "norm", "rate"} == names
    codes = after.generate("house", frames=30, params=replace(after.params, prefix_frames=0))
    assert after.codec.decode(codes).isfinite().all()


def test_the_bundled_model_is_fine_tuned(loops: Path, tmp_path: Path) -> None:
    """The real one, for two steps: it loads again, with its codec as it was, and plays."""
    model = magnet_core.load("bundled")
    recipe = replace(fine_tuning(model), steps=2, batch=2, peak_rate=1e-3, warmup=0)
    folder = fine_tune(model, loops, recipe, tmp_path).folder
    before, after = magnet_core.load("bundled"), magnet_core.load(folder)
    assert torch.equal(before.codec.entries, after.codec.entries)  # type: ignore[attr-defined]
    assert not torch.equal(before.lm.out_norm.weight, after.lm.out_norm.weight)
    codes = after.generate("techno 128 bpm", frames=25, seed=1)
    assert after.codec.decode(codes).abs().max() > 0.01


def test_wide_networks_learn_at_lower_rates() -> None:
    """As the width, and never above what training from scratch begins with."""
    rates = []
    for dim in (16, 192, 1024):
        model = tiny_model()
        object.__setattr__(model.lm.config, "dim", dim)
        rates.append(fine_tuning(model).peak_rate)
    assert rates == pytest.approx([2e-3, 3.125e-4, 5.86e-5], rel=1e-3)
