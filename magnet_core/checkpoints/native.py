"""This program's own format: a folder of ``config.json`` and safetensors files.

::

    config.json          {"format": "magnet-live", "version": 1, "lm": ..., "codec": {"kind": ...},
                          "text_encoder": {"kind": ...}, "params": ..., "name": ...}
    lm.safetensors       the language model, under the published names
    codec.safetensors    the codec, weight norm folded
    text_encoder/        a T5 folder, or
    text.safetensors     the weights of a bundled model's own text encoder

Nothing in it can run code, and it needs no network. Weights may be stored as float16, whatever they
are computed in.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from magnet_core.checkpoints.codec import build_empty, trimmed_state
from magnet_core.checkpoints.files import load_exactly, read_json, read_safetensors, tensors_of
from magnet_core.codec.encodec import EncodecCodec
from magnet_core.config import DecodingParams, LMConfig, Variant
from magnet_core.device import Placement, memory_for
from magnet_core.errors import CheckpointError
from magnet_core.model.text import T5TextEncoder
from magnet_core.types import Codec, TextEncoder

if TYPE_CHECKING:
    from magnet_core.api import Model
    from magnet_core.model.lm import TransformerLM

FORMAT, VERSION = "magnet-live", 1
CONFIG_FILE, LM_FILE, CODEC_FILE = "config.json", "lm.safetensors", "codec.safetensors"
TEXT_FILE, TEXT_FOLDER = "text.safetensors", "text_encoder"
_PARTIAL = ".partial"  # in the folder: what is being written, or was when it was interrupted


def is_native(folder: Path) -> bool:
    """Return whether ``folder`` says that it is in this format."""
    try:
        return read_json(folder / CONFIG_FILE).get("format") == FORMAT
    except CheckpointError:
        return False


def save(model: Model, folder: str | Path, *, dtype: torch.dtype = torch.float32) -> None:
    """Write ``model`` into ``folder``, which must not exist or be empty; all of it or nothing.

    Its partners stay behind: what only they can do is off in the parameters that are written.

    Args:
        model: any loaded model whose codec and text encoder are known kinds.
        folder: created with its parents.
        dtype: of the stored weights; ``torch.float16`` halves the files.

    Raises:
        CheckpointError: the folder has files in it, cannot be written, or the model has a part that
            this format has no kind for.
    """
    codec_section, codec_state = _codec_parts(model.codec)
    config = {
        "format": FORMAT,
        "version": VERSION,
        "name": model.name,
        "lm": asdict(model.lm.config),
        "codec": codec_section,
        "text_encoder": _text_section(model.text_encoder),
        "params": _params_alone(model).to_json(),
    }
    text = json.dumps(config, indent=1)
    with _written_whole(Path(folder)) as partial:
        _write(model.lm.state_dict(), partial / LM_FILE, dtype)
        _write(codec_state, partial / CODEC_FILE, dtype)
        if isinstance(model.text_encoder, T5TextEncoder):
            model.text_encoder.save(partial / TEXT_FOLDER)
        else:
            words = cast(nn.Module, model.text_encoder)  # the other kind that _text_section knows
            _write(words.state_dict(), partial / TEXT_FILE, dtype)
        (partial / CONFIG_FILE).write_text(text, encoding="utf-8")


def require_vacant(folder: Path) -> None:
    """Raise CheckpointError unless a model can be saved into ``folder``."""
    if folder.exists() and not folder.is_dir():
        raise CheckpointError(f"{folder} cannot be written: it is a file, not a folder")
    if folder.is_dir() and any(entry.name != _PARTIAL for entry in folder.iterdir()):
        raise CheckpointError(f"{folder} is not empty; choose a new folder")


@contextmanager
def _written_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write into; its files go to ``folder`` when all are written.

    Raises:
        CheckpointError: ``folder`` is not vacant, or something cannot be written.
    """
    from safetensors import SafetensorError

    partial, is_new = folder / _PARTIAL, not folder.exists()
    try:
        require_vacant(folder)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        # The configuration last: a folder without it is not taken for a model.
        for entry in sorted(partial.iterdir(), key=lambda entry: entry.name == CONFIG_FILE):
            entry.rename(folder / entry.name)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{folder} cannot be written: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if is_new and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _params_alone(model: Model) -> DecodingParams:
    if model.lm.config.variant is Variant.MAGNET:
        return replace(model.params, prefix_frames=0, rescore_weight=0.0)
    return model.params


