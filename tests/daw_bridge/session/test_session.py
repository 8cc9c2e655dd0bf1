"""The session's state machine, clock and gaps, on a clock that the test moves."""

from __future__ import annotations

import gc
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge import worker_protocol as wire
from daw_bridge.controls import validate
from daw_bridge.metrics import Metrics
from daw_bridge.session.listener import Listener, Packet, Skip
from daw_bridge.session.player import GAP_AHEAD_S, State
from daw_bridge.session.requests import MAX_REQUESTS, Outcome
from daw_bridge.session.session import Session
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_LAST
from tests.daw_bridge.session.test_transport import calls_of

RATE = 32000
BLOCK = 640
TICK_S = 0.005


class Rig:
    """A session, a worker that obeys at once (``speed`` 0: without PCM), and a clock."""

    def __init__(
        self, *, ready: bool = True, channels: int = 1, model: dict[str, wire.Value] | None = None
    ) -> None:
        self.now = 100.0
        self.sent: list[wire.ServerMessage] = []
        self.events: list[tuple[str, dict]] = []
        self.outcomes: list[Outcome] = []
        self.metrics = Metrics()
        self.session = Session(
            "main", send=self.sent.append, notify=self.note, metrics=self.metrics
        )
        self.channels, self.model = channels, model or {}
        self.playing = False
        self.position = self.until = 0
        self.lead_s = 0.0
        self.speed = 1e9
        self.budget = 0.0
        self.answers = True
        self.shape = lambda position: np.full(position.shape, 0.5)  # the wave by position
        self.done_later = 0  # samples until a command takes effect
        if ready:
            self.new_worker()

    def note(self, session: str, event: str, values: dict) -> None:
        if event != "chunk":
            self.events.append((event, values))

    def new_worker(self) -> list[wire.ServerMessage]:
        """Start a worker; return what it is told first."""
        self.playing, self.position, self.until = False, 0, 0
        self.sent.clear()
        self.session.meet_model(wire.Ready(RATE, self.channels, self.model))
        self.session.on_ready(self.now)
        told = list(self.sent)
        self.obey()
        return told

    def obey(self) -> None:
        """Let the worker read its messages and answer."""
        messages, self.sent[:] = list(self.sent), []
        for message in messages:
            if isinstance(message, wire.Demand):
                assert message.until_sample > self.until, "a demand goes back"
                self.until, self.lead_s = message.until_sample, message.lead_s
            elif isinstance(message, wire.Command) and self.answers:
                if message.address in ("/magnet/play", "/magnet/stop"):
                    self.playing = message.address == "/magnet/play"
                at = self.position + self.done_later
                self.session.on_done(
                    wire.Done("main", message.command_id, message.address, at), self.now
                )

    def do(self, address: str, *args: wire.Value) -> None:
        control, checked = validate(address, args)
        self.session.submit(control, checked, self.now, self.outcomes.append)
        self.obey()

    def chunk(self) -> None:
        wave = self.shape(np.arange(self.position, self.position + BLOCK)).astype(np.float32)
        pcm = np.repeat(wave[None], self.channels, axis=0)
        self.session.on_chunk(wire.Chunk("main", self.position, pcm, 2, 1), self.now)
        self.position += BLOCK

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.now += TICK_S
            self.budget = min(self.budget + self.speed * TICK_S * RATE, 10.0 * RATE)
            while self.playing and self.position + BLOCK <= self.until and self.budget >= BLOCK:
                self.chunk()
                self.budget -= BLOCK
            self.session.tick(self.now)
            self.obey()

    def heard(self) -> tuple[np.ndarray, np.ndarray]:
        """Return all samples of the stream and the flags of each."""
        history, position, pcm, flags = self.session.history, 0, [], []
        assert history is not None
        while (block := history.read(position)) is not None:
            pcm.append(block.pcm)
            flags += [block.flags] * block.pcm.shape[1]
            position = block.end
        return np.concatenate(pcm, axis=1), np.array(flags)

    def listener(self, rate: int = RATE, resume: int | None = None) -> Listener:
        assert self.session.history is not None
        listener = Listener(self.session.history, RATE, sample_rate=rate, channels=1)
        self.session.join(listener, self.now, resume)
        return listener


