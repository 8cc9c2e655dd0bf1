"""WebSocket and HTTP over a real TCP port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket

import numpy as np
import pytest
from bridge_peers import (
    BROWSER,
    PATIENCE_S,
    WsPeer,
    get,
    http,
    osc_peer,
    with_server,
    ws_peer,
)
from synthetic_worker import pitch_of
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from daw_bridge.app import RunningServer
from daw_bridge.doors.ws_link import MESSAGE_BURST, MESSAGES_PER_S
from daw_bridge.notices import EVENTS
from daw_bridge.worker_protocol import (
    FLAG_CONCEALED,
    FLAG_INFILL,
    FLAG_LAST,
    FLAG_PREFIX,
    Event,
    Value,
)

# --- HTTP ---


def test_http_answers_say_what_is_here_and_what_is_wrong() -> None:
    async def scenario(server: RunningServer) -> None:
        status, head, body = await http(server, get("/", server, BROWSER))
        assert status == 200
        assert "Content-Type: text/html" in head and b"magnet-live" in body
        assert (await http(server, get("/?x=1", server, BROWSER, host="localhost")))[0] == 200
        status, _, body = await http(server, get("/nothing", server))
        assert status == 404 and b"/ws" in body
        status, _, body = await http(server, get("/ws", server))
        assert status == 426 and b"WebSocket" in body
        status, _, body = await http(server, get("/metrics", server, "Upgrade: websocket"))
        assert status == 404 and b"No WebSocket is at /metrics" in body
        status, _, body = await http(server, get("/", server, host="evil.test:9001"))
        assert status == 403 and b"127.0.0.1" in body
        assert (await http(server, "GET / HTTP/1.1\r\n\r\n"))[0] == 403
        assert (await http(server, get("/", server, "Host: evil.test")))[0] == 403
        for path in ("/" + "x" * 3000, "/%ff", "/%00", "nothing", "/a%0d%0ab"):
            assert (await http(server, get(path, server)))[0] == 400
        status, _, _ = await http(server, get("/", server).replace("GET", "POST"))
        assert status in (405, 400)

    with_server(scenario)


def test_the_page_comes_with_its_files_and_nothing_else() -> None:
    """Each is there under its type, may load from this server only, and says how long it is."""

    async def scenario(server: RunningServer) -> None:
        head = (await http(server, get("/", server, BROWSER)))[1]
        assert "Content-Type: text/html; charset=utf-8" in head
        for name, kind in (
            ("console.css", "text/css"),
            ("console.js", "text/javascript"),
            ("player.js", "text/javascript"),
            ("worklet.js", "text/javascript"),
        ):
            status, head, body = await http(server, get(f"/{name}", server))
            assert status == 200
            assert f"Content-Type: {kind}; charset=utf-8" in head
            assert "default-src 'none'; script-src 'self'" in head
            assert "Cross-Origin-Resource-Policy: same-origin" in head
            assert f"Content-Length: {len(body)}" in head
        for path in ("/console/player.js", "/../access.py", "/%2e%2e/access.py", "//player.js"):
            assert (await http(server, get(path, server)))[0] == 404
        assert (await http(server, get("/player.js", server, host="evil.test")))[0] == 403

    with_server(scenario)


def test_random_bytes_on_the_port_hurt_nobody() -> None:
    async def scenario(server: RunningServer) -> None:
        numbers = random.Random(0)
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")
            for _ in range(20):
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(numbers.randbytes(numbers.randrange(1, 400)) + b"\r\n\r\n")
                with contextlib.suppress(ConnectionError):
                    await asyncio.wait_for(reader.read(), PATIENCE_S)
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()
            await peer.hear(0.3)
            peer.assert_no_gap()
            assert peer.concealed_frames() == 0

    with_server(scenario, hello_timeout_s=0.3)


# --- the stream ---


@pytest.mark.parametrize(
    ("rate", "channels", "kind", "scale"),
    [(48000, 2, "f32", 1.0), (44100, 1, "s16", 32767.0), (32000, 1, "f32", 1.0)],
)
def test_pcm_is_the_music_at_the_clients_rate(rate, channels, kind, scale) -> None:
    async def scenario(server: RunningServer) -> None:
        hello = {"sample_rate": rate, "channels": channels, "format": kind}
        async with ws_peer(server, **hello) as peer:
            ready = peer.events[0]
            assert ready["sample_rate"] == rate
            assert ready["position"] == 0
            assert ready["model"] == {"name": "synthetic"}
            await peer.command("/magnet/param/level", 0, id="l")
            done = await peer.command("/magnet/play", id="p")
            assert (done["event"], done["address"]) == ("done", "/magnet/play")
            await peer.hear(0.6)
            peer.assert_no_gap()
            wave = peer.waveform() / scale
            assert wave.shape[1] == channels
            start, stop = rate // 10, rate // 2
            times = np.arange(start, stop) / rate
            expected = 0.5 * np.sin(2 * np.pi * pitch_of("") * times)
            np.testing.assert_allclose(wave[start:stop, -1], expected, atol=2e-3)
            flags = {header.flags for header, _ in peer.packets}
            assert flags == {FLAG_PREFIX, FLAG_INFILL}

    with_server(scenario)


def test_loud_music_is_levelled_unless_that_is_switched_off() -> None:
    """The worker's sine is far above the target: it comes down, without a jump, and up again."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=32000, channels=1) as peer:
            await peer.command("/magnet/play")
            await peer.hear(3.0)
            turned_down = np.abs(peer.waveform()[-3200:, 0]).max()
            assert turned_down < 0.4
            await peer.command("/magnet/param/level", 0, id=2)
            await peer.hear(3.0)
            assert np.abs(peer.waveform()[-3200:, 0]).max() > 0.49
            assert np.abs(np.diff(peer.waveform()[:, 0])).max() < 0.06  # the sine's own steepness

    with_server(scenario)


