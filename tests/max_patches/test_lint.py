"""The linter notices: a good patch is broken in every way that Max would swallow."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.patches.amxd import DeviceKind
from daw_bridge.patches.device import device
from daw_bridge.patches.lint import lint_file, lint_text
from daw_bridge.patches.lint_view import crowded
from daw_bridge.patches.maxpat import maxpat

Json = dict[str, Any]
Draw = Callable[[list[Any]], Any]

GOOD: dict[str, tuple[str, DeviceKind | None]] = {
    "maxpat": (json.dumps(maxpat()), None),
    "device": (json.dumps(device()), DeviceKind.AUDIO_EFFECT),
}


def patchers(patcher: Json) -> Iterator[Json]:
    yield patcher
    for entry in patcher["boxes"]:
        if "patcher" in entry["box"]:
            yield from patchers(entry["box"]["patcher"])


def boxes(patch: Json, wanted: Callable[[Json], object] = lambda box: True) -> list[Json]:
    """Return the boxes of the patch and its subpatchers that are wanted."""
    found = [entry["box"] for p in patchers(patch["patcher"]) for entry in p["boxes"]]
    return [box for box in found if wanted(box)]


def objects(patch: Json) -> list[Json]:
    return boxes(patch, lambda box: box["maxclass"] == "newobj" and "patcher" not in box)


def parameters(patch: Json, *kinds: int) -> list[Json]:
    """Return the boxes with parameters, of some types."""
    return boxes(
        patch,
        lambda box: (
            box.get("parameter_enable") == 1
            and (not kinds or valueof(box)["parameter_type"] in kinds)
        ),
    )


def valueof(box: Json) -> Json:
    return box["saved_attribute_attributes"]["valueof"]


def corded(patch: Json, draw: Draw) -> tuple[Json, Json]:
    """Return a patcher with cords, and one of them."""
    patcher = draw([p for p in patchers(patch["patcher"]) if p["lines"]])
    return patcher, draw(patcher["lines"])["patchline"]


def drop_a_box(patch: Json, draw: Draw) -> None:
    patcher, cord = corded(patch, draw)
    gone = draw([cord["source"][0], cord["destination"][0]])
    patcher["boxes"] = [e for e in patcher["boxes"] if e["box"]["id"] != gone]


def use_an_id_twice(patch: Json, draw: Draw) -> None:
    patcher = draw(list(patchers(patch["patcher"])))
    one, other = draw(patcher["boxes"])["box"], draw(patcher["boxes"])["box"]
    if one is other:
        patcher["boxes"].append({"box": dict(one)})
    else:
        one["id"] = other["id"]


def lead_a_cord_to_no_port(patch: Json, draw: Draw) -> None:
    _, cord = corded(patch, draw)
    cord[draw(["source", "destination"])][1] = draw([-1, 77])


def lead_a_cord_nowhere(patch: Json, draw: Draw) -> None:
    _, cord = corded(patch, draw)
    cord[draw(["source", "destination"])][0] = "obj-none"


def make_a_cord_no_cord(patch: Json, draw: Draw) -> None:
    _, cord = corded(patch, draw)
    cord[draw(["source", "destination"])] = draw([[], ["obj-1"], ["obj-1", 0.5], "obj-1", None])


def draw_a_cord_twice(patch: Json, draw: Draw) -> None:
    patcher, cord = corded(patch, draw)
    patcher["lines"].append({"patchline": copy.deepcopy(cord)})


def misspell_a_class(patch: Json, draw: Draw) -> None:
    box = draw(boxes(patch, lambda box: "patcher" not in box))
    if box["maxclass"] == "newobj" and draw([True, False]):
        box["text"] = "x" + box["text"]
    else:
        box["maxclass"] += "x"


def make_a_box_an_object(patch: Json, draw: Draw) -> None:
    box = draw(boxes(patch, lambda box: box["maxclass"] != "newobj"))
    box["text"] = box["maxclass"]
    box["maxclass"] = "newobj"


def make_an_object_a_box(patch: Json, draw: Draw) -> None:
    box = draw(objects(patch))
    box["maxclass"] = box["text"].split()[0]


def miscount_ports(patch: Json, draw: Draw) -> None:
    box = draw(boxes(patch))
    box[draw(["numinlets", "numoutlets"])] += draw([1, -1])


def change_an_outlet_type(patch: Json, draw: Draw) -> None:
    types = draw(boxes(patch, lambda b: b.get("outlettype") and "patcher" not in b))["outlettype"]
    index = draw(list(range(len(types))))
    types[index] = draw([t for t in ("", "int", "signal", "float", "bang") if t != types[index]])


def forget_a_field(patch: Json, draw: Draw) -> None:
    box = draw(boxes(patch, lambda box: box["maxclass"] == "newobj"))
    del box[draw(["id", "maxclass", "text", "patching_rect", "numinlets"])]


def set_what_is_no_attribute(patch: Json, draw: Draw) -> None:
    draw(boxes(patch))[draw(["colour", "minimun", "presentation_rct", "varnam"])] = 1


def set_what_is_no_attribute_in_the_text(patch: Json, draw: Draw) -> None:
    draw(objects(patch))["text"] += " @tempoo 3"


def set_what_no_patcher_has(patch: Json, draw: Draw) -> None:
    draw(list(patchers(patch["patcher"])))["openinpresentaton"] = 1


def break_the_patcher(patch: Json, draw: Draw) -> None:
    patcher = draw(list(patchers(patch["patcher"])))
    key = draw(["fileversion", "rect", "boxes", "lines"])
    if draw([True, False]):
        del patcher[key]
    else:
        patcher[key] = draw([None, 7, {}])


def leave_the_presentation_open(patch: Json, draw: Draw) -> None:
    box = draw(boxes(patch, lambda box: box.get("presentation")))
    if draw([True, False]):
        del box["presentation_rect"]
    else:
        box["presentation_rect"] = draw([[0, 0, 0, 10], [1, 2, 3], "0 0 1 1", [0, 0, 10, -1]])


def put_one_on_another(patch: Json, draw: Draw) -> None:
    shown = boxes(patch, lambda box: box.get("presentation") and not box.get("background"))
    one = draw(shown)
    other = draw([box for box in shown if box is not one])
    one["presentation_rect"] = other["presentation_rect"]


def cut_a_text(patch: Json, draw: Draw) -> None:
    shown = boxes(patch, lambda box: box.get("presentation") and box.get("text"))
    box = draw([b for b in shown if b["maxclass"] in ("live.text", "comment")])
    box["text"] = "no room has so much space as these words take " * 8


def name_two_alike(patch: Json, draw: Draw) -> None:
    one = draw(parameters(patch))
    other = draw([box for box in parameters(patch) if box is not one])
    if draw([True, False]):
        one["varname"] = other["varname"]
    else:
        valueof(one)["parameter_longname"] = valueof(other)["parameter_longname"]


def forget_a_name(patch: Json, draw: Draw) -> None:
    box = draw(parameters(patch))
    key = draw(["varname", "parameter_longname", "parameter_shortname", "parameter_type"])
    del (box if key == "varname" else valueof(box))[key]


def forget_a_parameter(patch: Json, draw: Draw) -> None:
    live = [box for box in parameters(patch) if box["maxclass"].startswith("live.")]
    box = draw(live)
    del box[draw(["saved_attribute_attributes", "parameter_enable"])]


def misspell_a_parameter_key(patch: Json, draw: Draw) -> None:
    valueof(draw(parameters(patch)))["parameter_unistyle"] = 1


def break_a_range(patch: Json, draw: Draw) -> None:
    box = draw(parameters(patch, 0, 1))
    high = valueof(box)["parameter_mmax"]
    broken = {"parameter_mmin": high + 1, "parameter_initial": [high + 1], "parameter_type": 9}
    key = draw(list(broken))
    valueof(box)[key] = broken[key]


def give_an_int_too_much(patch: Json, draw: Draw) -> None:
    value = valueof(draw(parameters(patch, 0)))
    value |= {"parameter_type": 1, "parameter_mmax": 1000.0}


def break_an_enum(patch: Json, draw: Draw) -> None:
    value = valueof(draw(parameters(patch, 2)))
    words = value["parameter_enum"]
    value["parameter_enum"] = draw([[], words[:1] * len(words), [*words, "one more"]])


def break_the_registry(patch: Json, draw: Draw) -> None:
    registry = patch["patcher"]["parameters"]
    key = draw([key for key, entry in registry.items() if isinstance(entry, list)])
    if draw([True, False]):
        del registry[key]
    else:
        registry[key] = draw([["Nobody", "Nob", 0], []])


def send_to_nobody(patch: Json, draw: Draw) -> None:
    sends = [box["text"] for box in objects(patch) if box["text"].startswith("s ")]
    heard = {box["text"][2:] for box in objects(patch) if box["text"].startswith("r ")}
    lonely = [text for text in sends if sends.count(text) == 1 and text[2:] in heard]
    text = draw(lonely)
    next(box for box in objects(patch) if box["text"] == text)["text"] += "x"


def rename_a_buffer(patch: Json, draw: Draw) -> None:
    box = draw([box for box in objects(patch) if box["text"].startswith("buffer~ ")])
    box["text"] = box["text"].replace("take", "tale")


def lose_an_outlet(patch: Json, draw: Draw) -> None:
    inner = draw([p for p in patchers(patch["patcher"]) if _ends(p)])
    gone = draw(_ends(inner))
    inner["boxes"] = [entry for entry in inner["boxes"] if entry["box"] is not gone]
    inner["lines"] = [
        line for line in inner["lines"] if line["patchline"]["destination"][0] != gone["id"]
    ]


def _ends(patcher: Json) -> list[Json]:
    return [e["box"] for e in patcher["boxes"] if e["box"]["maxclass"] == "outlet"]


def point_to_one_machine(patch: Json, draw: Draw) -> None:
    box = draw(boxes(patch, lambda box: box["maxclass"] == "message"))
    box["text"] = draw(["read /Users/me/x.wav", r"read C:\loops\x.wav", "open /home/me/x.js"])


DAMAGE = [
    drop_a_box,
    use_an_id_twice,
    lead_a_cord_to_no_port,
    lead_a_cord_nowhere,
    make_a_cord_no_cord,
    draw_a_cord_twice,
    misspell_a_class,
    make_a_box_an_object,
    make_an_object_a_box,
    miscount_ports,
    change_an_outlet_type,
    forget_a_field,
    set_what_is_no_attribute,
    set_what_is_no_attribute_in_the_text,
    set_what_no_patcher_has,
    break_the_patcher,
    leave_the_presentation_open,
    put_one_on_another,
    cut_a_text,
    name_two_alike,
    forget_a_name,
    forget_a_parameter,
    misspell_a_parameter_key,
    break_a_range,
    give_an_int_too_much,
    break_an_enum,
    break_the_registry,
    send_to_nobody,
    rename_a_buffer,
    lose_an_outlet,
    point_to_one_machine,
]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
@settings(max_examples=max(1, settings.default.max_examples // 10))
@given(which=st.sampled_from(sorted(GOOD)), seed=st.randoms(use_true_random=False))
def test_damage_is_noticed(damage: Callable[[Json, Draw], None], which: str, seed: Any) -> None:
    patch, kind = GOOD[which]
    broken = json.loads(patch)
    damage(broken, seed.choice)
    findings = lint_text(json.dumps(broken), kind)
    assert findings
    assert all(finding.where and finding.what for finding in findings)


DEVICE_DAMAGE: dict[str, Callable[[Json], object]] = {
    "project": lambda p: p.pop("project"),
    "amxdtype": lambda p: p["project"].update(amxdtype=1768515945),
    "contents": lambda p: p["project"].pop("contents"),
    "openinpresentation": lambda p: p.pop("openinpresentation"),
    "devicewidth": lambda p: p.update(devicewidth=869),
    "registry": lambda p: p.pop("parameters"),
    "parameter 'Nobody'": lambda p: p["parameters"]["parameterbanks"]["0"]["parameters"].insert(
        0, p["parameters"]["parameterbanks"]["0"]["parameters"].pop() and "Nobody"
    ),
    "8 names": lambda p: p["parameters"]["parameterbanks"]["1"]["parameters"].pop(),
    "169": lambda p: p["boxes"][-1]["box"].update(
        presentation=1, presentation_rect=[900.0 - 40, 160.0, 5.0, 20.0]
    ),
    "not inside the device": lambda p: p.update(devicewidth=500.0),
    "#0": lambda p: p["boxes"].append(_object("s #0-osc")),
    "plugin~": lambda p: p.update(
        boxes=[entry for entry in p["boxes"] if entry["box"].get("text") != "plugin~"]
    ),
}


def _object(text: str) -> Json:
    rect = [0.0, 0.0, 80.0, 22.0]
    fields = {"id": "obj-new", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0}
    return {"box": fields | {"text": text, "patching_rect": rect}}


@pytest.mark.parametrize("word", DEVICE_DAMAGE)
def test_a_broken_device_is_noticed(word: str) -> None:
    patch = json.loads(GOOD["device"][0])
    DEVICE_DAMAGE[word](patch["patcher"])
    findings = lint_text(json.dumps(patch), DeviceKind.AUDIO_EFFECT)
    assert any(word in str(finding) for finding in findings), findings


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "JSON"),
        ("[1, 2]", "no patcher"),
        ("{}", "no patcher"),
        ('{"patcher": 3}', "no patcher"),
        ('{"patcher": {},}', "JSON"),
        ('{"patcher": {"rect": [NaN, 0, 1, 1]}}', "NaN"),
        ('{"patcher": {}} // Max', "JSON"),
        ('{"patcher": {}, "patcher": {}}', "twice"),
        ('\ufeff{"patcher": {}}', "byte order"),
        ('{"patcher": {"boxes": [3], "lines": []}}', "no box"),
        ('{"patcher": {"boxes": [{"box": {}}], "lines": [3]}}', "no maxclass"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_patch_is_said(text: str, reason: str) -> None:
    assert any(reason in str(finding) for finding in lint_text(text))


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["box", "patchline", "id", "maxclass", "text", "patcher", "boxes", "lines"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(patcher=st.dictionaries(st.sampled_from(["boxes", "lines", "rect", "project"]), _VALUES))
def test_any_json_is_checked_without_falling_over(patcher: Json) -> None:
    for kind in (None, DeviceKind.AUDIO_EFFECT):
        assert lint_text(json.dumps({"patcher": patcher}, allow_nan=False), kind)


def patch_of(*odd: Json, **keys: Any) -> str:
    """Return a patch with these boxes, whole but for what is odd in them."""
    rect = {"patching_rect": [0.0, 0.0, 40.0, 22.0]}
    made = [{"box": {"id": f"obj-{n}", **rect, **box}} for n, box in enumerate(odd)]
    patcher = {"fileversion": 1, "rect": [0, 0, 9, 9], "boxes": made, "lines": []}
    return json.dumps({"patcher": patcher | keys})


_PRINT = {"maxclass": "newobj", "text": "print", "numinlets": 1, "numoutlets": 0}
_IN = {"maxclass": "inlet", "numinlets": 0, "numoutlets": 1, "outlettype": [""], "index": 1}
_P = {"maxclass": "newobj", "text": "p sub", "numinlets": 2, "numoutlets": 0}
_TWO_IN = json.loads(patch_of(_IN, _IN))["patcher"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (patch_of(_PRINT | {"text": "  "}), "without text"),
        (patch_of(_PRINT | {"maxclass": "sliderr"}), "no class 'sliderr'"),
        (patch_of(_PRINT | {"maxclass": "p"}), "newobj"),
        (patch_of(_P), "without a patcher"),
        (patch_of(_P | {"patcher": _TWO_IN}), "one index"),
        (patch_of(_P | {"patcher": _TWO_IN, "outlettype": [""]}), "one entry for each outlet"),
        (patch_of(_P | {"patcher": _TWO_IN, "colour": 1}), "colour"),
        (patch_of(_IN | {"index": None}), "no index"),
        (patch_of(_PRINT, openinpresentation=1), "nothing is in it"),
        (patch_of(_PRINT, parameters={"obj-7": ["Level", "Level", 0]}), "no parameter"),
        (patch_of(_PRINT | {"text": "udpsend 127.0.0.1 9000 @ttl 3"}), "@ttl"),
    ],
)
def test_what_is_odd_is_named(text: str, reason: str) -> None:
    assert any(reason in str(finding) for finding in lint_text(text)), lint_text(text)


def test_a_patch_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "latin.maxpat"
    file.write_bytes(patch_of(_PRINT | {"hint": "gro"}).replace("gro", "größe").encode("latin-1"))
    (finding,) = lint_file(file)
    assert "UTF-8" in finding.what


def test_boxes_on_each_other_are_found_in_subpatchers_too() -> None:
    outer = json.loads(patch_of(_P | {"patcher": _TWO_IN}))["patcher"]
    ((where, what),) = crowded(outer)
    assert "p sub" in where
    assert "lies on" in what
