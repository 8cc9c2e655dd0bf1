"""The folder of takes: whole or not there, whatever happens; and no name leads out of it."""

from __future__ import annotations

import json
import math
import os
import random
import re
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.errors import TakeError
from daw_bridge.session.takes import Take
from daw_bridge.takes.files import (
    KEPT_FREE_BYTES,
    LEFTOVER_S,
    MAX_TAKE_FILE_BYTES,
    TakeStore,
    checked_name,
    default_folder,
    file_stem,
)

RATE = 8000
SETTINGS = (
    ("/magnet/param/lead_ms", (250.0,)),
    ("/magnet/prompt", ("Bässe, 128 bpm",)),
    ("/magnet/param/steps", ("20,10,10,10",)),
)


def take(seed: int = 0, bars: int = 2, bpm: float = 120.0, **more: object) -> Take:
    random_ = np.random.default_rng(seed)
    frames = round(bars * 240 / bpm * RATE) if bars else 777
    values = {
        "sample_rate": RATE,
        "bars": bars,
        "bpm": bpm,
        "key": "Am",
        "settings": SETTINGS,
        "pcm": random_.normal(size=(1, frames)).astype(np.float32),
        "after": random_.normal(size=(1, 300)).astype(np.float32),
        "snapshot": random_.bytes(50),
        "snapshot_at": frames + 140,
        "gain_db": -1.25,
        "concealed_samples": 3,
    }
    return Take(**(values | more))  # type: ignore[arg-type]


def assert_same(one: Take, other: Take) -> None:
    for name in Take.__slots__:
        np.testing.assert_equal(getattr(one, name), getattr(other, name))


def saved(store: TakeStore, wanted: Take, name: str = "") -> str:
    info = store.save(store.reserve(name), wanted)
    store.note(info)
    store.release(name)
    return info.name


def opened(folder: Path, now: float = 1.7e9) -> TakeStore:
    store = TakeStore(folder, lambda: now)
    store.open()
    return store


def test_a_take_is_there_again_after_a_restart_to_the_bit(tmp_path) -> None:
    folder = tmp_path / "not there yet" / "takes"
    store = opened(folder)
    assert store.takes() == []
    wanted = [take(0), take(1, bars=0, bpm=0.0, key=""), take(2, snapshot=b"")]
    names = [saved(store, one) for one in wanted[:2]] + [saved(store, wanted[2], "Verse_2.b")]
    assert names == ["take-001", "take-002", "Verse_2.b"]
    assert sorted(os.listdir(folder)) == sorted(
        f"{stem}.{kind}"
        for stem in ("take-001_120bpm_2bars_Am", "take-002", "Verse_2.b_120bpm_2bars_Am")
        for kind in ("wav", "take")
    )
    for again in (store, opened(folder)):
        assert {info.name for info in again.takes()} == set(names)
        for name, one in zip(names, wanted, strict=True):
            assert_same(again.load(name), one)
            info = again.find(name)
            pcm, rate = soundfile.read(info.file, dtype="float32")
            np.testing.assert_array_equal(pcm, one.pcm[0])
            assert (info.samples, info.sample_rate, info.channels) == (len(pcm), rate, 1)
    assert saved(opened(folder), take(3)) == "take-003"


@pytest.mark.parametrize(
    "bars, bpm, key, stem",
    [
        (4, 128.0, "", "a_128bpm_4bars"),
        (1, 127.3, "F#m", "a_127.3bpm_1bar_F#m"),
        (3, 100 / 3, "C", "a_33.33bpm_3bars_C"),
        (0, 0.0, "", "a"),
    ],
)
def test_the_name_of_a_file_says_tempo_bars_and_key(bars, bpm, key, stem) -> None:
    assert file_stem("a", bars, bpm, key) == stem


