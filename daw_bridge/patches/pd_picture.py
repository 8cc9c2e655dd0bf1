"""A Pure Data patch -> SVG: its window as Pd shows it, near enough to find one's way in it."""

from __future__ import annotations

import re
import textwrap
from xml.sax.saxutils import escape

CHARACTER, LINE = 7, 16  # pixels of Pd's font at size 12
_LINE = '<path d="{}" fill="#fff" stroke="#444"/>'


def pd_picture(source: str) -> str:
    """Return the picture of the outermost canvas of a ``.pd`` file."""
    shapes: list[str] = []
    depth, width, height = 0, 0, 0
    for statement in re.split(r"(?<!\\);\n", source.rstrip(";\n")):
        kind, *words = statement.split()
        if kind == "#N":
            depth += 1
            if depth == 1:
                width, height = int(words[3]), int(words[4])
        elif words[:1] == ["restore"]:
            depth -= 1
        if depth == 1 and kind == "#X" and words[0] != "connect":
            shapes += _shapes(words[0], int(words[1]), int(words[2]), _plain(words[3:]))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    style = 'font-family="DejaVu Sans Mono, monospace" font-size="11.5"'
    paper = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return "\n".join([f"{head} {style}>", paper, *shapes, "</svg>", ""])


def _plain(words: list[str]) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", word) for word in words]


def _shapes(kind: str, x: int, y: int, words: list[str]) -> list[str]:
    """Return the SVG elements of one object."""
    if kind == "text":
        text = " ".join(words).replace(" ,", ",")
        found = re.search(r", f (\d+)$", text)
        lines = [text]
        if found is not None:
            lines = textwrap.wrap(text[: found.start()], int(found[1]))
        return [_text(x, y + LINE * index, line) for index, line in enumerate(lines)]
    if kind in ("symbolatom", "listbox"):
        wide = int(words[0]) * CHARACTER + 4
        return [_LINE.format(f"M{x} {y}h{wide - 4}l4 4v14h-{wide}z")]
    if kind == "restore":
        return _box(x, y, " ".join(words))
    return _WIDGETS[words[0]](x, y, words) if words[0] in _WIDGETS else _box(x, y, " ".join(words))


def _text(x: int, y: int, text: str) -> str:
    return f'<text x="{x + 2}" y="{y + 13}">{escape(text)}</text>'


def _box(x: int, y: int, text: str) -> list[str]:
    wide = len(text) * CHARACTER + 6
    return [_LINE.format(f"M{x} {y}h{wide}v20h-{wide}z"), _text(x + 1, y + 1, text)]


def _square(x: int, y: int, size: int) -> str:
    return _LINE.format(f"M{x} {y}h{size}v{size}h-{size}z")


def _bang(x: int, y: int, words: list[str]) -> list[str]:
    size = int(words[1])
    circle = f'<circle cx="{x + size / 2}" cy="{y + size / 2}" r="{size / 2 - 1}"'
    return [_square(x, y, size), f'{circle} fill="none" stroke="#444"/>']


def _toggle(x: int, y: int, words: list[str]) -> list[str]:
    size = int(words[1])
    cross = f'<path d="M{x} {y}l{size} {size}m0 -{size}l-{size} {size}" stroke="#444"/>'
    return [_square(x, y, size), *([cross] if float(words[-2]) else [])]


def _number(x: int, y: int, words: list[str]) -> list[str]:
    wide = int(words[1]) * CHARACTER + 14
    outline = _LINE.format(f"M{x} {y}h{wide - 4}l4 4v14h-{wide}z")
    return [
        outline,
        f'<path d="M{x} {y}l8 9l-8 9" fill="none" stroke="#444"/>',
        _text(x + 10, y + 1, words[-2]),
    ]


def _radio(x: int, y: int, words: list[str]) -> list[str]:
    size = int(words[1])
    boxes = [_square(x + size * index, y, size) for index in range(int(words[4]))]
    return [*boxes, f'<rect x="{x + 5}" y="{y + 5}" width="{size - 10}" height="{size - 10}"/>']


_WIDGETS = {"bng": _bang, "tgl": _toggle, "nbx": _number, "hradio": _radio}
