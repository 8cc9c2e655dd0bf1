"""RTF of the live engine and of ``generate``, next to the floor of this machine's matrix products.

    python -m benchmarks.rtf [--model bundled] [--seconds 60] [--threads 1]

The stream is driven as fast as it goes, everything included (plans, codec). The floor is the time
that the same multiply-adds of the network's linear layers would take at the rate of a large matrix
product, measured in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch

import magnet_core
from magnet_core.api import Model
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import Late, Planned

PROMPT = "techno 128 bpm driving kick and bass"


def matmul_rate() -> float:
    """Return the FLOP/s of a 1024 x 1024 x 1024 float32 product, the best of several."""
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    best = float("inf")
    for _ in range(12):
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2 * 1024**3 / best


def stream(model: Model, seconds: float) -> tuple[float, list[float], int, float]:
    """Return RTF, seconds of each unit of work, plans made, linear-layer FLOPs an audio second."""
    session = Engine(model).open(seed=1)
    session.set_prompt(PROMPT)
    session.play()
    wanted, units, plans, lead = int(seconds * model.sample_rate), [], 0, model.sample_rate // 8
    flops, weights = 0.0, sum(p.numel() for p in model.lm.transformer.parameters())
    started = time.perf_counter()
    while session.position < wanted:
        begun = time.perf_counter()
        session.work(session.position + lead)
        units.append(time.perf_counter() - begun)
        for event in session.events():
            if isinstance(event, Planned):
                plans += 1
                plan = event.plan
                rows = 2 * (
                    plan.prefix_frames + (plan.frames - plan.prefix_frames) * sum(plan.steps)
                )
                flops += 2.0 * weights * (rows + 2 * plan.context_frames)
            elif isinstance(event, Late):
                raise SystemExit("the stream ran dry: slower than real time")
    total = time.perf_counter() - started
    return total / seconds, units, plans, flops / seconds


def generate(model: Model, seconds: float) -> float:
    """Return the RTF of ``generate`` and an offline decode."""
    frames = round(seconds * model.frame_rate)
    started = time.perf_counter()
    model.codec.decode(model.generate(PROMPT, frames=frames, seed=1))
    return (time.perf_counter() - started) / seconds


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = magnet_core.load(args.model)
    Engine(model).warm_up()
    rate = matmul_rate()
    rtf, units, plans, flops = stream(model, args.seconds)
    runs = [generate(model, 10.0) for _ in range(3)]
    longest = sorted(units)[int(0.99 * len(units))]
    print(f"{model.name}, {args.threads} thread(s), matrix products at {rate / 1e9:.0f} GFLOP/s")
    print(
        f"stream    RTF {rtf:.3f} over {args.seconds:g} s, {plans} plans; floor {flops / rate:.3f}"
    )
    middle = statistics.median(units)
    print(f"          unit of work p50 {middle * 1e3:.1f} ms, p99 {longest * 1e3:.1f} ms")
    print(f"generate  RTF {statistics.median(runs):.3f} (10 s, median of 3)")


if __name__ == "__main__":
    main()
