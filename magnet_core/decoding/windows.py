"""Cutting a piece that is longer than a model's segment into overlapping windows.

Each window fills what is unknown in it, beginning with the first unknown frame of the piece, and
sees what is known before and after. A piece that goes on from a prompt::

    frames    0 ....................................................... total
    window 1  |~~~|==================|
    window 2                 |~~~~~~~|==============|       ~ known by then
    window 3                                |~~~~~~~|=======|       = filled

A piece with holes is the same; only that a window ends where a hole begins that it could not fill
to its end, so that what is filled joins on to what comes after it::

    window 1  |~~~~~=====~~~~~~~~~~~~|
    window 2                 |~~~~~~~|=====~~~~~~~~~~|
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor

CONTEXT_SHARE = 0.4  # of a segment; the rest of a window is new (audiocraft extends by 18 of 30 s)

Hole = tuple[int, int]  # its first frame, and the first one after it


@dataclass(frozen=True, slots=True)
class Window:
    """One call of a decoder.

    Attributes:
        start: first frame, in the whole piece.
        known: leading frames that are known when its turn comes.
        frames: length of the window.
    """

    start: int
    known: int
    frames: int

    @property
    def stop(self) -> int:
        """The first frame of the piece after it."""
        return self.start + self.frames


def plan_windows(known: Tensor, segment: int, grid: int) -> list[Window]:
    """Return the windows that fill a piece, in order.

    Args:
        known: bool ``[K, T]``: the tokens that are given.
        segment: the most frames in a window.
        grid: window lengths are whole multiples of this (the reference leaves out a last span that
            is not whole) unless something in the rest is given. So up to ``grid - 1`` frames at the
            end of the piece may be left out.
    """
    total = known.shape[-1]
    context = max(int(segment * CONTEXT_SHARE) // grid * grid, 1)
    holes = _holes((~known.all(dim=0)).tolist())
    windows: list[Window] = []
    while holes:
        first = holes[0][0]
        start = 0 if total <= segment else max(first - context, 0)
        stop = _stop(holes, min(start + segment, total), total, context // 2)
        rest = (stop - start) % grid
        if not known[:, stop - rest : stop].any():
            stop -= rest
        if stop <= first:
            break
        windows.append(Window(start=start, known=first - start, frames=stop - start))
        holes = [(max(begin, stop), end) for begin, end in holes if end > stop]
    return windows


def _holes(unknown: list[bool]) -> list[Hole]:
    edges = [0, *(i for i in range(1, len(unknown)) if unknown[i] != unknown[i - 1]), len(unknown)]
    return [(begin, end) for begin, end in pairwise(edges) if begin < end and unknown[begin]]


def _stop(holes: list[Hole], limit: int, total: int, ahead: int) -> int:
    """Return where a window ends that could reach ``limit``.

    Where it can, a hole is filled in a window that has ``ahead`` frames of what comes after it.
    """
    begin, end = [hole for hole in holes if hole[0] < limit][-1]
    if limit == total or end + ahead <= limit:
        return limit
    if begin > holes[0][0]:
        return begin  # it gets a window of its own
    # Filled up to the end it would not see enough of what comes after; the next window does.
    return (begin + end) // 2 if end <= limit else limit
