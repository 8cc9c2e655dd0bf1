"""A MIDI clock over real ports: JACK MIDI, where jackd is there."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bridge_peers import serving
from sound_servers import jack_server, needs_jack

from daw_bridge.cli import main
from daw_bridge.errors import TransportError
from daw_bridge.tempo.midi_clock import MidiClock
from daw_bridge.tempo.midi_process import PortError, find

needs_rtmidi = pytest.mark.skipif(
    importlib.util.find_spec("rtmidi") is None,
    reason="python-rtmidi is not installed (pip install python-rtmidi)",
)
BPM = 127.3


class Drummer:
    """A MIDI port that sends what a DAW does, from a thread, on time on average."""

    def __init__(self, name: str) -> None:
        import rtmidi

        self._midi: Any = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name)
        self._midi.open_virtual_port("clock")
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        began, ticks = time.monotonic(), 0
        while not self._leaving.is_set():
            if ticks == 48:
                self._midi.send_message([0xF2, 16 % 128, 16 // 128])  # the fifth beat
                self._midi.send_message([0xFB])
            self._midi.send_message([0xF8])
            ticks += 1
            time.sleep(max(began + ticks * 60.0 / BPM / 24 - time.monotonic(), 0.0))

    def stop(self) -> None:
        self._leaving.set()
        self._thread.join()
        self._midi.close_port()
        self._midi.delete()


@contextmanager
def drummer(name: str = "daw") -> Iterator[None]:
    player = Drummer(name)
    try:
        yield
    finally:
        player.stop()


async def until(clock: MidiClock, what: Callable[[], bool], patience_s: float = 20.0) -> None:
    async with asyncio.timeout(patience_s):
        while True:
            clock.read(time.monotonic())
            if what():
                return
            await asyncio.sleep(0.005)


@needs_jack
@needs_rtmidi
def test_the_clock_of_a_jack_port_is_followed_and_an_unplugged_one_waited_for(monkeypatch) -> None:
    async def scenario() -> None:
        clock = MidiClock("DAW:clo", time.monotonic)
        with drummer():
            await clock.start()
            await until(clock, lambda: clock.read(time.monotonic()) is not None)
            await asyncio.sleep(4.0)
            reading = clock.read(time.monotonic())
            assert reading is not None
            assert reading.bpm == pytest.approx(BPM, rel=0.02)
            assert reading.playing is True
            assert reading.beat is not None and 7.0 < reading.beat < 20.0
            assert clock.detail == "daw:clock"
        await until(clock, lambda: "unplugged" in clock.detail)
        assert clock.read(time.monotonic()) is None
        with drummer():
            await until(clock, lambda: clock.read(time.monotonic()) is not None)
        await clock.close()

    with jack_server(monkeypatch):
        asyncio.run(scenario(), debug=True)


@needs_jack
@needs_rtmidi
def test_a_port_of_our_own_is_there_for_others(monkeypatch) -> None:
    async def scenario() -> None:
        async with serving(midi_clock="virtual") as server:
            import rtmidi

            out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, "sender")
            try:
                assert "magnet-live:clock" in out.get_ports()
            finally:
                out.delete()
            assert (
                server.hub.status("main")["tempo_source_detail"]
                == "no clock from magnet-live:clock"
            )

    with jack_server(monkeypatch):
        asyncio.run(scenario(), debug=True)


@needs_jack
@needs_rtmidi
def test_a_port_that_is_not_there_is_named_and_so_are_those_that_are(monkeypatch) -> None:
    async def scenario() -> None:
        with drummer("piano"):
            clock = MidiClock("drums", time.monotonic)
            with pytest.raises(TransportError, match=r"'drums'.*'piano:clock'"):
                await clock.start()
            await clock.close()

    with jack_server(monkeypatch):
        asyncio.run(scenario(), debug=True)


def test_without_rtmidi_the_error_says_what_to_install(monkeypatch, tmp_path, capsys) -> None:
    (tmp_path / "rtmidi.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert main(["serve", "--midi-clock", "x", "--port", "0", "--osc-port", "0"]) == 3
    assert "magnet-live[midi]" in capsys.readouterr().err


def test_a_port_is_found_by_its_name_before_a_part_of_it() -> None:
    inputs = [(2, ["Midi Through", "Clock In 2"]), (3, ["clock in", "Piano"])]
    assert find("Clock in", inputs) == (3, "clock in")
    assert find("through", inputs) == (2, "Midi Through")
    assert find("k in", inputs) == (2, "Clock In 2")
    with pytest.raises(PortError, match=r"'drums'.*'Midi Through', 'Clock In 2', 'clock in'"):
        find("drums", inputs)
    with pytest.raises(PortError, match="there are: none"):
        find("drums", [])


def test_one_clock_is_followed_at_a_time(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--link", "--midi-clock", "x"])
    assert "not allowed with" in capsys.readouterr().err

    async def scenario() -> None:
        async with serving(link=True, midi_clock="x"):
            raise AssertionError("it was started")

    with pytest.raises(TransportError, match="link and midi"):
        asyncio.run(scenario(), debug=True)
