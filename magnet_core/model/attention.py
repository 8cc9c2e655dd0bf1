"""Attention: one projection layout, and the rules that say which position may look at which.

The network (``transformer.py``) projects queries, keys and values and asks an ``Attend`` rule for
the result. The rule is a value passed with each call, so the same weights serve a training mask, a
causal step with cached keys, the full attention of stage 0 and the band of the later stages, and no
module keeps state.

Every rule must equal ``FullAttention`` under the matching mask; the masks at the end of this file
are the definition, the faster rules are only other ways to compute it.
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from magnet_core.config import LMConfig, Variant
from magnet_core.model.linear import project

WINDOW_BLOCK = 32  # queries per window of banded attention; 16 to 64 are equally fast


class Attend(Protocol):
    """A self-attention rule: who sees whom, and where the keys of earlier calls are kept."""

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Return what ``q, k, v`` ``[B, H, S, Dh]`` of ``layer`` attend to, ``[B, H, S, Dh]``."""


def attention_bias(mask: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the additive form of a boolean mask: 0 where True (may attend), -inf where False."""
    bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
    return bias.masked_fill_(~mask, float("-inf"))


class FullAttention:
    """Plain softmax attention, under an optional mask.

    Args:
        mask: bool, broadcastable to ``[B, H, S, S]``, True = may attend; or None: everything may.
        dtype: of the queries it will be called with.
    """

    def __init__(self, mask: Tensor | None = None, dtype: torch.dtype = torch.float32) -> None:
        # Made additive once here: given a boolean mask, the kernel would do so again in every
        # layer.
        self.bias = None if mask is None else attention_bias(mask, dtype)

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Return the attended values; see ``Attend``."""
        return F.scaled_dot_product_attention(q, k, v, attn_mask=self.bias)


def window_attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor, *, context: int) -> Tensor:
    """Return attention in which query i sees keys ``i .. i + 2 * context``, at linear cost.

    Queries are cut into blocks of W; the keys of a block are the W + 2c that any of its queries
    sees. The blocks become batch rows of one ordinary attention with a small mask.

    Args:
        q: ``[B, H, n, Dh]``.
        k: ``[B, H, m, Dh]``, ``m >= blocks * W + 2 * context``; what lies outside the sequence is
            any finite filler.
        v: as ``k``.
        bias: ``window_bias`` of these queries, of at least B batch rows.
        context: half-width c.

    Returns:
        ``[B, H, n, Dh]``.
    """
    batch, heads, queries, width = q.shape
    blocks = -(-queries // WINDOW_BLOCK)
    q = F.pad(q, (0, 0, 0, blocks * WINDOW_BLOCK - queries))
    q = q.view(batch, heads, blocks, WINDOW_BLOCK, width).transpose(1, 2).flatten(0, 1)
    seen = WINDOW_BLOCK + 2 * context
    span = blocks * WINDOW_BLOCK + 2 * context
    k = k[:, :, :span].unfold(2, seen, WINDOW_BLOCK).permute(0, 2, 1, 4, 3).flatten(0, 1)
    v = v[:, :, :span].unfold(2, seen, WINDOW_BLOCK).permute(0, 2, 1, 4, 3).flatten(0, 1)
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=bias[: batch * blocks])
    out = out.view(batch, blocks, heads, WINDOW_BLOCK, width).transpose(1, 2)
    return out.reshape(batch, heads, blocks * WINDOW_BLOCK, width)[:, :, :queries]