def test_a_change_is_heard_at_the_very_sample_that_done_names() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=32000, channels=1) as peer:
            await peer.command("/magnet/param/level", 0)
            await peer.command("/magnet/play", id=2)
            await peer.hear(0.3)
            done = await peer.command("/magnet/prompt", "brighter", id=3)
            assert 0 < done["seconds"] < 0.5
            await peer.hear(0.5)
            at = done["position"]
            changed = [h for h, _ in peer.packets if h.plan_id == 1]
            assert changed[0].position == at
            wave = peer.waveform()[:, 0]
            times = np.arange(at, at + 3200) / 32000
            expected = 0.5 * np.sin(2 * np.pi * pitch_of("brighter") * times)
            np.testing.assert_allclose(wave[at : at + 3200], expected, atol=1e-5)

    with_server(scenario)


def test_the_server_keeps_its_lead_and_no_more() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/param/lead_ms", 100)
            await peer.command("/magnet/play")
            started = asyncio.get_running_loop().time()
            await peer.hear(1.0)
            elapsed = asyncio.get_running_loop().time() - started
            assert 0.75 < elapsed < 1.1
            assert peer.concealed_frames() == 0

    with_server(scenario)


def test_a_reported_playhead_holds_the_stream_back() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")
            for _ in range(30):
                await peer.say({"cmd": "playhead", "position": 0})
                await asyncio.sleep(0.02)
            assert await frames_waiting(peer) < 0.4 * 48000

    with_server(scenario)


async def frames_waiting(peer: WsPeer) -> int:
    """Return how much a peer has been sent by the time a ping comes back."""
    await peer.say({"cmd": "/magnet/ping", "args": ["x"], "id": "ping"})
    await peer.until(lambda: any(event.get("id") == "ping" for event in peer.events))
    return peer.frames


def test_stop_ends_the_stream_with_a_flag_and_play_goes_on_at_that_sample() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")
            await peer.hear(0.2)
            done = await peer.command("/magnet/stop", id=2)
            await peer.until(lambda: bool(peer.packets[-1][0].flags & FLAG_LAST))
            last = peer.packets[-1][0]
            assert last.flags == FLAG_LAST | FLAG_CONCEALED
            assert done["position"] == last.position
            await peer.command("/magnet/play", id=3)
            await peer.hear(0.2)
            peer.assert_no_gap()
            assert not peer.packets[-1][0].flags & FLAG_LAST

    with_server(scenario)


