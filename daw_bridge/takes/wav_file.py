"""WAV files of whole bars: what a DAW needs to loop them in time stands in the file itself.

    RIFF  "WAVE"
      fmt     IEEE float, 32 bits: what was heard, to the sample; nothing is clipped
      fact    sample frames
      acid    tempo, beats, metre, root note: read by Live, Acid, Reaper
      smpl    a loop from the first to the last sample
      data    little-endian, interleaved

A file of no whole bars has no ``acid`` and no ``smpl``. The order of the two numbers of the metre
differs between programs, so it is only written because it is 4/4.

Threading: pure functions.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from daw_bridge.audio.resample import FloatArray
from daw_bridge.errors import TakeError

_FLOAT = 3
_BEATS_PER_BAR = 4
_ACID_STRETCH, _ACID_ROOT = 4, 2
_MIDDLE_C = 60
_NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, slots=True)
class Loop:
    """What a file of whole bars says of itself.

    Attributes:
        bars: of four beats.
        bpm: beats per minute.
        key: such as "F#m"; empty where it is not known.
    """

    bars: int
    bpm: float
    key: str = ""


def wav_bytes(pcm: FloatArray, sample_rate: int, loop: Loop | None = None) -> bytes:
    """Return a WAV file with float32 samples ``[C, n]``."""
    channels, frames = pcm.shape
    frame_bytes = 4 * channels
    format_ = struct.pack(
        "<HHIIHHH", _FLOAT, channels, sample_rate, sample_rate * frame_bytes, frame_bytes, 32, 0
    )
    chunks = [(b"fmt ", format_), (b"fact", struct.pack("<I", frames))]
    if loop is not None and frames:
        chunks += [(b"acid", _acid(loop)), (b"smpl", _smpl(frames, sample_rate))]
    chunks.append((b"data", np.ascontiguousarray(pcm.T, "<f4").tobytes()))
    body = b"WAVE" + b"".join(_chunk(name, data) for name, data in chunks)
    if len(body) >= 1 << 32:
        raise TakeError(f"{len(body)} bytes are too many for a WAV file")
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def _acid(loop: Loop) -> bytes:
    root = _root(loop.key)
    flags = _ACID_STRETCH | (0 if root is None else _ACID_ROOT)
    note = _MIDDLE_C if root is None else _MIDDLE_C + root
    beats = loop.bars * _BEATS_PER_BAR
    metre = _BEATS_PER_BAR
    return struct.pack("<IHHfIHHf", flags, note, 0x8000, 0.0, beats, metre, metre, loop.bpm)


def _root(key: str) -> int | None:
    note = _NOTES.get(key[:1])
    return None if note is None else (note + (key[1:2] == "#")) % 12


def _smpl(frames: int, sample_rate: int) -> bytes:
    period_ns = round(1e9 / sample_rate)
    head = struct.pack("<9I", 0, 0, period_ns, _MIDDLE_C, 0, 0, 0, 1, 0)
    return head + struct.pack("<6I", 0, 0, 0, frames - 1, 0, 0)  # played round without end


def read_wav(data: bytes) -> tuple[FloatArray, int]:
    """Return the samples ``[C, n]`` and the rate of a file that ``wav_bytes`` wrote.

    Raises:
        TakeError: it is another kind of file, or damaged.
    """
    chunks = dict(_chunks(data))
    if b"fmt " not in chunks or b"data" not in chunks or len(chunks[b"fmt "]) < 16:
        raise TakeError("it is no WAV file, or its beginning is missing")
    kind, channels, sample_rate, _, _, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    if kind != _FLOAT or bits != 32 or not channels or not sample_rate:
        raise TakeError("its samples are no 32-bit floats; was it written by another program?")
    samples = np.frombuffer(
        chunks[b"data"][: len(chunks[b"data"]) // (4 * channels) * 4 * channels], "<f4"
    )
    return np.ascontiguousarray(samples.reshape(-1, channels).T, np.float32), int(sample_rate)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise TakeError("it is cut off")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
