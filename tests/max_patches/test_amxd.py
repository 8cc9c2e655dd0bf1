"""The container of the device, read back by a parser that shares no code with its writer."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.patches.amxd import DeviceKind, pack, project, unpack
from daw_bridge.patches.device import device
from daw_bridge.patches.lint import lint_file
from daw_bridge.patches.patcher import PatchError

FILE = Path(__file__).parents[2] / "max_patches" / "magnet-live.amxd"


def read_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Read tag, length and payload until the end."""
    chunks = []
    while data:
        length = int.from_bytes(data[4:8], "little")
        assert len(data) >= 8 + length
        chunks.append((data[:4], data[8 : 8 + length]))
        data = data[8 + length :]
    return chunks


def test_the_file_is_an_audio_effect_with_the_patch_in_it() -> None:
    kind, meta, patch = read_chunks(FILE.read_bytes())
    assert kind == (b"ampf", b"aaaa")
    assert meta == (b"meta", b"\0\0\0\0")
    assert patch[0] == b"ptch"
    assert patch[1].endswith(b"}\n\0")
    patcher = json.loads(patch[1][:-1])["patcher"]
    assert patcher["project"]["amxdtype"] == 1633771873
    assert patcher["project"]["contents"] == {"patchers": {}}
    assert patcher["openinpresentation"] == 1
    assert isinstance(patcher["devicewidth"], float)


def test_what_comes_in_goes_out_with_the_music_added() -> None:
    """plugin~ and live.gain~ into +~ into plugout~, left to left and right to right."""
    patcher = device()["patcher"]
    boxes = {entry["box"]["id"]: entry["box"] for entry in patcher["boxes"]}
    cords = [line["patchline"] for line in patcher["lines"]]

    def into(box_id: str, inlet: int) -> set[tuple[str, int]]:
        found = [cord["source"] for cord in cords if cord["destination"] == [box_id, inlet]]
        return {(source, outlet) for source, outlet in found}

    (sink,) = (key for key, box in boxes.items() if box.get("text") == "plugout~")
    for channel in (0, 1):
        ((total, _),) = into(sink, channel)
        assert boxes[total]["text"] == "+~"
        ((source, outlet),) = into(total, 0)
        assert (boxes[source]["text"], outlet) == ("plugin~", channel)
        ((fader, outlet),) = into(total, 1)
        assert (boxes[fader]["maxclass"], outlet) == ("live.gain~", channel)


@pytest.mark.parametrize("kind", DeviceKind)
def test_every_kind_comes_back_as_it_was(kind: DeviceKind) -> None:
    patch = {"patcher": {"boxes": [], "lines": [], "project": project(kind)}}
    read = unpack(pack(patch, kind))
    assert (read.kind, json.loads(read.patch), read.frozen) == (kind, patch, False)


def test_a_patch_of_another_kind_is_refused() -> None:
    patch = {"patcher": {"project": project(DeviceKind.INSTRUMENT)}}
    with pytest.raises(PatchError, match="amxdtype"):
        pack(patch, DeviceKind.AUDIO_EFFECT)
    with pytest.raises(PatchError, match="amxdtype"):
        pack({"patcher": {}}, DeviceKind.AUDIO_EFFECT)


def frozen(patch: dict[str, object], script: bytes) -> bytes:
    """Return a device as Max freezes it: the patch, a script and a directory behind ``mx@c``."""
    payload = json.dumps(patch).encode() + script
    directory = b"dlst" + struct.pack(">I", 8)
    body = b"mx@c" + struct.pack(">III", 16, 0, 16 + len(payload)) + payload + directory
    chunks = ((b"ampf", b"aaaa"), (b"meta", struct.pack("<I", 7)), (b"ptch", body))
    return b"".join(tag + struct.pack("<I", len(part)) + part for tag, part in chunks)


def test_a_frozen_device_is_read_too() -> None:
    patch = {"patcher": {"boxes": [], "note": "größe"}}
    read = unpack(frozen(patch, b"post('hello')\n\xff\xfe"))
    assert (json.loads(read.patch), read.frozen) == (patch, True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-5], "says"),
        (lambda data: data[:10] + b"\xff\xff" + data[12:], "kind|says|cut"),
        (lambda data: data[12:], "ampf"),
        (lambda data: data[:24], "ptch"),
        (lambda data: data + b"abc", "cut off"),
        (lambda data: data + b"ciph" + struct.pack("<I", 0), "encrypted"),
        (lambda data: data.replace(b"magnet-live", b"magnet\xfflive", 1), "UTF-8"),
        (lambda data: b"", "ampf"),
    ],
)
def test_a_broken_container_is_named(change, reason: str, tmp_path: Path) -> None:
    data = change(FILE.read_bytes())
    with pytest.raises(PatchError, match=reason):
        unpack(data)
    file = tmp_path / "x.amxd"
    file.write_bytes(data)
    assert len(lint_file(file)) == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_device_or_an_error(data: bytes) -> None:
    for begin in (b"", b"ampf\4\0\0\0aaaaptch" + len(data).to_bytes(4, "little"), b"mx@c"):
        try:
            unpack(begin + data)
        except PatchError as error:
            assert str(error)
