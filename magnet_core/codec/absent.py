"""The codec of a checkpoint that came without one: knows its rates, and says what to bring."""

from __future__ import annotations

from torch import Tensor

from magnet_core.codec.encodec import EncodecStream
from magnet_core.errors import CheckpointError


class AbsentCodec:
    """Stands where a codec file is missing; implements the ``Codec`` protocol.

    A language model can be used without its codec: it decodes codes, and scores those of others.
    Whatever needs the codec itself raises CheckpointError.

    Args:
        sample_rate, frame_rate, codebooks, card: what the language model's file says.
        reason: which file is missing and how to bring it.
    """

    channels = 1
    lookahead_frames = 0

    def __init__(
        self, *, sample_rate: int, frame_rate: int, codebooks: int, card: int, reason: str
    ) -> None:
        self.sample_rate = sample_rate
        self.frame_rate = frame_rate
        self.hop_length = sample_rate // frame_rate
        self.codebooks = codebooks
        self.card = card
        self.reason = reason

    def encode(self, waveform: Tensor) -> Tensor:
        """Raise CheckpointError."""
        raise CheckpointError(self.reason)

    def decode(self, codes: Tensor) -> Tensor:
        """Raise CheckpointError."""
        raise CheckpointError(self.reason)

    def stream(self) -> EncodecStream:
        """Raise CheckpointError."""
        raise CheckpointError(self.reason)
