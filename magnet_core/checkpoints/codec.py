"""Codecs in audiocraft's ``compression_state_dict.bin`` and in Hugging Face's EnCodec folders.

The compression file of a published model is either a whole EnCodec, or a pointer: a few hundred
bytes that name another one, mostly ``facebook/encodec_32khz``. That repository stores the same
network under transformers' names; ``hugging_face_name`` is the mapping between the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from magnet_core.checkpoints.download import fetch, fetch_any
from magnet_core.checkpoints.files import (
    fold_weight_norm,
    load_exactly,
    read_json,
    read_safetensors,
    read_torch,
    require_exact,
    tensors_of,
)
from magnet_core.checkpoints.settings import Settings
from magnet_core.codec.encodec import EncodecCodec, EncodecConfig
from magnet_core.errors import CheckpointError, ConfigError

COMPRESSION_FILE = "compression_state_dict.bin"
HUGGING_FACE_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_MAX_POINTERS = 4
_MAX_CODEBOOKS = 1024
# EncodecConfig's field for each key of transformers' config.json, and transformers' default.
_HUGGING_FACE_CONFIG: dict[str, tuple[str, Any]] = {
    "sampling_rate": ("sample_rate", 24000),
    "audio_channels": ("channels", 1),
    "codebook_size": ("card", 1024),
    "hidden_size": ("dimension", 128),
    "num_filters": ("n_filters", 32),
    "upsampling_ratios": ("ratios", (8, 5, 4, 2)),
    "num_residual_layers": ("n_residual_layers", 1),
    "residual_kernel_size": ("residual_kernel_size", 3),
    "dilation_growth_rate": ("dilation_base", 2),
    "compress": ("compress", 2),
    "kernel_size": ("kernel_size", 7),
    "last_kernel_size": ("last_kernel_size", 7),
    "num_lstm_layers": ("lstm", 2),
    "use_causal_conv": ("causal", True),
    "pad_mode": ("pad_mode", "reflect"),
    "trim_right_ratio": ("trim_right_ratio", 1.0),
}


def load_codec(
    source: str | Path, *, base: Path | None = None, by_hand: Sequence[str]
) -> EncodecCodec:
    """Return the codec at ``source``.

    Args:
        source: a compression file, a folder that holds one, a Hugging Face EnCodec folder, or the
            name of a Hugging Face repository with one.
        base: the folder that relative paths in a pointer start from.
        by_hand: the lines that tell how to bring it where it cannot be downloaded.

    Raises:
        CheckpointError: it is missing, damaged, or of a kind that is not played.
    """
    for _ in range(_MAX_POINTERS):
        path = _local(source, base)
        if path is None:
            return _from_hub(str(source), by_hand=by_hand)
        if path.is_dir() and not (path / COMPRESSION_FILE).is_file():
            return _from_hugging_face(path)
        file = path / COMPRESSION_FILE if path.is_dir() else path
        content = read_torch(file)
        if "pretrained" not in content:
            return _from_audiocraft(content, str(file))
        source, base = _pointed_to(content["pretrained"], str(file)), file.parent
    raise CheckpointError(f"{source}: codec files point to each other")


def first_codebooks(codec: EncodecCodec, codebooks: int) -> EncodecCodec:
    """Return ``codec`` with only its first ``codebooks`` codebooks, which is how LMs use it.

    Raises:
        CheckpointError: it has fewer.
    """
    if codebooks > codec.codebooks:
        has = f"{codec.codebooks} codebooks"
        raise CheckpointError(f"the codec has {has}; the language model writes {codebooks}")
    if codebooks == codec.codebooks:
        return codec
    fewer = EncodecCodec(replace(codec.config, codebooks=codebooks))
    kept = fewer.state_dict().keys()
    fewer.load_state_dict({k: v for k, v in codec.state_dict().items() if k in kept})
    return fewer


def _local(source: str | Path, base: Path | None) -> Path | None:
    """Return ``source`` as an existing path, or None where it is a repository's name."""
    for path in (Path(source), base / source if base else None):
        if path is not None and path.exists():
            return path
    if isinstance(source, Path) or not re.fullmatch(r"[\w.-]+/[\w.-]+", source):
        raise CheckpointError(f"the codec {str(source)!r} is neither a path nor owner/name")
    return None


