"""Which loaded models may work together: one plays the prefix of another, or rescores it.

Both must mean the same sound by the same tokens. Sizes and rates do not tell: music and sound
effects have codecs of four times 2,048 entries at 50 frames a second, at 32 and 16 kHz, and a codec
that was trained again keeps all its numbers. Whoever pairs two that differ hears noise and no
error, so where both have their codec at hand, both are asked how a few tokens sound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from magnet_core.checkpoints.presets import prefix_frames
from magnet_core.codec.absent import AbsentCodec
from magnet_core.config import Variant
from magnet_core.errors import CheckpointError, DecodingError
from magnet_core.partners import check_partner
from magnet_core.types import Codec

if TYPE_CHECKING:
    from magnet_core.api import Model

_PROBE_FRAMES = 16
_TOLERANCE = 0.05  # of the loudness: weights that were stored as float16 sound a little otherwise


def pair(model: Model, other: Model) -> None:
    """Let ``other`` play the prefix of ``model``: a second of it, unless that has a number.

    Raises:
        CheckpointError: ``model`` is no plain MAGNeT, or ``other`` cannot.
    """
    config = model.lm.config
    if config.variant is not Variant.MAGNET:
        raise CheckpointError(
            f"{model.name} plays its own prefix; a prefix_model is for a plain MAGNeT model"
        )
    _check(model, other, "prefix_model")
    model.prefix_model = other
    if model.params.prefix_frames == 0:
        model.params = replace(model.params, prefix_frames=prefix_frames(config))


def let_rescore(model: Model, other: Model) -> None:
    """Let ``other`` rescore what ``model`` draws, where parameters ask for it.

    Raises:
        CheckpointError: ``model`` draws nothing that could be rescored, or ``other`` cannot.
    """
    if model.lm.config.variant is Variant.AUTOREGRESSIVE:
        raise CheckpointError(f"{model.name} is autoregressive: it has no steps to rescore")
    _check(model, other, "rescorer")
    model.rescorer = other


def _check(model: Model, other: Model, role: str) -> None:
    try:
        check_partner(model, other, role)
    except DecodingError as error:
        raise CheckpointError(str(error)) from error
    if not sound_alike(model.codec, other.codec):
        raise CheckpointError(
            f"{other.name} cannot be the {role} of {model.name}: its codec is another one, the "
            "same tokens do not sound the same"
        )


def sound_alike(one: Codec, other: Codec) -> bool:
    """Return whether the same tokens are the same sound; True where a codec is not at hand."""
    if isinstance(one, AbsentCodec) or isinstance(other, AbsentCodec) or one is other:
        return True
    k, t = torch.arange(one.codebooks)[:, None], torch.arange(_PROBE_FRAMES)[None]
    codes = (37 * t + 101 * k) % one.card
    with torch.inference_mode():
        ours, theirs = one.decode(codes).cpu(), other.decode(codes).cpu()
    if ours.shape != theirs.shape:
        return False
    return bool((ours - theirs).norm() <= _TOLERANCE * ours.norm())
