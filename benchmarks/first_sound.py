"""Time to the first sound, and from a control to the ear, as clients on the network see them.

Run it from the repository:

    python -m benchmarks.first_sound [--model bundled] [--rounds 20] [--lead-ms 250]

It starts ``magnet-live serve`` as a user would, sends its commands by OSC and hears the stream on a
WebSocket. Each round is: reset, prompt, play; another prompt while it sounds; stop. *First PCM* and
*first sound* (a sample above -60 dB) are counted from the sending of ``/magnet/play`` to their
arrival. *Heard* is what ``/magnet/done`` says of a change: seconds until the sample that it names
is played, by the server's clock. Two floors are printed beside them: what the engine alone needs in
this process for its first PCM, and the audio that a client has when it asks for a change, which
nothing can change.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass
from types import TracebackType
from typing import Self

import numpy as np
import torch
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

import magnet_core
from daw_bridge.pcm import HEADER_BYTES, PcmHeader
from daw_bridge.worker_protocol import FLAG_INFILL, FLAG_LAST, FLAG_PREFIX
from magnet_core.api import Model
from magnet_core.runtime.engine import Engine

PROMPTS = ("techno 128 bpm driving kick and bass", "dub 90 bpm warm pads and bass")
SILENCE = 1e-3
LISTEN_S = 2.0  # before the second prompt, and after it
PATIENCE_S = 60.0


class Server:
    """``magnet-live serve`` in a process of its own, on free ports."""

    def __init__(self, model: str, lead_ms: int) -> None:
        words = ["serve", "--model", model, "--audio-out", "none", "--lead-ms", str(lead_ms)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "daw_bridge.cli", *words, "--port", "0", "--osc-port", "0"],
            stderr=subprocess.PIPE,
            text=True,
        )
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
class Heard:
    """A PCM message and when it came."""

    at: float
    header: PcmHeader
    peak: float

    @property
    def is_music(self) -> bool:
        """Whether the model made it: not a fade, not silence for want of it."""
        return bool(self.header.flags & (FLAG_PREFIX | FLAG_INFILL))


class Ears:
    """A WebSocket client; a thread of its own notes what comes and when."""

    def __init__(self, connection: ClientConnection) -> None:
        self._socket = connection
        self._socket.send(json.dumps({"cmd": "hello", "version": 1}))
        self.rate = int(json.loads(self._socket.recv())["sample_rate"])
        self.events: Counter[str] = Counter()
        self._heard: list[Heard] = []
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for message in self._socket:
                self._note(message, time.monotonic())
        except ConnectionClosed:
            return

    def _note(self, message: str | bytes, at: float) -> None:
        if isinstance(message, str):
            self.events[json.loads(message)["event"]] += 1
            return
        samples = np.frombuffer(message[HEADER_BYTES:], "<f4")
        heard = Heard(at, PcmHeader.unpack(message), float(np.abs(samples).max(initial=0.0)))
        with self._news:
            self._heard.append(heard)
            self._news.notify_all()

    def wait(self, what: Callable[[Heard], bool], since: float) -> Heard:
        """Return the first PCM that came after ``since`` and is what is waited for."""
        deadline, seen = time.monotonic() + PATIENCE_S, 0
        with self._news:
            while True:
                for heard in self._heard[seen:]:
                    if heard.at >= since and what(heard):
                        return heard
                seen = len(self._heard)
                if not self._news.wait(deadline - time.monotonic()):
                    raise SystemExit(f"no such sound in {PATIENCE_S:g} s")

    def end_at(self, time_s: float) -> int:
        """Return the position after the last sample that had come by then."""
        with self._news:
            came = [heard.header for heard in self._heard if heard.at <= time_s]
        return came[-1].position + came[-1].frames


@dataclass(frozen=True, slots=True)
class Done:
    """An answer: after how long it came, the position it names and when that is heard."""

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

    def ask(self, address: str, *args: str) -> Done:
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

    def status(self) -> dict[str, object]:
        """Return the counters of the server."""
        self._socket.send(OscMessageBuilder(address="/magnet/status").build().dgram)
        values = OscMessage(self._socket.recv(65535)).params
        return dict(zip(values[::2], values[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured, in seconds."""

    first_pcm: float
    first_sound: float
    change_done: float
    change_sent: float  # the PCM with the changed sample is at the client
    change_heard: float  # that sample is played
    already_here: float  # audio that was at the client, not yet played, when it asked


