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
import waiting
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


def beat_of(clock: MidiClock) -> float:
    reading = clock.read(time.monotonic())
    return -1.0 if reading is None or reading.beat is None else reading.beat


@needs_jack
@needs_rtmidi
def test_the_clock_of_a_jack_port_is_followed_and_an_unplugged_one_waited_for(monkeypatch) -> None:
    async def scenario() -> None:
        clock = MidiClock("DAW:clo", time.monotonic)
        with drummer():
            await clock.start()
            await until(clock, lambda: beat_of(clock) > 7.0)  # continued from the fifth
            reading = clock.read(time.monotonic())
            assert reading is not None
            assert reading.bpm == pytest.approx(BPM, rel=0.02)
            assert reading.playing is True
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


RTMIDI = """
import os, pathlib, threading, time

class MidiIn:
    def __init__(self, api, name): pass
    def get_ports(self): return ["drums"]
    def open_port(self, number, name): pass
    def ignore_types(self, **_): pass
    def close_port(self): pass
    def delete(self): pass
    def set_callback(self, callback):
        threading.Thread(target=play, args=(callback,), daemon=True).start()

def get_compiled_api():
    return [1]

def play(callback):
    been_here = pathlib.Path(__file__).with_name("been_here")
    if not been_here.exists():
        been_here.touch()
        os.write(1, NONSENSE)
    while True:
        callback(([0xF8], 0.0))
        time.sleep(60 / 120 / 24)
"""


@pytest.mark.parametrize("nonsense", [b"soon f8\n", b"x" * 100_000 + b"\n"])
def test_a_port_that_says_nonsense_is_opened_anew(monkeypatch, tmp_path, caplog, nonsense) -> None:
    """Its clock must not end in silence; the other program of this is a real process."""
    (tmp_path / "rtmidi.py").write_text(RTMIDI.replace("NONSENSE", repr(nonsense)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def scenario() -> None:
        clock = MidiClock("drums", time.monotonic)
        await clock.start()
        await until(clock, lambda: clock.read(time.monotonic()) is not None)
        await clock.close()

    asyncio.run(scenario(), debug=True)
    assert "says what cannot be read" in caplog.text


def test_a_clock_that_is_closed_while_its_port_is_being_given_up_leaves_no_process(
    monkeypatch, tmp_path
) -> None:
    """The process takes its time to end, and must be waited for all the same."""
    slow_to_leave = 'def close_port(self): pathlib.Path(__file__).with_name("left").touch()'
    source = RTMIDI.replace("def close_port(self): pass", slow_to_leave)
    source = source.replace("def delete(self): pass", "def delete(self): time.sleep(1.0)")
    (tmp_path / "rtmidi.py").write_text(source.replace("NONSENSE", repr(b"soon f8\n")))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def scenario() -> None:
        clock = MidiClock("drums", time.monotonic)
        await clock.start()
        process = clock._process
        assert process is not None
        await waiting.until((tmp_path / "left").exists)
        await clock.close()
        assert process.returncode is not None

    asyncio.run(scenario(), debug=True)


def test_a_clock_for_which_no_process_is_to_be_had_says_so(monkeypatch) -> None:
    monkeypatch.setattr("daw_bridge.tempo.midi_clock.sys.executable", "/no/such/program")

    async def scenario() -> None:
        with pytest.raises(TransportError, match="no process for MIDI is to be had"):
            await MidiClock("drums", time.monotonic).start()

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

    with pytest.raises(TransportError, match="only one clock can be followed: link, midi"):
        asyncio.run(scenario(), debug=True)
