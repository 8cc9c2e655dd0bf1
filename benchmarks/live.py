"""The promises of a live session, measured through its real ports as a performer would meet them.

    python -m benchmarks.live [--model bundled] [--device cpu] [--quick]

It starts ``magnet-live serve``, controls it by OSC and plays its stream from a WebSocket with a
buffer of 80 ms, in four parts:

*start*: from sending ``/magnet/play`` to the arrival of the first PCM that the model made.
*changes*: from sending a prompt to the moment at which this client hears the first sample that it
changed: the position that ``/magnet/done`` names, at the client's own playhead.
*soak*: every control in turn, one every 2 s, for minutes: what was concealed, what was lost, how
the memory of both processes grows, and whether the places where plans meet can be heard
(``seams.py``).
*slow*: the same with a worker that takes three times as long for everything.

Beside each figure stands its floor: what nothing here could improve on.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

import magnet_core
from benchmarks.clients import Ears, Heard, Osc, Server
from benchmarks.first_sound import engine_floor
from benchmarks.memory import Memory, growth_percent
from benchmarks.seams import seam_percentiles
from daw_bridge.worker_protocol import FLAG_CONCEALED, FLAG_LAST, Value

BUFFER_MS = 80
PROMPTS = (
    "techno 128 bpm, A minor, driving kick and bass",
    "dub 100 bpm, warm pads and bass",
    "house 124 bpm, F major, chords and hi-hats",
    "dark ambient, no drums, pad and strings",
)
CHANGE_EVERY_S = 2.0
SETTLE_S = 3.0
SILENCE = 1e-4

Control = tuple[str, tuple[Value, ...]]


def controls() -> Iterator[Control]:
    """Yield what a performer does, without end: every control that rewrites the future, in turn."""
    for turn in itertools.count():
        prompt, other = PROMPTS[turn % 4], PROMPTS[(turn + 1) % 4]
        yield "/magnet/prompt", (prompt,)
        yield "/magnet/prompt/2", (other, 0.5)
        yield "/magnet/param/temperature", (0.9 + 0.1 * (turn % 3),)
        yield "/magnet/again", ()
        yield "/magnet/prompt/2", (other, 0.25 * (turn % 4))
        yield "/magnet/param/guidance", (2.0 + turn % 3,)
        yield "/magnet/tempo", (100.0 + 10 * (turn % 4),)
        yield "/magnet/param/seed", (turn,)
        yield "/magnet/tempo", (0.0,)


@dataclass(frozen=True, slots=True)
class Change:
    """One control: seconds until its answer came, and until the change was heard."""

    address: str
    position: int
    answered_s: float
    heard_s: float
    ahead_s: float  # music that was at the client and not played when it was sent


@dataclass(slots=True)
class Recording:
    """What one client got from a moment on: PCM in order, events, its own stalls."""

    heard: list[Heard]
    events: list[dict[str, Any]]
    stalls: list[tuple[float, float]]
    rate: int
    gaps: int = field(init=False)  # messages that did not follow the one before

    def __post_init__(self) -> None:
        """Count the gaps."""
        pairs = itertools.pairwise(self.heard)
        self.gaps = sum(b.header.position != a.end for a, b in pairs)

    @property
    def first(self) -> int:
        """Position of the first sample."""
        return self.heard[0].header.position

    def wave(self) -> npt.NDArray[np.float32]:
        """Return all samples, ``[N]``."""
        return np.concatenate([heard.pcm for heard in self.heard])

    def concealed_s(self) -> float:
        """Return how much stood in for music that was late, in seconds."""
        flags = ((one.header.flags, one.header.frames) for one in self.heard)
        return sum(n for f, n in flags if f & FLAG_CONCEALED and not f & FLAG_LAST) / self.rate

    def longest_silence_s(self) -> float:
        """Return the longest silence within what was concealed, in seconds."""
        longest = run = 0
        for one in self.heard:
            quiet = one.peak < SILENCE and bool(one.header.flags & FLAG_CONCEALED)
            run = run + one.header.frames if quiet else 0
            longest = max(longest, run)
        return longest / self.rate

    def seams(self) -> list[int]:
        """Return where one plan's music follows another's, counted from the first sample."""
        pairs = itertools.pairwise(self.heard)
        return [
            b.header.position - self.first
            for a, b in pairs
            if a.is_music and b.is_music and a.header.plan_id != b.header.plan_id
        ]

    def count(self, event: str) -> int:
        """Return how many events of a name came."""
        return sum(one["event"] == event for one in self.events)


class Stage:
    """A server with a controller and a listener.

    Attributes:
        osc, ears: the controller and the listener.
    """

    def __init__(self, server: Server, rate: int) -> None:
        port, osc_port = server.ports()
        self.osc = Osc(osc_port)
        self.ears = Ears(port, rate=rate, buffer_ms=BUFFER_MS)
        self.rate = rate

    def play(self) -> float:
        """Begin anew; return the seconds until the first PCM of the model."""
        self.osc.ask("/magnet/reset")
        self.osc.ask("/magnet/prompt", PROMPTS[0])
        play = self.osc.ask("/magnet/play")
        return self.ears.wait(lambda heard: heard.is_music, play.sent).at - play.sent

    def stop(self) -> None:
        """Stop, and wait for the end."""
        stop = self.osc.ask("/magnet/stop")
        self.ears.wait(lambda heard: bool(heard.header.flags & FLAG_LAST), stop.sent)

    def change(self, address: str, args: tuple[Value, ...]) -> Change:
        """Set a control; return when it was answered and heard."""
        done = self.osc.ask(address, *args)
        self.ears.wait_for(done.position)
        return Change(
            address,
            done.position,
            done.answered_s,
            self.ears.playback.heard_at(done.position) - done.sent,
            self.ears.ahead_s(done.sent),
        )

    def soak(self, minutes: float) -> tuple[list[Change], Recording]:
        """Play for minutes with a change every 2 s."""
        first, first_event = len(self.ears.heard), len(self.ears.events)
        first_stall = len(self.ears.playback.stalls)
        self.play()
        until, changes = time.monotonic() + 60 * minutes, []
        for address, args in controls():
            due = time.monotonic() + CHANGE_EVERY_S
            changes.append(self.change(address, args))
            if due >= until:
                break
            time.sleep(max(due - time.monotonic(), 0.0))
        recording = Recording(
            self.ears.heard[first:],
            self.ears.events[first_event:],
            self.ears.playback.stalls[first_stall:],
            self.rate,
        )
        self.stop()
        return changes, recording


# --- what is printed ------------------------------------------------------------------------------


def percentiles(name: str, values: Sequence[float], floor: str, scale: float = 1e3) -> str:
    """Return the line of a figure: 50th, 95th and 99th percentile, count and floor."""
    if not len(values):
        return f"{name:44}{'none':>24}{0:6}   {floor}".rstrip()
    p50, p95, p99 = np.percentile(scale * np.asarray(values), (50, 95, 99))
    return f"{name:44}{p50:8.0f}{p95:8.0f}{p99:8.0f}{len(values):6}   {floor}".rstrip()


def figure(name: str, value: str, floor: str = "") -> str:
    """Return the line of a single figure and its floor."""
    return f"{name:44}{value:>24}{'':6}   {floor}".rstrip()


def change_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Yield the lines about controls."""
    ahead_ms = 1e3 * float(np.median([change.ahead_s for change in changes]))
    floor = f"{ahead_ms:.0f}: music that was at the client"
    yield percentiles("control -> done, ms", [one.answered_s for one in changes], "")
    yield percentiles("control -> heard, ms", [one.heard_s for one in changes], floor)


