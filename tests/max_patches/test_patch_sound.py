"""The road of takes: the node client is started and told, and its files are looped to the sample.

The signal half of the patch is computed here sample by sample from its JSON, as MSP would.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from max_machine import MaxMachine, Node

from daw_bridge.patches.device import device
from daw_bridge.patches.maxpat import maxpat
from daw_bridge.patches.sound import CLIENT, FADE_SAMPLES, LIVE, OFF, TAKES

PATCHES = {"maxpat": json.dumps(maxpat()), "device": json.dumps(device())}
BOTH = pytest.mark.parametrize("which", PATCHES)


def opened(which: str) -> MaxMachine:
    machine = MaxMachine(json.loads(PATCHES[which]))
    machine.live = lambda name, message: ["id", 7] if message[0] == "path" else None
    machine.open()
    machine.seen.clear()
    return machine


def told(machine: MaxMachine, name: str) -> list[list[Any]]:
    """Return and forget what boxes of a class were told."""
    found = [message for seen, _, message in machine.seen if seen == name]
    machine.seen = [entry for entry in machine.seen if entry[0] != name]
    return found


@BOTH
def test_the_client_is_started_told_and_connected_in_this_order(which: str) -> None:
    machine = opened(which)
    machine.put("Audio Road", TAKES)
    assert told(machine, "node.script") == [["script", "start"]]
    (node,) = machine.all("node.script")
    assert node.args[0] == CLIENT
    machine.say(node, "status", "idle")
    session = "main" if which == "maxpat" else "live-7"
    assert told(machine, "node.script") == [
        ["rate", 48000.0],
        ["bars", 4],
        ["session", session],
        ["live", 1],
        ["connect", "ws://127.0.0.1:9001/ws"],
    ]
    prefix = "#0-" if which == "maxpat" else "---"
    machine.say(node, "status", "connected", "to main")
    assert machine.after(f"{prefix}road-text").memory["text"] == "Takes: connected to main"
    machine.put("Keep Bars", 8)
    assert told(machine, "node.script") == [["bars", 8]]
    machine.put("Audio Road", OFF)
    assert told(machine, "node.script") == [["script", "stop"]]


@BOTH
def test_the_page_is_opened_when_its_road_is_taken_and_closed_when_it_is_left(which: str) -> None:
    machine = opened(which)
    machine.put("Audio Road", LIVE)
    session = "main" if which == "maxpat" else "live-7"
    page = f"http://127.0.0.1:9001/?embed=1&session={session}"
    assert told(machine, "jweb~") == [["read", page]]
    assert told(machine, "selector~") == [[LIVE], [LIVE]]
    (page_box,) = machine.all("jweb~")
    prefix = "#0-" if which == "maxpat" else "---"
    machine.say(page_box, "status", "connected", outlet=2)
    machine.say(page_box, "beat", 1, 2, 128.0, outlet=2)
    assert machine.after(f"{prefix}road-text").memory["text"] == "Live page: connected"
    machine.put("Audio Road", TAKES)
    assert told(machine, "jweb~") == [["read", "about:blank"]]
    assert told(machine, "selector~") == [[TAKES], [TAKES]]


@BOTH
def test_another_server_is_told_to_everyone(which: str) -> None:
    machine = opened(which)
    machine.sent.clear()
    host = next(n for n in machine.all("textedit") if "Host" in n.box["hint"])
    machine.put(host.box["hint"], "10.0.0.5")
    machine.put("OSC Port", 9100.0)
    machine.put("Web Port", 9101.0)
    assert machine.sent == [["host", "10.0.0.5"], ["port", 9100]]
    machine.put("Audio Road", LIVE)
    assert told(machine, "jweb~")[0][1].startswith("http://10.0.0.5:9101/?embed=1")


class Msp:
    """The signal boxes of a machine, computed sample by sample."""

    def __init__(self, machine: MaxMachine, buffers: dict[str, np.ndarray]) -> None:
        self.machine, self.buffers = machine, buffers
        self.ins: dict[int, dict[int, list[Node]]] = {}
        for node in machine._nodes:
            for cords, kind in zip(node.outs, node.box.get("outlettype", []), strict=False):
                for *_, hearer, inlet in cords if kind == "signal" else ():
                    self.ins.setdefault(id(hearer), {}).setdefault(inlet, []).append(node)
        (self.count,), (self.latch,) = machine.all("count~"), machine.all("sah~")
        (self.edge,), (self.fade,) = machine.all("edge~"), machine.all("rampsmooth~")
        self.position, self.limit = 0, int(self.count.args[1])
        self.held = self.faded = self.last_trigger = 0.0
        self.steps = 0

    def run(self, samples: int, late: int) -> np.ndarray:
        """Return the left channel; the scheduler hears of a loop's start ``late`` samples later."""
        heard = np.zeros(samples)
        pending: list[int] = []
        for index in range(samples):
            trigger = float(self.position == 0)
            wanted = float(self._last("sig~"))
            if trigger > 0.5 >= self.last_trigger:
                self.held = wanted
                pending.append(index + late)
            self.last_trigger = trigger
            self.steps += int(np.sign(self.held * FADE_SAMPLES - self.steps))
            self.faded = self.steps / FADE_SAMPLES
            heard[index] = self._value(self._left())
            self.position = (self.position + 1) % self.limit
            if pending and pending[0] == index:
                pending.pop(0)
                (snapshot,) = self.machine.all("snapshot~")
                snapshot.memory["signal"] = self.held
                self.machine.say(self.edge, "bang")
                self.limit = int(self._last("count~"))
        return heard

    def _left(self) -> Node:
        totals = [n for n in self.machine.all("+~") if self._reads(n, "index~")]
        return min(totals, key=lambda node: node.box["patching_rect"][0])

    def _reads(self, node: Node, name: str) -> bool:
        return any(n.name == name for nodes in self.ins.get(id(node), {}).values() for n in nodes)

    def _last(self, name: str) -> float:
        told = [message for seen, _, message in self.machine.seen if seen == name]
        return told[-1][0] if told else {"sig~": 0.0, "count~": self.limit}[name]

    def _value(self, node: Node) -> float:
        if node is self.fade:
            return self.faded
        if node.name == "index~":
            buffer = self.buffers[str(node.args[0])]
            return float(buffer[self.position]) if self.position < len(buffer) else 0.0
        left, right = (
            sum(self._value(source) for source in self.ins[id(node)][inlet]) for inlet in (0, 1)
        )
        return {"+~": left + right, "-~": left - right, "*~": left * right}[node.name]


