"""Column-by-column decoding: the reference's tokens, a cache that never moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from magnet_core.config import DecodingParams, Variant
from magnet_core.decoding.autoregressive import AutoregressiveDecoding
from magnet_core.decoding.forward import PassCounter, Shortcuts
from magnet_core.decoding.patterns import align_logits, delay
from magnet_core.decoding.request import Request
from magnet_core.errors import DecodingError
from magnet_core.model.attention import causal_mask
from magnet_core.model.lm import TransformerLM

Make = Callable[..., Any]


def _open(lm: TransformerLM, texts: list[int], **options: Any) -> AutoregressiveDecoding:
    generator = torch.Generator().manual_seed(8)
    hidden = [torch.randn(length, 8, generator=generator) for length in texts]
    values: dict[str, Any] = {
        "frames": 20,
        "params": DecodingParams(),
        "generators": [torch.Generator().manual_seed(row) for row in range(len(texts))],
    }
    request = Request(lm=lm, conditions=lm.condition(hidden), **(values | options))
    return AutoregressiveDecoding(request)


def _decode(lm: TransformerLM, texts: list[int], **options: Any) -> torch.Tensor:
    decoding = _open(lm, texts, **options)
    for _ in decoding.steps():
        pass
    return decoding.codes


@pytest.mark.parametrize("null_text", [True, False])
def test_arg_max_tokens_equal_the_reference(reference: Make, null_text: bool) -> None:
    ref = reference("musicgen-32khz")
    for text in range(2):
        given = ref.arrays[f"text{text}_codes"].clamp(max=ref.model.card - 1)[..., :20]
        for name, prompt in (("greedy", None), ("greedy_prompt20", given)):
            request = Request(
                lm=ref.model.lm,
                conditions=ref.conditions(text),
                frames=100,
                params=DecodingParams(sample=False),
                generators=[torch.Generator()],
                prompt_codes=prompt,
                shortcuts=Shortcuts(null_text=null_text),
            )
            decoding = AutoregressiveDecoding(request)
            for _ in decoding.steps():
                pass
            assert torch.equal(decoding.codes, ref.arrays[f"text{text}_{name}"]), name


def test_cached_decoding_equals_one_uncached_pass_over_its_result(tiny_lm: Make) -> None:
    """Unguided arg-max: every token is the arg-max of a full causal pass over all tokens."""
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    decoding = _open(lm, [5], params=DecodingParams(sample=False, prefix_guidance=1.0))
    for _ in decoding.steps():
        pass
    columns = delay(decoding.codes, lm.config.mask_id)
    with torch.inference_mode():
        conditions = decoding.forward._told
        logits = lm(columns, conditions, attention_mask=causal_mask(columns.shape[-1]))
    assert torch.equal(align_logits(logits).argmax(dim=-1), decoding.codes)


def test_a_row_of_a_batch_equals_the_row_alone(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    assert torch.equal(_decode(lm, [3, 7])[:1], _decode(lm, [3]))


def test_steps_allocate_no_cache_and_make_one_pass_each(tiny_lm: Make) -> None:
    counter = PassCounter()
    decoding = _open(tiny_lm(Variant.AUTOREGRESSIVE), [4], counter=counter)
    places = [t.data_ptr() for t in decoding.cache.keys + decoding.cache.values]
    for done, _ in enumerate(decoding.steps(), start=1):
        assert counter.passes == done
        assert [t.data_ptr() for t in decoding.cache.keys + decoding.cache.values] == places
    assert done == 23  # T + K - 1


def test_a_prompt_is_computed_in_one_pass_and_kept(tiny_lm: Make) -> None:
    given = torch.randint(0, 32, (1, 4, 9), generator=torch.Generator().manual_seed(5))
    counter = PassCounter()
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    codes = _decode(lm, [4], prompt_codes=given, counter=counter)
    assert torch.equal(codes[..., :9], given)
    assert counter.passes == 1 + 14
    assert (codes < 32).all()


def test_complete_frames_are_those_known_in_all_codebooks(tiny_lm: Make) -> None:
    decoding = _open(tiny_lm(Variant.AUTOREGRESSIVE), [4])
    seen = [decoding.complete_frames]
    for _ in decoding.steps():
        known = (decoding.codes < 32).all(dim=1)[0]
        assert known[: decoding.complete_frames].all()
        assert not known[decoding.complete_frames :].any()
        seen.append(decoding.complete_frames)
    assert seen == [0, 0, 0, 0, *range(1, 21)]


def test_decoding_can_be_paused(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    decoding = _open(lm, [4])
    assert len(list(decoding.steps(until=6))) == 6
    assert decoding.rows_done == 6
    for _ in decoding.steps():
        pass
    assert torch.equal(decoding.codes, _decode(lm, [4]))


def test_no_null_rows_at_guidance_one(tiny_lm: Make) -> None:
    counter = PassCounter()
    params = DecodingParams(prefix_guidance=1.0)
    _decode(tiny_lm(Variant.AUTOREGRESSIVE), [4], params=params, counter=counter)
    assert counter.rows == counter.passes == 23


def test_temperature_zero_is_arg_max(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    cold = _decode(lm, [4], params=DecodingParams(prefix_temperature=0.0))
    assert torch.equal(cold, _decode(lm, [4], params=DecodingParams(sample=False)))


@pytest.mark.parametrize("cold", [1e-40, 1e-9, 0.005])
def test_no_temperature_is_too_low(tiny_lm: Make, cold: float) -> None:
    """Logits by 1e-40 are infinite: there is a least temperature, as in the masked stages."""
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    least = _decode(lm, [4], params=DecodingParams(prefix_temperature=0.01))
    assert torch.equal(_decode(lm, [4], params=DecodingParams(prefix_temperature=cold)), least)


def test_a_prompt_longer_than_the_window_is_refused(tiny_lm: Make) -> None:
    given = torch.zeros(1, 4, 21, dtype=torch.int64)
    with pytest.raises(DecodingError, match="prompt of 21 frames"):
        _open(tiny_lm(Variant.AUTOREGRESSIVE), [4], prompt_codes=given)


def test_a_mask_of_the_first_frames_is_a_prompt_and_any_other_is_refused(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    given = torch.randint(0, 32, (1, 4, 20), generator=torch.Generator().manual_seed(5))
    frozen = torch.arange(20) < 7
    codes = _decode(lm, [4], prompt_codes=given, frozen=frozen)
    assert torch.equal(codes, _decode(lm, [4], prompt_codes=given[..., :7]))
    frozen[12] = True
    with pytest.raises(DecodingError, match="frame 12 on, behind frames to fill from 7 on"):
        _open(lm, [4], prompt_codes=given, frozen=frozen)
