"""Recall, undo and keep of one session, on a clock that the test moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge import worker_protocol as wire
from daw_bridge.arguments import Kind
from daw_bridge.controls import BY_ADDRESS, validate
from daw_bridge.session.player import State
from daw_bridge.session.settings import Setting
from daw_bridge.session.takes import Draft, Take
from daw_bridge.session.undo import MAX_STEPS, MERGE_S
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_LAST, FLAG_TAKE, Value
from tests.daw_bridge.session.test_session import BLOCK, RATE, Rig

FLUSH = 1000  # samples that a codec still holds when the music changes
LEVEL = 0.25  # of the music of a take; all other is 0.5


class TakesRig(Rig):
    """Its worker goes back to snapshots, and refuses b"lost"."""

    def __init__(self, **more: object) -> None:
        self.restores: list[wire.Restore] = []
        self.loop: wire.LoopPcm | None = None
        super().__init__(**more)  # type: ignore[arg-type]

    def obey(self) -> None:
        for message in list(self.sent):
            if isinstance(message, wire.Restore):
                self.restores.append(message)
                if message.request_id and self.answers:
                    reason = "it is damaged" if message.data == b"lost" else ""
                    number = message.request_id
                    self.session.takes.on_restored(
                        wire.Restored("main", number, self.position + FLUSH, reason), self.now
                    )
            elif isinstance(message, wire.AskLoop):
                assert self.loop is not None
                self.session.takes.on_loop(self.loop)
        super().obey()

    def snapshot(self, data: bytes, position: int | None = None) -> None:
        at = self.position if position is None else position
        self.session.on_snapshot(wire.Snapshot("main", data, at, "Am"))

    def recall(self, take: Take) -> None:
        control, args = validate("/magnet/take/recall", ("x",))
        self.session.takes.recall(take, control, args, self.now, self.outcomes.append)
        self.obey()

    def keep(self, bars: int) -> Take | str:
        """Return the take, or why there is none."""
        control, args = validate("/magnet/take/keep", (bars,))
        drafts: list[Draft] = []
        count = len(self.outcomes)
        self.session.takes.keep(control, args, self.now, self.outcomes.append, drafts.append)
        self.obey()
        return drafts[0].take() if drafts else self.outcomes[count].reason

    def plan(self, bpm: float, position: int = 0) -> None:
        values = {"position": position, "bar_position": position, "bpm": bpm}
        self.session.on_event(wire.Event("main", "plan", values))

    def words(self) -> object:
        return dict(self.session.settings()).get("/magnet/prompt", ("",))[0]


def take_of(
    samples: int = RATE,
    after: int = 2000,
    *,
    goes_on: int = 1360,
    data: bytes = b"take",
    settings: tuple[Setting, ...] = (("/magnet/prompt", ("words of the take",)),),
) -> Take:
    """Return a take whose music goes on so many samples behind its bars."""
    return Take(
        sample_rate=RATE,
        bars=1,
        bpm=240.0,
        key="",
        settings=settings,
        pcm=np.full((1, samples), LEVEL, np.float32),
        after=np.full((1, after), LEVEL, np.float32),
        snapshot=data,
        snapshot_at=samples + goes_on,
        gain_db=0.0,
    )


def playing(seconds: float = 1.0) -> TakesRig:
    rig = TakesRig(model={"beats_per_bar": 4})
    rig.do("/magnet/prompt", "words of before")
    rig.do("/magnet/play")
    rig.run(seconds)
    return rig


def test_a_take_is_heard_at_once_and_then_music_from_where_its_snapshot_goes_on() -> None:
    """20 ms of crossfade at its beginning and at the joint; the new music is whole."""
    rig = playing()
    begins_at = rig.position + FLUSH  # in the worker's count
    rig.shape = lambda at: np.where(at < begins_at, 0.7, 0.5)  # what the codec held is not heard
    at = rig.session.position
    rig.recall(take_of())
    assert rig.outcomes[-1].reason == "" and rig.outcomes[-1].position == at
    rig.run(3.0)
    pcm, flags = rig.heard()
    joint = at + RATE + 1360
    taken = flags == FLAG_TAKE
    assert taken[at:joint].all() and taken.sum() == joint - at
    assert (pcm[0, at + BLOCK : joint] == np.float32(LEVEL)).all()
    np.testing.assert_allclose(pcm[0, joint + BLOCK :], 0.5, atol=1e-6)
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01
    assert rig.position - begins_at == rig.session.position - joint
    assert rig.metrics.discontinuities == rig.metrics.underruns == 0
    assert rig.words() == "words of the take"
    assert rig.restores[-1].data == b"take"
    assert ("/magnet/prompt", ("words of the take",)) in rig.restores[-1].settings
    transport = rig.session.transport
    assert transport.tempo_at(at + 100) == 240.0
    assert transport.beat_at(at) % 4 == 0


def test_music_of_a_snapshot_before_the_end_of_a_take_runs_unheard_until_then() -> None:
    rig = playing()
    begins_at = rig.position + FLUSH
    unheard = begins_at + 3000
    rig.shape = lambda at: np.where(at < unheard, 0.7, 0.5)
    at = rig.session.position
    rig.recall(take_of(goes_on=-3000, after=BLOCK))
    rig.run(3.0)
    pcm, flags = rig.heard()
    assert (flags == FLAG_TAKE).sum() == RATE
    np.testing.assert_allclose(pcm[0, at + RATE + BLOCK :], 0.5, atol=1e-6)
    assert rig.position - unheard == rig.session.position - at - RATE
    assert rig.metrics.discontinuities == 0


def quantised(when: str = "bar", *, at_s: float = 1.3) -> TakesRig:
    """Return a rig that plays at 240 bpm, a bar a second, and quantises what changes."""
    rig = playing(0.0)
    rig.plan(240.0)
    rig.do("/magnet/quantize", when)
    rig.run(at_s)
    return rig


@pytest.mark.parametrize(("when", "line"), [("bar", 2 * RATE), ("beat", RATE + RATE * 3 // 4)])
@pytest.mark.parametrize("data", [b"take", b""])
def test_a_recall_that_is_quantised_is_heard_on_the_line(when, line, data) -> None:
    """To the sample, and ``done`` says so; the music before it is whole."""
    rig = quantised(when)
    assert rig.session.position < line
    rig.recall(take_of(data=data, goes_on=1360 if data else 0, after=2000 if data else BLOCK))
    assert [outcome.address for outcome in rig.outcomes].count("/magnet/take/recall") == 0
    rig.run(4.0)
    assert rig.outcomes[-1].reason == "" and rig.outcomes[-1].position == line
    pcm, flags = rig.heard()
    joint = line + RATE + (1360 if data else 0)
    assert (flags[:line] == 2).all() and (flags[line:joint] == FLAG_TAKE).all()
    assert (flags[joint:] == 2).all()
    np.testing.assert_allclose(pcm[0, BLOCK:line], 0.5, atol=1e-6)
    assert rig.session.transport.beat_at(line) == 8
    assert rig.metrics.discontinuities == rig.metrics.underruns == 0
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01
    assert len(rig.restores) == bool(data)


def test_a_worker_that_is_slow_to_go_back_makes_a_gap_and_the_take_comes_behind_it() -> None:
    rig = quantised()
    rig.answers = False
    rig.recall(take_of())
    rig.run(1.5)
    assert rig.metrics.underruns == 1
    (asked,) = rig.restores
    begins_at = rig.position + FLUSH
    rig.session.takes.on_restored(wire.Restored("main", asked.request_id, begins_at), rig.now)
    at = rig.outcomes[-1].position
    rig.answers = True
    rig.run(2.5)
    pcm, flags = rig.heard()
    assert (flags[: 2 * RATE] == 2).all() and (flags[2 * RATE : at] & FLAG_CONCEALED).all()
    assert (flags[at : at + RATE] == FLAG_TAKE).all()
    assert rig.metrics.discontinuities == 0
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01


def test_a_recall_that_is_refused_on_its_line_lets_the_music_go_on_unharmed() -> None:
    rig = quantised()
    rig.shape = lambda at: 0.5 * np.sin(1e-6 * at**2)
    other = quantised()
    other.shape = rig.shape
    rig.recall(take_of(data=b"lost"))
    for one in (rig, other):
        one.run(3.0)
    assert rig.outcomes[-1].reason == "it is damaged"
    for ours, theirs in zip(rig.heard(), other.heard(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_waits_for_its_line_is_undone_replaced_or_taken_along() -> None:
    """Undo is of the recall; a later one takes its place; a stop or a lost worker ends the wait."""
    rig = quantised()
    rig.recall(take_of())
    rig.do("/magnet/take/undo")
    assert [bool(one.reason) for one in rig.outcomes[-2:]] == [True, False]
    rig.recall(take_of(data=b"first"))
    rig.recall(take_of(data=b"second"))
    assert "another take" in rig.outcomes[-1].reason
    rig.run(1.5)
    assert [restore.data for restore in rig.restores] == [b"second"]
    rig.do("/magnet/take/undo")
    assert rig.words() == "words of before"
    for what in ("stop", "lose"):
        rig = quantised()
        rig.recall(take_of())
        asked = len(rig.outcomes)
        if what == "stop":
            rig.do("/magnet/stop")
        else:
            rig.session.on_worker_lost("it died", rig.now)
        rig.run(0.01)
        assert len(rig.outcomes) == asked + 1 + (what == "stop")
        assert rig.outcomes[-1].reason == ""
        assert rig.words() == "words of the take"


def test_a_recall_waits_no_longer_when_nothing_is_quantised_any_more() -> None:
    rig = quantised()
    rig.recall(take_of())
    at = rig.session.position
    rig.do("/magnet/quantize", "off")
    rig.run(0.02)
    assert rig.outcomes[-1].address == "/magnet/take/recall"
    assert at <= rig.outcomes[-1].position < at + 0.05 * RATE


def test_words_that_come_while_a_recall_waits_do_not_hold_after_it() -> None:
    """The worker goes back after them, to the words of the take."""
    rig = quantised()
    rig.recall(take_of())
    rig.do("/magnet/prompt", "while it waits")
    assert rig.words() == "while it waits"
    rig.answers = False
    rig.do("/magnet/prompt", "answered late")
    rig.answers = True
    number = rig.session._requests.next_id - 1
    rig.run(1.5)
    rig.session.on_done(wire.Done("main", number, "/magnet/prompt", rig.position), rig.now)
    assert rig.words() == "words of the take"
    rig.do("/magnet/take/undo")
    assert rig.words() == "answered late"


def test_a_session_that_is_closed_answers_a_recall_that_waits() -> None:
    rig = quantised()
    rig.recall(take_of())
    rig.session.close("nobody was there", rig.now)
    assert rig.outcomes[-1].reason == "nobody was there"


def test_a_take_without_a_snapshot_is_heard_and_the_music_goes_on_as_it_was() -> None:
    rig = playing()
    at, made = rig.session.position, rig.position
    rig.recall(take_of(after=BLOCK, goes_on=0, data=b""))
    rig.run(3.0)
    pcm, flags = rig.heard()
    assert (flags == FLAG_TAKE).sum() == RATE
    assert rig.position - made == rig.session.position - at - RATE
    assert rig.words() == "words of before" and rig.restores == []
    assert rig.metrics.discontinuities == 0
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01


def test_a_take_recalled_while_stopped_is_heard_from_the_next_play_on() -> None:
    rig = playing()
    rig.do("/magnet/stop")
    at = rig.session.position
    rig.recall(take_of())
    rig.run(0.5)
    assert rig.session.position == at and rig.session.state is State.STOPPED
    rig.do("/magnet/play")
    rig.run(2.0)
    _, flags = rig.heard()
    assert (flags[at : at + RATE] == FLAG_TAKE).all()
    assert rig.metrics.discontinuities == 0


def test_a_stop_in_a_take_pauses_it() -> None:
    rig = playing()
    at = rig.session.position
    rig.recall(take_of())
    rig.run(0.3)
    rig.do("/magnet/stop")
    _, flags = rig.heard()
    assert flags[-1] == FLAG_CONCEALED | FLAG_LAST
    rig.do("/magnet/play")
    rig.run(3.0)
    pcm, flags = rig.heard()
    assert (flags == FLAG_TAKE).sum() == RATE + 1360
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01
    assert (flags[at + RATE + 1360 + BLOCK :] == 2).all()
    assert rig.metrics.discontinuities == 0


def test_a_worker_that_dies_in_a_take_is_not_missed_before_its_end() -> None:
    """The next one goes on from the take's end, with its words."""
    rig = playing()
    at = rig.session.position
    rig.recall(take_of())
    rig.run(0.3)
    rig.session.on_worker_lost("it died", rig.now)
    rig.playing = False
    rig.run(0.3)
    told = rig.new_worker()
    assert told[1] == wire.Restore("main", b"take")
    assert wire.Command("main", -2, "/magnet/prompt", ("words of the take",)) in told
    rig.run(2.0)
    _, flags = rig.heard()
    joint = at + RATE + 1360
    assert (flags[at:joint] == FLAG_TAKE).all() and (flags[joint:] == 2).all()
    assert rig.position == rig.session.position - joint
    assert rig.metrics.discontinuities == rig.metrics.underruns == 0


