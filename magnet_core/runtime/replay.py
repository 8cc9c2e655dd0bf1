"""Playing a session log again: the same codes, the same blocks through the codec, the same PCM.

    log        plan 1 ...........  plan 2 ..........  plan 4 ......   cut    plan 5 ....   end
    decoded    plan 1 ....|plan 2 ...........|plan 4 ......|          plan 5 ....|
    codec      | block | block | block | block | block | block |      | block | block |

A plan counts up to the frame where a later one begins, so it is decoded as far as that, and not at
all where nothing of it remains (plan 3). The way out is that of a session: a ``Feed`` is given the
frames that it was given then, and at each joint (``joints``) an ``Output`` does what it did then.
Where music begins anew nothing of the old is needed any more: what lies between two such cuts is a
*stretch*, and played by itself.

The PCM is that of the worker. What the server does to it afterwards is in no log: gain, fades, and
what conceals that a plan was late.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from magnet_core.api import Model
from magnet_core.errors import LogError
from magnet_core.model.lm import Conditions
from magnet_core.runtime.costs import Costs
from magnet_core.runtime.feed import Feed
from magnet_core.runtime.joints import Cut, Joint, LoopClosed, LoopLeft, LoopResumed, Resumed
from magnet_core.runtime.log import Header, fingerprint, machine
from magnet_core.runtime.log_reader import SessionRecord
from magnet_core.runtime.output import Output
from magnet_core.runtime.stretches import Part, Stretch, stretches
from magnet_core.runtime.timeline import Timeline
from magnet_core.runtime.window import WindowDecoding

Pcm = NDArray[np.float32]
OnFrames = Callable[[int, int], None]  # frames decoded, and in all


def check_model(header: Header, model: Model, *, force: bool = False) -> list[str]:
    """Return why ``model`` may not play a log bit for bit, in this process; none if it will.

    Args:
        header: of the log.
        model: that is to play it.
        force: let another model play it, as long as its frames are of the same kind.

    Raises:
        LogError: the model is not the one that the log was made with.
    """
    text = "{} Hz, {} frames per second, {} samples a frame, {} codebooks"
    logged = text.format(header.sample_rate, header.frame_rate, header.hop_length, header.codebooks)
    own = text.format(model.sample_rate, model.frame_rate, model.codec.hop_length, model.codebooks)
    if own != logged:
        raise LogError(
            f"{model.name} cannot play the log: it has {own}; {header.model}, which the log was "
            f"made with, has {logged}"
        )
    warnings, found = [], fingerprint(model)
    if found != header.fingerprint:
        what = (
            f"the log was made with other weights: {header.model}, fingerprint "
            f"{header.fingerprint[:12]}; this is {model.name}, fingerprint {found[:12]}"
        )
        if not force:
            raise LogError(what)
        warnings.append(what)
    weight = model.lm.out_norm.weight
    for name, now, then in (
        ("device", str(weight.device), header.device),
        ("machine", machine(weight.device), header.machine),
        ("dtype", str(weight.dtype).removeprefix("torch."), header.dtype),
        ("torch", torch.__version__, header.torch),
        ("threads", torch.get_num_threads(), header.threads),
    ):
        if now != then:
            warnings.append(f"{name} was {then} and is {now}: the last bits may differ")
    return warnings


class Replay:
    """The music of a log.

    Args:
        model: that plays it; ``check_model`` says whether it is the right one.
        record: the log.

    Attributes:
        samples: length of the stream; where the log has no end, as far as it is known.
    """

    def __init__(self, model: Model, record: SessionRecord) -> None:
        self._model = model
        self._stretches = stretches(record, model.codec.lookahead_frames)
        self.samples = self._stretches[-1].end

    def pcm(
        self, first: int = 0, last: int | None = None, on_frames: OnFrames | None = None
    ) -> Iterator[Pcm]:
        """Yield the samples from ``first`` to ``last`` in pieces, float32 ``[C, n]``.

        Args:
            first: sample; what lies before is decoded only as far as it matters.
            last: sample; default and at most ``samples``.
            on_frames: told how far the decoding is.

        Raises:
            DecodingError: a plan does not fit the model.
            LogError: the plans give less music than the log says.
        """
        last = self.samples if last is None else min(last, self.samples)
        wanted = [s for s in self._stretches if s.begin < last and first < s.end]
        total, done = sum(stretch.frames for stretch in wanted), 0

        def count(frames: int) -> None:
            nonlocal done
            done += frames
            if on_frames is not None:
                on_frames(done, total)

        for stretch in wanted:
            position = stretch.begin
            for piece in _Player(self._model, stretch, count).play(min(last, stretch.end)):
                kept = piece[:, max(first - position, 0) : max(last - position, 0)]
                position += piece.shape[1]
                if kept.shape[1]:
                    yield kept
                if position >= last:
                    break
        if on_frames is not None:
            on_frames(total, total)


class _Way(Output):
    """The way out of a replay: it goes exactly as far as it is told."""

    def allow(self, until_sample: int) -> None:
        """Let samples before ``until_sample`` go out, and no others, whatever was allowed."""
        self._until = until_sample

    @property
    def final(self) -> int:
        """The first sample that is not final."""
        return self._final

    @property
    def in_rounds(self) -> bool:
        """Whether the next sample comes from a loop's memory."""
        return self._heard_rounds is not None


