"""Sessions in time with a clock: what the worker is told, when, and what performers are told."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest

from daw_bridge import worker_protocol as wire
from daw_bridge.controls import validate
from daw_bridge.errors import MessageError
from daw_bridge.session.player import State
from daw_bridge.session.requests import Outcome
from daw_bridge.tempo.follower import ALIGN_S, TempoFollower
from daw_bridge.tempo.source import ClockReading
from tests.daw_bridge.session.test_session import RATE, TICK_S, Rig

Clock = Callable[[float], ClockReading | None]


class Metronome:
    """A source whose reading a test sets: a function of the time."""

    name = "metronome"

    def __init__(self) -> None:
        self.says: Clock = lambda now: None
        self.detail = "on the desk"
        self.offered: list[float] = []

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def read(self, now: float) -> ClockReading | None:
        return self.says(now)

    def offer(self, bpm: float) -> None:
        self.offered.append(bpm)

    def beats(
        self, bpm: float, at: float, *, beat: float = 0.0, playing: bool | None = None
    ) -> None:
        """Say that ``beat`` is at the time ``at``, and go on from there."""
        self.says = lambda now: ClockReading(bpm, beat + (now - at) * bpm / 60.0, playing)


class Band:
    """A session with a worker that obeys, a follower, and what came of it."""

    def __init__(self, *, source: bool = True, follow_transport: bool = False) -> None:
        self.rig = Rig(model={"beats_per_bar": 4})
        self.source = Metronome()
        self.told: list[tuple[float, wire.Align]] = []
        self.events: list[tuple[str, dict]] = []
        self.outcomes: list[Outcome] = []
        self.follower = TempoFollower(
            self.source if source else None,
            follow_transport=follow_transport,
            notify=lambda session, event, values: self.events.append((session, dict(values))),
        )
        plan = {"position": 0, "plan": 1, "bpm": 120.0, "bar_position": 0}
        self.rig.session.on_event(wire.Event("main", "plan", plan))

    def do(self, address: str, *args: wire.Value) -> None:
        control, checked = validate(address, args)
        session, now = self.rig.session, self.rig.now
        passed_on = self.follower.pass_on(session, control, checked, now)
        if passed_on is not None:
            session.submit(*passed_on, now, self.outcomes.append)
        self._hear()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.rig.run(TICK_S)
            self.follower.tick(self.rig.now, [self.rig.session])
            self._hear()

    def _hear(self) -> None:
        sent = self.rig.sent
        self.told += [
            (self.rig.now, message) for message in sent if isinstance(message, wire.Align)
        ]
        self.rig.obey()

    @property
    def aligns(self) -> list[wire.Align]:
        return [align for _, align in self.told]


def test_what_is_heard_now_is_told_to_have_the_beat_of_now() -> None:
    """Some times a second, at the playhead's position, whatever the lead."""
    band = Band()
    band.source.beats(127.3, band.rig.now)
    band.do("/magnet/play")
    band.run(10.0)
    assert len(band.told) == pytest.approx(10.0 / ALIGN_S, abs=3)
    for at, align in band.told[1:]:
        reading = band.source.read(at)
        assert reading is not None
        assert (align.beat, align.bpm) == (reading.beat, 127.3)
    positions = [align.position for _, align in band.told[1:]]
    spacing = {b - a for a, b in itertools.pairwise(positions)}
    assert all(abs(step - ALIGN_S * RATE) <= 2 * TICK_S * RATE for step in spacing)


def test_a_jump_of_tempo_or_beat_is_told_at_once_and_twice() -> None:
    """The worker believes a jump when the next reading says the same."""
    band = Band()
    band.source.beats(120.0, band.rig.now)
    band.do("/magnet/play")
    band.run(2.1)
    for change in ((150.0, 0.0), (150.0, 2.0)):
        bpm, jump = change
        before = len(band.told)
        reading = band.source.read(band.rig.now)
        assert reading is not None and reading.beat is not None
        band.source.beats(bpm, band.rig.now, beat=reading.beat + jump)
        band.run(0.15)
        assert len(band.told) == before + 2
        assert band.aligns[-1].bpm == bpm


