"""A small Max: it loads a patch's JSON and passes messages along its cords, as Max does.

Max itself cannot run where the tests run. What the patches rely on of it is little and old, and it
is here: messages go from the right to the left, ``trigger`` orders them, cold inlets keep,
``delay`` and ``metro`` wait. A box that has no behaviour here and gets a message is an error, not a
guess. The semantics are written from Cycling '74's reference pages.

Time is counted in milliseconds and moves by ``advance`` only.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Atom = int | float | str
Message = list[Atom]
BANG: Message = ["bang"]


@dataclass
class Node:
    """One box at work: its cords, and what it remembers."""

    box: dict[str, Any]
    name: str
    args: list[Atom]
    at: dict[str, list[Atom]]
    outs: list[list[tuple[float, float, Node, int]]]
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def long(self) -> str:
        saved = self.box.get("saved_attribute_attributes", {}).get("valueof", {})
        return str(saved.get("parameter_longname", ""))

    @property
    def parameter(self) -> dict[str, Any]:
        return self.box.get("saved_attribute_attributes", {}).get("valueof", {})


def atoms(text: str) -> list[Atom]:
    """Return the atoms of a message box; a quoted part is one symbol."""
    found: list[Atom] = []
    for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', text):
        found.append(quoted if not plain else _atom(plain))
    return found


def _atom(word: str) -> Atom:
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    if re.fullmatch(r"-?(\d+\.\d*|\.\d+)", word):
        return float(word)
    return word


def _number(message: Message) -> float:
    assert isinstance(message[0], (int, float)), f"a number was wanted: {message}"
    return message[0]


class MaxMachine:
    """A patch that runs.

    Attributes:
        sent: what reached udpsend, its own ``host`` and ``port`` too.
        receive_ports: that udpreceive was bound to, in order.
        seen: what reached boxes that sound or start something: class, inlet, message.
        now_ms: the time.
    """

    def __init__(self, patch: dict[str, Any], random: Callable[[int], int] = lambda n: 0) -> None:
        self.sent: list[Message] = []
        self.receive_ports: list[int] = []
        self.seen: list[tuple[str, int, Message]] = []
        self.on_send: Callable[[Message], None] = lambda message: None
        self.on_bind: Callable[[int], None] = lambda port: None
        self.live: Callable[[str, Message], Message | None] = lambda name, message: None
        self.now_ms = 0.0
        self._random = random
        self._nodes: list[Node] = []
        self._buses: dict[str, list[Node]] = {}
        self._agenda: list[tuple[float, int, Node, int]] = []
        self._count = itertools.count()
        self._deferred: deque[tuple[Node, Message]] = deque()
        self._load(patch["patcher"])

    # --- what a player and the network do ---

    def open(self) -> None:
        """Load: every loadbang and live.thisdevice speaks."""
        for node in self._nodes:
            if node.name in ("loadbang", "live.thisdevice"):
                self._out(node, 0, BANG)
        self._settle()

    def advance(self, milliseconds: float) -> None:
        """Let time pass."""
        end = self.now_ms + milliseconds
        while self._agenda and self._agenda[0][0] <= end:
            self.now_ms, _, node, ticket = heapq.heappop(self._agenda)
            if node.memory.get("ticket") == ticket:
                self._ring(node)
                self._settle()
        self.now_ms = end

    def receive(self, *message: Atom) -> None:
        """A datagram arrives at udpreceive."""
        for node in self.all("udpreceive"):
            self._out(node, 0, list(message))
        self._settle()

    def say(self, node: Node, *message: Atom, outlet: int = 0) -> None:
        """Let a box speak by itself: node.script, live.observer, a buffer that is loaded."""
        self._out(node, outlet, list(message))
        self._settle()

    def put(self, name: str, value: Atom) -> None:
        """Turn, click or type: into the box with this long name or text."""
        node = self.box(name)
        if node.name == "textedit":
            node.memory["text"] = value
            self._out(node, 0, ["text", value] if value != "" else ["text"])
        elif node.name == "umenu":
            node.memory["chosen"] = value
            self._out(node, 1, [value])
        elif node.name == "live.text" and node.box.get("mode") == 0:
            self._out(node, 0, BANG)
        else:
            node.memory["value"] = value
            self._speak(node)
        self._settle()

    def value(self, name: str) -> Any:
        """Return what a box shows."""
        node = self.box(name)
        return node.memory.get("text" if node.name in ("textedit", "comment") else "value")

    def box(self, name: str) -> Node:
        """Return the box with this long name or hint; there must be one."""
        found = [n for n in self._nodes if name in (n.long, n.box.get("hint"))]
        assert len(found) == 1, f"{len(found)} boxes are {name!r}"
        return found[0]

    def all(self, name: str) -> list[Node]:
        """Return the boxes of a class."""
        return [node for node in self._nodes if node.name == name]

    def after(self, name: str) -> Node:
        """Return the comment that a bus's text is shown in."""
        node = next(n for n in self._nodes if n.name == "r" and n.args == [name])
        while node.name != "comment":
            node = node.outs[0][0][2]
        return node

    # --- loading ---

    def _load(self, patcher: dict[str, Any]) -> tuple[list[Node], list[Node]]:
        made: dict[str, tuple[list[Node], list[Node]]] = {}
        ends: tuple[list[Node], list[Node]] = ([], [])
        for entry in patcher["boxes"]:
            box = entry["box"]
            if box["maxclass"] == "newobj" and box["text"].startswith("p "):
                made[box["id"]] = self._load(box["patcher"])
                continue
            node = self._node(box)
            made[box["id"]] = ([node], [node])
            if node.name in ("inlet", "outlet"):
                ends[node.name == "outlet"].append(node)
        for line in patcher["lines"]:
            cord = line["patchline"]
            (source, outlet), (target, inlet) = cord["source"], cord["destination"]
            from_node, into_node = made[source][1], made[target][0]
            if len(from_node) > 1 or from_node[0].name == "outlet":
                speaker, outlet = from_node[outlet], 0
            else:
                speaker = from_node[0]
            if len(into_node) > 1 or into_node[0].name == "inlet":
                hearer, inlet = into_node[inlet], 0
            else:
                hearer = into_node[0]
            x, y = hearer.box["patching_rect"][:2]
            speaker.outs[outlet].append((x, y, hearer, inlet))
        for node in self._nodes:
            for cords in node.outs:
                cords.sort(key=lambda cord: (-cord[0], -cord[1]))
        for side in ends:
            side.sort(key=lambda node: node.box["index"])
        return ends

    def _node(self, box: dict[str, Any]) -> Node:
        name, args = box["maxclass"], []
        at: dict[str, list[Atom]] = {}
        if name == "newobj":
            words = box["text"].split()
            first = next((n for n, word in enumerate(words) if word[0] == "@"), len(words))
            name, args = words[0], [_atom(word) for word in words[1:first]]
            for word in words[first:]:
                if word[0] == "@":
                    values = at[word[1:]] = []
                else:
                    values.append(_atom(word))
        outs: list[list[tuple[float, float, Node, int]]] = [
            [] for _ in range(max(1, box["numoutlets"]))
        ]
        node = Node(box, name, args, at, outs)
        node.memory.update(_first_memory(node))
        self._nodes.append(node)
        if name == "r":
            self._buses.setdefault(str(args[0]), []).append(node)
        return node

    # --- passing messages ---

    def _out(self, node: Node, outlet: int, message: Message) -> None:
        for _, _, hearer, inlet in node.outs[outlet]:
            self._hear(hearer, inlet, list(message))

    def _settle(self) -> None:
        while self._deferred:
            node, message = self._deferred.popleft()
            self._out(node, 0, message)

    def _at(self, node: Node, delay_ms: float) -> None:
        ticket = node.memory["ticket"] = next(self._count)
        heapq.heappush(self._agenda, (self.now_ms + delay_ms, ticket, node, ticket))

    def _ring(self, node: Node) -> None:
        if node.name == "metro":
            self._at(node, float(node.args[0]))
        self._out(node, 0, BANG)

    def _hear(self, node: Node, inlet: int, message: Message) -> None:
        behaviour = getattr(self, "_do_" + _METHOD.get(node.name, node.name), None)
        if behaviour is None:
            raise NotImplementedError(f"[{node.name}] got {message} at inlet {inlet}")
        behaviour(node, inlet, message)

    def _do_pass(self, node: Node, inlet: int, message: Message) -> None:
        self._out(node, 0, message)

    def _do_s(self, node: Node, inlet: int, message: Message) -> None:
        for receiver in self._buses.get(str(node.args[0]), []):
            self._out(receiver, 0, message)

    def _do_sink(self, node: Node, inlet: int, message: Message) -> None:
        self.seen.append((node.name, inlet, message))
        if node.name == "buffer~" and message[0] == "replace":
            node.memory["file"] = message[1]

    def _do_deferlow(self, node: Node, inlet: int, message: Message) -> None:
        self._deferred.append((node, message))

    def _do_udpsend(self, node: Node, inlet: int, message: Message) -> None:
        self.sent.append(message)
        self.on_send(message)

    def _do_udpreceive(self, node: Node, inlet: int, message: Message) -> None:
        assert message[0] == "port"
        self.receive_ports.append(int(message[1]))
        self.on_bind(int(message[1]))

    def _do_message(self, node: Node, inlet: int, message: Message) -> None:
        self._out(node, 0, atoms(node.box["text"]))

    def _do_prepend(self, node: Node, inlet: int, message: Message) -> None:
        self._out(node, 0, [*node.args, *message])

    def _do_tosymbol(self, node: Node, inlet: int, message: Message) -> None:
        self._out(node, 0, [" ".join(map(str, message))])

    def _do_route(self, node: Node, inlet: int, message: Message) -> None:
        if message[0] in node.args:
            self._out(node, node.args.index(message[0]), message[1:] or BANG)
        else:
            self._out(node, len(node.args), message)

    def _do_sel(self, node: Node, inlet: int, message: Message) -> None:
        if len(message) == 1 and message[0] in node.args:
            self._out(node, node.args.index(message[0]), BANG)
        else:
            self._out(node, len(node.args), message)

    def _do_t(self, node: Node, inlet: int, message: Message) -> None:
        for outlet in reversed(range(len(node.args))):
            kind = node.args[outlet]
            first = message[0]
            typed: dict[Atom, Callable[[], Message]] = {
                "b": lambda: BANG,
                "l": lambda: message,
                "i": lambda first=first: [int(first)],
                "f": lambda first=first: [float(first)],
                "s": lambda first=first: [str(first)],
            }
            self._out(node, outlet, typed[kind]())

    def _do_pack(self, node: Node, inlet: int, message: Message) -> None:
        values = node.memory["values"]
        for offset, value in enumerate(message if message != BANG else []):
            values[inlet + offset] = value
        if inlet == 0:
            self._out(node, 0, list(values))

    def _do_unpack(self, node: Node, inlet: int, message: Message) -> None:
        for outlet in reversed(range(min(len(node.args), len(message)))):
            kind, value = node.args[outlet], message[outlet]
            if isinstance(kind, int) or kind == "i":
                value = int(value)
            elif isinstance(kind, float) or kind == "f":
                value = float(value)
            self._out(node, outlet, [value])

    def _do_sprintf(self, node: Node, inlet: int, message: Message) -> None:
        if message != BANG:
            node.memory["values"][inlet] = message[0]
        if inlet == 0:
            assert node.args[0] == "symout"
            template = node.box["text"].partition("symout ")[2].replace("%ld", "%d")
            self._out(node, 0, [template % tuple(node.memory["values"])])

    def _do_iter(self, node: Node, inlet: int, message: Message) -> None:
        assert len(message) <= node.at.get("zlmaxsize", [256])[0], "longer than zlmaxsize"
        size = int(node.args[0])
        for begin in range(0, len(message), size):
            self._out(node, 0, message[begin : begin + size])

    def _do_reg(self, node: Node, inlet: int, message: Message) -> None:
        if inlet == 1 or message != BANG:
            node.memory["list"] = message
        if inlet == 0 and node.memory.get("list"):
            self._out(node, 0, node.memory["list"])

    def _do_gate(self, node: Node, inlet: int, message: Message) -> None:
        if inlet == 0:
            node.memory["open"] = int(_number(message))
        elif node.memory["open"]:
            self._out(node, node.memory["open"] - 1, message)

    def _do_change(self, node: Node, inlet: int, message: Message) -> None:
        if message != node.memory["last"]:
            node.memory["last"] = message
            self._out(node, 0, message)

    def _do_keep(self, node: Node, inlet: int, message: Message) -> None:
        if message != BANG:
            node.memory["value"] = (int if node.name in ("i", "int") else float)(_number(message))
        if inlet == 0:
            self._out(node, 0, [node.memory["value"]])

    def _do_expr(self, node: Node, inlet: int, message: Message) -> None:
        node.memory["values"][inlet] = _number(message)
        if inlet == 0:
            text = node.box["text"].removeprefix("expr ")
            for index, value in enumerate(node.memory["values"]):
                text = text.replace(f"$f{index + 1}", f"({float(value)!r})")
                text = text.replace(f"$i{index + 1}", f"({int(value)!r})")
            self._out(node, 0, [eval(text, {"__builtins__": {}}, {"int": int})])

    def _do_arithmetic(self, node: Node, inlet: int, message: Message) -> None:
        left, right = _number(message), node.args[0]
        result = {
            "+": lambda: left + right,
            "*": lambda: left * right,
            "%": lambda: int(left) % int(right),
            "==": lambda: int(left == right),
        }[node.name]()
        self._out(node, 0, [result if isinstance(right, float) else int(result)])

    def _do_random(self, node: Node, inlet: int, message: Message) -> None:
        self._out(node, 0, [self._random(int(node.args[0]))])

    def _do_counter(self, node: Node, inlet: int, message: Message) -> None:
        node.memory["value"] = node.memory.get("value", int(node.args[0]) - 1) + 1
        self._out(node, 0, [node.memory["value"]])

    def _do_delay(self, node: Node, inlet: int, message: Message) -> None:
        assert (inlet, message) == (0, BANG)
        self._at(node, float(node.args[0]))

    def _do_metro(self, node: Node, inlet: int, message: Message) -> None:
        node.memory["ticket"] = None
        if _number(message):
            self._ring(node)

    def _do_dspstate(self, node: Node, inlet: int, message: Message) -> None:
        for outlet, value in reversed(list(enumerate([1, 48000.0, 64, 512]))):
            self._out(node, outlet, [value])

    def _do_snapshot(self, node: Node, inlet: int, message: Message) -> None:
        self._out(node, 0, [float(node.memory.get("signal", 0.0))])

    def _do_live(self, node: Node, inlet: int, message: Message) -> None:
        self.seen.append((node.name, inlet, message))
        answer = self.live(node.name, message)
        if answer is not None:
            self._out(node, 0, answer)

    # --- boxes of the player ---

    def _do_textedit(self, node: Node, inlet: int, message: Message) -> None:
        if message[0] == "set":
            node.memory["text"] = " ".join(map(str, message[1:]))
            return
        assert message == BANG, message
        text = node.memory["text"]
        self._out(node, 0, ["text", text] if text != "" else ["text"])

    def _do_comment(self, node: Node, inlet: int, message: Message) -> None:
        assert message[0] == "set", message
        node.memory["text"] = " ".join(map(str, message[1:]))

    def _do_umenu(self, node: Node, inlet: int, message: Message) -> None:
        items = node.memory.setdefault("items", [])
        if message == ["clear"]:
            items.clear()
        else:
            assert message[0] == "append", message
            items.append(" ".join(map(str, message[1:])))

    def _do_ui(self, node: Node, inlet: int, message: Message) -> None:
        if message[0] == "set":
            node.memory["value"] = message[1]
        elif message == ["outputvalue"]:
            self._speak(node)
        else:
            node.memory["value"] = _number(message)
            self._speak(node)

    def _speak(self, node: Node) -> None:
        value = node.memory["value"]
        if node.name in ("live.menu", "live.tab"):
            self._out(node, 1, [node.parameter["parameter_enum"][int(value)]])
            self._out(node, 0, [int(value)])
        else:
            whole = node.parameter.get("parameter_type") in (1, 2)
            self._out(node, 0, [int(value) if whole else float(value)])


