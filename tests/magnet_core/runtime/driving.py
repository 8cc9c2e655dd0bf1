"""How the tests play a session: as a server would, with a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from magnet_core.api import Model
from magnet_core.runtime.engine import Engine
from magnet_core.runtime.events import Applied, PcmChunk, SessionEvent
from magnet_core.runtime.session import LiveSession

HOP = 640


class FakeClock:
    """Every look at it takes ``step_s``, a tenth of a millisecond by default."""

    def __init__(self, step_s: float = 1e-4) -> None:
        self.now, self.step_s = 0.0, step_s

    def __call__(self) -> float:
        self.now += self.step_s
        return self.now


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


def joined(chunks: list[PcmChunk]) -> np.ndarray:
    """Return the PCM of chunks, which must follow each other."""
    for before, after in pairwise(chunks):
        assert after.position == before.position + before.pcm.shape[1]
    return np.concatenate([chunk.pcm for chunk in chunks], axis=1)


def same_sound(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two streams differ by no more than rounding.

    How many frames go through the codec at once depends on the moment, and with it the last bit.
    """
    return a.shape == b.shape and bool(np.abs(a - b).max(initial=0.0) <= 1e-5)


def applied(events: Iterable[SessionEvent]) -> Iterator[Applied]:
    """Return those events that say from where a change is heard."""
    return (event for event in events if isinstance(event, Applied))