def test_play_and_stop_pass_through_their_states() -> None:
    rig = Rig()
    assert rig.session.state is State.STOPPED
    rig.do("/magnet/play")
    assert rig.session.state is State.PRIMING
    rig.run(0.1)
    assert rig.session.state is State.PLAYING
    rig.do("/magnet/stop")
    assert rig.session.state is State.STOPPED
    assert [outcome.reason for outcome in rig.outcomes] == ["", ""]


def test_pcm_is_asked_for_up_to_the_lead_and_arrives_in_real_time() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(10.0)
    ahead_s = (rig.session.position - rig.session.playhead(rig.now)) / RATE
    assert 0.22 <= ahead_s <= 0.25
    assert rig.session.playhead(rig.now) / RATE == pytest.approx(10.0, abs=0.02)
    assert rig.metrics.underruns == rig.metrics.discontinuities == 0


def test_stop_fades_out_flags_the_end_and_play_goes_on_from_there() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.do("/magnet/stop")
    end = rig.outcomes[-1].position
    stopped_at = rig.session.position
    assert stopped_at == end + BLOCK  # the fade
    rig.run(1.0)
    assert rig.session.position == stopped_at
    rig.do("/magnet/play")
    rig.run(1.0)
    pcm, flags = rig.heard()
    assert rig.metrics.discontinuities == 0
    assert flags[end] == FLAG_CONCEALED | FLAG_LAST
    assert (flags[:end] == 2).all()
    assert (flags[stopped_at:] == 2).all()
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01  # no click, at the end or the beginning
    assert abs(pcm[0, stopped_at - 1]) < 1e-3


def test_a_late_worker_is_concealed_counted_and_goes_on_without_loss() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.speed = rig.budget = 0.0
    rig.run(0.6)
    late_at = rig.events[-1][1]["position"]
    assert rig.events[-1][0] == "late"
    made = rig.position
    rig.speed = 1e9
    rig.run(1.0)
    assert rig.events[-1] == (
        "underrun",
        {"position": late_at, "samples": rig.metrics.concealed_samples},
    )
    assert late_at == made
    pcm, flags = rig.heard()
    concealed = flags == FLAG_CONCEALED
    assert concealed.sum() == rig.metrics.concealed_samples
    assert rig.metrics.concealed_samples / RATE == pytest.approx(0.6 - 0.25 + GAP_AHEAD_S, abs=0.06)
    assert (~concealed).sum() == rig.position  # every sample that was made is heard
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01
    assert rig.metrics.underruns == 1
    assert rig.metrics.discontinuities == 0


def test_a_slow_worker_is_heard_with_gaps_and_never_swamped() -> None:
    """In pieces of half the lead at least, not in crumbs."""
    rig = Rig()
    rig.speed = 0.5
    rig.do("/magnet/play")
    rig.run(10.0)
    assert rig.metrics.samples / RATE == pytest.approx(5.0, abs=0.4)
    assert rig.session.position / RATE == pytest.approx(10.0, abs=0.3)
    assert rig.metrics.discontinuities == 0
    assert rig.metrics.underruns <= rig.metrics.samples / (0.125 * RATE)
    lengths = [values["samples"] / RATE for name, values in rig.events if name == "underrun"]
    assert min(lengths) > 0.1


