"""The two roads of audio into a patch.

Takes (Max 8 and later): the node client streams from the server, writes whole bars to WAV files,
and two buffers take turns: one plays, the other loads. A sample counter drives both, and which of
the two is heard is latched by the sample on which the counter starts over, so that a new take
begins exactly on the bar, however late Max's scheduler is; 5 ms of crossfade hide the seam.

Live (Max 9): ``jweb~`` opens the console's embed page, which plays the stream itself, and its audio
leaves as signals. Max 8 has no ``jweb~``; there the box stays empty and the takes play.
"""

from __future__ import annotations

from daw_bridge.patches.patcher import ENUM, Box, Parameter, Patcher, Rect
from daw_bridge.patches.strips import Desk, push_button

ROADS = ("Off", "Takes", "Live")
OFF, TAKES, LIVE = range(3)
CLIENT = "magnet-live-client.js"
FADE_SAMPLES = 240


def takes(prefix: str) -> Patcher:
    """Return the subpatcher of the takes: two signal outlets."""
    desk = Desk(Patcher(Rect(140, 140, 1180, 900)), prefix)
    patcher = desk.patcher
    node = patcher.text(
        f"node.script {CLIENT} @autostart 0 @watch 0",
        20,
        330,
        saved_object_attributes={
            "autostart": 0,
            "defer": 0,
            "node_bin_path": "",
            "npm_bin_path": "",
            "watch": 0,
        },
    )
    route = patcher.text("route status replace swap note ready", 20, 370)
    patcher.cord(node, 0, route)
    _start(desk, node, route)
    playing = _player(desk, route)
    for index, box in enumerate(playing, start=1):
        outlet = patcher.outlet(index, 560 + 320 * (index - 1), 850, ("left", "right")[index - 1])
        patcher.cord(box, 0, outlet)
    return patcher


def _start(desk: Desk, node: Box, route: Box) -> None:
    """Start the client when this road is taken, and connect when it says that it runs."""
    patcher = desk.patcher
    road = desk.receive("road", 20, 20)
    sel = patcher.text(f"sel {TAKES}", 20, 50)
    patcher.cord(road, 0, sel)
    begin = patcher.message("script start", 20, 80)
    patcher.chain(sel, begin, node)
    end = patcher.message("script stop", 120, 80)
    patcher.cord(sel, 1, end)
    patcher.cord(end, 0, node)
    patcher.chain(
        desk.receive("npm", 220, 50), patcher.message("script npm install", 220, 80), node
    )

    status = patcher.text("t l l", 20, 410)
    patcher.cord(route, 0, status)
    show = patcher.text("prepend Takes:", 120, 470)
    patcher.cord(status, 1, show)
    patcher.cord(show, 0, desk.send("road-text", 120, 500))
    idle = patcher.text("route idle", 20, 440)
    patcher.cord(status, 0, idle)
    patcher.cord(idle, 0, desk.send("client-runs", 20, 540))
    heard = patcher.text("t b", 340, 440)
    patcher.cord(route, 4, heard)
    patcher.cord(heard, 0, desk.send("road-ready", 340, 470))
    note = patcher.text("prepend Takes:", 240, 540)
    patcher.cord(route, 3, note)
    patcher.cord(note, 0, desk.send("road-text", 240, 570))

    runs = patcher.text("t b b b b b", 20, 150)
    patcher.cord(desk.receive("client-runs", 20, 120), 0, runs)
    state = patcher.text("dspstate~", 420, 190)
    patcher.cord(runs, 4, state)
    rate = patcher.text("prepend rate", 420, 240)
    patcher.cord(state, 1, rate)
    patcher.cord(rate, 0, node)
    bars = patcher.text("i 4", 340, 190)
    patcher.cord(runs, 3, bars)
    patcher.cord(desk.receive("bars", 340, 150), 0, bars)
    patcher.chain(bars, patcher.text("prepend bars", 320, 240), node)
    session = patcher.text("zl.reg", 220, 190)
    patcher.cord(runs, 2, session)
    patcher.cord(desk.receive("session", 220, 150), 0, session, 1)
    patcher.chain(session, patcher.text("prepend session", 200, 240), node)
    live = patcher.message("live 1", 140, 240)
    patcher.cord(runs, 1, live)
    patcher.cord(live, 0, node)
    url = patcher.text("sprintf symout ws://%s:%ld/ws", 20, 270)
    patcher.cord(runs, 0, _address(desk, url, 560, 150))
    patcher.chain(url, patcher.text("prepend connect", 20, 300), node)


