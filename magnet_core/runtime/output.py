"""The way out of a session: from planned code frames to PCM at exact positions.

    timeline   | sent to the codec ............. | planned ......... |
    codec      | final samples ........ | waits  |    the lookahead: samples that need later frames
    stream     | gone out ............. |
                                        ^ position

Three things are true of a frame once it has been written: which plan decoded it, and how, which its
samples tell everyone downstream (its *origin*); that it may still be rewritten, until it is sent;
and that its samples are final only when the codec has seen its lookahead. They change together, so
the output is the only one that writes to the timeline. It decides *how much* goes out and when;
*what* is planned is the session's business.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from magnet_core.runtime.events import PcmChunk
from magnet_core.runtime.timeline import Timeline
from magnet_core.types import Codec

_BLOCK_FRAMES = 4  # a block through the codec: 80 ms
_FIRST_BLOCK_FRAMES = 2
_HURRY_S = 0.1  # with less music ahead than this, frames go out as they come


@dataclass(slots=True)
class _Origin:
    """Who decoded the frames before ``end`` (and after the origin before it)."""

    end: int
    flags: int
    plan_id: int


def _pcm(waveform: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(waveform.cpu().numpy(), dtype=np.float32)


class Output:
    """Where the output of one stream stands.

    Args:
        codec: turns frames into samples.
        timeline: the stream's frames; written to by nobody else.
        device: where the codec's weights are.

    Attributes:
        position: samples that have gone out.
        sounding: music has gone out since the stream began, began anew or was paused.
        music_from: the first frame of the music: what lies before it is forgotten.
    """

    def __init__(self, codec: Codec, timeline: Timeline, device: torch.device) -> None:
        self.position = 0
        self.sounding = False
        self.music_from = 0
        self._codec, self._timeline, self._device = codec, timeline, device
        self._stream = codec.stream()
        self._until = 0  # samples that may go out
        self._is_dry = False
        self._tail: NDArray[np.float32] | None = None  # samples that a reset left in the codec
        self._origins: deque[_Origin] = deque()

    # -- frames in --------------------------------------------------------------------------------

    def write(self, codes: Tensor, flags: int, *, plan_id: int) -> None:
        """Add frames ``[K, n]`` to the plan, and remember where they come from."""
        timeline, origins = self._timeline, self._origins
        timeline.write(timeline.horizon, codes)
        if origins and (origins[-1].flags, origins[-1].plan_id) == (flags, plan_id):
            origins[-1].end = timeline.horizon
        else:
            origins.append(_Origin(timeline.horizon, flags, plan_id))

    def rewrite_from(self, frame: int) -> None:
        """Forget the planned frames from ``frame`` on."""
        origins = self._origins
        self._timeline.rewrite_from(frame)
        while len(origins) > 1 and origins[-2].end >= frame:
            origins.pop()
        if origins:
            origins[-1].end = min(origins[-1].end, frame)

    # -- beginning and ending ---------------------------------------------------------------------

    def resume(self) -> None:
        """The stream runs: if it runs dry now, that is news again."""
        self._is_dry = False

    def pause(self) -> None:
        """The stream stands still: nobody hears what has gone out run out."""
        self.sounding = False

    def begin_anew(self) -> None:
        """Forget the music that is planned; let that which is sent sound to its end."""
        tail = self._stream.flush()
        if tail.shape[1]:
            self._tail = _pcm(tail)
        self._cut_off()

    def begin_after_loss(self) -> None:
        """The same after an error: the codec is in no known state, what was in it is silence."""
        lost = self.sample_of(self._timeline.frozen) - self.position
        silence = np.zeros((self._codec.channels, lost), dtype=np.float32)
        self._tail = silence if lost else None
        self._cut_off()

    def _cut_off(self) -> None:
        frozen = self._timeline.frozen
        self._stream = self._codec.stream()
        self.rewrite_from(frozen)
        self.music_from, self.sounding = frozen, False

    # -- positions --------------------------------------------------------------------------------

    def sample_of(self, frame: int) -> int:
        """Return the first sample of ``frame``."""
        return frame * self._codec.hop_length

    def heard_from(self, frame: int) -> int:
        """Return the first sample that depends on ``frame``: the codec looks ahead."""
        first = max(frame - self._codec.lookahead_frames, self.music_from)
        return max(self.sample_of(first), self.position)

    def demand(self, until_sample: int) -> None:
        """Allow samples before ``until_sample`` to go out; what was allowed stays so."""
        self._until = max(self._until, until_sample)

    def ahead_s(self, lead_s: float) -> float:
        """Return the seconds that have gone out and are not heard yet, as far as can be told.

        Args:
            lead_s: how far the demand runs ahead of what is heard.
        """
        if not self.sounding:
            return 0.0
        missing_s = (self._until - self.position) / self._codec.sample_rate
        return max(lead_s - missing_s, 0.0)

    def notice_drought(self, lead_s: float) -> bool:
        """Return whether the stream has run dry; True once, until it sounds or resumes."""
        if not self.sounding or self._timeline.planned or self.ahead_s(lead_s) > 0.0:
            return False
        noticed, self._is_dry = self._is_dry, True
        return not noticed

    # -- samples out ------------------------------------------------------------------------------

    def can_emit(self, *, lead_s: float, more_comes: bool) -> bool:
        """Return whether ``emit`` would have something to do."""
        if self._tail is not None:
            return self._until > self.position
        return self._frames_to_emit(lead_s, more_comes) > 0

    def emit(self, *, lead_s: float, more_comes: bool) -> list[PcmChunk]:
        """Put one block through the codec; return what became final, never past the demand.

        Args:
            lead_s: how far the demand runs ahead of what is heard.
            more_comes: frames are being decoded, so that a block may become whole by waiting.
        """
        if self._tail is not None:
            return self._emit_tail(self._tail)
        count = self._frames_to_emit(lead_s, more_comes)
        if not count:
            return []
        pcm = self._stream.push(self._timeline.send(count).to(self._device))
        if not pcm.shape[1]:
            return []
        self.sounding, self._is_dry = True, False
        return self._cut(_pcm(pcm))

    def _frames_to_emit(self, lead_s: float, more_comes: bool) -> int:
        """Return how many planned frames may and should go through the codec now."""
        codec, timeline = self._codec, self._timeline
        ahead = timeline.frozen - codec.lookahead_frames  # its samples are the last to go out
        allowed = self._until // codec.hop_length - max(ahead, self.music_from)
        block = _BLOCK_FRAMES if self.sounding else _FIRST_BLOCK_FRAMES
        count = min(timeline.planned, allowed, 2 * _BLOCK_FRAMES)
        if allowed < block:
            return 0
        can_wait = not self.sounding or self.ahead_s(lead_s) > _HURRY_S
        if count < block and more_comes and can_wait:
            return 0  # a whole block costs the codec hardly more than a frame
        return max(count, 0)

    def _emit_tail(self, tail: NDArray[np.float32]) -> list[PcmChunk]:
        count = min(self._until - self.position, tail.shape[1])
        if count <= 0:
            return []
        self._tail = tail[:, count:] if count < tail.shape[1] else None
        return self._cut(np.ascontiguousarray(tail[:, :count]))

    def _cut(self, pcm: NDArray[np.float32]) -> list[PcmChunk]:
        """Return ``pcm`` as chunks that each come from one plan and one way of decoding."""
        chunks, at, origins = [], 0, self._origins
        while at < pcm.shape[1]:
            while len(origins) > 1 and self.sample_of(origins[0].end) <= self.position:
                origins.popleft()
            origin = origins[0]
            left = self.sample_of(origin.end) - self.position
            count = min(pcm.shape[1] - at, left) if left > 0 else pcm.shape[1] - at
            piece = pcm[:, at : at + count]
            chunks.append(PcmChunk(self.position, piece, origin.flags, origin.plan_id))
            self.position += count
            at += count
        return chunks
