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

from daw_bridge.worker import Worker, run_worker
from daw_bridge.worker_link import SocketConnection
from daw_bridge.worker_protocol import (
    Broken,
    Chunk,
    Command,
    Demand,
    Done,
    Event,
    Fail,
    Open,
    ServerMessage,
    Shutdown,
    WorkerConfig,
    WorkerMessage,
)
from magnet_core.api import Model
from magnet_core.runtime.engine import Engine
from tests.magnet_core.runtime.fragile import (
    MEMORY_EATER,
    UNSPEAKABLE,
    FragileCodec,
    FragileWords,
    fragile_codec,
)
from tests.magnet_core.runtime.tiny import tiny_model

DATA = Path(__file__).parents[1] / "data"
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

    def say(self, message: ServerMessage) -> None:
        self._connection.send(message)

    def open(self, *names: str) -> None:
        for name in names:
            self.chunks[name] = []
            self.say(Open(name))
            self.say(Demand(name, LEAD))

    def command(self, session: str, address: str, *args: str) -> int:
        self._ids += 1
        self.say(Command(session, self._ids, address, args))
        return self._ids

    def ask(self, session: str, address: str, *args: str) -> Done | Fail:
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

    def waveform(self, session: str) -> np.ndarray:
        return np.concatenate([chunk.pcm for chunk in self.chunks[session]], axis=1)


@contextlib.contextmanager
def serving(model: Model) -> Iterator[Server]:
    ours, theirs = socket.socketpair()
    server, connection = SocketConnection(ours), SocketConnection(theirs)
    worker = Worker(Engine(model), connection)
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
