"""A patch as a picture, drawn from its JSON: nobody needs Max to see what is in it.

Two views, as Max has them: presentation, what a player sees, and patching, boxes and cords, with
every subpatcher on a sheet of its own below.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from daw_bridge.patches.lint_view import wrapped
from daw_bridge.patches.patcher import DEVICE_HEIGHT, Json, PatchError, Rect
from daw_bridge.patches.ports import SIGNAL
from daw_bridge.patches.reading import boxes_of, value_of

_INK, _PAPER, _SHADE, _LINE = "#1f2328", "#f4f4f2", "#e3e4e2", "#9a9d9f"
_ACCENT, _FIELD, _WARM = "#4a7fb5", "#ffffff", "#e8a33d"
_MARGIN = 16.0
_STYLE = (
    "text{font-family:Arial,Helvetica,sans-serif;fill:#1f2328}"
    ".s{stroke:#c9a400;stroke-width:2;stroke-dasharray:5 3;fill:none}"
    ".c{stroke:#6b6f72;stroke-width:1.2;fill:none}"
)


def presentation_picture(patch: Json) -> str:
    """Return what a player sees, as SVG.

    Raises:
        PatchError: the file has no patcher.
    """
    patcher = _patcher(patch)
    shown = [box for box in boxes_of(patcher) if box.get("presentation") == 1]
    shown.sort(key=lambda box: box.get("background") != 1)
    extent = _extent([_rect(box, "presentation_rect") for box in shown])
    width = float(str(patcher.get("devicewidth", extent.x + extent.width + _MARGIN)))
    height = DEVICE_HEIGHT if "devicewidth" in patcher else extent.y + extent.height + _MARGIN
    parts = [_box(Rect(0, 0, width, height), _PAPER, "none")]
    for box in shown:
        parts += _seen(box, _rect(box, "presentation_rect"))
    return _svg(width, height, parts, scale=2.0 if "devicewidth" in patcher else 1.25)


def patching_picture(patch: Json) -> str:
    """Return boxes and cords of the patch and all its subpatchers, as SVG.

    Raises:
        PatchError: the file has no patcher.
    """
    parts: list[str] = []
    y = width = 0.0
    for title, patcher in _sheets("", _patcher(patch)):
        extent = _extent([_rect(box, "patching_rect") for box in boxes_of(patcher)])
        dx, dy = _MARGIN - extent.x, y + 40 - extent.y
        parts.append(_words(_MARGIN, y + 24, title or "the patch itself", 16, bold=True))
        parts += _patching(patcher, dx, dy)
        width = max(width, extent.width + 2 * _MARGIN)
        y += extent.height + 70
    return _svg(width, y, [_box(Rect(0, 0, width, y), _PAPER, "none"), *parts], scale=0.75)


def _sheets(title: str, patcher: Json) -> Iterator[tuple[str, Json]]:
    yield title, patcher
    for box in boxes_of(patcher):
        inner = box.get("patcher")
        if isinstance(inner, dict):
            name = str(box.get("text", box.get("varname", "patcher")))
            yield from _sheets(f"{title} / {name}" if title else name, inner)


def _patching(patcher: Json, dx: float, dy: float) -> list[str]:
    boxes = {str(box["id"]): box for box in boxes_of(patcher)}
    drawn = []
    for line in _list(patcher.get("lines")):
        cord = line.get("patchline", {})
        (source, outlet), (destination, inlet) = _end(cord["source"]), _end(cord["destination"])
        begin = _port(boxes[source], outlet, "numoutlets", dx, dy)
        end = _port(boxes[destination], inlet, "numinlets", dx, dy)
        types = _list_of_str(boxes[source].get("outlettype"))
        drawn.append(_cord(begin, end, outlet < len(types) and types[outlet] == SIGNAL))
    for box in boxes.values():
        drawn += _patched(box, _rect(box, "patching_rect").moved(dx, dy))
    return drawn


def _patched(box: Json, rect: Rect) -> list[str]:
    """Draw one box of the patching view: Max's look for objects and messages."""
    maxclass = str(box["maxclass"])
    if maxclass == "newobj":
        parts = [
            _box(rect, "#dfe6ea" if "patcher" not in box else "#cfe0ef", _LINE, radius=3),
            _words(rect.x + 6, rect.y + 15, str(box.get("text", "")), 12),
        ]
    elif maxclass == "message":
        parts = [
            _box(rect, "#fdf6e3", _LINE, radius=8),
            _words(rect.x + 6, rect.y + 15, str(box.get("text", "")), 12),
        ]
    elif maxclass in ("inlet", "outlet"):
        parts = [
            _box(rect, _FIELD, _INK, radius=3),
            _words(rect.x + 5, rect.y + 19, "in" if maxclass == "inlet" else "out", 10),
        ]
    else:
        return _seen(box, rect)
    for field, y in (("numinlets", rect.y), ("numoutlets", rect.y + rect.height)):
        for index in range(int(str(box.get(field, 0)))):
            x, _ = _port(box, index, field, 0, 0)
            offset = rect.x - _rect(box, "patching_rect").x
            parts.append(_box(Rect(x + offset - 3, y - 1.5, 6, 3), _INK, "none"))
    return parts


