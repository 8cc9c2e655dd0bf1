"""Reading a session log: every line that decides the music is checked before a note is played.

A program that is killed leaves a log without an end, and perhaps with a last line that is not
whole. Both can be read, and ``SessionRecord.warnings`` says so. Anything else that is not as
``log`` writes it raises LogError with the number of the line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeVar, get_type_hints

from magnet_core.config import DecodingParams
from magnet_core.errors import ConfigError, LogError
from magnet_core.model.harmony import Harmony
from magnet_core.model.metre import Metre
from magnet_core.runtime import plain
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.joints import (
    Cut,
    Joint,
    LoopClosed,
    LoopLeft,
    LoopOpened,
    LoopResumed,
    Resumed,
)
from magnet_core.runtime.log import FORMAT, JOINT_KINDS, VERSION, Header
from magnet_core.runtime.loop import MOST_BARS, Exit, Loop
from magnet_core.runtime.planner import Plan

_MOST = 1 << 62
_LONGEST_WINDOW = 1 << 20
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A log that was read.

    Attributes:
        header: its first line.
        entries: what decides the music, in order; plans with the steps that they had in the end.
        remarks: the other lines: kind, and values.
        heard: samples that had gone out when the last line was written.
        end: samples that went out in all; None where the log does not say.
        warnings: sentences about what is missing.
    """

    header: Header
    entries: tuple[Decision | Joint, ...]
    remarks: tuple[tuple[str, Mapping[str, object]], ...]
    heard: int
    end: int | None
    warnings: tuple[str, ...]


