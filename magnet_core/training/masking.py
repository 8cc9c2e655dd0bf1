"""What a training window hides, what it is asked for, and who may look at whom: the three layouts.

A window becomes a ``Row`` of S columns: what the network reads, the token that each position is to
predict with each head, which of these count, and the attention mask. Each variant trains on the
situation that its decoder will be in:

- *plain MAGNeT* (paper 3.2), S = T: column t reads and predicts frame t. One codebook, the stage,
  is masked by spans; those below are given, those above hidden.
- *autoregressive*, S = T + K, the delay pattern: token (t, q) stands in column 1 + t + q; row s,
  the output at column s, predicts column s + 1 and sees columns up to s.
- *hybrid*, the same columns: a prefix of p rows that are causal, as in autoregressive decoding, and
  after it the rows of one masked stage: what ``decoding/hybrid.py`` sees at any moment of its work.

Rows of different lengths go through together: ``collate`` pads the shorter with columns that
nobody sees and that bring no loss.
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

from magnet_core.config import LMConfig, Variant
from magnet_core.decoding.patterns import delay
from magnet_core.model.attention import band_mask, causal_mask, hybrid_mask

_NOTHING = -1


@lru_cache(maxsize=1024)
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
class Row:
    """One window, laid out for the network.

    Attributes:
        columns: int64 ``[K, S]``: the network's input.
        targets: int64 ``[K, S]``: the token that position s predicts with head q; -1 where none.
        causal: bool ``[K, S]``: whose loss is autoregressive.
        masked: bool ``[K, S]``: whose loss is that of the masked stage.
        attention: bool ``[S, S]``, True = may attend.
    """

    columns: Tensor
    targets: Tensor
    causal: Tensor
    masked: Tensor
    attention: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows side by side: as in ``Row``, with a first dimension B; attention ``[B, 1, S, S]``."""

    columns: Tensor
    targets: Tensor
    causal: Tensor
    masked: Tensor
    attention: Tensor


def lay_out(
    codes: Tensor,
    config: LMConfig,
    *,
    stage_odds: Sequence[float],
    foreign: int,
    rng: np.random.Generator,
) -> Row:
    """Return codes int64 ``[K, T]`` as a row of the model's variant; what is hidden is drawn.

    Args:
        codes: the window.
        config: of the model.
        stage_odds: of each codebook to be the masked stage.
        foreign: the first frames that are context of other music: given, and without loss.
        rng: of prefix, stage and mask.
    """
    if config.variant is Variant.AUTOREGRESSIVE:
        return _causal_row(codes, config, foreign)
    if config.variant is Variant.MAGNET:
        return _masked_row(codes, config, stage_odds, foreign, rng)
    return _hybrid_row(codes, config, stage_odds, foreign, rng)


def _draw_mask(frames: int, config: LMConfig, rng: np.random.Generator) -> Tensor:
    rate = math.cos(0.5 * math.pi * rng.random())
    return torch.from_numpy(span_mask(frames, rate, config.span_len, rng))


def _masked_row(
    codes: Tensor,
    config: LMConfig,
    stage_odds: Sequence[float],
    foreign: int,
    rng: np.random.Generator,
) -> Row:
    codebooks, frames = codes.shape
    stage = int(rng.choice(codebooks, p=stage_odds))
    hide = torch.zeros(frames, dtype=torch.bool)
    hide[foreign:] = _draw_mask(frames - foreign, config, rng)
    columns, masked = codes.clone(), torch.zeros(codebooks, frames, dtype=torch.bool)
    columns[stage, hide] = config.mask_id
    columns[stage + 1 :, foreign:] = config.mask_id
    masked[stage] = hide
    context = config.subcodes_context if stage else -1
    attention = band_mask(frames, context)
    return Row(columns, codes, torch.zeros_like(masked), masked, attention)


def _delayed(codes: Tensor, config: LMConfig) -> tuple[Tensor, Tensor]:
    """Return the columns ``[K, S]`` of codes ``[K, T]``, and what each row of them predicts."""
    targets = torch.full((codes.shape[0], codes.shape[1] + codes.shape[0]), _NOTHING)
    targets[:, :-1] = delay(codes[None], _NOTHING)[0, :, 1:]
    return delay(codes[None], config.mask_id)[0], targets


def _causal_losses(targets: Tensor, foreign: int, end: int) -> Tensor:
    """Return bool ``[K, S]``: rows before ``end`` that predict a frame from ``foreign`` on."""
    row, codebook = torch.arange(targets.shape[1])[None, :], torch.arange(len(targets))[:, None]
    return (row - codebook >= foreign) & (row < end) & (targets >= 0)


def _causal_row(codes: Tensor, config: LMConfig, foreign: int) -> Row:
    columns, targets = _delayed(codes, config)
    size = columns.shape[1]
    causal = _causal_losses(targets, foreign, size)
    return Row(columns, targets, causal, torch.zeros_like(causal), causal_mask(size))


def _hybrid_row(
    codes: Tensor,
    config: LMConfig,
    stage_odds: Sequence[float],
    foreign: int,
    rng: np.random.Generator,
) -> Row:
    codebooks, frames = codes.shape
    prefix = int(rng.integers(foreign + (codebooks if foreign else 0), frames))
    stage = int(rng.choice(codebooks, p=stage_odds))
    hide = _draw_mask(frames, config, rng)
    hide &= torch.arange(frames) + stage >= prefix
    columns, targets = _delayed(codes, config)
    # After the prefix: codebooks above the stage are hidden whole, the stage's own by spans.
    columns[stage, 1 + stage : 1 + stage + frames][hide] = config.mask_id
    columns[stage + 1 :, 1 + prefix :] = config.mask_id
    masked = torch.zeros_like(columns, dtype=torch.bool)
    masked[stage, stage : stage + frames] = hide
    attention = hybrid_mask(
        frames, codebooks, prefix=prefix, stage=stage, context=config.subcodes_context
    )
    return Row(columns, targets, _causal_losses(targets, foreign, prefix), masked, attention)


def collate(rows: Sequence[Row], config: LMConfig) -> Batch:
    """Return the rows as one batch, the shorter ones padded: their losses stay what they are."""
    size = max(row.columns.shape[1] for row in rows)
    shape = (len(rows), config.codebooks, size)
    columns = torch.full(shape, config.mask_id)
    targets = torch.full(shape, _NOTHING)
    causal, masked = torch.zeros(2, *shape, dtype=torch.bool)
    attention = torch.zeros(len(rows), 1, size, size, dtype=torch.bool)
    for i, row in enumerate(rows):
        own = row.columns.shape[1]
        columns[i, :, :own], targets[i, :, :own] = row.columns, row.targets
        causal[i, :, :own], masked[i, :, :own] = row.causal, row.masked
        attention[i, 0, :own, :own] = row.attention
        attention[i, 0, own:] = True  # padding may see, so that its softmax is defined
    return Batch(columns, targets, causal, masked, attention)
