"""How the tests play a session: as a server would, with a clock that only the test moves."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from magnet_core.api import Model
from magnet_core.codec.carrier import CarrierCodec
from magnet_core.runtime.blocks import BlockStream
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import Applied, PcmChunk, PlanDone, Planned, SessionEvent
from magnet_core.runtime.planner import Plan
from magnet_core.runtime.session import LiveSession
from magnet_core.types import Codec

HOP = 640
SAMPLE_RATE = 32000


class FakeClock:
    """Every look at it takes ``step_s``, a tenth of a millisecond by default."""

    def __init__(self, step_s: float = 1e-4) -> None:
        self.now, self.step_s = 0.0, step_s

    def __call__(self) -> float:
        self.now += self.step_s
        return self.now


class Machine:
    """A machine of a given speed: its clock moves by the work that is done on it, and by waiting.

    A forward pass takes 2.4 ms and 0.11 ms for each position, a push into the codec 2 ms and 0.5 ms
    for each frame: about what the bundled model takes on a core that has other work too.

    Args:
        model: whose work takes that long; its codec must be the bundled kind.
        slowness: times as long.
        jitter: of every piece of work, up to so much more by chance; and one in a hundred takes
            30 ms longer.
    """

    def __init__(self, model: Model, slowness: float = 1.0, jitter: float = 0.0) -> None:
        self.now, self.slowness, self.jitter = 0.0, slowness, jitter
        self._chance = random.Random(0)
        codec = model.codec
        assert isinstance(codec, CarrierCodec)
        model.lm.out_norm.register_forward_hook(self._spender(0.0024, 0.00011))
        codec.decoder.norm.register_forward_hook(self._spender(0.002, 0.00012))

    def __call__(self) -> float:
        return self.now

    def _spender(
        self, fixed_s: float, each_s: float
    ) -> Callable[[nn.Module, object, Tensor], None]:
        def spend(_module: nn.Module, _inputs: object, states: Tensor) -> None:
            seconds = self.slowness * (fixed_s + each_s * states.shape[1])
            if self.jitter:
                seconds *= 1.0 + self.jitter * self._chance.random()
                seconds += 0.03 if self._chance.random() < 0.01 else 0.0
            self.now += seconds

        return spend


Control = Callable[[LiveSession], object]


@dataclass
class Performance:
    """What was heard of a session that was played in (simulated) time.

    Attributes:
        chunks: all PCM.
        happened: events, each with the time and the playhead at which it came.
        gaps: of each time that nothing was there to be heard: when, and for how many seconds.
    """

    chunks: list[PcmChunk] = field(default_factory=list)
    happened: list[tuple[float, int, SessionEvent]] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)

    def events(self, kind: type) -> list[SessionEvent]:
        """Return the events of one kind."""
        return [event for _, _, event in self.happened if isinstance(event, kind)]

    def latencies_s(self, asked_at: dict[object, float]) -> dict[object, float]:
        """Return how long each control took from being asked for until it was heard."""
        return {
            ticket: at - asked_at[ticket] + (event.sample - playhead) / SAMPLE_RATE
            for at, playhead, event in self.happened
            if isinstance(event, Applied)
            for ticket in event.tickets
        }


def perform(
    session: LiveSession,
    machine: Machine,
    seconds: float,
    controls: Sequence[tuple[float, Control]] = (),
    *,
    follows_lead: bool = True,
) -> Performance:
    """Play a session for a while as a server does, which demands audio as far as the lead reaches.

    Args:
        session: that plays.
        machine: whose clock it has.
        seconds: of the machine's time.
        controls: when to call what with the session, in order.
        follows_lead: keep to ``lead_s`` and say so; otherwise to what is set.
    """
    heard, waiting = Performance(), list(controls)
    begin, played_since, playhead = machine.now, None, session.position
    while machine.now < begin + seconds:
        now = machine.now - begin
        while waiting and waiting[0][0] <= now:
            waiting.pop(0)[1](session)
        lead_s = session.lead_s if follows_lead else session.settings.lead_ms / 1000
        if follows_lead:
            session.confirm_lead(lead_s)
        if played_since is None and session.position - playhead >= lead_s / 2 * SAMPLE_RATE:
            played_since = (now, playhead)
        if played_since is not None:
            since, first = played_since
            playhead = first + int((now - since) * SAMPLE_RATE)
        if playhead > session.position:
            missing_s = (playhead - session.position) / SAMPLE_RATE
            heard.gaps.append((now, missing_s))
            playhead = session.position
            played_since = (now, playhead)
        heard.chunks += session.work(playhead + int(lead_s * SAMPLE_RATE))
        heard.happened += [(machine.now - begin, playhead, event) for event in session.events()]
        if session.idle:
            machine.now += 0.004
    return heard


def playing(model: Model, seed: int = 0) -> LiveSession:
    """Return a new session that plays."""
    session = Engine(model, clock=FakeClock()).open(seed=seed)
    session.play()
    return session


def drive(session: LiveSession, until: int, *, stride: int = 4 * HOP) -> list[PcmChunk]:
    """Play up to ``until`` as a server would: demand grows with what has gone out."""
    chunks: list[PcmChunk] = []
    for _ in range(20_000):
        if session.position > until - 4 * HOP:  # less than a block is left
            return chunks
        chunks += session.work(min(session.position + stride, until))
    raise AssertionError("the session does not get on")


def settle(session: LiveSession) -> None:
    """Let a session do all that it would without being asked for more."""
    for _ in range(20_000):
        if session.idle:
            return
        assert session.work(session.position) == []
    raise AssertionError("the session does not come to rest")


def joined(chunks: Sequence[PcmChunk]) -> np.ndarray:
    """Return the PCM of chunks, which must follow each other."""
    for before, after in pairwise(chunks):
        assert after.position == before.position + before.pcm.shape[1]
    return np.concatenate([chunk.pcm for chunk in chunks], axis=1)


def decode_in_blocks(codec: Codec, codes: Tensor) -> Tensor:
    """Return the waveform ``[C, T * hop_length]`` of ``codes [K, T]``, bit for bit as a session's.

    Equal to ``codec.decode`` but for rounding.
    """
    stream, at, parts = BlockStream(codec, codes.device), 0, []
    while at < codes.shape[1]:
        block = codes[:, at : at + stream.block_frames]
        parts.append(stream.push(block))
        at += block.shape[1]
    return torch.cat([*parts, stream.flush()], dim=1)


def applied(events: Iterable[SessionEvent]) -> Iterator[Applied]:
    """Return those events that say from where a change is heard."""
    return (event for event in events if isinstance(event, Applied))


def plans(events: Iterable[SessionEvent]) -> list[Plan]:
    """Return the plans that began."""
    return [event.plan for event in events if isinstance(event, Planned)]


def done(events: Iterable[SessionEvent]) -> list[PlanDone]:
    """Return what became of plans."""
    return [event for event in events if isinstance(event, PlanDone)]