def test_two_clients_hear_the_same_and_one_that_leaves_disturbs_nobody() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as one:
            await one.command("/magnet/play")
            await one.hear(0.3)
            async with ws_peer(server) as two:
                joined = two.events[0]["position"]
                assert joined > 0
                await two.hear(0.3)
            await one.hear(0.6)
            one.assert_no_gap()
            two.assert_no_gap()
            assert two.packets[0][0].position == joined
            ours, theirs = one.waveform(), two.waveform()
            np.testing.assert_allclose(theirs, ours[joined : joined + len(theirs)], atol=1e-4)

    with_server(scenario)


def test_a_client_that_comes_back_goes_on_at_its_sample() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as listener:
            await listener.command("/magnet/play")
            async with ws_peer(server) as peer:
                await peer.hear(0.2)
            left = peer.packets[-1][0].position + peer.packets[-1][0].frames
            await listener.hear(0.3)
            async with ws_peer(server, resume_position=left) as again:
                assert again.events[0]["position"] == left
                await again.hear(0.1)
                assert again.packets[0][0].position == left
            async with ws_peer(server, resume_position=10**9) as fresh:
                assert 0 < fresh.events[0]["position"] < 10**6

    with_server(scenario)


# --- who is let in ---


def test_foreign_pages_need_the_token() -> None:
    async def scenario(server: RunningServer) -> None:
        evil = "http://evil.test"
        async with connect(f"ws://127.0.0.1:{server.port}/ws", origin=evil) as page:
            await page.send('{"cmd": "hello", "version": 1, "token": "guess"}')
            assert "token" in json.loads(await page.recv())["reason"]
            with pytest.raises(ConnectionClosed):
                await page.recv()
            assert page.close_code == 1008
        async with ws_peer(server, origin=evil, token=server.token) as peer:
            assert peer.events[0]["event"] == "ready"
        async with ws_peer(server, origin=f"http://127.0.0.1:{server.port}") as page:
            assert page.events[0]["event"] == "ready"

    with_server(scenario)


def test_a_foreign_host_name_is_refused_before_the_handshake() -> None:
    async def scenario(server: RunningServer) -> None:
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"ws://evil.test:{server.port}/ws", host="127.0.0.1")
        assert caught.value.response.status_code == 403

    with_server(scenario)


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ('{"cmd": "/magnet/play"}', "hello"),
        ('{"cmd": "hello", "version": 3}', "version 1"),
        ('{"cmd": "hello", "version": 1, "format": "ogg"}', "f32 or s16"),
        ("garbage", "JSON"),
        (b"\x00\x01", "JSON text"),
    ],
)
def test_a_wrong_hello_is_answered_and_closed(message, word) -> None:
    async def scenario(server: RunningServer) -> None:
        async with connect(f"ws://127.0.0.1:{server.port}/ws") as connection:
            await connection.send(message)
            fail = json.loads(await connection.recv())
            assert (fail["event"], fail["address"]) == ("fail", "hello")
            assert word in fail["reason"]
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1008

    with_server(scenario)


def test_a_client_that_says_nothing_is_closed() -> None:
    async def scenario(server: RunningServer) -> None:
        async with connect(f"ws://127.0.0.1:{server.port}/ws") as connection:
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(connection.recv(), PATIENCE_S)
            assert connection.close_code == 1008
            assert "hello" in connection.close_reason
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""  # not even HTTP came
        writer.close()
        await writer.wait_closed()

    with_server(scenario, hello_timeout_s=0.2)


# --- bad commands, bad clients ---


