"""Rescoring: the choice is the one that Eq. 5 makes by hand, at its price, and off is off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from magnet_core.config import DecodingParams, LMConfig, SpanArrangement, SpanScore, Variant
from magnet_core.decoding.forward import PassCounter, Places, Shortcuts
from magnet_core.decoding.likelihood import log_likelihood
from magnet_core.decoding.masked import MaskedStage
from magnet_core.decoding.opening import start
from magnet_core.decoding.patterns import known_before
from magnet_core.decoding.piece import PieceDecoding
from magnet_core.decoding.request import Partner, Request
from magnet_core.decoding.rescoring import Rescoring
from magnet_core.decoding.sampling import guide
from magnet_core.errors import DecodingError
from magnet_core.model.attention import band_mask
from magnet_core.model.lm import Conditions, TransformerLM
from tests.magnet_core.pretended import DEVICE, PretendedAccelerator

Make = Callable[..., TransformerLM]
FILLING = (Variant.MAGNET, Variant.HYBRID)
PARAMS = DecodingParams(steps=(4, 3, 2, 2), prefix_frames=0, rescore_weight=0.6)
NO_SHORTCUTS = Shortcuts(null_text=False, null_row=False, one_head=False, band=False, prefix=False)
MASK = 32


def _conditions(lm: TransformerLM, rows: int, seed: int = 8) -> Conditions:
    generator = torch.Generator().manual_seed(seed)
    return lm.condition([torch.randn(3, 8, generator=generator) for _ in range(rows)])


def _partner(make: Make, rows: int = 1, variant: Variant = Variant.AUTOREGRESSIVE) -> Partner:
    """Another network, told something else."""
    lm = make(variant, dim=24)
    return Partner(lm, _conditions(lm, rows, seed=9))


def _request(lm: TransformerLM, rows: int = 1, **options: Any) -> Request:
    values: dict[str, Any] = {
        "frames": 42,
        "params": PARAMS,
        "generators": [torch.Generator().manual_seed(row) for row in range(rows)],
    }
    return Request(lm=lm, conditions=_conditions(lm, rows), **(values | options))


def _decode(request: Request) -> Tensor:
    decoding = start(request)
    for _ in decoding.steps():
        pass
    return decoding.codes


def _tokens(frames: int, rows: int = 1, seed: int = 5) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, MASK, (rows, 4, frames), generator=generator)


@pytest.mark.parametrize("arrangement", list(SpanArrangement))
@pytest.mark.parametrize(("weight", "again"), [(0.0, 1), (0.25, 1), (0.35, 0), (1.0, 0)])
def test_the_span_that_both_together_find_worst_is_masked_again(
    arrangement: SpanArrangement, weight: float, again: int
) -> None:
    """Own 0.9 and 0.6, rescored 0.2 and 0.9: equal where 0.9 - 0.7 w = 0.6 + 0.3 w, at w = 0.3."""
    own, rescored = torch.tensor([0.9, 0.6]), torch.tensor([0.2, 0.9])
    logits = torch.stack([own, 1 - own], dim=1).log().repeat_interleave(3, dim=0)  # by frame
    config = LMConfig(variant=Variant.MAGNET, dim=2, layers=1, heads=1, text_dim=1, card=2)
    params = DecodingParams(
        steps=(2,),
        sample=False,
        temperature=1.0,
        anneal_temperature=False,
        span_arrangement=arrangement,
    )
    asked: list[Tensor] = []

    def forward(places: Places, guidance: float) -> Tensor:
        asked.append(places[1])
        return logits[places[1]]

    def rescore(places: Places, probability: Tensor) -> Tensor:
        return torch.lerp(probability, rescored.repeat_interleave(3)[places[1]], weight)

    stage = MaskedStage(
        config,
        params,
        stage=0,
        steps=2,
        tokens=torch.zeros(1, 6, dtype=torch.int64),
        frozen=torch.zeros(6, dtype=torch.bool),
        generators=[torch.Generator()],
    )
    assert [step.passes for step in stage.run(forward, rescore)] == [2, 1]
    assert [frames.tolist() for frames in asked] == [
        list(range(6)),
        list(range(3 * again, 3 * again + 3)),
    ]


@pytest.mark.parametrize("weight", [0.0, 0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("score", list(SpanScore))
def test_the_last_stage_of_a_magnet_is_decided_as_by_hand(
    tiny_lm: Make, weight: float, score: SpanScore
) -> None:
    """Two arg-max steps, from the logits of full passes and the public log-likelihood."""
    lm, partner = tiny_lm(Variant.MAGNET), _partner(tiny_lm)
    params = DecodingParams(
        steps=(1, 1, 1, 2), sample=False, temperature=2.0, span_score=score, rescore_weight=weight
    )
    decoding = start(_request(lm, params=params, rescorer=partner))
    steps = decoding.steps()
    for _ in range(4):
        next(steps)
    drawn, text = decoding.codes.clone(), _conditions(lm, 1)
    mask = band_mask(42, lm.config.subcodes_context)

    def logits(codes: Tensor, guidance: float) -> Tensor:
        told, null = lm(codes.expand(2, -1, -1), text.with_null_rows(), attention_mask=mask)[:, 3]
        return guide(told, null, guidance)

    with torch.inference_mode():
        hidden = drawn.clone()
        hidden[:, 3] = MASK
        first = logits(hidden, params.guidance[0])
        assert torch.equal(first.argmax(dim=-1), drawn[0, 3])
        own = (first / (params.temperature / 2)).softmax(dim=-1).amax(dim=-1)
        judged = log_likelihood(partner.lm, partner.conditions, drawn)[0, 3].exp()
        spans = (weight * judged + (1 - weight) * own).view(-1, 3)
        values = spans.amax(dim=-1) if score is SpanScore.MAX else spans.prod(dim=-1)
        worst = int(values.argmin())
        where = slice(3 * worst, 3 * worst + 3)
        expected = drawn.clone()
        expected[:, 3, where] = MASK
        expected[:, 3, where] = logits(expected, params.guidance[1])[where].argmax(dim=-1)
    assert next(steps).passes == 1
    assert torch.equal(decoding.codes, expected)


@pytest.mark.parametrize("variant", FILLING)
def test_a_weight_of_zero_is_off_bit_for_bit(tiny_lm: Make, variant: Variant) -> None:
    lm, off = tiny_lm(variant), replace(PARAMS, rescore_weight=0.0)
    plain, given = PassCounter(), PassCounter()
    expected = _decode(_request(lm, params=off, counter=plain))
    with_one = _request(lm, params=off, counter=given, rescorer=_partner(tiny_lm))
    assert torch.equal(_decode(with_one), expected)
    assert given == plain
    on = _request(lm, params=replace(PARAMS, rescore_weight=1.0), rescorer=_partner(tiny_lm))
    assert not torch.equal(_decode(on), expected)


@given(
    rows=st.integers(1, 3),
    frames=st.integers(1, 70),
    edge=st.integers(0, 72),
    stage=st.integers(0, 3),
    variant=st.sampled_from((Variant.AUTOREGRESSIVE, Variant.HYBRID)),
    metre=st.booleans(),
)
@settings(max_examples=60)
def test_probabilities_are_those_of_log_likelihood_before_and_behind_an_edge(
    tiny_lm: Make, rows: int, frames: int, edge: int, stage: int, variant: Variant, metre: bool
) -> None:
    """Every codebook in its place of the delay pattern; what lies before the edge is kept."""
    edge = min(edge, frames + 2)  # behind frames + 3 nothing is left to judge
    lm = tiny_lm(variant, metre=metre)
    conditions = _conditions(lm, rows)
    if metre:
        beats = torch.tensor([[90.0 + 10 * row, 0.5 * row] for row in range(rows)])
        conditions = replace(conditions, metre=beats.double())
    request = Request(
        lm=lm,
        conditions=conditions,
        frames=frames,
        params=replace(PARAMS, rescore_weight=0.0),
        generators=[torch.Generator()] * rows,
    )
    rescoring = Rescoring(request, Partner(lm, conditions), edge=edge)
    known = known_before(edge, 4, frames, torch.device("cpu"))
    before = _tokens(frames, rows)
    after = torch.where(known, before, _tokens(frames, rows, seed=6))
    for codes in (before, after):  # the second time the rows before the edge are at hand
        behind = ~known[stage].expand(rows, -1)
        with torch.inference_mode():
            found = rescoring.probability(codes, stage, behind.nonzero(as_tuple=True))
        expected = log_likelihood(lm, conditions, codes)[:, stage].exp()[behind]
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    assert rescoring.cache.filled == edge


@pytest.mark.parametrize("arrangement", list(SpanArrangement))
@pytest.mark.parametrize("prompt", [0, 1, 14])
@pytest.mark.parametrize("prefix", [0, 13])
@pytest.mark.parametrize("variant", [None, Variant.AUTOREGRESSIVE, Variant.HYBRID])
def test_no_shortcut_changes_what_a_rescored_hybrid_plays(
    tiny_lm: Make,
    arrangement: SpanArrangement,
    prompt: int,
    prefix: int,
    variant: Variant | None,
) -> None:
    """Rescored by itself or by another; the rows before the edge are computed once."""
    params = replace(PARAMS, span_arrangement=arrangement, prefix_frames=prefix)
    results = [
        _decode(
            _request(
                tiny_lm(),
                params=params,
                prompt_codes=_tokens(prompt) if prompt else None,
                rescorer=None if variant is None else _partner(tiny_lm, variant=variant),
                shortcuts=shortcuts,
            )
        )
        for shortcuts in (Shortcuts(), Shortcuts(prefix=False), NO_SHORTCUTS)
    ]
    assert torch.equal(results[0], results[1])
    assert torch.equal(results[0], results[2])


@pytest.mark.parametrize("arrangement", list(SpanArrangement))
@pytest.mark.parametrize("prompt", [0, 1, 14])
def test_no_shortcut_changes_what_a_rescored_magnet_plays(
    tiny_lm: Make, arrangement: SpanArrangement, prompt: int
) -> None:
    """A span of the grid that is given in part is ranked by all its frames."""
    results = [
        _decode(
            _request(
                tiny_lm(Variant.MAGNET),
                params=replace(PARAMS, span_arrangement=arrangement),
                prompt_codes=_tokens(prompt) if prompt else None,
                rescorer=_partner(tiny_lm),
                shortcuts=shortcuts,
            )
        )
        for shortcuts in (Shortcuts(), NO_SHORTCUTS)
    ]
    assert torch.equal(*results)


@pytest.mark.parametrize("variant", FILLING)
def test_a_row_of_a_batch_equals_the_row_alone(tiny_lm: Make, variant: Variant) -> None:
    lm, given_codes = tiny_lm(variant), _tokens(9, rows=2)
    batch = _request(lm, 2, prompt_codes=given_codes, rescorer=_partner(tiny_lm, 2))
    alone = _request(lm, 1, prompt_codes=given_codes[:1], rescorer=_partner(tiny_lm))
    assert torch.equal(_decode(batch)[:1], _decode(alone))


@pytest.mark.parametrize("variant", FILLING)
@pytest.mark.parametrize("arrangement", list(SpanArrangement))
def test_rescoring_elsewhere_gives_the_same_and_asks_the_device_nothing(
    tiny_lm: Make, variant: Variant, arrangement: SpanArrangement
) -> None:
    params, given_codes = replace(PARAMS, span_arrangement=arrangement), _tokens(9, rows=2)
    options: dict[str, Any] = {"params": params, "prompt_codes": given_codes}
    here = _decode(_request(tiny_lm(variant), 2, rescorer=_partner(tiny_lm, 2), **options))
    waits = []
    with PretendedAccelerator() as accelerator:
        lm, other = tiny_lm(variant).to(DEVICE), tiny_lm(Variant.AUTOREGRESSIVE, dim=24).to(DEVICE)
        rescorer = Partner(other, _conditions(other, 2, seed=9))
        for weight in (0.0, PARAMS.rescore_weight):
            options["params"] = replace(params, rescore_weight=weight)
            decoding = start(_request(lm, 2, rescorer=rescorer, **options))
            accelerator.waits.clear()
            for _ in decoding.steps():
                pass
            waits.append(len(accelerator.waits))
        assert decoding.codes.device == DEVICE
        assert torch.equal(decoding.codes.cpu(), here)
    assert waits[0] == waits[1]


def test_a_hybrid_rescores_itself_as_a_partner_of_the_same_weights_would(tiny_lm: Make) -> None:
    lm = tiny_lm()
    params = replace(PARAMS, prefix_frames=11)
    itself = Partner(lm, _conditions(lm, 1))
    assert torch.equal(
        _decode(_request(lm, params=params)), _decode(_request(lm, params=params, rescorer=itself))
    )


def test_rescoring_itself_costs_a_hybrid_the_rows_behind_the_edge_without_null_rows(
    tiny_lm: Make,
) -> None:
    """Frames 42, prefix 11: rows 11 .. 44, after each of the 7 steps that do not end a stage."""
    plain, rescored = PassCounter(), PassCounter()
    params = replace(PARAMS, prefix_frames=11)
    _decode(_request(tiny_lm(), params=replace(params, rescore_weight=0.0), counter=plain))
    _decode(_request(tiny_lm(), params=params, counter=rescored))
    assert rescored.passes - plain.passes == 7
    assert rescored.rows - plain.rows == 7
    assert rescored.positions - plain.positions == 7 * (42 + 3 - 11)


@pytest.mark.parametrize("variant", FILLING)
@pytest.mark.parametrize("frames", [42, 150])
def test_every_pass_is_announced_and_counted(tiny_lm: Make, variant: Variant, frames: int) -> None:
    """Of one window and of several; a stage of one step costs no pass more."""
    counter = PassCounter()
    params = replace(PARAMS, steps=(4, 3, 1, 2))
    piece = PieceDecoding(
        _request(
            tiny_lm(variant),
            frames=frames,
            params=params,
            rescorer=_partner(tiny_lm),
            counter=counter,
        )
    )
    made = sum(step.passes for step in piece.steps())
    assert made == piece.passes == counter.passes
    if frames == 42:
        assert made == (4 + 3 + 1 + 2) + (3 + 2 + 0 + 1)


def test_a_rescorer_follows_the_beat_from_window_to_window(tiny_lm: Make) -> None:
    """The second window of a piece is the one that is decoded from its own beat on."""
    lm = tiny_lm(metre=True)

    def conditions(frame: int) -> Conditions:
        told = replace(_conditions(lm, 1), metre=torch.tensor([[125.0, 1.5]]).double())
        return told.at_frame(frame, 50)

    params = replace(PARAMS, sample=False, rescore_weight=1.0)
    options: dict[str, Any] = {"lm": lm, "params": params, "generators": [torch.Generator()]}

    def play(frame: int, frames: int, prompt: Tensor | None) -> Tensor:
        told = conditions(frame)
        piece = PieceDecoding(
            Request(
                conditions=told,
                frames=frames,
                prompt_codes=prompt,
                rescorer=Partner(lm, told),
                **options,
            )
        )
        for _ in piece.steps():
            pass
        return piece.codes

    whole, context = play(0, 80, None), 24  # 0.4 of the segment of 60
    first = 60 - context
    tail = play(first, 80 - first, whole[..., first:60])
    assert torch.equal(tail[..., context:], whole[..., 60:])


@pytest.mark.parametrize(
    ("variant", "rescorer", "message"),
    [
        (Variant.AUTOREGRESSIVE, {}, "rescore_weight is 0.6; an autoregressive model has no steps"),
        (Variant.MAGNET, None, "rescore_weight is 0.6; a plain MAGNeT model needs a rescorer"),
        (Variant.MAGNET, {"variant": Variant.MAGNET}, "never reads forwards"),
        (Variant.HYBRID, {"card": 16}, "4 codebooks of 16 entries; the model has 4 of 32"),
        (Variant.HYBRID, {"codebooks": 2}, "2 codebooks of 32 entries; the model has 4 of 32"),
        (Variant.HYBRID, {"rows": 3}, "3 rows for a batch of 1"),
    ],
)
def test_who_cannot_rescore_is_refused_by_name(
    tiny_lm: Make, variant: Variant, rescorer: dict[str, Any] | None, message: str
) -> None:
    partner = None
    if rescorer is not None:
        values = {"variant": Variant.AUTOREGRESSIVE} | rescorer
        rows = values.pop("rows", 1)
        lm = tiny_lm(**values)
        partner = Partner(lm, _conditions(lm, rows))
    with pytest.raises(DecodingError, match=message):
        _request(tiny_lm(variant), rescorer=partner)