def test_without_a_worker_a_take_is_heard_and_the_next_one_goes_on_from_it() -> None:
    rig = playing()
    rig.session.on_worker_lost("it died", rig.now)
    rig.playing = False
    rig.run(0.6)
    rig.recall(take_of())
    assert rig.outcomes[-1].reason == ""
    rig.run(0.2)
    assert wire.Restore("main", b"take") in rig.new_worker()
    rig.run(2.0)
    _, flags = rig.heard()
    assert (flags == FLAG_TAKE).sum() == RATE + 1360
    assert rig.metrics.discontinuities == 0


def test_a_take_that_the_worker_refuses_changes_nothing() -> None:
    rig = playing()
    rig.recall(take_of(data=b"lost"))
    assert rig.outcomes[-1].reason == "it is damaged"
    rig.run(1.0)
    _, flags = rig.heard()
    assert (flags == 2).all() and rig.words() == "words of before"
    rig.do("/magnet/take/undo")  # of the first prompt: the recall was none
    assert rig.words() == ""


def test_a_take_of_another_kind_of_model_is_refused() -> None:
    rig = Rig.__new__(TakesRig)
    TakesRig.__init__(rig, channels=2)
    rig.recall(take_of())
    assert "another kind of model" in rig.outcomes[-1].reason


