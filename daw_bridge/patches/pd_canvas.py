"""A small builder of Pure Data patches: objects and cords in, the text of a ``.pd`` file out.

Pd numbers the objects of a canvas in the order of the file, and silently drops a cord that leads
nowhere. So objects are made through a table of the vanilla classes that we use, with their inlets
and outlets, and a wrong cord is an error here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from daw_bridge.patches.patcher import PatchError

WHITE, BLACK = "#fcfcfc", "#000000"
NO_LABEL = "empty 0 -8 0 10"

Ports = tuple[int, int]
_COUNTED: dict[str, Callable[[Sequence[str]], Ports]] = {
    "t": lambda args: (1, len(args)),
    "route": lambda args: (2 if len(args) == 1 else 1, len(args) + 1),
    "sel": lambda args: (2 if len(args) == 1 else 1, len(args) + 1),
    "pack": lambda args: (len(args), 1),
    "unpack": lambda args: (1, len(args)),
    "s": lambda args: (1 if args else 2, 0),
    "list": lambda args: {
        "split": (2, 3),
        "trim": (1, 1),
        "fromsymbol": (1, 1),
        "tosymbol": (1, 1),
    }.get(args[0] if args else "", (2, 1)),
    "dac~": lambda args: (len(args), 0),
    "adc~": lambda args: (1, len(args)),
    "array": lambda args: (1, 0) if args[0] == "define" else (2, 1),
}
_FIXED: dict[str, Ports] = {
    "r": (0, 1),
    "loadbang": (0, 1),
    "inlet": (0, 1),
    "inlet~": (0, 1),
    "outlet": (1, 0),
    "outlet~": (1, 0),
    "print": (1, 0),
    "netreceive": (1, 2),
    "netsend": (1, 2),
    "makefilename": (1, 1),
    "oscparse": (1, 1),
    "oscformat": (1, 1),
    "samplerate~": (1, 1),
    "dbtorms": (1, 1),
    "moses": (2, 2),
    "soundfiler": (1, 2),
    "vline~": (3, 1),
    "tabread~": (2, 1),
    "tabread4~": (2, 1),
    "bng": (1, 1),
    "tgl": (1, 1),
    "nbx": (1, 1),
    "hradio": (1, 1),
    "change": (2, 1),
    "int": (2, 1),
    "until": (2, 1),
}
_BINARY = (
    "f",
    "symbol",
    "metro",
    "delay",
    "spigot",
    "+",
    "-",
    "*",
    "/",
    "==",
    "mod",
    "max",
    "*~",
    "+~",
    "-~",
)


def ports_of(text: str) -> Ports:
    """Return the inlets and outlets of an object.

    Raises:
        PatchError: it is no object that our patches use.
    """
    name, *args = text.split()
    if name in _COUNTED:
        return _COUNTED[name](args)
    if name in _FIXED:
        return _FIXED[name]
    if name in _BINARY:
        return 2, 1
    raise PatchError(f"[{text}] is not in the table of Pure Data's objects")


def escaped(text: str) -> str:
    """Return text as Pd writes it in a file, where ``$``, ``,`` and ``;`` have a meaning."""
    return text.replace("$", "\\$").replace(", ", " \\, ").replace(";", " \\;")


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a canvas: its number there, and its ports."""

    index: int
    inlets: int
    outlets: int
    text: str


class Canvas:
    """One canvas: the patch itself or a subpatch."""

    def __init__(self, width: int = 700, height: int = 500) -> None:
        self._size = f"{width} {height}"
        self._items: list[str] = []
        self._cords: list[str] = []
        self._inlets = self._outlets = 0

    def obj(self, x: int, y: int, text: str) -> Node:
        """Add an object."""
        name = text.split()[0]
        self._inlets += name in ("inlet", "inlet~")
        self._outlets += name in ("outlet", "outlet~")
        return self._add(f"#X obj {x} {y} {escaped(text)};", *ports_of(text), text)

    def gui(self, x: int, y: int, text: str) -> Node:
        """Add a box that is seen; ``text`` as it stands in the file."""
        return self._add(f"#X obj {x} {y} {text};", *ports_of(text), text)

    def msg(self, x: int, y: int, text: str) -> Node:
        """Add a message box."""
        return self._add(f"#X msg {x} {y} {escaped(text)};", 1, 1, text)

    def comment(self, x: int, y: int, text: str, width: int = 0) -> None:
        """Add a comment; ``width`` in characters, 0 for one line."""
        tail = f", f {width}" if width else ""
        self._add(f"#X text {x} {y} {escaped(text)}{tail};", 0, 0, text)

    def atom(self, kind: str, x: int, y: int, width: int, send: str, receive: str) -> Node:
        """Add a ``listbox`` or ``symbolatom``, ``width`` characters wide; ``-`` for no name."""
        names = f"{escaped(receive)} {escaped(send)}"
        return self._add(f"#X {kind} {x} {y} {width} 0 0 0 - {names} 0;", 1, 1, kind)

    def sub(self, x: int, y: int, name: str, canvas: Canvas) -> Node:
        """Add a subpatch."""
        inside = canvas.lines(f"#N canvas 80 80 {canvas._size} {name} 0;")
        text = "\n".join([*inside, f"#X restore {x} {y} pd {name};"])
        return self._add(text, canvas._inlets, canvas._outlets, f"pd {name}")

    def cord(self, source: Node, target: Node, outlet: int = 0, inlet: int = 0) -> None:
        """Connect two objects.

        Raises:
            PatchError: one of the ports does not exist.
        """
        if not (outlet < source.outlets and inlet < target.inlets):
            raise PatchError(
                f"no cord from outlet {outlet} of [{source.text}] to inlet {inlet} of "
                f"[{target.text}]: they have {source.outlets} outlets and {target.inlets} inlets"
            )
        self._cords.append(f"#X connect {source.index} {outlet} {target.index} {inlet};")

    def chain(self, *nodes: Node) -> Node:
        """Connect first outlets to first inlets, one after the other; return the last."""
        for source, target in itertools.pairwise(nodes):
            self.cord(source, target)
        return nodes[-1]

    def lines(self, head: str) -> list[str]:
        """Return the canvas behind its first line."""
        return [head, *self._items, *self._cords]

    def render(self) -> str:
        """Return the text of a file that holds this canvas."""
        return "\n".join([*self.lines(f"#N canvas 40 40 {self._size} 12;"), ""])

    def _add(self, line: str, inlets: int, outlets: int, text: str) -> Node:
        self._items.append(line)
        return Node(len(self._items) - 1, inlets, outlets, text)
