"""The reference of all controls, replies and events, written from their table.

python -m daw_bridge.reference README.md            rewrite what stands between the two marks
python -m daw_bridge.reference --check README.md    exit with 1 if it is not what the table says
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from daw_bridge.arguments import Argument
from daw_bridge.controls import CONTROLS, Control
from daw_bridge.notices import EVENTS, REPLIES, Notice

BEGIN, END = "<!-- controls -->", "<!-- /controls -->"

_ABOUT_CONTROLS = """\
One namespace for both wires: an OSC message to the address, or the address as `cmd` of a WebSocket
message with the arguments in `args`. Whole numbers may come as floats, the seed also as a string of
digits. What is not in this table, or outside its range, is refused with a reason and changes
nothing. An OSC address pattern (`/magnet/param/{guidance,temperature}`, `*`, `?`, `[a-z]`) sets all
settings that it matches, or none; it carries out no command."""

_ABOUT_NOTICES = """\
Replies go to whoever sent the command and, on OSC, to everyone subscribed to its session; events go
to subscribers and to every WebSocket of the session. On OSC: `f` is a number, `i` a whole number,
`s` a string, and positions are strings, because an `i` ends within a day. On a WebSocket: the last
word of the address is the `event` (`status` for status.reply), the names below are keys, as in
`{"event": "late", "session": "main", "position": 48000}`, `id` is the client's own (`sync` is the
number of a synced), and positions are numbers at the client's sample rate."""


class MarkersMissing(ValueError):
    """A file has no place for the reference."""


def reference() -> str:
    """Return the reference as Markdown."""
    parts = (
        "## Controls",
        _ABOUT_CONTROLS,
        _table(("address", "arguments", "default", "meaning"), map(_control_row, _alike())),
        "### Replies and events",
        _ABOUT_NOTICES,
        _table(("address", "arguments", "meaning"), _notice_rows(REPLIES) + _notice_rows(EVENTS)),
    )
    return "\n\n".join(parts)


def updated(document: str) -> str:
    """Return a document with the reference between its marks.

    Raises:
        MarkersMissing: the marks are missing, or in the wrong order.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MarkersMissing(f"it has no {BEGIN} with {END} after it")
    return f"{before}{BEGIN}\n{reference()}\n{END}{after}"


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the reference; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m daw_bridge.reference", description="Write the reference of all controls."
    )
    parser.add_argument("file", type=Path, help="Markdown file with the marks")
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if it is stale")
    args = parser.parse_args(argv)
    try:
        document = args.file.read_text("utf-8")
        wanted = updated(document)
        if args.check and wanted != document:
            print(f"{args.file} is stale: python -m daw_bridge.reference {args.file}")
            return 1
        if not args.check:
            args.file.write_text(wanted, "utf-8")
    except (OSError, MarkersMissing) as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 1
    return 0


def _alike() -> list[list[Control]]:
    """Return the controls; those that differ in nothing but their address, together."""
    groups: dict[tuple[str, tuple[Argument, ...]], list[Control]] = {}
    for control in CONTROLS:
        groups.setdefault((control.doc, control.arguments), []).append(control)
    return list(groups.values())


def _control_row(alike: Sequence[Control]) -> tuple[str, ...]:
    control = alike[0]
    address = " to ".join(f"`{one.address}`" for one in (*alike[:1], *alike[1:][-1:]))
    arguments = "; ".join(_argument(argument, control) for argument in control.arguments)
    return address, arguments, _default(control), control.doc


def _argument(argument: Argument, control: Control) -> str:
    is_named_by_address = control.address.endswith(f"/{argument.name}")
    words = argument.allowed if is_named_by_address else f"`{argument.name}`, {argument.allowed}"
    return f"[{words}]" if argument.optional else words


def _default(control: Control) -> str:
    """Return the settings before anyone sets them, and what stands for an argument left out."""
    shown = [a for a in control.arguments if control.setting or a.optional]
    return "; ".join(_value(a) for a in shown if control.setting or a.default is not None)


def _value(argument: Argument) -> str:
    if argument.default is None:
        return "the model's"
    if isinstance(argument.default, str):
        return f'`"{argument.default}"`'
    return f"`{argument.default:g}`"


def _notice_rows(notices: Mapping[str, Notice]) -> list[tuple[str, ...]]:
    return [(f"`{address}`", notice.arguments, notice.doc) for address, notice in notices.items()]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(c.replace("|", r"\|") for c in line) + " |" for line in lines
    )


if __name__ == "__main__":
    sys.exit(main())
