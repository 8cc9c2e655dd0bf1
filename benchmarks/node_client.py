"""The Node for Max client for minutes: takes written, gaps, and whether its memory grows.

    python -m benchmarks.node_client [--seconds 600] [--model bundled]

It starts ``magnet-live serve`` and, under real Node with a stub of Max's API, the client of
``max_patches``; a performer changes the prompt every ten seconds and the tempo every minute. The
floor of growth is 0; of takes given up it is one for each change of tempo.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.clients import Osc, Server
from benchmarks.memory import Memory, growth_percent

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "max_patches" / "magnet-live-client.js"
STUBS = ROOT / "tests" / "max_patches" / "stubs"
PROMPTS = ("techno, kick and bass", "house, chords and hi-hats", "ambient pads", "electro, lead")
TEMPOS = (120.0, 126.5, 133.0)
CHANGE_EVERY_S, TEMPO_EVERY = 10.0, 6  # every so many changes


class Client:
    """The script in a Node of its own; counts what it says."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(CLIENT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"NODE_PATH": str(STUBS)},
        )
        self.pid = self._process.pid
        self.counts: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, *atoms: object) -> None:
        """Send a message into its inlet."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(atoms) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            name, *values = json.loads(line)
            self.counts[f"status {values[0]}" if name == "status" else name] += 1
            if name == "note":
                self.notes[values[0]] += 1


def perform(osc: Osc, seconds: float) -> int:
    """Play and change what is played; return how often the tempo was changed."""
    osc.ask("/magnet/tempo", TEMPOS[0])
    osc.ask("/magnet/prompt", PROMPTS[0])
    osc.ask("/magnet/play")
    end = time.monotonic() + seconds
    turn = tempos = 0
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(CHANGE_EVERY_S, left))
        turn += 1
        osc.ask("/magnet/prompt", PROMPTS[turn % len(PROMPTS)])
        if turn % TEMPO_EVERY == 0:
            tempos += 1
            osc.ask("/magnet/tempo", TEMPOS[tempos % len(TEMPOS)])
    return tempos


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--model", default="bundled")
    args = parser.parse_args(argv)
    with Server(args.model, 250) as server, tempfile.TemporaryDirectory() as folder:
        port, osc_port = server.ports()
        client = Client()
        memory = Memory(node=client.pid, server=server.pid)
        for message in (("folder", folder), ("bars", 1), ("connect", f"127.0.0.1:{port}")):
            client.send(*message)
        tempos = perform(Osc(osc_port), args.seconds)
        memory.stop()
        files = len(list(Path(folder).glob("*.wav")))
        client.close()
    for name, mib in memory.mib.items():
        growth = growth_percent(mib)
        shown = "too short to tell" if growth is None else f"{growth:+.1f} % after the first minute"
        print(f"{name:<7} {np.median(mib[-10:]):.0f} MiB, {shown}; floor +0.0 %")
    print(f"takes   {client.counts['swap']} written, {files} of them kept")
    print(f"notes   {dict(client.notes)}; the tempo was changed {tempos} times")
    states = {name: count for name, count in client.counts.items() if name.startswith("status")}
    print(f"states  {states}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