def _pointed_to(name: object, source: str) -> str:
    if not isinstance(name, str):
        raise CheckpointError(f"{source} points to {name!r}, which is not a name")
    name = name.removeprefix("//pretrained/")
    if name.startswith("dac_"):
        raise CheckpointError(f"{source} points to the codec {name}; only EnCodec is played")
    return name


def _from_hub(repo: str, *, by_hand: Sequence[str]) -> EncodecCodec:
    config = fetch(repo, "config.json", by_hand=by_hand)
    weights = fetch_any(repo, HUGGING_FACE_WEIGHTS, by_hand=by_hand)
    return _hugging_face_codec(read_json(config), weights, f"{repo}: {weights.name}")


def _from_hugging_face(folder: Path) -> EncodecCodec:
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f"{folder} holds no codec: neither {COMPRESSION_FILE} nor config.json"
        )
    for name in HUGGING_FACE_WEIGHTS:
        if (folder / name).is_file():
            config = read_json(folder / "config.json")
            return _hugging_face_codec(config, folder / name, str(folder / name))
    raise CheckpointError(f"{folder} has neither {' nor '.join(HUGGING_FACE_WEIGHTS)}")


def _from_audiocraft(content: Mapping[str, Any], source: str) -> EncodecCodec:
    state = content.get("best_state")
    if isinstance(state, dict) and isinstance(state.get("model"), dict):
        state = state["model"]
    if not isinstance(state, dict):
        raise CheckpointError(
            f"{source} has neither best_state nor pretrained; it is no codec file"
        )
    settings = Settings(content.get("xp.cfg"), source)
    tensors = fold_weight_norm(tensors_of(state, source), source)
    codec = build_empty(_audiocraft_config(settings, source), source)
    load_exactly(codec, tensors, source, assign=True)
    return codec


def _audiocraft_config(settings: Settings, source: str) -> dict[str, Any]:
    """Return EncodecConfig's values from an ``xp.cfg``; refuses what is not an EnCodec."""
    for path, played in (
        ("compression_model", "encodec"),
        ("encodec.autoencoder", "seanet"),
        ("encodec.quantizer", "rvq"),
    ):
        kind = settings.get(path, str)
        if kind != played:
            raise CheckpointError(f"{source}: {path} is {kind!r}; only {played!r} is played")
    if settings.get("encodec.renormalize", bool, False):
        raise CheckpointError(f"{source} renormalises loudness, which codes alone cannot carry")
    norm = settings.get("seanet.norm", str, "none")
    if norm not in ("none", "weight_norm"):
        raise CheckpointError(f"{source}: seanet.norm is {norm!r}; only weight_norm is played")
    overrides = dict(settings.get("seanet.decoder", dict) or {})
    final = {key: overrides.pop(key, None) for key in ("final_activation", "trim_right_ratio")}
    other = {key: v for key, v in overrides.items() if v and key != "final_activation_params"}
    if other or settings.get("seanet.encoder", dict):
        raise CheckpointError(f"{source} gives its encoder and decoder other settings: {other}")
    values: dict[str, Any] = {
        "sample_rate": settings.require("encodec.sample_rate", int),
        "channels": settings.get("encodec.channels", int, 1),
        "codebooks": settings.require("rvq.n_q", int),
        "card": settings.require("rvq.bins", int),
        "causal": settings.get("encodec.causal", bool, False),
        "alpha": settings.get("seanet.activation_params.alpha", float, 1.0),
        "final_activation": final["final_activation"],
        "trim_right_ratio": 1.0 if final["trim_right_ratio"] is None else final["trim_right_ratio"],
    }
    for name in ("dimension", "n_filters", "n_residual_layers", "residual_kernel_size", "lstm"):
        values[name] = settings.require(f"seanet.{name}", int)
    for name in ("dilation_base", "compress", "kernel_size", "last_kernel_size"):
        values[name] = settings.require(f"seanet.{name}", int)
    values["ratios"] = settings.require("seanet.ratios", list)
    values["true_skip"] = settings.get("seanet.true_skip", bool, True)
    values["pad_mode"] = settings.require("seanet.pad_mode", str)
    values["activation"] = settings.get("seanet.activation", str, "ELU")
    return values