def test_a_machine_that_is_slower_than_the_lead_is_short_begins_later_and_then_plays_on() -> None:
    """When half of what it needs more is there, or the time of the lead is over."""
    for speed, first_s in ((0.8, 0.375 / 0.8), (0.1, 1.0)):
        rig = Rig()
        rig.session.on_event(wire.Event("main", "lead", {"lead_ms": 1000.0}))
        rig.speed = speed
        rig.do("/magnet/play")
        while rig.session.position == 0:
            rig.run(TICK_S)
        assert rig.now - 100.0 == pytest.approx(first_s, abs=0.06 / speed)
        if speed == 0.8:
            rig.run(2.0)
            assert rig.metrics.underruns == 0


def test_a_stop_in_a_gap_ends_it_without_what_was_held_and_play_goes_on_behind_that() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.speed = rig.budget = 0.0
    rig.run(0.5)
    before = rig.metrics.samples
    rig.chunk()  # too little to end the gap
    assert rig.metrics.samples == before
    rig.do("/magnet/stop")
    _, flags = rig.heard()
    assert flags[-1] == FLAG_CONCEALED | FLAG_LAST
    assert rig.events[-1][0] == "underrun"
    rig.speed = 1e9
    rig.do("/magnet/play")
    rig.run(1.0)
    assert rig.metrics.samples > before
    assert rig.metrics.discontinuities == 0


def test_a_lost_worker_is_concealed_and_its_successor_told_everything() -> None:
    rig = Rig()
    rig.do("/magnet/prompt", "warm pads")
    rig.do("/magnet/param/temperature", 2.5)
    rig.do("/magnet/param/gain_db", -6)
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.session.on_worker_lost("it died", rig.now)
    rig.playing = False
    rig.run(2.0)
    assert rig.session.state is State.PLAYING
    assert rig.session.position / RATE == pytest.approx(3.0 + GAP_AHEAD_S, abs=0.05)
    told = rig.new_worker()
    assert told[0] == wire.Open("main", 0)
    assert [(m.address, m.args) for m in told if isinstance(m, wire.Command)] == [
        ("/magnet/param/lead_ms", (250.0,)),
        ("/magnet/param/temperature", (2.5,)),
        ("/magnet/prompt", ("warm pads",)),
        ("/magnet/play", ()),
    ]
    rig.run(1.0)
    assert rig.session.position / RATE == pytest.approx(4.25, abs=0.1)
    assert rig.metrics.underruns == 1


def test_a_successor_is_given_the_last_snapshot_before_anything_else_and_once() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    for data in (b"old", b"new"):
        rig.session.on_snapshot(wire.Snapshot("main", data))
    rig.session.on_worker_lost("it died", rig.now)
    told = rig.new_worker()
    assert told[:2] == [wire.Open("main", 0), wire.Restore("main", b"new")]
    rig.session.on_worker_lost("the snapshot killed it", rig.now)
    assert not any(isinstance(message, wire.Restore) for message in rig.new_worker())


def test_a_reset_forgets_the_snapshot_of_the_music_before_it() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.session.on_snapshot(wire.Snapshot("main", b"music"))
    rig.do("/magnet/reset")
    rig.session.on_worker_lost("it died", rig.now)
    assert not any(isinstance(message, wire.Restore) for message in rig.new_worker())


def test_a_gap_is_one_late_and_one_underrun_and_repeats_the_bar_of_the_plan() -> None:
    """The bar's length comes from the tempo of the plan and the beats that the model counts."""
    rig = Rig(model={"beats_per_bar": 3})
    rig.shape = lambda at: 0.5 * np.sin(1e-6 * at**2)  # never the same twice
    rig.do("/magnet/play")
    rig.session.on_event(wire.Event("main", "plan", {"position": 0, "bpm": 120.0}))
    rig.run(3.0)
    rig.speed = rig.budget = 0.0
    rig.run(1.0)
    rig.speed = 1e9
    rig.run(0.5)
    names = [name for name, _ in rig.events if name not in ("plan", "beat")]
    assert names == ["late", "underrun"]
    at = next(values["position"] for name, values in rig.events if name == "underrun")
    pcm, _ = rig.heard()
    bar = 3 * RATE // 2
    np.testing.assert_array_equal(
        pcm[0, at + BLOCK : at + 10 * BLOCK], pcm[0, at - bar + BLOCK : at - bar + 10 * BLOCK]
    )


