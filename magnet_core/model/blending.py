"""Several texts at once: how weighted prompts become what one row of the network is told.

Each text is attended to by itself, and the answers are added up by weight, in every layer::

    x += share_1 * attention(x, text_1) + share_2 * attention(x, text_2) + ...

so that the network runs once, whatever the number of texts: only the cross-attention, the smallest
part of a layer, has as many keys as there are words. A text alone, or with others of weight 0, is
exactly what it is without this; the result is continuous in the weights; and no text at all, which
adds zero, may be blended in as well.

One softmax over the tokens of all texts, with the weights as a bias, would be simpler and does not
work: it lets the text win whose keys happen to be larger, and those differ by more than a slider
can make up for. Measured on the bundled model by the Jensen-Shannon divergence of its next tokens,
a text of weight 0.01 could so take the music more than half the way to itself. Added up by weight,
they stay within 0.001 of the geometric mean of what the texts give alone, at every weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from magnet_core.errors import DecodingError

Prompt = str | Sequence[tuple[str, float]]  # one text, or several with their weights


@dataclass(frozen=True, slots=True)
class Blend:
    """A prompt as texts and shares.

    Attributes:
        texts: each once, the one with the largest share first; equals in alphabetical order.
        shares: of the texts, above 0, with sum 1.
    """

    texts: tuple[str, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, prompt: Prompt) -> Self:
        """Return a prompt's texts and shares.

        The order of the pairs and a common factor of their weights mean nothing. Pairs of the same
        text count as one, those of weight 0 as none; where none is left, the prompt is no text.

        Raises:
            DecodingError: no pairs, or a weight that is negative or no finite number.
        """
        if isinstance(prompt, str):
            return cls((prompt,), (1.0,))
        if not prompt:
            raise DecodingError("a blend has no texts; it must have a pair (text, weight) or more")
        weights: dict[str, list[float]] = {}
        for text, weight in prompt:
            if not (math.isfinite(weight) and weight >= 0.0):
                raise DecodingError(
                    f"the weight of {text!r} is {weight}; it must be a finite number, 0 or more"
                )
            weights.setdefault(text, []).append(weight)
        heaviest = max(max(values) for values in weights.values())
        if heaviest == 0.0:
            return cls(("",), (1.0,))
        # Divided by the heaviest first: a sum of huge weights would be infinite.
        sums = {t: math.fsum(w / heaviest for w in values) for t, values in weights.items()}
        whole = math.fsum(sums.values())
        shares = {text: value / whole for text, value in sums.items() if value / whole > 0.0}
        texts = sorted(shares, key=lambda text: (-shares[text], text))
        return cls(tuple(texts), tuple(shares[text] for text in texts))


def side_by_side(
    hidden: Sequence[Tensor], blends: Sequence[Blend]
) -> tuple[list[Tensor], Tensor | None]:
    """Return the texts of B rows, M for each, and their shares ``[B, M]`` float64.

    Texts without tokens add nothing whatever their share, so they are left out; rows of fewer than
    M texts are filled up with such. The shares are None where every row is one whole text.

    Args:
        hidden: the text encoder's output of all texts of all rows in turn, ``[L_i, text_dim]``.
        blends: of the rows.
    """
    rows: list[list[tuple[Tensor, float]]] = []
    rest = iter(hidden)
    for blend in blends:
        pairs = list(zip([next(rest) for _ in blend.texts], blend.shares, strict=True))
        told = [(states, share) for states, share in pairs if states.shape[0]]
        rows.append(told or [(pairs[0][0], 1.0)])
    most = max(map(len, rows))
    silence = (hidden[0][:0], 0.0)
    filled = [row + [silence] * (most - len(row)) for row in rows]
    states = [state for row in filled for state, _ in row]
    shares = torch.tensor([[share for _, share in row] for row in filled], dtype=torch.float64)
    return states, None if most == 1 and bool((shares == 1.0).all()) else shares
