"""Which spans of a stage are masked again: the least probable ones.

Music codes are decided in spans of 60 ms, not one by one, because neighbouring frames tell too much
about each other (paper 3.2). Two arrangements exist. *Nonoverlap* cuts the frames into a fixed grid
of spans. *Stride1* lets a span start at any frame and masks the union of the worst ones.

Ranking uses ``topk`` and ``argsort`` on the same values in the same layout as the reference, so
that ties fall alike.
"""

from __future__ import annotations

import torch
from torch import Tensor

from magnet_core.config import SpanScore

KEEP = -1e4  # the score of what must not be masked again


def count_spans(frames: int, span_len: int) -> int:
    """Return the number of grid spans that cover ``frames``; the last one may be short."""
    return -(-frames // span_len)


def spans_to_frames(spans: Tensor, span_len: int, frames: int) -> Tensor:
    """Return bool ``[B, frames]`` from grid spans bool ``[B, n]``."""
    return spans.repeat_interleave(span_len, dim=-1)[..., :frames]


def whole_spans(frames: Tensor, span_len: int) -> Tensor:
    """Return which grid spans have all their frames in ``frames``: bool ``[T]`` -> ``[n]``."""
    length = frames.shape[-1]
    padding = count_spans(length, span_len) * span_len - length
    padded = torch.nn.functional.pad(frames, (0, padding), value=True)
    return padded.view(-1, span_len).all(dim=-1)


def worst_spans(scores: Tensor, count: int) -> Tensor:
    """Return bool ``[B, n]`` marking the ``count`` highest of ``scores [B, n]`` in each row."""
    worst = scores.topk(count, dim=-1).indices
    return torch.zeros_like(scores, dtype=torch.bool).scatter_(-1, worst, True)


def span_scores(probability: Tensor, span_len: int, score: SpanScore) -> Tensor:
    """Return the scores ``[B, n]`` of grid spans; high is improbable.

    Args:
        probability: of each frame's sampled token, ``[B, T]``.
        span_len: frames in a span; a short last span counts the frames it has.
        score: MAX judges a span by its most probable token, PROD by all of them together.
    """
    batch, frames = probability.shape
    padding = count_spans(frames, span_len) * span_len - frames
    if score is SpanScore.MAX:
        padded = torch.nn.functional.pad(probability, (0, padding), value=0.0)
        return 1 - padded.view(batch, -1, span_len).amax(dim=-1)
    padded = torch.nn.functional.pad(probability, (0, padding), value=1.0)
    return torch.sum(-torch.log(padded).view(batch, -1, span_len), dim=-1)


def worst_overlapping_spans(scores: Tensor, target: int, span_len: int) -> Tensor:
    """Return bool ``[T]``: the union of the worst spans of any start, about ``target`` frames.

    A frame is masked if the worst span over it is among the worst u spans; u is the one that the
    reference's bisection ends on.

    Args:
        scores: of each frame, ``[T]``; high is improbable.
        target: frames to mask.
        span_len: frames in a span.
    """
    starts = scores.unfold(0, span_len, 1).sum(dim=-1)  # [T - span_len + 1]
    rank = torch.empty_like(starts, dtype=torch.long)
    order = torch.argsort(starts, descending=True)
    rank[order] = torch.arange(len(order), device=scores.device)
    # first[t]: the best rank among the spans that cover frame t.
    beyond = len(order)
    padded = torch.nn.functional.pad(rank, (span_len - 1, span_len - 1), value=beyond)
    first = padded.unfold(0, span_len, 1).amin(dim=-1)
    covered = torch.cumsum(torch.bincount(first, minlength=beyond + 1), dim=0).tolist()
    return first < _bisect_spans([0, *covered], max(target, span_len), span_len)


def _bisect_spans(covered: list[int], target: int, span_len: int) -> int:
    """Return how many spans the reference's bisection takes; ``covered[u]`` frames are under u."""
    low, high = target // span_len, target - span_len + 1
    used = middle = round(0.5 * (low + high))
    while low < middle < high:
        used = middle
        if covered[min(middle, len(covered) - 1)] > target:
            high = middle
        else:
            low = middle
        middle = round(0.5 * (low + high))
    return used
