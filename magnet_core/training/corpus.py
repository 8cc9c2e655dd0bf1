"""The synthesised corpus: seeded pieces, their sound, and everything that is true of them.

``draw_piece(seed)`` decides (style, tempo, key, parts, qualities), ``render(piece, seconds)``
plays. A piece starts on beat 0 of a bar and its chords cycle every four bars, so the metre of any
window of it is known exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from magnet_core.model.harmony import (
    PROGRESSIONS_MAJOR,
    PROGRESSIONS_MINOR,
    SCALE_MAJOR,
    SCALE_MINOR,
    Harmony,
)
from magnet_core.training.styles import MAX_BPM, MIN_BPM, STEPS_PER_BAR, STYLES, Style
from magnet_core.training.synth import (
    DRUMS,
    INSTRUMENTS,
    PITCHED,
    SAMPLE_RATE,
    Audio,
    Patch,
    drum_hit,
    loudness_db,
    note,
    reverb,
)

TARGET_LUFS = -17.0
_PEAK = 0.97
_REGISTER = {  # lowest MIDI note of the register in which an instrument's chord root lies
    "bass": 33,
    "pad": 52,
    "chords": 55,
    "pluck": 64,
    "lead": 67,
    "strings": 64,
    "bells": 76,
}
_ROWS = ("kick", "snare", "hats", "bass", "chords", "pluck")
_ALONE = {"pluck": "0.2.4.2.0.4.2.7.", "chords": "x---x---x---x---", "bass": "0.0.0.0.0.0.4.7."}
_SENDS = dict(pad=1.0, chords=0.8, pluck=1.0, lead=0.8, strings=1.0, bells=1.2, snare=0.6, hats=0.2)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of music, fully decided.

    Attributes:
        tonic: pitch class, 0 is C.
        parts: the instruments that play.
        brightness, density, space: -1, 0 or 1: dark to bright, sparse to busy, dry to reverberant.
        seed: of everything that the fields above leave open.
    """

    style: str
    bpm: int
    tonic: int
    minor: bool
    parts: frozenset[str]
    brightness: int
    density: int
    space: int
    seed: int


@dataclass(frozen=True, slots=True)
class _Event:
    beat: float
    beats: float
    instrument: str
    sound: str | int  # a drum sound or a MIDI note
    velocity: float


def _draw_parts(style: Style, rng: np.random.Generator) -> frozenset[str]:
    mix = {name for name, odds in style.odds.items() if rng.random() < odds}
    layout = rng.random()
    if layout < 0.14:
        mix &= set(DRUMS)
    elif layout < 0.36:
        mix -= set(DRUMS)
    elif layout < 0.46:
        mix = {str(rng.choice(INSTRUMENTS))}
    elif layout < 0.56:
        mix -= {str(rng.choice(("bass", "kick", "hats")))}
    if not mix:
        mix = {str(rng.choice(PITCHED if layout >= 0.14 else DRUMS))}
    while len(mix & set(PITCHED)) > 4:  # a codec of 2 kbit/s; and a band leaves room
        mix.remove(str(rng.choice(sorted(mix & set(PITCHED) - {"bass"}))))
    return frozenset(mix)


def draw_piece(seed: int) -> Piece:
    """Return the piece number ``seed``: equal seeds give equal pieces."""
    rng = np.random.default_rng((seed, 1))
    style = STYLES[str(rng.choice(list(STYLES)))]
    if rng.random() < 0.5:
        bpm = int(rng.integers(MIN_BPM, MAX_BPM + 1))
    else:
        bpm = int(np.clip(round(rng.triangular(*style.bpm)), MIN_BPM, MAX_BPM))
    return Piece(
        style=style.name,
        bpm=bpm,
        tonic=int(rng.integers(12)),
        minor=bool(rng.random() < style.minor),
        parts=_draw_parts(style, rng),
        brightness=int(rng.choice((-1, 0, 1), p=(0.3, 0.4, 0.3))),
        density=int(rng.choice((-1, 0, 1), p=(0.25, 0.5, 0.25))),
        space=int(rng.choice((-1, 0, 1), p=(0.25, 0.45, 0.3))),
        seed=seed,
    )


