"""Which spans are masked again."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from magnet_core.config import SpanScore
from magnet_core.decoding.spans import (
    KEEP,
    count_spans,
    span_scores,
    spans_to_frames,
    whole_spans,
    worst_overlapping_spans,
    worst_spans,
)


@given(frames=st.integers(1, 60), span_len=st.integers(1, 7), data=st.data())
def test_grid_spans_are_disjoint_and_cover_every_frame(
    frames: int, span_len: int, data: st.DataObject
) -> None:
    count = count_spans(frames, span_len)
    chosen = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    mask = spans_to_frames(torch.tensor([chosen]), span_len, frames)
    assert mask.shape == (1, frames)
    assert mask[0].tolist() == [chosen[t // span_len] for t in range(frames)]


@given(frozen=st.lists(st.booleans(), min_size=1, max_size=40), span_len=st.integers(1, 5))
def test_a_span_is_whole_if_all_its_frames_are(frozen: list[bool], span_len: int) -> None:
    whole = whole_spans(torch.tensor(frozen), span_len)
    parts = [frozen[i : i + span_len] for i in range(0, len(frozen), span_len)]
    assert whole.tolist() == [all(part) for part in parts]


@given(
    scores=st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=30, unique=True),
    data=st.data(),
)
def test_worst_spans_are_exactly_the_highest(scores: list[float], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(scores)))
    marked = worst_spans(torch.tensor([scores]), count)[0]
    assert marked.sum() == count
    highest = sorted(scores, reverse=True)[:count]
    assert sorted(torch.tensor(scores)[marked].tolist(), reverse=True) == pytest.approx(highest)


def test_span_score_is_one_minus_the_best_or_the_sum_of_surprise() -> None:
    probability = torch.tensor([[0.5, 0.25, 0.125, 0.5]])
    best = span_scores(probability, 3, SpanScore.MAX)
    surprise = span_scores(probability, 3, SpanScore.PROD)
    torch.testing.assert_close(best, torch.tensor([[0.5, 0.5]]))
    torch.testing.assert_close(surprise, -torch.log(torch.tensor([[0.5**6, 0.5]])))


@settings(max_examples=80, deadline=None)
@given(frames=st.integers(3, 80), seed=st.integers(0, 999), share=st.floats(0.01, 1.0))
def test_overlapping_spans_are_the_union_of_the_worst(frames: int, seed: int, share: float) -> None:
    """Some number u of the worst spans, added one by one, makes the mask, near the target."""
    scores = torch.rand(frames, generator=torch.Generator().manual_seed(seed))
    target = max(int(share * frames), 1)
    mask = worst_overlapping_spans(scores[None], target, 3)[0]
    starts = scores.unfold(0, 3, 1).sum(dim=-1)
    union = torch.zeros(frames, dtype=torch.bool)
    unions = [union.clone()]
    for start in torch.argsort(starts, descending=True).tolist():
        union[start : start + 3] = True
        unions.append(union.clone())
    same = [u for u, candidate in enumerate(unions) if torch.equal(candidate, mask)]
    assert same
    assert abs(int(mask.sum()) - max(target, 3)) <= 3 or frames < 6


def test_at_least_one_overlapping_span_is_masked() -> None:
    mask = worst_overlapping_spans(torch.tensor([[0.0, 0.1, 0.9, 0.8, 0.7, 0.0, 0.0]]), 1, 3)[0]
    assert mask.tolist() == [False, False, True, True, True, False, False]


def _bisected(scores: torch.Tensor, target: int, span_len: int) -> torch.Tensor:
    """The mask of one row, as the reference finds it: try a number of spans, count, halve."""
    starts = scores.unfold(0, span_len, 1).sum(dim=-1)
    order = torch.argsort(starts, descending=True)

    def union(count: int) -> torch.Tensor:
        mask = torch.zeros(len(scores), dtype=torch.bool)
        for start in order[:count].tolist():
            mask[start : start + span_len] = True
        return mask

    target = max(target, span_len)
    low, high = target // span_len, target - span_len + 1
    tried = middle = round(0.5 * (low + high))
    while low < middle < high:
        tried = middle
        low, high = (low, middle) if int(union(middle).sum()) > target else (middle, high)
        middle = round(0.5 * (low + high))
    return union(tried)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), span_len=st.integers(1, 7), rows=st.integers(1, 3))
def test_overlapping_spans_are_those_of_the_reference(
    data: st.DataObject, span_len: int, rows: int
) -> None:
    """In every row, whatever the others hold, for any target, equal scores and kept frames too."""
    frames = data.draw(st.integers(span_len, 70))
    target = data.draw(st.integers(1, frames + 3))
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 1 << 20)))
    scores = torch.rand(rows, frames, generator=generator)
    if data.draw(st.booleans()):
        scores = (3 * scores).round()
    scores[torch.rand(rows, frames, generator=generator) < data.draw(st.floats(0, 0.9))] = KEEP
    masks = worst_overlapping_spans(scores, target, span_len)
    wanted = [_bisected(row, target, span_len) for row in scores]
    assert torch.equal(masks, torch.stack(wanted))
