"""The whole server in bad conditions: the stream of everyone else goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal

import numpy as np
import pytest
from bridge_peers import osc_peer, with_server, ws_peer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from daw_bridge.app import RunningServer
from daw_bridge.worker_protocol import FLAG_CONCEALED


def test_a_killed_worker_is_a_gap_not_an_end() -> None:
    """Positions go on without a hole, the gap is flagged and counted, the prompt is kept."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=32000, channels=1) as peer:
            await peer.command("/magnet/param/level", 0)
            await peer.command("/magnet/prompt", "brighter", id=3)
            await peer.command("/magnet/play", id=2)
            await peer.hear(0.5)
            worker = server.hub.supervisor.pid
            assert worker is not None
            os.kill(worker, signal.SIGKILL)
            lost = await peer.event("worker")
            assert lost["state"] == "restarting" and "-9" in lost["detail"]
            assert (await peer.event("worker"))["state"] == "ready"
            underrun = await peer.event("underrun")
            await peer.hear(0.5)
            peer.assert_no_gap()
            concealed = peer.concealed_frames()
            assert underrun["samples"] == concealed > 0
            assert server.hub.metrics.concealed_samples == concealed
            assert server.hub.metrics.worker_restarts == 1
            wave = peer.waveform()[:, 0]
            assert np.abs(np.diff(wave)).max() < 0.1  # no click at either end of the gap
            gap = wave[underrun["position"] :][: underrun["samples"]]
            loud_s = np.flatnonzero(np.abs(gap) > 0.4).max() / 32000
            assert loud_s > min(len(gap) / 32000, 1.0) - 0.05  # half a second, twice
            lates = [event for event in peer.events if event["event"] == "late"]
            assert [event["position"] for event in lates] == [underrun["position"]]
            assert np.abs(wave[-3200:]).max() > 0.4
            assert server.hub.status("main")["prompt"] == "brighter"

    with_server(scenario, options={"load_s": 0.5})  # else it would be back before it is missed


def test_a_hanging_worker_is_concealed_and_heard_again() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/param/lead_ms", 60)
            await peer.command("/magnet/play", id=2)
            await peer.hear(0.3)
            await peer.command("/magnet/prompt", "hang", id=3)
            late = await peer.event("late")
            underrun = await peer.event("underrun")
            assert underrun["position"] == late["position"]
            assert 0.1 < underrun["samples"] / 48000 < 0.5
            await peer.hear(0.2)
            peer.assert_no_gap()
            assert peer.packets[-1][0].flags & FLAG_CONCEALED == 0

    with_server(scenario)


