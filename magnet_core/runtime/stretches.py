"""A log as a replay needs it: which frames of which plan remain, between two cuts.

    log      plan 1 ............. |  plan 3 .....  | cut  | plan 4 ......
                     | plan 2 ......
    parts    plan 1  | plan 2     |  plan 3 ....   |      | plan 4 ......
             stretch ..............................        stretch ......

Each frame of the final timeline comes from the last plan that was begun at it or before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from magnet_core.runtime.blocks import BLOCK_FRAMES
from magnet_core.runtime.decision import Decision
from magnet_core.runtime.joints import (
    Cut,
    Joint,
    LoopClosed,
    LoopLeft,
    LoopOpened,
    LoopResumed,
    Resumed,
)
from magnet_core.runtime.log_reader import SessionRecord


@dataclass(frozen=True, slots=True)
class Part:
    """What remains of a plan: its frames before ``end``."""

    decision: Decision
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Music from one cut to the next, or to the end.

    Attributes:
        first: the number of its first frame.
        begin, end: its samples.
        parts: what remains of its plans, in order.
        joints: in order, without loops that were never heard.
        cut: what ends it; None at the end of the log.
    """

    first: int
    begin: int
    end: int
    parts: tuple[Part, ...]
    joints: tuple[Joint, ...]
    cut: Cut | None

    @property
    def frames(self) -> int:
        """How many frames are to be decoded."""
        return sum(part.end - part.decision.plan.first_frame for part in self.parts)


def stretches(record: SessionRecord, lookahead_frames: int) -> list[Stretch]:
    """Return the stretches of a log, at least one.

    Args:
        record: the log.
        lookahead_frames: of the codec: frames that are decoded and not heard.
    """
    found: list[Stretch] = []
    entries: list[Decision | Joint] = []
    first = begin = 0
    for entry in record.entries:
        if isinstance(entry, Cut):
            found.append(_stretch(entries, first, begin, entry, end=entry.begin))
            entries, first, begin = [], entry.frame, entry.begin
        else:
            entries.append(entry)
    end = record.end
    if end is None:
        hop_length = record.header.hop_length
        end = max(_known(entries, first, begin, hop_length, lookahead_frames), record.heard)
    return [*found, _stretch(entries, first, begin, None, end=end)]


def _stretch(
    entries: list[Decision | Joint], first: int, begin: int, cut: Cut | None, *, end: int
) -> Stretch:
    parts: list[Part] = []
    joints: list[Joint] = []
    until = None if cut is None else cut.frame  # later plans have taken the frames from there on
    opened = False
    for entry in reversed(entries):
        if isinstance(entry, Decision):
            plan = entry.plan
            if until is None or plan.first_frame < until:
                last = plan.end_frame
                parts.append(Part(entry, last if until is None else min(last, until)))
                until = plan.first_frame
        elif isinstance(entry, LoopOpened):
            opened = True
        elif isinstance(entry, LoopClosed):
            is_cut_off = until is not None and until < entry.loop.end_frame
            if not opened and not is_cut_off:
                joints.append(entry)
                until = entry.loop.end_frame
            opened = False
        else:
            joints.append(entry)
            until = entry.frame if isinstance(entry, LoopLeft) else until
    return Stretch(
        first=first,
        begin=begin,
        end=end,
        parts=tuple(reversed(parts)),
        joints=tuple(reversed(joints)),
        cut=cut,
    )


def _known(
    entries: list[Decision | Joint], first: int, begin: int, hop_length: int, lookahead_frames: int
) -> int:
    """Return the sample up to which the last stretch of a log without an end is known."""
    frame, sample, reach, goes_round = first, begin, first, False
    for entry in entries:
        if isinstance(entry, Decision):
            reach = entry.plan.end_frame
        elif isinstance(entry, Resumed):
            frame = reach = entry.frame + len(entry.codes[0])
        elif isinstance(entry, LoopLeft):
            frame, sample = entry.frame + entry.frames, entry.way_out.sample
            reach, goes_round = frame, False
        elif isinstance(entry, LoopClosed):
            reach, goes_round = entry.loop.end_frame, True
        elif isinstance(entry, LoopResumed | LoopOpened):
            goes_round = isinstance(entry, LoopResumed)
    if goes_round:  # without an end
        return begin
    whole = (reach - frame) // BLOCK_FRAMES * BLOCK_FRAMES
    return sample + max(whole - lookahead_frames, 0) * hop_length
