"""A session's music in a few kilobytes: what another session needs to go on with it.

    4 bytes    "MGSN"
    1 byte     version, 1
    4 bytes    length of the header, little-endian
    4 bytes    CRC-32 of all that follows
    header     JSON: everything but the codes, and their shape
    codes      little-endian, 2 bytes each where a codebook has no more than 65536 entries, else 4
    phrase     the codes of a phrase that was played to it, if there is one

It says what was heard last (code frames), where in the bar that was, in what key, and what the
performer had set; of a loop, its frames and which sample of it comes next. It holds no position in
the stream: whoever goes on has its own.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from magnet_core.api import Model
from magnet_core.config import DecodingParams
from magnet_core.errors import MagnetError, SessionError
from magnet_core.model.harmony import Chord, Harmony
from magnet_core.model.metre import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from magnet_core.runtime import plain
from magnet_core.runtime.loop import MOST_BARS, Loop
from magnet_core.runtime.phrase import Phrase
from magnet_core.runtime.plain import chords_json, key_json
from magnet_core.runtime.prompts import Prompts
from magnet_core.runtime.score import MOST_CHORDS, Wanted
from magnet_core.runtime.settings import Quantize, Settings
from magnet_core.types import Codec

_MAGIC, _VERSION = b"MGSN", 1
_MOST_PLANS = 1 << 31
_MOST_SEED = 1 << 63
_MOST_BEATS = 1e9  # beats are still told apart to a millionth
_T = TypeVar("_T")
_LEAD_IN = struct.Struct("<4sBII")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSnapshot:
    """A loop that goes round.

    Attributes:
        bars: 1 to 16.
        length_samples: of a round.
        next_sample: of the round, the one that comes next.
    """

    bars: int
    length_samples: int
    next_sample: int

    def at_frame(self, frame: int, codec: Codec) -> Loop:
        """Return the loop whose frames begin there."""
        return Loop(
            bars=self.bars,
            begin_frame=frame,
            length_samples=self.length_samples,
            hop_length=codec.hop_length,
            frame_rate=codec.frame_rate,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a session leaves to another.

    Attributes:
        codes: int64 ``[K, n]``, heard last; of a loop, all of its frames.
        beat: beat position of the frame after ``codes``; of a loop, of its first.
        tempo_bpm: beats per minute.
        harmony: key and chords.
        wanted: words and settings.
        holds: those that were heard; None where changes do not wait for anything.
        plans: how many plans there were: their numbers go on.
        loop: where a loop goes round.
        phrase: that was played to the model; None where there is none.
        phrase_is_context: later plans go on from it.
    """

    codes: Tensor
    beat: float
    tempo_bpm: float
    harmony: Harmony
    wanted: Wanted
    plans: int
    holds: Wanted | None = None
    loop: LoopSnapshot | None = None
    phrase: Phrase | None = None
    phrase_is_context: bool = False


