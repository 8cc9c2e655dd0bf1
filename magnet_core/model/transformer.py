"""The transformer: pre-norm layers of self-attention, attention to the text, and feed-forward.

Parameter names are those of the published files (``layers.{i}.self_attn.in_proj_weight``, ...). The
linears have no bias, the norms do. Stateless: which position sees which, and any cached key, is in
the ``Attend`` rule of the call.
"""

from __future__ import annotations

import math
from typing import cast

import torch.nn.functional as F
from torch import Generator, Tensor, nn

from magnet_core.model.attention import Attend, CrossAttention, SelfAttention
from magnet_core.model.linear import project


class TransformerLayer(nn.Module):
    """One layer: ``x += SA(norm1(x)); x += CA(norm_cross(x), text); x += FF(norm2(x))``."""

    def __init__(self, dim: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.self_attn = SelfAttention(dim, heads)
        self.cross_attention = CrossAttention(dim, heads)
        self.linear1 = nn.Linear(dim, hidden, bias=False)
        self.linear2 = nn.Linear(hidden, dim, bias=False)
        self.norm1 = nn.LayerNorm(dim)
        self.norm_cross = nn.LayerNorm(dim)
        self.norm2 = nn.LayerNorm(dim)

    def forward(
        self,
        x: Tensor,
        layer: int,
        attend: Attend,
        keys: Tensor,
        values: Tensor,
        bias: Tensor | None,
        shares: Tensor | None,
    ) -> Tensor:
        """Return ``[B, S, D]``; only the first rows of ``x``, those of the texts, attend to them.

        The rows after those are unconditional: the cross-attention to an empty text is exactly zero
        (its projections have no bias), so it is not computed.
        """
        x = x + self.self_attn(self.norm1(x), layer, attend)
        rows = keys.shape[0] if shares is None else shares.shape[0]
        text = (keys, values, bias, shares)
        if rows == x.shape[0]:
            x = x + self.cross_attention(self.norm_cross(x), *text)
        else:
            told = x[:rows]
            x[:rows] = told + self.cross_attention(self.norm_cross(told), *text)
        hidden = F.gelu(project(self.norm2(x), self.linear1.weight))
        return x + project(hidden, self.linear2.weight)


class Transformer(nn.Module):
    """A stack of ``TransformerLayer``."""

    def __init__(self, dim: int, heads: int, layers: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(TransformerLayer(dim, heads, hidden) for _ in range(layers))

    def stack(self) -> list[TransformerLayer]:
        """Return the layers, first to last."""
        return cast("list[TransformerLayer]", list(self.layers))

    def initialise(self, generator: Generator) -> None:
        """Draw all weights anew: std 1/sqrt(fan-in), less where deeper layers add to the sum."""
        for index, layer in enumerate(self.layers):
            for name, weight in layer.named_parameters():
                if weight.dim() == 2:
                    depth = 1.0 if name.endswith("in_proj_weight") else math.sqrt(2 * (index + 1))
                    draw_weight(weight, generator, scale=1.0 / depth)


def draw_weight(weight: Tensor, generator: Generator, *, scale: float = 1.0) -> None:
    """Fill ``weight [out, in]`` from a normal of std ``scale / sqrt(in)``, cut at 3 std."""
    std = scale * weight.shape[1] ** -0.5
    nn.init.trunc_normal_(weight, std=std, a=-3 * std, b=3 * std, generator=generator)
