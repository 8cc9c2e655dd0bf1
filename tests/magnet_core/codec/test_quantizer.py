"""The residual quantizer: it equals EnCodec's, and its entries follow what they stand for."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from magnet_core.codec.quantizer import ResidualVectorQuantizer
from magnet_core.third_party import encodec_modules

DIM, BOOKS, CARD = 8, 3, 16


def _vectors(count: int, seed: int) -> Tensor:
    return torch.randn(count, DIM, generator=torch.Generator().manual_seed(seed))


def _quantizer(batches: int = 1) -> ResidualVectorQuantizer:
    quantizer = ResidualVectorQuantizer(dim=DIM, codebooks=BOOKS, card=CARD)
    for seed in range(batches):
        quantizer.learn(_vectors(200, seed)[None], torch.Generator().manual_seed(0))
    return quantizer


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 40), seed=st.integers(0, 1 << 30))
def test_each_codebook_takes_the_entry_nearest_to_the_rest(count: int, seed: int) -> None:
    """No entry is nearer, by direct distance, to what the codebooks before leave over."""
    quantizer, rest = _quantizer(), _vectors(count, seed)
    codes = quantizer.encode(rest)
    assert codes.shape == (BOOKS, count) and codes.dtype == torch.int64
    for book, chosen in zip(quantizer.codebooks, codes, strict=True):
        distances = torch.cdist(rest.double(), book.embed.double())
        taken = distances.gather(1, chosen[:, None])[:, 0]
        assert (taken <= distances.amin(dim=1) + 1e-5).all()
        rest = rest - book.entry(chosen)
    left = _vectors(count, seed) - quantizer.decode(codes)
    torch.testing.assert_close(left, rest, atol=1e-5, rtol=0)


@pytest.mark.parametrize("dead_below", [0.25, 2])
def test_it_learns_as_the_reference_does(dead_below: float) -> None:
    """Codes, result, penalty, gradient and entries are EnCodec's through 30 batches, to rounding.

    Also where EnCodec replaces entries that nothing uses: its averages undo that in the same step.
    """
    _, quantization = encodec_modules()
    torch.manual_seed(0)
    reference = quantization.ResidualVectorQuantizer(
        dimension=DIM, n_q=BOOKS, bins=CARD, threshold_ema_dead_code=dead_below
    ).train()
    reference(_vectors(200, 0).t()[None], 50)  # its own k-means
    quantizer = ResidualVectorQuantizer(dim=DIM, codebooks=BOOKS, card=CARD)
    quantizer.load_state_dict(reference.state_dict())
    weight = _vectors(20, 99)[None]
    for seed in range(1, 31):
        batch = 0.3 * _vectors(20, seed)[None] + _vectors(1, seed)  # away from most entries
        theirs, ours = batch.clone().requires_grad_(), batch.clone().requires_grad_()
        wanted = reference(theirs.transpose(1, 2), 50)
        made = quantizer.learn(ours, torch.Generator())
        ((wanted.quantized.transpose(1, 2) * weight).sum() + wanted.penalty).backward()
        ((made.vectors * weight).sum() + made.penalty).backward()
        torch.testing.assert_close(made.vectors, wanted.quantized.transpose(1, 2))
        torch.testing.assert_close(made.penalty, wanted.penalty)
        torch.testing.assert_close(ours.grad, theirs.grad)
        torch.testing.assert_close(quantizer.state_dict(), reference.state_dict())
    some = _vectors(500, 7)
    assert torch.equal(quantizer.encode(some), reference.vq.encode(some.t()[None])[:, 0])


def test_entries_begin_in_the_middle_of_what_the_first_batch_has() -> None:
    """Every one of four clusters gets an entry that points to its middle."""
    middles = 10.0 * _vectors(4, 3)
    batch = middles.repeat(50, 1) + 0.01 * _vectors(4 * 50, 4)
    quantizer = ResidualVectorQuantizer(dim=DIM, codebooks=1, card=CARD)
    quantizer.learn(batch[None], torch.Generator().manual_seed(1))
    entries = quantizer.codebooks[0].embed
    alike = F.cosine_similarity(middles[:, None], entries[None], dim=-1).amax(dim=1)
    assert (alike > 0.9999).all()


def test_fewer_vectors_than_entries_are_enough() -> None:
    """A first batch of five vectors makes sixteen entries, all of them numbers."""
    quantizer = ResidualVectorQuantizer(dim=DIM, codebooks=1, card=CARD)
    quantizer.learn(_vectors(5, 0)[None], torch.Generator().manual_seed(1))
    assert quantizer.codebooks[0].embed.isfinite().all()
    assert quantizer.encode(_vectors(9, 1)).shape == (1, 9)


def test_equal_generators_give_equal_entries() -> None:
    """Where k-means begins is up to the generator alone."""
    states = []
    for seed, noise in ((0, 1), (0, 2), (1, 1)):
        torch.manual_seed(noise)
        quantizer = ResidualVectorQuantizer(dim=DIM, codebooks=BOOKS, card=CARD)
        quantizer.learn(_vectors(200, 0)[None], torch.Generator().manual_seed(seed))
        states.append(quantizer.codebooks[0].embed)
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])
