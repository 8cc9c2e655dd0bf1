#!/usr/bin/env python3
"""Control a magnet-live server by OSC, and print what it answers.

    python examples/osc_control.py prompt "techno 128 bpm driving kick and bass" play
    python examples/osc_control.py prompt/2 "dark pad" 0.5 temperature 2.5 steps 20,10,10,10
    python examples/osc_control.py quantize bar loop 4 take/keep 4
    python examples/osc_control.py --watch status

A command is an address of the README's table without its "/magnet/" or "/magnet/param/", followed
by its arguments. Several are carried out in order; each is answered before the next is sent.
``--watch`` then subscribes to the events and prints them until Ctrl-C.
"""

from __future__ import annotations

import argparse
import socket
import sys
import time

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from daw_bridge.controls import BY_ADDRESS, PARAM_PREFIX, Control

Command = tuple[str, list[int | float | str]]


def control_called(word: str) -> Control | None:
    """Return the control that a word stands for."""
    return BY_ADDRESS.get(f"/magnet/{word}") or BY_ADDRESS.get(PARAM_PREFIX + word)


def parse_commands(words: list[str]) -> list[Command]:
    """Return addresses with arguments; raises ValueError where a word is none of the commands."""
    commands: list[Command] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        control = control_called(word)
        if control is None:
            raise ValueError(f"{word!r} is not a command; see the table in the README")
        args: list[int | float | str] = []
        for argument in control.arguments:
            if not rest or (argument.optional and control_called(rest[0])):
                break
            args.append(_number(rest.pop(0)))
        missing = [a.name for a in control.arguments[len(args) :] if not a.optional]
        if missing:
            raise ValueError(f"{word!r} needs {' and '.join(missing)} after it")
        commands.append((control.address, args))
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
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
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
