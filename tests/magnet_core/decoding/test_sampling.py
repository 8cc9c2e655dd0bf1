"""Tokens are drawn from the distribution that was asked for."""

from __future__ import annotations

import pytest
import torch

from magnet_core.decoding.sampling import draw, guide, uniform_noise

LOGITS = torch.tensor([1.0, 2.5, 0.0, 2.0, -1.0])
MANY = 40_000


def _frequencies(**options: float) -> torch.Tensor:
    noise = torch.rand(MANY, generator=torch.Generator().manual_seed(0))
    token, _ = draw(LOGITS.expand(MANY, -1), noise, **options)  # type: ignore[arg-type]
    return torch.bincount(token, minlength=5) / MANY


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_tokens_come_as_often_as_softmax_says(temperature: float) -> None:
    expected = torch.softmax(LOGITS / temperature, dim=-1)
    frequencies = _frequencies(temperature=temperature)
    torch.testing.assert_close(frequencies, expected, atol=0.01, rtol=0)


def test_top_k_keeps_the_k_most_probable() -> None:
    expected = torch.softmax(LOGITS, dim=-1) * torch.tensor([0.0, 1.0, 0.0, 1.0, 0.0])
    frequencies = _frequencies(temperature=1.0, top_k=2)
    torch.testing.assert_close(frequencies, expected / expected.sum(), atol=0.01, rtol=0)


def test_top_p_keeps_tokens_before_which_less_mass_lies() -> None:
    """Probabilities are .526, .319, .117, ...: below .8 lie nothing and .526, not .845."""
    expected = torch.softmax(LOGITS, dim=-1) * torch.tensor([0.0, 1.0, 0.0, 1.0, 0.0])
    frequencies = _frequencies(temperature=1.0, top_p=0.8)
    torch.testing.assert_close(frequencies, expected / expected.sum(), atol=0.01, rtol=0)


def test_probability_is_of_the_whole_distribution_but_for_top_k() -> None:
    softmax = torch.softmax(LOGITS, dim=-1)
    noise = torch.tensor([0.0])
    logits = LOGITS[None]
    for options in ({}, {"top_p": 0.8}):
        token, probability = draw(logits, noise, temperature=1.0, **options)
        torch.testing.assert_close(probability, softmax[token])
    token, probability = draw(logits, noise, temperature=1.0, top_k=2)
    torch.testing.assert_close(probability, softmax[token] / (softmax[1] + softmax[3]))


@pytest.mark.parametrize("options", [{}, {"top_p": 0.9}, {"top_k": 3}, {"top_k": 5}])
def test_any_noise_below_one_gives_a_token(options: dict[str, float]) -> None:
    noise = torch.tensor([0.0, 1.0 - 2**-24])
    token, probability = draw(LOGITS.expand(2, -1), noise, temperature=1.0, **options)
    assert ((token >= 0) & (token < 5)).all()
    assert (probability > 0).all()


def test_arg_max_without_noise() -> None:
    token, probability = draw(LOGITS, None, temperature=2.0)
    assert int(token) == 1
    torch.testing.assert_close(probability, torch.softmax(LOGITS / 2, dim=-1)[1])


def test_noise_of_a_row_comes_from_its_generator_alone() -> None:
    device = torch.device("cpu")
    both = uniform_noise([torch.Generator().manual_seed(s) for s in (1, 2)], 6, device)
    alone = uniform_noise([torch.Generator().manual_seed(2)], 6, device)
    assert torch.equal(both[1:], alone)


def test_guidance_of_one_is_the_conditional_and_more_goes_beyond() -> None:
    conditional, null = torch.tensor([2.0]), torch.tensor([1.0])
    assert guide(conditional, null, 1.0).item() == 2.0
    assert guide(conditional, null, 3.0).item() == 4.0