def _seen(box: Json, rect: Rect) -> list[str]:
    """Draw one box as a player sees it."""
    maxclass = str(box["maxclass"])
    value = value_of(box) or {}
    text = str(box.get("text", ""))
    short = str(value.get("parameter_shortname", ""))
    size = float(str(box.get("fontsize", 12.0 if maxclass in ("comment", "textedit") else 9.5)))
    x, y, w, h = rect
    match maxclass:
        case "panel":
            return [_box(rect, _SHADE, "none", radius=0 if w < 4 else 6)]
        case "comment" | "live.comment":
            color = _color(box.get("textcolor")) or _INK
            return _paragraph(rect, text, size, bool(box.get("fontface")), color)
        case "live.dial":
            return _dial(rect, short, value)
        case "live.text":
            is_on = box.get("mode") == 1 and _initial(value) == "1"
            label = str(box.get("texton", text)) if is_on else text
            return [
                _box(rect, _WARM if is_on else _FIELD, _LINE, radius=3),
                _middle(rect, label, size),
            ]
        case "live.numbox" | "number" | "flonum":
            shown = _initial(value)
            return [_box(rect, _FIELD, _LINE), _middle(rect, shown, size)]
        case "live.menu" | "umenu":
            words = _list_of_str(value.get("parameter_enum"))
            initial = int(float(_initial(value) or 0))
            name = words[initial] if initial < len(words) else ""
            arrow = f'<path d="M{x + w - 12} {y + h / 2 - 2}l8 0l-4 5z" fill="{_INK}"/>'
            return [_box(rect, _FIELD, _LINE), _words(x + 4, y + h / 2 + 3.5, name, size), arrow]
        case "live.tab":
            return _tab(rect, _list_of_str(value.get("parameter_enum")), value)
        case "live.slider":
            level = float(_initial(value) or 0)
            bar = Rect(x + 4, y + h / 2 - 3, (w - 8) * level, 6)
            return [_box(bar._replace(width=w - 8), _FIELD, _LINE), _box(bar, _ACCENT, "none")]
        case "textedit":
            return [_box(rect, _FIELD, _LINE), _words(x + 4, y + min(h, 20) / 2 + 4, text, size)]
        case "led":
            return [f'<circle cx="{x + w / 2}" cy="{y + h / 2}" r="{w / 2}" fill="{_LINE}"/>']
        case "live.gain~":
            meter = [Rect(x + w / 2 - 11 + 12 * n, y + 14, 9, h - 30) for n in (0, 1)]
            return [_box(bar, "#3d4043", "none") for bar in meter] + [
                _middle(Rect(x, y, w, 12), short, 9.5),
                _middle(Rect(x, y + h - 14, w, 12), f"{_initial(value)} dB", 9.5),
            ]
        case "jweb~" | "jweb":
            return [
                _box(rect, "#22262b", _LINE),
                _words(x + 6, y + min(h, 30) / 2 + 4, "jweb~: the live page", 9.5, color="#ffffff"),
            ]
        case "ezdac~":
            speaker = f'<path d="M{x + 8} {y + h / 2}l12 -9v18z" fill="{_INK}"/>'
            return [_box(rect, _FIELD, _LINE, radius=4), speaker]
        case _:
            return [_box(rect, _FIELD, _LINE), _middle(rect, text or maxclass, size)]


def _dial(rect: Rect, name: str, value: Mapping[str, object]) -> list[str]:
    x, y, w, h = rect
    cx, cy, r = x + w / 2, y + h / 2 - 0.5, 10.0
    turn = math.radians(270 * (_position(value) - 0.5))
    return [
        _middle(Rect(x, y, w, 12), name, 9.5),
        f'<path d="M{cx - 7} {cy + 8}a{r} {r} 0 1 1 14 0" fill="none" stroke="{_LINE}" '
        'stroke-width="3"/>',
        f'<path d="M{cx} {cy}l{9 * math.sin(turn):.3g} {-9 * math.cos(turn):.3g}" '
        f'stroke="{_ACCENT}" stroke-width="2.5"/>',
        _middle(Rect(x, y + h - 12, w, 12), _with_unit(value), 9.0),
    ]