def test_the_lead_that_a_worker_needs_is_demanded_by_and_by_and_never_less_than_wished() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(2.0)
    for lead_ms in (250.0, 600.0, 600.0):
        rig.session.on_event(wire.Event("main", "lead", {"lead_ms": lead_ms}))
    assert rig.events == [("lead", {"lead_ms": 600.0})]  # only what is news
    demands = []
    for _ in range(400):
        before = rig.until
        rig.run(TICK_S)
        demands.append(rig.until - before)
    assert (rig.session.position - rig.session.playhead(rig.now)) / RATE == pytest.approx(
        0.6, abs=0.03
    )
    assert max(demands) < 0.02 * RATE
    assert rig.lead_s == 0.6  # the worker is told how far its demand is ahead
    rig.session.on_event(wire.Event("main", "lead", {"lead_ms": 50.0}))
    rig.run(20.0)
    assert rig.session.lead_s == 0.25
    assert rig.metrics.underruns == 0


def test_a_command_that_a_lost_worker_did_not_answer_fails_and_is_not_kept() -> None:
    rig = Rig()
    rig.answers = False
    rig.do("/magnet/prompt", "poison")
    rig.session.on_worker_lost("it died", rig.now)
    assert rig.outcomes == [Outcome("/magnet/prompt", "it died")]
    assert "/magnet/prompt" not in dict(rig.session.settings())


def test_commands_before_the_first_worker_wait_for_it() -> None:
    rig = Rig(ready=False)
    rig.do("/magnet/prompt", "warm pads")
    rig.do("/magnet/play")
    assert rig.sent == [] and rig.outcomes == []
    rig.new_worker()
    assert [outcome.address for outcome in rig.outcomes] == ["/magnet/prompt", "/magnet/play"]
    assert rig.session.state is State.PRIMING


def test_when_no_worker_will_come_everything_but_stop_fails_with_the_reason() -> None:
    rig = Rig(ready=False)
    rig.do("/magnet/play")
    rig.session.on_worker_lost("no weights", rig.now, for_good=True)
    rig.do("/magnet/prompt", "x")
    rig.do("/magnet/stop")
    assert [outcome.reason for outcome in rig.outcomes] == ["no weights", "no weights", ""]


def test_stop_without_a_worker_acts_at_once_and_cancels_a_waiting_play() -> None:
    rig = Rig(ready=False)
    rig.do("/magnet/play")
    rig.do("/magnet/stop")
    assert [(o.address, bool(o.reason)) for o in rig.outcomes] == [
        ("/magnet/play", True),
        ("/magnet/stop", False),
    ]
    rig.new_worker()
    assert rig.session.state is State.STOPPED


@pytest.mark.parametrize("heard_s", [0.0, 1.0])
def test_a_stop_that_a_lost_worker_did_not_answer_is_carried_out(heard_s: float) -> None:
    """Nobody hears that nothing has changed while the music ends; nor does it go on later."""
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(heard_s)
    rig.answers = False
    rig.do("/magnet/prompt", "x")
    rig.do("/magnet/stop")
    rig.do("/magnet/stop")
    at = rig.session.position
    rig.now += 0.25
    rig.session.on_worker_lost("it died", rig.now)
    assert rig.session.state is State.STOPPED
    assert rig.outcomes[1:] == [
        Outcome("/magnet/prompt", "it died"),
        *[Outcome("/magnet/stop", "", at, 0.25)] * 2,
    ]
    rig.answers = True
    assert wire.Command("main", -1, "/magnet/play", ()) not in rig.new_worker()
    rig.run(0.5)
    assert rig.session.state is State.STOPPED


