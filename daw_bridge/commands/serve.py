"""``magnet-live serve``: its options, and the server that they describe."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from daw_bridge.commands.options import add_model, print_audio_devices, whole
from daw_bridge.controls import DEFAULT_LEAD_MS, LEAD_MS
from daw_bridge.doors.access import HOST, OSC_PORT, PORT


def add_serve(parser: argparse.ArgumentParser) -> None:
    """Add all that a server can be told."""
    add_model(parser)
    _add_doors(parser)
    _add_sound(parser)
    _add_folders(parser)
    _add_tempo(parser)
    # A machine that is so many times slower, for tests and benchmarks.
    parser.add_argument("--worker-delay", type=float, default=1.0, help=argparse.SUPPRESS)
    parser.set_defaults(run=_serve)


def _add_doors(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default=HOST, help="address to listen on; any other needs the token"
    )
    parser.add_argument(
        "--osc-port",
        type=whole(0, 65535),
        default=OSC_PORT,
        metavar="N",
        help=f"UDP (default {OSC_PORT})",
    )
    parser.add_argument(
        "--port",
        type=whole(0, 65535),
        default=PORT,
        metavar="N",
        help=f"WebSocket and HTTP (default {PORT})",
    )
    parser.add_argument(
        "--zeroconf",
        action="store_true",
        help="announce both ports on the network; needs magnet-live[zeroconf]",
    )


def _add_sound(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audio-out",
        default="none",
        metavar="NAME",
        help='a sound card by name or number, "default", "list" to see them, "none" (default)',
    )
    parser.add_argument(
        "--audio-in",
        default="none",
        metavar="NAME",
        help="the same for input: phrases for the music to go on from are recorded there",
    )
    parser.add_argument(
        "--lead-ms",
        type=whole(int(LEAD_MS.low), int(LEAD_MS.high)),
        default=int(DEFAULT_LEAD_MS),
        metavar="MS",
        help="how far ahead audio is sent: latency of controls, and safety "
        f"(default {DEFAULT_LEAD_MS:g})",
    )


def _add_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log-dir",
        type=Path,
        metavar="DIR",
        help="write a log of each session into this folder, for magnet-live replay (default: none)",
    )
    parser.add_argument(
        "--takes-dir",
        type=Path,
        metavar="DIR",
        help='folder of the takes that are kept (default: "magnet-live takes" in your Music folder '
        "or home)",
    )
    parser.add_argument(
        "--history-minutes",
        type=whole(1, 60),
        default=5,
        metavar="N",
        help="so much of what was heard can still be kept, up to 128 MiB a session and 256 MiB of "
        "all sessions, those that nobody hears giving up theirs first (default 5)",
    )


def _add_tempo(parser: argparse.ArgumentParser) -> None:
    clock = parser.add_mutually_exclusive_group()
    clock.add_argument(
        "--ableton",
        type=_ableton,
        nargs="?",
        const="",
        metavar="HOST:PORT",
        help="follow tempo and beat of Live with AbletonOSC (default 127.0.0.1:11000)",
    )
    clock.add_argument(
        "--link", action="store_true", help="follow Ableton Link; needs magnet-live[link] (GPL)"
    )
    clock.add_argument(
        "--midi-clock",
        metavar="PORT",
        help='follow the clock at a MIDI input, by its name or "virtual"; needs magnet-live[midi]',
    )
    parser.add_argument(
        "--follow-transport",
        action="store_true",
        help="play and stop with that clock, too",
    )


def _ableton(text: str) -> object:
    from daw_bridge.tempo.ableton import AbletonAddress

    try:
        return AbletonAddress.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _serve(args: argparse.Namespace) -> int:
    if "list" in (args.audio_out, args.audio_in):
        print_audio_devices()
        return 0
    import asyncio

    from daw_bridge.app import ServerConfig, serve_until_stopped
    from daw_bridge.takes.files import default_folder
    from daw_bridge.worker_protocol import WorkerConfig

    worker = WorkerConfig(
        model=args.model,
        text_encoder=args.text_encoder,
        device=args.device,
        dtype=args.dtype,
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
        audio_in=None if args.audio_in == "none" else args.audio_in,
        lead_ms=args.lead_ms,
        takes_folder=args.takes_dir or default_folder(),
        history_minutes=args.history_minutes,
        ableton=args.ableton,
        link=args.link,
        midi_clock=args.midi_clock,
        follow_transport=args.follow_transport,
        zeroconf=args.zeroconf,
    )
    asyncio.run(serve_until_stopped(config))
    return 0


def _made_folder(folder: Path | None) -> str | None:
    """Return the whole path of a folder that can be written to; raises OSError."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written to")
    return str(folder.resolve())
