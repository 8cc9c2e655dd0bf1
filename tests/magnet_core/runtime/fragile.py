"""A codec and a text encoder that fail when a test says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from torch import Tensor

from magnet_core.codec.carrier import CarrierCodec, CarrierStream
from magnet_core.errors import DecodingError
from magnet_core.types import TextEncoder
from tests.magnet_core.runtime.tiny import tiny_codec

UNSPEAKABLE = "unspeakable"
MEMORY_EATER = "memory eater"


class FragileWords:
    """A text encoder that refuses one prompt, and breaks down over another."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder, self.dim = encoder, encoder.dim

    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        if UNSPEAKABLE in texts:
            raise DecodingError("this cannot be said")
        if MEMORY_EATER in texts:
            raise RuntimeError("out of memory")
        return self._encoder.encode(texts)


class FragileStream(CarrierStream):
    """A stream that fails while it, or its codec, is ``broken``: half way through a push."""

    broken = False

    def push(self, codes: Tensor) -> Tensor:
        pcm = super().push(codes)
        codec = cast(FragileCodec, self._codec)
        codec.pushes += 1
        if self.broken or codec.broken:
            raise RuntimeError("out of memory")
        return pcm


class FragileCodec(CarrierCodec):
    """A codec that keeps its streams in sight."""

    broken = False
    pushes = 0

    def stream(self) -> FragileStream:
        stream = FragileStream(self)
        self.streams = [*getattr(self, "streams", []), stream]
        return stream


def fragile_codec() -> FragileCodec:
    """Return one that sounds like ``tiny_codec``."""
    codec = FragileCodec(tiny_codec().config).eval()
    codec.load_state_dict(tiny_codec().state_dict())
    return codec
