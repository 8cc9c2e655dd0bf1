"""A sound card whose clock is off: does it run dry, is it measured, does it stay in step?

    python -m benchmarks.device [--seconds 1800] [--alone] [--leader-ppm -140] [--model bundled]

``magnet-live serve --audio-out`` plays into a JACK server with the dummy driver, which counts its
periods in whole microseconds: 512 frames at 48 kHz last 10666 of them and not 10666.67, so that it
runs 62 ppm fast, on a machine that is not too busy for it (a period that comes too late is lost: a
clock that stands still). A JACK client records what comes out, and a WebSocket client at the same
rate what should.

By default another WebSocket client plays, by a clock that is 140 ppm slow, and says so: it leads,
and the card, 202 ppm faster, is to follow it by its speed. With ``--alone`` the card leads, and
every sample must be that of the stream.

*underruns* are blocks of the card that found too little; *gaps* are stretches of digital silence;
*jumps* are places where what was played does not go on where it was, by more than half a
millisecond: more than any change of speed makes in a quarter of a second.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import multiprocessing
import os
import resource
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from ctypes import Array
from multiprocessing.synchronize import Event

import numpy as np
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.clients import Ears, Osc, Playback, Server
from daw_bridge.audio.pcm import HEADER_BYTES

RATE = 48000
PORT = "PortAudio:out_0"
PROMPT = "house 124 bpm, A minor, bass, chords and drums"
SETTLE_S = 3.0
GAP_SAMPLES = 96  # 2 ms of digital silence: music of this model has none
BLOCK = RATE // 4
JUMP_SAMPLES = 24
SEARCH = 2000  # samples to either side of where a block should be
METRICS = ("device_underruns", "underruns", "dropped_samples", "device_losses")
GAUGES = ("device_drift_ppm", "device_correction_ppm")

Floats = NDArray[np.float32]


@contextmanager
def jack_server(period: int) -> Iterator[str]:
    """Run a JACK server of our own; yield its name."""
    name = "magnet-bench"  # always the same: a killed server's name stays taken but by itself
    os.environ["JACK_DEFAULT_SERVER"] = name
    # As an audio interface, it does not wait for the machine; where that is not allowed, it must.
    may_be_urgent = resource.getrlimit(resource.RLIMIT_RTPRIO)[0] != 0 or os.geteuid() == 0
    urgency = ["-R", "-P", "20"] if may_be_urgent else ["--no-realtime"]
    words = ["jackd", "-S", *urgency, "--no-mlock", "-t", "5000", "-n", name, "-d", "dummy"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        [*words, "-r", str(RATE), "-p", str(period)], stdout=quiet, stderr=quiet
    )
    time.sleep(SETTLE_S)
    try:
        yield name
    finally:
        server.terminate()
        server.wait()


def record(
    server: str, samples: Array[ctypes.c_float], clock: Array[ctypes.c_double], stop: Event
) -> None:
    """Record the server's port until ``stop``: the target of a process with nothing else to do.

    ``clock`` becomes the samples that were recorded, when the first and the last came, and 1 as
    soon as the port is heard.
    """
    import jack

    client = jack.Client("recorder", servername=server, no_start_server=True)
    port = client.inports.register("in")
    data = np.ctypeslib.as_array(samples)

    def process(frames: int) -> None:
        at, now = int(clock[0]), time.monotonic()
        count = min(frames, len(data) - at)
        data[at : at + count] = port.get_array()[:count]
        clock[0], clock[2] = at + count, now
        if not at:
            clock[1] = now

    client.set_process_callback(process)
    client.activate()
    while not client.get_ports(PORT, is_output=True):
        time.sleep(0.1)
    client.connect(PORT, port)
    clock[3] = 1.0
    stop.wait()
    client.deactivate()
    client.close()


class Recorder:
    """What comes out of the server's port, kept by a process of its own."""

    def __init__(self, server: str, seconds: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._samples = context.RawArray(ctypes.c_float, round((seconds + 60) * RATE))
        self._clock, self._stop = context.RawArray(ctypes.c_double, 4), context.Event()
        self._process = context.Process(
            target=record, args=(server, self._samples, self._clock, self._stop), daemon=True
        )
        self._process.start()

    def wait(self) -> None:
        """Return when the server's port is heard."""
        while not self._clock[3]:
            time.sleep(0.1)

    def ppm(self) -> float:
        """Return how much faster than nominal the card has been."""
        frames, first, last, _ = self._clock
        return 1e6 * (frames / RATE / max(last - first, 1e-9) - 1)

    def close(self) -> Floats:
        """Return all that came."""
        self._stop.set()
        self._process.join()
        return np.ctypeslib.as_array(self._samples)[: int(self._clock[0])]


class Passive:
    """A WebSocket client that never says what it has played."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._parts = socket, [np.zeros(0, np.float32)]
        hello = {"cmd": "hello", "version": 1, "sample_rate": RATE, "channels": 1}
        socket.send(json.dumps(hello))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for message in self._socket:
                if isinstance(message, bytes):
                    self._parts.append(np.frombuffer(message[HEADER_BYTES:], "<f4"))
        except ConnectionClosed:
            return

    def heard(self) -> Floats:
        """Return all that came so far."""
        return np.concatenate(self._parts)


def metrics(port: int) -> dict[str, float]:
    """Return what the server counts."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    found = {}
    for line in lines:
        name, _, value = line.removeprefix("magnet_live_").partition(" ")
        if not line.startswith("#") and "{" not in name:
            found[name.removesuffix("_total")] = float(value)
    return found


def gaps(wave: Floats) -> int:
    """Return how many stretches of digital silence there are."""
    silent = np.concatenate([[False], wave == 0.0, [False]])
    edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
    return int((edges[1::2] - edges[::2] >= GAP_SAMPLES).sum())


def place(block: Floats, wave: Floats, near: float) -> float | None:
    """Return where in ``wave`` a block is heard, to a part of a sample; None for silence."""
    first = max(round(near) - SEARCH, 0)
    part = wave[first : first + len(block) + 2 * SEARCH]
    if len(part) < len(block) + 2 * SEARCH or not block.any():
        return None
    size = 1 << (len(part) + len(block)).bit_length()
    spectrum = np.fft.rfft(part, size) * np.conj(np.fft.rfft(block, size))
    match = np.fft.irfft(spectrum, size)[: 2 * SEARCH + 1]
    power = np.concatenate([[0.0], np.cumsum(part.astype(np.float64) ** 2)])
    match = match / np.sqrt(power[len(block) :][: len(match)] - power[: len(match)] + 1e-9)
    best = int(np.argmax(match))
    if not 0 < best < len(match) - 1:
        return None
    before, here, after = match[best - 1 : best + 2]
    return first + best + 0.5 * (before - after) / (before - 2 * here + after)


def course(played: Floats, wanted: Floats) -> NDArray[np.float64]:
    """Return, for blocks of a quarter of a second, where the card was in the stream: ``[n, 2]``."""
    begins = int(np.flatnonzero(played)[0])
    ahead, found = float(np.flatnonzero(wanted)[0]) - begins, []
    for at in range(begins + BLOCK, len(played) - BLOCK, BLOCK):
        there = place(played[at : at + BLOCK], wanted, at + ahead)
        if there is not None:
            ahead = there - at
            found.append((at, ahead))
    return np.array(found)


def report(played: Floats, wanted: Floats, *, alone: bool) -> None:
    """Print what the card made of the stream."""
    sound = played[np.flatnonzero(played)[0] : np.flatnonzero(played)[-1] + 1]
    print(f"  gaps (digital silence of 2 ms or more)     {gaps(sound)}")
    if alone:
        stream = wanted[np.flatnonzero(wanted)[0] :]
        count = min(len(sound), len(stream)) - BLOCK
        wrong = int((sound[:count] != stream[:count]).sum())
        print(f"  samples that are not those of the stream   {wrong} of {count:,}")
        return
    where = course(played, wanted)
    bends = np.abs(np.diff(where[:, 1], 2))
    ratio = 1e6 * np.polyfit(where[:, 0], where[:, 1], 1)[0]
    print(f"  speed of the card, corrected               {ratio:+.1f} ppm of its own")
    print(f"  largest change of course in 0.25 s         {bends.max():.2f} samples")
    print(f"  jumps (more than half a millisecond)       {int((bends > JUMP_SAMPLES).sum())}")


def main(argv: Sequence[str] | None = None) -> None:
    """Run; see the module's docstring."""
    parser = argparse.ArgumentParser(description="A sound card whose clock is off.")
    parser.add_argument("--seconds", type=float, default=120.0, help="of music (default 120)")
    parser.add_argument("--alone", action="store_true", help="nobody but the card has a clock")
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--lead-ms", type=int, default=250)
    parser.add_argument("--period", type=int, default=512, help="frames (default 512: +62 ppm)")
    parser.add_argument("--leader-ppm", type=float, default=-140.0, help="its clock (default -140)")
    args = parser.parse_args(argv)
    with ExitStack() as stack:
        name = stack.enter_context(jack_server(args.period))
        recorder = Recorder(name, args.seconds)
        server = Server(args.model, args.lead_ms, "--audio-out", "system")
        port, osc_port = stack.enter_context(server).ports()
        osc = Osc(osc_port)
        url = f"ws://127.0.0.1:{port}/ws"
        passive = Passive(stack.enter_context(connect(url, compression=None)))
        if not args.alone:
            leader = stack.enter_context(Ears(port, rate=RATE))
            leader.playback = Playback(RATE * (1 + args.leader_ppm * 1e-6), 0.08)
        recorder.wait()
        osc.ask("/magnet/prompt", PROMPT)
        osc.ask("/magnet/play")
        end, step = time.monotonic() + args.seconds, max(args.seconds / 6, 10.0)
        print("    s   card ppm  measured  correction  underruns: card  stream   dropped  lost")
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(step, left))
            now = metrics(port)
            drift, correction = (now[gauge] for gauge in GAUGES)
            card, stream, dropped, lost = (int(now[counter]) for counter in METRICS)
            print(
                f"{args.seconds - end + time.monotonic():5.0f}  {recorder.ppm():+9.1f} "
                f"{drift:+9.1f}  {correction:+10.1f}  {card:15d}  {stream:6d}  {dropped:8d}  "
                f"{lost:4d}",
                flush=True,
            )
        played, wanted = recorder.close(), passive.heard()
    report(played, wanted, alone=args.alone)


if __name__ == "__main__":
    main()
