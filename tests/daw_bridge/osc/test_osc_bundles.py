"""Bundles act at their time tags: all of them, in order, and while they wait nobody else does."""

from __future__ import annotations

import asyncio
import itertools
import random
import struct
import time
from collections.abc import Callable, Sequence

import pytest
from bridge_peers import osc_peer, serving, with_server
from hypothesis import given, settings
from hypothesis import strategies as st
from silent_hub import silent_hub

from daw_bridge.app import RunningServer
from daw_bridge.messages import encode_osc
from daw_bridge.osc.receiver import (
    MAX_AHEAD_S,
    MAX_DUE,
    MAX_SCHEDULED,
    MAX_SCHEDULED_OF_ONE,
    SLICE_S,
    OscClient,
    OscReceiver,
)
from daw_bridge.worker_protocol import Value

NTP_S = 2208988800


def bundle(when: float, *messages: bytes) -> bytes:
    tag = min(max(int((when + NTP_S) * 2**32), 2), 2**64 - 1)
    packed = b"".join(struct.pack(">i", len(part)) + part for part in messages)
    return b"#bundle\0" + struct.pack(">Q", tag) + packed


def ping(number: int) -> bytes:
    return encode_osc("/magnet/ping", [str(number)])


class Sender(OscClient):
    """Notes what it is answered, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.acted: list[tuple[str, float]] = []
        self.complaints: list[str] = []

    def reply(self, address: str, values: Sequence[Value]) -> None:
        if address == "/magnet/pong":
            self.acted.append((str(values[0]), time.time()))

    def complain(self, address: str, reason: str) -> None:
        self.complaints.append(reason)


class Bench:
    """A receiver on a running loop, whose clocks a test may let tremble, or move."""

    def __init__(
        self,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.hub = silent_hub(clock)
        self.receiver = OscReceiver(self.hub, wall_clock)
        self.sender = Sender()

    @property
    def acted(self) -> list[tuple[str, float]]:
        return self.sender.acted

    @property
    def complaints(self) -> list[str]:
        return self.sender.complaints

    def take(self, packet: bytes, sender: Sender | None = None) -> None:
        sender = sender or self.sender
        self.receiver.take(sender, self.receiver.read(sender, packet))

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


def ticking(step_s: float) -> Callable[[], float]:
    """Return a clock that is later by a step each time it is read."""
    count = itertools.count()
    return lambda: next(count) * step_s


def test_a_large_bundle_acts_in_slices_and_nothing_acts_between_its_messages() -> None:
    """The loop turns several times meanwhile; what comes then has to wait for the whole of it."""

    async def scenario() -> None:
        bench, turns = Bench(clock=ticking(SLICE_S / 10)), 0
        bench.take(bundle(0.0, *(ping(number) for number in range(200))))
        at_once = len(bench.acted)
        assert 0 < at_once <= 11
        other = Sender()
        bench.take(ping(1000), other)
        when = time.time() - 1
        bench.take(bundle(when, ping(200), ping(201)))
        while len(bench.acted) < 202:
            assert not other.acted or len(bench.acted) >= 200
            before = len(bench.acted)
            await asyncio.sleep(0)
            turns += 1
            assert len(bench.acted) - before <= 11
        assert turns >= 202 // 12
        assert [int(text) for text, _ in bench.acted] == list(range(202))
        assert len(other.acted) == 1

    asyncio.run(scenario(), debug=True)


def test_bundles_that_fall_due_together_act_in_slices_too() -> None:
    async def scenario() -> None:
        bench = Bench(clock=ticking(SLICE_S / 10))
        when = time.time() + 0.03
        for part in range(3):
            bench.take(bundle(when, *(ping(100 * part + number) for number in range(100))))
        await asyncio.sleep(0.05)
        while len(bench.acted) < 300:
            before = len(bench.acted)
            await asyncio.sleep(0)
            assert len(bench.acted) - before <= 11
        assert [int(text) for text, _ in bench.acted] == list(range(300))

    asyncio.run(scenario(), debug=True)


def test_what_is_in_line_is_bounded_and_the_rest_is_refused() -> None:
    async def scenario() -> None:
        bench = Bench(clock=ticking(SLICE_S))  # one message a slice
        packet = bundle(0.0, *[ping(0)] * 250)
        for _ in range(20):
            bench.take(packet)
        assert len(bench.complaints) == 20 * 250 - MAX_DUE - 1
        assert "slow down" in bench.complaints[0]
        bench.receiver.close()

    asyncio.run(scenario(), debug=True)


def test_one_sender_cannot_take_all_the_places_that_wait_for_their_time() -> None:
    async def scenario() -> None:
        bench, other = Bench(), Sender()
        packet = bundle(time.time() + 50, *[ping(0)] * 250)
        for _ in range(5):
            bench.take(packet)
        assert len(bench.complaints) == 5 * 250 - MAX_SCHEDULED_OF_ONE
        assert f"{MAX_SCHEDULED_OF_ONE} messages of this sender" in bench.complaints[0]
        bench.take(bundle(time.time() + 0.02, ping(1)), other)
        async with asyncio.timeout(15):
            while not other.acted:
                await asyncio.sleep(0.002)
        for _ in range(5):
            bench.take(packet, other)
        assert (
            other.complaints[-1] == f"{MAX_SCHEDULED_OF_ONE} messages of this sender wait already"
        )
        third = Sender()
        bench.take(packet, third)
        assert set(third.complaints) == {f"{MAX_SCHEDULED} messages wait already"}
        bench.receiver.close()

    asyncio.run(scenario(), debug=True)


def test_the_loop_goes_on_under_the_dearest_bundles_that_there_are() -> None:
    """Patterns of stars, classes and words, and addresses that are nearly right: 250 at a time."""

    async def scenario() -> None:
        bench, longest_s, done = Bench(), 0.0, False

        async def heart() -> None:
            nonlocal longest_s
            while not done:
                began = time.monotonic()
                await asyncio.sleep(0)
                longest_s = max(longest_s, time.monotonic() - began)

        beating = asyncio.create_task(heart())
        await asyncio.sleep(0)
        for kind in ("/magnet/param/" + "*" * 240, "/magnet/*/" + "{,_}*" * 48, "/magnet/param/*"):
            bench.take(bundle(0.0, *[encode_osc(kind, [1.0])] * 250, ping(0)))
            await bench.until_acted(len(bench.acted) + 1)
        typos = [encode_osc(f"/magnet/param/temp{number}", [1.0]) for number in range(250)]
        bench.take(bundle(0.0, *typos, ping(0)))
        await bench.until_acted(4)
        done = True
        await beating
        assert longest_s < 0.25  # a slice is 3 ms; 250 patterns of stars took 5 s in one piece

    asyncio.run(scenario())


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
