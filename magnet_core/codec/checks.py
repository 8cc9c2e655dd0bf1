"""What every codec asks of its input, in the same words."""

from __future__ import annotations

import torch
from torch import Tensor

from magnet_core.errors import DecodingError


def check_codes(codes: Tensor, *, codebooks: int, card: int) -> None:
    """Raise DecodingError unless ``codes`` are ``[codebooks, T]`` whole numbers below ``card``."""
    if codes.ndim != 2 or codes.shape[0] != codebooks:
        raise DecodingError(f"codes have shape {list(codes.shape)}; they must be [{codebooks}, T]")
    if codes.dtype not in (torch.int64, torch.int32, torch.int16, torch.uint8):
        raise DecodingError(f"codes are {codes.dtype}; they must be int64")
    if codes.numel() == 0:
        return
    low, high = (int(value) for value in codes.aminmax())
    if low < 0 or high >= card:
        wrong = ((codes < 0) | (codes >= card)).nonzero()[0].tolist()
        value = int(codes[wrong[0], wrong[1]])
        hint = " (the mask id: this frame has not been decoded)" if value == card else ""
        place = f"codebook {wrong[0]}, frame {wrong[1]}"
        raise DecodingError(f"code {value}{hint} in {place}; codes go from 0 to {card - 1}")


def check_waveform(waveform: Tensor, channels: int) -> None:
    """Raise DecodingError unless ``waveform`` is ``[channels, N]`` of finite numbers."""
    if waveform.ndim != 2 or waveform.shape[0] != channels:
        shape = list(waveform.shape)
        raise DecodingError(f"the waveform has shape {shape}; this codec takes [{channels}, N]")
    if not waveform.is_floating_point():
        raise DecodingError(f"the waveform is {waveform.dtype}; it must be float32")
    if not torch.isfinite(waveform).all():
        raise DecodingError("the waveform has a NaN or an infinity in it")
