"""The names of chords: "F#m7" is F# minor, "Am F C G" is one chord for each bar.

Performers and folders of music write them in the same way. A model is told triads only, so a name
is read as the triad under it; what has none (sus4, aug, a bare fifth) is refused, never guessed.
"""

from __future__ import annotations

import re
import reprlib

from magnet_core.errors import ConfigError
from magnet_core.model.harmony import DIMINISHED, MAJOR, MINOR, Chord
from magnet_core.model.vocabulary import NOTES

_NOTE = re.compile(r"([A-Ga-g])(#|♯|b|♭)?\s*(.*)", re.DOTALL)
_QUALITIES = (
    (DIMINISHED, re.compile(r"(dim|°|o|ø)7?|m(in)?7b5")),
    (MINOR, re.compile(r"(m|min|-)(6|7|9|11|13|add9|maj7|M7)?")),
    (MAJOR, re.compile(r"(maj|M)?(6|69|7|9|11|13|add9)?")),
)
_SUFFIXES = {MAJOR: "", MINOR: "m", DIMINISHED: "dim"}


def note_of(text: str) -> tuple[int, str] | None:
    """Return the pitch class that ``text`` begins with, 0 is C, and what follows; None: no note."""
    match = _NOTE.fullmatch(text)
    if match is None:
        return None
    letter, accidental, rest = match.groups()
    shift = {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(accidental or "", 0)
    return (NOTES.index(letter.upper()) + shift) % 12, rest


def chord_of(name: str) -> Chord:
    """Return the triad under a chord's name: "F#m7" is F# minor, "C/E" is C major.

    Raises:
        ConfigError: there is no major, minor or diminished triad in it.
    """
    note = note_of(name)
    if note is not None and name[0].isupper():
        quality_name = re.sub(r"/[A-G][#b♯♭]?$", "", note[1])
        for quality, names in _QUALITIES:
            if names.fullmatch(quality_name):
                return Chord(note[0], quality)
    allowed = "such as C, F#m7 or Bdim: a major, minor or diminished triad"
    raise ConfigError(f"chord is {reprlib.repr(name)}; it must be {allowed}")


def chords_of(text: str) -> tuple[Chord, ...]:
    """Return the chords of a text such as "Am F | C G": spaces, commas and bars part them.

    Raises:
        ConfigError: not all of it are chords.
    """
    return tuple(chord_of(name) for name in re.findall(r"[^\s,|]+", text))


def chord_name(chord: Chord) -> str:
    """Return the name of a triad, with sharps: "A#m"."""
    return NOTES[chord.root] + _SUFFIXES[chord.quality]
