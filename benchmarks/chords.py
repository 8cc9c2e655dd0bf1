"""Does a live stream follow the chords that it is asked for? Measured bar by bar.

    pip install -e ".[bench]"
    python -m benchmarks.chords [--model bundled] [--seeds 2] [--jobs 2]

Each stream plays one progression and is given the next, quantised to the bar, while it sounds. A
bar follows if of all 36 triads the one that was asked for fits its pitch classes best. The floor is
the same stream without the control: the key in the words, the chords the model's own. The ceiling
is the corpus, whose chords are known, through the codec alone.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from tqdm import tqdm

import magnet_core
from benchmarks.hearing import Sound
from magnet_core.api import Model
from magnet_core.model.chord_names import chords_of
from magnet_core.model.harmony import Chord, Harmony, Key
from magnet_core.model.vocabulary import NOTES
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import Applied
from magnet_core.training.corpus import draw_piece, harmony_of, render

# What the corpus has, other orders of a key's chords, and chords from outside the key.
PROGRESSIONS = {
    "as in the corpus": ("Am F C G", "C G Am F"),
    "other orders": ("Dm G C Am", "Em D C D"),
    "from outside the key": ("Am E F E7", "C E Am Fm"),
}
# With a pad, which holds all three notes: short stabs between drums tell this ear too little, and
# half of the bars of the corpus itself would not be heard.
BANDS = {
    "bass, chords and pad, no drums": frozenset({"bass", "chords", "pad"}),
    "drums, bass, chords and pad": frozenset({"kick", "snare", "hats", "bass", "chords", "pad"}),
}
_BPM, _BARS = 120, 8
_BAR_S = 4 * 60.0 / _BPM
_ASKED_S = 1.0  # before the line that a change is asked for

Met = dict[tuple[str, str], list[bool]]  # by band and measure


def _play(
    model: Model, prompt: str, progressions: Sequence[tuple[Chord, ...]], seed: int
) -> tuple[Sound, list[int]]:
    """Return a stream that is given each progression for eight bars, and the bar it began in."""
    session = Engine(model).open(seed=seed)
    session.set_param("quantize", "bar")
    session.set_prompt(prompt)
    parts, begins, demand = [], [0] * len(progressions), 0
    for number, chords in enumerate(progressions):
        session.set_chords(chords, number)
        session.play()
        is_last = number == len(progressions) - 1
        until_s = (number + 1) * _BARS * _BAR_S - (0.0 if is_last else _ASKED_S)
        while session.position < until_s * model.sample_rate:
            if session.idle:  # as in real time, where there is time to plan ahead
                demand = session.position + model.sample_rate // 4
            parts += [chunk.pcm for chunk in session.work(demand)]
            for event in session.events():
                if isinstance(event, Applied) and event.tickets == (number,):
                    begins[number] = round(event.sample / model.sample_rate / _BAR_S)
    return Sound(np.concatenate(parts, axis=1)[0], model.sample_rate), begins


def _met(sound: Sound, chords: Sequence[Chord], begin: int, end: int) -> list[bool]:
    """Return of each bar whether the one of ``chords`` is heard that comes there."""
    heard = sound.triads(_BAR_S)[begin:end]
    asked = (chords[bar % len(chords)] for bar in range(end - begin))
    return [found == (one.root, one.quality) for found, one in zip(heard, asked, strict=False)]


def streams(model: Model, number: int, *, seeds: int, free: bool) -> Met:
    """Measure stream ``number``: its progression, band and seed follow from the number."""
    kinds = [(kind, chords_of(names)) for kind, pair in PROGRESSIONS.items() for names in pair]
    band = list(BANDS)[number // (seeds * len(kinds))]
    place, seed = divmod(number % (seeds * len(kinds)), seeds)
    (kind, first), (_, then) = kinds[place], kinds[(place + 1) % len(kinds)]
    prompt = f"house {_BPM} bpm, {band}"
    if free:
        key = Harmony.over(first, Key()).key
        assert key.tonic is not None
        prompt += f", {NOTES[key.tonic]} {'minor' if key.minor else 'major'}"
        sound, _ = _play(model, prompt, [()], seed)
        measure = "floor: the model's own chords in the same key"
        return {(band, measure): _met(sound, first, 0, _BARS)}
    sound, (_, changed) = _play(model, prompt, [first, then], seed)
    return {
        (band, kind): _met(sound, first, 0, changed),
        (band, "after a change on the bar"): _met(sound, then, changed, 2 * _BARS),
    }


def ceiling(model: Model, number: int) -> Met:
    """Measure piece ``number`` of the corpus, through the codec alone."""
    band = list(BANDS)[number % len(BANDS)]
    piece = replace(
        draw_piece(1_000_000 + number),
        style="house", bpm=_BPM, parts=BANDS[band], brightness=0, space=0,
    )  # fmt: skip
    wave = torch.from_numpy(render(piece, _BARS * _BAR_S).astype(np.float32))[None]
    sound = Sound(model.codec.decode(model.codec.encode(wave))[0].numpy(), model.sample_rate)
    met = _met(sound, harmony_of(piece).chords, 0, _BARS)
    return {(band, "ceiling: the corpus through the codec"): met}


_model: Model  # of this process


def _load(name: str) -> None:
    global _model
    torch.set_num_threads(1)
    _model = magnet_core.load(name)


def _streams(number: int, *, seeds: int, free: bool) -> Met:
    return streams(_model, number, seeds=seeds, free=free)


def _ceiling(number: int) -> Met:
    return ceiling(_model, number)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--seeds", type=int, default=2, help="streams of each progression")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    args = parser.parse_args()
    met: Met = defaultdict(list)
    count = args.seeds * len(BANDS) * sum(map(len, PROGRESSIONS.values()))
    asked, free = (partial(_streams, seeds=args.seeds, free=free) for free in (False, True))
    with ProcessPoolExecutor(args.jobs, initializer=_load, initargs=(args.model,)) as pool:
        for work in (asked, free, _ceiling):
            for part in tqdm(pool.map(work, range(count)), total=count, disable=None):
                for name, values in part.items():
                    met[name] += values
    print(f"{args.model}, {args.seeds} seeds; chance is 1 of 36, 2.8 %")
    print("| band | bars | asked for is heard | of |\n|---|---|---|---|")
    for (band, measure), values in sorted(
        met.items(), key=lambda one: list(BANDS).index(one[0][0])
    ):
        print(f"| {band} | {measure} | {np.mean(values):.1%} | {len(values)} |")


if __name__ == "__main__":
    main()
