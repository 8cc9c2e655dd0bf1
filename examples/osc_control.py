#!/usr/bin/env python3
"""Control a magnet-live server by OSC, and print what it answers.

    python examples/osc_control.py prompt "techno 128 bpm driving kick and bass" play
    python examples/osc_control.py param temperature 2.5 param steps 20,10,10,10
    python examples/osc_control.py --watch status

Several commands are carried out in order; each is answered before the next is sent. ``--watch``
then subscribes to the events and prints them until Ctrl-C.
"""

from __future__ import annotations

import argparse
import socket
import sys
import time

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

Command = tuple[str, list[int | float | str]]

TAKES_NOTHING = ("play", "stop", "reset", "status")
EPILOG = (
    "commands: play | stop | reset | status | ping TEXT | prompt TEXT | param NAME VALUE | sync ID"
)


def parse_commands(words: list[str]) -> list[Command]:
    """Return addresses with arguments; raises ValueError where a word is none of the commands."""
    commands: list[Command] = []
    rest = iter(words)
    for word in rest:
        try:
            if word in TAKES_NOTHING:
                commands.append((f"/magnet/{word}", []))
            elif word in ("prompt", "ping"):
                commands.append((f"/magnet/{word}", [next(rest)]))
            elif word == "sync":
                commands.append(("/magnet/sync", [int(next(rest))]))
            elif word == "param":
                name, value = next(rest), next(rest)
                commands.append((f"/magnet/param/{name}", [_number(value)]))
            else:
                raise ValueError(f"{word!r} is not a command")
        except StopIteration:
            raise ValueError(f"{word!r} needs more words after it") from None
    return commands


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def encode(address: str, args: list[int | float | str]) -> bytes:
    """Return the datagram of a message."""
    builder = OscMessageBuilder(address=address)
    for arg in args:
        builder.add_arg(arg)
    datagram: bytes = builder.build().dgram
    return datagram


def receive(sock: socket.socket, timeout_s: float | None) -> OscMessage | None:
    """Return the next message, None where none comes in time."""
    sock.settimeout(timeout_s)
    try:
        return OscMessage(sock.recv(65535))
    except TimeoutError:
        return None


def answer_to(sock: socket.socket, timeout_s: float) -> OscMessage | None:
    """Print everything that comes until a command is answered; return that."""
    deadline = time.monotonic() + timeout_s
    while (left := deadline - time.monotonic()) > 0:
        message = receive(sock, left)
        if message is not None and not message.address.startswith("/magnet/event/"):
            return message
    return None


def main() -> int:
    """Run the example."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog=EPILOG,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds to wait for an answer")
    parser.add_argument("--watch", action="store_true", help="then print events until Ctrl-C")
    parser.add_argument("commands", nargs="*", metavar="COMMAND")
    args = parser.parse_args()
    try:
        commands = parse_commands(args.commands)
    except ValueError as error:
        parser.error(str(error))
    failed = False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((args.host, args.port))
        for address, values in commands:
            sent = time.monotonic()
            sock.send(encode(address, values))
            try:
                message = answer_to(sock, args.timeout)
            except ConnectionRefusedError:
                print(f"nobody listens on {args.host}:{args.port}", file=sys.stderr)
                return 1
            if message is None:
                print(f"{address}: no answer in {args.timeout:g} s", file=sys.stderr)
                return 1
            failed = failed or message.address == "/magnet/fail"
            print(message.address, *message.params, f"({1000 * (time.monotonic() - sent):.1f} ms)")
        if args.watch:
            sock.send(encode("/magnet/subscribe", [sock.getsockname()[1]]))
            try:
                while (message := receive(sock, None)) is not None:
                    print(message.address, *message.params)
            except KeyboardInterrupt:
                print("interrupted")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
