"""Joints: where the samples of a stream are put together otherwise than frame after frame.

Between two joints a stream is simple: frames go through the codec in blocks, and what comes out is
heard. At a joint the output does something that depends on the moment, such as breaking off the
music for a reset. ``output`` tells of each when it has done it, so that a log can keep it and a
replay do the same at the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from magnet_core.runtime.loop import Exit, Loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Music begins anew; the frames from ``frame`` on were forgotten.

    Attributes:
        frame: the first that was not sent.
        position: samples that had gone out.
        final: samples that were final.
        begin: the sample at which the new music begins.
        in_rounds: a loop was being played from memory.
        lost: after an error: from ``position`` on there is silence.
    """

    frame: int
    position: int
    final: int
    begin: int
    in_rounds: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """Music that was heard elsewhere goes on; follows a ``Cut``.

    Attributes:
        frame: the first of ``codes``.
        codes: ``[K][n]``, the last that was heard.
    """

    frame: int
    codes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopResumed:
    """And it is a loop, whose frames are the last of those; follows a ``Resumed``.

    Attributes:
        frame: the first behind the loop's.
        loop: where it lies.
        next_sample: of its round.
    """

    frame: int
    loop: Loop
    next_sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopClosed:
    """A loop will be played from memory when it has been heard once.

    Attributes:
        frame: the first that was not sent.
        loop: where it lies.
    """

    frame: int
    loop: Loop


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOpened:
    """It will not: music goes on behind it as if it had not been closed."""

    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopLeft:
    """New music will follow a loop at one of its bar lines.

    Attributes:
        frame: the first behind the loop's.
        in_rounds: it was already played from memory.
        way_out: the bar line.
        frames: of the loop, so many were put on the timeline from ``frame`` on, as sent.
    """

    frame: int
    in_rounds: bool
    way_out: Exit
    frames: int


Joint: TypeAlias = Cut | Resumed | LoopResumed | LoopClosed | LoopOpened | LoopLeft
