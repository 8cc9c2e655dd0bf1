"""Six slots for prompts, blended by weight into one.

An empty slot takes no part, but keeps its weight for the text that comes: a fader stays where it
is. Only where all are empty the music is told nothing. What the words say about tempo and key
cannot be blended, so it is taken from the heaviest slot that says anything: in a crossfade it
changes where another becomes the heaviest, unless the session's tempo is set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from magnet_core.api import Model
from magnet_core.config import require
from magnet_core.model.harmony import Key

SLOTS = 6

Blend = tuple[tuple[str, float], ...]  # texts and weights


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One text and how much of it is wanted, 0 to 1.

    Slots that are heard the same are equal, so that the fader of an empty one changes no music.
    """

    text: str = ""
    weight: float = 1.0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slot) and self._heard == other._heard

    def __hash__(self) -> int:
        return hash(self._heard)

    @property
    def _heard(self) -> tuple[str, float]:
        return self.text, self.heard_weight

    @property
    def heard_weight(self) -> float:
        """Its weight in the blend: an empty slot has none."""
        return self.weight if self.text else 0.0


_EMPTY = Slot()


@dataclass(frozen=True, slots=True)
class Prompts:
    """What all slots hold; a change gives a new object."""

    slots: tuple[Slot, ...] = (_EMPTY,) * SLOTS

    @classmethod
    def only(cls, text: str) -> Prompts:
        """Return one prompt in slot 1, and all others empty; all weights are full."""
        return cls((Slot(text), *(_EMPTY,) * (SLOTS - 1)))

    def with_slot(
        self, number: int, text: str | None = None, weight: float | None = None
    ) -> Prompts:
        """Return the prompts after slot ``number`` was set; what is None stays as it was.

        Raises:
            ConfigError: no such slot, or a weight outside 0 to 1.
        """
        is_slot = isinstance(number, int) and 1 <= number <= SLOTS
        require(is_slot, "slot", number, f"a whole number from 1 to {SLOTS}")
        before = self.slots[number - 1]
        text = before.text if text is None else text
        weight = before.weight if weight is None else weight
        is_weight = isinstance(weight, (int, float)) and math.isfinite(weight)
        in_range = is_weight and 0.0 <= weight <= 1.0
        require(in_range, f"the weight of slot {number}", weight, "a number from 0 to 1")
        slot = Slot(text, float(weight))
        return replace(self, slots=(*self.slots[: number - 1], slot, *self.slots[number:]))

    def blend(self, weights: Sequence[float] | None = None) -> Blend:
        """Return the texts that are heard and their weights; never empty.

        Args:
            weights: of the slots, while they are on their way to those that are set.
        """
        if weights is None:
            weights = [slot.weight for slot in self.slots]
        texts = zip((slot.text for slot in self.slots), weights, strict=True)
        heard = tuple((text, weight) for text, weight in texts if text and weight > 0.0)
        return heard if len(heard) > 1 else ((heard[0][0] if heard else "", 1.0),)

    def fades_from(self, before: Prompts) -> bool:
        """Whether weights are on their way from ``before``: a lone text is there at once."""
        return sum(bool(slot.text) for slot in self.slots) > 1 and any(s.text for s in before.slots)

    def _heaviest_first(self) -> list[str]:
        return [text for text, _ in sorted(self.blend(), key=lambda pair: -pair[1])]

    def tempo_bpm(self, model: Model) -> float:
        """Return the tempo of the heaviest text that asks for one, as far as ``model`` can tell."""
        silence = model.tempo_bpm("")
        tempos = [model.tempo_bpm(text) for text in self._heaviest_first()]
        return next((tempo for tempo in tempos if tempo != silence), silence)

    def key(self, model: Model) -> Key:
        """Return the key of the heaviest text that asks for one, as far as ``model`` can tell."""
        keys = [model.key(text) for text in self._heaviest_first()]
        return next((key for key in keys if key != Key()), Key())
