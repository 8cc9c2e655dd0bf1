"""A server as a user starts it, and the clients that the live benchmarks hear and control it with.

``Ears`` is a WebSocket client that plays: it begins when its buffer is full, goes on at its sample
rate by this machine's clock, reports its playhead like the page in the browser, and stalls when it
has nothing left. So the moment at which a listener hears a sample is known (``Playback.heard_at``).
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from daw_bridge.audio.pcm import HEADER_BYTES, PcmHeader
from daw_bridge.worker_protocol import FLAG_INFILL, FLAG_LAST, FLAG_PREFIX, Value

PATIENCE_S = 60.0
REPORT_S = 0.02
FloatArray = npt.NDArray[np.float32]


class Server:
    """``magnet-live serve`` in a process of its own, on free ports."""

    def __init__(self, model: str, lead_ms: int, *words: str) -> None:
        fixed = ["serve", "--model", model, "--audio-out", "none", "--lead-ms", str(lead_ms)]
        ports = ["--port", "0", "--osc-port", "0"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "daw_bridge.cli", *fixed, *ports, *words],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self._said: list[str] = []
        self._ready = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line)
            if "ready:" in line:
                self._ready.set()
        self._ready.set()

    def ports(self) -> tuple[int, int]:
        """Return the WebSocket's port and that of OSC, when the model is loaded."""
        self._ready.wait(10 * PATIENCE_S)
        said = "".join(self._said)
        found = re.search(r"udp \S+:(\d+).*ws://\S+:(\d+)/ws.*ready:", said, re.DOTALL)
        if found is None:
            raise SystemExit(f"the server did not start:\n{said}")
        return int(found[2]), int(found[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Done:
    """An answer: when the command was sent, after how long the answer came, and what it says."""

    sent: float
    answered_s: float
    heard_s: float
    position: int


class Osc:
    """A controller: one UDP port that sends commands and hears the answers."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(("127.0.0.1", port))

    def ask(self, address: str, *args: Value) -> Done:
        """Send a command and return its answer."""
        builder = OscMessageBuilder(address=address)
        for arg in args:
            builder.add_arg(arg)
        datagram = builder.build().dgram
        sent = time.monotonic()
        self._socket.send(datagram)
        reply = OscMessage(self._socket.recv(65535))
        if reply.address != "/magnet/done":
            raise SystemExit(f"{address}: {reply.address} {reply.params}")
        _, _, seconds, position = reply.params
        return Done(sent, time.monotonic() - sent, float(seconds), int(position))

    def status(self) -> dict[str, Any]:
        """Return the settings and counters of the server."""
        self._socket.send(OscMessageBuilder(address="/magnet/status").build().dgram)
        values = OscMessage(self._socket.recv(65535)).params
        return dict(zip(values[::2], values[1::2], strict=True))


class Playback:
    """When a client hears what it gets; the times are passed in.

    Args:
        sample_rate: of the client.
        buffer_s: what must be there before it begins to play, and again after it has run dry.

    Attributes:
        stalls: when it ran dry in the middle of the stream and for how long, in seconds.
    """

    def __init__(self, sample_rate: int, buffer_s: float) -> None:
        self.stalls: list[tuple[float, float]] = []
        self._rate, self._buffer = sample_rate, buffer_s * sample_rate
        self._runs: list[tuple[float, int]] = []  # when and where it began to play
        self._filling_from: int | None = None  # position, while it waits for its buffer
        self._dry_since: float | None = None
        self._end, self._ended = 0, True

    def arrive(self, at: float, position: int, frames: int, *, last: bool = False) -> None:
        """Take PCM that comes at a time; after the ``last`` it is right to run dry."""
        if self._filling_from is None and self._dry_at() <= at:
            self._dry_since = None if self._ended else self._dry_at()
            self._filling_from = position
        self._end, self._ended = position + frames, last
        if self._filling_from is None:
            return
        if last or self._end - self._filling_from >= self._buffer:
            if self._dry_since is not None:
                self.stalls.append((self._dry_since, at - self._dry_since))
            self._runs.append((at, self._filling_from))
            self._filling_from = None

    def playhead(self, at: float) -> int | None:
        """Return the position that is heard at a time; None before anything is."""
        if not self._runs:
            return None
        began, first = self._runs[-1]
        end = self._end if self._filling_from is None else self._filling_from
        return min(first + int((at - began) * self._rate), end)

    def heard_at(self, position: int) -> float:
        """Return when a position was heard, or will be if what comes until then comes in time."""
        before = [run for run in self._runs if run[1] <= position]
        began, first = before[-1] if before else self._runs[0]
        return began + (position - first) / self._rate

    def _dry_at(self) -> float:
        if not self._runs:
            return float("-inf")
        began, first = self._runs[-1]
        return began + (self._end - first) / self._rate


@dataclass(frozen=True, slots=True)
class Heard:
    """A PCM message and when it came."""

    at: float
    header: PcmHeader
    pcm: FloatArray

    @property
    def end(self) -> int:
        """Position after its last sample."""
        return self.header.position + self.header.frames

    @property
    def peak(self) -> float:
        """The largest sample in it."""
        return float(np.abs(self.pcm).max(initial=0.0))

    @property
    def is_music(self) -> bool:
        """Whether the model made it: not a fade, not what stands in for music that is late."""
        return bool(self.header.flags & (FLAG_PREFIX | FLAG_INFILL))


class Ears:
    """A WebSocket client that plays; threads of its own note what comes and say what is played.

    Attributes:
        rate: its sample rate.
        heard: all PCM messages so far.
        events: all events so far, as they came.
        playback: when it hears what.
    """

    def __init__(
        self, port: int, *, rate: int = 48000, buffer_ms: int = 80, session: str = "main"
    ) -> None:
        self.rate = rate
        self.heard: list[Heard] = []
        self.events: list[dict[str, Any]] = []
        self.playback = Playback(rate, buffer_ms / 1000)
        self._socket: ClientConnection = connect(f"ws://127.0.0.1:{port}/ws", compression=None)
        hello = {"cmd": "hello", "version": 1, "sample_rate": rate, "channels": 1}
        self._socket.send(json.dumps(hello | {"buffer_ms": buffer_ms, "session": session}))
        while json.loads(self._socket.recv())["event"] != "ready":
            pass  # the model is being loaded
        self._news = threading.Condition()
        self._leaving = threading.Event()
        for run in (self._listen, self._report):
            threading.Thread(target=run, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._leaving.set()
        self._socket.close()

    def _listen(self) -> None:
        try:
            for message in self._socket:
                self._note(message, time.monotonic())
        except ConnectionClosed:
            return

    def _note(self, message: str | bytes, at: float) -> None:
        with self._news:
            if isinstance(message, str):
                self.events.append(json.loads(message))
            else:
                header = PcmHeader.unpack(message)
                heard = Heard(at, header, np.frombuffer(message[HEADER_BYTES:], "<f4"))
                self.heard.append(heard)
                last = bool(header.flags & FLAG_LAST)
                self.playback.arrive(at, header.position, header.frames, last=last)
            self._news.notify_all()

    def _report(self) -> None:
        reported = None
        while not self._leaving.wait(REPORT_S):
            with self._news:
                playhead = self.playback.playhead(time.monotonic())
            if playhead in (None, reported):
                continue
            try:
                self._socket.send(json.dumps({"cmd": "playhead", "position": playhead}))
            except ConnectionClosed:
                return
            reported = playhead

    def wait(self, what: Callable[[Heard], bool], since: float) -> Heard:
        """Return the first PCM that came after ``since`` and is what is waited for."""
        deadline, seen = time.monotonic() + PATIENCE_S, 0
        with self._news:
            while True:
                for heard in self.heard[seen:]:
                    if heard.at >= since and what(heard):
                        return heard
                seen = len(self.heard)
                if not self._news.wait(deadline - time.monotonic()):
                    raise SystemExit(f"no such sound in {PATIENCE_S:g} s")

    def wait_for(self, position: int) -> None:
        """Return when the sample at a position has come."""
        deadline = time.monotonic() + PATIENCE_S
        with self._news:
            while not self.heard or self.heard[-1].end <= position:
                if not self._news.wait(deadline - time.monotonic()):
                    raise SystemExit(f"sample {position} did not come in {PATIENCE_S:g} s")

    def ahead_s(self, at: float) -> float:
        """Return how much had come by a time and was not played yet, in seconds."""
        with self._news:
            end = next((heard.end for heard in reversed(self.heard) if heard.at <= at), 0)
            playhead = self.playback.playhead(at)
        return (end - (end if playhead is None else playhead)) / self.rate
