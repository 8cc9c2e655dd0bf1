"""A control of the table in Pure Data: what is seen of it, and the road to its OSC message.

Three names belong to a control ``KEY`` (its address without the prefix, such as ``tempo`` or
``prompt/1``), each local to one instance of the patch: ``$0-c-KEY`` takes its value, from the box
that is seen, from the patch's inlet or from anywhere; ``$0-w-KEY`` is the box itself, which takes
``set VALUE`` when the server tells its state; and ``$0-osc`` takes the OSC message.

A command with several arguments is sent when it is asked for, with those that were set before.
Optional arguments without a default stay the server's business, and those with a control of their
own are sent by that: ``prompt/1/weight`` stands beside ``prompt/1``.

Texts are written word by word into a listbox, and words are joined to the one symbol that the
server takes. Pd cuts a symbol at 999 characters. A seed is a symbol of digits, because Pd's floats
do not hold every seed.
"""

from __future__ import annotations

from daw_bridge.arguments import Argument, Kind
from daw_bridge.controls import PROMPT, WEIGHT_SUFFIX, Control
from daw_bridge.patches.pd_canvas import BLACK, NO_LABEL, WHITE, Canvas, Node

ROW = 24
LABEL_WIDTH = 150
LARGEST_SHOWN = 1e6


def key_of(control: Control) -> str:
    """Return the name of a control, and of its first argument."""
    return control.short_name


def shown_arguments(control: Control) -> list[tuple[str, Argument]]:
    """Return the arguments that a performer sets, each with its name in the patch."""
    key = key_of(control)
    fires = needs_button(control)
    return [
        (key if index == 0 and not fires else f"{key}/{argument.name}", argument)
        for index, argument in enumerate(_given(control))
    ]


def needs_button(control: Control) -> bool:
    """Return whether a control is sent by a button: it has no argument, or several to set first."""
    return len(_given(control)) != 1


def stands_beside(control: Control) -> bool:
    """Return whether a control has its box beside the one before it, and no row of its own."""
    return control.address.startswith(PROMPT) and control.address.endswith(WEIGHT_SUFFIX)


def _given(control: Control) -> list[Argument]:
    arguments = [a for a in control.arguments if not a.stays]
    return [a for a in arguments if not a.optional or a.default is not None]


def inlet_names(controls: tuple[Control, ...]) -> list[str]:
    """Return every name that the patch's inlet takes for these controls."""
    return [name for control in controls for name in _names(control)]


def _names(control: Control) -> list[str]:
    names = [key for key, _ in shown_arguments(control)]
    return [key_of(control), *names] if needs_button(control) else names


# --- what is seen ---


def add_rows(canvas: Canvas, x: int, y: int, control: Control, *, text_width: int) -> int:
    """Put a control's boxes on the patch; return where the next row begins."""
    key = key_of(control)
    if needs_button(control):
        canvas.comment(x, y, key)
        ends = f"\\$0-c-{key} \\$0-w-{key}"
        canvas.gui(x + LABEL_WIDTH, y, f"bng 18 250 50 0 {ends} {NO_LABEL} {WHITE} {BLACK} {BLACK}")
        y += ROW
    for name, argument in shown_arguments(control):
        if stands_beside(control):
            beside = x + LABEL_WIDTH + 7 * text_width + 16
            _add_box(canvas, beside, y - ROW, name, argument, text_width)
            continue
        canvas.comment(x, y, name)
        _add_box(canvas, x + LABEL_WIDTH, y, name, argument, text_width)
        y += ROW
    return y


def _add_box(canvas: Canvas, x: int, y: int, name: str, argument: Argument, width: int) -> None:
    ends = f"\\$0-c-{name} \\$0-w-{name}"
    colours = f"{WHITE} {BLACK} {BLACK}"
    start = argument.default if isinstance(argument.default, (int, float)) else max(0, argument.low)
    if argument.kind is Kind.CHOICE:
        count = len(argument.choices)
        canvas.gui(x, y, f"hradio 18 1 0 {count} {ends} {NO_LABEL} {colours} 0")
        canvas.comment(x + 18 * count + 6, y, " / ".join(argument.choices))
    elif argument.kind is Kind.INT and (argument.low, argument.high) == (0, 1):
        canvas.gui(x, y, f"tgl 18 0 {ends} {NO_LABEL} {colours} {start:g} 1")
    elif argument.kind in (Kind.INT, Kind.FLOAT):
        low = 0.0 if argument.or_zero else argument.low
        limits = f"{low:g} {argument.high:g} 0 0"
        canvas.gui(x, y, f"nbx 7 18 {limits} {ends} {NO_LABEL} {colours} {start:g} 256")
        if argument.high < LARGEST_SHOWN:
            canvas.comment(x + 80, y, _range(argument))
    else:
        kind = "listbox" if argument.kind is Kind.TEXT else "symbolatom"
        long = argument.kind is Kind.TEXT and argument.high > 32
        canvas.atom(kind, x, y, width if long else 16, f"$0-c-{name}", f"$0-w-{name}")


def _range(argument: Argument) -> str:
    off = "0 or " if argument.or_zero else ""
    return f"{off}{argument.low:g} .. {argument.high:g} {argument.unit}".rstrip()


# --- the road to the message ---


