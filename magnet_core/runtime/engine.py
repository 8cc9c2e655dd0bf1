"""A resident model and the sessions that it plays."""

from __future__ import annotations

import time
from collections.abc import Callable

from magnet_core.api import Model
from magnet_core.runtime.planner import Costs
from magnet_core.runtime.session import LiveSession
from magnet_core.runtime.settings import Settings

_LONGEST_WINDOW_S = 10.0  # of checkpoints trained on 30 s: a plan should not outgrow its use
_CONTEXT_SHARE = 0.4


class Engine:
    """Opens sessions on one model, whose weights they share.

    Args:
        model: a loaded model.
        clock: seconds, monotonic.
    """

    def __init__(self, model: Model, clock: Callable[[], float] = time.monotonic) -> None:
        self.model, self._clock = model, clock
        self._costs = Costs()

    def open(self, seed: int = 0) -> LiveSession:
        """Return a new session, stopped, at position 0, with the model's own defaults."""
        segment_s = self.model.lm.config.segment_frames / self.model.frame_rate
        window_s = min(segment_s, _LONGEST_WINDOW_S)
        settings = Settings(
            decoding=self.model.params,
            window_s=window_s,
            context_s=_CONTEXT_SHARE * window_s,
            seed=seed,
        )
        return LiveSession(self.model, settings, self._clock, self._costs)

    def warm_up(self) -> None:
        """Play a window to nobody: lazy set-up is over, and costs are known, when music begins."""
        session = self.open()
        session.play()
        half_window = int(session.settings.window_s * self.model.sample_rate / 2)
        while session.position < half_window and not session.idle:
            session.work(half_window)
