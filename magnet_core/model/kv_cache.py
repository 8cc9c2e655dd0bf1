"""Keys and values of columns that are already computed, and the attention rules that read them.

A cache is allocated once for a whole window of columns and written in place; nothing grows. Two
rules use it. ``CausalAttention`` is autoregressive decoding: each new column sees the cached ones
and itself. ``InfillAttention`` is the masked stage of a hybrid model: the columns before the prefix
edge were computed causally, so nothing that happens after the edge can change them, and their
cached keys are not an approximation but what a full forward pass would compute again.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from magnet_core.config import LMConfig
from magnet_core.model.attention import (
    WINDOW_BLOCK,
    attention_bias,
    window_attention,
    window_bias,
)


@dataclass(slots=True)
class KVCache:
    """Keys and values of ``columns`` columns in every layer, with a margin of zeros on each side.

    The margin lets a window of banded attention begin before the first column and end after the
    last without a copy.

    Attributes:
        keys: per layer ``[R, H, margin + columns + margin, Dh]``.
        values: as ``keys``.
        columns: capacity.
        margin: unused columns on each side.
        filled: leading columns that hold final keys and values.
    """

    keys: list[Tensor]
    values: list[Tensor]
    columns: int
    margin: int
    filled: int = 0

    @classmethod
    def allocate(cls, config: LMConfig, *, rows: int, columns: int, like: Tensor) -> KVCache:
        """Return an empty cache of ``rows`` batch rows, of the dtype and device of ``like``."""
        margin = max(config.subcodes_context, 0) + WINDOW_BLOCK
        shape = (rows, config.heads, columns + 2 * margin, config.dim // config.heads)
        return cls(
            keys=[like.new_zeros(shape) for _ in range(config.layers)],
            values=[like.new_zeros(shape) for _ in range(config.layers)],
            columns=columns,
            margin=margin,
        )

    def write(self, layer: int, first: int, k: Tensor, v: Tensor) -> None:
        """Store ``k, v`` ``[R', H, n, Dh]`` at columns ``first ...`` of the first R' rows."""
        begin, rows = self.margin + first, k.shape[0]
        self.keys[layer][:rows, :, begin : begin + k.shape[2]] = k
        self.values[layer][:rows, :, begin : begin + v.shape[2]] = v

    def read(self, layer: int, rows: int, first: int, stop: int) -> tuple[Tensor, Tensor]:
        """Return views ``[rows, H, stop - first, Dh]``; may reach into the margins."""
        where = slice(self.margin + first, self.margin + stop)
        return self.keys[layer][:rows, :, where], self.values[layer][:rows, :, where]


class CausalAttention:
    """New columns ``first ...`` see every cached column before them and one another causally.

    Args:
        cache: holds columns below ``first``; receives the new ones.
        first: column of the first new position.
    """

    def __init__(self, cache: KVCache, first: int) -> None:
        self.cache = cache
        self.first = first

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Return the attended values; see ``Attend``."""
        self.cache.write(layer, self.first, k, v)
        new = q.shape[2]
        if self.first == 0:
            return F.scaled_dot_product_attention(q, k, v, is_causal=new > 1)
        stop = self.first + new
        keys, values = self.cache.read(layer, q.shape[0], 0, stop)
        if new == 1:
            return F.scaled_dot_product_attention(q, keys, values)
        mask = torch.ones(new, stop, dtype=torch.bool, device=q.device).tril(self.first)
        return F.scaled_dot_product_attention(q, keys, values, attn_mask=mask)


class InfillAttention:
    """Rows ``prefix ...`` of one masked stage of a hybrid model, over a cached causal prefix.

    Equal to rows ``prefix ...`` of ``FullAttention(hybrid_mask(...))`` up to rounding.

    Args:
        cache: holds the columns below ``prefix``; the others are overwritten in every call.
        prefix: number p of causal rows.
        frames: T.
        stage: codebook being decoded.
        context: half-width in frames for stages > 0; -1 is unrestricted.
        rows: the most batch rows it will be called with.
        banded: False computes the band as a masked full attention, to compare.
    """

    def __init__(
        self,
        cache: KVCache,
        *,
        prefix: int,
        frames: int,
        stage: int,
        context: int,
        rows: int,
        banded: bool = True,
    ) -> None:
        self.cache = cache
        self.prefix = prefix
        # Rows begin ... end - 1 predict this stage's frames; the few before and after see all.
        self.begin, self.end = max(prefix, stage), stage + frames
        self.seen = (1 + stage, 1 + stage + frames)  # columns of this stage's frames
        self.context = context if stage > 0 else -1
        self.bias: Tensor | None = None
        self.windowed = banded and self.context >= 0
        if self.context >= 0:
            device, dtype = cache.keys[0].device, cache.keys[0].dtype
            # Row r sees columns r + 1 - context .. r + 1 + context, where the stage has frames.
            column = torch.arange(self.begin + 1 - context, self.end + 1 + context, device=device)
            valid = (column >= self.seen[0]) & (column < self.seen[1])
            if self.windowed:
                self.bias = window_bias(valid, context=context, batch=rows, dtype=dtype)
            else:
                row = torch.arange(self.begin, self.end, device=device)[:, None]
                column = torch.arange(*self.seen, device=device)[None, :]
                self.bias = attention_bias((column - 1 - row).abs() <= context, dtype)

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Return the attended values; see ``Attend``."""
        self.cache.write(layer, self.prefix, k, v)
        begin, end = self.begin - self.prefix, self.end - self.prefix
        before, stage, after = q[:, :, :begin], q[:, :, begin:end], q[:, :, end:]
        everything = self.cache.read(layer, q.shape[0], 0, self.cache.columns)
        parts = [self._attend_stage(layer, stage)]
        if before.shape[2]:
            parts.insert(0, F.scaled_dot_product_attention(before, *everything))
        parts.append(F.scaled_dot_product_attention(after, *everything))
        return torch.cat(parts, dim=2)

    def _attend_stage(self, layer: int, q: Tensor) -> Tensor:
        if self.windowed:
            assert self.bias is not None
            first = self.begin + 1 - self.context
            stop = self.end + 1 + self.context + WINDOW_BLOCK
            keys, values = self.cache.read(layer, q.shape[0], first, stop)
            return window_attention(q, keys, values, self.bias, context=self.context)
        keys, values = self.cache.read(layer, q.shape[0], *self.seen)
        return F.scaled_dot_product_attention(q, keys, values, attn_mask=self.bias)
