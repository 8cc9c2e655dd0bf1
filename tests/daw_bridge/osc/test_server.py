"""OSC over a real UDP port."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bridge_peers import osc_peer, with_server
from hypothesis import given
from hypothesis import strategies as st
from osc_port import bundle
from silent_hub import silent_hub

from daw_bridge.app import RunningServer
from daw_bridge.controls import BY_ADDRESS
from daw_bridge.messages import encode_osc
from daw_bridge.osc.receiver import (
    MAX_REPLY_BYTES,
    MAX_SCHEDULED_OF_ONE,
    OscClient,
    OscReceiver,
)
from daw_bridge.osc.server import (
    MAX_SUBSCRIBERS,
)
from daw_bridge.worker_protocol import Value


def test_commands_are_numbered_per_sender_and_answered() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as one, osc_peer(server) as other:
            for number in (1, 2):
                done = await one.ask("/magnet/prompt", f"warm pads {number}")
                assert done.address == "/magnet/done"
                address, message_id, seconds, sample = done.params
                assert (address, message_id, sample) == ("/magnet/prompt", number, "0")
                assert 0 <= seconds < 15  # the first waits for the worker
            assert (await other.ask("/magnet/stop")).params[1] == 1

    with_server(scenario)


def test_play_is_answered_and_status_shows_the_stream() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            await peer.ask("/magnet/param/temperature", 2.5)
            assert (await peer.ask("/magnet/play")).address == "/magnet/done"
            await asyncio.sleep(0.2)
            reply = await peer.ask("/magnet/status")
            assert reply.address == "/magnet/status.reply"
            status = dict(zip(reply.params[::2], reply.params[1::2], strict=True))
            assert status["state"] == "playing"
            assert status["worker"] == "ready"
            assert status["temperature"] == 2.5
            assert status["sample_rate"] == 32000
            assert int(status["position"]) > 0
            assert len(reply.params) <= 250

    with_server(scenario)


def test_ping_and_sync_are_answered() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            pong = await peer.ask("/magnet/ping", "hällo")
            assert (pong.address, pong.params) == ("/magnet/pong", ["hällo"])
            assert (await peer.ask("/magnet/ping")).params == [""]
            peer.send("/magnet/prompt", "a")  # waits for the worker
            peer.send("/magnet/sync", 7)
            answers = [await peer.receive() for _ in range(2)]
            assert [message.address for message in answers] == ["/magnet/done", "/magnet/synced"]
            assert answers[1].params == [7]
            assert (await peer.ask("/magnet/sync", 8)).params == [8]

    with_server(scenario)


def test_bad_messages_are_refused_with_a_reason_and_change_nothing() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            for address, args, word in (
                ("/magnet/param/top_p", (7.0,), "top_p is 7.0"),
                ("/magnet/param/top_p", (float("nan"),), "nan"),
                ("/magnet/prompt", (), "0 arguments"),
                ("/magnet/prompt", ("x" * 10_000,), "10000 characters"),
                ("/magnet/paly", (), "/magnet/play"),
                ("/magnet/session", ("no spaces please",), "session"),
                ("/magnet/prompt", ("refuse",), "not that one"),
                ("/magnet/token", ("wrong",), "not the token"),
                ("/magnet/subscribe", (9000, "a.host.name"), "IP address"),
            ):
                fail = await peer.ask(address, *args)
                assert fail.address == "/magnet/fail"
                assert fail.params[0] == address
                assert word in fail.params[2]
            for garbage in (b"\xff" * 40, b"/x\0\0,b\0\0" + bytes(8), b"#bundle\0"):
                peer.send_bytes(garbage)
                assert (await peer.receive()).address == "/magnet/fail"
            status = server.hub.status("main")
            assert status["state"] == "stopped"
            assert "top_p" not in status and "prompt" not in status
            assert status["bad_packets"] == 3
            assert status["fails"] == 12

    with_server(scenario)


def test_a_pattern_sets_what_it_matches_and_each_setting_is_answered() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            peer.send("/magnet/param/{guidance,temperature}", 2.0)
            answers = [await peer.receive() for _ in range(2)]
            assert [answer.address for answer in answers] == ["/magnet/done"] * 2
            assert {answer.params[0] for answer in answers} == {
                "/magnet/param/guidance",
                "/magnet/param/temperature",
            }
            status = server.hub.status("main")
            assert (status["guidance"], status["temperature"]) == (2.0, 2.0)
            assert "guidance_min" not in status
            await peer.ask("/magnet/prompt/2", "dub", 0.5)
            peer.send("/magnet/prompt/*/weight", 0.25)
            assert {(await peer.receive()).address for _ in range(6)} == {"/magnet/done"}
            assert (await peer.ask("/magnet/prompt/2", "house")).params[0] == "/magnet/prompt/2"
            status = server.hub.status("main")
            weights = [status[f"prompt/{number}/weight"] for number in range(1, 7)]
            assert (status["prompt/2"], weights) == ("house", [0.25] * 6)

    with_server(scenario)


def test_a_pattern_that_means_no_settings_is_refused_and_changes_nothing() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            await peer.ask("/magnet/play")
            for pattern, args, word in (
                ("/magnet/st*", (), "/magnet/stop; patterns are for settings only"),
                ("/magnet/param/x*", (1.0,), "matches no control"),
                ("/magnet/param/*", (2.0,), "so nothing is set: top_p is 2.0"),
                ("/magnet/param/[ab", (1.0,), "a pattern with a [ that is not closed"),
                ("/" + "*" * 60_000, (1.0,), "more than 256 characters"),
            ):
                fail = await peer.ask(pattern, *args)
                assert fail.address == "/magnet/fail"
                assert fail.params[0] == pattern[:256]
                assert word in fail.params[2]
            status = server.hub.status("main")
            assert status["state"] in ("priming", "playing")
            assert "temperature" not in status
            assert status["fails"] == 5

    with_server(scenario)


def test_datagrams_of_up_to_64_kib_are_taken() -> None:
    """All that UDP can carry, 65,507 bytes: what fills it here is for someone else."""

    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            first, last = (encode_osc("/magnet/ping", [word]) for word in ("first", "last"))
            filler = [encode_osc("/magnet/pong", ["x" * 1000])] * 63
            packet = bundle(0, first, *filler, last)
            room = (65_507 - len(packet)) // 4 * 4 - 28
            packet = bundle(0, first, *filler, encode_osc("/magnet/pong", ["x" * room]), last)
            assert 65_480 < len(packet) <= 65_507
            peer.send_bytes(packet)
            assert [(await peer.receive()).params for _ in range(2)] == [["first"], ["last"]]
            fail = await peer.ask("/" + "a" * 65_000)
            assert fail.address == "/magnet/fail" and len(fail.params[0]) == 256
            fail = await peer.ask("/magnet/prompt", "x" * 65_000)
            assert "65000 characters" in fail.params[2]

    with_server(scenario)


def test_replies_and_events_sent_to_us_are_not_answered() -> None:
    """Two servers that answered each other's refusals would never end."""

    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            for address in ("/magnet/fail", "/magnet/done", "/magnet/event/late"):
                peer.send(address, "x")
            peer.send("/magnet/status.reply", *range(200))  # which no command is as long as
            await peer.silence(0.05)

    with_server(scenario)