@given(st.text(max_size=80) | st.from_regex(re.compile(r"[A-Za-z0-9._/\\:-]{0,70}")))
def test_a_name_from_the_network_stays_in_the_folder_or_is_refused(name) -> None:
    folder = Path("/takes")
    try:
        checked = checked_name(name)
    except TakeError:
        return
    assert checked == name and 1 <= len(name) <= 64 and name.isascii()
    path = folder / f"{file_stem(name, 4, 128.0, 'Am')}.wav"
    assert path.parent == folder and Path(os.path.normpath(path)) == path
    assert not path.name.startswith(".")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "-rf", "a\0", "ä", "x" * 65, "con"]
)
def test_such_names_are_refused_with_what_would_be_right(name) -> None:
    store = TakeStore(Path("nowhere"))
    with pytest.raises(TakeError, match="A-Z a-z 0-9"):
        store.find(name)
    if name:
        with pytest.raises(TakeError, match="A-Z a-z 0-9"):
            store.reserve(name)


def test_a_take_does_not_change_once_it_is_there_whatever_the_case_of_its_name(tmp_path) -> None:
    store = opened(tmp_path)
    saved(store, take(), "verse")
    waiting = store.reserve("chorus")
    for name in ("verse", "VERSE", "Chorus"):
        with pytest.raises(TakeError, match="already"):
            store.reserve(name)
    store.release(waiting)
    store.reserve("Chorus")
    (tmp_path / "bridge_90bpm.wav").write_bytes(b"the user's own")
    with pytest.raises(TakeError, match="already"):
        store.save(store.reserve("bridge"), take())


def test_numbers_go_on_behind_every_file_that_is_there(tmp_path) -> None:
    (tmp_path / "take-041_99bpm.wav").write_bytes(b"without its take")
    store = opened(tmp_path)
    assert saved(store, take()) == "take-042"
    store.reserve("take-050")  # of one who waits
    assert saved(store, take()) == "take-051"


def test_a_name_is_reserved_without_a_look_at_the_disk(tmp_path, monkeypatch) -> None:
    """The event loop does it."""
    store = opened(tmp_path)
    saved(store, take(), "verse")

    def looked(*args: object) -> list[str]:
        raise AssertionError("the disk was touched")

    for function in ("listdir", "scandir", "stat", "lstat"):
        monkeypatch.setattr(os, function, looked)
    assert store.reserve("chorus") == "chorus" and store.reserve("") == ""
    with pytest.raises(TakeError, match="already"):
        store.reserve("verse")


def test_takes_are_listed_as_they_were_saved_also_after_a_restart(tmp_path) -> None:
    """Also where a copy of the folder has lost the times of its files, and in an older file."""
    times = iter([3e9, 1e9 + 2, 1e9 + 1, 2e9])
    store = TakeStore(tmp_path, lambda: next(times))
    store.open()
    for number, name in enumerate(("d", "b", "a", "c")):
        os.utime(store.find(saved(store, take(number), name)).file.with_suffix(".take"), (7, 7))
    assert [info.name for info in store.takes()] == ["d", "b", "a", "c"]
    assert [info.name for info in opened(tmp_path).takes()] == ["a", "b", "c", "d"]
    older = store.find("b").file.with_suffix(".take")
    changed(older, without="saved_at")
    os.utime(older, (1e9, 1e9))
    assert [info.name for info in opened(tmp_path).takes()] == ["b", "a", "c", "d"]


@given(data=st.data())
def test_a_damaged_take_is_an_error_that_names_it_and_the_others_are_there(
    data, tmp_path_factory
) -> None:
    """Any byte of either file changed, or either cut off anywhere."""
    folder = tmp_path_factory.mktemp("takes")
    store = opened(folder)
    saved(store, take(1, bars=0), "good")
    info = store.find(saved(store, take(2, bars=0), "bad"))
    file = data.draw(st.sampled_from([info.file, info.file.with_suffix(".take")]))
    content = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[at] ^= data.draw(st.integers(1, 255))
        file.write_bytes(content)
    else:
        file.write_bytes(content[:at])
    again = opened(folder)
    assert_same(again.load("good"), take(1, bars=0))
    with pytest.raises(TakeError, match=r"'bad' is damaged: .+"):
        again.load("bad")
    if file.suffix == ".take":
        assert list(again.damaged) == [file.name]