def _position(value: Mapping[str, object]) -> float:
    """Return how far a dial is turned, from 0 to 1."""
    low, high = _number(value, "parameter_mmin", 0), _number(value, "parameter_mmax", 127)
    share = (float(_initial(value)) - low) / (high - low)
    return float(max(0.0, share) ** (1 / _number(value, "parameter_exponent", 1)))


def _number(value: Mapping[str, object], key: str, default: float) -> float:
    number = value.get(key, default)
    return float(number) if isinstance(number, (int, float)) else default


def _tab(rect: Rect, words: Sequence[str], value: Mapping[str, object]) -> list[str]:
    width = rect.width / max(1, len(words))
    chosen = int(float(_initial(value) or 0))
    parts = []
    for index, word in enumerate(words):
        cell = Rect(rect.x + width * index, rect.y, width, rect.height)
        parts += [
            _box(cell, _WARM if index == chosen else _FIELD, _LINE),
            _middle(cell, word, 9.5),
        ]
    return parts


def _with_unit(value: Mapping[str, object]) -> str:
    styles = {0: "", 1: "", 2: " ms", 3: " Hz", 4: " dB", 5: " %"}
    style = value.get("parameter_unitstyle", 1)
    unit = styles.get(style) if isinstance(style, int) else None
    if unit is None:
        unit = " " + str(value.get("parameter_units", "")).partition(" ")[2]
    return _initial(value) + unit


def _initial(value: Mapping[str, object]) -> str:
    initial = value.get("parameter_initial")
    number = initial[0] if isinstance(initial, list) and initial else value.get("parameter_mmin", 0)
    return f"{number:g}" if isinstance(number, (int, float)) else str(number)


def _port(box: Json, index: int, field: str, dx: float, dy: float) -> tuple[float, float]:
    """Return where a cord meets a box: Max spreads ports over its whole width."""
    rect = _rect(box, "patching_rect").moved(dx, dy)
    count = int(str(box.get(field, 1)))
    share = index / (count - 1) if count > 1 else 0.0
    y = rect.y if field == "numinlets" else rect.y + rect.height
    return rect.x + 9 + share * max(0.0, rect.width - 18), y


def _cord(begin: tuple[float, float], end: tuple[float, float], is_signal: bool) -> str:
    (x1, y1), (x2, y2) = begin, end
    bend = max(8.0, min(40.0, abs(y2 - y1) / 2))
    kind = "s" if is_signal else "c"
    path = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"
    return f'<path class="{kind}" d="{path}"/>'


def _paragraph(rect: Rect, text: str, size: float, bold: bool, color: str) -> list[str]:
    return [
        _words(rect.x + 4, rect.y + (row + 1) * size * 1.22 + 1, line, size, bold, color)
        for row, line in enumerate(wrapped(text, rect.width - 6, size))
    ]


def _box(rect: Rect, fill: str, stroke: str, radius: float = 0) -> str:
    x, y, w, h = rect
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{radius:g}" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def _words(
    x: float, y: float, text: str, size: float, bold: bool = False, color: str = _INK
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    fill = "" if color == _INK else f' style="fill:{color}"'
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{weight}{fill}>{escape(text)}</text>'


def _middle(rect: Rect, text: str, size: float) -> str:
    x, y = rect.x + rect.width / 2, rect.y + rect.height / 2 + size * 0.36
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="middle">{escape(text)}</text>'
    )


def _svg(width: float, height: float, parts: Sequence[str], scale: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:g}" '
        f'height="{height * scale:g}" viewBox="0 0 {width:g} {height:g}">'
    )
    return "\n".join([head, f"<style>{_STYLE}</style>", *parts, "</svg>"]) + "\n"


def _color(value: object) -> str | None:
    if not isinstance(value, list) or len(value) < 3:
        return None
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in value[:3])


def _extent(rects: Sequence[Rect]) -> Rect:
    if not rects:
        return Rect(0, 0, 100, 40)
    x, y = min(rect.x for rect in rects), min(rect.y for rect in rects)
    right = max(rect.x + rect.width for rect in rects)
    return Rect(x, y, right - x, max(rect.y + rect.height for rect in rects) - y)


def _patcher(patch: Json) -> Json:
    patcher = patch.get("patcher")
    if not isinstance(patcher, dict):
        raise PatchError("the file has no patcher")
    return patcher


def _end(value: object) -> tuple[str, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise PatchError(f"{value!r} is no end of a cord: [id, port]")
    return str(value[0]), int(value[1])


def _list(value: object) -> list[dict[str, dict[str, object]]]:  # a checked patch
    return value if isinstance(value, list) else []


def _list_of_str(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _rect(box: Json, key: str) -> Rect:
    value = box.get(key)
    if not isinstance(value, list):
        raise PatchError(f"box {box.get('id')} has no {key}")
    return Rect(*(float(number) for number in value))
