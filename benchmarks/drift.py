"""Does an endless stream stay what it is? Level, key, tempo and brightness over ten minutes.

    pip install -e ".[bench]"
    python -m benchmarks.drift [--minutes 10] [--context 1.6 3.2 4.8]

One row for each context length (seconds of known music that each window begins with) and prompt.
The first half minute is what the rest is compared with. Played as fast as it goes, no server. The
key of a section is met as in ``benchmarks.words``; beside it stands how often a minute of the
corpus itself meets it, described by the same words and passed through the codec alone.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import torch

import magnet_core
from benchmarks.hearing import Sound
from magnet_core.model.vocabulary import read_prompt
from magnet_core.runtime.engine import Engine
from magnet_core.training.corpus import draw_piece, render

PROMPTS = (
    "techno 128 bpm A minor, driving kick, bass and chords",
    "house 122 bpm, C major, drums, bass, chords",
    "lo-fi 84 bpm D minor, drums, bass and chords",
)
_PARTS = frozenset({"kick", "snare", "hats", "bass", "chords"})
_SECTION_S, _CEILING_S = 30.0, 60.0


def play(prompt: str, seconds: float, context_s: float | None, seed: int) -> tuple[Sound, float]:
    """Return a stream of ``prompt`` and the context length that it was played with."""
    model = magnet_core.load("bundled")
    session = Engine(model).open(seed=seed)
    if context_s is not None:
        session.set_param("context_s", context_s)
    session.set_prompt(prompt)
    session.play()
    wanted, parts = round(seconds * model.sample_rate), []
    while session.position < wanted:
        parts += [c.pcm for c in session.work(session.position + model.sample_rate // 4)]
        session.events()
    pcm = np.concatenate(parts, axis=1)[0, :wanted]
    return Sound(pcm, model.sample_rate), session.settings.context_s


def corpus(prompt: str, seed: int) -> Sound:
    """Return a minute of the corpus that ``prompt`` describes, through the codec."""
    asked, model = read_prompt(prompt), magnet_core.load("bundled")
    assert asked.key.tonic is not None and asked.key.minor is not None
    piece = replace(
        draw_piece(seed),
        style=prompt.split()[0],
        bpm=round(asked.tempo_bpm),
        tonic=asked.key.tonic,
        minor=asked.key.minor,
        parts=_PARTS,
        brightness=0,
        space=0,
    )
    wave = torch.from_numpy(render(piece, _CEILING_S).astype(np.float32))[None]
    return Sound(model.codec.decode(model.codec.encode(wave))[0].numpy(), model.sample_rate)


def _row(job: tuple[str, float, float | None, int]) -> str:
    torch.set_num_threads(1)
    prompt, seconds, context_s, seed = job
    sound, context_s = play(prompt, seconds, context_s, seed)
    asked = read_prompt(prompt)
    assert asked.key.tonic is not None and asked.key.minor is not None
    sections = sound.sections(_SECTION_S)
    levels = np.array([section.loudness_lufs() for section in sections])
    tilt = np.log2(np.array([section.centroid_hz() for section in sections]))
    key = asked.key.tonic, asked.key.minor
    keys = [section.key_met(*key) for section in sections]
    best = [section.key_met(*key) for section in corpus(prompt, seed).sections(_SECTION_S)]
    tempi = [section.tempo_met(asked.tempo_bpm) for section in sections]
    slope = np.polyfit(np.arange(len(levels)) * _SECTION_S / 60.0, levels, 1)[0]
    return (
        f"| {context_s:.1f} | {prompt} | {np.ptp(levels):.1f} | {slope:+.2f} "
        f"| {np.abs(tilt - tilt[0]).max():.2f} | {sum(keys)}/{len(keys)} | {sum(best)}/{len(best)} "
        f"| {sum(tempi)}/{len(tempi)} | {sound.longest_silence_s():.2f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--context", type=float, nargs="*", help="seconds; default the model's own")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    args = parser.parse_args()
    if args.minutes < 1.0:
        parser.error("--minutes must be 1 or more: a drift is seen between sections")
    jobs = [
        (prompt, args.minutes * 60.0, context_s, seed)
        for context_s in (args.context or [None])
        for seed, prompt in enumerate(PROMPTS)
    ]
    print(f"{args.minutes:g} minutes, sections of {_SECTION_S:g} s")
    print(
        "| context s | prompt | level range LU | LU per minute | brightness octaves off |", end=""
    )
    print(" key met | the corpus meets it | tempo met | longest silence s |")
    print("|---" * 9 + "|")
    with ProcessPoolExecutor(args.jobs) as pool:
        for row in pool.map(_row, jobs):
            print(row, flush=True)


if __name__ == "__main__":
    main()
