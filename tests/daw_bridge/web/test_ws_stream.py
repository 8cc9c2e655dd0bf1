"""What a connection goes through: before the model is there, behind a slow link, without sound."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator

import pytest
from bridge_peers import PATIENCE_S, WsPeer, get, http, with_server, ws_peer
from waiting import until
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from daw_bridge.app import RunningServer
from daw_bridge.session.sessions import ENDS_AFTER_S
from daw_bridge.web import server as tcp_port
from daw_bridge.web.ws_stream import StreamEndpoint

HELLO = json.dumps({"cmd": "hello", "version": 1})


async def said(server: RunningServer, **hello: object):
    """Return a connection that has said hello, and has got nothing yet."""
    url = f"ws://127.0.0.1:{server.port}/ws"
    connection = await connect(url, compression=None, close_timeout=0.3)
    await connection.send(json.dumps({"cmd": "hello", "version": 1} | hello))
    return connection


# --- before the model is there ---


def test_a_client_is_told_what_the_worker_does_until_it_may_begin() -> None:
    async def scenario(server: RunningServer) -> None:
        async with await said(server, session="deck") as connection:
            peer = WsPeer(connection)
            await peer.until(lambda: any(event["event"] == "ready" for event in peer.events))
            first, *others = [event for event in peer.events if event["event"] == "worker"]
            assert first == {
                "event": "worker",
                "session": "deck",
                "state": "starting",
                "detail": "loading synthetic",
            }
            assert {event["state"] for event in others} <= {"ready"}
            assert (await peer.command("/magnet/play"))["event"] == "done"

    with_server(scenario, options={"load_s": 0.5})


def test_a_client_learns_that_there_will_be_no_model() -> None:
    async def scenario(server: RunningServer) -> None:
        async with await said(server) as connection:
            with pytest.raises(ConnectionClosed):
                while True:
                    assert json.loads(await connection.recv())["event"] == "worker"
            assert (connection.close_code, connection.close_reason) == (1013, "no weights here")

    with_server(scenario, options={"broken": "no weights here"})


def test_clients_that_leave_while_the_model_loads_take_no_place(monkeypatch) -> None:
    """A page that is loaded anew again and again must not lock itself out."""

    async def scenario(server: RunningServer) -> None:
        for _ in range(5):
            async with await said(server) as connection:
                assert json.loads(await connection.recv())["event"] == "worker"
        await until(lambda: not server.hub.metrics.clients)
        assert not server.hub.model_known.is_set()
        async with await said(server) as connection:
            assert json.loads(await connection.recv())["event"] == "worker"

    monkeypatch.setattr(tcp_port, "MAX_CLIENTS", 2)
    with_server(scenario, options={"load_s": 20.0})


def test_places_are_counted_when_they_are_given(monkeypatch) -> None:
    """So that many that come at once are not all let in; each is given back at the end."""

    async def scenario(server: RunningServer) -> None:
        url = f"ws://127.0.0.1:{server.port}/ws"
        answers = await asyncio.gather(*(connect(url) for _ in range(8)), return_exceptions=True)
        refused = [one for one in answers if isinstance(one, InvalidStatus)]
        assert [one.response.status_code for one in refused] == [503] * 5
        bad = get("/ws", server, "Upgrade: websocket", "Connection: Upgrade")  # without a key
        for connection in answers:
            if not isinstance(connection, BaseException):
                await connection.close()
        for _ in range(4):
            assert (await http(server, bad))[0] == 400
        await until(lambda: not server.hub.metrics.clients)
        async with ws_peer(server) as peer:
            assert (await peer.command("/magnet/status"))["clients"] == 1

    monkeypatch.setattr(tcp_port, "MAX_CLIENTS", 3)
    with_server(scenario)


# --- behind a slow link ---


@contextlib.asynccontextmanager
async def behind_a_slow_link(server: RunningServer, frames_per_s: float) -> AsyncIterator[WsPeer]:
    """Connect a client whose link carries so much stereo PCM at 48 kHz in a second."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
    url = f"ws://127.0.0.1:{server.port}/ws"
    async with connect(url, sock=sock, compression=None, max_queue=1) as connection:
        peer = WsPeer(connection)

        async def read() -> None:
            while True:
                heard = peer.frames
                peer._take(await connection.recv())
                await asyncio.sleep((peer.frames - heard) / frames_per_s)

        await connection.send(HELLO)
        reading = asyncio.create_task(read())
        try:
            yield peer
            assert not reading.done()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            connection.transport.abort()


