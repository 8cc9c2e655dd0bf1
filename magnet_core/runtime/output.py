"""The way out of a session: how much PCM goes out and when, at exact positions.

    codec      | final samples ................. | waits |     from the ``feed``, or
    rounds     | ... round and round ...                       a loop's memory
    stream     | gone out ............. | ready  |
                                        ^ position

Samples are made where they are wanted: a block goes through the codec when all that it makes final
is demanded, a loop is read from memory. *What* is planned is the session's business. Where samples
are put together otherwise than frame after frame, the output says so by a joint (``joints``), from
which a replay can do the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

from magnet_core.runtime.blocks import BLOCK_FRAMES
from magnet_core.runtime.events import FLAG_INFILL, PcmChunk
from magnet_core.runtime.feed import Feed
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
from magnet_core.runtime.pcm_loop import RUN_IN_FRAMES, Pcm, round_trip
from magnet_core.runtime.rounds import Rounds
from magnet_core.runtime.timeline import Timeline
from magnet_core.types import Codec

_HEARD_SOON_S = 0.02  # with no more than this ahead, what is not there yet is late
_ROUND_BLOCK_FRAMES = 8  # of a loop that go out at a time


class Output:
    """Where the output of one stream stands.

    Args:
        codec: of the stream.
        timeline: the stream's frames.
        feed: turns them into samples.
        tell: told of each joint, when it is made.

    Attributes:
        position: samples that have gone out.
        sounding: music has gone out since the stream began, began anew or was paused.
        lead_s: how far the demand runs ahead of what is heard.
        rounds: a loop that is played from memory, or soon will be.
    """

    def __init__(
        self, codec: Codec, timeline: Timeline, feed: Feed, tell: Callable[[Joint], None]
    ) -> None:
        self.position = 0
        self.sounding = False
        self.lead_s = 0.0
        self.rounds: Rounds | None = None
        self._codec, self._timeline, self._feed, self._tell = codec, timeline, feed, tell
        self._until = 0  # samples that may go out
        self._ready = np.zeros((codec.channels, 0), np.float32)  # final, behind ``position``

    # -- beginning and ending ---------------------------------------------------------------------

    def pause(self) -> None:
        """The stream stands still: nobody hears what has gone out run out."""
        self.sounding = False

    def begin_anew(self) -> None:
        """Forget the music that is planned; let that which is sent sound to its end."""
        final, rounds = self._final, self._heard_rounds
        self._keep(self._feed.flush() if rounds is None else rounds.faded_out(final))
        self._cut_off(final, in_rounds=rounds is not None)

    def begin_after_loss(self) -> None:
        """The same after an error: the codec is in no known state, what was in it is silence."""
        lost, final, in_rounds = 0, self._final, self._heard_rounds is not None
        if not in_rounds:
            lost = max(self._feed.sample_of(self._timeline.frozen) - self.position, 0)
        self._ready = np.zeros((self._codec.channels, lost), np.float32)
        self._cut_off(final, in_rounds=in_rounds, lost=True)

    def _cut_off(self, final: int, *, in_rounds: bool, lost: bool = False) -> None:
        frozen, begin = self._timeline.frozen, self._final
        self._feed.rewrite_from(frozen)
        self._feed.open(at=begin)
        self.rounds, self.sounding = None, False
        cut = Cut(
            frame=frozen,
            position=self.position,
            final=final,
            begin=begin,
            in_rounds=in_rounds,
            lost=lost,
        )
        self._tell(cut)

    def go_on_from(self, codes: Tensor) -> None:
        """Go on with music that was heard elsewhere and ended with ``codes`` ``[K, n]``."""
        frame = self._timeline.frozen
        self._feed.append_sent(codes)
        self._feed.open(at=self._final, run_in=codes[:, max(codes.shape[1] - RUN_IN_FRAMES, 0) :])
        self.rounds, self.sounding = None, False
        self._tell(Resumed(frame=frame, codes=tuple(map(tuple, codes.tolist()))))

    # -- loops ------------------------------------------------------------------------------------

    def close_loop(self, loop: Loop) -> None:
        """Play ``loop`` round and round when its frames, all planned, have been heard once."""
        feed, codes = self._feed, self._timeline.between(loop.begin_frame, loop.end_frame)
        pcm, begin = feed.loop_of(codes, loop.length_samples), feed.sample_of(loop.begin_frame)
        self.rounds = Rounds(pcm, begin, loop.end_frame, feed.last_plan_id)
        feed.held_from = None
        self._tell(LoopClosed(frame=self._timeline.frozen, loop=loop))

    def go_on_with_loop(self, codes: Tensor, loop: Loop, next_sample: int) -> None:
        """Go on with a loop that was heard elsewhere.

        Args:
            codes: ``[K, F]``, its frames, which are the last that were sent.
            loop: where they lie.
            next_sample: of its round.
        """
        pcm = self._feed.loop_of(codes, loop.length_samples)
        begin = self._final - next_sample - loop.length_samples
        self.rounds = Rounds(pcm, begin, loop.end_frame, plan_id=0, first_has_ended=True)
        self._tell(LoopResumed(frame=loop.end_frame, loop=loop, next_sample=next_sample))

    def open_loop(self) -> None:
        """Let the music go on behind a loop, as long as its frames are not all sent."""
        if self.rounds is not None and self._sent_rounds is None:
            self.rounds = None
            self._tell(LoopOpened(frame=self._timeline.frozen))

    @property
    def endless_rounds(self) -> Rounds | None:
        """The loop that will be played from memory with no end set, if there is one."""
        rounds = self._sent_rounds
        return rounds if rounds is not None and rounds.left_at is None else None

    def way_out(self, rounds: Rounds, loop: Loop, wait_s: float) -> Exit:
        """Return the first bar line at which a loop that goes round can be left, after a while.

        Args:
            rounds: ``endless_rounds``.
            loop: whose they are.
            wait_s: from now on.
        """
        gone_out = max(self._final, rounds.second_round) + rounds.pcm.fade
        wait = round(max(wait_s - self.ahead_s, 0.0) * self._codec.sample_rate)
        return loop.next_exit(rounds.second_round, gone_out + wait)

    def leave_loop(self, rounds: Rounds, way_out: Exit, context_frames: int) -> int:
        """Let new music follow the loop at one of its bar lines.

        What is heard before that, is put on the timeline as if it had been decoded there.

        Args:
            rounds: ``endless_rounds``.
            way_out: the bar line.
            context_frames: how much of it to put there.

        Returns:
            the sample from which on the new music is faded in.
        """
        codes, frame = rounds.pcm.codes, self._timeline.frozen
        in_rounds = self._heard_rounds is not None
        while not rounds.first_has_ended:  # by the stream that has played it
            self._end_first_round(rounds)
        count = max(context_frames, RUN_IN_FRAMES)
        self._feed.append_sent(round_trip(codes, way_out.loop_frame, count))
        run_in = round_trip(codes, way_out.loop_frame, RUN_IN_FRAMES)
        self._feed.open(at=way_out.sample, run_in=run_in, after=(rounds.pcm, way_out.loop_sample))
        rounds.left_at = self._feed.first_heard
        self._tell(LoopLeft(frame=frame, in_rounds=in_rounds, way_out=way_out, frames=count))
        return rounds.left_at

    @property
    def _sent_rounds(self) -> Rounds | None:
        """The loop all of whose frames are sent, so that its head follows them."""
        rounds = self.rounds
        is_sent = rounds is not None and self._timeline.frozen >= rounds.end_frame
        return rounds if is_sent else None

    @property
    def _ending_rounds(self) -> Rounds | None:
        """The loop whose first round has to end in its head now."""
        rounds = self._sent_rounds
        return rounds if rounds is not None and not rounds.first_has_ended else None

    @property
    def _heard_rounds(self) -> Rounds | None:
        """The loop from whose memory the next sample comes."""
        rounds = self.rounds
        return rounds if rounds is not None and rounds.sounds_at(self._final) else None

    # -- positions and time -----------------------------------------------------------------------

    def heard_from(self, frame: int) -> int:
        """Return the first sample that depends on ``frame`` and is not final."""
        return max(self._feed.first_sample_with(frame), self._final)

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
    def covered_s(self) -> float:
        """The seconds of sound before the first frame that is not sent; inf in an endless loop."""
        rounds = self._heard_rounds
        if rounds is None:
            return self.ahead_s
        if rounds.left_at is None:
            return float("inf")
        return self.ahead_s + (rounds.left_at - self.position) / self._codec.sample_rate

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
        if self._heard_rounds is not None:
            return self._until > self.position
        return (
            self._feed.run_in_frames > 0
            or self._ending_rounds is not None
            or self._frames_to_send > 0
        )

    def emit(self) -> list[PcmChunk]:
        """Do one piece of work; return what became final, never past the demand."""
        if self._may_go_out <= 0 and self._heard_rounds is None:
            self._work()
        count, rounds = self._may_go_out, self._heard_rounds
        if count > 0:
            pcm, self._ready = self._ready[:, :count], self._ready[:, count:]
            chunks = self._feed.chunks(self.position, pcm)
        else:
            chunks = [] if rounds is None else self._next_of_round(rounds)
        self.position += sum(chunk.pcm.shape[1] for chunk in chunks)
        if rounds is not None and rounds.left_at is not None and self.position >= rounds.left_at:
            self.rounds = None
        # What a reset has left to sound is not music that goes on.
        self.sounding |= bool(chunks) and self.position > self._feed.first_heard
        return chunks

    @property
    def can_prepare(self) -> bool:
        """Whether ``prepare`` would have something to do."""
        loop_waits = self.rounds is not None and not self.rounds.pcm.is_decoded
        return loop_waits or self._feed.run_in_frames > BLOCK_FRAMES

    def prepare(self) -> None:
        """Do a block of the codec's work that is not urgent yet."""
        if self.rounds is not None and not self.rounds.pcm.is_decoded:
            self.rounds.pcm.decode_block()
        elif self._feed.run_in_frames > BLOCK_FRAMES:  # nothing is heard of it but its end
            self._keep(self._feed.send_run_in())

    def loop_pcm(self) -> Pcm | None:
        """Return one round ``[C, n]`` of the loop, all of it decoded; None where there is none."""
        if self.rounds is None:
            return None
        pcm = self.rounds.pcm
        while not pcm.is_decoded:
            pcm.decode_block()
        return pcm.read(0, pcm.length)

    def _work(self) -> None:
        """Do what comes next: nothing that may go out is there."""
        if self._feed.run_in_frames:
            self._keep(self._feed.send_run_in())
        elif (rounds := self._ending_rounds) is not None:
            self._end_first_round(rounds)
        elif (count := self._frames_to_send) > 0:
            self._keep(self._feed.send(count))

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
        count = self._next_frames
        return count if self._feed.may_send(count) and self._wants_block else 0

    @property
    def _next_frames(self) -> int:
        """Frames of the next block; the last one before a loop ends is as long as it is."""
        return self._feed.next_frames(None if self.rounds is None else self.rounds.end_frame)

    @property
    def _wants_block(self) -> bool:
        """Whether all that the next block makes final is demanded."""
        return self._feed.final_after(self._next_frames) <= self._until

    def _end_first_round(self, rounds: Rounds) -> None:
        """Let a loop's first round end in its head, which is what comes next."""
        loop, ahead = rounds.pcm, self._codec.lookahead_frames
        if not loop.can_be_entered:
            loop.decode_block()
            return
        for first in range(0, ahead, BLOCK_FRAMES):
            count = min(BLOCK_FRAMES, ahead - first)
            self._keep(self._feed.send_unplanned(round_trip(loop.codes, first + count, count)))
        count = rounds.second_round - self.position
        self._ready = rounds.end_first(self._ready[:, :count])

    def _next_of_round(self, rounds: Rounds) -> list[PcmChunk]:
        most = _ROUND_BLOCK_FRAMES * self._codec.hop_length
        count = min(self._until - self.position, most)
        if count <= 0:
            return []
        pcm = rounds.read(self.position, count)
        if not pcm.shape[1]:
            rounds.pcm.decode_block()
            return []
        return [PcmChunk(self.position, np.ascontiguousarray(pcm), FLAG_INFILL, rounds.plan_id)]

    def _keep(self, pcm: Pcm) -> None:
        """Put samples that became final behind those that wait to go out."""
        self._ready = np.concatenate([self._ready, pcm], axis=1) if self._ready.size else pcm
