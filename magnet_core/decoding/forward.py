"""One guided forward pass, with every exact saving and a count of what it cost.

Classifier-free guidance runs two rows for each result: one told text and harmony, one told neither
(both hear the beat: a null row out of time would guide away from nothing musical). Four things need
not be computed, and leaving them out changes nothing but rounding:

- the null row's cross-attention: an empty text adds exactly zero;
- the null row itself, where the guidance weight is 1;
- the heads of other codebooks, and this head at frames that are not drawn;
- attention outside the band of a later stage (and, in a hybrid model, the prefix's columns).

``Shortcuts`` can switch each off, so that tests and the benchmark compare results and costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from magnet_core.decoding.sampling import guide
from magnet_core.model.attention import Attend
from magnet_core.model.lm import Conditions, TransformerLM

# The row and the position of each of n states, int64 ``[n]`` both. Not a mask: how many a mask
# marks, a GPU must be asked for, and the host waits for all that was launched before.
Places: TypeAlias = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcuts:
    """Which exact savings are used. All of them, but to compare.

    Attributes:
        null_text: no cross-attention in the null row.
        null_row: no null row at guidance weight 1.
        one_head: only the wanted head, only at the frames to draw.
        band: banded attention at linear cost in stages > 0.
        prefix: a hybrid model's prefix is computed once.
    """

    null_text: bool = True
    null_row: bool = True
    one_head: bool = True
    band: bool = True
    prefix: bool = True


@dataclass(frozen=True, slots=True)
class InputOffsets:
    """What is added to the token embeddings of a window, ``[1 or B, S, D]`` each.

    Attributes:
        told: of the conditional rows: position, beat and harmony.
        null: of the null rows: position and beat.
    """

    told: Tensor
    null: Tensor

    @classmethod
    def of(cls, lm: TransformerLM, conditions: Conditions, count: int) -> InputOffsets:
        """Return those of ``count`` columns; constant while the conditions are."""
        told = lm.input_offsets(conditions, 0, count)
        if conditions.harmony is None:
            return cls(told, told)
        return cls(told, lm.input_offsets(conditions.without_harmony(), 0, count))

    def of_columns(self, first: int, stop: int | None = None) -> InputOffsets:
        """Return those of the columns ``first .. stop - 1``."""
        return InputOffsets(self.told[:, first:stop], self.null[:, first:stop])


@dataclass(slots=True)
class PassCounter:
    """What forward passes have cost so far; a decoder adds to the one it is given.

    Attributes:
        passes: calls of the network.
        rows: batch rows of those calls, null rows included.
        positions: rows times the positions computed in each.
        text_positions: of those, the ones that attended to a text.
        head_positions: rows times positions times heads.
    """

    passes: int = 0
    rows: int = 0
    positions: int = 0
    text_positions: int = 0
    head_positions: int = 0


class GuidedForward:
    """Runs the conditional and the null rows of a batch.

    Args:
        lm: the network.
        conditions: of the B conditional rows.
        shortcuts: which savings to use.
        counter: counts the work.
    """

    def __init__(
        self,
        lm: TransformerLM,
        conditions: Conditions,
        shortcuts: Shortcuts,
        counter: PassCounter,
    ) -> None:
        self.lm, self.shortcuts, self.counter = lm, shortcuts, counter
        self.batch = conditions.rows
        self._told = conditions
        self._both = conditions if self.shortcuts.null_text else conditions.with_null_rows()

    def rows(self, weight: float) -> int:
        """Return how many rows a pass at this guidance weight has: B, or 2B with null rows."""
        skip = weight == 1.0 and self.shortcuts.null_row
        return self.batch if skip else 2 * self.batch

    def states(self, tokens: Tensor, offsets: InputOffsets, attend: Attend, *, rows: int) -> Tensor:
        """Return output states ``[rows, S, D]`` of token embeddings ``[B, S, D]``."""
        both = rows > self.batch
        conditions = self._both if both else self._told
        count, positions = self.counter, tokens.shape[1]
        count.passes += 1
        count.rows += rows
        count.positions += rows * positions
        count.text_positions += conditions.rows * positions
        x = tokens + offsets.told
        return self.lm.trunk(
            torch.cat([x, tokens + offsets.null]) if both else x, conditions, attend
        )

    def stage_logits(self, states: Tensor, stage: int, places: Places, weight: float) -> Tensor:
        """Return the guided logits float32 ``[n, card]`` of codebook ``stage`` at n places.

        Args:
            states: ``[B or 2B, S, D]``.
            stage: codebook.
            places: in ``[B, S]``.
            weight: of the conditional row.
        """
        halves = torch.split(states, self.batch)
        if not self.shortcuts.one_head:
            self.counter.head_positions += states.shape[0] * states.shape[1] * len(self.lm.linears)
            logits = [self.lm.heads(half)[:, stage][places] for half in halves]
        else:
            wanted = torch.cat([half[places] for half in halves])
            self.counter.head_positions += wanted.shape[0]
            logits = list(self.lm.head(stage, wanted).chunk(len(halves)))
        return logits[0] if len(logits) == 1 else guide(logits[0], logits[1], weight)
