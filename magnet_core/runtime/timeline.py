"""The code timeline of a stream: what was sent, what is planned and may still be rewritten.

    | sent to the codec ......... | planned: may be rewritten | unknown
                                  ^ frozen                    ^ horizon

Frames are numbered from 0 for as long as the stream lives; only the last minute is kept.
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
    """

    def __init__(self, codebooks: int) -> None:
        self.frozen = 0
        self.horizon = 0
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
            self._forget()
        self._codes[:, frame - self._first : end - self._first] = codes
        self.horizon = end

    def _forget(self) -> None:
        """Move what is kept to the front: once a minute, so that a frame costs the same forever."""
        first = max(self.frozen - _KEPT_FRAMES // 2, self._first)
        kept = self._codes[:, first - self._first : self.horizon - self._first].clone()
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

    def send(self, count: int) -> Tensor:
        """Return the next ``count`` planned frames and freeze them."""
        assert count <= self.planned
        start = self.frozen - self._first
        self.frozen += count
        return self._codes[:, start : start + count].clone()
