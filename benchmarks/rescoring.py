"""Does rescoring help? The same prompts and seeds, off and on: words followed, likelihood, cost.

    pip install -e ".[bench]"
    python -m benchmarks.rescoring [--weights 0.5,1] [--count 6] [--prefix-frames 0]
    python -m benchmarks.rescoring --shown    # what the rescorer loses by codebooks that are masked

Rescoring a stage of n steps takes n - 1 more forward passes. They could as well be steps, so three
things are compared: off with n steps, off with 2n - 1, and on. The measures are those of
``benchmarks.words``, which knows nothing of either model. Beside them is the rescorer's own log
probability of the finished tokens (behind the prefix, all codebooks shown): what rescoring raises
first, so no proof that anybody hears it. A hybrid model is its own rescorer where none is named.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch

import magnet_core
from benchmarks import words
from benchmarks.hearing import Sound
from magnet_core.api import Model
from magnet_core.config import DecodingParams
from magnet_core.decoding.likelihood import log_likelihood
from magnet_core.decoding.patterns import align_logits, delay
from magnet_core.model.attention import causal_mask
from magnet_core.model.harmony import Harmony
from magnet_core.training.corpus import Piece

_SHOWN_PROMPTS = (
    "techno 128 bpm driving kick and bass",
    "house 124 bpm, A minor, bass and chords",
    "drum and bass 174 bpm drums only",
    "ambient, D major, pad, no drums",
)


@dataclass(slots=True)
class Found:
    """What one variant gives.

    Attributes:
        tally: of the words.
        judged: mean log probability of a token, of every clip.
        passes: forward passes of every clip.
        seconds: of every clip's decoding.
    """

    tally: words.Tally = field(default_factory=words.Tally)
    judged: list[float] = field(default_factory=list)
    passes: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def measure(model: Model, numbers: Sequence[int]) -> Found:
    """Play the prompts of these numbers with the model's own parameters."""
    found = Found()
    for number in numbers:
        found.tally.add(words.clips(partial(_play, model, found), number))
    return found


def _play(
    model: Model, found: Found, prompt: str, piece: Piece, seed: int, seconds: float
) -> Sound:
    del piece
    passes: list[int] = []
    started = time.perf_counter()
    codes = model.generate(
        prompt,
        frames=round(seconds * model.frame_rate),
        seed=seed,
        on_step=lambda done, total: passes.append(done),
    )
    found.seconds.append(time.perf_counter() - started)
    found.passes.append(passes[-1])
    judge, harmony = model.rescorer or model, Harmony.draw(model.key(prompt), seed)
    scores = judge.log_likelihood(codes, prompt, harmony=harmony)
    found.judged.append(float(scores[:, model.params.prefix_frames :].mean()))
    return words.levelled(model.codec.decode(codes).numpy(), model.sample_rate)


def variants(params: DecodingParams, weights: Sequence[float]) -> dict[str, DecodingParams]:
    """Return what is compared, by name: the first is what the others are compared with."""
    off = replace(params, rescore_weight=0.0)
    more = tuple(2 * steps - 1 for steps in params.steps)
    compared = {"off": off, "off, 2n - 1 steps": replace(off, steps=more)}
    return compared | {f"w = {w:g}": replace(params, rescore_weight=w) for w in weights}


def table(found: dict[str, Found]) -> str:
    """Return one row for each measure, one column for each variant."""
    columns = list(found.values())
    lines = ["| measure | " + " | ".join(found) + " |"]
    lines.append("|---" * (len(found) + 1) + "|")
    for name in words.TARGETS:
        met = [column.tally.met.get(name, []) for column in columns]
        if met[0]:
            shares = " | ".join(f"{sum(values)} of {len(values)}" for values in met)
            lines.append(f"| {name} | {shares} |")
    first = np.asarray(columns[0].judged)
    cells: list[str] = []
    for column in columns:
        gain = np.asarray(column.judged) - first  # of the same prompt and seed
        error = gain.std() / len(gain) ** 0.5
        cells.append(f"{np.mean(column.judged):.3f} ({gain.mean():+.3f} ± {error:.3f})")
    lines.append("| log probability of a token | " + " | ".join(cells) + " |")
    for name, values in (
        ("forward passes of a clip", [column.passes for column in columns]),
        ("seconds of a clip's decoding", [column.seconds for column in columns]),
    ):
        lines.append(f"| {name} | " + " | ".join(f"{np.mean(v):.1f}" for v in values) + " |")
    return "\n".join(lines)


@torch.inference_mode()
def shown(model: Model) -> str:
    """Return how the judgement of each codebook depends on what is shown above it.

    Codebooks above the stage masked, as rescoring has them; or filled, three times over, with what
    the rescorer itself finds likeliest there.
    """
    lm, mask_id = model.lm, model.lm.config.mask_id
    seeds = list(range(len(_SHOWN_PROMPTS)))
    harmony = [
        Harmony.draw(model.key(t), seed) for t, seed in zip(_SHOWN_PROMPTS, seeds, strict=True)
    ]
    codes = model.generate_batch(_SHOWN_PROMPTS, seeds=seeds, harmony=harmony)
    conditions = model.condition(_SHOWN_PROMPTS, None, harmony)
    mask = causal_mask(codes.shape[-1] + codes.shape[1])
    whole = log_likelihood(lm, conditions, codes)
    lines = ["| codebook | all shown | masked above | correlation | filled above | correlation |"]
    lines.append("|---" * 6 + "|")
    for stage in range(codes.shape[1] - 1):
        seen, cells = codes.clone(), [f"{whole[:, stage].mean():.3f}"]
        seen[:, stage + 1 :] = mask_id
        for draft in range(4):
            logits = align_logits(lm(delay(seen, mask_id), conditions, attention_mask=mask))
            scores = logits[:, stage].log_softmax(dim=-1)
            scores = scores.gather(-1, codes[:, stage, :, None])[..., 0]
            pair = torch.stack([scores.exp().flatten(), whole[:, stage].exp().flatten()])
            if draft in (0, 3):
                cells += [f"{scores.mean():.3f}", f"{torch.corrcoef(pair)[0, 1]:.3f}"]
            seen[:, stage + 1 :] = logits[:, stage + 1 :].argmax(dim=-1)
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--rescorer", help="another model of the same codec")
    parser.add_argument("--weights", default="0.5,1", help="of the rescorer, to compare with off")
    parser.add_argument("--count", type=int, default=6, help="prompts, of seven clips each")
    parser.add_argument("--first", type=int, default=1000, help="number of the first prompt")
    parser.add_argument("--prefix-frames", type=int, help="instead of the model's own")
    parser.add_argument("--shown", action="store_true", help="codebooks above the stage")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = magnet_core.load(args.model, rescorer=args.rescorer)
    if args.prefix_frames is not None:
        model.params = replace(model.params, prefix_frames=args.prefix_frames)
    if args.shown:
        print(shown(model.rescorer or model))
        return
    numbers = range(args.first, args.first + args.count)
    compared = variants(model.params, [float(weight) for weight in args.weights.split(",")])
    found = {
        name: measure(replace(model, params=params), numbers) for name, params in compared.items()
    }
    prefix, steps = model.params.prefix_frames, model.params.steps
    print(f"{args.model}, prefix {prefix} frames, steps {steps}, {args.count} prompts")
    print(table(found))


if __name__ == "__main__":
    main()
