"""Reads a .pd file back, without the builder that wrote it, and says what is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from daw_bridge.patches.pd_canvas import ports_of

GUI = {"bng": (4, 5), "tgl": (2, 3), "nbx": (6, 7), "hradio": (4, 5)}  # send, receive
ATOMS = ("floatatom", "symbolatom", "listbox")


@dataclass
class Read:
    """One canvas: what its objects are, what its cords are, and the canvases in it."""

    objects: list[tuple[str, str]] = field(default_factory=list)  # kind, text
    cords: list[tuple[int, int, int, int]] = field(default_factory=list)
    inside: dict[int, Read] = field(default_factory=dict)

    def walk(self) -> list[Read]:
        return [self, *(found for canvas in self.inside.values() for found in canvas.walk())]

    def ports(self, index: int) -> tuple[int, int]:
        kind, text = self.objects[index]
        if kind in ("msg", *ATOMS):
            return 1, 1
        if kind == "text":
            return 0, 0
        if kind == "restore":
            inner = [text for kind, text in self.inside[index].objects if kind == "obj"]
            inlets = inner.count("inlet") + inner.count("inlet~")
            return inlets, inner.count("outlet") + inner.count("outlet~")
        return ports_of(text)


def read_pd(source: str) -> Read:
    """Return the outermost canvas of a file."""
    open_canvases: list[Read] = []
    for statement in re.split(r"(?<!\\);\s*\n", source):
        kind, _, rest = statement.removeprefix("#").partition(" ")
        if kind == "N":
            open_canvases.append(Read())
        elif rest.startswith("connect "):
            numbers = tuple(map(int, rest.split()[1:]))
            open_canvases[-1].cords.append(numbers)  # type: ignore[arg-type]
        elif rest.startswith("restore "):
            closed = open_canvases.pop()
            outer = open_canvases[-1]
            outer.inside[len(outer.objects)] = closed
            outer.objects.append(("restore", " ".join(rest.split()[3:])))
        elif kind == "X":
            what, _x, _y, *words = rest.split()
            text = re.sub(r"\\(.)", r"\1", " ".join(words))
            open_canvases[-1].objects.append((what, text))
    (outermost,) = open_canvases
    return outermost


def complaints(patch: Read) -> list[str]:
    """Return what is wrong: cords to nowhere, twice the same, messages that nobody hears."""
    found = []
    for canvas in patch.walk():
        for cord, count in Counter(canvas.cords).items():
            source, outlet, target, inlet = cord
            if count > 1:
                found.append(f"{count} times the cord {cord}")
            elif max(source, target) >= len(canvas.objects):
                found.append(f"{cord}: the canvas has {len(canvas.objects)} objects")
            elif outlet >= canvas.ports(source)[1] or inlet >= canvas.ports(target)[0]:
                found.append(f"{cord}: {canvas.objects[source]} -> {canvas.objects[target]}")
    senders, receivers = names(patch)
    found += [f"{name} is sent and nobody hears it" for name in sorted(senders - receivers)]
    for name in sorted(receivers - senders):
        if not name.startswith("$0-w-"):  # a box may be set by whoever wants to
            found.append(f"{name} is heard and nobody sends it")
    return found


def names(patch: Read) -> tuple[set[str], set[str]]:
    """Return the names that are sent to, and those that are received."""
    senders, receivers = set(), set()
    for canvas in patch.walk():
        for kind, text in canvas.objects:
            words = text.split()
            if kind in ATOMS:
                receivers.add(words[5])
                senders.add(words[6])
            elif kind == "obj" and words[0] in GUI:
                send, receive = GUI[words[0]]
                senders.add(words[1 + send])
                receivers.add(words[1 + receive])
            elif kind == "obj" and words[0] == "s":
                senders.add(words[1])
            elif kind == "obj" and (words[0] == "r" or words[:2] == ["array", "define"]):
                receivers.add(words[-1])
    return senders - {"-", "empty"}, receivers - {"-", "empty"}
