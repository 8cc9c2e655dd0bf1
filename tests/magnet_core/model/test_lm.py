"""The network: published names, conditions that do not depend on the batch, differentiable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from magnet_core.config import LMConfig, Variant
from magnet_core.errors import ConfigError
from magnet_core.model.attention import FullAttention, causal_mask
from magnet_core.model.linear import project
from magnet_core.model.lm import TransformerLM, position_embedding
from magnet_core.model.metre import Metre, metre_tensor

MakeLM = Callable[..., TransformerLM]


def _codes(lm: TransformerLM, rows: int, frames: int = 12) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    shape = (rows, lm.config.codebooks, frames)
    return torch.randint(0, lm.config.card + 1, shape, generator=generator)


def _hidden(*lengths: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(4)
    return [torch.randn(length, 8, generator=generator) for length in lengths]


def test_parameters_have_the_published_names_and_shapes(tiny_lm: MakeLM) -> None:
    names = {name: tuple(p.shape) for name, p in tiny_lm(layers=1).named_parameters()}
    description = "condition_provider.conditioners.description.output_proj"
    expected = {
        f"{description}.weight": (16, 8),
        f"{description}.bias": (16,),
        "out_norm.weight": (16,),
        "out_norm.bias": (16,),
    }
    for k in range(4):
        expected |= {f"emb.{k}.weight": (33, 16), f"linears.{k}.weight": (32, 16)}
    layer = "transformer.layers.0"
    for attention in ("self_attn", "cross_attention"):
        expected[f"{layer}.{attention}.in_proj_weight"] = (48, 16)
        expected[f"{layer}.{attention}.out_proj.weight"] = (16, 16)
    expected |= {f"{layer}.linear1.weight": (64, 16), f"{layer}.linear2.weight": (16, 64)}
    for norm in ("norm1", "norm2", "norm_cross"):
        expected |= {f"{layer}.{norm}.weight": (16,), f"{layer}.{norm}.bias": (16,)}
    assert names == expected


def test_empty_text_adds_exactly_nothing(tiny_lm: MakeLM) -> None:
    lm = tiny_lm()
    codes = _codes(lm, 1)
    told_nothing = lm(codes, lm.condition(_hidden(0)))
    for layer in lm.transformer.stack():
        torch.nn.init.zeros_(layer.cross_attention.out_proj.weight)
    assert torch.equal(lm(codes, lm.condition(_hidden(5))), told_nothing)


def test_rows_without_conditions_are_the_null_rows(tiny_lm: MakeLM) -> None:
    lm = tiny_lm()
    codes, conditions = _codes(lm, 2), lm.condition(_hidden(3, 6))
    with torch.inference_mode():
        x = lm.embed(codes) + lm.input_offsets(conditions, 0, 12)
        x = torch.cat([x, x])
        skipped = lm.trunk(x, conditions, FullAttention())
        computed = lm.trunk(x, conditions.with_null_rows(), FullAttention())
        null = lm.hidden(codes, lm.condition(_hidden(0, 0)))
    torch.testing.assert_close(skipped, computed, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(skipped[2:], null, atol=1e-5, rtol=1e-5)


def test_a_short_prompt_in_a_batch_gives_the_same_as_alone(tiny_lm: MakeLM) -> None:
    lm = tiny_lm()
    codes, hidden = _codes(lm, 3), _hidden(2, 9, 0)
    batch = lm(codes, lm.condition(hidden))
    for row in range(3):
        alone = lm(codes[row : row + 1], lm.condition(hidden[row : row + 1]))
        torch.testing.assert_close(batch[row : row + 1], alone, atol=1e-5, rtol=1e-5)


def test_hidden_states_and_a_head_give_the_logits_of_forward(tiny_lm: MakeLM) -> None:
    lm = tiny_lm()
    codes, conditions = _codes(lm, 2), lm.condition(_hidden(3, 3))
    mask = causal_mask(12)
    logits = lm(codes, conditions, attention_mask=mask)
    states = lm.hidden(codes, conditions, attention_mask=mask)
    for k in range(4):
        torch.testing.assert_close(logits[:, k], lm.head(k, states), atol=1e-5, rtol=1e-5)


def test_loss_reaches_every_parameter(tiny_lm: MakeLM) -> None:
    lm = tiny_lm(metre=True)
    metre = metre_tensor([Metre(tempo_bpm=100.0), Metre(tempo_bpm=140.0)])
    logits = lm(_codes(lm, 2), lm.condition(_hidden(4, 0), metre))
    logits.logsumexp(dim=-1).sum().backward()
    without = [name for name, p in lm.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_metre_moves_the_logits_and_must_be_given(tiny_lm: MakeLM) -> None:
    lm = tiny_lm(metre=True)
    codes = _codes(lm, 1)
    slow, fast = (
        lm(codes, lm.condition(_hidden(2), metre_tensor([Metre(tempo_bpm=bpm)])))
        for bpm in (90.0, 130.0)
    )
    assert (slow - fast).abs().max() > 1e-3
    with pytest.raises(ConfigError, match="metre"):
        lm(codes, lm.condition(_hidden(2)))


def test_input_offsets_of_a_part_are_a_part_of_the_whole(tiny_lm: MakeLM) -> None:
    lm = tiny_lm(metre=True)
    conditions = lm.condition(_hidden(2), metre_tensor([Metre(tempo_bpm=125.0)]))
    whole = lm.input_offsets(conditions, 0, 30)
    torch.testing.assert_close(lm.input_offsets(conditions, 11, 6), whole[:, 11:17])


def test_positions_are_cosines_then_sines_with_divisor_half_minus_one() -> None:
    embedding = position_embedding(7, 1, 6, torch.device("cpu"))[0]
    phase = 7.0 / 10_000 ** (torch.arange(3) / 2)
    torch.testing.assert_close(embedding, torch.cat([phase.cos(), phase.sin()]))


def test_initial_weights_depend_on_the_generator_alone(tiny_lm: MakeLM) -> None:
    first, again = tiny_lm(metre=True), tiny_lm(metre=True)
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)


def test_odd_width_is_refused() -> None:
    config = LMConfig(variant=Variant.MAGNET, dim=15, layers=1, heads=3, text_dim=4)
    with pytest.raises(ConfigError, match="dim is 15"):
        TransformerLM(config)


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 17])
def test_projection_of_few_rows_equals_the_plain_product(rows: int) -> None:
    generator = torch.Generator().manual_seed(rows)
    x = torch.randn(rows, 1, 24, generator=generator)
    weight = torch.randn(40, 24, generator=generator)
    with torch.inference_mode():
        torch.testing.assert_close(project(x, weight), F.linear(x, weight), atol=1e-5, rtol=1e-5)