def test_a_recall_before_the_model_is_known_says_so() -> None:
    rig = TakesRig(ready=False)
    rig.recall(take_of())
    assert "not loaded" in rig.outcomes[-1].reason
    assert rig.keep(1) == "nothing has been played yet"


def test_words_that_were_on_their_way_before_a_recall_do_not_hold_after_it() -> None:
    """Those that come after it do."""
    rig = playing()
    rig.answers = False
    rig.do("/magnet/prompt", "too late")
    rig.recall(take_of())
    rig.do("/magnet/prompt", "afterwards")
    number = {request.data: request.request_id for request in rig.restores}[b"take"]
    session = rig.session
    session.takes.on_restored(wire.Restored("main", number, rig.position + FLUSH), rig.now)
    session.on_done(wire.Done("main", number - 1, "/magnet/prompt", rig.position), rig.now)
    assert rig.words() == "words of the take"
    session.on_done(wire.Done("main", number + 1, "/magnet/prompt", rig.position), rig.now)
    assert rig.words() == "afterwards"


def test_a_recall_leaves_gain_and_lead_as_they_are() -> None:
    """They are the performer's and the machine's, not the music's."""
    rig = playing()
    rig.do("/magnet/param/gain_db", -6)
    rig.do("/magnet/param/temperature", 2.0)
    settings = (
        ("/magnet/param/gain_db", (3.0,)),
        ("/magnet/param/lead_ms", (50.0,)),
        ("/magnet/tempo", (99.0,)),
    )
    rig.recall(take_of(settings=settings))
    assert dict(rig.session.settings()) == {
        "/magnet/param/lead_ms": (250.0,),
        "/magnet/param/gain_db": (-6.0,),
        "/magnet/tempo": (99.0,),
    }