def _pitch(piece: Piece, instrument: str, degree: int, step: int) -> int:
    """Return the MIDI note ``step`` scale steps above chord ``degree``, in the register."""
    scale = SCALE_MINOR if piece.minor else SCALE_MAJOR
    low = _REGISTER[instrument]
    root = piece.tonic + scale[degree % 7]
    base = low + (root - low) % 12
    offset = scale[(degree + step) % 7] - scale[degree % 7]
    return base + offset + 12 * ((degree + step) // 7 - degree // 7)


def _thin(pattern: str) -> str:
    """Return the pattern without every second hit, and without what those held."""
    hits, out = 0, ""
    for letter in pattern:
        hits += letter not in ".-"
        out += letter if hits % 2 else "."
    return out


def _held_steps(pattern: str, start: int) -> int:
    end = start + 1
    while end < len(pattern) and pattern[end] == "-":
        end += 1
    return end - start


class _Arranger:
    """Turns a piece into events, one bar at a time; variants are drawn once for the piece."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.style = STYLES[piece.style]
        rng = np.random.default_rng((piece.seed, 2))
        self.rows = {name: self._draw_row(name, rng) for name in _ROWS}
        cycles = PROGRESSIONS_MINOR if piece.minor else PROGRESSIONS_MAJOR
        self.cycle = cycles[rng.integers(len(cycles))]
        self.motif = self._draw_motif(rng)
        self.bell_steps = sorted(rng.choice(16, size=3 + piece.density, replace=False).tolist())
        self.fills = bool(rng.random() < 0.35)

    def _draw_row(self, name: str, rng: np.random.Generator) -> str:
        """A bar of a part: heard if it is asked for, thinned if sparse, without gaps if alone."""
        parts, density = self.piece.parts, self.piece.density
        options = getattr(self.style, name)
        row = str(options[rng.integers(len(options))])
        if name == "hats" and density > 0:
            row = "x.xxx.xox.xxx.xo"
        if name == "pluck" and density > 0 and row.count(".") > 6:
            row = "0.2.4.2.7.4.2.4."
        hits = len(row) - row.count(".") - row.count("-")
        if parts <= set(DRUMS) and hits < 4 and (len(parts) == 1 or name == "kick"):
            return "x...x...x...x..."
        if name in DRUMS and not hits:
            return "....x.......x..."
        if len(parts) == 1 and hits < 4 and "-" not in row:
            return _ALONE.get(name, row)
        return _thin(row) if density < 0 and hits > 2 and len(parts) > 1 else row

    def _draw_motif(self, rng: np.random.Generator) -> list[tuple[int, int, int]]:
        """A two-bar melody: (step, length in steps, scale step above the tonic)."""
        rhythm = (1, 2, 2, 4) if self.piece.density > 0 else (2, 4, 4, 6)
        if self.piece.density < 0:
            rhythm = (4, 6, 8, 8)
        motif, at, height = [], 0, int(rng.choice((0, 2, 4)))
        while at < 2 * STEPS_PER_BAR:
            length = int(rng.choice(rhythm))
            if rng.random() < 0.8:
                motif.append((at, min(length, 2 * STEPS_PER_BAR - at), height))
            height = int(np.clip(height + rng.choice((-2, -1, 1, 2, 0)), -2, 7))
            at += length
        return motif or [(0, 8, 0)]

    def _drums(self, bar: int) -> Iterator[_Event]:
        fill = self.fills and bar % 4 == 3 and "snare" in self.piece.parts
        for name in DRUMS:
            row = self.rows[name]
            if name == "snare" and fill:
                row = row[:12] + "x.xx"
            if name not in self.piece.parts:
                continue
            for step, letter in enumerate(row):
                if letter in "xog":
                    sound = {"hats": "open_hat" if letter == "o" else "hat"}.get(name, name)
                    velocity = 0.4 if letter == "g" else (1.0 if step % 4 == 0 else 0.8)
                    yield _Event(step / 4, 0.25, name, sound, velocity)

    def _row(self, name: str, degree: int) -> Iterator[_Event]:
        row = self.rows[name]
        for step, letter in enumerate(row):
            if letter in ".-":
                continue
            length = max(_held_steps(row, step), 1) * 0.23
            if name == "chords":
                pitches = [_pitch(self.piece, name, degree, s) for s in (0, 2, 4)]
            else:
                pitches = [_pitch(self.piece, name, degree, int(letter))]
            for pitch in pitches:
                yield _Event(step / 4, length, name, pitch, 1.0 if step % 8 == 0 else 0.85)

    def _melodic(self, bar: int, degree: int) -> Iterator[_Event]:
        piece = self.piece
        if "pad" in piece.parts:
            for step in (0, 2, 4):
                yield _Event(0.0, 3.95, "pad", _pitch(piece, "pad", degree, step), 1.0)
        if "strings" in piece.parts:
            for step in (0, 4):
                yield _Event(0.0, 3.95, "strings", _pitch(piece, "strings", degree, step), 1.0)
        if "bells" in piece.parts:
            for i, step in enumerate(self.bell_steps):
                pitch = _pitch(piece, "bells", degree, (0, 4, 2, 7, 0)[(i + bar) % 5])
                yield _Event(step / 4, 1.0, "bells", pitch, 0.9)
        if "lead" in piece.parts:
            low = (bar % 2) * STEPS_PER_BAR
            for step, length, height in self.motif:
                if low <= step < low + STEPS_PER_BAR:
                    pitch = _pitch(piece, "lead", 0, height)
                    yield _Event((step - low) / 4, length * 0.24, "lead", pitch, 0.9)

    def bar(self, bar: int) -> Iterator[_Event]:
        """Yield the events of one bar, beats counted from its start."""
        degree = self.cycle[bar % 4]
        yield from self._drums(bar)
        for name in ("bass", "chords", "pluck"):
            if name in self.piece.parts:
                yield from self._row(name, degree)
        yield from self._melodic(bar, degree)

    def swung(self, beat: float) -> float:
        """Return ``beat`` with the off-sixteenths late by the style's swing."""
        late = self.style.swing / 4 if round(beat * 4) % 2 else 0.0
        return beat + late


def harmony_of(piece: Piece) -> Harmony:
    """Return the key of ``piece`` and its chords, bar by bar from beat 0."""
    return Harmony.in_key(piece.tonic, piece.minor, _Arranger(piece).cycle)


def _patches(piece: Piece) -> dict[str, Patch]:
    rng = np.random.default_rng((piece.seed, 3))
    return {
        name: Patch(
            name, round(float(rng.random()), 1), float(piece.brightness), int(rng.integers(3))
        )
        for name in INSTRUMENTS
    }


def _play(patch: Patch, event: _Event, seconds_per_beat: float) -> Audio:
    if isinstance(event.sound, str):
        return drum_hit(patch, event.sound, event.velocity)
    return note(patch, event.sound, event.beats * seconds_per_beat, event.velocity)


def render(piece: Piece, seconds: float) -> Audio:
    """Return the first ``seconds`` of the piece, mono at 32 kHz, near -17 LUFS, unclipped."""
    arranger, patches = _Arranger(piece), _patches(piece)
    seconds_per_beat = 60.0 / piece.bpm
    bars = int(np.ceil(seconds / (4 * seconds_per_beat)))
    # Two bars of run-up, cut away after the reverb, so that tails are already there at beat 0.
    lead_bars = 2 if piece.space > 0 else 1
    samples = round((bars + lead_bars) * 4 * seconds_per_beat * SAMPLE_RATE)
    dry, send = np.zeros(samples), np.zeros(samples)
    for bar in range(-lead_bars, bars):
        for event in arranger.bar(bar % 4 if bar < 0 else bar):
            beat = 4 * (bar + lead_bars) + arranger.swung(event.beat)
            start = round(beat * seconds_per_beat * SAMPLE_RATE)
            sound = _play(patches[event.instrument], event, seconds_per_beat)
            sound = sound[: samples - start]
            dry[start : start + len(sound)] += sound
            send[start : start + len(sound)] += _SENDS.get(event.instrument, 0.0) * sound
    wet = {-1: 0.0, 0: 0.12, 1: 0.6}[piece.space]
    mix = dry + reverb(send, wet=wet, half_life_s=0.28, seed=piece.seed % 4) - send if wet else dry
    first = round(lead_bars * 4 * seconds_per_beat * SAMPLE_RATE)
    music: Audio = mix[first : first + int(seconds * SAMPLE_RATE)]
    music = music * 10.0 ** ((TARGET_LUFS - loudness_db(music)) / 20.0)
    loud = np.abs(music) > 0.7 * _PEAK
    knee = 0.7 * _PEAK
    music[loud] = np.sign(music[loud]) * (
        knee + (_PEAK - knee) * np.tanh((np.abs(music[loud]) - knee) / (_PEAK - knee))
    )
    return music
