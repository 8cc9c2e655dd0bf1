"""One masked stage: a codebook from all masked to all known in a few steps.

A stage knows nothing of the network. It says which frames to decide next, is given logits for them,
draws tokens, and ranks what it drew: the least probable spans are masked again in the next step,
fewer each time. A frame that is once kept is never revisited, so the masks of a stage are nested.

    step 1   ######################################   all masked
    step 2   ..###..######...######...###..######..   the least probable spans again
    step 3   ......######.........###........###...
    step 4   .......................................   one span, and done

Frozen frames are shown to the network but never written: a prompt at the beginning (continuation),
or any other set (inpainting, loops).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Generator, Tensor

from magnet_core.config import DecodingParams, LMConfig, SpanArrangement, SpanScore
from magnet_core.decoding.forward import Places
from magnet_core.decoding.sampling import draw, uniform_noise
from magnet_core.decoding.schedule import StepPlan, stage_plan
from magnet_core.decoding.spans import (
    KEEP,
    count_spans,
    span_scores,
    spans_to_frames,
    whole_spans,
    worst_overlapping_spans,
    worst_spans,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step has been made: one forward pass, or two where it was rescored.

    Attributes:
        stage: codebook.
        step: index in the stage, from 0.
        of: steps in the stage.
        masked: frames that were masked in it, over all rows.
        passes: forward passes that it took.
    """

    stage: int
    step: int
    of: int
    masked: int
    passes: int = 1


class StageForward(Protocol):
    """Computes logits of a stage from the current codes."""

    def __call__(self, places: Places, guidance: float) -> Tensor:
        """Return guided logits ``[n, card]`` at n places in ``[B, T]``."""


class StageRescore(Protocol):
    """Judges what a step has drawn."""

    def __call__(self, places: Places, own: Tensor) -> Tensor:
        """Return what ranks the tokens at n places in ``[B, T]``, given p ``own [n]``."""


class MaskedStage:
    """The state of one stage: its row of tokens and the ranking of its spans.

    Args:
        config: of the model; span length and mask id.
        params: how to decode.
        stage: codebook k.
        steps: forward passes.
        tokens: codes of codebook k, int64 ``[B, T]``, written in place.
        frozen: bool ``[T]``: frames whose tokens are given.
        generators: one for each row.
        draw_frozen: on the grid, rank a partly frozen span by all its frames, as the reference
            does; False ranks it by the frames that are drawn.
    """

    def __init__(
        self,
        config: LMConfig,
        params: DecodingParams,
        *,
        stage: int,
        steps: int,
        tokens: Tensor,
        frozen: Tensor,
        generators: Sequence[Generator],
        draw_frozen: bool = True,
    ) -> None:
        self.config, self.params, self.stage, self.steps = config, params, stage, steps
        self.tokens, self.frozen, self.generators = tokens, frozen, generators
        batch, frames = tokens.shape
        # A stage masks and ranks units: spans of a fixed grid, or single frames.
        self.draw_frozen = draw_frozen
        self.on_grid = params.span_arrangement is SpanArrangement.NONOVERLAP
        if self.on_grid:
            kept = whole_spans(frozen, config.span_len)
            assert kept.shape[0] == count_spans(frames, config.span_len)
        else:
            kept = frozen
        self.scores = torch.zeros(batch, kept.shape[0], device=tokens.device)
        self.scores[:, kept] = KEEP
        units = int((~kept).sum())
        self.plan = stage_plan(steps, units, params) if units else []
        self.tokens[:, ~frozen] = config.mask_id

    def run(self, forward: StageForward, rescore: StageRescore | None = None) -> Iterator[Step]:
        """Make the steps, one for each ``next``; none if every frame is frozen."""
        last = len(self.plan) - 1
        for index, plan in enumerate(self.plan):
            judge = rescore if index < last else None  # nothing is masked again after the last
            masked = self.step(plan, forward, judge)
            passes = 1 if judge is None else 2
            yield Step(self.stage, index, self.steps, masked, passes)

    @torch.inference_mode()
    def step(
        self, plan: StepPlan, forward: StageForward, rescore: StageRescore | None = None
    ) -> int:
        """Mask, decide and rank again; return the number of frames masked."""
        selected = self._select(plan.masked)
        free = ~self.frozen
        self.tokens.masked_fill_(selected & free, self.config.mask_id)
        if self.on_grid:
            where = selected if self.draw_frozen else selected & free
        else:  # the first selection can miss frames that were never decided; take them too
            where = selected = (self.tokens == self.config.mask_id) & free
        # The host waits for the device here alone, where there is little to wait for.
        rows, frames = where.nonzero(as_tuple=True)
        places = (rows, frames)
        noise = self._noise(places) if self.params.sample else None
        logits = forward(places, plan.guidance)
        token, probability = draw(
            logits,
            noise,
            temperature=plan.temperature,
            top_p=self.params.top_p,
            top_k=self.params.top_k,
        )
        drawn = self.tokens.masked_scatter(where, token)
        self.tokens.copy_(torch.where(free, drawn, self.tokens))
        if rescore is not None:
            probability = rescore(places, probability)
        self._rank(selected, where, probability)
        return token.shape[0]

    def _select(self, count: int) -> Tensor:
        """Return the frames of the least probable units, bool ``[B, T]``."""
        span_len, frames = self.config.span_len, self.tokens.shape[1]
        if self.on_grid:
            return spans_to_frames(worst_spans(self.scores, count), span_len, frames)
        return worst_overlapping_spans(self.scores, count, span_len)

    def _noise(self, places: Places) -> Tensor:
        """Return uniform numbers ``[n]``; those of a frame do not depend on the others' places."""
        frames, device = self.tokens.shape[1], self.tokens.device
        return uniform_noise(self.generators, frames, device)[places]

    def _rank(self, selected: Tensor, where: Tensor, probability: Tensor) -> None:
        """Score the units just drawn; all others are kept for good."""
        # A frame that was not drawn does not count in its span's score.
        score = self.params.span_score
        neutral = 0.0 if self.on_grid and score is SpanScore.MAX else 1.0
        full = torch.full(where.shape, neutral, device=where.device, dtype=probability.dtype)
        full.masked_scatter_(where, probability)
        if self.on_grid:
            scores = span_scores(full, self.config.span_len, score)
            selected = selected[:, :: self.config.span_len]
        else:
            scores = -torch.log(full)
        self.scores.copy_(scores.masked_fill(~selected, KEEP))
