"""What lies beside a take's WAV: all that is needed to go on from it, under one checksum.

    "MGTK" version  size of the header  checksum | header: JSON | after: float32 | snapshot

A file may come from anywhere, and be damaged or made up: whatever is wrong with it is a
``TakeError`` that says so, and nothing of it is used before its checksum and its values are right.

Threading: none of its own; called from threads.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from typing import Any

import numpy as np

from daw_bridge.audio.resample import FloatArray
from daw_bridge.controls import validate
from daw_bridge.errors import MessageError, TakeError
from daw_bridge.session.settings import Setting
from daw_bridge.session.takes import Take

_MAGIC, _VERSION = b"MGTK", 1
_LEAD_IN = struct.Struct("<4sBII")
WRONG_VALUES = (KeyError, TypeError, ValueError, OverflowError)  # of a header, where it is made up


def packed(name: str, wav: str, content: bytes, take: Take, saved_at: float) -> bytes:
    """Return the file of a take whose WAV file has a name and a content; the time is unix time."""
    header = {
        "name": name,
        "wav": wav,
        "wav_crc": zlib.crc32(content),
        "bars": take.bars,
        "bpm": take.bpm,
        "key": take.key,
        "samples": take.pcm.shape[1],
        "channels": take.pcm.shape[0],
        "sample_rate": take.sample_rate,
        "saved_at": saved_at,
        "settings": take.settings,
        "after": take.after.shape[1],
        "snapshot_at": take.snapshot_at,
        "gain_db": take.gain_db,
        "concealed_samples": take.concealed_samples,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    body = text + np.ascontiguousarray(take.after, "<f4").tobytes() + take.snapshot
    return _LEAD_IN.pack(_MAGIC, _VERSION, len(text), zlib.crc32(body)) + body


def unpacked(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header of a file, and what lies behind it.

    Raises:
        TakeError: it is no take, or damaged.
    """
    if len(data) < _LEAD_IN.size:
        raise TakeError(f"it has {len(data)} bytes only")
    magic, version, size, crc = _LEAD_IN.unpack_from(data)
    body = data[_LEAD_IN.size :]
    if magic != _MAGIC:
        raise TakeError("it is no take")
    if version != _VERSION:
        raise TakeError(f"it has version {version}; this program reads {_VERSION}")
    if zlib.crc32(body) != crc or size > len(body):
        raise TakeError("its checksum is wrong")
    try:
        header = json.loads(body[:size])
    except (ValueError, RecursionError) as error:
        raise TakeError(f"its header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise TakeError("its header is no JSON object")
    return header, body[size:]


def finite(value: object, least: float) -> float:
    """Return a number of a header, which must be at least so large; raises ValueError."""
    number = float(value)  # type: ignore[arg-type]
    if not (math.isfinite(number) and number >= least):
        raise ValueError(f"{number:g} must be at least {least:g}")
    return number


def take_of(header: dict[str, Any], body: bytes, pcm: FloatArray) -> Take:
    """Return the take of a header, what lies behind it, and the sound of its WAV.

    Raises:
        TakeError: they do not belong together.
        KeyError, TypeError, ValueError, OverflowError: a value is wrong.
    """
    channels, after = pcm.shape[0], int(header["after"])
    if pcm.shape != (header["channels"], header["samples"]) or after < 0:
        raise TakeError(f"its WAV file has {pcm.shape[1]} samples, not {header['samples']}")
    size = 4 * channels * after
    samples = np.frombuffer(body[:size], "<f4").reshape(channels, after)
    return Take(
        sample_rate=int(header["sample_rate"]),
        bars=int(header["bars"]),
        bpm=finite(header["bpm"], 0.0),
        key=str(header["key"]),
        settings=tuple(_setting(*item) for item in header["settings"]),
        pcm=pcm,
        after=np.asarray(samples, np.float32),
        snapshot=body[size:],
        snapshot_at=int(header["snapshot_at"]),
        gain_db=finite(header["gain_db"], -math.inf),
        concealed_samples=int(header["concealed_samples"]),
    )


def _setting(address: str, args: list[object]) -> Setting:
    """Return a setting that the table of controls allows: a file may come from anywhere."""
    try:
        control, checked = validate(address, args)
    except MessageError as error:
        raise TakeError(f"its settings are wrong: {error}") from None
    if not control.setting:
        raise TakeError(f"{address} is no setting")
    return address, checked
