"""``magnet-live train``: its options, and what it does."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``magnet-live train``."""
    parser.add_argument("--recipe", choices=("bundled",), default="bundled", help="what to train")
    parser.add_argument(
        "--run",
        dest="run_folder",
        type=Path,
        default=Path("runs/bundled"),
        help="folder of the run",
    )
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--seed", type=int, default=0, help="of corpus order, weights and masks")
    parser.add_argument("--workers", type=int, default=2, help="processes that render the corpus")
    parser.add_argument("--threads", type=int, default=None, help="CPU threads of the training")
    parser.add_argument("--pieces", type=int, default=None, help="size of the corpus")
    parser.add_argument(
        "--codec-steps", type=int, default=None, help="length of the codec training"
    )
    parser.add_argument("--lm-steps", type=int, default=None, help="length of the LM training")
    parser.add_argument("--batch", type=int, default=None, help="windows in a batch of the LM")


def run(args: argparse.Namespace) -> int:
    """Train; returns the exit code. Raises MagnetError."""
    import torch

    from magnet_core.config import require
    from magnet_core.runtime.device import require_device
    from magnet_core.training.recipe import BundledRecipe, train

    require_device(args.device)
    if args.threads is not None:
        require(args.threads >= 1, "threads", args.threads, "at least 1")
        torch.set_num_threads(args.threads)
    recipe = BundledRecipe()
    store = recipe.store if args.pieces is None else replace(recipe.store, pieces=args.pieces)
    codec, lm = replace(recipe.codec, seed=args.seed), replace(recipe.lm, seed=args.seed)
    if args.codec_steps is not None:
        codec = replace(codec, steps=args.codec_steps)
    if args.lm_steps is not None:
        lm = replace(lm, steps=args.lm_steps)
    if args.batch is not None:
        lm = replace(lm, batch=args.batch)
    recipe = replace(recipe, store=store, codec=codec, lm=lm)
    folder = train(recipe, args.run_folder, device=args.device, workers=args.workers)
    print(f'trained: magnet-live generate "techno 128 bpm" --model {folder} -o out.wav')
    return 0
