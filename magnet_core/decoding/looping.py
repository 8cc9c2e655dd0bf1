"""Closing a loop: its tail is decoded again with its head in sight, as what comes next.

Music of L frames that is simply repeated jumps at the seam, since its end knew nothing of its
beginning. The window for the repair has the loop's head behind its tail as a frozen future, so that
what is filled in leads from the one to the other::

    loop     | head ............................ tail |
    window           |~~~~~~~~~~~~~~~~~~~~|===========|~~~~~~~~~~|
                       known                join_frames   the head again

The head stays as it is: however the loop was entered, its second round begins as its first did.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from magnet_core.errors import DecodingError

AHEAD_SHARE = 0.25  # of a segment: how much of the head the tail sees


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopWindow:
    """The window in which a loop is closed.

    Attributes:
        start: the frame of the loop that it begins with: its metre is that of the loop's frame 0,
            ``at_frame(start)``.
        frames: its length.
        prompt_codes: int64 ``[B, K, frames]``, for a decoder that fills holes.
        frozen: bool ``[frames]``, for the same.
        join: the frames of the loop that it fills.
    """

    start: int
    frames: int
    prompt_codes: Tensor
    frozen: Tensor
    join: slice

    def closed(self, codes: Tensor, decoded: Tensor) -> Tensor:
        """Return the loop ``codes [B, K, L]`` with its join from the ``decoded`` window."""
        closed = codes.clone()
        closed[..., self.join] = decoded[
            ..., self.join.start - self.start : self.join.stop - self.start
        ]
        return closed


def loop_window(codes: Tensor, *, join_frames: int, segment_frames: int) -> LoopWindow:
    """Return the window that closes the loop ``codes``, int64 ``[B, K, L]``.

    Args:
        codes: of the loop; what its last ``join_frames`` hold does not matter.
        join_frames: how much of the tail is decoded again. No prefix should be asked for: it would
            not see the head.
        segment_frames: the most frames in a window.

    Raises:
        DecodingError: the join is not shorter than the loop, or leaves a window nothing to see.
    """
    total = codes.shape[-1]
    most = min(total, segment_frames - 2)
    if not 1 <= join_frames < most:
        raise DecodingError(
            f"join_frames is {join_frames}; it must be 1 to {most - 1} for a loop of {total} frames"
        )
    begin = total - join_frames
    ahead = min(begin, max(int(segment_frames * AHEAD_SHARE), 1), segment_frames - join_frames - 1)
    start = max(0, total + ahead - segment_frames)
    frames = total + ahead - start
    frozen = torch.ones(frames, dtype=torch.bool)
    frozen[begin - start : total - start] = False
    return LoopWindow(
        start=start,
        frames=frames,
        prompt_codes=torch.cat([codes[..., start:], codes[..., :ahead]], dim=-1),
        frozen=frozen,
        join=slice(begin, total),
    )
