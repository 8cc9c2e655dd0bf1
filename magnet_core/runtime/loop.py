"""Where a loop lies: its frames, its samples, its seam, and where it may be left.

    | before | first round, decoded as the music goes on .... | all others, from memory ...
             ^ begin_frame                           closing ^ end_frame
             head ~~~~~~~                   ~~~~~ sees the head again as its future

The bar lines of a tempo lie anywhere between two frames, so a loop begins with the frame that holds
its first bar line (and with it, the attack of what sounds there), and its length is exact in
samples: N bars round and round stay in time for hours, which no whole number of frames would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from magnet_core.config import require
from magnet_core.model.metre import BEATS_PER_BAR
from magnet_core.types import Codec

MOST_BARS = 16
_CLOSING_S = 2.0  # of the loop's end that is decoded with its head in sight
_FUTURE_S = 1.0  # of the head that it sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A bar line at which a loop can be left.

    Attributes:
        bar: which, counted in the loop from 1; the last is its end.
        loop_sample: its sample of the round.
        loop_frame: the frame of the loop that would come next.
        sample: its sample of the stream.
    """

    bar: int
    loop_sample: int
    loop_frame: int
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop of whole bars.

    Attributes:
        bars: 1 to 16.
        begin_frame: its first frame.
        length_samples: of a round.
        hop_length: samples of a frame.
        frame_rate: frames per second.
    """

    bars: int
    begin_frame: int
    length_samples: int
    hop_length: int
    frame_rate: int

    @classmethod
    def at(cls, begin_frame: int, bars: int, tempo_bpm: float, codec: Codec) -> Loop:
        """Return the loop of ``bars`` bars that begins there; raises ConfigError."""
        require(1 <= bars <= MOST_BARS, "bars", bars, f"1 to {MOST_BARS}, or 0 for no loop")
        seconds = bars * BEATS_PER_BAR * 60.0 / tempo_bpm
        return cls(
            bars=bars,
            begin_frame=begin_frame,
            length_samples=round(seconds * codec.sample_rate),
            hop_length=codec.hop_length,
            frame_rate=codec.frame_rate,
        )

    def at_frame(self, begin_frame: int) -> Loop:
        """Return the same loop, beginning there."""
        return replace(self, begin_frame=begin_frame)

    @property
    def frames(self) -> int:
        """Frames of a round; of the last one, a part at least is heard."""
        return math.ceil(self.length_samples / self.hop_length)

    @property
    def end_frame(self) -> int:
        """The first frame behind the first round."""
        return self.begin_frame + self.frames

    def future_frames(self, room: int) -> int:
        """Return how much of the head the closing plan sees, of ``room`` behind its context."""
        return min(round(_FUTURE_S * self.frame_rate), self.frames // 2, room // 2)

    def closing_frame(self, room: int, future: int) -> int:
        """Return the frame that the closing plan begins with.

        Args:
            room: frames of the window behind its context.
            future: how much of the head it sees; that much of the head stays as it is.
        """
        most = min(self.frames - future, room - future)
        return self.end_frame - min(round(_CLOSING_S * self.frame_rate), most)

    def next_exit(self, since_sample: int, not_before: int) -> Exit:
        """Return the first bar line at which the loop can be left.

        Args:
            since_sample: of the stream, where the second round begins.
            not_before: of the stream.
        """
        length = self.length_samples
        rounds = max(not_before - since_sample, 0) // length
        while True:
            for bar in range(1, self.bars + 1):
                at = round(bar * length / self.bars)
                sample = since_sample + rounds * length + at
                if sample >= not_before:
                    frame = math.ceil(at / self.hop_length)
                    return Exit(bar=bar, loop_sample=at, loop_frame=frame, sample=sample)
            rounds += 1