def window_bias(
    valid: Tensor, *, context: int, batch: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Return the additive mask that ``window_attention`` needs, ``[batch * blocks, 1, W, W + 2c]``.

    Args:
        valid: bool ``[n + 2 * context]``: which keys exist, for n queries.
        context: half-width c.
        batch: rows.
        dtype: of the queries.
    """
    queries = valid.shape[0] - 2 * context
    blocks = -(-queries // WINDOW_BLOCK)
    seen = WINDOW_BLOCK + 2 * context
    query = torch.arange(WINDOW_BLOCK, device=valid.device)[:, None]
    key = torch.arange(seen, device=valid.device)[None, :]
    band = (key >= query) & (key <= query + 2 * context)  # [W, W + 2c]
    # Filler queries of the last block are cut off; they see filler keys, so that softmax is finite.
    filler = blocks * WINDOW_BLOCK - queries
    exists = F.pad(valid, (0, filler), value=True).unfold(0, seen, WINDOW_BLOCK)
    mask = band[None] & exists[:, None, :]
    return attention_bias(mask[:, None], dtype).repeat(batch, 1, 1, 1)


class BandedAttention:
    """Attention within ``context`` frames on each side, at a cost linear in the length.

    Equal to ``FullAttention(band_mask(...))`` up to rounding.

    Args:
        length: positions S.
        context: half-width in frames.
        batch: the most rows it will be called with.
        device: of the tensors.
        dtype: of the queries.
    """

    def __init__(
        self,
        length: int,
        context: int,
        batch: int,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.context = context
        # One block more than the last query needs, so that the last window is whole.
        self.padding = (0, 0, context, context + WINDOW_BLOCK)
        valid = torch.ones(length, dtype=torch.bool, device=device)
        valid = F.pad(valid, (context, context))
        self.bias = window_bias(valid, context=context, batch=batch, dtype=dtype)

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Return the attended values; see ``Attend``."""
        k, v = F.pad(k, self.padding), F.pad(v, self.padding)
        return window_attention(q, k, v, self.bias, context=self.context)


class SelfAttention(nn.Module):
    """Multi-head self-attention whose rule is passed with each call.

    Args:
        dim: width D.
        heads: H; each has D / H channels.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))  # rows: queries, keys, values
        self.out_proj = nn.Linear(dim, dim, bias=False)
        nn.init.normal_(self.in_proj_weight, std=dim**-0.5)

    def forward(self, x: Tensor, layer: int, attend: Attend) -> Tensor:
        """Return ``[B, S, D]`` of ``x [B, S, D]`` under ``attend``."""
        batch, length, dim = x.shape
        qkv = project(x, self.in_proj_weight).view(batch, length, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # views [B, H, S, Dh]
        out = attend(layer, q, k, v)
        return project(out.transpose(1, 2).reshape(batch, length, dim), self.out_proj.weight)


class CrossAttention(nn.Module):
    """Attention to the text, whose keys and values are computed once per prompt.

    Args:
        dim: width D.
        heads: H.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.out_proj = nn.Linear(dim, dim, bias=False)
        nn.init.normal_(self.in_proj_weight, std=dim**-0.5)

    def keys_values(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values ``[B, H, L, Dh]`` of a projected text ``[B, L, D]``."""
        batch, length, dim = context.shape
        kv = project(context, self.in_proj_weight[dim:]).view(batch, length, 2, self.heads, -1)
        k, v = kv.permute(2, 0, 3, 1, 4).unbind(0)
        return k, v

    def forward(
        self,
        x: Tensor,
        keys: Tensor,
        values: Tensor,
        bias: Tensor | None,
        shares: Tensor | None = None,
    ) -> Tensor:
        """Return ``[B, S, D]`` of ``x [B, S, D]`` attending to M texts for each row.

        Args:
            x: normalised input.
            keys: ``[B * M, H, L, Dh]``.
            values: ``[B * M, H, L, Dh]``.
            bias: additive ``[B * M, 1, 1, L]``, -inf at padding; None if no text is padded.
            shares: ``[B, M]``, what each text counts in the sum; None: one text, counted whole.
        """
        batch, length, dim = x.shape
        q = project(x, self.in_proj_weight[:dim]).view(batch, length, self.heads, -1)
        q = q.transpose(1, 2)  # [B, H, S, Dh]
        if shares is not None:
            q = q.repeat_interleave(shares.shape[1], dim=0)
        out = F.scaled_dot_product_attention(q, keys, values, attn_mask=bias)
        if shares is not None:
            out = torch.einsum("bm,bmhsd->bhsd", shares, out.view(*shares.shape, *out.shape[1:]))
        return project(out.transpose(1, 2).reshape(batch, length, dim), self.out_proj.weight)


def causal_mask(length: int, device: torch.device | None = None) -> Tensor:
    """Return ``[S, S]`` bool: row i sees columns <= i."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


def band_mask(length: int, context: int, device: torch.device | None = None) -> Tensor:
    """Return ``[S, S]`` bool: row i sees columns within ``context`` of i; -1 is all of them."""
    if context < 0:
        return torch.ones(length, length, dtype=torch.bool, device=device)
    index = torch.arange(length, device=device)
    return (index[:, None] - index[None, :]).abs() <= context


def hybrid_mask(
    frames: int,
    codebooks: int,
    *,
    prefix: int,
    stage: int,
    context: int,
    device: torch.device | None = None,
) -> Tensor:
    """Return the attention mask ``[S, S]`` of a hybrid model, ``S = frames + codebooks`` columns.

    Rows below ``prefix`` are causal. Row ``stage + t`` of the others predicts frame t of codebook
    ``stage``, whose own column is ``1 + stage + t``; it sees the columns of the frames that stage
    may use: all of them in stage 0, those within ``context`` frames of t later. Rows that predict
    no frame of the stage see everything, so that their softmax is defined (as in audiocraft's
    branch; their own output is not used, their keys are).

    Args:
        frames: T.
        codebooks: K.
        prefix: number p of causal rows.
        stage: codebook being decoded.
        context: half-width in frames for stages > 0; -1 is unrestricted.
        device: where to make it.
    """
    length = frames + codebooks
    row = torch.arange(length, device=device)[:, None]
    column = torch.arange(length, device=device)[None, :]
    seen, own = column - 1 - stage, row - stage  # frames of this stage
    mask = (seen >= 0) & (seen < frames)
    if stage > 0 and context >= 0:
        mask = mask & ((seen - own).abs() <= context)
    mask = mask | (own < 0) | (own >= frames)
    return torch.where(row < prefix, column <= row, mask)


def stage_mask(
    config: LMConfig, frames: int, *, stage: int, prefix: int, device: torch.device
) -> Tensor | None:
    """Return who sees whom in a pass of codebook ``stage``, ``[S, S]`` bool; None: all see all.

    Args:
        config: of the model; its variant decides.
        frames: T. S is T for a plain MAGNeT model, T + K for the others.
        stage: codebook.
        prefix: number p of causal rows of a hybrid model.
        device: where to make it.
    """
    context = config.subcodes_context
    match config.variant:
        case Variant.MAGNET:
            return band_mask(frames, context, device) if stage > 0 and context >= 0 else None
        case Variant.AUTOREGRESSIVE:
            return causal_mask(frames + config.codebooks, device)
        case Variant.HYBRID:
            return hybrid_mask(
                frames, config.codebooks, prefix=prefix, stage=stage, context=context, device=device
            )
