"""Reads weight files that may be damaged or hostile; whatever is wrong becomes a CheckpointError.

A ``.bin`` file is a pickle, and unpickling can run any code. Files are read with ``weights_only``,
which builds tensors and plain containers and refuses everything else.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from magnet_core.errors import CheckpointError

_NAMED = 5  # keys written out in a message; the rest are counted
_GLOBAL = re.compile(r"(?:GLOBAL|global|class) `?([\w.]+)")


def read_torch(path: Path) -> dict[str, Any]:
    """Return the dict in a ``torch.save`` file, its tensors on the CPU.

    Raises:
        CheckpointError: no such file, damaged, not a dict, or a pickle that asks to run code.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of old storage classes
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged pickles fail with any error there is
        raise CheckpointError(_why_unreadable(path, error)) from error
    if not isinstance(content, dict):
        kind = type(content).__name__
        raise CheckpointError(f"{path} holds a {kind}, not a checkpoint")
    return content


def _why_unreadable(path: Path, error: Exception) -> str:
    text = str(error)
    if "Unsupported global" in text or "Unsupported class" in text or "Unsupported operand" in text:
        found = _GLOBAL.search(text)
        name = found.group(1) if found else "something"
        return (
            f"{path} was refused: it is a pickle that asks for {name}, which is not a weight. A "
            "training checkpoint must be exported first (audiocraft.utils.export); any other such "
            "file may be an attempt to run code here"
        )
    reason = text.splitlines()[0][:200] if text else type(error).__name__
    return f"{path} is damaged or no checkpoint: {reason}"


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a ``.safetensors`` file.

    Raises:
        CheckpointError: no such file, or damaged.
    """
    from safetensors.torch import load_file

    if not path.is_file():
        raise CheckpointError(f"{path} does not exist")
    try:
        return dict(load_file(path))
    except Exception as error:  # as for pickles: the file is at fault whatever the error
        raise CheckpointError(f"{path} is damaged or no safetensors file: {error}") from error


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        CheckpointError: no such file, no JSON, or not an object.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} does not hold a JSON object")
    return content


def tensors_of(content: Mapping[Any, Any], source: str) -> dict[str, Tensor]:
    """Return ``content`` as name -> float32 or integer tensor, on the CPU.

    Raises:
        CheckpointError: a name is no string, or a value no plain tensor of finite numbers.
    """
    tensors = {}
    for key, value in content.items():
        if not isinstance(key, str):
            raise CheckpointError(f"{source}: the weight name {key!r} is not a string")
        if not isinstance(value, Tensor) or value.layout != torch.strided:
            raise CheckpointError(f"{source}: {key} is not a tensor")
        if value.is_complex() or value.is_quantized or value.is_meta:
            raise CheckpointError(f"{source}: {key} is a {value.dtype} tensor, not plain numbers")
        if value.is_floating_point():
            value = value.to(torch.float32)
            # One sum tells of any NaN or infinity without a mask as large as the weights.
            if value.numel() and not torch.isfinite(value.sum(dtype=torch.float64)):
                raise CheckpointError(f"{source}: {key} has a NaN or an infinity in it")
        tensors[key] = value
    return tensors


def fold_weight_norm(tensors: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """Return ``tensors`` with each weight-norm pair replaced by the weight that it stands for.

    The pair is ``weight_g``, ``weight_v`` in old files and ``parametrizations.weight.original0``
    and ``original1`` in those of newer torch; the weight is ``g * v / |v|``, the norm over all but
    the first dimension.

    Raises:
        CheckpointError: one half of a pair is missing or does not fit the other.
    """
    folded = dict(tensors)
    names = (
        ("weight_g", "weight_v"),
        ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    )
    for g_name, v_name in names:
        heads = {key.removesuffix(g_name) for key in tensors if key.endswith("." + g_name)}
        heads |= {key.removesuffix(v_name) for key in tensors if key.endswith("." + v_name)}
        for head in sorted(heads):
            for name in (g_name, v_name):
                if head + name not in tensors:
                    raise CheckpointError(f"{source}: missing key {head + name}")
            g, v = folded.pop(head + g_name), folded.pop(head + v_name)
            if v.ndim < 2 or list(g.shape) != [v.shape[0]] + [1] * (v.ndim - 1):
                shapes = f"{list(g.shape)} for a weight of {list(v.shape)}"
                raise CheckpointError(f"{source}: {head + g_name} has shape {shapes}")
            norm = v.flatten(1).norm(dim=1).view(g.shape)
            folded[head + "weight"] = v * (g / norm)
    return folded


def require_exact(
    tensors: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]], source: str
) -> None:
    """Raise CheckpointError unless ``tensors`` have exactly the names and shapes ``expected``.

    The message names what is missing, what is too much, and what has another shape.
    """
    problems = []
    if missing := [key for key in expected if key not in tensors]:
        problems.append(f"missing {_plural(missing)}")
    if extra := [key for key in tensors if key not in expected]:
        problems.append(f"unexpected {_plural(extra)}")
    misshapen = [
        f"{key} has shape {list(tensors[key].shape)}, expected {list(shape)}"
        for key, shape in expected.items()
        if key in tensors and tuple(tensors[key].shape) != tuple(shape)
    ]
    if misshapen:
        problems.append(_list(misshapen))
    if problems:
        raise CheckpointError(f"{source}: " + "; ".join(problems))


def load_exactly(
    module: nn.Module, tensors: Mapping[str, Tensor], source: str, *, assign: bool = False
) -> None:
    """Load ``tensors`` into ``module``; names and shapes must be exactly its own.

    Args:
        module: takes the weights.
        tensors: its state dict.
        source: the file's name, for messages.
        assign: take the tensors themselves instead of copying them into the module's, which may
            then be on the meta device.

    Raises:
        CheckpointError: as ``require_exact``.
    """
    shapes = {key: tuple(value.shape) for key, value in module.state_dict().items()}
    require_exact(tensors, shapes, source)
    module.load_state_dict(dict(tensors), assign=assign)


def _plural(keys: list[str]) -> str:
    return ("key " if len(keys) == 1 else "keys ") + _list(keys)


def _list(items: Iterable[str]) -> str:
    items = list(items)
    rest = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(items[:_NAMED]) + rest
