"""Finds a model by folder or by name and builds it; says what to bring where something is missing.

A folder of a published model, made by hand on a machine without a network, looks like this; the
two inner folders are looked into before any download::

    magnet-small-10secs/
        state_dict.bin                the language model
        compression_state_dict.bin    the codec, or a pointer to it
        codec/                        where that is a pointer: the EnCodec that it points to
        text_encoder/                 the T5 that the language model was trained with
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import torch

from magnet_core.checkpoints import native
from magnet_core.checkpoints.audiocraft import LMCheckpoint, read_lm
from magnet_core.checkpoints.codec import (
    COMPRESSION_FILE,
    first_codebooks,
    load_codec,
    same_tokens,
)
from magnet_core.checkpoints.download import fetch, fetch_any
from magnet_core.checkpoints.pairing import let_rescore, pair
from magnet_core.checkpoints.presets import PUBLISHED, REFUSED, Published, published_in
from magnet_core.codec.absent import AbsentCodec
from magnet_core.codec.encodec import EncodecCodec
from magnet_core.device import Placement
from magnet_core.errors import CheckpointError
from magnet_core.model.text import T5TextEncoder
from magnet_core.types import Codec, TextEncoder

if TYPE_CHECKING:
    from magnet_core.api import Model

STATE_FILE = "state_dict.bin"
BUNDLED = Path(__file__).parents[1] / "bundled"
_CODEC_FOLDER, _TEXT_FOLDER = "codec", "text_encoder"
_T5_FILES = ("config.json", "model.safetensors", "spiece.model", "tokenizer.json")

TextEncoderSource: TypeAlias = TextEncoder | str | Path | None
CodecSource: TypeAlias = Codec | str | Path | None
ModelSource: TypeAlias = "Model | str | Path | None"


def load(
    name_or_folder: str | Path,
    *,
    device: str = "cpu",
    dtype: str | None = None,
    text_encoder: TextEncoderSource = None,
    codec: CodecSource = None,
    prefix_model: ModelSource = None,
    rescorer: ModelSource = None,
) -> Model:
    """Return a model, ready to decode.

    Args:
        name_or_folder: ``"bundled"``; a folder in this program's format or with a
            ``state_dict.bin``; or a name such as ``"facebook/magnet-small-10secs"``.
        device: where the weights go: cpu, cuda or cuda:N.
        dtype: what the language model computes in: float32, float16 or bfloat16. None: float16 on
            a GPU, float32 on the CPU (``device.py`` says why). Codec and texts are float32.
        text_encoder: a T5 folder or name, or an encoder, instead of the one that the file names.
        codec: a compression file, a codec folder or name, or a codec, instead of the model's own.
        prefix_model: an autoregressive or hybrid model of the same codec that plays the prefix of
            a plain MAGNeT model: its folder or name, or the model. ``params.prefix_frames`` are
            then a second, unless the model has a number of its own.
        rescorer: another such model, for ``DecodingParams.rescore_weight``.

    Raises:
        CheckpointError: something is missing, damaged or of a kind that is not played.
        DeviceError: there is no such device or precision, or too little memory on it.
    """
    placement = Placement.of(device, dtype)
    model = _load(name_or_folder, placement, text_encoder, codec)
    if prefix_model is not None:
        pair(model, _partner(prefix_model, device, dtype))
    if rescorer is not None:
        let_rescore(model, _partner(rescorer, device, dtype))
    return model


def _load(
    name_or_folder: str | Path,
    placement: Placement,
    text_encoder: TextEncoderSource,
    codec: CodecSource,
) -> Model:
    if name_or_folder == "bundled":
        return _native(BUNDLED, placement, text_encoder, codec)
    path = Path(name_or_folder)
    if path.is_dir() and native.is_native(path):
        return _native(path, placement, text_encoder, codec)
    if path.exists():
        return _from_folder(path, placement, text_encoder, codec)
    return _from_hub(str(name_or_folder), placement, text_encoder, codec)


def convert(source: str | Path, destination: str | Path, *, half: bool = False) -> None:
    """Write the model ``source`` into the folder ``destination`` in this program's format.

    Args:
        source: what ``load`` takes.
        destination: a new or empty folder.
        half: store the weights as float16, as the published language models are.

    Raises:
        CheckpointError: ``source`` cannot be loaded, or ``destination`` not written.
    """
    folder = Path(destination)
    native.require_vacant(folder)  # before what may take long
    native.save(load(source), folder, dtype=torch.float16 if half else torch.float32)


def _partner(source: Model | str | Path, device: str, dtype: str | None) -> Model:
    from magnet_core.api import Model

    if isinstance(source, (str, Path)):
        return load(source, device=device, dtype=dtype)
    if not isinstance(source, Model):
        raise CheckpointError(f"a partner of a model cannot be a {type(source).__name__}")
    return source


def _native(
    folder: Path, placement: Placement, text_encoder: TextEncoderSource, codec: CodecSource
) -> Model:
    if not (folder / native.CONFIG_FILE).is_file():
        raise CheckpointError(f"{folder} holds no model: it has no {native.CONFIG_FILE}")
    return native.load(
        folder,
        placement=placement,
        text_encoder=None if text_encoder is None else _text_encoder(text_encoder, None, []),
        codec=None if codec is None else _given_codec(codec, None, []),
    )


def _from_folder(
    path: Path, placement: Placement, text_encoder: TextEncoderSource, codec: CodecSource
) -> Model:
    folder, file = (path, path / STATE_FILE) if path.is_dir() else (path.parent, path)
    if not file.is_file():
        raise CheckpointError(
            f"{path} holds no model: neither {native.CONFIG_FILE} of the format "
            f"{native.FORMAT} nor {STATE_FILE}"
        )
    name = path.resolve().name if path.is_dir() else folder.resolve().name
    preset = published_in(name)
    codec_lines = _by_hand(str(folder), preset.codec if preset else None, _CODEC_FOLDER)
    found: Codec | None = None
    if codec is not None:
        found = _given_codec(codec, folder, codec_lines)
    elif (folder / _CODEC_FOLDER).is_dir():
        found = load_codec(folder / _CODEC_FOLDER, by_hand=codec_lines)
    elif (folder / COMPRESSION_FILE).is_file():
        found = load_codec(folder / COMPRESSION_FILE, by_hand=codec_lines)
    lm = read_lm(file, name=name, frame_rate=None if found is None else found.frame_rate)
    if text_encoder is None and (folder / _TEXT_FOLDER).is_dir():
        text_encoder = folder / _TEXT_FOLDER
    repo = _t5_repo(lm.text_encoder)
    text_lines = _by_hand(str(folder), repo, _TEXT_FOLDER, _T5_FILES)
    encoder = _text_encoder(text_encoder or lm.text_encoder, folder, text_lines)
    return _assemble(lm, found or _absent(lm, folder), encoder, name, placement)


def _from_hub(
    name: str, placement: Placement, text_encoder: TextEncoderSource, codec: CodecSource
) -> Model:
    published = _published(name)
    repo = published.repo if published else name
    local = repo.partition("/")[2]
    lines = _all_by_hand(local, repo, published)
    file = fetch(repo, STATE_FILE, by_hand=lines)
    if codec is None:
        codec = fetch(repo, COMPRESSION_FILE, by_hand=lines)
    found = _given_codec(codec, None, lines)
    lm = read_lm(file, name=repo, frame_rate=found.frame_rate)
    encoder = _text_encoder(text_encoder or lm.text_encoder, None, lines)
    return _assemble(lm, found, encoder, local, placement)


def _published(name: str) -> Published | None:
    """Return the table's entry for a name, or None for another repository.

    Raises:
        CheckpointError: it is a model that is not played, or no name at all.
    """
    owner, _, short = name.rpartition("/")
    if owner in ("", "facebook") and short in PUBLISHED:
        return PUBLISHED[short]
    for part, reason in REFUSED.items():
        if part in short:
            raise CheckpointError(f"{name} is not played: {reason}")
    if name.count("/") != 1 or not owner or not short:
        near = difflib.get_close_matches(short, PUBLISHED, n=3) or sorted(PUBLISHED)
        names = ", ".join(PUBLISHED[key].repo for key in near)
        raise CheckpointError(
            f"{name!r} is neither a folder on this machine nor a name; names are bundled, {names}"
        )
    return None


def _given_codec(codec: CodecSource, base: Path | None, lines: list[str]) -> Codec:
    if isinstance(codec, (str, Path)):
        return load_codec(codec, base=base, by_hand=lines)
    if not isinstance(codec, Codec):
        raise CheckpointError(f"a codec cannot be a {type(codec).__name__}")
    return codec


def _text_encoder(source: TextEncoderSource, base: Path | None, lines: list[str]) -> TextEncoder:
    if not isinstance(source, (str, Path)):
        if not isinstance(source, TextEncoder):
            raise CheckpointError(f"a text encoder cannot be a {type(source).__name__}")
        return source
    if Path(source).is_dir():
        return T5TextEncoder.from_folder(Path(source))
    if isinstance(source, Path):
        raise CheckpointError(f"the text encoder folder {source} does not exist")
    repo = _t5_repo(source)
    by_hand = lines or _by_hand("FOLDER", repo, _TEXT_FOLDER, _T5_FILES)
    config = fetch(repo, "config.json", by_hand=by_hand)
    fetch_any(repo, ("model.safetensors", "pytorch_model.bin"), by_hand=by_hand)
    fetch_any(repo, ("tokenizer.json", "spiece.model"), by_hand=by_hand)
    return T5TextEncoder.from_folder(config.parent, name=source)


def _t5_repo(name: str) -> str:
    return name if "/" in name else f"google-t5/{name}"


def _by_hand(folder: str, repo: str | None, inner: str, files: tuple[str, ...] = ()) -> list[str]:
    """Return what to do to bring ``repo`` into the folder ``inner`` of a model's folder."""
    if repo is None:
        return [f"Put its files into {folder}/{inner} by hand."]
    wanted = " ".join(("", *files))
    return [
        "Bring it by hand: on a machine with a network run",
        f"    hf download {repo}{wanted} --local-dir {inner}",
        f"and copy the folder {inner} into {folder}.",
    ]