def pack(snapshot: Snapshot, model: Model) -> bytes:
    """Return a snapshot of a session of ``model`` as bytes."""
    harmony = snapshot.harmony
    header = {
        "model": _kind(model),
        "frames": snapshot.codes.shape[1],
        "beat": snapshot.beat,
        "tempo_bpm": snapshot.tempo_bpm,
        "key": key_json(harmony.key),
        "chords": chords_json(harmony.chords),
        **_wanted_json(snapshot.wanted),
        "holds": None if snapshot.holds is None else _wanted_json(snapshot.holds),
        "plans": snapshot.plans,
        "loop": None if snapshot.loop is None else asdict(snapshot.loop),
        "phrase": _phrase_json(snapshot),
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    body = text + snapshot.codes.numpy().astype(_dtype(model)).tobytes()
    if snapshot.phrase is not None:
        body += snapshot.phrase.codes.numpy().astype(_dtype(model)).tobytes()
    return _LEAD_IN.pack(_MAGIC, _VERSION, len(text), zlib.crc32(body)) + body


def _phrase_json(snapshot: Snapshot) -> dict[str, Any] | None:
    phrase = snapshot.phrase
    if phrase is None:
        return None
    return {
        "frames": phrase.codes.shape[1],
        "key": key_json(phrase.key),
        "is_context": snapshot.phrase_is_context,
    }


def _wanted_json(wanted: Wanted) -> dict[str, Any]:
    return {
        "settings": {**asdict(wanted.settings), "decoding": wanted.settings.decoding.to_json()},
        "slots": [[slot.text, slot.weight] for slot in wanted.prompts.slots],
        "tempo_wanted_bpm": wanted.tempo_bpm,
        "chords_wanted": chords_json(wanted.chords),
    }


def unpack(data: bytes, model: Model) -> Snapshot:
    """Return the snapshot that ``pack`` wrote, for a session of ``model``.

    Raises:
        SessionError: the data are damaged, or of a session of another kind of model.
    """
    header, raw = _header(data)
    theirs, ours = _value(header, "model", plain.members), _kind(model)
    if theirs != ours:
        raise SessionError(f"the snapshot is of a model with {theirs}; this one has {ours}")
    frames = _value(header, "frames", plain.whole)
    size = frames * model.codebooks * np.dtype(_dtype(model)).itemsize
    phrase = _value(header, "phrase", lambda values: _phrase(values, raw[size:], model))
    codes = _codes(raw if phrase is None else raw[:size], frames, model)
    beat, tempo_bpm = _value(header, "beat", _beat), _value(header, "tempo_bpm", _tempo)
    return Snapshot(
        codes=codes,
        beat=beat,
        tempo_bpm=tempo_bpm,
        harmony=Harmony(_value(header, "key", plain.key), _value(header, "chords", _chords)),
        wanted=_wanted(header, model),
        holds=_value(header, "holds", lambda values: _holds(values, model)),
        plans=_value(header, "plans", lambda value: plain.whole(value, most=_MOST_PLANS)),
        loop=_value(header, "loop", lambda values: _loop(values, frames, model)),
        phrase=None if phrase is None else phrase[0],
        phrase_is_context=phrase is not None and phrase[1],
    )


def _kind(model: Model) -> dict[str, int]:
    """Return what must be the same for codes of one model to be music to another."""
    return {
        "codebooks": model.codebooks,
        "card": model.card,
        "frame_rate": model.frame_rate,
        "sample_rate": model.sample_rate,
    }


def _dtype(model: Model) -> str:
    return "<u2" if model.card <= 1 << 16 else "<u4"


def _header(data: bytes) -> tuple[dict[str, Any], bytes]:
    if len(data) < _LEAD_IN.size:
        raise SessionError(f"the snapshot has {len(data)} bytes; its beginning alone has 13")
    magic, version, size, crc = _LEAD_IN.unpack_from(data)
    if magic != _MAGIC:
        raise SessionError(f"this is no snapshot: it begins with {magic!r}, not {_MAGIC!r}")
    if version != _VERSION:
        raise SessionError(f"the snapshot has version {version}; this program reads {_VERSION}")
    body = data[_LEAD_IN.size :]
    if zlib.crc32(body) != crc or size > len(body):
        raise SessionError("the snapshot is damaged: its checksum is wrong")
    try:
        header = json.loads(body[:size])
    except (ValueError, RecursionError) as error:
        raise SessionError(f"the snapshot's header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise SessionError("the snapshot's header is no JSON object")
    return header, body[size:]


def _value(header: Mapping[str, Any], name: str, make: Callable[[Any], _T]) -> _T:
    """Return ``make`` of a value of the header; what that cannot do is the value's fault."""
    if name not in header:
        raise SessionError(f"the snapshot has no {name}")
    try:
        return make(header[name])
    except (MagnetError, TypeError, ValueError, KeyError) as error:
        raise SessionError(f"the snapshot's {name} is wrong, it is damaged: {error}") from None


def _codes(raw: bytes, frames: int, model: Model) -> Tensor:
    kind = np.dtype(_dtype(model))
    if len(raw) != frames * model.codebooks * kind.itemsize:
        raise SessionError(
            f"the snapshot is damaged: it has {len(raw)} bytes of tokens; {frames} frames of "
            f"{model.codebooks} codebooks are {frames * model.codebooks * kind.itemsize}"
        )
    codes = np.frombuffer(raw, kind)
    if codes.size and codes.max() >= model.card:
        raise SessionError(f"the snapshot has token {codes.max()}; it must be below {model.card}")
    return torch.from_numpy(codes.astype(np.int64)).view(model.codebooks, frames)


def _phrase(value: object, raw: bytes, model: Model) -> tuple[Phrase, bool] | None:
    """Return a phrase, and whether later plans go on from it."""
    if value is None:
        return None
    values = plain.members(value)
    codes = _codes(raw, plain.whole(values["frames"], least=1), model)
    phrase = Phrase(codes, model.frame_rate, plain.key(values["key"]))
    return phrase, plain.switch(values["is_context"])


def _loop(value: object, frames: int, model: Model) -> LoopSnapshot | None:
    if value is None:
        return None
    values, hop = plain.members(value), model.codec.hop_length
    length = plain.whole(values["length_samples"], least=(frames - 1) * hop + 1, most=frames * hop)
    return LoopSnapshot(
        bars=plain.whole(values["bars"], least=1, most=MOST_BARS),
        length_samples=length,
        next_sample=plain.whole(values["next_sample"], most=length - 1),
    )


def _holds(value: object, model: Model) -> Wanted | None:
    return None if value is None else _wanted(plain.members(value), model)


def _wanted(values: Mapping[str, object], model: Model) -> Wanted:
    settings = _value(values, "settings", _settings)
    if len(settings.decoding.steps) != model.codebooks:
        raise SessionError(f"the snapshot has steps for {len(settings.decoding.steps)} codebooks")
    return Wanted(
        settings=settings,
        prompts=_value(values, "slots", _prompts),
        tempo_bpm=_value(values, "tempo_wanted_bpm", _tempo_wanted),
        chords=_value({"chords_wanted": [], **values}, "chords_wanted", _chords),  # of old: none
    )


def _beat(value: object) -> float:
    return plain.number(value, least=-_MOST_BEATS, most=_MOST_BEATS)


def _tempo(value: object) -> float:
    return plain.number(value, least=MIN_TEMPO_BPM, most=MAX_TEMPO_BPM)


def _tempo_wanted(value: object) -> float:
    return 0.0 if plain.number(value) == 0.0 else _tempo(value)


def _chords(value: object) -> tuple[Chord, ...]:
    if len(plain.items(value)) > MOST_CHORDS:
        raise ValueError(f"there are more than {MOST_CHORDS}")
    return plain.chords(value)


def _settings(value: object) -> Settings:
    values = dict(plain.members(value))
    decoding = DecodingParams.from_json(plain.members(values.pop("decoding")))
    quantize = Quantize(plain.text(values.pop("quantize")))
    seed = plain.whole(values.pop("seed"), least=-_MOST_SEED, most=_MOST_SEED)
    times = {name: plain.number(seconds) for name, seconds in values.items()}
    return Settings(decoding=decoding, quantize=quantize, seed=seed, **times)


def _prompts(value: object) -> Prompts:
    prompts = Prompts()
    for slot, pair in enumerate(plain.items(value), start=1):
        text, weight = plain.items(pair)
        prompts = prompts.with_slot(slot, plain.text(text), plain.number(weight))
    return prompts
