"""The header of binary messages: as documented, and safe to read from any bytes."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.audio.pcm import HEADER_BYTES, PcmFormat, PcmHeader
from daw_bridge.errors import MessageError


def test_header_is_laid_out_as_documented() -> None:
    """Offsets, widths and byte order are those of the table in the protocol."""
    header = PcmHeader(
        format=PcmFormat.S16,
        channels=2,
        sample_rate=48000,
        frames=960,
        sequence=3,
        position=2**40,
        flags=5,
        plan_id=9,
    )
    packed = header.pack()
    assert len(packed) == HEADER_BYTES == 40
    assert packed[:8] == b"MGNT" + bytes([1, 1, 2, 5])
    assert struct.unpack("<IIQQQ", packed[8:]) == (48000, 960, 3, 2**40, 9)
    assert PcmHeader.unpack(packed + bytes(960 * 2 * 2)) == header


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"MGNT\x01" + tail))
def test_header_of_any_bytes_is_read_or_refused(data) -> None:
    try:
        header = PcmHeader.unpack(data)
    except MessageError:
        return
    assert data.startswith(header.pack())


@pytest.mark.parametrize("kind", list(PcmFormat))
def test_samples_come_out_as_they_went_in(kind) -> None:
    wave = np.array([[0.0, -1.0], [0.5, 0.25], [-0.5, 0.75]], np.float32)
    header = PcmHeader(format=kind, channels=2, sample_rate=8000, frames=3, sequence=0, position=0)
    scaled = (wave * 32768).clip(-32768, 32767) if kind is PcmFormat.S16 else wave
    message = header.pack() + scaled.astype("<i2" if kind is PcmFormat.S16 else "<f4").tobytes()
    samples = PcmHeader.unpack(message).samples(message)
    np.testing.assert_allclose(samples, wave.T, atol=1e-4)
    assert samples.dtype == np.float32 and samples.flags.c_contiguous
