"""A phrase in the worker: put together of pieces, gone on from, known to the next worker."""

from __future__ import annotations

import numpy as np

from daw_bridge.notices import EVENTS
from daw_bridge.worker.seat import Seat
from daw_bridge.worker_protocol import Command, Done, Event, Fail, Phrase, Restore
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import PcmChunk
from tests.daw_bridge.worker.test_process import HOP, Server, serving
from tests.magnet_core.runtime.tiny import tiny_model

RATE = 32000


def states(server: Server) -> list[tuple[str, float]]:
    return [(e.values["state"], round(e.values["seconds"], 2)) for e in server.named("input")]


def play_phrase(server: Server, seconds: float, *, first: bool = True) -> None:
    times = np.arange(round(seconds * RATE)) / RATE
    wave = (0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)[None]
    for at in range(0, wave.shape[1], 4000):
        server.say(Phrase("a", wave[:, at : at + 4000], first=first and at == 0))
    server.say(Phrase("a", np.zeros((1, 0), np.float32), last=True))


def test_music_goes_on_from_a_phrase_and_the_answer_names_its_first_sample() -> None:
    with serving(tiny_model()) as server:
        server.open("a")
        server.ask("a", "/magnet/play")
        server.hear("a", 30)
        play_phrase(server, 2.0)
        done = server.ask("a", "/magnet/input/use", "continue")  # waits until it is encoded
        assert isinstance(done, Done)
        server.until(lambda: len(states(server)) == 2)
        assert states(server) == [("recorded", 2.0), ("in use", 2.0)]
        server.hear("a", 40)
        assert 20 * HOP < done.position < server.position("a")
        assert {"state", "seconds"} == set(server.named("input")[0].values)
        assert "s state, f seconds" in EVENTS["/magnet/event/input"].arguments


def test_the_next_worker_has_the_phrase_even_if_nothing_was_played_since() -> None:
    with serving(tiny_model()) as server:
        server.open("a")
        play_phrase(server, 1.0)
        server.until(lambda: bool(server.snapshots))
        assert isinstance(server.ask("a", "/magnet/input/use", "context"), Done)
        server.until(lambda: len(server.snapshots) > 1)
        data = server.snapshots[-1].data
    with serving(tiny_model()) as server:
        server.open("a")
        server.say(Restore("a", data))
        assert isinstance(server.ask("a", "/magnet/input/use", "continue"), Done)
        server.ask("a", "/magnet/play")
        server.hear("a", 20)


def test_without_a_phrase_and_with_one_that_is_too_long_it_says_so() -> None:
    with serving(tiny_model()) as server:
        server.open("a")
        answer = server.ask("a", "/magnet/input/use", "context")
        assert isinstance(answer, Fail) and "record one first" in answer.reason
        play_phrase(server, 32.0)
        server.until(lambda: bool(server.named("input")))
        assert states(server) == [("off", 0.0)]
        assert isinstance(server.ask("a", "/magnet/input/use", "off"), Done)


def input_states(messages: list[object]) -> list[object]:
    named = [m for m in messages if isinstance(m, Event) and m.name == "input"]
    return [event.values["state"] for event in named]


def test_a_phrase_that_cannot_be_encoded_fails_who_waits_for_it_and_nothing_else() -> None:
    """Both who wait are answered, the music goes on, and the next phrase does as if nothing was."""
    model = tiny_model()
    session = Engine(model).open()
    seat = Seat("a", session, model, None)
    session.play()

    def work(units: int) -> list[object]:
        chunks = [chunk for _ in range(units) for chunk in session.work(session.position + 4 * HOP)]
        return [*chunks, *(m for event in session.events() for m in seat.messages(event))]

    work(60)
    broken = np.full((1, RATE), np.nan, np.float32)
    assert seat.take_phrase(Phrase("a", broken, first=True, last=True)) == []
    for number, how in enumerate(("continue", "context"), start=1):
        assert seat.carry_out(Command("a", number, "/magnet/input/use", (how,))) == []
    told = work(60)
    refused = [message for message in told if isinstance(message, Fail)]
    assert [fail.command_id for fail in refused] == [1, 2]
    assert all("cannot be encoded" in fail.reason for fail in refused)
    assert input_states(told) == ["off"]
    assert any(isinstance(message, PcmChunk) for message in told)
    seat.take_phrase(Phrase("a", np.full((1, RATE), 0.1, np.float32), first=True, last=True))
    told = work(60)
    assert input_states(told) == ["recorded"]
    assert not [message for message in told if isinstance(message, Done | Fail)]
