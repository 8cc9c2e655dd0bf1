"""``magnet-live.pd``: the Pure Data twin of the Max patch, in vanilla Pd 0.51 and later.

Opened by itself it is an instrument with a window; as an object ``[magnet-live]`` in another patch
it has an inlet for control (``prompt/1 warm pads``, ``tempo 128``, ``play``), two signal outlets,
and an outlet for all that the server says. Two arguments are the server's OSC port and the port
that answers come to, so that several can run side by side.

Sound comes by two roads, which ``road`` chooses: ``live`` is what a virtual cable brings to
``adc~`` from ``magnet-live serve --audio-out``; ``takes`` are the files that the server (or the
node client) writes, looped, changed on the bar.
"""

from __future__ import annotations

from daw_bridge.controls import CONTROLS, PARAM_PREFIX, PROMPT, Control, Scope
from daw_bridge.doors.access import OSC_PORT
from daw_bridge.patches.pd_canvas import BLACK, NO_LABEL, WHITE, Canvas, Node
from daw_bridge.patches.pd_controls import (
    ROW,
    add_rows,
    control_canvas,
    inlet_names,
    key_of,
    shown_arguments,
)
from daw_bridge.patches.pd_sound import ROADS, sound_canvas
from daw_bridge.patches.pd_takes import takes_canvas

REPLY_PORT = 9002
TICK_MS, LOST_MS = 2000, 5000
SUBSCRIBE = "/magnet/subscribe"
_COLUMNS = (20, 430, 1050, 1480)
_WIDE, _NARROW = 40, 24

TABLE = tuple(control for control in CONTROLS if control.address != SUBSCRIBE)


def render_pd() -> str:
    """Return the text of ``magnet-live.pd``."""
    canvas = Canvas(1860, 640)
    _add_window(canvas)
    y = 590
    canvas.sub(20, y, "osc", _osc_canvas())
    canvas.sub(100, y, "replies", _replies_canvas())
    canvas.sub(200, y, "controls", _controls_canvas())
    takes = canvas.sub(310, y, "takes", takes_canvas())
    sound = canvas.sub(400, y, "sound", sound_canvas())
    dispatch = canvas.sub(500, y, "dispatch", _dispatch_canvas())
    canvas.cord(canvas.obj(500, y - 30, "inlet"), dispatch)
    for index in (0, 1):
        canvas.cord(takes, sound, index, index)
        canvas.cord(sound, canvas.obj(620 + 90 * index, y, "outlet~"), index)
    canvas.cord(canvas.obj(800, y - 30, "r $0-said"), canvas.obj(800, y, "outlet"))
    return canvas.render()


# --- the window ---


def _section(control: Control) -> int:
    if control.address.startswith(PROMPT):
        return 1
    if control.address.startswith(PARAM_PREFIX):
        return 2
    is_wired = control.scope is Scope.SERVER or control.address.count("/") > 2
    return 3 if is_wired else 0


def _add_window(canvas: Canvas) -> None:
    titles = ("magnet-live", "prompts and their weights", "the model", "takes, input, server")
    below = []
    for column, (x, title) in enumerate(zip(_COLUMNS, titles, strict=True)):
        canvas.comment(x, 16, title.upper())
        y = 44
        for control in TABLE:
            if _section(control) == column:
                width = _WIDE if column == 1 else _NARROW
                y = add_rows(canvas, x, y, control, text_width=width)
        below.append(y)
    y = _add_connection(canvas, _COLUMNS[0], below[0] + ROW)
    _add_sound_row(canvas, _COLUMNS[0], y + 12)
    _add_readings(canvas, _COLUMNS[1], below[1] + ROW)
    canvas.comment(_COLUMNS[2], below[2] + 6, "its own values, until one is changed here")
    canvas.comment(
        _COLUMNS[3],
        below[3] + ROW,
        "Click into a text, write, and press return. What is refused, and why, stands under "
        "error and in Pd's console. A take begins on the bar.",
        48,
    )


def _colours() -> str:
    return f"{NO_LABEL} {WHITE} {BLACK} {BLACK}"


def _add_connection(canvas: Canvas, x: int, y: int) -> int:
    canvas.comment(x, y, "SERVER")
    canvas.comment(x, y + ROW, "host")
    canvas.atom("symbolatom", x + 150, y + ROW, 16, "$0-c-host", "$0-w-host")
    for row, (label, name, start) in enumerate(
        (("OSC port", "port", OSC_PORT), ("answers to port", "subscribe", REPLY_PORT)), 2
    ):
        canvas.comment(x, y + row * ROW, label)
        ends = f"\\$0-c-{name} \\$0-w-{name}"
        canvas.gui(x + 150, y + row * ROW, f"nbx 7 18 1 65535 0 0 {ends} {_colours()} {start} 256")
    canvas.comment(x, y + 4 * ROW, "the server answers")
    ends = "empty \\$0-w-alive"
    canvas.gui(x + 150, y + 4 * ROW, f"tgl 18 0 {ends} {_colours()} 0 1")
    return y + 5 * ROW


