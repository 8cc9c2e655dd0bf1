"""Rules of the parameters that Live shows, stores and automates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from daw_bridge.patches.patcher import BLOB, ENUM, FLOAT, INT
from daw_bridge.patches.ports import PARAMETER_KEYS, UI, ObjectClass
from daw_bridge.patches.reading import value_of

Found = tuple[str, str]  # where, what

_MAX_INT = 255  # of a parameter of type int; more needs a float that is shown as an int
_BANK_SIZE = 8


def parameter_findings(box: Mapping[str, object], known: ObjectClass) -> Iterator[str]:
    """Yield what is wrong with the parameter of one box."""
    is_live = str(box.get("maxclass")).startswith("live.") and known.is_parameter
    if is_live and box.get("parameter_enable") != 1:
        yield "it is a parameter: parameter_enable must be 1"
    if box.get("parameter_enable") != 1:
        if "saved_attribute_attributes" in box and not is_live:
            yield "a parameter's settings, but parameter_enable is not 1"
        return
    if not isinstance(box.get("varname"), str):
        yield "a parameter needs a scripting name (varname)"
    value = value_of(box)
    if value is None:
        yield "a parameter without saved_attribute_attributes: {valueof: ...}"
        return
    for key in sorted(set(value) - PARAMETER_KEYS):
        yield f"no parameter has {key!r}; Max ignores it"
    for key in ("parameter_longname", "parameter_shortname"):
        if not isinstance(value.get(key), str) or not value[key]:
            yield f"it has no {key}"
    yield from _range(value)


def _range(value: Mapping[str, object]) -> Iterator[str]:
    kind = value.get("parameter_type")
    if kind not in (FLOAT, INT, ENUM, BLOB):
        yield f"parameter_type is {kind!r}; it must be 0 float, 1 int, 2 enum or 3 blob"
        return
    low, high = value.get("parameter_mmin", 0), value.get("parameter_mmax", 127)
    if kind == ENUM:
        words = value.get("parameter_enum")
        if not isinstance(words, list) or not words or len(set(map(str, words))) != len(words):
            yield "an enum needs parameter_enum, words that differ"
            return
        low, high = 0, len(words) - 1
        if value.get("parameter_mmax", high) != high:
            yield f"parameter_mmax is {value.get('parameter_mmax')}; the last word is {high}"
    if kind == BLOB:
        return
    if not _is_number(low) or not _is_number(high) or not float(str(low)) < float(str(high)):
        yield f"its range is {low} to {high}"
        return
    if kind == INT and (float(str(low)) < -_MAX_INT or float(str(high)) > _MAX_INT):
        yield f"an int parameter ends at {_MAX_INT}; {low} to {high} is a float, shown as int"
    initial = value.get("parameter_initial")
    if initial is None:
        return
    if not isinstance(initial, list) or len(initial) != 1 or not _is_number(initial[0]):
        yield "parameter_initial must be a list with one number"
    elif not float(str(low)) <= initial[0] <= float(str(high)):
        yield f"it starts at {initial[0]}, outside its range {low} to {high}"


def registry_findings(patcher: Mapping[str, object], is_device: bool) -> Iterator[Found]:
    """Yield names that are not unique, and a registry or bank that does not match the boxes."""
    found = list(_parameters(patcher, ""))
    for attribute in (1, 3):
        seen: dict[str, str] = {}
        for entry in found:
            name = entry[attribute]
            if name in seen:
                yield entry[0], f"the name {name!r} is also that of {seen[name]}"
            seen[name] = entry[0]
    registry = patcher.get("parameters")
    if not isinstance(registry, dict):
        if is_device and found:
            yield "patcher", "a device without the registry of its parameters"
        return
    boxes = {box_id: (long, short) for box_id, long, short, _ in found}
    listed = {key: entry for key, entry in registry.items() if isinstance(entry, list)}
    for box_id in sorted(set(boxes) - set(listed)):
        yield "parameters", f"{boxes[box_id][0]!r} ({box_id}) is not registered"
    for box_id, said in listed.items():
        if box_id not in boxes:
            yield "parameters", f"{box_id} is registered and no parameter"
        elif tuple(said[:2]) != boxes[box_id]:
            yield "parameters", f"{box_id} is registered as {said[:2]}; it is {boxes[box_id]}"
    yield from _banks(registry.get("parameterbanks"), {long for long, _ in boxes.values()})


def _banks(banks: object, names: set[str]) -> Iterator[Found]:
    for key, bank in (banks if isinstance(banks, dict) else {}).items():
        parameters = bank.get("parameters") if isinstance(bank, dict) else None
        if not isinstance(parameters, list) or len(parameters) != _BANK_SIZE:
            yield f"bank {key}", f"a bank has {_BANK_SIZE} names"
            continue
        for name in parameters:
            if name != "-" and name not in names:
                yield f"bank {key}", f"there is no parameter {name!r}"


def _parameters(patcher: Mapping[str, object], path: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield id, long name, short name and scripting name of each parameter, in subpatchers too."""
    boxes = patcher.get("boxes")
    for entry in boxes if isinstance(boxes, list) else []:
        box = entry["box"]
        box_id = f"{path}{box.get('id')}"
        if isinstance(box.get("patcher"), dict):
            yield from _parameters(box["patcher"], f"{box_id}::")
        known = UI.get(str(box.get("maxclass")))
        value = value_of(box)
        if known is not None and box.get("parameter_enable") == 1 and value is not None:
            long = str(value.get("parameter_longname"))
            yield box_id, long, str(value.get("parameter_shortname")), str(box.get("varname"))


def _is_number(value: object) -> bool:
    return type(value) in (int, float)
