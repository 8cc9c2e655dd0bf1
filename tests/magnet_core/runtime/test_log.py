"""The log of a session: what is written can be read, whatever happens to the file in between."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from magnet_core.config import DecodingParams
from magnet_core.errors import LogError
from magnet_core.model.harmony import Chord, Harmony, Key
from magnet_core.model.metre import Metre
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.events import Applied, Late, PlanDone, Planned
from magnet_core.runtime.joints import (
    Cut,
    Joint,
    LoopClosed,
    LoopLeft,
    LoopOpened,
    LoopResumed,
    Resumed,
)
from magnet_core.runtime.log import LogFolder, SessionLog, fingerprint
from magnet_core.runtime.log_reader import read_log
from magnet_core.runtime.loop import Exit, Loop
from magnet_core.runtime.planner import Plan
from tests.magnet_core.runtime.driving import HOP
from tests.magnet_core.runtime.tiny import tiny_model

MODEL = tiny_model()


def _folder(folder: Path) -> LogFolder:
    return LogFolder(folder, MODEL, source="tiny", now=lambda: datetime(2026, 11, 22, 21, 5, 7))


def _decision(
    first_frame: int = 0, frames: int = 99, context_frames: int = 0, **changes: Any
) -> Decision:
    plan = Plan(
        plan_id=1,
        first_frame=first_frame,
        context_frames=context_frames,
        prefix_frames=20,
        frames=frames,
        steps=(3, 2, 2, 2),
        reduced=False,
    )
    values: dict[str, Any] = {
        "prompts": (("techno", 1.0),),
        "metre": Metre(tempo_bpm=128.0, start_beat=0.1),
        "harmony": Harmony.in_key(9, True, (0, 5, 2, 6)),
        "params": MODEL.params,
        "seed": 7,
    }
    return Decision(plan=plan, **(values | changes))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _planned(*args: Any, **kwargs: Any) -> Planned:
    return Planned(_decision(*args, **kwargs), 0, 128.0, 0)


_LOOP = Loop(bars=2, begin_frame=20, length_samples=30 * HOP - 7, hop_length=HOP, frame_rate=50)
_OUT = Exit(bar=1, loop_sample=15 * HOP, loop_frame=15, sample=90000)
_CODES = tuple((k, 2, 31) for k in range(4))


# -- what is written -------------------------------------------------------------------------------


def test_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    """What decides the music, and what people want to know."""
    log = _folder(tmp_path).open("main", 5)
    first = _decision()
    second = _decision(60, context_frames=40, harmony=None, metre=None)
    log.note(0, Planned(first, 0, 128.0, 0))
    log.remark("control", 640, {"address": "/magnet/prompt", "args": ["dub"], "sample": 1280})
    log.note(1280, Planned(second, 38400, 0.0, 0))
    log.note(1280, Applied(("ticket",), 1280))
    log.note(1400, PlanDone(dataclasses.replace(second.plan, steps=(2, 1, 1, 1)), 38400, 0.1, 9))
    log.note(1500, Late(1500, 2))
    log.close(76800)
    record = read_log(log.path)
    decoded = dataclasses.replace(second.plan, steps=(2, 1, 1, 1))
    assert record.entries == (first, dataclasses.replace(second, plan=decoded))
    assert (record.heard, record.end, record.warnings) == (76800, 76800, ())
    kinds = [kind for kind, _ in record.remarks]
    assert kinds == ["plan", "control", "plan", "plan_done", "late", "end"]
    assert record.remarks[1][1]["args"] == ["dub"]
    header = record.header
    assert (header.session, header.seed, header.model) == ("main", 5, "tiny")
    assert header.fingerprint == fingerprint(MODEL)
    assert (header.torch, header.threads) == (torch.__version__, torch.get_num_threads())


def test_joints_are_read_as_they_were_written(tmp_path: Path) -> None:
    log = _folder(tmp_path).open("main", 5)
    plan = _decision()
    joints: list[Joint] = [
        LoopClosed(frame=24, loop=_LOOP),
        LoopOpened(frame=24),
        LoopClosed(frame=24, loop=_LOOP),
        LoopLeft(frame=50, in_rounds=True, way_out=_OUT, frames=40),
        Cut(frame=90, position=5, final=7, begin=70000, in_rounds=True),
        Cut(frame=90, position=5, final=7, begin=70000, lost=True),
        Resumed(frame=90, codes=_CODES),
        LoopResumed(
            frame=93,
            loop=Loop(bars=1, begin_frame=90, length_samples=1900, hop_length=HOP, frame_rate=50),
            next_sample=1899,
        ),
    ]
    log.note(0, Planned(plan, 0, 128.0, 0))
    for joint in joints:
        log.note(0, joint)
    log.close(80000)
    assert read_log(log.path).entries == (plan, *joints)


_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_DECISIONS = st.builds(
    _decision,
    prompts=st.lists(st.tuples(st.text(max_size=20), _FLOATS.map(abs)), min_size=1, max_size=6).map(
        tuple
    ),
    metre=st.none() | st.builds(Metre, tempo_bpm=st.floats(20.0, 999.0), start_beat=_FLOATS),
    harmony=st.none()
    | st.builds(
        Harmony,
        st.builds(Key, st.none() | st.integers(0, 11), st.none() | st.booleans()),
        st.lists(st.builds(Chord, st.integers(0, 11), st.integers(0, 2)), max_size=5).map(tuple),
    ),
    params=st.builds(
        DecodingParams,
        temperature=st.floats(0.0, 100.0) | st.integers(0, 100),
        guidance=st.tuples(st.floats(0.0, 100.0), st.floats(0.0, 100.0)),
        sample=st.booleans(),
    ),
    seed=st.integers(0, 2**63 - 1),
)


@given(decision=_DECISIONS)
def test_decision_survives_to_the_last_bit(
    decision: Decision, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any text, and every float exactly: the replay computes with the same numbers."""
    log = _folder(tmp_path_factory.mktemp("log")).open("main", 0)
    log.note(0, Planned(decision, 0, 0.0, 0))
    log.close(0)
    assert read_log(log.path).entries == (decision,)


