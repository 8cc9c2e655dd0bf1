"""Takes in Pure Data: bar-exact WAV files that follow each other on the bar.

Two voices take turns: one plays, the other loads. A metro ticks the beats of the take that plays,
in Pd's logical time, and on a tick that is a bar line the other voice begins if it has a new take;
5 ms of crossfade hide the seam. Positions come from ``vline~``, which begins between two samples
where a beat does.

A file of Pd's own rate is read sample by sample, exactly. One of another rate is interpolated. For
that a signal of 32 bits is too coarse to count a whole take, so two heads take turns, each
reading one beat from an offset.
"""

from __future__ import annotations

from daw_bridge.patches.pd_canvas import Canvas, Node

VOICES = (0, 1)
CHANNELS = ("l", "r")
FADE_MS = 5
MAX_SAMPLES = "4e+07"
GUARD = 8  # samples


def takes_canvas() -> Canvas:
    """Return the subpatch, with two signal outlets.

    ``$0-take`` takes the arguments of ``/magnet/event/take``; ``$0-takes-off`` stops.
    """
    canvas = Canvas(900, 700)
    _add_loader(canvas)
    _add_beats(canvas)
    outlets = [canvas.obj(20 + 100 * index, 720, "outlet~") for index in range(len(CHANNELS))]
    for voice in VOICES:
        sound = canvas.sub(20 + 150 * voice, 640, f"voice{voice}", _voice_canvas(voice))
        for index, outlet in enumerate(outlets):
            canvas.cord(sound, outlet, index)
    for voice in VOICES:
        for side in CHANNELS:
            x = 340 + 180 * (2 * voice + CHANNELS.index(side))
            canvas.obj(x, 640, f"array define $0-take{voice}-{side}")
    return canvas


def _add_loader(canvas: Canvas) -> None:
    """Add: a take comes, the voice that does not play reads it, and says how long it is."""
    source = canvas.obj(20, 20, "r $0-take")
    parts = canvas.obj(20, 50, "unpack s f f f f s")  # name bars bpm samples rate file
    voice = canvas.obj(200, 110, "f")
    canvas.cord(canvas.obj(240, 80, "r $0-next-voice"), voice, 0, 1)
    path = canvas.obj(20, 110, "t a b")
    canvas.chain(source, canvas.obj(20, 35, "list"), parts)
    file = canvas.obj(20, 95, "symbol")  # waits for the rest, which comes from right to left
    canvas.cord(parts, file, 5, 1)
    all_there = canvas.obj(20, 70, "t b")
    canvas.chain(parts, all_there, file, path)
    canvas.cord(path, voice, 1)
    for number in VOICES:
        opens = canvas.obj(20 + 330 * number, 170, "spigot")
        is_it = canvas.obj(200 + 330 * number, 140, f"== {number}")
        canvas.cord(voice, is_it)
        canvas.cord(is_it, opens, 0, 1)
        canvas.cord(path, opens, 0)
        _add_reader(canvas, 20 + 330 * number, number, opens, parts)


def _add_reader(canvas: Canvas, x: int, number: int, opens: Node, parts: Node) -> None:
    names = canvas.obj(x, 200, f"list append $0-take{number}-l $0-take{number}-r")
    read = canvas.msg(x, 230, f"read -resize -maxsize {MAX_SAMPLES} $1 $2 $3")
    file = canvas.obj(x, 260, "soundfiler")
    canvas.chain(opens, names, read, file)
    channels = canvas.obj(x + 140, 290, "unpack f f f")
    canvas.cord(file, channels, 1)
    canvas.cord(channels, canvas.obj(x + 220, 320, f"s $0-v{number}-channels"), 2)
    canvas.cord(channels, canvas.obj(x + 140, 350, f"s $0-v{number}-rate"), 0)
    bars = canvas.obj(x, 350, "pack f f")  # samples that were read, bars
    some = canvas.obj(x, 320, "moses 1")
    canvas.chain(file, some)
    in_order = canvas.obj(x, 335, "t f f")
    canvas.cord(some, in_order, 1)
    canvas.cord(in_order, canvas.sub(x + 60, 335, "guard", _guard_canvas(number)), 1)
    canvas.cord(in_order, bars)
    whole = canvas.obj(x + 60, 305, "max 1")  # what is of no bars is looped as one
    canvas.cord(parts, whole, 1)
    canvas.cord(whole, bars, 0, 1)
    ready = canvas.obj(x, 380, "t b a")
    canvas.chain(bars, ready)
    canvas.cord(ready, canvas.obj(x + 80, 410, f"s $0-v{number}-length"), 1)
    which = canvas.msg(x, 410, str(number))
    canvas.chain(ready, which, canvas.obj(x, 440, "s $0-take-ready"))


