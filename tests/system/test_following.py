"""A real, tiny model follows a Live over real ports: its bars come to those of the clock."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from bridge_peers import osc_peer, serving

from benchmarks.ableton_peer import FakeLive
from daw_bridge.app import RunningServer
from daw_bridge.errors import TransportError
from daw_bridge.supervision.supervisor import WORKER_TARGET
from daw_bridge.tempo.ableton import AbletonAddress
from daw_bridge.worker_protocol import WorkerConfig
from magnet_core.checkpoints import native
from tests.magnet_core.runtime.tiny import tiny_model

PATIENCE_S = 40.0
CLOSE_BEATS = 0.05  # 25 ms at 120 bpm: a tenth of what a nudge may still make good
IN_A_ROW = 20  # looks, 50 ms apart


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny"
    native.save(tiny_model(), path)
    return path


async def served(stack: AsyncExitStack, live: FakeLive, folder: Path) -> RunningServer:
    """Run a server that follows a Live; the port after Live's must be free, so try some."""
    for _ in range(20):
        await live.start()
        try:
            return await stack.enter_async_context(
                serving(
                    worker=WorkerConfig(model=str(folder)),
                    target=WORKER_TARGET,
                    ableton=AbletonAddress(port=live.port),
                    follow_transport=True,
                )
            )
        except TransportError:
            await live.close()
    raise AssertionError("no two free ports in a row")


async def until_in_time(server: RunningServer, live: FakeLive) -> None:
    """Wait until what is heard is in the bars of the clock, and stays there for a second."""
    session, close = server.hub.session("main"), 0
    async with asyncio.timeout(PATIENCE_S):
        while close < IN_A_ROW:
            await asyncio.sleep(0.05)
            playhead, beat = session.playhead(server.hub.clock()), live.beat_at(time.monotonic())
            heard = session.transport.beat_at(playhead)
            off = math.inf if heard is None else math.remainder(float(heard) - beat, 4.0)
            right_tempo = math.isclose(session.transport.tempo_at(playhead), live.bpm, rel_tol=1e-3)
            close = close + 1 if abs(off) < CLOSE_BEATS and right_tempo else 0


def test_tapped_beats_are_those_that_are_heard(folder) -> None:
    """Eight taps of a steady hand: the tempo, and each later beat where the hand would be."""

    async def scenario() -> None:
        async with serving(worker=WorkerConfig(model=str(folder)), target=WORKER_TARGET) as server:
            await server.hub.wait_for_model()
            with osc_peer(server) as osc:
                await osc.ask("/magnet/param/steps", "2,1,1,1")
                await osc.ask("/magnet/play")
                await asyncio.sleep(1.0)
                for _ in range(8):
                    await osc.ask("/magnet/tap")
                    await asyncio.sleep(0.45)
            told = server.hub.tempo._follows["main"]
            session, rate = server.hub.session("main"), 32000
            bpm = float(server.hub.status("main")["tempo"])
            assert told.tapped_bpm == bpm
            close = 0
            async with asyncio.timeout(PATIENCE_S):
                while close < IN_A_ROW:
                    await asyncio.sleep(0.05)
                    playhead = session.playhead(server.hub.clock())
                    assert told.tapped is not None
                    tapped = told.tapped.beat_of(playhead, rate)
                    heard = session.transport.beat_at(playhead)
                    off = math.inf if heard is None else math.remainder(float(heard) - tapped, 1.0)
                    in_tempo = math.isclose(session.transport.tempo_at(playhead), bpm, rel_tol=1e-3)
                    close = close + 1 if abs(off) < CLOSE_BEATS and in_tempo else 0

    asyncio.run(scenario(), debug=True)


def test_tempo_and_bars_of_live_are_followed_through_changes_and_jumps(folder) -> None:
    async def scenario() -> None:
        live = FakeLive(127.3, late_s=0.01)
        async with AsyncExitStack() as stack:
            server = await served(stack, live, folder)
            stack.push_async_callback(live.close)
            await server.hub.wait_for_model()
            with osc_peer(server) as osc:
                await osc.ask("/magnet/param/steps", "2,1,1,1")
            live.play()
            await until_in_time(server, live)
            live.set_tempo(118.0)
            await until_in_time(server, live)
            live.stop()
            live.play(beat=9.7)
            await until_in_time(server, live)

    asyncio.run(scenario(), debug=True)
