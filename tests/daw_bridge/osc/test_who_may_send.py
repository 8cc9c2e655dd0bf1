"""Who may send, how much, and who is remembered: floods, crowds, strangers, subscribers."""

from __future__ import annotations

import asyncio
import itertools
import time

import pytest
from osc_port import PING, Port, bundle

from benchmarks.fuzz import datagrams
from daw_bridge.messages import encode_osc
from daw_bridge.osc.receiver import PATTERN_COST
from daw_bridge.osc.server import (
    ALL_PACKETS_PER_S,
    MAX_PEERS,
    PACKETS_PER_S,
    STRANGERS_BURST,
)


def test_a_flood_of_one_is_dropped_and_counted_and_others_are_heard() -> None:
    """An old sender and a new one, on the same machine."""
    bench = Port()
    assert bench.send(PING, port=5001)
    read = sum(bench.send(b"\xff" * 64) for _ in range(4000))
    assert read == bench.hub.metrics.bad_packets == int(PACKETS_PER_S / (1 + 64 / 1024))
    assert bench.hub.metrics.flooded_packets == 4000 - read
    assert bench.send(PING, port=5001) and bench.send(PING, port=5002)
    for _ in range(20):
        bench.now += 0.1
        for _ in range(1000):
            bench.send(b"\xff" * 64)
        assert bench.send(PING, port=5001)
        assert bench.send(PING, port=6000 + round(bench.now * 10))  # such as oscsend
    assert bench.hub.metrics.commands == 3 + 40


def test_a_crowd_of_ports_gets_no_more_than_the_machine_can_do_and_shuts_nobody_out() -> None:
    """First a program that opens a new port each time, then many that flood."""
    bench = Port()
    assert all(bench.send(PING, port=100) for _ in range(60))  # a performer
    bench.now = 1.0
    read = sum(bench.send(PING, port=1000 + number) for number in range(20_000))
    assert ALL_PACKETS_PER_S < read < ALL_PACKETS_PER_S * 1.3
    assert all(bench.send(PING, port=100) for _ in range(50))
    before = bench.hub.metrics.commands
    for _ in range(50):
        bench.now += 0.02
        for port in range(2000, 2020):
            for _ in range(20):
                bench.send(PING, port=port)
        assert all(bench.send(PING, port=100) for _ in range(2))
    assert bench.hub.metrics.commands - before < 3 * ALL_PACKETS_PER_S


def test_a_bundle_costs_as_much_as_its_messages_and_a_pattern_more() -> None:
    for packet, price in (
        (bundle(0, *[PING] * 100), 100),
        (bundle(0, *[encode_osc("/magnet/none/*", [])] * 100), 100 * PATTERN_COST),
        (encode_osc("/magnet/none/*", []), PATTERN_COST),
    ):
        bench, carried_out = Port(), 0
        while bench.send(packet):
            carried_out += 1
        whole = price + len(packet) / 1024
        assert carried_out == int(PACKETS_PER_S / whole)
        assert not bench.hub.metrics.commands % 100  # a bundle is read whole, or not at all


def test_a_subscribed_peer_keeps_its_session_and_numbers_whoever_else_comes() -> None:
    """Oscsend comes from another port each time; a Live device must not fall back to main."""
    bench = Port()
    for port, session in ((1, "live"), (2, "other")):
        bench.ask("/magnet/session", session, port=port)
    bench.ask("/magnet/subscribe", 7000, port=1)
    for number in range(3 * MAX_PEERS):
        bench.now += 0.01
        assert bench.ask("/magnet/ping", "x", port=10_000 + number)
    done = bench.ask("/magnet/param/gain_db", -3.0, port=1)
    assert [answer[:3] for answer in done] == [["/magnet/done", "/magnet/param/gain_db", 3]] * 2
    assert bench.hub.status("live")["gain_db"] == -3.0
    bench.ask("/magnet/param/gain_db", -4.0, port=2)  # it would lose its session: they would not
    assert bench.hub.status("other")["gain_db"] == -4.0
    assert len(bench.server._peers) == MAX_PEERS