def test_a_session_that_is_closed_answers_everything_and_leaves_its_memory() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.answers = False
    rig.do("/magnet/prompt", "x")
    assert rig.session.inflow is not None and rig.session.inflow.stream.recording.bytes
    rig.session.close("nobody was there", rig.now)
    rig.do("/magnet/prompt", "y")
    assert [outcome.reason for outcome in rig.outcomes[1:]] == ["nobody was there"] * 2
    assert rig.session.inflow.stream.recording.bytes == 0


def test_snapshots_that_come_while_nothing_plays_are_not_piled_up() -> None:
    """Each change of the phrase in use brings one: the last of a place holds, of a few places."""
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.do("/magnet/stop")
    assert rig.session.inflow is not None
    for number in range(1000):
        at = rig.position + BLOCK * (number // 10)
        rig.session.on_snapshot(wire.Snapshot("main", f"{number}".encode(), at, "Am"))
    gc.collect()  # of other tests
    held = [one for one in gc.get_objects() if type(one) is wire.Snapshot]
    assert sum(one.data.isdigit() for one in held) <= 8
    rig.do("/magnet/play")
    rig.run(5.0)
    assert [mark.data for mark in rig.session.inflow.bookmarks][-1] == b"999"


def test_stop_while_the_worker_is_lost_ends_the_stream() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.session.on_worker_lost("it died", rig.now)
    rig.run(1.0)
    rig.do("/magnet/stop")
    _, flags = rig.heard()
    assert flags[-1] == FLAG_CONCEALED | FLAG_LAST
    before = rig.session.position
    rig.run(1.0)
    assert rig.session.position == before


def test_too_many_unanswered_commands_are_refused() -> None:
    rig = Rig()
    rig.answers = False
    for _ in range(MAX_REQUESTS + 3):
        rig.do("/magnet/param/temperature", 1)
    assert len(rig.outcomes) == 3
    assert all("slow down" in outcome.reason for outcome in rig.outcomes)


def test_a_refused_stop_leaves_the_stream_playing() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(0.5)
    rig.answers = False
    rig.do("/magnet/stop")
    assert rig.session.state is State.STOPPING
    rig.session.on_fail(wire.Fail("main", 2, "/magnet/stop", "no"))
    assert rig.session.state is State.PLAYING
    assert rig.outcomes[-1].reason == "no"


def test_done_says_where_and_in_how_many_seconds_the_change_is_heard() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(2.0)
    ahead_s = (rig.session.position - rig.session.playhead(rig.now)) / RATE
    rig.do("/magnet/prompt", "brighter")
    outcome = rig.outcomes[-1]
    assert outcome.position == rig.session.position
    assert outcome.seconds == pytest.approx(ahead_s, abs=1e-3)


def test_gain_is_ramped_without_a_click_and_answered_with_its_position() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.do("/magnet/param/gain_db", -20)
    at = rig.outcomes[-1].position
    rig.run(1.0)
    pcm, _ = rig.heard()
    np.testing.assert_allclose(pcm[0, at - 1], 0.5)
    np.testing.assert_allclose(pcm[0, at + BLOCK :], 0.05, rtol=1e-5)
    assert np.abs(np.diff(pcm[0, at - 10 :])).max() < 0.01


@pytest.mark.parametrize("later", [0, 5000])
def test_reset_joins_the_new_music_on_at_the_sample_that_done_names(later) -> None:
    """Without a click and without a sample more, also in the middle of a chunk."""
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.done_later = later  # what the codec still holds is heard first
    rig.do("/magnet/reset")
    at = rig.outcomes[-1].position
    rig.shape = lambda position: np.where(position < at, 0.5, -0.5)
    rig.run(1.0)
    pcm, flags = rig.heard()
    assert (flags == 2).all()
    assert (pcm[0, BLOCK:at] == 0.5).all()
    assert (pcm[0, at + BLOCK :] == -0.5).all()
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01
    assert rig.metrics.discontinuities == 0


def test_reset_at_a_bar_leaves_the_attack_of_its_first_beat_alone() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.done_later = 5000
    rig.do("/magnet/reset", "bar")
    at = rig.outcomes[-1].position
    rig.shape = lambda position: np.where(position < at, 0.5, -0.5)
    rig.run(1.0)
    pcm, _ = rig.heard()
    assert (pcm[0, BLOCK:at] == 0.5).all() and (pcm[0, at:] == -0.5).all()


def test_a_chunk_out_of_place_is_counted_and_joined_on() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.position += 12345
    rig.chunk()
    before = rig.session.position
    rig.chunk()
    assert rig.session.position == before + BLOCK
    assert rig.metrics.discontinuities == 1


def test_worker_events_are_passed_on_at_stream_positions() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    rig.run(1.0)
    rig.do("/magnet/stop")  # the fade moves the stream 640 samples on
    values = {"position": 0, "plan": 3, "bar_position": -500}
    rig.session.on_event(wire.Event("main", "plan", values))
    assert rig.events[-1] == ("plan", {"position": BLOCK, "plan": 3, "bar_position": BLOCK - 500})


def test_plans_with_fewer_steps_than_asked_for_are_counted() -> None:
    rig = Rig()
    for reduced in (1, 0, 1):
        rig.session.on_event(wire.Event("main", "plan_done", {"reduced": reduced}))
    assert rig.metrics.reduced_plans == 2


def test_the_foremost_listener_drives_the_stream_and_a_paused_one_holds_nobody_up() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    paused, playing = rig.listener(), rig.listener()
    for _ in range(400):
        rig.run(TICK_S)
        paused.report(0, rig.now)
        while playing.take(rig.now, rig.session.lead_s):
            pass
    assert playing.cursor / RATE == pytest.approx(2.25, abs=0.05)
    assert rig.metrics.underruns == 0


class Taker:
    """Takes what a listener may have, as a connection does, and notes what it misses."""

    def __init__(self, rig: Rig, listener: Listener) -> None:
        self.rig, self.listener = rig, listener
        self.packets: list[Packet] = []
        self.skips: list[Skip] = []

    def take(self, most: int = 10**6) -> None:
        session, now = self.rig.session, self.rig.now
        for _ in range(most):
            skip = self.listener.catch_up(session.playhead(now), session.lead_s, now)
            self.skips += [skip] if skip else []
            packet = self.listener.take(now, session.lead_s)
            if packet is None:
                return
            self.packets.append(packet)

    def heard(self) -> np.ndarray:
        """Return all samples, which follow each other."""
        for before, after in pairwise(self.packets):
            assert after.position == before.position + before.pcm.shape[1]
        return np.concatenate([packet.pcm for packet in self.packets], axis=1)[0]


@pytest.mark.parametrize("others", [True, False])
@pytest.mark.parametrize("away_s", [3.0, 10.0])
def test_who_comes_back_misses_no_sample_of_what_it_was_promised(away_s, others) -> None:
    """It goes on at its sample and stays as far behind as it was away, for as long as it likes."""
    rig = Rig()
    rig.shape = lambda position: np.sin(1e-6 * position**2)  # never the same twice
    rig.session.inflow.stream.leveller.enabled = False  # type: ignore[union-attr]
    rig.do("/magnet/play")
    everything, first = Taker(rig, rig.listener()), Taker(rig, rig.listener())
    for _ in range(round(2.0 / TICK_S)):
        rig.run(TICK_S)
        everything.take()
        first.take()
    rig.session.leave(first.listener)
    for _ in range(round(away_s / TICK_S)):
        rig.run(TICK_S)
        everything.take()
    if not others:
        rig.session.leave(everything.listener)
    left = first.listener.position
    again = Taker(rig, rig.listener(resume=left))
    assert again.listener.position == left
    for _ in range(round(25.0 / TICK_S)):
        rig.run(TICK_S)
        again.take()
        everything.take()
    assert again.skips == []
    heard, expected = again.heard(), everything.heard()[left:]
    count = min(len(heard), len(expected))
    assert count > (20.0 if others else 1.0) * RATE and len(heard) > 25 * RATE
    np.testing.assert_array_equal(heard[:count], expected[:count])


def test_who_reads_at_half_the_pace_is_moved_on_again_and_again_and_never_breaks() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    other, slow = Taker(rig, rig.listener()), Taker(rig, rig.listener())
    for tick in range(round(60.0 / TICK_S)):
        rig.run(TICK_S)
        other.take()
        slow.take(most=tick % 8 == 0)  # a packet is 20 ms
    assert len(slow.skips) >= 10 and other.skips == []
    missed = sum(skip.frames for skip in slow.skips)
    got = sum(packet.pcm.shape[1] for packet in slow.packets)
    assert 0 <= slow.listener.position - missed - got <= RATE
    assert got / RATE == pytest.approx(30.0, abs=1.0)
    assert rig.metrics.underruns == 0


def test_an_old_session_works_no_harder_than_a_young_one() -> None:
    """With a change of tempo or words, a gap or a snapshot four times a second, all the time."""
    rig = Rig(model={"beats_per_bar": 4})
    rig.do("/magnet/play")
    taker = Taker(rig, rig.listener())
    calls: list[int] = []

    def second() -> None:
        for quarter in range(4):
            for _ in range(50):
                rig.run(TICK_S)
                taker.take()
            rig.do("/magnet/prompt", f"words {rig.position}")
            rig.session.on_snapshot(wire.Snapshot("main", b"music", rig.position, "Am"))
            bpm = 120.0 + quarter
            values = {"position": rig.position, "bar_position": rig.position - 999, "bpm": bpm}
            rig.session.on_event(wire.Event("main", "plan", values))
            rig.speed, rig.budget = 1e9 if quarter > 1 else 0.0, 0.0

    for seconds in (14, 50):  # the history is full after 12, and undo after 32 changes
        for _ in range(seconds):
            second()
        calls.append(calls_of(second))
    assert rig.metrics.underruns >= 50
    assert calls[1] <= 1.1 * calls[0], calls


def test_a_stream_that_only_paused_clients_hear_waits_for_them() -> None:
    rig = Rig()
    rig.do("/magnet/play")
    listener = rig.listener()
    for _ in range(400):
        rig.run(TICK_S)
        while listener.take(rig.now, rig.session.lead_s):
            pass
        listener.report(0, rig.now)
    assert rig.session.position / RATE == pytest.approx(0.25, abs=0.03)


def test_the_worker_is_waited_for_only_where_a_living_one_would_send() -> None:
    rig = Rig()
    assert not rig.session.waits_for_worker
    rig.answers = False
    rig.do("/magnet/param/top_k", 5)  # a setting may wait for its plan
    assert not rig.session.waits_for_worker
    rig.do("/magnet/play")
    assert rig.session.waits_for_worker  # for the reply
    rig.session.on_worker_lost("it was ended", rig.now)
    rig.answers = True
    rig.new_worker()
    rig.speed = 0.0
    rig.do("/magnet/play")
    assert rig.session.waits_for_worker  # for the first sound
    rig.speed = 1e9
    rig.run(1.0)
    assert not rig.session.waits_for_worker
    rig.speed, rig.budget = 0.0, 0.0
    rig.run(1.0)
    assert rig.session.waits_for_worker  # it is dry
    rig.session.on_worker_lost("it was ended", rig.now)
    assert not rig.session.waits_for_worker  # there is none that could answer
    rig.speed = 1e9
    rig.new_worker()
    rig.run(1.0)
    assert not rig.session.waits_for_worker
    rig.do("/magnet/stop")
    assert not rig.session.waits_for_worker


def test_a_lying_playhead_cannot_make_the_stream_run_ahead() -> None:
    """A client that claims to have played all it got pulls at most 0.1 % faster than real time."""
    rig = Rig()
    rig.do("/magnet/play")
    liar, honest = rig.listener(), rig.listener()
    for _ in range(2000):
        rig.run(TICK_S)
        for listener in (liar, honest):
            while listener.take(rig.now, rig.session.lead_s):
                pass
        liar.report(2**60, rig.now)
    assert rig.session.position / RATE < 10.0 * 1.001 + 0.25 + 0.15
    assert rig.metrics.underruns == 0


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["play", "stop", "reset", "die", "new", "chunk", "quick", "stuck"]),
            st.floats(0.005, 0.4),
        ),
        max_size=25,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_order_of_events_keeps_the_stream_whole(steps) -> None:
    """No order of commands, deaths and stalls breaks positions, loses an answer or clicks."""
    rig = Rig()
    alive, asked = True, 0
    for step in steps:
        if isinstance(step, float):
            rig.run(step)
        elif step == "die" and alive:
            rig.session.on_worker_lost("it died", rig.now)
            alive = rig.playing = False
        elif step == "new" and not alive:
            rig.new_worker()
            alive = True
        elif step == "chunk" and rig.playing and rig.position + BLOCK <= rig.until:
            rig.chunk()
        elif step in ("quick", "stuck"):
            rig.speed, rig.budget = (1e9 if step == "quick" else 0.0), 0.0
        elif step in ("play", "stop", "reset"):
            asked += 1
            rig.do(f"/magnet/{step}")
    if not alive:
        rig.new_worker()
    assert len(rig.outcomes) == asked
    assert rig.metrics.discontinuities == 0
    if rig.session.position:
        pcm, flags = rig.heard()
        assert pcm.shape[1] == rig.session.position
        assert np.abs(np.diff(pcm[0, BLOCK:])).max(initial=0) < 0.01
        assert (flags == 2).sum() == rig.metrics.samples


