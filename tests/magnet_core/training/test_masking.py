"""The hybrid objective's masks: what is hidden, what is predicted, who sees whom."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.model.attention import hybrid_mask
from magnet_core.training.masking import (
    HybridBatch,
    hybrid_attention,
    hybrid_batch,
    span_counts,
    span_mask,
)

K, MASK = 4, 100


def test_span_table_gives_the_expected_rates() -> None:
    """Entry i masks about i % of the frames, for every i (paper, section 3.2)."""
    frames, counts = 200, span_counts(200, 3)
    for i in range(5, 100, 5):
        kept = math.comb(frames - 3, counts[i]) / math.comb(frames, counts[i])
        assert abs(1 - kept - i / 100) < 0.01
    assert list(counts) == sorted(counts)


@given(rate=st.floats(0, 1), seed=st.integers(0, 99))
def test_span_masks_are_made_of_whole_spans(rate: float, seed: int) -> None:
    """Every masked run is at least a span long, except where the window ends."""
    mask = span_mask(60, rate, 3, np.random.default_rng(seed))
    runs = "".join("x" if hidden else "." for hidden in mask).split(".")
    assert all(len(run) >= 3 for run in runs[:-1] if run)
    assert mask.any()


@pytest.mark.parametrize("stage", range(K))
@pytest.mark.parametrize("prefix", [0, 3, 11, 20])
def test_attention_is_the_decoder_s(stage: int, prefix: int) -> None:
    """Training and decoding agree on who sees whom, at every row that has a target."""
    trained = hybrid_attention(20, K, prefix, stage, context=5)
    decoded = hybrid_mask(20, K, prefix=prefix, stage=stage, context=5)
    rows = torch.arange(20 + K)
    used = (rows < prefix) | ((rows >= max(stage, prefix)) & (rows < stage + 20))
    assert torch.equal(trained[used], decoded[used])


def _batch(seed: int, foreign: int) -> tuple[HybridBatch, torch.Tensor]:
    codes = torch.arange(K * 30).reshape(1, K, 30) % 90
    batch = hybrid_batch(
        codes,
        mask_id=MASK,
        span_len=3,
        context=5,
        stage_odds=(0.25,) * K,
        foreign_frames=[foreign],
        rng=np.random.default_rng(seed),
    )
    return batch, codes


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), foreign=st.integers(0, 12))
def test_batches_hide_what_they_ask_for(seed: int, foreign: int) -> None:
    """A row is asked for the next column's token; a masked loss never for a visible one."""
    batch, codes = _batch(seed, foreign)
    for q in range(K):
        for row in range(30 + K):
            t = row - q
            if batch.causal[0, q, row] or batch.masked[0, q, row]:
                assert foreign <= t < 30
                assert batch.targets[0, q, row] == codes[0, q, t]
            if batch.masked[0, q, row]:
                assert batch.columns[0, q, row + 1] == MASK
    assert not (batch.causal & batch.masked).any()
    assert batch.attention.any(-1).all()  # no empty softmax


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000))
def test_causal_rows_cannot_see_their_targets(seed: int) -> None:
    """A row with an autoregressive loss sees no column after its own."""
    batch, _ = _batch(seed, 0)
    rows = batch.causal[0].any(0)
    later = torch.arange(34)[None, :] > torch.arange(34)[:, None]
    assert not (batch.attention[0, 0] & later)[rows].any()
