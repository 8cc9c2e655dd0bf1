"""A server in time: Live over its real ports, taps and beats over OSC and WebSocket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bridge_peers import osc_peer, serving, with_server, ws_peer
from waiting import until

from benchmarks.ableton_peer import FakeLive
from daw_bridge.app import RunningServer
from daw_bridge.errors import TransportError
from daw_bridge.tempo.ableton import AbletonAddress


@asynccontextmanager
async def served_with_live(live: FakeLive, **config: object) -> AsyncIterator[RunningServer]:
    """Run a server that follows a Live; the port after Live's is free in the end."""
    for attempt in range(20):
        await live.start()
        context = serving({"bpm": 120.0}, ableton=AbletonAddress(port=live.port), **config)
        try:
            server = await context.__aenter__()
        except TransportError:
            await live.close()
            assert attempt < 19
            continue
        break
    try:
        yield server
    finally:
        await context.__aexit__(None, None, None)
        await live.close()


def test_live_sets_the_tempo_and_its_transport_plays_and_stops() -> None:
    async def scenario() -> None:
        live = FakeLive(98.5)
        async with asyncio.timeout(60), served_with_live(live, follow_transport=True) as server:
            with osc_peer(server) as osc:
                await osc.ask("/magnet/subscribe", osc.port)
                event = await osc.until("/magnet/event/tempo")
                while event.params[1] == 0.0:
                    event = await osc.until("/magnet/event/tempo")
                assert event.params[:2] == ["ableton", 98.5]
                fail = await osc.ask("/magnet/tempo", 120.0)
                assert fail.address == "/magnet/fail"
                assert "follows ableton" in fail.params[2]
                assert (await osc.ask("/magnet/tap")).address == "/magnet/fail"
                live.play()
                beat = await osc.until("/magnet/event/beat")
                assert beat.params[:2] == [0, 0]
                session = server.hub.session("main")
                assert session.state.value == "playing"
                follow = server.hub.tempo._follows["main"]  # what its worker was told
                await until(lambda: follow.told is not None)
                told = follow.told
                assert told.bpm == 98.5
                assert abs(told.beat - live.beat_at(told.at)) < 0.25
                live.stop()
                await until(lambda: session.state.value == "stopped")
                await live.close()
                assert (await osc.ask("/magnet/ping", "still here")).params == ["still here"]

    asyncio.run(scenario(), debug=True)


def test_without_live_all_is_as_without_the_option() -> None:
    async def scenario() -> None:
        live = FakeLive()
        async with asyncio.timeout(60), served_with_live(live) as server:
            await live.close()
            with osc_peer(server) as osc:
                done = await osc.ask("/magnet/tempo", 126.0)
                status = server.hub.status("main")
                assert "does not answer" in str(status["tempo_source_detail"])
                assert (done.address, status["tempo"]) == ("/magnet/done", 126.0)
                assert (await osc.ask("/magnet/play")).address == "/magnet/done"

    asyncio.run(scenario(), debug=True)


def test_beats_come_on_both_wires_when_they_are_heard() -> None:
    """A client is told positions at its own rate, OSC those of the model."""

    async def scenario(server: RunningServer) -> None:
        async with ws_peer(server, sample_rate=48000) as peer:
            with osc_peer(server) as osc:
                await osc.ask("/magnet/subscribe", osc.port)
                await osc.ask("/magnet/play")
                await peer.until(lambda: len(beats(peer)) >= 5)
                assert server.hub.session("main").playhead(server.hub.clock()) >= 16_000 * 4
                for number, event in enumerate(beats(peer)[:5]):
                    assert event["position"] == 24_000 * number
                    beat = await osc.until("/magnet/event/beat")
                    assert beat.params == [number % 4, number // 4, 120.0, str(16_000 * number)]

    def beats(peer) -> list[dict]:
        return [event for event in peer.events if event["event"] == "beat"]

    with_server(scenario, options={"bpm": 120.0})


def test_taps_over_osc_set_the_tempo() -> None:
    """The first is answered with done and changes nothing yet. The fingers' time is the test's."""
    tapped_s = 0.0

    def clock() -> float:
        return tapped_s + 0.01 * time.monotonic()  # the machine's own time hardly counts

    async def scenario(server: RunningServer) -> None:
        nonlocal tapped_s
        with osc_peer(server) as osc:
            await osc.ask("/magnet/play")
            for number in range(4):
                done = await osc.ask("/magnet/tap")
                assert done.address == "/magnet/done"
                assert done.params[0] == "/magnet/tap"
                assert ("tempo" in server.hub.status("main")) is (number > 0)
                tapped_s += 0.4
            status = server.hub.status("main")
            assert float(status["tempo"]) == pytest.approx(150.0, rel=0.02)
            assert status["tempo_source"] == "tap"
            assert status["tempo_source_bpm"] == pytest.approx(float(status["tempo"]))
            assert (await osc.ask("/magnet/tempo", 99.0)).address == "/magnet/done"
            assert server.hub.status("main")["tempo_source"] == "off"

    with_server(scenario, clock=clock)
