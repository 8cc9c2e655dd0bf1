"""Rules of the presentation: what a player sees is whole, in its place and readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from daw_bridge.patches.patcher import DEVICE_HEIGHT, Rect, text_width
from daw_bridge.patches.reading import boxes_of, value_of

_LIVE_FONT = 9.5
_COMMENT_FONT = 12.0

Found = tuple[str, str]  # where, what


def view_findings(patcher: Mapping[str, object]) -> Iterator[Found]:
    """Yield what is wrong with the presentation of a checked patcher."""
    boxes = boxes_of(patcher)
    shown = []
    for box in boxes:
        if box.get("presentation") != 1:
            continue
        rect = _rect(box)
        if rect is None:
            yield _name(box), "it is in presentation without a presentation_rect of four numbers"
        elif rect.width <= 0 or rect.height <= 0:
            yield _name(box), f"its presentation_rect {list(rect)} has no area"
        else:
            shown.append((box, rect))
    if patcher.get("openinpresentation") == 1 and not shown:
        yield "patcher", "it opens in presentation, and nothing is in it"
    for box, rect in shown:
        yield from _inside(patcher, box, rect)
        yield from _readable(box, rect)
    front = [(box, rect) for box, rect in shown if box.get("background") != 1]
    for (one, first), (other, second) in combinations(front, 2):
        if first.overlaps(second):
            yield _name(one), f"in presentation it lies on {_name(other)}"


def _inside(
    patcher: Mapping[str, object], box: Mapping[str, object], rect: Rect
) -> Iterator[Found]:
    width = patcher.get("devicewidth")
    if not isinstance(width, (int, float)) or width <= 0:
        return
    if rect.x < 0 or rect.y < 0 or rect.y + rect.height > DEVICE_HEIGHT:
        yield _name(box), f"{list(rect)} is not inside the {DEVICE_HEIGHT:g} px that Live shows"
    if rect.x + rect.width > width:
        yield _name(box), f"{list(rect)} is not inside the device, {width:g} px wide"


def _readable(box: Mapping[str, object], rect: Rect) -> Iterator[Found]:
    """Check that written words fit, as wide as Arial is."""
    text = str(box.get("text") or "")
    parameter = value_of(box) or {}
    maxclass = box.get("maxclass")
    size = box.get("fontsize")
    default = _COMMENT_FONT if maxclass in ("comment", "textedit") else _LIVE_FONT
    points = float(size) if isinstance(size, (int, float)) else default
    lines, room = [text], rect.width
    if maxclass in ("comment", "live.comment"):
        room -= 6
        lines = wrapped(text, room, points)
        if text and rect.height + 2 < points * 1.2 * len(lines):
            yield _name(box), f"its text takes {len(lines)} lines; {rect.height:g} px are too few"
    elif maxclass == "live.text":
        lines = [text, str(box.get("texton") or "")]
    elif maxclass == "live.dial":
        lines = [str(parameter.get("parameter_shortname") or "")]
    elif maxclass in ("live.menu", "live.tab"):
        words = parameter.get("parameter_enum")
        lines = [str(word) for word in words] if isinstance(words, list) else []
        room = room - 18 if maxclass == "live.menu" else room / max(1, len(lines)) - 4
    else:
        return
    for line in lines:
        if text_width(line, points) > room + 2:
            yield _name(box), f"{line!r} is cut: {room:g} px are too few"


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Return the lines of a text as a comment of so many pixels breaks it."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def crowded(patcher: Mapping[str, object]) -> Iterator[Found]:
    """Yield the boxes that lie on each other in the patching view, in subpatchers too.

    No error (Max's own patches do it), so no part of the linter; ours must not.
    """
    boxes = [(box, Rect(*_numbers(box.get("patching_rect")))) for box in boxes_of(patcher)]
    for (one, first), (other, second) in combinations(boxes, 2):
        if first.overlaps(second):
            yield _name(one), f"{list(first)} lies on {_name(other)} {list(second)}"
    for box, _ in boxes:
        inner = box.get("patcher")
        if isinstance(inner, dict):
            yield from ((f"{_name(box)} / {where}", what) for where, what in crowded(inner))


def _rect(box: Mapping[str, object]) -> Rect | None:
    numbers = _numbers(box.get("presentation_rect"))
    return Rect(*numbers) if len(numbers) == 4 else None


def _numbers(value: object) -> list[float]:
    if not isinstance(value, list) or not all(type(n) in (int, float) for n in value):
        return []
    return [float(number) for number in value]


def _name(box: Mapping[str, object]) -> str:
    text = str(box.get("varname") or box.get("text") or box.get("maxclass"))
    return f"[{text[:40]}] {box.get('id')}"