def _player(desk: Desk, route: Box) -> tuple[Box, Box]:
    """Return the left and the right channel of what is looped."""
    patcher = desk.patcher
    names = [f"{desk.prefix}take-a", f"{desk.prefix}take-b"]
    patcher.comment("The take that plays, and the one that loads", Rect(560, 330, 300, 22))
    into = patcher.text("gate 2 1", 560, 400)
    length = patcher.text("gate 2 1", 860, 400)
    swap = patcher.text("unpack 0 0. 0. 0", 860, 360)
    patcher.cord(route, 1, into, 1)
    patcher.cord(route, 2, swap)
    patcher.cord(swap, 3, length, 1)

    count = patcher.text("count~ 0 48000 1 1", 560, 590)
    begins = patcher.text("==~ 0.", 740, 620)
    wanted = patcher.text("sig~", 700, 590)
    latch = patcher.text("sah~ 0.5", 700, 650)
    patcher.cord(count, 0, begins)
    patcher.cord(wanted, 0, latch)
    patcher.cord(begins, 0, latch, 1)
    lengths = []
    for index, name in enumerate(names):
        replace = patcher.text("prepend replace", 560 + 130 * index, 440)
        buffer = patcher.text(f"buffer~ {name} 1000 2", 480 + 220 * index, 480)
        patcher.cord(into, index, replace)
        patcher.cord(replace, 0, buffer)
        loaded = patcher.message(str(index), 600 + 150 * index, 530)
        patcher.cord(buffer, 1, loaded)
        patcher.cord(loaded, 0, wanted)
        samples = patcher.text("i 48000", 960 + 90 * index, 480)
        patcher.cord(length, index, samples, 1)
        patcher.cord(samples, 0, count, 1)
        lengths.append(samples)

    patcher.comment("On the first sample of a loop: what is heard?", Rect(860, 560, 280, 22))
    edge = patcher.text("edge~", 860, 590)
    heard = patcher.text("snapshot~", 860, 620)
    which = patcher.text("expr int($f1+0.5)", 860, 650)
    both = patcher.text("t i i", 860, 680)
    patcher.cord(begins, 0, edge)
    patcher.cord(latch, 0, heard)
    patcher.chain(edge, heard, which, both)
    sel = patcher.text("sel 0 1", 940, 710)
    patcher.cord(both, 1, sel)
    for index, samples in enumerate(lengths):
        patcher.cord(sel, index, samples)
    other = patcher.text("expr 2-$i1", 860, 740)
    patcher.cord(both, 0, other)
    patcher.cord(other, 0, into)
    patcher.cord(other, 0, length)

    fade = patcher.text(f"rampsmooth~ {FADE_SAMPLES} {FADE_SAMPLES}", 700, 690)
    patcher.cord(latch, 0, fade)
    return _channel(desk, names, count, fade, 1), _channel(desk, names, count, fade, 2)


def _channel(desk: Desk, names: list[str], count: Box, fade: Box, channel: int) -> Box:
    """Return ``a + fade * (b - a)`` of one channel."""
    patcher = desk.patcher
    x = 480 + 180 * (channel - 1)
    a, b = (
        patcher.text(f"index~ {name} {channel}", x, 725 + 26 * n) for n, name in enumerate(names)
    )
    patcher.cord(count, 0, a)
    patcher.cord(count, 0, b)
    difference = patcher.text("-~", x + 60, 780)
    faded = patcher.text("*~", x + 60, 806)
    total = patcher.text("+~", x, 830)
    patcher.cord(b, 0, difference)
    patcher.cord(a, 0, difference, 1)
    patcher.cord(difference, 0, faded)
    patcher.cord(fade, 0, faded, 1)
    patcher.cord(a, 0, total)
    patcher.cord(faded, 0, total, 1)
    return total


