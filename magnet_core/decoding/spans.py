"""Which spans of a stage are masked again: the least probable ones.

Music codes are decided in spans of 60 ms, not one by one, because neighbouring frames tell too much
about each other (paper 3.2). Two arrangements exist. *Nonoverlap* cuts the frames into a fixed grid
of spans. *Stride1* lets a span start at any frame and masks the union of the worst ones.

Ranking uses ``topk`` and ``argsort`` on the same values in the same layout as the reference, so
that ties fall alike.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
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
    padded = F.pad(frames, (0, padding), value=True)
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
        padded = F.pad(probability, (0, padding), value=0.0)
        return 1 - padded.view(batch, -1, span_len).amax(dim=-1)
    padded = F.pad(probability, (0, padding), value=1.0)
    return torch.sum(-torch.log(padded).view(batch, -1, span_len), dim=-1)


def worst_overlapping_spans(scores: Tensor, target: int, span_len: int) -> Tensor:
    """Return bool ``[B, T]``: the union of the worst spans of any start, about ``target`` frames.

    A frame is masked if the worst span over it is among the worst u spans of its row; u is the one
    that the reference's bisection ends on.

    Args:
        scores: of each frame, ``[B, T]``; high is improbable.
        target: frames to mask in each row.
        span_len: frames in a span.
    """
    device, frames = scores.device, scores.shape[1]
    starts = scores.unfold(1, span_len, 1).sum(dim=-1)  # [B, T - span_len + 1]
    order = torch.argsort(starts, dim=1, descending=True)
    ranks = torch.arange(order.shape[1], device=device).expand_as(order)
    rank = torch.empty_like(order).scatter_(1, order, ranks)
    # first[b, t]: the best rank among the spans that cover frame t.
    padded = F.pad(rank, (span_len - 1, span_len - 1), value=order.shape[1])
    first = padded.unfold(1, span_len, 1).amin(dim=-1)
    target = max(target, span_len)
    if target >= frames:  # no number of spans is too many
        return first < bisections(target, span_len)[-1]
    # Where the bisection ends depends only on how many spans cover more than the target, so all its
    # ends are looked up at once: the host never asks, and so never waits for a GPU.
    ends = torch.tensor(bisections(target, span_len)).to(device, non_blocking=True)
    too_many = first.kthvalue(target + 1, dim=1).values + 1  # [B]
    lowest = target // span_len + 1
    return first < ends[(too_many - lowest).clamp(0, len(ends) - 1)][:, None]


@lru_cache(maxsize=1024)
def bisections(target: int, span_len: int) -> tuple[int, ...]:
    """Return what the reference's bisection for the number of spans ends on, in every case.

    It looks for the most spans that cover no more than ``target`` frames, and takes the last number
    that it has tried, which may be one too many.

    Args:
        target: frames to cover, at least ``span_len``.
        span_len: frames in a span.

    Returns:
        Its end where ``target // span_len + 1 + i`` spans are the fewest that cover too many, at
        index i; at the last index also where even more do not.
    """
    ends: list[int] = []
    low, high = target // span_len, target - span_len + 1
    # Ranges in which the end still is, lowest first, and the number tried last.
    ranges = [(low, high, round(0.5 * (low + high)))]
    while ranges:
        low, high, tried = ranges.pop()
        middle = round(0.5 * (low + high))
        if low < middle < high:
            ranges += [(middle, high, middle), (low, middle, middle)]
        else:
            ends.append(tried)
    return tuple(ends)
