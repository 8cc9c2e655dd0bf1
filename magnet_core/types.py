"""The seams of magnet_core: what a codec and a text encoder must do, whoever wrote them.

Shape letters, here and everywhere: B batch, K codebooks, T frames, L text tokens, D width, C
channels, N samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class CodecStream(Protocol):
    """A streaming decode of one sequence of codes: state carried, cost per frame constant."""

    def push(self, codes: Tensor) -> Tensor:
        """Return the samples that became final: codes int64 ``[K, n]`` -> waveform ``[C, m]``."""

    def flush(self) -> Tensor:
        """Return the samples that waited for future frames, ``[C, m]``; the stream has ended."""

    def snapshot(self) -> object:
        """Return a copy of the state that later pushes do not change."""

    def restore(self, snapshot: object) -> None:
        """Go back to a state returned by ``snapshot`` of a stream of the same codec."""


@runtime_checkable
class Codec(Protocol):
    """A neural codec: waveform <-> codes of ``codebooks`` entries per frame."""

    sample_rate: int
    channels: int
    frame_rate: int
    hop_length: int
    codebooks: int
    card: int
    lookahead_frames: int  # future frames that a streamed frame waits for

    def encode(self, waveform: Tensor) -> Tensor:
        """Return codes int64 ``[K, ceil(N / hop_length)]`` of a float32 waveform ``[C, N]``."""

    def decode(self, codes: Tensor) -> Tensor:
        """Return the waveform float32 ``[C, T * hop_length]`` of codes int64 ``[K, T]``."""

    def stream(self) -> CodecStream:
        """Return a new streaming decoder; the concatenation of its output equals ``decode``."""


@runtime_checkable
class TextEncoder(Protocol):
    """Turns prompts into hidden states that the LM projects and attends to."""

    dim: int

    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        """Return one float32 ``[L_i, dim]`` for each text, unpadded; "" gives ``[0, dim]``."""
