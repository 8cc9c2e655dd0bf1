"""The decoder that belongs to a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from torch import Tensor

from magnet_core.config import Variant
from magnet_core.decoding.autoregressive import AutoregressiveDecoding
from magnet_core.decoding.hybrid import HybridDecoding
from magnet_core.decoding.masked import Step
from magnet_core.decoding.parallel import ParallelDecoding
from magnet_core.decoding.request import Request


class Decoding(Protocol):
    """One window being decoded."""

    @property
    def codes(self) -> Tensor:
        """The tokens so far, int64 ``[B, K, T]``; the mask id where unknown."""

    def codes_between(self, begin: int, end: int) -> Tensor:
        """Return ``codes[..., begin:end]`` at the cost of those frames alone."""

    def steps(self) -> Iterator[Step]:
        """Decode; every ``next`` is one step."""


_KINDS: dict[Variant, Callable[[Request], Decoding]] = {
    Variant.MAGNET: ParallelDecoding,
    Variant.AUTOREGRESSIVE: AutoregressiveDecoding,
    Variant.HYBRID: HybridDecoding,
}


def start(request: Request) -> Decoding:
    """Return the decoding of a window, by the decoder of the model's variant.

    Raises:
        DecodingError: the request does not fit the model.
    """
    return _KINDS[request.config.variant](request)