def control_canvas(control: Control) -> Canvas:
    """Return the subpatch from ``$0-c-KEY`` to ``$0-osc``."""
    canvas = Canvas()
    words = " ".join(control.address.strip("/").split("/"))
    message = canvas.obj(20, 400, f"oscformat {words}")
    canvas.cord(message, canvas.obj(20, 430, "s $0-osc"))
    arguments = shown_arguments(control)
    if not arguments:
        source = canvas.obj(20, 20, f"r $0-c-{key_of(control)}")
        canvas.chain(source, canvas.obj(20, 50, "t b"), message)
    elif len(arguments) == 1 and not needs_button(control):
        name, argument = arguments[0]
        canvas.cord(_value(canvas, 20, name, argument), message)
    else:
        canvas.cord(_together(canvas, control, arguments), message)
    return canvas


def _value(canvas: Canvas, x: int, name: str, argument: Argument) -> Node:
    """Add what makes an argument of whatever comes; return where it comes out."""
    source = canvas.obj(x, 20, f"r $0-c-{name}")
    if argument.kind is Kind.FLOAT:
        return canvas.chain(source, canvas.obj(x, 50, "f"))
    if argument.kind is Kind.INT:
        return canvas.chain(source, canvas.obj(x, 50, "int"))
    listed = canvas.obj(x, 50, "list")
    canvas.cord(source, listed)
    if argument.kind is Kind.TEXT:
        return canvas.chain(listed, canvas.sub(x, 80, "join", join_canvas()))
    return _choice(canvas, x, listed, argument) if argument.choices else _digits(canvas, x, listed)


def _choice(canvas: Canvas, x: int, listed: Node, argument: Argument) -> Node:
    """Add what makes a word of its place, from 0; a word is itself, and none is the default."""
    kinds = canvas.obj(x, 80, "route float bang")
    places = canvas.obj(x, 110, "sel " + " ".join(map(str, range(len(argument.choices)))))
    out = canvas.obj(x, 200, "symbol")
    canvas.chain(listed, kinds, places)
    usual = canvas.msg(x + 70, 110, f"symbol {argument.default or argument.choices[0]}")
    canvas.cord(kinds, usual, 1)
    canvas.cord(usual, out)
    canvas.cord(kinds, out, 2)
    for place, word in enumerate(argument.choices):
        said = canvas.msg(x + 70 * place, 150, f"symbol {word}")
        canvas.cord(places, said, place)
        canvas.cord(said, out)
    return out


def _digits(canvas: Canvas, x: int, listed: Node) -> Node:
    """Add what makes a symbol of a number, with all its digits; a symbol is itself."""
    kinds = canvas.obj(x, 80, "route float")
    out = canvas.obj(x, 200, "symbol")
    canvas.chain(listed, kinds, canvas.obj(x, 110, "makefilename %d"), out)
    canvas.cord(kinds, out, 1)
    return out


def _together(canvas: Canvas, control: Control, arguments: list[tuple[str, Argument]]) -> Node:
    """Add a store for each argument, and what sends them all; return where they come out."""
    kinds = ["f" if a.kind in (Kind.INT, Kind.FLOAT) else "s" for _, a in arguments]
    packed = canvas.obj(20, 360, "pack " + " ".join(kinds))
    fire = canvas.obj(20, 300, "t " + " ".join("b" for _ in arguments))
    for index, (name, argument) in enumerate(arguments):
        x = 20 + 220 * index
        start = "" if argument.default is None else str(argument.default)
        store = canvas.obj(x, 330, f"{'f' if kinds[index] == 'f' else 'symbol'} {start}".strip())
        canvas.cord(_value(canvas, x, name, argument), store, 0, 1)
        canvas.cord(fire, store, index)
        canvas.cord(store, packed, 0, index)
    button = canvas.obj(20, 240, "t b")
    canvas.chain(canvas.obj(300, 210, f"r $0-c-{key_of(control)}"), button, fire)
    return packed


def join_canvas() -> Canvas:
    """Return the subpatch that makes one symbol of a list's words, with spaces between them.

    Word by word: ``until`` takes the first from what is left of the list, and the codes of its
    characters are put behind those so far.
    """
    canvas = Canvas()
    begin = canvas.obj(20, 50, "t b b a b")
    left = canvas.obj(20, 110, "list append")
    loop = canvas.obj(20, 80, "until")
    first = canvas.obj(20, 140, "list split 1")
    kind = canvas.obj(20, 170, "route float")
    codes = canvas.obj(20, 230, "list fromsymbol")
    so_far = canvas.obj(20, 290, "list prepend")
    whole = canvas.obj(20, 330, "list append")
    without_space = canvas.obj(20, 360, "list split 1")
    text = canvas.obj(20, 400, "list tosymbol")
    canvas.chain(canvas.obj(20, 20, "inlet"), begin)
    for store in (so_far, whole):
        canvas.cord(begin, store, 3, 1)  # forget the last text
    canvas.cord(begin, left, 2, 1)
    canvas.cord(begin, loop, 1)
    canvas.cord(begin, whole, 0)
    canvas.chain(loop, left, first, kind, canvas.obj(20, 200, "makefilename %g"), codes)
    canvas.cord(first, left, 1, 1)
    canvas.cord(first, loop, 2, 1)  # none is left
    canvas.cord(kind, codes, 1)
    canvas.chain(codes, canvas.obj(20, 260, "list prepend 32"), so_far)
    for store in (so_far, whole):
        canvas.cord(so_far, store, 0, 1)
    canvas.chain(whole, without_space)
    canvas.cord(without_space, text, 1)
    canvas.cord(without_space, text, 2)
    canvas.chain(text, canvas.obj(20, 430, "outlet"))
    return canvas
