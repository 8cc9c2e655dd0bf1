"""Hybrid decoding: the cached prefix changes nothing, and what is known stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from magnet_core.config import DecodingParams, SpanArrangement, Variant
from magnet_core.decoding.forward import PassCounter, Shortcuts
from magnet_core.decoding.hybrid import HybridDecoding
from magnet_core.decoding.request import Request
from magnet_core.errors import DecodingError
from magnet_core.model.lm import TransformerLM
from magnet_core.model.metre import Metre, metre_tensor
from tests.magnet_core.decoding.recording import Recorded

NO_SHORTCUTS = Shortcuts(null_text=False, null_row=False, one_head=False, band=False, prefix=False)
Make = Callable[..., Any]


def _open(lm: TransformerLM, texts: list[int], **options: Any) -> HybridDecoding:
    generator = torch.Generator().manual_seed(8)
    hidden = [torch.randn(length, 8, generator=generator) for length in texts]
    metre = None
    if lm.config.metre:
        metre = metre_tensor([Metre(tempo_bpm=120.0 + row) for row in range(len(texts))])
    values: dict[str, Any] = {
        "frames": 40,
        "params": DecodingParams(steps=(4, 3, 2, 2), prefix_frames=11),
        "generators": [torch.Generator().manual_seed(row) for row in range(len(texts))],
    }
    values |= options
    if "prefix_frames" in values:
        prefix = values.pop("prefix_frames")
        values["params"] = replace(values["params"], prefix_frames=prefix)
    return HybridDecoding(Request(lm=lm, conditions=lm.condition(hidden, metre), **values))


def _run(steps: Iterator[object]) -> int:
    return sum(1 for _ in steps)


def _decode(lm: TransformerLM, texts: list[int], **options: Any) -> Tensor:
    decoding = _open(lm, texts, **options)
    _run(decoding.steps())
    return decoding.codes


def _given(frames: int, rows: int = 1) -> Tensor:
    shape = (rows, 4, frames)
    return torch.randint(0, 32, shape, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("text", [0, 1])
def test_cached_prefix_and_band_equal_the_full_pass_on_the_reference_weights(
    reference: Make, text: int
) -> None:
    """Logits of every infill step to 1e-5, arg-max generation token for token."""
    ref = reference("hybrid-32khz")
    codes, logits = [], []
    for shortcuts in (Shortcuts(), NO_SHORTCUTS):
        request = Request(
            lm=ref.model.lm,
            conditions=ref.conditions(text),
            frames=100,
            params=DecodingParams(steps=ref.steps, sample=False, prefix_frames=13),
            generators=[torch.Generator()],
            shortcuts=shortcuts,
        )
        decoding = HybridDecoding(request)
        decoding.forward = Recorded.of(decoding.forward)
        _run(decoding.steps())
        codes.append(decoding.codes)
        logits.append(decoding.forward.logits)
    assert torch.equal(codes[0], codes[1])
    assert len(logits[0]) == sum(ref.steps)
    for cached, full in zip(*logits, strict=True):
        # Guidance multiplies the rounding of its two rows by up to ten.
        torch.testing.assert_close(cached, full, atol=1e-5 * 10, rtol=0)


@pytest.mark.parametrize("metre", [False, True])
@pytest.mark.parametrize("arrangement", list(SpanArrangement))
@pytest.mark.parametrize("prompt", [0, 1, 14])
@pytest.mark.parametrize("prefix", [0, 2, 13])
def test_no_shortcut_changes_a_token(
    tiny_lm: Make, metre: bool, arrangement: SpanArrangement, prompt: int, prefix: int
) -> None:
    lm = tiny_lm(metre=metre)
    options = {
        "prompt_codes": _given(prompt) if prompt else None,
        "prefix_frames": prefix,
        "params": DecodingParams(steps=(3, 2, 2, 1), span_arrangement=arrangement),
    }
    expected = _decode(lm, [5], shortcuts=NO_SHORTCUTS, **options)
    assert torch.equal(_decode(lm, [5], **options), expected)
    assert torch.equal(_decode(lm, [5], shortcuts=Shortcuts(band=False), **options), expected)
    assert (expected < 32).all()
    if prompt:
        assert torch.equal(expected[..., :prompt], _given(prompt))


def test_a_row_of_a_batch_equals_the_row_alone(tiny_lm: Make) -> None:
    lm = tiny_lm()
    given = _given(9, rows=2)
    batch = _decode(lm, [3, 7], prompt_codes=given)
    assert torch.equal(batch[:1], _decode(lm, [3], prompt_codes=given[:1]))


def test_infill_computes_only_the_rows_behind_the_edge(tiny_lm: Make) -> None:
    """Frames 40, prompt 9, prefix 11: rows 20 .. 43 in 11 steps, 4 of them without null row."""
    counter = PassCounter()
    decoding = _open(tiny_lm(), [4], prompt_codes=_given(9), counter=counter)
    assert _run(decoding.prefix_steps()) == 1 + 11
    assert (counter.rows, counter.positions) == (24, 2 * (9 + 11))
    assert decoding.edge == 20
    before = counter.positions
    assert _run(decoding.infill_steps()) == 11
    assert counter.positions - before == (44 - 20) * (7 * 2 + 4)


def test_the_prefix_does_not_change_during_the_infill(tiny_lm: Make) -> None:
    """Frames that were streamed stay as they were, and the rest becomes complete at the end."""
    decoding = _open(tiny_lm(), [4])
    _run(decoding.prefix_steps())
    streamed = decoding.complete_frames
    assert streamed == 11 - 3
    prefix = decoding.codes
    known = prefix < 32
    assert int(known.sum()) == 11 + 10 + 9 + 8  # the ragged edge
    for _ in decoding.infill_steps():
        assert torch.equal(decoding.codes[known], prefix[known])
        assert decoding.complete_frames in (streamed, 40)
    assert decoding.complete_frames == 40
    assert (decoding.codes < 32).all()


def test_the_prefix_may_be_left_early(tiny_lm: Make) -> None:
    lm = tiny_lm()
    decoding = _open(lm, [4])
    steps = decoding.prefix_steps()
    for _ in range(5):
        next(steps)
    _run(decoding.infill_steps())
    assert torch.equal(decoding.codes, _decode(lm, [4], prefix_frames=5))


def test_infill_without_the_prefix_steps_still_reads_the_prompt(tiny_lm: Make) -> None:
    lm = tiny_lm()
    decoding = _open(lm, [4], prompt_codes=_given(9), prefix_frames=0)
    _run(decoding.infill_steps())
    assert torch.equal(decoding.codes, _decode(lm, [4], prompt_codes=_given(9), prefix_frames=0))


def test_infill_takes_as_many_steps_as_it_is_told(tiny_lm: Make) -> None:
    decoding = _open(tiny_lm(), [4])
    _run(decoding.prefix_steps())
    assert _run(decoding.infill_steps((2, 1, 1, 1))) == 5
    assert (decoding.codes < 32).all()


def test_infill_can_be_begun_anew_over_the_same_prefix(tiny_lm: Make) -> None:
    params = DecodingParams(steps=(4, 3, 2, 2), sample=False, prefix_frames=11)
    decoding = _open(tiny_lm(), [4], params=params)
    _run(decoding.prefix_steps())
    steps = decoding.infill_steps((2, 1, 1, 1))
    for _ in range(3):
        next(steps)
    _run(decoding.infill_steps())
    assert torch.equal(decoding.codes, _decode(tiny_lm(), [4], params=params))


def test_known_tokens_behind_the_ragged_edge_stay(tiny_lm: Make) -> None:
    """A loop: its head is given as its tail's future."""
    given = _given(40)
    frozen = torch.zeros(40, dtype=torch.bool)
    frozen[:6], frozen[30:] = True, True
    masked = given.masked_fill(~frozen, 32)
    lm = tiny_lm()
    for shortcuts in (Shortcuts(), NO_SHORTCUTS):
        codes = _decode(
            lm, [4], prompt_codes=masked, frozen=frozen, prefix_frames=4, shortcuts=shortcuts
        )
        assert torch.equal(codes[..., frozen], given[..., frozen])
        assert (codes < 32).all()


