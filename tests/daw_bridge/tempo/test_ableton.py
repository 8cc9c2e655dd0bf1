"""Live as a clock, over real UDP ports against a peer that answers as AbletonOSC does."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ableton_peer import FakeLive
from daw_bridge.cli import main
from daw_bridge.errors import TransportError
from daw_bridge.messages import encode_osc
from daw_bridge.tempo.ableton import _LATENESSES, AbletonAddress, AbletonClock, LateBeats
from daw_bridge.tempo.source import ClockReading

PATIENCE_S = 15.0


class HurriedClock:
    """Real time, and as much more as a test asks for."""

    def __init__(self) -> None:
        self.more = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.more


def with_live(scenario: Callable[[FakeLive, AbletonClock, HurriedClock], Awaitable[None]]) -> None:
    async def run() -> None:
        live, clock = FakeLive(127.3), HurriedClock()
        while True:  # two free ports in a row
            await live.start()
            source = AbletonClock(AbletonAddress("127.0.0.1", live.port), clock)
            try:
                await source.start()
                break
            except TransportError:
                await live.close()
        try:
            async with asyncio.timeout(60):
                await scenario(live, source, clock)
        finally:
            await source.close()
            await live.close()

    asyncio.run(run(), debug=True)


async def until(
    source: AbletonClock, clock: HurriedClock, what: Callable[[ClockReading | None], bool]
) -> ClockReading | None:
    async with asyncio.timeout(PATIENCE_S):
        while not what(reading := source.read(clock())):
            await asyncio.sleep(0.005)
    return reading


def test_tempo_play_state_and_beat_are_followed() -> None:
    async def scenario(live: FakeLive, source: AbletonClock, clock: HurriedClock) -> None:
        assert source.read(clock()) is None
        assert "does not answer at 127.0.0.1" in source.detail
        reading = await until(source, clock, lambda r: r is not None and r.playing is not None)
        assert reading is not None
        assert reading.bpm == pytest.approx(127.3, abs=1e-4)
        assert (reading.playing, reading.beat) == (False, None)
        assert source.detail.endswith("stopped")
        live.play(beat=6.0)
        await until(source, clock, lambda r: r is not None and r.beat is not None)
        now = clock()
        heard = source.read(now)
        assert heard is not None and heard.beat is not None
        assert heard.playing is True
        assert abs(heard.beat - live.beat_at(now)) < 0.25
        live.set_tempo(90.5)
        await until(source, clock, lambda r: r is not None and r.bpm == 90.5)
        live.stop()
        await until(source, clock, lambda r: r is not None and r.playing is False)

    with_live(scenario)


def test_live_may_be_closed_and_started_again() -> None:
    """No reading while it is away; afterwards all is listened to anew."""

    async def scenario(live: FakeLive, source: AbletonClock, clock: HurriedClock) -> None:
        await until(source, clock, lambda r: r is not None)
        port = live.port
        await live.close()
        clock.more += 6.0
        await until(source, clock, lambda r: r is None)
        for _ in range(5):  # asking where nobody listens is no error
            clock.more += 2.0
            source.read(clock())
            await asyncio.sleep(0.01)
        live.bpm = 98.0
        await live.start(port)
        clock.more += 2.0
        await until(source, clock, lambda r: r is not None and r.bpm == 98.0)
        live.play()
        await until(source, clock, lambda r: r is not None and r.beat is not None)

    with_live(scenario)


def test_a_new_set_is_listened_to_at_once() -> None:
    """``/live/startup`` says that all listeners are gone."""

    async def scenario(live: FakeLive, source: AbletonClock, clock: HurriedClock) -> None:
        await until(source, clock, lambda r: r is not None and r.playing is not None)
        port = live.port
        await live.close()
        asked = len(live.asked)
        await live.start(port)
        async with asyncio.timeout(PATIENCE_S):
            while "/live/song/start_listen/beat" not in live.asked[asked:]:
                await asyncio.sleep(0.005)

    with_live(scenario)


def test_beats_that_stay_away_are_asked_for_again() -> None:
    """A listener that Live lost without a word."""

    async def scenario(live: FakeLive, source: AbletonClock, clock: HurriedClock) -> None:
        live.play()
        await until(source, clock, lambda r: r is not None and r.beat is not None)
        live._listened.clear()
        asked = len(live.asked)
        clock.more += 3.0
        await until(source, clock, lambda _: "/live/song/start_listen/beat" in live.asked[asked:])

    with_live(scenario)


def test_what_is_not_from_live_or_no_osc_changes_nothing() -> None:
    async def scenario(live: FakeLive, source: AbletonClock, clock: HurriedClock) -> None:
        await until(source, clock, lambda r: r is not None and r.playing is not None)
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
            other.bind(("127.0.0.2", 0))
            to = ("127.0.0.1", live.port + 1)
            other.sendto(encode_osc("/live/song/get/tempo", (60.0,)), to)
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as same:
            same.bind(("127.0.0.1", 0))
            for datagram in (
                b"\xff" * 40,
                encode_osc("/live/song/get/tempo", ("fast",)),
                encode_osc("/live/song/get/tempo", (float("nan"),)),
                encode_osc("/live/song/get/tempo", (-3.0,)),
                encode_osc("/live/song/get/tempo", ()),
                encode_osc("/live/error", ("Unknown OSC address",)),
                encode_osc("/magnet/play", ()),
                b"#bundle\0",
            ):
                same.sendto(datagram, to)
        await asyncio.sleep(0.05)
        reading = source.read(clock())
        assert reading is not None
        assert reading.bpm == pytest.approx(127.3, abs=1e-4)

    with_live(scenario)


def test_the_command_line_takes_an_address_or_none(capsys, tmp_path, monkeypatch) -> None:
    """A wrong one is a mistake of the command line; a port that is taken is one of the machine."""
    with pytest.raises(SystemExit) as caught:
        main(["serve", "--ableton", "live.local"])
    assert caught.value.code == 2
    assert "IP address" in capsys.readouterr().err
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        before = f"127.0.0.1:{taken.getsockname()[1] - 1}"
        assert main(["serve", "--ableton", before, "--port", "0", "--osc-port", "0"]) == 3
    assert "AbletonOSC answers to" in capsys.readouterr().err


def test_a_port_that_is_taken_is_named() -> None:
    async def run() -> None:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            source = AbletonClock(AbletonAddress("127.0.0.1", port - 1), time.monotonic)
            with pytest.raises(TransportError, match=f"port {port}.*another program"):
                await source.start()
            await source.close()

    asyncio.run(run(), debug=True)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("", "127.0.0.1", 11000),
        ("localhost:11010", "127.0.0.1", 11010),
        ("192.168.1.5", "192.168.1.5", 11000),
        ("[::1]:11020", "::1", 11020),
        ("::1", "::1", 11000),
    ],
)
def test_addresses_are_read(text, host, port) -> None:
    address = AbletonAddress.parse(text)
    assert (address.host, address.port, address.reply_port) == (host, port, port + 1)


@pytest.mark.parametrize(
    "text", ["live.local", "127.0.0.1:0", "127.0.0.1:65535", "1.2.3.4:x", "::g"]
)
def test_addresses_that_are_none_are_refused(text) -> None:
    with pytest.raises(ValueError, match=r"must be|IP address"):
        AbletonAddress.parse(text)


@given(
    st.floats(40, 250),
    st.lists(st.floats(0, 0.1), min_size=_LATENESSES + 1, max_size=60),
    st.integers(0, 1000),
)
def test_late_messages_give_the_beat_of_the_earliest(bpm, latenesses, first) -> None:
    """After n beats the count is behind by no more than the least lateness of the last n."""
    beats, spacing = LateBeats(), 60.0 / bpm
    beats.set_tempo(bpm, 0.0)
    for number, late in enumerate(latenesses):
        beats.note(first + number, number * spacing + late)
    now = len(latenesses) * spacing + 0.1
    counted = beats.beat_at(now)
    assert counted is not None
    behind_s = (first + now / spacing - counted) * spacing
    assert -1e-9 <= behind_s <= min(latenesses[-_LATENESSES:]) + 1e-9


def test_a_jump_of_the_song_is_followed_at_once() -> None:
    beats = LateBeats()
    beats.set_tempo(120.0, 0.0)
    for number in range(10):
        beats.note(number, 0.5 * number)
    beats.note(32, 4.75)
    assert beats.beat_at(5.0) == 32.5


def test_a_new_tempo_goes_on_from_the_same_beat() -> None:
    beats = LateBeats()
    assert beats.beat_at(0.0) is None
    beats.set_tempo(120.0, 0.0)
    beats.note(0, 0.0)
    beats.set_tempo(60.0, 1.0)
    assert beats.beat_at(1.0) == 2.0
    assert beats.beat_at(2.0) == 3.0
