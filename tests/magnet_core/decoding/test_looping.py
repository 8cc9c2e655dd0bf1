"""Loops: the tail is decoded in sight of the head, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import magnet_core
from magnet_core.config import DecodingParams, SpanArrangement, Variant
from magnet_core.decoding.hybrid import HybridDecoding
from magnet_core.decoding.likelihood import log_likelihood
from magnet_core.decoding.looping import LoopWindow, loop_window
from magnet_core.decoding.opening import start
from magnet_core.decoding.request import Request
from magnet_core.errors import DecodingError
from magnet_core.model.harmony import Harmony
from magnet_core.model.lm import TransformerLM
from magnet_core.model.metre import Metre
from tests.magnet_core.decoding.recording import Recorded

Make = Callable[..., TransformerLM]
PARAMS = DecodingParams(steps=(2, 2, 2, 2), span_arrangement=SpanArrangement.STRIDE1)


def _loop(frames: int) -> Tensor:
    return torch.randint(0, 32, (1, 4, frames), generator=torch.Generator().manual_seed(5))


def _decode(lm: TransformerLM, window: LoopWindow) -> tuple[Tensor, list[Tensor]]:
    """Return the decoded window, and the logits of every infill step where they can be had."""
    request = Request(
        lm=lm,
        conditions=lm.condition([torch.ones(3, 8)]),
        frames=window.frames,
        params=PARAMS,
        generators=[torch.Generator().manual_seed(1)],
        prompt_codes=window.prompt_codes,
        frozen=window.frozen,
    )
    decoding = start(request)
    logits: list[Tensor] = []
    if isinstance(decoding, HybridDecoding):
        decoding.forward = recorded = Recorded.of(decoding.forward)
        logits = recorded.logits
    for _ in decoding.steps():
        pass
    return decoding.codes, logits


@given(
    total=st.integers(2, 400),
    join=st.integers(1, 399),
    segment=st.integers(4, 300),
)
def test_the_window_is_the_end_of_the_loop_and_its_head_again(
    total: int, join: int, segment: int
) -> None:
    if join >= min(total, segment - 2):
        with pytest.raises(DecodingError, match=f"join_frames is {join}"):
            loop_window(_loop(total), join_frames=join, segment_frames=segment)
        return
    codes = _loop(total)
    window = loop_window(codes, join_frames=join, segment_frames=segment)
    twice = torch.cat([codes, codes], dim=-1)
    assert window.frames <= segment
    assert torch.equal(window.prompt_codes, twice[..., window.start : window.start + window.frames])
    filled = (~window.frozen).nonzero()[:, 0] + window.start
    assert filled.tolist() == list(range(total - join, total))
    assert window.frozen[0] and window.frozen[-1]  # something is seen on both sides
    shown_of_head = window.start + window.frames - total
    assert shown_of_head <= total - join  # nothing of what is to be filled


@pytest.mark.parametrize("variant", [Variant.MAGNET, Variant.HYBRID])
@pytest.mark.parametrize("total", [30, 100])
def test_all_but_the_join_stays(tiny_lm: Make, variant: Variant, total: int) -> None:
    """In a loop shorter than the segment of 60 frames, and in a longer one."""
    codes = _loop(total)
    window = loop_window(codes, join_frames=12, segment_frames=60)
    decoded, _ = _decode(tiny_lm(variant), window)
    closed = window.closed(codes, decoded)
    assert torch.equal(closed[..., :-12], codes[..., :-12])
    assert torch.equal(closed[..., -12:], decoded[..., ~window.frozen])
    assert not torch.equal(closed, codes)
    assert (closed < 32).all()


@pytest.mark.parametrize("codebook", range(4))
def test_the_join_attends_to_the_head_in_every_stage(tiny_lm: Make, codebook: int) -> None:
    """A head that differs in one codebook changes that stage's logits, and none before it.

    Only the head's second time: as the loop's own beginning it lies outside the window.
    """
    lm, codes = tiny_lm(), _loop(100)
    window = loop_window(codes, join_frames=12, segment_frames=60)
    assert window.start >= 3
    other = window.prompt_codes.clone()
    begin = 100 - window.start  # of the head, in the window
    other[:, codebook, begin : begin + 3] = (other[:, codebook, begin : begin + 3] + 7) % 32
    _, logits = _decode(lm, window)
    _, changed = _decode(lm, replace(window, prompt_codes=other))
    first = 2 * codebook  # two steps to a stage
    for before, after in zip(logits[:first], changed[:first], strict=True):
        assert torch.equal(before, after)
    assert (logits[first] - changed[first]).abs().max() > 1e-3


@pytest.mark.slow
def test_the_bundled_model_leads_back_to_the_head() -> None:
    """Its own likelihood of the head rises, against tails that go on without sight of it."""
    model, rows = magnet_core.load("bundled"), 12
    params = replace(model.params, prefix_frames=0)
    told: dict[str, Any] = {
        "metre": [Metre(tempo_bpm=120.0)] * rows,
        "harmony": [Harmony.in_key(9, True, (0, 5, 2, 6))] * rows,
    }
    gains = []
    for text in ("ambient pad and strings", "house chords and bass"):
        texts = [text] * rows
        loops = model.generate_batch(texts, frames=300, **told)[..., 100:]
        window = loop_window(loops, join_frames=100, segment_frames=300)
        assert (window.start, window.frames) == (0, 275)
        filled = model.generate_batch(
            texts,
            prompt_codes=window.prompt_codes,
            frozen=window.frozen,
            params=params,
            **told,
        )
        blind = model.generate_batch(
            texts, prompt_codes=loops[..., :100], frames=200, params=params, **told
        )
        conditions = model.condition(texts, **told)
        scores = [
            log_likelihood(model.lm, conditions, torch.cat([tails, loops[..., :6]], dim=-1))
            for tails in (window.closed(loops, filled), blind)
        ]
        gains.append(float((scores[0] - scores[1])[..., 200:].mean()))
    assert min(gains) > 0.0, gains
