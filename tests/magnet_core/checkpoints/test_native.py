"""Our own format: what is saved is what is loaded; damage and misfits are named."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import magnet_core
from magnet_core.api import Model
from magnet_core.checkpoints import native
from magnet_core.checkpoints.hub import convert
from magnet_core.codec.absent import AbsentCodec
from magnet_core.codec.carrier import CarrierCodec
from magnet_core.codec.carrier_bank import CarrierConfig
from magnet_core.config import DecodingParams, LMConfig, Variant
from magnet_core.errors import CheckpointError
from magnet_core.model.lm import TransformerLM
from magnet_core.model.words import WordEncoder

PARAMS = DecodingParams(steps=(2, 1, 1, 1), sample=False)
FILES = ["config.json", "lm.safetensors", "codec.safetensors", "text_encoder/model.safetensors"]


@pytest.fixture(scope="module")
def published(data: Path) -> Model:
    return magnet_core.load(data / "magnet-32khz", text_encoder=data / "t5")


@pytest.fixture(scope="module")
def folder(published: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("native") / "model"
    native.save(published, target)
    return target


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def edit(folder: Path, section: str | None, change: dict[str, Any]) -> None:
    config = json.loads((folder / "config.json").read_text())
    (config[section] if section else config).update(change)
    (folder / "config.json").write_text(json.dumps(config))


def test_a_saved_model_plays_the_same(published: Model, folder: Path) -> None:
    """Saved and loaded, a model has the same configuration, tokens, likelihoods and sound."""
    again = magnet_core.load(folder)
    assert again.lm.config == published.lm.config
    assert again.params == published.params
    assert again.name == published.name
    codes = published.generate("disco beat", params=PARAMS, frames=15)
    assert torch.equal(again.generate("disco beat", params=PARAMS, frames=15), codes)
    assert torch.equal(again.codec.decode(codes), published.codec.decode(codes))
    waveform = published.codec.decode(codes)
    assert torch.equal(again.codec.encode(waveform), published.codec.encode(waveform))


def test_nothing_in_it_can_run_code(folder: Path) -> None:
    """The folder holds JSON, safetensors and the tokenizer's own files; no pickle."""
    suffixes = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".safetensors", ".model"}
    assert "embed_avg" not in (folder / "codec.safetensors").read_bytes()[:20000].decode("latin1")


def test_half_precision_halves_the_files(published: Model, folder: Path, tmp_path: Path) -> None:
    """float16 storage takes half the bytes and is computed in float32."""
    native.save(published, tmp_path / "half", dtype=torch.float16)
    full, half = (path / "lm.safetensors" for path in (folder, tmp_path / "half"))
    assert half.stat().st_size < 0.6 * full.stat().st_size
    again = magnet_core.load(tmp_path / "half")
    assert {p.dtype for p in again.lm.parameters()} == {torch.float32}
    for key, value in published.lm.state_dict().items():
        assert torch.equal(again.lm.state_dict()[key], value.half().float())


def test_convert_writes_what_load_reads(data: Path, tmp_path: Path, published: Model) -> None:
    """A published folder with its text encoder inside converts into one that plays the same."""
    source = tmp_path / "magnet-small-10secs"
    shutil.copytree(data / "magnet-32khz", source)
    shutil.copytree(data / "t5", source / "text_encoder")
    convert(source, tmp_path / "out" / "converted")
    model = magnet_core.load(str(tmp_path / "out" / "converted"))
    codes = published.generate("disco beat", params=PARAMS, frames=9)
    assert torch.equal(model.generate("disco beat", params=PARAMS, frames=9), codes)
    assert model.name == "magnet-small-10secs"
    with pytest.raises(CheckpointError, match="is not empty"):
        convert(source, tmp_path / "out" / "converted")


def tiny_bundled() -> Model:
    """Return an untrained model of the bundled kind: carrier codec, words, metre."""
    codec = CarrierCodec(
        CarrierConfig(
            codebooks=2,
            card=16,
            latent_dim=4,
            encoder_dim=8,
            decoder_dim=8,
            hop_dim=8,
            carriers=8,
            carriers_per_octave=4,
            noise_bands=4,
        )
    )
    encoder = WordEncoder(dim=16)
    lm = TransformerLM(
        LMConfig(
            variant=Variant.HYBRID,
            dim=16,
            layers=1,
            heads=2,
            text_dim=16,
            codebooks=2,
            card=16,
            segment_frames=50,
            metre=True,
        )
    )
    lm.initialise(torch.Generator().manual_seed(0))
    params = DecodingParams(steps=(2, 1), prefix_frames=3)
    return Model(
        lm=lm.eval(),
        codec=codec.eval(),
        text_encoder=encoder.eval(),
        params=params,
        name="tiny",
        prefix_model=None,
    )


def test_a_bundled_kind_of_model_plays_the_same(tmp_path: Path) -> None:
    """The carrier codec, the word encoder and the metre are saved and loaded too."""
    model = tiny_bundled()
    native.save(model, tmp_path / "tiny")
    again = magnet_core.load(tmp_path / "tiny")
    assert again.params == model.params and again.lm.config == model.lm.config
    text = "techno 128 bpm driving kick and bass"
    codes = model.generate(text, frames=20, seed=3)
    assert torch.equal(again.generate(text, frames=20, seed=3), codes)
    assert torch.equal(again.codec.decode(codes), model.codec.decode(codes))


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    """Without one of its files a folder does not load, and the message names the file."""
    (copy / file).unlink()
    with pytest.raises(CheckpointError, match=Path(file).name):
        native.load(copy)


