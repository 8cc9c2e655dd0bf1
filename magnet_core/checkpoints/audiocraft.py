"""Language models in audiocraft's ``state_dict.bin``: MAGNeT, hybrid MAGNeT, MusicGen, AudioGen.

The file is a dict of ``best_state`` (name -> tensor) and ``xp.cfg`` (YAML text). The three kinds
share every name and shape, so what a file is follows from its ``xp.cfg`` alone: a hybrid loaded as
a plain MAGNeT gives noise without any error. Sizes follow from the tensors. What this network does
not compute (melody or style conditions, stereo, other attention) is refused by name.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from magnet_core.checkpoints.files import read_torch, require_exact, tensors_of
from magnet_core.checkpoints.presets import MUSIC, PUBLISHED, fit, published_in
from magnet_core.checkpoints.settings import Settings
from magnet_core.config import DecodingParams, LMConfig, Variant
from magnet_core.errors import CheckpointError, ConfigError

log = logging.getLogger(__name__)

PROJECTION = "condition_provider.conditioners.description.output_proj"
_DEFAULT_SEGMENT_S = 10.0
_DEFAULT_FRAME_RATE = 50
_HEAD_DIM = 64  # of every published model, for files that do not say
_MAX_LAYERS = 1024
# Settings of audiocraft's transformer that change what is computed, and the only value played.
_NETWORK = {
    "norm_first": True,
    "activation": "gelu",
    "norm": "layer_norm",
    "positional_embedding": "sin",
    "bias_attn": False,
    "bias_ff": False,
    "bias_proj": False,
    "xpos": False,
    "qk_layer_norm": False,
    "qk_layer_norm_cross": False,
    "kv_repeat": 1,
    "layer_scale": None,
    "past_context": None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LMCheckpoint:
    """A language model as data, before any network is built.

    Attributes:
        config: the network.
        weights: ``TransformerLM``'s state dict, float32.
        params: the decoding parameters of this checkpoint.
        text_encoder: the name of the T5 that it was trained with.
        codec: the name of its codec, where ``xp.cfg`` gives one that is public.
        sample_rate: of its codec, in Hz.
    """

    config: LMConfig
    weights: dict[str, Tensor]
    params: DecodingParams
    text_encoder: str
    codec: str | None
    sample_rate: int


def read_lm(path: Path, *, name: str, frame_rate: int | None = None) -> LMCheckpoint:
    """Return the language model in ``path``.

    Args:
        path: a ``state_dict.bin``.
        name: of the repository or folder; decides only what the file leaves open.
        frame_rate: the codec's, which is the truth where the codec is at hand.

    Raises:
        CheckpointError: damaged; not one of the kinds played; or a key is missing, too much or of
            another shape, in which case the message names it.
    """
    content = read_torch(path)
    source = str(path)
    settings = Settings(content.get("xp.cfg"), source)
    weights = _weights(content, source)
    _refuse_other_conditions(weights, settings, source)
    _refuse_other_networks(settings, source)
    try:
        variant = variant_of(settings, name, source)
        config = _config(weights, settings, variant, frame_rate, source)
        params = _params(settings, config, name)
    except ConfigError as error:
        raise CheckpointError(f"{source}: {error}") from error
    require_exact(weights, expected_shapes(config), source)
    codec = settings.get("compression_model_checkpoint", str, "") or ""
    public = re.fullmatch(r"//pretrained/(.+)", codec)
    return LMCheckpoint(
        config=config,
        weights=weights,
        params=params,
        text_encoder=settings.get("conditioners.description.t5.name", str)
        or ("t5-large" if config.text_dim == 1024 else "t5-base"),
        codec=public.group(1) if public else None,
        sample_rate=settings.get("sample_rate", int, 32000) or 32000,
    )


def variant_of(settings: Settings, name: str, source: str) -> Variant:
    """Return what kind of model ``xp.cfg`` describes.

    Raises:
        CheckpointError: none that is played.
    """
    lm_model = settings.get("lm_model", str)
    solver = settings.get("solver", str, "") or ""
    pattern = settings.get("codebooks_pattern.modeling", str)
    if lm_model is None and pattern is None:
        if "hybrid-magnet" in name.lower():
            log.warning("%s does not say what it is; its name says hybrid MAGNeT", source)
            return Variant.HYBRID
        raise CheckpointError(f"{source}: its xp.cfg names no lm_model; it is no language model")
    kind = (lm_model or solver).lower()
    _check_pattern(settings, pattern, source)
    if "magnet" in kind or "magnet" in solver:
        if pattern == "parallel":
            return Variant.MAGNET
        return Variant.HYBRID
    causal = settings.get("transformer_lm.causal", bool, True)
    if kind in ("transformer_lm", "musicgen", "audiogen") and pattern == "delay" and causal:
        return Variant.AUTOREGRESSIVE
    evidence = f"lm_model {lm_model}, solver {solver or None}, pattern {pattern}, causal {causal}"
    raise CheckpointError(
        f"{source} is no MAGNeT, hybrid MAGNeT, MusicGen or AudioGen: its xp.cfg has {evidence}"
    )


def _check_pattern(settings: Settings, pattern: str | None, source: str) -> None:
    """Refuse token layouts other than the parallel one and the delay of one frame a codebook."""
    base = f"codebooks_pattern.{pattern}"
    if pattern == "parallel":
        if settings.get(f"{base}.empty_initial", int, -1) == -1:
            return
    elif pattern == "delay":
        delays = settings.get(f"{base}.delays", list)
        plain = delays is None or delays == list(range(len(delays)))
        extras = [
            settings.get(f"{base}.{key}", int, 0) for key in ("flatten_first", "empty_initial")
        ]
        if plain and extras == [0, 0]:
            return
        if not plain and delays == [k // 2 for k in range(len(delays or []))]:
            raise CheckpointError(f"{source} is a stereo MusicGen, which is not played")
    raise CheckpointError(f"{source}: the codebook pattern {pattern!r} is not one that is played")


def _refuse_other_conditions(
    weights: Mapping[str, Tensor], settings: Settings, source: str
) -> None:
    """Refuse models that are conditioned on anything but one text, or that write stereo."""
    if settings.get("interleave_stereo_codebooks.use", bool, False):
        raise CheckpointError(f"{source} is a stereo MusicGen, which is not played")
    conditioners = set(settings.get("conditioners", dict) or {}) - {"args"}
    keys = (re.match(r"condition_provider\.conditioners\.(\w+)\.", key) for key in weights)
    conditioners |= {key.group(1) for key in keys if key}
    if others := sorted(str(name) for name in conditioners - {"description"}):
        melody = " (a melody or style model)" if "self_wav" in others else ""
        raise CheckpointError(
            f"{source} is conditioned on {', '.join(others)}{melody}; only text is played"
        )
    model = settings.get("conditioners.description.model", str, "t5")
    if model != "t5":
        raise CheckpointError(f"{source} reads its text with {model!r}; only t5 is played")
    for way in ("sum", "prepend", "input_interpolate"):
        if settings.get(f"fuser.{way}", list):
            raise CheckpointError(
                f"{source} adds conditions by {way!r}; only cross-attention is played"
            )
    if settings.get("fuser.cross_attention_pos_emb", bool, False):
        raise CheckpointError(f"{source} adds positions to its conditions, which is not played")
    if settings.get("conditioners.description.t5.normalize_text", bool, False):
        log.warning("%s was trained on normalised text; prompts are used as they are", source)


def _refuse_other_networks(settings: Settings, source: str) -> None:
    for key, played in _NETWORK.items():
        value: Any = settings.get(f"transformer_lm.{key}", object, played)
        if value != played:
            raise CheckpointError(
                f"{source}: transformer_lm.{key} is {value!r}; only {played!r} is played"
            )


def _weights(content: Mapping[str, Any], source: str) -> dict[str, Tensor]:
    state = content.get("best_state")
    if isinstance(state, dict) and isinstance(state.get("model"), dict):
        state = state["model"]  # hand-made exports of fine-tuned models
    if not isinstance(state, dict):
        raise CheckpointError(f"{source} has no best_state; it is not an exported checkpoint")
    tensors = tensors_of(state, source)
    return {key.replace("_fsdp_wrapped_module.", ""): value for key, value in tensors.items()}


def _count(weights: Mapping[str, Tensor], pattern: str) -> int:
    found = (re.match(pattern, key) for key in weights)
    return 1 + max((int(match.group(1)) for match in found if match), default=-1)


def _matrix(weights: Mapping[str, Tensor], key: str, source: str) -> tuple[int, int]:
    if key not in weights:
        raise CheckpointError(f"{source}: missing key {key}")
    if weights[key].ndim != 2:
        raise CheckpointError(
            f"{source}: {key} has shape {list(weights[key].shape)}, expected 2 axes"
        )
    rows, columns = weights[key].shape
    return rows, columns


def _config(
    weights: Mapping[str, Tensor],
    settings: Settings,
    variant: Variant,
    codec_frame_rate: int | None,
    source: str,
) -> LMConfig:
    rows, dim = _matrix(weights, "emb.0.weight", source)
    hidden, _ = _matrix(weights, "transformer.layers.0.linear1.weight", source)
    _, text_dim = _matrix(weights, f"{PROJECTION}.weight", source)
    codebooks = settings.get("transformer_lm.n_q", int) or _count(weights, r"emb\.(\d+)\.")
    layers = settings.get("transformer_lm.num_layers", int) or _count(
        weights, r"transformer\.layers\.(\d+)\."
    )
    if layers > _MAX_LAYERS or codebooks > _MAX_LAYERS:  # each is a list of names to check
        raise CheckpointError(f"{source} claims {layers} layers and {codebooks} codebooks")
    stated = settings.get("transformer_lm.compression_model_framerate", float)
    frame_rate = codec_frame_rate or stated or _DEFAULT_FRAME_RATE
    seconds = settings.get("dataset.segment_duration", float) or _DEFAULT_SEGMENT_S
    whole = math.isfinite(frame_rate) and frame_rate == int(frame_rate)
    if not (whole and math.isfinite(seconds)):
        raise CheckpointError(f"{source}: {seconds} s at {frame_rate} frames per second")
    return LMConfig(
        variant=variant,
        dim=dim,
        layers=layers,
        heads=settings.get("transformer_lm.num_heads", int) or max(1, dim // _HEAD_DIM),
        text_dim=text_dim,
        codebooks=codebooks,
        card=settings.get("transformer_lm.card", int) or rows - 1,
        hidden_scale=max(1, hidden // max(1, dim)),
        subcodes_context=_value(settings, "transformer_lm.subcodes_context", 5),
        span_len=_value(settings, "masking.span_len", 3),
        segment_frames=round(seconds * frame_rate),
        frame_rate=int(frame_rate),
    )


def _value(settings: Settings, path: str, default: int) -> int:
    value = settings.get(path, int)
    return default if value is None else value


def expected_shapes(config: LMConfig) -> dict[str, tuple[int, ...]]:
    """Return the published name and shape of every weight of a model of these sizes."""
    dim, hidden = config.dim, config.dim * config.hidden_scale
    shapes: dict[str, tuple[int, ...]] = {
        f"{PROJECTION}.weight": (dim, config.text_dim),
        f"{PROJECTION}.bias": (dim,),
        "out_norm.weight": (dim,),
        "out_norm.bias": (dim,),
    }
    for k in range(config.codebooks):
        shapes[f"emb.{k}.weight"] = (config.card + 1, dim)
        shapes[f"linears.{k}.weight"] = (config.card, dim)
    for i in range(config.layers):
        layer = f"transformer.layers.{i}"
        for attention in ("self_attn", "cross_attention"):
            shapes[f"{layer}.{attention}.in_proj_weight"] = (3 * dim, dim)
            shapes[f"{layer}.{attention}.out_proj.weight"] = (dim, dim)
        shapes[f"{layer}.linear1.weight"] = (hidden, dim)
        shapes[f"{layer}.linear2.weight"] = (dim, hidden)
        for norm in ("norm1", "norm2", "norm_cross"):
            shapes[f"{layer}.{norm}.weight"] = (dim,)
            shapes[f"{layer}.{norm}.bias"] = (dim,)
    return shapes


def _params(settings: Settings, config: LMConfig, name: str) -> DecodingParams:
    """Return the preset of a published checkpoint; of any other, what its file says.

    A published file carries the settings of its training, not those that it was published with. One
    whose name only contains a published one was made of it: its file decides, the preset fills in.
    """
    if published := PUBLISHED.get(name.lower().removeprefix("facebook/")):
        return fit(published.params, config)
    origin = published_in(name)
    params = origin.params if origin else MUSIC
    guidance = settings.get("classifier_free_guidance.inference_coef", float)
    if guidance is not None:
        params = replace(params, prefix_guidance=guidance)
    if config.variant is Variant.AUTOREGRESSIVE:
        return fit(params, config)
    if origin is None and config.segment_frames > 10 * config.frame_rate:
        params = replace(params, steps=(60, 10, 10, 10))
    return fit(replace(params, **_generation(settings)), config)


def _generation(settings: Settings) -> dict[str, Any]:
    """Return the parameters that ``generate.lm`` of the ``xp.cfg`` sets."""
    base = "generate.lm"
    found: dict[str, Any] = {
        "steps": settings.get(f"{base}.decoding_steps", list),
        "temperature": settings.get(f"{base}.temp", float),
        "top_p": settings.get(f"{base}.top_p", float),
        "top_k": settings.get(f"{base}.top_k", int),
        "sample": settings.get(f"{base}.use_sampling", bool),
        "anneal_temperature": settings.get(f"{base}.anneal_temp", bool),
        "span_arrangement": settings.get(f"{base}.span_arrangement", str),
        "span_score": settings.get(f"{base}.span_scoring", str),
    }
    high = settings.get(f"{base}.max_cfg_coef", float)
    low = settings.get(f"{base}.min_cfg_coef", float)
    if high is not None and low is not None:
        found["guidance"] = (high, low)
    return {key: value for key, value in found.items() if value is not None}
