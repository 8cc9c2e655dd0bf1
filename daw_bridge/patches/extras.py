"""Boxes that are more than one control: where the server is, keep and recall of takes, send all."""

from __future__ import annotations

from daw_bridge.controls import Control
from daw_bridge.doors.access import OSC_PORT, PORT
from daw_bridge.patches.names import info, names
from daw_bridge.patches.patcher import (
    BLOB,
    FLOAT,
    INT,
    STORED_ONLY,
    Box,
    Parameter,
    Rect,
)
from daw_bridge.patches.strips import ROW, Desk, Place, push_button, typed_symbol


def connection(
    desk: Desk,
    place: Place,
    *,
    host: Rect | None,
    osc_port: Rect | None,
    http_port: Rect | None,
    session: Rect | None,
) -> None:
    """Add host, ports and session; say them to all who listen when the patch is there, then start.

    In a Live device there is no ``session``: it names itself after its place in the Live Set.
    """
    patcher, x, y = desk.patcher, place.x, place.y
    first = desk.receive("ready", x, y) if desk.stores else patcher.text("loadbang", x, y)
    say = patcher.text("t b b b b b", x, y + ROW)
    patcher.cord(first, 0, say)
    texts = [("host", "Server Host", "127.0.0.1", host, 4)]
    if session is not None:
        texts.append(("session", "Session", "main", session, 1))
    for column, (bus, long, start, show, outlet) in enumerate(texts):
        at = Place(x + 150 * column, y, show)
        box = _address_text(desk, long, start, at)
        patcher.cord(say, outlet, box)
        symbol = typed_symbol(desk, box, at.x, at.y)
        patcher.chain(symbol, desk.send(bus, at.x, y + 7.5 * ROW))
    ports = (("osc-port", OSC_PORT, osc_port, 3), ("http-port", PORT, http_port, 2))
    for column, (bus, start_port, show_port, outlet) in enumerate(ports):
        at_x = x + 300 + 120 * column
        number = patcher.ui(
            "live.numbox",
            Rect(at_x, y + 2 * ROW, 60, 18),
            show_port,
            Parameter(
                long="OSC Port" if bus == "osc-port" else "Web Port",
                short="OSC" if bus == "osc-port" else "Web",
                kind=FLOAT,
                low=1,
                high=65535,
                initial=float(start_port),
                unit="int",
                visibility=STORED_ONLY,
                info=f"Where the server listens; {start_port} unless it was started otherwise.",
            ),
        )
        speak = patcher.message("outputvalue", at_x, y + ROW)
        patcher.cord(say, outlet, speak)
        patcher.cord(speak, 0, number)
        whole = patcher.text("int", at_x, y + 4 * ROW)
        patcher.chain(number, whole, desk.send(bus, at_x, y + 5 * ROW))
    begin = desk.send("identify" if desk.stores else "start", x + 300, y + 7.5 * ROW)
    patcher.cord(say, 0, begin)


def _address_text(desk: Desk, long: str, start: str, place: Place) -> Box:
    parameter = Parameter(long=long, short=long.split()[-1], kind=BLOB, visibility=STORED_ONLY)
    return desk.patcher.ui(
        "textedit",
        Rect(place.x, place.y + 2 * ROW, 110, 22),
        place.show,
        parameter if desk.stores else None,
        keymode=1,
        outputmode=1,
        lines=1,
        text=start,
        fontsize=11.0,
        hint=f"{long}; Return takes it",
    )


def takes_keep(desk: Desk, control: Control, place: Place, bars_width: float = 40) -> Box:
    """Add "keep" with the number of bars beside it; 0 keeps what loops, or all since the last."""
    patcher, x, y = desk.patcher, place.x, place.y
    bars = control.arguments[0]
    low, high, start = bars.low, bars.high, bars.default
    beside = None
    if place.show is not None:
        beside = Rect(place.show.x + place.show.width + 4, place.show.y + 2, bars_width, 16)
    number = patcher.ui(
        "live.numbox",
        Rect(x + 100, y + 2 * ROW, 50, 18),
        beside,
        Parameter(
            long="Keep Bars",
            short="Bars",
            kind=INT,
            low=low,
            high=high,
            initial=float(start) if isinstance(start, (int, float)) else low,
            unit="int",
            info=info(control),
        ),
    )
    kept = patcher.text(f"i {start}", x, y + 4 * ROW)
    patcher.cord(number, 0, kept, 1)
    patcher.cord(number, 0, desk.send("bars", x + 120, y + 4 * ROW))
    button = push_button(
        desk,
        Rect(x, y + 2 * ROW, 80, 20),
        place.show,
        "Keep",
        long=names(control)[0],
        short="Keep",
        info=info(control),
    )
    prepend = patcher.text(f"prepend {control.address}", x, y + 5 * ROW)
    patcher.chain(button, kept, prepend, desk.send("osc", x, y + 6 * ROW))
    return button


def takes_recall(desk: Desk, control: Control, place: Place) -> Box:
    """Add a menu of the takes that are kept; choosing one recalls it."""
    patcher, x, y = desk.patcher, place.x, place.y
    menu = patcher.ui(
        "umenu", Rect(x, y + 5 * ROW, 140, 22), place.show, fontsize=11.0, hint=info(control)
    )
    all_of_them = patcher.text("t l b", x, y + ROW)
    patcher.cord(desk.receive("in.takes", x, y), 0, all_of_them)
    clear = patcher.message("clear", x + 60, y + 2 * ROW)
    one = patcher.text("zl.iter 1 @zlmaxsize 1024", x, y + 3 * ROW)
    patcher.cord(all_of_them, 0, one)
    patcher.cord(all_of_them, 1, clear)
    patcher.cord(clear, 0, menu)
    add = patcher.text("prepend append", x, y + 4 * ROW)
    patcher.chain(one, add, menu)
    new = patcher.text("unpack s", x + 180, y + 3 * ROW)
    patcher.chain(desk.receive("in.take", x + 180, y + 2 * ROW), new, add)
    prepend = patcher.text(f"prepend {control.address}", x, y + 6 * ROW)
    patcher.cord(menu, 1, prepend)
    patcher.cord(prepend, 0, desk.send("osc", x, y + 7 * ROW))
    return menu


def send_all(desk: Desk, place: Place) -> None:
    """Add the button that sends every dial: after the server was restarted, say."""
    patcher, x, y = desk.patcher, place.x, place.y
    button = push_button(
        desk,
        Rect(x, y + ROW, 80, 20),
        place.show,
        "Send all",
        long="Send All",
        short="Send all",
        info="Sends every dial, text and menu to the server.",
    )
    say = patcher.message("outputvalue", x, y + 2 * ROW)
    both = patcher.text("t l l", x, y + 3 * ROW)
    patcher.chain(button, say, both)
    patcher.cord(both, 1, desk.send("push.own", x + 100, y + 4 * ROW))
    patcher.cord(both, 0, desk.send("push", x, y + 4 * ROW))
