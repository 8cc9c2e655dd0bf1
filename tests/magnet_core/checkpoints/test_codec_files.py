"""Codec files: audiocraft's, whole or pointing, Hugging Face's, and what is none of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.checkpoints.codec import first_codebooks, load_codec
from magnet_core.codec.encodec import EncodecCodec
from magnet_core.errors import CheckpointError
from magnet_core.third_party import transformers_names

Changed = Callable[..., Path]
Builder = Callable[..., Path]
FILE = "compression_state_dict.bin"
OLD = ("weight_g", "weight_v")
NEW = ("parametrizations.weight.original0", "parametrizations.weight.original1")
BY_HAND = ["Bring it by hand"]


def load(source: str | Path, base: Path | None = None) -> EncodecCodec:
    return load_codec(source, base=base, by_hand=BY_HAND)


def codes_for(codec: EncodecCodec, frames: int = 20) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, codec.card, (codec.codebooks, frames), generator=generator)


def assert_same_codec(left: EncodecCodec, right: EncodecCodec) -> None:
    codes = codes_for(left)
    waveform = left.decode(codes)
    assert torch.equal(waveform, right.decode(codes))
    assert torch.equal(left.encode(waveform), right.encode(waveform))


@pytest.mark.parametrize("names", [OLD, NEW], ids=["old", "new"])
@pytest.mark.parametrize("weights", ["model.safetensors", "pytorch_model.bin"])
def test_hugging_face_folder_is_the_same_codec(
    data: Path, hugging_face_folder: Builder, tmp_path: Path, names: tuple[str, str], weights: str
) -> None:
    """The codec under transformers' names, old and new, in either file, computes the same bits."""
    folder = hugging_face_folder(tmp_path / "codec", names=names, weights=weights)
    assert_same_codec(load(folder), load(data / "magnet-16khz-fp16"))


def test_transformers_agrees(hugging_face_folder: Builder, tmp_path: Path) -> None:
    """The EnCodec of transformers, from the same folder, gives the same codes and waveform."""
    folder = hugging_face_folder(tmp_path / "codec")
    (model_class,) = transformers_names("EncodecModel")
    theirs, report = model_class.from_pretrained(folder, output_loading_info=True)
    assert not report["missing_keys"] and not report["unexpected_keys"]
    ours = load(folder)
    codes = codes_for(ours)
    with torch.no_grad():
        waveform = theirs.decode(codes[None, None], [None]).audio_values[0]
        torch.testing.assert_close(ours.decode(codes), waveform, atol=1e-5, rtol=0)
        encoded = theirs.encode(waveform[None], bandwidth=1.2).audio_codes[0, 0]
    assert torch.equal(ours.encode(waveform), encoded)


def test_new_weight_norm_names_are_the_same_codec(changed: Changed, data: Path) -> None:
    """An audiocraft file with the names of newer torch computes the same bits."""

    def rename(content: dict[str, Any]) -> None:
        content["best_state"] = {
            key.replace(OLD[0], NEW[0]).replace(OLD[1], NEW[1]): value
            for key, value in content["best_state"].items()
        }

    folder = changed("magnet-32khz", content=rename, file=FILE)
    assert_same_codec(load(folder), load(data / "magnet-32khz"))


def test_plain_and_normed_weights_mix(changed: Changed, data: Path) -> None:
    """Outer layers may come without weight norm (audiocraft's disable_norm_outer_blocks)."""

    def fold(weights: dict[str, Tensor]) -> None:
        for head in ("encoder.model.0.conv.conv.", "decoder.model.15.conv.conv."):
            g, v = weights.pop(head + "weight_g"), weights.pop(head + "weight_v")
            weights[head + "weight"] = torch._weight_norm(v, g)

    codec = load(changed("magnet-32khz", weights=fold, file=FILE))
    reference = load(data / "magnet-32khz")
    codes = codes_for(codec)
    torch.testing.assert_close(codec.decode(codes), reference.decode(codes), atol=1e-6, rtol=0)


