"""The three layouts: what is hidden, what is predicted, who sees whom, and what padding changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.config import LMConfig, Variant
from magnet_core.training.masking import Row, collate, lay_out, span_counts, span_mask

K, T = 4, 30
MASK = 100
SHIFTED = (Variant.HYBRID, Variant.AUTOREGRESSIVE)


def _config(variant: Variant) -> LMConfig:
    return LMConfig(
        variant=variant, dim=16, layers=1, heads=1, text_dim=8, card=MASK, segment_frames=T
    )


def _codes(frames: int = T) -> torch.Tensor:
    return torch.arange(K * frames).reshape(K, frames) % 90


def _row(variant: Variant, seed: int, foreign: int = 0, frames: int = T) -> Row:
    return lay_out(
        _codes(frames),
        _config(variant),
        stage_odds=(0.25,) * K,
        foreign=foreign,
        rng=np.random.default_rng(seed),
    )


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


@settings(max_examples=150)
@given(
    variant=st.sampled_from(Variant), seed=st.integers(0, 10_000), foreign=st.integers(0, T // 2)
)
def test_a_loss_asks_for_a_frame_of_its_own_that_it_cannot_see(
    variant: Variant, seed: int, foreign: int
) -> None:
    """Each position with a loss predicts the token it should, hidden from it, not of other music.

    A masked loss is of a token that is masked; a causal row sees no column after its own.
    """
    row, codes = _row(variant, seed, foreign), _codes()
    delayed = variant in SHIFTED
    for q, s in (row.causal | row.masked).nonzero().tolist():
        frame = s - q if delayed else s
        assert foreign <= frame < T
        assert row.targets[q, s] == codes[q, frame]
        if row.masked[q, s]:
            assert row.columns[q, s + 1 if delayed else s] == MASK
        else:
            assert not row.attention[s, s + 1 :].any()
    assert not (row.causal & row.masked).any()
    assert (row.causal | row.masked).any()
    assert row.attention.any(-1).all()  # no empty softmax


@given(seed=st.integers(0, 10_000))
def test_plain_magnet_hides_one_codebook_by_spans_and_those_above_whole(seed: int) -> None:
    """Paper 3.2: below the stage given, above it hidden; later stages see 5 frames each way."""
    row = _row(Variant.MAGNET, seed)
    stages = row.masked.any(1).nonzero().flatten().tolist()
    assert len(stages) == 1 and not row.causal.any()
    stage = stages[0]
    assert torch.equal(row.columns[:stage], _codes()[:stage])
    assert (row.columns[stage + 1 :] == MASK).all()
    assert torch.equal(row.columns[stage] == MASK, row.masked[stage])
    distance = (torch.arange(T)[:, None] - torch.arange(T)[None, :]).abs()
    assert torch.equal(row.attention, distance <= (5 if stage else T))


def test_plain_magnet_s_masking_follows_the_cosine() -> None:
    """The rate is cos(pi u / 2): a third of the windows is masked by more than 86 %."""
    shares = [float(_row(Variant.MAGNET, seed).masked.sum()) / T for seed in range(400)]
    assert abs(np.mean(np.array(shares) > math.cos(math.pi / 6)) - 1 / 3) < 0.1
    assert abs(np.mean(shares) - 2 / math.pi) < 0.05


@pytest.mark.parametrize("foreign", [0, 12])
def test_every_token_of_an_autoregressive_row_counts(foreign: int) -> None:
    """The tail of the delay pattern too; nothing is drawn, and nothing hidden."""
    row = _row(Variant.AUTOREGRESSIVE, 0, foreign)
    assert int(row.causal.sum()) == K * (T - foreign)
    assert torch.equal(row.attention, torch.ones(T + K, T + K, dtype=torch.bool).tril())
    assert not row.masked.any()


@pytest.mark.parametrize("variant", Variant)
def test_padding_is_seen_by_nobody_and_asked_for_nothing(variant: Variant) -> None:
    """A short row in a batch with a long one is itself, and then nothing."""
    short, long = _row(variant, 1, frames=12), _row(variant, 2)
    batch = collate([short, long], _config(variant))
    own = short.columns.shape[1]
    for name in ("columns", "targets", "causal", "masked"):
        assert torch.equal(getattr(batch, name)[0, :, :own], getattr(short, name))
        assert torch.equal(getattr(batch, name)[1], getattr(long, name))
    assert torch.equal(batch.attention[0, 0, :own, :own], short.attention)
    assert not batch.attention[0, 0, :own, own:].any()
    assert not (batch.causal[0, :, own:] | batch.masked[0, :, own:]).any()
    assert (batch.columns[0, :, own:] == MASK).all()
