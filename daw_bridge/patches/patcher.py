"""A small typed builder: boxes, cords and parameters in, the JSON of a Max patch out.

It knows the port table, so a box always has the inlets and outlets that Max gives it, and a cord
that leads nowhere is an error here and not a patch that silently does less.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from daw_bridge.patches.ports import NEWOBJ, SIGNAL, UI, Ports, parse_text

Json = dict[str, object]

TEXT_HEIGHT = 22.0


class PatchError(ValueError):
    """A patch that Max would load and not play."""


class Rect(NamedTuple):
    """Where a box is, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Rect:
        """Return it moved by so much."""
        return Rect(self.x + x, self.y + y, self.width, self.height)

    def overlaps(self, other: Rect) -> bool:
        """Return whether the two share any area."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a patcher.

    Attributes:
        id: its name in cords, unique in its patcher.
        ports: its inlets and outlets.
        fields: its JSON.
    """

    id: str
    ports: Ports
    fields: Json
    rect: Rect


DEVICE_HEIGHT = 169.0  # of the device view in Live, in pixels
FLOAT, INT, ENUM, BLOB = 0, 1, 2, 3
_UNIT_STYLES = {"int": 0, "float": 1, "ms": 2, "Hz": 3, "dB": 4, "%": 5}
_CUSTOM_UNIT = 9
VISIBLE, STORED_ONLY = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What Live shows, stores and automates of a box.

    Attributes:
        long, short: its names in automation lanes and on the box and Push.
        kind: ``FLOAT``, ``INT`` (0 to 255 only), ``ENUM`` or ``BLOB`` (stored, not automatable).
        low, high: its range.
        initial: its value in a device that is new; None leaves it to Max.
        unit: "int", "float", "ms", "Hz", "dB", "%", or what is written behind the number.
        exponent: of the dial: position ``p`` in 0..1 is ``low + (high - low) * p ** exponent``.
        choices: the words of an ``ENUM``.
        visibility: ``VISIBLE``, or ``STORED_ONLY``: no automation.
        info: what Live's info view says.
    """

    long: str
    short: str
    kind: int = FLOAT
    low: float = 0.0
    high: float = 1.0
    initial: float | str | None = None
    unit: str = "float"
    exponent: float = 1.0
    choices: tuple[str, ...] = ()
    visibility: int = VISIBLE
    info: str = ""

    def as_json(self) -> Json:
        """Return what stands under ``saved_attribute_attributes``."""
        value: Json = {
            "parameter_longname": self.long,
            "parameter_shortname": self.short,
            "parameter_type": self.kind,
            "parameter_modmode": 0,
        }
        if self.kind == ENUM:
            value |= {"parameter_enum": list(self.choices), "parameter_mmax": len(self.choices) - 1}
        if self.kind in (FLOAT, INT):
            number = int if self.kind == INT else float
            value |= {"parameter_mmin": number(self.low), "parameter_mmax": number(self.high)}
            value["parameter_unitstyle"] = _UNIT_STYLES.get(self.unit, _CUSTOM_UNIT)
            if self.unit not in _UNIT_STYLES:
                value["parameter_units"] = f"%{'d' if self.kind == INT else '.2f'} {self.unit}"
            if self.exponent != 1.0:
                value["parameter_exponent"] = self.exponent
        if self.initial is not None:
            value |= {"parameter_initial_enable": 1, "parameter_initial": [self.initial]}
        if self.visibility != VISIBLE:
            value["parameter_invisible"] = self.visibility
        if self.info:
            value |= {"parameter_info": self.info, "parameter_annotation_name": self.long}
        return {"valueof": value}


@dataclass(slots=True)
class Patcher:
    """A patcher that grows by calls and is written once.

    Attributes:
        rect: its window.
        open_in_presentation: what is seen when it opens.
        device_width: of a Live device; None for any other patch.
    """

    rect: Rect
    open_in_presentation: bool = False
    device_width: float | None = None
    boxes: list[Box] = field(default_factory=list)
    _cords: list[tuple[str, int, str, int]] = field(default_factory=list)

    def text(self, text: str, x: float, y: float, **fields: object) -> Box:
        """Add an object box, as wide as its text.

        Raises:
            PatchError: its class is not in the port table.
        """
        parsed = parse_text(text)
        known = NEWOBJ.get(parsed.name)
        if known is None:
            raise PatchError(f"no class {parsed.name!r} in the port table ({text!r})")
        ports = known.shape(parsed.args)
        width = max(text_width(text) + 16, 22.0 * max(ports.inlets, len(ports.outlets), 1))
        return self._add("newobj", ports, Rect(x, y, width, TEXT_HEIGHT), None, text=text, **fields)

    def ui(
        self,
        maxclass: str,
        rect: Rect,
        show: Rect | None = None,
        parameter: Parameter | None = None,
        **fields: object,
    ) -> Box:
        """Add a box of a class of its own; ``show`` is its place in presentation.

        Raises:
            PatchError: the class is not in the port table.
        """
        known = UI.get(maxclass)
        if known is None:
            raise PatchError(f"no box class {maxclass!r} in the port table")
        if parameter is not None:
            fields |= {
                "parameter_enable": 1,
                "varname": parameter.long,
                "saved_attribute_attributes": parameter.as_json(),
            }
        return self._add(maxclass, known.shape(()), rect, show, **fields)

    def message(self, text: str, x: float, y: float) -> Box:
        """Add a message box, as wide as its text."""
        return self.ui("message", Rect(x, y, text_width(text) + 14, TEXT_HEIGHT), text=text)

    def comment(self, text: str, rect: Rect, show: Rect | None = None, **fields: object) -> Box:
        """Add a comment."""
        return self.ui("comment", rect, show, None, text=text, **fields)

    def subpatcher(self, name: str, inner: Patcher, x: float, y: float) -> Box:
        """Add ``p name``: its inlets and outlets are those that ``inner`` has."""
        inlets = sum(box.fields["maxclass"] == "inlet" for box in inner.boxes)
        ports = Ports(inlets, inner.outlet_types())
        text = f"p {name}"
        width = max(text_width(text) + 16, 30.0 * max(inlets, len(ports.outlets)))
        rect = Rect(x, y, width, TEXT_HEIGHT)
        return self._add("newobj", ports, rect, None, text=text, patcher=inner.as_json())

    def outlet(self, index: int, x: float, y: float, what: str) -> Box:
        """Add the outlet of a subpatcher, numbered from 1 as Max does."""
        return self.ui("outlet", Rect(x, y, 30, 30), comment=what, index=index)

    def cord(self, source: Box, outlet: int, destination: Box, inlet: int = 0) -> None:
        """Draw a cord.

        Raises:
            PatchError: there is no such outlet or inlet.
        """
        if not 0 <= outlet < len(source.ports.outlets):
            raise PatchError(f"{_name(source)} has no outlet {outlet}")
        if not 0 <= inlet < destination.ports.inlets:
            raise PatchError(f"{_name(destination)} has no inlet {inlet}")
        self._cords.append((source.id, outlet, destination.id, inlet))

    def chain(self, *boxes: Box) -> None:
        """Draw cords from the first outlet of each box to the first inlet of the next."""
        for source, destination in itertools.pairwise(boxes):
            self.cord(source, 0, destination)

    def outlet_types(self) -> tuple[str, ...]:
        """Return the types of what leaves through its outlet boxes, from the first on."""
        by_id = {box.id: box for box in self.boxes}
        outlets = [box for box in self.boxes if box.fields["maxclass"] == "outlet"]
        types = []
        for box in sorted(outlets, key=lambda box: str(box.fields["index"]).zfill(4)):
            into = [by_id[s].ports.outlets[o] for s, o, d, _ in self._cords if d == box.id]
            types.append(SIGNAL if SIGNAL in into else "")
        return tuple(types)

    def parameters(self) -> list[tuple[str, str, str]]:
        """Return id, long and short name of each parameter, in the order they were added."""
        found = []
        for box in self.boxes:
            saved = box.fields.get("saved_attribute_attributes")
            if isinstance(saved, Mapping):
                value = saved["valueof"]
                names = (value["parameter_longname"], value["parameter_shortname"])
                found.append((box.id, *names))
        return found

    def as_json(self, banks: Sequence[tuple[str, Sequence[str]]] = ()) -> Json:
        """Return the ``patcher`` object.

        Args:
            banks: Push's pages: a name and up to eight long names each.
        """
        value: Json = {
            "fileversion": 1,
            "appversion": {
                "major": 8,
                "minor": 6,
                "revision": 0,
                "architecture": "x64",
                "modernui": 1,
            },
            "classnamespace": "box",
            "rect": list(self.rect),
        }
        if self.open_in_presentation:
            value["openinpresentation"] = 1
        if self.device_width is not None:
            value["devicewidth"] = self.device_width
        value |= {
            "gridsize": [15.0, 15.0],
            "boxes": [{"box": box.fields} for box in self.boxes],
            "lines": [
                {"patchline": {"source": [s, o], "destination": [d, i]}}
                for s, o, d, i in self._cords
            ],
        }
        if parameters := self.parameters():
            value["parameters"] = {
                **{box_id: [long, short, 0] for box_id, long, short in parameters},
                "parameterbanks": _banks(banks, {long for _, long, _ in parameters}),
                "inherited_shortname": 1,
            }
        return value | {"dependency_cache": [], "autosave": 0}

    def _add(
        self, maxclass: str, ports: Ports, rect: Rect, show: Rect | None, **fields: object
    ) -> Box:
        number = len(self.boxes) + 1
        body: Json = {
            "id": f"obj-{number}",
            "maxclass": maxclass,
            "numinlets": ports.inlets,
            "numoutlets": len(ports.outlets),
        }
        if ports.outlets:
            body["outlettype"] = list(ports.outlets)
        body["patching_rect"] = [float(value) for value in rect]
        if show is not None:
            body |= {"presentation": 1, "presentation_rect": [float(value) for value in show]}
        box = Box(f"obj-{number}", ports, body | fields, rect)
        self.boxes.append(box)
        return box


def to_text(value: Json) -> str:
    """Return strict JSON, as Max reads it."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def text_width(text: str, size: float = 12.0) -> float:
    """Return about how wide a line of Arial is, in pixels; rather too much than too little."""
    narrow = sum(character in " .,:;'|!()[]/-ijltfr1" for character in text)
    wide = sum(character in "MWmw@%" for character in text)
    return size * (0.60 * (len(text) - narrow - wide) + 0.36 * narrow + 0.88 * wide)


def _banks(banks: Sequence[tuple[str, Sequence[str]]], known: Iterable[str]) -> Json:
    result: Json = {}
    names = set(known)
    for number, (title, parameters) in enumerate(banks):
        unknown = [name for name in parameters if name not in names]
        if unknown or len(parameters) > 8:
            raise PatchError(f"bank {title!r}: {unknown or 'more than 8 parameters'}")
        padded = [*parameters, *["-"] * (8 - len(parameters))]
        result[str(number)] = {"index": number, "name": title, "parameters": padded}
    return result


def _name(box: Box) -> str:
    return f"[{box.fields.get('text', box.fields['maxclass'])}] ({box.id})"
