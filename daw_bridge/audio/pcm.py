"""PCM on a WebSocket: a header of 40 bytes, then interleaved samples."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from daw_bridge.errors import MessageError


class PcmFormat(StrEnum):
    """Sample formats on the wire."""

    F32 = "f32"
    S16 = "s16"


_HEADER = struct.Struct("<4sBBBBIIQQQ")
HEADER_BYTES = _HEADER.size
_MAGIC = b"MGNT"
_FORMATS = (PcmFormat.F32, PcmFormat.S16)
_SAMPLE_BYTES = {PcmFormat.F32: 4, PcmFormat.S16: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class PcmHeader:
    """The 40 bytes before the interleaved samples of a binary frame.

    Attributes:
        format, channels, sample_rate: of the samples that follow.
        flags: FLAG_* of ``worker_protocol``, or-ed.
        frames: sample frames in this message.
        sequence: number of this message on this connection, from 0, no gaps.
        position: stream position of the first sample frame, at ``sample_rate``.
        plan_id: the plan that made it.
    """

    format: PcmFormat
    channels: int
    sample_rate: int
    frames: int
    sequence: int
    position: int
    flags: int = 0
    plan_id: int = 0

    def pack(self) -> bytes:
        """Return the 40 bytes."""
        return _HEADER.pack(
            _MAGIC,
            1,
            _FORMATS.index(self.format),
            self.channels,
            self.flags,
            self.sample_rate,
            self.frames,
            self.sequence,
            self.position,
            self.plan_id,
        )

    def samples(self, message: bytes) -> npt.NDArray[np.float32]:
        """Return the samples of a binary frame with this header: float32 ``[C, n]``."""
        kind = "<i2" if self.format is PcmFormat.S16 else "<f4"
        raw = np.frombuffer(message, kind, offset=HEADER_BYTES).reshape(-1, self.channels)
        scale = np.float32(1 / 32768 if self.format is PcmFormat.S16 else 1)
        return np.ascontiguousarray(raw.T, np.float32) * scale

    @classmethod
    def unpack(cls, message: bytes) -> PcmHeader:
        """Return the header of a whole binary frame.

        Raises:
            MessageError: it is not one, or the samples after it are too few or too many.
        """
        if len(message) < HEADER_BYTES or not message.startswith(_MAGIC):
            raise MessageError(f"{len(message)} bytes that do not begin with a PCM header")
        _, version, kind, channels, flags, rate, frames, sequence, position, plan = (
            _HEADER.unpack_from(message)
        )
        if version != 1 or kind >= len(_FORMATS) or channels == 0:
            raise MessageError(f"PCM header version {version}, format {kind}, {channels} channels")
        size = frames * channels * _SAMPLE_BYTES[_FORMATS[kind]]
        if len(message) != HEADER_BYTES + size:
            raise MessageError(f"{len(message) - HEADER_BYTES} bytes of samples instead of {size}")
        return cls(
            format=_FORMATS[kind],
            channels=channels,
            sample_rate=rate,
            frames=frames,
            sequence=sequence,
            position=position,
            flags=flags,
            plan_id=plan,
        )