def test_what_comes_after_changes_what_is_filled_in(tiny_lm: Make) -> None:
    lm = tiny_lm()
    frozen = torch.zeros(40, dtype=torch.bool)
    frozen[:6], frozen[30:] = True, True
    fills = []
    for future in (1, 30):
        given = _given(40)
        given[..., 30:] = future
        params = DecodingParams(steps=(4, 3, 2, 2), sample=False)
        codes = _decode(lm, [4], prompt_codes=given, frozen=frozen, params=params)
        fills.append(codes[..., 6:30])
    assert not torch.equal(fills[0], fills[1])


def test_a_prefix_of_the_whole_window_leaves_nothing_to_fill(tiny_lm: Make) -> None:
    decoding = _open(tiny_lm(), [4], prefix_frames=1000)
    assert _run(decoding.prefix_steps()) == 43
    assert decoding.complete_frames == 40
    assert _run(decoding.infill_steps()) == 0


def test_unguided_decoding_has_no_null_rows(tiny_lm: Make) -> None:
    params = DecodingParams(
        steps=(2, 1, 1, 1), guidance=(1.0, 1.0), prefix_guidance=1.0, prefix_frames=5
    )
    counter = PassCounter()
    _decode(tiny_lm(), [4], params=params, counter=counter)
    assert counter.rows == counter.passes == 10


def test_frozen_frames_inside_the_prefix_are_refused(tiny_lm: Make) -> None:
    frozen = torch.zeros(40, dtype=torch.bool)
    frozen[8] = True
    with pytest.raises(DecodingError, match="before the prefix ends"):
        _open(tiny_lm(), [4], prompt_codes=_given(40), frozen=frozen)


@pytest.mark.parametrize("steps", [(2, 2), (2, 2, 0, 1)])
def test_wrong_step_counts_are_refused(tiny_lm: Make, steps: tuple[int, ...]) -> None:
    decoding = _open(tiny_lm(Variant.HYBRID), [4])
    with pytest.raises(DecodingError, match="steps is"):
        next(decoding.infill_steps(steps))