@pytest.mark.parametrize("value", ["codec", "//pretrained/codec", "absolute"])
def test_a_pointer_is_followed(hugging_face_folder: Builder, tmp_path: Path, value: str) -> None:
    """A pointer to a folder, relative to the file or absolute, gives that codec."""
    folder = hugging_face_folder(tmp_path / "model" / "codec")
    value = str(folder) if value == "absolute" else value
    torch.save({"pretrained": value, "exported": True}, tmp_path / "model" / FILE)
    assert_same_codec(load(tmp_path / "model" / FILE), load(folder))


def test_a_pointer_to_an_audiocraft_file_is_followed(data: Path, tmp_path: Path) -> None:
    """A pointer may name another compression file, as audiocraft allows."""
    shutil.copy(data / "magnet-32khz" / FILE, tmp_path / "other.bin")
    torch.save({"pretrained": "other.bin"}, tmp_path / FILE)
    assert_same_codec(load(tmp_path), load(data / "magnet-32khz"))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (FILE, "point to each other"),
        ("dac_44khz", "dac_44khz; only EnCodec"),
        (["facebook/encodec_32khz"], "not a name"),
        ("no such thing", "neither a path nor owner/name"),
    ],
)
def test_pointers_that_lead_nowhere_are_refused(
    tmp_path: Path, value: object, message: str
) -> None:
    """A circle, another codec, or no name at all raises CheckpointError."""
    torch.save({"pretrained": value}, tmp_path / FILE)
    with pytest.raises(CheckpointError, match=message):
        load(tmp_path)


KEYS = [
    "encoder.model.0.conv.conv.bias",
    "decoder.model.3.convtr.convtr.weight_g",
    "decoder.model.3.convtr.convtr.weight_v",
    "decoder.model.1.lstm.weight_hh_l1",
    "quantizer.vq.layers.2._codebook.embed",
    "quantizer.vq.layers.0._codebook.inited",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_named(changed: Changed, key: str) -> None:
    """A codec file without one of its weights raises CheckpointError with that name."""
    folder = changed("magnet-32khz", weights=lambda w: w.pop(key), file=FILE)
    with pytest.raises(CheckpointError, match=f"missing key {key}"):
        load(folder)


@pytest.mark.parametrize("key", KEYS)
def test_a_misshapen_key_is_named(changed: Changed, key: str) -> None:
    """A weight of another shape raises CheckpointError with its name."""

    def widen(weights: dict[str, Tensor]) -> None:
        weights[key] = torch.cat([weights[key], weights[key]])

    with pytest.raises(CheckpointError) as caught:
        load(changed("magnet-32khz", weights=widen, file=FILE))
    assert key.rsplit(".", 1)[0] in str(caught.value) and "shape" in str(caught.value)


def test_an_extra_key_is_named(changed: Changed) -> None:
    """A weight that the configuration does not have raises CheckpointError with its name."""
    extra = {"decoder.model.16.conv.conv.bias": torch.zeros(1)}
    folder = changed("magnet-32khz", weights=lambda w: w.update(extra), file=FILE)
    with pytest.raises(CheckpointError, match=r"unexpected key decoder\.model\.16"):
        load(folder)


@pytest.mark.parametrize(
    "key", ["decoder.layers.3.conv.weight_g", "quantizer.layers.1.codebook.embed"]
)
def test_a_missing_hugging_face_key_has_its_own_name(
    hugging_face_folder: Builder, tmp_path: Path, key: str
) -> None:
    """The message names the key as it is called in that file."""
    folder = hugging_face_folder(tmp_path / "codec", weights="pytorch_model.bin")
    state = torch.load(folder / "pytorch_model.bin", weights_only=True)
    del state[key]
    torch.save(state, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match=key):
        load(folder)


@pytest.mark.parametrize(
    ("section", "change", "message"),
    [
        ("", {"compression_model": "dac"}, "dac"),
        ("encodec", {"quantizer": "no_quant"}, "no_quant"),
        ("encodec", {"renormalize": True}, "loudness"),
        ("seanet", {"norm": "time_group_norm"}, "time_group_norm"),
        ("seanet", {"pad_mode": "circular"}, "circular"),
        ("seanet", {"encoder": {"n_filters": 4}}, "other settings"),
        ("seanet", {"decoder": {"n_filters": 4}}, "n_filters"),
        ("seanet", {"ratios": [8, 5, 4]}, "sample|shape|missing"),
        ("seanet", {"kernel_size": None}, "kernel_size"),
        ("rvq", {"bins": "many"}, "many"),
        ("rvq", {"n_q": 0}, "codebooks"),
        ("rvq", {"bins": 2**20}, "shape"),
        ("seanet", {"dimension": 2**20, "n_filters": 2**20}, "shape|overflow"),
    ],
)
def test_other_codecs_are_refused(
    changed: Changed, section: str, change: dict[str, Any], message: str
) -> None:
    """Another codec, quantizer or normalisation, and impossible sizes, are refused by name."""

    def edit(tree: dict[str, Any]) -> None:
        (tree[section] if section else tree).update(change)

    with pytest.raises(CheckpointError, match=message):
        load(changed("magnet-32khz", cfg=edit, file=FILE))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "dac"}, "not of an EnCodec"),
        ({"normalize": True}, "renormalises"),
        ({"chunk_length_s": 1.0}, "renormalises or cuts"),
        ({"norm_type": "time_group_norm"}, "time_group_norm"),
        ({"codebook_dim": 4}, "projects"),
        ({"upsampling_ratios": "8542"}, "ratios"),
        ({"num_filters": None}, "n_filters"),
    ],
)
def test_other_hugging_face_codecs_are_refused(
    hugging_face_folder: Builder, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    """A folder of another codec, or of an EnCodec that codes alone cannot drive, is refused."""
    folder = hugging_face_folder(tmp_path / "codec")
    config = json.loads((folder / "config.json").read_text()) | change
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=message):
        load(folder)


