"""Cutting a piece that is longer than a model's segment into overlapping windows.

Each window begins with the last frames of what is known, as its prompt, and adds the rest::

    frames    0 ....................................................... total
    window 1  |======================|
    window 2                 |~~~~~~~|==============|       ~ given as context
    window 3                                |~~~~~~~|=======|
"""

from __future__ import annotations

from dataclasses import dataclass

CONTEXT_SHARE = 0.4  # of a segment; the rest of a window is new (audiocraft extends by 18 of 30 s)


@dataclass(frozen=True, slots=True)
class Window:
    """One call of a decoder.

    Attributes:
        start: first frame, in the whole piece.
        known: frames of the window that are given.
        frames: length of the window.
    """

    start: int
    known: int
    frames: int


def plan_windows(total: int, segment: int, prompt: int, grid: int) -> list[Window]:
    """Return the windows that extend ``prompt`` frames to ``total``.

    Args:
        total: frames wanted, prompt included.
        segment: the most frames in a window.
        prompt: frames given.
        grid: window lengths are whole multiples of this, so up to ``grid - 1`` frames at the end
            may be left out (as the reference does).
    """
    context = max(int(segment * CONTEXT_SHARE) // grid * grid, 1)
    windows, known = [], prompt
    while known < total:
        start = 0 if total <= segment else max(known - context, 0)
        frames = min(segment, total - start)
        frames -= frames % grid
        if start + frames <= known:
            break
        windows.append(Window(start=start, known=known - start, frames=frames))
        known = start + frames
    return windows
