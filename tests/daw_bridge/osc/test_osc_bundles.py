"""Bundles act at their time tags: all of them, in order, and while they wait nobody else does."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from bridge_peers import osc_peer, serving, with_server
from hypothesis import given, settings
from hypothesis import strategies as st

from daw_bridge.app import RunningServer
from daw_bridge.doors.access import Access
from daw_bridge.hub import Hub
from daw_bridge.messages import Command, encode_osc
from daw_bridge.osc.receiver import MAX_AHEAD_S, OscReceiver
from daw_bridge.takes.files import TakeStore
from daw_bridge.worker_protocol import WorkerConfig

NTP_S = 2208988800


def bundle(when: float, *messages: bytes) -> bytes:
    tag = min(max(int((when + NTP_S) * 2**32), 2), 2**64 - 1)
    packed = b"".join(struct.pack(">i", len(part)) + part for part in messages)
    return b"#bundle\0" + struct.pack(">Q", tag) + packed


def ping(number: int) -> bytes:
    return encode_osc("/magnet/ping", [str(number)])


class Bench:
    """A receiver on a running loop, whose wall clock a test may let tremble."""

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        hub = Hub(
            takes=TakeStore(Path("no takes are kept here")),
            config=WorkerConfig(),
            access=Access("token"),
            clock=time.monotonic,
            target="synthetic_worker:run_worker",
        )
        self.receiver = OscReceiver(hub, wall_clock)
        self.acted: list[tuple[str, float]] = []
        self.complaints: list[str] = []

    def take(self, packet: bytes) -> None:
        self.receiver.take(packet, self._act, lambda address, reason: self._complain(reason))

    def _act(self, command: Command) -> None:
        self.acted.append((str(command.args[0]), time.time()))

    def _complain(self, reason: str) -> None:
        self.complaints.append(reason)

    async def until_acted(self, count: int) -> list[int]:
        async with asyncio.timeout(15):
            while len(self.acted) < count:
                await asyncio.sleep(0.002)
        return [int(text) for text, _ in self.acted]


def trembling(spread_s: float, seed: int = 0) -> Callable[[], float]:
    """Return a wall clock that a busy machine reads late, by another time each time."""
    chance = random.Random(seed)
    return lambda: time.time() + chance.uniform(-spread_s, 0.0)


@pytest.mark.parametrize("seed", range(3))
def test_messages_of_one_bundle_act_in_their_order(seed) -> None:
    """However long the machine takes between any two of them to look at its clock."""

    async def scenario() -> None:
        bench = Bench(trembling(0.003, seed))
        bench.take(bundle(time.time() + 0.05, *(ping(number) for number in range(100))))
        assert await bench.until_acted(100) == list(range(100))

    asyncio.run(scenario(), debug=True)


def test_bundles_of_the_same_time_act_in_the_order_of_their_arrival() -> None:
    async def scenario() -> None:
        bench, when = Bench(trembling(0.003)), time.time() + 0.1
        for number in range(200):
            bench.take(bundle(when, ping(number)))
        assert await bench.until_acted(200) == list(range(200))

    asyncio.run(scenario(), debug=True)


@settings(max_examples=15)
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=60), st.integers(0, 100))
def test_whatever_comes_acts_in_the_order_of_its_tags_and_never_early(tags, seed) -> None:
    """Past tags at once, the others each at its own time; equal ones as they came."""

    async def scenario() -> None:
        bench = Bench()
        base = time.time()
        whens = [base + 0.006 * tag + (0.03 if tag > 0 else 0.0) for tag in tags]
        for number, when in enumerate(whens):
            bench.take(bundle(when, ping(number)))
        acted = await bench.until_acted(len(tags))
        past = [number for number, tag in enumerate(tags) if tag <= 0]
        later = sorted(
            (number for number, tag in enumerate(tags) if tag > 0), key=lambda n: (tags[n], n)
        )
        if time.time() - base < 1.0:  # a machine that stood still for longer was late for all
            assert [number for number in acted if number in past] == past
            assert [number for number in acted if number not in past] == later
        for text, at in bench.acted:
            assert at >= whens[int(text)] - 0.002

    asyncio.run(scenario(), debug=True)


@pytest.mark.parametrize("ahead_s", [MAX_AHEAD_S + 5, 3600.0, 1e8, 1e12])
def test_a_far_tag_is_refused_at_once_and_nothing_waits(ahead_s) -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.take(bundle(time.time() + ahead_s, ping(1), ping(2)))
        assert len(bench.complaints) == 2
        assert all("at most 60 s" in reason for reason in bench.complaints)
        bench.take(bundle(time.time() + 0.02, ping(3)))
        assert await bench.until_acted(1) == [3]

    asyncio.run(scenario(), debug=True)


@pytest.mark.parametrize("ago_s", [0.001, 60.0, 1e6, NTP_S + time.time() - 1])
def test_a_past_tag_acts_at_once(ago_s) -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.take(bundle(time.time() - ago_s, ping(1), ping(2)))
        assert [text for text, _ in bench.acted] == ["1", "2"]

    asyncio.run(scenario(), debug=True)


def test_many_bundles_wait_while_the_loop_goes_on() -> None:
    """Nothing here ever sleeps: a heart that beats every few milliseconds goes on beating."""

    async def scenario(server: RunningServer) -> None:
        beats = 0

        async def heart() -> None:
            nonlocal beats
            while True:
                await asyncio.sleep(0.005)
                beats += 1

        task = asyncio.create_task(heart())
        with osc_peer(server) as sender, osc_peer(server) as other:
            when, chance = time.time() + 0.6, random.Random(1)
            for number in range(40):
                tag = when + chance.uniform(0.0, 0.2)
                sender.send_bytes(bundle(tag, *[ping(number)] * 5))
            for number in range(20):
                assert (await other.ask("/magnet/ping", str(number))).params == [str(number)]
            assert beats >= 1 and time.time() < when + 5
            answers = [(await sender.receive()).params[0] for _ in range(200)]
            assert sorted(answers, key=int) == [str(n) for n in range(40) for _ in range(5)]
        task.cancel()
        assert beats >= 20
        assert server.hub.metrics.fails == 0

    with_server(scenario)


def test_a_stream_is_not_held_up_by_what_waits() -> None:
    """A bundle far in the future and a stream that plays: no underrun, and it acts in the end."""

    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            await peer.ask("/magnet/play")
            await asyncio.sleep(0.2)
            at = time.time() + 0.8
            peer.send_bytes(
                bundle(
                    at,
                    encode_osc("/magnet/prompt", ["later"]),
                    encode_osc("/magnet/param/gain_db", [-6.0]),
                )
            )
            before = server.hub.session("main").playhead(server.hub.clock())
            answers = [await peer.receive() for _ in range(2)]
            assert time.time() >= at - 0.002
            assert {answer.params[0] for answer in answers} == {
                "/magnet/prompt",
                "/magnet/param/gain_db",
            }
            assert server.hub.session("main").playhead(server.hub.clock()) > before + 0.5 * 32000
            assert server.hub.metrics.concealed_samples == 0

    with_server(scenario)


def test_what_waits_when_the_server_closes_is_dropped() -> None:
    """And says nothing any more: no error, no command to a worker that is gone."""

    async def run() -> None:
        async with serving() as server:
            with osc_peer(server) as peer:
                peer.send_bytes(bundle(time.time() + 0.3, encode_osc("/magnet/play", [])))
                assert (await peer.ask("/magnet/ping", "x")).params == ["x"]
        commands = server.hub.metrics.commands
        await asyncio.sleep(0.4)
        assert server.hub.metrics.commands == commands

    asyncio.run(run(), debug=True)
