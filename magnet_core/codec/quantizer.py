"""EnCodec's residual vector quantizer, from the ``encodec`` package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from torch import Tensor

from magnet_core.third_party import encodec_modules

_DEAD_BELOW = 0.25


class Quantized(Protocol):
    """What quantizing gives: the nearest entries' sum, and how far it is from the input."""

    quantized: Tensor
    penalty: Tensor


class _Codebook(Protocol):
    embed: Tensor


class _Layer(Protocol):
    _codebook: _Codebook


class _Quantization(Protocol):
    layers: Iterable[_Layer]

    def encode(self, x: Tensor) -> Tensor: ...


class ResidualVectorQuantizer(Protocol):
    """What the codecs use of the package's class, which is an ``nn.Module`` without types."""

    vq: _Quantization

    def __call__(self, x: Tensor, frame_rate: int) -> Quantized:
        """Return ``x`` ``[B, D, T]`` quantized."""


def residual_vector_quantizer(*, dim: int, codebooks: int, card: int) -> ResidualVectorQuantizer:
    """Return an untrained quantizer of ``codebooks`` x ``card`` entries of width ``dim``.

    It initialises itself by k-means on the first training batch, follows its inputs by moving
    averages and replaces entries that nothing uses (Defossez et al. 2022, section 3.2). "Nothing"
    is a quarter of a vector per batch here: batches are small, and under the package's own limit of
    2 most entries of a codebook would be replaced before they had learned.
    """
    _, quantization = encodec_modules()
    quantizer: ResidualVectorQuantizer = quantization.ResidualVectorQuantizer(
        dimension=dim, n_q=codebooks, bins=card, threshold_ema_dead_code=_DEAD_BELOW
    )
    return quantizer
