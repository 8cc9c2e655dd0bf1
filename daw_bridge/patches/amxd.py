"""The container of a Max for Live device: chunks of a tag, a length and a payload, little-endian.

    ampf  4  the kind of device: aaaa audio effect, iiii instrument, mmmm MIDI effect
    meta  4  a number; 0 where nothing is frozen
    ptch  N  the patch as JSON, and a zero byte

A frozen device carries its files in ``ptch``, behind ``mx@c``; ours is not frozen, since the
scripts that it starts must be files on the disk.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from daw_bridge.patches.patcher import Json, PatchError, to_text

_FROZEN = b"mx@c"
_HEADER = struct.Struct("<4sI")


class DeviceKind(StrEnum):
    """Where in Live a device goes."""

    AUDIO_EFFECT = "aaaa"
    INSTRUMENT = "iiii"
    MIDI_EFFECT = "mmmm"
    MIDI_GENERATOR = "nagg"
    MIDI_TRANSFORMATION = "natt"


@dataclass(frozen=True, slots=True)
class Device:
    """A device file, read."""

    kind: DeviceKind
    patch: str
    frozen: bool


def project(kind: DeviceKind) -> Json:
    """Return the ``project`` block, without which Max refuses a device."""
    return {
        "version": 1,
        "creationdate": 3590052493,
        "modificationdate": 3590052493,
        "viewrect": [0.0, 0.0, 300.0, 500.0],
        "autoorganize": 1,
        "hideprojectwindow": 1,
        "showdependencies": 1,
        "autolocalize": 0,
        "contents": {"patchers": {}},
        "layout": {},
        "searchpath": {},
        "detailsvisible": 0,
        "amxdtype": int.from_bytes(kind.encode(), "big"),
        "readonly": 0,
        "devpathtype": 0,
        "devpath": ".",
        "sortmode": 0,
        "viewmode": 0,
        "includepackages": 0,
    }


def pack(patch: Json, kind: DeviceKind) -> bytes:
    """Return the bytes of an ``.amxd``.

    Raises:
        PatchError: the patch says that it is another kind, or has no project block.
    """
    patcher = patch.get("patcher")
    inside = patcher.get("project") if isinstance(patcher, dict) else None
    tag = inside.get("amxdtype") if isinstance(inside, dict) else None
    if tag != int.from_bytes(kind.encode(), "big"):
        raise PatchError(f"the project block has amxdtype {tag}, not that of {kind}")
    payload = to_text(patch).encode() + b"\0"
    return (
        _chunk(b"ampf", kind.encode())
        + _chunk(b"meta", struct.pack("<I", 0))
        + _chunk(b"ptch", payload)
    )


def unpack(data: bytes) -> Device:
    """Return what is in an ``.amxd``, frozen or not.

    Raises:
        PatchError: it is no device, is encrypted or cut off.
    """
    chunks = dict(_chunks(data))
    if "ciph" in chunks:
        raise PatchError("the device is encrypted")
    try:
        kind = DeviceKind(chunks["ampf"].decode("latin-1"))
    except (KeyError, ValueError):
        raise PatchError("no ampf chunk with a kind of device: not an .amxd") from None
    if "ptch" not in chunks:
        raise PatchError("no ptch chunk: the device has no patch")
    payload = chunks["ptch"]
    frozen = payload.startswith(_FROZEN)
    if frozen:
        payload = _main_file(payload)
    try:
        return Device(kind, payload.rstrip(b"\0").decode("utf-8"), frozen)
    except UnicodeDecodeError as error:
        raise PatchError(f"the patch is not UTF-8: {error}") from None


def _chunk(tag: bytes, payload: bytes) -> bytes:
    return _HEADER.pack(tag, len(payload)) + payload


def _chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    position = 0
    while position < len(data):
        if position + _HEADER.size > len(data):
            raise PatchError(f"cut off at byte {position}")
        tag, length = _HEADER.unpack_from(data, position)
        position += _HEADER.size
        if position + length > len(data):
            raise PatchError(f"chunk {tag!r} says {length} bytes; {len(data) - position} are there")
        yield tag.decode("latin-1"), data[position : position + length]
        position += length


def _main_file(payload: bytes) -> bytes:
    """Return the patch of a frozen device: the JSON behind its 16 bytes of header."""
    text = payload[16:].decode("utf-8", errors="replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        raise PatchError(f"the frozen patch is no JSON: {error}") from None
    return text[:end].encode()
