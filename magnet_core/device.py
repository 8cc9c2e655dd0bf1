"""Where a model computes and in what precision: what may be asked for, and what it can run out of.

A GPU works behind the program's back: a call returns when the work is handed over, not when it is
done. So whoever measures work waits for its end (``wait_for``), and whoever does not want to stop
in the middle of a forward pass asks for no number that the GPU has not computed yet.

*Precision.* On a GPU the language model computes in float16: in half the memory, and several times
as fast as in float32. Not in bfloat16, which has 3 bits less: guidance takes the difference of two
rows of logits several times over, and their rounding with it. Measured on the bundled model at
guidance 10, the distribution of a token is then off by a Kullback-Leibler divergence of 0.0001 in
float16 and 0.008 in bfloat16. The range of float16 is enough: the largest value inside the network
is 60 of 65,504, and the published models were released to be played in it. Everything that is drawn
from is float32, and so are the codec, whose rounding would be heard as noise, and the text encoder,
which runs once a prompt and, where it is a T5, has values too large for float16.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import torch

from magnet_core.errors import DeviceError

_DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
_ALLOWED = "use cpu, cuda or cuda:N"
# What torch says where memory ends, if it does not raise OutOfMemoryError.
_NO_MEMORY = ("out of memory", "DefaultCPUAllocator", "ALLOC_FAILED")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model goes.

    Attributes:
        device: of all its parts.
        dtype: of the language model's weights and states.
    """

    device: torch.device
    dtype: torch.dtype

    @classmethod
    def of(cls, device: str, dtype: str | None) -> Self:
        """Return the placement of these names, None for what the device is best at.

        Raises:
            DeviceError: no such device or precision.
        """
        place = require_device(device)
        return cls(place, require_dtype(dtype, place))


def require_device(name: str) -> torch.device:
    """Return the device called ``name``.

    Raises:
        DeviceError: no such device on this machine; the message says which there are.
    """
    try:
        device = torch.device(name)
    except RuntimeError:
        raise DeviceError(f"{name!r} is no device; {_ALLOWED}") from None
    if device.type == "cpu":
        return device
    if device.type == "mps":
        raise DeviceError(
            f"{name!r} is not supported: beats and the codec's phases are float64; {_ALLOWED}"
        )
    if device.type != "cuda":
        raise DeviceError(f"{name!r} is not supported; {_ALLOWED}")
    count = torch.cuda.device_count()
    if count == 0:
        raise DeviceError(
            f"{name} was asked for, but this machine or this torch has no CUDA: use cpu"
        )
    if device.index is not None and device.index >= count:
        raise DeviceError(f"{name} was asked for; this machine has cuda:0 to cuda:{count - 1}")
    try:
        torch.zeros(1, device=device)
    except RuntimeError as error:  # a driver that is too old, a device that is in use alone
        reason = str(error).splitlines()[0]
        raise DeviceError(f"{name} cannot be used: {reason}") from error
    return device


def require_dtype(name: str | None, device: torch.device) -> torch.dtype:
    """Return the precision called ``name``, or that of the language model on ``device`` for None.

    Raises:
        DeviceError: no such precision, or one that no model computes in.
    """
    if name is None:
        return torch.float16 if device.type == "cuda" else torch.float32
    if name not in _DTYPES:
        raise DeviceError(f"{name!r} is no precision of a model; use {', '.join(_DTYPES)}")
    return _DTYPES[name]


def wait_for(device: torch.device) -> None:
    """Return when ``device`` has done all that it was given; a CPU always has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def memory_for(what: str, device: torch.device) -> Iterator[None]:
    """Turn running out of memory into DeviceError, which says where and what for.

    Args:
        what: is done inside, such as "loading the model".
        device: on which.
    """
    try:
        yield
    except RuntimeError as error:
        if not any(text in str(error) for text in _NO_MEMORY):
            raise
        raise DeviceError(
            f"{device} has too little memory for {what}: ask for less, use a smaller model, or end "
            "other programs that use it"
        ) from error
