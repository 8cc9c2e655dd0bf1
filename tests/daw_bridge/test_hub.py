"""The middle of the server, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from counting import calls_of
from silent_hub import silent_hub

from daw_bridge import worker_protocol as wire
from daw_bridge.client import MAX_SYNCS, Client
from daw_bridge.controls import BY_ADDRESS
from daw_bridge.messages import Command
from daw_bridge.session.requests import MAX_REQUESTS, Outcome
from daw_bridge.session.sessions import ENDS_AFTER_S, MAX_SESSIONS, SPARE_AFTER_S


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


class Mover(Recorder):
    """One whose commands may act on another session, as those of OSC may."""

    can_move = True


class Rig:
    def __init__(self) -> None:
        self.now = 0.0
        self.hub = silent_hub(lambda: self.now)
        self.events: list[tuple[str, str, dict]] = []
        self.hub.watch(lambda session, event, values: self.note(session, event, values))

    def note(self, session: str, event: str, values: Mapping[str, wire.Value]) -> None:
        self.events.append((session, event, dict(values)))

    def play(self, name: str) -> None:
        """Let a session begin to play, as a worker would that has just been asked to."""
        session = self.hub.session(name)
        session.meet_model(wire.Ready(32000, 1, {}))
        session.on_ready(self.now)
        session.on_done(wire.Done(name, 0, "/magnet/play", 0), self.now)
        assert session.is_under_way

    def tick_at(self, now: float) -> list[str]:
        """Let time pass; return the names of the sessions that are open then."""
        self.now = now
        self.hub.tick()
        return list(self.hub.open_sessions())


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


def test_syncs_are_answered_in_order_each_when_the_last_before_it_is() -> None:
    rig, client = Rig(), Recorder()
    for number, address in enumerate(("/magnet/play", "/magnet/again", "/magnet/play")):
        rig.hub.handle(client, Command(address))  # wait: there is no worker
        rig.hub.handle(client, Command("/magnet/sync", (number,)))
    rig.hub.handle(client, Command("/magnet/stop"))  # cancels both plays, and is done
    assert [answer[0] for answer in client.answers] == ["fail", "synced", "fail", "done"]
    session = rig.hub.session("main")
    session.on_worker_lost("no more", rig.now, for_good=True)  # fails the one between them
    assert [answer[2] for answer in client.answers if answer[0] == "synced"] == [
        {"id": 0},
        {"id": 1},
        {"id": 2},
    ]


def test_syncs_that_wait_are_bounded_and_cost_no_more_than_one() -> None:
    """Each is told; answering a command looks at no sync but the first, however many wait."""
    rig, client = Rig(), Recorder()
    for number in range(MAX_REQUESTS - 1):
        rig.hub.handle(client, Command("/magnet/again", (), number))
    for number in range(3 * MAX_SYNCS):
        rig.hub.handle(client, Command("/magnet/sync", (number,), f"sync {number}"))
    assert len(client.answers) == 2 * MAX_SYNCS
    assert {answer[0] for answer in client.answers} == {"fail"}
    assert "64 syncs wait already" in client.answers[0][2]
    client.answers.clear()
    main = rig.hub.session("main")
    calls = calls_of(lambda: main.on_worker_lost("gone", 0.0, for_good=True))
    assert calls < 40 * (MAX_REQUESTS + MAX_SYNCS)
    kinds = [answer[0] for answer in client.answers]
    assert kinds == ["fail"] * (MAX_REQUESTS - 1) + ["synced"] * MAX_SYNCS


def test_a_websocket_stays_with_the_session_that_it_hears() -> None:
    rig, client, mover = Rig(), Recorder(), Mover()
    for one in (client, mover):
        rig.hub.handle(one, Command("/magnet/session", ("solo",)))
        rig.hub.handle(one, Command("/magnet/param/gain_db", (-6,)))
    assert "connect again" in client.answers[0][2] and client.session == "main"
    assert mover.answers[0][0] == "done" and mover.session == "solo"
    assert rig.hub.status("main")["gain_db"] == rig.hub.status("solo")["gain_db"] == -6.0
    rig.hub.handle(client, Command("/magnet/session", ("third",)))
    assert "third" not in rig.hub.open_sessions()


# --- when sessions end ---


def test_a_session_that_nobody_uses_ends_after_ten_minutes_and_all_are_told() -> None:
    rig, client = Rig(), Mover()
    rig.hub.handle(client, Command("/magnet/session", ("solo",)))
    rig.hub.handle(client, Command("/magnet/param/gain_db", (-6,)))
    assert rig.tick_at(ENDS_AFTER_S - 1) == ["main", "solo"]
    rig.hub.session("solo")  # used again
    assert rig.tick_at(2 * ENDS_AFTER_S - 2) == ["main", "solo"]  # and to look is no use of it
    assert rig.events == []
    assert rig.tick_at(2 * ENDS_AFTER_S + 2) == ["main"]
    ((told, event, values),) = rig.events
    assert (told, event) == ("", "session")
    assert (values["name"], values["state"]) == ("solo", "closed")
    assert "10 minutes" in values["detail"]
    rig.hub.handle(client, Command("/magnet/param/gain_db", (-3,)))  # begins anew
    assert rig.hub.status("solo")["gain_db"] == -3.0


def test_music_that_plays_to_nobody_ends_too() -> None:
    rig = Rig()
    rig.play("solo")
    assert rig.tick_at(ENDS_AFTER_S - 1) == ["main", "solo"]
    assert rig.tick_at(ENDS_AFTER_S + 1) == ["main"]


def test_a_session_that_is_held_or_asked_for_an_answer_stays() -> None:
    """A subscriber who touches nothing for an hour, and a command that waits for the worker."""
    rig, client, held = Rig(), Mover("waits"), ["held"]
    rig.hub.session("held")
    release = rig.hub.hold(lambda: held)
    rig.hub.handle(client, Command("/magnet/play"))
    rig.hub.handle(client, Command("/magnet/sync", (1,)))
    for hour in range(1, 4):
        assert rig.tick_at(3600.0 * hour) == ["main", "held", "waits"]
    rig.hub.handle(client, Command("/magnet/stop"))
    assert [answer[0] for answer in client.answers] == ["fail", "synced", "done"]
    release()
    assert rig.tick_at(4 * 3600.0) == ["main"]


def test_an_end_answers_whatever_is_still_asked_of_the_session() -> None:
    """Also what came by another way than a client, such as a clock that starts the music."""
    rig, answers = Rig(), list[Outcome]()
    session = rig.hub.session("solo")
    session.submit(BY_ADDRESS["/magnet/play"], (), 0.0, answers.append)
    assert rig.tick_at(ENDS_AFTER_S + 1) == ["main"]
    assert len(answers) == 1 and "nobody" in answers[0].reason


def test_sessions_that_play_to_nobody_keep_no_others_out() -> None:
    rig, client = Rig(), Recorder("one-more")
    names = [f"s{number}" for number in range(MAX_SESSIONS - 1)]
    for name in names:
        rig.play(name)
        rig.now += 1.0
    rig.hub.session("s3").on_done(wire.Done("s3", 0, "/magnet/stop", 0), rig.now)
    rig.hub.handle(client, Command("/magnet/param/level", (1,)))
    assert client.answers[0][0] == "fail" and "16 sessions" in client.answers[0][2]
    rig.now += SPARE_AFTER_S + 1
    for name, goes in (("one-more", "s3"), ("two-more", "s0"), ("three-more", "s1")):
        rig.hub.handle(Recorder(name), Command("/magnet/param/level", (1,)))
        assert rig.events[-1][2]["name"] == goes  # what is stopped first, then what is oldest
        assert name in rig.hub.open_sessions() and goes not in rig.hub.open_sessions()
    assert len(rig.hub.open_sessions()) == MAX_SESSIONS


def test_those_that_are_used_are_never_ended_for_another() -> None:
    rig, names = Rig(), [f"s{number}" for number in range(MAX_SESSIONS - 1)]
    for name in names:
        rig.hub.session(name)
    rig.hub.hold(lambda: names)
    rig.now += 2 * SPARE_AFTER_S
    client = Recorder("one-more")
    rig.hub.handle(client, Command("/magnet/param/level", (1,)))
    assert client.answers[0][0] == "fail" and "16 sessions" in client.answers[0][2]
    assert list(rig.hub.open_sessions()) == ["main", *names]


# --- what it says ---


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


def test_all_sessions_record_into_one_memory_and_give_it_back_when_they_end() -> None:
    """So that many sessions take no more than a few."""
    rig = Rig()
    for name in ("main", "a", "b"):
        rig.play(name)
        inflow = rig.hub.session(name).inflow
        assert inflow is not None
        inflow.stream.add(np.zeros((1, 640), np.float32), 0, 1)
    page = 4 * rig.hub.recordings.page_samples
    assert rig.hub.recordings.bytes == 3 * page
    rig.tick_at(rig.now + ENDS_AFTER_S + 2)
    assert rig.hub.recordings.bytes == page and list(rig.hub.open_sessions()) == ["main"]


def test_a_session_that_fails_stops_no_other(monkeypatch, caplog) -> None:
    """The log names it, less and less often; the others keep their time."""
    rig, ticks = Rig(), []
    broken, sound = rig.hub.session("broken"), rig.hub.session("sound")

    def fail(_now: float) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(broken, "tick", fail)
    monkeypatch.setattr(sound, "tick", ticks.append)
    for _ in range(100):
        rig.now += 0.005
        rig.hub.tick()
    assert len(ticks) == 100
    assert [r.args for r in caplog.records] == [("broken", 2**n) for n in range(7)]
