"""magnet-live.amxd: the Max for Live device, an audio effect.

What comes in goes out, and the music of the device's own session is added to it. Every parameter
is stored in the Live Set, can be automated and mapped, and stands on Push; so here the Set is right
and not the server: when the server answers, for the first time or after a restart, all parameters
are sent. Two devices are two sessions of the server.

The sampling dials are the exception: what a model does best with is the model's own until a dial is
turned, or until "Own sampling" is on.
"""

from __future__ import annotations

from functools import partial

from daw_bridge.controls import PARAM_PREFIX, PROMPT, SLOTS, WEIGHT_SUFFIX
from daw_bridge.patches import displays, strips
from daw_bridge.patches.amxd import DeviceKind, project
from daw_bridge.patches.extras import connection, takes_keep, takes_recall
from daw_bridge.patches.link import link
from daw_bridge.patches.live_set import clips, host, identity
from daw_bridge.patches.patcher import DEVICE_HEIGHT, ENUM, Box, Json, Parameter, Patcher, Rect
from daw_bridge.patches.sound import TAKES, install_button, mixer, road_tab, web
from daw_bridge.patches.spots import Spot, a_button_each, place_controls
from daw_bridge.patches.strips import Desk, Place

PREFIX = "---"
WIDTH = 872.0
_STRIPS_Y = 930.0
_FURNITURE_X = 2420.0

BANKS = (
    ("Words", [f"Prompt {number} Weight" for number in SLOTS]),
    (
        "Stream",
        ["Play", "Stop", "Another Take", "Tempo", "Loop Bars", "Quantize", "Stream Gain", "Volume"],
    ),
    (
        "Sampling",
        [
            "Temperature",
            "Top P",
            "Top K",
            "Guidance",
            "Guidance End",
            "Seed",
            "Own Sampling",
            "Slew",
        ],
    ),
    (
        "Prefix",
        ["Prefix Temperature", "Prefix Top K", "Prefix Guidance", "Window", "Context", "Lead"],
    ),
)

_NOT_HERE = {  # the link's, or of no use where Live stores the values
    "/magnet/subscribe",
    "/magnet/session",
    "/magnet/ping",
    "/magnet/status",
    "/magnet/sync",
    "/magnet/token",
    "/magnet/take/list",
    PROMPT,
}
_DIALS = (  # of the sampling, in two rows
    "temperature",
    "top_p",
    "top_k",
    "guidance",
    "guidance_min",
    "prefix_temperature",
    "prefix_top_k",
    "prefix_guidance",
    "window_s",
    "context_s",
)