def soak_lines(recording: Recording, changes: Sequence[Change]) -> Iterator[str]:
    """Yield the lines about what was heard."""
    gaps = [one for one in recording.events if one["event"] == "underrun"]
    lengths = [one["samples"] / recording.rate for one in gaps]
    reduced = sum(one["reduced"] for one in recording.events if one["event"] == "plan_done")
    yield figure("underruns (events)", str(recording.count("late")), "0")
    yield figure("their length, s", " ".join(f"{s:.2f}" for s in lengths) or "none", "none")
    yield figure("concealed, s", f"{recording.concealed_s():.3f}", "0")
    yield figure("longest silence in it, s", f"{recording.longest_silence_s():.3f}", "0")
    yield figure("gaps in positions", str(recording.gaps), "0")
    yield figure("client ran dry", str(len(recording.stalls)), "0")
    plans = f"{reduced} of {recording.count('plan_done')}"
    yield figure("plans with fewer steps", plans, "0")
    leads = [one["lead_ms"] for one in recording.events if one["event"] == "lead"]
    yield figure("lead that the worker asked for, ms", " ".join(f"{ms:.0f}" for ms in leads[-4:]))
    wave, seams = recording.wave(), recording.seams()
    named = {change.position - recording.first for change in changes}
    for what, places in (
        ("flux percentile, plans that go on", [s for s in seams if not is_near(s, named)]),
        ("flux percentile, plans of a change", [s for s in seams if is_near(s, named)]),
    ):
        ranks = seam_percentiles(wave, places, recording.rate)
        yield percentiles(what, list(ranks), "50 95 99: like all other music", scale=1.0)


