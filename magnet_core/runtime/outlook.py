"""What a session can plan at the moment: from which frame on, with what context, and how soon.

    | sent ....... | kept: covers the time until ... | planned anew ................... |
                   ^ frozen                          ^ rewrite point: where a new plan can begin

Here what is known of the music (the score, the loop, where memory ends) meets what is known of time
(what has gone out, what decoding takes). ``planner`` is asked; nothing is changed but the lead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from magnet_core.api import Model
from magnet_core.config import Variant
from magnet_core.runtime.blocks import BLOCK_FRAMES
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.feed import Feed
from magnet_core.runtime.lead import followed
from magnet_core.runtime.looper import Looper
from magnet_core.runtime.output import Output
from magnet_core.runtime.phrase import KnownPhrase
from magnet_core.runtime.planner import Plan, Planner, Wish
from magnet_core.runtime.score import Score
from magnet_core.runtime.timeline import Timeline


@dataclass(slots=True)
class Turn:
    """A frame at which music is to begin anew, and whether it is planned so already."""

    frame: int
    is_planned: bool = False


class Outlook:
    """What one session can plan.

    Args:
        model: that plays.
        timeline: of the session.
        feed: of the session.
        output: of the session.
        score: what is to be played.
        costs: what decoding takes.
        phrase: what plans may be given to go on from.

    Attributes:
        planner: makes the plans.
        looper: the loop, if there is one.
        memory_from: plans know nothing of the frames before this one.
        turn: where memory will end, if that is to come.
        held_frames: last frames of a prefix that are not heard before the infill is there.
        lead_s: how far ahead of what is heard audio should be demanded.
    """

    def __init__(
        self,
        model: Model,
        timeline: Timeline,
        feed: Feed,
        output: Output,
        score: Score,
        costs: Costs,
        phrase: KnownPhrase,
    ) -> None:
        config = model.lm.config
        self._can_prefix = config.variant is not Variant.MAGNET
        self._can_infill = config.variant is not Variant.AUTOREGRESSIVE
        self._timeline, self._feed, self._output, self._score = timeline, feed, output, score
        self._phrase, self._span_len = phrase, config.span_len
        self.planner = Planner(1.0 / model.frame_rate, BLOCK_FRAMES, costs)
        self.looper = Looper(span_len=config.span_len, can_infill=self._can_infill)
        self.memory_from = 0
        self.turn: Turn | None = None
        # The delay pattern, a block that is not whole, and a codec that looks ahead.
        self.held_frames = config.codebooks - 1 + BLOCK_FRAMES - 1 + model.codec.lookahead_frames
        self.lead_s = self._confirmed_lead_s = 0.0

    def wish(self, first_frame: int, *, short: bool = False) -> Wish:
        """Return what a plan that begins at ``first_frame`` would be asked for.

        Args:
            first_frame: absolute frame number, no later than the horizon.
            short: go on from a short context only, so that a change is heard.
        """
        score, settings = self._score, self._score.wanted.settings
        short = short and not self._phrase.is_context  # which is what should be heard then
        window, context = score.window(settings.change_context_s if short else settings.context_s)
        own = self._own_context(first_frame, context)
        context = own + self._phrase.given_frames(context - own, score.tempo_bpm)
        wish = self._wish(first_frame, window, context)
        fitted = self.planner.fitted(wish)
        if fitted < wish.frames:
            window = context + fitted
            wish = self._wish(first_frame, window - window % self._span_len, context)
        return wish

    def _wish(self, first_frame: int, window: int, context: int) -> Wish:
        output, decoding = self._output, self._score.holds.settings.decoding
        frames, future = self.looper.cut(first_frame, window, context)
        kept_s = (first_frame - self._timeline.frozen) * self.planner.frame_s
        return Wish(
            first_frame=first_frame,
            context_frames=context,
            frames=frames,
            future_frames=future,
            steps=decoding.steps,
            # A prefix would not see the loop's head.
            prefix_frames=0 if future else decoding.prefix_frames,
            lead_s=output.covered_s + kept_s,
            held_frames=self.held_frames,
            can_prefix=self._can_prefix,
            can_infill=self._can_infill,
            silent=not output.sounding,
        )

    def _own_context(self, first_frame: int, most: int) -> int:
        """Return how many frames before ``first_frame`` a plan goes on from."""
        knows_from = self.memory_from
        if self.turn is not None and first_frame >= self.turn.frame:
            knows_from = self.turn.frame
        return min(self._phrase.own_frames(most), max(first_frame - knows_from, 0))

    def given(self, plan: Plan) -> tuple[tuple[int, ...], ...]:
        """Return the phrase that a plan made for ``wish`` goes on from, ``[K][n]``; () for none."""
        _, context = self._score.window(self._score.wanted.settings.context_s)
        own = self._own_context(plan.first_frame, context)
        grid, tempo_bpm = self._score.beat_grid, self._score.tempo_bpm
        beat = grid.metre(plan.first_frame - own).start_beat
        codes = self._phrase.given(plan.context_frames - own, beat, tempo_bpm)
        return tuple(map(tuple, codes.tolist())) if codes.shape[1] else ()

    def first_sound_s(self) -> float:
        """Return how long before its first frames are heard a change must begin."""
        return self.planner.first_sound_s(self.wish(self._timeline.frozen, short=True))

    def rewrite_point(self) -> int:
        """Return the first frame that a plan can begin with, if it begins now."""
        first = self._feed.next_block(self._timeline.frozen + self._margin_frames())
        return min(first, self._timeline.horizon)

    def can_rewrite(self) -> bool:
        """Whether what is kept lasts until a new plan is heard, and nothing else forbids one."""
        if self._timeline.planned < self._margin_frames():
            return False
        return not self.looper.holds(self.rewrite_point())

    def is_urgent(self, frame: int) -> bool:
        """Whether a plan must begin at the next pass to be in time for ``frame``."""
        pass_s = self.planner.longest_pass_s(self.wish(self._timeline.frozen))
        spare = math.ceil(pass_s / self.planner.frame_s) + 2 * BLOCK_FRAMES
        return frame <= self.rewrite_point() + spare

    def _margin_frames(self) -> int:
        """Return how many frames of the old plan must still be heard before a new one can begin."""
        if not self._output.sounding:
            return 0
        short_s = self.first_sound_s() - self._output.covered_s
        return math.ceil(short_s / self.planner.frame_s) if short_s > 0.0 else 0

    def closing_frame(self) -> int | None:
        """Return where a plan should begin that closes the loop; None if none should."""
        window, context = self._score.window(self._score.wanted.settings.context_s)
        loop, frame = self.looper.loop, self.looper.closing_frame(window, context)
        if loop is None or frame is None:
            return None
        frame = max(frame, self.rewrite_point())
        return frame if frame < loop.end_frame - 1 else None

    def runs_out(self) -> bool:
        """Whether a plan must begin where the last one ends."""
        horizon, loop = self._timeline.horizon, self.looper.loop
        if loop is not None and horizon >= loop.end_frame:
            return False
        return self.planner.start_in_s(self.wish(horizon)) <= 0.0

    # -- the lead ---------------------------------------------------------------------------------

    def follow_lead(self, *, anew: bool = False) -> None:
        """Let the lead be as long as the machine needs it; ``anew``: whatever it was before."""
        least_s = self._score.wanted.settings.lead_ms / 1000.0
        needed_s = self.planner.lead_s(self.wish(self._timeline.frozen, short=True))
        before_s = least_s if anew else self.lead_s
        self.lead_s = followed(before_s, needed_s=needed_s, least_s=least_s)
        # Count on no more than what is surely demanded.
        self._output.lead_s = max(min(self._confirmed_lead_s, self.lead_s), least_s)

    def confirm_lead(self, seconds: float) -> None:
        """Be told how far ahead audio is demanded."""
        self._confirmed_lead_s = seconds
        self.follow_lead()