@pytest.mark.parametrize("removed", ["config.json", "model.safetensors"])
def test_an_incomplete_folder_is_named(
    hugging_face_folder: Builder, tmp_path: Path, removed: str
) -> None:
    """A codec folder without its configuration or weights says which."""
    folder = hugging_face_folder(tmp_path / "codec")
    (folder / removed).unlink()
    with pytest.raises(CheckpointError, match=removed):
        load(folder)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    name=st.sampled_from(["config.json", "model.safetensors"]),
    length=st.floats(0, 0.999),
    tail=st.binary(max_size=20),
)
def test_a_damaged_folder_is_a_checkpoint_error(
    hugging_face_folder: Builder, tmp_path: Path, name: str, length: float, tail: bytes
) -> None:
    """A truncated or overwritten file raises CheckpointError and nothing else."""
    shutil.rmtree(tmp_path / "codec", ignore_errors=True)
    file = hugging_face_folder(tmp_path / "codec") / name
    content = file.read_bytes()
    file.write_bytes(content[: int(length * len(content))] + tail)
    with pytest.raises(CheckpointError):
        load(tmp_path / "codec")


def test_fewer_codebooks_are_the_first_ones(data: Path) -> None:
    """A language model of 2 codebooks uses the codec's first 2; one of 5 is refused."""
    codec = load(data / "magnet-32khz")
    two = first_codebooks(codec, 2)
    assert two.config == replace(codec.config, codebooks=2)
    waveform = torch.sin(torch.arange(6400) * 0.05)[None]
    assert torch.equal(two.encode(waveform), codec.encode(waveform)[:2])
    with pytest.raises(CheckpointError, match="4 codebooks; the language model writes 5"):
        first_codebooks(codec, 5)
