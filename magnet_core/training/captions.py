"""Texts that describe a piece: true, partial, and worded differently each time."""

from __future__ import annotations

import numpy as np

from magnet_core.model.vocabulary import NOTES, STYLE_TEMPO_BPM, SYNONYMS
from magnet_core.training.corpus import Piece
from magnet_core.training.synth import DRUMS, INSTRUMENTS

_QUALITIES = (
    ("brightness", {-1: "dark", 1: "bright"}),
    ("density", {-1: "sparse", 1: "busy"}),
    ("space", {-1: "dry", 1: "reverb"}),
)
_FLATS = {"C#": "Db", "D#": "Eb", "F#": "Gb", "G#": "Ab", "A#": "Bb"}


def _word(concept: str, rng: np.random.Generator) -> str:
    """Return the concept's own name half the time, else another wording of it."""
    options = SYNONYMS[concept]
    wordings = [option for option in options if option != "drum"]  # "drum and bass" is a style
    return wordings[0] if rng.random() < 0.5 else str(rng.choice(wordings))


def _joined(names: list[str], rng: np.random.Generator) -> str:
    words = [_word(name, rng) for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _key(piece: Piece, rng: np.random.Generator) -> str:
    note = NOTES[piece.tonic]
    if rng.random() < 0.3:
        note = _FLATS.get(note, note)
    return f"{note} {'minor' if piece.minor else 'major'}"


def _instruments(piece: Piece, rng: np.random.Generator) -> list[str]:
    """Return fragments for what plays: all of it or some, the drums as one word or each."""
    drums = [name for name in DRUMS if name in piece.parts]
    others = [name for name in INSTRUMENTS if name in piece.parts and name not in DRUMS]
    together = len(drums) >= 2 and rng.random() < 0.5
    names = (["drums"] if together else drums) + others
    if not others and drums and rng.random() < 0.7:
        only = "drums" if len(drums) > 1 else drums[0]
        return [f"{only} only" if rng.random() < 0.5 else f"only {only}"]
    if len(piece.parts) == 1 and rng.random() < 0.7:
        return [f"solo {_word(names[0], rng)}"]
    order = [names[i] for i in rng.permutation(len(names))]
    if rng.random() < 0.3:
        order = order[: int(rng.integers(0, len(order) + 1))]
    return [_joined(order, rng)] if order else []


def _absences(piece: Piece, rng: np.random.Generator) -> list[str]:
    absent = [name for name in INSTRUMENTS if name not in piece.parts]
    out = []
    if not piece.parts & set(DRUMS) and rng.random() < 0.6:
        out.append(("no " if rng.random() < 0.6 else "without ") + _word("drums", rng))
        absent = [name for name in absent if name not in DRUMS]
    if absent and rng.random() < 0.3:
        named = [str(n) for n in rng.choice(absent, size=min(len(absent), 2), replace=False)]
        out += [f"no {_word(name, rng)}" for name in named[: int(rng.integers(1, 3))]]
    return out


def describe(piece: Piece, rng: np.random.Generator) -> str:
    """Return one caption of ``piece``; every statement in it is true of the piece.

    A twentieth of the captions are empty. Tempo is also told to the model by its metre, so it is
    only a word here.
    """
    if rng.random() < 0.05:
        return ""
    fragments = _instruments(piece, rng) + _absences(piece, rng)
    if rng.random() < 0.75:
        fragments.append(_word(piece.style, rng) if piece.style in STYLE_TEMPO_BPM else "")
    if rng.random() < 0.4:
        fragments.append(f"{piece.bpm} bpm")
    if piece.parts - set(DRUMS) and rng.random() < 0.6:
        fragments.append(_key(piece, rng))
    for name, words in _QUALITIES:
        value = getattr(piece, name)
        if value and rng.random() < 0.6:
            fragments.append(_word(words[value], rng))
    order = [fragments[i] for i in rng.permutation(len(fragments))]
    return (", " if rng.random() < 0.7 else "; ").join(order)
