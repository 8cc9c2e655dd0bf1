"""The OSC connection of a patch, as a subpatcher: one port of its own, subscribe, ping, lamp.

A server does not know where a patch listens: Max sends from another port than it receives on. So
the patch tells it, with ``/magnet/subscribe``, and again every two seconds for as long as no ping
is answered: a server that was restarted, or started after the patch, is found by itself.

Two patches must not listen on one port. Each takes one of ten thousand at random, a Live device the
one that its number in the Live Set names; if four pings in a row come to nothing (another program
has that port, or there is no server) it moves to another. While the server is there, what was
``not alive`` is closed, and nothing but one ping goes out.

Controls go out when the first pong came, or three seconds after the start, so that what dials say
while a patch loads does not overwrite what is playing.
"""

from __future__ import annotations

from daw_bridge.doors.access import OSC_PORT
from daw_bridge.patches.displays import below
from daw_bridge.patches.patcher import Box, Patcher, Rect
from daw_bridge.patches.strips import Desk

FIRST_PORT, PORTS = 20000, 10000
TICK_MS, LOST_AFTER_MS, OPEN_AFTER_MS = 2000, 5000, 3000
MISSES = 4

# What comes in, and the bus that it goes to inside the patch.
INCOMING = {
    "/magnet/done": "in.done",
    "/magnet/fail": "in.fail",
    "/magnet/status.reply": "in.status",
    "/magnet/take/list.reply": "in.takes",
    "/magnet/event/beat": "in.beat",
    "/magnet/event/tempo": "in.tempo",
    "/magnet/event/take": "in.take",
    "/magnet/event/input": "in.input",
    "/magnet/event/worker": "in.worker",
    "/magnet/event/words": "in.words",
    "/magnet/event/lead": "in.lead",
    "/magnet/event/late": "in.late",
}


def link(prefix: str, numbered: bool = False) -> Patcher:
    """Return the subpatcher.

    It hears ``start``, ``session``, ``host``, ``osc-port`` and ``osc``, and says ``alive`` (0 or
    1), ``connected`` (a bang) and all that comes in.

    Args:
        prefix: of its buses.
        numbered: it has a number of its own, which comes on ``instance``, and takes its port by it.
    """
    desk = Desk(Patcher(Rect(120, 120, 1000, 760)), prefix)
    patcher = desk.patcher
    patcher.comment(
        "Controls wait until the server answered, or three seconds.", Rect(20, 10, 380, 22)
    )
    udpsend = patcher.text(f"udpsend 127.0.0.1 {OSC_PORT}", 20, 680)
    ports, is_lost, gate = _outgoing(desk, udpsend, numbered)
    alive = _incoming(desk, ports, is_lost, gate)
    _server(desk, udpsend, alive)
    return patcher


def _outgoing(desk: Desk, udpsend: Box, numbered: bool) -> tuple[Box, Box, Box]:
    """Return what takes a port, the gate that is open while lost, and the gate of controls."""
    patcher = desk.patcher
    start = desk.receive("start", 20, 50)
    gate = patcher.text("gate 1 0", 20, 150)
    later = patcher.text(f"delay {OPEN_AFTER_MS}", 20, 80)
    opened = patcher.message("1", 20, 110)
    patcher.chain(start, later, opened, gate)
    patcher.cord(desk.receive("osc", 100, 110), 0, gate, 1)
    patcher.cord(gate, 0, udpsend)

    metro = patcher.text(f"metro {TICK_MS}", 240, 110)
    patcher.chain(start, patcher.message("1", 240, 80), metro)
    tick = patcher.text("t b b b", 240, 150)
    patcher.cord(metro, 0, tick)
    patcher.comment("Every two seconds:", Rect(340, 110, 150, 22))
    patcher.comment("1 count what is unanswered", Rect(640, 150, 200, 22))
    patcher.comment("2 while lost: session, subscribe", Rect(400, 190, 220, 22))
    patcher.comment("3 ping", Rect(130, 210, 60, 22))
    ping = patcher.message("/magnet/ping", 130, 240)
    patcher.cord(tick, 0, ping)
    patcher.cord(ping, 0, udpsend)

    is_lost = patcher.text("gate 1 1", 300, 220)
    patcher.cord(tick, 1, is_lost, 1)
    both = patcher.text("t b b", 300, 250)
    patcher.cord(is_lost, 0, both)
    session = patcher.text("zl.reg", 420, 290)
    patcher.cord(both, 1, session)
    patcher.chain(session, patcher.text("prepend /magnet/session", 420, 320), udpsend)
    name = patcher.text("t b l", 520, 250)
    patcher.cord(desk.receive("session", 520, 220), 0, name)
    patcher.cord(name, 1, session, 1)
    patcher.cord(name, 0, desk.send("lost", 520, 290))
    port = patcher.text("i", 240, 390)
    patcher.cord(both, 0, port)
    patcher.chain(port, patcher.text("prepend /magnet/subscribe", 240, 420), udpsend)

    take_port = patcher.text("t i i", 640, 450)
    patcher.cord(take_port, 0, port, 1)
    _new_ports(desk, tick, start, take_port, numbered)
    return take_port, is_lost, gate


