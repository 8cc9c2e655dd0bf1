"""Which tokens the hybrid objective hides, and who may look at whom, in the delay pattern.

Token (t, q) stands in column 1 + t + q; row s, the output at column s, predicts column s + 1. A
training window has a prefix of p rows that are causal, as in autoregressive decoding, and after it
the rows of one masked stage k, as in parallel decoding: the situation of ``decoding/hybrid.py`` at
any moment of its work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@lru_cache(maxsize=64)
def span_counts(frames: int, span_len: int) -> tuple[int, ...]:
    """Return, for mask rates 0, 0.01 .. 1, how many overlapping spans to place (paper 3.2).

    ``u`` spans at distinct random starts leave a frame unmasked with probability
    ``C(T - l, u) / C(T, u)``; the entry is the u that brings one minus that nearest to the rate.
    """

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    rates = [
        1.0 - math.exp(log_choose(frames - span_len, u) - log_choose(frames, u))
        if u <= frames - span_len
        else 1.0
        for u in range(frames + 1)
    ]
    table = np.asarray(rates)
    return tuple(int(np.abs(table - i / 100).argmin()) for i in range(101))


def span_mask(
    frames: int, rate: float, span_len: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return ``[T]`` bool: overlapping spans of ``span_len`` that mask about ``rate`` of it."""
    count = max(span_counts(frames, span_len)[round(100 * rate)], 1)
    starts = rng.choice(frames, size=min(count, frames), replace=False)
    mask = np.zeros(frames + span_len, dtype=bool)
    for offset in range(span_len):
        mask[starts + offset] = True
    return mask[:frames]


@dataclass(frozen=True, slots=True)
class HybridBatch:
    """One batch of the hybrid objective.

    Attributes:
        columns: int64 ``[B, K, S]``, S = T + K: the network's input.
        targets: int64 ``[B, K, S]``: the token that row s predicts with head q; -1 where there is
            none.
        causal: bool ``[B, K, S]``: rows whose loss is autoregressive.
        masked: bool ``[B, K, S]``: rows whose loss is that of the masked stage.
        attention: bool ``[B, 1, S, S]``, True = may attend.
    """

    columns: Tensor
    targets: Tensor
    causal: Tensor
    masked: Tensor
    attention: Tensor


def hybrid_attention(frames: int, codebooks: int, prefix: int, stage: int, context: int) -> Tensor:
    """Return bool ``[S, S]``: rows < ``prefix`` causal, the others of ``stage`` after the delay.

    Row k + t of stage k sees the columns 1 + k + t' of all frames t' (k = 0) or of those within
    ``context``.
    """
    size = frames + codebooks
    row, column = torch.arange(size)[:, None], torch.arange(size)[None, :]
    at, seen = row - stage, column - 1 - stage
    window = (seen >= 0) & (seen < frames)
    if stage and context >= 0:
        window = window & ((at - seen).abs() <= context)
    window = window | (at < 0) | (at >= frames)  # rows without a target stay open: no empty softmax
    return torch.where(row < prefix, column <= row, window)


def _delayed(codes: Tensor, filler: int) -> Tensor:
    """Return columns ``[K, S]`` of codes ``[K, T]``: column 0 and all free cells are ``filler``."""
    codebooks, frames = codes.shape
    out = torch.full((codebooks, frames + codebooks), filler, dtype=torch.int64)
    for q in range(codebooks):
        out[q, 1 + q : 1 + q + frames] = codes[q]
    return out


def hybrid_batch(
    codes: Tensor,
    *,
    mask_id: int,
    span_len: int,
    context: int,
    stage_odds: tuple[float, ...],
    foreign_frames: Sequence[int],
    rng: np.random.Generator,
) -> HybridBatch:
    """Return a batch of codes int64 ``[B, K, T]``: prefix, stage and mask drawn for each row.

    The first ``foreign_frames[b]`` frames of row b are context of other music: they lie in the
    prefix and bring no loss.
    """
    batch, codebooks, frames = codes.shape
    size = frames + codebooks
    columns = torch.stack([_delayed(row, mask_id) for row in codes])
    known = torch.stack([_delayed(row, -1) for row in codes])
    targets = torch.full_like(known, -1)
    targets[:, :, :-1] = known[:, :, 1:]
    causal = torch.zeros(batch, codebooks, size, dtype=torch.bool)
    masked = torch.zeros_like(causal)
    attention = torch.empty(batch, 1, size, size, dtype=torch.bool)
    for i in range(batch):
        foreign = foreign_frames[i]
        prefix = int(rng.integers(foreign + (codebooks if foreign else 0), frames))
        stage = int(rng.choice(codebooks, p=stage_odds))
        rate = math.cos(0.5 * math.pi * rng.random())
        hide = torch.from_numpy(span_mask(frames, rate, span_len, rng))
        hide &= torch.arange(frames) + stage >= prefix
        # After the prefix: codebooks above the stage are hidden whole, the stage's own by spans.
        columns[i, stage, 1 + stage : 1 + stage + frames][hide] = mask_id
        columns[i, stage + 1 :, 1 + prefix :] = mask_id
        for q in range(codebooks):
            causal[i, q, q + foreign : prefix] = targets[i, q, q + foreign : prefix] >= 0
        masked[i, stage, stage : stage + frames] = hide
        attention[i, 0] = hybrid_attention(frames, codebooks, prefix, stage, context)
    return HybridBatch(columns, targets, causal, masked, attention)
