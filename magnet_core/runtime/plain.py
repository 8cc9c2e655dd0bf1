"""Plain JSON values, read strictly: what snapshots and session logs are made of.

Nothing that comes from a file or another process is believed to be of the type that it must be. A
reader here returns the value or raises TypeError or ValueError; whoever calls it knows where the
value stood, and says so.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from magnet_core.model.harmony import Chord, Key

_FLOATS = sys.float_info.max  # whole numbers of hundreds of digits are beyond
MOST = 1 << 53  # whole numbers beyond are not exact in every reader of JSON


def number(value: object, *, least: float = -math.inf, most: float = math.inf) -> float:
    """Return a finite number, no less than ``least`` and no more than ``most``."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _FLOATS:
        raise TypeError(f"{value!r:.40} is no number")
    if not least <= value <= most:
        allowed = f"{least:g} or more" if math.isinf(most) else f"{least:g} to {most:g}"
        raise ValueError(f"it must be {allowed}")
    return float(value)


def whole(value: object, *, least: int = 0, most: int = MOST) -> int:
    """Return a whole number, no less than ``least`` and no more than ``most``."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r:.40} is no whole number")
    if not least <= value <= most:
        raise ValueError(f"it must be {least} to {most}")
    return value


def switch(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.40} is neither true nor false")
    return value


def text(value: object) -> str:
    """Return a text, all of which is characters."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    value.encode()  # half a surrogate pair is a ValueError
    return value


def items(value: object) -> list[object]:
    """Return a list."""
    if not isinstance(value, list):
        raise TypeError("it must be a list")
    return value


def members(value: object) -> dict[str, object]:
    """Return the members of an object by their names."""
    if not isinstance(value, dict):
        raise TypeError("it must be an object")
    return value


def key_json(key: Key) -> list[int | bool | None]:
    """Return a key as plain values; ``key`` reads them."""
    return [key.tonic, key.minor]


def key(value: object) -> Key:
    """Return the key that ``key_json`` wrote; raises ConfigError too, out of range."""
    tonic, minor = items(value)
    return Key(None if tonic is None else whole(tonic), None if minor is None else switch(minor))


def chords_json(chords: Sequence[Chord]) -> list[list[int]]:
    """Return chords as plain values; ``chords`` reads them."""
    return [[chord.root, chord.quality] for chord in chords]


def chords(value: object) -> tuple[Chord, ...]:
    """Return the chords that ``chords_json`` wrote; raises ConfigError too, out of range."""
    found = []
    for pair in items(value):
        root, quality = items(pair)
        found.append(Chord(whole(root), whole(quality)))
    return tuple(found)
