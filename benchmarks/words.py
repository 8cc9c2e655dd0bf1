"""Does the music follow its words? Measured with librosa on prompts that training did not use.

    pip install -e ".[bench]"
    python -m benchmarks.words [--model bundled] [--count 40] [--seconds 7.98]
    python -m benchmarks.words --ceiling    # corpus clips through the codec alone

Each row of the table is one measure, its target and the share of prompts (or pairs) that met it.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import librosa
import numpy as np
import torch
from numpy.typing import NDArray

import magnet_core
from magnet_core.api import Model
from magnet_core.model.vocabulary import NOTES, STYLE_TEMPO_BPM
from magnet_core.training.corpus import Piece, draw_piece, render
from magnet_core.training.synth import loudness_db

Audio = NDArray[np.float32]
_HELD_OUT = 1_000_000  # pieces from this number on are in no training corpus
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
_DRUMS = frozenset({"kick", "snare", "hats"})
_BAND = _DRUMS | {"bass", "chords"}


@dataclass(frozen=True, slots=True)
class Sound:
    """A clip, and how to measure it."""

    audio: Audio
    rate: int

    def tempo_met(self, bpm: float) -> bool:
        """Whether librosa finds ``bpm``, half of it or double, within 2 %."""
        envelope = librosa.onset.onset_strength(y=self.audio, sr=self.rate, hop_length=128)
        # The autocorrelation of onsets, read at fine lags: librosa's own grid is coarser than 2 %.
        correlation = librosa.autocorrelate(envelope)
        correlation /= np.arange(len(correlation), 0, -1)
        frames_per_minute = 60.0 * self.rate / 128
        tempi = np.exp(np.linspace(math.log(40), math.log(350), 2000))
        lags = frames_per_minute / tempi
        strength = sum(
            np.interp(lags * k, np.arange(len(correlation)), correlation) for k in (1, 2, 4)
        )
        prior = np.exp(-0.5 * (np.log2(tempi / 120.0) / 1.0) ** 2)
        found = float(tempi[np.argmax(strength * prior)])
        return any(abs(found / (bpm * f) - 1.0) <= 0.02 for f in (0.5, 1.0, 2.0))

    def key_met(self, tonic: int, minor: bool) -> bool:
        """Whether the key or its relative is among the three best of 24 key profiles."""
        harmonic = librosa.effects.harmonic(self.audio)
        chroma = librosa.feature.chroma_cqt(y=harmonic, sr=self.rate).mean(axis=1)
        scores = {
            (shift, is_minor): np.corrcoef(chroma, np.roll(profile, shift))[0, 1]
            for is_minor, profile in ((False, _MAJOR), (True, _MINOR))
            for shift in range(12)
        }
        best = sorted(scores, key=lambda key: -scores[key])[:3]
        relative = ((tonic + 3) % 12, False) if minor else ((tonic - 3) % 12, True)
        return (tonic, minor) in best or relative in best

    def percussive_share(self) -> float:
        """Energy of the percussive part of an HPSS over the whole."""
        harmonic, percussive = librosa.effects.hpss(self.audio)
        p, h = float(np.sum(percussive**2)), float(np.sum(harmonic**2))
        return p / max(p + h, 1e-9)

    def low_db(self) -> float:
        """Level below 150 Hz."""
        spectrum = np.abs(np.fft.rfft(self.audio)) ** 2
        hz = np.fft.rfftfreq(len(self.audio), 1.0 / self.rate)
        return float(10.0 * np.log10(spectrum[hz < 150.0].sum() / len(self.audio) + 1e-9))

    def centroid_hz(self) -> float:
        """Median spectral centroid."""
        return float(np.median(librosa.feature.spectral_centroid(y=self.audio, sr=self.rate)))

    def longest_silence_s(self) -> float:
        """The longest run below -55 dB of full scale, in blocks of 20 ms."""
        block = self.rate // 50
        peaks = np.abs(self.audio[: len(self.audio) // block * block]).reshape(-1, block).max(1)
        run = longest = 0
        for quiet in peaks < 10 ** (-55 / 20):
            run = run + 1 if quiet else 0
            longest = max(longest, run)
        return longest / 50


Make = Callable[[str, Piece, int], Sound]


def from_model(model: Model, seconds: float) -> Make:
    """Return a maker that plays prompts."""

    def make(prompt: str, piece: Piece, seed: int) -> Sound:
        del piece
        codes = model.generate(prompt, frames=round(seconds * model.frame_rate), seed=seed)
        return Sound(model.codec.decode(codes)[0].numpy(), model.sample_rate)

    return make


def from_codec(model: Model, seconds: float) -> Make:
    """Return a maker that passes the piece that a prompt describes through the codec alone."""

    def make(prompt: str, piece: Piece, seed: int) -> Sound:
        del prompt, seed
        wave = torch.from_numpy(render(piece, seconds).astype(np.float32))[None]
        return Sound(model.codec.decode(model.codec.encode(wave))[0].numpy(), model.sample_rate)

    return make


def _prompt(piece: Piece, *extra: str) -> str:
    mode = "minor" if piece.minor else "major"
    return ", ".join([piece.style, f"{piece.bpm} bpm", f"{NOTES[piece.tonic]} {mode}", *extra])


def _pieces(count: int, parts: frozenset[str]) -> Iterator[Piece]:
    styles = [style for style in STYLE_TEMPO_BPM if style != "ambient"]
    for i in range(count):
        piece = draw_piece(_HELD_OUT + i)
        yield replace(piece, style=styles[i % len(styles)], parts=parts, brightness=0, space=0)


def measure(make: Make, count: int) -> list[tuple[str, float, float]]:
    """Return (what, target, share met) for every measure."""
    met: dict[str, list[bool]] = {}
    levels: list[float] = []

    def note(name: str, sound: Sound, ok: bool) -> None:
        met.setdefault(name, []).append(ok)
        met.setdefault("no silence over 0.5 s", []).append(sound.longest_silence_s() <= 0.5)
        met.setdefault("no clipped sample", []).append(bool(np.abs(sound.audio).max() < 1.0))
        levels.append(loudness_db(sound.audio.astype(np.float64)))

    for seed, piece in enumerate(_pieces(count, _BAND)):
        sound = make(_prompt(piece, "drums, bass and chords"), piece, seed)
        note("tempo within 2 %", sound, sound.tempo_met(piece.bpm))
        tonal = replace(piece, parts=frozenset({"bass", "chords", "pad"}))
        sound = make(_prompt(tonal, "bass, chords and pad, no drums"), tonal, seed)
        note("key or relative in best 3", sound, sound.key_met(piece.tonic, piece.minor))
        drums = replace(piece, parts=_DRUMS)
        other = make(_prompt(drums, "drums only"), drums, seed)
        ok = other.percussive_share() > sound.percussive_share()
        note("drums only > no drums, HPSS", other, ok)
        light = replace(piece, parts=frozenset({"hats", "pluck"}))
        low = make(_prompt(light, "hats and pluck, no bass, no kick"), light, seed)
        deep = replace(piece, parts=frozenset({"kick", "hats", "pluck", "bass"}))
        high = make(_prompt(deep, "kick, hats, pluck and bass"), deep, seed)
        note("more below 150 Hz with bass", high, high.low_db() > low.low_db())
        dark = make(_prompt(piece, "dark"), replace(piece, brightness=-1), seed)
        bright = make(_prompt(piece, "bright"), replace(piece, brightness=1), seed)
        note("bright above dark", bright, bright.centroid_hz() > dark.centroid_hz())
    centre = float(np.median(levels))
    met["loudness within 1.5 LU of median"] = [abs(level - centre) <= 1.5 for level in levels]
    targets = dict.fromkeys(met, 1.0) | _TARGETS
    return [(name, targets[name], float(np.mean(oks))) for name, oks in met.items()]


_TARGETS = {
    "tempo within 2 %": 0.9,
    "key or relative in best 3": 0.8,
    "drums only > no drums, HPSS": 0.95,
    "more below 150 Hz with bass": 0.95,
    "bright above dark": 0.9,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=7.98)
    parser.add_argument("--ceiling", action="store_true", help="the codec alone")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = magnet_core.load(args.model)
    make = (from_codec if args.ceiling else from_model)(model, args.seconds)
    print(f"{model.name}{', codec alone' if args.ceiling else ''}, {args.count} prompts each")
    print("| measure | target | met |\n|---|---|---|")
    for name, target, share in measure(make, args.count):
        print(f"| {name} | {target:.0%} | {share:.0%} |")


if __name__ == "__main__":
    main()