def test_bad_commands_fail_with_their_id_and_the_stream_goes_on() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")
            for address, args, word in (
                ("/magnet/param/top_p", [9], "top_p is 9"),
                ("/magnet/param/nothing", [1], "no control"),
                ("/magnet/prompt", ["x" * 10_000], "10000 characters"),
                ("/magnet/prompt", [None], "number or a string"),
                ("/magnet/subscribe", [9000], "OSC"),
            ):
                fail = await peer.command(address, *args, id=word)
                assert fail["event"] == "fail"
                assert fail["address"] == address
                assert word in fail["reason"]
            for raw in ("{", '{"cmd": "hello", "version": 1}', b"\xff\xfe"):
                seen = len(peer.events)
                await peer.connection.send(raw)
                await peer.until(lambda seen=seen: len(peer.events) > seen)
                assert peer.events[-1]["event"] == "fail"
            await peer.hear(0.2)
            peer.assert_no_gap()

    with_server(scenario)


def test_pong_synced_and_status_come_back_as_events() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            assert (await peer.command("/magnet/ping", "x", id="a"))["text"] == "x"
            synced = await peer.command("/magnet/sync", 5, id="b")
            assert (synced["event"], synced["sync"]) == ("synced", 5)
            status = await peer.command("/magnet/status", id="c")
            assert status["clients"] == 1
            assert status["state"] == "stopped"

    with_server(scenario)


def test_a_client_that_never_reads_is_disconnected_and_delays_nobody() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as good:
            await good.command("/magnet/play")
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
            deaf = await connect(
                f"ws://127.0.0.1:{server.port}/ws", sock=sock, compression=None, max_queue=1
            )
            hello = {"cmd": "hello", "version": 1, "sample_rate": 192000, "channels": 8}
            await deaf.send(json.dumps(hello))
            deaf.transport.pause_reading()
            await good.until(lambda: server.hub.metrics.slow_clients == 1)
            good.assert_no_gap()
            assert good.concealed_frames() == 0
            await good.until(lambda: server.hub.metrics.clients == 1)
            deaf.transport.abort()

    with_server(scenario, too_slow_s=0.3)


def test_a_flood_of_commands_is_slowed_and_the_stream_of_others_goes_on() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as good, ws_peer(server, session="noisy") as bad:
            await good.command("/magnet/play")

            async def flood() -> None:
                for number in range(5000):
                    await bad.say({"cmd": "/magnet/param/top_p", "args": [0.5], "id": number})
                    await asyncio.sleep(0.0003)

            began, before = server.hub.clock(), server.hub.metrics.commands
            noise = asyncio.create_task(flood())
            await good.hear(0.6)
            good.assert_no_gap()
            assert good.concealed_frames() == 0
            let_in = server.hub.metrics.commands - before
            elapsed_s = server.hub.clock() - began
            assert let_in <= 1 + MESSAGE_BURST + MESSAGES_PER_S * elapsed_s
            noise.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await noise

    with_server(scenario)


def test_positions_in_events_are_at_the_clients_rate_and_strings_on_osc() -> None:
    """All of them, in the order in which the reference names the values."""
    values: dict[str, Value] = {
        "position": 32000, "plan": 7, "context_frames": 1, "prefix_frames": 2, "frames": 3,
        "steps": "4,4", "reduced": 0, "bpm": 120.5, "bar_position": -16000,
    }  # fmt: skip

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=48000) as peer:
            with osc_peer(server) as osc:
                await osc.ask("/magnet/subscribe", osc.port)
                server.hub.session("main").on_event(Event("main", "plan", values))
                told = await osc.until("/magnet/event/plan")
                named = EVENTS["/magnet/event/plan"].arguments.split(", ")
                assert [part.split()[1] for part in named] == list(values)
                assert told.params == ["32000", 7, 1, 2, 3, "4,4", 0, 120.5, "-16000"]
            await peer.until(lambda: peer.events[-1]["event"] == "plan")
            expected = {**values, "position": 48000, "bar_position": -24000}
            assert peer.events[-1] == {"event": "plan", "session": "main", **expected}

    with_server(scenario)


def test_osc_and_websocket_share_a_session() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            with osc_peer(server) as osc:
                assert (await osc.ask("/magnet/play")).address == "/magnet/done"
            await peer.hear(0.1)
            assert peer.packets[0][0].position == 0

    with_server(scenario)
