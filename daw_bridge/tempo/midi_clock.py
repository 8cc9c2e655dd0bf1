"""A MIDI clock as a source of tempo: clock, start, continue, stop and song position.

The port is any MIDI input of this machine, by its name or a part of it, or ``virtual``: a port of
our own that a DAW sends to (macOS and Linux). A process of its own listens there
(``midi_process.py``); when the port is unplugged that ends, and is started again until it is back.
So it is when what it says cannot be read, or no process is to be had.

Threading: event loop only; never blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path

from daw_bridge.errors import TransportError
from daw_bridge.tasks import held, kept_up
from daw_bridge.tempo.midi_beats import MidiBeats
from daw_bridge.tempo.source import ClockReading

_PATIENCE_S = 15.0  # with a process that says nothing at all
_AGAIN_S = 1.0  # after the port was lost
_LEAVE_S = 3.0  # for a process that is to end
_CLOCK, _START, _CONTINUE, _STOP, _POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2

log = logging.getLogger(__name__)


class MidiClock:
    """The clock that comes in at a MIDI port."""

    name = "midi"

    def __init__(self, port: str, clock: Callable[[], float]) -> None:
        self._wanted, self._clock = port, clock
        self._beats = MidiBeats()
        self._process: Process | None = None
        self._port = port
        self._is_open, self._is_silent = False, True
        self._reader: asyncio.Task[None] | None = None

    @property
    def detail(self) -> str:
        """Which port it is, and whether a clock comes in."""
        if not self._is_open:
            return f"{self._port} is unplugged"
        return f"no clock from {self._port}" if self._is_silent else self._port

    async def start(self) -> None:
        """Open the port.

        Raises:
            TransportError: there is none of that name, or no MIDI on this machine.
        """
        reason = await self._open()
        if reason:
            await self._end()
            raise TransportError(f"--midi-clock: {reason}")
        run = kept_up(self._run, "the MIDI clock", clock=self._clock)
        self._reader = held(run, "the MIDI clock")

    async def close(self) -> None:
        """Close the port."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self._end()

    def read(self, now: float) -> ClockReading | None:
        """Return what the clock says; None while none comes in."""
        reading = self._beats.read(now)
        self._is_silent = reading is None
        return reading

    def offer(self, bpm: float) -> None:
        """A MIDI clock has one sender: nothing is done with ours."""

    # --- the process ---

    async def _open(self) -> str:
        """Start the process; return why there is no port, or nothing where there is."""
        command = (sys.executable, "-m", "daw_bridge.tempo.midi_process", self._wanted)
        paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            )
        except OSError as error:
            return f"no process for MIDI is to be had: {error}"
        try:
            async with asyncio.timeout(_PATIENCE_S):
                line = await self._line()
        except TimeoutError:
            return f"the MIDI system has not answered for {_PATIENCE_S:g} s"
        word, _, rest = line.partition(" ")
        if word != "port":
            return rest or "the MIDI system has failed"
        self._port, self._is_open = rest, True
        return ""

    async def _line(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        return (await self._process.stdout.readline()).decode("utf-8", "replace").strip()

    async def _end(self) -> None:
        process, self._is_open = self._process, False
        if process is None:
            return
        try:
            async with asyncio.timeout(_LEAVE_S):
                await process.communicate(b"")  # ends its input; nothing at all does not (3.11)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()
        self._process = None  # not before: who is cancelled here leaves it to ``close``

    async def _run(self) -> None:
        """Take what comes in; when the port is gone, wait until it is back."""
        while True:
            try:
                while self._is_open and (line := await self._line()):
                    self._take(line)
                log.info("MIDI input %s is unplugged", self._port)
            except ValueError as error:
                log.warning("MIDI input %s says what cannot be read: %s", self._port, error)
            await self._end()
            while not self._is_open:
                await asyncio.sleep(_AGAIN_S)
                if await self._open():
                    await self._end()

    def _take(self, line: str) -> None:
        stamp, _, text = line.partition(" ")
        age_s = time.monotonic() - float(stamp)  # both processes have the same clock
        match list(bytes.fromhex(text)):
            case [status] if status == _CLOCK:
                self._beats.tick(self._clock() - age_s)
            case [status] if status == _START:
                self._beats.start()
            case [status] if status == _CONTINUE:
                self._beats.go_on()
            case [status] if status == _STOP:
                self._beats.stop()
            case [status, low, high] if status == _POSITION:
                self._beats.locate(low + 128 * high)
