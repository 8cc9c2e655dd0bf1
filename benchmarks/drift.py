"""Does an endless stream stay what it is? Level, key, tempo and brightness over ten minutes.

    pip install -e ".[bench]"
    python -m benchmarks.drift [--minutes 10] [--context 1.6 3.2 4.8]

One row for each context length (seconds of known music that each window begins with) and prompt.
The first half minute is what the rest is compared with. Played as fast as it goes, no server.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch

import magnet_core
from benchmarks.hearing import Sound
from magnet_core.model.vocabulary import read_prompt
from magnet_core.runtime.engine import Engine

PROMPTS = (
    "techno 128 bpm A minor, driving kick, bass and chords",
    "house 122 bpm, C major, drums, bass, chords",
    "lo-fi 84 bpm D minor, drums, bass and chords",
)
_SECTION_S = 30.0


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


def _row(job: tuple[str, float, float | None, int]) -> str:
    torch.set_num_threads(1)
    prompt, seconds, context_s, seed = job
    sound, context_s = play(prompt, seconds, context_s, seed)
    asked = read_prompt(prompt)
    assert asked.key.tonic is not None and asked.key.minor is not None
    sections = sound.sections(_SECTION_S)
    levels = np.array([section.loudness_lufs() for section in sections])
    tilt = np.log2(np.array([section.centroid_hz() for section in sections]))
    keys = [section.key_met(asked.key.tonic, asked.key.minor) for section in sections]
    tempi = [section.tempo_met(asked.tempo_bpm) for section in sections]
    slope = np.polyfit(np.arange(len(levels)) * _SECTION_S / 60.0, levels, 1)[0]
    return (
        f"| {context_s:.1f} | {prompt} | {np.ptp(levels):.1f} | {slope:+.2f} "
        f"| {np.abs(tilt - tilt[0]).max():.2f} | {sum(keys)}/{len(keys)} "
        f"| {sum(tempi)}/{len(tempi)} | {sound.longest_silence_s():.2f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--context", type=float, nargs="*", help="seconds; default the model's own")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    args = parser.parse_args()
    jobs = [
        (prompt, args.minutes * 60.0, context_s, seed)
        for context_s in (args.context or [None])
        for seed, prompt in enumerate(PROMPTS)
    ]
    print(f"{args.minutes:g} minutes, sections of {_SECTION_S:g} s")
    print(
        "| context s | prompt | level range LU | LU per minute | brightness octaves off |", end=""
    )
    print(" key met | tempo met | longest silence s |\n|---|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(args.jobs) as pool:
        for row in pool.map(_row, jobs):
            print(row, flush=True)


if __name__ == "__main__":
    main()
