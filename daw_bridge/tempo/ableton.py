"""Ableton Live as a source of tempo, through AbletonOSC, a free remote script for Live.

AbletonOSC listens on UDP port 11000 and answers to port 11001 of whoever asks, on the address of
the question; ``start_listen`` makes it send a value whenever it changes. Here it is asked for its
tempo every two seconds, which also shows whether it is there. Live may be started, closed and
started again at any time: as soon as it answers it is listened to, and once it is silent for five
seconds there is no reading.

Live tells a beat a little after it came, by as much as its own timer takes, and never before. So
the beat counted here is where the earliest messages say that it is.

Threading: event loop only; never blocks.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import logging
import math
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from daw_bridge.errors import MessageError, TransportError
from daw_bridge.messages import encode_osc, parse_osc
from daw_bridge.tempo.source import ClockReading

PORT = 11000
ASK_S = 2.0
ASK_ABSENT_S = 1.0
SILENT_S = 5.0
_TEMPO, _PLAYING, _BEAT = (f"/live/song/get/{name}" for name in ("tempo", "is_playing", "beat"))
_LISTEN = tuple(f"/live/song/start_listen/{name}" for name in ("tempo", "is_playing", "beat"))
_LATENESSES = 8  # beats that the earliest is taken of
_NO_BEAT = 3  # beats that should have come before it is listened to anew

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AbletonAddress:
    """Where AbletonOSC listens; it answers to the port after that one."""

    host: str = "127.0.0.1"
    port: int = PORT

    @property
    def reply_port(self) -> int:
        """The port that answers come to."""
        return self.port + 1

    @classmethod
    def parse(cls, text: str) -> AbletonAddress:
        """Return the address of ``HOST``, ``HOST:PORT``, ``[IPV6]:PORT`` or an empty text.

        Raises:
            ValueError: it is none of them.
        """
        host, port = text, str(PORT)
        if text.startswith("["):
            host, _, rest = text[1:].partition("]")
            port = rest.removeprefix(":") or port
        elif text.count(":") == 1:
            host, port = text.split(":")
        host = "127.0.0.1" if host in ("", "localhost") else host
        if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65534):
            raise ValueError(f"{text!r}: the port must be a whole number from 1 to 65534")
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise ValueError(f"{text!r} is not HOST:PORT with an IP address as HOST") from None
        return cls(host, int(port))


class LateBeats:
    """A beat count from messages that come late by a varying time, and never early."""

    def __init__(self) -> None:
        self._at: float | None = None  # when ``_beat`` was
        self._beat = 0.0
        self._latenesses: deque[float] = deque(maxlen=_LATENESSES)
        self.bpm = 0.0

    def set_tempo(self, bpm: float, now: float) -> None:
        """Go on from the beat that is now at another tempo."""
        if bpm == self.bpm:
            return
        beat = self.beat_at(now)
        self.bpm = bpm
        if beat is not None:
            self._anchor(now, beat)

    def note(self, beat: int, now: float) -> None:
        """Take a message that says that a beat has just come."""
        counted = self.beat_at(now)
        if counted is None or not -0.5 < counted - beat < 1.0 or counted < beat:
            self._anchor(now, float(beat))  # the first, a jump, or earlier than was thought
            return
        self._latenesses.append(counted - beat)
        if len(self._latenesses) == _LATENESSES:
            earliest = min(self._latenesses)
            self._beat -= earliest
            self._latenesses = deque(
                (late - earliest for late in self._latenesses), maxlen=_LATENESSES
            )

    def beat_at(self, now: float) -> float | None:
        """Return the count; None where no beat has come yet."""
        if self._at is None or self.bpm <= 0.0:
            return None
        return self._beat + (now - self._at) * self.bpm / 60.0

    def forget(self) -> None:
        """Wait for the next beat."""
        self._at = None
        self._latenesses.clear()

    def _anchor(self, now: float, beat: float) -> None:
        self._at, self._beat = now, beat
        self._latenesses.clear()


class AbletonClock(asyncio.DatagramProtocol):
    """The tempo, the beat and the transport of a Live set."""

    name = "ableton"

    def __init__(self, address: AbletonAddress, clock: Callable[[], float]) -> None:
        self._address, self._clock = address, clock
        self._host = ipaddress.ip_address(address.host)
        self._transport: asyncio.DatagramTransport | None = None
        self._beats = LateBeats()
        self._heard_at: float | None = None
        self._asked_at = -math.inf
        self._beat_at = -math.inf  # when the last one came, or was listened for
        self._playing: bool | None = None

    @property
    def detail(self) -> str:
        """Where it is, and whether it answers."""
        at = f"{self._address.host}:{self._address.port}"
        if self._heard_at is None:
            return f"Live with AbletonOSC does not answer at {at}"
        return f"Live at {at}, " + ("playing" if self._playing else "stopped")

    async def start(self) -> None:
        """Bind the port for answers.

        Raises:
            TransportError: it cannot be had.
        """
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if self._host.version == 6 else socket.AF_INET
        anywhere = "::" if self._host.version == 6 else "0.0.0.0"
        local = self._address.host if self._host.is_loopback else anywhere
        port = self._address.reply_port
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(local, port), family=family
            )
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            why = "another program that talks to AbletonOSC has it" if in_use else str(error)
            raise TransportError(
                f"UDP port {port}, which AbletonOSC answers to, cannot be had: {why}"
            ) from None

    async def close(self) -> None:
        """Release the port; Live drops who does not listen."""
        if self._transport is not None:
            self._transport.close()

    def read(self, now: float) -> ClockReading | None:
        """Return the Live set's tempo, beat and play state; ask for what is not known."""
        self._keep_in_touch(now)
        if self._heard_at is None or self._beats.bpm <= 0.0:
            return None
        return ClockReading(self._beats.bpm, self._beats.beat_at(now), self._playing)

    def offer(self, bpm: float) -> None:
        """Live keeps its own tempo: nothing is done with ours."""

    def _keep_in_touch(self, now: float) -> None:
        if self._heard_at is not None and now - self._heard_at > SILENT_S:
            log.info("Live is silent")
            self._heard_at, self._playing = None, None
            self._beats.forget()
        wait_s = ASK_ABSENT_S if self._heard_at is None else ASK_S
        if now - self._asked_at >= wait_s:
            self._asked_at = now
            self._send(_TEMPO)
        if self._playing and self._beats.bpm > 0.0:
            overdue_s = _NO_BEAT * 60.0 / self._beats.bpm + 0.5
            if now - self._beat_at > overdue_s:  # Live has loaded another set, or a packet was lost
                self._listen(now)

    def _listen(self, now: float) -> None:
        self._beat_at = now
        for address in (*_LISTEN, _PLAYING):
            self._send(address)

    def _send(self, address: str) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        try:
            self._transport.sendto(
                encode_osc(address, ()), (self._address.host, self._address.port)
            )
        except OSError as error:
            log.debug("AbletonOSC: %s", error)

    # --- asyncio.DatagramProtocol ---

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there; Live may come later."""
        log.debug("AbletonOSC: %s", exc)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Take what Live says; what anybody else says is not heard."""
        if ipaddress.ip_address(str(addr[0]).partition("%")[0]) != self._host:
            return
        try:
            messages = parse_osc(data)
        except MessageError as error:
            log.debug("AbletonOSC: %s", error)
            return
        now = self._clock()
        for message in messages:
            self._take(message.command.address, message.command.args, now)

    def _take(self, address: str, args: tuple[object, ...], now: float) -> None:
        if not address.startswith("/live/"):
            return
        if self._heard_at is None or address == "/live/startup":
            self._beats.forget()
            self._listen(now)
        self._heard_at = now
        value = args[0] if args else None
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            return
        if address == _TEMPO and value > 0:
            self._beats.set_tempo(float(value), now)
        elif address == _PLAYING:
            if value and not self._playing:
                self._beats.forget()
                self._beat_at = now
            self._playing = bool(value)
        elif address == _BEAT:
            self._beat_at = now
            self._beats.note(int(value), now)
