"""What a training step asks for: windows drawn, some of what is known of them withheld, and losses.

Two losses, each a mean that counts the same: *causal*, the cross-entropy of the next token of
every codebook, and *masked*, that of the masked tokens of one codebook. A plain MAGNeT has the
second, an autoregressive model the first, a hybrid both. Texts are dropped now and then, so that
guidance has an unconditional model to compare with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from magnet_core.config import LMConfig, require
from magnet_core.model.harmony import Harmony
from magnet_core.model.lm import TransformerLM
from magnet_core.training.masking import Batch, collate, lay_out
from magnet_core.training.tokens import Window, WindowSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What is withheld, and what counts how much.

    Attributes:
        text_dropout: share of the windows that come without their words.
        harmony_dropout: share that is not told its chords; half of these no key either.
        splice: share that begins with other music, so that a changed prompt is followed.
        splice_frames: how much of it, at most; and at most half of the window.
        stage_odds: of each codebook to be the masked stage. The first codebook carries the music,
            the last mostly noise; a short training should hear it so.
        codebook_weights: of each codebook in a loss; likewise.
    """

    text_dropout: float = 0.15
    harmony_dropout: float = 0.1
    splice: float = 0.3
    splice_frames: int = 150
    stage_odds: tuple[float, ...] = (0.4, 0.25, 0.2, 0.15)
    codebook_weights: tuple[float, ...] = (2.0, 1.0, 0.7, 0.5)

    def __post_init__(self) -> None:
        """Check every value; raises ConfigError."""
        for name in ("text_dropout", "harmony_dropout", "splice"):
            share = getattr(self, name)
            require(0.0 <= share <= 1.0, name, share, "a number from 0 to 1")
        require(self.splice_frames >= 1, "splice_frames", self.splice_frames, "at least 1")
        for name in ("stage_odds", "codebook_weights"):
            values = getattr(self, name)
            require(bool(values) and min(values) > 0.0, name, values, "numbers above 0")


def _for_each(codebooks: int, values: Sequence[float]) -> list[float]:
    """Return one value for each codebook; the last one given holds for all further ones."""
    return [values[min(q, len(values) - 1)] for q in range(codebooks)]


def _with_less(window: Window, objective: Objective, rng: np.random.Generator) -> Window:
    """Return the window, now and then without its words or its harmony."""
    caption, harmony = window.caption, window.harmony
    if rng.random() < objective.text_dropout:
        caption = ""
    if rng.random() < objective.harmony_dropout:
        harmony = Harmony() if rng.random() < 0.5 else Harmony(harmony.key)
    return replace(window, caption=caption, harmony=harmony)


def draw_batch(
    source: WindowSource,
    config: LMConfig,
    objective: Objective,
    rows: int,
    rng: np.random.Generator,
) -> tuple[Batch, list[Window]]:
    """Return random windows of ``source``, laid out for the model, and what is told of them.

    Args:
        source: of the windows.
        config: of the model.
        objective: what is withheld.
        rows: how many.
        rng: of all that is drawn.
    """
    windows, foreign = [], []
    for _ in range(rows):
        window = source.window(config.segment_frames, rng)
        foreign.append(0)
        if rng.random() < objective.splice:
            wanted = int(rng.integers(1, objective.splice_frames + 1))
            other = source.window(min(wanted, window.codes.shape[1] // 2), rng).codes
            foreign[-1] = other.shape[1]
            window.codes[:, : foreign[-1]] = other
        windows.append(_with_less(window, objective, rng))
    odds = np.array(_for_each(config.codebooks, objective.stage_odds))
    laid = [
        lay_out(window.codes, config, stage_odds=odds / odds.sum(), foreign=frames, rng=rng)
        for window, frames in zip(windows, foreign, strict=True)
    ]
    return collate(laid, config), windows


def losses(
    lm: TransformerLM, states: Tensor, batch: Batch, weights: Sequence[float]
) -> dict[str, Tensor]:
    """Return the losses that the batch has, by name, in weighted nats per token.

    Args:
        lm: whose heads are to predict.
        states: its output ``[B, S, D]`` for ``batch.columns``.
        batch: what is asked.
        weights: of the codebooks; the last one holds for all further ones.
    """
    sums: dict[str, Tensor] = {}
    counts: dict[str, float] = {}
    for q, weight in enumerate(_for_each(lm.config.codebooks, weights)):
        for name, where in (("causal", batch.causal[:, q]), ("masked", batch.masked[:, q])):
            if not where.any():
                continue
            wanted = batch.targets[:, q][where].to(states.device)
            logits = lm.head(q, states[where.to(states.device)])
            loss = weight * F.cross_entropy(logits, wanted, reduction="sum")
            sums[name] = sums[name] + loss if name in sums else loss
            counts[name] = counts.get(name, 0.0) + weight * len(wanted)
    return {name: total / counts[name] for name, total in sums.items()}


def total(parts: dict[str, Tensor]) -> Tensor:
    """Return the sum of the losses: what is minimised."""
    return torch.stack(list(parts.values())).sum()
