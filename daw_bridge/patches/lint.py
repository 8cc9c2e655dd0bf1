"""What is wrong with a patch, and where: what Max would load without a word and not play.

Every rule holds for the patches that Max saves itself (none of 34,591 boxes broke one of the first
six), so it can be run on any ``.maxpat`` or ``.amxd``::

    magnet-live patches --lint FILE...

    file     strict JSON in UTF-8; of a device: the container, the project block, the kind
    patcher  its keys; boxes and lines are lists
    boxes    an id of its own; a known class, as object or as box, whichever Max has it as; inlets,
             outlets and their types as in the port table; known attributes
    cords    between boxes that are there, from and to ports that are there, once each
    names    a receive of the patch's own is sent to, and a buffer that is read is there
    presentation (lint_view)  complete, inside the device, nothing on top of another, no text cut
    parameters (lint_parameters)  named, unique, with a range and a start in it, and registered
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from daw_bridge.patches.amxd import DeviceKind, unpack
from daw_bridge.patches.lint_parameters import parameter_findings, registry_findings
from daw_bridge.patches.lint_view import view_findings
from daw_bridge.patches.patcher import PatchError
from daw_bridge.patches.ports import (
    ANY_BOX,
    NEWOBJ,
    PATCHER_KEYS,
    UI,
    ObjectClass,
    Ports,
    parse_text,
)
from daw_bridge.patches.reading import boxes_of

Object = Mapping[str, object]

_SUBPATCHERS = ("p", "patcher")
_ABSOLUTE = re.compile(
    r"(^|[\s\"'=])(/(Users|home|Volumes|tmp|private|opt|var|root|mnt)/|[A-Za-z]:[\\/])"
)
_READERS = ("groove~", "play~", "index~", "wave~", "info~", "record~")
_PRIVATE = ("---", "#0")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        where: the box or cord, with the subpatchers around it.
        what: what is wrong and what would be right.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def lint_file(path: Path) -> list[Finding]:
    """Return what is wrong with a file.

    Raises:
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    if path.suffix == ".amxd" or data.startswith(b"ampf"):
        try:
            device = unpack(data)
        except PatchError as error:
            return [Finding("file", str(error))]
        return lint_text(device.patch, device.kind)
    try:
        return lint_text(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return [Finding("file", f"not UTF-8: {error}")]


def lint_text(text: str, kind: DeviceKind | None = None) -> list[Finding]:
    """Return what is wrong with a patch's JSON; ``kind`` is that of the device around it."""
    if text.startswith("\ufeff"):
        return [Finding("file", "begins with a byte order mark")]
    try:
        patch = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        return [Finding("file", f"not strict JSON: {error}")]
    patcher = patch.get("patcher") if isinstance(patch, dict) else None
    if not isinstance(patcher, dict):
        return [Finding("file", "there is no patcher in it")]
    findings = list(_patcher(patcher, "", kind))
    findings += [Finding("file", f"an absolute path: {path!r}") for path in _paths(patcher)]
    if not findings:  # what follows reads what is above
        findings += [Finding(*found) for found in view_findings(patcher)]
        findings += [Finding(*found) for found in registry_findings(patcher, kind is not None)]
    return findings + list(_device(patcher, kind))


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError(f"a key twice in one object: {sorted(key for key, _ in pairs)}")
    return result


def _patcher(patcher: Object, around: str, kind: DeviceKind | None) -> Iterator[Finding]:
    where = around or "patcher"
    for key in sorted(set(patcher) - PATCHER_KEYS):
        yield Finding(where, f"no patcher has a key {key!r}; Max ignores it")
    if patcher.get("fileversion") != 1:
        yield Finding(where, f"fileversion is {patcher.get('fileversion')!r}; it must be 1")
    if not _is_rect(patcher.get("rect")):
        yield Finding(where, "rect must be four numbers")
    boxes, lines = patcher.get("boxes"), patcher.get("lines")
    if not isinstance(boxes, list) or not isinstance(lines, list):
        yield Finding(where, "boxes and lines must be lists")
        return
    known: dict[str, Object] = {}
    for number, entry in enumerate(boxes):
        box = entry.get("box") if isinstance(entry, dict) else None
        if not isinstance(box, dict):
            yield Finding(where, f"entry {number} of boxes has no box")
            continue
        name = _named(box, around)
        box_id = box.get("id")
        if not isinstance(box_id, str) or not box_id:
            yield Finding(name, "it has no id")
        elif box_id in known:
            yield Finding(name, f"the id {box_id!r} is used twice in this patcher")
        else:
            known[box_id] = box
        yield from _box(box, name, kind)
    yield from _cords(lines, known, where)
    if not around:
        yield from _names(boxes_of(patcher))


def _box(box: Object, name: str, kind: DeviceKind | None) -> Iterator[Finding]:
    maxclass = box.get("maxclass")
    if not _is_rect(box.get("patching_rect")):
        yield Finding(name, "patching_rect must be four numbers")
    if not isinstance(maxclass, str):
        yield Finding(name, "it has no maxclass")
    elif maxclass == "newobj":
        yield from _object(box, name, kind)
    elif maxclass in UI:
        yield from _ports(box, name, _ui_ports(box, UI[maxclass]))
        yield from _attributes(box, name, UI[maxclass])
        if maxclass in ("inlet", "outlet") and not isinstance(box.get("index"), int):
            yield Finding(name, "it has no index")
        yield from (Finding(name, what) for what in parameter_findings(box, UI[maxclass]))
    elif maxclass in NEWOBJ or maxclass in _SUBPATCHERS:
        yield Finding(
            name, f"{maxclass} is an object: maxclass must be newobj, and its name the text"
        )
    else:
        yield Finding(name, f"no class {maxclass!r} in the port table")


def _object(box: Object, name: str, kind: DeviceKind | None) -> Iterator[Finding]:
    text = box.get("text")
    if not isinstance(text, str) or not text.strip():
        yield Finding(name, "an object without text")
        return
    parsed = parse_text(text)
    if kind is not None and "#0" in text:
        yield Finding(name, "#0 does not expand in a device; --- does")
    if parsed.name in _SUBPATCHERS:
        yield from _subpatcher(box, name, kind)
        return
    known = NEWOBJ.get(parsed.name)
    if known is None and parsed.name in UI:
        yield Finding(name, f"{parsed.name} is a box of its own: maxclass must be {parsed.name!r}")
        return
    if known is None:
        yield Finding(name, f"no class {parsed.name!r} in the port table")
        return
    for attribute in parsed.attributes:
        if attribute not in known.at:
            yield Finding(name, f"{parsed.name} has no attribute @{attribute}; Max ignores it")
    yield from _ports(box, name, known.shape(parsed.args))
    yield from _attributes(box, name, known)


def _subpatcher(box: Object, name: str, kind: DeviceKind | None) -> Iterator[Finding]:
    inner = box.get("patcher")
    if not isinstance(inner, dict):
        yield Finding(name, "a subpatcher without a patcher")
        return
    yield from _patcher(inner, name, kind)
    for field, maxclass in (("numinlets", "inlet"), ("numoutlets", "outlet")):
        ends = [end for end in boxes_of(inner) if end.get("maxclass") == maxclass]
        if box.get(field) != len(ends):
            yield Finding(name, f"{field} is {box.get(field)}; it has {len(ends)} {maxclass} boxes")
        indices = sorted(str(end.get("index")) for end in ends)
        if len(set(indices)) != len(indices):
            yield Finding(name, f"two {maxclass} boxes have one index: {indices}")
    types = box.get("outlettype", [])
    if not isinstance(types, list) or len(types) != box.get("numoutlets"):
        yield Finding(name, "outlettype must have one entry for each outlet")
    for key in sorted(set(box) - ANY_BOX - {"text", "patcher", "saved_object_attributes"}):
        yield Finding(name, f"a subpatcher has no attribute {key!r}; Max ignores it")


def _ui_ports(box: Object, known: ObjectClass) -> Ports:
    """Return the ports of a box; of some they depend on an attribute."""
    if box.get("maxclass") == "live.gain~" and box.get("channels") == 1:
        return Ports(1, ("signal", "", "float", "list"))
    if box.get("maxclass") == "bpatcher":
        types = box.get("outlettype", [])
        inlets = box.get("numinlets")
        return Ports(
            inlets if isinstance(inlets, int) else 0,
            tuple(types) if isinstance(types, list) else (),
        )
    return known.shape(())


def _ports(box: Object, name: str, ports: Ports) -> Iterator[Finding]:
    if box.get("numinlets") != ports.inlets:
        yield Finding(name, f"numinlets is {box.get('numinlets')}; Max gives it {ports.inlets}")
    if box.get("numoutlets") != len(ports.outlets):
        count = len(ports.outlets)
        yield Finding(name, f"numoutlets is {box.get('numoutlets')}; Max gives it {count}")
    types = box.get("outlettype", [])
    if types != list(ports.outlets):
        yield Finding(name, f"outlettype is {types}; Max writes {list(ports.outlets)}")


def _attributes(box: Object, name: str, known: ObjectClass) -> Iterator[Finding]:
    for key in sorted(set(box) - ANY_BOX - known.attributes):
        yield Finding(name, f"{box['maxclass']} has no attribute {key!r}; Max ignores it")


def _cords(lines: list[object], boxes: Mapping[str, Object], where: str) -> Iterator[Finding]:
    seen = set()
    for number, line in enumerate(lines):
        cord = line.get("patchline") if isinstance(line, dict) else None
        name = f"{where}, cord {number}"
        if not isinstance(cord, dict) or not all(
            _is_end(cord.get(end)) for end in ("source", "destination")
        ):
            yield Finding(name, "it must have a source and a destination, each [id, port]")
            continue
        (source, outlet), (destination, inlet) = cord["source"], cord["destination"]
        for box_id in {source, destination} - set(boxes):
            yield Finding(name, f"there is no box {box_id!r}")
        for box_id, port, field in (
            (source, outlet, "numoutlets"),
            (destination, inlet, "numinlets"),
        ):
            count = boxes[box_id].get(field) if box_id in boxes else None
            if isinstance(count, int) and not 0 <= port < count:
                box_name = _named(boxes[box_id], "")
                yield Finding(name, f"port {port} of {box_name}, which has {field} {count}")
        if (source, outlet, destination, inlet) in seen:
            yield Finding(name, f"the same cord twice, from {source} to {destination}")
        seen.add((source, outlet, destination, inlet))


def _names(boxes: Sequence[Object]) -> Iterator[Finding]:
    """Check sends and buffers of the whole file."""
    texts = [parse_text(text) for text in _texts(boxes)]
    sent = {p.args[0] for p in texts if p.name in ("s", "send") and p.args}
    buffers = {p.args[0] for p in texts if p.name == "buffer~" and p.args}
    for parsed in texts:
        name = parsed.args[0] if parsed.args else ""
        if not name.startswith(_PRIVATE):
            continue
        if parsed.name in ("r", "receive") and name not in sent:
            yield Finding(f"[r {name}]", "nothing is sent to it")
        if parsed.name in _READERS and name not in buffers:
            yield Finding(f"[{parsed.name} {name}]", "there is no buffer of this name")


def _texts(boxes: Sequence[Object]) -> Iterator[str]:
    for box in boxes:
        if box.get("maxclass") == "newobj" and isinstance(box.get("text"), str):
            yield str(box["text"])
        inner = box.get("patcher")
        if isinstance(inner, dict):
            yield from _texts(boxes_of(inner))


def _device(patcher: Object, kind: DeviceKind | None) -> Iterator[Finding]:
    if kind is None:
        return
    project = patcher.get("project")
    wanted = int.from_bytes(kind.encode(), "big")
    if not isinstance(project, dict):
        yield Finding("patcher", "a device without a project block; Max refuses it")
    elif project.get("amxdtype") != wanted:
        yield Finding("project", f"amxdtype is {project.get('amxdtype')}; {kind} is {wanted}")
    elif not isinstance(project.get("contents"), dict):
        yield Finding("project", 'contents must be there, at least {"patchers": {}}')
    if patcher.get("openinpresentation") != 1:
        yield Finding("patcher", "openinpresentation must be 1: Live shows nothing else")
    if not isinstance(patcher.get("devicewidth"), float):
        yield Finding("patcher", "devicewidth must be a number with a point")
    if kind is DeviceKind.AUDIO_EFFECT:
        names = {parse_text(text).name for text in _texts(boxes_of(patcher))}
        for needed in sorted({"plugin~", "plugout~"} - names):
            yield Finding("patcher", f"an audio effect without {needed}: nothing passes through")


def _paths(value: object) -> Iterator[str]:
    if isinstance(value, str) and _ABSOLUTE.search(value):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _paths(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner)


def _named(box: Object, around: str) -> str:
    text = str(box.get("text") or box.get("varname") or box.get("maxclass"))
    shown = text if len(text) <= 40 else text[:37] + "..."
    return f"{around + ' / ' if around else ''}[{shown}] {box.get('id')}"


def _is_end(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and type(value[1]) is int
    )


def _is_rect(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 4
        and all(type(number) in (int, float) for number in value)
    )