def test_a_worker_that_hangs_for_good_is_replaced() -> None:
    """Like a dead one: it is said, what waited for it fails, and the music goes on."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/prompt", "brighter")
            await peer.command("/magnet/play", id=2)
            await peer.hear(0.3)
            hung = server.hub.supervisor.pid
            fail = await peer.command("/magnet/prompt", "freeze", id=3)
            assert "sent nothing for 0.5 s" in fail["reason"]
            lost = await peer.event("worker")
            assert lost["state"] == "restarting" and "sent nothing for 0.5 s" in lost["detail"]
            assert (await peer.event("worker"))["state"] == "ready"
            assert (await peer.event("underrun"))["samples"] > 0.4 * 48000
            await peer.hear(0.3)
            peer.assert_no_gap()
            assert peer.packets[-1][0].flags & FLAG_CONCEALED == 0
            assert server.hub.supervisor.pid not in (None, hung)
            assert server.hub.status("main")["prompt"] == "brighter"
            assert server.hub.metrics.worker_restarts == 1

    with_server(scenario, silence_limit_s=0.5)


def test_a_worker_that_hangs_while_nothing_plays_is_replaced_at_play() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.say({"cmd": "/magnet/prompt", "args": ["freeze"], "id": 1})
            fail = await peer.command("/magnet/play", id=2)
            assert "sent nothing for 0.3 s" in fail["reason"]
            assert (await peer.command("/magnet/play", id=3))["event"] == "done"
            await peer.hear(0.2)

    with_server(scenario, silence_limit_s=0.3)


def test_neither_loading_nor_rest_nor_a_listener_that_pauses_is_taken_for_a_hang() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            await peer.command("/magnet/play")  # waits for the model, which takes its time
            await peer.hear(0.1)
            await peer.say({"cmd": "playhead", "position": 0})
            await asyncio.sleep(0.8)
            for state in ("playing", "stopped"):
                assert server.hub.session("main").state.value == state
                await asyncio.sleep(0.5)
                assert server.hub.metrics.worker_restarts == 0
                await peer.command("/magnet/stop", id=2)

    with_server(scenario, silence_limit_s=0.3, options={"load_s": 1.0})


def test_a_command_that_kills_the_worker_fails_and_is_not_tried_again() -> None:
    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            fail = await peer.command("/magnet/prompt", "die")
            assert fail["event"] == "fail" and "exit code 9" in fail["reason"]
            done = await peer.command("/magnet/prompt", "calm", id=2)
            assert done["event"] == "done"
            assert server.hub.metrics.worker_restarts == 1

    with_server(scenario)


def test_a_model_that_cannot_be_loaded_is_said_to_everyone() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as osc:
            await osc.ask("/magnet/subscribe", osc.port)
            osc.send("/magnet/play")
            await asyncio.wait_for(server.hub.broken.wait(), 10)
            assert server.hub.supervisor.detail == "no weights here"
            fail = await osc.ask("/magnet/play")
            assert fail.address == "/magnet/fail" and "no weights here" in fail.params[2]

    with_server(scenario, options={"broken": "no weights here"})


JUNK = st.one_of(
    st.binary(max_size=120),
    st.binary(max_size=60).map(lambda tail: b"/magnet/prompt\0\0" + tail),
    st.binary(max_size=60).map(lambda tail: b"#bundle\0" + tail),
)


def test_junk_on_both_ports_disturbs_nobody() -> None:
    """Random datagrams, WebSocket frames and half-open connections, while a client listens."""
    numbers = random.Random(1)

    async def junk_frames(server: RunningServer) -> None:
        for _ in range(8):
            with contextlib.suppress(ConnectionClosed):
                url = f"ws://127.0.0.1:{server.port}/ws"
                async with connect(url, close_timeout=0.2) as connection:
                    if numbers.random() < 0.7:
                        await connection.send('{"cmd": "hello", "version": 1, "channels": 1}')
                    for _ in range(5):
                        raw = numbers.randbytes(40)
                        text = numbers.choice([raw, raw.hex(), json.dumps({"cmd": raw.hex()})])
                        await connection.send(text)

    async def junk_connections(server: RunningServer) -> None:
        for _ in range(8):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET /ws HTTP/1.1\r\n" + numbers.randbytes(30))
            await asyncio.sleep(0.02)
            writer.transport.abort()

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            with osc_peer(server) as osc, osc_peer(server) as calm:

                @given(JUNK)
                @settings(
                    max_examples=100,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                )
                def junk_datagrams(datagram: bytes) -> None:
                    osc.send_bytes(datagram)

                # The junk is made in this process, whose loop it may hold up: a lead covers that.
                await peer.command("/magnet/param/lead_ms", 2000, id=2)
                await peer.command("/magnet/play")
                await peer.hear(0.8)
                noise = asyncio.gather(
                    asyncio.to_thread(junk_datagrams),
                    junk_frames(server),
                    junk_connections(server),
                )
                await peer.hear(0.8)
                await noise
                assert (await calm.ask("/magnet/ping", "still here")).params == ["still here"]
            await peer.hear(0.3)
            peer.assert_no_gap()
            assert peer.concealed_frames() == 0
            assert server.hub.metrics.bad_packets > 0
            assert server.hub.metrics.worker_restarts == 0

    with_server(scenario)


@pytest.mark.slow  # it measures time
def test_time_from_play_to_the_first_pcm_is_a_fraction_of_a_block() -> None:
    """With a worker that needs no time, the bridge itself adds a few milliseconds."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server) as peer:
            with osc_peer(server) as osc:
                loop = asyncio.get_running_loop()
                times = []
                for _ in range(5):
                    seen = len(peer.packets)
                    started = loop.time()
                    osc.send("/magnet/play")
                    await peer.until(lambda seen=seen: len(peer.packets) > seen)
                    times.append(loop.time() - started)
                    await osc.until("/magnet/done")
                    await osc.ask("/magnet/stop")
                    await peer.until(lambda: bool(peer.packets[-1][0].flags & 8))
                assert min(times) < 0.05

    with_server(scenario)
