"""Cached keys give what a full forward pass gives."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.config import LMConfig, Variant
from magnet_core.model.attention import FullAttention, causal_mask, hybrid_mask
from magnet_core.model.kv_cache import CausalAttention, InfillAttention, KVCache


def _config(context: int = 5) -> LMConfig:
    return LMConfig(
        variant=Variant.HYBRID, dim=8, layers=1, heads=2, text_dim=4, subcodes_context=context
    )


def _qkv(rows: int, length: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    q, k, v = (torch.randn(rows, 2, length, 4, generator=generator) for _ in range(3))
    return q, k, v


@pytest.mark.parametrize("cuts", [[1] * 9, [4, 1, 1, 3], [9], [2, 7]])
def test_columns_added_in_any_chunks_equal_one_causal_pass(cuts: list[int]) -> None:
    q, k, v = _qkv(3, 9)
    expected = FullAttention(causal_mask(9))(0, q, k, v)
    cache = KVCache.allocate(_config(), rows=3, columns=9, like=q)
    first, parts = 0, []
    for cut in cuts:
        where = slice(first, first + cut)
        attend = CausalAttention(cache, first)
        parts.append(attend(0, q[:, :, where], k[:, :, where], v[:, :, where]))
        first += cut
    torch.testing.assert_close(torch.cat(parts, dim=2), expected, atol=1e-6, rtol=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    frames=st.integers(3, 90),
    share=st.floats(0, 1),
    stage=st.integers(0, 3),
    context=st.integers(-1, 7),
    banded=st.booleans(),
)
def test_infill_over_a_cached_prefix_equals_masked_full_attention(
    frames: int, share: float, stage: int, context: int, banded: bool
) -> None:
    prefix = int(share * (stage + frames - 1))  # at least one row of the stage is left
    q, k, v = _qkv(2, frames + 4)
    mask = hybrid_mask(frames, 4, prefix=prefix, stage=stage, context=context)
    expected = FullAttention(mask)(0, q, k, v)[:, :, prefix:]
    cache = KVCache.allocate(_config(context), rows=2, columns=frames + 4, like=q)
    cache.write(0, 0, k[:, :, :prefix], v[:, :, :prefix])
    attend = InfillAttention(
        cache,
        prefix=prefix,
        frames=frames,
        stage=stage,
        context=context,
        rows=2,
        banded=banded,
    )
    out = attend(0, q[:, :, prefix:], k[:, :, prefix:], v[:, :, prefix:])
    torch.testing.assert_close(out, expected, atol=1e-6, rtol=1e-5)
