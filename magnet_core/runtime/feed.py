"""Frames on their way to samples: written, rewritten while they may be, and sent block by block.

    timeline   | sent to the codec ............. | planned ......... |
    codec      | final samples ........ | waits  |    the lookahead: samples that need later frames

Two things are true of a frame once it has been written: which plan decoded it, and how, which its
samples tell everyone downstream (its *origin*); and that it may still be rewritten, until it is
sent. They change together, so the feed is the only one that writes to the timeline.

Frames and samples run side by side as long as one stream of the codec lasts. Where music begins
anew, where a session goes on from a snapshot, and behind a loop, whose samples come from memory
(``rounds``), a new stream is opened, and a frame is given a new first sample.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from magnet_core.runtime.blocks import BLOCK_FRAMES
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.events import PcmChunk
from magnet_core.runtime.heard import HeardStream
from magnet_core.runtime.origins import Origins
from magnet_core.runtime.pcm_loop import Pcm, PcmLoop
from magnet_core.runtime.timeline import Timeline
from magnet_core.types import Codec


class Feed:
    """What the codec is fed with, and which sample of the stream is whose.

    Args:
        codec: turns frames into samples.
        timeline: the stream's frames; written to by nobody else.
        device: where the codec's weights are.
        costs: learns what a block through the codec takes.
        clock: seconds.

    Attributes:
        held_from: frames from here on are not sent yet, even if they are there.
        first_heard: the first sample that the codec's stream is heard at.
    """

    def __init__(
        self,
        codec: Codec,
        timeline: Timeline,
        device: torch.device,
        costs: Costs,
        clock: Callable[[], float],
    ) -> None:
        self.held_from: int | None = None
        self._codec, self._timeline, self._device = codec, timeline, device
        self._costs, self._clock = costs, clock
        self._origins = Origins()
        self.open(at=0)

    def open(
        self, *, at: int, run_in: Tensor | None = None, after: tuple[PcmLoop, int] | None = None
    ) -> None:
        """Let the next frame sound at sample ``at``, by a new stream of the codec.

        Args:
            at: of the stream.
            run_in: frames ``[K, R]`` that go through the codec before, as in ``HeardStream``.
            after: a loop that fades into it, as there.
        """
        self._stream = HeardStream(self._codec, self._device, run_in, after=after)
        self._base_frame, self._base_sample = self._timeline.frozen, at
        self.first_heard = at - self._stream.fade

    # -- frames in --------------------------------------------------------------------------------

    def write(self, codes: Tensor, flags: int, *, plan_id: int) -> None:
        """Add frames ``[K, n]`` to the plan, and remember where they come from."""
        self._timeline.write(self._timeline.horizon, codes)
        self._origins.add(self._timeline.horizon, flags, plan_id)

    def rewrite_from(self, frame: int) -> None:
        """Forget the planned frames from ``frame`` on."""
        self._timeline.rewrite_from(frame)
        self._origins.rewrite_from(frame)

    def append_sent(self, codes: Tensor) -> None:
        """Put ``codes`` ``[K, n]`` behind the sent frames, as sent: they were heard otherwise."""
        self.rewrite_from(self._timeline.frozen)
        self._timeline.append_sent(codes)

    def loop_of(self, codes: Tensor, length: int) -> PcmLoop:
        """Return the samples, yet to be decoded, of a loop ``[K, F]`` of ``length`` samples."""
        return PcmLoop(self._codec, self._device, codes, length)

    @property
    def last_plan_id(self) -> int:
        """The plan of the last frame that was written; 0 where there is none."""
        return self._origins.last_plan_id

    # -- positions --------------------------------------------------------------------------------

    def sample_of(self, frame: int) -> int:
        """Return the first sample of ``frame``."""
        return self._base_sample + (frame - self._base_frame) * self._codec.hop_length

    def sample_at(self, frame_time: float) -> int:
        """Return the sample of a time in frames, parts of one included."""
        return self._base_sample + round((frame_time - self._base_frame) * self._codec.hop_length)

    def first_sample_with(self, frame: int) -> int:
        """Return the first sample that depends on ``frame``: the codec looks ahead."""
        return max(self.sample_of(frame - self._codec.lookahead_frames), self.first_heard)

    def next_block(self, frame: int) -> int:
        """Return the first frame from ``frame`` on that begins a block, as far as can be told.

        A block that is partly planned anew waits for all of its frames, so that frames before the
        rewrite point in the same block would be kept back in vain.
        """
        block, frozen = self._stream.blocks.block_frames, self._timeline.frozen
        return frozen + -(-(frame - frozen) // block) * block

    def block_of(self, frame: int) -> int:
        """Return the first frame of the block that ``frame`` will go out with."""
        return min(frame, self.next_block(frame - BLOCK_FRAMES + 1))

    # -- samples out ------------------------------------------------------------------------------

    def next_frames(self, end_frame: int | None) -> int:
        """Return the frames of the next block, which is no longer than up to ``end_frame``."""
        count = self._stream.blocks.block_frames
        return count if end_frame is None else min(count, end_frame - self._timeline.frozen)

    def may_send(self, count: int) -> bool:
        """Whether the next ``count`` frames are planned, and none of them is held back."""
        known = self._timeline.planned
        if self.held_from is not None:
            known = min(known, self.held_from - self._timeline.frozen)
        return 0 < count <= known

    def final_after(self, count: int) -> int:
        """Return the sample up to which all is final once ``count`` more frames are sent."""
        # A codec that looks ahead takes its first frames for no samples.
        ahead = max(self._timeline.frozen - self._codec.lookahead_frames, self._base_frame)
        return self.sample_of(ahead + count)

    def send(self, count: int) -> Pcm:
        """Send the next ``count`` frames; return the heard samples that became final by it."""
        started = self._clock()
        pcm = self._stream.push(self._timeline.send(count))
        if count == BLOCK_FRAMES:
            self._costs.block.learn(self._clock() - started)
        return pcm

    def send_unplanned(self, codes: Tensor) -> Pcm:
        """Send frames ``[K, n]`` that are not the timeline's: a loop's head behind its tail."""
        return self._stream.push(codes)

    @property
    def run_in_frames(self) -> int:
        """Frames of the run-in that are still to be sent before all others."""
        return self._stream.blocks.run_in_frames

    def send_run_in(self) -> Pcm:
        """Send a block of the run-in; return the heard samples that became final by it."""
        return self._stream.push_run_in()

    def flush(self) -> Pcm:
        """Return the heard samples that waited for frames that will not come."""
        return self._stream.flush()

    def chunks(self, position: int, pcm: Pcm) -> list[PcmChunk]:
        """Return samples as chunks that each come from one plan and one way of decoding.

        Args:
            position: of the first in the stream.
            pcm: ``[C, n]``, that went through the codec.
        """
        chunks, at, hop = [], 0, self._codec.hop_length
        while at < pcm.shape[1]:
            sample = position + at
            origin = self._origins.of(self._base_frame + (sample - self._base_sample) // hop)
            left = self.sample_of(origin.end) - sample
            count = min(pcm.shape[1] - at, left) if left > 0 else pcm.shape[1] - at
            piece = np.ascontiguousarray(pcm[:, at : at + count])
            chunks.append(PcmChunk(sample, piece, origin.flags, origin.plan_id))
            at += count
        return chunks
