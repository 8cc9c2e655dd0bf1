"""Checks of what a decoder is asked for, before it starts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from magnet_core.config import DecodingParams, LMConfig
from magnet_core.errors import DecodingError
from magnet_core.model.lm import Conditions, TransformerLM


def check_request(
    config: LMConfig,
    conditions: Conditions,
    frames: int,
    params: DecodingParams,
    generators: Sequence[Generator],
) -> None:
    """Raise DecodingError, saying what does not fit, unless masked decoding can begin."""
    if frames < config.span_len:
        raise DecodingError(f"frames is {frames}; a window has at least {config.span_len}")
    check_generators(conditions, generators)
    if len(params.steps) != config.codebooks:
        raise DecodingError(
            f"steps has {len(params.steps)} numbers; the model has {config.codebooks} codebooks"
        )


def check_generators(conditions: Conditions, generators: Sequence[Generator]) -> None:
    """Raise DecodingError unless each row has its generator."""
    if len(generators) != conditions.rows:
        raise DecodingError(f"{len(generators)} generators for a batch of {conditions.rows}")


def check_prompt(config: LMConfig, rows: int, codes: Tensor, *, masks: bool = False) -> None:
    """Raise DecodingError unless ``codes`` are ``[rows, K, P]`` tokens of this model.

    Args:
        config: of the model.
        rows: batch size.
        codes: given tokens.
        masks: the mask id is allowed too.
    """
    if codes.dim() != 3 or codes.shape[:2] != (rows, config.codebooks):
        raise DecodingError(
            f"codes have shape {tuple(codes.shape)}; it must be [{rows}, {config.codebooks}, T]"
        )
    if codes.dtype != torch.int64:
        raise DecodingError(f"codes are {codes.dtype}; they must be torch.int64")
    top = config.mask_id if masks else config.card - 1
    if codes.numel() and (int(codes.min()) < 0 or int(codes.max()) > top):
        raise DecodingError(f"codes hold a token outside 0 .. {top}")


def place_given(
    lm: TransformerLM,
    rows: int,
    frames: int,
    prompt_codes: Tensor | None,
    frozen: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Return a window that holds what is given: codes ``[B, K, T]`` and known bool ``[K, T]``.

    The mask id stands wherever nothing is given.

    Args:
        lm: the network; the result is on its device.
        rows: batch size B.
        frames: T; what lies beyond it is left out.
        prompt_codes: int64 ``[B, K, P]``: tokens of frames 0 ..
        frozen: bool ``[P]`` or ``[K, P]``: which of them are given; None is all.

    Raises:
        DecodingError: the tokens do not fit the model, or ``frozen`` does not fit the tokens.
    """
    config = lm.config
    codes = torch.full((rows, config.codebooks, frames), config.mask_id, device=lm.device)
    known = torch.zeros(config.codebooks, frames, dtype=torch.bool, device=lm.device)
    if prompt_codes is None:
        if frozen is not None:
            raise DecodingError("frozen frames need prompt_codes that hold their tokens")
        return codes, known
    check_prompt(config, rows, prompt_codes, masks=frozen is not None)
    given = prompt_codes.shape[-1]
    keep = torch.ones(given, dtype=torch.bool) if frozen is None else frozen
    if keep.dtype != torch.bool or keep.shape not in ((given,), (config.codebooks, given)):
        raise DecodingError(
            f"frozen is {keep.dtype} {tuple(keep.shape)}; "
            f"it must be bool [{given}] or [{config.codebooks}, {given}]"
        )
    prompt_codes, keep = prompt_codes.to(lm.device), keep.to(lm.device)
    if ((prompt_codes == config.mask_id) & keep).any():
        raise DecodingError("a frozen token of prompt_codes is the mask id")
    inside = min(given, frames)
    known[:, :inside] = keep[..., :inside]
    codes[..., :inside] = prompt_codes[..., :inside]
    return codes.masked_fill(~known, config.mask_id), known


def leading_frames(known: Tensor) -> int:
    """Return how many leading frames bool ``[K, T]`` knows in all codebooks."""
    return int(known.all(dim=0).long().cumprod(dim=0).sum())
