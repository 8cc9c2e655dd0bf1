"""The decoder that belongs to a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from torch import Generator, Tensor

from magnet_core.config import DecodingParams, Variant
from magnet_core.decoding.autoregressive import AutoregressiveDecoding
from magnet_core.decoding.forward import PassCounter, Shortcuts
from magnet_core.decoding.hybrid import HybridDecoding
from magnet_core.decoding.masked import Step
from magnet_core.decoding.parallel import ParallelDecoding
from magnet_core.model.lm import Conditions, TransformerLM


class Decoding(Protocol):
    """One window being decoded."""

    @property
    def codes(self) -> Tensor:
        """The tokens so far, int64 ``[B, K, T]``; the mask id where unknown."""

    def steps(self) -> Iterator[Step]:
        """Decode; every ``next`` is one forward pass."""


def open_decoding(
    lm: TransformerLM,
    conditions: Conditions,
    *,
    frames: int,
    params: DecodingParams,
    generators: Sequence[Generator],
    prompt_codes: Tensor | None = None,
    shortcuts: Shortcuts | None = None,
    counter: PassCounter | None = None,
) -> Decoding:
    """Return the decoding of a window by the decoder of the model's variant.

    Args:
        lm: the network.
        conditions: of the B rows.
        frames: T.
        params: how to decode.
        generators: one for each row.
        prompt_codes: int64 ``[B, K, P]``, the first frames; or None.
        shortcuts: savings to leave out, for comparison.
        counter: counts the work.

    Raises:
        DecodingError: the request does not fit the model.
    """
    kinds: dict[Variant, Callable[..., Decoding]] = {
        Variant.MAGNET: ParallelDecoding,
        Variant.AUTOREGRESSIVE: AutoregressiveDecoding,
        Variant.HYBRID: HybridDecoding,
    }
    return kinds[lm.config.variant](
        lm,
        conditions,
        frames=frames,
        params=params,
        generators=generators,
        prompt_codes=prompt_codes,
        shortcuts=shortcuts,
        counter=counter,
    )
