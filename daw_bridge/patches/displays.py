"""What a patch shows: the server's answers and events as text and numbers.

A display listens on one of the link's buses and writes into comments and number boxes.
"""

from __future__ import annotations

from collections.abc import Sequence

from daw_bridge.controls import CONTROLS
from daw_bridge.patches.patcher import Box, Patcher, Rect
from daw_bridge.patches.strips import ROW, Desk, Place

RED = [0.85, 0.2, 0.15, 1.0]
GREEN = [0.25, 0.8, 0.35, 1.0]
GREY = [0.35, 0.35, 0.35, 1.0]
SMALL = 10.0
OWN_TRAFFIC = "/magnet/subscribe /magnet/session"  # the link's, of no interest to a player


def label(desk: Desk, text: str, rect: Rect, patching: tuple[float, float]) -> Box:
    """Add a caption, seen in presentation."""
    where = Rect(*patching, rect.width, 20)
    return desk.patcher.comment(text, where, rect, fontsize=SMALL)


def written(
    desk: Desk,
    bus: str,
    types: str,
    template: str,
    outlets: Sequence[int],
    place: Place,
    color: Sequence[float] | None = None,
) -> None:
    """Write what comes on a bus into a comment.

    Args:
        desk: where.
        bus: the link's.
        types: of the values, as ``unpack`` takes them.
        template: as ``sprintf`` takes it.
        outlets: of ``unpack`` for each place in the template. The first must be the smallest:
            ``unpack`` speaks from the right to the left, and ``sprintf`` when its first is there.
        place: of the boxes.
        color: of the text.
    """
    assert outlets[0] == min(outlets)
    patcher, x, y = desk.patcher, place.x, place.y
    unpack = patcher.text(f"unpack {types}", x, y + ROW)
    template_box = patcher.text(f"sprintf symout {template}", x, y + 2 * ROW)
    patcher.cord(desk.receive(bus, x, y), 0, unpack)
    for inlet, outlet in enumerate(outlets):
        patcher.cord(unpack, outlet, template_box, inlet)
    prepend = patcher.text("prepend set", x, y + 3 * ROW)
    patcher.chain(template_box, prepend, _line(desk, place, color))


def told(desk: Desk, bus: str, place: Place, text: str = "", **fields: object) -> Box:
    """Write the message of a bus into a comment as it is."""
    prepend = desk.patcher.text("prepend set", place.x, place.y + ROW)
    comment = _line(desk, place, None, text, **fields)
    desk.patcher.chain(desk.receive(bus, place.x, place.y), prepend, comment)
    return comment


def _line(
    desk: Desk,
    place: Place,
    color: Sequence[float] | None,
    text: str = "",
    **fields: object,
) -> Box:
    if color is not None:
        fields["textcolor"] = list(color)
    rect = Rect(place.x, place.y + 4 * ROW, 220, 20)
    return desk.patcher.comment(text, rect, place.show, fontsize=SMALL, **fields)


def lamp(desk: Desk, place: Place) -> None:
    """Add the lamp that is lit while the server answers."""
    rect = Rect(place.x, place.y + ROW, 20, 20)
    led = desk.patcher.ui(
        "led", rect, place.show, oncolor=GREEN, offcolor=GREY, ignoreclick=1, hint="server answers"
    )
    desk.patcher.cord(desk.receive("alive", place.x, place.y), 0, led)


def latency(desk: Desk, number: Rect, address: Place) -> None:
    """Show what was done last, and how many milliseconds later it is heard."""
    patcher, x, y = desk.patcher, address.x, address.y
    others = patcher.text(f"route {OWN_TRAFFIC}", x, y + ROW)
    unpack = patcher.text("unpack s i f s", x, y + 2 * ROW)
    patcher.cord(desk.receive("in.done", x, y), 0, others)
    patcher.cord(others, 2, unpack)
    prepend = patcher.text("prepend set", x, y + 3 * ROW)
    patcher.chain(unpack, prepend, _line(desk, address, None, "nothing yet"))
    milliseconds = patcher.text("* 1000.", x + 130, y + 3 * ROW)
    patcher.cord(unpack, 2, milliseconds)
    shown = patcher.ui(
        "flonum",
        Rect(x + 230, y + 4 * ROW, 60, 22),
        number,
        ignoreclick=1,
        numdecimalplaces=0,
        fontsize=SMALL,
        hint="from the message to the sound, in ms",
    )
    patcher.cord(milliseconds, 0, shown)


def failures(desk: Desk, place: Place) -> None:
    """Show what was refused and why."""
    written(desk, "in.fail", "s i s", "%s: %s", (0, 2), place, RED)


def beat(desk: Desk, place: Place) -> None:
    """Show beat, bar and tempo of what is heard now, counted from 1."""
    patcher, x, y = desk.patcher, place.x, place.y
    unpack = patcher.text("unpack 0 0 0. s", x, y + ROW)
    patcher.cord(desk.receive("in.beat", x, y), 0, unpack)
    template = patcher.text("sprintf symout beat %ld  bar %ld  %.1f bpm", x, y + 3 * ROW)
    for outlet in (0, 1):
        plus = patcher.text("+ 1", x + 60 * outlet, y + 2 * ROW)
        patcher.cord(unpack, outlet, plus)
        patcher.cord(plus, 0, template, outlet)
    patcher.cord(unpack, 2, template, 2)
    prepend = patcher.text("prepend set", x, y + 3.8 * ROW)
    comment = patcher.comment("", Rect(x, y + 4.7 * ROW, 220, 20), place.show, fontsize=SMALL)
    patcher.chain(template, prepend, comment)


def gaps(desk: Desk, place: Place) -> None:
    """Count the gaps in the sound."""
    patcher, x, y = desk.patcher, place.x, place.y
    counter = patcher.text("counter 1 9999", x, y + 2 * ROW)
    bang = patcher.text("t b", x, y + ROW)
    number = patcher.ui(
        "number",
        Rect(x, y + 3 * ROW, 60, 22),
        place.show,
        ignoreclick=1,
        fontsize=SMALL,
        hint="gaps: no sound was there in time",
    )
    patcher.chain(desk.receive("in.late", x, y), bang, counter, number)


def below(box: Box, outlet: int, rows: int) -> tuple[float, float]:
    """Return a place under an outlet of a wide box, in one of some rows."""
    left, top, width, _ = box.rect
    share = outlet / max(1, len(box.ports.outlets) - 1)
    return left + share * width, top + 60 + 34 * (outlet % rows)


def mirror(prefix: str) -> Patcher:
    """Return the subpatcher that takes the server's status apart: one bus for each name."""
    desk = Desk(Patcher(Rect(160, 160, 1300, 700)), prefix)
    patcher = desk.patcher
    values = [control.short_name for control in CONTROLS if control.setting and control.arguments]
    names = ["state", "worker", *values]
    pairs = patcher.text("zl.iter 2 @zlmaxsize 1024", 20, 50)
    route = patcher.text(f"route {' '.join(names)}", 20, 90)
    patcher.chain(desk.receive("in.status", 20, 20), pairs, route)
    for outlet, name in enumerate(names):
        x, y = below(route, outlet, 7)
        patcher.cord(route, outlet, desk.send(f"set.{name}", x, y))
    return patcher
