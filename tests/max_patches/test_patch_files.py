"""What lies in max_patches is what the generator writes, and nothing is wrong with it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from daw_bridge.arguments import Argument, Kind
from daw_bridge.cli import main
from daw_bridge.controls import BY_ADDRESS, CONTROLS, Control, Scope
from daw_bridge.patches.device import device
from daw_bridge.patches.files import FILES, write_files
from daw_bridge.patches.lint import lint_file, lint_text
from daw_bridge.patches.lint_view import crowded
from daw_bridge.patches.maxpat import maxpat
from daw_bridge.patches.names import exponent, names, number_parameter
from daw_bridge.patches.patcher import Patcher, PatchError, Rect, to_text
from daw_bridge.patches.picture import patching_picture, presentation_picture

FOLDER = Path(__file__).parents[2] / "max_patches"
PATCHES = {"maxpat": maxpat, "device": device}


@pytest.mark.parametrize("name", FILES)
def test_the_committed_file_is_the_generated_one(name: str) -> None:
    """Where this fails after a change of the table: magnet-live patches."""
    assert (FOLDER / name).read_bytes() == FILES[name]()


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(("maxpat", "amxd"))])
def test_nothing_is_wrong_with_the_patch(name: str) -> None:
    assert [str(finding) for finding in lint_file(FOLDER / name)] == []


@pytest.mark.parametrize("patch", PATCHES)
def test_no_box_lies_on_another_in_the_patching_view(patch: str) -> None:
    assert list(crowded(PATCHES[patch]()["patcher"])) == []


def test_everything_is_written_with_what_the_patches_need(tmp_path: Path) -> None:
    """Into any folder: the node script that a patch starts lies beside it."""
    assert main(["patches", "--out", str(tmp_path / "new")]) == 0
    for name in FILES:
        assert (tmp_path / "new" / name).read_bytes() == (FOLDER / name).read_bytes()
    scripts = re.findall(r"node\.script (\S+)", (tmp_path / "new/magnet-live.maxpat").read_text())
    assert scripts
    for script in scripts:
        assert (tmp_path / "new" / script).is_file()
    assert not list((tmp_path / "new").rglob("node_modules"))
    again = {path: path.stat().st_mtime_ns for path in write_files(tmp_path / "new")}
    assert {path: path.stat().st_mtime_ns for path in again} == again


def test_the_command_says_what_is_wrong_where(tmp_path: Path, capsys) -> None:
    patch = json.loads((FOLDER / "magnet-live.maxpat").read_text())
    patch["patcher"]["boxes"][0]["box"]["maxclass"] = "pannel"
    broken = tmp_path / "broken.maxpat"
    broken.write_text(json.dumps(patch))
    good = FOLDER / "magnet-live.amxd"
    assert main(["patches", "--lint", str(good)]) == 0
    assert "nothing wrong" in capsys.readouterr().out
    assert main(["patches", "--lint", str(good), str(broken)]) == 1
    printed = capsys.readouterr().out
    assert "obj-1" in printed
    assert "'pannel'" in printed


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys) -> None:
    assert main(["patches", "--lint", str(tmp_path / "no.maxpat")]) == 1
    assert "no.maxpat" in capsys.readouterr().err


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith(".svg") and "pd" not in n])
def test_a_picture_is_well_formed_and_shows_every_text(name: str) -> None:
    patch = PATCHES["device" if "device" in name else "maxpat"]()
    drawn = "".join(ElementTree.fromstring((FOLDER / name).read_text()).itertext())
    boxes = [entry["box"] for entry in patch["patcher"]["boxes"]]
    for box in boxes:
        if "patching" in name and box["maxclass"] in ("newobj", "message"):
            assert box["text"] in drawn
        elif "patching" not in name and box.get("presentation") and box["maxclass"] == "live.text":
            assert box["text"] in drawn or box["texton"] in drawn


def test_a_logarithmic_dial_has_its_geometric_mean_in_the_middle() -> None:
    argument = BY_ADDRESS["/magnet/param/lead_ms"].arguments[0]
    middle = argument.low + (argument.high - argument.low) * 0.5 ** exponent(argument)
    assert middle == pytest.approx((argument.low * argument.high) ** 0.5, rel=0.01)
    assert exponent(BY_ADDRESS["/magnet/param/temperature"].arguments[0]) == 1.0


def test_the_parameters_carry_range_unit_and_start_of_the_table() -> None:
    lead = number_parameter(BY_ADDRESS["/magnet/param/lead_ms"]).as_json()["valueof"]
    assert (lead["parameter_mmin"], lead["parameter_mmax"]) == (40.0, 2000.0)
    assert (lead["parameter_initial"], lead["parameter_unitstyle"]) == ([250.0], 2)
    assert "/magnet/param/lead_ms" in lead["parameter_info"]
    tempo = number_parameter(BY_ADDRESS["/magnet/tempo"]).as_json()["valueof"]
    assert (tempo["parameter_mmin"], tempo["parameter_units"]) == (0.0, "%.2f bpm")


def test_a_control_without_a_name_of_its_own_gets_one_from_its_address() -> None:
    control = Control(address="/magnet/param/new_thing_s", doc="New.", scope=Scope.WORKER)
    assert names(control) == ("New Thing S", "New Thing ")


def test_push_banks_hold_the_performers_first() -> None:
    banks = device()["patcher"]["parameters"]["parameterbanks"]
    assert [bank["name"] for bank in banks.values()] == ["Words", "Stream", "Sampling", "Prefix"]
    assert all(len(bank["parameters"]) == 8 for bank in banks.values())


def test_the_builder_refuses_what_max_would_swallow() -> None:
    patcher = Patcher(Rect(0, 0, 100, 100))
    with pytest.raises(PatchError, match="pcontroll"):
        patcher.text("pcontroll open", 0, 0)
    with pytest.raises(PatchError, match="sliderr"):
        patcher.ui("sliderr", Rect(0, 0, 10, 10))
    metro, prints = patcher.text("metro 100", 0, 0), patcher.text("print", 0, 50)
    with pytest.raises(PatchError, match="outlet 1"):
        patcher.cord(metro, 1, prints)
    with pytest.raises(PatchError, match="inlet 1"):
        patcher.cord(metro, 0, prints, 1)
    with pytest.raises(PatchError, match="Nothing"):
        patcher.ui("live.dial", Rect(0, 0, 1, 1), None, number_parameter(_tempo()))
        patcher.as_json([("Bank", ["Nothing"])])


def _tempo():
    return BY_ADDRESS["/magnet/tempo"]


_NEW = [
    Control(address="/magnet/spin", doc="Spin.", scope=Scope.WORKER),
    *(
        Control(
            address=f"/magnet/param/new_{kind.name.lower()}",
            doc="New.",
            scope=Scope.WORKER,
            arguments=(Argument(name="x", kind=kind, low=0, high=9, choices=("up", "down")),),
            setting=True,
        )
        for kind in (Kind.FLOAT, Kind.INT, Kind.TEXT, Kind.CHOICE)
    ),
]


@pytest.mark.parametrize("control", _NEW, ids=lambda control: control.address)
def test_a_control_that_is_new_in_the_table_is_in_both_patches(monkeypatch, control) -> None:
    """Without a change here: below all others in the patch, a parameter in the device."""
    for reader in ("spots", "displays"):
        monkeypatch.setattr(f"daw_bridge.patches.{reader}.CONTROLS", (*CONTROLS, control))
    for patch in (maxpat(), device()):
        text = to_text(patch)
        assert control.address in text
        assert lint_text(text) == []


def test_what_max_saves_is_not_complained_of() -> None:
    """Shapes that our own patches do not have: a mono fader, a bpatcher, a parameter in a box."""
    rect = {"patching_rect": [0.0, 0.0, 40.0, 22.0]}
    named = {"parameter_longname": "Level", "parameter_shortname": "Level", "parameter_type": 0}
    gain = {
        "maxclass": "live.gain~",
        "numinlets": 1,
        "numoutlets": 4,
        "outlettype": ["signal", "", "float", "list"],
        "channels": 1,
        "parameter_enable": 1,
        "varname": "level",
        "saved_attribute_attributes": {"valueof": named},
    }
    inside = {
        "maxclass": "bpatcher",
        "name": "voice.maxpat",
        "numinlets": 2,
        "numoutlets": 1,
        "outlettype": ["signal"],
    }
    toggle = {
        "maxclass": "toggle",
        "numinlets": 1,
        "numoutlets": 1,
        "outlettype": ["int"],
        "parameter_enable": 0,
    }
    boxes = [{"box": {"id": f"obj-{n}", **rect, **b}} for n, b in enumerate((gain, inside, toggle))]
    patcher = {"fileversion": 1, "rect": [0, 0, 9, 9], "boxes": boxes, "lines": []}
    assert lint_text(json.dumps({"patcher": patcher})) == []
    toggle["saved_attribute_attributes"] = {"valueof": named}
    boxes[2]["box"] |= toggle
    (finding,) = lint_text(json.dumps({"patcher": patcher}))
    assert "parameter_enable" in finding.what


def test_a_picture_of_a_patch_that_is_none_is_refused() -> None:
    rect = [0.0, 0.0, 24.0, 24.0]
    toggle = {"id": "obj-1", "maxclass": "toggle", "presentation": 1, "presentation_rect": rect}
    patcher = {"boxes": [{"box": toggle | {"patching_rect": rect}}], "lines": []}
    assert "toggle" in presentation_picture({"patcher": patcher})
    assert "</svg>" in presentation_picture({"patcher": {"boxes": [], "lines": []}})
    with pytest.raises(PatchError, match="no patcher"):
        presentation_picture({})
    with pytest.raises(PatchError, match="patching_rect"):
        patching_picture({"patcher": {"boxes": [{"box": toggle}], "lines": []}})
    cord = {"patchline": {"source": ["obj-1"], "destination": ["obj-1", 0]}}
    with pytest.raises(PatchError, match="end of a cord"):
        patching_picture({"patcher": patcher | {"lines": [cord]}})
