"""Two models at one piece: who may help whom, and what each is told.

A *partner* reads the same codes as the model that it helps: it plays the prefix of a plain MAGNeT,
or rescores what a masked stage draws. It hears of the music in its own way: the text through its
own encoder, and the beat and the chords only if it knows such things.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from magnet_core.config import DecodingParams, Variant
from magnet_core.decoding.request import Partner
from magnet_core.errors import DecodingError
from magnet_core.model.blending import Prompt
from magnet_core.model.harmony import Harmony
from magnet_core.model.metre import Metre

if TYPE_CHECKING:
    from magnet_core.api import Model


def check_partner(model: Model, other: Model, role: str) -> None:
    """Raise DecodingError unless ``other`` reads forwards, and the codes of ``model``.

    Args:
        model: that is helped.
        other: may become its partner.
        role: what as, for the message.
    """
    if other.lm.config.variant is Variant.MAGNET:
        raise DecodingError(
            f"{other.name} cannot be the {role}: it is a plain MAGNeT model, and never reads "
            "forwards; an autoregressive or a hybrid one does"
        )
    ours, theirs = (
        f"{m.codebooks} codebooks of {m.card} entries, {m.frame_rate} frames per second, "
        f"{m.sample_rate} Hz, on {m.lm.device}"
        for m in (model, other)
    )
    if ours != theirs:
        raise DecodingError(
            f"{other.name} cannot be the {role} of {model.name}: it has {theirs}; "
            f"it must have {ours}"
        )


def partners_of(
    model: Model,
    params: DecodingParams,
    texts: Sequence[Prompt],
    metre: Sequence[Metre] | None,
    harmony: Sequence[Harmony],
) -> tuple[Partner | None, Partner | None]:
    """Return who plays the prefix and who rescores, where ``params`` ask and it is another model.

    Args:
        model: that is helped.
        params: how it is to decode.
        texts: of each row.
        metre: of each row, or None.
        harmony: of each row.

    Raises:
        DecodingError: a model cannot do what it is there for.
    """
    prefixed = model.lm.config.variant is Variant.MAGNET and params.prefix_frames > 0
    found: list[Partner | None] = []
    for other, role, wanted in (
        (model.prefix_model, "prefix_model", prefixed),
        (model.rescorer, "rescorer", params.rescore_weight > 0.0),
    ):
        if other is None or other.lm is model.lm or not wanted:
            found.append(None)
            continue
        check_partner(model, other, role)
        found.append(Partner(other.lm, other.condition(texts, metre, harmony)))
    return found[0], found[1]
