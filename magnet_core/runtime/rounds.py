"""A loop on its way out: its first round comes from the codec, all others from memory.

| music | first round, from the codec | second, from ``PcmLoop`` | third, the same ... | other music
        ^ begin                  seam ^ second_round                                  ^ left_at
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnet_core.runtime.pcm_loop import Pcm, PcmLoop, crossfaded


@dataclass(slots=True)
class Rounds:
    """Which sample of the stream is which of the loop.

    Attributes:
        pcm: the loop's samples.
        begin: sample of the stream at which the first round begins.
        end_frame: the first frame behind those of the first round.
        plan_id: of the plan that closed the loop.
        first_has_ended: the codec has done with the first round.
        left_at: sample of the stream from which on other music is faded in; None: no end is set.
    """

    pcm: PcmLoop
    begin: int
    end_frame: int
    plan_id: int
    first_has_ended: bool = False
    left_at: int | None = None

    @property
    def second_round(self) -> int:
        """The first sample that comes from memory."""
        return self.begin + self.pcm.length

    @property
    def seam(self) -> int:
        """The sample at which the first round begins to fade into the second."""
        return self.second_round - self.pcm.fade

    def sounds_at(self, sample: int) -> bool:
        """Whether ``sample`` comes from memory."""
        is_before_end = self.left_at is None or sample < self.left_at
        return self.first_has_ended and is_before_end and sample >= self.second_round

    def offset(self, sample: int) -> int:
        """Return which sample of the round ``sample`` of the stream is."""
        return (sample - self.second_round) % self.pcm.length

    def read(self, sample: int, count: int) -> Pcm:
        """Return up to ``count`` samples from ``sample`` of the stream on: what is decoded."""
        if self.left_at is not None:
            count = min(count, self.left_at - sample)
        return self.pcm.read(self.offset(sample), count)

    def end_first(self, tail: Pcm) -> Pcm:
        """Return the end of the first round, faded into the second.

        Args:
            tail: ``[C, n]``, from some sample up to ``second_round`` or later.
        """
        self.first_has_ended = True
        fade = self.pcm.fade
        return np.concatenate(
            [tail[:, :-fade], crossfaded(tail[:, -fade:], self.pcm.before_head)], axis=1
        )

    def faded_out(self, sample: int) -> Pcm:
        """Return an end for a loop that breaks off at ``sample``: a fade as short as the seam's."""
        pcm = self.pcm.read(self.offset(sample), self.pcm.fade)
        return crossfaded(pcm, np.zeros_like(pcm)) if pcm.shape[1] else pcm