def _add_sound_row(canvas: Canvas, x: int, y: int) -> None:
    canvas.comment(x, y, "SOUND")
    ends = "\\$0-c-road \\$0-w-road"
    canvas.comment(x, y + ROW, "road")
    canvas.gui(x + 150, y + ROW, f"hradio 18 1 0 {len(ROADS)} {ends} {_colours()} 0")
    canvas.comment(x + 220, y + ROW, " / ".join(ROADS))
    for row, (label, name, start) in enumerate(
        (("sound on", "audio", 0), ("to dac~", "dac", 1)), 2
    ):
        canvas.comment(x, y + row * ROW, label)
        ends = f"\\$0-c-{name} \\$0-w-{name}"
        canvas.gui(x + 150, y + row * ROW, f"tgl 18 0 {ends} {_colours()} {start} 1")
    canvas.comment(x, y + 4 * ROW, "volume")
    ends = "\\$0-c-volume \\$0-w-volume"
    canvas.gui(x + 150, y + 4 * ROW, f"nbx 7 18 0 112 0 0 {ends} {_colours()} 100 256")
    canvas.comment(x + 230, y + 4 * ROW, "dB, 100 is full")


def _add_readings(canvas: Canvas, x: int, y: int) -> None:
    for row, (label, name, width) in enumerate(
        (
            ("error", "error", 40),
            ("last reply", "reply", 40),
            ("event", "event", 40),
            ("unknown words", "words", 40),
            ("take that came", "take-name", 40),
        )
    ):
        canvas.comment(x, y + row * ROW, label)
        canvas.atom("listbox", x + 150, y + row * ROW, width, "-", f"$0-w-{name}")
    for place, name in enumerate(("bpm", "beat", "bar", "late")):
        canvas.comment(x + 110 * place, y + 6 * ROW, name)
        ends = f"empty \\$0-w-{name}"
        box = f"nbx 5 18 -1e+37 1e+37 0 0 {ends} {_colours()} 0 256"
        canvas.gui(x + 45 + 110 * place, y + 6 * ROW, box)


# --- what it does ---


