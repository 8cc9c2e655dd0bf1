"""What ``/magnet/done`` says is true: the stream with a change and without it, sample by sample.

The worker is the real one, driven through its connection by a server that does everything at the
same unit of work in every run; its engine has a clock that only counts. So two runs differ in what
was sent and in nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest

import magnet_core
from daw_bridge.worker.process import Worker
from daw_bridge.worker_protocol import (
    Chunk,
    Command,
    Demand,
    Done,
    Fail,
    Open,
    ServerMessage,
    Shutdown,
    Value,
    WorkerMessage,
)
from magnet_core.api import Model
from magnet_core.runtime.engine import Engine
from tests.magnet_core.runtime.driving import FakeClock
from tests.magnet_core.runtime.tiny import tiny_encodec, tiny_model

HOP, RATE, LEAD = 640, 32000, 8000
CHANGE, FIRST = 99, 1

Setting = tuple[str, tuple[Value, ...]]


@dataclass
class Script:
    """A server that demands what is heard, and says each thing when so much has been heard.

    A look at the messages takes 5 ms of its time.
    """

    cues: Sequence[tuple[int, ServerMessage]]  # sample, message; in order
    end: int
    chunks: list[Chunk] = field(default_factory=list)
    answers: dict[int, Done | Fail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next = deque(self.cues)
        self._now: deque[ServerMessage] = deque([Open("main")])
        self._played = self._demanded = 0

    @property
    def position(self) -> int:
        return self.chunks[-1].position + self.chunks[-1].pcm.shape[1] if self.chunks else 0

    def poll(self, timeout: float | None = 0.0, /) -> bool:
        while True:
            self._played = min(self._played + RATE // 200, self.position + LEAD)
            while self._next and self._next[0][0] <= self.position:
                self._now.append(self._next.popleft()[1])
            if not self._now and self.position >= self.end:
                self._now.append(Shutdown())
            elif not self._now and self._played + LEAD >= self._demanded + HOP:
                self._demanded = self._played + LEAD
                self._now.append(Demand("main", self._demanded, LEAD / RATE))
            if self._now or not timeout:
                return bool(self._now)

    def recv(self) -> ServerMessage:
        return self._now.popleft()

    def send(self, message: WorkerMessage, /) -> None:
        if isinstance(message, Chunk):
            self.chunks.append(message)
        elif isinstance(message, Done | Fail):
            self.answers[message.command_id] = message

    def waveform(self) -> np.ndarray:
        return np.concatenate([chunk.pcm for chunk in self.chunks], axis=1)


def _play(
    model: Model, before: Sequence[Setting], at: int, change: Setting | None, end: int
) -> Script:
    """Return what comes of settings, a play, and perhaps a change ``at`` some samples."""
    settings = [*before, ("/magnet/play", ())]
    cues = [
        (0, Command("main", number, *setting)) for number, setting in enumerate(settings, FIRST)
    ]
    loops = [(HOP * 40, cue) for _, cue in cues if cue.address == "/magnet/loop"]
    cues = [cue for cue in cues if cue[1].address != "/magnet/loop"] + loops
    if change is not None:
        cues.append((at, Command("main", CHANGE, *change)))
    script = Script(cues, end)
    Worker(Engine(model, FakeClock()), script).run()
    return script


def _check(
    name: str, before: Sequence[Setting], change: Setting, at: int, end: int
) -> tuple[int, int | None]:
    """Return the sample that is named and the first that differs; check what must hold for all."""
    plain, changed = (
        _without(name, tuple(before), at, end),
        _play(_model(name), before, at, change, end),
    )
    answer = changed.answers[CHANGE]
    assert isinstance(answer, Done), answer
    old, new = plain.waveform(), changed.waveform()
    count = min(old.shape[1], new.shape[1])
    assert count > answer.position + 8 * HOP
    different = np.flatnonzero((old[:, :count] != new[:, :count]).any(axis=0))
    first = int(different[0]) if len(different) else None
    is_cut = change[0] == "/magnet/reset" and "now" in change[1]
    early = _model(name).codec.lookahead_frames * HOP if is_cut else 0
    assert first is None or first >= answer.position - early
    return answer.position, first


@cache
def _without(name: str, before: tuple[Setting, ...], at: int, end: int) -> Script:
    return _play(_model(name), before, at, None, end)


@cache
def _model(name: str) -> Model:
    if name == "bundled":
        return magnet_core.load("bundled")
    return tiny_model(codec=tiny_encodec() if name == "looking ahead" else None)


TEMPO: Setting = ("/magnet/tempo", (133.0,))
REWRITES: dict[str, Setting] = {
    "prompt": ("/magnet/prompt", ("dub 90 bpm, warm pads",)),
    "slot": ("/magnet/prompt/2", ("dark ambient, no drums", 1.0)),
    "again": ("/magnet/again", ()),
    "tempo": ("/magnet/tempo", (97.0,)),
    "seed": ("/magnet/param/seed", (7,)),
    "temperature": ("/magnet/param/temperature", (9.0,)),
    "guidance": ("/magnet/param/guidance", (12.0,)),
    "prefix_temperature": ("/magnet/param/prefix_temperature", (4.0,)),
    "top_k": ("/magnet/param/top_k", (1,)),
    "steps": ("/magnet/param/steps", ("2,1,1,1",)),
    "reset at a bar": ("/magnet/reset", ("bar",)),
    "reset": ("/magnet/reset", ("now",)),
}


@pytest.mark.parametrize("name", ["tiny", "looking ahead"])
@pytest.mark.parametrize("when", ["off", "beat", "bar"])
@pytest.mark.parametrize("control", list(REWRITES))
def test_done_names_the_first_sample_that_differs(name: str, when: str, control: str) -> None:
    """Never earlier, and not a codec frame later: but for frames that come out the same by chance.

    Where a codec that looks ahead is cut off by a reset, what it holds dies away before.
    """
    model = _model(name)
    before = (TEMPO, ("/magnet/quantize", (when,)), ("/magnet/param/slew_s", (0.0,)))
    named, first = _check(name, before, REWRITES[control], 47 * HOP, 260 * HOP)
    assert first is not None
    assert first < named + HOP * (1 + 3 + model.codec.lookahead_frames)


@pytest.mark.parametrize("control", ["prompt", "slot", "temperature", "steps"])
def test_done_names_the_very_sample_with_the_bundled_model(control: str) -> None:
    """At once, and no two of its frames sound the same: within one of them, and never before."""
    named, first = _check("bundled", (), REWRITES[control], 47 * HOP, 100 * HOP)
    assert first is not None and named <= first < named + HOP


@pytest.mark.parametrize("control", ["prompt", "again", "tempo", "seed", "reset at a bar"])
def test_done_is_true_of_the_bundled_model(control: str) -> None:
    """On the bar, to the frame."""
    before = (
        ("/magnet/prompt", ("techno 128 bpm, A minor, driving kick and bass",)),
        ("/magnet/tempo", (128.0,)),
        ("/magnet/param/window_s", (4.0,)),
        ("/magnet/quantize", ("bar",)),
    )
    named, first = _check("bundled", before, REWRITES[control], 55 * HOP, 150 * HOP)
    bar = 4 * 60 / 128 * RATE
    assert -HOP <= named - bar * round(named / bar) <= 1
    assert first is not None and named <= first < named + 2 * HOP


@pytest.mark.parametrize("name", ["tiny", "looking ahead"])
@pytest.mark.parametrize(
    "setting",
    [
        ("/magnet/param/window_s", (1.5,)),
        ("/magnet/param/context_s", (0.2,)),
        ("/magnet/param/slew_s", (2.0,)),
        ("/magnet/param/lead_ms", (400.0,)),
        ("/magnet/quantize", ("bar",)),
    ],
)
def test_what_is_for_later_plans_is_heard_no_earlier(name: str, setting: Setting) -> None:
    """It makes a difference when another plan begins, if at all."""
    _check(name, (TEMPO,), setting, 47 * HOP, 260 * HOP)


@pytest.mark.parametrize("name", ["tiny", "looking ahead"])
@pytest.mark.parametrize("at", [47, 200])
def test_loop_differs_when_its_end_does(name: str, at: int) -> None:
    """It begins with the music that is planned there: heard as a loop a round later at most."""
    bar = 4 * 60 / 133 * RATE
    named, first = _check(name, (TEMPO,), ("/magnet/loop", (1,)), at * HOP, 420 * HOP)
    off = named - bar * round(named / bar)
    assert -HOP <= off <= 1
    assert first is not None and first < named + bar + HOP


@pytest.mark.parametrize("name", ["tiny", "looking ahead"])
@pytest.mark.parametrize("at", [60, 120, 240, 300])
def test_released_loop_is_left_where_it_is_said(name: str, at: int) -> None:
    """Before its first round has ended, when its end is not planned yet, a round later at most."""
    frames = 4 + _model(name).codec.lookahead_frames if at > 200 else 91
    before = (TEMPO, ("/magnet/loop", (1,)))
    named, first = _check(name, before, ("/magnet/loop", (0,)), at * HOP, 620 * HOP)
    assert first is not None and first < named + HOP * frames
