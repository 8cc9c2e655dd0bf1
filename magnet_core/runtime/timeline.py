"""The code timeline of a stream: what was sent, what is planned and may still be rewritten.

    | sent to the codec ......... | planned: may be rewritten | unknown
                                  ^ frozen                    ^ horizon

Frames are numbered from 0 for as long as the stream lives; only the last minute is kept, and what
``keep_from`` asks for.
"""

from __future__ import annotations

import torch
from torch import Tensor

_KEPT_FRAMES = 3000


class Timeline:
    """Code frames int64 ``[K, ...]`` by absolute frame number.

    Attributes:
        frozen: frames before this one have been sent to the codec and cannot change.
        horizon: frames before this one are known.
        keep_from: frames from this one on are kept however old they are; None: none is asked for.
    """

    def __init__(self, codebooks: int) -> None:
        self.frozen = 0
        self.horizon = 0
        self.keep_from: int | None = None
        self._first = 0  # absolute number of the first frame kept
        self._codes = torch.zeros(codebooks, 2 * _KEPT_FRAMES, dtype=torch.int64)

    @property
    def planned(self) -> int:
        """How many frames are known and not yet sent."""
        return self.horizon - self.frozen

    def write(self, frame: int, codes: Tensor) -> None:
        """Put ``codes`` ``[K, n]`` at ``frame`` and after, and end the plan there."""
        assert self.frozen <= frame <= self.horizon, "plans join on and leave sent frames alone"
        end = frame + codes.shape[1]
        if end - self._first > self._codes.shape[1]:
            self._forget(end)
        self._codes[:, frame - self._first : end - self._first] = codes
        self.horizon = end

    def append_sent(self, codes: Tensor) -> None:
        """Put ``codes`` ``[K, n]`` behind the sent frames, as sent: they were heard otherwise."""
        self.rewrite_from(self.frozen)
        self.write(self.frozen, codes)
        self.frozen = self.horizon

    def _forget(self, end: int) -> None:
        """Move what is kept to the front: once a minute, so that a frame costs the same forever."""
        first = max(self.frozen - _KEPT_FRAMES // 2, self._first)
        if self.keep_from is not None:
            first = max(min(first, self.keep_from), self._first)
        kept = self._codes[:, first - self._first : self.horizon - self._first].clone()
        size = max(2 * _KEPT_FRAMES, end - first + _KEPT_FRAMES // 2)
        if size != self._codes.shape[1]:
            self._codes = self._codes.new_zeros(self._codes.shape[0], size)
        self._codes[:, : kept.shape[1]] = kept
        self._first = first

    def rewrite_from(self, frame: int) -> None:
        """Forget the plan from ``frame`` on."""
        assert self.frozen <= frame <= self.horizon
        self.horizon = frame

    def before(self, frame: int, count: int, *, since: int = 0) -> Tensor:
        """Return up to ``count`` frames that end before ``frame`` from ``since`` on."""
        first = max(frame - count, since, self._first)
        return self._codes[:, first - self._first : max(frame, first) - self._first].clone()

    def between(self, first: int, end: int) -> Tensor:
        """Return the frames from ``first`` up to ``end``, all of which are known and kept."""
        assert self._first <= first <= end <= self.horizon
        return self._codes[:, first - self._first : end - self._first].clone()

    def send(self, count: int) -> Tensor:
        """Return the next ``count`` planned frames and freeze them."""
        assert count <= self.planned
        start = self.frozen - self._first
        self.frozen += count
        return self._codes[:, start : start + count].clone()