def test_a_subscriber_keeps_its_session_open_and_hears_when_another_ends() -> None:
    """For hours, without a word; who has not subscribed is gone after ten minutes."""

    async def run() -> None:
        bench = Port()
        await bench.server.start("127.0.0.1", 0)
        for port, name in ((1, "heard"), (2, "left")):
            bench.ask("/magnet/session", name, port=port)
            bench.ask("/magnet/param/gain_db", -6.0, port=port)
        bench.ask("/magnet/subscribe", 7000, port=1)
        bench.server.sent.clear()
        for hour in range(1, 4):
            bench.now = 3600.0 * hour
            bench.hub.tick()
        assert list(bench.hub.open_sessions()) == ["main", "heard"]
        ((target, event),) = bench.server.sent
        assert target == ("127.0.0.1", 7000) and event.address == "/magnet/event/session"
        assert event.params[:2] == ["left", "closed"]
        assert bench.hub.status("heard")["gain_db"] == -6.0
        bench.server.close()
        await asyncio.sleep(0)

    asyncio.run(run(), debug=True)


def test_a_stranger_can_do_nothing_before_the_token_and_takes_no_places() -> None:
    async def scenario() -> None:
        bench, host = Port(), "192.0.2.7"
        tagged = bundle(time.time() + 30, *[PING] * 250)
        bench.send(tagged, host=host)
        bench.now += 10
        for number in range(600):
            bench.now += 0.02
            bench.send(PING, port=number + 1, host=host)
        assert bench.hub.metrics.commands == 0
        assert bench.server._peers == {}
        bench.now += 5
        answers = bench.ask("/magnet/play", host=host)
        assert answers == [
            ["/magnet/fail", "/magnet/play", 0, "first show the token: /magnet/token s"]
        ]
        assert bench.ask("/magnet/token", "wrong", host=host)[0][0] == "/magnet/fail"
        bench.server.sent.clear()
        token = encode_osc("/magnet/token", ["secret"])
        bench.send(bundle(0, PING, token, PING), host=host)
        replies = [message.address for _, message in bench.server.sent]
        assert replies == ["/magnet/fail", "/magnet/done", "/magnet/pong"]
        assert bench.ask("/magnet/ping", "x", port=9, host=host) == [["/magnet/pong", "x"]]
        ((address, _, number, *_),) = bench.ask("/magnet/param/gain_db", 0.0, host=host)
        assert (address, number) == ("/magnet/done", 3)  # after the token and the ping

    asyncio.run(scenario())


def test_a_flood_of_strangers_takes_nothing_from_those_who_are_trusted() -> None:
    bench = Port()
    read = sum(
        bench.send(b"\xff" * 40, port=number % 60_000 + 1, host=f"192.0.2.{number % 200}")
        for number in range(10_000)
    )
    assert read <= STRANGERS_BURST
    bench.server.sent.clear()
    assert all(bench.send(b"\xff" * 40) for _ in range(10))
    assert len(bench.server.sent) == 10  # and is told what is wrong


@pytest.mark.parametrize("seed", range(3))
def test_what_the_siege_sends_is_carried_out_or_refused(seed) -> None:
    """Nothing is raised, and the dearest of it is among what is carried out."""

    async def scenario() -> None:
        bench, kinds = Port(), set[str]()
        for packet in itertools.islice(datagrams(seed), 1500):
            bench.now += 0.5
            bench.send(packet)
            kinds.update(message.address for _, message in bench.server.sent)
            bench.server.sent.clear()
            await asyncio.sleep(0)
        bench.hub.tick()
        assert kinds >= {"/magnet/fail", "/magnet/done", "/magnet/pong", "/magnet/status.reply"}
        assert len(bench.hub.open_sessions()) > 1
        await bench.hub.takes.close()

    asyncio.run(scenario())