def _guard_canvas(number: int) -> Canvas:
    """Return the subpatch that writes the first samples behind the last, for who interpolates."""
    canvas = Canvas()
    order = canvas.obj(20, 50, "t b f f")
    canvas.chain(canvas.obj(20, 20, "inlet"), order)
    size = canvas.obj(300, 80, f"+ {GUARD}")
    canvas.cord(order, size, 2)
    larger = canvas.chain(size, canvas.msg(300, 110, "resize $1"))
    fetch = canvas.obj(20, 80, "t b b")
    canvas.cord(order, fetch)
    first, count = canvas.msg(20, 110, "0"), canvas.msg(80, 110, str(GUARD))
    canvas.cord(fetch, count, 1)
    canvas.cord(fetch, first)
    for index, side in enumerate(CHANNELS):
        x = 20 + 220 * index
        name = f"$0-take{number}-{side}"
        samples = canvas.obj(x, 150, f"array get {name}")
        placed = canvas.obj(x, 180, "list prepend")
        canvas.cord(count, samples, 0, 1)
        canvas.cord(first, samples)
        canvas.cord(order, placed, 1, 1)
        table = canvas.obj(x, 210, f"s {name}")
        canvas.chain(samples, placed, table)
        canvas.cord(larger, table)
    return canvas


def _add_beats(canvas: Canvas) -> None:
    """Add: the clock of beats, and the change of voices on its bar lines."""
    pending = canvas.obj(20, 540, "f -1")
    playing = canvas.obj(260, 540, "f 0")
    metro = canvas.obj(500, 500, "metro 500")
    beat = canvas.obj(500, 560, "f 0")
    _add_start(canvas, pending, playing, metro)
    _add_ticks(canvas, pending, metro, beat)
    change = canvas.obj(20, 570, "t f b")  # the pending voice begins
    forget = canvas.msg(140, 590, "-1")
    zero = canvas.msg(200, 590, "0")
    valid = canvas.obj(20, 555, "moses 0")
    canvas.cord(pending, valid)
    canvas.cord(valid, change, 1)
    canvas.cord(change, forget, 1)
    canvas.cord(change, zero, 1)
    canvas.cord(forget, pending, 0, 1)
    canvas.cord(zero, beat, 0, 1)
    canvas.cord(change, canvas.obj(20, 600, "s $0-take-begins"))
    canvas.cord(canvas.obj(620, 470, "r $0-beat-ms"), metro, 0, 1)


