"""The two roads of sound into Pure Data's signal chain, and which of them is heard.

``live`` is what ``adc~`` gets, from the server's ``--audio-out`` over JACK or a virtual cable;
``takes`` are the files of ``pd_takes``. Both go to the patch's outlets, and to ``dac~`` where that
is wished.
"""

from __future__ import annotations

from daw_bridge.patches.pd_canvas import Canvas

ROADS = ("off", "live", "takes")


def sound_canvas() -> Canvas:
    """Return the subpatch of the two roads: takes in, sound out, also to dac~ where wished."""
    canvas = Canvas(800, 600)
    road = canvas.obj(20, 20, "r $0-c-road")
    split = canvas.obj(20, 50, "t f f f")
    canvas.chain(road, split)
    stop = canvas.obj(320, 80, "sel 2")
    canvas.cord(split, stop, 2)
    bang = canvas.obj(380, 110, "t b")
    canvas.cord(stop, bang, 1)
    canvas.cord(bang, canvas.obj(380, 140, "s $0-takes-off"))
    gains = []
    for place, number in enumerate((1, 2)):
        is_on = canvas.obj(20 + 120 * place, 80, f"== {number}")
        canvas.cord(split, is_on, place)
        ramp = canvas.msg(20 + 120 * place, 110, "$1 5")
        gains.append(canvas.chain(is_on, ramp, canvas.obj(20 + 120 * place, 140, "vline~")))
    volume = canvas.obj(260, 180, "vline~")
    decibels = canvas.chain(canvas.obj(260, 60, "r $0-c-volume"), canvas.obj(260, 90, "dbtorms"))
    canvas.chain(decibels, canvas.msg(260, 120, "$1 20"), volume)
    to_dac = canvas.obj(460, 180, "vline~")
    canvas.chain(canvas.obj(460, 120, "r $0-c-dac"), canvas.msg(460, 150, "$1 5"), to_dac)
    for x, value, name in ((600, 100, "volume"), (680, 1, "dac")):
        canvas.chain(
            canvas.obj(x, 80, "loadbang"),
            canvas.msg(x, 110, str(value)),
            canvas.obj(x, 140, f"s $0-c-{name}"),
        )
    dsp = canvas.msg(600, 240, "; pd dsp $1")
    canvas.cord(canvas.obj(600, 210, "r $0-c-audio"), dsp)
    adc, dac = canvas.obj(20, 200, "adc~ 1 2"), canvas.obj(460, 420, "dac~ 1 2")
    for index in (0, 1):
        x = 20 + 220 * index
        live, takes = canvas.obj(x, 240, "*~"), canvas.obj(x + 100, 240, "*~")
        canvas.cord(adc, live, index)
        canvas.cord(gains[0], live, 0, 1)
        canvas.cord(canvas.obj(x + 100, 210, "inlet~"), takes)
        canvas.cord(gains[1], takes, 0, 1)
        both = canvas.obj(x, 300, "*~")
        canvas.cord(live, both)
        canvas.cord(takes, both)
        canvas.cord(volume, both, 0, 1)
        canvas.cord(both, canvas.obj(x, 360, "outlet~"))
        wished = canvas.obj(x, 390, "*~")
        canvas.cord(both, wished)
        canvas.cord(to_dac, wished, 0, 1)
        canvas.cord(wished, dac, 0, index)
    return canvas