def build_empty(values: dict[str, Any], source: str) -> EncodecCodec:
    """Return a codec whose weights have shapes and no memory yet; load with ``assign=True``.

    A damaged file can claim any size. Its shapes are compared before anything is allocated.

    Raises:
        CheckpointError: no codec has these settings.
    """
    try:
        with torch.device("meta"):
            return EncodecCodec(EncodecConfig.from_json(values))
    except (ConfigError, TypeError, RuntimeError) as error:  # RuntimeError: sizes that overflow
        raise CheckpointError(f"{source}: {error}") from error


def _hugging_face_codec(config: dict[str, Any], weights: Path, source: str) -> EncodecCodec:
    read = read_safetensors if weights.suffix == ".safetensors" else read_torch
    tensors = fold_weight_norm(tensors_of(read(weights), source), source)
    codebooks = [
        int(m.group(1)) for k in tensors if (m := re.match(r"quantizer\.layers\.(\d+)\.", k))
    ]
    if not codebooks or max(codebooks) > _MAX_CODEBOOKS:
        raise CheckpointError(f"{source} has no quantizer; it is no EnCodec")
    values = _hugging_face_config(config, source)
    codec = build_empty(values | {"codebooks": 1 + max(codebooks)}, source)
    names = {hugging_face_name(key): key for key in codec.state_dict()}
    shapes = {name: tuple(codec.state_dict()[key].shape) for name, key in names.items()}
    require_exact(tensors, shapes, source)
    codec.load_state_dict({names[n]: value for n, value in tensors.items()}, assign=True)
    return codec


def _hugging_face_config(config: dict[str, Any], source: str) -> dict[str, Any]:
    """Return EncodecConfig's values from a transformers ``config.json``."""
    if config.get("model_type") != "encodec":
        raise CheckpointError(f"{source}: its config.json is not of an EnCodec")
    if config.get("normalize") or config.get("chunk_length_s"):
        raise CheckpointError(f"{source} renormalises or cuts its input, which codes cannot carry")
    if config.get("norm_type", "weight_norm") != "weight_norm":
        raise CheckpointError(f"{source}: norm_type is {config['norm_type']!r}, not weight_norm")
    values = {
        field: config.get(key, default) for key, (field, default) in _HUGGING_FACE_CONFIG.items()
    }
    if config.get("codebook_dim") not in (None, values["dimension"]):
        raise CheckpointError(f"{source} projects its codebooks, which is not played")
    values["true_skip"] = not config.get("use_conv_shortcut", True)
    return values


def hugging_face_name(key: str) -> str:
    """Return transformers' name of the weight that audiocraft calls ``key``."""
    key = re.sub(r"^(encoder|decoder)\.model\.", r"\1.layers.", key)
    key = key.replace(".conv.conv.", ".conv.").replace(".convtr.convtr.", ".conv.")
    return re.sub(
        r"^quantizer\.vq\.layers\.(\d+)\._codebook\.", r"quantizer.layers.\1.codebook.", key
    )


def same_tokens(codec: EncodecCodec, *, card: int, sample_rate: int) -> None:
    """Raise CheckpointError unless a language model's tokens are those of ``codec``."""
    if (codec.card, codec.sample_rate) != (card, sample_rate):
        has = f"{codec.card} entries a codebook at {codec.sample_rate} Hz"
        wants = f"{card} at {sample_rate} Hz"
        raise CheckpointError(f"the codec has {has}; the language model was made for {wants}")


def trimmed_state(codec: EncodecCodec) -> dict[str, Tensor]:
    """Return the weights that encoding and decoding use, without the quantizer's training state."""
    unused = ("._codebook.inited", "._codebook.cluster_size", "._codebook.embed_avg")
    return {key: value for key, value in codec.state_dict().items() if not key.endswith(unused)}
