"""magnet-live.maxpat: an instrument panel for Max 8.6 and later.

It shows the state of the server's session and changes it; it stores nothing of its own. When it is
opened it asks for the server's status and sets its dials to that, so that opening it in a set
changes no sound. "Send all" does the opposite, after the server was restarted.
"""

from __future__ import annotations

from functools import partial

from daw_bridge.controls import PARAM_PREFIX, PROMPT, SLOTS, WEIGHT_SUFFIX
from daw_bridge.patches import displays, strips
from daw_bridge.patches.extras import (
    connection,
    send_all,
    takes_keep,
    takes_recall,
)
from daw_bridge.patches.link import link
from daw_bridge.patches.patcher import Json, Parameter, Patcher, Rect
from daw_bridge.patches.sound import OFF, install_button, mixer, road_tab, web
from daw_bridge.patches.spots import Spot, a_button_each, place_controls
from daw_bridge.patches.strips import Desk, Place

PREFIX = "#0-"
WIDTH, HEIGHT = 1016.0, 676.0
_STRIPS_Y = 830.0
_FURNITURE_X = 2420.0

_PANELS = {
    "Prompts": Rect(12, 46, 480, 250),
    "Transport": Rect(502, 46, 250, 84),
    "Time": Rect(502, 140, 250, 156),
    "Audio": Rect(762, 46, 242, 330),
    "Sampling": Rect(12, 306, 480, 196),
    "Stream": Rect(502, 306, 250, 98),
    "Takes": Rect(502, 414, 250, 88),
    "Input": Rect(762, 386, 242, 116),
    "What happens": Rect(12, 512, 480, 152),
    "Server": Rect(502, 512, 502, 152),
}

_SWITCH = {
    PARAM_PREFIX + "level": ("Level: as is", "Level: even"),
    "/magnet/input/record": ("Record", "Recording"),
}


def _dial(x: float, y: float) -> Rect:
    return Rect(x, y, 58, 48)