def test_undo_goes_back_step_by_step_to_the_music_before_each_change() -> None:
    rig = playing()
    for step in ("one", "two", "three"):
        rig.snapshot(step.encode())
        rig.do("/magnet/prompt", step)
        rig.run(0.5)
    for data, words in ((b"three", "two"), (b"two", "one"), (b"one", "words of before")):
        rig.shape = lambda at: np.full(at.shape, 0.5)
        rig.do("/magnet/take/undo")
        assert rig.restores[-1].data == data and rig.words() == words
        assert rig.outcomes[-1].position == rig.session.position + FLUSH  # where it is heard
        rig.run(0.5)
    rig.do("/magnet/take/undo")  # the first words: before any music
    assert rig.words() == "" and len(rig.restores) == 3
    rig.do("/magnet/take/undo")
    assert "no change" in rig.outcomes[-1].reason
    pcm, _ = rig.heard()
    assert np.abs(np.diff(pcm[0, BLOCK:])).max() < 0.01
    assert rig.metrics.discontinuities == rig.metrics.underruns == 0


def test_every_change_of_words_tempo_take_and_notes_can_be_undone_and_no_other() -> None:
    undone = []
    for address in BY_ADDRESS:
        rig = TakesRig()
        rig.do("/magnet/play")
        rig.run(0.2)
        rig.snapshot(b"before")
        args = [
            "x" if one.kind is Kind.TEXT else one.default or one.low or (*one.choices, 1)[0]
            for one in BY_ADDRESS[address].arguments
        ]
        if address == "/magnet/take/recall":
            rig.recall(take_of())
        elif BY_ADDRESS[address].scope.value in ("worker", "stream"):
            rig.do(address, *args)
        else:
            continue
        rig.do("/magnet/take/undo")
        if not rig.outcomes[-1].reason:
            undone.append(address)
    slots = [f"/magnet/prompt/{number}" for number in range(1, 7)]
    weights = [f"{slot}/weight" for slot in slots]
    jumps = ("again", "reset", "take/recall", "input/use")
    others = {f"/magnet/{name}" for name in ("prompt", "tempo", "chords", *jumps)}
    assert set(undone) == {*slots, *weights, *others}


