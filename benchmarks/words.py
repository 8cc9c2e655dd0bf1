"""Does the music follow its words? Measured on prompts that training did not use.

    pip install -e ".[bench]"
    python -m benchmarks.words [--model bundled] [--count 40] [--jobs 2]
    python -m benchmarks.words --ceiling    # corpus clips through the codec alone

Each row of the table is one measure, its target and the share of prompts (or pairs) that met it.
Every prompt has a seed of its own. ``--first 1000`` takes other prompts: those on which decoding
defaults are chosen should not be those that are reported.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

import magnet_core
from benchmarks.hearing import Sound
from daw_bridge.audio.leveller import Leveller
from magnet_core.api import Model
from magnet_core.model.vocabulary import NOTES, STYLE_TEMPO_BPM
from magnet_core.runtime.engine import Engine
from magnet_core.training.corpus import Piece, draw_piece, render

_HELD_OUT = 1_000_000  # pieces from this number on are in no training corpus
_DRUMS = frozenset({"kick", "snare", "hats"})
_BAND = _DRUMS | {"bass", "chords"}
_CLIP_S = 7.98  # a window of the bundled model
_STREAM_S, _SECTION_S = 60.0, 10.0  # a section holds whole cycles of four bars, about

TEMPO, KEY = "tempo within 2 %", "key or relative among best 3"
DRUMS, LOW = "drums only > no drums (HPSS)", "more below 150 Hz with bass or kick"
BRIGHT, SILENCE = "bright above dark", "no silence over 0.5 s"
CLIPPING, LEVEL = "no clipped sample", "loudness within 1.5 LU of the middle"
HELD_TEMPO, HELD_LEVEL = "60 s: tempo held within 2 %", "60 s: 10 s sections within 3 LU"
TARGETS = {
    TEMPO: 0.9, KEY: 0.8, DRUMS: 0.95, LOW: 0.95, BRIGHT: 0.9, SILENCE: 1.0, CLIPPING: 1.0,
    LEVEL: 1.0, HELD_TEMPO: 1.0, HELD_LEVEL: 1.0,
}  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What was found: by measure whether it was met, and the loudness of every clip."""

    met: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    levels: list[float] = field(default_factory=list)

    def hear(self, sound: Sound) -> Sound:
        """Note what is asked of every clip."""
        self.met[SILENCE].append(sound.longest_silence_s() <= 0.5)
        self.met[CLIPPING].append(not sound.is_clipped())
        self.levels.append(sound.loudness_lufs())
        return sound

    def add(self, other: Tally) -> None:
        """Take in another tally."""
        for name, values in other.met.items():
            self.met[name] += values
        self.levels += other.levels

    def rows(self) -> list[tuple[str, float, float, int]]:
        """Return (measure, target, share met, how many) in the order of TARGETS."""
        # The span of 3 LU that holds most clips, as a listener who sets the fader once would.
        levels = np.sort(self.levels)
        middle = max(levels, key=lambda low: ((levels >= low) & (levels <= low + 3.0)).sum()) + 1.5
        met = {**self.met, LEVEL: [abs(level - middle) <= 1.5 for level in levels]}
        return [
            (name, target, float(np.mean(met[name])), len(met[name]))
            for name, target in TARGETS.items()
            if met.get(name)
        ]


Make = Callable[[str, Piece, int, float], Sound]  # prompt, the piece it describes, seed, seconds


def _from_model(model: Model, prompt: str, piece: Piece, seed: int, seconds: float) -> Sound:
    """Play a prompt."""
    del piece
    codes = model.generate(prompt, frames=round(seconds * model.frame_rate), seed=seed)
    return levelled(model.codec.decode(codes).numpy(), model.sample_rate)


def levelled(pcm: NDArray[np.float32], rate: int) -> Sound:
    """Return what the server and ``magnet-live generate`` make of it by default."""
    return Sound(Leveller(rate, len(pcm)).process(pcm)[0], rate)


def _from_codec(model: Model, prompt: str, piece: Piece, seed: int, seconds: float) -> Sound:
    """Pass the piece that a prompt describes through the codec alone."""
    del prompt, seed
    wave = torch.from_numpy(render(piece, seconds).astype(np.float32))[None]
    return Sound(model.codec.decode(model.codec.encode(wave))[0].numpy(), model.sample_rate)


