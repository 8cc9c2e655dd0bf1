"""Parallel decoding (MAGNeT): all frames at once, one codebook after the other.

Codes have K codebooks; codebook 0 carries the music, each later one a finer residue of the sound.
Decoding goes through them in order. In the *stage* of codebook k the codebooks below k are known,
those above are still all masked, and codebook k itself is decided in a few steps (``masked.py``),
each one forward pass over the whole window::

    codebook 0   done done done done done      In stage 0 every frame sees every other.
    codebook 1   done done done done done      In later stages a frame sees only its
    codebook 2   #### ok   #### ok   ####  <-  neighbours (``subcodes_context``): a residue
    codebook 3   #### #### #### #### ####      depends on what sounds near it in time.

Twenty steps for codebook 0 and ten for each other one make 50 passes for 10 s of music, where
decoding column by column makes 503.

Source: Ziv et al., arXiv 2401.04577, and the released code, whose arg-max result this reproduces
token for token.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from magnet_core.config import SpanArrangement
from magnet_core.decoding.forward import GuidedForward, InputOffsets, Places
from magnet_core.decoding.masked import MaskedStage, Step
from magnet_core.decoding.request import Request, leading_frames
from magnet_core.decoding.rescoring import Rescoring
from magnet_core.model.attention import Attend, BandedAttention, FullAttention, stage_mask


class ParallelDecoding:
    """Decodes a window with a plain MAGNeT model, one forward pass for each step.

    Args:
        request: of a model of the MAGNET variant. Under the nonoverlap arrangement a last span that
            is not whole is left out, as the reference does, unless something in it is frozen.

    Attributes:
        codes: int64 ``[B, K, T]``, the mask id where unknown; updated by every step.
        frozen: bool ``[K, T]``.

    Raises:
        DecodingError: the request does not fit the model.
    """

    def __init__(self, request: Request) -> None:
        codes, frozen = request.place_given()
        whole = request.frames - request.frames % request.config.span_len
        on_grid = request.params.span_arrangement is SpanArrangement.NONOVERLAP
        if on_grid and not frozen[:, whole:].any():
            codes, frozen = codes[..., :whole], frozen[:, :whole]
            request = replace(request, frames=whole)
        request.check_stages()
        self.lm, self.params, self.generators = request.lm, request.params, request.generators
        self.forward = GuidedForward(
            request.lm, request.conditions, request.shortcuts, request.counter
        )
        self.codes, self.frozen = codes, frozen
        with torch.inference_mode():
            self.offsets = InputOffsets.of(self.lm, request.conditions, request.frames)
        # A span of the grid that is given in part is ranked whole.
        edge = leading_frames(frozen) // request.config.span_len * request.config.span_len
        self.rescoring = Rescoring.of(request, edge=edge)

    def codes_between(self, begin: int, end: int) -> Tensor:
        """Return ``codes[..., begin:end]``."""
        return self.codes[..., begin:end]

    def steps(self) -> Iterator[Step]:
        """Decode; every ``next`` is one step, after which ``codes`` may be read."""
        rescoring = self.rescoring
        for stage, steps in enumerate(self.params.steps):
            masked = MaskedStage(
                self.lm.config,
                self.params,
                stage=stage,
                steps=steps,
                tokens=self.codes[:, stage],
                frozen=self.frozen[stage],
                generators=self.generators,
            )
            rescore = None if rescoring is None else partial(rescoring.rank, self.codes, stage)
            yield from masked.run(partial(self._logits, stage, self._attention(stage)), rescore)

    def _logits(self, stage: int, attend: Attend, places: Places, guidance: float) -> Tensor:
        """Return guided logits ``[n, card]`` of a stage at ``places``: one forward pass."""
        states = self.forward.states(
            self.lm.embed(self.codes), self.offsets, attend, rows=self.forward.rows(guidance)
        )
        return self.forward.stage_logits(states, stage, places, guidance)

    def _attention(self, stage: int) -> Attend:
        """Return the stage's attention rule: full in stage 0, a band afterwards."""
        config, frames, device = self.lm.config, self.codes.shape[-1], self.lm.device
        mask = stage_mask(config, frames, stage=stage, prefix=0, device=device)
        if mask is None or not self.forward.shortcuts.band:
            return FullAttention(mask, self.lm.dtype)
        rows = 2 * self.codes.shape[0]
        return BandedAttention(frames, config.subcodes_context, rows, device, self.lm.dtype)
