"""The command ``magnet-live``: one program, a subcommand for each thing it does.

Exit codes:
    0    done, or stopped by Ctrl-C while serving
    1    a model, a file or a device is not what it should be; the message says which
    2    the command line is wrong
    3    a port cannot be had, or the worker cannot start
    4    a fault of the server itself ended it; its log has the traceback
    130  interrupted

Nothing heavy is imported before a subcommand needs it, so ``--help`` is instant.
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from daw_bridge.commands.options import add_model, print_audio_devices, whole
from daw_bridge.commands.serve import add_serve

EXIT_FAILURE = 1
EXIT_TRANSPORT = 3
EXIT_FAULT = 4
EXIT_INTERRUPTED = 130

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    logging.basicConfig(level=args.log_level, format="%(message)s", stream=sys.stderr)
    run: Callable[[argparse.Namespace], int] = args.run
    from daw_bridge.errors import BridgeError, ServerFault
    from magnet_core.errors import MagnetError

    try:
        return run(args)
    except ServerFault as error:
        print(f"magnet-live: {error}", file=sys.stderr)
        return EXIT_FAULT
    except BridgeError as error:
        print(f"magnet-live: {error}", file=sys.stderr)
        return EXIT_TRANSPORT
    except (MagnetError, OSError) as error:
        print(f"magnet-live: {error}", file=sys.stderr)
        return EXIT_FAILURE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="magnet-live",
        description="A music generation server that plays in a band: OSC and WebSocket in, "
        "streamed audio out.",
        epilog="exit codes: 0 done, 1 model, file or device, 2 command line, "
        "3 port or worker, 4 fault of the server, 130 interrupted",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_serve(_subparser(commands, "serve", "stream music, controlled by OSC and WebSocket"))
    _add_generate(_subparser(commands, "generate", "write a prompt's music to a WAV file"))
    _add_replay(_subparser(commands, "replay", "write the music of a session log to a WAV file"))
    training = _subparser(commands, "train", "train a model with the recipe of the bundled one")
    training.set_defaults(run=_train)
    if "train" in words[:1]:
        from magnet_core.training import cli as training_cli

        training_cli.add_arguments(training)
    _add_convert(_subparser(commands, "convert", "turn a published checkpoint into our format"))
    _add_bench(_subparser(commands, "bench", "measure speed, latency and how words are followed"))
    _add_patches(_subparser(commands, "patches", "write the patches for Max, Live and Pure Data"))
    devices = _subparser(commands, "devices", "list audio and compute devices; explain cables")
    devices.set_defaults(run=_devices)
    return parser


def _subparser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
    parser.add_argument(
        "--log-level",
        default="INFO",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
        help="how much to say (default INFO)",
    )
    return parser


def _add_generate(parser: argparse.ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument("prompt", help="what the music is like")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("out.wav"), metavar="FILE", help="WAV to write"
    )
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="of new music (default: the model's segment)"
    )
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=0, metavar="N")
    parser.add_argument(
        "--chords",
        default="",
        metavar="NAMES",
        help='one for each bar, round and round, such as "Am F C G" (default: the model\'s own)',
    )
    parser.add_argument(
        "--prompt-audio",
        type=Path,
        metavar="FILE",
        help="any audio file: the music goes on from its end, or is put where --inpaint says; the "
        "prompt should name its tempo",
    )
    parser.add_argument(
        "--inpaint",
        type=_interval,
        action="append",
        default=[],
        metavar="A:B",
        help="make --prompt-audio anew from second A to second B, to the nearest frame, in sight "
        "of what comes before and after; may be given several times. The output is as long as the "
        "file. What is kept is heard through the model's codec: close to the file, not the same, "
        "and mono where the model is",
    )
    parser.add_argument(
        "--no-level", action="store_true", help="leave the level of new music as the model made it"
    )
    _add_partners(parser)
    parser.set_defaults(run=_generate)


def _add_partners(parser: argparse.ArgumentParser) -> None:
    partners = parser.add_argument_group(
        "partners",
        "Models of the same codec that help; a live stream (serve) has none.",
    )
    partners.add_argument(
        "--prefix-model",
        metavar="M",
        help="a MusicGen or hybrid model that plays the first second for a plain MAGNeT, which "
        "goes on from there",
    )
    partners.add_argument(
        "--rescorer",
        metavar="M",
        help="a MusicGen or hybrid model that judges what --model draws in each step; a hybrid "
        "--model does so itself where none is named",
    )
    partners.add_argument(
        "--rescore-weight",
        type=float,
        metavar="W",
        help="what its judgement counts, 0 to 1; without it there is no rescoring. It takes nearly "
        "twice the passes",
    )


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write the music of a session log to a WAV file: the samples that the model made, bit for "
        "bit on the same machine and settings. What the server adds is not in it: gain, fades, and "
        "what it plays where the model was late."
    )
    parser.add_argument("log", type=Path, metavar="LOG", help="a file from serve --log-dir")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("out.wav"), metavar="FILE", help="WAV to write"
    )
    parser.add_argument(
        "--seconds", type=_span, default=(None, None), metavar="A:B", help="this part of it only"
    )
    for name, metavar in (("--model", "M"), ("--text-encoder", "DIR"), ("--device", "D")):
        parser.add_argument(name, metavar=metavar, help="instead of the log's")
    parser.add_argument(
        "--threads", type=whole(1, 1024), metavar="N", help="CPU threads, instead of the log's"
    )
    parser.add_argument(
        "--force", action="store_true", help="play it with another model than it was made with"
    )
    parser.set_defaults(run=_replay)


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="which benchmark; without it they are listed")
    parser.add_argument("words", nargs=argparse.REMAINDER, help="its own options")
    parser.set_defaults(run=_bench)


def _add_patches(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("max_patches"),
        metavar="DIR",
        help="folder to write them to (default max_patches)",
    )
    parser.add_argument(
        "--lint",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="write nothing; say what is wrong with these .maxpat and .amxd files",
    )
    parser.set_defaults(run=_patches)


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SRC", help="folder or published name")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder to write")
    parser.add_argument("--half", action="store_true", help="store the weights as float16")
    parser.set_defaults(run=_convert)


def _span(text: str) -> tuple[float | None, float | None]:
    begin, colon, end = text.partition(":")
    try:
        first, last = (float(part) if part else None for part in (begin, end))
    except ValueError:
        colon = ""
    if not colon or not 0.0 <= (first or 0.0) < (math.inf if last is None else last):
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B, A: or :B with seconds 0 <= A < B")
    return first, last


def _interval(text: str) -> tuple[float, float]:
    begin, _, end = text.partition(":")
    try:
        return float(begin), float(end)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not two times in seconds, such as 2:4.5"
        ) from None


def _generate(args: argparse.Namespace) -> int:
    from daw_bridge.commands.generate import ModelChoice, generate_file

    model = ModelChoice(
        name=args.model,
        text_encoder=args.text_encoder,
        device=args.device,
        dtype=args.dtype,
        threads=args.threads,
        prefix_model=args.prefix_model,
        rescorer=args.rescorer,
        rescore_weight=args.rescore_weight,
    )
    generate_file(
        args.prompt,
        args.output,
        model=model,
        seconds=args.seconds,
        seed=args.seed,
        chords=args.chords,
        prompt_audio=args.prompt_audio,
        inpaint=args.inpaint,
        level=not args.no_level,
    )
    return 0


def _replay(args: argparse.Namespace) -> int:
    from daw_bridge.commands.replay import replay_file

    replay_file(
        args.log,
        args.output,
        model_name=args.model,
        text_encoder=args.text_encoder,
        device=args.device,
        threads=args.threads,
        seconds=args.seconds,
        force=args.force,
    )
    return 0


def _train(args: argparse.Namespace) -> int:
    from magnet_core.training import cli as training_cli

    return int(training_cli.run(args) or 0)


def _bench(args: argparse.Namespace) -> int:
    from daw_bridge.commands import bench

    root = Path(__file__).resolve().parents[1]
    if args.name is not None:
        return bench.run(root, args.name, args.words)
    print(bench.table(root))
    return 0


def _convert(args: argparse.Namespace) -> int:
    from magnet_core.checkpoints import hub

    hub.convert(args.source, args.destination, half=args.half)
    print(f"wrote {args.destination}")
    return 0


def _patches(args: argparse.Namespace) -> int:
    from daw_bridge.patches import command

    return command.lint(args.lint) if args.lint else command.write(args.out)


def _devices(args: argparse.Namespace) -> int:
    from daw_bridge.devices.virtual_cables import advice

    print_audio_devices()
    print("compute devices:")
    import torch

    print(f"  cpu: {torch.get_num_threads()} threads")
    for index in range(torch.cuda.device_count()):
        print(f"  cuda:{index}: {torch.cuda.get_device_name(index)}")
    print(f"into a DAW on this computer:\n{advice(sys.platform)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