def read_log(path: Path) -> SessionRecord:
    """Return what the log in ``path`` says.

    Raises:
        LogError: there is no such file, or it is no log, or damaged before its last line.
    """
    lines, warnings = _lines(path)
    header = _header(lines[0])
    reader = _Reader(header)
    for line in lines[1:]:
        reader.take(line)
    if reader.end is None:
        warnings.append("the log has no end: what its last plan holds may not all have been heard")
    return SessionRecord(
        header=header,
        entries=tuple(reader.entries),
        remarks=tuple(reader.remarks),
        heard=reader.heard,
        end=reader.end,
        warnings=tuple(warnings),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file: an object, whose values it hands out checked."""

    where: str
    values: Mapping[str, object]

    def error(self, what: str) -> LogError:
        return LogError(f"{self.where}: {what}")

    def get(self, name: str) -> object:
        if name not in self.values:
            raise self.error(f"{name} is missing")
        return self.values[name]

    def whole(self, name: str, least: int = 0, most: int = _MOST) -> int:
        value = self.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise self.error(f"{name} is {value!r}; it must be a whole number from {least} to {most}")

    def between(self, name: str, least: int, most: int) -> int:
        """Return a number that the lines before leave no more choice than that."""
        value = self.whole(name)
        if least <= value <= most:
            return value
        allowed = f"{least} to {most}" if least <= most else "smaller: nothing is left for it"
        raise self.error(f"{name} is {value}; the lines before it allow {allowed}")

    def inner(self, name: str) -> _Line:
        """Return an object in this one."""
        return _Line(f"{self.where}, {name}", self.of_type(name, dict))

    def of_type(self, name: str, kind: type[_T]) -> _T:
        value = self.get(name)
        if isinstance(value, kind):
            return value
        raise self.error(f"{name} is {value!r}; it must be of type {kind.__name__}")

    def checked(self, name: str, make: Callable[[object], _T]) -> _T:
        """Return ``make`` of a value; whatever that cannot do with it is the value's fault."""
        value = self.get(name)
        try:
            return make(value)
        except (ConfigError, TypeError, ValueError, IndexError, KeyError) as error:
            raise self.error(f"{name} is {value!r}: {error}") from None


def _lines(path: Path) -> tuple[list[_Line], list[str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error}") from None
    raw = data.split(b"\n")
    if not raw[-1]:
        raw.pop()
    if not raw:
        raise LogError(f"{path} is empty")
    lines, warnings = [], []
    for number, text in enumerate(raw, start=1):
        where = f"{path}, line {number}"
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            if number == 1:
                raise LogError(f"{path} is no session log: it does not begin with JSON") from None
            if number < len(raw):
                raise LogError(f"{where}: this is not JSON") from None
            warnings.append(f"the last line, {number}, is not whole and is left out")
            break
        if not isinstance(values, dict) or not isinstance(values.get("kind"), str):
            raise LogError(f"{where}: this is no object with a kind")
        lines.append(_Line(where, values))
    return lines, warnings


def _header(line: _Line) -> Header:
    if line.values["kind"] != "header" or line.values.get("format") != FORMAT:
        raise line.error(f'this is no session log: the format must be "{FORMAT}"')
    version = line.whole("version")
    if version != VERSION:
        raise line.error(f"the log has version {version}; this program reads version {VERSION}")
    for name in ("sample_rate", "frame_rate", "hop_length", "codebooks", "card"):
        line.whole(name, least=1)
    return _record(line, Header)


class _Reader:
    """Takes the lines after the header in order, and sees that they fit each other."""

    def __init__(self, header: Header) -> None:
        self.entries: list[Decision | Joint] = []
        self.remarks: list[tuple[str, Mapping[str, object]]] = []
        self.heard = 0
        self.end: int | None = None
        self._header = header
        self._begin = 0  # the first sample since the last cut
        self._first = 0  # frames before it are forgotten
        self._frozen = 0  # frames before it were sent when the last line was written
        self._horizon = 0  # frames before it are decided by the lines so far
        self._loop: Loop | None = None
        self._places: dict[int, int] = {}  # of plans, by their number, in ``entries``

    def take(self, line: _Line) -> None:
        """Add a line."""
        if self.end is not None:
            raise line.error("the log goes on after its end")
        kind, joints = line.of_type("kind", str), {kind: t for t, kind in JOINT_KINDS.items()}
        if kind == "plan":
            self._take_plan(line)
        elif kind == "plan_done":
            self._take_steps(line)
        elif kind in joints:
            self._take_joint(line, joints[kind])
        elif kind == "end":
            self.end = line.whole("position", least=self.heard)
        if kind not in joints and "position" in line.values:
            self.heard = max(self.heard, line.whole("position"))
        self.remarks.append((kind, line.values))

    def _take_plan(self, line: _Line) -> None:
        decision = _decision(line)
        plan = decision.plan
        line.between("first_frame", self._frozen, self._horizon)
        given = len(decision.given[0]) if decision.given else 0
        line.between("context_frames", given, plan.first_frame - self._first + given)
        if decision.given:
            self._check_rows(line, "given", decision.given)
        if plan.future_frames:
            line.between("future_first", self._first, plan.first_frame - plan.future_frames)
        if len(plan.steps) != self._header.codebooks:
            raise line.error(f"steps is {plan.steps}; it must be {self._header.codebooks} numbers")
        self._horizon = plan.end_frame
        self._places[plan.plan_id] = len(self.entries)
        self.entries.append(decision)

    def _take_steps(self, line: _Line) -> None:
        place, steps = self._places.get(line.whole("plan")), line.checked("steps", _steps)
        if place is None:
            raise line.error(f"plan is {line.get('plan')}; no line before begins it")
        decision = self.entries[place]
        assert isinstance(decision, Decision)
        if len(steps) != self._header.codebooks:
            raise line.error(f"steps is {steps}; it must be {self._header.codebooks} numbers")
        self.entries[place] = replace(decision, plan=replace(decision.plan, steps=steps))

    def _take_joint(self, line: _Line, kind: type[Joint]) -> None:
        joint = _record(line, kind)
        line.between("frame", self._frozen, self._horizon)
        if isinstance(joint, Cut):
            line.between("begin", max(joint.position, self._begin), _MOST)
            self._first, self._horizon, self._begin = joint.frame, joint.frame, joint.begin
            self._loop = None
        elif isinstance(joint, Resumed):
            self._check_codes(line, joint)
            self._horizon += len(joint.codes[0])
        elif isinstance(joint, LoopOpened | LoopLeft):
            self._check_loop_end(line, joint)
            self._loop = None
        else:
            self._check_loop(line, joint)
            self._loop = joint.loop
        self._frozen = self._horizon if isinstance(joint, Cut | Resumed) else joint.frame
        if isinstance(joint, LoopLeft):
            self._frozen = self._horizon = joint.frame + joint.frames
        self.entries.append(joint)

    def _check_codes(self, line: _Line, joint: Resumed) -> None:
        if not self.entries or not isinstance(self.entries[-1], Cut):
            raise line.error("music can only be resumed right after a cut")
        self._check_rows(line, "codes", joint.codes)

    def _check_rows(self, line: _Line, name: str, rows: tuple[tuple[int, ...], ...]) -> None:
        lengths, card = {len(row) for row in rows}, self._header.card
        in_range = all(0 <= code < card for row in rows for code in row)
        if len(rows) != self._header.codebooks or len(lengths) != 1 or not in_range:
            raise line.error(
                f"{name} must be {self._header.codebooks} lists of equal length of numbers below "
                f"{card}"
            )

    def _check_loop(self, line: _Line, joint: LoopClosed | LoopResumed) -> None:
        """See that a loop's samples are those of its frames, the last of them in part at least."""
        inner, loop, hop_length = line.inner("loop"), joint.loop, self._header.hop_length
        inner.between("hop_length", hop_length, hop_length)
        inner.between("frame_rate", self._header.frame_rate, self._header.frame_rate)
        inner.between("bars", 1, MOST_BARS)
        inner.between("begin_frame", self._first, joint.frame)
        end = joint.frame if isinstance(joint, LoopResumed) else self._horizon
        inner.between("length_samples", 1, (end - loop.begin_frame) * hop_length)
        if isinstance(joint, LoopResumed):
            line.between("frame", loop.end_frame, loop.end_frame)
            line.between("next_sample", 0, loop.length_samples - 1)

    def _check_loop_end(self, line: _Line, joint: LoopOpened | LoopLeft) -> None:
        loop = self._loop
        if loop is None:
            raise line.error("there is no loop to end")
        if isinstance(joint, LoopLeft):
            line.between("frame", loop.end_frame, loop.end_frame)
            line.between("frames", 0, _LONGEST_WINDOW)
            inner = line.inner("way_out")
            inner.between("bar", 1, loop.bars)
            inner.between("loop_sample", 0, loop.length_samples)
            inner.between("loop_frame", 0, loop.frames)
            inner.between("sample", max(line.whole("position"), self._begin), _MOST)


def _record(line: _Line, kind: type[_T]) -> _T:
    """Return the dataclass of a kind that a line spells out."""
    hints, values = get_type_hints(kind), dict[str, object]()
    for field in fields(kind):  # type: ignore[arg-type]
        name, hint = field.name, hints[field.name]
        if hint is int:
            values[name] = line.whole(name)
        elif hint in (bool, str):
            values[name] = line.of_type(name, hint)
        elif hint in (Loop, Exit):
            values[name] = _record(line.inner(name), hint)
        elif hint == str | None:
            values[name] = None if line.get(name) is None else line.of_type(name, str)
        else:
            values[name] = line.checked(name, _code_rows)
    return kind(**values)


def _decision(line: _Line) -> Decision:
    plan = Plan(
        plan_id=line.whole("plan"),
        first_frame=line.whole("first_frame"),
        context_frames=line.whole("context_frames", most=_LONGEST_WINDOW),
        prefix_frames=line.whole("prefix_frames", most=_LONGEST_WINDOW),
        frames=line.whole("frames", least=1, most=_LONGEST_WINDOW),
        steps=line.checked("steps", _steps),
        reduced=line.of_type("reduced", bool),
        future_frames=line.whole("future_frames", most=_LONGEST_WINDOW),
    )
    return Decision(
        plan=plan,
        prompts=line.checked("prompts", _prompts),
        metre=line.checked("metre", _metre),
        harmony=line.checked("harmony", _harmony),
        params=line.checked("params", _params),
        seed=line.whole("seed", most=(1 << 63) - 1),
        future_first=line.whole("future_first"),
        given=line.checked("given", _code_rows) if "given" in line.values else (),
    )


def _steps(value: object) -> tuple[int, ...]:
    steps = tuple(plain.whole(count) for count in plain.items(value))
    return DecodingParams(steps=steps).steps  # checks them


def _code_rows(value: object) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(plain.whole(code) for code in plain.items(row)) for row in plain.items(value)
    )


def _params(value: object) -> DecodingParams:
    return DecodingParams.from_json(plain.members(value))


def _prompts(value: object) -> tuple[tuple[str, float], ...]:
    pairs = map(plain.items, plain.items(value))
    prompts = [(plain.text(words), plain.number(weight, least=0.0)) for words, weight in pairs]
    if not prompts:
        raise ValueError("it must have a text at least")
    return tuple(prompts)


def _metre(value: object) -> Metre | None:
    if value is None:
        return None
    tempo, beat = map(plain.number, plain.items(value))
    return Metre(tempo_bpm=tempo, start_beat=beat)


def _harmony(value: object) -> Harmony | None:
    if value is None:
        return None
    values = plain.members(value)
    return Harmony(plain.key(values["key"]), plain.chords(values["chords"]))
