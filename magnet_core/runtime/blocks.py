"""Frames through a streaming codec, in blocks that depend on nothing but the frames' number.

What a kernel computes differs in its last bit with how many rows go through at once. If blocks were
cut as the moment suggests, no run could be repeated bit for bit, so the rule is fixed: counted from
where the codec begins, the first two blocks are 2 frames each, so that the first sound comes soon,
all others 4, since a block of 4 costs the codec hardly more than a single frame. The only block
that may be shorter is the one before a loop ends.
"""

from __future__ import annotations

import torch
from torch import Tensor

from magnet_core.types import Codec

BLOCK_FRAMES = 4
_FIRST_BLOCKS_END, _FIRST_BLOCK_FRAMES = 4, 2


class BlockStream:
    """A codec's stream that is fed block by block.

    Args:
        codec: turns frames into samples.
        device: where its weights are.
        run_in: int64 ``[K, R]``, frames that the stream begins with without being heard, so that it
            sounds as if it had been playing all along; they go through before all others.
    """

    def __init__(self, codec: Codec, device: torch.device, run_in: Tensor | None = None) -> None:
        self._stream, self._device = codec.stream(), device
        self._run_in = run_in
        self._frames = 0 if run_in is None else _FIRST_BLOCKS_END

    @property
    def run_in_frames(self) -> int:
        """Frames of the run-in that are still to go through."""
        return 0 if self._run_in is None else self._run_in.shape[1]

    @property
    def block_frames(self) -> int:
        """Frames of the next block."""
        return BLOCK_FRAMES if self._frames >= _FIRST_BLOCKS_END else _FIRST_BLOCK_FRAMES

    def push(self, codes: Tensor) -> Tensor:
        """Return the samples ``[C, m]`` that became final by a block of codes ``[K, n]``."""
        assert self._run_in is None and 0 < codes.shape[1] <= self.block_frames
        self._frames += codes.shape[1]
        return self._stream.push(codes.to(self._device)).cpu()

    def push_run_in(self) -> Tensor:
        """Return the samples that became final by the next block of the run-in."""
        assert self._run_in is not None
        # The first takes what is more than whole blocks.
        count = self._run_in.shape[1] % BLOCK_FRAMES or BLOCK_FRAMES
        block, rest = self._run_in[:, :count], self._run_in[:, count:]
        self._run_in = rest if rest.shape[1] else None
        return self._stream.push(block.to(self._device)).cpu()

    def flush(self) -> Tensor:
        """Return the samples that waited for frames that will not come; the stream has ended."""
        return self._stream.flush().cpu()