def test_the_first_beat_is_promised_and_the_promise_gets_better() -> None:
    """Music begins in the clock's beat; how long a start takes is learned from the last one."""
    band = Band()
    band.source.beats(120.0, band.rig.now - 100.25)
    errors = []
    for _ in range(3):
        band.do("/magnet/play")
        promised = band.aligns[-1]
        first = promised.position + band.rig.session.inflow.origin
        assert first == band.rig.session.position
        band.run(3.0)
        now, playhead = band.rig.now, band.rig.session.playhead(band.rig.now)
        reading = band.source.read(now)
        assert reading is not None and reading.beat is not None
        came = promised.beat + (playhead - first) / RATE * 2.0
        errors.append(abs(came - reading.beat) / 2.0)
        band.do("/magnet/stop")
        band.run(1.0)
    assert errors[0] < 0.15
    assert errors[1] < 0.01 and errors[2] < 0.01


def test_a_start_with_a_gap_teaches_nothing() -> None:
    """The gap delays the music for a reason that the next start does not have."""
    band = Band()
    band.source.beats(120.0, band.rig.now)
    for _ in range(2):
        band.do("/magnet/play")
        band.run(3.0)
        band.do("/magnet/stop")
        band.run(1.0)
    learned = band.follower._start_s
    band.do("/magnet/play")
    band.run(0.2)
    band.rig.speed = band.rig.budget = 0.0
    band.run(0.6)
    band.rig.speed = 1e9
    band.run(3.0)
    assert band.rig.metrics.underruns == 1
    assert band.follower._start_s == learned


def test_after_a_gap_the_worker_is_told_at_once_where_the_beat_is_now() -> None:
    band = Band()
    band.source.beats(120.0, band.rig.now)
    band.do("/magnet/play")
    band.run(2.0)
    band.rig.speed = band.rig.budget = 0.0
    band.run(0.5)
    band.rig.speed = 1e9
    before = len(band.told)
    band.run(0.2)
    assert band.rig.metrics.underruns == 1
    assert len(band.told) >= before + 2
    last, origin = band.aligns[-1], band.rig.session.inflow.origin
    reading = band.source.read(band.told[-1][0])
    assert reading is not None and last.beat == reading.beat
    heard = band.rig.session.playhead(band.rig.now) - origin
    assert abs(heard - last.position) < 0.2 * RATE


def test_a_clock_that_stands_gives_its_tempo_only() -> None:
    """The beat stays that of the music, which goes on alone."""
    band = Band()
    band.source.beats(90.0, band.rig.now, playing=False)
    band.do("/magnet/play")
    band.run(3.0)
    assert band.aligns[0] == wire.Align("main", 0, 0.0, 90.0)
    for align in band.aligns[1:]:
        assert align.bpm == 90.0
        assert align.beat == float(band.rig.session.transport.beat_at(align.position))


def test_a_clock_that_falls_silent_changes_nothing() -> None:
    """No word to the worker: the music holds its tempo. Performers are told, and may set one."""
    band = Band()
    band.source.beats(100.0, band.rig.now)
    band.do("/magnet/play")
    band.run(2.0)
    with pytest.raises(MessageError, match="follows metronome"):
        band.do("/magnet/tempo", 130.0)
    with pytest.raises(MessageError, match="follows metronome"):
        band.do("/magnet/tap")
    before = len(band.told)
    band.source.says, band.source.detail = lambda now: None, "gone"
    band.run(2.0)
    assert len(band.told) == before
    assert band.source.offered == [120.0] * len(band.source.offered) != []
    assert band.events[-1] == ("", {"source": "metronome", "bpm": 0.0, "detail": "gone"})
    band.do("/magnet/tempo", 130.0)
    assert band.aligns[-1].bpm == 0.0
    assert band.outcomes[-1].reason == ""


@pytest.mark.parametrize("bpm", [10.0, 2000.0])
def test_a_tempo_that_nobody_can_play_is_not_followed(bpm) -> None:
    band = Band()
    band.source.beats(bpm, band.rig.now)
    band.do("/magnet/play")
    band.run(1.0)
    assert band.told == []


def test_events_say_which_source_and_what_but_not_every_wobble() -> None:
    band = Band()
    band.source.says = lambda now: ClockReading(120.0 + 0.01 * (now % 1.0), 0.0)
    band.run(3.0)
    assert len(band.events) == 1
    session, values = band.events[0]
    assert session == ""
    assert (values["source"], values["detail"]) == ("metronome", "on the desk")
    assert values["bpm"] == pytest.approx(120.0, abs=0.011)
    assert band.follower.values("main")["tempo_source"] == "metronome"
    band.source.beats(140.0, band.rig.now)
    band.run(1.0)
    assert band.events[-1][1]["bpm"] == 140.0