def _all_by_hand(local: str, repo: str, published: Published | None) -> list[str]:
    """Return what to do to bring a whole model and all that it needs."""
    text = _t5_repo(published.text_encoder if published else "t5-base")
    files = f"{STATE_FILE} {COMPRESSION_FILE}"
    lines = [
        "Bring it by hand: on a machine with a network run",
        f"    hf download {repo} {files} --local-dir {local}",
        f"    hf download {text} {' '.join(_T5_FILES)} --local-dir {local}/{_TEXT_FOLDER}",
    ]
    if published is None or published.codec:
        codec = published.codec if published else "facebook/encodec_32khz"
        small = f"if {COMPRESSION_FILE} is smaller than 1 MB, also"
        lines += [small, f"    hf download {codec} --local-dir {local}/{_CODEC_FOLDER}"]
    return [*lines, f"then copy the folder {local} here and load it by its path."]


def _absent(lm: LMCheckpoint, folder: Path) -> AbsentCodec:
    named = f" (it was trained with {lm.codec})" if lm.codec else ""
    lines = _by_hand(str(folder), lm.codec, _CODEC_FOLDER)
    return AbsentCodec(
        sample_rate=lm.sample_rate,
        frame_rate=lm.config.frame_rate,
        codebooks=lm.config.codebooks,
        card=lm.config.card,
        reason="\n".join([f"{folder} has no {COMPRESSION_FILE}{named}", *lines]),
    )


def _assemble(
    lm: LMCheckpoint, codec: Codec, encoder: TextEncoder, name: str, placement: Placement
) -> Model:
    """Return the model of parts that fit each other; raises CheckpointError where they do not."""
    if encoder.dim != lm.config.text_dim:
        raise CheckpointError(
            f"the text encoder gives {encoder.dim} numbers a token; the language model was trained "
            f"with {lm.text_encoder} and wants {lm.config.text_dim}"
        )
    if isinstance(codec, EncodecCodec):
        same_tokens(codec, card=lm.config.card, sample_rate=lm.sample_rate)
        codec = first_codebooks(codec, lm.config.codebooks)
    network = native.build_lm(lm.config, lm.weights, name)
    return native.assemble(network, codec, encoder, lm.params, name, placement)