def _add_start(canvas: Canvas, pending: Node, playing: Node, metro: Node) -> None:
    """Add: the first take begins at once, the others wait; and all stop."""
    ready = canvas.obj(20, 480, "r $0-take-ready")
    split = canvas.obj(20, 510, "t b f")
    canvas.chain(ready, split)
    canvas.cord(split, pending, 1, 1)
    canvas.cord(split, playing, 0)
    idle = canvas.obj(260, 570, "sel 0")
    canvas.chain(playing, idle)
    begin = canvas.obj(260, 600, "t b b b")
    on = canvas.msg(340, 620, "1")
    canvas.chain(idle, begin)
    canvas.cord(begin, on, 1)
    canvas.cord(on, playing, 0, 1)
    canvas.cord(begin, pending, 2)
    canvas.cord(begin, metro, 0)
    off = canvas.obj(700, 470, "r $0-takes-off")
    stop = canvas.obj(700, 500, "t b b")
    canvas.chain(off, stop)
    quiet = canvas.msg(760, 530, "0")
    canvas.cord(stop, quiet, 1)
    canvas.cord(quiet, playing, 0, 1)
    canvas.cord(quiet, metro)
    canvas.cord(stop, canvas.obj(700, 560, "s $0-take-silence"))


def _add_ticks(canvas: Canvas, pending: Node, metro: Node, beat: Node) -> None:
    """Add: on each tick first the change, where it is a bar line, then the beat."""
    tick = canvas.obj(500, 530, "t b b")
    look = canvas.obj(620, 560, "f 0")  # the beat that this tick is
    canvas.chain(metro, tick)
    canvas.cord(tick, look, 1)
    in_bar = canvas.obj(620, 590, "mod 4")
    line = canvas.obj(620, 620, "sel 0")
    canvas.chain(look, in_bar, line)
    canvas.cord(line, pending)
    canvas.cord(tick, beat)
    out = canvas.obj(500, 590, "t f f")
    canvas.chain(beat, out)
    canvas.cord(out, canvas.obj(560, 620, "s $0-take-beat"), 1)
    count = canvas.obj(500, 620, "+ 1")
    wrapped = canvas.obj(500, 650, "mod 16")
    again = canvas.obj(500, 680, "t f f")
    canvas.chain(out, count, wrapped, again)
    canvas.cord(again, beat, 0, 1)
    canvas.cord(again, look, 1, 1)
    canvas.cord(canvas.obj(620, 650, "r $0-take-beats"), wrapped, 0, 1)


def _voice_canvas(number: int) -> Canvas:
    """Return one voice: its length, its turn, its readers."""
    canvas = Canvas(1000, 800)
    _add_length(canvas, number)
    _add_turn(canvas, number)
    beat = canvas.obj(20, 320, "spigot")
    canvas.cord(canvas.obj(20, 290, "r $0-take-beat"), beat)
    canvas.cord(canvas.obj(120, 290, f"r $0-v{number}-mine"), beat, 0, 1)
    start = canvas.obj(20, 350, "* 1")  # the first sample of the beat
    canvas.cord(canvas.obj(120, 320, f"r $0-v{number}-beat-samples"), start, 0, 1)
    both = canvas.obj(20, 380, "t f f")
    parity = canvas.obj(20, 335, "t f f")
    canvas.chain(beat, parity, start, both)
    odd = canvas.obj(220, 350, "mod 2")
    canvas.cord(parity, odd, 1)
    canvas.cord(odd, canvas.obj(220, 380, f"s $0-v{number}-head"))
    canvas.cord(both, canvas.obj(120, 410, f"s $0-v{number}-start"), 1)
    readers = [canvas.sub(20, 500, "exact", _exact_canvas(number))]
    for head in (0, 1):
        place = 120 + 100 * head
        readers.append(canvas.sub(place, 500, f"head{head}", _head_canvas(number, head)))
    ramp = canvas.obj(400, 590, "vline~")
    canvas.cord(canvas.obj(400, 560, f"r $0-v{number}-gain"), ramp)
    for index in range(len(CHANNELS)):
        gain = canvas.obj(20 + 200 * index, 620, "*~")
        canvas.cord(ramp, gain, 0, 1)
        canvas.cord(gain, canvas.obj(20 + 200 * index, 650, "outlet~"))
        for reader in readers:
            canvas.cord(reader, gain, index)
    return canvas


