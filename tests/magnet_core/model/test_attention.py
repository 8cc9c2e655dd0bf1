"""Attention rules equal masked full attention; masks are what their definition says."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.model.attention import (
    BandedAttention,
    FullAttention,
    attention_bias,
    band_mask,
    causal_mask,
    hybrid_mask,
)


def _qkv(rows: int, length: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(rows, 2, length, 4, generator=generator) for _ in range(3))


@settings(max_examples=40, deadline=None)
@given(
    length=st.integers(1, 130),
    context=st.integers(0, 40),
    batch=st.integers(1, 3),
    spare=st.integers(0, 2),
)
def test_banded_attention_equals_masked_full_attention(
    length: int, context: int, batch: int, spare: int
) -> None:
    q, k, v = _qkv(batch, length)
    banded = BandedAttention(length, context, batch + spare, torch.device("cpu"))
    masked = FullAttention(band_mask(length, context))
    torch.testing.assert_close(banded(0, q, k, v), masked(0, q, k, v), atol=1e-6, rtol=1e-5)


def test_unrestricted_band_lets_everything_be_seen() -> None:
    assert band_mask(7, -1).all()


def test_causal_mask_sees_itself_and_before() -> None:
    assert causal_mask(3).tolist() == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_bias_is_zero_where_allowed_and_minus_infinity_elsewhere() -> None:
    bias = attention_bias(torch.tensor([True, False]))
    assert bias.tolist() == [0.0, float("-inf")]


@pytest.mark.parametrize(
    ("stage", "row", "columns"),
    [
        (0, 3, range(4)),
        (0, 4, range(5)),
        (0, 5, range(1, 10)),
        (0, 6, range(1, 10)),
        (1, 4, range(5)),
        (1, 5, range(4, 9)),
        (1, 6, range(5, 10)),
        (1, 9, range(8, 11)),  # the last frame of codebook 1 is in column 10
        (1, 10, range(13)),  # predicts no frame of codebook 1
    ],
)
def test_hybrid_mask_is_the_one_drawn_in_the_documentation(
    stage: int, row: int, columns: range
) -> None:
    """T = 9, K = 4, p = 5, context 2, as in decoding/hybrid.py."""
    mask = hybrid_mask(9, 4, prefix=5, stage=stage, context=2)
    assert mask[row].nonzero().flatten().tolist() == list(columns)


def test_hybrid_mask_without_prefix_blocks_the_start_column_in_stage_0() -> None:
    mask = hybrid_mask(6, 4, prefix=0, stage=0, context=2)
    assert not mask[:6, 0].any()
    assert mask[6:].all()