@pytest.mark.parametrize("file", FILES)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(length=st.floats(0, 0.999), tail=st.binary(max_size=16))
def test_a_damaged_file_is_a_checkpoint_error(
    copy: Path, folder: Path, file: str, length: float, tail: bytes
) -> None:
    """A truncated or overwritten file raises CheckpointError and nothing else."""
    content = (folder / file).read_bytes()
    (copy / file).write_bytes(content[: int(length * len(content))] + tail)
    with pytest.raises(CheckpointError):
        native.load(copy)


CHANGES = [
    (None, {"format": "other"}, "format"),
    (None, {"version": 2}, "version 2"),
    (None, {"lm": None}, "section 'lm'"),
    ("lm", {"dim": "wide"}, "dim"),
    ("lm", {"variant": "diffusion"}, "diffusion"),
    ("lm", {"depth": 3}, "depth"),
    ("lm", {"layers": 1}, "unexpected key"),
    ("lm", {"layers": 100000}, "too few"),
    ("lm", {"dim": 2**20, "hidden_scale": 2**20}, "sizes|shape"),
    ("lm", {"card": 63}, r"emb\.0\.weight"),
    ("lm", {"metre": True}, r"missing keys? metre"),
    ("lm", {"frame_rate": 75}, "75 frames per second"),
    ("codec", {"kind": "dac"}, "unknown kind 'dac'"),
    ("codec", {"ratios": [8, 5, 4, 2]}, r"decoder\."),
    ("codec", {"pad_mode": "circular"}, "pad_mode"),
    ("text_encoder", {"kind": "clap"}, "unknown kind 'clap'"),
    ("params", {"top_p": 3}, "top_p"),
    ("params", {"volume": 3}, "volume"),
    ("params", {"steps": 5}, "steps is 5; it must be one number for each codebook"),
    ("params", {"steps": [2, 1, 1]}, "steps has 3 numbers; the model has 4 codebooks"),
    ("params", {"guidance": 3.0}, "guidance is 3.0; it must be two numbers"),
    ("params", {"sample": "false"}, "sample is 'false'; it must be true or false"),
    ("params", {"rescore_weight": 1.5}, "rescore_weight is 1.5; it must be a number from 0 to 1"),
]


@pytest.mark.parametrize(("section", "change", "message"), CHANGES)
def test_a_wrong_configuration_is_named(
    copy: Path, section: str | None, change: dict[str, Any], message: str
) -> None:
    """Unknown kinds, versions, names and values raise CheckpointError that says which."""
    edit(copy, section, change)
    with pytest.raises(CheckpointError, match=message):
        native.load(copy)


def test_a_missing_weight_is_named(copy: Path) -> None:
    """A safetensors file without one weight says which."""
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "codec.safetensors")
    del weights["decoder.model.1.lstm.bias_hh_l1"]
    save_file(weights, copy / "codec.safetensors")
    with pytest.raises(CheckpointError, match=r"missing key decoder\.model\.1\.lstm\.bias_hh_l1"):
        native.load(copy)


def test_a_folder_in_use_is_not_overwritten(published: Model, tmp_path: Path) -> None:
    """Saving into a folder with files, or onto a file, raises and changes nothing."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CheckpointError, match="not empty"):
        native.save(published, tmp_path)
    with pytest.raises(CheckpointError, match="cannot be written"):
        native.save(published, tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_save_that_fails_leaves_nothing_that_looks_like_a_model(
    published: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full in the middle: a new folder goes again, an old one stays as empty."""
    from safetensors import SafetensorError
    from safetensors import torch as library

    write, written = library.save_file, []

    def full(state: dict[str, Any], path: Path) -> None:
        written.append(path)
        if len(written) % 2 == 0:
            raise SafetensorError("Error while serializing: No space left on device")
        write(state, path)

    monkeypatch.setattr(library, "save_file", full)
    (tmp_path / "old").mkdir()
    for name in ("new", "old"):
        with pytest.raises(CheckpointError, match=f"{name} cannot be written.*No space left"):
            native.save(published, tmp_path / name)
    assert len(written) == 4
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["old"]


def test_what_an_interrupted_save_left_behind_is_written_over(
    published: Model, tmp_path: Path
) -> None:
    """A process that was killed could tidy nothing up."""
    (tmp_path / "model" / ".partial").mkdir(parents=True)
    (tmp_path / "model" / ".partial" / "lm.safetensors").write_bytes(b"half of it")
    native.save(published, tmp_path / "model")
    assert native.load(tmp_path / "model").params == published.params
    assert not (tmp_path / "model" / ".partial").exists()


def test_what_only_a_partner_can_do_is_not_saved(published: Model, tmp_path: Path) -> None:
    """A plain MAGNeT with a prefix model and a rescorer comes back as one that plays alone."""
    params = replace(published.params, prefix_frames=9, rescore_weight=0.5)
    magnet_core.save(replace(published, params=params), str(tmp_path / "model"))
    again = native.load(tmp_path / "model")
    assert again.params == published.params
    assert again.generate("x", frames=9).shape == (4, 9)


def test_a_model_without_its_codec_cannot_be_saved(published: Model, tmp_path: Path) -> None:
    """A part that has no weights has no kind in the format."""
    absent = AbsentCodec(sample_rate=32000, frame_rate=50, codebooks=4, card=64, reason="")
    part = Model(
        lm=published.lm,
        codec=absent,
        text_encoder=published.text_encoder,
        params=published.params,
        name="part",
        prefix_model=None,
    )
    with pytest.raises(CheckpointError, match="AbsentCodec cannot be saved"):
        native.save(part, tmp_path / "part")
    assert not (tmp_path / "part").exists()
