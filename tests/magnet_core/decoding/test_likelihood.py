"""Likelihoods equal the reference's; they are those of the model's own choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from magnet_core.config import Variant
from magnet_core.decoding.likelihood import log_likelihood
from magnet_core.errors import DecodingError

Make = Callable[..., Any]


@pytest.mark.parametrize("text", [0, 1])
def test_log_likelihood_equals_the_reference(reference: Make, text: int) -> None:
    ref = reference("musicgen-32khz")
    codes = ref.arrays[f"text{text}_codes"]
    scores = log_likelihood(ref.model.lm, ref.conditions(text), codes)[0]
    expected = ref.arrays[f"text{text}_log_likelihood"]
    torch.testing.assert_close(scores, expected, atol=1e-4, rtol=0)


def test_probabilities_of_all_tokens_at_one_place_sum_to_one(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.HYBRID)
    codes = torch.zeros(32, 4, 6, dtype=torch.int64)
    codes[:, 2, 5] = torch.arange(32)  # nothing that is scored there comes after it
    conditions = lm.condition([torch.zeros(0, 8)] * 32)
    scores = log_likelihood(lm, conditions, codes)[:, 2, 5]
    assert scores.exp().sum().item() == pytest.approx(1.0, abs=1e-5)


def test_a_plain_magnet_model_has_none(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.MAGNET)
    with pytest.raises(DecodingError, match="likelihood"):
        log_likelihood(lm, lm.condition([torch.zeros(0, 8)]), torch.zeros(1, 4, 6).long())


def test_mask_ids_are_refused(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.HYBRID)
    with pytest.raises(DecodingError, match=r"outside 0 \.\. 31"):
        log_likelihood(lm, lm.condition([torch.zeros(0, 8)]), torch.full((1, 4, 6), 32))