def load(
    folder: Path,
    *,
    placement: Placement | None = None,
    text_encoder: TextEncoder | None = None,
    codec: Codec | None = None,
) -> Model:
    """Return the model in ``folder``.

    Args:
        folder: what ``save`` wrote.
        placement: where its weights go, and in what precision; None: the CPU, float32.
        text_encoder: takes the place of the folder's own.
        codec: takes the place of the folder's own.

    Raises:
        CheckpointError: a file is missing, damaged, of a newer version, or does not fit another.
    """
    config = _checked(folder)
    source = str(folder / CONFIG_FILE)
    codec_section = _section(config, "codec", source)
    text_section = _section(config, "text_encoder", source)
    try:
        lm_config = LMConfig(**_section(config, "lm", source))
        params = DecodingParams.from_json(_section(config, "params", source))
        codec = codec or _load_codec(folder, codec_section)
        text_encoder = text_encoder or _load_text_encoder(folder, text_section)
    except (ValueError, TypeError, KeyError, RuntimeError) as error:  # of any part's settings
        raise CheckpointError(f"{source}: {error}") from error
    if len(params.steps) != lm_config.codebooks:
        raise CheckpointError(
            f"{source}: steps has {len(params.steps)} numbers; "
            f"the model has {lm_config.codebooks} codebooks"
        )
    weights = tensors_of(read_safetensors(folder / LM_FILE), str(folder / LM_FILE))
    lm = build_lm(lm_config, weights, str(folder / LM_FILE))
    name = config.get("name")
    name = name if isinstance(name, str) else folder.name
    return assemble(lm, codec, text_encoder, params, name, placement or Placement.of("cpu", None))


class _Undrawn(TorchFunctionMode):
    """Leaves the weights of new embeddings alone.

    ``normal_`` on the meta device does nothing, but imports the compiler for it: a second, which a
    live stream waits for when its worker is replaced.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        return kwargs["tensor"] if func is nn.init.normal_ else func(*args, **kwargs)


def build_lm(config: LMConfig, weights: Mapping[str, Tensor], source: str) -> TransformerLM:
    """Return the network with these weights; costs no more memory than they take.

    Raises:
        CheckpointError: a key is missing, too much, or of another shape.
    """
    from magnet_core.model.lm import TransformerLM

    if config.layers > len(weights) or config.codebooks > len(weights):
        raise CheckpointError(f"{source} has too few weights for {config.layers} layers")
    try:
        # Shapes are compared before anything is allocated, and nothing is drawn.
        with torch.device("meta"), _Undrawn():
            lm = TransformerLM(config)
    except RuntimeError as error:
        raise CheckpointError(f"{source}: no network of these sizes: {error}") from error
    load_exactly(lm, weights, source, assign=True)
    return lm


def assemble(
    lm: TransformerLM,
    codec: Codec,
    text_encoder: TextEncoder,
    params: DecodingParams,
    name: str,
    placement: Placement,
) -> Model:
    """Return the model of these parts, all of them where ``placement`` says.

    Raises:
        CheckpointError: a part does not fit the language model.
        DeviceError: the device has too little memory for them.
    """
    from magnet_core.api import Model

    wants = (lm.config.text_dim, lm.config.codebooks, lm.config.card, lm.config.frame_rate)
    has = (text_encoder.dim, codec.codebooks, codec.card, codec.frame_rate)
    if has != wants:
        text = "text of width {}, {} codebooks of {} entries, {} frames per second"
        raise CheckpointError(
            f"the language model wants {text.format(*wants)}; "
            f"the text encoder and the codec have {text.format(*has)}"
        )
    with memory_for(f"the weights of {name}", placement.device):
        lm.to(placement.device, placement.dtype).eval()
        for part in (codec, text_encoder):
            if isinstance(part, nn.Module):
                part.to(placement.device).eval()
    return Model(
        lm=lm, codec=codec, text_encoder=text_encoder, params=params, name=name, prefix_model=None
    )


def _checked(folder: Path) -> dict[str, Any]:
    config = read_json(folder / CONFIG_FILE)
    if config.get("format") != FORMAT:
        raise CheckpointError(f"{folder / CONFIG_FILE} is not of the format {FORMAT!r}")
    if config.get("version") != VERSION:
        version = repr(config.get("version"))
        raise CheckpointError(
            f"{folder} has format version {version}; this program reads {VERSION}"
        )
    return config


def _section(config: Mapping[str, Any], name: str, source: str) -> dict[str, Any]:
    section = config.get(name)
    if not isinstance(section, dict):
        raise CheckpointError(f"{source} has no section {name!r}")
    return dict(section)


def _codec_parts(codec: object) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return the section of ``config.json`` and the weights of a codec."""
    if isinstance(codec, EncodecCodec):
        return {"kind": "encodec", **codec.config_json()}, trimmed_state(codec)
    from magnet_core.codec.carrier import CarrierCodec

    if isinstance(codec, CarrierCodec):
        return {"kind": "carrier", **codec.config_json()}, codec.state_dict()
    raise CheckpointError(f"a codec of type {type(codec).__name__} cannot be saved")


