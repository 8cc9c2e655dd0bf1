"""Hybrid decoding: one network first plays on column by column, then fills in the rest at once.

A listener wants the first frame now and the whole window soon. Autoregressive decoding gives the
first frame after one pass but needs T of them; masked decoding needs a few dozen passes for
everything but gives nothing before the last. A hybrid model is trained to do both with the same
weights, so a window begins autoregressively and is completed by masked stages *while the first
frames are already being heard*.

**The edge.** Both parts use the columns of the delay pattern (``patterns.py``). After p
autoregressive rows the columns 1 .. p are known. Seen in columns that is a straight edge; seen in
frames it is ragged, codebook q knows p - q frames: exactly what autoregressive decoding leaves
behind, with nothing to discard and nothing to repair. T = 9, p = 5, in stage 1::

                 columns                                   frames
             0  1  2  3  4  5 | 6  7  8  9 10 ...      0  1  2  3  4  5  6  7  8
 codebook 0  .  P  P  P  P  P | o  o  o  o  .          P  P  P  P  P  o  o  o  o
 codebook 1  .  .  P  P  P  P | #  o  #  #  o          P  P  P  P  #  o  #  #  o
 codebook 2  .  .  .  P  P  P | .  .  .  .  .          P  P  P  .  .  .  .  .  .
 codebook 3  .  .  .  .  P  P | .  .  .  .  .          P  P  .  .  .  .  .  .  .

 P prefix    o decided by an earlier stage or step    # masked now    . all masked (the mask id)

**Who sees whom.** Row r reads column r and predicts column r + 1, in both parts. Rows before the
edge are causal. Row k + t of the others predicts frame t in stage k; it sees the columns of the
stage's frames, prefix included, and in stages > 0 only those within ``context`` of its target::

                  columns, stage 0                 columns, stage 1, context 2
             0 1 2 3 4 5 6 7 8 9 10 11 12          0 1 2 3 4 5 6 7 8 9 10 11 12
    row 3    x x x x                               x x x x                      causal
    row 4    x x x x x                             x x x x x                    causal
    row 5      x x x x x x x x x                           x x x x x            infill
    row 6      x x x x x x x x x                             x x x x x          infill

**Why the prefix is computed once.** A causal row depends on nothing after it. Infill rewrites only
columns after p, so the keys and values of rows 0 .. p - 1 are the same in every step of every
stage, and the ones that the autoregressive part left in its cache are *exactly* what a full pass
would compute again. Each infill step therefore runs rows p .. T + K - 1 only, writes their keys
behind the prefix's, and attends to both (``kv_cache.InfillAttention``).

**Prompts and holes.** Given audio of P whole frames is the same thing with the edge at p = P: one
causal pass computes its rows, then the prefix goes on from there. Given tokens beyond the ragged
edge (the last frames of the upper codebooks, what comes after a hole, a loop's head as its tail's
future) stay frozen in their own stage, and are shown from that stage on: training showed codebooks
above the stage as masked. The infill sees them on both sides; the prefix does not, so it must end
before them.

Source: audiocraft's branch ``hybrid_magnet`` for pattern, shift and training mask; it has no
working inference, and would repeat the prefix in every step under a mask that training never used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from magnet_core.decoding.autoregressive import AutoregressiveDecoding
from magnet_core.decoding.forward import Places
from magnet_core.decoding.masked import MaskedStage, Step
from magnet_core.decoding.patterns import delay, known_before
from magnet_core.decoding.request import Request, leading_frames
from magnet_core.decoding.rescoring import Rescoring
from magnet_core.errors import DecodingError
from magnet_core.model.attention import Attend, FullAttention, stage_mask
from magnet_core.model.kv_cache import InfillAttention


class HybridDecoding:
    """Decodes a window with a hybrid model: ``prefix_steps``, then ``infill_steps``.

    Args:
        request: of a model of the HYBRID variant. The leading whole frames that are frozen are the
            prompt; ``params.prefix_frames`` rows are decoded after it. What else is frozen must lie
            behind those: autoregressive decoding does not see what comes after.

    Attributes:
        prefix: the autoregressive part; its cache serves the infill.

    Raises:
        DecodingError: the request does not fit the model.
    """

    def __init__(self, request: Request) -> None:
        request.check_stages()
        given, known = request.place_given()
        prompt, params = leading_frames(known), request.params
        rows = request.frames + request.config.codebooks - 1
        self.edge_wanted = min(prompt + params.prefix_frames, rows)
        if known[:, prompt : self.edge_wanted].any():
            raise DecodingError(
                f"frozen frames after the prompt begin before the prefix ends ({self.edge_wanted})"
            )
        begin = given[..., :prompt] if prompt else None
        self.prefix = AutoregressiveDecoding(
            replace(request, prompt_codes=begin, frozen=None),
            # The infill needs the prefix's null rows wherever it is guided.
            null_rows=params.guidance != (1.0, 1.0) or params.prefix_guidance != 1.0,
        )
        self.request, self.params, self.lm = request, params, request.lm
        self.frames, self.forward = request.frames, self.prefix.forward
        self._given, self._known = given, known
        # What the infill reads: given tokens come into sight as their stage begins.
        self._shown: Tensor | None = None
        self._done = False

    @property
    def edge(self) -> int:
        """Causal rows computed so far, p; the columns up to p are known."""
        return self.prefix.rows_done

    @property
    def codes(self) -> Tensor:
        """The tokens so far, int64 ``[B, K, T]``; the mask id where unknown."""
        return self.codes_between(0, self.frames)

    def codes_between(self, begin: int, end: int) -> Tensor:
        """Return ``codes[..., begin:end]`` at the cost of those frames alone."""
        mask_id = self.lm.config.mask_id
        codes = self.prefix.codes_between(begin, end)
        for others in (self._given, self._shown):
            if others is not None:
                codes = torch.where(codes == mask_id, others[..., begin:end], codes)
        return codes

    @property
    def complete_frames(self) -> int:
        """Leading frames that are known in all codebooks and will not change."""
        return self.frames if self._done else self.prefix.complete_frames

    def steps(self) -> Iterator[Step]:
        """Decode the whole window: ``prefix_steps``, then ``infill_steps``."""
        yield from self.prefix_steps()
        yield from self.infill_steps()

    def prefix_steps(self) -> Iterator[Step]:
        """Decode the prefix: one pass over a prompt, then one row for each ``next``.

        May be left early: the infill begins at the edge that was reached.
        """
        yield from self.prefix.steps(until=self.edge_wanted)

    def infill_steps(self, steps: Sequence[int] | None = None) -> Iterator[Step]:
        """Decode everything behind the edge; every ``next`` is one step.

        May be begun anew, with other step counts: the prefix's keys are still there.

        Args:
            steps: passes for each codebook; None takes ``params.steps``. Fewer are faster.

        Raises:
            DecodingError: not one number for each codebook.
        """
        config = self.lm.config
        steps = self.params.steps if steps is None else steps
        if len(steps) != config.codebooks or min(steps) < 1:
            raise DecodingError(f"steps is {steps}; it must have {config.codebooks} numbers >= 1")
        if self.edge < self.prefix.prompt_frames:
            self.prefix.prefill(self.prefix.prompt_frames)
        edge = known_before(self.edge, config.codebooks, self.frames, self.lm.device)
        codes, known = self.codes, self._known | edge
        shown = torch.where(edge, codes, torch.full_like(codes, config.mask_id))
        self._shown, self._done = shown, False
        rescoring = Rescoring.of(self.request, edge=self.edge, own_cache=self.prefix.cache)
        for stage, count in enumerate(steps):
            shown[:, stage] = torch.where(known[stage], codes[:, stage], shown[:, stage])
            masked = MaskedStage(
                config,
                self.params,
                stage=stage,
                steps=count,
                tokens=shown[:, stage],
                frozen=known[stage],
                generators=self.request.generators,
                draw_frozen=False,  # rows before the edge are not computed again
            )
            if masked.plan:
                rescore = None if rescoring is None else partial(rescoring.rank, shown, stage)
                yield from masked.run(partial(self._logits, stage, self._attention(stage)), rescore)
        self._done = True

    def _logits(self, stage: int, attend: Attend, places: Places, guidance: float) -> Tensor:
        """Return guided logits ``[n, card]`` of a stage at ``places``: one pass."""
        assert self._shown is not None
        first = self.edge if self.forward.shortcuts.prefix else 0  # row of states[:, 0]
        columns = delay(self._shown, self.lm.config.mask_id)[:, :, first:]
        states = self.forward.states(
            self.lm.embed(columns),
            self.prefix.offsets.of_columns(first),
            attend,
            rows=self.forward.rows(guidance),
        )
        # Frame t is predicted by row stage + t; frames whose row lies before the edge are known.
        rows, frames = places
        return self.forward.stage_logits(states, stage, (rows, frames + stage - first), guidance)

    def _attention(self, stage: int) -> Attend:
        """Return the stage's attention rule over rows ``edge ..`` (or over all, to compare)."""
        config = self.lm.config
        if not self.forward.shortcuts.prefix:
            mask = stage_mask(
                config, self.frames, stage=stage, prefix=self.edge, device=self.lm.device
            )
            return FullAttention(mask, self.lm.dtype)
        return InfillAttention(
            self.prefix.cache,
            prefix=self.edge,
            frames=self.frames,
            stage=stage,
            context=config.subcodes_context,
            rows=self.prefix.rows,
            banded=self.forward.shortcuts.band,
        )
