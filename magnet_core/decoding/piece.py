"""Decoding a piece of any length, with anything given in it: window after window.

The windows (``windows.py``) go through the piece once, from the first unknown frame to the last.
Each is decoded by the decoder of the model, and what it decides is known to the next one.

*The prefix.* ``params.prefix_frames`` begin the piece: the first window alone has them, the later
ones have their context. They are decoded without sight of what comes after, so where something is
given behind them they take at most half of the gap, and the infill joins the ends. A plain MAGNeT
model has no prefix of its own; a model of the same codec that reads forwards, autoregressive or
hybrid, can play it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from torch import Tensor

from magnet_core.config import DecodingParams, SpanArrangement, Variant
from magnet_core.decoding.autoregressive import AutoregressiveDecoding
from magnet_core.decoding.masked import Step
from magnet_core.decoding.opening import Decoding, start
from magnet_core.decoding.request import Partner, Request, causal_prompt
from magnet_core.decoding.windows import Window, plan_windows
from magnet_core.errors import DecodingError


class PieceDecoding:
    """Decodes a piece, step by step.

    Args:
        request: as for one window, but ``frames`` may exceed the model's segment.
        partner: plays the prefix, for a plain MAGNeT model whose parameters ask for one.

    Attributes:
        passes: forward passes it takes; fewer where a stage finds nothing to do.

    Raises:
        DecodingError: the request does not fit the model, or leaves nothing to fill.
    """

    def __init__(self, request: Request, partner: Partner | None = None) -> None:
        config = request.config
        self.request, self.partner = request, partner
        self._codes, self._known = request.place_given()
        if config.variant is Variant.AUTOREGRESSIVE:
            causal_prompt(self._known)
        self._is_plain = config.variant is Variant.MAGNET
        trims = request.params.span_arrangement is SpanArrangement.NONOVERLAP and self._is_plain
        windows = plan_windows(self._known, config.segment_frames, config.span_len if trims else 1)
        if not windows and not (request.frozen is not None and self._known.all()):
            raise DecodingError(
                f"frames is {request.frames}; that is less than one span more than given"
            )
        self._parts = [(window, self._params(i, window)) for i, window in enumerate(windows)]
        begins_with_prefix = bool(self._parts) and self._parts[0][1].prefix_frames > 0
        if self._is_plain and begins_with_prefix and partner is None:
            raise DecodingError(
                f"prefix_frames is {request.params.prefix_frames}; a plain MAGNeT model needs a "
                "prefix_model for that"
            )
        self.passes = sum(self._count_passes(*part) for part in self._parts)
        is_cut = windows and not self._known[:, windows[-1].stop :].all()
        self._end = windows[-1].stop if is_cut else request.frames

    @property
    def codes(self) -> Tensor:
        """The tokens so far, int64 ``[B, K, T]``; the mask id where unknown."""
        return self._codes[..., : self._end]

    def steps(self) -> Iterator[Step]:
        """Decode; every ``next`` is one step."""
        for window, params in self._parts:
            if self._is_plain and params.prefix_frames:
                yield from self._partner_steps(window, params)
            decoding = start(self._part(window, params))
            yield from decoding.steps()
            self._keep(window, decoding)

    def _params(self, index: int, window: Window) -> DecodingParams:
        params, begin = self.request.params, window.start + window.known
        given = self._known[:, begin : window.stop].any(dim=0)
        gap = int(given.long().argmax()) if given.any() else 2 * params.prefix_frames
        prefix = 0 if index else min(params.prefix_frames, gap // 2)
        return replace(params, prefix_frames=prefix)

    def _count_passes(self, window: Window, params: DecodingParams) -> int:
        codebooks, prefix = self.request.config.codebooks, params.prefix_frames
        columns = window.frames + codebooks - 1 - window.known
        prefill = min(window.known, 1)
        if self.request.config.variant is Variant.AUTOREGRESSIVE:
            return prefill + columns
        infill = sum(params.steps)
        if params.rescore_weight > 0.0:  # but for the last step of each stage
            infill += sum(steps - 1 for steps in params.steps)
        if self._is_plain:
            paired = prefill + min(prefix + codebooks - 1, columns) if prefix else 0
            return infill + paired
        return prefill + min(prefix, columns) + infill

    def _partner_steps(self, window: Window, params: DecodingParams) -> Iterator[Step]:
        partner = self.partner
        assert partner is not None
        frames = min(window.known + params.prefix_frames, window.frames)
        begin = replace(window, frames=frames)
        # By this decoder whatever the partner is: a hybrid one would fill in the end of its window.
        decoding = AutoregressiveDecoding(
            replace(
                self._part(begin, replace(params, rescore_weight=0.0)),
                lm=partner.lm,
                conditions=self._at(begin, partner).conditions,
                rescorer=None,
            )
        )
        yield from decoding.steps()
        self._keep(begin, decoding)

    def _part(self, window: Window, params: DecodingParams) -> Request:
        """Return the request of a window by the model itself."""
        request, where = self.request, slice(window.start, window.stop)
        own = self._at(window, Partner(request.lm, request.conditions))
        return replace(
            request,
            conditions=own.conditions,
            frames=window.frames,
            params=params,
            prompt_codes=self._codes[..., where],
            frozen=self._known[:, where],
            rescorer=None if request.rescorer is None else self._at(window, request.rescorer),
        )

    @staticmethod
    def _at(window: Window, partner: Partner) -> Partner:
        """Return a model with its conditions from the beginning of a window on."""
        rate = partner.lm.config.frame_rate
        return replace(partner, conditions=partner.conditions.at_frame(window.start, rate))

    def _keep(self, window: Window, decoding: Decoding) -> None:
        where = slice(window.start, window.stop)
        self._codes[..., where] = decoding.codes
        self._known[:, where] = True