def _text_section(encoder: object) -> dict[str, Any]:
    """Return the section of ``config.json`` of a text encoder."""
    if isinstance(encoder, T5TextEncoder):
        return {"kind": "t5", "name": encoder.name}
    from magnet_core.model.words import WordEncoder

    if isinstance(encoder, WordEncoder):
        return {"kind": "words", **encoder.config_json()}
    raise CheckpointError(f"a text encoder of type {type(encoder).__name__} cannot be saved")


def _load_codec(folder: Path, section: dict[str, Any]) -> Codec:
    kind = section.pop("kind", None)
    if kind == "encodec":
        path = folder / CODEC_FILE
        codec = build_empty(section, str(folder / CONFIG_FILE))
        tensors = tensors_of(read_safetensors(path), str(path))
        # The quantizer's training state is not stored; it takes no part in decoding.
        for key in codec.state_dict().keys() - trimmed_state(codec).keys():
            tensors.setdefault(key, torch.zeros(codec.state_dict()[key].shape))
        load_exactly(codec, tensors, str(path), assign=True)
        return codec
    if kind == "carrier":
        from magnet_core.codec.carrier import CarrierCodec

        carrier = CarrierCodec.from_config(section)
        _read_into(carrier, folder / CODEC_FILE)
        return carrier
    raise CheckpointError(f"{folder} has a codec of unknown kind {kind!r}")


def _load_text_encoder(folder: Path, section: dict[str, Any]) -> TextEncoder:
    kind = section.pop("kind", None)
    if kind == "t5":
        return T5TextEncoder.from_folder(folder / TEXT_FOLDER, name=section.get("name"))
    if kind == "words":
        from magnet_core.model.words import WordEncoder

        encoder = WordEncoder.from_config(section)
        _read_into(encoder, folder / TEXT_FILE)
        return encoder
    raise CheckpointError(f"{folder} has a text encoder of unknown kind {kind!r}")


def _read_into(module: nn.Module, path: Path) -> None:
    load_exactly(module, tensors_of(read_safetensors(path), str(path)), str(path))


def _write(state: Mapping[str, Tensor], path: Path, dtype: torch.dtype) -> None:
    from safetensors.torch import save_file

    stored = {}
    for key, value in state.items():
        value = value.detach().to("cpu", dtype if value.is_floating_point() else value.dtype)
        stored[key] = value.contiguous().clone()  # safetensors refuses memory that is shared
    save_file(stored, path)
