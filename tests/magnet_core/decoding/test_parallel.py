"""Parallel decoding: the reference's tokens, with and without the savings, alone and in a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from magnet_core.config import DecodingParams, SpanArrangement, SpanScore, Variant
from magnet_core.decoding.forward import PassCounter, Shortcuts
from magnet_core.decoding.parallel import ParallelDecoding
from magnet_core.decoding.request import Request
from magnet_core.errors import DecodingError
from magnet_core.model.lm import TransformerLM

NO_SHORTCUTS = Shortcuts(null_text=False, null_row=False, one_head=False, band=False)
FOLDERS = ("magnet-32khz", "magnet-16khz-fp16")
Make = Callable[..., Any]


def _decode(lm: TransformerLM, texts: list[int], **options: Any) -> ParallelDecoding:
    """Decode rows whose random texts have these lengths."""
    generator = torch.Generator().manual_seed(8)
    hidden = [torch.randn(length, 8, generator=generator) for length in texts]
    values: dict[str, Any] = {
        "frames": 30,
        "params": DecodingParams(steps=(4, 3, 2, 2)),
        "generators": [torch.Generator().manual_seed(row) for row in range(len(texts))],
    }
    request = Request(lm=lm, conditions=lm.condition(hidden), **(values | options))
    decoding = ParallelDecoding(request)
    for _ in decoding.steps():
        pass
    return decoding


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("shortcuts", [Shortcuts(), NO_SHORTCUTS], ids=["shortcuts", "none"])
def test_arg_max_tokens_equal_the_reference(
    reference: Make, folder: str, shortcuts: Shortcuts
) -> None:
    ref = reference(folder)
    names = [name for name in ref.arrays if "_greedy_" in name]
    assert len(names) == 9
    for name in names:
        text = int(name[4])
        stride1, product = "stride1" in name, "prod" in name
        params = DecodingParams(
            steps=ref.steps,
            sample=False,
            span_arrangement=SpanArrangement.STRIDE1 if stride1 else SpanArrangement.NONOVERLAP,
            span_score=SpanScore.PROD if product else SpanScore.MAX,
        )
        prompt = ref.arrays[f"text{text}_codes"].clamp(max=ref.model.card - 1)[..., :42]
        request = Request(
            lm=ref.model.lm,
            conditions=ref.conditions(text),
            frames=100,
            params=params,
            generators=[torch.Generator()],
            prompt_codes=prompt if "prompt42" in name else None,
            shortcuts=shortcuts,
        )
        decoding = ParallelDecoding(request)
        assert len(list(decoding.steps())) == sum(ref.steps)
        assert torch.equal(decoding.codes, ref.arrays[name]), name


@pytest.mark.parametrize("arrangement", list(SpanArrangement))
def test_a_row_of_a_batch_equals_the_row_alone(tiny_lm: Make, arrangement: SpanArrangement) -> None:
    lm = tiny_lm(Variant.MAGNET)
    params = DecodingParams(steps=(4, 3, 2, 2), span_arrangement=arrangement)
    batch = _decode(lm, [3, 7], params=params).codes
    alone = _decode(lm, [3], params=params).codes
    assert torch.equal(batch[:1], alone)


def test_sampling_depends_on_the_seed_and_on_nothing_else(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.MAGNET)
    seeded = [
        _decode(lm, [4], generators=[torch.Generator().manual_seed(seed)]).codes
        for seed in (1, 1, 2)
    ]
    assert torch.equal(seeded[0], seeded[1])
    assert not torch.equal(seeded[0], seeded[2])


def test_sampled_tokens_are_the_same_without_the_shortcuts(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.MAGNET)
    assert torch.equal(_decode(lm, [4, 9]).codes, _decode(lm, [4, 9], shortcuts=NO_SHORTCUTS).codes)


def test_shortcuts_save_the_passes_they_say(tiny_lm: Make) -> None:
    """Of 11 steps of 30 frames, 4 are the last of their stage and run without a null row."""
    lm = tiny_lm(Variant.MAGNET)
    saved, full = PassCounter(), PassCounter()
    _decode(lm, [4], counter=saved)
    _decode(lm, [4], counter=full, shortcuts=NO_SHORTCUTS)
    assert (full.passes, full.rows, full.positions) == (11, 22, 660)
    assert (full.text_positions, full.head_positions) == (660, 4 * 660)
    assert (saved.passes, saved.rows, saved.positions) == (11, 18, 540)
    assert saved.text_positions == 330
    assert saved.head_positions < 540


def test_every_step_can_be_watched_and_the_rest_left_out(tiny_lm: Make) -> None:
    lm = tiny_lm(Variant.MAGNET)
    request = Request(
        lm=lm,
        conditions=lm.condition([torch.zeros(0, 8)]),
        frames=30,
        params=DecodingParams(steps=(3, 1, 1, 1)),
        generators=[torch.Generator()],
    )
    decoding = ParallelDecoding(request)
    steps = decoding.steps()
    first = next(steps)
    assert (first.stage, first.step, first.of, first.masked) == (0, 0, 3, 30)
    assert (decoding.codes[:, 0] < 32).all()
    assert (decoding.codes[:, 1:] == 32).all()
    assert [next(steps).stage for _ in range(3)] == [0, 0, 1]
    assert (decoding.codes[:, 2:] == 32).all()


@pytest.mark.parametrize("arrangement", list(SpanArrangement))
def test_frozen_frames_are_kept_and_all_others_filled(
    tiny_lm: Make, arrangement: SpanArrangement
) -> None:
    """Inpainting: any set of frames, per codebook; mask ids only where nothing is frozen."""
    lm = tiny_lm(Variant.MAGNET)
    given = torch.randint(0, 32, (1, 4, 30), generator=torch.Generator().manual_seed(5))
    frozen = torch.zeros(4, 30, dtype=torch.bool)
    frozen[:, :5], frozen[:, 22:], frozen[0] = True, True, True
    params = DecodingParams(steps=(4, 3, 2, 2), span_arrangement=arrangement)
    masked = given.masked_fill(~frozen, 32)
    codes = _decode(lm, [4], params=params, prompt_codes=masked, frozen=frozen).codes
    assert torch.equal(codes[:, frozen], given[:, frozen])
    assert (codes < 32).all()
    assert not torch.equal(codes, given)


def test_a_stage_with_nothing_to_do_makes_no_pass(tiny_lm: Make) -> None:
    counter = PassCounter()
    given = torch.ones(1, 4, 30, dtype=torch.int64)
    codes = _decode(tiny_lm(Variant.MAGNET), [4], prompt_codes=given, counter=counter).codes
    assert torch.equal(codes, given)
    assert counter.passes == 0


ALL = torch.ones(9, dtype=torch.bool)


def _prompt(*shape: int, token: int = 1) -> Tensor:
    return torch.full(shape, token, dtype=torch.int64)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frames": 2}, "frames is 0"),
        ({"generators": []}, "0 generators for a batch of 1"),
        ({"params": DecodingParams(steps=(4, 3))}, "steps has 2 numbers"),
        ({"prompt_codes": _prompt(1, 3, 9)}, "shape"),
        ({"prompt_codes": _prompt(1, 4, 9).float()}, "torch.int64"),
        ({"prompt_codes": _prompt(1, 4, 9, token=33)}, r"outside 0 \.\. 31"),
        ({"prompt_codes": _prompt(1, 4, 9, token=-1)}, r"outside 0 \.\. 31"),
        ({"prompt_codes": _prompt(1, 4, 9, token=32)}, r"outside 0 \.\. 31"),
        ({"prompt_codes": _prompt(1, 4, 9, token=32), "frozen": ALL}, "mask id"),
        ({"frozen": ALL}, "need prompt_codes"),
        ({"prompt_codes": _prompt(1, 4, 9), "frozen": torch.ones(9)}, "must be bool"),
        (
            {"prompt_codes": _prompt(1, 4, 9), "frozen": ALL[:8]},
            r"must be bool \[9\]",
        ),
    ],
)
def test_a_request_that_does_not_fit_is_refused(
    tiny_lm: Make, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DecodingError, match=message):
        _decode(tiny_lm(Variant.MAGNET), [4], **options)