def _add_length(canvas: Canvas, number: int) -> None:
    """Add: samples, bars and rate of the file become samples and milliseconds of a beat."""
    length = canvas.obj(20, 50, "unpack f f")
    canvas.chain(canvas.obj(20, 20, f"r $0-v{number}-length"), length)
    beats = canvas.obj(120, 80, "* 4")
    per_beat = canvas.obj(20, 110, "/ 16")
    canvas.cord(length, beats, 1)
    canvas.cord(beats, per_beat, 0, 1)
    canvas.cord(beats, canvas.obj(200, 110, f"s $0-v{number}-beats"))
    canvas.cord(length, per_beat)
    out = canvas.obj(20, 140, "t f f")
    canvas.chain(per_beat, out)
    canvas.cord(out, canvas.obj(200, 170, f"s $0-v{number}-beat-samples"), 1)
    ms = canvas.obj(20, 200, "/ 48")
    canvas.chain(out, ms, canvas.obj(20, 230, f"s $0-v{number}-beat-ms"))
    rate = canvas.obj(400, 20, f"r $0-v{number}-rate")
    split = canvas.obj(400, 50, "t f f b")
    canvas.chain(rate, split)
    per_ms = canvas.obj(400, 110, "/ 1000")
    canvas.cord(split, per_ms)
    canvas.cord(per_ms, ms, 0, 1)
    same = canvas.obj(480, 110, "==")
    own = canvas.obj(560, 80, "samplerate~")
    canvas.cord(split, own, 2)
    canvas.cord(own, same, 0, 1)
    canvas.cord(split, same, 1)
    canvas.cord(same, canvas.obj(480, 140, f"s $0-v{number}-exact"))


def _add_turn(canvas: Canvas, number: int) -> None:
    """Add: this voice begins, or the other does."""
    begins = canvas.obj(600, 230, "r $0-take-begins")
    mine = canvas.obj(600, 260, f"== {number}")
    known = canvas.obj(600, 290, "t f f f")
    canvas.chain(begins, mine, known)
    canvas.cord(known, canvas.obj(760, 320, f"s $0-v{number}-mine"), 2)
    fade = canvas.msg(680, 350, f"$1 {FADE_MS}")
    canvas.cord(known, fade, 1)
    canvas.cord(fade, canvas.obj(680, 380, f"s $0-v{number}-gain"))
    silence = canvas.obj(840, 260, "r $0-take-silence")
    quiet = canvas.msg(840, 290, f"0 {FADE_MS}")
    canvas.chain(silence, quiet, canvas.obj(840, 350, f"s $0-v{number}-gain"))
    if_mine = canvas.obj(600, 350, "sel 1")
    canvas.cord(known, if_mine)
    say = canvas.obj(600, 380, "t b b b")
    canvas.chain(if_mine, say)
    # Which table and clock: what was loaded into this voice.
    for outlet, name in ((2, "beats"), (1, "beat-ms")):
        value = canvas.obj(600 + 130 * (2 - outlet), 420, "f")
        canvas.cord(say, value, outlet)
        known = canvas.obj(640 + 130 * (2 - outlet), 400, f"r $0-v{number}-{name}")
        canvas.cord(known, value, 0, 1)
        target = "take-beats" if name == "beats" else name
        canvas.cord(value, canvas.obj(600 + 130 * (2 - outlet), 450, f"s $0-{target}"))
    other = canvas.msg(600, 480, str(1 - number))
    canvas.cord(say, other)
    canvas.cord(other, canvas.obj(600, 510, "s $0-next-voice"))


def _line(canvas: Canvas, number: int, start: Node) -> Node:
    """Add a ramp that begins where ``start`` says, at one sample a sample; return the signal.

    It goes on for two beats, though the next beat begins another: a voice whose turn is over is
    heard a little longer, while it fades.
    """
    values = canvas.obj(20, 200, "pack f f f")
    end = canvas.obj(120, 170, "+ 1")
    split = canvas.obj(20, 140, "t f f")
    canvas.chain(start, split, values)
    canvas.cord(split, end, 1)
    canvas.cord(end, values, 0, 1)
    for x, name, target, inlet in ((240, "beat-samples", end, 1), (420, "beat-ms", values, 2)):
        twice = canvas.obj(x, 140, "* 2")
        canvas.cord(canvas.obj(x, 110, f"r $0-v{number}-{name}"), twice)
        canvas.cord(twice, target, 0, inlet)
    return canvas.chain(values, canvas.msg(20, 230, "$1, $2 $3"), canvas.obj(20, 260, "vline~"))