@pytest.mark.parametrize("change", [("/magnet/reset",), ("/magnet/input/use", "continue")])
def test_a_jump_to_other_music_can_be_undone(change: tuple[str, ...]) -> None:
    """One that was pressed twice, too; a phrase that is only known to later plans is no jump."""
    rig = playing()
    for data in (b"before", b"between"):
        rig.snapshot(data)
        rig.do(*change)
        rig.run(0.2)
    rig.do("/magnet/input/use", "context")
    for data in (b"between", b"before"):
        rig.do("/magnet/take/undo")
        assert rig.restores[-1].data == data and rig.words() == "words of before"
        rig.run(0.2)
    assert rig.metrics.discontinuities == 0


@pytest.mark.parametrize(
    ("address", "moves"),
    [
        ("/magnet/prompt/2", [("pads", weight) for weight in (0.1, 0.2, 0.3, 0.9)]),
        ("/magnet/prompt/2/weight", [(0.1,), (0.2,), (0.3,), (0.9,)]),
        ("/magnet/tempo", [(120,), (121,), (122,), (150,)]),
        ("/magnet/chords", [("Am",), ("F",), ("C",), ("G",)]),
    ],
)
def test_a_fader_that_is_moved_is_one_step(address: str, moves: list[tuple[Value, ...]]) -> None:
    """Also the one that sends a text along each time, and chords that are played on keys."""
    rig = playing()
    *quick, last = moves
    for number, args in enumerate(quick):
        rig.snapshot(f"{number}".encode())
        rig.do(address, *args)
        rig.run(0.1)
    rig.now += MERGE_S + 0.1
    rig.snapshot(b"later")
    rig.do(address, *last)
    for data in (b"later", b"0"):
        rig.do("/magnet/take/undo")
        assert rig.restores[-1].data == data
    assert address.removesuffix("/weight") not in dict(rig.session.settings())


def test_undo_is_bounded_and_what_was_refused_or_lost_is_no_step() -> None:
    rig = playing()
    for number in range(MAX_STEPS + 5):
        rig.snapshot(f"{number}".encode())
        rig.do("/magnet/again")
    rig.answers = False
    rig.do("/magnet/prompt", "bad")
    number = [m for m in range(1, 200) if rig.session._requests._sent.get(m)][-1]
    rig.session.on_fail(wire.Fail("main", number, "/magnet/prompt", "no"))
    rig.do("/magnet/take/undo")
    rig.session.on_worker_lost("it died", rig.now)  # before it has answered
    rig.answers = True
    rig.playing = False
    rig.new_worker()
    steps = []
    for _ in range(MAX_STEPS - 1):  # the refused one had pushed out the oldest
        rig.do("/magnet/take/undo")
        steps.append(rig.restores[-1].data)
    assert steps[0] == f"{MAX_STEPS + 4}".encode() and len(set(steps)) == MAX_STEPS - 1
    rig.do("/magnet/take/undo")
    assert rig.outcomes[-1].reason