def load(machine: MaxMachine, buffers: dict[str, np.ndarray], take: np.ndarray, file: str) -> str:
    """Let the client hand over a take, and the buffer it goes to load it; return its name."""
    (node,) = machine.all("node.script")
    before = {id(n): n.memory.get("file") for n in machine.all("buffer~")}
    machine.say(node, "replace", file)
    machine.say(node, "swap", 4, 128.0, 1000.0 * len(take) / 48000, len(take))
    (into,) = (n for n in machine.all("buffer~") if n.memory.get("file") != before[id(n)])
    buffers[str(into.args[0])] = take
    machine.say(into, "bang", outlet=1)
    return str(into.args[0])


@BOTH
@pytest.mark.parametrize("late", [0, 300])
def test_a_take_replaces_another_on_the_first_sample_of_the_loop(which: str, late: int) -> None:
    """To the sample and whole, also where Max's scheduler is late, and of another length."""
    machine = opened(which)
    machine.put("Audio Road", TAKES)
    takes = [np.full(700, 1.0), np.full(900, 2.0), np.full(800, 3.0)]
    prefix = "#0-" if which == "maxpat" else "---"
    buffers = {f"{prefix}take-{name}": np.zeros(1) for name in "ab"}
    msp = Msp(machine, buffers)
    msp.limit = 500  # nothing yet: the second of silence that a patch begins with, shortened
    for length in machine.all("i"):
        if length.args == [msp.count.args[1]]:
            length.memory["value"] = 500
    msp.run(450, late)
    used = [load(machine, buffers, takes[0], "1.wav")]
    first = msp.run(50 + 2 * 700, late)
    assert not first[:50].any()
    assert (first[50 + FADE_SAMPLES :] == 1.0).all()
    assert msp.position == 0
    msp.run(350, late)  # in the middle of the loop
    used.append(load(machine, buffers, takes[1], "2.wav"))
    second = msp.run(350 + 2 * 900, late)
    assert (second[:350] == 1.0).all()
    assert second[351] > 1.0
    assert (np.diff(second[350 : 350 + FADE_SAMPLES]) > 0).all()
    assert second[350 + FADE_SAMPLES + 1 :] == pytest.approx(2.0)
    assert msp.position == 0
    msp.run(1, late)
    used.append(load(machine, buffers, takes[2], "3.wav"))
    third = msp.run(899 + 800, late)
    assert third[:899] == pytest.approx(2.0)
    assert third[899 + FADE_SAMPLES + 1 :] == pytest.approx(3.0)
    if late == 0:
        assert used[0] != used[1] != used[2]
