"""What a Max for Live device has to do with Live: its number, tempo and transport, clips.

All of it goes through ``live.path`` and its kin, which need no script and work from Live 9 on.
(``plugsync~`` reports a play state that was seen stuck at 0.)
"""

from __future__ import annotations

from daw_bridge.patches.patcher import Box, Patcher, Rect
from daw_bridge.patches.strips import Desk


def identity(prefix: str) -> Patcher:
    """Return the subpatcher that names the device's session after its number in the Live Set.

    Live gives each object a number of its own, so two devices have two sessions and two ports.
    """
    desk = Desk(Patcher(Rect(160, 160, 560, 420)), prefix)
    patcher = desk.patcher
    this = patcher.text("live.thisdevice", 20, 20)
    patcher.chain(this, patcher.text("deferlow", 20, 50), desk.send("ready", 20, 80))
    ask = patcher.message("path this_device", 20, 150)
    path = patcher.text("live.path", 20, 180)
    number = patcher.text("route id", 20, 210)
    patcher.chain(desk.receive("identify", 20, 120), ask, path, number)
    order = patcher.text("t b i i", 20, 240)
    patcher.cord(number, 0, order)
    name = patcher.text("sprintf symout live-%ld", 200, 270)
    patcher.cord(order, 2, name)
    patcher.cord(name, 0, desk.send("session", 200, 300))
    patcher.cord(order, 1, desk.send("instance", 80, 300))
    patcher.cord(order, 0, desk.send("start", 20, 340))
    return patcher


def host(prefix: str) -> Patcher:
    """Return the subpatcher that follows Live's tempo, and its play and stop, where wanted."""
    desk = Desk(Patcher(Rect(180, 180, 760, 480)), prefix)
    patcher = desk.patcher
    begin = patcher.text("t b b", 20, 50)
    patcher.cord(desk.receive("ready", 20, 20), 0, begin)
    ask = patcher.message("path live_set", 20, 110)
    path = patcher.text("live.path", 20, 140)
    patcher.cord(begin, 0, ask)
    patcher.cord(ask, 0, path)
    properties = patcher.text("t b b", 120, 80)
    patcher.cord(begin, 1, properties)
    tempo = _observer(desk, properties, path, "tempo", 140)
    playing = _observer(desk, properties, path, "is_playing", 420)

    kept = patcher.text("f", 140, 260)
    patcher.cord(tempo, 0, kept)
    patcher.cord(desk.receive("host-again", 60, 230), 0, kept)
    gate = patcher.text("gate 1 0", 140, 300)
    patcher.cord(kept, 0, gate, 1)
    follow = patcher.text("t b i", 20, 270)
    patcher.cord(desk.receive("follow-tempo", 20, 200), 0, follow)
    patcher.cord(follow, 1, gate)
    patcher.cord(follow, 0, kept)
    patcher.chain(gate, patcher.text("prepend /magnet/tempo", 140, 340), desk.send("osc", 140, 370))

    state = patcher.text("i", 420, 260)
    patcher.cord(playing, 0, state)
    patcher.cord(desk.receive("host-again", 570, 230), 0, state)
    run = patcher.text("gate 1 0", 420, 300)
    patcher.cord(state, 0, run, 1)
    patcher.cord(desk.receive("follow-transport", 420, 220), 0, run)
    sel = patcher.text("sel 1 0", 420, 340)
    patcher.cord(run, 0, sel)
    for outlet, verb in enumerate(("play", "stop")):
        message = patcher.message(f"/magnet/{verb}", 420 + 120 * outlet, 370)
        patcher.cord(sel, outlet, message)
        patcher.cord(message, 0, desk.send("osc", 420 + 120 * outlet, 400))
    return patcher


def _observer(desk: Desk, properties: Box, path: Box, name: str, x: float) -> Box:
    """Return a ``live.observer`` of a property of the Live Set."""
    patcher = desk.patcher
    message = patcher.message(f"property {name}", x, 110)
    patcher.cord(properties, 1 if name == "tempo" else 0, message)
    observer = patcher.text("live.observer", x, 180, saved_object_attributes={"_persistence": 0})
    patcher.cord(message, 0, observer)
    patcher.cord(path, 0, observer, 1)
    return observer


def clips(prefix: str) -> Patcher:
    """Return the subpatcher that puts the last take into the clip slot that is selected.

    Live 12.0.5 and later can make a clip of a file (``ClipSlot.create_audio_clip``). The slot must
    be empty and on an audio track; what is wrong Live says in Max's console.
    """
    desk = Desk(Patcher(Rect(200, 200, 560, 400)), prefix)
    patcher = desk.patcher
    take = patcher.text("unpack s 0 0. 0 0 s", 20, 50)
    patcher.cord(desk.receive("in.take", 20, 20), 0, take)
    arrived = patcher.text("t b s", 140, 80)
    patcher.cord(take, 5, arrived)
    file = patcher.text("zl.reg", 20, 260)
    patcher.cord(arrived, 1, file, 1)
    auto = patcher.text("gate 1 0", 140, 130)
    patcher.cord(arrived, 0, auto, 1)
    patcher.cord(desk.receive("auto-clip", 300, 80), 0, auto)
    defer = patcher.text("deferlow", 140, 170)
    patcher.cord(auto, 0, defer)
    patcher.cord(desk.receive("to-clip", 260, 140), 0, defer)
    both = patcher.text("t b b", 140, 200)
    patcher.cord(defer, 0, both)
    ask = patcher.message("path live_set view highlighted_clip_slot", 260, 230)
    path = patcher.text("live.path", 260, 260)
    slot = patcher.text("live.object", 20, 330, saved_object_attributes={"_persistence": 0})
    patcher.cord(both, 1, ask)
    patcher.cord(ask, 0, path)
    patcher.cord(path, 0, slot, 1)
    patcher.cord(both, 0, file)
    patcher.chain(file, patcher.text("prepend call create_audio_clip", 20, 295), slot)
    return patcher
