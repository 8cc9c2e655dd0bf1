"""One control of the table -> its boxes: the dial that is seen, and the road to its OSC message.

Every strip is a column in the patching view::

    [r push]  [r set.NAME]        sent at "send all"; what the server's status says
        |     [prepend set]
      [dial]----'                 the box that is seen in presentation
        |
      [int], [expr], [tosymbol]   what makes the value one that the server takes
        |
    [prepend /magnet/...]
        |
      [s osc]                     to the link, and so to udpsend
"""

from __future__ import annotations

from dataclasses import dataclass

from daw_bridge.arguments import Kind
from daw_bridge.controls import PROMPT, Control
from daw_bridge.patches.names import (
    choice_parameter,
    info,
    initial,
    is_the_models,
    names,
    number_parameter,
)
from daw_bridge.patches.patcher import BLOB, ENUM, STORED_ONLY, Box, Parameter, Patcher, Rect
from daw_bridge.worker_protocol import Value

ROW = 30.0
COLUMN = 310.0
EMPTY_TEXT = '""'


@dataclass(frozen=True, slots=True)
class Desk:
    """A patcher that gets strips.

    Attributes:
        patcher: where they go.
        prefix: of its sends, receives and buffers, so that two of it do not hear each other:
            ``---`` in a Live device, ``#0-`` elsewhere.
        follows_server: its dials show what the server's status says.
        stores: its texts are stored with the Live Set.
    """

    patcher: Patcher
    prefix: str
    follows_server: bool = False
    stores: bool = False

    def send(self, name: str, x: float, y: float) -> Box:
        """Add a send of this patch's own."""
        return self.patcher.text(f"s {self.prefix}{name}", x, y)

    def receive(self, name: str, x: float, y: float) -> Box:
        """Add a receive of this patch's own."""
        return self.patcher.text(f"r {self.prefix}{name}", x, y)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a strip stands: its column in the patching view, its box in presentation."""

    x: float
    y: float
    show: Rect | None


def push_button(
    desk: Desk, at: Rect, show: Rect | None, text: str, *, long: str, short: str, info: str
) -> Box:
    """Add a button that bangs, and does not stay pressed."""
    return desk.patcher.ui(
        "live.text",
        at,
        show,
        Parameter(long=long, short=short, kind=ENUM, choices=("off", "on"), info=info),
        mode=0,
        text=text,
        texton=text,
    )


def number(desk: Desk, control: Control, place: Place, maxclass: str = "live.dial") -> Box:
    """Add a dial or number box."""
    x, y = place.x, place.y
    height = 48.0 if maxclass == "live.dial" else 18.0
    box = desk.patcher.ui(
        maxclass,
        Rect(x, y + 2 * ROW, 60, height),
        place.show,
        number_parameter(control),
    )
    _feed(desk, control, box, place)
    below = box
    argument = control.arguments[0]
    if argument.kind in (Kind.INT, Kind.SEED):
        below = desk.patcher.text("int", x, y + 4 * ROW)
    elif argument.or_zero:  # between 0 and the lowest value there is only "off"
        below = desk.patcher.text(f"expr $f1*($f1>={argument.low:g}.)", x, y + 4 * ROW)
    if below is not box:
        desk.patcher.cord(box, 0, below)
    _deliver(desk, control.address, below, x, y + 5 * ROW)
    return box


def switch(desk: Desk, control: Control, place: Place, texts: tuple[str, str]) -> Box:
    """Add a button that stays: off and on are 0 and 1."""
    box = desk.patcher.ui(
        "live.text",
        Rect(place.x, place.y + 2 * ROW, 80, 20),
        place.show,
        choice_parameter(control, ("off", "on")),
        mode=1,
        text=texts[0],
        texton=texts[1],
    )
    _feed(desk, control, box, place)
    _deliver(desk, control.address, box, place.x, place.y + 5 * ROW)
    return box


def menu(desk: Desk, control: Control, place: Place) -> Box:
    """Add a menu of the words that are allowed."""
    choices = control.arguments[0].choices
    x, y = place.x, place.y
    box = desk.patcher.ui(
        "live.menu",
        Rect(x, y + 4 * ROW, 80, 18),
        place.show,
        choice_parameter(control, choices),
    )
    if control.setting:
        _push(desk, control, box, x + 195, y)
    if control.setting and desk.follows_server:
        heard = desk.receive(f"set.{control.short_name}", x, y)
        sel = desk.patcher.text(f"sel {' '.join(choices)}", x, y + ROW)
        desk.patcher.cord(heard, 0, sel)
        for index in range(len(choices)):
            message = desk.patcher.message(f"set {index}", x + 60 * index, y + 2 * ROW + 10)
            desk.patcher.cord(sel, index, message)
            desk.patcher.cord(message, 0, box)
    prepend = desk.patcher.text(f"prepend {control.address}", x, y + 5 * ROW)
    desk.patcher.cord(box, 1, prepend)
    desk.patcher.cord(prepend, 0, desk.send("osc", x, y + 6 * ROW))
    return box


def button(
    desk: Desk, control: Control, place: Place, text: str = "", args: tuple[Value, ...] = ()
) -> Box:
    """Add a button that sends the control with fixed arguments."""
    long, short = names(control)
    words = " ".join([control.address, *map(str, args)])
    box = push_button(
        desk,
        Rect(place.x, place.y + 2 * ROW, 80, 20),
        place.show,
        text or short,
        long=" ".join([long, *(str(arg).title() for arg in args)]),
        short=short,
        info=info(control),
    )
    message = desk.patcher.message(words, place.x, place.y + 5 * ROW)
    desk.patcher.chain(box, message, desk.send("osc", place.x, place.y + 6 * ROW))
    return box


def text(desk: Desk, control: Control, place: Place) -> Box:
    """Add a box to type in; Return sends."""
    box = _textedit(desk, control, place)
    _feed(desk, control, box, place)
    _deliver(
        desk, control.address, typed_symbol(desk, box, place.x, place.y), place.x, place.y + 8 * ROW
    )
    return box


def slider(desk: Desk, control: Control, place: Place) -> Box:
    """Add the weight of a prompt, which stands beside its text."""
    box = desk.patcher.ui(
        "live.slider",
        Rect(place.x, place.y + 2 * ROW, 100, 30),
        place.show,
        number_parameter(control),
        orientation=1,
        showname=0,
        shownumber=0,
    )
    _feed(desk, control, box, place)
    _deliver(desk, control.address, box, place.x, place.y + 5 * ROW)
    return box


def _textedit(desk: Desk, control: Control, place: Place) -> Box:
    long, short = names(control)
    parameter = Parameter(
        long=long, short=short, kind=BLOB, visibility=STORED_ONLY, info=info(control)
    )
    start = initial(control)
    return desk.patcher.ui(
        "textedit",
        Rect(place.x, place.y + 2 * ROW, 150, 22.0),
        place.show,
        parameter if desk.stores and control.setting else None,
        keymode=1,
        outputmode=1,
        lines=1,
        text=str(start),
        hint=info(control),
        fontsize=11.0,
    )


def typed_symbol(desk: Desk, box: Box, x: float, y: float) -> Box:
    """Return the box out of which the typed text comes as one symbol, an empty one too."""
    patcher = desk.patcher
    route = patcher.text("route text", x, y + 4 * ROW)
    is_empty = patcher.text("route bang", x, y + 5 * ROW)
    empty = patcher.message(EMPTY_TEXT, x, y + 6 * ROW)
    symbol = patcher.text("tosymbol", x + 60, y + 6 * ROW)
    patcher.chain(box, route, is_empty, empty, symbol)
    patcher.cord(is_empty, 1, symbol)
    return symbol


def _feed(desk: Desk, control: Control, box: Box, place: Place) -> None:
    """Let "send all" make the box speak, and the server's status set it."""
    if not control.setting:
        return
    if control.address != PROMPT:  # it empties the six slots, which are sent themselves
        _push(desk, control, box, place.x + 195, place.y)
    if desk.follows_server:
        _show(desk, control.short_name, box, place.x, place.y)


def _push(desk: Desk, control: Control, box: Box, x: float, y: float) -> None:
    """What comes on these buses is ``outputvalue``: a bang would turn a switch over."""
    heard = desk.receive("push.own" if is_the_models(control) else "push", x, y)
    if box.fields["maxclass"] == "textedit":
        bang = desk.patcher.text("t b", x, y + ROW)
        desk.patcher.chain(heard, bang, box)
    else:
        desk.patcher.cord(heard, 0, box)


def _show(desk: Desk, name: str, box: Box, x: float, y: float) -> None:
    prepend = desk.patcher.text("prepend set", x, y + ROW)
    desk.patcher.chain(desk.receive(f"set.{name}", x, y), prepend, box)


def _deliver(desk: Desk, address: str, source: Box, x: float, y: float) -> None:
    prepend = desk.patcher.text(f"prepend {address}", x, y)
    desk.patcher.chain(source, prepend, desk.send("osc", x, y + ROW))
