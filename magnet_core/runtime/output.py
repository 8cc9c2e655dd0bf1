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

Frames and samples run side by side, except where music begins anew, where a session goes on from a
snapshot, and round a loop, whose samples come from memory (``rounds``): there a frame is given a
new first sample.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from magnet_core.runtime.blocks import BLOCK_FRAMES
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.events import FLAG_INFILL, PcmChunk
from magnet_core.runtime.heard import HeardStream
from magnet_core.runtime.joints import (
    Cut,
    Joint,
    LoopClosed,
    LoopLeft,
    LoopOpened,
    LoopResumed,
    Resumed,
)
from magnet_core.runtime.loop import Exit, Loop
from magnet_core.runtime.origins import Origins
from magnet_core.runtime.pcm_loop import RUN_IN_FRAMES, Pcm, PcmLoop, round_trip
from magnet_core.runtime.rounds import Rounds
from magnet_core.runtime.timeline import Timeline
from magnet_core.types import Codec

_HEARD_SOON_S = 0.02  # with no more than this ahead, what is not there yet is late
_ROUND_BLOCK_FRAMES = 8  # of a loop that go out at a time


def _to_nobody(joint: Joint) -> None:
    """Nobody wants to know."""


class Output:
    """Where the output of one stream stands.

    Args:
        codec: turns frames into samples.
        timeline: the stream's frames; written to by nobody else.
        device: where the codec's weights are.
        costs: learns what a block through the codec takes.
        clock: seconds.

    Attributes:
        position: samples that have gone out.
        sounding: music has gone out since the stream began, began anew or was paused.
        lead_s: how far the demand runs ahead of what is heard.
        rounds: a loop that is played from memory, or soon will be.
        held_from: frames from here on are not sent yet, even if they are there.
        tell: is told of each joint, when it is made.
    """

    def __init__(
        self,
        codec: Codec,
        timeline: Timeline,
        device: torch.device,
        costs: Costs,
        clock: Callable[[], float],
    ) -> None:
        self.position = 0
        self.sounding = False
        self.lead_s = 0.0
        self.rounds: Rounds | None = None
        self.held_from: int | None = None
        self.tell: Callable[[Joint], None] = _to_nobody
        self._codec, self._timeline, self._device = codec, timeline, device
        self._costs, self._clock = costs, clock
        self._stream = HeardStream(codec, device)
        self._until = 0  # samples that may go out
        self._origins = Origins()
        self._ready = np.zeros((codec.channels, 0), np.float32)  # final, behind ``position``
        self._base_frame = self._base_sample = 0  # a frame, and its first sample
        self._heard_from = 0  # first sample that the codec's stream is heard at

    # -- frames in --------------------------------------------------------------------------------

    def write(self, codes: Tensor, flags: int, *, plan_id: int) -> None:
        """Add frames ``[K, n]`` to the plan, and remember where they come from."""
        self._timeline.write(self._timeline.horizon, codes)
        self._origins.add(self._timeline.horizon, flags, plan_id)

    def rewrite_from(self, frame: int) -> None:
        """Forget the planned frames from ``frame`` on."""
        self._timeline.rewrite_from(frame)
        self._origins.rewrite_from(frame)

    def next_block(self, frame: int) -> int:
        """Return the first frame from ``frame`` on that begins a block, as far as can be told.

        A block that is partly planned anew waits for all of its frames, so that frames before the
        rewrite point in the same block would be kept back in vain.
        """
        block = self._stream.blocks.block_frames
        return self._timeline.frozen + -(-(frame - self._timeline.frozen) // block) * block

    def block_of(self, frame: int) -> int:
        """Return the first frame of the block that ``frame`` will go out with."""
        return min(frame, self.next_block(frame - BLOCK_FRAMES + 1))

    # -- beginning and ending ---------------------------------------------------------------------

    def pause(self) -> None:
        """The stream stands still: nobody hears what has gone out run out."""
        self.sounding = False

    def begin_anew(self) -> None:
        """Forget the music that is planned; let that which is sent sound to its end."""
        final, in_rounds = self._final, self._plays_rounds
        if in_rounds:
            assert self.rounds is not None
            end = self.rounds.faded_out(final)
            self._ready = np.concatenate([self._ready, end], axis=1)
        else:
            self._keep(self._stream.flush())
        self._cut_off(final, in_rounds=in_rounds)

    def begin_after_loss(self) -> None:
        """The same after an error: the codec is in no known state, what was in it is silence."""
        lost, final, in_rounds = 0, self._final, self._plays_rounds
        if not in_rounds:
            lost = max(self.sample_of(self._timeline.frozen) - self.position, 0)
        self._ready = np.zeros((self._codec.channels, lost), np.float32)
        self._cut_off(final, in_rounds=in_rounds, lost=True)

    def _cut_off(self, final: int, *, in_rounds: bool, lost: bool = False) -> None:
        frozen = self._timeline.frozen
        self.rewrite_from(frozen)
        self.rounds, self.sounding = None, False
        self._open(HeardStream(self._codec, self._device), at=self._final)
        joint = Cut(
            frame=frozen,
            position=self.position,
            final=final,
            begin=self._base_sample,
            in_rounds=in_rounds,
            lost=lost,
        )
        self.tell(joint)

    def go_on_from(self, codes: Tensor) -> None:
        """Go on with music that was heard elsewhere and ended with ``codes`` ``[K, n]``."""
        self.rewrite_from(self._timeline.frozen)
        self._timeline.append_sent(codes)
        self.rounds, self.sounding = None, False
        run_in = codes[:, max(codes.shape[1] - RUN_IN_FRAMES, 0) :]
        self._open(HeardStream(self._codec, self._device, run_in), at=self._final)
        frame = self._timeline.frozen - codes.shape[1]
        self.tell(Resumed(frame=frame, codes=tuple(map(tuple, codes.tolist()))))

    def _open(self, stream: HeardStream, *, at: int) -> None:
        """Let the next frame sound at sample ``at`` by a new stream of the codec."""
        self._stream = stream
        self._base_frame, self._base_sample = self._timeline.frozen, at
        self._heard_from = at - stream.fade

    # -- loops ------------------------------------------------------------------------------------

    def close_loop(self, loop: Loop) -> None:
        """Play ``loop`` round and round when its frames, all planned, have been heard once."""
        codes = self._timeline.between(loop.begin_frame, loop.end_frame)
        pcm = PcmLoop(self._codec, self._device, codes, loop.length_samples)
        plan_id = self._origins.last_plan_id
        self.rounds = Rounds(pcm, self.sample_of(loop.begin_frame), loop.end_frame, plan_id)
        self.tell(LoopClosed(frame=self._timeline.frozen, loop=loop))
        self.held_from = None

    def go_on_with_loop(self, codes: Tensor, loop: Loop, next_sample: int) -> None:
        """Go on with a loop that was heard elsewhere.

        Args:
            codes: ``[K, F]``, its frames, which are the last that were sent.
            loop: where they lie.
            next_sample: of its round.
        """
        pcm = PcmLoop(self._codec, self._device, codes, loop.length_samples)
        begin = self._final - next_sample - loop.length_samples
        self.rounds = Rounds(pcm, begin, loop.end_frame, plan_id=0, first_has_ended=True)
        self.tell(LoopResumed(frame=loop.end_frame, loop=loop, next_sample=next_sample))

    def open_loop(self) -> None:
        """Let the music go on behind a loop, as long as its frames are not all sent."""
        if self.rounds is not None and not self._loop_is_sent:
            self.rounds = None
            self.tell(LoopOpened(frame=self._timeline.frozen))

    @property
    def _loop_is_sent(self) -> bool:
        """Whether there is a loop all of whose frames are sent, so that its head follows them."""
        return self.rounds is not None and self._timeline.frozen >= self.rounds.end_frame

    @property
    def loop_goes_round(self) -> bool:
        """Whether a loop will be played from memory, and no end is set."""
        return self._loop_is_sent and self.rounds is not None and self.rounds.left_at is None

    def way_out(self, loop: Loop, wait_s: float) -> Exit:
        """Return the first bar line at which a loop that goes round can be left, after a while."""
        assert self.rounds is not None and self.loop_goes_round
        gone_out = max(self._final, self.rounds.second_round) + self.rounds.pcm.fade
        wait = round(max(wait_s - self.ahead_s, 0.0) * self._codec.sample_rate)
        return loop.next_exit(self.rounds.second_round, gone_out + wait)

    def leave_loop(self, way_out: Exit, context_frames: int) -> None:
        """Let new music follow the loop at one of its bar lines.

        What is heard before that, is put on the timeline as if it had been decoded there.

        Args:
            way_out: the bar line.
            context_frames: how much of it to put there.
        """
        assert self.rounds is not None
        loop, frame, in_rounds = self.rounds.pcm, self._timeline.frozen, self._plays_rounds
        while not self.rounds.first_has_ended:  # by the stream that has played it
            self._end_first_round()
        count = max(context_frames, RUN_IN_FRAMES)
        self._timeline.append_sent(round_trip(loop.codes, way_out.loop_frame, count))
        run_in = round_trip(loop.codes, way_out.loop_frame, RUN_IN_FRAMES)
        after = (loop, way_out.loop_sample)
        stream = HeardStream(self._codec, self._device, run_in, after=after)
        self._open(stream, at=way_out.sample)
        self.rounds.left_at = self._heard_from
        self.tell(LoopLeft(frame=frame, in_rounds=in_rounds, way_out=way_out, frames=count))

    @property
    def _plays_rounds(self) -> bool:
        """Whether the next sample comes from a loop's memory."""
        return self.rounds is not None and self.rounds.sounds_at(self._final)

    # -- positions --------------------------------------------------------------------------------

    def sample_of(self, frame: int) -> int:
        """Return the first sample of ``frame``."""
        return self._base_sample + (frame - self._base_frame) * self._codec.hop_length

    def sample_at(self, frame_time: float) -> int:
        """Return the sample of a time in frames, parts of one included."""
        return self._base_sample + round((frame_time - self._base_frame) * self._codec.hop_length)

    def frame_time(self, sample: int) -> float:
        """Return the time of a sample in frames, parts of one included."""
        return self._base_frame + (sample - self._base_sample) / self._codec.hop_length

    def heard_from(self, frame: int) -> int:
        """Return the first sample that depends on ``frame``: the codec looks ahead."""
        first = self.sample_of(frame - self._codec.lookahead_frames)
        return max(first, self._heard_from, self._final)

    @property
    def _final(self) -> int:
        """The first sample that is not final."""
        return self.position + self._ready.shape[1]

    def demand(self, until_sample: int) -> None:
        """Allow samples before ``until_sample`` to go out; what was allowed stays so."""
        self._until = max(self._until, until_sample)

    @property
    def ahead_s(self) -> float:
        """The seconds that have gone out and are not heard yet, as far as can be told."""
        if not self.sounding:
            return 0.0
        missing_s = (self._until - self.position) / self._codec.sample_rate
        return max(self.lead_s - missing_s, 0.0)

    @property
    def loop_left_s(self) -> float:
        """The seconds of a loop that are still to go out before other music; inf: no end is set."""
        if not self._plays_rounds:
            return 0.0
        assert self.rounds is not None
        left_at = self.rounds.left_at
        if left_at is None:
            return float("inf")
        return (left_at - self.position) / self._codec.sample_rate

    @property
    def covered_s(self) -> float:
        """The seconds of sound before the first frame that is not sent."""
        return self.ahead_s + self.loop_left_s

    @property
    def left_s(self) -> float:
        """The seconds until the music that is decoded and can go out is used up."""
        unheard = BLOCK_FRAMES - 1 + self._codec.lookahead_frames
        frames = max(self._timeline.planned - unheard, 0)
        return self.covered_s + frames / self._codec.frame_rate

    @property
    def is_dry(self) -> bool:
        """Whether all that has gone out is heard, and what is demanded now is not there."""
        is_heard = self.sounding and self.covered_s <= _HEARD_SOON_S
        return is_heard and self._wants_block and not self.can_emit

    # -- samples out ------------------------------------------------------------------------------

    @property
    def can_emit(self) -> bool:
        """Whether ``emit`` would have something to do."""
        if self._may_go_out > 0:
            return True
        if self._plays_rounds:
            return self._until > self.position
        return (
            self._stream.blocks.run_in_frames > 0
            or self._ends_first_round
            or self._frames_to_send > 0
        )

    def emit(self) -> list[PcmChunk]:
        """Do one piece of work; return what became final, never past the demand."""
        if self._may_go_out <= 0 and not self._plays_rounds:
            self._work()
        count = self._may_go_out
        if count > 0:
            pcm, self._ready = self._ready[:, :count], self._ready[:, count:]
            chunks = self._cut(np.ascontiguousarray(pcm))
        else:
            chunks = self._next_of_round() if self._plays_rounds else []
        # What a reset has left to sound is not music that goes on.
        self.sounding |= bool(chunks) and self.position > self._heard_from
        return chunks

    @property
    def can_prepare(self) -> bool:
        """Whether ``prepare`` would have something to do."""
        loop_waits = self.rounds is not None and not self.rounds.pcm.is_decoded
        return loop_waits or self._stream.blocks.run_in_frames > BLOCK_FRAMES

    def prepare(self) -> None:
        """Do a block of the codec's work that is not urgent yet."""
        if self.rounds is not None and not self.rounds.pcm.is_decoded:
            self.rounds.pcm.decode_block()
        elif self._stream.blocks.run_in_frames > BLOCK_FRAMES:  # nothing is heard of it but its end
            self._keep(self._stream.push_run_in())

    def _work(self) -> None:
        """Do what comes next: nothing that may go out is there."""
        if self._stream.blocks.run_in_frames:
            self._keep(self._stream.push_run_in())
        elif self._ends_first_round:
            self._end_first_round()
        elif (count := self._frames_to_send) > 0:
            started = self._clock()
            self._keep(self._stream.push(self._timeline.send(count)))
            if count == BLOCK_FRAMES:
                self._costs.block.learn(self._clock() - started)

    @property
    def _may_go_out(self) -> int:
        """How many samples are final, allowed, and not held back for a loop's first seam."""
        until = min(self._final, self._until)
        if self.rounds is not None and not self.rounds.first_has_ended:
            until = min(until, self.rounds.seam)
        return until - self.position

    @property
    def _frames_to_send(self) -> int:
        """How many planned frames may and should go through the codec now: a block, or none."""
        count, known = self._next_block_frames, self._timeline.planned
        if self.held_from is not None:
            known = min(known, self.held_from - self._timeline.frozen)
        return count if 0 < count <= known and self._wants_block else 0

    @property
    def _next_block_frames(self) -> int:
        """Frames of the next block; the last one before a loop ends is as long as it is."""
        count = self._stream.blocks.block_frames
        if self.rounds is not None:
            count = min(count, self.rounds.end_frame - self._timeline.frozen)
        return count

    @property
    def _wants_block(self) -> bool:
        """Whether all that the next block makes final is demanded."""
        # A codec that looks ahead takes its first frames for no samples.
        ahead = max(self._timeline.frozen - self._codec.lookahead_frames, self._base_frame)
        return self.sample_of(ahead + self._next_block_frames) <= self._until

    @property
    def _ends_first_round(self) -> bool:
        return self._loop_is_sent and self.rounds is not None and not self.rounds.first_has_ended

    def _end_first_round(self) -> None:
        """Let a loop's first round end in its head, which is what comes next."""
        assert self.rounds is not None
        loop, ahead = self.rounds.pcm, self._codec.lookahead_frames
        if not loop.can_be_entered:
            loop.decode_block()
            return
        for first in range(0, ahead, BLOCK_FRAMES):
            count = min(BLOCK_FRAMES, ahead - first)
            self._keep(self._stream.push(round_trip(loop.codes, first + count, count)))
        count = self.rounds.second_round - self.position
        self._ready = self.rounds.end_first(self._ready[:, :count])

    def _next_of_round(self) -> list[PcmChunk]:
        rounds, most = self.rounds, _ROUND_BLOCK_FRAMES * self._codec.hop_length
        assert rounds is not None
        count = min(self._until - self.position, most)
        if count <= 0:
            return []
        pcm = rounds.read(self.position, count)
        if not pcm.shape[1]:
            rounds.pcm.decode_block()
            return []
        chunk = PcmChunk(self.position, np.ascontiguousarray(pcm), FLAG_INFILL, rounds.plan_id)
        self.position += pcm.shape[1]
        if rounds.left_at is not None and self.position >= rounds.left_at:
            self.rounds = None
        return [chunk]

    def _keep(self, pcm: Pcm) -> None:
        """Put samples that became final behind those that wait to go out."""
        self._ready = np.concatenate([self._ready, pcm], axis=1) if self._ready.size else pcm

    def _cut(self, pcm: Pcm) -> list[PcmChunk]:
        """Return ``pcm`` as chunks that each come from one plan and one way of decoding."""
        chunks, at = [], 0
        while at < pcm.shape[1]:
            frame = self._base_frame + (self.position - self._base_sample) // self._codec.hop_length
            origin = self._origins.of(frame)
            left = self.sample_of(origin.end) - self.position
            count = min(pcm.shape[1] - at, left) if left > 0 else pcm.shape[1] - at
            piece = np.ascontiguousarray(pcm[:, at : at + count])
            chunks.append(PcmChunk(self.position, piece, origin.flags, origin.plan_id))
            self.position += count
            at += count
        return chunks
