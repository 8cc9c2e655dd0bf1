"""Several texts at once: exact for one, continuous in the weights, one forward pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from random import Random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.config import LMConfig, Variant
from magnet_core.errors import DecodingError
from magnet_core.model.blending import Blend, Prompt, side_by_side
from magnet_core.model.lm import Conditions, TransformerLM

MakeLM = Callable[..., TransformerLM]
TEXTS = ("", "a", "calm", "a long text of many letters", "zz")


def _hidden(text: str) -> Tensor:
    """One random token for each letter, the same for the same text."""
    generator = torch.Generator().manual_seed(len(text))
    return torch.randn(len(text), 8, generator=generator, dtype=torch.float64)


def _conditions(lm: TransformerLM, *prompts: Prompt) -> Conditions:
    blends = [Blend.of(prompt) for prompt in prompts]
    hidden, shares = side_by_side([_hidden(t) for blend in blends for t in blend.texts], blends)
    return lm.condition(hidden, shares=shares)


@cache
def _exact_lm() -> TransformerLM:
    """A tiny model in float64: what is left of a difference is no rounding."""
    config = LMConfig(
        variant=Variant.HYBRID, dim=16, layers=2, heads=2, text_dim=8, card=32, segment_frames=60
    )
    lm = TransformerLM(config)
    lm.initialise(torch.Generator().manual_seed(0))
    return lm.double().eval()


def _logits(*prompts: Prompt, lm: TransformerLM | None = None) -> Tensor:
    lm = lm or _exact_lm()
    codes = torch.randint(0, 33, (1, 4, 12), generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        logits: Tensor = lm(codes.expand(len(prompts), -1, -1), _conditions(lm, *prompts))
    return logits


weights = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0])
prompts = st.lists(st.tuples(st.sampled_from(TEXTS), weights), min_size=1, max_size=6)


def _told(prompt: list[tuple[str, float]]) -> bool:
    return sum(weight for _, weight in prompt) > 1e-3


@given(prompt=prompts, factor=st.floats(1e-3, 1e3), order=st.randoms(use_true_random=False))
def test_order_and_scale_of_the_weights_do_not_matter(
    prompt: list[tuple[str, float]], factor: float, order: Random
) -> None:
    other = [(text, weight * factor) for text, weight in prompt]
    order.shuffle(other)
    torch.testing.assert_close(_logits(other), _logits(prompt), atol=1e-9, rtol=0)


@given(prompt=prompts.filter(_told), change=st.floats(1e-9, 0.05), slot=st.integers(0, 5))
def test_a_small_change_of_a_weight_changes_the_logits_little(
    prompt: list[tuple[str, float]], change: float, slot: int
) -> None:
    """By no more than a constant times the change, whatever the weights are, 0 included."""
    slot %= len(prompt)
    text, weight = prompt[slot]
    changed = [*prompt[:slot], (text, weight + change), *prompt[slot + 1 :]]
    moved = (_logits(changed) - _logits(prompt)).abs().max()
    share = change / sum(weight for _, weight in prompt)
    assert moved <= 20.0 * share + 1e-9


@given(prompt=prompts.filter(_told), weight=st.floats(1e-300, 1e-3), text=st.sampled_from(TEXTS))
def test_a_weight_that_goes_to_zero_ends_where_the_text_is_left_out(
    prompt: list[tuple[str, float]], weight: float, text: str
) -> None:
    share = weight / sum(weight for _, weight in prompt)
    moved = (_logits([*prompt, (text, weight)]) - _logits(prompt)).abs().max()
    assert moved <= 20.0 * share + 1e-9
    assert torch.equal(_logits([*prompt, (text, 0.0)]), _logits(prompt))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("weight", [1.0, 0.3, 1e-320, 1e308])
def test_a_text_alone_is_conditioned_as_without_blending(
    tiny_lm: MakeLM, text: str, weight: float
) -> None:
    """The same tensors, bit for bit, and no share to multiply with."""
    lm = tiny_lm()
    plain = lm.condition([_hidden(text)])
    blended = _conditions(lm, [(text, weight), ("left out", 0.0), (text, weight)])
    assert blended.shares is None
    assert blended.bias is None and plain.bias is None
    assert torch.equal(blended.mask, plain.mask)
    for ours, theirs in zip(
        (*blended.keys, *blended.values), (*plain.keys, *plain.values), strict=True
    ):
        assert torch.equal(ours, theirs)


def test_two_texts_of_the_same_words_are_one(tiny_lm: MakeLM) -> None:
    """Texts that differ, but are encoded alike: their shares add up."""
    lm = tiny_lm()
    hidden, shares = side_by_side(
        [_hidden("calm"), _hidden("calm")], [Blend.of([("x", 1), ("y", 3)])]
    )
    codes = torch.zeros(1, 4, 12, dtype=torch.int64)
    twice = lm(codes, lm.condition(hidden, shares=shares))
    once = lm(codes, lm.condition([_hidden("calm")]))
    torch.testing.assert_close(twice, once, atol=1e-5, rtol=1e-5)


def test_blends_lie_between_their_texts() -> None:
    """From one text to the other the distance to it falls, step by step."""
    ends = _logits("calm"), _logits("zz")
    steps = [_logits([("calm", 1.0 - i / 8), ("zz", i / 8)]) for i in range(9)]
    assert torch.equal(steps[0], ends[0]) and torch.equal(steps[8], ends[1])
    for end, path in ((ends[1], steps), (ends[0], steps[::-1])):
        distances = [float((step - end).norm()) for step in path]
        assert distances == sorted(distances, reverse=True)


def test_no_text_takes_its_share_of_being_told_nothing() -> None:
    """Half a text and half nothing is not the text, and not nothing."""
    whole, nothing = _logits("calm"), _logits("")
    half = _logits([("calm", 0.5), ("", 0.5)])
    apart = (whole - nothing).norm()
    assert 0.2 * apart < (half - whole).norm() < apart
    assert 0.2 * apart < (half - nothing).norm() < apart
    assert torch.equal(_logits([("", 1.0), ("", 2.0)]), nothing)


def test_weights_of_zero_tell_nothing() -> None:
    assert torch.equal(_logits([("calm", 0.0), ("zz", 0.0)]), _logits(""))


def test_a_blended_row_of_a_batch_equals_the_row_alone() -> None:
    """Beside rows of one text, of none, and of more texts."""
    rows: list[Prompt] = ["calm", [("a", 0.3), ("zz", 0.7)], "", [("", 1), ("calm", 2)], [("a", 1)]]
    rows.append([(text, 1.0) for text in TEXTS])
    batch = _logits(*rows)
    for row, prompt in enumerate(rows):
        torch.testing.assert_close(batch[row : row + 1], _logits(prompt), atol=1e-12, rtol=0)


def test_null_rows_of_a_blend_are_told_nothing() -> None:
    lm, told = _exact_lm(), [("a", 0.3), ("calm", 0.2), ("", 0.5)]
    conditions = _conditions(lm, told)
    both = conditions.with_null_rows()
    assert (conditions.rows, both.rows) == (1, 2)
    codes = torch.randint(0, 33, (1, 4, 12), generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        logits = lm(codes.expand(2, -1, -1), both)
    expected = torch.cat([_logits(told), _logits("")])
    torch.testing.assert_close(logits, expected, atol=1e-12, rtol=0)


def test_shares_sum_to_one_with_the_heaviest_text_first() -> None:
    blend = Blend.of([("b", 1.0), ("c", 3.0), ("a", 1.0), ("c", 1.0), ("nothing", 0.0)])
    assert blend.texts == ("c", "a", "b")
    assert blend.shares == pytest.approx((4 / 6, 1 / 6, 1 / 6))
    assert math.fsum(Blend.of([(str(i), 1.7e308) for i in range(6)]).shares) == pytest.approx(1.0)


@pytest.mark.parametrize("weight", [-1e-9, math.nan, math.inf, -math.inf])
def test_a_weight_that_is_none_is_refused_by_name(weight: float) -> None:
    with pytest.raises(DecodingError, match=r"weight of 'calm' is .*finite number, 0 or more"):
        Blend.of([("zz", 1.0), ("calm", weight)])


def test_a_blend_of_nothing_is_refused() -> None:
    with pytest.raises(DecodingError, match="blend has no texts"):
        Blend.of([])
