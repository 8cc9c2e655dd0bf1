"""Reads audio files in blocks: what is wrong with one is found before a model hears it.

Memory is bounded by a block, whatever the length of a file; only a loop, which is short, is held
whole. Channels are mixed here, and the sample rate is changed here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from magnet_core.errors import ConfigError

Audio = NDArray[np.float32]  # [n, C]

_BLOCK_SAMPLES = 1 << 18
_RATES_HZ = range(4_000, 768_001)
_SILENT = 1e-4  # -80 dB of full scale
# What libsndfile notes where a WAV or AIFF says that it has more sound than it has. A length of
# all ones is how a program writes one that it could not know: no fault.
_LENGTHS = re.compile(r"^\s*(?:data|SSND)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
_UNKNOWN_LENGTH = 0xFFFF_FF00
_COMPLETE = 0.98  # an MP3 states its length to a few blocks; and some programs round it


@dataclass(frozen=True, slots=True)
class Recording:
    """An audio file whose header has been read.

    Attributes:
        path: where it is.
        sample_rate: in Hz.
        samples: in each channel.
        channels: how many.
        digest: of the file's bytes.
    """

    path: Path
    sample_rate: int
    samples: int
    channels: int
    digest: str

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.samples / self.sample_rate


def open_recording(path: Path) -> Recording:
    """Return what the header of ``path`` says.

    Raises:
        ConfigError: it is no audio, or not all of it is there; says what is wrong, without the
            name.
    """
    try:
        if path.stat().st_size == 0:
            raise ConfigError("is an empty file")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with soundfile.SoundFile(path) as sound:
            found = Recording(path, sound.samplerate, sound.frames, sound.channels, digest)
            notes = sound.extra_info
    except soundfile.LibsndfileError as error:
        raise ConfigError(f"cannot be read as audio: {error.error_string}") from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}") from None
    for said, there in _LENGTHS.findall(notes):
        if int(said) < _UNKNOWN_LENGTH:
            _require_complete(int(there), int(said))
    if found.samples == 0:
        raise ConfigError("holds no sound")
    if found.sample_rate not in _RATES_HZ:
        raise ConfigError(f"has a sample rate of {found.sample_rate} Hz; 4 to 768 kHz can be used")
    return found


def _require_complete(there: int, said: int) -> None:
    if there < _COMPLETE * said:
        raise ConfigError(f"is cut off: {there / said:.0%} of its sound is there")


def _read_blocks(path: Path) -> Iterator[Audio]:
    done_s = 0.0
    try:
        with soundfile.SoundFile(path) as sound:
            while len(block := sound.read(_BLOCK_SAMPLES, dtype="float32", always_2d=True)):
                done_s += len(block) / sound.samplerate
                yield block
    except soundfile.LibsndfileError as error:
        raise ConfigError(f"cannot be read on after {done_s:.1f} s: {error.error_string}") from None


def blocks(recording: Recording, channels: int) -> Iterator[Audio]:
    """Yield the recording, mixed to ``channels``, in blocks ``[n, C]``.

    Raises:
        ConfigError: it cannot be read to its end, or has samples that are no numbers.
    """
    done = 0
    for block in _read_blocks(recording.path):
        if not np.isfinite(block).all():
            raise ConfigError("has samples that are no numbers (NaN or infinity)")
        done += len(block)
        if block.shape[1] != channels:
            block = np.repeat(block.mean(axis=1, keepdims=True), channels, axis=1)
        yield block
    _require_complete(done, recording.samples)


def peak(recording: Recording, channels: int) -> float:
    """Return the recording's highest sample value, mixed to ``channels``.

    Raises:
        ConfigError: as ``blocks``; or it is silent.
    """
    highest = max(float(np.abs(block).max()) for block in blocks(recording, channels))
    if highest < _SILENT:
        raise ConfigError("is silent" + (" once mixed" if recording.channels > channels else ""))
    return highest


def around(parts: Iterable[Audio], samples: int) -> Iterator[Audio]:
    """Yield a loop played round and round, for ``samples`` in all, without a gap."""
    whole = np.concatenate(list(parts))
    while samples > 0:
        yield whole[:samples]
        samples -= len(whole)


def at_rate(parts: Iterable[Audio], given: int, wanted: int, channels: int) -> Iterator[Audio]:
    """Yield the same sound, ``[n, C]``, at another sample rate."""
    if given == wanted:
        yield from parts
        return
    stream = soxr.ResampleStream(given, wanted, channels, dtype="float32", quality="HQ")
    for part in parts:
        yield stream.resample_chunk(part)
    yield stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)
