"""The middle of the server, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from daw_bridge import worker_protocol as wire
from daw_bridge.doors.access import Access
from daw_bridge.errors import TransportError
from daw_bridge.hub import IDLE_SESSION_S, MAX_SESSIONS, Client, Hub
from daw_bridge.messages import Command
from daw_bridge.session.requests import Outcome
from daw_bridge.takes.files import TakeStore


class Recorder(Client):
    """A client that notes its answers."""

    def __init__(self, session: str = "main") -> None:
        super().__init__(session)
        self.answers: list[tuple] = []

    def done(self, message_id: int | str, outcome: Outcome) -> None:
        self.answers.append(("done", message_id, outcome.address))

    def fail(self, message_id: int | str | None, address: str, reason: str) -> None:
        self.answers.append(("fail", message_id, reason))

    def answer(self, kind: str, message_id: int | str, values: Mapping[str, wire.Value]) -> None:
        self.answers.append((kind, message_id, dict(values)))


class Rig:
    def __init__(self) -> None:
        self.now = 0.0
        self.hub = Hub(
            takes=TakeStore(Path("no takes are kept here")),
            config=wire.WorkerConfig(),
            access=Access("secret"),
            clock=lambda: self.now,
            target="never:started",
        )


def test_sessions_are_bounded_and_idle_ones_make_room() -> None:
    rig = Rig()
    names = [f"s{number}" for number in range(MAX_SESSIONS - 1)]
    for name in names:
        rig.hub.session(name)
    with pytest.raises(TransportError, match="16 sessions"):
        rig.hub.session("one-more")
    client = Recorder("one-more")
    rig.hub.handle(client, Command("/magnet/play"))
    assert client.answers[0][0] == "fail" and "16 sessions" in client.answers[0][2]
    rig.now = IDLE_SESSION_S / 2
    rig.hub.session("s0")
    rig.now = IDLE_SESSION_S + 1
    assert list(rig.hub.open_sessions()) == ["main", *names]  # to look is no use of them
    rig.hub.tick()
    assert list(rig.hub.open_sessions()) == ["main", "s0"]


def test_a_sender_numbers_its_own_commands_and_keeps_given_ids() -> None:
    rig, client = Rig(), Recorder()
    for message_id in (None, "mine", None):
        rig.hub.handle(client, Command("/magnet/ping", ("x",), message_id))
    assert [answer[1] for answer in client.answers] == [1, "mine", 2]


def test_sync_waits_for_what_was_sent_before_and_no_longer() -> None:
    rig, client = Rig(), Recorder()
    rig.hub.handle(client, Command("/magnet/play", (), "play"))  # waits: there is no worker
    rig.hub.handle(client, Command("/magnet/sync", (5,), "sync"))
    rig.hub.handle(client, Command("/magnet/prompt", ("x",), "prompt"))
    assert client.answers == []
    rig.hub.handle(client, Command("/magnet/stop", (), "stop"))  # cancels the play
    assert [answer[:2] for answer in client.answers] == [
        ("fail", "play"),
        ("synced", "sync"),
        ("done", "stop"),
    ]
    assert client.answers[1][2] == {"id": 5}


def test_the_right_token_makes_a_client_trusted() -> None:
    rig, client = Rig(), Recorder()
    rig.hub.handle(client, Command("/magnet/token", ("guess",)))
    assert not client.trusted
    rig.hub.handle(client, Command("/magnet/token", ("secret",)))
    assert client.trusted
    assert [answer[0] for answer in client.answers] == ["fail", "done"]


def test_status_names_settings_and_counters() -> None:
    rig, client = Rig(), Recorder()
    rig.hub.handle(client, Command("/magnet/param/gain_db", (-6,)))
    rig.hub.handle(client, Command("/magnet/nothing"))
    status = rig.hub.status("main")
    assert status["gain_db"] == -6.0
    assert (status["commands"], status["fails"]) == (2, 1)
    assert (status["worker"], status["worker_pid"]) == ("starting", 0)
    assert (status["lead_ms"], status["lead_now_ms"]) == (250.0, 250.0)


def test_status_names_the_weights_of_slots_too() -> None:
    rig = Rig()
    rig.hub.session("main").meet_model(wire.Ready(32000, 1, {}))
    rig.hub.session("main").on_ready(0.0)
    rig.hub.handle(Recorder(), Command("/magnet/prompt/2", ("bells", 0.5)))
    rig.hub.session("main").on_done(wire.Done("main", 1, "/magnet/prompt/2", 0), 0.0)
    status = rig.hub.status("main")
    assert (status["prompt/2"], status["prompt/2/weight"]) == ("bells", 0.5)