class _Player:
    """Plays one stretch, as a session of its own: from frame 0 and sample 0."""

    def __init__(self, model: Model, stretch: Stretch, count: Callable[[int], None]) -> None:
        self._model, self._stretch, self._count = model, stretch, count
        self._timeline = Timeline(model.codebooks)
        timeline, device = self._timeline, model.lm.device
        self._feed = Feed(model.codec, timeline, device, Costs(), time.monotonic)
        self._way = _Way(model.codec, timeline, self._feed, tell=lambda _: None)  # the log knows
        self._feeding = self._decode_parts()
        self._words: tuple[tuple[tuple[str, float], ...], Conditions] | None = None

    def play(self, end: int) -> Iterator[Pcm]:
        """Yield the stretch up to sample ``end`` of the stream, or a little further."""
        stretch, way, until = self._stretch, self._way, end - self._stretch.begin
        for number, joint in enumerate(stretch.joints):
            self._keep_loops(stretch.joints[number:])
            yield from self._reach(joint, until)
            if way.position >= until:
                return
            self._join(joint)
        cut = stretch.cut
        if cut is not None and cut.lost:
            until = min(until, cut.position - stretch.begin)
        elif cut is not None:
            yield from self._reach(cut, until)
            if way.position < until:
                way.begin_anew()
        self._feed.held_from = None
        yield from self._run(until, lambda: way.position >= until)
        if way.position < end - stretch.begin:  # an error has silenced the rest
            silence = end - stretch.begin - way.position
            yield np.zeros((self._model.codec.channels, silence), dtype=np.float32)

    def _keep_loops(self, joints: tuple[Joint, ...]) -> None:
        """Let the timeline not forget the loops that are still to be closed."""
        begins = [
            j.loop.begin_frame - self._stretch.first for j in joints if isinstance(j, LoopClosed)
        ]
        self._timeline.keep_from = min(begins, default=None)

    # -- joints -----------------------------------------------------------------------------------

    def _reach(self, joint: Joint, until: int) -> Iterator[Pcm]:
        """Play up to a joint: the same frames are sent, the same samples are final."""
        way, timeline = self._way, self._timeline
        frame = joint.frame - self._stretch.first
        if isinstance(joint, Resumed | LoopResumed):
            return
        self._feed.held_from = frame
        farther = self._feed.sample_of(frame)
        yield from self._run(farther, lambda: timeline.frozen == frame or way.position >= until)
        if isinstance(joint, Cut):
            final = joint.final - self._stretch.begin
            yield from self._run(
                final,
                lambda: (
                    (way.final, way.in_rounds) == (final, joint.in_rounds) or way.position >= until
                ),
            )
        elif isinstance(joint, LoopLeft) and joint.in_rounds:
            yield from self._run(way.position, lambda: way.in_rounds or way.position >= until)

    def _join(self, joint: Joint) -> None:
        """Do at a joint what the session did."""
        first, way = self._stretch.first, self._way
        if isinstance(joint, Resumed):
            way.go_on_from(torch.tensor(joint.codes, dtype=torch.int64))
        elif isinstance(joint, LoopResumed | LoopClosed):
            loop = joint.loop.at_frame(joint.loop.begin_frame - first)
            if isinstance(joint, LoopResumed):
                codes = self._timeline.between(loop.begin_frame, loop.end_frame)
                way.go_on_with_loop(codes, loop, joint.next_sample)
                return
            while self._timeline.horizon < loop.end_frame:
                if not next(self._feeding):
                    raise self._missing()
            way.close_loop(loop)
        elif isinstance(joint, LoopLeft):
            assert way.rounds is not None, "the reader has seen to it"
            sample = joint.way_out.sample - self._stretch.begin
            way.leave_loop(way.rounds, replace(joint.way_out, sample=sample), joint.frames)

    # -- samples ----------------------------------------------------------------------------------

    def _run(self, until: int, is_there: Callable[[], bool]) -> Iterator[Pcm]:
        """Yield samples before ``until`` as they go out; decode what is missing for them."""
        way = self._way
        way.allow(until)
        while not is_there():
            if not way.can_emit and not next(self._feeding):
                raise self._missing()
            for chunk in way.emit():
                yield chunk.pcm

    def _missing(self) -> LogError:
        sample = self._stretch.begin + self._way.position
        return LogError(f"the plans in the log end at sample {sample}, and the music goes on")

    # -- frames -----------------------------------------------------------------------------------

    def _decode_parts(self) -> Iterator[bool]:
        """Decode; every ``next`` is one pass, or returns False where nothing can be decoded."""
        for part in self._stretch.parts:
            while self._timeline.horizon != part.decision.plan.first_frame - self._stretch.first:
                yield False
            for _ in self._window(part).passes():
                if self._timeline.horizon >= part.end - self._stretch.first:
                    break
                yield True
            if self._timeline.horizon < part.end - self._stretch.first:
                raise LogError(
                    f"plan {part.decision.plan.plan_id} gives fewer frames than the log says"
                )
            yield True
        while True:
            yield False

    def _window(self, part: Part) -> WindowDecoding:
        decision, model, timeline = part.decision, self._model, self._timeline
        plan, first, future = decision.plan, self._stretch.first, None
        if plan.future_frames:
            begin = decision.future_first - first
            future = timeline.between(begin, begin + plan.future_frames)

        def deliver(codes: Tensor, flags: int) -> None:
            kept = codes[:, : max(part.end - first - timeline.horizon, 0)]
            self._feed.write(kept, flags, plan_id=plan.plan_id)
            self._count(kept.shape[1])

        return WindowDecoding(
            lm=model.lm,
            plan=plan,
            prompt=decision.prompt(timeline.before(plan.first_frame - first, decision.own_frames)),
            future=future,
            conditions=decision.conditions(model, self._blended(decision.prompts)),
            params=decision.params,
            generator=decision.generator(model.lm.device),
            costs=Costs(),
            clock=time.monotonic,
            deliver=deliver,
        )

    def _blended(self, prompts: tuple[tuple[str, float], ...]) -> Conditions:
        if self._words is None or self._words[0] != prompts:
            self._words = prompts, self._model.blend(prompts)
        return self._words[1]