def _spots() -> dict[str, Spot]:
    """Return the place of each control that is seen."""
    text, dial, menu = strips.text, strips.number, strips.menu
    box, keep = partial(dial, maxclass="live.numbox"), partial(takes_keep, bars_width=28)
    level = partial(strips.switch, texts=("Level as is", "Level even"))
    record = partial(strips.switch, texts=("Record", "Stop rec"))
    resets = {"now": Rect(6, 102, 48, 18), "bar": Rect(58, 102, 48, 18)}
    spots = {
        "/magnet/play": Spot(partial(strips.button, text="Play"), Rect(6, 58, 48, 18)),
        "/magnet/stop": Spot(partial(strips.button, text="Stop"), Rect(58, 58, 48, 18)),
        "/magnet/again": Spot(partial(strips.button, text="Again"), Rect(6, 80, 48, 18)),
        "/magnet/tap": Spot(partial(strips.button, text="Tap"), Rect(58, 80, 48, 18)),
        "/magnet/reset": Spot(a_button_each(resets, {"now": "Reset", "bar": "At bar"})),
        "/magnet/tempo": Spot(box, Rect(388, 50, 54, 15), "Tempo", Rect(344, 49, 44, 17)),
        "/magnet/loop": Spot(box, Rect(408, 70, 34, 15), "Loop bars", Rect(346, 69, 60, 17)),
        "/magnet/quantize": Spot(menu, Rect(396, 91, 46, 15), "Changes", Rect(344, 90, 52, 17)),
        "/magnet/chords": Spot(text, Rect(164, 129, 176, 19), "Chords", Rect(112, 129, 52, 18)),
        "/magnet/input/record": Spot(record, Rect(676, 86, 50, 18)),
        "/magnet/input/use": Spot(menu, Rect(730, 87, 62, 15)),
        "/magnet/take/keep": Spot(keep, Rect(676, 24, 36, 18)),
        "/magnet/take/recall": Spot(takes_recall, Rect(676, 44, 116, 18)),
        "/magnet/take/undo": Spot(partial(strips.button, text="Undo"), Rect(750, 24, 42, 18)),
        PARAM_PREFIX + "steps": Spot(text, Rect(486, 106, 84, 18), "Steps", Rect(450, 107, 36, 17)),
        PARAM_PREFIX + "seed": Spot(box, Rect(606, 108, 60, 15), "Seed", Rect(574, 107, 32, 17)),
        PARAM_PREFIX + "level": Spot(level, Rect(562, 128, 106, 18)),
        PARAM_PREFIX + "slew_s": Spot(dial, Rect(344, 114, 34, 48)),
        PARAM_PREFIX + "lead_ms": Spot(dial, Rect(379, 114, 34, 48)),
        PARAM_PREFIX + "gain_db": Spot(dial, Rect(414, 114, 34, 48)),
    }
    for n, name in enumerate(_DIALS):
        spots[PARAM_PREFIX + name] = Spot(dial, Rect(452 + 44 * (n % 5), 3 + 50 * (n // 5), 44, 48))
    for n in SLOTS:
        y, address = 21 * n - 18, f"{PROMPT}/{n}"
        spots[address] = Spot(text, Rect(128, y, 150, 19), str(n), Rect(112, y, 16, 18))
        spots[address + WEIGHT_SUFFIX] = Spot(strips.slider, Rect(280, y, 60, 20))
    return spots


def device() -> Json:
    """Return the patch of the device, with its project block."""
    patcher = Patcher(Rect(80, 100, 1200, 800), open_in_presentation=True, device_width=WIDTH)
    desk = Desk(patcher, PREFIX, stores=True)
    for row, x in enumerate((112, 342, 450, 673)):
        at = Rect(_FURNITURE_X, 40 + 30 * row, 60, 20)
        line = Rect(x, 6, 1, DEVICE_HEIGHT - 12)
        patcher.ui("panel", at, line, background=1, bgcolor=displays.GREY)
    _header(desk)
    _connection(desk)
    _sound(desk)
    _host(desk)
    place_controls(desk, _spots(), top=_STRIPS_Y, without=_NOT_HERE, room=lambda _: None)
    body = patcher.as_json(BANKS) | {"project": project(DeviceKind.AUDIO_EFFECT)}
    return {"patcher": body}


def _header(desk: Desk) -> None:
    y = 300.0
    desk.patcher.comment(
        "magnet-live",
        Rect(_FURNITURE_X, 10, 120, 20),
        Rect(22, 1, 86, 19),
        fontsize=11.0,
        fontface=1,
    )
    displays.lamp(desk, Place(20, y, Rect(8, 6, 12, 12)))
    displays.told(desk, "session", Place(100, y, Rect(2, 20, 106, 18)), "not in a Live Set")
    displays.written(desk, "in.worker", "s s", "%s %s", (0, 1), Place(340, y, Rect(2, 38, 106, 18)))
    displays.beat(desk, Place(580, y, Rect(114, 148, 168, 18)))
    displays.latency(desk, Rect(284, 150, 34, 16), Place(860, y, None))
    displays.label(desk, "ms", Rect(318, 148, 24, 18), (_FURNITURE_X, 180))
    displays.failures(desk, Place(1180, y, Rect(450, 148, 220, 18)))


def _connection(desk: Desk) -> None:
    """The link; when it stands, everything is sent, and Live's tempo and play state after it."""
    patcher = desk.patcher
    patcher.subpatcher("identity", identity(desk.prefix), 20, 60)
    patcher.subpatcher("link", link(desk.prefix, numbered=True), 140, 60)
    patcher.comment("A session and a port of its own", Rect(20, 30, 240, 20))
    then = patcher.text("t b b b", 20, 130)
    patcher.cord(desk.receive("connected", 20, 100), 0, then)
    says = [patcher.message("outputvalue", x, 160) for x in (220, 110)]
    patcher.cord(then, 2, says[0])
    patcher.cord(says[0], 0, desk.send("push", 220, 190))
    own = patcher.text("gate 1 0", 110, 190)
    patcher.cord(then, 1, says[1])
    patcher.cord(says[1], 0, own, 1)
    patcher.cord(own, 0, desk.send("push.own", 110, 220))
    patcher.cord(then, 0, desk.send("host-again", 20, 250))
    switch = _switch(
        desk,
        Place(320, 100, Rect(452, 128, 106, 18)),
        ("Model's sampling", "Own sampling"),
        "Own Sampling",
        "On: the sampling dials are sent when the server answers. Off: the model's own values, "
        "until a dial is turned.",
    )
    patcher.cord(switch, 0, own)
    _wake(desk, switch, 320, 60)
    # A session that nobody heard for long is closed: whoever listens again finds the Set's values.
    patcher.chain(desk.receive("road-ready", 480, 130), desk.send("connected", 480, 160))
    wake = patcher.message("outputvalue", 20, 480)
    patcher.chain(desk.receive("ready", 20, 450), wake, desk.send("wake", 20, 510))
    connection(
        desk,
        Place(20, 580, None),
        host=Rect(6, 124, 100, 18),
        osc_port=Rect(6, 147, 46, 15),
        http_port=Rect(60, 147, 46, 15),
        session=None,
    )


def _wake(desk: Desk, box: Box, x: float, y: float) -> None:
    """Let a box say its value when the device is loaded: what it opens is closed until then."""
    desk.patcher.cord(desk.receive("wake", x, y), 0, box)


def _switch(
    desk: Desk, place: Place, texts: tuple[str, str], long: str, info: str, on: int = 0
) -> Box:
    return desk.patcher.ui(
        "live.text",
        Rect(place.x, place.y, 110, 20),
        place.show,
        Parameter(
            long=long, short=long[:10], kind=ENUM, choices=("off", "on"), initial=on, info=info
        ),
        mode=1,
        text=texts[0],
        texton=texts[1],
    )


def _sound(desk: Desk) -> None:
    """What comes in goes out; the road that is chosen is added, through the fader."""
    patcher = desk.patcher
    hosts = ("Live 10 and later", "Live 12")
    tab = road_tab(desk, Rect(1460, 40, 180, 20), Rect(676, 4, 116, 16), TAKES, hosts)
    _wake(desk, tab, 1380, 10)
    jweb = web(desk, Rect(676, 108, 150, 38), 1460, 120)
    gain = patcher.ui(
        "live.gain~",
        Rect(1600, 630, 48, 136),
        Rect(800, 2, 64, 104),
        Parameter(
            long="Volume",
            short="Volume",
            low=-70,
            high=6,
            initial=0.0,
            unit="dB",
            info="Loudness of the music in this device; what comes in is not changed.",
        ),
        lastchannelcount=0,
    )
    mixer(desk, jweb, 1460, 490, gain)
    source = patcher.text("plugin~", 1720, 640)
    sink = patcher.text("plugout~", 1700, 830)
    for channel in (0, 1):
        total = patcher.text("+~", 1700 + 60 * channel, 790)
        patcher.cord(source, channel, total)
        patcher.cord(gain, channel, total, 1)
        patcher.cord(total, 0, sink, channel)
    patcher.comment("Passed through, with the music added", Rect(1720, 610, 260, 20))
    displays.told(desk, "road-text", Place(1220, 40, Rect(674, 148, 192, 18)), "No road yet.")
    install_button(desk, Rect(1700, 40, 60, 20), Rect(830, 118, 36, 18), "Setup")


def _host(desk: Desk) -> None:
    """Live's tempo and transport, and its clips."""
    patcher = desk.patcher
    patcher.subpatcher("host", host(desk.prefix), 1980, 60)
    patcher.subpatcher("clips", clips(desk.prefix), 2060, 60)
    for column, (bus, show, texts, long, info) in enumerate(
        (
            (
                "follow-tempo",
                Rect(346, 4, 96, 18),
                ("Own tempo", "Live's tempo"),
                "Follow Tempo",
                "On: Live's tempo, at once and at every change.",
            ),
            (
                "follow-transport",
                Rect(346, 26, 96, 18),
                ("Own start", "Live's start"),
                "Follow Transport",
                "On: plays when Live plays and stops when it stops.",
            ),
            (
                "auto-clip",
                Rect(730, 64, 62, 18),
                ("Auto clip", "Auto clip"),
                "Auto Clip",
                "On: every take that is kept becomes a clip in the slot that is selected.",
            ),
        )
    ):
        x = 1980 + 150 * column
        on = 1 if bus == "follow-tempo" else 0
        switch = _switch(desk, Place(x, 120, show), texts, long, info, on)
        patcher.chain(switch, desk.send(bus, x, 150))
        _wake(desk, switch, x, 90)
    clip = strips.push_button(
        desk,
        Rect(1980, 200, 80, 20),
        Rect(676, 64, 50, 18),
        "To clip",
        long="Take To Clip",
        short="To clip",
        info="Puts the last take into the clip slot that is selected (Live 12.0.5 and later; "
        "an empty slot of an audio track).",
    )
    patcher.chain(clip, desk.send("to-clip", 1980, 230))
