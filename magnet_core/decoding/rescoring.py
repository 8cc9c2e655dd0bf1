"""Rescoring: which spans stay is decided with the ear of a model that reads forwards.

A step of masked decoding draws a token for every masked frame, then masks the least probable spans
again. Its own probabilities are those of tokens drawn at once, without sight of one another: two
neighbours may both be likely and not belong together. A model that reads forwards (MusicGen for a
MAGNeT, the causal half of a hybrid model for its masked half) judges the same tokens one given the
others, in one pass of teacher forcing. Spans are then ranked by the convex combination (Eq. 5; the
weight w stands with the rescorer, as in Fig. 4)::

    p(token) = w * p_rescorer(token | all columns before it) + (1 - w) * p_own(token)

    step n      draw ......... ######  ->  candidates  ->  one causal pass  ->  ranking with both
    step n + 1  draw ......... ##   #  <-  the worst spans, masked again

Token values come from the decoding model alone; only which of them are kept changes. Nothing is
ranked after the last step of a stage, so a stage of n steps costs n - 1 more passes.

*What the rescorer is shown.* Its columns are those of the delay pattern: the token of codebook q at
frame t is judged given codebook j up to frame ``t + q - 1 - j``. In the stage of codebook k those
above k are not decided yet and stand masked, as the decoding model sees them. A model that reads
forwards met masks at the edges only, so this is not what it was trained on. It is what there is:
``benchmarks/rescoring.py --shown`` measures what it costs the bundled model in accuracy.

*Its conditions* are its own: the text through its own encoder. It is neither guided nor tempered,
so its pass has no null rows.

*A hybrid model rescores itself* unless another model is given. Its causal rows before the edge are
those of its prefix, whose keys and values the cache holds: as in an infill step, only the rows
behind the edge are computed. Another model computes the rows of what is given once, too.

*What it is worth* depends on what the rescorer knows. The bundled model as its own gains little: at
w = 0.5 and without a prefix a token of the result is 0.12 nats likelier to it, while as many passes
spent on steps bring 0.43, and neither is seen in how well words are followed
(``python -m benchmarks.rescoring --prefix-frames 0 --weights 0.5``). The paper's rescorers were
other models, trained apart.

Source: Ziv et al., arXiv 2401.04577, section 3.4. No code for it was released; whether the authors'
rescorer was guided, and what stood for the codebooks above the stage, the paper does not say.
"""

from __future__ import annotations

import torch
from torch import Tensor

from magnet_core.decoding.forward import GuidedForward, InputOffsets, Places
from magnet_core.decoding.patterns import delay
from magnet_core.decoding.request import Partner, Request
from magnet_core.model.kv_cache import CausalAttention, KVCache


class Rescoring:
    """Judges the tokens of a window by a model that reads forwards.

    Args:
        request: of the window.
        rescorer: who judges.
        edge: leading rows of the delay pattern whose columns are known and stay as they are; their
            keys and values are computed once.
        cache: of the rescorer, where those are computed already; None makes one.
    """

    def __init__(
        self, request: Request, rescorer: Partner, *, edge: int, cache: KVCache | None = None
    ) -> None:
        config, columns = request.config, request.frames + request.config.codebooks
        self.lm, self.weight = rescorer.lm, request.params.rescore_weight
        self.rows = columns - 1  # the last column is nobody's input
        self.edge = edge if request.shortcuts.prefix else 0
        if cache is None or not request.shortcuts.prefix:
            like = self.lm.out_norm.weight
            cache = KVCache.allocate(self.lm.config, rows=request.rows, columns=columns, like=like)
        self.cache, self.mask_id = cache, config.mask_id
        self.forward = GuidedForward(
            rescorer.lm, rescorer.conditions, request.shortcuts, request.counter
        )
        with torch.inference_mode():
            self.offsets = InputOffsets.of(self.lm, rescorer.conditions, columns)

    @classmethod
    def of(
        cls, request: Request, *, edge: int, own_cache: KVCache | None = None
    ) -> Rescoring | None:
        """Return the rescoring that a request asks for, or None.

        Args:
            request: of a model with masked stages.
            edge: see above.
            own_cache: of the decoding model, for where it is its own rescorer.
        """
        if request.params.rescore_weight == 0.0:
            return None
        if request.rescorer is not None:
            return cls(request, request.rescorer, edge=edge)
        return cls(request, Partner(request.lm, request.conditions), edge=edge, cache=own_cache)

    def rank(self, codes: Tensor, stage: int, places: Places, own: Tensor) -> Tensor:
        """Return what the tokens of a stage are ranked by, ``[n]``: one forward pass.

        Args:
            codes: int64 ``[B, K, T]``, the mask id where not decided yet.
            stage: codebook.
            places: of the n tokens, none of them in a row before the edge.
            own: the decoding model's probabilities, ``[n]``.
        """
        return torch.lerp(own, self.probability(codes, stage, places), self.weight)

    def probability(self, codes: Tensor, stage: int, places: Places) -> Tensor:
        """Return the rescorer's probabilities ``[n]`` of the tokens of a stage at ``places``."""
        first, (rows, frames) = self.cache.filled, places
        columns = delay(codes, self.mask_id)[:, :, first : self.rows]
        states = self.forward.states(
            self.lm.embed(columns),
            self.offsets.of_columns(first, self.rows),
            CausalAttention(self.cache, first),
            rows=self.forward.batch,
        )
        self.cache.filled = max(first, self.edge)
        # Head k predicts frame t at row k + t.
        shifted = (rows, frames + stage - first)
        logits = self.forward.stage_logits(states, stage, shifted, 1.0)
        tokens = codes[:, stage][places]
        return logits.softmax(dim=-1).gather(-1, tokens[:, None])[:, 0]
