"""Options and output that several subcommands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_model(parser: argparse.ArgumentParser) -> None:
    """Let a model be chosen, and where it computes."""
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
        "--dtype",
        choices=("float32", "float16", "bfloat16"),
        help="what the model computes in (default float16 on a GPU, float32 on the CPU)",
    )
    parser.add_argument(
        "--threads", type=whole(1, 1024), metavar="N", help="CPU threads of the model"
    )


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return the type of an option: a whole number from ``low`` to ``high``."""

    def number(text: str) -> int:
        if text.isascii() and text.isdecimal() and low <= int(text) <= high:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")

    return number


def print_audio_devices() -> None:
    """Print the audio devices of this machine, or why there are none."""
    from daw_bridge.devices.portaudio import device_table
    from daw_bridge.errors import TransportError

    print("audio devices, for --audio-out and --audio-in (a number, or part of a name):")
    try:
        print(device_table())
    except TransportError as error:
        print(f"  none: {error}")