def play_round(osc: Osc, ears: Ears, model_rate: int) -> Round:
    """Play, change the prompt while it sounds, and stop."""
    osc.ask("/magnet/reset")
    osc.ask("/magnet/prompt", PROMPTS[0])
    play = osc.ask("/magnet/play")
    pcm = ears.wait(lambda heard: heard.is_music, play.sent)
    sound = ears.wait(lambda heard: heard.is_music and heard.peak > SILENCE, play.sent)
    time.sleep(LISTEN_S)
    change = osc.ask("/magnet/prompt", PROMPTS[1])
    named = change.position * ears.rate // model_rate
    later_s = (named - ears.end_at(change.sent)) / ears.rate
    changed = ears.wait(
        lambda heard: heard.header.position + heard.header.frames > named, change.sent
    )
    time.sleep(LISTEN_S)
    stop = osc.ask("/magnet/stop")
    ears.wait(lambda heard: bool(heard.header.flags & FLAG_LAST), stop.sent)
    return Round(
        first_pcm=pcm.at - play.sent,
        first_sound=sound.at - play.sent,
        change_done=change.answered_s,
        change_sent=changed.at - change.sent,
        change_heard=change.heard_s,
        already_here=change.heard_s - later_s,
    )


def engine_floor(model: Model, rounds: int) -> tuple[int, float]:
    """Return passes and seconds to the first PCM of the engine alone, at its quickest."""
    engine = Engine(model)
    engine.warm_up()
    session, until = engine.open(), 10 * model.sample_rate
    session.set_prompt(PROMPTS[0])
    runs = []
    for _ in range(rounds):
        session.stop()
        session.reset()
        session.play()
        units = []
        while True:
            started = time.perf_counter()
            chunks = session.work(session.position + until)
            units.append(time.perf_counter() - started)
            if chunks:
                break
        runs.append(units)
    passes = min(len(units) for units in runs) - 1  # the last unit is the codec's
    return passes, min(sum(units) for units in runs)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--lead-ms", type=int, default=250)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = magnet_core.load(args.model)
    passes, engine_s = engine_floor(model, args.rounds)
    with Server(args.model, args.lead_ms) as server:
        ws_port, osc_port = server.ports()
        osc = Osc(osc_port)
        with connect(f"ws://127.0.0.1:{ws_port}/ws", compression=None) as connection:
            ears = Ears(connection)
            rounds = [play_round(osc, ears, model.sample_rate) for _ in range(args.rounds)]
            status = osc.status()
    milliseconds = 1e3 * np.array([astuple(one) for one in rounds])
    *p50, already_ms = np.percentile(milliseconds, 50, axis=0)
    *p95, _ = np.percentile(milliseconds, 95, axis=0)
    floors = {
        "play -> first PCM": f"{1e3 * engine_s:.0f}: {passes} passes and the codec, engine alone",
        "play -> first sound": "",
        "prompt -> done": "",
        "prompt -> its PCM at the client": "",
        "prompt -> heard": f"{already_ms:.0f}: the audio that was already at the client",
    }
    print(f"{args.model}, {args.rounds} rounds, lead {args.lead_ms} ms; all in ms")
    print(f"{'':34}{'p50':>7}{'p95':>7}   floor")
    for (name, floor), middle, high in zip(floors.items(), p50, p95, strict=True):
        print(f"{name:34}{middle:7.0f}{high:7.0f}   {floor}".rstrip())
    counts = (f"{status[name]} {name}" for name in ("underruns", "discontinuities"))
    print(", ".join([*counts, f"{ears.events['late']} late events"]))


if __name__ == "__main__":
    main()
