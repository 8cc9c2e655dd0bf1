"""Compute devices: is the one that was asked for there?"""

from __future__ import annotations

import torch

from magnet_core.errors import DeviceError


def require_device(name: str) -> torch.device:
    """Return the device called ``name``.

    Raises:
        DeviceError: no such device on this machine; the message says which there are.
    """
    try:
        device = torch.device(name)
    except RuntimeError:
        raise DeviceError(f"{name!r} is no device; use cpu, cuda or cuda:N") from None
    if device.type == "cpu":
        return device
    if device.type != "cuda":
        raise DeviceError(f"{name!r} is not supported; use cpu, cuda or cuda:N")
    count = torch.cuda.device_count()
    if count == 0:
        raise DeviceError(
            f"{name} was asked for, but this machine or this torch has no CUDA: use cpu"
        )
    if device.index is not None and device.index >= count:
        raise DeviceError(f"{name} was asked for; this machine has cuda:0 to cuda:{count - 1}")
    return device