def web(desk: Desk, page: Rect, x: float, y: float) -> Box:
    """Add ``jweb~`` to a patch itself, since a page that is not seen cannot be clicked."""
    patcher = desk.patcher
    patcher.comment(
        "jweb~ needs Max 9 or Live 12. In Max 8 the box stays empty.",
        Rect(x, y - 6, 420, 34),
    )
    road = desk.receive("road", x, y + 30)
    sel = patcher.text(f"sel {LIVE}", x, y + 60)
    patcher.cord(road, 0, sel)
    url = patcher.text("sprintf symout http://%s:%ld/?embed=1&session=%s", x, y + 120)
    patcher.cord(sel, 0, _address(desk, url, x + 100, y + 30, with_session=True))
    read = patcher.text("prepend read", x, y + 155)
    blank = patcher.message("read about:blank", x + 120, y + 155)
    patcher.cord(sel, 1, blank)
    jweb = patcher.ui(
        "jweb~", Rect(x, y + 190, 240, 90), page, url="about:blank", rendermode=1, latency=32.0
    )
    patcher.chain(url, read, jweb)
    patcher.cord(blank, 0, jweb)
    page_says = patcher.text("route status ready", x + 250, y + 290)
    patcher.cord(jweb, 2, page_says)
    says = patcher.text("prepend Live page:", x + 185, y + 320)
    patcher.cord(page_says, 0, says)
    patcher.cord(says, 0, desk.send("road-text", x + 185, y + 350))
    heard = patcher.text("t b", x + 328, y + 320)
    patcher.cord(page_says, 1, heard)
    patcher.cord(heard, 0, desk.send("road-ready", x + 328, y + 350))
    return jweb


def _address(desk: Desk, url: Box, x: float, y: float, with_session: bool = False) -> Box:
    """Keep host, port and session; return the box whose bang makes the address of them."""
    patcher = desk.patcher
    host = patcher.text("zl.reg", x, y + 40)
    patcher.cord(desk.receive("host", x, y), 0, host, 1)
    patcher.cord(host, 0, url)
    patcher.cord(desk.receive("http-port", x + 110, y), 0, url, 1)
    if with_session:
        patcher.cord(desk.receive("session", x + 240, y), 0, url, 2)
    return host


def road_tab(desk: Desk, at: Rect, show: Rect, initial: int, hosts: tuple[str, str]) -> Box:
    """Add the choice of the road; ``hosts`` are what the takes need, and what the live page."""
    tab = desk.patcher.ui(
        "live.tab",
        at,
        show,
        Parameter(
            long="Audio Road",
            short="Road",
            kind=ENUM,
            choices=ROADS,
            initial=initial,
            info=f"Where the sound comes from: off; takes by the node client ({hosts[0]}); "
            f"the live page in jweb~ ({hosts[1]}).",
        ),
        num_lines_patching=1,
        num_lines_presentation=1,
    )
    desk.patcher.chain(tab, desk.send("road", at.x, at.y + 30))
    return tab


def install_button(desk: Desk, at: Rect, show: Rect, text: str) -> None:
    """Add the button that fetches what the node client needs."""
    button = push_button(
        desk,
        at,
        show,
        text,
        long="Install Client",
        short="Install",
        info="Once: fetches the node client's one dependency (ws) with npm.",
    )
    desk.patcher.chain(button, desk.send("npm", at.x, at.y + 30))


def mixer(desk: Desk, jweb: Box, x: float, y: float, gain: Box) -> None:
    """Choose the road, and send what it brings through the fader."""
    patcher = desk.patcher
    player = patcher.subpatcher("takes", takes(desk.prefix), x, y)
    road = desk.receive("road", x + 100, y)
    for channel in (0, 1):
        chosen = patcher.text("selector~ 2 0", x + 160 * channel, y + 70)
        patcher.cord(road, 0, chosen)
        patcher.cord(player, channel, chosen, TAKES)
        patcher.cord(jweb, channel, chosen, LIVE)
        patcher.cord(chosen, 0, gain, channel)
