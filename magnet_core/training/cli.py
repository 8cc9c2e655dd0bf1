"""``magnet-live train``: its options, and what it does."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from magnet_core.training.lm import LMRecipe

_DATA_HELP = """\
a folder of your own music: WAV, FLAC, AIFF, OGG or MP3 files, also in folders below. Beside
loop.wav, each optional: loop.txt, a caption in each line; loop.json, {"description": "...",
"bpm": 128, "key": "A minor", "chords": ["Am", "F"], "loop": true}; or one metadata.jsonl or
metadata.csv with a "file_name" and the same names. A tempo may also stand in the caption or the
file's name ("120 bpm"); the bundled model needs one"""
_DESCRIPTION = """\
Fine-tune a model on a folder of your own loops and captions (--data), or carry out the recipe of
the bundled model (--recipe). Run again, the same command goes on where it was stopped."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``magnet-live train``."""
    parser.description = _DESCRIPTION
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--data", type=Path, metavar="FOLDER", help=_DATA_HELP)
    what.add_argument(
        "--recipe", choices=("bundled",), help="what to train without --data (default: bundled)"
    )
    parser.add_argument(
        "--from",
        dest="base",
        metavar="MODEL",
        help="what to go on from: bundled, a folder, or a published name"
        " (default: bundled with --data; the recipe begins from scratch, or keeps this codec)",
    )
    parser.add_argument("--text-encoder", metavar="DIR", help="the T5 of MODEL, where it has none")
    parser.add_argument(
        "--run",
        dest="run_folder",
        type=Path,
        metavar="DIR",
        help="folder of the run; the model is its folder model (default: runs/NAME of FOLDER,"
        " or runs/bundled)",
    )
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default cpu)")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads of the training")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of weights, windows and masks (default 0)"
    )
    parser.add_argument(
        "--lm-steps", type=int, metavar="N", help="batches to train on (default 1000, recipe 8000)"
    )
    parser.add_argument(
        "--batch", type=int, metavar="N", help="windows in a batch (default 8; 4 with a T5)"
    )
    parser.add_argument(
        "--rate", type=float, metavar="R", help="highest learning rate (default: by the width)"
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "bfloat16"),
        help="of the passes; weights stay float32 (default: float32 for --data on a CPU)",
    )
    recipe = parser.add_argument_group("of the recipe alone")
    recipe.add_argument("--pieces", type=int, metavar="N", help="size of the corpus")
    recipe.add_argument("--codec-steps", type=int, metavar="N", help="length of the codec training")
    recipe.add_argument(
        "--workers", type=int, metavar="N", help="processes that render (default 2)"
    )


def run(args: argparse.Namespace) -> int:
    """Train; returns the exit code. Raises MagnetError."""
    import torch

    from magnet_core.config import require
    from magnet_core.device import require_device

    require_device(args.device)
    for name in ("threads", "workers", "pieces", "codec_steps"):
        value = getattr(args, name)
        require(value is None or value >= 1, name, value, "at least 1")
    if args.threads is not None:
        torch.set_num_threads(args.threads)
    if args.data is None:
        folder, prompt = _carry_out_recipe(args), "techno 128 bpm"
    else:
        folder, prompt = _fine_tune(args)
    model = f"--model {shlex.quote(str(folder))}"
    print(f"trained. Hear it:  magnet-live generate {shlex.quote(prompt)} {model} -o out.wav")
    print(f"Play it:           magnet-live serve {model}")
    return 0


def _given(recipe: LMRecipe, args: argparse.Namespace) -> LMRecipe:
    """Return ``recipe`` with what the command line says."""
    asked: dict[str, Any] = {
        "steps": args.lm_steps,
        "batch": args.batch,
        "peak_rate": args.rate,
        "seed": args.seed,
        "bfloat16": None if args.precision is None else args.precision == "bfloat16",
    }
    return replace(recipe, **{name: value for name, value in asked.items() if value is not None})


def _fine_tune(args: argparse.Namespace) -> tuple[Path, str]:
    """Train on a folder; return the model's folder, and a text to try it with."""
    import magnet_core
    from magnet_core.errors import ConfigError
    from magnet_core.training.descriptions import audio_files
    from magnet_core.training.finetune import fine_tune, fine_tuning

    for name in ("pieces", "codec_steps", "workers"):
        if getattr(args, name) is not None:
            raise ConfigError(f"--{name.replace('_', '-')} is for --recipe; --data needs none")
    audio_files(args.data)  # a wrong folder is refused before a model is loaded
    model = magnet_core.load(
        args.base or "bundled",
        device=args.device,
        dtype="float32",  # weights that learn; what is computed with them may be reduced
        text_encoder=args.text_encoder,
    )
    recipe = replace(fine_tuning(model), bfloat16=args.device.startswith("cuda"))
    run_folder = args.run_folder or Path("runs") / args.data.resolve().name
    done = fine_tune(model, args.data, _given(recipe, args), run_folder, device=args.device)
    captions = (clip.captions[0] for clip in done.music.clips)
    return done.folder, next((caption for caption in captions if caption), "")


def _carry_out_recipe(args: argparse.Namespace) -> Path:
    """Train the bundled kind of model; return its folder."""
    import magnet_core
    from magnet_core.training.recipe import BundledRecipe, train

    recipe = BundledRecipe()
    store, codec = recipe.store, replace(recipe.codec, seed=args.seed)
    if args.pieces is not None:
        store = replace(store, pieces=args.pieces)
    if args.codec_steps is not None:
        codec = replace(codec, steps=args.codec_steps)
    recipe = replace(recipe, store=store, codec=codec, lm=_given(recipe.lm, args))
    base = None
    if args.base is not None:
        base = magnet_core.load(
            args.base, device=args.device, dtype="float32", text_encoder=args.text_encoder
        )
    return train(
        recipe,
        args.run_folder or Path("runs/bundled"),
        device=args.device,
        workers=2 if args.workers is None else args.workers,
        base=base,
    )
