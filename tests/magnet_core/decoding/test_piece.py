"""Pieces of any length with anything given: what is frozen stays, all else is filled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.config import DecodingParams, SpanArrangement, Variant
from magnet_core.decoding.forward import PassCounter
from magnet_core.decoding.piece import PieceDecoding
from magnet_core.decoding.request import Partner, Request
from magnet_core.errors import DecodingError
from magnet_core.model.lm import Conditions, TransformerLM

Make = Callable[..., TransformerLM]
FILLING = (Variant.MAGNET, Variant.HYBRID)
MASK = 32


def _conditions(lm: TransformerLM, rows: int) -> Conditions:
    generator = torch.Generator().manual_seed(8)
    return lm.condition([torch.randn(3, 8, generator=generator) for _ in range(rows)])


def _request(lm: TransformerLM, frames: int, rows: int = 1, **options: Any) -> Request:
    values: dict[str, Any] = {
        "params": DecodingParams(
            steps=(2, 1, 1, 1), prefix_frames=0, span_arrangement=SpanArrangement.STRIDE1
        ),
        "generators": [torch.Generator().manual_seed(row) for row in range(rows)],
    }
    conditions = _conditions(lm, rows)
    return Request(lm=lm, conditions=conditions, frames=frames, **(values | options))


def _decode(request: Request, partner: Partner | None = None) -> Tensor:
    piece = PieceDecoding(request, partner)
    taken = sum(step.passes for step in piece.steps())
    assert taken == request.counter.passes <= piece.passes
    return piece.codes


def _tokens(frames: int, rows: int = 1) -> Tensor:
    shape = (rows, 4, frames)
    return torch.randint(0, 32, shape, generator=torch.Generator().manual_seed(5))


@given(
    variant=st.sampled_from(FILLING),
    arrangement=st.sampled_from(list(SpanArrangement)),
    frames=st.integers(40, 150),
    prefix=st.integers(0, 30),
    rows=st.integers(1, 2),
    runs=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    of_codebook=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 149)), max_size=8),
    weight=st.sampled_from((0.0, 0.3, 1.0)),
    judge=st.sampled_from((None, Variant.AUTOREGRESSIVE, Variant.HYBRID)),
)
@settings(max_examples=60)
def test_any_frozen_tokens_come_back_unchanged_and_all_others_are_filled(
    tiny_lm: Make,
    variant: Variant,
    arrangement: SpanArrangement,
    frames: int,
    prefix: int,
    rows: int,
    runs: list[int],
    of_codebook: list[tuple[int, int]],
    weight: float,
    judge: Variant | None,
) -> None:
    """The segment is 60 frames; alternate runs are holes, single tokens are turned over."""
    frozen = torch.zeros(4, frames, dtype=torch.bool)
    at, keep = 0, len(runs) % 2 == 0
    while at < frames:
        for run in runs:
            frozen[:, at : at + run] = keep
            at, keep = at + run, not keep
    for codebook, frame in of_codebook:
        if frame < frames:
            frozen[codebook, frame] = ~frozen[codebook, frame]
    # Less than a span at the end, and nothing else to fill, is refused.
    assume(bool(frozen.all()) or not frozen[:, :-2].all())
    tokens = _tokens(frames, rows)
    assume(variant is Variant.HYBRID or judge is not None or weight == 0.0)
    params = DecodingParams(
        steps=(2, 1, 2, 1),
        prefix_frames=prefix,
        span_arrangement=arrangement,
        rescore_weight=weight,
    )

    def partner_of(kind: Variant) -> Partner:
        return Partner(tiny_lm(kind), _conditions(tiny_lm(kind), rows))

    plain = variant is Variant.MAGNET
    partner = partner_of(judge or Variant.AUTOREGRESSIVE) if plain and prefix else None
    request = _request(
        tiny_lm(variant),
        frames,
        rows,
        params=params,
        prompt_codes=tokens.masked_fill(~frozen, MASK),
        frozen=frozen,
        rescorer=None if judge is None else partner_of(judge),
    )
    codes = _decode(request, partner)
    left_out = frames - codes.shape[-1]
    assert left_out < 3
    assert left_out == 0 or not frozen[:, -left_out:].any()
    kept = frozen[:, : codes.shape[-1]]
    assert torch.equal(codes[:, kept], tokens[..., : codes.shape[-1]][:, kept])
    assert ((codes >= 0) & (codes < MASK)).all()


@pytest.mark.parametrize("variant", list(Variant))
@pytest.mark.parametrize("arrangement", list(SpanArrangement))
@pytest.mark.parametrize(("given_frames", "frames"), [(14, 50), (1, 60), (70, 145), (20, 100)])
def test_a_mask_of_the_first_frames_is_a_prompt(
    tiny_lm: Make, variant: Variant, arrangement: SpanArrangement, given_frames: int, frames: int
) -> None:
    """Token for token, in one window and in several, with a prefix and without."""
    lm = tiny_lm(variant)
    frozen = torch.zeros(frames, dtype=torch.bool)
    frozen[:given_frames] = True
    tokens = _tokens(frames)
    for prefix in (0, 9) if variant is Variant.HYBRID else (0,):
        params = DecodingParams(
            steps=(2, 1, 1, 1), prefix_frames=prefix, span_arrangement=arrangement
        )
        prompt = _request(lm, frames, params=params, prompt_codes=tokens[..., :given_frames])
        mask = _request(lm, frames, params=params, prompt_codes=tokens, frozen=frozen)
        assert torch.equal(_decode(mask), _decode(prompt))


@pytest.mark.parametrize("variant", FILLING)
def test_a_row_of_a_batch_with_holes_equals_the_row_alone(tiny_lm: Make, variant: Variant) -> None:
    lm, tokens = tiny_lm(variant), _tokens(90, rows=2)
    frozen = torch.ones(90, dtype=torch.bool)
    frozen[20:35] = frozen[70:80] = False
    batch = _request(lm, 90, rows=2, prompt_codes=tokens, frozen=frozen)
    alone = _request(lm, 90, prompt_codes=tokens[:1], frozen=frozen)
    assert torch.equal(_decode(batch)[:1], _decode(alone))


@pytest.mark.parametrize("variant", FILLING)
@pytest.mark.parametrize("changed", [slice(0, 5), slice(45, 50)])
def test_both_sides_of_a_hole_are_heard_in_it(
    tiny_lm: Make, variant: Variant, changed: slice
) -> None:
    frozen = torch.ones(60, dtype=torch.bool)
    frozen[20:40] = False
    params = DecodingParams(steps=(2, 1, 1, 1), sample=False)
    tokens, fills = _tokens(60), []
    for token in (1, 30):
        tokens[..., changed] = token
        request = _request(tiny_lm(variant), 60, params=params, prompt_codes=tokens, frozen=frozen)
        fills.append(_decode(request)[..., 20:40])
    assert not torch.equal(*fills)


@pytest.mark.parametrize(
    ("hole", "expected"),
    [((20, 40), 10), ((20, 23), 1), ((20, 21), 0), ((20, 60), 15)],
    ids=["half of the gap", "of three", "of one", "nothing behind"],
)
def test_the_prefix_takes_at_most_half_of_a_gap(
    tiny_lm: Make, hole: tuple[int, int], expected: int
) -> None:
    """What it decides is what the same number of frames would be with nothing behind."""
    lm, tokens = tiny_lm(), _tokens(60)
    params = DecodingParams(steps=(2, 1, 1, 1), prefix_frames=15)
    frozen = torch.ones(60, dtype=torch.bool)
    frozen[slice(*hole)] = False
    counter = PassCounter()
    request = _request(lm, 60, params=params, prompt_codes=tokens, frozen=frozen, counter=counter)
    filled = _decode(request)
    assert counter.passes == 1 + expected + 5
    params = replace(params, prefix_frames=expected)
    free = _decode(_request(lm, 60, params=params, prompt_codes=tokens[..., :20]))
    for q in range(4):  # the ragged edge
        edge = 20 + max(expected - q, 0)
        assert torch.equal(filled[:, q, 20:edge], free[:, q, 20:edge])


def test_a_codebook_that_is_given_whole_leaves_no_room_for_a_prefix(tiny_lm: Make) -> None:
    frozen = torch.zeros(4, 60, dtype=torch.bool)
    frozen[0] = True
    counter, params = PassCounter(), DecodingParams(steps=(2, 1, 1, 1), prefix_frames=15)
    request = _request(
        tiny_lm(), 60, params=params, prompt_codes=_tokens(60), frozen=frozen, counter=counter
    )
    assert torch.equal(_decode(request)[:, 0], _tokens(60)[:, 0])
    assert counter.passes == 3  # the stages of the three others


def test_an_autoregressive_model_only_goes_on_from_the_beginning(tiny_lm: Make) -> None:
    """It says so before it decodes anything, wherever the hole is."""
    lm = tiny_lm(Variant.AUTOREGRESSIVE)
    for hole in ((0, 5), (20, 30), (130, 140)):
        frozen = torch.ones(150, dtype=torch.bool)
        frozen[slice(*hole)] = False
        request = _request(lm, 150, prompt_codes=_tokens(150), frozen=frozen)
        message = f"from frame {hole[1]} on, behind frames to fill from {hole[0]} on"
        with pytest.raises(DecodingError, match=message):
            PieceDecoding(request)
    ragged = torch.zeros(4, 150, dtype=torch.bool)
    ragged[:, :20], ragged[1, 20] = True, True
    with pytest.raises(DecodingError, match="from frame 20 on, behind frames to fill from 20 on"):
        PieceDecoding(_request(lm, 150, prompt_codes=_tokens(150), frozen=ragged))


def test_a_piece_that_is_all_given_comes_back_without_a_pass(tiny_lm: Make) -> None:
    frozen = torch.ones(150, dtype=torch.bool)
    for variant in Variant:
        piece = PieceDecoding(
            _request(tiny_lm(variant), 150, prompt_codes=_tokens(150), frozen=frozen)
        )
        assert piece.passes == 0
        assert list(piece.steps()) == []
        assert torch.equal(piece.codes, _tokens(150))


def test_the_tokens_so_far_can_be_read_at_any_step(tiny_lm: Make) -> None:
    """A window's tokens appear when it is done; until then its holes are masked."""
    frozen = torch.ones(150, dtype=torch.bool)
    frozen[10:20] = frozen[120:130] = False
    piece = PieceDecoding(_request(tiny_lm(), 150, prompt_codes=_tokens(150), frozen=frozen))
    steps = piece.steps()
    next(steps)
    assert torch.equal(piece.codes == MASK, (~frozen).expand(1, 4, 150))
    while (piece.codes[..., 10:20] == MASK).any():
        next(steps)
    assert (piece.codes[..., 120:130] == MASK).all()
    for _ in steps:
        pass
    assert (piece.codes < MASK).all()