def _first_memory(node: Node) -> dict[str, Any]:
    match node.name:
        case "pack":
            return {"values": ["" if arg == "s" else arg for arg in node.args]}
        case "sprintf":
            kinds = re.findall(r"%[-+ 0-9.]*l?([a-z])", node.box["text"])
            return {"values": ["" if kind == "s" else 0 for kind in kinds]}
        case "expr":
            return {"values": [0] * node.box["numinlets"]}
        case "gate":
            return {"open": int(node.args[1]) if len(node.args) > 1 else 0}
        case "change":
            return {"last": [0]}
        case "i" | "f" | "int" | "float":
            return {"value": node.args[0] if node.args else 0}
        case "textedit" | "comment":
            return {"text": node.box.get("text", "")}
    if node.name.startswith("live.") and node.parameter:
        low = node.parameter.get("parameter_mmin", 0)
        return {"value": node.parameter.get("parameter_initial", [low])[0]}
    return {}


_METHOD = {
    **dict.fromkeys(("inlet", "outlet"), "pass"),
    **dict.fromkeys(("i", "f", "int", "float"), "keep"),
    **dict.fromkeys(("+", "*", "%", "=="), "arithmetic"),
    **dict.fromkeys(
        ("live.dial", "live.numbox", "live.slider", "live.text", "live.menu", "live.tab"), "ui"
    ),
    **dict.fromkeys(("led", "number", "flonum"), "ui"),
    **dict.fromkeys(
        ("node.script", "jweb~", "buffer~", "count~", "sig~", "selector~", "live.gain~"), "sink"
    ),
    **dict.fromkeys(("live.path", "live.object", "live.observer"), "live"),
    "zl.iter": "iter",
    "zl.reg": "reg",
    "dspstate~": "dspstate",
    "snapshot~": "snapshot",
}
