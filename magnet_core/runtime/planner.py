"""Deciding what to decode next. Plain arithmetic over measured costs: no tensors, no clock.

A replanned stream must have its next frame ready when the audio already sent runs out. With ``a``
seconds for an autoregressive frame, ``c`` for a frame through the codec, ``f`` for the infill,
``L`` seconds of lead and 0.02 s of audio a frame: while a prefix of P frames and the infill behind
it are decoded, L + P * 0.02 s of music are heard at most, and each of their frames goes through the
codec. So the infill is there in time if

    P * a + f(P)  <=  (1 - c / 0.02) * (L + (P - held) * 0.02 - spare)

where f falls as the prefix takes frames off the infill, and ``held`` counts the frames that are
decoded but cannot be heard before the infill comes: the last K - 1, which the delay pattern leaves
ragged, and those of a block through the codec that is not whole.

The planner takes the shortest prefix that does it, with costs at their 95th percentile. Where even
the longest would not, it takes fewer steps.

Where a prefix gains no time, because a frame of it takes as long as it lasts or the model has none,
nothing is heard of a plan before all of its infill is there. So a plan that is short of time is
made of fewer frames as well (``fitted``), as few as still last until the next one is decoded: a
change is heard in a second or two, roughly at first, and the plans behind it are longer and finer
again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from magnet_core.runtime.costs import Cost, Costs

_LEAST_LEFT_S = 1.0  # a continuation begins no later than with this much music left
_MOST_LEFT_S = 20.0  # and no earlier: a machine too slow for its model is not saved by more
_EARLY = 1.5  # times what it takes
_LONGEST_PREFIX = 2 / 3  # of a plan; rather fewer steps than more than that
_FEWER = 0.8  # of the steps, until the plan is in time
_FINE = 0.5  # of the steps: rather a shorter plan than fewer
_ROUGH = 0.3  # of the steps: no plan is made for a change that would need fewer
_FEWEST_FRAMES = 75  # of a plan without a prefix
_SHORTER = 0.8  # times the frames, until the plan is in time
_LASTS = 0.9  # of what a plan lasts may be spent on the next
_SURE = 1.1  # times what it takes: where nothing is heard before the end, nothing can be made up
_SENT_AHEAD = 0.5  # of the time until a plan without a prefix is heard
_SOON_S = 0.6  # within which a change should be decoded
_LATEST_S = 2.0  # within which it should be in any case, as long as plans last
_PROBE_FRAMES = 8  # of a prefix that nothing asks for, so that its cost is known when it is needed
_MANY = 32  # pieces of work that are typically done in a row
_JITTER_S = 0.04  # what an operating system may take for itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One window to decode.

    Attributes:
        plan_id: counts up from 1 in a session.
        first_frame: absolute number of the first new frame.
        context_frames: known frames before it that the window begins with.
        prefix_frames: new frames to decode autoregressively.
        frames: new frames in all.
        steps: infill steps of each codebook's stage.
        reduced: fewer steps than asked for, since the deadline was near.
        future_frames: known frames behind the new ones that the window ends with: a loop's head.
        seconds: what decoding is expected to take, the codec's work of the meantime included.
        start_in_s: how long it may wait and still be in time; 0 is now.
    """

    plan_id: int
    first_frame: int
    context_frames: int
    prefix_frames: int
    frames: int
    steps: tuple[int, ...]
    reduced: bool
    future_frames: int = 0
    seconds: float = 0.0
    start_in_s: float = 0.0

    @property
    def window_frames(self) -> int:
        """Context, new frames and future together."""
        return self.context_frames + self.frames + self.future_frames

    @property
    def end_frame(self) -> int:
        """Absolute number of the first frame behind the new ones."""
        return self.first_frame + self.frames


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a plan is asked for.

    Attributes:
        first_frame, context_frames, frames, future_frames: as in Plan.
        steps: infill steps wanted.
        prefix_frames: autoregressive frames wanted where time is not what decides; more are
            planned where the infill needs cover, fewer where a prefix would not pay.
        lead_s: audio that is still to be heard before ``first_frame``.
        held_frames: last frames of a prefix that are not heard before the infill is there.
        can_prefix: the model can decode autoregressively.
        can_infill: the model can fill in parallel.
        silent: nothing sounds, so that there is no deadline yet.
    """

    first_frame: int
    context_frames: int
    frames: int
    steps: tuple[int, ...]
    prefix_frames: int
    lead_s: float
    held_frames: int
    can_prefix: bool
    can_infill: bool
    future_frames: int = 0
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans that meet their deadline as far as measured costs can tell.

    Attributes:
        frame_s: seconds of a frame.
        block_frames: frames that go through the codec at a time.
        costs: what decoding takes; kept up to date by whoever measures.
    """

    frame_s: float
    block_frames: int
    costs: Costs

    # -- how long things take ---------------------------------------------------------------------

    @property
    def spare_s(self) -> float:
        """By how much frames must be there before the audio before them has been heard."""
        return self.costs.block.high_s() + _JITTER_S

    def share(self, *, safe: bool = True) -> float:
        """Return the share of time that the codec leaves for decoding while music is heard."""
        busy_s = _seconds(self.costs.block, safe=safe, count=_MANY) / _MANY
        return max(1.0 - busy_s / (self.block_frames * self.frame_s), 0.1)

    def infill_s(self, frames: int, steps: tuple[int, ...], *, safe: bool = True) -> float:
        """Return the decoding time of an infill whose passes are over ``frames``."""
        return _seconds(self.costs.step, frames, safe=safe, count=sum(steps))

    def prefix_s(self, frames: int, *, safe: bool = True) -> float:
        """Return the decoding time of a prefix: in proportion to its length."""
        return frames * _seconds(self.costs.prefix_frame, safe=safe, count=_MANY) / _MANY

    def decoding_s(
        self, wish: Wish, prefix: int, steps: tuple[int, ...], *, safe: bool = True
    ) -> float:
        """Return the decoding time of a plan with a prefix of ``prefix`` frames."""
        seconds = self.prefix_s(prefix, safe=safe)
        if wish.can_prefix and wish.context_frames:
            seconds += _seconds(self.costs.prefill, wish.context_frames, safe=safe)
        if wish.can_infill:
            behind = wish.frames - prefix + wish.future_frames
            seconds += self.infill_s(behind, steps, safe=safe)
        return seconds

    def load(self, wish: Wish) -> float:
        """Return the share of time that a stream of plans like ``wish`` is expected to take."""
        prefix = min(wish.prefix_frames, wish.frames) if wish.can_infill else wish.frames
        if not wish.can_prefix:
            prefix = 0
        seconds = self.decoding_s(wish, prefix, wish.steps, safe=False)
        return seconds / (wish.frames * self.frame_s) + 1.0 - self.share(safe=False)

    def first_sound_s(self, wish: Wish) -> float:
        """Return how long before its first frames are heard a plan must begin."""
        costs, frames = self.costs, wish.held_frames + 1
        if not self.plays_infill_alone(wish):
            seconds = costs.prefill.high_s(wish.context_frames) if wish.context_frames else 0.0
            seconds += costs.prefix_frame.high_s(count=frames)
        else:
            seconds = self._alone_s(*self._soonest(wish))
        return seconds / self.share() + self.spare_s

    def plays_infill_alone(self, wish: Wish) -> bool:
        """Whether nothing of such a plan can be heard before all of it is decoded."""
        return wish.can_infill and not (wish.can_prefix and self.prefix_pays)

    @property
    def prefix_pays(self) -> bool:
        """Whether a prefix frame lasts longer than it takes, so that a prefix gains time."""
        return self.share() * self.frame_s > self.prefix_s(1)

    def lead_s(self, wish: Wish) -> float:
        """Return how far ahead audio should be sent for changes like ``wish`` to come in time.

        A control that comes in the middle of a pass waits for its end; then the first frames of the
        new plan are decoded, and until the next whole block of them has gone through the codec, the
        last one that went out must last. Where a plan is heard only when all of it is decoded, what
        is planned already covers most of that time, and to send it sooner would gain nothing.
        """
        alone = self.plays_infill_alone(wish)
        first_s = self.first_sound_s(wish) * (_SENT_AHEAD if alone else 1.0)
        return self.longest_pass_s(wish) + first_s + self.block_frames * self.frame_s

    def longest_pass_s(self, wish: Wish) -> float:
        """Return how long a pass may take, which nothing can interrupt."""
        return self.costs.step.high_s(wish.frames + wish.future_frames) if wish.can_infill else 0.0

    # -- plans ------------------------------------------------------------------------------------

    def plan(self, wish: Wish, plan_id: int) -> Plan:
        """Return the plan that serves ``wish``: all steps if there is time, fewer if not."""
        steps = wish.steps
        if not wish.can_infill:
            prefix = wish.frames
        elif self.plays_infill_alone(wish):
            prefix = self._probe(wish)
            if not wish.silent:
                steps = self._steps_in_time(wish, prefix)
        else:
            prefix, steps = self._covered(wish)
            prefix = min(max(prefix, wish.prefix_frames, self._probe(wish)), wish.frames)
        seconds = self.decoding_s(wish, prefix, steps, safe=False) / self.share(safe=False)
        return Plan(
            plan_id=plan_id,
            first_frame=wish.first_frame,
            context_frames=wish.context_frames,
            prefix_frames=prefix,
            frames=wish.frames,
            steps=steps,
            reduced=steps != wish.steps,
            future_frames=wish.future_frames,
            seconds=seconds,
            start_in_s=self.start_in_s(wish),
        )

    def fitted(self, wish: Wish) -> int:
        """Return how many frames a plan should have to be in time, at most those of the wish."""
        if wish.silent or wish.future_frames or not self.plays_infill_alone(wish):
            return wish.frames
        soonest, steps = self._soonest(wish)
        least_s = self._alone_s(soonest, steps)
        time_s = max(self.share() * (wish.lead_s - self.spare_s), least_s)
        longest = self._longest(wish, time_s, _FINE) or self._longest(wish, time_s, _ROUGH)
        return longest or soonest.frames

    def _soonest(self, wish: Wish) -> tuple[Wish, tuple[int, ...]]:
        """Return what of a wish is decoded soon by its infill alone, and with which steps."""
        frames = self._longest(wish, _SOON_S, _FINE) or self._longest(wish, _SOON_S, _ROUGH)
        least = _ROUGH
        if not frames:
            frames, least = self._fewest(wish)
        few = replace(wish, frames=frames or wish.frames)
        for steps in _fewer_and_fewer(wish.steps, least):
            if self._alone_s(few, steps) <= _SOON_S:
                break
        return few, steps

    def _fewest(self, wish: Wish) -> tuple[int, float]:
        """Return the fewest frames that last until the next are there; or 0.

        And with what share of the steps: fewer than are good, rather than a change too late.
        """
        for share in (_ROUGH, 0.0):
            lasting = (f for f in reversed(_sizes(wish.frames)) if self._lasts(wish, f, share))
            frames = next(lasting, 0)
            seconds = self._alone_s(replace(wish, frames=frames), _share_of(wish.steps, share))
            if frames and (seconds <= _LATEST_S or not share):
                return frames, share
        return 0, 0.0

    def _longest(self, wish: Wish, time_s: float, share: float) -> int:
        """Return the most frames whose infill takes no longer, with that share of the steps; or 0.

        And which last until the next are there.
        """
        steps = _share_of(wish.steps, share)
        for frames in _sizes(wish.frames):
            in_time = self._alone_s(replace(wish, frames=frames), steps) <= time_s
            if in_time and (frames == wish.frames or self._lasts(wish, frames, _ROUGH)):
                return frames
        return 0

    def _lasts(self, wish: Wish, frames: int, share: float) -> bool:
        """Whether plans of so many frames can follow each other, with that share of the steps."""
        takes_s = self._alone_s(replace(wish, frames=frames), _share_of(wish.steps, share))
        return takes_s <= _LASTS * self.share() * frames * self.frame_s

    def _alone_s(self, wish: Wish, steps: tuple[int, ...]) -> float:
        return _SURE * self.decoding_s(wish, self._probe(wish), steps)

    def start_in_s(self, wish: Wish) -> float:
        """Return how long a plan may wait so that its infill alone, all steps, is in time."""
        seconds = _EARLY * self.decoding_s(wish, 0, wish.steps) / self.share()
        return max(wish.lead_s - min(max(seconds, _LEAST_LEFT_S), _MOST_LEFT_S), 0.0)

    def hurried(self, plan: Plan, left_s: float) -> Plan:
        """Return ``plan`` with the steps that ``left_s`` seconds still allow, as its infill begins.

        A plan is made with costs that are rarely exceeded. Where they were, the rest is measured by
        what to expect: what is still in time so, stays as it is.
        """
        frames = plan.frames - plan.prefix_frames + plan.future_frames
        for steps in _fewer_and_fewer(plan.steps):
            seconds = self.infill_s(frames, steps, safe=False) / self.share(safe=False)
            if seconds <= left_s - self.spare_s:
                break
        return replace(plan, steps=steps, reduced=plan.reduced or steps != plan.steps)

    def _probe(self, wish: Wish) -> int:
        """Return a prefix just long enough to notice that the machine is slower, or quick again.

        None where the plan knows its future, which a prefix would not see.
        """
        return min(_PROBE_FRAMES, wish.frames) if wish.can_prefix and not wish.future_frames else 0

    def _lateness_s(self, wish: Wish, prefix: int, steps: tuple[int, ...]) -> float:
        """Return by how much decoding would come too late; below 0 it is in time."""
        heard_s = wish.lead_s + max(prefix - wish.held_frames, 0) * self.frame_s
        return self.decoding_s(wish, prefix, steps) - self.share() * (heard_s - self.spare_s)

    def _covered(self, wish: Wish) -> tuple[int, tuple[int, ...]]:
        """Return the shortest prefix that covers its infill, and the most steps that allow one."""
        longest = max(int(wish.frames * _LONGEST_PREFIX), 1)
        for steps in _fewer_and_fewer(wish.steps):
            prefix = self._cover(wish, steps)
            if prefix <= longest:
                return prefix, steps
        return prefix, steps

    def _cover(self, wish: Wish, steps: tuple[int, ...]) -> int:
        """Return the shortest prefix that covers its infill; it may be longer than the plan."""
        if self._lateness_s(wish, 0, steps) <= 0.0:
            return 0
        unheard = wish.held_frames
        late_s = self._lateness_s(wish, unheard, steps)
        gain_s = late_s - self._lateness_s(wish, unheard + 1, steps)  # of each frame more
        assert gain_s > 0.0
        return unheard + max(math.ceil(late_s / gain_s), 0)

    def _steps_in_time(self, wish: Wish, prefix: int) -> tuple[int, ...]:
        for steps in _fewer_and_fewer(wish.steps):
            takes_s = _SURE * self.decoding_s(wish, prefix, steps)
            if takes_s <= self.share() * (wish.lead_s - self.spare_s):
                break
        return steps


def _seconds(cost: Cost, frames: int = 0, *, safe: bool, count: int = 1) -> float:
    return cost.high_s(frames, count=count) if safe else cost.median_s(frames, count=count)


def _fewer_and_fewer(steps: tuple[int, ...], least: float = 0.0) -> Iterator[tuple[int, ...]]:
    """Yield ``steps``, then ever fewer, down to that share of them, but one for each codebook."""
    fewest = _share_of(steps, least)
    yield steps
    while sum(steps) > sum(fewest):
        steps = tuple(
            max(floor, math.floor(count * _FEWER))
            for count, floor in zip(steps, fewest, strict=True)
        )
        yield steps


def _share_of(steps: tuple[int, ...], share: float) -> tuple[int, ...]:
    """Return about that share of the steps, and no fewer than one for each codebook."""
    return tuple(max(round(share * count), 1) for count in steps)


def _sizes(frames: int) -> list[int]:
    """Return ever smaller numbers of frames, from all down to the fewest of a plan."""
    sizes = [frames]
    while (smaller := int(_SHORTER * sizes[-1])) >= _FEWEST_FRAMES:
        sizes.append(smaller)
    return sizes