def test_sessions_have_files_of_their_own(tmp_path: Path) -> None:
    """Named after the session and the time, whatever its name; made with their folder."""
    folder = _folder(tmp_path / "a" / "b")
    logs = [folder.open(name, 0) for name in ("main", "main", "main", "../my set")]
    for log in logs:
        log.close(0)
    names = [log.path.name for log in logs]
    stamp = "2026-11-22T210507"
    assert names == [
        f"main-{stamp}.jsonl", f"main-{stamp}-2.jsonl", f"main-{stamp}-3.jsonl",
        f".._my_set-{stamp}.jsonl",
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == sorted(names)


def test_every_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    """A program that is killed has lost nothing that it noted."""
    log = _folder(tmp_path).open("main", 0)
    for count in range(1, 5):
        log.note(0, _planned())
        assert len(_lines(log.path)) == 1 + count
    log.close(0)


def test_fingerprint_is_that_of_the_weights() -> None:
    """The same weights have the same; one bit of any part is enough for another."""
    assert fingerprint(tiny_model()) == fingerprint(MODEL)
    for name in ("lm", "codec", "text_encoder"):
        model = tiny_model()
        part = getattr(model, name)
        with torch.no_grad():
            next(part.parameters()).view(-1)[0] += 1e-3
        assert fingerprint(model) != fingerprint(MODEL)
    other = tiny_model()
    other.name, other.params = "another", DecodingParams()
    assert fingerprint(other) == fingerprint(MODEL)


# -- what goes wrong while it is written -----------------------------------------------------------


def test_folder_that_cannot_be_made_stops_the_log_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    log = _folder(tmp_path / "file").open("main", 0)
    log.note(0, _planned())
    log.close(0)
    assert "the music goes on" in caplog.text
    assert log.stopped


def test_file_that_vanishes_stops_the_log_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is written to a file without a name would be lost without a word."""
    log = _folder(tmp_path).open("main", 0)
    log.path.unlink()
    for _ in range(3):
        log.note(0, _planned())
    log.close(0)
    assert "gone" in log.stopped
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1


@contextlib.contextmanager
def _files_no_longer_than(size: int) -> Iterator[None]:
    """As if the disk were full: the system refuses what goes beyond, in the middle of a line."""
    resource = pytest.importorskip("resource")  # not on Windows
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_stops_the_log_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What was written before can be read; nothing follows the line that did not fit."""
    log = _folder(tmp_path).open("main", 0)
    log.note(0, _planned())
    with _files_no_longer_than(log.path.stat().st_size + 100):
        log.note(0, _planned(50))
    log.note(0, _planned(60))
    log.close(0)
    assert log.stopped
    assert "the music goes on" in caplog.text
    record = read_log(log.path)
    assert record.entries == (_decision(),)
    assert "is not whole" in record.warnings[0]


def test_existing_file_is_never_written_over(tmp_path: Path) -> None:
    log = _folder(tmp_path).open("main", 0)
    log.close(0)
    before = log.path.read_bytes()
    again = SessionLog(log.path, read_log(log.path).header)
    again.close(5)
    assert "exists" in again.stopped
    assert log.path.read_bytes() == before


# -- damaged files ---------------------------------------------------------------------------------


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A log of a header, two plans, a cut, a plan and an end."""
    log = _folder(tmp_path).open("main", 0)
    log.note(0, _planned())
    log.note(10, _planned(50, context_frames=50))
    log.note(38400, Cut(frame=60, position=38400, final=38400, begin=38400))
    log.note(38400, _planned(60))
    log.close(64000)
    return log.path


def _write(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_torn_last_line_is_left_out_and_said_so(whole: Path) -> None:
    """Wherever a killed program or a full disk tore it, and where a power cut left zeros."""
    data = whole.read_bytes()
    lines = data.splitlines(keepends=True)
    before, last = b"".join(lines[:-2]), lines[-2]
    for torn in (last[:1], last[: len(last) // 2], last[:-2], b"\0" * 500, b"\xff\xfe\n"):
        whole.write_bytes(before + torn)
        record = read_log(whole)
        assert record.end is None
        assert [type(entry) for entry in record.entries] == [Decision, Decision, Cut]
        assert len(record.warnings) == 2
        assert "line, 5, is not whole" in record.warnings[0]


def test_log_without_an_end_is_read_and_said_so(whole: Path) -> None:
    _write(whole, _lines(whole)[:-1])
    record = read_log(whole)
    assert record.end is None
    assert "no end" in record.warnings[0]


def test_last_line_that_lacks_only_its_newline_counts(whole: Path) -> None:
    whole.write_bytes(whole.read_bytes().rstrip(b"\n"))
    assert read_log(whole).end == 64000


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"\n", "does not begin with JSON"),
        (b"RIFF\x00\xffWAVE", "does not begin with JSON"),
        (b"[1]\n", "no object with a kind"),
        (b'{"kind": 3}\n', "no object with a kind"),
        (b'{"kind": "plan"}\n', "no session log"),
        (b'{"kind": "header", "format": "other", "version": 1}\n', "no session log"),
        (b"[" * 100_000, "does not begin with JSON"),
    ],
)
def test_file_that_is_no_log_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(LogError, match=what):
        read_log(path)


@pytest.mark.parametrize("name", ["missing", "."])
def test_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(LogError, match="cannot be read"):
        read_log(tmp_path / name)


def _changed(number: int, **values: object) -> Callable[[list[dict[str, Any]]], None]:
    def change(lines: list[dict[str, Any]]) -> None:
        lines[number - 1] |= values

    return change


def _without(number: int, name: str) -> Callable[[list[dict[str, Any]]], None]:
    def change(lines: list[dict[str, Any]]) -> None:
        del lines[number - 1][name]

    return change


_PARAMS = MODEL.params.to_json()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (_changed(1, version=2), "line 1.*version 2.*reads version 1"),
        (_changed(1, version="1"), "line 1.*version"),
        (_without(1, "fingerprint"), "line 1.*fingerprint is missing"),
        (_changed(1, model=7), "line 1.*model is 7"),
        (_changed(1, threads="many"), "line 1.*threads"),
        (_changed(1, hop_length=0), "line 1.*hop_length"),
        (_changed(1, text_encoder=1), "line 1.*text_encoder"),
        (_without(2, "seed"), "line 2.*seed is missing"),
        (_changed(2, seed=-1), "line 2.*seed is -1"),
        (_changed(2, seed=1 << 63), "line 2.*seed"),
        (_changed(2, frames=0), "line 2.*frames is 0"),
        (_changed(2, frames=1e3), "line 2.*frames is 1000.0"),
        (_changed(2, frames=True), "line 2.*frames is True"),
        (_changed(2, frames=1 << 40), "line 2.*frames"),
        (_changed(2, first_frame=1), "line 2.*first_frame is 1.*0 to 0"),
        (_changed(2, context_frames=1), "line 2.*context_frames is 1.*0 to 0"),
        (_changed(3, future_frames=20, future_first=31), "line 3.*future_first is 31.*0 to 30"),
        (_changed(2, steps=[3, 2]), "line 2.*steps"),
        (_changed(2, steps=[3, 2, 2, 0]), "line 2.*steps"),
        (_changed(2, steps=3), "line 2.*steps is 3: it must be a list"),
        (_changed(2, reduced=0), "line 2.*reduced is 0"),
        (_changed(2, prompts="techno"), "line 2.*prompts.*list"),
        (_changed(2, prompts=[["techno"]]), "line 2.*prompts"),
        (_changed(2, prompts=[[1, 1.0]]), "line 2.*prompts.*no text"),
        (_changed(2, prompts=[["a", -1.0]]), "line 2.*prompts.*0 or more"),
        (_changed(2, prompts=[["a", float("nan")]]), "line 2.*prompts.*no number"),
        (_changed(2, metre=[128.0]), "line 2.*metre"),
        (_changed(2, metre=[5.0, 0.0]), "line 2.*tempo_bpm"),
        (_changed(2, harmony=[]), "line 2.*harmony"),
        (_changed(2, harmony={"key": [1, True]}), "line 2.*harmony.*chords"),
        (_changed(2, harmony={"key": [12, True], "chords": []}), "line 2.*tonic"),
        (_changed(2, harmony={"key": [1, 1], "chords": []}), "line 2.*harmony"),
        (_changed(2, harmony={"key": [1, True], "chords": [[0]]}), "line 2.*harmony"),
        (_changed(2, params=[]), "line 2.*params.*object"),
        (_changed(2, params={"colour": 1}), "line 2.*colour"),
        (_changed(2, params=_PARAMS | {"top_p": 3.0}), "line 2.*top_p"),
        (_changed(2, params=_PARAMS | {"sample": "no"}), "line 2.*sample"),
        (_changed(3, first_frame=100), "line 3.*first_frame is 100.*0 to 99"),
        (_changed(4, frame=200), "line 4.*frame is 200.*0 to 149"),
        (_changed(4, begin=38399), "line 4.*begin is 38399.*38400 to"),
        (_changed(4, lost=None), "line 4.*lost is None"),
        (_changed(5, first_frame=59), "line 5.*first_frame is 59.*60 to 60"),
        (_changed(6, position=-1), "line 6.*position"),
        (_changed(6, position=38000), "line 6.*position is 38000"),
        (lambda lines: lines.append({"kind": "late"}), "line 7.*after its end"),
        (lambda lines: lines.append({"no": "kind"}), "line 7.*no object with a kind"),
        (lambda lines: lines.pop(2), "line 3.*"),
    ],
)
def test_damaged_line_is_named(
    whole: Path, change: Callable[[list[dict[str, Any]]], None], what: str
) -> None:
    """What is wrong, and in which line."""
    lines = _lines(whole)
    change(lines)
    if what == "line 3.*":  # a missing line shows where the next does not join on
        lines[2]["frame"] = 120
    _write(whole, lines)
    with pytest.raises(LogError, match=what):
        read_log(whole)


_DONE = {"kind": "plan_done", "plan": 1, "steps": [1, 1, 1, 1]}
_RESUMED = {"kind": "resumed", "frame": 60, "codes": _CODES}
_CLOSED = {"kind": "loop_closed", "frame": 60, "loop": dataclasses.asdict(_LOOP.at_frame(55))}
_LEFT = {
    "kind": "loop_left",
    "position": 0,
    "frame": 85,
    "in_rounds": True,
    "way_out": dataclasses.asdict(_OUT),
    "frames": 40,
}
_GOES_ON = {
    "kind": "loop_resumed",
    "frame": 63,
    "loop": dataclasses.asdict(_LOOP.at_frame(60)) | {"length_samples": 3 * HOP},
    "next_sample": 5,
}


def _inner(line: dict[str, Any], name: str, **values: object) -> dict[str, Any]:
    return line | {name: line[name] | values}


@pytest.mark.parametrize(
    ("before", "wrong", "what"),
    [
        ([], _DONE | {"plan": 9}, "plan is 9; no line before begins it"),
        ([], _DONE | {"steps": [1]}, "steps is \\(1,\\); it must be 4 numbers"),
        ([], _DONE | {"steps": [1, 1, 1, 0]}, "steps"),
        ([], _RESUMED | {"codes": [[1]]}, "codes must be 4 lists"),
        ([], _RESUMED | {"codes": [[1], [1], [1], [1, 2]]}, "codes must be 4 lists of equal"),
        ([], _RESUMED | {"codes": [[1], [1], [1], [32]]}, "numbers below 32"),
        ([], _RESUMED | {"codes": [[1], [1], [1], [True]]}, "codes.*no whole number"),
        ([], _RESUMED | {"codes": 7}, "codes is 7: it must be a list"),
        ([_RESUMED], _RESUMED | {"frame": 63}, "right after a cut"),
        ([_RESUMED], _GOES_ON | {"next_sample": 3 * HOP}, "next_sample is 1920.*0 to 1919"),
        ([_RESUMED], _GOES_ON | {"frame": 62}, "frame is 62"),
        ([_RESUMED], _inner(_GOES_ON, "loop", length_samples=3 * HOP + 1), "length_samples"),
        ([_RESUMED], _inner(_GOES_ON, "loop", length_samples=2 * HOP), "frame is 63"),
        ([], _CLOSED, "frame is 60.*begin_frame|loop: begin_frame is 55"),
        ([], _CLOSED | {"loop": []}, "loop is .*type dict"),
        ([_RESUMED], _inner(_CLOSED | {"frame": 63}, "loop", begin_frame=60), "length_samples"),
        ([_RESUMED], _inner(_GOES_ON, "loop", hop_length=320), "loop: hop_length is 320"),
        ([_RESUMED], _inner(_GOES_ON, "loop", bars=17), "loop: bars is 17"),
        ([_RESUMED], {"kind": "loop_opened", "frame": 63}, "no loop to end"),
        ([_RESUMED, _GOES_ON], _LEFT, "frame is 85.*63 to 63"),
        (
            [_RESUMED, _GOES_ON],
            _inner(_LEFT | {"frame": 63}, "way_out", loop_sample=5, loop_frame=4),
            "way_out: loop_frame is 4",
        ),
        ([_RESUMED, _GOES_ON], _inner(_LEFT | {"frame": 63}, "way_out", bar=3), "way_out: bar"),
    ],
)
def test_damaged_joint_is_named(
    whole: Path, before: list[dict[str, Any]], wrong: dict[str, Any], what: str
) -> None:
    """Right after the cut, which is line 4."""
    lines = _lines(whole)[:4] + before + [wrong, {"kind": "late"}]
    _write(whole, lines)
    with pytest.raises(LogError, match=f"line {5 + len(before)}.*({what})"):
        read_log(whole)


def test_line_in_the_middle_that_is_no_json_is_named(whole: Path) -> None:
    lines = whole.read_bytes().splitlines(keepends=True)
    for number in range(2, len(lines)):
        torn = [*lines[: number - 1], lines[number - 1][:20] + b"\n", *lines[number:]]
        whole.write_bytes(b"".join(torn))
        with pytest.raises(LogError, match=f"line {number}: this is not JSON"):
            read_log(whole)


def test_lines_of_other_kinds_are_for_people(whole: Path) -> None:
    """A later program may note more without becoming unreadable."""
    lines = _lines(whole)
    lines.insert(2, {"kind": "weather", "sky": "grey"})
    _write(whole, lines)
    record = read_log(whole)
    assert ("weather", lines[2]) in record.remarks
    assert len(record.entries) == 4


@given(data=st.binary(max_size=200), at=st.integers(0, 5000), length=st.integers(0, 50))
def test_any_damage_is_read_or_named(
    data: bytes, at: int, length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes overwritten anywhere: a record, or a LogError, and nothing else."""
    log = _folder(tmp_path_factory.mktemp("log")).open("main", 0)
    log.note(0, _planned())
    log.note(0, _planned(50, context_frames=50))
    log.close(0)
    content = log.path.read_bytes()
    log.path.write_bytes(content[:at] + data + content[at + length :])
    try:
        record = read_log(log.path)
    except LogError as error:
        assert str(log.path) in str(error)
    else:
        assert dataclasses.is_dataclass(record)