def test_a_link_of_half_the_streams_rate_drops_music_and_never_an_answer() -> None:
    """Twenty seconds of audio, at five times the speed of real time; another client paces it."""
    speed = 5.0

    async def scenario(server: RunningServer) -> None:
        async with (
            ws_peer(server, sample_rate=8000, channels=1, format="s16") as good,
            behind_a_slow_link(server, 0.5 * speed * 48000) as slow,
        ):
            await good.command("/magnet/play")
            all_of_it = good.until(lambda: good.frames >= 20 * 8000)
            hearing = asyncio.create_task(all_of_it)

            def answers() -> list[str]:
                return [event["event"] for event in slow.events if "id" in event]

            while not hearing.done():
                answered = len(answers())
                await slow.say({"cmd": "/magnet/prompt", "args": ["warmer"], "id": answered})
                await until(lambda answered=answered: len(answers()) > answered)
            await hearing
            good.assert_no_gap()
            dropped = [event for event in slow.events if event["event"] == "dropped"]
            assert len(dropped) >= 2
            assert set(answers()) == {"done"}
            last = slow.packets[-1][0]
            missing = sum(e["samples"] for e in dropped if e["position"] < last.position)
            first = slow.packets[0][0].position
            assert last.position + last.frames - first == slow.frames + missing

    with_server(scenario, clock=lambda: speed * time.monotonic(), too_slow_s=PATIENCE_S)


# --- without sound ---


def test_a_remote_control_is_answered_and_told_and_sent_no_sound() -> None:
    async def scenario(server: RunningServer) -> None:
        session = server.hub.session("main")
        async with ws_peer(server) as listener, ws_peer(server, channels=0) as remote:
            assert remote.events[0]["channels"] == 0
            assert len(session.listeners) == 1
            assert (await remote.command("/magnet/play"))["event"] == "done"
            await remote.say({"cmd": "playhead", "position": 0})  # of nothing: it changes nothing
            await listener.hear(0.5)
            await remote.command("/magnet/ping", "x", id=2)
            assert remote.packets == []
            assert (await remote.command("/magnet/prompt", "purple", id=3))["event"] == "done"
            assert [e for e in remote.events if e["event"] == "words"]
            async with ws_peer(server, channels=0) as late:
                assert late.events[0]["position"] > 0

    with_server(scenario)


@pytest.mark.parametrize("path", ["/ws", "/osc?session=deck"])
def test_a_session_does_not_end_under_who_only_controls_it(path) -> None:
    """However long its music is stopped, and nobody touches anything."""
    passed_s = 0.0

    async def scenario(server: RunningServer) -> None:
        nonlocal passed_s
        await server.hub.wait_for_model()
        hello = {"cmd": "hello", "version": 1, "session": "deck", "channels": 0}
        async with connect(f"ws://127.0.0.1:{server.port}{path}", close_timeout=0.3) as connection:
            if path == "/ws":
                await connection.send(json.dumps(hello))
            await until(lambda: "deck" in server.hub.open_sessions())
            for _ in range(3):
                passed_s += ENDS_AFTER_S
                await asyncio.sleep(0.05)
            assert "deck" in server.hub.open_sessions()

        def it_has_ended() -> bool:
            nonlocal passed_s
            passed_s += ENDS_AFTER_S
            return "deck" not in server.hub.open_sessions()

        await until(it_has_ended)

    with_server(scenario, clock=lambda: time.monotonic() + passed_s)


# --- faults of the server ---


def test_a_fault_while_a_message_is_read_is_logged_and_closes_the_connection(
    monkeypatch, caplog
) -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as good, ws_peer(server) as peer:
            monkeypatch.setattr(server.hub, "handle", None)  # calling that raises
            with pytest.raises(ConnectionClosed):
                await peer.command("/magnet/play")
            assert peer.connection.close_code == 1011
            monkeypatch.undo()
            assert (await good.command("/magnet/play"))["event"] == "done"

    with_server(scenario)
    assert "the connection at /ws has failed" in caplog.text


def test_a_fault_in_the_sender_is_logged_and_leaves_no_listener(monkeypatch, caplog) -> None:
    async def scenario(server: RunningServer) -> None:
        def fails(*_: object) -> None:
            raise KeyError("a fault of ours")

        async with await said(server) as connection:
            monkeypatch.setattr(StreamEndpoint, "_next_message", fails)
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await connection.recv()
            assert connection.close_code == 1011
        assert not server.hub.session("main").listeners

    with_server(scenario, options={"load_s": 0.3})
    assert "a fault of ours" in caplog.text