def test_subscribers_get_replies_and_events_of_their_session() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as sender, osc_peer(server) as ear, osc_peer(server) as deaf:
            assert (await sender.ask("/magnet/subscribe", ear.port)).address == "/magnet/done"
            assert (await ear.receive()).params[0] == "/magnet/subscribe"
            assert (await deaf.ask("/magnet/session", "other")).address == "/magnet/done"
            await deaf.ask("/magnet/subscribe", deaf.port, "localhost")
            sender.send("/magnet/play")
            assert (await ear.until("/magnet/done")).params[0] == "/magnet/play"
            chunk = await ear.until("/magnet/event/chunk")
            position, samples, flags, plan = chunk.params
            assert (position, samples, flags, plan) == ("0", 640, 1, 0)
            worker = server.hub.supervisor.pid
            assert worker is not None
            sender.send("/magnet/prompt", "die")
            assert "worker was lost" in (await ear.until("/magnet/fail")).params[2]
            state = await ear.until("/magnet/event/worker")
            assert state.params[0] == "restarting"
            heard = {(await deaf.receive()).address for _ in range(2)}
            assert heard == {"/magnet/event/worker"}  # which is everyone's

    with_server(scenario)


def test_of_too_many_subscribers_the_one_that_asked_longest_ago_is_dropped() -> None:
    """A set goes on for hours, and patches come and go without a word."""

    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer, osc_peer(server) as kept, osc_peer(server) as dropped:
            for port in (kept.port, dropped.port):
                await peer.ask("/magnet/subscribe", port)
            for number in range(MAX_SUBSCRIBERS - 2):
                await peer.ask("/magnet/subscribe", 20_000 + number)
            await peer.ask("/magnet/subscribe", kept.port)  # once more
            await peer.ask("/magnet/subscribe", 30_000)  # one too many
            await peer.ask("/magnet/ping", "x")
            heard = {kept: set[str](), dropped: set[str]()}
            for ear, addresses in heard.items():
                ear.send("/magnet/ping", "the end")
                while (message := await ear.receive()).params != ["the end"]:
                    addresses.add(message.address)
            assert "/magnet/pong" in heard[kept]
            assert "/magnet/pong" not in heard[dropped]

    with_server(scenario)


