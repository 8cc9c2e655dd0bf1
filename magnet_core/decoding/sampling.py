"""Drawing tokens from logits, and how probable the drawn ones were.

A token is drawn by inverting the cumulative distribution at one uniform number, so a frame costs
one random number instead of one per entry of the codebook, and a frame's token does not depend on
how many other frames are drawn with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor


def uniform_noise(generators: Sequence[Generator], count: int, device: torch.device) -> Tensor:
    """Return uniform numbers ``[B, count]``, row i from generator i alone."""
    rows = [torch.rand(count, generator=g, device=g.device) for g in generators]
    return torch.stack(rows).to(device, non_blocking=True)


def guide(conditional: Tensor, null: Tensor, weight: float) -> Tensor:
    """Return guided logits: beyond the conditional ones by ``weight``, away from the null ones."""
    return null + (conditional - null) * weight


def draw(
    logits: Tensor,
    noise: Tensor | None,
    *,
    temperature: float,
    top_p: float = 0.0,
    top_k: int = 0,
) -> tuple[Tensor, Tensor]:
    """Return the drawn tokens and their probabilities, both ``[...]``.

    The probability is that of the whole distribution at ``temperature``, except under ``top_k``:
    there it is renormalised over the kept tokens (both as in the reference).

    Args:
        logits: ``[..., card]``.
        noise: uniform in [0, 1), ``[...]``; None takes the arg-max.
        temperature: above 0.
        top_p: nucleus mass, 0 for off: keeps tokens before which less than this mass lies.
        top_k: tokens kept if ``top_p`` is 0; 0 keeps all.
    """
    probability = torch.softmax(logits / temperature, dim=-1)
    if noise is None:
        token = logits.argmax(dim=-1)
        return token, probability.gather(-1, token[..., None])[..., 0]
    if top_p > 0.0:
        ranked, order = probability.sort(dim=-1, descending=True)
        mass = ranked.cumsum(dim=-1)
        kept = ((mass - ranked) <= top_p).sum(dim=-1, keepdim=True)
    elif 0 < top_k < logits.shape[-1]:
        ranked, order = probability.topk(top_k, dim=-1)
        ranked = ranked / ranked.sum(dim=-1, keepdim=True)
        mass = ranked.cumsum(dim=-1)
        kept = torch.full_like(order[..., :1], top_k)
    else:
        token = _invert(probability.cumsum(dim=-1), noise).clamp(max=logits.shape[-1] - 1)
        return token[..., 0], probability.gather(-1, token)[..., 0]
    total = mass.gather(-1, kept - 1)
    place = torch.minimum(_invert(mass, noise * total[..., 0]), kept - 1)
    return order.gather(-1, place)[..., 0], ranked.gather(-1, place)[..., 0]


def _invert(mass: Tensor, level: Tensor) -> Tensor:
    """Return ``[..., 1]``: the first entry whose mass exceeds the level.

    Rounding can leave the last mass below the level; what comes back is then one too many.
    """
    return torch.searchsorted(mass, level[..., None], right=True)