def _from_stream(model: Model, prompt: str, piece: Piece, seed: int, seconds: float) -> Sound:
    """Play a prompt as a live stream, which is planned window by window."""
    del piece
    session = Engine(model).open(seed=seed)
    session.set_prompt(prompt)
    session.play()
    wanted, parts = round(seconds * model.sample_rate), []
    while session.position < wanted:
        parts += [c.pcm for c in session.work(session.position + model.sample_rate // 4)]
        session.events()
    return levelled(np.concatenate(parts, axis=1)[:, :wanted], model.sample_rate)


def _prompt(piece: Piece, *extra: str) -> str:
    mode = "minor" if piece.minor else "major"
    return ", ".join([piece.style, f"{piece.bpm} bpm", f"{NOTES[piece.tonic]} {mode}", *extra])


def _piece(number: int, parts: frozenset[str]) -> Piece:
    styles = [style for style in STYLE_TEMPO_BPM if style != "ambient"]
    piece = draw_piece(_HELD_OUT + number)
    style = styles[number % len(styles)]
    return replace(piece, style=style, parts=parts, brightness=0, space=0)


def clips(make: Make, number: int) -> Tally:
    """Measure the clips of prompt ``number``."""
    tally, piece = Tally(), _piece(number, _BAND)

    def play(parts: frozenset[str], words: str, brightness: int = 0) -> Sound:
        wanted = replace(piece, parts=parts, brightness=brightness)
        return tally.hear(make(_prompt(piece, words), wanted, number, _CLIP_S))

    band = play(_BAND, "drums, bass and chords")
    tonal = play(frozenset({"bass", "chords", "pad"}), "bass, chords and pad, no drums")
    drums = play(_DRUMS, "drums only")
    light = play(frozenset({"hats", "pluck"}), "hats and pluck, no bass, no kick")
    deep = play(frozenset({"kick", "hats", "pluck", "bass"}), "kick, hats, pluck and bass")
    dark, bright = play(_BAND, "dark", -1), play(_BAND, "bright", 1)
    tally.met[TEMPO] += [band.tempo_met(piece.bpm), drums.tempo_met(piece.bpm)]
    tally.met[KEY] += [s.key_met(piece.tonic, piece.minor) for s in (tonal, band)]
    tally.met[DRUMS].append(drums.percussive_share() > tonal.percussive_share())
    tally.met[LOW].append(deep.low_db() > light.low_db())
    tally.met[BRIGHT].append(bright.centroid_hz() > dark.centroid_hz())
    return tally


def stream(make: Make, number: int) -> Tally:
    """Measure a minute of prompt ``number``."""
    tally, piece = Tally(), _piece(number, _BAND)
    sound = make(_prompt(piece, "drums, bass and chords"), piece, number, _STREAM_S)
    sections = [tally.hear(section) for section in sound.sections(_SECTION_S)]
    levels = tally.levels
    tally.met[HELD_TEMPO].append(all(s.tempo_met(piece.bpm) for s in sections))
    tally.met[HELD_LEVEL].append(max(levels) - min(levels) <= 3.0)
    return tally


_model: Model  # of this process


def _load(name: str) -> None:
    global _model
    torch.set_num_threads(1)
    _model = magnet_core.load(name)


def _clips(number: int, *, ceiling: bool) -> Tally:
    return clips(partial(_from_codec if ceiling else _from_model, _model), number)


def _stream(number: int, *, ceiling: bool) -> Tally:
    return stream(partial(_from_codec if ceiling else _from_stream, _model), number)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--count", type=int, default=40, help="prompts of each measure")
    parser.add_argument("--streams", type=int, default=8, help="prompts played for a minute")
    parser.add_argument("--first", type=int, default=0, help="number of the first prompt")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--ceiling", action="store_true", help="the codec alone")
    args = parser.parse_args()
    tally = Tally()
    with ProcessPoolExecutor(args.jobs, initializer=_load, initargs=(args.model,)) as pool:
        for work, count in ((_clips, args.count), (_stream, args.streams)):
            numbers = range(args.first, args.first + count)
            found = pool.map(partial(work, ceiling=args.ceiling), numbers)
            for part in tqdm(found, total=count, disable=None):
                tally.add(part)
    print(f"{args.model}{', codec alone' if args.ceiling else ''}, {args.count} prompts")
    print("| measure | target | met | of |\n|---|---|---|---|")
    for name, target, share, count in tally.rows():
        print(f"| {name} | {target:.0%} | {share:.1%} | {count} |")  # 327 of 328 is not all


if __name__ == "__main__":
    main()
