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
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from magnet_core.api import Model
from magnet_core.config import DecodingParams
from magnet_core.errors import MagnetError, SessionError
from magnet_core.model.harmony import Chord, Harmony, Key
from magnet_core.model.metre import Metre
from magnet_core.runtime.loop import Loop
from magnet_core.runtime.phrase import Phrase
from magnet_core.runtime.prompts import Prompts
from magnet_core.runtime.score import Wanted
from magnet_core.runtime.settings import Quantize, Settings
from magnet_core.types import Codec

_MAGIC, _VERSION = b"MGSN", 1
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
        "key": [harmony.key.tonic, harmony.key.minor],
        "chords": [[chord.root, chord.quality] for chord in harmony.chords],
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
    key = [phrase.key.tonic, phrase.key.minor]
    frames = phrase.codes.shape[1]
    return {"frames": frames, "key": key, "is_context": snapshot.phrase_is_context}


def _phrase(values: Any, raw: bytes, model: Model) -> Phrase:
    codes = _codes(raw, int(values["frames"]), model)
    return Phrase(codes, model.frame_rate, Key(*values["key"]))


def _wanted_json(wanted: Wanted) -> dict[str, Any]:
    return {
        "settings": {**asdict(wanted.settings), "decoding": wanted.settings.decoding.to_json()},
        "slots": [[slot.text, slot.weight] for slot in wanted.prompts.slots],
        "tempo_wanted_bpm": wanted.tempo_bpm,
    }


def unpack(data: bytes, model: Model) -> Snapshot:
    """Return the snapshot that ``pack`` wrote, for a session of ``model``.

    Raises:
        SessionError: the data are damaged, or of a session of another kind of model.
    """
    header, raw = _header(data)
    theirs, ours = _value(header, "model", lambda value: dict(value)), _kind(model)
    if theirs != ours:
        raise SessionError(f"the snapshot is of a model with {theirs}; this one has {ours}")
    size = _value(header, "frames", int) * model.codebooks * np.dtype(_dtype(model)).itemsize
    phrase = None
    if header.get("phrase") is not None:
        phrase = _value(header, "phrase", lambda values: _phrase(values, raw[size:], model))
        raw = raw[:size]
    codes = _codes(raw, _value(header, "frames", int), model)
    holds = _value(header, "holds", lambda value: value and dict(value)) or None
    metre = _value(
        header, "tempo_bpm", lambda bpm: Metre(tempo_bpm=bpm, start_beat=header.get("beat", 0.0))
    )
    loop = _value(header, "loop", lambda value: value and LoopSnapshot(**value)) or None
    if loop is not None:
        _check_loop(loop, codes.shape[1], model)
    return Snapshot(
        codes=codes,
        beat=metre.start_beat,
        tempo_bpm=metre.tempo_bpm,
        harmony=Harmony(
            _value(header, "key", lambda key: Key(*key)),
            _value(header, "chords", lambda chords: tuple(Chord(*chord) for chord in chords)),
        ),
        wanted=_wanted(header, model),
        holds=None if holds is None else _wanted(holds, model),
        plans=_value(header, "plans", int),
        loop=loop,
        phrase=phrase,
        phrase_is_context=phrase is not None and header["phrase"].get("is_context") is True,
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
    except ValueError as error:
        raise SessionError(f"the snapshot's header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise SessionError("the snapshot's header is no JSON object")
    return header, body[size:]


def _value(header: dict[str, Any], name: str, make: Callable[[Any], _T]) -> _T:
    """Return ``make`` of a value of the header; what that cannot do is the value's fault."""
    if name not in header:
        raise SessionError(f"the snapshot has no {name}")
    try:
        return make(header[name])
    except (MagnetError, TypeError, ValueError, KeyError) as error:
        raise SessionError(f"the snapshot's {name} is wrong: {error}") from None


def _codes(raw: bytes, frames: int, model: Model) -> Tensor:
    codes = np.frombuffer(raw, _dtype(model))
    if codes.size != frames * model.codebooks:
        raise SessionError(
            f"the snapshot has {codes.size} tokens; {frames} frames of {model.codebooks} codebooks "
            f"are {frames * model.codebooks}"
        )
    if codes.size and codes.max() >= model.card:
        raise SessionError(f"the snapshot has token {codes.max()}; it must be below {model.card}")
    return torch.from_numpy(codes.astype(np.int64)).view(model.codebooks, frames)


def _check_loop(loop: LoopSnapshot, frames: int, model: Model) -> None:
    hop = model.codec.hop_length
    fits = (frames - 1) * hop < loop.length_samples <= frames * hop
    if not fits or not 0 <= loop.next_sample < loop.length_samples or not 1 <= loop.bars <= 16:
        raise SessionError(f"the snapshot's loop is wrong: {loop} with {frames} frames")


def _wanted(values: dict[str, Any], model: Model) -> Wanted:
    settings = _value(values, "settings", _settings)
    if len(settings.decoding.steps) != model.codebooks:
        raise SessionError(f"the snapshot has steps for {len(settings.decoding.steps)} codebooks")
    return Wanted(
        settings=settings,
        prompts=_value(values, "slots", _prompts),
        tempo_bpm=_value(values, "tempo_wanted_bpm", float),
    )


def _settings(values: Any) -> Settings:
    decoding = DecodingParams.from_json(values["decoding"])
    quantize = Quantize(values["quantize"])
    return Settings(**{**values, "decoding": decoding, "quantize": quantize})


def _prompts(slots: Any) -> Prompts:
    prompts = Prompts()
    for number, (text, weight) in enumerate(slots, start=1):
        if not isinstance(text, str):
            raise TypeError(f"slot {number} holds {text!r}, which is no text")
        prompts = prompts.with_slot(number, text, weight)
    return prompts
