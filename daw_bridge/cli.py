"""The command ``magnet-live``: one program, a subcommand for each thing it does.

Exit codes:
    0    done, or stopped by Ctrl-C while serving
    1    a model, a file or a device is not what it should be; the message says which
    2    the command line is wrong
    3    a port cannot be had, or the worker cannot start
    130  interrupted

Nothing heavy is imported before a subcommand needs it, so ``--help`` is instant.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

EXIT_FAILURE = 1
EXIT_TRANSPORT = 3
EXIT_INTERRUPTED = 130

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    logging.basicConfig(level=args.log_level, format="%(message)s", stream=sys.stderr)
    run: Callable[[argparse.Namespace], int] = args.run
    from daw_bridge.errors import BridgeError
    from magnet_core.errors import MagnetError

    try:
        return run(args)
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
        "3 port or worker, 130 interrupted",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(_subparser(commands, "serve", "stream music, controlled by OSC and WebSocket"))
    _add_generate(_subparser(commands, "generate", "write a prompt's music to a WAV file"))
    _add_replay(_subparser(commands, "replay", "write the music of a session log to a WAV file"))
    training = _subparser(commands, "train", "train a model with the recipe of the bundled one")
    training.set_defaults(run=_train)
    if "train" in words[:1]:
        from magnet_core.training import cli as training_cli

        training_cli.add_arguments(training)
    _add_convert(_subparser(commands, "convert", "turn a published checkpoint into our format"))
    devices = _subparser(commands, "devices", "list audio outputs and compute devices")
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


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        default="bundled",
        metavar="M",
        help='"bundled", a folder, or a published name such as facebook/magnet-small-10secs',
    )
    parser.add_argument(
        "--text-encoder", metavar="DIR", help="folder of the text encoder, where M has none"
    )
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default cpu)")
    parser.add_argument(
        "--threads", type=_whole(1, 1024), metavar="N", help="CPU threads of the model"
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; any other needs the token"
    )
    parser.add_argument(
        "--osc-port", type=_whole(0, 65535), default=9000, metavar="N", help="UDP (default 9000)"
    )
    parser.add_argument(
        "--port",
        type=_whole(0, 65535),
        default=9001,
        metavar="N",
        help="WebSocket and HTTP (default 9001)",
    )
    parser.add_argument(
        "--audio-out",
        default="none",
        metavar="NAME",
        help='a sound card by name or number, "default", or "none" (default)',
    )
    parser.add_argument(
        "--lead-ms",
        type=_whole(40, 2000),
        default=250,
        metavar="MS",
        help="how far ahead audio is sent: latency of controls, and safety (default 250)",
    )
    parser.add_argument(
        "--log-dir",
        type=Path,
        metavar="DIR",
        help="write a log of each session into this folder, for magnet-live replay (default: none)",
    )
    # A machine that is so many times slower, for tests and benchmarks.
    parser.add_argument("--worker-delay", type=float, default=1.0, help=argparse.SUPPRESS)
    parser.set_defaults(run=_serve)


def _add_generate(parser: argparse.ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument("prompt", help="what the music is like")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("out.wav"), metavar="FILE", help="WAV to write"
    )
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="of new music (default: the model's segment)"
    )
    parser.add_argument("--seed", type=_whole(0, 2**31 - 1), default=0, metavar="N")
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
    parser.set_defaults(run=_generate)


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
        "--threads", type=_whole(1, 1024), metavar="N", help="CPU threads, instead of the log's"
    )
    parser.add_argument(
        "--force", action="store_true", help="play it with another model than it was made with"
    )
    parser.set_defaults(run=_replay)


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SRC", help="folder or published name")
    parser.add_argument("destination", metavar="DST", type=Path, help="folder to write")
    parser.add_argument("--half", action="store_true", help="store the weights as float16")
    parser.set_defaults(run=_convert)


def _whole(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if text.isascii() and text.isdecimal() and low <= int(text) <= high:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")

    return number


def _span(text: str) -> tuple[float | None, float | None]:
    begin, colon, end = text.partition(":")
    try:
        first, last = (float(part) if part else None for part in (begin, end))
    except ValueError:
        colon = ""
    if not colon or not 0.0 <= (first or 0.0) < (math.inf if last is None else last):
        raise argparse.ArgumentTypeError(f"{text!r} is not A:B, A: or :B with seconds 0 <= A < B")
    return first, last


def _made_folder(folder: Path | None) -> str | None:
    """Return the whole path of a folder that can be written to; raises OSError."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written to")
    return str(folder.resolve())


def _interval(text: str) -> tuple[float, float]:
    begin, _, end = text.partition(":")
    try:
        return float(begin), float(end)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not two times in seconds, such as 2:4.5"
        ) from None


def _serve(args: argparse.Namespace) -> int:
    import asyncio

    from daw_bridge.app import ServerConfig, serve_until_stopped
    from daw_bridge.worker_protocol import WorkerConfig

    worker = WorkerConfig(
        model=args.model,
        text_encoder=args.text_encoder,
        device=args.device,
        threads=args.threads,
        log_level=args.log_level,
        delay=args.worker_delay,
        log_folder=_made_folder(args.log_dir),
    )
    config = ServerConfig(
        worker=worker,
        host=args.host,
        osc_port=args.osc_port,
        port=args.port,
        audio_out=None if args.audio_out == "none" else args.audio_out,
        lead_ms=args.lead_ms,
    )
    asyncio.run(serve_until_stopped(config))
    return 0


def _generate(args: argparse.Namespace) -> int:
    from daw_bridge.generate import generate_file

    generate_file(
        args.prompt,
        args.output,
        model_name=args.model,
        text_encoder=args.text_encoder,
        device=args.device,
        threads=args.threads,
        seconds=args.seconds,
        seed=args.seed,
        prompt_audio=args.prompt_audio,
        inpaint=args.inpaint,
        level=not args.no_level,
    )
    return 0


def _replay(args: argparse.Namespace) -> int:
    from daw_bridge.replay import replay_file

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


def _convert(args: argparse.Namespace) -> int:
    from magnet_core.checkpoints import hub

    hub.convert(args.source, args.destination, half=args.half)
    print(f"wrote {args.destination}")
    return 0


def _devices(args: argparse.Namespace) -> int:
    from daw_bridge.audio_device import list_outputs
    from daw_bridge.errors import TransportError

    print("audio outputs:")
    try:
        print(list_outputs())
    except TransportError as error:
        print(f"  none: {error}")
    print("compute devices:")
    import torch

    print(f"  cpu: {torch.get_num_threads()} threads")
    for index in range(torch.cuda.device_count()):
        print(f"  cuda:{index}: {torch.cuda.get_device_name(index)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