def _controls_canvas() -> Canvas:
    canvas = Canvas(900, 700)
    for index, control in enumerate(TABLE):
        name = key_of(control).replace("/", "-")
        place = (20 + 220 * (index % 4), 20 + 30 * (index // 4))
        canvas.sub(*place, name, control_canvas(control))
    return canvas


def _dispatch_canvas() -> Canvas:
    """Return the subpatch that gives a message of the inlet to the control that it names."""
    canvas = Canvas(900, 700)
    names = [*inlet_names(TABLE), "host", "port", "subscribe", "road", "audio", "dac", "volume"]
    names += ["take-file"]
    route = canvas.obj(20, 80, "route " + " ".join(names))
    canvas.chain(canvas.obj(20, 20, "inlet"), canvas.obj(20, 50, "list trim"), route)
    for index, name in enumerate(names):
        place = (20 + 200 * (index % 6), 120 + 26 * (index // 6))
        target = "take" if name == "take-file" else f"c-{name}"
        canvas.cord(route, canvas.obj(*place, f"s $0-{target}"), index)
    unknown = canvas.obj(20, 660, "print magnet-live: no such message")
    canvas.cord(route, unknown, len(names))
    return canvas


def _osc_canvas() -> Canvas:
    """Return the subpatch that connects, subscribes again and again, and sends."""
    canvas = Canvas(900, 600)
    send = canvas.obj(20, 500, "netsend -u -b")
    out = canvas.obj(20, 440, "list prepend send")
    canvas.chain(canvas.obj(20, 410, "r $0-osc"), out, canvas.obj(20, 470, "list trim"), send)
    host = canvas.obj(300, 260, "symbol 127.0.0.1")
    port = canvas.obj(420, 260, f"f {OSC_PORT}")
    address = canvas.obj(300, 300, "pack s f")
    connect = canvas.msg(300, 420, "connect $1 $2")
    again = canvas.obj(300, 340, "t a b")
    away = canvas.msg(420, 380, "disconnect")
    fire = canvas.obj(300, 220, "t b b")
    canvas.cord(fire, port, 1)
    canvas.cord(fire, host)
    canvas.chain(host, address, again, connect, send)
    canvas.cord(port, address, 0, 1)
    canvas.cord(again, away, 1)
    canvas.cord(away, send)
    for x, name, store in ((300, "host", host), (420, "port", port)):
        changed = canvas.obj(x, 190, "t b a")
        canvas.chain(canvas.obj(x, 160, f"r $0-c-{name}"), changed)
        canvas.cord(changed, store, 1, 1)
        canvas.cord(changed, fire)
    _add_listening(canvas, fire, port)
    return canvas


def _add_listening(canvas: Canvas, connect: Node, port: Node) -> None:
    """Add: the port of answers, told to the server every two seconds; and the start of it all."""
    answers = canvas.obj(620, 300, f"f {REPLY_PORT}")
    subscribe = canvas.obj(620, 360, "oscformat magnet subscribe")
    canvas.chain(answers, subscribe, canvas.obj(620, 390, "s $0-osc"))
    changed = canvas.obj(620, 230, "t b a a")
    canvas.chain(canvas.obj(620, 200, "r $0-c-subscribe"), changed)
    canvas.cord(changed, answers, 1, 1)
    listen = canvas.msg(720, 260, "listen $1")
    canvas.cord(changed, listen, 2)
    canvas.cord(listen, canvas.obj(720, 290, "s $0-listen"))
    tick = canvas.obj(520, 260, f"metro {TICK_MS}")
    canvas.cord(tick, answers)
    canvas.cord(changed, answers)
    shown_host = canvas.msg(140, 20, "set 127.0.0.1")
    canvas.chain(canvas.obj(90, 20, "loadbang"), shown_host, canvas.obj(140, 40, "s $0-w-host"))
    start = canvas.obj(20, 60, "t b b b b")
    canvas.chain(canvas.obj(20, 20, "loadbang"), start)
    # The arguments of [magnet-live 9000 9002]; 0 where the patch is opened by itself.
    for outlet, argument, normal, x in ((3, "$1", OSC_PORT, 200), (2, "$2", REPLY_PORT, 320)):
        given = canvas.obj(x, 60, f"f {argument}")
        none = canvas.obj(x, 90, "sel 0")
        usual = canvas.msg(x, 120, str(normal))
        canvas.cord(start, given, outlet)
        canvas.chain(given, none, usual)
        target = port if argument == "$1" else changed
        shown = canvas.obj(x + 60, 120, "t a a")
        canvas.cord(usual, shown)
        canvas.cord(none, shown, 1)
        canvas.cord(shown, target, 0, 1 if target is port else 0)
        name = "port" if argument == "$1" else "subscribe"
        set_box = canvas.msg(x + 60, 145, "set $1")
        canvas.cord(shown, set_box, 1)
        canvas.cord(set_box, canvas.obj(x + 60, 165, f"s $0-w-{name}"))
    canvas.cord(start, connect, 1)
    canvas.cord(start, tick)


def _replies_canvas() -> Canvas:
    """Return the subpatch that hears the server, shows what it says, and passes it on."""
    canvas = Canvas(1100, 700)
    heard = canvas.obj(20, 50, "netreceive -u -b")
    canvas.cord(canvas.obj(20, 20, "r $0-listen"), heard)
    said = canvas.obj(20, 140, "t a a")
    route = canvas.obj(20, 200, "route done fail status.reply event")
    ours = canvas.obj(20, 170, "route magnet")
    canvas.chain(heard, canvas.obj(20, 80, "oscparse"), canvas.obj(20, 110, "list trim"), said)
    canvas.cord(said, canvas.obj(200, 170, "s $0-said"), 1)
    canvas.chain(said, ours, route)
    _add_alive(canvas, _add_done(canvas, route))
    refused = canvas.obj(160, 260, "t a a")
    canvas.cord(route, refused, 1)
    canvas.cord(refused, canvas.obj(250, 290, "print magnet-live refused"), 1)
    _show(canvas, refused, 0, "error", 160, 320)
    canvas.cord(route, canvas.sub(320, 260, "adopt", _adopt_canvas()), 2)
    _add_events(canvas, route)
    _show(canvas, route, 4, "reply", 20, 560)
    return canvas


def _show(canvas: Canvas, source: Node, outlet: int, name: str, x: int, y: int) -> None:
    """Add what shows a message in a box of the window."""
    words = canvas.obj(x, y, "list prepend set")
    canvas.cord(source, words, outlet)
    canvas.chain(words, canvas.obj(x, y + 24, "list trim"), canvas.obj(x, y + 48, f"s $0-w-{name}"))


def _add_done(canvas: Canvas, route: Node) -> Node:
    """Add: done is shown, but for the subscription's; return where that is heard of."""
    done = canvas.obj(20, 260, f"route {SUBSCRIBE}")
    canvas.cord(
        route, canvas.chain(canvas.obj(20, 230, "list"), canvas.obj(20, 245, "list trim"), done), 0
    )
    _show(canvas, done, 1, "reply", 60, 420)
    return done


def _add_alive(canvas: Canvas, done: Node) -> None:
    """Add: the lamp; and where the server is back, its state is asked for."""
    beat = canvas.obj(20, 330, "t b b")
    lost = canvas.obj(60, 360, f"delay {LOST_MS}")
    canvas.chain(done, beat)
    canvas.cord(beat, lost, 1)
    on, off = canvas.msg(20, 480, "1"), canvas.msg(60, 500, "0")
    change = canvas.obj(20, 520, "change")
    canvas.cord(beat, on)
    canvas.cord(lost, off)
    canvas.cord(on, change)
    canvas.cord(off, change)
    lamp = canvas.msg(20, 600, "set $1")
    canvas.chain(change, lamp, canvas.obj(20, 630, "s $0-w-alive"))
    back = canvas.obj(120, 600, "sel 1")
    canvas.chain(change, back, canvas.obj(120, 630, "s $0-c-status"))


def _add_events(canvas: Canvas, route: Node) -> None:
    """Add: what the events of the server change on the window."""
    trim = canvas.obj(480, 230, "list trim")
    names = ("plan", "beat", "words", "late", "take", "worker", "chunk", "plan_done")
    kinds = canvas.obj(480, 260, "route " + " ".join(names))
    canvas.cord(route, trim, 3)
    canvas.cord(trim, kinds)
    plan = canvas.obj(480, 300, "unpack s f f f f s f f s")
    canvas.cord(kinds, plan, 0)
    _set(canvas, plan, 7, "bpm", 480, 340)
    beat = canvas.obj(620, 300, "unpack f f f s")
    canvas.cord(kinds, beat, 1)
    for outlet, name in enumerate(("beat", "bar", "bpm")):
        _set(canvas, beat, outlet, name, 620 + 90 * outlet, 380)
    _show(canvas, kinds, 2, "words", 480, 460)
    _show(canvas, kinds, len(names), "event", 620, 460)
    count = canvas.obj(780, 300, "f 0")
    more = canvas.obj(850, 300, "+ 1")
    bang = canvas.obj(780, 270, "t b")
    canvas.cord(kinds, bang, 3)
    canvas.chain(bang, count, more)
    canvas.cord(more, count, 0, 1)
    _set(canvas, more, 0, "late", 850, 340)
    worker = canvas.obj(700, 430, "t b a")
    canvas.cord(kinds, worker, 5)
    _show(canvas, worker, 1, "event", 780, 460)
    canvas.cord(worker, canvas.obj(700, 540, "s $0-c-status"))  # its settings may be other ones
    take = canvas.obj(920, 300, "t a a")
    canvas.cord(kinds, take, 4)
    _show(canvas, take, 1, "take-name", 960, 330)
    canvas.cord(take, canvas.obj(920, 420, "s $0-take"))


def _set(canvas: Canvas, source: Node, outlet: int, name: str, x: int, y: int) -> None:
    box = canvas.msg(x, y, "set $1")
    canvas.cord(source, box, outlet)
    canvas.cord(box, canvas.obj(x, y + 24, f"s $0-w-{name}"))


def _adopt_canvas() -> Canvas:
    """Return the subpatch that shows the state of the server: names and values in turn."""
    canvas = Canvas(900, 700)
    settings = [control for control in TABLE if control.setting]
    names = [name for control in settings for name, _ in shown_arguments(control)]
    begin = canvas.obj(20, 50, "t b a")
    left = canvas.obj(20, 110, "list append")
    loop = canvas.obj(20, 80, "until")
    pair = canvas.obj(20, 140, "list split 2")
    canvas.chain(canvas.obj(20, 20, "inlet"), begin, loop, left, pair)
    canvas.cord(begin, left, 1, 1)
    canvas.cord(pair, left, 1, 1)
    canvas.cord(pair, loop, 2, 1)
    route = canvas.obj(20, 200, "route " + " ".join(names))
    canvas.chain(pair, canvas.obj(20, 170, "list trim"), route)
    for index, name in enumerate(names):
        place = (20 + 210 * (index % 5), 240 + 30 * (index // 5))
        shown = canvas.sub(*place, "set", _set_canvas(name))
        canvas.cord(route, shown, index)
    return canvas


def _set_canvas(name: str) -> Canvas:
    canvas = Canvas()
    words = canvas.obj(20, 50, "list prepend set")
    trimmed = canvas.obj(20, 80, "list trim")
    shown = canvas.obj(20, 110, f"s $0-w-{name}")
    canvas.chain(canvas.obj(20, 20, "inlet"), words, trimmed, shown)
    return canvas