def test_a_session_of_ones_own_is_apart_from_main() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            await peer.ask("/magnet/session", "solo")
            await peer.ask("/magnet/prompt", "drums")
            await peer.ask("/magnet/play")
            assert server.hub.status("main")["state"] == "stopped"
            assert server.hub.status("solo")["prompt"] == "drums"

    with_server(scenario)


def test_a_bundle_acts_at_its_time_and_blocks_nobody() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            at = time.time() + 0.25
            peer.send_bytes(bundle(at, encode_osc("/magnet/ping", ["later"])))
            assert (await peer.ask("/magnet/ping", "now")).params == ["now"]
            assert (await peer.receive()).params == ["later"]
            assert -0.01 < time.time() - at < 0.1

    with_server(scenario)


def test_a_late_bundle_acts_at_once_and_a_far_one_is_refused() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            peer.send_bytes(bundle(time.time() - 100, encode_osc("/magnet/ping", ["late"])))
            assert (await peer.receive()).params == ["late"]
            peer.send_bytes(bundle(time.time() + 3600, encode_osc("/magnet/ping", ["far"])))
            fail = await peer.receive()
            assert fail.address == "/magnet/fail"
            assert "at most 60 s" in fail.params[2]

    with_server(scenario)


def test_scheduled_messages_are_bounded() -> None:
    async def scenario(server: RunningServer) -> None:
        with osc_peer(server) as peer:
            pings = [encode_osc("/magnet/ping", ["x"])] * 250
            for _ in range(5):
                peer.send_bytes(bundle(time.time() + 50, *pings))
            reasons = {(await peer.receive()).params[2] for _ in range(20)}
            assert reasons == {f"{MAX_SCHEDULED_OF_ONE} messages of this sender wait already"}
            peer.send("/magnet/ping", "the end")
            await peer.until("/magnet/pong")
            assert server.hub.metrics.fails == 5 * 250 - MAX_SCHEDULED_OF_ONE

    with_server(scenario)


def test_a_long_status_comes_in_parts_and_a_long_list_ends_in_the_newest() -> None:
    sent: list[tuple[str, list[Value]]] = []

    class Noted(OscClient):
        def reply(self, address: str, values: Sequence[Value]) -> None:
            assert len(encode_osc(address, values)) <= MAX_REPLY_BYTES
            sent.append((address, list(values)))

    status = {f"prompt/{number}": "\u4e2d" * 2000 for number in range(1, 7)} | {"state": "playing"}
    client = Noted()
    client.answer("status", 1, status)
    flat = [value for _, values in sent for value in values]
    assert dict(zip(flat[::2], flat[1::2], strict=True)) == status
    assert all(len(values) % 2 == 0 for _, values in sent) and len(sent) > 1
    sent.clear()
    names = [f"take-{number:03}_{'x' * 48}" for number in range(256)]
    client.answer("takes", 1, {str(number): name for number, name in enumerate(names)})
    ((address, shown),) = sent
    assert address == "/magnet/take/list.reply"
    assert 100 < len(shown) < 256 and shown == names[-len(shown) :]


MESSAGES = st.builds(
    encode_osc,
    st.sampled_from(sorted(BY_ADDRESS))
    | st.text("/magnetpr*?[]{}-,", min_size=1).map("/{}".format),
    st.lists(st.integers() | st.floats() | st.text(), max_size=3),
)
PACKETS = st.binary() | MESSAGES | st.builds(lambda parts: bundle(1.0, *parts), st.lists(MESSAGES))


@given(PACKETS)
def test_any_datagram_is_carried_out_or_refused(packet: bytes) -> None:
    """No bytes make the receiver raise, and whatever is refused has a reason."""

    async def run() -> list[str]:
        hub = silent_hub(lambda: 0.0)
        receiver, client = OscReceiver(hub), _Silent()
        receiver.take(client, receiver.read(client, packet))
        await hub.takes.close()
        return client.reasons

    assert all(asyncio.run(run()))


class _Silent(OscClient):
    """Answers nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: list[str] = []

    def complain(self, address: str, reason: str) -> None:
        self.reasons.append(reason)

    def reply(self, address: str, values: Sequence[Value]) -> None:
        """Check that it could be sent."""
        assert len(encode_osc(address, values)) < 65_507