def test_beats_are_told_when_they_are_at_the_playhead() -> None:
    """Not while the stream waits to begin, and the lead ahead of them is no reason either."""
    rig = Rig(model={"beats_per_bar": 4})
    plan = {"position": 0, "plan": 1, "bpm": 120.0, "bar_position": 0}
    rig.session.on_event(wire.Event("main", "plan", plan))
    rig.do("/magnet/play")
    assert "beat" not in [name for name, _ in rig.events]
    heard_at = []
    for _ in range(600):
        seen = len(rig.events)
        rig.run(TICK_S)
        for name, values in rig.events[seen:]:
            if name == "beat":
                heard_at.append(rig.session.playhead(rig.now) - values["position"])
    beats = [values for name, values in rig.events if name == "beat"]
    assert [beat["position"] for beat in beats] == [16_000 * n for n in range(len(beats))]
    assert [(beat["bar"], beat["beat"]) for beat in beats] == [divmod(n, 4) for n in range(6)]
    assert all(0 <= late <= TICK_S * RATE for late in heard_at)


def test_a_gap_and_a_stop_move_the_beats_of_what_comes_after() -> None:
    """Beats belong to the music, wherever in the stream it is heard."""
    rig = Rig(model={"beats_per_bar": 4})
    plan = {"position": 0, "plan": 1, "bpm": 120.0, "bar_position": 0}
    rig.session.on_event(wire.Event("main", "plan", plan))
    rig.do("/magnet/play")
    rig.run(2.0)
    rig.speed = rig.budget = 0.0
    rig.run(0.6)
    rig.speed = 1e9
    rig.run(1.0)
    gap = next(values for name, values in rig.events if name == "underrun")
    music = rig.session.position - gap["samples"]
    assert rig.session.transport.beat_at(rig.session.position) % 4 == Fraction(music, 16_000) % 4
    rig.do("/magnet/stop")
    rig.do("/magnet/play")
    rig.run(1.0)
    fade = round(0.02 * RATE)
    music = rig.session.position - gap["samples"] - fade
    assert rig.session.transport.beat_at(rig.session.position) % 4 == Fraction(music, 16_000) % 4
