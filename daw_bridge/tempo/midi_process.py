"""The process that listens at a MIDI port, for ``midi_clock.py``, and says what comes in.

    python -m daw_bridge.tempo.midi_process NAME      or "virtual": a port of our own

rtmidi holds Python's lock while it opens and lists ports, and a sound server that hangs or dies
takes it along: so it lives here, where nobody waits for it. It writes a line for each thing that
happens: ``port NAME`` when it is open, then ``TIME BYTES`` for each message, with the time by the
monotonic clock of the system and the bytes in hexadecimal; ``error REASON`` where there is no such
port. It ends when the port is gone, and when its input ends, which is when the server does. It
takes leave of the sound server properly, since JACK waits for a client that died, and lets nobody
else in meanwhile; but no longer than a moment.

Threading: rtmidi calls from a thread of its own, which writes whole lines; a second waits for the
end of the input; the first looks after the port.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
import time
from types import ModuleType
from typing import Protocol

VIRTUAL, CLIENT = "virtual", "magnet-live"
_LOOK_S = 2.0
_SILENT_S = 1.0  # without a message, after which it is asked whether the port is still there
_LEAVE_S = 2.0  # for taking leave


class _MidiIn(Protocol):
    """The part of ``rtmidi.MidiIn`` that is used."""

    def get_ports(self) -> list[str]: ...
    def open_port(self, port: int, name: str) -> object: ...
    def open_virtual_port(self, name: str) -> object: ...
    def ignore_types(self, *, sysex: bool, timing: bool, active_sense: bool) -> None: ...
    def set_callback(self, callback: object) -> None: ...
    def close_port(self) -> None: ...
    def delete(self) -> None: ...


class PortError(Exception):
    """There is no such port, or none can be had; the text says what there is."""


Inputs = list[tuple[int, list[str]]]  # the MIDI systems that are there, and the names of inputs


class Listener:
    """An open port; ``heard_at`` is when the last message came."""

    def __init__(self, midi: _MidiIn, api: int, name: str) -> None:
        self.api, self.name, self.heard_at = api, name, time.monotonic()
        self._midi = midi

    def listen(self) -> None:
        """Write what comes in from now on."""
        _write(f"port {self.name}")
        self._midi.ignore_types(sysex=True, timing=False, active_sense=True)
        self._midi.set_callback(self._note)

    def close(self) -> None:
        """Take leave of the MIDI system."""
        self._midi.close_port()
        self._midi.delete()

    def _note(self, message: tuple[list[int], float], _: object = None) -> None:
        self.heard_at = time.monotonic()
        _write(f"{self.heard_at:.6f} {bytes(message[0]).hex()}")


def find(wanted: str, inputs: Inputs) -> tuple[int, str]:
    """Return system and whole name of an input: by its name, else by a part of it.

    Raises:
        PortError: there is none.
    """
    names = [(api, name) for api, ports in inputs for name in ports]
    for is_it in (str.__eq__, str.__contains__):
        for api, name in names:
            if is_it(name.lower(), wanted.lower()):
                return api, name
    there_are = ", ".join(repr(name) for _, name in names) or "none"
    raise PortError(f"no MIDI input is called {wanted!r}; there are: {there_are}")


def _rtmidi() -> ModuleType:
    try:
        return importlib.import_module("rtmidi")
    except ImportError:
        raise PortError("it needs python-rtmidi: pip install 'magnet-live[midi]'") from None


def _inputs() -> Inputs:
    rtmidi, found = _rtmidi(), []
    for api in rtmidi.get_compiled_api():
        with contextlib.suppress(OSError):  # a system whose server does not run
            midi: _MidiIn = rtmidi.MidiIn(api, CLIENT)
            found.append((api, midi.get_ports()))
            midi.delete()
    return found


def _open(wanted: str) -> Listener:
    rtmidi, inputs = _rtmidi(), _inputs()
    if wanted == VIRTUAL:
        for api, _ in inputs:
            with contextlib.suppress(OSError, NotImplementedError):  # Windows has none
                midi: _MidiIn = rtmidi.MidiIn(api, CLIENT)
                midi.open_virtual_port("clock")
                return Listener(midi, api, f"{CLIENT}:clock")
        raise PortError("this machine has no virtual MIDI ports; name an input instead")
    api, name = find(wanted, inputs)
    try:
        midi = rtmidi.MidiIn(api, CLIENT)
        midi.open_port(midi.get_ports().index(name), "clock")
    except (OSError, ValueError) as error:
        raise PortError(f"MIDI input {name!r} cannot be opened: {error}") from None
    return Listener(midi, api, name)


def _write(line: str) -> None:
    """Write a whole line at once; where nobody reads any more, the input has ended too."""
    with contextlib.suppress(OSError):
        os.write(1, f"{line}\n".encode())


def _wait_for_the_end(ended: threading.Event) -> None:
    sys.stdin.buffer.read()
    ended.set()


def main(wanted: str) -> None:
    """Listen until the port is gone or the server is."""
    ended = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(ended,), daemon=True).start()
    try:
        port = _open(wanted)
    except PortError as error:
        _write(f"error {error}")
        return
    port.listen()
    while not ended.wait(_LOOK_S) and _is_there(port, wanted):
        pass
    leaving = threading.Timer(_LEAVE_S, os._exit, (0,))
    leaving.daemon = True
    leaving.start()
    port.close()


def _is_there(port: Listener, wanted: str) -> bool:
    if wanted == VIRTUAL or time.monotonic() - port.heard_at <= _SILENT_S:
        return True
    return (port.api, port.name) in [(api, name) for api, names in _inputs() for name in names]


if __name__ == "__main__":
    main(sys.argv[1])
    os._exit(0)  # threads of a sound server that hangs must not keep it
