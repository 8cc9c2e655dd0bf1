"""The patches, run: what a turned dial, a typed word and a clicked button send to the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from max_machine import MaxMachine, Node

from daw_bridge.controls import BY_ADDRESS, CONTROLS, PARAM_PREFIX, SLOTS, validate
from daw_bridge.messages import encode_osc
from daw_bridge.patches.device import _NOT_HERE, device
from daw_bridge.patches.maxpat import maxpat

PATCHES = {"maxpat": json.loads(json.dumps(maxpat())), "device": json.loads(json.dumps(device()))}
SESSIONS = {"maxpat": "main", "device": "live-7"}
BOTH = pytest.mark.parametrize("which", PATCHES)
DIALS = ("live.dial", "live.numbox", "live.slider")
LIVE_NUMBER = 7


def live_api(name: str, message: list[Any]) -> list[Any] | None:
    """Live, as far as live.path goes: each path is an object with a number."""
    numbers = {"this_device": LIVE_NUMBER, "live_set": 1, "highlighted_clip_slot": 99}
    return ["id", numbers[message[-1]]] if message[0] == "path" else None


def opened(which: str, *, connected: bool = True) -> MaxMachine:
    """Return a patch that was opened and, where wanted, heard its first pong."""
    machine = MaxMachine(PATCHES[which], random=lambda count: 4321)
    machine.live = live_api
    machine.open()
    if connected:
        machine.receive("/magnet/pong", "")
        machine.sent.clear()
    return machine


def controls_sent(machine: MaxMachine) -> list[list[Any]]:
    """Return and forget what was sent; check that the server takes every word of it."""
    messages = [message for message in machine.sent if str(message[0]).startswith("/")]
    for address, *args in messages:
        validate(address, args)
        encode_osc(address, args)
    machine.sent.clear()
    return messages


def reaches_osc(node: Node) -> bool:
    """Return whether what a box says goes to the server at once."""
    hot = [hearer for cords in node.outs for *_, hearer, inlet in cords if inlet == 0]
    return any(
        str(h.args[0]).endswith("-osc") if h.name == "s" else reaches_osc(h)
        for h in hot
        if h.name not in _PRODUCERS
    )


_PRODUCERS = ("udpsend", "node.script", "buffer~")


@BOTH
def test_every_dial_at_its_ends_and_its_start_sends_what_the_server_takes(which: str) -> None:
    machine = opened(which)
    addresses = set()
    for node in [n for name in DIALS for n in machine.all(name) if reaches_osc(n)]:
        limits = node.parameter
        values = limits["parameter_mmin"], limits["parameter_mmax"], *limits["parameter_initial"]
        for value in values:
            machine.put(node.long, value)
            sent = controls_sent(machine)
            assert len(sent) == 1, (node.long, value, sent)
            addresses.add(sent[0][0])
            if not node.long.endswith("Weight"):
                assert sent[0][1] == pytest.approx(value), node.long
    numbers = {a for a in BY_ADDRESS if a.startswith(PARAM_PREFIX)}
    assert numbers - addresses == {PARAM_PREFIX + "steps", PARAM_PREFIX + "level"}


@given(which=st.sampled_from(sorted(PATCHES)), data=st.data())
def test_any_position_of_any_dial_is_taken(which: str, data: st.DataObject) -> None:
    """Also between 0 and 20 bpm, and where a dial is a float and the control is not."""
    machine = _WARM[which]
    dials = [n for name in DIALS for n in machine.all(name) if reaches_osc(n)]
    node = data.draw(st.sampled_from(dials))
    low, high = node.parameter["parameter_mmin"], node.parameter["parameter_mmax"]
    machine.put(node.long, data.draw(st.floats(low, high, width=32, allow_subnormal=False)))
    assert len(controls_sent(machine)) == 1


_WARM = {which: opened(which) for which in PATCHES}


@BOTH
@pytest.mark.parametrize("text", ["", "warm pads, 128 bpm", "128", "3.5", "größe ♭", "x" * 2000])
def test_typed_text_arrives_as_one_string(which: str, text: str) -> None:
    machine = opened(which)
    for number in SLOTS:
        machine.put(f"Prompt {number}" if which == "device" else _hint(number), text)
        assert controls_sent(machine) == [[f"/magnet/prompt/{number}", text]]


def _hint(number: int) -> str:
    from daw_bridge.patches.names import info

    return info(BY_ADDRESS[f"/magnet/prompt/{number}"])


@BOTH
def test_a_weight_is_sent_without_the_text_beside_it_and_the_text_without_it(which: str) -> None:
    """A fader that moves, or is automated, sends no words: nobody wonders which are in the slot."""
    machine = opened(which)
    machine.put("Prompt 3" if which == "device" else _hint(3), "bass")
    assert controls_sent(machine) == [["/magnet/prompt/3", "bass"]]
    machine.put("Prompt 3 Weight", 0.25)
    assert controls_sent(machine) == [["/magnet/prompt/3/weight", 0.25]]
    machine.put("Prompt 3" if which == "device" else _hint(3), "no bass")
    assert controls_sent(machine) == [["/magnet/prompt/3", "no bass"]]


@BOTH
def test_every_button_switch_and_menu_sends_what_the_server_takes(which: str) -> None:
    machine = opened(which)
    for node in machine.all("live.text"):
        if reaches_osc(node):
            for value in (0, 1) if node.box["mode"] == 1 else (1,):
                machine.put(node.long, value)
                assert len(controls_sent(machine)) == 1, node.long
    for node in machine.all("live.menu"):
        for index, word in enumerate(node.parameter["parameter_enum"]):
            machine.put(node.long, index)
            assert controls_sent(machine)[0][1] == word


@BOTH
def test_every_control_of_the_table_can_be_reached(which: str) -> None:
    """Nothing in the table is forgotten; what a device leaves out is named in it."""
    machine = opened(which, connected=False)
    machine.advance(4000)
    for node in machine._nodes:
        if node.name in (*DIALS, "live.menu", "live.text") and reaches_osc(node):
            machine.put(node.long, node.memory["value"])
        elif node.name == "textedit" and reaches_osc(node):
            machine.put(node.long or node.box["hint"], "20")
        elif node.name == "umenu":
            machine.put(node.box["hint"], "a take")
    machine.receive("/magnet/pong", "")
    reached = {message[0] for message in controls_sent(machine)}
    wanted = {control.address for control in CONTROLS}
    if which == "device":
        wanted -= _NOT_HERE - {"/magnet/subscribe", "/magnet/session", "/magnet/ping"}
    assert reached >= wanted, wanted - reached


@BOTH
def test_it_subscribes_at_once_and_again_until_it_is_answered(which: str) -> None:
    machine = opened(which, connected=False)
    machine.advance(100)
    greeting = [["/magnet/session", SESSIONS[which]], ["/magnet/subscribe"], ["/magnet/ping"]]
    port = machine.receive_ports[-1]
    greeting[1].append(port)
    if which == "device":
        assert port == 20000 + LIVE_NUMBER
    assert controls_sent(machine)[-3:] == greeting
    machine.advance(2000)
    assert controls_sent(machine)[-3:] == greeting
    machine.receive("/magnet/pong", "")
    controls_sent(machine)
    machine.advance(2000)
    assert controls_sent(machine) == [["/magnet/ping"]]


@BOTH
def test_a_server_that_falls_silent_is_noticed_and_greeted_again(which: str) -> None:
    machine = opened(which)
    lamp = machine.all("led")[0]
    assert lamp.memory["value"] == 1
    machine.advance(4900)
    assert lamp.memory["value"] == 1
    machine.advance(3000)
    assert lamp.memory["value"] == 0
    controls_sent(machine)
    machine.advance(2000)
    assert "/magnet/subscribe" in {message[0] for message in controls_sent(machine)}


@BOTH
def test_a_port_that_nothing_comes_back_to_is_left(which: str) -> None:
    """Another program has it, or two patches took the same: after four pings another is tried."""
    machine = opened(which, connected=False)
    first = machine.receive_ports[-1]
    machine._random = lambda count: 1234
    machine.advance(9000)
    assert machine.receive_ports[-1] == 21234 != first
    machine.advance(2000)
    assert ["/magnet/subscribe", 21234] in controls_sent(machine)


@BOTH
def test_what_dials_say_while_it_loads_is_held_back(which: str) -> None:
    machine = opened(which, connected=False)
    machine.sent.clear()
    machine.put("Temperature", 5.0)
    machine.put("Play", 1)
    assert controls_sent(machine) == []
    machine.advance(3000)
    controls_sent(machine)
    machine.put("Play", 1)
    assert controls_sent(machine) == [["/magnet/play"]]


def test_the_patch_asks_and_shows_what_the_server_says_and_sends_nothing_of_its_own() -> None:
    machine = MaxMachine(PATCHES["maxpat"])
    machine.open()
    machine.receive("/magnet/pong", "")
    asked = controls_sent(machine)
    assert ["/magnet/status"] in asked
    assert not {m[0] for m in asked} & {c.address for c in CONTROLS if c.setting}
    status = ["state", "playing", "tempo", 97.0, "temperature", 1.5, "quantize", "bar", "loop", 8]
    status += ["prompt/2", "soft pads", "prompt/2/weight", 0.5, "steps", "8,4,4,4", "level", 0]
    machine.receive("/magnet/status.reply", "session", "main", *status)
    assert controls_sent(machine) == []
    shown = {"Tempo": 97.0, "Temperature": 1.5, "Quantize": 2, "Loop Bars": 8, "Even Level": 0}
    assert {name: machine.value(name) for name in shown} == shown
    assert machine.value(_hint(2)) == "soft pads"
    assert machine.after("#0-set.state").memory["text"] == "playing"
    machine.put("Prompt 2 Weight", 0.75)
    assert controls_sent(machine) == [["/magnet/prompt/2/weight", 0.75]]


def test_send_all_sends_every_setting_once_and_empties_no_slot() -> None:
    machine = opened("maxpat")
    machine.put("Send All", 1)
    addresses = [message[0] for message in controls_sent(machine)]
    wanted = {c.address for c in CONTROLS if c.setting} - {"/magnet/prompt"}
    assert sorted(addresses) == sorted(wanted)


def test_the_device_sends_the_sets_values_when_a_server_answers_and_not_the_models_own() -> None:
    machine = MaxMachine(PATCHES["device"])
    machine.live = live_api
    machine.open()
    machine.put("Stream Gain", -3.0)
    machine.put("Prompt 1", "techno")
    machine.sent.clear()
    machine.receive("/magnet/pong", "")
    sent = {message[0]: message[1:] for message in controls_sent(machine)}
    assert sent[PARAM_PREFIX + "gain_db"] == [-3.0]
    assert sent["/magnet/prompt/1"] == ["techno"]
    assert sent["/magnet/prompt/1/weight"] == [1.0]
    assert PARAM_PREFIX + "temperature" not in sent
    machine.put("Own Sampling", 1)
    machine.put("Temperature", 2.0)
    machine.advance(6000)
    controls_sent(machine)
    machine.receive("/magnet/pong", "")
    sent = {message[0]: message[1:] for message in controls_sent(machine)}
    assert sent[PARAM_PREFIX + "temperature"] == [2.0]
    (node,) = machine.all("node.script")
    machine.say(node, "ready", 48000, 2, "live-7")  # nobody heard it: it may be a new session
    sent = {message[0]: message[1:] for message in controls_sent(machine)}
    assert sent[PARAM_PREFIX + "gain_db"] == [-3.0]


def test_answers_and_refusals_are_shown() -> None:
    for which, prefix in (("maxpat", "#0-"), ("device", "---")):
        machine = opened(which)
        machine.receive("/magnet/done", "/magnet/subscribe", 1, 0.5, "0")
        latency = machine.all("flonum")[0]
        assert "value" not in latency.memory  # the link's own traffic is not news
        machine.receive("/magnet/done", "/magnet/prompt/1", 2, 0.375, "48000")
        assert latency.memory["value"] == 375.0
        machine.receive("/magnet/fail", "/magnet/loop", 3, "bars is 99")
        shown = machine.after(f"{prefix}in.fail").memory["text"]
        assert shown == "/magnet/loop: bars is 99"
        machine.receive("/magnet/event/worker", "restarting", "it was lost")
        assert machine.after(f"{prefix}in.worker").memory["text"] == "restarting it was lost"
        machine.receive("/magnet/event/beat", 3, 7, 127.94, "96000")
        shown = machine.after(f"{prefix}in.beat").memory["text"]
        assert shown == "beat 4  bar 8  127.9 bpm"


def test_kept_takes_come_into_the_menu_and_can_be_recalled() -> None:
    for which in PATCHES:
        machine = opened(which)
        menu = machine.all("umenu")[0]
        machine.receive("/magnet/take/list.reply", "one", "two words")
        machine.receive("/magnet/event/take", "three", 4, 128.0, 240000, 32000, "/t/three.wav")
        assert menu.memory["items"] == ["one", "two words", "three"]
        machine.receive("/magnet/take/list.reply")
        machine.put(menu.box["hint"], "two words")
        assert controls_sent(machine) == [["/magnet/take/recall", "two words"]]
        machine.put("Keep Bars", 8)
        assert controls_sent(machine) == []
        machine.put("Take Keep", 1)
        assert controls_sent(machine) == [["/magnet/take/keep", 8]]


def test_lives_tempo_and_transport_are_followed_where_wanted() -> None:
    machine = opened("device")
    tempo, playing = machine.all("live.observer")
    if ["property", "tempo"] not in [m for n, i, m in machine.seen if n == "live.observer"]:
        raise AssertionError(machine.seen)
    assert (tempo.box["id"], playing.box["id"]) == _observers(machine)
    controls_sent(machine)  # a new device follows the tempo, and not the transport
    machine.say(tempo, 127.3)
    assert controls_sent(machine) == [["/magnet/tempo", 127.3]]
    machine.say(playing, 1)
    assert controls_sent(machine) == []
    machine.put("Follow Transport", 1)
    machine.say(playing, 0)
    machine.say(playing, 1)
    assert controls_sent(machine) == [["/magnet/stop"], ["/magnet/play"]]
    machine.put("Follow Tempo", 0)
    machine.say(tempo, 90.0)
    assert controls_sent(machine) == []
    machine.put("Follow Tempo", 1)
    assert controls_sent(machine) == [["/magnet/tempo", 90.0]]
    machine.advance(6000)
    machine.sent.clear()
    machine.receive("/magnet/pong", "")
    assert controls_sent(machine)[-2:] == [["/magnet/tempo", 90.0], ["/magnet/play"]]


def _observers(machine: MaxMachine) -> tuple[str, str]:
    """Return the ids of the observers of tempo and play state, by the message box before each."""
    found = {}
    for node in machine.all("message"):
        if str(node.box["text"]).startswith("property "):
            found[node.box["text"].split()[1]] = node.outs[0][0][2].box["id"]
    return found["tempo"], found["is_playing"]


def test_a_take_becomes_a_clip_in_the_slot_that_is_selected() -> None:
    machine = opened("device")
    take = ("/magnet/event/take", "three", 4, 128.0, 240000, 32000, "/music/my takes/three.wav")
    machine.receive(*take)
    calls = [m for name, _, m in machine.seen if name == "live.object"]
    assert calls == []
    machine.put("Take To Clip", 1)
    calls = [m for name, _, m in machine.seen if name == "live.object"]
    create = ["call", "create_audio_clip", "/music/my takes/three.wav"]
    assert calls == [["id", 99], create]
    machine.put("Auto Clip", 1)
    machine.receive(*take)
    assert [m for name, _, m in machine.seen if name == "live.object"] == 2 * calls


def test_two_devices_have_sessions_ports_and_names_of_their_own() -> None:
    """Live replaces ``---`` by a number of each device; what has no ``---`` would be shared."""
    shared = [
        str(node.args[0])
        for node in opened("device")._nodes
        if node.name in ("s", "r", "buffer~", "index~") and not str(node.args[0]).startswith("---")
    ]
    assert shared == []
    machines = []
    for number in (7, 8):
        machine = MaxMachine(PATCHES["device"], random=lambda count: 0)
        machine.live = lambda name, message, number=number: (
            ["id", number] if message == ["path", "this_device"] else live_api(name, message)
        )
        machine.open()
        machines.append(machine)
    assert [machine.receive_ports[-1] for machine in machines] == [20007, 20008]
    sessions = [m for machine in machines for m in machine.sent if m[0] == "/magnet/session"]
    assert sessions == [["/magnet/session", "live-7"], ["/magnet/session", "live-8"]]