def test_play_and_stop_follow_only_where_asked_to() -> None:
    for follow in (True, False):
        band = Band(follow_transport=follow)
        band.source.beats(120.0, band.rig.now, playing=False)
        band.run(0.2)
        assert band.rig.session.state is State.STOPPED
        band.source.beats(120.0, band.rig.now, playing=True)
        band.run(0.5)
        assert (band.rig.session.state is State.PLAYING) is follow
        band.source.beats(120.0, band.rig.now, playing=False)
        band.run(0.5)
        assert band.rig.session.state is State.STOPPED


def test_a_clock_that_stands_when_it_is_found_stops_nobody() -> None:
    band = Band(follow_transport=True)
    band.do("/magnet/play")
    band.run(0.5)
    band.source.beats(120.0, band.rig.now, playing=False)
    band.run(0.5)
    assert band.rig.session.state is State.PLAYING


def test_taps_set_the_tempo_and_each_is_a_beat() -> None:
    band = Band(source=False)
    band.do("/magnet/play")
    band.run(2.0)
    band.do("/magnet/tap")
    assert band.told == []
    for _ in range(7):
        band.run(0.6)
        band.do("/magnet/tap")
        assert band.aligns[-1].bpm == 100.0
        assert band.aligns[-1].beat == int(band.aligns[-1].beat)
        assert band.aligns[-1].position == band.rig.session.playhead(band.rig.now)
    assert {outcome.address for outcome in band.outcomes} == {"/magnet/play", "/magnet/tempo"}
    assert dict(band.rig.session.settings())["/magnet/tempo"] == (100.0,)
    assert band.events[-1] == ("main", {"source": "tap", "bpm": 100.0, "detail": "8 taps"})
    assert band.follower.values("main")["tempo_source"] == "tap"
    band.do("/magnet/tempo", 90.0)
    assert band.aligns[-1].bpm == 0.0
    assert band.events[-1] == ("main", {"source": "off", "bpm": 0.0, "detail": ""})
    assert band.follower.values("main")["tempo_source"] == "off"


def test_tapped_beats_stay_where_they_were_through_a_gap() -> None:
    """In the stream's own count: no clock drifts, and what a gap has put off is put right."""
    band = Band(source=False)
    band.do("/magnet/play")
    band.run(1.0)
    for _ in range(4):
        band.do("/magnet/tap")
        at, beat = band.rig.session.playhead(band.rig.now), band.aligns[-1:]
        band.run(0.5)
    band.rig.speed = band.rig.budget = 0.0
    band.run(0.5)
    band.rig.speed = 1e9
    before = len(band.told)
    band.run(0.6)
    assert band.rig.metrics.underruns == 1 and len(band.told) > before
    origin, last = band.rig.session.inflow.origin, band.aligns[-1]
    assert origin > 0 and beat[0].bpm == last.bpm == 120.0
    tapped = (last.position + origin - at) / (RATE / 2)
    assert math.remainder(last.beat - tapped, 1.0) == pytest.approx(0.0, abs=1e-6)


def test_taps_that_are_a_little_off_do_not_change_the_tempo() -> None:
    band = Band(source=False)
    band.do("/magnet/play")
    band.run(1.0)
    for wait in (0.5, 0.5, 0.5, 0.5, 0.505, 0.495, 0.505, 0.5):
        band.do("/magnet/tap")
        band.run(wait)
    tempi = {outcome.address for outcome in band.outcomes}
    assert tempi == {"/magnet/play", "/magnet/tempo"}
    assert {align.bpm for align in band.aligns} == {120.0}


def test_taps_count_in() -> None:
    """One, two, three, four, play: the music begins on the beat after the last."""
    band = Band(source=False)
    for _ in range(4):
        band.do("/magnet/tap")
        band.run(0.5)
    band.do("/magnet/play")
    assert band.aligns[-1].beat == pytest.approx(4.0 + 0.15 * 2, abs=0.05)
    assert band.aligns[-1].bpm == 120.0
    band = Band(source=False)
    for _ in range(4):
        band.do("/magnet/tap")
        band.run(0.5)
    band.run(10.0)
    before = len(band.told)
    band.do("/magnet/play")
    assert len(band.told) == before  # that was long ago
