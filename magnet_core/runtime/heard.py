"""What is heard of a codec's stream: from which sample on, and faded in over what.

A stream that goes on with music which it has not played itself, after a loop or a snapshot, is run
in with that music. Of the run-in nothing is heard but, behind a loop, its last few milliseconds,
into which the loop fades::

    loop      ............................ ~fade|
    stream    | run-in: not heard ........ ~fade| new frames ......
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from magnet_core.runtime.blocks import BlockStream
from magnet_core.runtime.pcm_loop import Pcm, PcmLoop, crossfaded
from magnet_core.types import Codec


class HeardStream:
    """A stream of blocks whose beginning is not heard.

    Args:
        codec: turns frames into samples.
        device: where its weights are.
        run_in: int64 ``[K, R]``, frames that go through the codec before all others.
        after: a loop that is faded into the stream, and which sample of its round would come with
            the first new frame; None where nothing sounds before.

    Attributes:
        blocks: the stream; ``block_frames`` and ``run_in_frames`` tell how to feed it.
        fade: samples before the first new frame that are heard.
    """

    def __init__(
        self,
        codec: Codec,
        device: torch.device,
        run_in: Tensor | None = None,
        *,
        after: tuple[PcmLoop, int] | None = None,
    ) -> None:
        frames = 0 if run_in is None else run_in.shape[1]
        self.blocks = BlockStream(codec, device, run_in if frames else None)
        self.fade = 0 if after is None else after[0].fade
        self._after = after
        self._skip = frames * codec.hop_length - self.fade

    def push(self, codes: Tensor) -> Pcm:
        """Return the heard samples ``[C, m]`` that became final by a block of codes ``[K, n]``."""
        return self._heard(self.blocks.push(codes))

    def push_run_in(self) -> Pcm:
        """Return the heard samples that became final by the next block of the run-in."""
        return self._heard(self.blocks.push_run_in())

    def flush(self) -> Pcm:
        """Return the heard samples that waited for frames that will not come."""
        return self._heard(self.blocks.flush())

    def _heard(self, samples: Tensor) -> Pcm:
        skipped = min(self._skip, samples.shape[1])
        self._skip -= skipped
        pcm = np.asarray(samples[:, skipped:].numpy(), dtype=np.float32)
        if self._after is None or not pcm.shape[1]:
            return pcm
        (loop, end), self._after = self._after, None
        assert pcm.shape[1] >= self.fade, "a fade is shorter than a frame, and ends with one"
        faded = crossfaded(loop.leading_to(end), pcm[:, : self.fade])
        return np.concatenate([faded, pcm[:, self.fade :]], axis=1)
