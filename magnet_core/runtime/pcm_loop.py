"""A loop as samples: decoded once, then played round and round without a seam.

A loop of whole bars is hardly ever a whole number of frames, and a codec remembers: frames decoded
after the loop's end sound different from the same frames decoded after what came before the loop,
if only in the phase of a tone. So one round is decoded as it sounds in the middle of many, with the
loop's tail before it as the codec's run-in::

    frames     ... tail |0 head ...                          tail  F|  head ...
    samples     ~~~fade |0                              fade| Ls
                   ^ goes on into the head without a jump    ^ is crossfaded into the other fade

Its length in samples is exact. The cut, less than a frame before the last frame's end, is hidden by
a crossfade of equal power over the last 10 ms, from the round's end to the samples right before
its head: the same music, a part of a frame later. The head itself, and whatever drum it begins
with, is left alone.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from magnet_core.runtime.blocks import BLOCK_FRAMES, BlockStream
from magnet_core.types import Codec

FADE_S = 0.01  # half a frame. Held tones betray 5 ms by their spectral flux, but not 10
RUN_IN_FRAMES = 48  # 0.96 s: what a codec remembers

Pcm = NDArray[np.float32]


def crossfaded(out: Pcm, into: Pcm) -> Pcm:
    """Return ``out`` faded into ``into`` with equal power, both ``[C, n]``."""
    angle = (np.arange(out.shape[1], dtype=np.float32) + 0.5) * (math.pi / 2 / out.shape[1])
    return np.asarray(out * np.cos(angle) + into * np.sin(angle), dtype=np.float32)


def round_trip(codes: Tensor, before: int, count: int) -> Tensor:
    """Return the ``count`` frames before frame ``before`` of ``codes [K, F]``, repeated."""
    index = torch.arange(before - count, before) % codes.shape[1]
    return codes[:, index]


class PcmLoop:
    """One round of a loop, decoded block by block.

    Args:
        codec: turns frames into samples.
        device: where its weights are.
        codes: int64 ``[K, F]``, the loop's frames.
        length: samples of a round, more than those of F - 1 frames and no more than those of F.

    Attributes:
        codes: as given.
        length: as given.
        fade: samples of the crossfades.
        decoded: samples of the round that may be read.
    """

    def __init__(self, codec: Codec, device: torch.device, codes: Tensor, length: int) -> None:
        hop, frames = codec.hop_length, codes.shape[1]
        assert (frames - 1) * hop < length <= frames * hop
        self.codes, self.length = codes, length
        self.fade = min(round(FADE_S * codec.sample_rate), length // 2)
        self.decoded = 0
        self._stream = BlockStream(codec, device, round_trip(codes, 0, RUN_IN_FRAMES))
        # The head once more at the end, as far as the codec looks ahead.
        look_ahead = round_trip(codes, frames + codec.lookahead_frames, codec.lookahead_frames)
        self._coming = torch.cat([codes, look_ahead], dim=1)
        self._begins = RUN_IN_FRAMES * hop - self.fade  # of the stream's samples
        self._pcm = np.zeros((codec.channels, self.fade + frames * hop), dtype=np.float32)
        self._filled = 0

    @property
    def is_decoded(self) -> bool:
        """Whether the whole round is there."""
        return self.decoded == self.length

    @property
    def can_be_entered(self) -> bool:
        """Whether the samples before the head are there."""
        return self._filled >= self.fade

    def decode_block(self) -> None:
        """Put one more block through the codec."""
        if self._stream.run_in_frames:
            samples = self._stream.push_run_in()
        else:
            block, self._coming = self._coming[:, :BLOCK_FRAMES], self._coming[:, BLOCK_FRAMES:]
            samples = self._stream.push(block)
        skipped = min(self._begins, samples.shape[1])
        self._begins -= skipped
        pcm = samples[:, skipped:].numpy()[:, : self._pcm.shape[1] - self._filled]
        self._pcm[:, self._filled : self._filled + pcm.shape[1]] = pcm
        self._filled += pcm.shape[1]
        self._close()

    def _close(self) -> None:
        """Count what may be read; fade the round's end into its beginning when it is there."""
        decoded = max(self._filled - self.fade, 0)
        if decoded < self.length:
            self.decoded = min(decoded, self.length - self.fade)
        elif not self.is_decoded:
            self.decoded = self.length
            self._end = crossfaded(self.raw(self.length - self.fade, self.fade), self.before_head)

    @property
    def before_head(self) -> Pcm:
        """The ``fade`` samples that go on into the head."""
        assert self.can_be_entered
        return self._pcm[:, : self.fade]

    def leading_to(self, sample: int) -> Pcm:
        """Return the ``fade`` samples before ``sample`` of the round; decode what is missing."""
        while self._filled < self.fade + sample:
            self.decode_block()
        return self.raw(sample - self.fade, self.fade)

    def raw(self, at: int, count: int) -> Pcm:
        """Return ``count`` samples from sample ``at`` on, without the crossfade."""
        return self._pcm[:, self.fade + at : self.fade + at + count]

    def read(self, at: int, count: int) -> Pcm:
        """Return up to ``count`` samples from ``at`` on: what is decoded, and in this round."""
        end = min(at + count, self.decoded)
        faded_from = self.length - self.fade
        if end <= faded_from:
            return self.raw(at, max(end - at, 0))
        if at >= faded_from:
            return self._end[:, at - faded_from : end - faded_from]
        return np.concatenate(
            [self.raw(at, faded_from - at), self._end[:, : end - faded_from]], axis=1
        )