def test_bars_are_kept_with_the_snapshot_behind_them_and_heard_again() -> None:
    """From playing to a take and back: what is recalled is what was kept."""
    rig = playing(0.0)
    rig.plan(240.0)
    rig.shape = lambda at: 0.5 * np.sin(1e-6 * at**2)  # never the same twice
    for _ in range(7):
        rig.run(0.5)
        rig.snapshot(f"at {rig.position}".encode(), rig.position + 100)
    kept = rig.keep(2)
    assert isinstance(kept, Take)
    assert (kept.bars, kept.bpm, kept.key) == (2, 240.0, "Am")
    heard, _ = rig.heard()
    begin = rig.session.position // RATE * RATE - 2 * RATE
    np.testing.assert_array_equal(kept.pcm, heard[:, begin : begin + 2 * RATE])
    assert kept.snapshot == f"at {begin + kept.snapshot_at - 100}".encode()
    assert kept.unheard == 0
    at = rig.session.position
    rig.recall(kept)
    rig.run(3.0)
    pcm, _ = rig.heard()
    np.testing.assert_array_equal(
        pcm[0, at + BLOCK : at + kept.joint], heard[0, begin + BLOCK : begin + kept.joint]
    )


def test_zero_bars_keep_everything_since_the_last_take_or_the_loop_that_plays() -> None:
    rig = playing(0.0)
    assert rig.keep(0) == "nothing has been played yet"
    rig.plan(240.0)
    rig.run(3.3)
    first = rig.keep(0)
    assert isinstance(first, Take) and first.bars == 3
    rig.run(2.0)
    second = rig.keep(0)
    assert isinstance(second, Take) and second.bars == 2
    rig.do("/magnet/loop", 1)
    pcm = np.full((1, RATE), 0.8, np.float32)
    rig.loop = wire.LoopPcm("main", 0, pcm, 1, 240.0, "C", b"loop")
    rig.answers = False
    rig.loop = wire.LoopPcm("main", rig.session._requests._next_id, pcm, 1, 240.0, "C", b"loop")
    loop = rig.keep(0)
    assert isinstance(loop, Take)
    assert (loop.bars, loop.snapshot, loop.snapshot_at, loop.unheard) == (1, b"loop", RATE, 0)
    assert loop.pcm.max() < 0.8  # the soft ceiling: as it is heard
    rig.loop = wire.LoopPcm("main", rig.session._requests._next_id)
    rig.run(1.0)
    released = rig.keep(0)
    assert isinstance(released, Take) and released.snapshot != b"loop"


STEPS = st.one_of(
    st.sampled_from(["play", "stop", "reset", "again", "take/undo"]),
    st.tuples(st.just("recall"), st.integers(-3000, 1360)),
    st.just(("recall", None)),
    st.tuples(st.just("run"), st.floats(0.0, 1.5)),
    st.sampled_from(["lose", "slow", "fast", "snapshot"]),
    st.tuples(st.just("quantize"), st.sampled_from(["off", "beat", "bar"])),
    st.just(("plan", 240.0)),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=14))
def test_any_order_of_takes_and_troubles_keeps_the_stream_whole(steps) -> None:
    """Everything is answered, nothing clicks, and the worker's music is never out of place."""
    rig = TakesRig(model={"beats_per_bar": 4})
    rig.shape = lambda at: np.full(at.shape, LEVEL)
    asked, alive = 0, True
    for step in steps:
        what, value = step if isinstance(step, tuple) else (step, None)
        if what == "run":
            rig.run(value)
        elif what in ("slow", "fast"):
            rig.speed = {"slow": 0.3, "fast": 1e9}[what]
        elif what == "snapshot":
            rig.snapshot(b"music", rig.position + 300)
        elif what == "lose":
            if alive:
                rig.session.on_worker_lost("it died", rig.now)
                rig.playing = False
            else:
                rig.new_worker()
            alive = not alive
        elif what == "quantize":
            asked += 1
            rig.do("/magnet/quantize", value)
        elif what == "plan":
            if rig.session.position:
                rig.plan(value, rig.position)
        elif what == "recall":
            asked += 1
            rig.recall(take_of(goes_on=value or 0, data=b"" if value is None else b"take"))
        else:
            asked += 1
            rig.do(f"/magnet/{what}")
    if not alive:
        rig.new_worker()
    rig.speed = 1e9
    rig.run(2.0)  # longer than a bar
    assert len(rig.outcomes) == asked
    assert rig.metrics.discontinuities == 0
    if rig.session.position:
        pcm, flags = rig.heard()
        assert len(flags) == pcm.shape[1]
        assert np.abs(np.diff(pcm[0, BLOCK:])).max(initial=0.0) < 0.01