def sealed(header: object, body: bytes = b"", version: int = 1) -> bytes:
    """Return a file whose checksum is right, whatever it says."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    content = text + body
    return struct.pack("<4sBII", b"MGTK", version, len(text), zlib.crc32(content)) + content


@pytest.mark.parametrize(
    "content, why",
    [
        (b"", "0 bytes only"),
        (b"RIFF" + bytes(40), "no take"),
        (sealed({}, version=2), "version 2; this program reads 1"),
        (sealed(b"{"), "not JSON"),
        (sealed([1]), "no JSON object"),
        (sealed(b"[" * 100_000), "not JSON"),
        (sealed({}), "header is wrong: 'wav'"),
        (sealed({"wav": "x_1.wav", "name": "../x"}), "no name for a take"),
        (sealed({"wav": "../x.wav", "name": "x"}), "header is wrong"),
    ],
)
def test_a_file_that_is_no_take_is_passed_over_with_the_reason(content, why, tmp_path) -> None:
    (tmp_path / "x_1.take").write_bytes(content)
    store = opened(tmp_path)
    assert store.takes() == [] and why in store.damaged["x_1.take"]
    with pytest.raises(TakeError, match="'x' is damaged"):
        store.find("x")


def changed(file: Path, without: str = "", **values: object) -> None:
    """Write other values into the header of a take, as whoever knows the format could."""
    content = file.read_bytes()
    size = struct.unpack_from("<4sBII", content)[2]
    header = json.loads(content[13 : 13 + size]) | values
    header.pop(without, None)
    file.write_bytes(sealed(header, content[13 + size :]))


@pytest.mark.parametrize(
    "values",
    [
        {"wav": "other_120bpm_2bars_Am.wav"},
        {"wav": "/etc/passwd"},
        {"wav": "../take-001_120bpm_2bars_Am.wav"},
        {"samples": 5},
        {"after": -1},
        {"after": 10**9},
        {"channels": 2},
        {"settings": 3},
        {"settings": [[1, 2, 3]]},
        {"snapshot_at": "soon"},
        {"gain_db": None},
        {"gain_db": math.nan},
        {"after": math.inf},
        {"after": 10**300},
        {"bars": -math.inf},
        {"samples": math.inf},
        {"sample_rate": 0},
        {"channels": 0},
        {"bpm": math.nan},
        {"saved_at": "yesterday"},
        {"saved_at": math.nan},
    ],
)
def test_a_take_that_was_written_by_hand_is_read_or_refused(values, tmp_path) -> None:
    """No path in it is followed out of the folder."""
    store = opened(tmp_path)
    file = store.find(saved(store, take())).file.with_suffix(".take")
    changed(file, **values)
    again = opened(tmp_path)
    with pytest.raises(TakeError):
        again.load("take-001")


def test_a_file_that_is_too_large_is_not_read(tmp_path) -> None:
    with (tmp_path / "x.take").open("wb") as file:
        file.truncate(MAX_TAKE_FILE_BYTES + 1)
    assert "too large" in opened(tmp_path).damaged["x.take"]


def test_no_file_is_written_over(tmp_path, monkeypatch) -> None:
    """Not where there is one of a take's name, nor where one comes while it is written."""
    store = opened(tmp_path)
    theirs = tmp_path / "take-001_120bpm_2bars_Am.wav"
    theirs.write_bytes(b"of another server, a moment ago")
    assert saved(store, take()) == "take-002"
    monkeypatch.setattr(os, "listdir", lambda folder: [])
    with pytest.raises(TakeError, match="is there already"):
        store.save("take-001", take())
    assert theirs.read_bytes() == b"of another server, a moment ago"
    assert not theirs.with_suffix(".take").exists()


def test_a_disk_that_is_nearly_full_is_not_filled(tmp_path) -> None:
    free = [KEPT_FREE_BYTES + 200_000]
    store = TakeStore(tmp_path / "takes", free_bytes=lambda folder: free[0])
    saved(store, take(), "small")
    free[0] = KEPT_FREE_BYTES + 10
    with pytest.raises(TakeError, match=r"200 MiB are free where .* stay free"):
        store.save("large", take())
    assert len(list(tmp_path.glob("takes/*"))) == 2


def test_a_take_without_its_wav_is_named_and_left_alone(tmp_path, caplog) -> None:
    store = opened(tmp_path)
    info = store.find(saved(store, take()))
    info.file.unlink()
    again = opened(tmp_path)
    assert again.takes() == [] and info.file.name in caplog.text
    with pytest.raises(TakeError, match="is not there"):
        again.load("take-001")
    assert info.file.with_suffix(".take").exists()


