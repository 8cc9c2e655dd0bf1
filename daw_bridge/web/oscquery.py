"""The table of controls as an OSCQuery tree: what a generic controller asks a server for.

github.com/Vidvox/OSCQueryProposal. Each node is a JSON object; a control has FULL_PATH,
DESCRIPTION, TYPE, ACCESS, RANGE, UNIT and, where it is a setting, VALUE. From these a page or a
program builds a widget for every control. What the proposal has no word for is said in attributes
of our own, one entry for each argument: ARGUMENTS (names), CURVE, DEFAULT (null: the model's),
OPTIONAL, OFF_AT_ZERO and ALLOWED (the range in words). The tree is the same for the life of a
server.

Nothing here touches a socket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from daw_bridge.arguments import Argument, Kind
from daw_bridge.controls import BY_ADDRESS, PARAM_PREFIX, PROMPT, SLOTS, WEIGHT_SUFFIX, Control
from daw_bridge.worker_protocol import Value

Values = Mapping[str, Sequence[Value | None]]  # of every setting, by address

ROOT = "/"
OWN_ATTRIBUTES = ("ARGUMENTS", "CURVE", "DEFAULT", "OPTIONAL", "OFF_AT_ZERO", "ALLOWED")
ATTRIBUTES = (
    *("FULL_PATH", "CONTENTS", "DESCRIPTION", "TYPE", "ACCESS", "VALUE", "RANGE", "UNIT"),
    *OWN_ATTRIBUTES,
)
NOT_HERE = ("TAGS", "EXTENDED_TYPE", "CLIPMODE", "CRITICAL", "OVERLOADS", "HTML")  # optional ones
NO_ACCESS, WRITE_ONLY, READ_WRITE = 0, 2, 3
MODEL_PREFIX = "param/"  # of the model's own values in what a worker says of it

_TYPES = {Kind.FLOAT: "f", Kind.INT: "i", Kind.SEED: "i"}  # all others are texts
_TRIGGER = "N"
_SLOT_ADDRESSES = tuple(f"{PROMPT}/{number}" for number in SLOTS)


def _children() -> dict[str, dict[str, str]]:
    """Return the addresses below each node by their last words, in the table's order."""
    found: dict[str, dict[str, str]] = {ROOT: {}}
    for address in BY_ADDRESS:
        path = ROOT
        for word in address.strip("/").split("/"):
            child = f"{path.rstrip('/')}/{word}"
            found.setdefault(path, {})[word] = child
            path = child
    return found


_CHILDREN = _children()


def node(path: str, values: Values) -> dict[str, object]:
    """Return a node with all that is below it.

    Args:
        path: its OSC address; ``/`` is the root.
        values: the settings' values now.

    Raises:
        LookupError: there is no such node.
    """
    control = BY_ADDRESS.get(path)
    children = _CHILDREN.get(path, {})
    if control is None and not children:
        raise LookupError(f"no node has the path {path[:80]}")
    described: dict[str, object] = {"FULL_PATH": path}
    if control is None:
        described |= {"DESCRIPTION": f"What begins with {path}", "ACCESS": NO_ACCESS}
    else:
        described |= _method(control, values)
    if children:
        described["CONTENTS"] = {word: node(child, values) for word, child in children.items()}
    return described


def _method(control: Control, values: Values) -> dict[str, object]:
    arguments = control.arguments
    described: dict[str, object] = {
        "DESCRIPTION": control.doc,
        "TYPE": "".join(_TYPES.get(one.kind, "s") for one in arguments) or _TRIGGER,
        "ACCESS": READ_WRITE if control.setting else WRITE_ONLY,
        "ARGUMENTS": [one.name for one in arguments],
    }
    if control.setting:
        described["VALUE"] = list(values[control.address])
    if arguments:
        described |= {
            "RANGE": [_range(one) for one in arguments],
            "UNIT": [one.unit for one in arguments],
            "CURVE": [one.curve.value for one in arguments],
            "DEFAULT": [_plain(one, one.default) for one in arguments],
            "OPTIONAL": [one.optional for one in arguments],
            "OFF_AT_ZERO": [one.or_zero for one in arguments],
            "ALLOWED": [one.allowed for one in arguments],
        }
    return described


def _range(argument: Argument) -> dict[str, object]:
    if argument.kind is Kind.CHOICE:
        return {"VALS": list(argument.choices)}
    if argument.kind is Kind.FLOAT:
        return {"MIN": float(argument.low), "MAX": float(argument.high)}
    if argument.kind in (Kind.INT, Kind.SEED):
        return {"MIN": int(argument.low), "MAX": int(argument.high)}
    return {}


def _plain(argument: Argument, value: Value | None) -> Value | None:
    """Return a value in the type that the node has."""
    if value is None:
        return None
    kind = {Kind.STEPS: str, Kind.FLOAT: float}.get(argument.kind)
    return value if kind is None else kind(value)


def values_of(
    settings: Mapping[str, Sequence[Value]], model: Mapping[str, Value]
) -> dict[str, list[Value | None]]:
    """Return the value of every setting.

    Args:
        settings: what was set and still holds, by address.
        model: what the worker says of its model, with its own value of each ``param/NAME``.

    Returns:
        One value for each argument; None where only the model knows and has not said.
    """
    held = dict(settings)
    first = _SLOT_ADDRESSES[0]
    if PROMPT in held:  # it took the first slot, and slot 1 what it said
        held[first] = (*held[PROMPT], 1.0)
    elif first in held:
        held[PROMPT] = held[first][:1]
    held |= {slot + WEIGHT_SUFFIX: held[slot][1:] for slot in _SLOT_ADDRESSES if slot in held}
    found = {}
    for control in BY_ADDRESS.values():
        if control.setting:
            own = model.get(MODEL_PREFIX + control.address.removeprefix(PARAM_PREFIX))
            unset = [own if one.default is None else one.default for one in control.arguments]
            now = held.get(control.address, unset)
            found[control.address] = [
                _plain(argument, value)
                for argument, value in zip(control.arguments, now, strict=True)
            ]
    return found
