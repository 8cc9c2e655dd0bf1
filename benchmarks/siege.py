"""Can anyone stop the music? Floods of damaged messages, and a crowd of clients that misbehave.

    python -m benchmarks.siege [--datagrams 1000000] [--frames 100000] [--clients 50] [--quick]

A server with the bundled model plays the session ``stage``; a client hears it as a loudspeaker
would. Meanwhile (1) fuzzed OSC datagrams and WebSocket frames arrive, for ``main`` and sessions of
their own, which they may start, stop and set to anything; (2) a crowd listens to ``stage``: a fifth
of it never reads, a fifth comes and goes. What the listener met is printed, and the memory of both
processes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks.clients import Ears, Osc, Server
from benchmarks.crowd import Crowd, Listened, gather_crowd
from benchmarks.fuzz import datagrams, frames
from benchmarks.memory import Memory, growth_percent
from daw_bridge.worker_protocol import FLAG_CONCEALED

STAGE = "stage"
PROMPT = "techno 128 bpm A minor, driving kick, bass and chords"
DATAGRAMS_PER_S = 1900  # what the server's limit drops of them is counted
FRAMES_PER_S = 400  # of one connection
WS_ATTACKERS = 4
_BURST_S = 0.01


def _paced(count: int, per_s: float) -> Iterator[int]:
    """Yield 0, 1, ... at a rate."""
    began = time.monotonic()
    for number in range(count):
        ahead = number / per_s - (time.monotonic() - began)
        if ahead > _BURST_S:
            time.sleep(ahead)
        yield number


def _give_way() -> None:
    """Leave the processor to the server: an attacker stands for another machine."""
    with contextlib.suppress(AttributeError, OSError):  # Windows has no nice
        os.nice(10)


def attack_osc(port: int, count: int, seed: int) -> None:
    """Send datagrams."""
    _give_way()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
        for _, datagram in zip(_paced(count, DATAGRAMS_PER_S), datagrams(seed), strict=False):
            with contextlib.suppress(OSError):  # an answer that nobody took
                attacker.sendto(datagram, ("127.0.0.1", port))


def _drain(connection: object) -> None:
    with contextlib.suppress(ConnectionClosed):
        for _ in connection:  # type: ignore[attr-defined]
            pass


def attack_ws(port: int, count: int, seed: int) -> None:
    """Send frames, and come again when thrown out."""
    _give_way()
    source, left = frames(seed), _paced(count, FRAMES_PER_S)
    while True:
        with contextlib.suppress(ConnectionClosed, OSError):
            with connect(f"ws://127.0.0.1:{port}/ws", compression=None) as connection:
                connection.send(json.dumps({"cmd": "hello", "version": 1}))
                threading.Thread(target=_drain, args=(connection,), daemon=True).start()
                for _ in left:
                    connection.send(next(source))
            return


def line(name: str, value: str, wanted: str = "") -> None:
    """Print a figure and what it should be."""
    print(f"{name:46}{value:>26}   {wanted}".rstrip(), flush=True)


class Listener:
    """The one whose music must not stop: what it met since it was made."""

    def __init__(self, ears: Ears, osc: Osc) -> None:
        self._ears, self._osc = ears, osc
        self._heard, self._stalls = len(ears.heard), len(ears.playback.stalls)
        self._events, self._counted = len(ears.events), osc.status()

    def report(self) -> None:
        """Print it."""
        heard = self._ears.heard[self._heard :]
        concealed = sum(h.header.frames for h in heard if h.header.flags & FLAG_CONCEALED)
        gaps = sum(b.header.position != a.end for a, b in itertools.pairwise(heard))
        seconds = sum(h.header.frames for h in heard) / self._ears.rate
        late = sum(event["event"] == "late" for event in self._ears.events[self._events :])
        line("the listener heard, s", f"{seconds:.0f}")
        line("  underruns", str(late), "0")
        line("  concealed, s", f"{concealed / self._ears.rate:.3f}", "0")
        line("  gaps in positions", str(gaps), "0")
        line("  ran dry", str(len(self._ears.playback.stalls) - self._stalls), "0")
        status = self._osc.status()
        for name in ("commands", "fails", "bad_packets", "flooded_packets", "slow_clients"):
            line(f"server counted: {name}", f"{status[name] - self._counted[name]:,}")
        line("workers restarted", str(status["worker_restarts"]), "0")


def report_memory(memory: Memory) -> None:
    """Print how far memory grew."""
    for name, mib in memory.mib.items():
        grown = growth_percent(mib)
        shown = "unknown" if grown is None else f"{grown:+.1f} %"
        size = f"   now {mib[-1]:.0f} MiB" if mib else ""
        line(f"memory of the {name} since minute 1", shown, f"0 %{size}")


def fuzz(listener: Listener, ports: tuple[int, int], datagram_count: int, frame_count: int) -> None:
    """Send it all, and report."""
    spawn, (port, osc_port) = get_context("spawn"), ports
    each = frame_count // WS_ATTACKERS
    attackers = [spawn.Process(target=attack_osc, args=(osc_port, datagram_count, 1))]
    attackers += [
        spawn.Process(target=attack_ws, args=(port, each, seed)) for seed in range(WS_ATTACKERS)
    ]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()
    line("datagrams, WebSocket frames sent", f"{datagram_count:,} {each * WS_ATTACKERS:,}")
    line("attackers that ended well", str(sum(not a.exitcode for a in attackers)), "5")
    listener.report()


def meet_crowd(listener: Listener, port: int, clients: int, seconds: float) -> None:
    """Let a crowd listen, and report."""
    fifth = clients // 5
    crowd = Crowd(listeners=clients - 2 * fifth, stalled=fifth, fleeting=fifth)
    with get_context("spawn").Pool(1) as pool:
        met: list[Listened] = pool.apply(_run_crowd, (port, crowd, seconds))
    line("clients that listen, stall, come and go", f"{crowd.listeners} {fifth} {fifth}")
    line("samples that the listeners got", f"{sum(one.frames for one in met):,}")
    line("  lost", str(sum(one.missing for one in met)), "0")
    line("  concealed", str(sum(one.concealed for one in met)), "0")
    line("  connections that ended", str(sum(one.broken for one in met)), "0")
    listener.report()


def _run_crowd(port: int, crowd: Crowd, seconds: float) -> list[Listened]:
    return asyncio.run(gather_crowd(port, STAGE, crowd, seconds))


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datagrams", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--crowd-s", type=float, default=120.0, help="how long the crowd listens")
    parser.add_argument("--quick", action="store_true", help="a minute of all this")
    args = parser.parse_args(words)
    if args.quick:
        args.datagrams, args.frames, args.crowd_s = 40_000, 10_000, 20.0
    return args


def main() -> None:
    """Print the figures."""
    args = parse()
    with (
        tempfile.TemporaryDirectory() as takes,
        Server("bundled", 250, "--takes-dir", takes) as server,
    ):
        port, osc_port = server.ports()
        osc = Osc(osc_port)
        osc.ask("/magnet/session", STAGE)
        with Ears(port, session=STAGE) as ears:
            osc.ask("/magnet/prompt", PROMPT)
            osc.ask("/magnet/play")
            time.sleep(2.0)
            memory = Memory(server=server.pid, worker=int(osc.status()["worker_pid"]))
            fuzz(Listener(ears, osc), (port, osc_port), args.datagrams, args.frames)
            print(flush=True)
            osc.ask("/magnet/session", "main")
            osc.ask("/magnet/stop")
            osc.ask("/magnet/session", STAGE)
            meet_crowd(Listener(ears, osc), port, args.clients, args.crowd_s)
            print(flush=True)
            memory.stop()
            report_memory(memory)


if __name__ == "__main__":
    main()