def _exact_canvas(number: int) -> Canvas:
    """Return the reader for a file of Pd's own rate: the nearest sample, which is the sample."""
    canvas = Canvas()
    index = _line(canvas, number, canvas.obj(20, 80, f"r $0-v{number}-start"))
    nearest = canvas.obj(20, 300, "-~ 0.5")  # vline~ says where it is at the end of a sample
    canvas.chain(index, nearest)
    exact = canvas.obj(300, 320, f"r $0-v{number}-exact")
    _add_tables(canvas, number, nearest, "tabread~", exact)
    return canvas


def _head_canvas(number: int, head: int) -> Canvas:
    """Return one of two readers for a file of another rate; each plays every other beat."""
    canvas = Canvas()
    start = canvas.obj(20, 50, "spigot")
    canvas.cord(canvas.obj(20, 20, f"r $0-v{number}-start"), start)
    mine = canvas.obj(200, 50, f"== {head}")
    canvas.cord(canvas.obj(200, 20, f"r $0-v{number}-head"), mine)
    canvas.cord(mine, start, 0, 1)
    whole = canvas.obj(20, 80, "t f f")
    floor = canvas.obj(100, 80, "int")
    fraction = canvas.obj(20, 95, "-")
    kept = canvas.obj(180, 80, "t f f")
    canvas.chain(start, whole)
    canvas.cord(whole, floor, 1)
    canvas.chain(floor, kept)
    canvas.cord(kept, fraction, 1, 1)
    canvas.cord(whole, fraction)
    # Four samples are needed around a place, so all is read one sample early, and into the guard.
    index = canvas.obj(20, 290, "+~ 1")
    canvas.cord(_line(canvas, number, fraction), index)
    gate = canvas.obj(320, 320, "*")
    canvas.cord(mine, gate)
    inverse = canvas.obj(420, 290, "== 0")
    canvas.chain(canvas.obj(420, 260, f"r $0-v{number}-exact"), inverse)
    canvas.cord(inverse, gate, 0, 1)
    tables = _add_tables(canvas, number, index, "tabread4~", gate)
    for table in tables:
        canvas.cord(kept, table, 0, 1)
    return canvas


def _add_tables(canvas: Canvas, number: int, index: Node, reader: str, gate: Node) -> list[Node]:
    """Add a table reader for each channel, heard while the gate is 1; return them."""
    is_open = canvas.obj(300, 380, "vline~")
    canvas.cord(gate, is_open)
    tables = []
    for place, side in enumerate(CHANNELS):
        x = 20 + 160 * place
        table = canvas.obj(x, 410, f"{reader} $0-take{number}-{side}")
        heard = canvas.obj(x, 440, "*~")
        canvas.chain(index, table, heard, canvas.obj(x, 470, "outlet~"))
        canvas.cord(is_open, heard, 0, 1)
        tables.append(table)
    # A file of one channel is heard on both sides.
    mono = canvas.obj(500, 350, "sel 1")
    canvas.chain(canvas.obj(500, 320, f"r $0-v{number}-channels"), mono)
    for outlet, side in enumerate(CHANNELS):
        x = 500 + 220 * outlet
        name = canvas.obj(x, 410, f"symbol $0-take{number}-{side}")
        bang = canvas.obj(x, 380, "t b")
        canvas.cord(mono, bang, outlet)
        canvas.chain(bang, name, canvas.msg(x, 440, "set $1"), tables[1])
    return tables