def is_near(seam: int, positions: set[int], reach: int = 4096) -> bool:
    """Return whether a change is heard at a seam, which may be before it: the codec looks ahead."""
    return any(abs(seam - position) <= reach for position in positions)


def memory_lines(memory: Memory) -> Iterator[str]:
    """Yield the lines about memory."""
    for name, mib in memory.mib.items():
        grown = growth_percent(mib)
        shown = "unknown" if grown is None else f"{grown:+.1f} %"
        size = f"now {mib[-1]:.0f} MiB" if mib else ""
        yield figure(f"memory of the {name} since minute 1", shown, f"0 %   {size}")


def say(lines: Iterator[str] | Sequence[str]) -> None:
    """Print lines as they are known."""
    for line in lines:
        print(line, flush=True)


# --- the four parts -------------------------------------------------------------------------------


def measure_starts(stage: Stage, rounds: int) -> list[float]:
    """Return the seconds from play to the first PCM, of each round."""
    seconds = []
    for _ in range(rounds):
        seconds.append(stage.play())
        time.sleep(1.0)
        stage.stop()
    return seconds


def measure_changes(stage: Stage, count: int) -> list[Change]:
    """Return how prompts were answered, sent at moments that are not in step with anything."""
    stage.play()
    time.sleep(SETTLE_S)
    changes = []
    for number in range(count):
        time.sleep(0.5 + 0.1 * (number % 7))
        changes.append(stage.change("/magnet/prompt", (PROMPTS[number % 4],)))
    stage.stop()
    return changes


def measure(args: argparse.Namespace, rate: int, engine: str) -> None:
    """Run the first three parts and print what they show."""
    with Server(args.model, args.lead_ms, "--device", args.device) as server:
        stage = Stage(server, rate)
        starts = measure_starts(stage, args.rounds)
        say([percentiles("play -> first PCM, ms", starts, engine)])
        say(change_lines(measure_changes(stage, args.changes)))
        say(["", f"soak: {args.minutes:g} min, a change every {CHANGE_EVERY_S:g} s"])
        memory = Memory(server=server.pid, worker=int(stage.osc.status()["worker_pid"]))
        changes, recording = stage.soak(args.minutes)
        memory.stop()
        say([*change_lines(changes), *soak_lines(recording, changes), *memory_lines(memory)])


def measure_slow(args: argparse.Namespace, rate: int) -> None:
    """Run the last part and print what it shows."""
    say(["", f"worker slowed {args.slow:g}x: {args.slow_minutes:g} min"])
    words = ("--device", args.device, "--worker-delay", str(args.slow))
    with Server(args.model, args.lead_ms, *words) as server:
        changes, recording = Stage(server, rate).soak(args.slow_minutes)
    say([*change_lines(changes), *soak_lines(recording, changes)])


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--lead-ms", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=20, help="of play, listen and stop")
    parser.add_argument("--changes", type=int, default=200, help="of the prompt")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak")
    parser.add_argument("--slow", type=float, default=3.0, help="how many times slower")
    parser.add_argument("--slow-minutes", type=float, default=1.0, help="with the slow worker")
    parser.add_argument("--slow-only", action="store_true", help="nothing but the last part")
    parser.add_argument("--quick", action="store_true", help="a minute of all this")
    args = parser.parse_args(words)
    if args.quick:
        args.rounds, args.changes, args.minutes, args.slow_minutes = 3, 8, 0.3, 0.2
    return args


def main() -> None:
    """Print the figures."""
    args = parse()
    torch.set_num_threads(1)
    model = magnet_core.load(args.model, device=args.device)
    passes, engine_s = engine_floor(model, min(args.rounds, 10))
    print(f"{args.model} on {args.device}, lead {args.lead_ms} ms, client buffer {BUFFER_MS} ms")
    print(f"{'':44}{'p50':>8}{'p95':>8}{'p99':>8}{'n':>6}   floor")
    if not args.slow_only:
        measure(args, model.sample_rate, f"{1e3 * engine_s:.0f}: {passes} passes and the codec")
    measure_slow(args, model.sample_rate)


if __name__ == "__main__":
    main()