def _spots() -> dict[str, Spot]:
    """Return the place of each control that has one of its own."""
    button, number, text = strips.button, strips.number, strips.text
    box = partial(number, maxclass="live.numbox")
    sampling = [
        "temperature",
        "top_p",
        "top_k",
        "guidance",
        "guidance_min",
        "slew_s",
        "window_s",
        "prefix_temperature",
        "prefix_top_k",
        "prefix_guidance",
        "context_s",
    ]
    spots = {
        PARAM_PREFIX + name: Spot(number, _dial(24 + 66 * (n % 7), 332 + 56 * (n // 7)))
        for n, name in enumerate(sampling)
    }
    spots |= {
        PROMPT: Spot(text, Rect(82, 72, 398, 22), "One for all", Rect(18, 74, 60, 18)),
        "/magnet/play": Spot(button, Rect(512, 72, 72, 22)),
        "/magnet/stop": Spot(button, Rect(590, 72, 72, 22)),
        "/magnet/again": Spot(button, Rect(668, 72, 74, 22)),
        "/magnet/reset": Spot(
            a_button_each(
                {"now": Rect(512, 100, 112, 22), "bar": Rect(628, 100, 114, 22)},
                {"now": "Reset now", "bar": "Reset at bar"},
            )
        ),
        "/magnet/tempo": Spot(box, Rect(556, 166, 70, 18), "Tempo", Rect(508, 166, 48, 18)),
        "/magnet/chords": Spot(text, Rect(556, 244, 186, 22), "Chords", Rect(508, 246, 48, 18)),
        "/magnet/tap": Spot(button, Rect(668, 164, 74, 22)),
        "/magnet/quantize": Spot(
            strips.menu, Rect(592, 194, 70, 18), "Changes act on", Rect(508, 194, 84, 18)
        ),
        "/magnet/loop": Spot(box, Rect(592, 220, 44, 18), "Loop (bars)", Rect(508, 220, 84, 18)),
        PARAM_PREFIX + "steps": Spot(text, Rect(72, 450, 110, 22), "Steps", Rect(24, 452, 46, 18)),
        PARAM_PREFIX + "seed": Spot(box, Rect(242, 452, 80, 18), "Seed", Rect(200, 452, 40, 18)),
        PARAM_PREFIX + "gain_db": Spot(number, _dial(512, 332)),
        PARAM_PREFIX + "lead_ms": Spot(number, _dial(578, 332)),
        PARAM_PREFIX + "level": Spot(
            partial(strips.switch, texts=_SWITCH[PARAM_PREFIX + "level"]), Rect(652, 346, 90, 22)
        ),
        "/magnet/take/undo": Spot(button, Rect(690, 440, 52, 22)),
        "/magnet/take/list": Spot(button, Rect(690, 468, 52, 22)),
        "/magnet/take/keep": Spot(takes_keep, Rect(512, 440, 60, 22)),
        "/magnet/take/recall": Spot(takes_recall, Rect(570, 468, 112, 22)),
        "/magnet/input/record": Spot(
            partial(strips.switch, texts=_SWITCH["/magnet/input/record"]), Rect(772, 412, 90, 22)
        ),
        "/magnet/input/use": Spot(
            strips.menu, Rect(918, 414, 76, 18), "Use as", Rect(868, 414, 40, 18)
        ),
        "/magnet/token": Spot(text, Rect(570, 600, 170, 22), "Token", Rect(512, 602, 56, 18)),
        "/magnet/status": Spot(button, Rect(758, 566, 76, 22)),
        "/magnet/sync": Spot(box, Rect(900, 602, 80, 18), "Sync", Rect(860, 602, 38, 18)),
    }
    for slot in SLOTS:
        y = 106 + 31 * (slot - 1)
        address = f"{PROMPT}/{slot}"
        spots[address] = Spot(text, Rect(40, y, 318, 22), str(slot), Rect(18, y + 2, 20, 18))
        spots[address + WEIGHT_SUFFIX] = Spot(strips.slider, Rect(366, y - 8, 116, 30))
    return spots


_OF_THE_LINK = {"/magnet/subscribe", "/magnet/session", "/magnet/ping"}


def maxpat() -> Json:
    """Return the patch."""
    patcher = Patcher(Rect(60, 90, WIDTH, HEIGHT), open_in_presentation=True)
    desk = Desk(patcher, PREFIX, follows_server=True)
    for row, (title, rect) in enumerate(_PANELS.items()):
        at = Rect(_FURNITURE_X, 40 + 30 * row, 60, 20)
        patcher.ui("panel", at, rect, background=1)
        shown = Rect(rect.x + 6, rect.y + 4, 160, 20)
        patcher.comment(title, at.moved(70, 0), shown, fontface=1, fontsize=12.0)
    _header(desk)
    _server(desk)
    _audio(desk)
    _events(desk)
    place_controls(desk, _spots(), top=_STRIPS_Y, without=_OF_THE_LINK, room=_room)
    return {"patcher": patcher.as_json()}


def _header(desk: Desk) -> None:
    patcher = desk.patcher
    patcher.comment(
        "magnet-live",
        Rect(_FURNITURE_X, 10, 140, 27),
        Rect(12, 10, 130, 27),
        fontsize=18.0,
        fontface=1,
    )
    displays.lamp(desk, Place(1140, 40, Rect(150, 14, 18, 18)))
    displays.told(desk, "set.state", Place(1240, 40, Rect(176, 14, 120, 20)), "no server yet")
    displays.beat(desk, Place(1480, 40, Rect(502, 14, 250, 20)))
    send_all(desk, Place(1800, 40, Rect(904, 12, 90, 22)))
    desk.patcher.comment(
        "All dials to the server:",
        Rect(1800, 20, 150, 20),
        Rect(770, 14, 134, 20),
        fontsize=10.0,
    )


def _server(desk: Desk) -> None:
    """The connection, what is asked when it stands, and where the server is."""
    patcher = desk.patcher
    patcher.subpatcher("link", link(desk.prefix), 20, 60)
    patcher.subpatcher("mirror", displays.mirror(desk.prefix), 100, 60)
    patcher.comment("OSC: own port, subscribe, ping", Rect(20, 36, 240, 20))
    ask = patcher.text("t b b", 20, 130)
    patcher.cord(desk.receive("connected", 20, 100), 0, ask)
    for outlet, (message, x) in enumerate((("/magnet/take/list", 20), ("/magnet/status", 150))):
        box = patcher.message(message, x, 160)
        patcher.cord(ask, outlet, box)
        patcher.chain(box, desk.send("osc", x, 190))
    connection(
        desk,
        Place(20, 250, Rect(0, 0, 0, 0)),
        host=Rect(570, 540, 110, 22),
        osc_port=Rect(740, 542, 52, 18),
        http_port=Rect(850, 542, 52, 18),
        session=Rect(570, 568, 110, 22),
    )
    captions = {
        "Host": Rect(512, 542, 56, 18),
        "OSC": Rect(700, 542, 38, 18),
        "Web": Rect(812, 542, 36, 18),
        "Session": Rect(512, 570, 56, 18),
    }
    for row, (text, rect) in enumerate(captions.items()):
        displays.label(desk, text, rect, (_FURNITURE_X + 200, 40 + 26 * row))
    patcher.comment(
        "A dial follows the server until it is turned. Numbers are floats; 0 in Tempo leaves it to "
        "the words. Hover over anything: its range and its OSC address.",
        Rect(_FURNITURE_X + 200, 220, 300, 50),
        Rect(512, 628, 486, 34),
        fontsize=10.0,
    )


def _audio(desk: Desk) -> None:
    """Both roads, which one is heard, and how loud."""
    patcher = desk.patcher
    road_tab(desk, Rect(620, 40, 150, 22), Rect(772, 72, 222, 22), OFF, ("Max 8", "Max 9"))
    jweb = web(desk, Rect(772, 122, 168, 92), 560, 120)
    gain = patcher.ui(
        "live.gain~",
        Rect(620, 640, 48, 60),
        Rect(946, 118, 48, 128),
        Parameter(long="Volume", short="Volume", low=-70, high=6, initial=-6.0, unit="dB"),
        lastchannelcount=0,
    )
    mixer(desk, jweb, 560, 490, gain)
    dac = patcher.ui("ezdac~", Rect(620, 720, 45, 45), Rect(895, 332, 34, 34))
    patcher.cord(gain, 0, dac)
    patcher.cord(gain, 1, dac, 1)
    displays.told(desk, "road-text", Place(980, 60, Rect(768, 98, 232, 20)), "No road is taken.")
    install_button(desk, Rect(800, 40, 130, 20), Rect(772, 246, 120, 20), "Install node client")
    helps = {
        "Takes, Max 8: whole bars as WAV files, swapped on the bar.": Rect(768, 268, 232, 32),
        "Live page, Max 9: jweb~, the stream itself. Click it if it is silent.": Rect(
            768, 300, 232, 32
        ),
        "Audio on:": Rect(832, 340, 62, 20),
        "Recall": Rect(508, 470, 60, 18),
    }
    for row, (text, rect) in enumerate(helps.items()):
        displays.label(desk, text, rect, (_FURNITURE_X + 200, 300 + 50 * row))


def _events(desk: Desk) -> None:
    """What the server says."""
    y = 360.0
    captions = {"Done": 538, "Refused": 562, "Model": 586, "Words": 610, "Takes": 634}
    for row, (text, at) in enumerate(captions.items()):
        displays.label(desk, text, Rect(18, at, 60, 18), (_FURNITURE_X + 380, 40 + 26 * row))
    displays.latency(desk, Rect(308, 537, 52, 20), Place(1000, y, Rect(80, 538, 220, 20)))
    displays.label(desk, "ms", Rect(362, 538, 26, 18), (_FURNITURE_X + 460, 40))
    displays.label(desk, "Gaps", Rect(394, 538, 34, 18), (_FURNITURE_X + 460, 70))
    displays.gaps(desk, Place(1290, y, Rect(430, 537, 54, 20)))
    displays.failures(desk, Place(1420, y, Rect(80, 562, 408, 20)))
    displays.written(
        desk, "in.worker", "s s", "%s %s", (0, 1), Place(1640, y, Rect(80, 586, 408, 20))
    )
    displays.written(
        desk,
        "in.words",
        "s",
        "not known to the model: %s",
        (0,),
        Place(1880, y, Rect(80, 610, 408, 20)),
    )
    displays.written(
        desk,
        "in.take",
        "s 0 0.",
        "%s  %ld bars  %.2f bpm",
        (0, 1, 2),
        Place(1000, y + 190, Rect(80, 634, 408, 20)),
    )
    displays.written(
        desk,
        "in.tempo",
        "s 0. s",
        "%s %.1f bpm %s",
        (0, 1, 2),
        Place(1300, y + 190, Rect(508, 268, 238, 20)),
    )
    displays.written(
        desk,
        "in.input",
        "s 0.",
        "Input %s, %.1f s",
        (0, 1),
        Place(1600, y + 190, Rect(768, 444, 228, 20)),
    )
    displays.written(
        desk,
        "in.lead",
        "0.",
        "Lead now %.0f ms",
        (0,),
        Place(1880, y + 190, Rect(508, 382, 150, 20)),
    )


def _room(index: int) -> Rect:
    """Return a place below all others for a control that this file does not know yet."""
    return Rect(24 + 66 * (index % 14), HEIGHT + 20 + 56 * (index // 14), 58, 48)
