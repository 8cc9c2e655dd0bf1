"""The worker with a real, tiny model: one answer to each command, and no error that ends it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from daw_bridge.notices import EVENTS
from daw_bridge.supervision.worker_link import SocketConnection
from daw_bridge.worker.brake import Brake
from daw_bridge.worker.process import Worker, run_worker
from daw_bridge.worker_protocol import (
    Align,
    Broken,
    Chunk,
    Command,
    Demand,
    Done,
    Event,
    Fail,
    Open,
    Rejoin,
    Restore,
    ServerMessage,
    Shutdown,
    Snapshot,
    Value,
    WorkerConfig,
    WorkerMessage,
    is_position,
)
from magnet_core.api import Model
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.session import LiveSession
from magnet_core.runtime.snapshot import unpack
from tests.magnet_core.runtime.fragile import (
    MEMORY_EATER,
    UNSPEAKABLE,
    FragileCodec,
    FragileWords,
    fragile_codec,
)
from tests.magnet_core.runtime.tiny import tiny_model

DATA = Path(__file__).parents[2] / "data"
HOP = 640
LEAD = 8000
PATIENCE_S = 20.0


class Server:
    """The other end of the connection: demands what is played, and keeps what comes."""

    def __init__(self, connection: SocketConnection) -> None:
        self._connection = connection
        self._ids = 0
        self.chunks: dict[str, list[Chunk]] = {}
        self.answers: dict[int, Done | Fail] = {}
        self.events: list[Event] = []
        self.snapshots: list[Snapshot] = []

    def say(self, message: ServerMessage) -> None:
        self._connection.send(message)

    def open(self, *names: str) -> None:
        for name in names:
            self.chunks[name] = []
            self.say(Open(name))
            self.say(Demand(name, LEAD))

    def command(self, session: str, address: str, *args: Value) -> int:
        self._ids += 1
        self.say(Command(session, self._ids, address, args))
        return self._ids

    def ask(self, session: str, address: str, *args: Value) -> Done | Fail:
        number = self.command(session, address, *args)
        self.until(lambda: number in self.answers)
        return self.answers[number]

    def position(self, session: str) -> int:
        chunks = self.chunks[session]
        return chunks[-1].position + chunks[-1].pcm.shape[1] if chunks else 0

    def hear(self, session: str, frames: int) -> None:
        wanted = self.position(session) + frames * HOP
        self.until(lambda: self.position(session) >= wanted)

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert self._connection.poll(deadline - time.monotonic()), "the worker is silent"
            self._take(self._connection.recv())

    def _take(self, message: WorkerMessage) -> None:
        if isinstance(message, Chunk):
            assert message.position == self.position(message.session)
            self.chunks[message.session].append(message)
            self.say(Demand(message.session, self.position(message.session) + LEAD))
        elif isinstance(message, Done | Fail):
            assert message.command_id not in self.answers
            self.answers[message.command_id] = message
        elif isinstance(message, Event):
            self.events.append(message)
        elif isinstance(message, Snapshot):
            self.snapshots.append(message)

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    def waveform(self, session: str) -> np.ndarray:
        return np.concatenate([chunk.pcm for chunk in self.chunks[session]], axis=1)


@contextlib.contextmanager
def serving(
    model: Model, brake: Brake | None = None, kind: type[Engine] = Engine
) -> Iterator[Server]:
    ours, theirs = socket.socketpair()
    server, connection = SocketConnection(ours), SocketConnection(theirs)
    worker = Worker(kind(model), connection, brake)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield Server(server)
        server.send(Shutdown())
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    finally:
        server.close()
        thread.join(PATIENCE_S)
        connection.close()


@pytest.mark.parametrize(("prompt", "why"), [(UNSPEAKABLE, "be said"), (MEMORY_EATER, "memory")])
def test_prompt_that_cannot_be_encoded_fails_and_changes_nothing(prompt: str, why: str) -> None:
    """Whatever the encoder raises, the command fails with the reason and the music goes on."""
    model = tiny_model()
    model.text_encoder = FragileWords(model.text_encoder)
    with serving(model) as server:
        server.open("main")
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 20)
        plans = len([event for event in server.events if event.name == "plan"])
        answer = server.ask("main", "/magnet/prompt", prompt)
        assert isinstance(answer, Fail)
        assert why in answer.reason
        server.hear("main", 20)
        assert len([event for event in server.events if event.name == "plan"]) == plans
        assert isinstance(server.ask("main", "/magnet/prompt", "dub"), Done)


def test_unknown_sessions_addresses_and_values_fail() -> None:
    """Each is answered once, with a reason that names what is wrong."""
    with serving(tiny_model()) as server:
        server.open("main")
        for session, address, args, why in (
            ("nobody", "/magnet/play", (), "nobody"),
            ("main", "/magnet/dance", (), "/magnet/dance"),
            ("main", "/magnet/param/colour", ("red",), "colour"),
            ("main", "/magnet/param/steps", ("1,2",), "steps"),
            ("main", "/magnet/prompt", (), "IndexError"),
        ):
            answer = server.ask(session, address, *args)
            assert isinstance(answer, Fail)
            assert why in answer.reason
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 10)


def _fragile() -> tuple[Model, FragileCodec]:
    codec = fragile_codec()
    return tiny_model(codec=codec), codec


def test_error_in_one_session_leaves_the_others_alone() -> None:
    """Its own music begins anew, without a gap in positions; the others hear nothing of it."""
    model, codec = _fragile()
    with serving(model) as server:
        server.open("one", "two")
        for name in ("one", "two"):
            assert isinstance(server.ask(name, "/magnet/play"), Done)
        server.hear("one", 30)
        server.hear("two", 30)
        codec.streams[0].broken = True  # the first opened
        server.until(lambda: any(event.name == "worker" for event in server.events))
        (said,) = [event for event in server.events if event.name == "worker"]
        assert said.session == "one"
        assert "out of memory" in str(said.values["detail"])
        server.hear("two", 60)
        server.hear("one", 60)
        assert np.abs(server.waveform("one")[:, -20 * HOP :]).max() > 0
        assert isinstance(server.ask("one", "/magnet/prompt", "dub"), Done)
        assert {chunk.plan_id for chunk in server.chunks["two"]} == set(
            range(1, 1 + max(chunk.plan_id for chunk in server.chunks["two"]))
        )


def test_error_that_lasts_is_not_tried_all_the_time() -> None:
    """A session that fails again and again rests in between, answers commands, and comes back."""
    model, codec = _fragile()
    with serving(model) as server:
        server.open("main")
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 20)
        codec.broken, before = True, codec.pushes
        server.until(lambda: sum(event.name == "worker" for event in server.events) == 3)
        assert codec.pushes - before == 3
        details = [str(event.values["detail"]) for event in server.events if event.name == "worker"]
        assert [detail.partition(" in ")[2][:4] for detail in details] == ["0.25", "0.5 ", "1 s:"]
        started = time.monotonic()
        assert isinstance(server.ask("main", "/magnet/prompt", "dub"), Done)
        assert time.monotonic() - started < PATIENCE_S / 2
        codec.broken = False
        server.hear("main", 40)
        assert isinstance(server.ask("main", "/magnet/stop"), Done)


def test_every_way_to_rewrite_the_future_is_answered_by_the_sample_where_it_is_heard() -> None:
    with serving(tiny_model()) as server:
        server.open("main")
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 30)
        for address, args in (
            ("/magnet/prompt/2", ("dub", 0.5)),
            ("/magnet/again", ()),
            ("/magnet/tempo", (97.0,)),
            ("/magnet/param/slew_s", (0.0,)),
            ("/magnet/param/temperature", (0.8,)),
            ("/magnet/loop", (1,)),
            ("/magnet/loop", (0,)),
            ("/magnet/reset", ("bar",)),
            ("/magnet/reset", ("now",)),
        ):
            before = server.position("main")
            answer = server.ask("main", address, *args)
            assert isinstance(answer, Done), answer
            assert answer.position >= before
            server.hear("main", 5)


def test_plans_are_told_with_their_beats_when_they_begin_and_what_they_took_at_their_end() -> None:
    with serving(tiny_model()) as server:
        server.open("main")
        server.ask("main", "/magnet/tempo", 120.0)
        server.ask("main", "/magnet/play")
        server.until(lambda: len(server.named("plan_done")) > 2)
        plans, done = server.named("plan"), server.named("plan_done")
        bar = 2.0 * 32000
        for plan in plans:
            position, bar_position = plan.values["position"], plan.values["bar_position"]
            assert plan.values["bpm"] == 120.0
            assert 0 <= position - bar_position < bar
            assert bar_position % bar == pytest.approx(0, abs=1)
        for plan, end in zip(plans, done, strict=False):
            assert end.values["plan"] == plan.values["plan"]
            assert end.values["passes"] > 0 and end.values["seconds"] > 0
            assert end.values["replaced"] == 0
        server.command("main", "/magnet/prompt", "dub")
        server.until(lambda: len(server.named("plan_done")) > len(done) + 1)
        for event in server.events:
            notice = EVENTS[f"/magnet/event/{event.name}"]
            assert list(event.values) == [part.split()[1] for part in notice.arguments.split(", ")]
            for part, value in zip(
                notice.arguments.split(", "), event.values.values(), strict=True
            ):
                is_string = part[0] == "s" and not is_position(part)
                assert type(value) is (str if is_string else float if part[0] == "f" else int)


def test_a_model_without_a_metre_has_no_tempo() -> None:
    with serving(tiny_model(metre=False)) as server:
        server.open("main")
        server.ask("main", "/magnet/play")
        server.hear("main", 5)
        assert server.named("plan")[0].values["bpm"] == 0.0


def test_snapshots_come_every_half_second_of_music_and_when_it_stops() -> None:
    with serving(tiny_model()) as server:
        server.open("main")
        server.ask("main", "/magnet/stop")
        assert server.snapshots == []  # there is nothing to go on from
        server.ask("main", "/magnet/play")
        server.hear("main", 200)
        server.ask("main", "/magnet/stop")
        server.ask("main", "/magnet/prompt", "dub")  # what comes after the stop has come
        seconds = server.position("main") / 32000
        assert 2 * seconds - 2 <= len(server.snapshots) <= 2 * seconds + 1
        assert max(len(snapshot.data) for snapshot in server.snapshots) < 20_000


def test_another_worker_goes_on_with_the_music_words_and_settings() -> None:
    """Its first plan has a context, whatever is told once more after the snapshot."""
    model = tiny_model()
    with serving(model) as server:
        server.open("main")
        server.ask("main", "/magnet/prompt", "techno 140 bpm")
        server.ask("main", "/magnet/param/steps", "2,1,1,1")
        server.ask("main", "/magnet/play")
        server.hear("main", 60)
        server.ask("main", "/magnet/stop")
        server.ask("main", "/magnet/prompt/2", "dub", 0.0)
        data = server.snapshots[-1].data
    with serving(model) as server:
        server.chunks["main"] = []
        server.say(Open("main"))
        server.say(Restore("main", data))
        server.say(Command("main", -1, "/magnet/param/lead_ms", (250.0,)))
        server.say(Command("main", -2, "/magnet/prompt", ("techno 140 bpm purple",)))
        server.say(Demand("main", LEAD))
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 30)
        plan = server.named("plan")[0].values
        assert plan["context_frames"] > 0
        assert (plan["bpm"], plan["steps"]) == (140.0, "2,1,1,1")
        assert server.chunks["main"][0].position == 0
        assert np.abs(server.waveform("main")).max() > 0
        assert server.named("words") == []  # a setting that is replayed is no news


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x00" * 1000])
def test_a_snapshot_that_is_none_is_said_and_the_music_begins_anew(data: bytes) -> None:
    with serving(tiny_model()) as server:
        server.open("main")
        server.say(Restore("main", data))
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 10)
        (said,) = server.named("worker")
        assert "begins anew" in str(said.values["detail"])
        assert server.named("plan")[0].values["context_frames"] == 0


class Forgetful(Engine):
    """Its sessions cannot be restored, for a reason that nobody thought of."""

    def open(self, seed: int = 0) -> LiveSession:
        session = super().open(seed)

        def restore(data: bytes) -> None:
            raise RuntimeError("out of memory")

        session.restore = restore  # type: ignore[method-assign]
        return session


def test_an_error_in_restoring_a_session_is_its_own() -> None:
    with serving(tiny_model(), kind=Forgetful) as server:
        server.open("main")
        server.say(Restore("main", b"music"))
        assert isinstance(server.ask("main", "/magnet/play"), Done)
        server.hear("main", 10)
        (said,) = server.named("worker")
        assert "begins anew: RuntimeError: out of memory" in str(said.values["detail"])


def test_a_delayed_worker_waits_after_all_that_it_does() -> None:
    waited: list[float] = []
    with serving(tiny_model(), Brake(3.0, sleep=waited.append)) as server:
        server.open("main")
        server.ask("main", "/magnet/play")
        server.hear("main", 20)
    assert len(waited) > 20
    assert all(seconds > 0 for seconds in waited)


def test_model_that_cannot_sound_is_broken_with_a_reason() -> None:
    """A folder without its codec would fail at every start: the server is told what is missing."""
    ours, theirs = socket.socketpair()
    server, connection = SocketConnection(ours), SocketConnection(theirs)
    with contextlib.closing(server), contextlib.closing(connection):
        folder, text_encoder = str(DATA / "hybrid-32khz"), str(DATA / "t5")
        run_worker(connection, WorkerConfig(model=folder, text_encoder=text_encoder))
        message = server.recv()
        assert isinstance(message, Broken)
        assert "compression_state_dict.bin" in message.reason


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"device": "cuda:99"}, "cuda:99 was asked for"),
        ({"dtype": "int8"}, "'int8' is no precision"),
    ],
)
def test_device_that_is_not_there_is_broken_with_a_reason(
    wrong: dict[str, str], reason: str
) -> None:
    """Nor would another start find it: the server is told, and the process ends by itself."""
    ours, theirs = socket.socketpair()
    server, connection = SocketConnection(ours), SocketConnection(theirs)
    with contextlib.closing(server), contextlib.closing(connection):
        run_worker(connection, WorkerConfig(**wrong))
        message = server.recv()
        assert isinstance(message, Broken)
        assert reason in message.reason


def test_flood_of_controls_stops_no_music() -> None:
    """Of many messages a few are carried out between two units of work; all are answered."""
    with serving(tiny_model()) as server:
        server.open("main", "other")
        for name in ("main", "other"):
            server.ask(name, "/magnet/play")
            server.hear(name, 10)
        numbers = [server.command("main", "/magnet/prompt", f"text {n}") for n in range(240)]
        server.hear("other", 20)
        server.hear("main", 20)
        server.until(lambda: all(number in server.answers for number in numbers))
        assert all(isinstance(server.answers[number], Done) for number in numbers)


def test_controls_that_wait_for_a_loop_do_not_pile_up() -> None:
    """A fader is moved for as long as a loop plays: what it said before is answered."""
    with serving(tiny_model()) as server:
        server.open("main")
        server.ask("main", "/magnet/tempo", 240.0)
        server.ask("main", "/magnet/play")
        server.ask("main", "/magnet/loop", 1)
        server.hear("main", 150)
        numbers = [
            server.command("main", "/magnet/param/temperature", 1.0 + n / 1000) for n in range(300)
        ]
        server.until(lambda: sum(number in server.answers for number in numbers) >= 300 - 64)
        assert numbers[-1] not in server.answers
        server.ask("main", "/magnet/loop", 0)
        server.until(lambda: all(number in server.answers for number in numbers))
        last, released = server.answers[numbers[-1]], server.position("main")
        assert isinstance(last, Done)
        assert last.position <= released + LEAD + 50 * HOP


def test_what_was_refused_is_waited_for_by_nobody() -> None:
    """It was answered then; however much more of it comes, later commands are answered for real."""
    with serving(tiny_model()) as server:
        server.open("main")
        server.ask("main", "/magnet/tempo", 240.0)
        server.ask("main", "/magnet/play")
        server.ask("main", "/magnet/loop", 1)
        server.hear("main", 150)
        refused = [server.command("main", "/magnet/param/steps", "1,2") for _ in range(79)]
        waits = server.command("main", "/magnet/param/temperature", 2.0)
        server.until(lambda: all(number in server.answers for number in refused))
        server.ask("main", "/magnet/param/lead_ms", 300.0)
        assert all(isinstance(server.answers[number], Fail) for number in refused)
        assert waits not in server.answers
        server.ask("main", "/magnet/loop", 0)
        server.until(lambda: waits in server.answers)


def test_chords_are_played_or_refused_with_what_would_be_right() -> None:
    """The reason names what the model knows; a model that is told none says so."""
    with serving(tiny_model(harmony=True)) as server:
        server.open("main")
        server.ask("main", "/magnet/play")
        answer = server.ask("main", "/magnet/chords", "Am Fsus4")
        assert isinstance(answer, Fail)
        assert "chord is 'Fsus4'; it must be such as C, F#m7 or Bdim" in answer.reason
        assert isinstance(server.ask("main", "/magnet/chords", "Ebm | Abm7"), Done)
        server.hear("main", 120)
        assert server.snapshots[-1].key == "D#m"
    with serving(tiny_model()) as server:
        server.open("main")
        answer = server.ask("main", "/magnet/chords", "Am")
        assert isinstance(answer, Fail)
        assert "tiny is not told chords" in answer.reason
        assert isinstance(server.ask("main", "/magnet/chords", ""), Done)


def test_a_slot_is_set_as_a_whole_or_in_parts() -> None:
    """A text, a weight, or both; the other stays."""
    model = tiny_model()
    model.text_encoder = FragileWords(model.text_encoder)
    with serving(model) as server:
        server.open("main")
        for args in (
            ("/magnet/prompt/2/weight", 0.25),
            ("/magnet/prompt/2", "dub"),
            ("/magnet/prompt/3", "pads", 0.5),
            ("/magnet/prompt/3/weight", 0.75),
        ):
            assert isinstance(server.ask("main", *args), Done)
        assert isinstance(server.ask("main", "/magnet/prompt/3", UNSPEAKABLE), Fail)
        server.ask("main", "/magnet/play")
        server.hear("main", 60)
        answer = server.ask("main", "/magnet/stop")
        assert isinstance(answer, Done)
        snapshot = unpack(server.snapshots[-1].data, model)
        slots = [(slot.text, slot.weight) for slot in snapshot.wanted.prompts.slots]
        assert slots[:3] == [("", 1.0), ("dub", 0.25), ("pads", 0.75)]


def test_external_clock_is_followed_and_a_gap_made_up_for() -> None:
    """Its tempo is that of the plans; a reading that cannot be is ignored."""
    with serving(tiny_model()) as server:
        server.open("main")
        server.ask("main", "/magnet/play")
        server.say(Align("main", 0, 0.0, 7.0))

        def follow(bpm: float, beat: float) -> None:
            for _ in range(12):
                position = server.position("main")
                server.say(Align("main", position, beat + position / 32000 * bpm / 60, bpm))
                server.hear("main", 20)

        follow(111.0, 0.1)
        plan = server.named("plan")[-1].values
        assert plan["bpm"] == pytest.approx(111.0, rel=0.03)
        server.say(Align("main", 0, 0.0, 0.0))
        position = server.position("main")
        bars = (position - int(plan["bar_position"])) / 32000 * 111 / 240
        server.say(Rejoin("main", position, 4 * bars + 1.0))  # a beat of something else was heard
        server.until(lambda: server.named("plan")[-1].values["plan"] != plan["plan"])
        server.hear("main", 300)
        jumped = server.named("plan")[-1].values
        apart = (int(jumped["bar_position"]) - int(plan["bar_position"])) / 32000 * 111 / 60
        assert apart % 4 == pytest.approx(3.0, abs=0.1)