@pytest.mark.parametrize(
    "settings", [(("/magnet/param/temperature", (99.0,)),), (("/magnet/play", ()),), (("/x", ()),)]
)
def test_settings_that_the_table_does_not_allow_are_not_taken_from_a_file(
    settings, tmp_path
) -> None:
    store = opened(tmp_path)
    name = saved(store, take(settings=settings))
    with pytest.raises(TakeError, match="damaged: "):
        store.load(name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(data=st.data())
def test_whatever_a_header_says_a_take_is_read_or_refused(data, tmp_path_factory) -> None:
    """And can be listed: nothing else comes of it, at the start nor at a recall."""
    folder = tmp_path_factory.mktemp("takes")
    store = opened(folder)
    file = store.find(saved(store, take(bars=0))).file.with_suffix(".take")
    content = file.read_bytes()
    size = struct.unpack_from("<4sBII", content)[2]
    names = sorted(json.loads(content[13 : 13 + size]))
    changed(file, **{data.draw(st.sampled_from(names)): data.draw(JSON)})
    again = opened(folder)
    for info in again.takes():
        assert info.samples / info.sample_rate >= 0 and info.saved_at >= 0
        try:
            again.load(info.name)
        except TakeError as error:
            assert "is damaged: " in str(error)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    store = opened(tmp_path)
    name = store.reserve("")
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:  # the second file
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TakeError, match="No space left"):
        store.save(name, take())
    assert os.listdir(tmp_path) == []


def test_leftovers_are_removed_at_the_start_but_not_what_another_server_writes(tmp_path) -> None:
    for name in (".a.wav.1-1.tmp", "mine.tmp", ".mine"):
        (tmp_path / name).write_bytes(b"half")
    opened(tmp_path)
    assert len(os.listdir(tmp_path)) == 3
    opened(tmp_path, now=time.time() + LEFTOVER_S + 1)
    assert sorted(os.listdir(tmp_path)) == [".mine", "mine.tmp"]


def test_a_folder_that_cannot_be_read_is_said(tmp_path, caplog) -> None:
    (tmp_path / "file").write_text("no folder")
    assert opened(tmp_path / "file").takes() == []
    assert "cannot be read" in caplog.text


def test_takes_are_beside_the_users_music(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert default_folder() == tmp_path / "magnet-live takes"
    (tmp_path / "Music").mkdir()
    assert default_folder() == tmp_path / "Music" / "magnet-live takes"


_WRITER = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
import tests.daw_bridge.takes.test_files as t
store = t.opened(Path({folder!r}))
print("ready", flush=True)
while True:
    t.saved(store, t.take(3, bars=16, bpm=60.0))
"""


def test_a_killed_server_leaves_takes_that_are_whole(tmp_path) -> None:
    """Killed at random moments, ten times, in the same folder."""
    root = Path(__file__).parents[3]
    script = _WRITER.format(
        folder=str(tmp_path), paths=[str(root), str(root / "tests" / "daw_bridge")]
    )
    moments, wanted = random.Random(5), take(3, bars=16, bpm=60.0)
    cut_off = 0
    for _ in range(10):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert process.stdout is not None
        with process.stdout:
            assert process.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0.0, 0.12))
            process.send_signal(signal.SIGKILL)
            process.wait()
        cut_off += any(name.endswith(".tmp") for name in os.listdir(tmp_path))
        store = opened(tmp_path, now=time.time() + LEFTOVER_S + 1)
        assert not store.damaged
        for info in store.takes()[-3:]:
            assert_same(store.load(info.name), wanted)
        for file in os.listdir(tmp_path):
            assert re.fullmatch(r"take-\d{3}_60bpm_16bars_Am\.(wav|take)", file)
        wavs = list(tmp_path.glob("*.wav"))
        assert all(file.stat().st_size == wavs[0].stat().st_size for file in wavs)
        assert len(wavs) - len(store.takes()) <= 10
    assert cut_off, "no process was killed while it wrote: the test has shown nothing"
