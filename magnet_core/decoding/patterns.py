"""The delay pattern: how codes [K, T] are laid out in columns for one-column-at-a-time decoding.

Codebook q is shifted right by q columns behind one start column, so that a column holds codebook 0
of a frame, codebook 1 of the frame before it, and so on; K = 4, T = 6, ``.`` is the mask id::

    column     0   1   2   3   4   5   6   7   8   9
    codebook 0 .  0,0 1,0 2,0 3,0 4,0 5,0  .   .   .        t,q = frame, codebook
    codebook 1 .   .  0,1 1,1 2,1 3,1 4,1 5,1  .   .
    codebook 2 .   .   .  0,2 1,2 2,2 3,2 4,2 5,2  .
    codebook 3 .   .   .   .  0,3 1,3 2,3 3,3 4,3 5,3

Token (t, q) stands in column 1 + t + q, and is predicted one column earlier: by head q at column
t + q. So the logits of the K codebooks at one column belong to K different frames.
"""

from __future__ import annotations

import torch
from torch import Tensor


def delay(codes: Tensor, mask_id: int) -> Tensor:
    """Return the columns ``[B, K, T + K]`` of codes ``[B, K, T]``."""
    batch, codebooks, frames = codes.shape
    columns = codes.new_full((batch, codebooks, frames + codebooks), mask_id)
    for q in range(codebooks):
        columns[:, q, 1 + q : 1 + q + frames] = codes[:, q]
    return columns


def undelay(columns: Tensor) -> Tensor:
    """Return codes ``[B, K, T]`` of their columns ``[B, K, T + K]``."""
    codebooks = columns.shape[1]
    frames = columns.shape[2] - codebooks
    return torch.stack([columns[:, q, 1 + q : 1 + q + frames] for q in range(codebooks)], dim=1)


def align_logits(logits: Tensor) -> Tensor:
    """Return the logits of each token, ``[B, K, T, card]``, from ``[B, K, T + K, card]``."""
    codebooks = logits.shape[1]
    frames = logits.shape[2] - codebooks
    return torch.stack([logits[:, q, q : q + frames] for q in range(codebooks)], dim=1)


def known_before(columns: int, codebooks: int, frames: int, device: torch.device) -> Tensor:
    """Return bool ``[K, T]``: the tokens (t, q) in columns ``1 .. columns``, i.e. t + q < columns.

    This is the ragged edge: codebook q is known for ``columns - q`` frames.
    """
    t = torch.arange(frames, device=device)[None, :]
    q = torch.arange(codebooks, device=device)[:, None]
    return t + q < columns


def complete_frames(columns: int, codebooks: int, frames: int) -> int:
    """Return how many leading frames are known in all codebooks once columns 1 .. are filled."""
    return min(max(columns - codebooks + 1, 0), frames)
