"""Harmony: in which key, and over which chord, each frame of a window lies.

A text says "A minor" once; what must sound in the third bar follows from it only by way of a chord
progression that no text spells out. A model with ``LMConfig.harmony`` is told both for every frame,
beside the metre: the key of the window, and the chord of the bar that the frame lies in (as JASCO
does: Tal et al., "Joint Audio and Symbolic Conditioning", ISMIR 2024). What a prompt leaves open is
drawn from the seed, so that music without a word about harmony has one all the same. Chords that a
player asks for bring a key along: the one that most of them lie in.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import lcm
from typing import Self

import torch
from torch import Tensor, nn

from magnet_core.config import require
from magnet_core.model.metre import BEATS_PER_BAR, frame_beats

SCALE_MINOR = (0, 2, 3, 5, 7, 8, 10)
SCALE_MAJOR = (0, 2, 4, 5, 7, 9, 11)
# Four bars of scale degrees; the first is the tonic, so that the key is heard.
PROGRESSIONS_MINOR = ((0, 5, 2, 6), (0, 3, 4, 0), (0, 0, 5, 6), (0, 6, 5, 6), (0, 0, 3, 0))
PROGRESSIONS_MAJOR = ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (0, 0, 3, 4), (0, 0, 3, 0))
MAJOR, MINOR, DIMINISHED = 0, 1, 2
_QUALITIES_MINOR = (MINOR, DIMINISHED, MAJOR, MINOR, MINOR, MAJOR, MAJOR)
_QUALITIES_MAJOR = (MAJOR, MINOR, MINOR, MAJOR, MAJOR, MINOR, DIMINISHED)
_LEADING_TONE = 11  # of a minor key: its dominant is major for it, its seventh degree diminished
_NO_KEY, _NO_CHORD = 24, 36
_MINOR_ODDS = 0.65


@dataclass(frozen=True, slots=True)
class Key:
    """A key, as far as it is known.

    Attributes:
        tonic: pitch class, 0 is C; None: any.
        minor: the mode; None: either.
    """

    tonic: int | None = None
    minor: bool | None = None

    def __post_init__(self) -> None:
        """Check the tonic; raises ConfigError."""
        require(self.tonic is None or 0 <= self.tonic < 12, "tonic", self.tonic, "0 to 11, 0 is C")

    @property
    def is_whole(self) -> bool:
        """Whether tonic and mode are both known."""
        return self.tonic is not None and self.minor is not None

    def admits(self, other: Key) -> bool:
        """Whether ``other`` is this key, or one of those that this leaves open."""
        return self.tonic in (None, other.tonic) and self.minor in (None, other.minor)

    @property
    def triads(self) -> frozenset[Chord]:
        """The chords that lie in a whole key; in minor also those of its leading tone."""
        assert self.tonic is not None and self.minor is not None
        chords = set(Harmony.in_key(self.tonic, self.minor, tuple(range(7))).chords)
        if self.minor:
            chords.add(Chord((self.tonic + SCALE_MINOR[4]) % 12, MAJOR))
            chords.add(Chord((self.tonic + _LEADING_TONE) % 12, DIMINISHED))
        return frozenset(chords)


@dataclass(frozen=True, slots=True)
class Chord:
    """A triad: pitch class of its root, and MAJOR, MINOR or DIMINISHED."""

    root: int
    quality: int

    def __post_init__(self) -> None:
        """Check both; raises ConfigError."""
        require(0 <= self.root < 12, "root", self.root, "0 to 11, 0 is C")
        require(0 <= self.quality <= DIMINISHED, "quality", self.quality, "MAJOR 0 to DIMINISHED 2")


@dataclass(frozen=True, slots=True)
class Harmony:
    """The harmony of a window.

    Attributes:
        key: the key; a key that is not whole tells the model nothing.
        chords: one for each bar, from beat 0 on and round again; empty: the model chooses.
    """

    key: Key = Key()
    chords: tuple[Chord, ...] = ()

    @classmethod
    def in_key(cls, tonic: int, minor: bool, degrees: tuple[int, ...]) -> Self:
        """Return the harmony of a progression of scale degrees, 0 is the tonic's chord."""
        scale = SCALE_MINOR if minor else SCALE_MAJOR
        qualities = _QUALITIES_MINOR if minor else _QUALITIES_MAJOR
        chords = tuple(Chord((tonic + scale[d % 7]) % 12, qualities[d % 7]) for d in degrees)
        return cls(Key(tonic, minor), chords)

    @classmethod
    def draw(cls, asked: Key, seed: int) -> Self:
        """Return a harmony in the key asked for; what that leaves open, ``seed`` decides."""
        rng = random.Random(seed)
        tonic, minor = rng.randrange(12), rng.random() < _MINOR_ODDS
        tonic = tonic if asked.tonic is None else asked.tonic
        minor = minor if asked.minor is None else asked.minor
        return cls.in_key(
            tonic, minor, rng.choice(PROGRESSIONS_MINOR if minor else PROGRESSIONS_MAJOR)
        )

    @classmethod
    def over(cls, chords: tuple[Chord, ...], asked: Key) -> Self:
        """Return the harmony of chords, one or more, in the likeliest key that ``asked`` leaves.

        That is the one in which most of them lie. Of several it is the one whose tonic chord comes
        first, or else last, or else most often: "Am F C G" is in A minor, "F G C" in C major.
        """
        whole = (Key(tonic, minor) for minor in (False, True) for tonic in range(12))

        def likelihood(key: Key) -> tuple[int, bool, bool, int]:
            assert key.tonic is not None
            tonic, triads = Chord(key.tonic, MINOR if key.minor else MAJOR), key.triads
            inside = sum(chord in triads for chord in chords)
            return inside, chords[0] == tonic, chords[-1] == tonic, chords.count(tonic)

        return cls(max(filter(asked.admits, whole), key=likelihood), chords)


