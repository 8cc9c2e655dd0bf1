"""The pictures of the README and the model card.

They are drawn by:

    pip install -e ".[bench]"
    python -m benchmarks.pictures spectrograms docs/spectrograms.png [--model bundled]
    python -m benchmarks.pictures curves docs/training.png [--run runs/bundled]
    python -m benchmarks.pictures console docs/  (needs Chromium)
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

import librosa
import matplotlib
import numpy as np
import torch

import magnet_core

matplotlib.use("Agg")
from matplotlib import pyplot as plt

PROMPTS = (
    "techno 128 bpm driving kick and bass",
    "drums only, drum and bass 174 bpm",
    "slow ambient pad and bells, A minor, reverb, no drums",
    "bright disco 120 bpm, bass, chords and strings, C major",
)


def spectrograms(target: Path, model_name: str) -> None:
    """Draw eight seconds of each prompt, seed 0, default settings."""
    torch.set_num_threads(1)
    model = magnet_core.load(model_name)
    figure, axes = plt.subplots(2, 2, figsize=(14, 7), constrained_layout=True)
    for axis, prompt in zip(axes.flat, PROMPTS, strict=True):
        sound = model.codec.decode(model.generate(prompt, seed=0))[0].numpy()
        mel = librosa.feature.melspectrogram(
            y=sound, sr=model.sample_rate, n_fft=2048, hop_length=320, n_mels=160
        )
        level = librosa.power_to_db(mel, ref=np.max, top_db=70)
        axis.imshow(level, origin="lower", aspect="auto", extent=(0, len(sound) / 32000, 0, 160))
        axis.set(title=prompt, xlabel="seconds", yticks=[])
    figure.savefig(target, dpi=70)


def curves(target: Path, run: Path) -> None:
    """Draw every loss of a run's parts, codec and LM, against its steps."""
    parts = [part for part in ("codec", "lm") if (run / f"{part}.jsonl").exists()]
    if not parts:
        raise SystemExit(f"{run} holds no codec.jsonl and no lm.jsonl: not the folder of a run")
    size = (6 * len(parts), 4)
    figure, axes = plt.subplots(1, len(parts), figsize=size, constrained_layout=True, squeeze=False)
    for axis, part in zip(axes[0], parts, strict=True):
        rows = [json.loads(line) for line in (run / f"{part}.jsonl").read_text().splitlines()]
        for name in sorted({name for row in rows for name in row} - {"step", "elapsed_s", "rate"}):
            points = [(row["step"], row[name]) for row in rows if name in row]
            steps, values = np.array(points).T
            half = max(len(values) // 60, 2)  # batches differ more than the steps do
            padded = np.pad(values, (half, half), mode="edge")
            smooth = np.convolve(padded, np.ones(2 * half + 1) / (2 * half + 1), "valid")
            axis.plot(steps, smooth, label=name)
        axis.set(title=part, xlabel="step", yscale="log")
        axis.legend()
    figure.savefig(target, dpi=70)


def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", choices=("spectrograms", "curves", "console"))
    parser.add_argument("target", type=Path)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--run", type=Path, default=Path("runs/bundled"))
    args = parser.parse_args()
    if args.picture == "console":
        from benchmarks.console_pictures import README_SHOTS, take

        asyncio.run(take(README_SHOTS, args.target))
        return
    args.target.parent.mkdir(parents=True, exist_ok=True)
    if args.picture == "spectrograms":
        spectrograms(args.target, args.model)
    else:
        curves(args.target, args.run)
    print(f"wrote {args.target}")


if __name__ == "__main__":
    main()
