"""A phrase that was played to the model: encoded a little at a time, then gone on from.

    continue   | what was heard so far |* music that goes on from the phrase's end ......
    context    | what was heard so far | planned | knows the phrase, then what was heard last ...

*Continue* is what ``restore`` does with a snapshot: the phrase is put in the place of what was
heard last, so that the music goes on from its last frame, in its key. As *context* it stands in
front of what was heard last in every later plan, its bars on the bars of the stream, so that the
music stays one piece and yet turns to the phrase.

A phrase whose length is within 5 % of whole bars is taken for whole bars: its end is a bar line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from magnet_core.errors import SessionError
from magnet_core.model.harmony import Key
from magnet_core.model.metre import BEATS_PER_BAR
from magnet_core.runtime.key_finder import key_of
from magnet_core.runtime.pcm_loop import round_trip
from magnet_core.types import Codec

LONGEST_S, SHORTEST_S = 30.0, 0.2
BAR_TOLERANCE = 0.05
OWN_SHARE = 4  # a fourth of a context is what was heard last, so that the music stays one piece
_STEP_FRAMES, _MARGIN_FRAMES = 25, 25  # encoded at a time, and seen around it: 10 ms of work


class PhraseUse(StrEnum):
    """What a phrase is to the music."""

    OFF = "off"
    CONTINUE = "continue"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as the model knows it.

    Attributes:
        codes: int64 ``[K, T]``.
        frame_rate: frames per second.
        key: in which it seems to be; unknown where it has no notes.
    """

    codes: Tensor
    frame_rate: float
    key: Key

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.codes.shape[1] / self.frame_rate

    def bars(self, tempo_bpm: float) -> int:
        """Return how many whole bars it is at a tempo; 0 where it is not."""
        exact = self.seconds * tempo_bpm / 60.0 / BEATS_PER_BAR
        whole = round(exact)
        return whole if whole and abs(exact / whole - 1.0) <= BAR_TOLERANCE else 0

    def end_beat(self, tempo_bpm: float) -> float:
        """Return the beat on which it ends, if it begins on a bar line; 0 is a bar line."""
        if self.bars(tempo_bpm):
            return 0.0
        return self.seconds * tempo_bpm / 60.0 % BEATS_PER_BAR

    def leading_to(self, beat: float, tempo_bpm: float, count: int) -> Tensor:
        """Return up to ``count`` of its frames ``[K, n]`` that lead to a beat of the bar.

        Whole bars go round, so that there are always ``count``; of others it is the end.
        """
        bars, frames = self.bars(tempo_bpm), self.codes.shape[1]
        if not bars:
            return self.codes[:, max(frames - count, 0) :]
        end = round((beat % BEATS_PER_BAR) / BEATS_PER_BAR * frames / bars)
        return round_trip(self.codes, end, count)


class PhraseEncoder:
    """Encodes a waveform in steps, none of which takes longer than a block of a stream.

    Each step sees half a second around what it encodes: as much as the bundled codec hears at a
    time, so that its codes are those of the whole.

    Args:
        codec: that encodes.
        device: where its weights are.
        waveform: float32 ``[C, N]`` at the codec's rate.

    Raises:
        SessionError: it is too short or too long.
    """

    def __init__(self, codec: Codec, device: torch.device, waveform: Tensor) -> None:
        seconds = waveform.shape[1] / codec.sample_rate
        if not SHORTEST_S <= seconds <= LONGEST_S + 1.0:
            raise SessionError(
                f"the phrase is {seconds:.2f} s long; it must be {SHORTEST_S:g} to {LONGEST_S:g} s"
            )
        self._codec, self._device, self._waveform = codec, device, waveform
        self._frames = -(-waveform.shape[1] // codec.hop_length)
        self._parts: list[Tensor] = []
        self._encoded = 0

    def step(self) -> Phrase | None:
        """Encode a little more; return the phrase when it is whole."""
        hop, first = self._codec.hop_length, self._encoded
        end = min(first + _STEP_FRAMES, self._frames)
        seen_from = max(first - _MARGIN_FRAMES, 0)
        seen = self._waveform[:, seen_from * hop : (end + _MARGIN_FRAMES) * hop]
        codes = self._codec.encode(seen.to(self._device)).cpu()
        self._parts.append(codes[:, first - seen_from : end - seen_from])
        self._encoded = end
        if end < self._frames:
            return None
        key = key_of(self._waveform, self._codec.sample_rate)
        return Phrase(torch.cat(self._parts, dim=1), self._codec.frame_rate, key)


class KnownPhrase:
    """The phrase that a session's plans may be given, if there is one.

    Attributes:
        phrase: that is ready; None where there is none.
        is_context: later plans go on from it.
        is_put_away: it is not in use, and whoever plays has been told so.
    """

    def __init__(self, codebooks: int) -> None:
        self.phrase: Phrase | None = None
        self.is_context = False
        self.is_put_away = True
        self._codebooks = codebooks

    def take_over(self, phrase: Phrase | None, *, is_context: bool) -> None:
        """Go on with a phrase that was played elsewhere; None: the one that is known stays."""
        self.phrase, self.is_context = phrase or self.phrase, is_context
        self.is_put_away = self.phrase is None

    def own_frames(self, most: int) -> int:
        """Return how many frames of its own past a plan goes on from, ``most`` without a phrase."""
        return most // OWN_SHARE if self.is_context and self.phrase is not None else most

    def given_frames(self, room: int, tempo_bpm: float) -> int:
        """Return how many frames of the phrase a plan is given, where there is room for so many."""
        if not self.is_context or self.phrase is None:
            return 0
        return room if self.phrase.bars(tempo_bpm) else min(room, self.phrase.codes.shape[1])

    def given(self, count: int, beat: float, tempo_bpm: float) -> Tensor:
        """Return ``count`` frames of the phrase ``[K, n]`` that lead to a beat of the bar."""
        if self.phrase is None or not self.is_context:
            return torch.zeros(self._codebooks, 0, dtype=torch.int64)
        return self.phrase.leading_to(beat, tempo_bpm, count)