def _new_ports(desk: Desk, tick: Box, start: Box, take_port: Box, numbered: bool) -> None:
    """A port at the start, another one after so many unanswered pings."""
    patcher = desk.patcher
    misses = patcher.text("i", 640, 190)
    more = patcher.text("+ 1", 640, 220)
    kept = patcher.text("t i i", 640, 250)
    enough = patcher.text(f"sel {MISSES}", 640, 280)
    again = patcher.text("t b b", 640, 310)
    none = patcher.message("0", 740, 340)
    patcher.cord(tick, 2, misses)
    patcher.chain(misses, more, kept, enough, again)
    patcher.cord(kept, 1, misses, 1)
    patcher.cord(again, 1, none)
    patcher.cord(none, 0, misses, 1)
    patcher.cord(desk.receive("answered", 800, 310), 0, none)
    random = patcher.text(f"random {PORTS}", 640, 370)
    patcher.cord(again, 0, random)
    plus = patcher.text(f"+ {FIRST_PORT}", 640, 410)
    patcher.chain(random, plus, take_port)
    if numbered:
        modulo = patcher.text(f"% {PORTS}", 760, 370)
        patcher.chain(desk.receive("instance", 860, 340), modulo, plus)
    else:
        patcher.cord(start, 0, random)


def _incoming(desk: Desk, take_port: Box, is_lost: Box, gate: Box) -> Box:
    """Return the box that takes 0 or 1: whether the server answers."""
    patcher = desk.patcher
    udpreceive = patcher.text(f"udpreceive {FIRST_PORT}", 640, 510)
    to_port = patcher.text("prepend port", 640, 480)
    patcher.cord(take_port, 1, to_port)
    patcher.cord(to_port, 0, udpreceive)
    defer = patcher.text("deferlow", 640, 540)
    route = patcher.text(f"route /magnet/pong {' '.join(INCOMING)}", 640, 570)
    patcher.chain(udpreceive, defer, route)
    for outlet, bus in enumerate(INCOMING.values(), start=1):
        patcher.cord(route, outlet, desk.send(bus, *below(route, outlet, 2)))

    pong = patcher.text("t b b b", 300, 500)
    patcher.cord(route, 0, pong)
    patcher.cord(pong, 2, desk.send("answered", 460, 530))
    one = patcher.message("1", 380, 540)
    patcher.cord(pong, 1, one)
    lost = patcher.text(f"delay {LOST_AFTER_MS}", 240, 540)
    patcher.cord(pong, 0, lost)
    zero = patcher.message("0", 240, 570)
    patcher.cord(lost, 0, zero)
    patcher.cord(desk.receive("lost", 140, 540), 0, zero)
    alive = patcher.text("change", 300, 600)
    patcher.cord(zero, 0, alive)
    # The gate first: what is asked when the server answers must go through it.
    first = patcher.text("t i i", 380, 570)
    patcher.cord(one, 0, first)
    patcher.cord(first, 1, gate)
    patcher.cord(first, 0, alive)
    said = patcher.text("t i i i", 300, 630)
    patcher.cord(alive, 0, said)
    is_zero = patcher.text("== 0", 460, 640)
    patcher.cord(said, 2, is_zero)
    patcher.cord(is_zero, 0, is_lost)
    patcher.cord(said, 1, desk.send("alive", 460, 680))
    is_one = patcher.text("sel 1", 300, 670)
    patcher.cord(said, 0, is_one)
    patcher.cord(is_one, 0, desk.send("connected", 300, 700))
    return zero


def _server(desk: Desk, udpsend: Box, lost: Box) -> None:
    """Another server: say so to udpsend, and look for it at the next tick."""
    patcher = desk.patcher
    for x, bus, message in ((20, "host", "host"), (20, "osc-port", "port")):
        y = 560 if bus == "host" else 620
        prepend = patcher.text(f"prepend {message}", x, y + 28)
        patcher.chain(desk.receive(bus, x, y), prepend, udpsend)
        patcher.cord(prepend, 0, desk.send("lost", x + 110, y + 28))