def harmony_tensor(harmonies: list[Harmony]) -> Tensor:
    """Return int64 ``[B, 1 + N]``: the key's number, and that of each chord of N bars.

    Progressions of different lengths are repeated to a common one.
    """
    bars = lcm(*(max(len(h.chords), 1) for h in harmonies))
    rows = []
    for harmony in harmonies:
        key, numbers = harmony.key, [3 * chord.root + chord.quality for chord in harmony.chords]
        numbers = numbers or [_NO_CHORD]
        number = 2 * (key.tonic or 0) + bool(key.minor) if key.is_whole else _NO_KEY
        rows.append([number, *numbers * (bars // len(numbers))])
    return torch.tensor(rows, dtype=torch.int64)


class HarmonyEmbedding(nn.Module):
    """Embeds the key and the chord of each frame; what is unknown adds zero.

    Args:
        dim: width D of the LM.
        frame_rate: frames per second.
    """

    def __init__(self, dim: int, frame_rate: int = 50) -> None:
        super().__init__()
        self.frame_rate = frame_rate
        self.key = nn.Embedding(_NO_KEY + 1, dim, padding_idx=_NO_KEY)
        self.chord = nn.Embedding(_NO_CHORD + 1, dim, padding_idx=_NO_CHORD)

    def initialise(self) -> None:
        """Begin at zero: a model that did without plays as before until it learns."""
        nn.init.zeros_(self.key.weight)
        nn.init.zeros_(self.chord.weight)

    def forward(self, harmony: Tensor, metre: Tensor, first_frame: int, frames: int) -> Tensor:
        """Return ``[B, frames, D]``, to be added to the token embeddings.

        Args:
            harmony: ``harmony_tensor`` of the B rows.
            metre: ``[B, 2]``, see ``MetreEmbedding``: it says where the bars are.
            first_frame: index in the window of the first frame wanted; may be negative.
            frames: how many.
        """
        beats = frame_beats(metre, first_frame, frames, self.frame_rate)
        bars = torch.div(beats, BEATS_PER_BAR, rounding_mode="floor").long()
        chords = torch.gather(harmony[:, 1:], 1, bars % (harmony.shape[1] - 1))
        embedded: Tensor = self.chord(chords) + self.key(harmony[:, :1])
        return embedded
